//! Lines to vocabulary and back, one folder per protocol. Knows neither the chat's state nor other
//! connections, sockets or clocks.

pub mod entry;
pub mod heard;
pub mod irc;
pub mod modes;
pub mod plain;
pub mod stamp;
pub mod strangers;

use serde::{Deserialize, Serialize};

/// Which protocol a connection speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Protocol {
    /// The plain protocol: text for people.
    Plain,
    /// The IRC protocol.
    Irc,
}

impl Protocol {
    /// Its name in flags, keys, the log and the ready lines: `plain` or `irc`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Irc => "irc",
        }
    }
}
