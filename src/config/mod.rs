//! The configuration: flags and a TOML file become one checked [`Config`], or a list of everything
//! that is wrong with them.
//!
//! [`keys`] lists what can be configured. A flag overrides the key of the same name. This layer
//! knows nothing of the chat, the server or the network: names of channels and commands are bare
//! words here, and no name server is ever asked.

mod addr;
mod allow;
mod cli;
mod draft;
mod fault;
mod file;
mod keys;
mod machine;
mod motd;
mod operator;
mod quantity;
mod word;
mod zone;

pub use crate::protocol::Protocol;
pub use addr::addresses;
pub use allow::Allow;
pub use cli::{
    AccountCommand, Cli, Command, DataArgs, ExportArgs, Format, PasswordArgs, SendArgs, ServeArgs,
};
pub use fault::{Fault, Faults};
pub use keys::{ANNOUNCEMENTS_BURST_MAX, keys};
pub use machine::Machine;
pub use motd::{MOTD_LINE_BYTES_MAX, MOTD_LINES_MAX};
pub use operator::{OPERATOR_HOST_BYTES_MAX, OPERATOR_NAME_BYTES_MAX, Operator};
pub use quantity::{
    DURATION_MS_MAX, KEEP_MS_MAX, PACE_LINES_MAX, Pace, SEND_QUEUE_BYTES_MAX, SEND_QUEUE_BYTES_MIN,
};
pub use word::{
    ADMIN_LINE_BYTES_MAX, ADMIN_LINES_MAX, LOBBY, NETWORK_NAME_BYTES_MAX, SERVER_NAME_BYTES_MAX,
    STATUS_TEXT_BYTES_MAX,
};

use crate::chat::name::{ChannelName, Nick};
use crate::email::Emails;
use draft::{Draft, settle};
use fault::sentence;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How the bytes of a connection travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// As they are.
    Tcp,
}

/// One place where the server listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listener {
    /// The address; `[::]` means all addresses of both families (dual stack), port 0 a free one.
    pub addr: SocketAddr,
    /// How bytes travel there.
    pub transport: Transport,
    /// What is spoken there.
    pub protocol: Protocol,
}

/// Who may make announcements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everyone.
    Everyone,
    /// Those who are logged in to an account.
    Registered,
    /// Operators.
    Operators,
}

impl Who {
    /// Its word in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Who::Everyone => "everyone",
            Who::Registered => "registered",
            Who::Operators => "operators",
        }
    }
}

/// Which IRC clients are shown what was said earlier when they come into a channel, of those that do
/// not ask for it themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// All.
    All,
    /// Those that take it in a batch, with times.
    Batches,
    /// None.
    Nobody,
}

impl Replay {
    /// Its word in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Replay::All => "all",
            Replay::Batches => "batches",
            Replay::Nobody => "none",
        }
    }
}

/// Who may make announcements, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Announcements {
    /// Who may.
    pub who: Who,
    /// Each may make one in this many milliseconds; at least 1,000, at most [`DURATION_MS_MAX`].
    pub every_ms: u64,
    /// How many each may make at once; 1 to [`ANNOUNCEMENTS_BURST_MAX`].
    pub burst: u32,
}

/// Who may register a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// Whoever has it.
    Open,
    /// Whoever runs the server does it for people.
    Operator,
}

impl Registration {
    /// Its word in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Registration::Open => "open",
            Registration::Operator => "operator",
        }
    }
}

/// What accounts are like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accounts {
    /// Who may make one.
    pub registration: Registration,
    /// Whether an IRC client may before it is registered.
    pub before_connect: bool,
    /// Whether an IRC client's may have another name than the client.
    pub custom_names: bool,
    /// What becomes of an address for mail.
    pub email: Emails,
    /// How often a new password is hashed; [`ITERATIONS_MIN`](crate::verifier::ITERATIONS_MIN) to
    /// [`ITERATIONS_MAX`](crate::verifier::ITERATIONS_MAX).
    pub iterations: u32,
    /// Those whose owners run the server while they are logged in.
    pub operators: Vec<Nick>,
}

/// How much of the history is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// What was said, for so many milliseconds.
    pub messages_ms: u64,
    /// Comings, goings and the like, for so many milliseconds.
    pub events_ms: u64,
    /// All of it together, so many bytes; none: as much as there is.
    pub bytes_max: Option<u64>,
}

/// Everything that can be configured, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where to listen: at least one place, no address twice (but for port 0), plain before IRC.
    pub listeners: Vec<Listener>,
    /// The server's name: letters, digits, `.` and `-`, at most [`SERVER_NAME_BYTES_MAX`] bytes.
    pub name: String,
    /// What IRC clients call the network: letters, digits, `.`, `-` and `_`, at most
    /// [`NETWORK_NAME_BYTES_MAX`] bytes; the server's name unless it was given.
    pub network: String,
    /// Who runs the server, where, and how to reach them: at most [`ADMIN_LINES_MAX`] printable lines
    /// of at most [`ADMIN_LINE_BYTES_MAX`] bytes.
    pub admin: Vec<String>,
    /// The message of the day, if there is one: at most [`MOTD_LINES_MAX`] lines of at most
    /// [`MOTD_LINE_BYTES_MAX`] bytes, perhaps none, without control characters but TAB.
    pub motd: Option<Arc<[String]>>,
    /// Where data is kept; none to keep nothing.
    pub data: Option<PathBuf>,
    /// Whom to admit.
    pub allow: Allow,
    /// The IANA name of the time zone, known to this machine; none for the system's.
    pub zone: Option<String>,
    /// How fast one connection is heard; none for as fast as it speaks.
    pub pace: Option<Pace>,
    /// The modes of a new channel: empty, or `+` and letters of `imnstu`, sorted, each once.
    pub channel_modes: String,
    /// The channels that exist from the start: [`LOBBY`] first, each once.
    pub permanent: Vec<ChannelName>,
    /// Who may announce, and how often.
    pub announcements: Announcements,
    /// What accounts are like.
    pub accounts: Accounts,
    /// Ready-made statuses by name, which is also a command: lower-case ASCII letters, not reserved.
    /// The texts are printable and have at most [`STATUS_TEXT_BYTES_MAX`] bytes.
    pub statuses: BTreeMap<String, String>,
    /// What may wait to be sent to one connection, in bytes; [`SEND_QUEUE_BYTES_MIN`] to
    /// [`SEND_QUEUE_BYTES_MAX`].
    pub send_queue_bytes: usize,
    /// How long a connection may take to give a name, in milliseconds; at least 1,000, at most
    /// [`DURATION_MS_MAX`].
    pub name_within_ms: u64,
    /// How far back guests read what was said, in milliseconds, at most a
    /// hundred years; none for to the beginning.
    pub guest_history_ms: Option<u64>,
    /// Which IRC clients are shown what was said earlier.
    pub irc_replay: Replay,
    /// How much of the history is kept.
    pub history: History,
    /// Channels whose lines are kept for another time, in milliseconds; 0: not at all.
    pub keeps: BTreeMap<ChannelName, u64>,
    /// Who may become an operator of the server, as they were given; no name twice.
    pub operators: Vec<Operator>,
}

/// The configuration that the flags, the file they name and this machine make together.
/// `reserved` are the names of commands, which a status cannot have.
///
/// # Errors
/// Everything that is wrong with the flags and the file.
pub fn load(args: &ServeArgs, reserved: &[&str]) -> Result<Config, Faults> {
    load_on(args, reserved, &Machine::this())
}

/// As [`load`], on a machine of the caller's making.
///
/// # Errors
/// Everything that is wrong with the flags and the file.
pub fn load_on(args: &ServeArgs, reserved: &[&str], machine: &Machine) -> Result<Config, Faults> {
    let (flags, mut faults) = read_flags(args, reserved);
    let file = match &args.config {
        Some(path) => {
            let (draft, faults_of_file) = file::read(path, reserved);
            faults.extend(faults_of_file);
            draft
        }
        None => Draft::new(reserved, Path::new("")),
    };
    Faults::unless_none(faults)?;
    Ok(settle(flags, file, machine))
}

fn read_flags(args: &ServeArgs, reserved: &[&str]) -> (Draft, Vec<Fault>) {
    let mut draft = Draft::new(reserved, Path::new(""));
    let mut faults = Vec::new();
    for (flag, text) in args.given() {
        if let Err(predicate) = keys::of_flag(flag).take_flag(&mut draft, text) {
            faults.push(Fault::of_flag(sentence(&format!("--{flag}"), &predicate)));
        }
    }
    (draft, faults)
}

/// What `hallway check` says when nothing is wrong. Without a file, the defaults are in force.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn check(path: Option<&Path>, reserved: &[&str]) -> Result<String, Faults> {
    let Some(path) = path else {
        return Ok(
            "No file is named by --config, so the defaults are in force: all is well.".into(),
        );
    };
    let (_, faults) = file::read(path, reserved);
    Faults::unless_none(faults)?;
    Ok(format!("{}: all is well.", path.display()))
}

#[cfg(test)]
mod tests;
