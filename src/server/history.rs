//! Reading what is remembered: the chat decides who may, when they ask and again when the store has
//! answered. Until then the session hears nothing more.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::retelling::{Retelling, Telling};
use super::tickets::{Answered, Pending};
use super::{Output, Server, SessionId};
use crate::chat::UserId;
use crate::chat::account::{Account, AccountId};
use crate::chat::name::{ChannelName, Nick};
use crate::chat::reading::Access;
use crate::chat::time::Now;
use crate::chat::vocabulary::{Conversation, ConversationId, Line, Refusal, Window};
use crate::store::vocabulary::{Asker, Found, Query, Question, Scope, Trouble, Wanted};

/// What is to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Subject {
    /// A channel's history.
    Channel(ChannelName),
    /// What one and somebody else have said to each other.
    With(Nick),
    /// All that one may read.
    Everything,
}

/// Which lines of it are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) subject: Subject,
    pub(super) window: Window,
    /// Also comings, goings and the like.
    pub(super) events: bool,
    /// Only what has these words.
    pub(super) words: Option<String>,
    /// Only what somebody of this name said.
    pub(super) by: Option<Nick>,
}

impl Wish {
    /// What was said, all of it.
    pub(super) fn said(subject: Subject, window: Window) -> Self {
        Self {
            subject,
            window,
            events: false,
            words: None,
            by: None,
        }
    }
}

/// What somebody waits to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reading {
    subject: Subject,
    /// What was allowed when it was asked for.
    access: Access,
    telling: Telling,
}

/// Why nothing is read.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Unread {
    /// There is no store.
    NothingIsKept,
    /// Only people with an account have private lines that are kept.
    GuestsHaveNone,
    /// Nobody with an account is called so.
    NobodysAccount(Nick),
    /// The chat says no.
    Refused(Refusal),
    /// The store cannot tell.
    Trouble(Trouble),
}

impl From<Refusal> for Unread {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// What a subject is in the words of the store, and what may be read of it.
struct Looked {
    scope: Scope,
    access: Access,
}

impl Server {
    /// Lets somebody read what they wish for: the answer comes by a ticket.
    pub(super) fn read_history(&mut self, now: Now, id: SessionId, wish: Wish, telling: Telling) {
        let Some(user) = self.user_of(id) else { return };
        let Looked { scope, access } = match self.look(user, &wish.subject) {
            Ok(looked) => looked,
            Err(unread) => return self.tell_unread(now, id, &telling, &unread),
        };
        let Window {
            after,
            before,
            limit,
            end,
        } = wish.window;
        let query = Query::Lines(Wanted {
            scope,
            after,
            // What is said from now on is heard when it is said.
            before: before.or(Some(self.chat.present())),
            limit,
            end,
            events: wish.events,
            words: wish.words,
            by: wish.by,
        });
        let asker = self.asker(now, &access);
        let reading = Reading {
            subject: wish.subject,
            access,
            telling,
        };
        self.ask_store(now, id, Pending::Read(Box::new(reading)), asker, query);
    }

    /// Asks the store something for a session, which waits for the answer.
    pub(super) fn ask_store(
        &mut self,
        now: Now,
        id: SessionId,
        pending: Pending,
        asker: Asker,
        query: Query,
    ) {
        let ticket = self.open_ticket(now, id, pending);
        self.outputs.push(Output::Ask(Box::new(Question {
            ticket,
            asker,
            query,
        })));
    }

    fn look(&self, user: UserId, subject: &Subject) -> Result<Looked, Unread> {
        if !self.settings.chat.remembers {
            return Err(Unread::NothingIsKept);
        }
        Ok(match subject {
            Subject::Channel(name) => {
                let access = self.chat.access_to(user, name)?;
                let scope = Scope::Channel {
                    name: name.clone(),
                    current: access.open.first().copied(),
                };
                Looked { scope, access }
            }
            Subject::With(nick) => {
                let own = self.chat.account_of(user).ok_or(Unread::GuestsHaveNone)?;
                let other = self.chat.correspondent(nick);
                let other = other.ok_or_else(|| Unread::NobodysAccount(nick.clone()))?;
                let access = Access {
                    account: Some(own.id),
                    ..Access::default()
                };
                let scope = Scope::With(other.id);
                Looked { scope, access }
            }
            Subject::Everything => {
                let access = self.chat.access_to_all(user);
                let scope = Scope::Everywhere(access.open.clone());
                Looked { scope, access }
            }
        })
    }

    /// Guests read what was said lately, people with an account all that is kept.
    pub(super) fn asker(&self, now: Now, access: &Access) -> Asker {
        let lately_ms = self.settings.guest_history_ms;
        let not_before_ms = match (access.account, lately_ms) {
            (None, Some(lately_ms)) => now.wall_ms.saturating_sub(lately_ms),
            _ => 0,
        };
        Asker {
            account: access.account,
            not_before_ms,
            blocked: access.blocked.clone(),
            barred: access.barred.clone(),
        }
    }

    /// The store has answered somebody who reads.
    pub(super) fn go_on_reading(
        &mut self,
        now: Now,
        id: SessionId,
        reading: Reading,
        answered: Answered,
    ) {
        let telling = reading.telling.clone();
        match self.readable(id, reading, answered) {
            Ok(lines) => self.retell(now, id, Retelling::new(lines, telling)),
            Err(unread) => self.tell_unread(now, id, &telling, &unread),
        }
    }

    /// Of the lines that were found those that may still be read.
    fn readable(
        &self,
        id: SessionId,
        reading: Reading,
        answered: Answered,
    ) -> Result<Vec<(Line, Option<ChannelName>)>, Unread> {
        let (lines, channels) = match answered {
            Answered::Found(Ok(Found::Lines { lines, channels })) => (lines, channels),
            Answered::Found(Err(trouble)) => return Err(Unread::Trouble(trouble)),
            _ => return Err(Unread::Trouble(Trouble::TooSlow)),
        };
        let Some(user) = self.user_of(id) else {
            return Ok(Vec::new());
        };
        let now = self.look(user, &reading.subject)?.access;
        if let (Subject::Channel(name), []) = (&reading.subject, &lines[..])
            && !self.chat.knows_of(user, name)
        {
            // Nobody learns whether there is one.
            let channel = name.clone();
            return Err(Unread::Refused(Refusal::NoSuchChannel { channel }));
        }
        let mut told = Vec::new();
        for line in lines {
            if self.chat.may_read(user, &reading.access, &now, &line) {
                let channel = self.channel_of(&line, &reading.subject, &channels);
                told.push((line, channel));
            }
        }
        Ok(told)
    }

    /// What the channel of a line is called: as it was asked for, as it is, or as it was.
    fn channel_of(
        &self,
        line: &Line,
        subject: &Subject,
        channels: &[(ConversationId, ChannelName)],
    ) -> Option<ChannelName> {
        let Conversation::Channel(conversation) = line.conversation else {
            return None;
        };
        if let Subject::Channel(name) = subject {
            let spelled = self.chat.find_channel(name).map(|channel| channel.name());
            return Some(spelled.unwrap_or(name).clone());
        }
        let now = self.chat.name_of(conversation);
        let known = channels.iter().find(|(id, _)| *id == conversation);
        now.or(known.map(|(_, name)| name)).cloned()
    }

    /// The account of a session's person.
    pub(super) fn account_of_session(&self, id: SessionId) -> Option<AccountId> {
        let account: Option<&Arc<Account>> =
            self.user_of(id).and_then(|user| self.chat.account_of(user));
        account.map(|account| account.id)
    }
}

#[cfg(test)]
mod tests;
