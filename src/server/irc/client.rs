//! What an IRC session has besides.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::chat::account::Account;
use crate::chat::name::{ChannelName, Nick};
use crate::chat::vocabulary::{Described, Manner, MetadataKey, Target};
use crate::protocol::irc::capabilities::{Caps, VERSION_WITH_VALUES};
use crate::protocol::irc::commands::{Reading, Request};
use crate::protocol::irc::sasl::Exchange;

/// What an IRC session has besides.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::server) struct Client {
    pub(in crate::server) caps: Caps,
    /// It has named a version of capability negotiation in which values are shown.
    pub(super) knows_values: bool,
    /// Until it is registered.
    pub(super) registration: Option<Box<Registration>>,
    aside: Option<Box<Aside>>,
}

/// What a client has said of itself before it is registered.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Registration {
    pub(super) nick: Option<Nick>,
    /// User name and full name.
    pub(super) user: Option<(String, String)>,
    pub(super) negotiating: bool,
    /// Whom it has logged in as.
    pub(super) account: Option<Arc<Account>>,
    /// It is away from the beginning, with these words.
    pub(super) away: Option<String>,
    /// What they say of themselves from the beginning.
    pub(super) metadata: Vec<(MetadataKey, Arc<str>)>,
}

/// What most clients do not have at most times.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Aside {
    /// Whom it monitors, in the order of asking.
    pub(super) monitored: Vec<Nick>,
    /// Of which keys it wants to hear.
    pub(super) subscriptions: Vec<MetadataKey>,
    /// What is still to be done of its last message: the command, and what it asks for.
    pub(super) todo: VecDeque<(String, Reading)>,
    /// Its last message has a label.
    pub(super) labelled: Option<Labelled>,
    /// Its exchange of SASL.
    pub(super) exchange: Exchange,
    /// The message of several lines that it is writing.
    pub(super) multiline: Option<Multiline>,
}

/// The answer to a message with a label (IRCv3 labeled-response).
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Labelled {
    pub(super) label: String,
    /// What has been answered so far.
    pub(super) lines: String,
    /// The batch that has been begun for it, for the answer is a long one.
    pub(super) batch: Option<String>,
}

/// A message of several lines in the making (draft/multiline).
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Multiline {
    pub(super) reference: String,
    pub(super) to: Target,
    pub(super) attached: Option<Arc<str>>,
    pub(super) label: Option<String>,
    pub(super) manner: Option<Manner>,
    pub(super) text: String,
    /// Where a line goes on in another message.
    pub(super) seams: Vec<u32>,
    pub(super) lines: usize,
    /// Something is wrong with it, which has been said.
    pub(super) spoilt: bool,
}

impl Default for Client {
    fn default() -> Self {
        Self {
            caps: Caps::default(),
            knows_values: false,
            registration: Some(Box::default()),
            aside: None,
        }
    }
}

impl Client {
    /// The version of capability negotiation that it speaks.
    pub(super) fn version(&self) -> u32 {
        match self.knows_values {
            true => VERSION_WITH_VALUES,
            false => 0,
        }
    }

    pub(super) fn aside(&mut self) -> &mut Aside {
        self.aside.get_or_insert_default()
    }

    pub(super) fn has_aside(&self) -> Option<&Aside> {
        self.aside.as_deref()
    }

    /// Something of its last message is still to be done.
    pub(super) fn is_busy(&self) -> bool {
        self.aside
            .as_ref()
            .is_some_and(|aside| !aside.todo.is_empty())
    }

    pub(super) fn next_todo(&mut self) -> Option<(String, Reading)> {
        self.aside.as_mut()?.todo.pop_front()
    }

    /// What it is still to be told of a channel goes by another name of it from now on.
    pub(super) fn follow(&mut self, before: &ChannelName, channel: &ChannelName) {
        let todo = self.aside.as_mut().map(|aside| &mut aside.todo);
        for (_, reading) in todo.into_iter().flatten() {
            if let Ok(
                Request::NamesHere(name)
                | Request::Earlier(name, _)
                | Request::SyncMetadata(Described::Channel(name)),
            ) = reading
                && name == before
            {
                *name = channel.clone();
            }
        }
    }

    pub(super) fn labelled(&mut self) -> Option<&mut Labelled> {
        self.aside.as_mut()?.labelled.as_mut()
    }

    pub(super) fn monitored(&self) -> &[Nick] {
        self.aside.as_ref().map_or(&[], |aside| &aside.monitored)
    }

    /// Gives the room for rare things back once there is none of them.
    pub(super) fn tidy(&mut self) {
        let empty = self.aside.as_ref().is_some_and(|aside| {
            aside.monitored.is_empty()
                && aside.subscriptions.is_empty()
                && aside.todo.is_empty()
                && aside.labelled.is_none()
                && aside.multiline.is_none()
                && !aside.exchange.is_going_on()
        });
        if empty {
            self.aside = None;
        }
    }
}
