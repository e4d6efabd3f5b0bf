//! The protocol side of one connection.

use std::collections::VecDeque;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::irc::client::Client;
use super::irc::metadata::Syncing;
use super::letters::Bundle;
use super::retelling::Retelling;
use super::tickets::Ticket;
use crate::chat::UserId;
use crate::chat::name::ChannelName;
use crate::chat::pace::Bucket;
use crate::chat::vocabulary::{Listing, MessageId};
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
    /// What is still to be done, in order.
    pub(super) todo: VecDeque<Todo>,
}

/// What belongs to its protocol.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Side {
    Plain(Box<Plain>),
    Irc(Client),
}

/// A long answer that is being written, and how its rows are, if not as the plain protocol has them.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LongAnswer {
    pub(super) listing: Listing,
    pub(super) form: Option<Form>,
}

/// What a session waits for before it hears more.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Wait {
    /// That its reader takes what there is of a long answer.
    Reader(LongAnswer),
    /// That something is looked into.
    Ticket(Ticket),
    /// That its reader takes what there is of the letters for its person.
    Letters(Bundle),
    /// That its reader takes what there is of what was said earlier.
    Retelling(Retelling),
    /// That its reader takes what there is of what people and channels say of themselves.
    Metadata(Syncing),
}

/// What is still to be done for a plain session, once it waits for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Todo {
    /// To show what was said in a channel before it came in, or since its person went.
    ShowEarlier(ChannelName, Option<MessageId>),
    /// To hear a line.
    Hear(String),
}

/// What is known of a connection until it is known whose it is.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Newcomer {
    /// Where it comes from.
    pub(super) address: IpAddr,
    /// Until when it must have said, on the monotonic clock.
    pub(super) name_due_ms: u64,
}

/// The protocol side of one connection. It is small: what is rare, or soon over, is in a box.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) user: Option<UserId>,
    pub(super) pace: Bucket,
    pub(super) newcomer: Option<Box<Newcomer>>,
    pub(super) wait: Option<Box<Wait>>,
    pub(super) side: Side,
    /// It hears nothing more.
    pub(super) closing: bool,
}

impl Session {
    pub(super) fn new(protocol: Protocol, newcomer: Newcomer) -> Self {
        let side = match protocol {
            Protocol::Plain => Side::Plain(Box::new(Plain {
                progress: Progress::Naming {
                    welcomed: false,
                    refused: 0,
                },
                screen: Screen::default(),
                todo: VecDeque::new(),
            })),
            Protocol::Irc => Side::Irc(Client::default()),
        };
        Self {
            user: None,
            pace: Bucket::default(),
            newcomer: Some(Box::new(newcomer)),
            wait: None,
            side,
            closing: false,
        }
    }

    /// Whether it waits for something before it can hear more.
    pub(super) fn waits(&self) -> bool {
        self.wait.is_some()
    }

    /// The long answer that it is being given.
    pub(super) fn take_answer(&mut self) -> Option<LongAnswer> {
        match self.take_wait(|wait| matches!(wait, Wait::Reader(_)))? {
            Wait::Reader(answer) => Some(answer),
            _ => None,
        }
    }

    /// The letters that it is being given.
    pub(super) fn take_letters(&mut self) -> Option<Bundle> {
        match self.take_wait(|wait| matches!(wait, Wait::Letters(_)))? {
            Wait::Letters(bundle) => Some(bundle),
            _ => None,
        }
    }

    /// What is being looked into for it.
    pub(super) fn take_ticket(&mut self) -> Option<Ticket> {
        match self.take_wait(|wait| matches!(wait, Wait::Ticket(_)))? {
            Wait::Ticket(ticket) => Some(ticket),
            _ => None,
        }
    }

    /// What it is being told of what was said earlier.
    pub(super) fn take_retelling(&mut self) -> Option<Retelling> {
        match self.take_wait(|wait| matches!(wait, Wait::Retelling(_)))? {
            Wait::Retelling(retelling) => Some(retelling),
            _ => None,
        }
    }

    /// What it is being told of people and channels.
    pub(super) fn take_syncing(&mut self) -> Option<Syncing> {
        match self.take_wait(|wait| matches!(wait, Wait::Metadata(_)))? {
            Wait::Metadata(syncing) => Some(syncing),
            _ => None,
        }
    }

    fn take_wait(&mut self, fits: impl Fn(&Wait) -> bool) -> Option<Wait> {
        self.wait.take_if(|wait| fits(wait)).map(|wait| *wait)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_small() {
        // With its generation it is one of the slots that ARCHITECTURE.md counts.
        assert!(size_of::<Session>() <= 80, "{}", size_of::<Session>());
    }
}
