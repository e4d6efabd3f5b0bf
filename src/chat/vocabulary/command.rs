//! What somebody asks for.

use super::Manner;
use crate::chat::mask::Mask;
use crate::chat::mode::{ModeChange, Rank};
use crate::chat::name::{ChannelName, Nick};

/// Where a text is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Everybody in a channel.
    Channel(ChannelName),
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

/// What somebody asks for. Names are parsed, texts are as typed.
#[derive(Debug, Clone, PartialEq)]
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
    },
    /// Be called something else.
    Rename { nick: Nick },
    /// Ask for the topic (`None`), set it, or clear it (an empty text).
    Topic {
        channel: ChannelName,
        text: Option<String>,
    },
    /// Ask somebody in.
    Invite { nick: Nick, channel: ChannelName },
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
    /// Change modes, in this order.
    SetModes {
        channel: ChannelName,
        changes: Vec<ModeChange>,
    },
    /// Take back the latest line that `nick` said in a channel.
    Redact {
        channel: ChannelName,
        nick: Nick,
        why: Option<String>,
    },
    /// Let a channel outlive its last member, or no longer.
    Keep { channel: ChannelName, keep: bool },
    /// Put somebody off the server.
    Kill { nick: Nick, why: Option<String> },
    /// Be away, with these words as typed: `At lunch until 13:00`.
    Away { words: String },
    /// Be available.
    Back,
    /// Hear when somebody comes, goes, is away or back.
    Watch { watched: Watched },
    /// Hear it no more.
    Unwatch { watched: Watched },
    /// Ask what one watches.
    Watching,
    /// Hear nothing more of somebody.
    Block { nick: Nick },
    /// Hear somebody again.
    Unblock { nick: Nick },
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
    /// Ask about one person.
    Whois { nick: Nick },
    /// Ask for the channels whose name or topic has all of these words.
    List { words: String },
    /// Ask for a channel's people, or everyone, by availability.
    Board { channel: Option<ChannelName> },
}
