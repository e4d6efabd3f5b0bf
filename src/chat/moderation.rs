//! Running a channel: topic, modes, ranks, invitations, kicks, bans; and what runs the server.

use std::sync::Arc;

use super::channel::{INVITATIONS_MAX, MASKS_MAX, Member, check_reason};
use super::mask::Mask;
use super::mode::{Flag, KEY_BYTES_MAX, MaskList, ModeChange, Rank};
use super::name::{ChannelName, Nick};
use super::time::Now;
use super::vocabulary::{Audience, Happening, Limited, Refusal, Reply, Said, TopicInfo};
use super::{ChannelId, Chat, UserId};

/// The longest topic, in bytes.
pub const TOPIC_BYTES_MAX: usize = 300;

/// How many channels can be kept while empty.
pub const KEPT_CHANNELS_MAX: usize = 1_000;

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
        self.event(now, audience, Happening::TopicSet { by, channel, text });
        Ok(())
    }

    /// Everybody in a channel, and who did something to it, who may run the server from outside.
    fn everybody_in_and(&mut self, id: ChannelId, by: UserId) -> Audience {
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

    pub(super) fn modes(&mut self, who: UserId, name: &ChannelName) -> Result<(), Refusal> {
        let id = self.seen(who, name)?;
        let channel = self.channel(id);
        let mut modes = channel.modes.clone();
        if channel.ranks(who).is_none() && !self.user(who).operator {
            modes.key = modes.key.map(|_| "".into());
        }
        let reply = Reply::Modes {
            channel: channel.name.clone(),
            modes,
            bans: channel.bans.clone(),
            kept: channel.kept,
        };
        self.reply(reply);
        Ok(())
    }

    pub(super) fn set_modes(
        &mut self,
        now: Now,
        who: UserId,
        name: &ChannelName,
        changes: Vec<ModeChange>,
    ) -> Result<(), Refusal> {
        let id = self.run_by(who, name)?;
        for change in &changes {
            self.check_change(id, change)?;
        }
        let done: Vec<ModeChange> = changes
            .into_iter()
            .filter(|change| self.apply_change(id, change))
            .collect();
        if done.is_empty() {
            self.reply(Reply::Unchanged);
        } else {
            self.tell_modes(now, who, id, done);
        }
        Ok(())
    }

    fn tell_modes(&mut self, now: Now, who: UserId, id: ChannelId, changes: Vec<ModeChange>) {
        let by = self.user(who).identity.clone();
        let channel = self.channel(id).name.clone();
        let audience = self.everybody_in_and(id, who);
        self.event(
            now,
            audience,
            Happening::ModesChanged {
                by,
                channel,
                changes,
            },
        );
    }

    fn check_change(&self, id: ChannelId, change: &ModeChange) -> Result<(), Refusal> {
        let channel = self.channel(id);
        match change {
            ModeChange::Key(Some(key)) if key.len() > KEY_BYTES_MAX => Err(Refusal::TooLong {
                what: "a key",
                max_bytes: KEY_BYTES_MAX,
            }),
            ModeChange::List(MaskList::Bans, mask, true)
                if channel.bans.len() >= MASKS_MAX && !channel.bans.contains(mask) =>
            {
                Err(Refusal::TooMany {
                    what: Limited::Masks,
                    max: MASKS_MAX,
                })
            }
            ModeChange::List(MaskList::Bans, mask, false) if !channel.bans.contains(mask) => {
                Err(Refusal::NotOnList {
                    channel: channel.name.clone(),
                    mask: mask.to_string(),
                })
            }
            ModeChange::Rank(_, nick, _) => self.member(nick, id).map(drop),
            _ => Ok(()),
        }
    }

    /// Says whether it changed anything.
    fn apply_change(&mut self, id: ChannelId, change: &ModeChange) -> bool {
        let user = match change {
            ModeChange::Rank(_, nick, _) => self.nicks.get(nick).copied(),
            _ => None,
        };
        let channel = self.channel_mut(id);
        match change {
            ModeChange::Flag(flag, on) => channel.modes.flags.set(*flag, *on),
            ModeChange::Key(key) => replace(&mut channel.modes.key, key.clone()),
            ModeChange::Limit(limit) => replace(&mut channel.modes.limit, *limit),
            ModeChange::List(MaskList::Bans, mask, on) => {
                let listed = channel.bans.contains(mask);
                channel.bans.retain(|other| other != mask);
                if *on {
                    channel.bans.push(mask.clone());
                }
                listed != *on
            }
            ModeChange::Rank(rank, _, on) => user
                .and_then(|user| channel.ranks_mut(user))
                .is_some_and(|ranks| ranks.set(*rank, *on)),
        }
    }

    pub(super) fn promote(
        &mut self,
        now: Now,
        who: UserId,
        name: &ChannelName,
        nick: &Nick,
        rank: Rank,
        grant: bool,
    ) -> Result<(), Refusal> {
        let id = self.run_by(who, name)?;
        let user = self.member(nick, id)?;
        let nick = self.user(user).nick().clone();
        self.set_modes(now, who, name, vec![ModeChange::Rank(rank, nick, grant)])
    }

    pub(super) fn kick(
        &mut self,
        now: Now,
        who: UserId,
        name: &ChannelName,
        nick: &Nick,
        why: Option<String>,
    ) -> Result<(), Refusal> {
        let id = self.run_by(who, name)?;
        check_reason(why.as_deref())?;
        let target = self.member(nick, id)?;
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
        let happening = Happening::Kicked {
            who: who
                .iter()
                .map(|user| self.user(*user).identity.clone())
                .collect(),
            by: self.user(by).identity.clone(),
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
        self.set_modes(now, who, name, vec![change])?;
        let invited = std::mem::take(&mut self.channel_mut(id).invited);
        let welcome = |user: &UserId| {
            let user = self.users.get(*user);
            user.is_some_and(|user| !mask.fits(&user.identity))
        };
        let invited = invited.into_iter().filter(welcome).collect();
        self.channel_mut(id).invited = invited;
        let members = self.channel(id).members();
        let fits = |user: &UserId| *user != who && mask.fits(&self.user(*user).identity);
        let targets: Vec<UserId> = members.filter(fits).collect();
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
        let audience = self.outbox.only(heard);
        let by = self.user(who).identity.clone();
        let happening = Happening::Invited {
            by,
            who: nick.clone(),
            channel: channel.clone(),
        };
        self.event(now, audience, happening);
        self.reply(Reply::Invited { nick, channel });
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
        match self.may_enter(who, id, None) {
            _ if self.channel(id).ranks(who).is_some() => {
                return Err(Refusal::NotClosed { channel });
            }
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
        if self.user(who).nick() != nick && !self.runs(who, id) {
            return Err(Refusal::NotYoursToRedact { channel });
        }
        let own = self.user(who).nick() == nick;
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
        let author = record.said.author;
        let audience = if record.for_staff {
            let heard =
                |member: &&Member| member.ranks.any() || [author, who].contains(&member.user);
            let roster = self.channel(id).roster().iter();
            let hearers: Vec<UserId> = roster.filter(heard).map(|member| member.user).collect();
            self.outbox.only(hearers)
        } else {
            self.everybody_in(id)
        };
        let happening = Happening::Redacted {
            id: record.said.id,
            from: record.said.from,
            by: self.user(who).identity.clone(),
            channel,
            why,
        };
        self.event(now, audience, happening);
        Ok(())
    }

    pub(super) fn keep(
        &mut self,
        who: UserId,
        name: &ChannelName,
        keep: bool,
    ) -> Result<(), Refusal> {
        let id = self.run_by(who, name)?;
        let kept = self
            .channels
            .iter()
            .filter(|(_, channel)| channel.kept)
            .count();
        if keep && kept >= KEPT_CHANNELS_MAX && !self.channel(id).kept {
            return Err(Refusal::TooMany {
                what: Limited::KeptChannels,
                max: KEPT_CHANNELS_MAX,
            });
        }
        if keep && self.channel(id).has(Flag::InviteOnly) {
            let channel = self.channel(id).name.clone();
            return Err(Refusal::InviteOnlyIsNotKept { channel });
        }
        self.channel_mut(id).kept = keep;
        let channel = self.channel(id).name.clone();
        self.end_if_unused(id);
        self.reply(Reply::Kept { channel, keep });
        Ok(())
    }

    pub(super) fn kill(
        &mut self,
        now: Now,
        who: UserId,
        nick: &Nick,
        why: Option<String>,
    ) -> Result<(), Refusal> {
        if !self.user(who).operator {
            return Err(Refusal::NotServerOperator);
        }
        check_reason(why.as_deref())?;
        let target = self.person(nick)?;
        if target == who {
            return Err(Refusal::Oneself { verb: "kill" });
        }
        let nick = self.user(target).nick().clone();
        let by = self.user(who).identity.clone();
        let reason = match &why {
            Some(why) => format!("put off the server by {}: {why}", by.nick),
            None => format!("put off the server by {}", by.nick),
        };
        let audience = self.outbox.only([target]);
        self.event(now, audience, Happening::Killed { by, why });
        self.depart(now, target, &reason);
        self.reply(Reply::Killed { nick });
        Ok(())
    }
}

/// Says whether it was another value before.
fn replace<T: PartialEq>(place: &mut T, value: T) -> bool {
    let changed = *place != value;
    *place = value;
    changed
}
