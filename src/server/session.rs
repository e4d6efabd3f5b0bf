//! The protocol side of one connection.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::irc::client::Client;
use crate::chat::UserId;
use crate::chat::pace::Bucket;
use crate::chat::vocabulary::Listing;
use crate::protocol::Protocol;
use crate::protocol::irc::rows::Form;
use crate::protocol::plain::screen::Screen;

/// How far a plain session has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Progress {
    /// It has no name yet; so many of its lines were refused.
    Naming { welcomed: bool, refused: u8 },
    /// It belongs to a user.
    Here { in_lobby: bool },
}

/// What a plain session has besides.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Plain {
    pub(super) progress: Progress,
    pub(super) screen: Screen,
}

/// What belongs to its protocol.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Side {
    Plain(Plain),
    Irc(Client),
}

/// A long answer that is being written, and how its rows are, if not as the plain protocol has them.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LongAnswer {
    pub(super) listing: Listing,
    pub(super) form: Option<Form>,
}

/// Something that is being looked into elsewhere: its answer comes by this number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ticket {
    pub(super) number: u64,
    /// As which operator the person would like to be known.
    pub(super) operator: String,
}

/// The protocol side of one connection.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) address: IpAddr,
    pub(super) user: Option<UserId>,
    pub(super) pace: Bucket,
    /// It hears nothing more.
    pub(super) closing: bool,
    /// It has not said yet whose it is, and still can.
    pub(super) unknown: bool,
    pub(super) side: Side,
    /// The long answer that is being written: nothing more is heard until it is.
    pub(super) answer: Option<Box<LongAnswer>>,
    /// What is being looked into: nothing more is heard until it is.
    pub(super) ticket: Option<Box<Ticket>>,
}

impl Session {
    pub(super) fn new(protocol: Protocol, address: IpAddr) -> Self {
        let side = match protocol {
            Protocol::Plain => Side::Plain(Plain {
                progress: Progress::Naming {
                    welcomed: false,
                    refused: 0,
                },
                screen: Screen::default(),
            }),
            Protocol::Irc => Side::Irc(Client::default()),
        };
        Self {
            address,
            user: None,
            pace: Bucket::default(),
            closing: false,
            unknown: true,
            side,
            answer: None,
            ticket: None,
        }
    }

    /// Whether it waits for something before it can hear more.
    pub(super) fn waits(&self) -> bool {
        self.answer.is_some() || self.ticket.is_some()
    }

    pub(super) fn plain(&mut self) -> Option<&mut Plain> {
        match &mut self.side {
            Side::Plain(plain) => Some(plain),
            Side::Irc(_) => None,
        }
    }

    pub(super) fn irc(&mut self) -> Option<&mut Client> {
        match &mut self.side {
            Side::Plain(_) => None,
            Side::Irc(client) => Some(client),
        }
    }

    /// Its screen, if it has one.
    pub(super) fn screen(&mut self) -> Option<&mut Screen> {
        self.plain().map(|plain| &mut plain.screen)
    }
}
