//! What is to be remembered of a chat, and for whom.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::command::Watched;
use super::event::{Extras, Manner, MessageId};
use super::reply::{Listed, TopicInfo};
use super::{Metadata, MetadataKey};
use crate::chat::account::{Account, AccountId};
use crate::chat::mask::Mask;
use crate::chat::mode::Modes;
use crate::chat::name::{ChannelName, Nick};
use crate::chat::user::Identity;

/// One channel from its making to its end: another that is made under the same name later is
/// another conversation. Never used again.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct ConversationId(pub u64);

/// Where a line belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Conversation {
    /// To a channel.
    Channel(ConversationId),
    /// To two accounts.
    Private {
        /// The account of who said it.
        from: AccountId,
        /// The account of who was meant.
        to: AccountId,
        /// What they were called.
        to_nick: Nick,
    },
}

/// What a line of the history tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Told {
    /// Something said. A line feed in the text begins another line of the same message.
    Said {
        /// How.
        manner: Manner,
        /// What.
        text: Arc<str>,
        /// What it had besides.
        extras: Extras,
    },
    /// An announcement to the channel.
    Announced {
        /// Its number.
        number: u32,
        /// What.
        text: Arc<str>,
    },
    /// Another topic, or none (an empty text).
    Topic(Arc<str>),
    /// Somebody came into the channel.
    Joined,
    /// Somebody left the channel.
    Left(Option<Arc<str>>),
    /// Somebody left the server.
    Quit(Arc<str>),
    /// Somebody was called this from then on.
    Renamed(Nick),
    /// Somebody was put out.
    Kicked(Nick, Option<Arc<str>>),
    /// The channel was called something else from then on.
    ChannelRenamed {
        /// What it had been called; unknown of lines that were kept before this was.
        before: Option<ChannelName>,
        /// What it is called.
        channel: ChannelName,
        /// Why.
        why: Option<Arc<str>>,
    },
}

impl Told {
    /// Whether it tells of something that happened, not of something said.
    pub fn is_event(&self) -> bool {
        !matches!(self, Self::Said { .. } | Self::Announced { .. })
    }
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its id: its place in the history.
    pub id: MessageId,
    /// When, in Unix milliseconds.
    pub at_ms: u64,
    /// Where it belongs.
    pub conversation: Conversation,
    /// Whether more than those who were there may read it: it was told in a channel that was neither
    /// secret nor keyed nor invite-only.
    pub open: bool,
    /// Whose doing it is, as they were then.
    pub from: Arc<Identity>,
    /// What it tells.
    pub told: Told,
}

/// A place in the history. A moment is compared with the time that is in the ids of lines: that one
/// never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Point {
    /// The line of this id.
    Message(MessageId),
    /// A moment in Unix milliseconds.
    Moment(u64),
}

/// Which end of what fits is wanted, if not all of it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// The first lines.
    Oldest,
    /// The last lines.
    Newest,
    /// Half of them before this point, and the others from it on.
    Around(Point),
}

/// A part of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Only later than this.
    pub after: Option<Point>,
    /// Only earlier than this.
    pub before: Option<Point>,
    /// At most so many lines.
    pub limit: usize,
    /// Which of them.
    pub end: End,
}

impl Window {
    /// The last lines, so many at most.
    pub const fn newest(limit: usize) -> Self {
        Self {
            after: None,
            before: None,
            limit,
            end: End::Newest,
        }
    }
}

/// A message for somebody who is not here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Whom it is for.
    pub to: Arc<Account>,
    /// It.
    pub line: Line,
}

/// An announcement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// Its number.
    pub number: u32,
    /// Its message id.
    pub id: MessageId,
    /// When it was made (Unix milliseconds).
    pub at_ms: u64,
    /// Until when it is in force (Unix milliseconds).
    pub until_ms: u64,
    /// By whom, as they were then.
    pub from: Arc<Identity>,
    /// Whether they ran the server then: no block hides it.
    pub official: bool,
    /// The channel that it is for, and what that is called; `None`: it is for everyone.
    pub channel: Option<(ConversationId, ChannelName)>,
    /// What it says.
    pub text: Arc<str>,
}

/// How far an announcement has come with somebody for whom it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Attention {
    /// They were not here, and have not come since.
    Missed,
    /// It was written to a session of theirs.
    Seen,
    /// They have said so.
    Acknowledged,
}

/// An announcement that outlives the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnnouncement {
    /// It.
    pub announcement: Announcement,
    /// How far it has come with the owners of accounts. For whom it is besides follows from whether
    /// it is for everyone.
    pub hearers: Vec<(AccountId, Attention)>,
}

/// What somebody is told once a record is safe on the disk, or that it is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Promise {
    /// Their announcement is out.
    Announced {
        /// Its number.
        number: u32,
        /// To how many people.
        people: usize,
        /// Until when it is in force, if they have said so.
        until_ms: Option<u64>,
        /// It is for nobody who is not here.
        closed: bool,
    },
    /// They have acknowledged the announcement of this number.
    Acknowledged(u32),
}

/// Whether something is safe on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synced {
    /// It is.
    Yes,
    /// It is not, and will not be.
    No,
    /// The store takes so long that nobody knows.
    Unknown,
}

/// Whom somebody blocks for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unwanted {
    /// The owner of an account, whatever they are called.
    Account(AccountId),
    /// Whoever fits.
    Mask(Mask),
}

/// What the owner of an account has chosen for good, in the order of choosing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// Whom they block.
    pub unwanted: Vec<Unwanted>,
    /// Whom and what they watch.
    pub watched: Vec<Watched>,
}

/// Until when somebody is away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absent {
    /// All that they typed.
    pub typed: Box<str>,
    /// Since when, in Unix milliseconds.
    pub since_ms: u64,
    /// Until when, in Unix milliseconds.
    pub until_ms: u64,
}

/// What of a kept channel is there again after a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Whose it is; nobody's if their account is no more.
    pub founder: Option<AccountId>,
    /// Who are its operators whenever they come, in the order of being made so.
    pub operators: Vec<AccountId>,
    /// When it was made, in Unix milliseconds.
    pub made_ms: u64,
    /// Its modes.
    pub modes: Modes,
    /// Its topic.
    pub topic: Option<TopicInfo>,
    /// Its lists of masks, in the order of setting.
    pub masks: Vec<Listed>,
    /// What is said of it.
    pub metadata: Metadata,
}

/// Something to be remembered, in the order of happening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A channel was made.
    Begun {
        /// It.
        conversation: ConversationId,
        /// Its name.
        channel: ChannelName,
        /// When, in Unix milliseconds.
        at_ms: u64,
    },
    /// A channel ended: nobody but its members of then may read it from now on.
    Ended {
        /// It.
        conversation: ConversationId,
    },
    /// A channel has another name.
    Named {
        /// It.
        conversation: ConversationId,
        /// The name.
        channel: ChannelName,
    },
    /// A channel is kept for good, and like this from now on; or it is not any more.
    Kept {
        /// It.
        conversation: ConversationId,
        /// What it is like.
        kept: Option<Box<Kept>>,
    },
    /// Somebody with an account is in a channel from this moment on.
    Entered {
        /// It.
        conversation: ConversationId,
        /// Whose account.
        account: AccountId,
        /// The first line that may be theirs.
        from: MessageId,
    },
    /// And no longer.
    Exited {
        /// It.
        conversation: ConversationId,
        /// Whose account.
        account: AccountId,
        /// The last line that may be theirs.
        until: MessageId,
    },
    /// The owner of an account has chosen this from now on, and nothing else.
    Preferred {
        /// Whose account.
        account: AccountId,
        /// What.
        preferences: Preferences,
    },
    /// The owner of an account is away until a moment, or not.
    Absent {
        /// Whose account.
        account: AccountId,
        /// Why, and until when.
        absent: Option<Absent>,
    },
    /// The owner of an account stays in their channels when they are not connected, or not.
    Stays {
        /// Whose account.
        account: AccountId,
        /// Whether.
        on: bool,
    },
    /// The owner of an account says this of themselves from now on, or nothing under that key.
    Described {
        /// Whose account.
        account: AccountId,
        /// The key.
        key: MetadataKey,
        /// What.
        value: Option<Arc<str>>,
    },
    /// A line.
    Line(Line),
    /// A line was taken back: its text is not to be read any more.
    Redacted {
        /// It.
        id: MessageId,
    },
    /// An announcement was made. It is in a box, for it is rare.
    Announced(Box<KeptAnnouncement>),
    /// This is the number of an announcement that is not kept: no other has it.
    Numbered(u32),
    /// An announcement has come further with the owner of an account.
    Heeded {
        /// Its number.
        number: u32,
        /// Whose account.
        account: AccountId,
        /// How far.
        attention: Attention,
    },
    /// An announcement is in force no longer: it was withdrawn, or another one took its place.
    Withdrawn {
        /// Its number.
        number: u32,
    },
}
