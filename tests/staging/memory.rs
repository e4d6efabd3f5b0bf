//! The stage without sockets: the server's own lines in, lines out, and a clock that stands still
//! until it is moved.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use hallway::arena::Arena;
use hallway::chat::time::Now;
use hallway::config::{self, ServeArgs};
use hallway::protocol::Protocol;
use hallway::protocol::heard;
use hallway::protocol::irc::framing::Framer;
use hallway::protocol::plain::commands;
use hallway::protocol::plain::terminal::Terminal;
use hallway::serve;
use hallway::server::cloak::CloakKey;
use hallway::server::settings::Settings;
use hallway::server::{Heard, Output, Server, SessionId};
use hallway::store::vocabulary::{Answer, Order, Question, Trouble};
use hallway::verifier::ITERATIONS_MIN;

use super::archive::{Archive, folder};
use super::hearing::{Ear, Item, Times};
use super::script::{Disk, Script};
use super::{Outcome, SERVER_NAME, Stage};

/// For how long, in milliseconds, the clock is moved on while a line is awaited.
const PATIENCE_MS: u64 = 2_000;

/// What the monotonic clock shows at the beginning: so long ago was the server started.
const UP_SINCE_MS: u64 = 60_000;

/// The server without sockets.
pub(crate) struct Memory {
    server: Server,
    settings: Settings,
    store: Option<(Archive, PathBuf)>,
    disk: Disk,
    now: Now,
    connections: Arena<SessionId, Connection>,
    people: Vec<Person>,
    /// Connections that may have something to be heard.
    hungry: VecDeque<SessionId>,
}

/// The hearing side of a connection.
enum ServerEar {
    Plain(Terminal),
    Irc(Framer),
}

/// What the event loop would know of a connection.
struct Connection {
    place: usize,
    ear: ServerEar,
    input: VecDeque<u8>,
    ended: bool,
    over: bool,
}

/// What a person has heard.
struct Person {
    who: String,
    session: Option<SessionId>,
    ear: Ear,
    heard: Vec<Item>,
}

impl Memory {
    /// A server by the script's configuration.
    ///
    /// # Errors
    /// What is wrong with the configuration.
    pub(crate) fn new(script: &Script) -> Outcome<Self> {
        let now = Now {
            mono_ms: UP_SINCE_MS,
            wall_ms: script.begins_ms,
        };
        let settings = settings(script)?;
        let folder = script.remembers.then(|| folder(script, "memory"));
        let (server, store) = serve(now, &settings, folder.transpose()?)?;
        Ok(Self {
            server,
            settings,
            store,
            disk: Disk::Well,
            now,
            connections: Arena::default(),
            people: Vec::new(),
            hungry: VecDeque::new(),
        })
    }

    fn session(&self, who: &str) -> Outcome<SessionId> {
        let person = self.people.iter().find(|person| person.who == who);
        let session = person.and_then(|person| person.session);
        session.ok_or_else(|| format!("{who} is not connected"))
    }

    fn person(&mut self, id: SessionId) -> Option<&mut Person> {
        let place = self.connections.get(id)?.place;
        Some(&mut self.people[place])
    }

    /// Does what the server wants done, and hears who has something to say, until all is quiet.
    fn settle(&mut self) {
        self.carry_out();
        while let Some(id) = self.hungry.pop_front() {
            self.hear(id);
        }
    }

    fn carry_out(&mut self) {
        loop {
            let outputs: Vec<Output> = self.server.drain_outputs().collect();
            if outputs.is_empty() {
                return;
            }
            for output in outputs {
                self.carry_out_one(output);
            }
        }
    }

    fn carry_out_one(&mut self, output: Output) {
        match output {
            Output::Send(id, bytes) => self.say(id, &bytes),
            Output::Hide(id, hidden) => self.hide(id, hidden),
            Output::Resume(id) => self.hungry.push_back(id),
            Output::AwaitDrain(id) => self.server.drained(self.now, id),
            Output::Close(id, why) => {
                self.forget(id);
                self.server.lost(self.now, id, &why);
            }
            Output::Verify(check) => self.server.checked(self.now, check.run()),
            Output::Granted(..) => unreachable!("nobody runs it from the shell"),
            Output::Keep(order) if self.disk == Disk::Full => self.fail_to_keep(&order),
            Output::Ask(question) if self.disk == Disk::Full => self.fail_to_find(&question),
            Output::Keep(order) => self.look_up(|archive| archive.keep(*order)),
            Output::Ask(question) => self.look_up(|archive| archive.ask(*question)),
            Output::Reload => self.server.configure(self.now, self.settings.clone()),
        }
    }

    fn hide(&mut self, id: SessionId, hidden: bool) {
        let connection = self.connections.get_mut(id);
        let answer = connection.and_then(|connection| match &mut connection.ear {
            ServerEar::Plain(terminal) => terminal.hide(hidden),
            ServerEar::Irc(_) => None,
        });
        if let Some(answer) = answer {
            self.say(id, answer.as_bytes());
        }
    }

    fn look_up(&mut self, work: impl FnOnce(&Archive) -> Vec<Answer>) {
        let (archive, _) = self
            .store
            .as_ref()
            .expect("only what is remembered is asked");
        archive.set_clock(self.now);
        for answer in work(archive) {
            if self.disk != Disk::Slow {
                self.server.stored(self.now, answer);
            }
        }
    }

    fn fail_to_keep(&mut self, order: &Order) {
        if let Some(ticket) = order.ticket {
            let outcome = Err(Trouble::Failed);
            self.server
                .stored(self.now, Answer::Done { ticket, outcome });
        }
    }

    fn fail_to_find(&mut self, question: &Question) {
        let ticket = question.ticket;
        let outcome = Err(Trouble::Failed);
        self.server
            .stored(self.now, Answer::Found { ticket, outcome });
    }

    fn say(&mut self, id: SessionId, bytes: &[u8]) {
        if let Some(person) = self.person(id) {
            person.ear.take_in(bytes, &mut person.heard);
        }
    }

    fn forget(&mut self, id: SessionId) {
        if let Some(person) = self.person(id) {
            person.session = None;
            person.ear.close(&mut person.heard);
        }
        self.connections.remove(id);
    }

    /// Hears a connection item by item, as long as its session is ready.
    fn hear(&mut self, id: SessionId) {
        while self.server.is_ready(self.now, id) {
            let Some(connection) = self.connections.get_mut(id) else {
                return;
            };
            if let Some(item) = connection.next_item() {
                self.pass_on(id, item);
            } else if connection.ended && !std::mem::replace(&mut connection.over, true) {
                self.server.end_of_input(self.now, id);
            } else {
                return;
            }
            self.carry_out();
        }
    }

    fn pass_on(&mut self, id: SessionId, item: heard::Heard<'static>) {
        let heard = match &item {
            heard::Heard::Line(typed) => Heard::Line(&typed.text),
            heard::Heard::TooLong => Heard::TooLong,
            heard::Heard::NotUtf8(text) => Heard::NotUtf8(text),
            heard::Heard::HttpRequest => Heard::HttpRequest,
            heard::Heard::TlsHello => Heard::TlsHello,
            heard::Heard::Answer(answer) => {
                if answer.is_negotiation() {
                    self.server.negotiated(id);
                }
                return self.say(id, answer.as_bytes());
            }
        };
        self.server.hear(self.now, id, &heard);
    }

    /// Moves both clocks on to the next thing that is due, but not beyond `until_ms` on the
    /// monotonic one.
    fn tick(&mut self, until_ms: u64) {
        let due_ms = self.server.next_deadline_ms(self.now).unwrap_or(until_ms);
        let next_ms = due_ms.clamp(self.now.mono_ms, until_ms);
        self.now.wall_ms += next_ms - self.now.mono_ms;
        self.now.mono_ms = next_ms;
        self.server.tick(self.now);
        self.settle();
    }

    fn is_due(&self, until_ms: u64) -> bool {
        let due_ms = self.server.next_deadline_ms(self.now);
        due_ms.is_some_and(|due_ms| due_ms <= until_ms)
    }
}

impl Connection {
    fn next_item(&mut self) -> Option<heard::Heard<'static>> {
        let there = self.input.len();
        let mut rest: &[u8] = self.input.make_contiguous();
        let item = match &mut self.ear {
            ServerEar::Plain(terminal) => terminal.hear(&mut rest).map(owned),
            ServerEar::Irc(framer) => framer.hear(&mut rest).map(owned),
        };
        let used = there - rest.len();
        self.input.drain(..used);
        if item.is_some() || !self.ended {
            return item;
        }
        match &mut self.ear {
            ServerEar::Plain(terminal) => terminal.finish(),
            ServerEar::Irc(framer) => framer.finish(),
        }
    }
}

/// A server, and its store if it has one.
fn serve(
    now: Now,
    settings: &Settings,
    folder: Option<PathBuf>,
) -> Outcome<(Server, Option<(Archive, PathBuf)>)> {
    let mut server = Server::new(now, settings.clone());
    let Some(folder) = folder else {
        return Ok((server, None));
    };
    let (archive, restored) = Archive::open(&folder, now)?;
    server.resume(now, restored);
    Ok((server, Some((archive, folder))))
}

fn owned(heard: heard::Heard<'_>) -> heard::Heard<'static> {
    match heard {
        heard::Heard::Line(typed) => {
            let text = typed.text.into_owned().into();
            heard::Heard::Line(heard::Typed { text })
        }
        heard::Heard::TooLong => heard::Heard::TooLong,
        heard::Heard::NotUtf8(text) => heard::Heard::NotUtf8(text),
        heard::Heard::HttpRequest => heard::Heard::HttpRequest,
        heard::Heard::TlsHello => heard::Heard::TlsHello,
        heard::Heard::Answer(answer) => heard::Heard::Answer(answer),
    }
}

impl Stage for Memory {
    fn name(&self) -> &'static str {
        "in memory"
    }

    fn times(&self) -> Times {
        Times::Exactly
    }

    fn people(&self) -> Vec<String> {
        self.people
            .iter()
            .map(|person| person.who.clone())
            .collect()
    }

    fn is_connected(&self, who: &str) -> bool {
        self.session(who).is_ok()
    }

    fn connect(&mut self, who: &str, protocol: Protocol) -> Outcome {
        let known = self.people.iter().position(|person| person.who == who);
        let place = known.unwrap_or(self.people.len());
        let id = self.connections.insert(Connection {
            place,
            ear: match protocol {
                Protocol::Plain => ServerEar::Plain(Terminal::new()),
                Protocol::Irc => ServerEar::Irc(Framer::new()),
            },
            input: VecDeque::new(),
            ended: false,
            over: false,
        });
        if known.is_none() {
            self.people.push(Person {
                who: who.to_owned(),
                session: None,
                ear: Ear::default(),
                heard: Vec::new(),
            });
        }
        self.people[place].session = Some(id);
        let peer = SocketAddr::from(([127, 0, 0, 1], 49_152));
        self.server.open(self.now, id, protocol, peer);
        self.settle();
        Ok(())
    }

    fn send(&mut self, who: &str, bytes: &[u8]) -> Outcome {
        let id = self.session(who)?;
        if let Some(connection) = self.connections.get_mut(id) {
            connection.input.extend(bytes);
        }
        self.hungry.push_back(id);
        self.settle();
        Ok(())
    }

    fn end(&mut self, who: &str) -> Outcome {
        let id = self.session(who)?;
        if let Some(connection) = self.connections.get_mut(id) {
            connection.ended = true;
        }
        self.hungry.push_back(id);
        self.settle();
        Ok(())
    }

    fn hang_up(&mut self, who: &str) -> Outcome {
        self.end(who)?;
        let person = self.people.iter_mut().find(|person| person.who == who);
        person.expect("they were connected").heard.clear();
        Ok(())
    }

    fn make_operator(&mut self, who: &str) -> Outcome {
        let id = self.session(who)?;
        self.server.set_operator(id, true);
        Ok(())
    }

    fn wait(&mut self, ms: u64) -> Outcome {
        let until_ms = self.now.mono_ms + ms;
        while self.now.mono_ms < until_ms {
            self.tick(until_ms);
        }
        Ok(())
    }

    fn set_clock(&mut self, wall_ms: u64) -> Outcome {
        self.now.wall_ms = wall_ms;
        self.server.tick(self.now);
        self.settle();
        Ok(())
    }

    fn set_disk(&mut self, disk: Disk) -> Outcome {
        self.disk = disk;
        Ok(())
    }

    fn stop(&mut self) -> Outcome {
        self.server.goodbye();
        self.settle();
        Ok(())
    }

    fn restart(&mut self) -> Outcome {
        self.stop()?;
        let folder = self.store.take().map(|(_, folder)| folder);
        (self.server, self.store) = serve(self.now, &self.settings, folder)?;
        self.carry_out();
        Ok(())
    }

    fn hear_until(&mut self, who: &str, enough: &dyn Fn(&[Item]) -> bool) -> Outcome {
        let until_ms = self.now.mono_ms + PATIENCE_MS;
        let Some(place) = self.people.iter().position(|person| person.who == who) else {
            return Ok(());
        };
        while !enough(&self.people[place].heard) && self.is_due(until_ms) {
            self.tick(until_ms);
        }
        Ok(())
    }

    /// All that was done has been heard already.
    fn fence(&mut self) -> Outcome {
        Ok(())
    }

    fn take(&mut self, who: &str) -> Vec<Item> {
        let person = self.people.iter_mut().find(|person| person.who == who);
        person.map_or_else(Vec::new, |person| std::mem::take(&mut person.heard))
    }

    fn finish(&mut self) -> Outcome {
        Ok(())
    }
}

/// Where the configuration of a script is put down, so that it is read as any other.
pub(crate) fn config_file(script: &Script, stage: &str) -> Outcome<PathBuf> {
    let stem = script.path.file_stem().unwrap_or_default();
    let line = script.steps.first().map_or(0, |step| step.line);
    let name = format!("{}-{line}-{stage}.toml", stem.to_string_lossy());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let write = |path: &Path, text: &str| {
        std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))
    };
    let motd = path.with_extension("motd");
    let key = match script.motd.as_str() {
        "" => String::new(),
        lines => {
            write(&motd, lines)?;
            format!("motd = {:?}\n", motd.display().to_string())
        }
    };
    write(&path, &(key + &with_quick_passwords(&script.config)))?;
    Ok(path)
}

/// The same configuration, in which a password takes no longer than it must.
fn with_quick_passwords(config: &str) -> String {
    const TABLE: &str = "[accounts]\n";
    let quick = format!("{TABLE}iterations = {ITERATIONS_MIN}\n");
    match config.contains(TABLE) {
        true => config.replace(TABLE, &quick),
        false => format!("{config}\n{quick}"),
    }
}

fn settings(script: &Script) -> Outcome<Settings> {
    let args = ServeArgs {
        config: Some(config_file(script, "memory")?),
        name: Some(SERVER_NAME.to_owned()),
        data: Some("none".to_owned()),
        zone: (!script.config.contains("zone")).then(|| "UTC".to_owned()),
        ..ServeArgs::default()
    };
    let config = config::load(&args, &commands::reserved()).map_err(|faults| faults.to_string())?;
    let mut settings = serve::settings(&config, CloakKey::default())?;
    settings.chat.remembers = script.remembers;
    Ok(settings)
}
