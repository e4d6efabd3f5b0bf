//! Channels that are kept for good: for whom, who runs them whenever they come, and what of them is
//! there again after a restart.

use serde::{Deserialize, Serialize};

use super::account::AccountId;
use super::channel::Channel;
use super::metadata::Holder;
use super::mode::{Flag, ModeChange, Rank};
use super::name::ChannelName;
use super::time::Now;
use super::vocabulary::{ConversationId, Happening, Kept, Limited, Record, Refusal, Reply};
use super::{ChannelId, Chat, UserId};

/// How many channels can be kept while empty.
pub const KEPT_CHANNELS_MAX: usize = 1_000;

/// How many channels are kept for one account.
pub const FOUNDED_MAX: usize = 20;

/// How many accounts are operators of a kept channel whenever they come, besides its founder.
pub const OPERATOR_ACCOUNTS_MAX: usize = 50;

const TOO_MANY_OPERATORS: Refusal = Refusal::TooMany {
    what: Limited::OperatorAccounts,
    max: OPERATOR_ACCOUNTS_MAX,
};

/// For whom a channel is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Keeping {
    /// Whose channel it is; nobody's if their account is no more, and there was nobody to follow.
    founder: Option<AccountId>,
    /// Who are its operators whenever they come, in the order of being made so.
    operators: Vec<AccountId>,
}

impl Keeping {
    fn is_run_by(&self, account: AccountId) -> bool {
        self.founder == Some(account) || self.operators.contains(&account)
    }

    /// Whoever has been an operator for the longest follows a founder who is no more.
    fn forget(&mut self, gone: impl Fn(AccountId) -> bool) {
        self.operators.retain(|account| !gone(*account));
        if self.founder.is_some_and(gone) {
            let follows = !self.operators.is_empty();
            self.founder = follows.then(|| self.operators.remove(0));
        }
    }
}

/// Who may.
impl Chat {
    /// Whether somebody runs a kept channel by their account, in it or not.
    pub(super) fn stands(&self, who: UserId, id: ChannelId) -> bool {
        let keeping = self.channel(id).keeping.as_deref();
        let account = self.account_of(who);
        keeping
            .zip(account)
            .is_some_and(|(keeping, account)| keeping.is_run_by(account.id))
    }

    pub(super) fn check_keeping(
        &self,
        who: UserId,
        id: ChannelId,
        on: bool,
    ) -> Result<(), Refusal> {
        self.check_runs_fully(who, id)?;
        let channel = self.channel(id);
        let is_somebodys = |keeping: &Keeping| keeping.founder.is_some();
        let nobodys = !channel.keeping.as_deref().is_none_or(is_somebodys);
        match (on, channel.has(Flag::Kept)) {
            (true, kept) if !kept || nobodys => self.check_can_be_kept(who, channel),
            (false, true) => self.check_may_end_keeping(who, channel),
            _ => Ok(()),
        }
    }

    fn check_can_be_kept(&self, who: UserId, channel: &Channel) -> Result<(), Refusal> {
        let name = channel.name.clone();
        let account = self.account_of(who).map(|account| account.id);
        match account {
            None if self.settings.remembers => {
                return Err(Refusal::KeptByAccounts { channel: name });
            }
            None if channel.has(Flag::InviteOnly) => {
                return Err(Refusal::InviteOnlyIsNotKept { channel: name });
            }
            _ => {}
        }
        let founded = |channel: &&Channel| {
            let founder = channel.keeping.as_ref().and_then(|keeping| keeping.founder);
            account.is_some() && founder == account
        };
        let kept = || self.channels.iter().map(|(_, channel)| channel);
        let other = |it: &&Channel| it.has(Flag::Kept) && it.conversation != channel.conversation;
        let kept = || kept().filter(other);
        for (count, max, what) in [
            (
                kept().filter(founded).count(),
                FOUNDED_MAX,
                Limited::FoundedChannels,
            ),
            (kept().count(), KEPT_CHANNELS_MAX, Limited::KeptChannels),
        ] {
            if count >= max {
                return Err(Refusal::TooMany { what, max });
            }
        }
        if self.operators_besides(account, channel).len() > OPERATOR_ACCOUNTS_MAX {
            return Err(TOO_MANY_OPERATORS);
        }
        Ok(())
    }

    /// The accounts of a channel's operators who are in it now.
    fn operators_besides(&self, founder: Option<AccountId>, channel: &Channel) -> Vec<AccountId> {
        let roster = channel.roster().iter();
        let operators = roster.filter(|member| member.ranks.has(Rank::Operator));
        let accounts = operators.filter_map(|member| self.account_of(member.user));
        let accounts = accounts.map(|account| account.id);
        accounts
            .filter(|account| Some(*account) != founder)
            .collect()
    }

    fn check_may_end_keeping(&self, who: UserId, channel: &Channel) -> Result<(), Refusal> {
        let own = self.account_of(who).map(|account| account.id);
        let founder = channel.keeping.as_ref().and_then(|keeping| keeping.founder);
        let another = founder.filter(|founder| own != Some(*founder));
        let another = another.and_then(|founder| self.account_name(founder));
        match another {
            Some(founder) if !self.user(who).is_operator() => Err(Refusal::NotFounder {
                channel: channel.name.clone(),
                founder: founder.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// Refuses one operator too many of a kept channel.
    pub(super) fn check_standing(&self, member: UserId, id: ChannelId) -> Result<(), Refusal> {
        let keeping = self.channel(id).keeping.as_deref();
        let full = keeping.is_some_and(|keeping| keeping.operators.len() >= OPERATOR_ACCOUNTS_MAX);
        if full && self.account_of(member).is_some() && !self.stands(member, id) {
            return Err(TOO_MANY_OPERATORS);
        }
        Ok(())
    }
}

/// What changes.
impl Chat {
    /// A channel is kept from now on, or no longer. One that was kept already, for nobody, is that of
    /// the first of its operators who wants it kept.
    pub(super) fn begin_or_end_keeping(
        &mut self,
        who: UserId,
        id: ChannelId,
        on: bool,
        changed: bool,
    ) {
        if changed {
            let lasting = on && self.settings.remembers;
            let keeping = lasting.then(|| Box::new(self.keeping_by(who, id)));
            self.channel_mut(id).keeping = keeping;
            return;
        }
        let founder = self.account_of(who).map(|account| account.id);
        let keeping = self.channel_mut(id).keeping.as_mut();
        if let Some(keeping) = keeping.filter(|keeping| on && keeping.founder.is_none()) {
            keeping.founder = founder;
            keeping
                .operators
                .retain(|account| Some(*account) != founder);
        }
    }

    fn keeping_by(&self, who: UserId, id: ChannelId) -> Keeping {
        let founder = self.account_of(who).map(|account| account.id);
        Keeping {
            founder,
            operators: self.operators_besides(founder, self.channel(id)),
        }
    }

    /// Whoever is made an operator of a kept channel, or is one no longer, is so tomorrow too. Says
    /// whether that changed anything.
    pub(super) fn note_operator(&mut self, member: UserId, id: ChannelId, on: bool) -> bool {
        let account = self.account_of(member).map(|account| account.id);
        let keeping = self.channel_mut(id).keeping.as_mut();
        let (Some(account), Some(keeping)) = (account, keeping) else {
            return false;
        };
        let known = keeping.operators.contains(&account);
        match on {
            true if !keeping.is_run_by(account) => keeping.operators.push(account),
            true => return false,
            false => keeping.operators.retain(|operator| *operator != account),
        }
        known != on
    }

    /// Whose rank in a kept channel a change takes who is not in it now.
    fn absent_operator(&self, id: ChannelId, change: &ModeChange) -> Option<AccountId> {
        let ModeChange::Rank(Rank::Operator, nick, false) = change else {
            return None;
        };
        let keeping = self.channel(id).keeping.as_ref()?;
        let account = self.accounts.get(nick)?.id;
        // They may be in it under another name.
        let owner = self.owner_here(account);
        let present = owner.is_some_and(|owner| self.channel(id).ranks(owner).is_some());
        (!present && keeping.operators.contains(&account)).then_some(account)
    }

    /// Takes the rank from an operator of a kept channel who is not in it, if that is what a change
    /// is about. Nobody in the channel sees any difference: only the asker is told.
    pub(super) fn retire(
        &mut self,
        who: UserId,
        id: ChannelId,
        change: &ModeChange,
    ) -> Option<Result<(), Refusal>> {
        let account = self.absent_operator(id, change)?;
        let may = self.check_runs_fully(who, id);
        if may.is_ok() {
            let nick = self.account_name(account).cloned();
            let channel = self.channel_mut(id);
            let name = channel.name.clone();
            if let Some(keeping) = &mut channel.keeping {
                keeping.operators.retain(|operator| *operator != account);
            }
            if let Some(nick) = nick {
                self.reply(Reply::Retired {
                    nick,
                    channel: name,
                });
            }
        }
        Some(may)
    }

    /// Whether a change is one that [`Chat::retire`] makes.
    pub(super) fn is_retirement(&self, id: ChannelId, change: &ModeChange) -> bool {
        self.absent_operator(id, change).is_some()
    }

    /// For whom a channel is kept.
    pub(super) fn kept_for(&self, id: ChannelId) -> Option<Reply> {
        let channel = self.channel(id);
        let keeping = channel.keeping.as_ref()?;
        let named = |account: &AccountId| self.account_name(*account).cloned();
        Some(Reply::KeptFor {
            channel: channel.name.clone(),
            founder: keeping.founder.as_ref().and_then(named),
            operators: keeping.operators.iter().filter_map(named).collect(),
        })
    }

    /// Whoever runs a kept channel by their account, and is in it, is its operator, which everybody
    /// in it hears.
    pub(super) fn take_up_rank(&mut self, now: Now, who: UserId, id: ChannelId) {
        if !self.stands(who, id) {
            return;
        }
        let ranks = self.channel_mut(id).ranks_mut(who);
        if ranks.is_some_and(|ranks| ranks.set(Rank::Operator, true)) {
            let audience = self.everybody_in(id);
            self.tell_rank(now, who, id, audience);
        }
    }

    /// Those in a channel are told that somebody who comes in is its operator.
    pub(super) fn tell_others_of_rank(&mut self, now: Now, who: UserId, id: ChannelId) {
        let channel = self.channel(id);
        let (before, behind) = channel.others(who);
        let others = before.iter().chain(behind).map(|member| member.user);
        let others: Vec<UserId> = others.collect();
        if !others.is_empty() {
            let audience = self.outbox.only(others);
            self.tell_rank(now, who, id, audience);
        }
    }

    fn tell_rank(
        &mut self,
        now: Now,
        who: UserId,
        id: ChannelId,
        audience: super::vocabulary::Audience,
    ) {
        let by = self.user(who).identity.clone();
        let change = ModeChange::Rank(Rank::Operator, by.nick.clone(), true);
        let happening = Happening::ModesChanged {
            by,
            channel: self.channel(id).name.clone(),
            changes: vec![change],
        };
        self.event(now, audience, happening);
    }

    /// Notes what a kept channel is like by now. `kept`: it was until now.
    pub(super) fn note_kept(&mut self, id: ChannelId, kept: bool) {
        let channel = self.channel(id);
        let conversation = channel.conversation;
        let kept_now = self.as_kept(id);
        if kept || kept_now.is_some() {
            self.record(Record::Kept {
                conversation,
                kept: kept_now.map(Box::new),
            });
        }
    }

    /// What of a channel is kept; nothing if it is not.
    fn as_kept(&self, id: ChannelId) -> Option<Kept> {
        let channel = self.channel(id);
        let keeping = channel.keeping.as_deref()?.clone();
        Some(Kept {
            founder: keeping.founder,
            operators: keeping.operators,
            made_ms: channel.made_ms,
            modes: channel.modes.clone(),
            topic: channel.topic.as_deref().cloned(),
            masks: channel.masks.clone(),
            metadata: self.said_of(Holder::Channel(id)).clone(),
        })
    }

    /// Accounts are no more: what they founded is their followers'.
    pub(super) fn forget_keepers(&mut self, account: AccountId) {
        for id in self.channels.keys() {
            let channel = self.channel_mut(id);
            let Some(keeping) = &mut channel.keeping else {
                continue;
            };
            if keeping.is_run_by(account) {
                keeping.forget(|other| other == account);
                self.note_kept(id, true);
            }
        }
    }

    /// A channel is again what it was before the server was started.
    pub(super) fn take_up_kept(&mut self, id: ChannelId, kept: Kept) {
        let there: Vec<AccountId> = self.accounts.values().map(|account| account.id).collect();
        let mut keeping = Keeping {
            founder: kept.founder,
            operators: kept.operators,
        };
        keeping.forget(|account| !there.contains(&account));
        let channel = self.channel_mut(id);
        channel.made_ms = kept.made_ms;
        channel.modes = kept.modes;
        channel.topic = kept.topic.map(Box::new);
        channel.masks = kept.masks;
        channel.keeping = Some(Box::new(keeping));
        self.take_up_metadata(Holder::Channel(id), kept.metadata);
    }

    /// A channel that has not ended comes back with its conversation.
    pub(super) fn bring_back(
        &mut self,
        name: ChannelName,
        conversation: ConversationId,
        kept: Kept,
    ) {
        let id = self.insert_channel(name, kept.made_ms);
        self.channel_mut(id).conversation = conversation;
        self.take_up_kept(id, kept);
    }
}

#[cfg(test)]
mod tests;
