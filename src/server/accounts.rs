//! Accounts: registering the name one has, and coming into an account with its password.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::tickets::{Answered, Pending};
use super::{Cause, Output, Server, SessionId};
use crate::chat::account::{Account, AccountId};
use crate::chat::name::Nick;
use crate::chat::remember::Memories;
use crate::chat::time::Now;
use crate::chat::vocabulary::Command;
use crate::check::{Check, Job, Outcome};
use crate::protocol::plain::refusals::{self, Mistake};
use crate::protocol::plain::replies;
use crate::store::vocabulary::{Deed, Restored, Trouble};
use crate::verifier::Verifier;

/// Who may register a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registering {
    /// Whoever has it.
    Open,
    /// Whoever runs the server does it for people.
    Operator,
}

/// How far somebody is on the way into an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Entering {
    /// The password of an account is being checked.
    Proving(Nick),
    /// What knows the password of an account to be is being made.
    Making(Nick),
    /// It is being kept.
    Keeping(Nick),
}

/// What the server knows of accounts besides what everybody does. Not part of its state: the store
/// has it.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    verifiers: BTreeMap<AccountId, Arc<Verifier>>,
    /// Accounts that are being kept, by ticket: they will be there whether who asked is or not.
    made: BTreeMap<u64, (Nick, Arc<Verifier>)>,
}

impl Server {
    /// Takes up what the store remembers: to be called once, before anybody is here.
    pub fn resume(&mut self, now: Now, restored: Restored) {
        let mut accounts = Vec::new();
        for (account, verifier) in restored.accounts {
            self.accounts.verifiers.insert(account.id, verifier);
            accounts.push(account);
        }
        let channels = restored.channels.into_iter();
        let memories = Memories {
            accounts,
            channels: channels.map(|(id, name)| (name, id)).collect(),
            last_conversation: restored.last_conversation,
            last_message: restored.last_message,
        };
        self.chat.resume(now, memories);
        self.deliver(now, None);
    }

    /// Registers the name of a session's person with this password.
    pub(super) fn register_account(&mut self, now: Now, id: SessionId, password: String) {
        match self.name_to_register(id) {
            Ok(name) => {
                let ticket = self.open_ticket(now, id, Pending::Enter(Entering::Making(name)));
                let job = Job::Make(self.settings.iterations);
                self.outputs.push(Output::Verify(Check {
                    ticket,
                    password,
                    job,
                }));
            }
            Err(mistake) => self.refuse(id, &refusals::mistake(&mistake)),
        }
    }

    fn name_to_register(&self, id: SessionId) -> Result<Nick, Mistake> {
        if !self.settings.chat.remembers {
            return Err(Mistake::NothingIsKept);
        }
        if self.settings.registering == Registering::Operator {
            return Err(Mistake::RegisteringIsClosed);
        }
        let user = self.user_of(id).and_then(|user| self.chat.find_user(user));
        let identity = user.expect("only people register").identity();
        match &identity.account {
            Some(account) => Err(Mistake::LoggedInAlready {
                account: account.name.clone(),
            }),
            None => Ok(identity.nick.clone()),
        }
    }

    /// Logs a session in to an account, if the password is right.
    pub(super) fn log_in(&mut self, now: Now, id: SessionId, name: Nick, password: String) {
        let account = self.chat.find_account(&name);
        let verifier = account.and_then(|account| self.accounts.verifiers.get(&account.id));
        let Some(verifier) = verifier.cloned() else {
            return self.refuse_entry(now, id, &Mistake::WrongPassword { name });
        };
        let ticket = self.open_ticket(now, id, Pending::Enter(Entering::Proving(name)));
        self.outputs.push(Output::Verify(Check {
            ticket,
            password,
            job: Job::Check(verifier),
        }));
    }

    /// An answer has come to somebody on the way into an account.
    pub(super) fn go_on_entering(
        &mut self,
        now: Now,
        id: SessionId,
        entering: Entering,
        answered: Answered,
    ) {
        match (entering, answered) {
            (Entering::Proving(name), Answered::Checked(Outcome::Holds(true))) => {
                self.enter_account(now, id, &name);
            }
            (Entering::Proving(name), Answered::Checked(_)) => {
                self.refuse_entry(now, id, &Mistake::WrongPassword { name });
            }
            (Entering::Making(name), Answered::Checked(Outcome::Made(Ok(verifier)))) => {
                self.keep_account(now, id, name, verifier);
            }
            (Entering::Making(_), Answered::Checked(Outcome::Made(Err(fault)))) => {
                let mistake = Mistake::BadPassword {
                    why: fault.to_string(),
                };
                self.refuse_entry(now, id, &mistake);
            }
            (Entering::Keeping(name), Answered::Kept(Ok(_))) => self.registered(now, id, &name),
            (Entering::Keeping(name), Answered::Kept(Err(Trouble::NameTaken))) => {
                self.refuse_entry(now, id, &Mistake::RegisteredAlready { name });
            }
            (Entering::Keeping(_), _) => self.refuse_entry(now, id, &Mistake::NotKept),
            (_, _) => self.refuse_entry(now, id, &Mistake::TooManyPasswords),
        }
    }

    fn keep_account(&mut self, now: Now, id: SessionId, name: Nick, verifier: Arc<Verifier>) {
        let ticket = self.open_ticket(now, id, Pending::Enter(Entering::Keeping(name.clone())));
        self.accounts
            .made
            .insert(ticket, (name.clone(), verifier.clone()));
        let deed = Deed::AddAccount {
            name,
            verifier,
            at_ms: now.wall_ms,
        };
        self.keep(Some(ticket), deed);
    }

    /// What was to be kept under this ticket has a number now, or is not kept: if it is an account,
    /// it is there from now on, whether who asked for it is or not.
    pub(super) fn note_kept(&mut self, ticket: u64, kept: Option<AccountId>) {
        let made = self.accounts.made.remove(&ticket);
        if let (Some((name, verifier)), Some(id)) = (made, kept) {
            self.accounts.verifiers.insert(id, verifier);
            self.chat.add_account(Account { id, name });
        }
    }

    fn registered(&mut self, now: Now, id: SessionId, name: &Nick) {
        let account = self.chat.find_account(name).cloned();
        let user = self.user_of(id);
        if let (Some(account), Some(user)) = (account, user) {
            self.chat.belong(now, user, Some(account));
            self.deliver(now, None);
            self.send(id, replies::registered(name));
        }
    }

    /// Whoever is at the door comes in as the account's owner; whoever is here is known as them
    /// from now on. Who has that account already elsewhere goes: it is the same person.
    fn enter_account(&mut self, now: Now, id: SessionId, name: &Nick) {
        let Some(account) = self.chat.find_account(name).cloned() else {
            return self.refuse_entry(now, id, &Mistake::WrongPassword { name: name.clone() });
        };
        let user = self.user_of(id);
        let elsewhere = self.chat.owner_here(account.id);
        if let Some(elsewhere) = elsewhere.filter(|_| elsewhere != user) {
            self.chat
                .depart(now, elsewhere, "logged in from elsewhere", false);
            self.deliver(now, None);
        }
        match user {
            Some(user) => {
                self.chat.belong(now, user, Some(account.clone()));
                self.deliver(now, None);
                self.send(id, replies::logged_in(&account.name));
                self.take_own_name(now, id, &account);
            }
            None => self.arrive_as(now, id, account),
        }
    }

    /// People at a terminal are called what their account is.
    fn take_own_name(&mut self, now: Now, id: SessionId, account: &Account) {
        if self.plain(id).is_some() {
            let nick = account.name.clone();
            let user = self.user_of(id).and_then(|user| self.chat.find_user(user));
            if user.is_some_and(|user| *user.nick() != nick) {
                self.command(now, id, Command::Rename { nick }, false);
            }
        }
    }

    fn refuse_entry(&mut self, now: Now, id: SessionId, mistake: &Mistake) {
        let sentence = refusals::mistake(mistake);
        match self.user_of(id) {
            Some(_) => self.refuse(id, &sentence),
            None => self.refuse_before_name(now, id, &sentence),
        }
    }

    /// The cause of what a session's own line has brought about.
    pub(super) fn cause(id: SessionId, verb: &'static str) -> Cause {
        Cause {
            session: id,
            quiet: false,
            verb,
        }
    }
}
