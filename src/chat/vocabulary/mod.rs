//! What can be asked of the chat and what it says: read this first.
//!
//! - A [`Command`] is what somebody asks for.
//! - An [`Event`] is what everyone concerned hears, the same for all of them.
//! - A [`Reply`] is what only the asker hears.
//! - A [`Refusal`] is a reply that says no.
//!
//! None of them knows a protocol: the words of the wire are in `crate::protocol`.

mod command;
mod event;
mod metadata;
mod record;
mod refusal;
mod reply;

pub use command::{Command, Criterion, Target, Watched, Whom};
pub use event::{Audience, Event, Extras, Happening, Manner, MessageId, Place, Said, Span};
pub use metadata::{
    Described, METADATA_KEY_BYTES_MAX, METADATA_KEYS, METADATA_KEYS_MAX, METADATA_VALUE_BYTES_MAX,
    Metadata, MetadataKey, Shape,
};
pub use record::{
    Absent, Announcement, Attention, Conversation, ConversationId, End, Kept, KeptAnnouncement,
    Letter, Line, Point, Preferences, Promise, Record, Synced, Told, Unwanted, Window,
};
pub use refusal::{Limited, Refusal};
pub use reply::{
    AnnouncementInfo, BoardCounts, ChannelInfo, Company, ForAbsent, Former, Listed, Listing,
    NameHeld, PersonInfo, PersonRow, Presence, Reply, Row, Standing, TopicInfo,
};

/// One thing that the chat says, in the order in which it says it.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Everyone concerned hears it.
    Event(Event),
    /// The asker hears it.
    Reply(Reply),
    /// The asker hears that it cannot be.
    Refusal(Refusal),
    /// It is to be remembered, where anything is.
    Record(Box<Record>),
    /// It is to be kept for somebody who is not here, and the asker is answered once it is.
    Letter(Box<Letter>),
    /// It is to be remembered, and the asker is told this once it is.
    Promise(Box<Record>, Promise),
    /// The owner of an account is here from now on.
    Came(super::account::AccountId),
    /// All sessions of this user end, for this reason: the chat does not know the user any more.
    Ended(super::UserId, std::sync::Arc<str>),
}
