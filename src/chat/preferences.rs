//! What somebody has chosen for good: whom they block and what they watch, as long as they have
//! their account.

use super::account::AccountId;
use super::block::Block;
use super::vocabulary::{Preferences, Record, Unwanted};
use super::{Chat, UserId};

impl Chat {
    /// Notes what the owner of an account has chosen by now, if it has changed.
    pub(super) fn note_preferences(&mut self, who: UserId) {
        let Some(account) = self.account_of(who).map(|account| account.id) else {
            return;
        };
        let user = self.user(who);
        let unwanted = user.blocks().iter().filter_map(|block| match block {
            // Guests are nobody tomorrow.
            Block::Person(_) => None,
            Block::Account(account) => Some(Unwanted::Account(*account)),
            Block::Mask(mask) => Some(Unwanted::Mask(mask.clone())),
        });
        let preferences = Preferences {
            unwanted: unwanted.collect(),
            watched: user.watches().to_vec(),
        };
        if self
            .preferences
            .get(&account)
            .unwrap_or(&Preferences::default())
            == &preferences
        {
            return;
        }
        self.preferences.insert(account, preferences.clone());
        self.record(Record::Preferred {
            account,
            preferences,
        });
    }

    /// What somebody has chosen under an account counts from now on, besides what they had chosen
    /// as a guest.
    pub(super) fn adopt_preferences(&mut self, who: UserId, account: AccountId) {
        let Preferences { unwanted, watched } =
            self.preferences.get(&account).cloned().unwrap_or_default();
        for unwanted in unwanted {
            let block = match unwanted {
                Unwanted::Account(account) => Block::Account(account),
                Unwanted::Mask(mask) => Block::Mask(mask),
            };
            if !self.user(who).blocks().contains(&block) {
                self.begin_block(who, block);
            }
        }
        for watched in watched {
            if !self.user(who).watches().contains(&watched) {
                self.begin_watch(who, watched);
            }
        }
        self.note_preferences(who);
    }

    /// Whoever is a guest from now on has chosen nothing: it was the account's choice.
    pub(super) fn leave_preferences(&mut self, who: UserId) {
        self.end_own_blocks(who);
        self.end_watches(who);
    }

    /// An account is no more: nobody blocks it, and its owner has chosen nothing.
    pub(super) fn forget_preferences(&mut self, account: AccountId) {
        self.preferences.remove(&account);
        for preferences in self.preferences.values_mut() {
            let unwanted = &mut preferences.unwanted;
            unwanted.retain(|other| *other != Unwanted::Account(account));
        }
        for who in self.standing_blockers.clone() {
            self.drop_block(who, &Block::Account(account));
        }
    }
}
