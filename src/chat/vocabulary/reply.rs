//! What only the asker hears.

use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    Attention, Criterion, Described, Metadata, MetadataKey, Place, Said, Synced, Watched, Whom,
};
use crate::chat::availability::Away;
use crate::chat::mask::Mask;
use crate::chat::mode::{MaskList, Modes, Ranks, UserFlags};
use crate::chat::name::{ChannelName, Nick};
use crate::chat::user::Identity;
use crate::chat::{ChannelId, UserId};

/// A person and whether they are available.
#[derive(Debug, Clone, PartialEq)]
pub struct Presence {
    /// Their name.
    pub nick: Nick,
    /// Why they are away; `None`: available.
    pub away: Option<Away>,
}

/// A few of those who are in a channel, and how many more there are.
#[derive(Debug, Clone, PartialEq)]
pub struct Company {
    /// The first of them by name, without the asker.
    pub some: Vec<Presence>,
    /// How many others there are besides those and the asker.
    pub more: usize,
}

/// A topic, by whom and since when (Unix milliseconds).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicInfo {
    /// What it says.
    pub text: Arc<str>,
    /// Who set it.
    pub by: Nick,
    /// When.
    pub at_ms: u64,
}

/// What anybody may know of a channel they can see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelInfo {
    /// Its name.
    pub name: ChannelName,
    /// How many people are in it.
    pub members: usize,
    /// Its topic.
    pub topic: Option<TopicInfo>,
}

/// A mask on one of a channel's lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// On which.
    pub list: MaskList,
    /// The mask.
    pub mask: Mask,
    /// Who put it there.
    pub by: Nick,
    /// When (Unix milliseconds).
    pub at_ms: u64,
}

/// Somebody who had a name and has gone, or has another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// Who they were then.
    pub identity: Arc<Identity>,
    /// Until when (Unix milliseconds).
    pub until_ms: u64,
}

/// How somebody stands in a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The channel.
    pub channel: ChannelName,
    /// What they are there.
    pub ranks: Ranks,
}

/// A person as they stand in a row of a long answer.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonRow {
    /// Their names.
    pub identity: Arc<Identity>,
    /// Why they are away; `None`: available.
    pub away: Option<Away>,
    /// How long they have not said or done anything, in milliseconds.
    pub idle_ms: u64,
    /// How they stand in the channel asked about.
    pub ranks: Ranks,
    /// What they are besides.
    pub flags: UserFlags,
    /// Their address, where the asker may know it.
    pub address: Option<IpAddr>,
}

/// What one may know of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonInfo {
    /// What everybody may.
    pub person: PersonRow,
    /// Since when they are here (Unix milliseconds).
    pub since_ms: u64,
    /// Where they are, as far as the asker may know.
    pub channels: Vec<Standing>,
    /// What they say of themselves under keys that are known.
    pub metadata: Metadata,
}

/// An announcement in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnouncementInfo {
    /// Its number.
    pub number: u32,
    /// When it was sent (Unix milliseconds).
    pub at_ms: u64,
    /// By whom.
    pub from: Nick,
    /// They are a guest where others have accounts.
    pub guest: bool,
    /// To which channel; `None`: to everyone.
    pub channel: Option<ChannelName>,
    /// What it says.
    pub text: Arc<str>,
    /// Until when it is in force (Unix milliseconds).
    pub until_ms: u64,
    /// How many have acknowledged it.
    pub acknowledged: usize,
    /// For how many people it is: those who were here then, or have seen or acknowledged it since; if
    /// it is kept, those too who have an account and were here lately.
    pub people: usize,
}

/// Whether somebody has a name now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameHeld {
    /// Nobody has it.
    Nobody,
    /// Somebody who is here.
    Here,
    /// Somebody who stays, but is not connected since then (Unix milliseconds).
    Staying {
        /// Since when.
        since_ms: u64,
    },
}

/// What becomes of an announcement for those who are not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForAbsent {
    /// Nothing: nothing is kept on this server.
    Nothing,
    /// Nothing: it is a guest's.
    OfGuest,
    /// Nothing: it is for those who are in a closed channel.
    Closed,
    /// They see it when they come, if it is kept.
    Kept(Synced),
}

/// How many people of a board are what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardCounts {
    /// Available.
    pub available: usize,
    /// Away.
    pub away: usize,
    /// Not here, though they were lately.
    pub absent: usize,
    /// How many columns the longest name takes.
    pub name_width: usize,
}

/// A long answer: its rows are asked of the chat one by one, as the asker takes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Listing {
    /// Who is in a channel, or here at all.
    Who {
        /// The channel; `None`: everywhere.
        channel: Option<ChannelId>,
        /// The people still to be told, the next one last.
        people: Vec<UserId>,
    },
    /// The names in a channel.
    Names {
        /// The channel.
        channel: ChannelId,
        /// The people still to be told, the next one last.
        people: Vec<UserId>,
    },
    /// Channels.
    Channels {
        /// What each must be.
        criteria: Vec<Criterion>,
        /// The channels still to be told, the next one last.
        channels: Vec<ChannelId>,
    },
    /// People by availability.
    Board {
        /// The channel; `None`: everywhere.
        channel: Option<ChannelId>,
        /// How wide the names are.
        name_width: usize,
        /// Those who are not here and since when (Unix milliseconds), the next one last.
        absent: Vec<(Nick, u64)>,
        /// The people still to be told, the next one last.
        people: Vec<UserId>,
    },
    /// Who has acknowledged an announcement, who has only seen it, and who has not.
    RollCall {
        /// Those still to be told, the next one last.
        people: Vec<(Attention, Nick)>,
    },
}

/// One row of a long answer.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    missing_docs,
    reason = "the fields say no more than their types and the variant"
)]
pub enum Row {
    /// A person.
    Person(PersonRow),
    /// A name in a channel.
    Name {
        identity: Arc<Identity>,
        ranks: Ranks,
    },
    /// A channel.
    Channel(ChannelInfo),
    /// A person of a board; a guest where others have accounts.
    Board {
        name_width: usize,
        person: PersonRow,
        guest: bool,
    },
    /// Some of those with whom an announcement has come so far.
    Hearers {
        attention: Attention,
        nicks: Vec<Nick>,
    },
    /// A person of a board who is not here, and since when (Unix milliseconds).
    Absent {
        name_width: usize,
        nick: Nick,
        since_ms: u64,
    },
}

/// What only the asker hears.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    missing_docs,
    reason = "the fields say no more than their types and the variant"
)]
pub enum Reply {
    /// The asker is in a channel now.
    Joined {
        channel: ChannelName,
        topic: Option<TopicInfo>,
        company: Company,
        /// What was said there lately.
        earlier: Vec<Said>,
        /// The asker made the channel.
        made: bool,
        /// The asker is its operator, for being the first.
        operator: bool,
    },
    /// The asker was in the channel before.
    ThereAlready { channel: ChannelName },
    /// The asker has left a channel.
    Left { channel: ChannelName },
    /// What the asker said is on its way. Whom it is for is away, which the asker had been told, or
    /// had not.
    Sent {
        to: Place,
        away: Option<Away>,
        news: bool,
    },
    /// What the asker said waits, safe on the disk, for somebody who is not here.
    Kept { nick: Nick },
    /// What a program of the asker signalled is on its way.
    Signalled,
    /// A channel's topic.
    Topic {
        channel: ChannelName,
        topic: Option<TopicInfo>,
    },
    /// Somebody has been asked in, who may be away.
    Invited {
        nick: Nick,
        channel: ChannelName,
        away: Option<Away>,
    },
    /// The channels into which the asker is asked.
    Invitations { channels: Vec<ChannelName> },
    /// The channel's operators have been asked.
    Knocked { channel: ChannelName },
    /// A channel's modes and lists; the key only where the asker may know it.
    Modes {
        channel: ChannelName,
        modes: Modes,
        masks: Vec<Listed>,
        made_ms: u64,
    },
    /// The masks on one of a channel's lists.
    Masks {
        channel: ChannelName,
        list: MaskList,
        masks: Vec<Listed>,
    },
    /// What the asker is besides.
    OwnModes { flags: UserFlags },
    /// What the asker is called in full now.
    Introduced { realname: String },
    /// A line that the asker wrote to them is taken back.
    Retracted { nick: Nick },
    /// Somebody who is not in a kept channel is its operator no more when they come.
    Retired { nick: Nick, channel: ChannelName },
    /// A channel is kept already: whose it is, and who are its operators whenever they come.
    KeptFor {
        channel: ChannelName,
        founder: Option<Nick>,
        operators: Vec<Nick>,
    },
    /// Nothing changed: it was so before.
    Unchanged,
    /// The asker is away.
    Away { away: Away },
    /// The asker is available.
    Back,
    /// Whether the asker stays in their channels when they are not connected.
    Stays { on: bool },
    /// The asker watches it; how it is with them now.
    Watch {
        watched: Watched,
        now: Option<Presence>,
    },
    /// The asker watches it no more.
    Unwatch { watched: Watched },
    /// What the asker watches.
    Watching {
        watched: Vec<(Watched, Option<Presence>)>,
    },
    /// The asker hears nothing more of them, also if they go and come again: they have an account.
    Block { whom: Whom, lasting: bool },
    /// The asker hears them again.
    Unblock { whom: Whom },
    /// Whom the asker blocks.
    Blocked { whom: Vec<Whom> },
    /// The announcement is out.
    Announced {
        number: u32,
        people: usize,
        until_ms: Option<u64>,
        absent: ForAbsent,
    },
    /// The announcements in force, oldest first.
    Announcements {
        announcements: Vec<AnnouncementInfo>,
    },
    /// It is noted that the asker has seen it; for good, if it is kept.
    Acknowledged {
        number: u32,
        acknowledged: usize,
        people: usize,
        kept: Synced,
    },
    /// Who has seen it will be listed.
    RollCall {
        number: u32,
        acknowledged: usize,
        people: usize,
        listing: Listing,
    },
    /// It is taken back.
    Withdrawn { number: u32 },
    /// They are off the server.
    Killed { nick: Nick },
    /// One person.
    Whois(PersonInfo),
    /// Who had a name, the latest first; and whether somebody has it now.
    Whowas {
        nick: Nick,
        here: NameHeld,
        former: Vec<Former>,
    },
    /// This is said of somebody or a channel from now on, or nothing under that key.
    Described {
        whom: Described,
        key: MetadataKey,
        value: Option<Arc<str>>,
    },
    /// Nothing is said any more; it was under these keys.
    Undescribed {
        whom: Described,
        keys: Vec<MetadataKey>,
    },
    /// What is said of somebody or a channel.
    Description { whom: Described, metadata: Metadata },
    /// People or channels will be listed: where, and how many.
    Listing {
        channel: Option<ChannelName>,
        listing: Listing,
        count: usize,
    },
    /// People will be listed by availability.
    Board {
        channel: Option<ChannelName>,
        counts: BoardCounts,
        listing: Listing,
    },
}

impl Reply {
    /// Whether it tells how the person is from now on, whichever session of theirs asked for it.
    pub fn is_of_person(&self) -> bool {
        matches!(
            self,
            Self::Away { .. }
                | Self::Back
                | Self::Block { .. }
                | Self::Unblock { .. }
                | Self::Watch { .. }
                | Self::Unwatch { .. }
                | Self::Introduced { .. }
        )
    }
}
