//! Taking back what was said: the latest line of somebody, or one line by its id.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::account::{Account, AccountId};
use super::channel::{Member, check_reason};
use super::name::{ChannelName, Nick};
use super::time::Now;
use super::user::Identity;
use super::vocabulary::{
    Audience, Happening, Line, MessageId, Place, Record, Refusal, Reply, Said, Target,
};
use super::{ChannelId, Chat, UserId};

/// How many of the latest lines, of the whole server, can be taken back by their id.
pub const REDACTABLE_MAX: usize = 4_096;

/// What is kept of a line so that it can be taken back.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Trace {
    id: MessageId,
    /// Nobody that is here, if it was written before the server was started.
    author: Option<UserId>,
    from: Arc<Identity>,
    at: Trail,
    /// Programs let each other know it: no person has read it.
    unread: bool,
}

/// Where a line went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Trail {
    Channel {
        id: ChannelId,
        for_staff: bool,
    },
    Person(UserId),
    /// It waits for the owner of an account, who is not here.
    Waiting(AccountId),
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
            author: Some(author),
            from,
            at,
            unread,
        });
    }

    /// These lines have waited since before the server was started: for whom, from whom, and which.
    pub(super) fn take_up_traces(&mut self, letters: &[(AccountId, AccountId, MessageId)]) {
        let accounts = self.accounts.values();
        let writers: BTreeMap<AccountId, &Arc<Account>> =
            accounts.map(|account| (account.id, account)).collect();
        let latest = &letters[letters.len().saturating_sub(REDACTABLE_MAX)..];
        let traces = latest.iter().filter_map(|(to, from, id)| {
            let writer = Arc::clone(writers.get(from)?);
            let from = Identity::named(writer.name.clone()).with_account(Some(writer));
            Some(Trace {
                id: *id,
                author: None,
                from: Arc::new(from),
                at: Trail::Waiting(*to),
                unread: false,
            })
        });
        self.traces = traces.collect();
    }

    /// Whether somebody has written a line. What still waits is its writer's also when they have gone
    /// and come back.
    fn wrote(&self, who: UserId, trace: &Trace) -> bool {
        trace.author == Some(who)
            || matches!(trace.at, Trail::Waiting(_)) && self.writer_here(trace) == Some(who)
    }

    fn writer_here(&self, trace: &Trace) -> Option<UserId> {
        self.owner_here(trace.from.account.as_ref()?.id)
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
            author: Some(record.said.author),
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
                if trace.author != Some(who) && !self.runs(who, channel) {
                    let channel = self.channel(channel).name.clone();
                    return Err(Refusal::NotYoursToRedact { channel });
                }
                self.channel_mut(channel).memory.forget(id);
            }
            Target::Person(nick) => {
                let to = self.trails_to(nick)?;
                let own = |place: &usize| {
                    let trace = &self.traces[*place];
                    self.wrote(who, trace) && to.contains(&trace.at)
                };
                place.filter(own).ok_or(Refusal::NoSuchMessage)?;
            }
        }
        if let Some(trace) = place.and_then(|place| self.traces.remove(place)) {
            self.tell_redaction(now, who, trace, false, why);
        }
        Ok(())
    }

    /// Where a line to somebody may be: with them, or waiting for them.
    fn trails_to(&self, nick: &Nick) -> Result<Vec<Trail>, Refusal> {
        let here = self.addressee(nick);
        let account = here.and_then(|user| self.account_of(user));
        let account = account.or_else(|| self.accounts.get(nick));
        let waiting = account.map(|account| Trail::Waiting(account.id));
        let trails = here.map(Trail::Person).into_iter().chain(waiting);
        let trails: Vec<Trail> = trails.collect();
        match trails.is_empty() {
            true => Err(Refusal::NobodyNamed { nick: nick.clone() }),
            false => Ok(trails),
        }
    }

    /// Takes back the latest line that `who` wrote to somebody.
    pub(super) fn retract(&mut self, now: Now, who: UserId, nick: &Nick) -> Result<(), Refusal> {
        let to = self.trails_to(nick)?;
        let written =
            |trace: &Trace| self.wrote(who, trace) && to.contains(&trace.at) && !trace.unread;
        let place = self.traces.iter().rposition(written);
        let place = place.ok_or(Refusal::NoSuchMessage)?;
        let Some(trace) = self.traces.remove(place) else {
            return Ok(());
        };
        let nick = self
            .reader(&trace.at)
            .map_or(nick.clone(), |to| to.nick.clone());
        self.tell_redaction(now, who, trace, true, None);
        self.reply(Reply::Retracted { nick });
        Ok(())
    }

    /// Whom a line that went to one person was for.
    fn reader(&self, at: &Trail) -> Option<Arc<Identity>> {
        match at {
            Trail::Person(user) => self.users.get(*user).map(|user| user.identity.clone()),
            Trail::Waiting(account) => {
                let name = self.account_name(*account)?.clone();
                Some(Arc::new(Identity::named(name)))
            }
            Trail::Channel { .. } => None,
        }
    }

    /// Lines that waited for somebody have reached them; whoever has gone again has them all the
    /// same.
    pub(super) fn note_read(&mut self, account: AccountId, lines: &[Line]) {
        let owner = self.owner_here(account);
        let has = |id: MessageId| lines.iter().any(|line| line.id == id);
        let is_read = |trace: &Trace| trace.at == Trail::Waiting(account) && has(trace.id);
        match owner {
            Some(owner) => {
                let traces = self.traces.iter().enumerate();
                let read = traces.filter(|(_, trace)| is_read(trace));
                let read: Vec<(usize, Option<UserId>)> = read
                    .map(|(place, trace)| (place, self.writer_here(trace).or(trace.author)))
                    .collect();
                for (place, author) in read {
                    let trace = &mut self.traces[place];
                    (trace.at, trace.author) = (Trail::Person(owner), author);
                }
            }
            None => self.traces.retain(|trace| !is_read(trace)),
        }
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
        let place = match (trace.at, self.reader(&trace.at)) {
            (Trail::Channel { id, .. }, _) => Place::Channel(self.channel(id).name.clone()),
            (_, Some(reader)) => Place::Person(reader),
            // Their account is no more, and what waited for them went with it.
            (_, None) => return,
        };
        self.record(Record::Redacted { id: trace.id });
        if let (Trail::Waiting(to), Some(from)) = (trace.at, &trace.from.account) {
            self.lose_letter(to, from.id);
        }
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
            // They do not have it, unless it is on its way to them just now.
            Trail::Waiting(account) => {
                let owner = self.owner_here(account);
                self.outbox.only(owner.into_iter().chain([by]))
            }
            Trail::Channel {
                id,
                for_staff: false,
            } => self.everybody_in_and(id, by),
            Trail::Channel { id, .. } => {
                let concerned = |user: UserId| Some(user) == trace.author || user == by;
                let heard = |member: &&Member| member.ranks.any() || concerned(member.user);
                let roster = self.channel(id).roster().iter();
                let readers: Vec<UserId> = roster.filter(heard).map(|m| m.user).collect();
                self.outbox.only(readers)
            }
        }
    }
}
