//! Accounts: whose a name is, also while they are not here.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::metadata::Holder;
use super::name::Nick;
use super::time::Now;
use super::user::Identity;
use super::vocabulary::{Happening, Output, Refusal};
use super::{Chat, UserId};

/// An account's number: never used again for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountId(pub u64);

/// An account, as others see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// Its name, which is its owner's alone.
    pub name: Nick,
}

/// Why somebody goes who has stayed, and has no account any more.
const ACCOUNT_GONE: &str = "their account is no more";

impl Chat {
    /// An account that there is from now on, whose owner was here last at this moment (Unix
    /// milliseconds).
    pub fn add_account(&mut self, account: Account, seen_ms: u64) {
        self.note_last_seen(account.id, seen_ms);
        self.owned.insert(account.name.folded());
        self.accounts
            .insert(account.name.clone(), Arc::new(account));
    }

    /// An account that there is no more: whoever is logged in to it is a guest from now on.
    pub fn remove_account(&mut self, now: Now, name: &Nick) {
        let Some(account) = self.accounts.remove(name) else {
            return;
        };
        self.owned.remove(name.folded());
        self.forget_preferences(account.id);
        self.recount_letters(account.id, []);
        self.forget_keepers(account.id);
        self.forget_absence(account.id);
        self.stayers.remove(&account.id);
        match self.owner_here(account.id) {
            // Nobody could come back to them.
            Some(owner) if self.is_staying(owner) => {
                self.depart(now, owner, ACCOUNT_GONE, false);
            }
            Some(owner) => self.belong(now, owner, None),
            None => {}
        }
        self.forget_hearer(account.id);
        self.end_metadata(Holder::Account(account.id));
    }

    /// The account of this name.
    pub fn find_account(&self, name: &Nick) -> Option<&Arc<Account>> {
        self.accounts.get(name)
    }

    /// Whether an account is still there, and not another of its name.
    pub fn is_there(&self, account: &Account) -> bool {
        let known = self.accounts.get(&account.name);
        known.is_some_and(|known| known.id == account.id)
    }

    /// Whether anybody can have a name: nobody who is here has it, and it is nobody's.
    pub fn is_free(&self, nick: &Nick) -> bool {
        !self.is_held_by_another(nick, None) && !self.accounts.contains_key(nick)
    }

    /// Whether somebody else who is here has a name, or nobody can.
    pub fn is_held_by_another(&self, name: &Nick, user: Option<UserId>) -> bool {
        let holder = self.find_nick(name);
        self.settings.reserved.contains(name) || holder.is_some_and(|it| Some(it) != user)
    }

    /// Whoever is called by the name of an account that is not theirs is called something else
    /// from now on.
    pub fn free_name(&mut self, now: Now, name: &Nick) {
        let holder = self.find_nick(name);
        let Some(holder) = holder.filter(|it| self.owner_of(name) != Some(*it)) else {
            return;
        };
        let numbered = (2..).filter_map(|n| Nick::numbered(name.as_str(), n).ok());
        let free = |nick: &Nick| {
            let owned = self.check_owned(nick, self.account_of(holder));
            owned
                .and_then(|()| self.check_free(nick, Some(holder)))
                .is_ok()
        };
        let nick = numbered.into_iter().find(free);
        self.call(
            now,
            holder,
            nick.expect("there are more numbers than people"),
        );
    }

    fn owner_of(&self, name: &Nick) -> Option<UserId> {
        self.owner_here(self.accounts.get(name)?.id)
    }

    /// What an account is called.
    pub(super) fn account_name(&self, account: AccountId) -> Option<&Nick> {
        let mut accounts = self.accounts.values();
        let found = accounts.find(|known| known.id == account);
        found.map(|account| &account.name)
    }

    /// The account that somebody who is here is logged in to.
    pub fn account_of(&self, who: UserId) -> Option<&Arc<Account>> {
        self.users.get(who)?.identity.account.as_ref()
    }

    /// Whether somebody has no account where others have one.
    pub(super) fn is_guest(&self, who: &Identity) -> bool {
        self.settings.remembers && who.account.is_none()
    }

    /// Who is here and logged in to an account.
    pub fn owner_here(&self, account: AccountId) -> Option<UserId> {
        self.owners.get(&account).copied()
    }

    /// Logs somebody in to an account whose password they know and that nobody else who is here is
    /// logged in to; `None`: logs them out. Everybody who knows them hears it.
    pub fn belong(&mut self, now: Now, who: UserId, account: Option<Arc<Account>>) {
        let Some(before) = self.users.get(who).map(|user| user.identity.clone()) else {
            return;
        };
        if before.account == account {
            return;
        }
        let metadata = self.metadata_of(who).clone();
        let channels = self.user(who).channels.clone();
        for channel in &channels {
            self.record_exit(now, who, *channel);
        }
        self.disown(who, now.wall_ms);
        self.own(who, account.as_deref());
        self.user_mut(who).identity = Arc::new(before.with_account(account.clone()));
        self.review_standing_blocks(who);
        match account {
            Some(account) => {
                self.adopt_preferences(who, account.id);
                self.follow_login(who, account.id);
            }
            None => self.leave_preferences(who),
        }
        for channel in channels {
            self.record_entry(now, who, channel);
        }
        let audience = self.clients_around(who);
        let identity = self.user(who).identity.clone();
        self.event(
            now,
            audience,
            Happening::AccountChanged {
                who: identity.clone(),
            },
        );
        self.change_metadata(now, who, &metadata);
        for channel in self.user(who).channels.clone() {
            self.take_up_rank(now, who, channel);
        }
        if let Some(account) = identity.account.as_ref() {
            self.resume_absence(now, who, account.id);
        }
    }

    /// Notes who is logged in to an account.
    pub(super) fn own(&mut self, who: UserId, account: Option<&Account>) {
        if let Some(account) = account {
            let other = self.owners.insert(account.id, who);
            assert!(other.is_none(), "one person, one user");
            self.outbox.push(Output::Came(account.id));
        }
    }

    /// Notes that somebody is logged in no longer, who was here until this moment (Unix
    /// milliseconds).
    pub(super) fn disown(&mut self, who: UserId, seen_ms: u64) {
        if let Some(account) = self.account_of(who).map(|account| account.id) {
            self.note_last_seen(account, seen_ms);
            self.owners.remove(&account);
        }
    }

    /// Refuses a name that belongs to somebody else, here or not, or only looks as if it did.
    pub(super) fn check_owned(
        &self,
        nick: &Nick,
        account: Option<&Arc<Account>>,
    ) -> Result<(), Refusal> {
        match self.accounts.get(nick) {
            Some(owner) if account != Some(owner) => Err(Refusal::NameOwned { nick: nick.clone() }),
            Some(_) => Ok(()),
            None => self.check_looks_owned(nick, account),
        }
    }

    /// Whether a name only looks like that of an account, whose owner may well be called so.
    ///
    /// # Errors
    /// It does.
    pub fn check_looks_owned(
        &self,
        nick: &Nick,
        account: Option<&Arc<Account>>,
    ) -> Result<(), Refusal> {
        let own = account.map(|account| account.name.folded());
        let mut others = self.owned.alike(nick.folded());
        match others.find(|other| Some(*other) != own) {
            Some(other) => Err(Refusal::LooksLike {
                claimed: nick.to_string(),
                other: Some(other.to_owned()),
            }),
            None => Ok(()),
        }
    }
}
