//! What the person who runs the server has decided. Not part of the chat's state.

use super::mode::Flags;
use super::name::{ChannelName, Nick};
use super::pace::Pace;
use super::time::Zone;

/// Who may announce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Announcers {
    /// Anybody.
    Everyone,
    /// People with an account, and operators.
    Registered,
    /// People who run the server.
    Operators,
}

/// What the person who runs the server has decided.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The local clock.
    pub zone: Zone,
    /// Where everybody comes in.
    pub lobby: ChannelName,
    /// Names that nobody can have.
    pub reserved: Vec<Nick>,
    /// Channels that exist from the start and stay; nobody is operator for coming first.
    pub permanent: Vec<ChannelName>,
    /// The modes of a channel that somebody makes.
    pub modes: Flags,
    /// Who may announce.
    pub announcers: Announcers,
    /// How often one person may announce.
    pub announcing: Pace,
    /// Whether there is a store that remembers.
    pub remembers: bool,
    /// Which site of several this is.
    pub site: u16,
}

impl Default for Settings {
    fn default() -> Self {
        let lobby = ChannelName::parse("#lobby").expect("it is a name");
        Self {
            zone: Zone::utc(),
            lobby,
            reserved: Vec::new(),
            permanent: Vec::new(),
            modes: Flags::default(),
            announcers: Announcers::Everyone,
            announcing: Pace {
                burst: 2,
                every_us: 5 * 60 * 1_000_000,
            },
            remembers: false,
            site: 0,
        }
    }
}
