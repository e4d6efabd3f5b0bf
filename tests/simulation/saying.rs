//! Something said, and how it reads on both protocols.

use std::collections::BTreeSet;
use std::sync::Arc;

use hallway::chat::UserId;
use hallway::chat::mode::Rank;
use hallway::chat::name::{ChannelName, Nick};
use hallway::chat::user::Identity;
use hallway::protocol::modes;
use hallway::protocol::plain::printable::printable;

/// Where something is to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    Current,
    Channel(ChannelName),
    /// To those in it who are this or more.
    Ranked(ChannelName, Rank),
    Person(Nick),
    /// Whoever wrote privately last.
    Answer,
    /// An announcement.
    Everyone,
    EveryoneIn(ChannelName),
}

/// How its line goes on behind the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Speech,
    Action,
    Notice,
    /// Of programs, to programs.
    Request,
    Answer,
    /// Only tags.
    Signal,
}

/// A line that says something, as it was meant.
#[derive(Debug, Clone)]
pub struct Intent {
    pub line: String,
    pub to: Vec<To>,
    pub manner: Manner,
    pub text: String,
    /// Tags for clients.
    pub attached: Vec<(String, String)>,
    /// By an IRC client: what cannot be is told by a refusal each, but for notices.
    pub irc: bool,
}

/// Where something is said, as its readers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Channel(ChannelName),
    Ranked(ChannelName, Rank),
    Person(Nick),
    Everyone,
}

/// Something said.
#[derive(Debug, Clone)]
pub struct Message {
    pub at_ms: u64,
    pub author: UserId,
    pub from: Arc<Identity>,
    pub place: Place,
    pub manner: Manner,
    pub text: String,
    pub attached: Vec<(String, String)>,
    pub announced: bool,
}

impl Message {
    /// What plain people read behind the stamp, or behind the number of an announcement. `own`: the
    /// reader is who said it.
    pub fn plain(&self, own: bool) -> Vec<String> {
        if matches!(
            self.manner,
            Manner::Request | Manner::Answer | Manner::Signal
        ) {
            return Vec::new();
        }
        let shown = |(place, text): &(usize, &str)| *place == 0 || !text.is_empty();
        let lines = self.text.split('\n').enumerate().filter(shown);
        lines.map(|(_, text)| self.plain_line(text, own)).collect()
    }

    fn plain_line(&self, text: &str, own: bool) -> String {
        let nick = &self.from.nick;
        if self.announced {
            return format!("{nick}: {}", printable(text.trim()));
        }
        let (place, audience) = match &self.place {
            Place::Channel(name) => (name.to_string(), ""),
            Place::Ranked(name, rank) => (name.to_string(), to_rank(*rank)),
            Place::Person(nick) if own => (format!("private to {nick}"), ""),
            Place::Person(_) | Place::Everyone => ("private".to_owned(), ""),
        };
        let text = format!("{audience}{}", printable(text));
        match self.manner {
            Manner::Action => format!("{place} * {nick} {text}"),
            Manner::Notice => format!("{place} -{nick}- {text}"),
            _ if own => format!("{place}: {text}"),
            _ => format!("{place} {nick}: {text}"),
        }
    }

    /// The command, what stands around the text, and where it goes, to an IRC client called this.
    pub fn irc(&self, reader: &str) -> (&'static str, &'static str, &'static str, String) {
        let to = match &self.place {
            Place::Channel(name) => name.to_string(),
            Place::Ranked(name, rank) => format!("{}{name}", modes::rank_sign(*rank)),
            Place::Person(nick) => nick.to_string(),
            Place::Everyone => reader.to_owned(),
        };
        let (verb, before, behind) = match self.manner {
            _ if self.announced => ("NOTICE", "", ""),
            Manner::Speech => ("PRIVMSG", "", ""),
            Manner::Action => ("PRIVMSG", "\u{1}ACTION ", "\u{1}"),
            Manner::Notice => ("NOTICE", "", ""),
            Manner::Request => ("PRIVMSG", "\u{1}", "\u{1}"),
            Manner::Answer => ("NOTICE", "\u{1}", "\u{1}"),
            Manner::Signal => ("TAGMSG", "", ""),
        };
        (verb, before, behind, to)
    }

    /// Whether it is remembered by its channel.
    pub fn lasts(&self) -> bool {
        let programs = matches!(
            self.manner,
            Manner::Request | Manner::Answer | Manner::Signal
        );
        !programs && !self.announced && matches!(self.place, Place::Channel(_))
    }
}

/// Something said, and who hears it.
#[derive(Debug, Clone)]
pub struct Saying {
    pub message: Message,
    /// Without who says it.
    pub hearers: BTreeSet<UserId>,
    /// In which channel's memory it is, and whether for its staff only.
    pub remembered: Option<(ChannelName, bool)>,
    /// To whom, privately.
    pub target: Option<UserId>,
}

fn to_rank(rank: Rank) -> &'static str {
    match rank {
        Rank::Operator => "(to operators) ",
        Rank::HalfOperator => "(to operators and half-operators) ",
        Rank::Voice => "(to operators and voices) ",
    }
}
