//! The people, what they do, and what must come of it.

mod deeds;
mod judging;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use hallway::arena::Arena;
use hallway::chat::UserId;
use hallway::chat::account::{Account, AccountId};
use hallway::chat::name::{ChannelName, Nick};
use hallway::chat::pace::Pace;
use hallway::chat::time::Now;
use hallway::check::{Check, Checked, Job, Outcome};
use hallway::protocol::Protocol;
use hallway::server::settings::Settings;
use hallway::server::{Heard, Output, Server, SessionId};
use hallway::store::vocabulary::{Answer, Restored};
use hallway::verifier::{ITERATIONS_MIN, Verifier};

use crate::disk::{Disk, Mood};
use crate::ear::{Ear, How};
use crate::prng::Rng;

const ACCOUNTS: [&str; 3] = ["ann", "bob", "eve"];
const CHANNELS: [&str; 4] = ["#lobby", "#a", "#b", "#c"];
const PASSWORD: &str = "right";

/// What IRC clients have asked for.
const CAPS: [&str; 3] = [
    "",
    "batch server-time message-tags",
    "batch server-time message-tags draft/chathistory soju.im/search standard-replies",
];

/// How many are here at most.
const SEATS_MAX: usize = 14;

/// No session is kept from being heard for so long: each ticket has 5 seconds, and few follow each
/// other.
const WAITS_MS: u64 = 30_000;

/// How many lines of the story are shown if something is wrong.
const LINES_SHOWN: usize = 60;

/// Something that people do.
type Deed = fn(&mut Office);

/// Something typed.
#[derive(Debug, Clone)]
struct Typed {
    line: String,
    says: Says,
}

/// What somebody says with it.
#[derive(Debug, Clone)]
enum Says {
    Nothing,
    In(&'static str, u64),
    To(String, u64),
}

/// A connection.
struct Seat {
    protocol: Protocol,
    ear: Ear,
    user: Option<UserId>,
    typed: VecDeque<Typed>,
    ends: bool,
    drains_at_ms: Option<u64>,
    /// It has not been ready since.
    waits_since_ms: Option<u64>,
    fences: VecDeque<u64>,
    /// The letter that it waits to hear of.
    leaving: Option<u64>,
}

/// Something that was said.
#[derive(Debug)]
enum Word {
    /// In a channel: whether it was open, and who was there.
    In {
        open: bool,
        there: BTreeSet<AccountId>,
    },
    /// Between two, who may have accounts.
    Between(Option<AccountId>, Option<AccountId>),
    /// A letter.
    Letter {
        from: AccountId,
        to: AccountId,
        fate: Fate,
        read: usize,
    },
    /// To nobody else.
    ToOneself,
    /// To whomever: they were not there, or it is not known who was.
    Lost,
}

/// What the writer of a letter was told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Unknown,
    Kept,
    Refused,
}

/// Everybody, the server and its disk.
pub struct Office {
    seed: u64,
    chance: Rng,
    /// When to save and restore, apart from what people do.
    fate: Option<Rng>,
    settings: Settings,
    server: Server,
    disk: Disk,
    now: Now,
    seats: Arena<SessionId, Seat>,
    checks: Vec<(u64, Check)>,
    /// How many passwords in a hundred take longer than anybody waits.
    slow_percent: usize,
    last: u64,
    words: BTreeMap<u64, Word>,
    /// Who is still to hear which word.
    expected: BTreeSet<(SessionId, u64)>,
    /// Whose connection has broken before it had taken what was sent.
    cut_off: BTreeSet<AccountId>,
    pub log: Vec<String>,
}

impl Office {
    pub fn new(seed: u64, restoring: bool) -> Self {
        let now = Now {
            mono_ms: 1_000,
            wall_ms: 1_795_421_700_000,
        };
        let settings = settings();
        let accounts: Vec<Account> = (1..)
            .zip(ACCOUNTS)
            .map(|(id, name)| Account {
                id: AccountId(id),
                name: nick(name),
            })
            .collect();
        let mut server = Server::new(now, settings.clone());
        let known = accounts.iter().cloned();
        server.resume(
            now,
            Restored {
                accounts: known.map(|account| (account, verifier())).collect(),
                ..Restored::default()
            },
        );
        let mut office = Self {
            seed,
            chance: Rng::new(seed),
            fate: restoring.then(|| Rng::new(!seed)),
            settings,
            server,
            disk: Disk::new(accounts),
            now,
            seats: Arena::default(),
            checks: Vec::new(),
            slow_percent: 6,
            last: 0,
            words: BTreeMap::new(),
            expected: BTreeSet::new(),
            cut_off: BTreeSet::new(),
            log: Vec::new(),
        };
        office.settle();
        office
    }

    /// What happened, but for what was restored.
    pub fn story(&self) -> impl Iterator<Item = &String> {
        self.log
            .iter()
            .filter(|line| !line.ends_with("is restored"))
    }

    /// Lets people do so many things; then the disk is well, everybody reads what is theirs, and goes.
    pub fn live(&mut self, deeds: u64) {
        for _ in 0..deeds {
            self.deed();
            let pause_ms = [0, 0, 30, 200, 900][self.chance.below(5)];
            self.pass(pause_ms);
        }
        self.set_mood(Mood::Well);
        self.slow_percent = 0;
        self.pass(200_000);
        for name in ACCOUNTS {
            let id = self.connect(Protocol::Plain);
            self.types(id, &format!("/login {name} {PASSWORD}"));
            self.pass(20_000);
        }
        // What could not be found at once is looked for again each minute.
        self.pass(600_000);
        self.check_at_the_end();
        for id in self.seats.keys() {
            self.lose(id);
        }
        self.pass(3_600_000);
        assert_eq!(self.server.chat().population(), 0);
        assert_eq!(
            self.server.next_deadline_ms(self.now),
            None,
            "nothing is left"
        );
    }

    fn note(&mut self, line: String) {
        self.log.push(format!("[{}] {line}", self.now.mono_ms));
    }

    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn forget(&mut self, id: SessionId) {
        let Some(seat) = self.seats.remove(id) else {
            return;
        };
        let account = seat.user.and_then(|user| self.account_of(user));
        if let (Some(account), Some(_)) = (account, seat.drains_at_ms) {
            self.note(format!("{id} is cut off before it has read"));
            self.cut_off.insert(account);
        }
        self.expected.retain(|(who, _)| *who != id);
    }

    fn account_of(&self, user: UserId) -> Option<AccountId> {
        let chat = self.server.chat();
        chat.find_user(user)?;
        chat.account_of(user).map(|account| account.id)
    }

    /// Lets time go by, from one thing that is due to the next.
    fn pass(&mut self, ms: u64) {
        let until_ms = self.now.mono_ms + ms;
        loop {
            let drains = self.seats.iter().filter_map(|(_, seat)| seat.drains_at_ms);
            let checks = self.checks.iter().map(|(due_ms, _)| *due_ms);
            let others = self.server.next_deadline_ms(self.now).into_iter();
            let due = drains
                .chain(checks)
                .chain(others)
                .chain(self.disk.due_ms())
                .min();
            let next_ms = due.unwrap_or(until_ms).clamp(self.now.mono_ms, until_ms);
            let is_over = due.is_none_or(|due_ms| due_ms > until_ms);
            self.now.wall_ms += next_ms - self.now.mono_ms;
            self.now.mono_ms = next_ms;
            self.happens();
            if is_over {
                return;
            }
        }
    }

    /// What is due, is done, in an order of chance's choosing.
    fn happens(&mut self) {
        let now_ms = self.now.mono_ms;
        if self.chance.percent(50) {
            self.have_answered();
        }
        let due: Vec<(u64, Check)> = self
            .checks
            .extract_if(.., |(due_ms, _)| *due_ms <= now_ms)
            .collect();
        for (_, check) in due {
            let outcome = match check.job {
                Job::Check(_) => Outcome::Holds(check.password == PASSWORD),
                Job::Make(_) => Outcome::Made(Ok(verifier())),
            };
            let ticket = check.ticket;
            self.server.checked(self.now, Checked { ticket, outcome });
            self.settle();
        }
        for id in self.seats.keys() {
            let seat = self.seats.get_mut(id);
            let drained = seat.and_then(|seat| seat.drains_at_ms.take_if(|at_ms| *at_ms <= now_ms));
            if drained.is_some() {
                self.server.drained(self.now, id);
                self.settle();
            }
        }
        self.have_answered();
        self.server.tick(self.now);
        self.settle();
        self.save_and_restore();
    }

    fn have_answered(&mut self) {
        for answer in self.disk.work(self.now.mono_ms, &mut self.chance) {
            self.answer(answer);
        }
        for told in std::mem::take(&mut self.disk.notes) {
            self.note(told.to_owned());
        }
    }

    fn answer(&mut self, answer: Answer) {
        match &answer {
            Answer::Done { ticket, outcome } => self.note(format!("ticket {ticket}: {outcome:?}")),
            Answer::Found { ticket, outcome } => {
                let how = outcome.as_ref().map(|_| "found");
                self.note(format!("ticket {ticket}: {how:?}"));
            }
        }
        self.server.stored(self.now, answer);
        self.settle();
    }

    /// Carries out what the server wants, and hears whoever has something to say, until all is
    /// quiet; then looks whether everything is as it must be.
    fn settle(&mut self) {
        self.carry_out();
        while let Some(id) = self.ready_to_be_heard() {
            self.hear(id);
            self.carry_out();
            self.check();
        }
        self.check();
    }

    fn ready_to_be_heard(&mut self) -> Option<SessionId> {
        for id in self.seats.keys() {
            let seat = self.seats.get(id).expect("its key was just listed");
            let has = seat.ends || !seat.typed.is_empty();
            if has && seat.drains_at_ms.is_none() && self.server.is_ready(self.now, id) {
                return Some(id);
            }
        }
        None
    }

    fn hear(&mut self, id: SessionId) {
        let seat = self.seats.get_mut(id).expect("it was just found");
        let Some(Typed { line, says }) = seat.typed.pop_front() else {
            self.note(format!("{id} has ended"));
            return self.server.end_of_input(self.now, id);
        };
        self.note(format!("{id}> {line}"));
        self.foretell(id, &says);
        self.server.hear(self.now, id, &Heard::Line(&line));
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
        let now_ms = self.now.mono_ms;
        match output {
            Output::Send(id, bytes) => self.reads(id, &bytes),
            Output::Resume(_) | Output::Reload | Output::Granted(..) | Output::Hide(..) => {}
            Output::AwaitDrain(id) => {
                let at_ms = now_ms + self.chance.below(700) as u64;
                if let Some(seat) = self.seats.get_mut(id) {
                    seat.drains_at_ms = Some(at_ms);
                }
            }
            Output::Close(id, why) => {
                self.note(format!("{id} is closed: {why}"));
                self.forget(id);
                self.server.lost(self.now, id, &why);
            }
            Output::Verify(check) => {
                let takes_ms = match self.chance.percent(self.slow_percent) {
                    true => 6_000,
                    false => self.chance.below(300) as u64,
                };
                self.checks.push((now_ms + takes_ms, check));
            }
            Output::Keep(order) => {
                let answer = self.disk.keep(*order, now_ms, &mut self.chance);
                answer.into_iter().for_each(|answer| self.refuse(answer));
            }
            Output::Ask(question) => {
                let answer = self.disk.ask(*question, now_ms, &mut self.chance);
                answer.into_iter().for_each(|answer| self.refuse(answer));
            }
        }
    }

    fn refuse(&mut self, answer: Answer) {
        self.server.stored(self.now, answer);
    }

    fn reads(&mut self, id: SessionId, bytes: &[u8]) {
        let text = str::from_utf8(bytes).expect("only text is sent");
        for line in text.lines() {
            self.note(format!("{id}< {line}"));
        }
        let Some(seat) = self.seats.get_mut(id) else {
            return;
        };
        let before = seat.ear.nick.clone();
        let lines = seat.ear.hear(bytes);
        let is_another = seat.ear.nick != before;
        let words = std::mem::take(&mut seat.ear.words);
        let fences = std::mem::take(&mut seat.ear.fences);
        for fence in fences {
            let due = seat.fences.pop_front();
            assert_eq!(due, Some(fence), "{id} is answered in order, and once");
        }
        if is_another {
            self.meet(id);
        }
        for line in lines {
            self.learns(id, &line);
        }
        for (word, how) in words {
            self.hears_word(id, word, how);
        }
    }

    /// An upgrade without hanging up: the state goes through bytes and comes back.
    fn save_and_restore(&mut self) {
        let making = |(_, check): &(u64, Check)| matches!(check.job, Job::Make(_));
        // What knows the password of an account to be is not in the state.
        if self.disk.is_making_an_account() || self.checks.iter().any(making) {
            return;
        }
        let Some(fate) = &mut self.fate else { return };
        if !fate.percent(3) {
            return;
        }
        let saved = postcard::to_allocvec(&self.server).expect("plain data");
        self.server = postcard::from_bytes(&saved).expect("plain data");
        self.server.configure(self.now, self.settings.clone());
        let again = postcard::to_allocvec(&self.server).expect("plain data");
        assert!(saved == again, "a restored server is saved otherwise");
        self.note("all is restored".to_owned());
    }
}

/// Whatever failed, here or in the server: how it came to it, and how to see it again.
impl Drop for Office {
    fn drop(&mut self) {
        if std::thread::panicking() {
            if let Ok(path) = std::env::var("HALLWAY_SIM_LOG") {
                let written = std::fs::write(&path, self.log.join("\n"));
                eprintln!("the log is in {path}: {written:?}");
            }
            let shown = &self.log[self.log.len().saturating_sub(LINES_SHOWN)..];
            eprintln!(
                "{}\n^ seed {}; again: HALLWAY_SIM_SEED={} cargo test --test remembering",
                shown.join("\n"),
                self.seed,
                self.seed
            );
        }
    }
}

fn nick(name: &str) -> Nick {
    Nick::parse(name).expect("a name")
}

/// Made but once, for that takes its time.
fn verifier() -> Arc<Verifier> {
    static VERIFIER: OnceLock<Arc<Verifier>> = OnceLock::new();
    let make = || Verifier::make(PASSWORD, b"some salt", ITERATIONS_MIN);
    let made = VERIFIER.get_or_init(|| Arc::new(make().expect("a password")));
    made.clone()
}

fn settings() -> Settings {
    Settings {
        name: "test".to_owned(),
        pace: None,
        iterations: ITERATIONS_MIN,
        chat: hallway::chat::settings::Settings {
            remembers: true,
            announcing: Pace {
                burst: 2,
                every_us: 1_000_000,
            },
            ..Default::default()
        },
        ..Settings::default()
    }
}
