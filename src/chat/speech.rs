//! Saying something to a channel or a person.

use std::sync::Arc;

use super::channel::Member;
use super::memory::Record;
use super::mode::{Flag, Rank, Ranks};
use super::name::{ChannelName, Nick};
use super::redaction::Trail;
use super::time::Now;
use super::vocabulary::{
    Audience, Extras, Happening, Manner, MessageId, Place, Refusal, Reply, Said, Span, Target,
};
use super::{ChannelId, Chat, UserId};

/// What is to be said, and how.
pub(super) struct Words<'a> {
    pub(super) manner: Manner,
    pub(super) text: &'a str,
    pub(super) extras: Extras,
}

impl Chat {
    pub(super) fn say(
        &mut self,
        now: Now,
        who: UserId,
        to: &Target,
        words: Words<'_>,
    ) -> Result<(), Refusal> {
        if words.text.trim().is_empty() {
            return Err(Refusal::NothingToSay);
        }
        match to {
            Target::Channel(name) => self.say_in(now, who, name, None, words),
            Target::Ranked(name, rank) => self.say_in(now, who, name, Some(*rank), words),
            Target::Person(nick) => self.say_to(now, who, nick, words),
        }
    }

    /// `rank`: only those hear it who are this or more.
    fn say_in(
        &mut self,
        now: Now,
        who: UserId,
        name: &ChannelName,
        rank: Option<Rank>,
        words: Words<'_>,
    ) -> Result<(), Refusal> {
        let id = self.seen(who, name)?;
        self.may_speak(who, id)?;
        self.may_say(id, words.manner)?;
        let lasting = !matches!(words.manner, Manner::Request | Manner::Answer);
        let place = self.place_in(id, rank);
        let said = self.said(now, who, place.clone(), words);
        let for_staff = rank.is_some() || self.is_for_staff(who, id);
        if rank.is_none() && !for_staff {
            self.record_said_in(id, &said);
        }
        if lasting && rank.is_none() {
            let said = said.clone();
            let record = Record { said, for_staff };
            self.channel_mut(id).memory.remember(record);
        }
        self.leave_trace(said.id, who, Trail::Channel { id, for_staff }, false);
        let audience = Audience {
            all: self.hearers(who, id, rank),
            ..Audience::default()
        };
        self.event(now, audience, Happening::Said(said));
        self.reply(Reply::Sent {
            to: place,
            away: None,
            news: false,
        });
        Ok(())
    }

    fn place_in(&self, id: ChannelId, rank: Option<Rank>) -> Place {
        let name = self.channel(id).name.clone();
        match rank {
            Some(rank) => Place::Ranked(name, rank),
            None => Place::Channel(name),
        }
    }

    /// Whether what somebody says in a channel is for its staff: they call at a help desk.
    pub(super) fn is_for_staff(&self, who: UserId, id: ChannelId) -> bool {
        let channel = self.channel(id);
        channel.has(Flag::HelpDesk) && !channel.ranks(who).is_some_and(Ranks::any)
    }

    /// Those for whom it is what `who` says in a channel, `who` among them if a member.
    pub(super) fn listeners(&self, who: UserId, id: ChannelId) -> Vec<UserId> {
        let for_staff = self.is_for_staff(who, id);
        let members = self.channel(id).roster().iter();
        let listens = |member: &&Member| !for_staff || member.ranks.any() || member.user == who;
        members.filter(listens).map(|member| member.user).collect()
    }

    /// Those of a channel who hear what `who` says in it, and `who`.
    fn hearers(&mut self, who: UserId, id: ChannelId, rank: Option<Rank>) -> Span {
        let mut outbox = std::mem::take(&mut self.outbox);
        let hidden = self.user(who).hidden_from();
        let for_staff = self.is_for_staff(who, id);
        let (before, behind) = self.channel(id).others(who);
        let others = before.iter().chain(behind);
        let span = if hidden.is_empty() && !for_staff && rank.is_none() {
            // The rule: without a question about each, a list is copied at once.
            outbox.span(others.map(|member| member.user).chain([who]))
        } else {
            let hears = |member: &&Member| {
                let listens = !for_staff || member.ranks.any();
                let ranks = rank.is_none_or(|rank| member.ranks.reaches(rank));
                listens && ranks && hidden.binary_search(&member.user).is_err()
            };
            let others = others.filter(hears).map(|member| member.user);
            outbox.span(others.chain([who]))
        };
        self.outbox = outbox;
        span
    }

    fn say_to(
        &mut self,
        now: Now,
        who: UserId,
        nick: &Nick,
        words: Words<'_>,
    ) -> Result<(), Refusal> {
        let target = match self.addressee(nick) {
            None => return self.leave_letter(now, who, nick, words),
            Some(target) if self.is_staying(target) => {
                let account = self.account_of(target).map(|account| account.name.clone());
                let owner = account.unwrap_or_else(|| nick.clone());
                return self.leave_letter(now, who, &owner, words);
            }
            Some(target) => target,
        };
        self.may_write_to(who, target)?;
        let place = Place::Person(self.user(target).identity.clone());
        let said = self.said(now, who, place.clone(), words);
        self.leave_trace(said.id, who, Trail::Person(target), false);
        self.record_said_to(target, &said);
        let audience = self.correspondents(who, target);
        self.event(now, audience, Happening::Said(said));
        let absence = self.user_mut(target).absence.as_deref_mut();
        let news = absence.is_some_and(|absence| absence.tell(who));
        let away = self.user(target).away().cloned();
        self.reply(Reply::Sent {
            to: place,
            away,
            news,
        });
        Ok(())
    }

    /// Somebody who is written to, if they hear the writer; and the writer.
    fn correspondents(&mut self, who: UserId, target: UserId) -> Audience {
        let heard = (target != who && !self.hides(target, who)).then_some(target);
        self.outbox.only(heard.into_iter().chain([who]))
    }

    /// What programs let each other know goes where a line would go, but only to programs.
    pub(super) fn signal(
        &mut self,
        now: Now,
        who: UserId,
        to: &Target,
        attached: Arc<str>,
    ) -> Result<(), Refusal> {
        let (place, trail, hearers) = match to {
            Target::Person(nick) => {
                let target = self.person(nick)?;
                self.may_write_to(who, target)?;
                let audience = self.correspondents(who, target);
                let place = Place::Person(self.user(target).identity.clone());
                (place, Trail::Person(target), audience.all)
            }
            Target::Channel(name) => self.signal_in(who, name, None)?,
            Target::Ranked(name, rank) => self.signal_in(who, name, Some(*rank))?,
        };
        let id = self.next_message_id(now);
        self.leave_trace(id, who, trail, true);
        let happening = Happening::Signalled {
            id,
            author: who,
            from: self.user(who).identity.clone(),
            place,
            attached,
        };
        let audience = Audience {
            tracking: hearers,
            ..Audience::default()
        };
        self.event(now, audience, happening);
        self.reply(Reply::Signalled);
        Ok(())
    }

    fn signal_in(
        &mut self,
        who: UserId,
        name: &ChannelName,
        rank: Option<Rank>,
    ) -> Result<(Place, Trail, Span), Refusal> {
        let id = self.seen(who, name)?;
        self.may_speak(who, id)?;
        let hearers = self.hearers(who, id, rank);
        let for_staff = rank.is_some() || self.is_for_staff(who, id);
        let trail = Trail::Channel { id, for_staff };
        Ok((self.place_in(id, rank), trail, hearers))
    }

    fn said(&mut self, now: Now, who: UserId, place: Place, words: Words<'_>) -> Said {
        Said {
            id: self.next_message_id(now),
            at_ms: now.wall_ms,
            author: who,
            from: self.user(who).identity.clone(),
            place,
            manner: words.manner,
            text: Arc::from(words.text),
            extras: words.extras,
        }
    }

    /// The next message id: never less than the last, also when the wall clock is set back.
    pub(super) fn next_message_id(&mut self, now: Now) -> MessageId {
        let last = self.last_message_id;
        let fresh = MessageId {
            ms: now.wall_ms,
            counter: 0,
            site: self.settings.site,
        };
        self.last_message_id = if now.wall_ms > last.ms {
            fresh
        } else {
            match last.counter.checked_add(1) {
                Some(counter) => MessageId {
                    ms: last.ms,
                    counter,
                    ..fresh
                },
                None => MessageId {
                    ms: last.ms + 1,
                    ..fresh
                },
            }
        };
        self.last_message_id
    }
}
