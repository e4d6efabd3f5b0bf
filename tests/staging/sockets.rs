//! The stage with sockets: a real `hallway serve` and real connections.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use hallway::protocol::Protocol;

use super::archive::folder;
use super::hearing::{Ear, Item, Times};
use super::memory::config_file;
use super::script::{Disk, Script};
use super::{Outcome, SERVER_NAME, Stage, is_hello};

/// How long a line is awaited.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server that runs.
struct Running {
    server: Child,
    plain: SocketAddr,
    irc: SocketAddr,
}

impl Running {
    fn start(args: &[String]) -> Outcome<Self> {
        let mut server = Command::new(env!("CARGO_BIN_EXE_hallway"))
            .args(["serve", "--plain", "127.0.0.1:0", "--irc", "127.0.0.1:0"])
            .args(["--name", SERVER_NAME])
            .args(args)
            .env("TZ", "UTC")
            .env("RUST_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("the server cannot be started: {e}"))?;
        let stdout = server.stdout.take().expect("it is piped");
        let mut ready = BufReader::new(stdout).lines();
        let mut address = |protocol: &str| {
            let line = ready.next().and_then(Result::ok).unwrap_or_default();
            let address = line.strip_prefix(&format!("hallway: {protocol} on "));
            let address = address.and_then(|address| address.parse().ok());
            address.ok_or_else(|| format!("the server said \"{line}\" instead of where it listens"))
        };
        Ok(Self {
            plain: address("plain")?,
            irc: address("irc")?,
            server,
        })
    }

    fn tell_to_end(&self) -> Outcome {
        let id = self.server.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        let told = told.map_err(|e| format!("the server cannot be told to end: {e}"))?;
        match told.success() {
            true => Ok(()),
            false => Err("the server was not there to be told to end".to_owned()),
        }
    }
}

/// A server and those who are connected to it.
pub(crate) struct Sockets {
    /// What it is started with.
    args: [String; 4],
    running: Running,
    people: Vec<Person>,
    /// Who did something last.
    last: Option<usize>,
    fences: u32,
}

/// Somebody at the other end of a socket.
struct Person {
    who: String,
    protocol: Protocol,
    stream: Option<TcpStream>,
    ear: Ear,
    heard: Vec<Item>,
    /// They have given their name, so that `/ping` is answered.
    named: bool,
    /// What they typed last has no end yet.
    mid_line: bool,
    /// They have said that they send no more.
    ended: bool,
}

impl Sockets {
    /// Starts a server by the script's configuration.
    ///
    /// # Errors
    /// It does not start.
    pub(crate) fn new(script: &Script) -> Outcome<Self> {
        let data = match script.remembers {
            true => folder(script, "sockets")?.display().to_string(),
            false => "none".to_owned(),
        };
        let args = ["--data".to_owned(), data, "--config".to_owned(), {
            config_file(script, "sockets")?.display().to_string()
        }];
        let running = Running::start(&args)?;
        Ok(Self {
            args,
            running,
            people: Vec::new(),
            last: None,
            fences: 0,
        })
    }

    fn place(&self, who: &str) -> Outcome<usize> {
        let connected = |person: &Person| person.who == who && person.stream.is_some();
        let place = self.people.iter().position(connected);
        place.ok_or_else(|| format!("{who} is not connected"))
    }

    /// Has somebody's `/ping` answered: everything before it has been done, and they have heard
    /// all of it. Who cannot ask is passed over.
    fn fence_one(&mut self, place: usize) -> Outcome {
        self.fences += 1;
        let token = format!("fence-{}", self.fences);
        let person = &mut self.people[place];
        if person.ended {
            return person.hear_until(&|heard| heard.contains(&Item::Closed));
        }
        if !person.named || person.mid_line || person.stream.is_none() {
            return Ok(());
        }
        let (ping, pong) = match person.protocol {
            Protocol::Plain => (format!("/ping {token}"), format!("* Pong: {token}")),
            Protocol::Irc => (
                format!("PING {token}"),
                format!(":{SERVER_NAME} PONG {SERVER_NAME} :{token}"),
            ),
        };
        person.send(format!("{ping}\n").as_bytes());
        let pong = Item::Line(pong);
        person.hear_until(&|heard| heard.contains(&pong))?;
        if person.stream.is_some() && !person.heard.contains(&pong) {
            return Err(format!("{} was not answered: {ping}", person.who));
        }
        person.heard.retain(|item| *item != pong);
        Ok(())
    }
}

impl Person {
    /// A connection that the server has closed takes nothing more: that is heard at its end.
    fn send(&mut self, bytes: &[u8]) {
        if let Some(stream) = &mut self.stream {
            let _ = stream.write_all(bytes);
        }
    }

    fn hear_until(&mut self, enough: &dyn Fn(&[Item]) -> bool) -> Outcome {
        while !enough(&self.heard) {
            let Some(stream) = &mut self.stream else {
                return Ok(());
            };
            let mut scratch = [0; 65_536];
            match stream.read(&mut scratch) {
                Ok(0) => self.close(),
                Ok(read) => self.take_in(&scratch[..read]),
                Err(error) if is_late(&error) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => self.close(),
            }
        }
        Ok(())
    }

    /// The date is told when the real day changes: no script can know.
    fn take_in(&mut self, bytes: &[u8]) {
        self.ear.take_in(bytes, &mut self.heard);
        self.heard.retain(|item| !item.is_date());
        self.named |= self.heard.iter().any(is_hello);
    }

    fn close(&mut self) {
        self.stream = None;
        self.ear.close(&mut self.heard);
    }
}

fn is_late(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Stage for Sockets {
    fn name(&self) -> &'static str {
        "over sockets"
    }

    fn times(&self) -> Times {
        Times::Any
    }

    fn people(&self) -> Vec<String> {
        self.people
            .iter()
            .map(|person| person.who.clone())
            .collect()
    }

    fn is_connected(&self, who: &str) -> bool {
        self.place(who).is_ok()
    }

    fn connect(&mut self, who: &str, protocol: Protocol) -> Outcome {
        let address = match protocol {
            Protocol::Plain => self.running.plain,
            Protocol::Irc => self.running.irc,
        };
        let plainly = |error: io::Error| format!("{who} cannot connect: {error}");
        let stream = TcpStream::connect(address).map_err(plainly)?;
        stream.set_nodelay(true).map_err(plainly)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(plainly)?;
        let known = self.people.iter().position(|person| person.who == who);
        let place = known.unwrap_or(self.people.len());
        let person = Person {
            who: who.to_owned(),
            protocol,
            stream: Some(stream),
            ear: Ear::default(),
            heard: Vec::new(),
            named: false,
            mid_line: false,
            ended: false,
        };
        match known {
            Some(_) => self.people[place] = person,
            None => self.people.push(person),
        }
        self.last = Some(place);
        Ok(())
    }

    fn send(&mut self, who: &str, bytes: &[u8]) -> Outcome {
        let place = self.place(who)?;
        let person = &mut self.people[place];
        // The first line can tell what speaks: no fence may come before it.
        person.named |= person.protocol == Protocol::Irc;
        person.mid_line = !bytes.ends_with(b"\n") && !bytes.ends_with(b"\r");
        person.send(bytes);
        self.last = Some(place);
        Ok(())
    }

    fn end(&mut self, who: &str) -> Outcome {
        let place = self.place(who)?;
        let person = &mut self.people[place];
        person.ended = true;
        if let Some(stream) = &person.stream {
            // The server may have closed it already.
            let _ = stream.shutdown(Shutdown::Write);
        }
        self.last = Some(place);
        Ok(())
    }

    fn hang_up(&mut self, who: &str) -> Outcome {
        let place = self.place(who)?;
        self.people[place].stream = None;
        Ok(())
    }

    fn make_operator(&mut self, _who: &str) -> Outcome {
        Err("nobody can become an operator of the server yet".to_owned())
    }

    fn wait(&mut self, _ms: u64) -> Outcome {
        Err("nobody can move the real clock".to_owned())
    }

    fn set_clock(&mut self, _wall_ms: u64) -> Outcome {
        Err("nobody can set the real clock".to_owned())
    }

    fn stop(&mut self) -> Outcome {
        self.running.tell_to_end()?;
        for person in &mut self.people {
            person.ended = true;
        }
        Ok(())
    }

    fn set_disk(&mut self, _: Disk) -> Outcome {
        Err("the disk is the machine's".to_owned())
    }

    fn restart(&mut self) -> Outcome {
        self.running.tell_to_end()?;
        for person in &mut self.people {
            person.hear_until(&|heard| heard.contains(&Item::Closed))?;
        }
        let ended = self.running.server.wait();
        ended.map_err(|e| format!("the server does not end: {e}"))?;
        self.running = Running::start(&self.args)?;
        Ok(())
    }

    fn hear_until(&mut self, who: &str, enough: &dyn Fn(&[Item]) -> bool) -> Outcome {
        let person = self.people.iter_mut().find(|person| person.who == who);
        person.map_or(Ok(()), |person| person.hear_until(enough))
    }

    fn fence(&mut self) -> Outcome {
        if let Some(last) = self.last {
            self.fence_one(last)?;
        }
        (0..self.people.len()).try_for_each(|place| self.fence_one(place))
    }

    fn take(&mut self, who: &str) -> Vec<Item> {
        let person = self.people.iter_mut().find(|person| person.who == who);
        person.map_or_else(Vec::new, |person| std::mem::take(&mut person.heard))
    }

    fn finish(&mut self) -> Outcome {
        for place in 0..self.people.len() {
            let person = &self.people[place];
            if person.stream.is_some() && (!person.named || person.mid_line) {
                let who = person.who.clone();
                self.end(&who)?;
                self.fence_one(place)?;
                let heard = self.take(&who);
                if heard != [Item::Closed] {
                    return Err(format!("at the end, {who} heard more: {heard:#?}"));
                }
            }
        }
        Ok(())
    }
}
