//! Who may do what. Each answers with the refusal that the asker will read.

use super::channel::Channel;
use super::mask::Effect;
use super::mode::{Flag, Rank, Ranks};
use super::name::{ChannelName, Nick};
use super::vocabulary::Refusal;
use super::{ChannelId, Chat, UserId};

impl Chat {
    /// Whether somebody may know that a channel exists.
    pub(super) fn sees(&self, who: UserId, id: ChannelId) -> bool {
        let channel = self.channel(id);
        !channel.has(Flag::Secret) || channel.ranks(who).is_some() || self.user(who).operator
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

    /// Whether somebody runs a channel (or the server).
    pub(super) fn runs(&self, who: UserId, id: ChannelId) -> bool {
        let ranks = self.channel(id).ranks(who).unwrap_or_default();
        ranks.has(Rank::Operator) || self.user(who).operator
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
        if user.operator || channel.invited.contains(&who) {
            return Ok(());
        }
        if channel.banned(&user.identity) == Some(Effect::KeepOut) {
            return Err(Refusal::KeptOut { channel: name() });
        }
        if channel.has(Flag::InviteOnly) {
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
        channel
            .banned(&self.user(who).identity)
            .map_or(Ok(()), |effect| Err(banned_from(channel, effect)))
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
