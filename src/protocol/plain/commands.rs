//! The table of commands: `/help`, the errors' usage lines, the parser and the table in
//! `protocol.md` all come from it or are tested against it.

mod account;
mod channels;
mod devices;
mod earlier;
mod operators;
mod people;
mod session;
mod talking;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::args::Args;
use super::printable::printable;
use super::refusals::Mistake;
use super::screen::Screen;
use crate::chat::mask::{Effect, Mask};
use crate::chat::name::Nick;
use crate::chat::vocabulary::{Command, Extras, Manner, Target};
use crate::email::Email;
use crate::protocol::stamp::Times;
use crate::suggest::nearest;
pub use earlier::{Part, Search};

/// Who may use a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody.
    Everybody,
    /// Those who run the channel.
    ChannelOperators,
    /// Those who run the server.
    ServerOperators,
}

/// What a command is about: a line of `/help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Saying something.
    Talking,
    /// Channels and who is in them.
    Channels,
    /// What was said earlier.
    Earlier,
    /// Others, and one's own name.
    People,
    /// Who is free.
    Availability,
    /// What must not be missed.
    Announcements,
    /// One's account.
    Account,
    /// The session itself.
    Session,
    /// Running a channel or the server.
    Operators,
}

/// The groups in the order of `/help`, each with its title.
pub static GROUPS: &[(Group, &str)] = &[
    (Group::Talking, "talking"),
    (Group::Channels, "channels"),
    (Group::Earlier, "earlier"),
    (Group::People, "people"),
    (Group::Availability, "availability"),
    (Group::Announcements, "announcements"),
    (Group::Account, "your account"),
    (Group::Session, "this session"),
    (Group::Operators, "operators"),
];

/// One command.
pub struct Spec {
    /// What it is about.
    pub group: Group,
    /// The word behind the slash.
    pub name: &'static str,
    /// What stands behind the word: `NAME` needed, `[NAME]` not.
    pub arguments: &'static str,
    /// What it does, in one line.
    pub help: &'static str,
    /// Who may.
    pub who: Who,
    /// Whether it counts against the pace.
    pub counts: bool,
    read: fn(&mut Args<'_>) -> Result<Request, Mistake>,
}

impl Spec {
    /// How to type it.
    pub fn usage(&self) -> String {
        format!("/{} {}", self.name, self.arguments)
            .trim_end()
            .to_owned()
    }
}

/// What a password is for that is asked for: it is the next line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wanted {
    /// To register, with this address for mail if one is given.
    Register(Option<Email>),
    /// To log in, to the account of one's name if none is said.
    LogIn(Option<Nick>),
    /// The one there is, to have another.
    Old,
    /// The other, to have it in place of this one.
    New(String),
}

/// What a line asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Something of the chat.
    Chat(Command),
    /// To say something privately to whoever wrote privately last.
    Reply(String),
    /// To keep the lines of others back.
    Hold,
    /// To let them come.
    Go,
    /// To have times in this form.
    Times(Times),
    /// To read what was said in a channel or to a person, so much of it.
    History(Target, Part),
    /// To find what was said.
    Search(Search),
    /// To be answered in order.
    Ping(String),
    /// To be told about the commands, or about one.
    Help(Option<String>),
    /// To leave.
    Quit(Option<String>),
    /// To become an operator of the server: the name and the password.
    Oper(String, String),
    /// To make one's name one's own, with this password, and an address for mail if one is given.
    Register(Option<Email>, String),
    /// To log in to an account, that of one's own name if none is said: the name and the password.
    LogIn(Option<Nick>, String),
    /// To be a guest again.
    LogOut,
    /// To have another password: the one there is, and the other.
    Password(String, String),
    /// To be asked for the password that is missing, which is typed unseen.
    AskFor(Wanted),
    /// To be told one's sessions.
    Sessions,
    /// To end another of them.
    SignOut(u32),
    /// To have the configuration read again.
    Rehash,
    /// To read the message of the day.
    Motd,
    /// To be told about the server.
    About,
}

/// The one-word statuses of the configuration: what each says.
pub type Statuses = BTreeMap<String, String>;

/// All commands, in the order of `/help`.
pub fn commands() -> impl Iterator<Item = &'static Spec> {
    let tables = [
        talking::COMMANDS,
        channels::COMMANDS,
        earlier::COMMANDS,
        people::COMMANDS,
        account::COMMANDS,
        session::COMMANDS,
        devices::COMMANDS,
        operators::COMMANDS,
    ];
    tables.into_iter().flatten()
}

/// The command of that name, in any case of letters.
pub fn lookup(name: &str) -> Option<&'static Spec> {
    commands().find(|spec| spec.name.eq_ignore_ascii_case(name))
}

/// The names of all commands.
pub fn names() -> impl Iterator<Item = &'static str> {
    commands().map(|spec| spec.name)
}

/// What no status can be called.
pub fn reserved() -> Vec<&'static str> {
    names().collect()
}

/// A line as typed, read.
pub struct Reading {
    /// What it asks for.
    pub request: Result<Request, Mistake>,
    /// Whether it counts against the pace.
    pub counts: bool,
    /// Whether it is said in the current channel, which makes a session enter the lobby.
    pub bare: bool,
}

/// Reads a line: bare text, or a command if it starts with one slash.
pub fn read(line: &str, screen: &Screen, statuses: &Statuses) -> Reading {
    let Some(rest) = line.strip_prefix('/') else {
        return bare(line, screen);
    };
    if rest.starts_with('/') {
        return bare(rest, screen);
    }
    let (name, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    match lookup(name) {
        Some(spec) => Reading {
            request: (spec.read)(&mut Args::new(rest, spec, screen)),
            counts: spec.counts,
            bare: false,
        },
        None => Reading {
            request: status(name, rest, statuses),
            counts: true,
            bare: false,
        },
    }
}

fn bare(text: &str, screen: &Screen) -> Reading {
    let speech = |to| {
        Request::Chat(Command::Say {
            to: Target::Channel(to),
            manner: Manner::Speech,
            text: printable(text).into_owned(),
            extras: Extras::default(),
        })
    };
    let request = screen
        .current()
        .cloned()
        .map(speech)
        .ok_or(Mistake::NoCurrentChannel);
    Reading {
        request,
        counts: true,
        bare: true,
    }
}

fn status(name: &str, rest: &str, statuses: &Statuses) -> Result<Request, Mistake> {
    let Some(text) = statuses.get(&name.to_ascii_lowercase()) else {
        return Err(Mistake::UnknownCommand {
            typed: name.to_owned(),
            meant: meant(name, statuses),
        });
    };
    let words = format!("{text} {}", printable(rest)).trim().to_owned();
    Ok(Request::Chat(Command::Away { words }))
}

/// What commands are called elsewhere.
static ELSEWHERE: &[(&str, &str)] = &[
    ("afk", "away"),
    ("bye", "quit"),
    ("commands", "help"),
    ("dm", "msg"),
    ("exit", "quit"),
    ("ignore", "block"),
    ("devices", "sessions"),
    ("names", "who"),
    ("notify", "watch"),
    ("part", "leave"),
    ("pm", "msg"),
    ("query", "msg"),
    ("tell", "msg"),
    ("users", "who"),
    ("whisper", "msg"),
];

/// The command or status that was likely meant.
pub fn meant(typed: &str, statuses: &Statuses) -> Option<String> {
    let commands = commands().map(|spec| spec.name);
    let known = commands.chain(statuses.keys().map(String::as_str));
    let typed = typed.to_lowercase();
    let elsewhere = ELSEWHERE.iter().find(|(name, _)| *name == typed);
    elsewhere
        .map(|(_, here)| *here)
        .or_else(|| nearest(&typed, known))
        .map(str::to_owned)
}

const fn open(
    group: Group,
    name: &'static str,
    arguments: &'static str,
    help: &'static str,
    read: fn(&mut Args<'_>) -> Result<Request, Mistake>,
) -> Spec {
    Spec {
        group,
        name,
        arguments,
        help,
        who: Who::Everybody,
        counts: true,
        read,
    }
}

fn chat(args: &Args<'_>, command: Command) -> Result<Request, Mistake> {
    session(args, Request::Chat(command))
}

fn session(args: &Args<'_>, request: Request) -> Result<Request, Mistake> {
    args.end()?;
    Ok(request)
}

fn bare_mask(word: &str, effect: Effect) -> Result<Mask, Mistake> {
    Mask::parse(word, effect).ok_or_else(|| Mistake::BadMask {
        typed: word.to_owned(),
    })
}
