//! Taking back what was said: the latest line of somebody, or one line by its id.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::channel::{Member, check_reason};
use super::name::{ChannelName, Nick};
use super::time::Now;
use super::user::Identity;
use super::vocabulary::{
    Audience, Happening, MessageId, Place, Record, Refusal, Reply, Said, Target,
};
use super::{ChannelId, Chat, UserId};

/// How many of the latest lines, of the whole server, can be taken back by their id.
pub const REDACTABLE_MAX: usize = 4_096;

/// What is kept of a line so that it can be taken back.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Trace {
    id: MessageId,
    author: UserId,
    from: Arc<Identity>,
    at: Trail,
    /// Programs let each other know it: no person has read it.
    unread: bool,
}

/// Where a line went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Trail {
    Channel { id: ChannelId, for_staff: bool },
    Person(UserId),
}

impl Chat {
    /// `unread`: no person has read it, only programs.
    pub(super) fn leave_trace(&mut self, id: MessageId, author: UserId, at: Trail, unread: bool) {
        if self.traces.len() >= REDACTABLE_MAX {
            self.traces.pop_front();
        }
        let from = self.user(author).identity.clone();
        self.traces.push_back(Trace {
            id,
            author,
            from,
            at,
            unread,
        });
    }

    pub(super) fn redact(
        &mut self,
        now: Now,
        who: UserId,
        name: &ChannelName,
        nick: &Nick,
        why: Option<String>,
    ) -> Result<(), Refusal> {
        let id = self.joined(who, name)?;
        check_reason(why.as_deref())?;
        let channel = self.channel(id).name.clone();
        let own = self.user(who).nick() == nick;
        if !own && !self.runs(who, id) {
            return Err(Refusal::NotYoursToRedact { channel });
        }
        let fits = |said: &Said| {
            if own {
                said.author == who
            } else {
                said.from.nick == *nick
            }
        };
        let Some(record) = self.channel_mut(id).memory.forget_latest(fits) else {
            return Err(Refusal::NothingToRedact {
                nick: nick.clone(),
                channel,
            });
        };
        self.forget_trace(record.said.id);
        let trace = Trace {
            id: record.said.id,
            author: record.said.author,
            from: record.said.from,
            at: Trail::Channel {
                id,
                for_staff: record.for_staff,
            },
            unread: false,
        };
        self.tell_redaction(now, who, trace, true, why);
        Ok(())
    }

    pub(super) fn redact_message(
        &mut self,
        now: Now,
        who: UserId,
        to: &Target,
        id: MessageId,
        why: Option<String>,
    ) -> Result<(), Refusal> {
        check_reason(why.as_deref())?;
        let place = self.traces.iter().position(|trace| trace.id == id);
        match to {
            Target::Channel(name) | Target::Ranked(name, _) => {
                let channel = match self.user(who).is_operator() {
                    true => self.seen(who, name)?,
                    false => self.joined(who, name)?,
                };
                let place = place.ok_or(Refusal::NoSuchMessage)?;
                let trace = &self.traces[place];
                if !matches!(trace.at, Trail::Channel { id, .. } if id == channel) {
                    return Err(Refusal::NoSuchMessage);
                }
                if trace.author != who && !self.runs(who, channel) {
                    let channel = self.channel(channel).name.clone();
                    return Err(Refusal::NotYoursToRedact { channel });
                }
                self.channel_mut(channel).memory.forget(id);
            }
            Target::Person(nick) => {
                let target = self.person(nick)?;
                let own = |place: &usize| {
                    let trace = &self.traces[*place];
                    trace.author == who && trace.at == Trail::Person(target)
                };
                place.filter(own).ok_or(Refusal::NoSuchMessage)?;
            }
        }
        if let Some(trace) = place.and_then(|place| self.traces.remove(place)) {
            self.tell_redaction(now, who, trace, false, why);
        }
        Ok(())
    }

    /// Takes back the latest line that `who` wrote to somebody.
    pub(super) fn retract(&mut self, now: Now, who: UserId, nick: &Nick) -> Result<(), Refusal> {
        let target = self.person(nick)?;
        let nick = self.user(target).nick().clone();
        let written = |trace: &Trace| {
            trace.author == who && trace.at == Trail::Person(target) && !trace.unread
        };
        let place = self.traces.iter().rposition(written);
        let place = place.ok_or(Refusal::NoSuchMessage)?;
        if let Some(trace) = self.traces.remove(place) {
            self.tell_redaction(now, who, trace, true, None);
        }
        self.reply(Reply::Retracted { nick });
        Ok(())
    }

    fn forget_trace(&mut self, id: MessageId) {
        self.traces.retain(|trace| trace.id != id);
    }

    fn tell_redaction(
        &mut self,
        now: Now,
        who: UserId,
        trace: Trace,
        latest: bool,
        why: Option<String>,
    ) {
        let place = match trace.at {
            Trail::Channel { id, .. } => Place::Channel(self.channel(id).name.clone()),
            Trail::Person(user) => Place::Person(self.user(user).identity.clone()),
        };
        self.record(Record::Redacted { id: trace.id });
        let readers = self.readers_of(&trace, who);
        let audience = match trace.unread {
            true => Audience {
                tracking: readers.all,
                ..Audience::default()
            },
            false => readers,
        };
        let happening = Happening::Redacted {
            id: trace.id,
            latest,
            from: trace.from,
            by: self.user(who).identity.clone(),
            place,
            why,
        };
        self.event(now, audience, happening);
    }

    /// Those who may have read a line, and `by`, who takes it back.
    fn readers_of(&mut self, trace: &Trace, by: UserId) -> Audience {
        match trace.at {
            Trail::Person(user) => {
                let heard = (user != by && !self.hides(user, by)).then_some(user);
                self.outbox.only(heard.into_iter().chain([by]))
            }
            Trail::Channel {
                id,
                for_staff: false,
            } => self.everybody_in_and(id, by),
            Trail::Channel { id, .. } => {
                let concerned = |user: UserId| user == trace.author || user == by;
                let heard = |member: &&Member| member.ranks.any() || concerned(member.user);
                let roster = self.channel(id).roster().iter();
                let readers: Vec<UserId> = roster.filter(heard).map(|m| m.user).collect();
                self.outbox.only(readers)
            }
        }
    }
}
