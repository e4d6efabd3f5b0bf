//! Absences with an end are their person's, here or not: whoever has an account and comes back before
//! it is away again.

use super::account::AccountId;
use super::availability::Away;
use super::time::Now;
use super::vocabulary::{Happening, Record};
use super::{Chat, UserId};

impl Chat {
    /// Notes until when the owner of an account is away by now.
    pub(super) fn note_absence(&mut self, who: UserId) {
        let Some(account) = self.account_of(who).map(|account| account.id) else {
            return;
        };
        let away = self.user(who).away();
        let absent = away.and_then(Away::as_absent);
        if self.absences.get(&account) == absent.as_ref() {
            return;
        }
        match absent.clone() {
            Some(absent) => self.absences.insert(account, absent),
            None => self.absences.remove(&account),
        };
        self.record(Record::Absent { account, absent });
    }

    /// Somebody is away again who was when they went, if it has not ended. What they say now counts
    /// for more.
    pub(super) fn resume_absence(&mut self, now: Now, who: UserId, account: AccountId) {
        let known = self.absences.get(&account);
        let known = known.filter(|absent| absent.until_ms > now.wall_ms);
        let known = known.filter(|_| self.user(who).away().is_none());
        if let Some(away) = known.map(Away::again) {
            self.be_away(now, who, away.clone());
            let own = self.outbox.only([who]);
            self.event(now, own, Happening::AwayAgain { away });
        }
        self.note_absence(who);
    }

    /// An account is no more.
    pub(super) fn forget_absence(&mut self, account: AccountId) {
        self.absences.remove(&account);
    }
}
