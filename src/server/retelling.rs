//! Telling what was said earlier, in the words in which it is told when it happens: lines now, and
//! more of them as the reader takes them.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::history::Unread;
use super::session::{Session, Wait};
use super::{LISTING_BYTES, Output, Server, SessionId};
use crate::chat::name::ChannelName;
use crate::chat::retelling::retold;
use crate::chat::time::Now;
use crate::chat::vocabulary::{Conversation, Event, Line};
use crate::protocol::plain::events::retell;
use crate::protocol::plain::refusals::{self, Mistake};
use crate::protocol::plain::replies;
use crate::protocol::stamp::Clock;
use crate::store::vocabulary::Trouble;

/// To what lines of the history are the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Telling {
    /// To coming into a channel. `held`: meanwhile the lines of others are kept back.
    Earlier { channel: ChannelName, held: bool },
    /// To the question what was said in a channel.
    InChannel(ChannelName),
    /// To the question what was said between two people.
    With(String),
    /// To the question where some words are.
    Search,
    /// To a client's question (draft/chathistory): the subcommand and the target, as it typed them.
    Chathistory { subcommand: String, target: String },
}

/// Lines that are being told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Retelling {
    /// Each with the name of its channel.
    lines: VecDeque<(Line, Option<ChannelName>)>,
    telling: Telling,
    /// The batch that a client is told them in.
    batch: Option<String>,
}

impl Retelling {
    pub(super) fn new(lines: Vec<(Line, Option<ChannelName>)>, telling: Telling) -> Self {
        Self {
            lines: lines.into(),
            telling,
            batch: None,
        }
    }
}

impl Server {
    /// Begins to tell lines.
    pub(super) fn retell(&mut self, now: Now, id: SessionId, mut retelling: Retelling) {
        if self.client(id).is_some() {
            if retelling.lines.is_empty() && is_unasked(&retelling.telling) {
                return;
            }
            retelling.batch = self.begin_retelling(id, &retelling.telling);
        } else if retelling.lines.is_empty() {
            return self.retell_nothing(id, &retelling.telling);
        } else {
            self.send(id, head(&retelling.telling));
        }
        if let Some(session) = self.sessions.get_mut(id) {
            session.wait = Some(Box::new(Wait::Retelling(retelling)));
        }
        self.continue_retelling(now, id);
    }

    fn retell_nothing(&mut self, id: SessionId, telling: &Telling) {
        match telling {
            Telling::Earlier { held, .. } => self.let_come(id, *held),
            Telling::InChannel(channel) => self.send(id, replies::nothing_said_in(channel)),
            Telling::With(nick) => self.send(id, replies::nothing_said_with(nick)),
            Telling::Search | Telling::Chathistory { .. } => {
                self.send(id, replies::nothing_found());
            }
        }
    }

    /// Tells more, and waits for it to be read before it tells the rest.
    pub(super) fn continue_retelling(&mut self, now: Now, id: SessionId) {
        let session = self.sessions.get_mut(id);
        let Some(mut retelling) = session.and_then(Session::take_retelling) else {
            return;
        };
        let mut out = String::new();
        while out.len() < LISTING_BYTES {
            match retelling.lines.pop_front() {
                Some((line, channel)) => {
                    let batch = retelling.batch.as_deref();
                    self.retell_line(now, id, line, channel, batch, &mut out);
                }
                None => return self.end_retelling(id, &retelling, out),
            }
        }
        self.send(id, out);
        self.outputs.push(Output::AwaitDrain(id));
        if let Some(session) = self.sessions.get_mut(id) {
            session.wait = Some(Box::new(Wait::Retelling(retelling)));
        }
    }

    fn end_retelling(&mut self, id: SessionId, retelling: &Retelling, mut out: String) {
        if self.client(id).is_some() {
            if !out.is_empty() {
                self.send(id, out);
            }
            return self.end_batch(id, retelling.batch.as_deref());
        }
        out.push_str(&replies::now());
        self.send(id, out);
        if let Telling::Earlier { held, .. } = &retelling.telling {
            self.let_come(id, *held);
        }
    }

    fn retell_line(
        &mut self,
        now: Now,
        id: SessionId,
        line: Line,
        channel: Option<ChannelName>,
        batch: Option<&str>,
        out: &mut String,
    ) {
        let own = self.is_own_private(id, &line);
        // What was said has its id among its words.
        let event_id = line.told.is_event().then_some(line.id);
        let Some(event) = retold(line, channel) else {
            return;
        };
        match self.client(id) {
            Some(_) => self.retell_to_client(now, id, (event, event_id), batch, out),
            None => self.retell_plainly(now, id, &event, own, out),
        }
    }

    /// Whether a line is a private one that its reader wrote.
    fn is_own_private(&self, id: SessionId, line: &Line) -> bool {
        match line.conversation {
            Conversation::Private { from, .. } => self.account_of_session(id) == Some(from),
            Conversation::Channel(_) => false,
        }
    }

    fn retell_plainly(
        &mut self,
        now: Now,
        id: SessionId,
        event: &Event,
        own: bool,
        out: &mut String,
    ) {
        let zone = self.settings.chat.zone.clone();
        let screen = self.screen(id);
        let clock = Clock::new(&zone, now.wall_ms, screen.times);
        retell(event, own, &mut screen.day, &clock, out);
    }

    /// Why there is nothing to tell.
    pub(super) fn tell_unread(
        &mut self,
        now: Now,
        id: SessionId,
        telling: &Telling,
        unread: &Unread,
    ) {
        if self.client(id).is_some() {
            return self.tell_client_unread(id, telling, unread);
        }
        let mistake = match unread {
            // Whoever comes in has not asked.
            Unread::NothingIsKept | Unread::Refused(_) if is_unasked(telling) => None,
            Unread::Refused(refusal) => {
                let meant = self.meant(refusal, id);
                let sentence = refusals::refusal(refusal, meant, &self.clock(now, id));
                return self.refuse(id, &sentence);
            }
            Unread::NothingIsKept => Some(Mistake::NothingIsKept),
            Unread::NobodysAccount(nick) => Some(Mistake::NobodysAccount { nick: nick.clone() }),
            Unread::GuestsHaveNone => Some(Mistake::GuestsHaveNoPrivateHistory),
            Unread::Trouble(Trouble::TooSlow) => Some(Mistake::HistoryTooSlow),
            Unread::Trouble(Trouble::Full) => Some(Mistake::HistoryBusy),
            Unread::Trouble(_) => Some(Mistake::HistoryFailed),
        };
        if let Some(mistake) = mistake {
            self.refuse(id, &refusals::mistake(&mistake));
        }
        if let Telling::Earlier { held, .. } = telling {
            self.let_come(id, *held);
        }
    }

    /// Keeps the lines of others back until what was said before them has been told. Says whether
    /// they came until now.
    pub(super) fn hold_for_earlier(&mut self, id: SessionId) -> bool {
        self.plain(id).is_some_and(|plain| plain.screen.hold())
    }

    fn let_come(&mut self, id: SessionId, held: bool) {
        if held {
            self.let_go(id);
        }
    }
}

/// What stands above lines.
fn head(telling: &Telling) -> String {
    match telling {
        Telling::Earlier { channel, .. } | Telling::InChannel(channel) => {
            replies::earlier_in(channel)
        }
        Telling::With(nick) => replies::earlier_with(nick),
        Telling::Search | Telling::Chathistory { .. } => replies::found(),
    }
}

fn is_unasked(telling: &Telling) -> bool {
    matches!(telling, Telling::Earlier { .. })
}
