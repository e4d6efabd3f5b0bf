//! What everyone concerned hears, the same for all of them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::MetadataKey;
use crate::chat::UserId;
use crate::chat::availability::Away;
use crate::chat::mode::{ModeChange, Rank, UserFlag};
use crate::chat::name::{ChannelName, Nick};
use crate::chat::user::Identity;

/// The id of something said, unique across sites and restarts, in the order of saying.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct MessageId {
    /// When it was said, in Unix milliseconds (never less than the id before had).
    pub ms: u64,
    /// Which of those said in that millisecond.
    pub counter: u16,
    /// At which site.
    pub site: u16,
}

/// A part of the outbox's list of recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// The first of them.
    pub start: u32,
    /// One past the last of them.
    pub end: u32,
}

impl Span {
    /// The span as indices.
    pub const fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Who hears an event, fixed when it is made. Nobody stands twice in one list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Audience {
    /// All sessions of these users.
    pub all: Span,
    /// Of these users, the sessions that keep a picture of who is where: they must hear of every
    /// coming and going, also in a crowd.
    pub tracking: Span,
    /// Of these users, the sessions that keep no such picture: the users asked to hear of it.
    pub watching: Span,
}

/// How something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Manner {
    /// Said.
    Speech,
    /// Acted: `* ann waves`.
    Action,
    /// Noted, by a program as a rule: nobody answers it by itself.
    Notice,
    /// Asked by a program of a program (IRC's CTCP): what it is, what time it has.
    Request,
    /// A program's answer to a [`Manner::Request`].
    Answer,
}

/// Where something was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// To everybody in a channel.
    Channel(ChannelName),
    /// To those in a channel who are this or more.
    Ranked(ChannelName, Rank),
    /// To one person.
    Person(Arc<Identity>),
}

/// Something said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Its id.
    pub id: MessageId,
    /// When, by the clock on the wall, which may have been set back since (Unix milliseconds).
    pub at_ms: u64,
    /// By which user, whatever they are called by now.
    pub author: UserId,
    /// By whom, as they were called then.
    pub from: Arc<Identity>,
    /// Where.
    pub place: Place,
    /// How.
    pub manner: Manner,
    /// What; a line feed in it begins another line of the same message.
    pub text: Arc<str>,
    /// What it has besides.
    pub extras: Extras,
}

/// What something said has besides its text, for programs only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extras {
    /// What a program attached to it for programs.
    pub attached: Option<Arc<str>>,
    /// Where a program cut a long line into pieces: places in the text, in bytes, ascending.
    pub seams: Vec<u32>,
}

/// Something that happened, and who hears it.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// When, in Unix milliseconds.
    pub at_ms: u64,
    /// Who hears it.
    pub audience: Audience,
    /// What.
    pub what: Happening,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    missing_docs,
    reason = "the fields say no more than their types and the variant"
)]
pub enum Happening {
    /// Something was said.
    Said(Said),
    /// So many messages that the hearer has left for somebody have reached them.
    Delivered { nick: Nick, count: usize },
    /// A program lets programs know something.
    Signalled {
        id: MessageId,
        author: UserId,
        from: Arc<Identity>,
        place: Place,
        attached: Arc<str>,
    },
    /// Somebody came to the server (for those who watch them).
    Arrived { who: Arc<Identity> },
    /// Somebody left the server.
    Departed {
        who: Arc<Identity>,
        why: Arc<str>,
        own_words: bool,
    },
    /// Somebody entered a channel.
    Joined {
        who: Arc<Identity>,
        channel: ChannelName,
        away: Option<Away>,
    },
    /// Somebody left a channel.
    Left {
        who: Arc<Identity>,
        channel: ChannelName,
        why: Option<String>,
    },
    /// Somebody is called something else now.
    Renamed { who: Arc<Identity>, nick: Nick },
    /// Somebody is called something else in full now.
    Introduced { who: Arc<Identity> },
    /// Something else is said of a person or a channel now, or nothing any more.
    Described {
        of: Place,
        key: MetadataKey,
        value: Option<Arc<str>>,
    },
    /// Somebody is logged in to an account now, or to none.
    AccountChanged { who: Arc<Identity> },
    /// What others see in place of somebody's address is something else now.
    HostChanged {
        before: Arc<Identity>,
        who: Arc<Identity>,
    },
    /// The hearer is something besides now, or no longer.
    OwnModesChanged {
        who: Arc<Identity>,
        changes: Vec<(UserFlag, bool)>,
    },
    /// Somebody was put out of a channel, or several at once.
    Kicked {
        who: Vec<Arc<Identity>>,
        by: Arc<Identity>,
        channel: ChannelName,
        why: Option<String>,
    },
    /// A channel has another topic, or none (an empty text).
    TopicSet {
        by: Arc<Identity>,
        channel: ChannelName,
        text: Arc<str>,
    },
    /// A channel's modes, lists or ranks changed.
    ModesChanged {
        by: Arc<Identity>,
        channel: ChannelName,
        changes: Vec<ModeChange>,
    },
    /// A channel is called something else now.
    ChannelRenamed {
        by: Arc<Identity>,
        before: ChannelName,
        channel: ChannelName,
        why: Option<String>,
    },
    /// Somebody is asked into a channel.
    Invited {
        by: Arc<Identity>,
        who: Nick,
        channel: ChannelName,
    },
    /// Somebody outside asks a channel's operators to be let in.
    Knocked {
        who: Arc<Identity>,
        channel: ChannelName,
    },
    /// Somebody is away now.
    WentAway { who: Arc<Identity>, away: Away },
    /// Somebody is available again.
    CameBack { who: Arc<Identity> },
    /// The person's own availability ended by itself (for that person).
    AwayEnded { away: Away },
    /// The hearer is away again, as they were when they went.
    AwayAgain { away: Away },
    /// An announcement; by a guest where others have accounts.
    Announced {
        number: u32,
        id: MessageId,
        from: Arc<Identity>,
        guest: bool,
        channel: Option<ChannelName>,
        text: Arc<str>,
    },
    /// An announcement was taken back.
    Withdrawn { number: u32, by: Arc<Identity> },
    /// A line was taken back: the latest of its author, or one said at the time that its id tells.
    Redacted {
        id: MessageId,
        latest: bool,
        from: Arc<Identity>,
        by: Arc<Identity>,
        place: Place,
        why: Option<String>,
    },
    /// An operator of the server tells something to whoever wants to hear it.
    Wallops { from: Arc<Identity>, text: Arc<str> },
    /// The hearer is put off the server.
    Killed {
        who: Arc<Identity>,
        by: Arc<Identity>,
        why: Option<String>,
    },
}
