//! The log: to standard error, by a thread of its own, so that a terminal that stands still or a
//! full pipe never holds the event loop up. What does not fit is dropped and counted.

use std::io::{self, Write};
use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use env_logger::{Builder, Env, Target};

/// How many lines may wait to be written.
pub const LOG_LINES_MAX: usize = 1_024;

/// How long lines are gathered, to be written at once: a burst of them costs little more than one.
const GATHERED_FOR: Duration = Duration::from_millis(5);

/// How long the last lines may take when the server ends.
const LAST_LINES_WITHIN: Duration = Duration::from_millis(100);

enum Message {
    Line(Vec<u8>),
    End(SyncSender<()>),
}

/// The log's writer, to be ended last.
pub struct Log {
    lines: SyncSender<Message>,
    _writer: JoinHandle<()>,
}

impl Log {
    /// Starts the log. `RUST_LOG` says what is in it; without it, all from `info` up.
    ///
    /// # Errors
    /// No thread can be had, or there is a log already.
    pub fn start() -> io::Result<Self> {
        let (lines, waiting) = sync_channel(LOG_LINES_MAX);
        let dropped = Arc::new(AtomicU64::new(0));
        let counted = dropped.clone();
        let writer = thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write_all(&waiting, &counted, &mut io::stderr()))?;
        let target = Target::Pipe(Box::new(Pipe {
            lines: lines.clone(),
            dropped,
        }));
        Builder::from_env(Env::default().default_filter_or("info"))
            .target(target)
            .try_init()
            .map_err(io::Error::other)?;
        Ok(Self {
            lines,
            _writer: writer,
        })
    }

    /// Gives the last lines a moment to be written.
    pub fn end(self) {
        let (done, wait) = sync_channel(1);
        if self.lines.try_send(Message::End(done)).is_ok() {
            let _ = wait.recv_timeout(LAST_LINES_WITHIN);
        }
    }
}

/// Where env_logger writes: one call, one line.
struct Pipe {
    lines: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
}

impl Write for Pipe {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Err(TrySendError::Full(_)) = self.lines.try_send(Message::Line(line.to_vec())) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_all(waiting: &Receiver<Message>, dropped: &AtomicU64, out: &mut impl Write) {
    let mut text = Vec::new();
    while let Ok(first) = waiting.recv() {
        if matches!(first, Message::Line(_)) {
            // Away from the channel: whoever sends does not have to wake this thread.
            thread::park_timeout(GATHERED_FOR);
        }
        let mut ended = None;
        let more = waiting.try_iter().take(LOG_LINES_MAX);
        for message in iter::once(first).chain(more) {
            match message {
                Message::Line(line) => text.extend_from_slice(&line),
                Message::End(done) => ended = Some(done),
            }
        }
        let missing = dropped.swap(0, Ordering::Relaxed);
        if missing > 0 {
            let lost = format!(
                "[log] {missing} lines were dropped: they came faster than they could be written\n"
            );
            text.extend_from_slice(lost.as_bytes());
        }
        // A log that cannot be written cannot be told about either.
        let _ = out.write_all(&text);
        text.clear();
        if let Some(done) = ended {
            let _ = done.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted_and_said() {
        let (lines, waiting) = sync_channel(2);
        let dropped = Arc::new(AtomicU64::new(0));
        let mut pipe = Pipe {
            lines,
            dropped: dropped.clone(),
        };
        for line in ["one\n", "two\n", "three\n"] {
            pipe.write_all(line.as_bytes()).expect("never fails");
        }
        drop(pipe);
        let mut out = Vec::new();
        write_all(&waiting, &dropped, &mut out);
        let out = String::from_utf8(out).expect("text");
        assert!(
            out.starts_with("one\ntwo\n[log] 1 lines were dropped"),
            "{out}"
        );
    }
}
