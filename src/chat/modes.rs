//! A channel's modes, lists and ranks: asked for and changed.

use super::channel::MASKS_MAX;
use super::mode::{Flag, KEY_BYTES_MAX, MaskList, ModeChange, Rank};
use super::name::{ChannelName, Nick};
use super::time::Now;
use super::vocabulary::{Happening, Limited, Listed, Output, Refusal, Reply};
use super::{ChannelId, Chat, UserId};

impl Chat {
    pub(super) fn modes(&mut self, who: UserId, name: &ChannelName) -> Result<(), Refusal> {
        let id = self.seen(who, name)?;
        let channel = self.channel(id);
        let mut modes = channel.modes.clone();
        if channel.ranks(who).is_none() && !self.user(who).is_operator() {
            modes.key = modes.key.map(|_| "".into());
        }
        // Who is exempt or invited is told to those who run the channel only, as by `masks`.
        let runs = self.runs(who, id);
        let told = |listed: &&Listed| runs || listed.list == MaskList::Bans;
        let reply = Reply::Modes {
            channel: channel.name.clone(),
            modes,
            masks: channel.masks.iter().filter(told).cloned().collect(),
            made_ms: channel.made_ms,
        };
        self.reply(reply);
        Ok(())
    }

    /// The masks on a list; who is exempt is told to those who run the channel only.
    pub(super) fn masks(
        &mut self,
        who: UserId,
        name: &ChannelName,
        list: MaskList,
    ) -> Result<(), Refusal> {
        let id = self.seen(who, name)?;
        if list != MaskList::Bans {
            self.run_by(who, name)?;
        }
        let channel = self.channel(id);
        let reply = Reply::Masks {
            channel: channel.name.clone(),
            list,
            masks: channel.masks(list).cloned().collect(),
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
        all_or_nothing: bool,
    ) -> Result<(), Refusal> {
        let id = self.run_by(who, name)?;
        if all_or_nothing {
            let mut masks = self.channel(id).masks.len();
            for change in &changes {
                if self.is_retirement(id, change) {
                    self.check_runs_fully(who, id)?;
                    continue;
                }
                self.check_change(who, id, change, masks)?;
                masks += usize::from(matches!(change, ModeChange::List(.., true)));
            }
        }
        let keeping = self.channel(id).keeping.clone();
        let keeps = changes == [ModeChange::Flag(Flag::Kept, true)];
        let (done, answered) = self.change_what_can_be(now, who, id, changes);
        if done.is_empty() && !answered {
            let kept = self.kept_for(id).filter(|_| keeps);
            self.reply(kept.unwrap_or(Reply::Unchanged));
        }
        if !done.is_empty() || self.channel(id).keeping != keeping {
            self.note_kept(id, keeping.is_some());
        }
        if !done.is_empty() {
            self.tell_modes(now, who, id, done);
        }
        self.end_if_unused(id);
        Ok(())
    }

    /// What was changed, and whether anything was answered already: refused, for the same reason just
    /// once, or done to somebody who is not there.
    fn change_what_can_be(
        &mut self,
        now: Now,
        who: UserId,
        id: ChannelId,
        changes: Vec<ModeChange>,
    ) -> (Vec<ModeChange>, bool) {
        let (mut done, mut refused) = (Vec::new(), Vec::new());
        let mut any = false;
        for change in changes {
            let masks = self.channel(id).masks.len();
            let retired = self.retire(who, id, &change);
            any |= retired.is_some();
            let checked = match &retired {
                Some(retired) => retired.clone(),
                None => self.check_change(who, id, &change, masks),
            };
            match checked {
                Ok(()) if retired.is_some() => {}
                Ok(()) => done.extend(self.apply_change(now, who, id, change)),
                Err(refusal) if !refused.contains(&refusal) => refused.push(refusal),
                Err(_) => {}
            }
        }
        any |= !refused.is_empty();
        for refusal in refused {
            self.outbox.push(Output::Refusal(refusal));
        }
        (done, any)
    }

    fn tell_modes(&mut self, now: Now, who: UserId, id: ChannelId, changes: Vec<ModeChange>) {
        let by = self.user(who).identity.clone();
        let channel = self.channel(id).name.clone();
        let audience = self.everybody_in_and(id, who);
        let happening = Happening::ModesChanged {
            by,
            channel,
            changes,
        };
        self.event(now, audience, happening);
    }

    /// `masks`: how many there are on the channel's lists by then.
    fn check_change(
        &self,
        who: UserId,
        id: ChannelId,
        change: &ModeChange,
        masks: usize,
    ) -> Result<(), Refusal> {
        let channel = self.channel(id);
        match change {
            ModeChange::Key(Some(key)) if key.len() > KEY_BYTES_MAX => Err(Refusal::TooLong {
                what: "a key",
                max_bytes: KEY_BYTES_MAX,
            }),
            ModeChange::Flag(Flag::Kept, on) => self.check_keeping(who, id, *on),
            ModeChange::List(list, mask, on) => {
                let listed = channel.masks(*list).any(|listed| listed.mask == *mask);
                match (on, listed) {
                    (true, false) if masks >= MASKS_MAX => Err(Refusal::TooMany {
                        what: Limited::Masks(*list),
                        max: MASKS_MAX,
                    }),
                    (false, false) => Err(Refusal::NotOnList {
                        channel: channel.name.clone(),
                        mask: mask.to_string(),
                    }),
                    _ => Ok(()),
                }
            }
            ModeChange::Rank(rank, nick, on) => {
                let member = self.member(nick, id)?;
                let steps_down = member == who && !on;
                if *rank >= Rank::HalfOperator && !steps_down {
                    self.check_runs_fully(who, id)?;
                }
                match (rank, on) {
                    (Rank::Operator, true) => self.check_standing(member, id),
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// The change as it came about, if it changed anything.
    fn apply_change(
        &mut self,
        now: Now,
        who: UserId,
        id: ChannelId,
        change: ModeChange,
    ) -> Option<ModeChange> {
        let by = self.user(who).nick().clone();
        let (user, spelled) = match &change {
            ModeChange::Rank(_, nick, _) => {
                let user = self.nicks.get(nick).copied();
                let spelled = user.map(|user| self.user(user).nick().clone());
                (user, spelled)
            }
            _ => (None, None),
        };
        let channel = self.channel_mut(id);
        let changed = match &change {
            ModeChange::Flag(flag, on) => channel.modes.flags.set(*flag, *on),
            ModeChange::Key(key) => replace(&mut channel.modes.key, key.clone()),
            ModeChange::Limit(limit) => replace(&mut channel.modes.limit, *limit),
            ModeChange::List(list, mask, on) => {
                let same = |listed: &Listed| listed.list == *list && listed.mask == *mask;
                let listed = channel.masks.iter().any(same);
                if *on && !listed {
                    channel.masks.push(Listed {
                        list: *list,
                        mask: mask.clone(),
                        by,
                        at_ms: now.wall_ms,
                    });
                } else if !on {
                    channel.masks.retain(|listed| !same(listed));
                }
                listed != *on
            }
            ModeChange::Rank(rank, _, on) => user
                .and_then(|user| channel.ranks_mut(user))
                .is_some_and(|ranks| ranks.set(*rank, *on)),
        };
        let kept = match (&change, user) {
            (ModeChange::Flag(Flag::Kept, on), _) => {
                self.begin_or_end_keeping(who, id, *on, changed);
                false
            }
            (ModeChange::Rank(Rank::Operator, _, on), Some(user)) => {
                self.note_operator(user, id, *on)
            }
            _ => false,
        };
        match (change, spelled) {
            _ if !changed && !kept => None,
            (ModeChange::Rank(rank, _, on), Some(nick)) => Some(ModeChange::Rank(rank, nick, on)),
            (change, _) => Some(change),
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
        let changes = vec![ModeChange::Rank(rank, nick.clone(), grant)];
        self.set_modes(now, who, name, changes, true)
    }
}

/// Says whether it was another value before.
fn replace<T: PartialEq>(place: &mut T, value: T) -> bool {
    let changed = *place != value;
    *place = value;
    changed
}
