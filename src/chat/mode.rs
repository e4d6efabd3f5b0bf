//! What a channel's modes are, what its members can be in it, and what a person can be besides.

use serde::{Deserialize, Serialize};

use super::mask::Mask;
use super::name::Nick;

/// The longest channel key, in bytes.
pub const KEY_BYTES_MAX: usize = 23;

/// Declares a set of the members of an enum whose values are single bits.
macro_rules! set_of {
    ($(#[$doc:meta])* $set:ident, $member:ident, $bits:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
        pub struct $set($bits);

        impl $set {
            /// The set of just this one.
            pub const fn of(member: $member) -> Self {
                Self(member as $bits)
            }

            /// Whether `member` is in the set.
            pub const fn has(self, member: $member) -> bool {
                self.0 & member as $bits != 0
            }

            /// Whether there is anything in the set.
            pub const fn any(self) -> bool {
                self.0 != 0
            }

            /// Puts `member` in or takes it out; says whether that changed anything.
            pub const fn set(&mut self, member: $member, on: bool) -> bool {
                let before = self.0;
                self.0 = if on {
                    before | member as $bits
                } else {
                    before & !(member as $bits)
                };
                self.0 != before
            }
        }
    };
}

/// A mode that is on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u16)]
pub enum Flag {
    /// Only those who were asked in may enter.
    InviteOnly = 1,
    /// Only people with a voice may speak.
    Moderated = 1 << 1,
    /// Only members may speak.
    NoOutsiders = 1 << 2,
    /// Those outside cannot see the channel.
    Secret = 1 << 3,
    /// Only operators may set the topic.
    TopicLocked = 1 << 4,
    /// What members without a voice say is heard by operators and voices only.
    HelpDesk = 1 << 5,
    /// Those outside do not find the channel listed.
    Private = 1 << 6,
    /// What programs ask each other is refused.
    NoRequests = 1 << 7,
    /// The channel outlives its last member.
    Kept = 1 << 8,
    /// Only people with an account may enter.
    AccountsEnter = 1 << 9,
    /// Only people with an account, or a voice, may speak.
    AccountsSpeak = 1 << 10,
}

set_of! {
    /// Which flags are on.
    Flags, Flag, u16
}

/// A channel's modes, without its lists.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Modes {
    /// Those that are on or off.
    pub flags: Flags,
    /// The word one must know to enter.
    pub key: Option<Box<str>>,
    /// How many people fit in.
    pub limit: Option<u32>,
}

/// What somebody can be in a channel; each is more than those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub enum Rank {
    /// Is heard in a moderated channel.
    Voice = 1,
    /// Runs the channel, but for its operators and half-operators.
    HalfOperator = 1 << 1,
    /// Runs the channel.
    Operator = 1 << 3,
}

set_of! {
    /// All that somebody is in a channel. Who is anything has a voice.
    Ranks, Rank, u8
}

impl Ranks {
    /// Whether somebody is `rank` or more.
    pub const fn reaches(self, rank: Rank) -> bool {
        self.0 >= rank as u8
    }
}

/// What a person can be besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum UserFlag {
    /// Is not listed for those who share no channel with them.
    Invisible = 1,
    /// Hears what operators of the server tell whoever wants to know.
    Wallops = 1 << 1,
    /// Is a program.
    Bot = 1 << 2,
    /// Runs the server.
    Operator = 1 << 3,
    /// Is written to by people with an account only.
    AccountsWrite = 1 << 4,
}

set_of! {
    /// What a person is besides.
    UserFlags, UserFlag, u8
}

/// A channel's lists of masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MaskList {
    /// Those who are kept out or muted.
    Bans,
    /// Those whom no ban concerns.
    Exceptions,
    /// Those who may enter though only those who are asked in may.
    Invitees,
}

/// One change of a channel's modes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ModeChange {
    /// A flag goes on or off.
    Flag(Flag, bool),
    /// The key is set or taken off.
    Key(Option<Box<str>>),
    /// The limit is set or taken off.
    Limit(Option<u32>),
    /// A mask goes on a list or off it.
    List(MaskList, Mask, bool),
    /// A member is given a rank or loses it.
    Rank(Rank, Nick, bool),
}
