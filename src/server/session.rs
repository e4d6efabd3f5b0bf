//! The protocol side of one connection.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::chat::UserId;
use crate::chat::pace::Bucket;
use crate::chat::vocabulary::Listing;
use crate::protocol::Protocol;
use crate::protocol::plain::screen::Screen;

/// How far a session has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Progress {
    /// It has no name yet; so many of its lines were refused.
    Naming { welcomed: bool, refused: u8 },
    /// It belongs to a user.
    Here { in_lobby: bool },
    /// It hears nothing more.
    Closing,
}

/// The protocol side of one connection.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) protocol: Protocol,
    pub(super) address: IpAddr,
    pub(super) progress: Progress,
    pub(super) user: Option<UserId>,
    pub(super) pace: Bucket,
    pub(super) screen: Screen,
    /// The long answer that is being written: nothing more is heard until it is.
    pub(super) listing: Option<Box<Listing>>,
}

impl Session {
    pub(super) fn new(protocol: Protocol, address: IpAddr) -> Self {
        Self {
            protocol,
            address,
            progress: Progress::Naming {
                welcomed: false,
                refused: 0,
            },
            user: None,
            pace: Bucket::default(),
            screen: Screen::default(),
            listing: None,
        }
    }
}
