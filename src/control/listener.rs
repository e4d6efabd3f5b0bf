//! The side that grants: a thread that listens, and asks the loop.

use std::fs::{self, Permissions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::Builder;
use std::time::Duration;

use super::vocabulary::{Denied, Wish};
use super::{DONE, FILE, LINE_BYTES, NO, PATIENCE_MS};

/// Only the owner connects.
const PRIVATE: u32 = 0o600;

/// A wish, and who waits to hear what came of it.
#[derive(Debug)]
struct Asked {
    wish: Wish,
    answer: SyncSender<Result<(), Denied>>,
}

/// A socket on which wishes come. The file goes with this value; the thread with the program.
#[derive(Debug)]
pub struct Control {
    path: PathBuf,
    asked: Receiver<Asked>,
    waiting: Vec<(u64, SyncSender<Result<(), Denied>>)>,
    last: u64,
}

impl Control {
    /// Listens in a data folder, which must be locked: a socket that is there is a dead server's.
    /// The thread calls `wake` when there are wishes that can be taken.
    ///
    /// # Errors
    /// There is no socket or no thread to be had.
    pub fn listen(dir: &Path, wake: impl Fn() + Send + 'static) -> io::Result<Self> {
        let path = dir.join(FILE);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        fs::set_permissions(&path, Permissions::from_mode(PRIVATE))?;
        let (wishes, asked) = channel();
        let named = Builder::new().name("control".to_owned());
        named.spawn(move || hear_all(&listener, &wishes, wake))?;
        Ok(Self {
            path,
            asked,
            waiting: Vec::new(),
            last: 0,
        })
    }

    /// The wishes since the last call, each with a number.
    pub fn take_wishes(&mut self) -> Vec<(u64, Wish)> {
        let mut wishes = Vec::new();
        for asked in self.asked.try_iter() {
            self.last += 1;
            self.waiting.push((self.last, asked.answer));
            wishes.push((self.last, asked.wish));
        }
        wishes
    }

    /// What came of a wish. Who has it may have lost patience: it is granted all the same.
    pub fn answer(&mut self, number: u64, outcome: Result<(), Denied>) {
        let place = self.waiting.iter().position(|(of, _)| *of == number);
        if let Some(place) = place {
            let (_, answer) = self.waiting.swap_remove(place);
            let _ = answer.try_send(outcome);
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// One after the other: there is one person who runs the server.
fn hear_all(listener: &UnixListener, wishes: &Sender<Asked>, wake: impl Fn()) {
    for stream in listener.incoming() {
        let heard = stream.and_then(|stream| hear(&stream, wishes, &wake));
        if let Err(error) = heard {
            log::warn!("control: a connection was lost: {error}");
        }
    }
}

fn hear(mut stream: &UnixStream, wishes: &Sender<Asked>, wake: &impl Fn()) -> io::Result<()> {
    let patience = Duration::from_millis(PATIENCE_MS);
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    let mut line = String::new();
    BufReader::new(stream)
        .take(LINE_BYTES)
        .read_line(&mut line)?;
    let Some(wish) = Wish::read(line.trim_end_matches('\n')) else {
        return writeln!(stream, "{NO}this server does not know what that is");
    };
    let (answer, answered) = sync_channel(1);
    if wishes.send(Asked { wish, answer }).is_err() {
        return writeln!(stream, "{NO}the server is closing down");
    }
    wake();
    match answered.recv_timeout(patience) {
        Ok(Ok(())) => writeln!(stream, "{DONE}"),
        Ok(Err(denied)) => writeln!(stream, "{NO}{denied}"),
        Err(_) => writeln!(stream, "{NO}the server has not answered in time: ask again"),
    }
}
