//! Messages for people who are not here: kept for them until they come.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::account::{Account, AccountId};
use super::name::Nick;
use super::redaction::Trail;
use super::retelling::retold;
use super::speech::Words;
use super::time::Now;
use super::vocabulary::{
    Conversation, Happening, Letter, Line, Manner, Output, Place, Refusal, Reply, Said, Told,
};
use super::{Chat, UserId};

/// How many messages of one person wait for another at most.
pub const KEPT_FROM_ONE_MAX: usize = 20;

/// How many messages wait for one person at most, of all who write to them.
pub const KEPT_FOR_ONE_MAX: usize = 200;

/// How many messages wait for whom, from whom; those on their way to the store are counted too.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Letters(BTreeMap<AccountId, BTreeMap<AccountId, usize>>);

impl Letters {
    /// So many more wait.
    pub(super) fn add(&mut self, to: AccountId, from: AccountId, count: usize) {
        *self.0.entry(to).or_default().entry(from).or_default() += count;
    }

    fn take(&mut self, to: AccountId, from: AccountId) {
        let Some(of) = self.0.get_mut(&to) else {
            return;
        };
        if let Some(count) = of.get_mut(&from) {
            *count -= 1;
        }
        of.retain(|_, count| *count > 0);
        if of.is_empty() {
            self.0.remove(&to);
        }
    }

    /// Only one from each of these is left.
    fn leave_only(&mut self, to: AccountId, from: impl IntoIterator<Item = AccountId>) {
        self.0.remove(&to);
        for from in from {
            self.add(to, from, 1);
        }
    }

    fn count(&self, to: AccountId) -> usize {
        self.0.get(&to).map_or(0, |of| of.values().sum())
    }

    fn count_from(&self, to: AccountId, from: AccountId) -> usize {
        let of = self.0.get(&to).and_then(|of| of.get(&from));
        of.copied().unwrap_or(0)
    }

    fn check_room(&self, to: &Account, from: AccountId) -> Result<(), Refusal> {
        let full = |yours, max| Refusal::TooManyWait {
            nick: to.name.clone(),
            yours,
            max,
        };
        if self.count_from(to.id, from) >= KEPT_FROM_ONE_MAX {
            return Err(full(true, KEPT_FROM_ONE_MAX));
        }
        if self.count(to.id) >= KEPT_FOR_ONE_MAX {
            return Err(full(false, KEPT_FOR_ONE_MAX));
        }
        Ok(())
    }
}

impl Chat {
    /// Whoever has this name; or whose it is, under whatever name they are here.
    pub(super) fn addressee(&self, nick: &Nick) -> Option<UserId> {
        let owner = || self.owner_here(self.accounts.get(nick)?.id);
        self.nicks.get(nick).copied().or_else(owner)
    }

    /// Has something kept for the owner of a name, who is not here. What programs ask programs is
    /// of the moment, and guests could not be told apart tomorrow.
    pub(super) fn leave_letter(
        &mut self,
        now: Now,
        who: UserId,
        nick: &Nick,
        words: Words<'_>,
    ) -> Result<(), Refusal> {
        let passing = matches!(words.manner, Manner::Request | Manner::Answer);
        let account = self.accounts.get(nick).filter(|_| !passing).cloned();
        let to = account.ok_or_else(|| Refusal::NobodyNamed { nick: nick.clone() })?;
        let from = self.user(who).identity.clone();
        let Some(mine) = &from.account else {
            let nick = to.name.clone();
            return Err(Refusal::GuestsLeaveNothing { nick });
        };
        self.letters.check_room(&to, mine.id)?;
        self.letters.add(to.id, mine.id, 1);
        let line = Line {
            id: self.next_message_id(now),
            at_ms: now.wall_ms,
            conversation: Conversation::Private {
                from: mine.id,
                to: to.id,
                to_nick: to.name.clone(),
            },
            open: false,
            from,
            told: Told::Said {
                manner: words.manner,
                text: Arc::from(words.text),
                extras: words.extras,
            },
        };
        self.outbox
            .push(Output::Letter(Box::new(Letter { to, line })));
        Ok(())
    }

    /// A letter is kept: its sender is told, whose other devices see it too.
    pub fn confirm_letter(&mut self, now: Now, who: UserId, letter: &Letter) {
        if self.users.get(who).is_none() {
            return;
        }
        if let Some(said) = said_in(&letter.line) {
            let said = Said {
                author: who,
                ..said
            };
            let audience = self.outbox.only([who]);
            self.event(now, audience, Happening::Said(said));
        }
        let waits = Trail::Waiting(letter.to.id);
        self.leave_trace(letter.line.id, who, waits, false);
        let nick = letter.to.name.clone();
        self.reply(Reply::Kept { nick });
    }

    /// A letter could not be kept.
    pub fn lose_letter(&mut self, to: AccountId, from: AccountId) {
        self.letters.take(to, from);
    }

    /// How many letters wait for somebody, or are on their way to where they do.
    pub fn letters_for(&self, account: AccountId) -> usize {
        self.letters.count(account)
    }

    /// No letter waits for somebody, whatever was thought, but those on their way to where they
    /// would: each is from one of these.
    pub fn recount_letters(
        &mut self,
        account: AccountId,
        on_their_way: impl IntoIterator<Item = AccountId>,
    ) {
        self.letters.leave_only(account, on_their_way);
    }

    /// A letter as something said to somebody who is here now; nothing if they block its writer.
    pub fn open_letter(&self, to: UserId, line: &Line) -> Option<Said> {
        let said = said_in(line).filter(|said| !self.blocks_author(to, said))?;
        let to = self.users.get(to)?.identity.clone();
        Some(Said {
            place: Place::Person(to),
            ..said
        })
    }

    /// Letters have reached their reader. Those of their writers who are here hear it.
    pub fn letters_delivered(&mut self, now: Now, to: AccountId, lines: &[Line]) {
        let mut counts: BTreeMap<AccountId, usize> = BTreeMap::new();
        for from in lines.iter().filter_map(|line| line.from.account.as_ref()) {
            self.letters.take(to, from.id);
            *counts.entry(from.id).or_default() += 1;
        }
        self.note_read(to, lines);
        let owner = self.owner_here(to);
        let account = owner.and_then(|owner| self.account_of(owner));
        let Some(nick) = account.map(|account| account.name.clone()) else {
            return;
        };
        for (from, count) in counts {
            if let Some(writer) = self.owner_here(from) {
                let audience = self.outbox.only([writer]);
                let nick = nick.clone();
                self.event(now, audience, Happening::Delivered { nick, count });
            }
        }
    }
}

/// A letter as something said.
fn said_in(line: &Line) -> Option<Said> {
    match retold(line.clone(), None)?.what {
        Happening::Said(said) => Some(said),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: u64) -> Account {
        Account {
            id: AccountId(id),
            name: Nick::parse("bob").expect("a name"),
        }
    }

    #[test]
    fn one_past_the_limit_of_one_sender_and_of_all() {
        let (bob, mut letters) = (account(1), Letters::default());
        let ann = AccountId(2);
        letters.add(bob.id, ann, KEPT_FROM_ONE_MAX - 1);
        assert_eq!(letters.check_room(&bob, ann), Ok(()));
        letters.add(bob.id, ann, 1);
        let refused = letters.check_room(&bob, ann);
        assert!(matches!(
            refused,
            Err(Refusal::TooManyWait { yours: true, .. })
        ));
        let senders = KEPT_FOR_ONE_MAX / KEPT_FROM_ONE_MAX;
        for sender in 1..senders {
            let sender = AccountId(2 + sender as u64);
            assert_eq!(letters.check_room(&bob, sender), Ok(()));
            letters.add(bob.id, sender, KEPT_FROM_ONE_MAX);
        }
        let refused = letters.check_room(&bob, AccountId(99));
        assert!(matches!(
            refused,
            Err(Refusal::TooManyWait { yours: false, .. })
        ));
        letters.take(bob.id, ann);
        assert_eq!(letters.check_room(&bob, AccountId(99)), Ok(()));
    }

    #[test]
    fn what_is_empty_takes_no_room() {
        let (bob, mut letters) = (account(1), Letters::default());
        letters.add(bob.id, AccountId(2), 2);
        letters.take(bob.id, AccountId(2));
        letters.take(bob.id, AccountId(3));
        assert_eq!(letters.count(bob.id), 1);
        letters.take(bob.id, AccountId(2));
        assert!(letters.0.is_empty());
    }

    #[test]
    fn what_is_on_its_way_is_not_forgotten_with_the_rest() {
        let (bob, mut letters) = (account(1), Letters::default());
        let [ann, eve] = [2, 3].map(AccountId);
        letters.add(bob.id, ann, 3);
        letters.add(bob.id, eve, 1);
        letters.leave_only(bob.id, [ann, ann]);
        assert_eq!(letters.count_from(bob.id, ann), 2);
        assert_eq!(letters.count(bob.id), 2);
        letters.leave_only(bob.id, []);
        assert!(letters.0.is_empty());
    }
}
