//! Who may do what. Each answers with the refusal that the asker will read.

use super::channel::Channel;
use super::mask::Effect;
use super::mode::{Flag, MaskList, Rank, Ranks, UserFlag};
use super::name::{ChannelName, Nick};
use super::settings::Announcers;
use super::vocabulary::{Manner, Refusal};
use super::{ChannelId, Chat, UserId};

impl Chat {
    /// Whether somebody may know that a channel exists.
    pub(super) fn sees(&self, who: UserId, id: ChannelId) -> bool {
        let channel = self.channel(id);
        !channel.has(Flag::Secret) || channel.ranks(who).is_some() || self.user(who).is_operator()
    }

    /// The channel of that name, if the asker may know of it.
    pub(super) fn seen(&self, who: UserId, name: &ChannelName) -> Result<ChannelId, Refusal> {
        match self.channel_names.get(name) {
            Some(&id) if self.sees(who, id) => Ok(id),
            _ => Err(Refusal::NoSuchChannel {
                channel: name.clone(),
            }),
        }
    }

    /// The channel of that name, if the asker is in it.
    pub(super) fn joined(&self, who: UserId, name: &ChannelName) -> Result<ChannelId, Refusal> {
        let id = self.seen(who, name)?;
        match self.channel(id).ranks(who) {
            Some(_) => Ok(id),
            None => Err(Refusal::NotThere {
                channel: self.channel(id).name.clone(),
            }),
        }
    }

    /// The person of that name.
    pub(super) fn person(&self, nick: &Nick) -> Result<UserId, Refusal> {
        let known = self.nicks.get(nick).copied();
        known.ok_or_else(|| Refusal::NobodyNamed { nick: nick.clone() })
    }

    /// The person of that name, if they are in the channel.
    pub(super) fn member(&self, nick: &Nick, id: ChannelId) -> Result<UserId, Refusal> {
        let user = self.person(nick)?;
        let channel = self.channel(id);
        match channel.ranks(user) {
            Some(_) => Ok(user),
            None => Err(Refusal::TheyAreNotThere {
                nick: self.user(user).nick().clone(),
                channel: channel.name.clone(),
            }),
        }
    }

    /// The channel of that name, if the asker runs it (or the server).
    pub(super) fn run_by(&self, who: UserId, name: &ChannelName) -> Result<ChannelId, Refusal> {
        let id = self.seen(who, name)?;
        if self.runs(who, id) {
            return Ok(id);
        }
        let channel = self.channel(id).name.clone();
        Err(Refusal::NotChannelOperator { channel })
    }

    /// The same, where who is not even in the channel is told that instead.
    pub(super) fn run_from_inside(
        &self,
        who: UserId,
        name: &ChannelName,
    ) -> Result<ChannelId, Refusal> {
        match self.user(who).is_operator() {
            true => self.seen(who, name),
            false => self.joined(who, name).and(self.run_by(who, name)),
        }
    }

    /// Whether somebody runs a channel, if only as its half-operator (or the server).
    pub(super) fn runs(&self, who: UserId, id: ChannelId) -> bool {
        self.ranks_in(who, id).reaches(Rank::HalfOperator) || self.user(who).is_operator()
    }

    fn ranks_in(&self, who: UserId, id: ChannelId) -> Ranks {
        self.channel(id).ranks(who).unwrap_or_default()
    }

    /// Refuses what half-operators may not.
    pub(super) fn check_runs_fully(&self, who: UserId, id: ChannelId) -> Result<(), Refusal> {
        if self.ranks_in(who, id).has(Rank::Operator) || self.user(who).is_operator() {
            return Ok(());
        }
        let channel = self.channel(id).name.clone();
        Err(Refusal::NotChannelOperator { channel })
    }

    /// Refuses what half-operators may do to those below them only.
    pub(super) fn check_outranks(
        &self,
        who: UserId,
        id: ChannelId,
        target: UserId,
    ) -> Result<(), Refusal> {
        let below = !self.ranks_in(target, id).reaches(Rank::HalfOperator);
        if below || target == who || self.check_runs_fully(who, id).is_ok() {
            return Ok(());
        }
        Err(Refusal::TheyOutrank {
            nick: self.user(target).nick().clone(),
            channel: self.channel(id).name.clone(),
        })
    }

    /// Whether somebody finds another among all who are here: programs and people can ask not to
    /// be found by strangers.
    pub(super) fn finds(&self, who: UserId, other: UserId) -> bool {
        let open = !self.user(other).flags.has(UserFlag::Invisible);
        open || who == other || self.user(who).is_operator() || self.share_channel(who, other)
    }

    /// Whether two people are in a channel together.
    pub fn share_channel(&self, one: UserId, other: UserId) -> bool {
        let (Some(one), true) = (self.users.get(one), self.users.get(other).is_some()) else {
            return false;
        };
        let shared = |id: &ChannelId| self.channel(*id).ranks(other).is_some();
        one.channels.iter().any(shared)
    }

    pub(super) fn may_enter(
        &self,
        who: UserId,
        id: ChannelId,
        key: Option<&str>,
    ) -> Result<(), Refusal> {
        let channel = self.channel(id);
        let user = self.user(who);
        let name = || channel.name.clone();
        if user.is_operator() || channel.invited.contains(&who) || self.stands(who, id) {
            return Ok(());
        }
        if channel.banned(&user.identity) == Some(Effect::KeepOut) {
            return Err(Refusal::KeptOut { channel: name() });
        }
        if channel.has(Flag::AccountsEnter) && user.identity.account.is_none() {
            return Err(Refusal::AccountNeeded { channel: name() });
        }
        if channel.has(Flag::InviteOnly) && !channel.lists(MaskList::Invitees, &user.identity) {
            return Err(Refusal::InvitedOnly { channel: name() });
        }
        if channel.modes.key.is_some() && channel.modes.key.as_deref() != key {
            return Err(Refusal::KeyNeeded {
                channel: name(),
                given: key.is_some(),
            });
        }
        match channel.modes.limit {
            Some(max) if channel.len() >= max as usize => Err(Refusal::ChannelFull {
                channel: name(),
                max,
            }),
            _ => Ok(()),
        }
    }

    /// Refuses what programs ask each other where it is not wanted.
    pub(super) fn may_say(&self, id: ChannelId, manner: Manner) -> Result<(), Refusal> {
        let channel = self.channel(id);
        if channel.has(Flag::NoRequests) && matches!(manner, Manner::Request | Manner::Answer) {
            let channel = channel.name.clone();
            return Err(Refusal::RequestsUnheard { channel });
        }
        Ok(())
    }

    pub(super) fn may_speak(&self, who: UserId, id: ChannelId) -> Result<(), Refusal> {
        let channel = self.channel(id);
        let name = || channel.name.clone();
        let ranks = channel.ranks(who);
        if ranks.is_some_and(Ranks::any) {
            return Ok(());
        }
        if ranks.is_none() && channel.has(Flag::NoOutsiders) {
            return Err(Refusal::OutsidersUnheard { channel: name() });
        }
        if channel.has(Flag::Moderated) {
            return Err(Refusal::NoVoice { channel: name() });
        }
        if channel.has(Flag::AccountsSpeak) && self.user(who).identity.account.is_none() {
            return Err(Refusal::AccountNeeded { channel: name() });
        }
        channel
            .banned(&self.user(who).identity)
            .map_or(Ok(()), |effect| Err(banned_from(channel, effect)))
    }

    pub(super) fn may_announce(&self, who: UserId) -> Result<(), Refusal> {
        let announcers = self.settings.announcers;
        let may = match announcers {
            Announcers::Everyone => true,
            Announcers::Registered => self.account_of(who).is_some(),
            Announcers::Operators => false,
        };
        if may || self.user(who).is_operator() {
            return Ok(());
        }
        Err(Refusal::MayNotAnnounce { who: announcers })
    }

    /// Refuses guests where somebody wants to be written to by others only.
    pub(super) fn may_write_to(&self, who: UserId, target: UserId) -> Result<(), Refusal> {
        let target = self.user(target);
        let writer = &self.user(who).identity;
        let refuses = target.flags.has(UserFlag::AccountsWrite) && writer.account.is_none();
        if refuses && writer.nick != *target.nick() {
            let nick = target.nick().clone();
            return Err(Refusal::WrittenByAccounts { nick });
        }
        Ok(())
    }

    pub(super) fn may_rename(&self, who: UserId) -> Result<(), Refusal> {
        let user = self.user(who);
        for channel in user.channels.iter().map(|id| self.channel(*id)) {
            let voiced = channel.ranks(who).is_some_and(Ranks::any);
            let banned = channel.banned(&user.identity).filter(|_| !voiced);
            banned.map_or(Ok(()), |effect| Err(banned_from(channel, effect)))?;
        }
        Ok(())
    }
}

fn banned_from(channel: &Channel, effect: Effect) -> Refusal {
    let channel = channel.name.clone();
    match effect {
        Effect::Mute => Refusal::Muted { channel },
        Effect::KeepOut => Refusal::KeptOut { channel },
    }
}
