//! A reply that says no. Each becomes one line, in one place per protocol.

use super::{MetadataKey, Whom};
use crate::chat::mode::MaskList;
use crate::chat::name::{ChannelName, Nick};
use crate::chat::settings::Announcers;

/// Something that has a limit on its length or number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limited {
    /// Channels that one person is in.
    Channels,
    /// People and channels that one person watches.
    Watches,
    /// People whom one person blocks.
    Blocks,
    /// Masks on one channel's lists: one more was to come on this.
    Masks(MaskList),
    /// Channels that are kept while empty.
    KeptChannels,
    /// Channels that are kept for one account.
    FoundedChannels,
    /// Accounts that are operators of one kept channel.
    OperatorAccounts,
    /// Keys under which something is said of a person or a channel.
    Keys,
}

/// Why something cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "the fields say no more than their types and the variant"
)]
pub enum Refusal {
    /// Nobody of that name is here.
    NobodyNamed { nick: Nick },
    /// Nobody of that name is here, and only people with an account can leave them something.
    GuestsLeaveNothing { nick: Nick },
    /// So many messages wait for them, of the asker or of all, that no more can.
    TooManyWait { nick: Nick, yours: bool, max: usize },
    /// It could not be kept just now.
    NotKept,
    /// The store takes so long that it is not known whether it is kept.
    PerhapsKept { nick: Nick },
    /// There is no such channel, as far as the asker may know.
    NoSuchChannel { channel: ChannelName },
    /// The asker is not in the channel.
    NotThere { channel: ChannelName },
    /// Somebody else is not in the channel.
    TheyAreNotThere { nick: Nick, channel: ChannelName },
    /// Somebody else is in the channel already.
    TheyAreThere { nick: Nick, channel: ChannelName },
    /// The asker is in the channel already.
    InsideAlready { channel: ChannelName },
    /// The name belongs to somebody who is here.
    NameTaken { nick: Nick },
    /// Only people with an account may enter or speak.
    AccountNeeded { channel: ChannelName },
    /// They are written to by people with an account only.
    WrittenByAccounts { nick: Nick },
    /// The name belongs to somebody who has an account, here or not.
    NameOwned { nick: Nick },
    /// The name cannot be told at a glance from another's, which the asker may know or not.
    LooksLike {
        claimed: String,
        other: Option<String>,
    },
    /// The channel has a key, and what was given (if anything) is not it.
    KeyNeeded { channel: ChannelName, given: bool },
    /// Only those who are asked in may enter.
    InvitedOnly { channel: ChannelName },
    /// The asker is kept out, or may not speak or be renamed because of it.
    KeptOut { channel: ChannelName },
    /// No more people fit into the channel.
    ChannelFull { channel: ChannelName, max: u32 },
    /// The channel is open: one need not knock.
    NotClosed { channel: ChannelName },
    /// The channel has no operator who could be asked.
    NobodyToAsk { channel: ChannelName },
    /// Only people with a voice may speak.
    NoVoice { channel: ChannelName },
    /// The asker is muted in the channel.
    Muted { channel: ChannelName },
    /// The channel hears only its members.
    OutsidersUnheard { channel: ChannelName },
    /// Only the channel's operators may.
    NotChannelOperator { channel: ChannelName },
    /// Only the server's operators may.
    NotServerOperator,
    /// Nothing on the list is this mask.
    NotOnList { channel: ChannelName, mask: String },
    /// One more would be too many.
    TooMany { what: Limited, max: usize },
    /// One line or field is longer than it may be.
    TooLong {
        what: &'static str,
        max_bytes: usize,
    },
    /// There is nothing in what was to be said.
    NothingToSay,
    /// No line of theirs is remembered in the channel.
    NothingToRedact { nick: Nick, channel: ChannelName },
    /// The asker did not say it and does not run the channel.
    NotYoursToRedact { channel: ChannelName },
    /// One cannot do this to oneself.
    Oneself { verb: &'static str },
    /// They are blocked already.
    BlockedAlready { whom: Whom },
    /// They are not blocked.
    NotBlocked { whom: Whom },
    /// It is watched already.
    WatchedAlready { what: String },
    /// It is not watched.
    NotWatched { what: String },
    /// Only people with an account can.
    NotLoggedIn,
    /// The asker is not away.
    NotAway,
    /// Only they say something of themselves.
    NotYourProfile { nick: Nick },
    /// Nothing is said under that key.
    NothingUnderKey { key: MetadataKey },
    /// That cannot stand under the key.
    NotUnderKey { key: MetadataKey },
    /// No announcement in force has the number, as far as the asker may know.
    NoSuchAnnouncement { number: u32 },
    /// The announcement is the asker's own.
    OwnAnnouncement { number: u32 },
    /// What programs ask each other is not for the channel.
    RequestsUnheard { channel: ChannelName },
    /// A half-operator may not do this to an operator or another half-operator.
    TheyOutrank { nick: Nick, channel: ChannelName },
    /// There is a channel of that name.
    ChannelExists { channel: ChannelName },
    /// The channel is the configuration's, and keeps its name.
    ChannelIsPermanent { channel: ChannelName },
    /// No line of that id is known there.
    NoSuchMessage,
    /// Nobody of that name was here lately.
    NobodyWas { nick: Nick },
    /// The channel is invite-only, and so ends with its last member.
    InviteOnlyIsNotKept { channel: ChannelName },
    /// Only people with an account can have a channel kept.
    KeptByAccounts { channel: ChannelName },
    /// Only whose channel it is can end that it is kept.
    NotFounder { channel: ChannelName, founder: Nick },
    /// The announcement is somebody else's.
    NotYourAnnouncement { number: u32 },
    /// The setting lets only these announce.
    MayNotAnnounce { who: Announcers },
    /// The asker announced too recently; the next may be at this time (Unix milliseconds).
    AnnouncedRecently { next_ms: u64 },
}
