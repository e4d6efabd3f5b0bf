//! Saying something to a channel or a person.

use std::sync::Arc;

use super::channel::Member;
use super::memory::Record;
use super::mode::{Flag, Ranks};
use super::name::{ChannelName, Nick};
use super::time::Now;
use super::vocabulary::{
    Audience, Happening, Manner, MessageId, Place, Refusal, Reply, Said, Target,
};
use super::{ChannelId, Chat, UserId};

impl Chat {
    pub(super) fn say(
        &mut self,
        now: Now,
        who: UserId,
        to: &Target,
        manner: Manner,
        text: &str,
    ) -> Result<(), Refusal> {
        if text.trim().is_empty() {
            return Err(Refusal::NothingToSay);
        }
        match to {
            Target::Channel(name) => self.say_in(now, who, name, manner, text),
            Target::Person(nick) => self.say_to(now, who, nick, manner, text),
        }
    }

    fn say_in(
        &mut self,
        now: Now,
        who: UserId,
        name: &ChannelName,
        manner: Manner,
        text: &str,
    ) -> Result<(), Refusal> {
        let id = self.seen(who, name)?;
        self.may_speak(who, id)?;
        let place = Place::Channel(self.channel(id).name.clone());
        let said = self.said(now, who, place.clone(), manner, text);
        let record = Record {
            said: said.clone(),
            for_staff: self.is_for_staff(who, id),
        };
        self.channel_mut(id).memory.remember(record);
        let audience = self.hearers(who, id);
        self.event(now, audience, Happening::Said(said));
        self.reply(Reply::Sent {
            to: place,
            away: None,
        });
        Ok(())
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

    /// Those of a channel who hear what `who` says in it, `who` among them if a member.
    fn hearers(&mut self, who: UserId, id: ChannelId) -> Audience {
        let hidden = self.user(who).hidden_from();
        if hidden.is_empty() && !self.is_for_staff(who, id) {
            return self.everybody_in(id);
        }
        let mut hearers = self.listeners(who, id);
        hearers.retain(|user| hidden.binary_search(user).is_err());
        self.outbox.only(hearers)
    }

    fn say_to(
        &mut self,
        now: Now,
        who: UserId,
        nick: &Nick,
        manner: Manner,
        text: &str,
    ) -> Result<(), Refusal> {
        let target = self.person(nick)?;
        let place = Place::Person(self.user(target).identity.clone());
        let said = self.said(now, who, place.clone(), manner, text);
        let hidden = self.hides(target, who);
        let heard = (target != who && !hidden).then_some(target);
        let audience = self.outbox.only(heard.into_iter().chain([who]));
        self.event(now, audience, Happening::Said(said));
        let absence = self.user_mut(target).absence.as_deref_mut();
        let away = absence.and_then(|absence| absence.tell(who));
        self.reply(Reply::Sent { to: place, away });
        Ok(())
    }

    fn said(&mut self, now: Now, who: UserId, place: Place, manner: Manner, text: &str) -> Said {
        Said {
            id: self.next_message_id(now),
            at_ms: now.wall_ms,
            author: who,
            from: self.user(who).identity.clone(),
            place,
            manner,
            text: Arc::from(text),
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
