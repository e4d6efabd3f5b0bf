//! People who stay: whoever has an account and wants it is still in their channels while no session
//! of theirs is there, shown as away, until they come back or it has been too long.

use serde::{Deserialize, Serialize};

use super::availability::Away;
use super::mode::UserFlag;
use super::time::Now;
use super::vocabulary::{MessageId, Output, Record, Refusal, Reply};
use super::{Chat, UserId};

/// How many people stay at once while they are not connected.
pub const STAYING_MAX: usize = 1_000;

/// For how long somebody stays who is not connected.
pub const STAYING_MS_MAX: u64 = 30 * 24 * 60 * 60 * 1_000;

/// Why somebody goes who has stayed for so long.
const TOO_LONG: &str = "was not connected for 30 days";

/// Somebody who is not connected.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Staying {
    /// Until when they stay, in Unix milliseconds.
    pub(super) until_ms: u64,
    /// The last line before they went.
    last: MessageId,
    /// That they are away is the server's word, not theirs.
    unsaid: bool,
}

impl Staying {
    /// Since when they are not connected, in Unix milliseconds.
    pub(super) fn since_ms(&self) -> u64 {
        self.until_ms.saturating_sub(STAYING_MS_MAX)
    }
}

impl Chat {
    /// Asks whether somebody stays when their last session ends, or sets it.
    pub(super) fn stay(&mut self, who: UserId, on: Option<bool>) -> Result<(), Refusal> {
        let account = self.account_of(who).ok_or(Refusal::NotLoggedIn)?.id;
        let changed = match on {
            Some(true) => self.stayers.insert(account),
            Some(false) => self.stayers.remove(&account),
            None => false,
        };
        let on = self.stayers.contains(&account);
        if changed {
            self.record(Record::Stays { account, on });
        }
        self.reply(Reply::Stays { on });
        Ok(())
    }

    /// The last session of somebody has ended: they go, in their own words or not, or stay.
    pub fn disconnect(&mut self, now: Now, who: UserId, why: &str, own_words: bool) {
        match self.may_stay(who) {
            true => self.begin_staying(now, who),
            false => self.depart(now, who, why, own_words),
        }
    }

    fn may_stay(&self, who: UserId) -> bool {
        let account = self.account_of(who).map(|account| account.id);
        let wants = account.is_some_and(|account| self.stayers.contains(&account));
        let somewhere = || !self.user(who).channels.is_empty();
        wants && somewhere() && self.staying.len() < STAYING_MAX
    }

    fn begin_staying(&mut self, now: Now, who: UserId) {
        let until_ms = now.wall_ms + STAYING_MS_MAX;
        let unsaid = self.user(who).away().is_none();
        let last = self.last_message_id;
        let staying = Staying {
            until_ms,
            last,
            unsaid,
        };
        self.staying.insert(who, staying);
        self.deadlines.insert((until_ms, who));
        // Whoever takes the password of an account does not take that of an operator with it.
        self.set_flag(who, UserFlag::Operator, false);
        if unsaid {
            self.be_away(now, who, Away::not_connected(now));
        }
    }

    /// Whether somebody is here without any session.
    pub(super) fn is_staying(&self, who: UserId) -> bool {
        self.staying.contains_key(&who)
    }

    /// Since when somebody is here without any session, in Unix milliseconds.
    pub(super) fn unconnected_since(&self, who: UserId) -> Option<u64> {
        let staying = self.staying.get(&who)?;
        Some(staying.until_ms.saturating_sub(STAYING_MS_MAX))
    }

    /// Somebody who stays has a session again. The last line before they went; nothing if they did
    /// not stay.
    pub fn reconnect(&mut self, now: Now, who: UserId) -> Option<MessageId> {
        let Staying { last, unsaid, .. } = self.end_staying(who)?;
        if unsaid {
            self.come_back(now, who);
        }
        if let Some(account) = self.account_of(who).map(|account| account.id) {
            self.outbox.push(Output::Came(account));
        }
        Some(last)
    }

    /// Somebody does not stay any more.
    pub(super) fn end_staying(&mut self, who: UserId) -> Option<Staying> {
        let staying = self.staying.remove(&who)?;
        let until_ms = staying.until_ms;
        // They may be away for just as long.
        if self.user(who).away().and_then(|away| away.until_ms) != Some(until_ms) {
            self.deadlines.remove(&(until_ms, who));
        }
        Some(staying)
    }

    /// The absence of somebody has ended while they are not connected: they are away all the same.
    pub(super) fn stay_away(&mut self, now: Now, who: UserId) -> bool {
        let Some(staying) = self.staying.get_mut(&who) else {
            return false;
        };
        staying.unsaid = true;
        self.be_away(now, who, Away::not_connected(now));
        self.note_absence(who);
        true
    }

    /// Whoever has stayed for too long goes.
    pub(super) fn end_long_stay(&mut self, now: Now, who: UserId) {
        let staying = self.staying.get(&who);
        if staying.is_some_and(|staying| staying.until_ms <= now.wall_ms) {
            self.depart(now, who, TOO_LONG, false);
        }
    }
}

#[cfg(test)]
mod tests;
