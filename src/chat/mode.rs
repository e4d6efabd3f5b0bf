//! What a channel's modes are, and what its members can be in it.

use serde::{Deserialize, Serialize};

use super::mask::Mask;
use super::name::Nick;

/// The longest channel key, in bytes.
pub const KEY_BYTES_MAX: usize = 23;

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
}

/// Which flags are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Flags(u16);

impl Flags {
    /// Whether `flag` is on.
    pub const fn has(self, flag: Flag) -> bool {
        self.0 & flag as u16 != 0
    }

    /// Switches `flag`; says whether that changed anything.
    pub const fn set(&mut self, flag: Flag, on: bool) -> bool {
        let before = self.0;
        self.0 = if on {
            before | flag as u16
        } else {
            before & !(flag as u16)
        };
        self.0 != before
    }
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

/// What somebody can be in a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Rank {
    /// Is heard in a moderated channel.
    Voice = 1,
    /// Runs the channel.
    Operator = 1 << 3,
}

/// All that somebody is in a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ranks(u8);

impl Ranks {
    /// Just an operator.
    pub const OPERATOR: Self = Self(Rank::Operator as u8);

    /// Whether `rank` is among them.
    pub const fn has(self, rank: Rank) -> bool {
        self.0 & rank as u8 != 0
    }

    /// Whether there is any: such people have a voice.
    pub const fn any(self) -> bool {
        self.0 != 0
    }

    /// Gives or takes `rank`; says whether that changed anything.
    pub const fn set(&mut self, rank: Rank, on: bool) -> bool {
        let before = self.0;
        self.0 = if on {
            before | rank as u8
        } else {
            before & !(rank as u8)
        };
        self.0 != before
    }
}

/// A channel's lists of masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MaskList {
    /// Those who are kept out or muted.
    Bans,
}

/// One change of a channel's modes.
#[derive(Debug, Clone, PartialEq)]
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
