//! What the store is told, what it is asked and what it answers: plain data, for those who know
//! nothing of databases.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::chat::account::{Account, AccountId};
use crate::chat::name::{ChannelName, Nick};
use crate::chat::vocabulary::{
    Absent, ConversationId, Former, Kept, KeptAnnouncement, Line, MessageId, Metadata, Preferences,
    Record,
};
pub use crate::chat::vocabulary::{End, Point};
use crate::email::Email;
use crate::verifier::Verifier;

/// Something to be kept.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Something of the chat.
    Record(Record),
    /// An account, whose number the store chooses.
    AddAccount {
        /// Its name.
        name: Nick,
        /// Knows its password.
        verifier: Arc<Verifier>,
        /// Its owner's address for mail.
        email: Option<Email>,
        /// When, in Unix milliseconds.
        at_ms: u64,
    },
    /// Another password.
    SetVerifier {
        /// Whose.
        account: AccountId,
        /// Knows it.
        verifier: Arc<Verifier>,
    },
    /// An account is no more.
    RemoveAccount {
        /// Which.
        account: AccountId,
        /// Whether what its owner said is to be forgotten too.
        with_messages: bool,
    },
    /// The owner of an account was here.
    Seen {
        /// Which.
        account: AccountId,
        /// When last, in Unix milliseconds.
        at_ms: u64,
    },
    /// A private message waits for its reader, who is not here. The line is kept with it.
    KeepFor {
        /// Who is to read it.
        account: AccountId,
        /// It.
        line: Line,
    },
    /// Waiting messages up to this one have been given to their reader.
    Delivered {
        /// The reader.
        account: AccountId,
        /// The last of them.
        until: MessageId,
    },
    /// Somebody has read a channel or a private conversation up to a moment.
    MarkRead {
        /// Whose account.
        account: AccountId,
        /// The folded name of the channel or of the other person.
        target: String,
        /// Up to when, in Unix milliseconds.
        at_ms: u64,
    },
    /// For how long the lines of a channel are kept from now on, those said before too.
    Keep {
        /// Which channel.
        conversation: ConversationId,
        /// For how long.
        keep: Keep,
    },
}

/// For how long lines are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// As long as those of other channels.
    Default,
    /// Not at all: no line is kept, and those that were go.
    Nothing,
    /// So long. Comings and goings are kept no longer than in other channels.
    For {
        /// In milliseconds.
        ms: u64,
    },
}

/// A deed, and who waits until it is safe on the disk.
#[derive(Debug, Clone)]
pub struct Order {
    /// Answered with [`Answer::Done`] once it is synced; `None`: nobody waits.
    pub ticket: Option<u64>,
    /// What is to be kept.
    pub deed: Deed,
}

/// How many lines one answer has at most, whatever was asked for.
pub const LINES_MAX: usize = 1_000;

/// Whose lines are asked for, and who may read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// A channel's.
    Channel {
        /// Its name.
        name: ChannelName,
        /// The conversation of that name now, if the asker may read what was open in it.
        current: Option<ConversationId>,
    },
    /// A private conversation of the asker's.
    With(AccountId),
    /// Everything that the asker may read; of these conversations what was open in them too.
    Everywhere(Vec<ConversationId>),
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// Their account; guests have none, and read only what was open.
    pub account: Option<AccountId>,
    /// Nothing older than this (Unix milliseconds).
    pub not_before_ms: u64,
    /// Whose lines they do not want to see.
    pub blocked: Vec<AccountId>,
    /// Of which channels they may read nothing, wherever they were.
    pub barred: Vec<ConversationId>,
}

/// Which lines are asked for. They come oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Of what.
    pub scope: Scope,
    /// Only later than this.
    pub after: Option<Point>,
    /// Only earlier than this.
    pub before: Option<Point>,
    /// At most so many, and at most [`LINES_MAX`].
    pub limit: usize,
    /// Which of them.
    pub end: End,
    /// Also comings, goings, topics and the like.
    pub events: bool,
    /// Only what has these words.
    pub words: Option<String>,
    /// Only what somebody of this name said.
    pub by: Option<Nick>,
}

/// A conversation in which something was said lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Partner {
    /// A channel.
    Channel(ChannelName),
    /// A person, by what their account is called now.
    Account(Account),
}

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// Lines.
    Lines(Wanted),
    /// The conversations with lines between two moments, the earliest of the latest lines first.
    Partners {
        /// What the asker may read: see [`Scope::Everywhere`].
        open: Vec<ConversationId>,
        /// Later than this.
        after_ms: u64,
        /// Earlier than this.
        before_ms: u64,
        /// At most so many.
        limit: usize,
    },
    /// Who was heard of under a name.
    Former {
        /// The name.
        nick: Nick,
        /// At most so many, the latest of them.
        limit: usize,
    },
    /// The private messages that wait for the asker.
    Waiting {
        /// At most so many, the first of them.
        limit: usize,
    },
}

/// A question. What was to be kept before it is seen by it, unless the disk takes long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Tells whoever asks which of their questions this is.
    pub ticket: u64,
    /// Who asks.
    pub asker: Asker,
    /// What.
    pub query: Query,
}

/// Why the store cannot do something: a sentence for whoever runs the server is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Too much waits to be written.
    Full,
    /// The disk is full, broken or read-only.
    Failed,
    /// It took too long to find.
    TooSlow,
    /// There is an account of this name already.
    NameTaken,
    /// There is no such account any more.
    NoSuchAccount,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Lines, oldest first.
    Lines {
        /// They.
        lines: Vec<Line>,
        /// What the channels of these are called.
        channels: Vec<(ConversationId, ChannelName)>,
    },
    /// Conversations, each with the moment of its latest line.
    Partners(Vec<(Partner, u64)>),
    /// They and when they were last heard of, the latest first.
    Former(Vec<Former>),
}

/// What came of an order or a question.
#[derive(Debug, Clone)]
pub enum Answer {
    /// It is safe on the disk, or not; an account that was added has a number now.
    Done {
        /// Whose question.
        ticket: u64,
        /// What came of it.
        outcome: Result<Option<AccountId>, Trouble>,
    },
    /// An answer to a question.
    Found {
        /// Whose question.
        ticket: u64,
        /// What came of it.
        outcome: Result<Found, Trouble>,
    },
}

/// What a store remembers that the server needs at once when it starts.
#[derive(Debug, Clone, Default)]
pub struct Restored {
    /// The accounts, and what knows their passwords.
    pub accounts: Vec<(Account, Arc<Verifier>)>,
    /// When the owners of accounts were here last, in Unix milliseconds.
    pub seen: BTreeMap<AccountId, u64>,
    /// Who was in which channel that has not ended, and until when (Unix milliseconds), the earliest
    /// first.
    pub stays: Vec<(ConversationId, AccountId, u64)>,
    /// The announcements that were not withdrawn, the oldest first; some may be over by now.
    pub announcements: Vec<KeptAnnouncement>,
    /// The last number that an announcement has had.
    pub last_announcement: u32,
    /// The channels that have not ended, with their conversations.
    pub channels: Vec<(ConversationId, ChannelName)>,
    /// Those of them that are kept for good.
    pub kept: BTreeMap<ConversationId, Kept>,
    /// The last conversation there has been.
    pub last_conversation: ConversationId,
    /// The last line there is.
    pub last_message: MessageId,
    /// For whom messages wait, from whom, and which, the oldest first.
    pub waiting: Vec<(AccountId, AccountId, MessageId)>,
    /// Up to when who has read what: the account, the folded name, Unix milliseconds.
    pub read: Vec<(AccountId, String, u64)>,
    /// Who is away until when.
    pub absences: BTreeMap<AccountId, Absent>,
    /// Who stays when they are not connected.
    pub stayers: BTreeSet<AccountId>,
    /// Whom people block and what they watch.
    pub preferences: BTreeMap<AccountId, Preferences>,
    /// What people say of themselves.
    pub metadata: BTreeMap<AccountId, Metadata>,
}

/// How a store is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    /// How many lines it has kept since it was opened.
    pub stored: u64,
    /// How many orders it could not carry out.
    pub lost: u64,
    /// How many orders wait.
    pub waiting: usize,
    /// What is wrong, while something is.
    pub trouble: Option<String>,
}
