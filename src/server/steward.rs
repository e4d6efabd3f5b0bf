//! What whoever runs the server wants done with accounts, from outside of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Output, Server};
use crate::chat::account::AccountId;
use crate::chat::name::Nick;
use crate::chat::time::Now;
use crate::control::vocabulary::{Denied, Wish};
use crate::email::Email;
use crate::store::vocabulary::{Deed, Trouble};
use crate::verifier::Verifier;

/// Wishes that wait for the store, by ticket. Not part of the server's state: who has them waits at
/// a socket.
#[derive(Debug, Default)]
pub(super) struct Wishes(BTreeMap<u64, Kept>);

/// What is to be done once the store has done its part.
#[derive(Debug)]
struct Kept {
    number: u64,
    name: Nick,
    then: Then,
}

#[derive(Debug)]
enum Then {
    /// The account is noted with all others.
    Nothing,
    /// This knows the password from now on.
    Verify(AccountId, Arc<Verifier>),
    /// The account is no more; nor, perhaps, what its owner has announced.
    Forget {
        account: AccountId,
        with_messages: bool,
    },
}

impl Server {
    /// Does what whoever runs the server wants done. [`Output::Granted`] says what came of it.
    pub fn administer(&mut self, now: Now, number: u64, wish: Wish) {
        let outcome = match wish {
            Wish::Add {
                name,
                verifier,
                email,
            } => self.add_account(now, number, name, verifier, email),
            Wish::SetVerifier { name, verifier } => self.account_id(&name).map(|account| {
                let deed = Deed::SetVerifier {
                    account,
                    verifier: verifier.clone(),
                };
                self.keep_wish(number, name, Then::Verify(account, verifier), deed);
            }),
            Wish::Remove {
                name,
                with_messages,
            } => self.account_id(&name).map(|account| {
                let deed = Deed::RemoveAccount {
                    account,
                    with_messages,
                };
                let then = Then::Forget {
                    account,
                    with_messages,
                };
                self.keep_wish(number, name, then, deed);
            }),
        };
        if let Err(denied) = outcome {
            self.outputs.push(Output::Granted(number, Err(denied)));
        }
    }

    fn account_id(&self, name: &Nick) -> Result<AccountId, Denied> {
        let account = self.chat.find_account(name);
        let found = account.ok_or_else(|| Denied::NoSuchAccount(name.clone()))?;
        Ok(found.id)
    }

    fn add_account(
        &mut self,
        now: Now,
        number: u64,
        name: Nick,
        verifier: Arc<Verifier>,
        email: Option<Email>,
    ) -> Result<(), Denied> {
        if self.chat.find_account(&name).is_some() {
            return Err(Denied::NameTaken(name));
        }
        let deed = Deed::AddAccount {
            name: name.clone(),
            verifier: verifier.clone(),
            email,
            at_ms: now.wall_ms,
        };
        let ticket = self.keep_wish(number, name.clone(), Then::Nothing, deed);
        self.accounts.expect(ticket, name, verifier);
        Ok(())
    }

    fn keep_wish(&mut self, number: u64, name: Nick, then: Then, deed: Deed) -> u64 {
        self.last_ticket += 1;
        let ticket = self.last_ticket;
        self.wishes.0.insert(ticket, Kept { number, name, then });
        self.keep(Some(ticket), deed);
        ticket
    }

    /// The store has done something, or not: perhaps somebody's wish.
    pub(super) fn note_granted(
        &mut self,
        now: Now,
        ticket: u64,
        outcome: Result<Option<AccountId>, Trouble>,
    ) {
        let Some(Kept { number, name, then }) = self.wishes.0.remove(&ticket) else {
            return;
        };
        let granted = match outcome {
            Ok(_) => Ok(()),
            Err(Trouble::NameTaken) => Err(Denied::NameTaken(name.clone())),
            Err(Trouble::NoSuchAccount) => Err(Denied::NoSuchAccount(name.clone())),
            Err(_) => Err(Denied::NotKept),
        };
        match then {
            Then::Verify(account, verifier) if granted.is_ok() => {
                self.accounts.set_verifier(account, verifier);
            }
            Then::Forget {
                account,
                with_messages,
            } if granted.is_ok() => {
                self.accounts.forget(account);
                if with_messages {
                    self.chat.forget_announcements_of(account);
                }
                self.chat.remove_account(now, &name);
                self.deliver(now, None);
            }
            _ => {}
        }
        self.outputs.push(Output::Granted(number, granted));
    }
}
