//! Running a channel: topic, invitations, kicks, bans, its name; and what runs the server.

use std::sync::Arc;

use super::channel::{INVITATIONS_MAX, check_reason};
use super::limits::TOPIC_BYTES_MAX;
use super::mask::Mask;
use super::mode::{Flag, MaskList, ModeChange, Rank, UserFlag};
use super::name::{ChannelName, Nick};
use super::time::Now;
use super::user::User;
use super::vocabulary::{Audience, Happening, Record, Refusal, Reply, Told, TopicInfo};
use super::{ChannelId, Chat, UserId};

impl Chat {
    pub(super) fn topic(
        &mut self,
        now: Now,
        who: UserId,
        name: &ChannelName,
        text: Option<&str>,
    ) -> Result<(), Refusal> {
        let Some(text) = text else {
            let channel = self.channel(self.seen(who, name)?);
            let topic = channel.topic.as_deref().cloned();
            let channel = channel.name.clone();
            self.reply(Reply::Topic { channel, topic });
            return Ok(());
        };
        let id = self.joined(who, name)?;
        if self.channel(id).has(Flag::TopicLocked) && !self.runs(who, id) {
            return Err(Refusal::NotChannelOperator {
                channel: self.channel(id).name.clone(),
            });
        }
        if text.len() > TOPIC_BYTES_MAX {
            return Err(Refusal::TooLong {
                what: "a topic",
                max_bytes: TOPIC_BYTES_MAX,
            });
        }
        let by = self.user(who).identity.clone();
        let text: Arc<str> = Arc::from(text);
        let info = TopicInfo {
            text: text.clone(),
            by: by.nick.clone(),
            at_ms: now.wall_ms,
        };
        let channel = self.channel_mut(id);
        channel.topic = (!text.is_empty()).then(|| Box::new(info));
        let channel = channel.name.clone();
        let audience = self.everybody_in(id);
        self.record_in(now, id, &by, || Told::Topic(text.clone()));
        self.note_kept(id, false);
        self.event(now, audience, Happening::TopicSet { by, channel, text });
        Ok(())
    }

    /// Everybody in a channel, and who did something to it, who may run the server from outside.
    pub(super) fn everybody_in_and(&mut self, id: ChannelId, by: UserId) -> Audience {
        let outside = self.channel(id).ranks(by).is_none().then_some(by);
        let channel = self
            .channels
            .get(id)
            .expect("the channel was just looked up");
        self.outbox.only(channel.members().chain(outside))
    }

    /// Everybody in a channel, however many.
    pub(super) fn everybody_in(&mut self, id: ChannelId) -> Audience {
        let channel = self
            .channels
            .get(id)
            .expect("the channel was just looked up");
        self.outbox.only(channel.members())
    }

    pub(super) fn kick(
        &mut self,
        now: Now,
        who: UserId,
        name: &ChannelName,
        nick: &Nick,
        why: Option<String>,
    ) -> Result<(), Refusal> {
        let id = self.run_from_inside(who, name)?;
        check_reason(why.as_deref())?;
        let target = self.member(nick, id)?;
        self.check_outranks(who, id, target)?;
        self.put_out(now, who, vec![target], id, why);
        Ok(())
    }

    /// Puts people out, which is one event however many they are.
    fn put_out(
        &mut self,
        now: Now,
        by: UserId,
        who: Vec<UserId>,
        id: ChannelId,
        why: Option<String>,
    ) {
        let by_whom = self.user(by).identity.clone();
        for user in &who {
            let nick = self.user(*user).nick().clone();
            let reason = why.as_deref().map(Arc::from);
            self.record_in(now, id, &by_whom, || Told::Kicked(nick, reason));
        }
        let happening = Happening::Kicked {
            who: who
                .iter()
                .map(|user| self.user(*user).identity.clone())
                .collect(),
            by: by_whom,
            channel: self.channel(id).name.clone(),
            why,
        };
        let audience = self.everybody_in_and(id, by);
        self.event(now, audience, happening);
        for user in who {
            self.exit(now, user, id);
        }
    }

    pub(super) fn ban(
        &mut self,
        now: Now,
        who: UserId,
        name: &ChannelName,
        mask: Mask,
        why: Option<String>,
    ) -> Result<(), Refusal> {
        let id = self.run_by(who, name)?;
        check_reason(why.as_deref())?;
        let change = ModeChange::List(MaskList::Bans, mask.clone(), true);
        self.set_modes(now, who, name, vec![change], true)?;
        let invited = std::mem::take(&mut self.channel_mut(id).invited);
        let welcome = |user: &UserId| {
            let user = self.users.get(*user);
            user.is_some_and(|user| !mask.fits(&user.identity))
        };
        let invited = invited.into_iter().filter(welcome).collect();
        self.channel_mut(id).invited = invited;
        let members = self.channel(id).members();
        let fits = |user: &UserId| {
            let identity = &self.user(*user).identity;
            let exempt = self.channel(id).lists(MaskList::Exceptions, identity);
            *user != who && mask.fits(identity) && !exempt
        };
        let outranked = |user: &UserId| self.check_outranks(who, id, *user).is_ok();
        let targets: Vec<UserId> = members.filter(fits).filter(outranked).collect();
        if !targets.is_empty() {
            self.put_out(now, who, targets, id, why);
        }
        Ok(())
    }

    pub(super) fn invite(
        &mut self,
        now: Now,
        who: UserId,
        nick: &Nick,
        name: &ChannelName,
    ) -> Result<(), Refusal> {
        let id = self.joined(who, name)?;
        let target = self.person(nick)?;
        let nick = self.user(target).nick().clone();
        let channel = self.channel(id).name.clone();
        let closed = self.channel(id).has(Flag::InviteOnly);
        let banned = self
            .channel(id)
            .banned(&self.user(target).identity)
            .is_some();
        if (closed || banned) && !self.runs(who, id) {
            return Err(Refusal::NotChannelOperator { channel });
        }
        if self.channel(id).ranks(target).is_some() {
            return Err(Refusal::TheyAreThere { nick, channel });
        }
        let invited = &mut self.channel_mut(id).invited;
        invited.retain(|user| *user != target);
        invited.push(target);
        if invited.len() > INVITATIONS_MAX {
            invited.remove(0);
        }
        let heard = (!self.hides(target, who)).then_some(target);
        let roster = self.channel(id).roster().iter();
        let staff = roster.filter(|member| member.ranks.reaches(Rank::HalfOperator));
        let staff: Vec<UserId> = staff.map(|m| m.user).filter(|user| *user != who).collect();
        let audience = Audience {
            tracking: self.outbox.span(staff),
            ..self.outbox.only(heard)
        };
        let by = self.user(who).identity.clone();
        let away = self.user(target).away().cloned();
        let happening = Happening::Invited {
            by,
            who: nick.clone(),
            channel: channel.clone(),
        };
        self.event(now, audience, happening);
        self.reply(Reply::Invited {
            nick,
            channel,
            away,
        });
        Ok(())
    }

    /// The channels that somebody is asked into.
    pub(super) fn invitations(&mut self, who: UserId) -> Result<(), Refusal> {
        let names = self.channel_names.iter();
        let asked_in = names.filter(|(_, id)| self.channel(**id).invited.contains(&who));
        let channels = asked_in.map(|(name, _)| name.clone()).collect();
        self.reply(Reply::Invitations { channels });
        Ok(())
    }

    pub(super) fn knock(
        &mut self,
        now: Now,
        who: UserId,
        name: &ChannelName,
    ) -> Result<(), Refusal> {
        // Who is refused entry by name may ask for it, also where the channel is secret.
        let known = self.channel_names.get(name).copied();
        let id = known.ok_or_else(|| Refusal::NoSuchChannel {
            channel: name.clone(),
        })?;
        let channel = self.channel(id).name.clone();
        if self.channel(id).ranks(who).is_some() {
            return Err(Refusal::InsideAlready { channel });
        }
        match self.may_enter(who, id, None) {
            Ok(()) if !self.sees(who, id) => return Err(Refusal::NoSuchChannel { channel }),
            Ok(()) => return Err(Refusal::NotClosed { channel }),
            Err(refusal @ Refusal::KeptOut { .. }) => return Err(refusal),
            Err(_) => {}
        }
        let roster = self.channel(id).roster().iter();
        let hears = |user: UserId| !self.hides(user, who);
        let operators: Vec<UserId> = roster
            .filter(|member| member.ranks.has(Rank::Operator) && hears(member.user))
            .map(|member| member.user)
            .collect();
        if !self
            .channel(id)
            .roster()
            .iter()
            .any(|member| member.ranks.has(Rank::Operator))
        {
            return Err(Refusal::NobodyToAsk { channel });
        }
        let audience = self.outbox.only(operators);
        let identity = self.user(who).identity.clone();
        let happening = Happening::Knocked {
            who: identity,
            channel: channel.clone(),
        };
        self.event(now, audience, happening);
        self.reply(Reply::Knocked { channel });
        Ok(())
    }

    pub(super) fn kill(
        &mut self,
        now: Now,
        who: UserId,
        nick: &Nick,
        why: Option<String>,
    ) -> Result<(), Refusal> {
        if !self.user(who).is_operator() {
            return Err(Refusal::NotServerOperator);
        }
        check_reason(why.as_deref())?;
        let target = self.person(nick)?;
        if target == who {
            return Err(Refusal::Oneself { verb: "kill" });
        }
        let killed = self.user(target).identity.clone();
        let by = self.user(who).identity.clone();
        let reason = match &why {
            Some(why) => format!("put off the server by {}: {why}", by.nick),
            None => format!("put off the server by {}", by.nick),
        };
        let audience = self.outbox.only([target]);
        let nick = killed.nick.clone();
        let who = killed;
        self.event(now, audience, Happening::Killed { who, by, why });
        self.depart(now, target, &reason, false);
        self.reply(Reply::Killed { nick });
        Ok(())
    }

    pub(super) fn wallops(&mut self, now: Now, who: UserId, text: &str) -> Result<(), Refusal> {
        if !self.user(who).is_operator() {
            return Err(Refusal::NotServerOperator);
        }
        if text.trim().is_empty() {
            return Err(Refusal::NothingToSay);
        }
        let wants = |user: &User| user.flags.has(UserFlag::Wallops);
        let users = self.users.iter();
        let mut hearers: Vec<UserId> = users
            .filter(|(id, user)| *id == who || wants(user))
            .map(|(id, _)| id)
            .collect();
        // Their places in the table are not the same after a restart.
        hearers.sort_unstable();
        let audience = self.outbox.only(hearers);
        let happening = Happening::Wallops {
            from: self.user(who).identity.clone(),
            text: Arc::from(text),
        };
        self.event(now, audience, happening);
        Ok(())
    }

    pub(super) fn rename_channel(
        &mut self,
        now: Now,
        who: UserId,
        name: &ChannelName,
        new: ChannelName,
        why: Option<String>,
    ) -> Result<(), Refusal> {
        let id = self.run_from_inside(who, name)?;
        self.check_runs_fully(who, id)?;
        check_reason(why.as_deref())?;
        let before = self.channel(id).name.clone();
        if before.as_str() == new.as_str() {
            self.reply(Reply::Unchanged);
            return Ok(());
        }
        if self.channel(id).permanent {
            return Err(Refusal::ChannelIsPermanent { channel: before });
        }
        if before != new {
            if self.channel_names.contains_key(&new) {
                return Err(Refusal::ChannelExists { channel: new });
            }
            self.check_looks(who, &new)?;
        }
        self.give_name(id, &before, &new);
        let by = self.user(who).identity.clone();
        let reason = why.as_deref().map(Arc::from);
        self.record_in(now, id, &by, || Told::ChannelRenamed {
            before: Some(before.clone()),
            channel: new.clone(),
            why: reason,
        });
        let audience = self.everybody_in_and(id, who);
        let happening = Happening::ChannelRenamed {
            by,
            before,
            channel: new,
            why,
        };
        self.event(now, audience, happening);
        Ok(())
    }

    /// Everything that goes by a channel's name follows it.
    fn give_name(&mut self, id: ChannelId, before: &ChannelName, new: &ChannelName) {
        self.release_channel_name(before);
        self.claim_channel_name(new.clone(), id);
        let channel = self.channel_mut(id);
        channel.name = new.clone();
        channel.memory.rename(new);
        let conversation = channel.conversation;
        self.record(Record::Named {
            conversation,
            channel: new.clone(),
        });
        self.follow_channel(conversation, new);
        self.rewatch(id, before, new);
    }
}
