//! What somebody asks for.

use std::sync::Arc;

use super::{Described, Extras, Manner, MessageId, MetadataKey};
use crate::chat::mask::{Mask, Pattern};
use crate::chat::mode::{MaskList, ModeChange, Rank, UserFlag};
use crate::chat::name::{ChannelName, Nick};

/// Where a text is to go.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Target {
    /// Everybody in a channel.
    Channel(ChannelName),
    /// Those in a channel who are this or more.
    Ranked(ChannelName, Rank),
    /// One person.
    Person(Nick),
}

/// Whom or what somebody watches: a name, here or not, or a channel.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum Watched {
    /// Whoever has this name.
    Person(Nick),
    /// Everybody of this channel.
    Channel(ChannelName),
}

/// Whom somebody blocks.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Whom {
    /// A person who is here, whatever they will call themselves.
    Person(Nick),
    /// Whoever fits.
    Mask(Mask),
}

/// What a channel must be to be listed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Criterion {
    /// Its name or topic has this word, in lower case.
    Word(String),
    /// Its name fits; of several of these, one is enough.
    Named(Pattern),
    /// Its name does not fit.
    NotNamed(Pattern),
    /// It has more people than this.
    MoreThan(usize),
    /// It has fewer people than this.
    FewerThan(usize),
    /// It was made before this moment (Unix milliseconds).
    MadeBefore(u64),
    /// It was made after this moment (Unix milliseconds).
    MadeAfter(u64),
    /// Its topic was set before this moment (Unix milliseconds).
    TopicBefore(u64),
    /// Its topic was set after this moment (Unix milliseconds).
    TopicAfter(u64),
}

/// What somebody asks for. Names are parsed, texts are as typed.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[allow(
    missing_docs,
    reason = "the fields say no more than their types and the variant"
)]
pub enum Command {
    /// Enter a channel, which is made if there is none of that name.
    Join {
        channel: ChannelName,
        key: Option<String>,
    },
    /// Leave a channel.
    Leave {
        channel: ChannelName,
        why: Option<String>,
    },
    /// Say something to a channel or a person.
    Say {
        to: Target,
        manner: Manner,
        text: String,
        extras: Extras,
    },
    /// Let other programs know something that no person reads: that one types, what one thinks of
    /// a line.
    Signal { to: Target, attached: Arc<str> },
    /// Be called something else.
    Rename { nick: Nick },
    /// Be called something else in full.
    Introduce { realname: String },
    /// Ask for the topic (`None`), set it, or clear it (an empty text).
    Topic {
        channel: ChannelName,
        text: Option<String>,
    },
    /// Ask somebody in.
    Invite { nick: Nick, channel: ChannelName },
    /// Ask to which channels one is asked in.
    Invitations,
    /// Ask to be let in.
    Knock { channel: ChannelName },
    /// Put somebody out of a channel.
    Kick {
        channel: ChannelName,
        nick: Nick,
        why: Option<String>,
    },
    /// Keep whoever fits the mask out, and put out those who fit it and are here.
    Ban {
        channel: ChannelName,
        mask: Mask,
        why: Option<String>,
    },
    /// Make somebody a channel operator or give them a voice, or take it.
    Promote {
        channel: ChannelName,
        nick: Nick,
        rank: Rank,
        grant: bool,
    },
    /// Ask what modes a channel has and who is on its lists.
    Modes { channel: ChannelName },
    /// Ask who is on one list of a channel.
    Masks {
        channel: ChannelName,
        list: MaskList,
    },
    /// Change modes, in this order: all or nothing, or as many as can be.
    SetModes {
        channel: ChannelName,
        changes: Vec<ModeChange>,
        all_or_nothing: bool,
    },
    /// Give a channel another name.
    RenameChannel {
        channel: ChannelName,
        name: ChannelName,
        why: Option<String>,
    },
    /// Take back the latest line that `nick` said in a channel.
    Redact {
        channel: ChannelName,
        nick: Nick,
        why: Option<String>,
    },
    /// Take back the latest line that one wrote to a person.
    Retract { nick: Nick },
    /// Take back one line.
    RedactMessage {
        to: Target,
        id: MessageId,
        why: Option<String>,
    },
    /// Ask what one is besides.
    OwnModes,
    /// Be something besides, or no longer.
    SetOwnModes { changes: Vec<(UserFlag, bool)> },
    /// Put somebody off the server.
    Kill { nick: Nick, why: Option<String> },
    /// Tell something to whoever wants to hear what operators of the server say.
    Wallops { text: String },
    /// Be away, with these words as typed: `At lunch until 13:00`.
    Away { words: String },
    /// Be available.
    Back,
    /// Stay in one's channels when one is not connected, or not; or ask whether one does.
    Stay { on: Option<bool> },
    /// Hear when somebody comes, goes, is away or back.
    Watch { watched: Watched },
    /// Hear it no more.
    Unwatch { watched: Watched },
    /// Ask what one watches.
    Watching,
    /// Hear nothing more of somebody.
    Block { whom: Whom },
    /// Hear somebody again.
    Unblock { whom: Whom },
    /// Ask whom one blocks.
    Blocked,
    /// Tell everyone, or everyone in a channel, something that must not be missed.
    Announce {
        channel: Option<ChannelName>,
        text: String,
    },
    /// Ask for the announcements in force.
    Announcements,
    /// Say that one has seen an announcement.
    Acknowledge { number: u32 },
    /// Ask who has acknowledged an announcement and who has not.
    RollCall { number: u32 },
    /// Take an announcement back.
    Withdraw { number: u32 },
    /// Ask who is in a channel, or here at all.
    Who { channel: Option<ChannelName> },
    /// Ask for the names in a channel, in no order.
    Names { channel: ChannelName },
    /// Ask who of those here fits a pattern: of the name, the full name, or of `nick!user@host`.
    Find { pattern: Pattern, operators: bool },
    /// Ask about one person.
    Whois { nick: Nick },
    /// Ask who had a name and when they were last here, at most so many of them.
    Whowas { nick: Nick, most: usize },
    /// Ask for the channels that are all of this.
    List { criteria: Vec<Criterion> },
    /// Ask for a channel's people, or everyone, by availability.
    Board { channel: Option<ChannelName> },
    /// Say something of oneself, or of a channel, under a key; no more (an empty text).
    Describe {
        whom: Described,
        key: MetadataKey,
        value: String,
    },
    /// Say nothing any more.
    Undescribe { whom: Described },
    /// Ask what is said of somebody or a channel.
    Description { whom: Described },
}

impl Command {
    /// Whether it only asks, or is a program's doing: programs do that for their people, who may be
    /// at lunch.
    pub(in crate::chat) fn is_no_sign_of_life(&self) -> bool {
        matches!(
            self,
            Self::Topic { text: None, .. }
                | Self::Signal { .. }
                | Self::Invitations
                | Self::Modes { .. }
                | Self::Masks { .. }
                | Self::OwnModes
                | Self::Stay { on: None }
                | Self::Watching
                | Self::Blocked
                | Self::Announcements
                | Self::RollCall { .. }
                | Self::Who { .. }
                | Self::Names { .. }
                | Self::Find { .. }
                | Self::Whois { .. }
                | Self::Whowas { .. }
                | Self::List { .. }
                | Self::Board { .. }
                | Self::Description { .. }
        )
    }
}
