//! The table of commands: the parser, `HELP` and the table in `protocol.md` all come from it or are
//! tested against it.

mod accounts;
mod channels;
mod devices;
mod people;
mod talking;
mod wire;

use serde::{Deserialize, Serialize};

use super::account_registration::Wish;
use super::args::Args;
use super::capabilities::Caps;
use super::chathistory::{self, Search};
use super::message::Message;
use super::metadata;
use super::numerics::ERR_NEEDMOREPARAMS;
use super::refusals::Complaint;
use super::rows::WhoForm;
use crate::chat::mode::UserFlag;
use crate::chat::name::ChannelName;
use crate::chat::vocabulary::{Command, Described, Manner, MessageId, Target};

/// When a command can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Once the client is registered.
    Registered,
    /// At any time.
    Always,
    /// Once the client is registered, and only if it has asked for this: else there is no such
    /// command.
    IfAsked(super::capabilities::Cap),
    /// Before registration only if the client has asked for it (draft/pre-away,
    /// draft/extended-isupport).
    EarlyIfAsked(super::capabilities::Cap),
    /// At any time, but only if the client has asked for one of these.
    AnyTimeIfAsked(&'static [super::capabilities::Cap]),
}

/// What of a command counts against the pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// Each line.
    Always,
    /// Nothing: programs ask for it all the time.
    Never,
    /// A line with a third parameter, or with a sign in the second: one that changes something.
    IfItChanges,
}

/// One command.
pub struct Spec {
    /// The command.
    pub name: &'static str,
    /// What stands behind it: `<nick>` needed, `[<nick>]` not.
    pub arguments: &'static str,
    /// What it does, in one line.
    pub help: &'static str,
    /// How many parameters it needs.
    pub least: usize,
    /// When it can be used.
    pub when: When,
    /// What of it counts against the pace.
    pub counts: Counts,
    read: fn(&Args<'_>) -> Vec<Reading>,
}

/// What a message, or one of its targets, asks for; or what is wrong with it.
pub type Reading = Result<Request, Complaint>;

impl std::fmt::Debug for Spec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The server's answer to a question that a person has no use for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Query {
    /// Who runs the server.
    Admin,
    /// What the server is.
    Info,
    /// How many people there are.
    Lusers,
    /// The message of the day.
    Motd,
    /// A report of the server's.
    Stats(char),
    /// What time it is.
    Time,
    /// Which connections there are.
    Trace,
    /// Which version runs.
    Version,
}

/// What a client asks of its list of monitored people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Monitoring {
    /// To watch these too.
    Add(Vec<String>),
    /// To watch these no more.
    Remove(Vec<String>),
    /// To watch nobody.
    Clear,
    /// To be told who is watched.
    List,
    /// To be told who of them is here.
    Status,
}

/// What somebody is to be known for: `USERHOST` or `USERIP`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// User and host.
    Host,
    /// User and address, for those who may know it.
    Address,
}

/// What a message asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Something of the chat.
    Chat(Command),
    /// People, row by row, in this form.
    Who(Command, WhoForm),
    /// To negotiate capabilities: the subcommand, and what stands behind it.
    Cap(String, String),
    /// To be called this, perhaps for the first time.
    Nick(String),
    /// To be known by this user name and full name.
    User(String, String),
    /// To be let in by a password.
    Pass(String),
    /// To log in by SASL: a piece of what its mechanism says.
    Authenticate(String),
    /// To have an account.
    Account(Wish),
    /// Something of NickServ.
    NickServ(String),
    /// To be answered in order.
    Ping(String),
    /// Nothing: it is an answer, or of no concern.
    Nothing,
    /// To leave.
    Quit(Option<String>),
    /// To leave all channels.
    LeaveAll,
    /// To be away for no reason that is told, or just this client.
    AwayHere,
    /// What one is besides, or to change it.
    OwnModes(String, Vec<(UserFlag, bool)>, bool),
    /// The server named, or the server of the person named, is to answer.
    At(String, Box<Request>),
    /// The server's answer to a question.
    Query(Query),
    /// Which servers there are that fit a mask.
    Links(String),
    /// To be known for what they come from.
    Origins(Origin, Vec<String>),
    /// Who of these is here.
    IsOn(Vec<String>),
    /// The list of monitored people.
    Monitor(Monitoring),
    /// What this server supports.
    Isupport,
    /// To switch on what has a capability since (`PROTOCTL`).
    Protoctl(Vec<String>),
    /// To be told about the commands, or about one.
    Help(Option<String>),
    /// To become an operator of the server.
    Oper(String, String),
    /// To be told one's sessions.
    Sessions,
    /// To end another of them.
    SignOut(u32),
    /// To have the configuration read again.
    Rehash,
    /// To begin a message of several lines: reference, target, tags.
    Open(String, Target, Option<std::sync::Arc<str>>),
    /// To end it.
    Close(String),
    /// A line of it: reference, target, manner, text, and whether it goes on with the one before.
    Part(String, String, Manner, String, bool),
    /// To tell everyone whose server's name fits.
    Broadcast(String, String),
    /// Nobody is named, in an empty list of names.
    NamesOfNobody(String),
    /// That all is said of these people.
    EndOfWhois(String),
    /// To have some of the history.
    History(chathistory::Wish),
    /// To find what was said.
    Search(Search),
    /// To be told up to when one has read something, or to have read it up to a moment (Unix
    /// milliseconds).
    MarkRead(String, Option<u64>),
    /// To be told who is in a channel, if one still is.
    NamesHere(ChannelName),
    /// To be shown what was said in a channel before one came in, or since one went, if one still
    /// is.
    Earlier(ChannelName, Option<MessageId>),
    /// To have, or to say, something of people and channels.
    Metadata(metadata::Wish),
    /// To be told what stands under the keys that one is subscribed to, of a person or a channel.
    SyncMetadata(Described),
    /// To take back a message: where, its id, and why.
    Redact(Target, String, Option<String>),
}

/// All commands, by name.
pub fn commands() -> impl Iterator<Item = &'static Spec> {
    let tables = [
        wire::COMMANDS,
        accounts::COMMANDS,
        talking::COMMANDS,
        channels::COMMANDS,
        devices::COMMANDS,
        people::COMMANDS,
    ];
    tables.into_iter().flatten()
}

/// The command of that name, in any case of letters.
pub fn lookup(name: &str) -> Option<&'static Spec> {
    commands().find(|spec| spec.name.eq_ignore_ascii_case(name))
}

impl Spec {
    /// How to type it.
    pub fn usage(&self) -> String {
        format!("{} {}", self.name, self.arguments)
            .trim_end()
            .to_owned()
    }

    /// Whether a message with this command counts against the pace.
    pub fn counts(&self, message: &Message<'_>) -> bool {
        match self.counts {
            Counts::Always => true,
            Counts::Never => false,
            Counts::IfItChanges => {
                let letters = message.params.get(1).copied().unwrap_or("");
                message.params.len() > 2 || letters.contains(['+', '-'])
            }
        }
    }

    /// What a message with this command asks for, in order.
    pub fn read(&'static self, message: &Message<'_>, caps: Caps) -> Vec<Reading> {
        if message.params.len() < self.least {
            return vec![Err(self.needs_more())];
        }
        let args = Args {
            message,
            spec: self,
            caps,
        };
        (self.read)(&args)
    }

    /// That there are not enough parameters.
    pub fn needs_more(&self) -> Complaint {
        let text = format!("Not enough parameters: {}", self.usage());
        Complaint::about(ERR_NEEDMOREPARAMS, &[self.name], &text)
    }
}

const fn spec(
    name: &'static str,
    arguments: &'static str,
    least: usize,
    help: &'static str,
    read: fn(&Args<'_>) -> Vec<Reading>,
) -> Spec {
    Spec {
        name,
        arguments,
        help,
        least,
        when: When::Registered,
        counts: Counts::Always,
        read,
    }
}

/// A command that does not count: programs ask for it all the time.
const fn free(spec: Spec) -> Spec {
    Spec {
        counts: Counts::Never,
        ..spec
    }
}

const fn always(spec: Spec) -> Spec {
    Spec {
        when: When::Always,
        ..spec
    }
}

fn one(request: Request) -> Vec<Reading> {
    vec![Ok(request)]
}

fn chat(command: Command) -> Vec<Reading> {
    one(Request::Chat(command))
}

/// A request for each part of a parameter between commas.
fn each(words: Vec<&str>, request: impl Fn(&str) -> Reading) -> Vec<Reading> {
    words.into_iter().map(request).collect()
}

/// What is one request or one complaint.
fn reading(reading: Reading) -> Vec<Reading> {
    vec![reading]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_stands_once() {
        let mut names: Vec<&str> = commands().map(|spec| spec.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(
            names
                .iter()
                .all(|name| name.chars().all(|c| c.is_ascii_uppercase()))
        );
    }

    #[test]
    fn what_is_needed_is_in_the_usage() {
        for spec in commands() {
            let has_some = !spec.arguments.is_empty();
            assert!(has_some || spec.least == 0, "{}", spec.usage());
        }
    }
}
