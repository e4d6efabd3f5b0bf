//! Accounts: registering a name, coming into an account with its password, and leaving it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::irc::read_marker::ReadMarkers;
use super::session::Side;
use super::tickets::{Answered, Pending};
use super::{Cause, Output, Server, SessionId};
use crate::chat::UserId;
use crate::chat::account::{Account, AccountId};
use crate::chat::mode::UserFlag;
use crate::chat::name::Nick;
use crate::chat::remember::Memories;
use crate::chat::time::Now;
use crate::chat::vocabulary::Command;
use crate::check::{Check, Job, Outcome};
use crate::email::{Email, Emails};
use crate::protocol::entry::NoEntry;
use crate::protocol::plain::{refusals, replies};
use crate::store::vocabulary::{Deed, Restored, Trouble};
use crate::verifier::{Password, Verifier};

/// Who may register a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registering {
    /// Whoever has it.
    Open,
    /// Whoever runs the server does it for people.
    Operator,
}

/// By which words somebody asks, and so how they are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Way {
    /// A command of the plain protocol.
    Typed,
    /// IRC's `AUTHENTICATE`.
    Sasl,
    /// A message to NickServ.
    NickServ,
    /// IRC's `REGISTER`.
    Register,
    /// IRC's `PASS`.
    Pass,
}

/// How far somebody is on the way into an account, or to another password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entering {
    /// The account.
    name: Nick,
    step: Step,
    way: Way,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Step {
    /// The password is being checked.
    Proving,
    /// What knows the password of an account to be is being made. It is to have this address.
    Making(Option<Email>),
    /// It is being kept.
    Keeping,
    /// The password is being checked, in place of which there is to be this one.
    ProvingForOther(Password),
    /// What knows the other password is being made.
    MakingOther,
    /// It is being kept.
    KeepingOther,
}

/// What the server knows of accounts besides what everybody does. Not part of its state: the store
/// has it.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    verifiers: BTreeMap<AccountId, Arc<Verifier>>,
    /// What is being kept, by ticket: it will be there whether who asked is or not.
    made: BTreeMap<u64, (Made, Arc<Verifier>)>,
}

/// What knows a password, and is being kept.
#[derive(Debug)]
enum Made {
    /// That of a new account of this name.
    Account(Nick),
    /// The other one of this account.
    Password(AccountId),
}

impl Accounts {
    /// What the store answers under this ticket makes an account.
    pub(super) fn expect(&mut self, ticket: u64, name: Nick, verifier: Arc<Verifier>) {
        self.made.insert(ticket, (Made::Account(name), verifier));
    }

    /// This knows an account's password from now on.
    pub(super) fn set_verifier(&mut self, account: AccountId, verifier: Arc<Verifier>) {
        self.verifiers.insert(account, verifier);
    }

    /// An account is no more.
    pub(super) fn forget(&mut self, account: AccountId) {
        self.verifiers.remove(&account);
    }
}

impl Server {
    /// Takes up what the store remembers: to be called once, before anybody is here.
    pub fn resume(&mut self, now: Now, restored: Restored) {
        let mut accounts = Vec::new();
        for (account, verifier) in restored.accounts {
            self.accounts.verifiers.insert(account.id, verifier);
            let seen_ms = restored.seen.get(&account.id).copied();
            accounts.push((account, seen_ms.unwrap_or_default()));
        }
        self.read_markers = ReadMarkers::restored(restored.read);
        let channels = restored.channels.into_iter();
        let memories = Memories {
            accounts,
            channels: channels.map(|(id, name)| (name, id)).collect(),
            stays: restored.stays,
            announcements: restored.announcements,
            last_announcement: restored.last_announcement,
            kept: restored.kept,
            letters: restored.waiting,
            absences: restored.absences,
            stayers: restored.stayers,
            preferences: restored.preferences,
            metadata: restored.metadata,
            last_conversation: restored.last_conversation,
            last_message: restored.last_message,
        };
        self.chat.resume(now, memories);
        self.deliver(now, None);
        self.set_keeps();
    }

    /// Registers the name of a session's person with this password.
    pub(super) fn register_account(
        &mut self,
        now: Now,
        id: SessionId,
        password: Password,
        email: Option<Email>,
        way: Way,
    ) {
        match self.name_to_register(id) {
            Ok(name) => self.make_account(now, id, name, password, email, way),
            Err(why) => self.refuse_entry(now, id, way, &why),
        }
    }

    /// The name that a session's person may make their own.
    pub(super) fn name_to_register(&self, id: SessionId) -> Result<Nick, NoEntry> {
        self.check_registering()?;
        let user = self.user_of(id).and_then(|user| self.chat.find_user(user));
        let identity = user.expect("only people register").identity();
        match &identity.account {
            Some(account) => Err(NoEntry::LoggedInAlready {
                account: account.name.clone(),
            }),
            None => Ok(identity.nick.clone()),
        }
    }

    /// Whether people may register names.
    pub(super) fn check_registering(&self) -> Result<(), NoEntry> {
        self.check_remembering()?;
        match self.settings.registering {
            Registering::Operator => Err(NoEntry::Closed),
            Registering::Open => Ok(()),
        }
    }

    pub(super) fn check_remembering(&self) -> Result<(), NoEntry> {
        let remembers = self.settings.chat.remembers;
        remembers.then_some(()).ok_or(NoEntry::NothingIsKept)
    }

    /// Makes an account of this name, which may be registered by whoever asks.
    pub(super) fn make_account(
        &mut self,
        now: Now,
        id: SessionId,
        name: Nick,
        password: Password,
        email: Option<Email>,
        way: Way,
    ) {
        // Whoever came first would run the server.
        if self.settings.operator_accounts.contains(&name) {
            return self.refuse_entry(now, id, way, &NoEntry::Closed);
        }
        if self.chat.find_account(&name).is_some() {
            let why = NoEntry::RegisteredAlready { name };
            return self.refuse_entry(now, id, way, &why);
        }
        let email = match self.address_to_keep(id, &name, email, way) {
            Ok(email) => email,
            Err(why) => return self.refuse_entry(now, id, way, &why),
        };
        let step = Step::Making(email);
        let job = Job::Make(self.settings.iterations);
        self.have_done(now, id, Entering { name, step, way }, password, job);
    }

    /// What of the address is kept with the account. Nobody is to think that a lost password could be
    /// had by mail, so who gives one is told.
    fn address_to_keep(
        &mut self,
        id: SessionId,
        name: &Nick,
        email: Option<Email>,
        way: Way,
    ) -> Result<Option<Email>, NoEntry> {
        let emails = self.settings.registration.email;
        if emails == Emails::Required && email.is_none() {
            return Err(NoEntry::AddressNeeded);
        }
        let kept = email.clone().filter(|_| emails != Emails::Ignored);
        if email.is_some() {
            match way {
                Way::Typed => self.send(id, replies::address(kept.is_some())),
                _ => self.tell_client_of_address(id, name, way, kept.is_some()),
            }
        }
        Ok(kept)
    }

    /// Logs a session in to an account, if the password is right.
    pub(super) fn log_in(
        &mut self,
        now: Now,
        id: SessionId,
        name: Nick,
        password: Password,
        way: Way,
    ) {
        let step = Step::Proving;
        self.prove(now, id, Entering { name, step, way }, password);
    }

    /// Gives the account of a session's person another password, if this is the one it has.
    pub(super) fn change_password(
        &mut self,
        now: Now,
        id: SessionId,
        password: Password,
        other: Password,
        way: Way,
    ) {
        match self.account_name(id) {
            Ok(name) => {
                let step = Step::ProvingForOther(other);
                self.prove(now, id, Entering { name, step, way }, password);
            }
            Err(why) => self.refuse_entry(now, id, way, &why),
        }
    }

    /// Who names no account means that of their name.
    pub(super) fn account_of_own_name(&self, id: SessionId) -> Result<Nick, NoEntry> {
        self.check_remembering()?;
        let user = self.user_of(id).and_then(|user| self.chat.find_user(user));
        let name = user.map(|user| user.nick().clone());
        let name = name.ok_or(NoEntry::NotLoggedIn)?;
        match self.chat.find_account(&name) {
            Some(_) => Ok(name),
            None => Err(NoEntry::NobodysAccount { name }),
        }
    }

    /// The account to which a session's person is logged in.
    pub(super) fn account_name(&self, id: SessionId) -> Result<Nick, NoEntry> {
        let user = self.user_of(id);
        let account = user.and_then(|user| self.chat.account_of(user));
        let name = account.map(|account| account.name.clone());
        name.ok_or(NoEntry::NotLoggedIn)
    }

    fn prove(&mut self, now: Now, id: SessionId, entering: Entering, password: Password) {
        let name = &entering.name;
        let admitted = self.check_remembering();
        if let Err(why) = admitted.and_then(|()| self.may_try(now, id, name)) {
            return self.refuse_entry(now, id, entering.way, &why);
        }
        let job = Job::Check(self.verifier_of(name));
        self.have_done(now, id, entering, password, job);
    }

    fn have_done(
        &mut self,
        now: Now,
        id: SessionId,
        entering: Entering,
        password: Password,
        job: Job,
    ) {
        let ticket = self.open_ticket(now, id, Pending::Enter(entering));
        self.outputs.push(Output::Verify(Check {
            ticket,
            password: password.0,
            job,
        }));
    }

    /// Refuses who has tried too many wrong passwords lately.
    pub(super) fn may_try(&mut self, now: Now, id: SessionId, name: &Nick) -> Result<(), NoEntry> {
        let account = self.chat.find_account(name).map(|account| account.id);
        let Some(address) = self.address_of(id) else {
            return Ok(());
        };
        let tried = self.guesses.attempt(now.mono_ms, account, address);
        tried.map_err(|ready_ms| NoEntry::TooManyTried {
            seconds: ready_ms.saturating_sub(now.mono_ms).div_ceil(1_000),
        })
    }

    /// What knows the password of an account; if there is none of that name, what takes as long to
    /// say that no password is the right one.
    pub(super) fn verifier_of(&self, name: &Nick) -> Arc<Verifier> {
        let account = self.chat.find_account(name);
        let known = account.and_then(|account| self.accounts.verifiers.get(&account.id));
        let decoy = || {
            let settings = &self.settings;
            let decoy = Verifier::decoy(&settings.decoys, name.folded(), settings.iterations);
            Arc::new(decoy.expect("the iterations were checked when the settings were read"))
        };
        known.cloned().unwrap_or_else(decoy)
    }

    /// An answer has come to somebody on the way into an account.
    pub(super) fn go_on_entering(
        &mut self,
        now: Now,
        id: SessionId,
        entering: Entering,
        answered: Answered,
    ) {
        let way = entering.way;
        if let Err(why) = self.next_step(now, id, entering, answered) {
            self.refuse_entry(now, id, way, &why);
        }
    }

    fn next_step(
        &mut self,
        now: Now,
        id: SessionId,
        Entering { name, step, way }: Entering,
        answered: Answered,
    ) -> Result<(), NoEntry> {
        match (step, answered) {
            (Step::Proving, Answered::Checked(Outcome::Holds(true))) => {
                return self.enter_account(now, id, &name, way);
            }
            (Step::ProvingForOther(other), Answered::Checked(Outcome::Holds(true))) => {
                self.was_right(id, &name);
                let step = Step::MakingOther;
                let job = Job::Make(self.settings.iterations);
                self.have_done(now, id, Entering { name, step, way }, other, job);
            }
            (Step::Proving | Step::ProvingForOther(_), Answered::Checked(_)) => {
                let name = name.to_string();
                return Err(NoEntry::WrongPassword { name });
            }
            (Step::Making(email), Answered::Checked(Outcome::Made(Ok(verifier)))) => {
                self.keep_account(now, id, name, verifier, email, way);
            }
            (Step::MakingOther, Answered::Checked(Outcome::Made(Ok(verifier)))) => {
                return self.keep_password(now, id, name, verifier, way);
            }
            (_, Answered::Checked(Outcome::Made(Err(fault)))) => {
                let why = fault.to_string();
                return Err(NoEntry::BadPassword { why });
            }
            (Step::Keeping, Answered::Kept(Ok(_))) => self.registered(now, id, &name, way),
            (Step::KeepingOther, Answered::Kept(Ok(_))) => self.tell_password_changed(id, way),
            (Step::Keeping, Answered::Kept(Err(Trouble::NameTaken))) => {
                return Err(NoEntry::RegisteredAlready { name });
            }
            (Step::Keeping | Step::KeepingOther, Answered::Nothing) => {
                return Err(NoEntry::PerhapsKept);
            }
            (Step::Keeping | Step::KeepingOther, _) => return Err(NoEntry::NotKept),
            (_, _) => return Err(NoEntry::TooManyWait),
        }
        Ok(())
    }

    fn keep_account(
        &mut self,
        now: Now,
        id: SessionId,
        name: Nick,
        verifier: Arc<Verifier>,
        email: Option<Email>,
        way: Way,
    ) {
        let deed = Deed::AddAccount {
            name: name.clone(),
            verifier: verifier.clone(),
            email,
            at_ms: now.wall_ms,
        };
        let made = (Made::Account(name.clone()), verifier);
        let step = Step::Keeping;
        self.keep_made(now, id, Entering { name, step, way }, made, deed);
    }

    /// The account may be gone by now.
    fn keep_password(
        &mut self,
        now: Now,
        id: SessionId,
        name: Nick,
        verifier: Arc<Verifier>,
        way: Way,
    ) -> Result<(), NoEntry> {
        let account = self.chat.find_account(&name).map(|account| account.id);
        let account = account.ok_or(NoEntry::NotLoggedIn)?;
        let deed = Deed::SetVerifier {
            account,
            verifier: verifier.clone(),
        };
        let made = (Made::Password(account), verifier);
        let step = Step::KeepingOther;
        self.keep_made(now, id, Entering { name, step, way }, made, deed);
        Ok(())
    }

    fn keep_made(
        &mut self,
        now: Now,
        id: SessionId,
        entering: Entering,
        made: (Made, Arc<Verifier>),
        deed: Deed,
    ) {
        let ticket = self.open_ticket(now, id, Pending::Enter(entering));
        self.accounts.made.insert(ticket, made);
        self.keep(Some(ticket), deed);
    }

    /// What was to be kept under this ticket is kept, with a number if it is new, or is not: it is
    /// so from now on, whether who asked for it is here or not.
    pub(super) fn note_kept(
        &mut self,
        now: Now,
        ticket: u64,
        kept: Result<Option<AccountId>, Trouble>,
    ) {
        match (self.accounts.made.remove(&ticket), kept) {
            (Some((Made::Account(name), verifier)), Ok(Some(id))) => {
                self.accounts.verifiers.insert(id, verifier);
                self.chat.add_account(Account { id, name }, now.wall_ms);
            }
            (Some((Made::Password(id), verifier)), Ok(_)) => {
                self.accounts.verifiers.insert(id, verifier);
            }
            _ => {}
        }
    }

    fn registered(&mut self, now: Now, id: SessionId, name: &Nick, way: Way) {
        if let Some(account) = self.chat.find_account(name).cloned() {
            if let Some(address) = self.address_of(id) {
                self.guesses.note_owner(account.id, address);
            }
            self.belong(now, id, &account);
            match way {
                Way::Typed => self.send(id, replies::registered(name)),
                way => self.tell_client_entered(now, id, &account, way, true),
            }
        }
    }

    /// Whoever is at the door comes in as the account's owner; whoever is here is known as them
    /// from now on.
    pub(super) fn enter_account(
        &mut self,
        now: Now,
        id: SessionId,
        name: &Nick,
        way: Way,
    ) -> Result<(), NoEntry> {
        let wrong = || NoEntry::WrongPassword {
            name: name.to_string(),
        };
        let account = self.chat.find_account(name).cloned().ok_or_else(wrong)?;
        self.was_right(id, name);
        self.note_seen(now, account.id);
        let is_here = self.user_of(id).is_some();
        match (way, self.others_to_share(id, &account)?) {
            (Way::Typed, Some(owner)) => self.share(now, id, owner),
            (Way::Typed, None) if !is_here => {
                self.make_way(now, id, &account);
                self.arrive_as(now, id, account);
            }
            (Way::Typed, None) => {
                self.belong(now, id, &account);
                self.send(id, replies::logged_in(&account.name));
                self.take_own_name(now, id, &account);
            }
            (way, Some(owner)) if is_here => {
                self.share(now, id, owner);
                self.tell_client_entered(now, id, &account, way, false);
            }
            (way, _) => {
                self.belong(now, id, &account);
                self.tell_client_entered(now, id, &account, way, false);
            }
        }
        Ok(())
    }

    /// Whoever runs the server can see when the owner of an account was here last.
    pub(super) fn note_seen(&mut self, now: Now, account: AccountId) {
        let at_ms = now.wall_ms;
        self.keep(None, Deed::Seen { account, at_ms });
    }

    fn was_right(&mut self, id: SessionId, name: &Nick) {
        let account = self.chat.find_account(name).map(|account| account.id);
        if let (Some(account), Some(address)) = (account, self.address_of(id)) {
            self.guesses.was_right(account, address);
        }
    }

    pub(super) fn address_of(&self, id: SessionId) -> Option<std::net::IpAddr> {
        let newcomer = self.sessions.get(id)?.newcomer.as_ref();
        let user = self.user_of(id).and_then(|user| self.chat.find_user(user));
        let here = || user.map(|user| user.identity().address);
        newcomer.map(|newcomer| newcomer.address).or_else(here)
    }

    /// A session's person is known as the owner of an account from now on, or will be once they
    /// have a name.
    fn belong(&mut self, now: Now, id: SessionId, account: &Arc<Account>) {
        match self.user_of(id) {
            Some(user) => {
                self.make_way(now, id, account);
                self.chat.belong(now, user, Some(account.clone()));
                self.give_office(now, user);
                self.deliver(now, None);
            }
            None => self.note_account(id, Some(account.clone())),
        }
    }

    /// Who has the name of an account and is somebody else is called something else.
    pub(super) fn make_way(&mut self, now: Now, id: SessionId, account: &Account) {
        let user = self.user_of(id);
        if self.chat.find_nick(&account.name) != user {
            self.chat.free_name(now, &account.name);
        }
        self.deliver(now, None);
    }

    /// People at a terminal are called what their account is.
    fn take_own_name(&mut self, now: Now, id: SessionId, account: &Account) {
        let nick = account.name.clone();
        let user = self.user_of(id).and_then(|user| self.chat.find_user(user));
        if user.is_some_and(|user| *user.nick() != nick) {
            self.command(now, id, Command::Rename { nick }, false);
        }
    }

    /// A session's person is a guest from now on. Their name stays, if it is not the account's.
    pub(super) fn log_out(&mut self, now: Now, id: SessionId, way: Way) {
        let user = self.user_of(id);
        let account = user.and_then(|user| self.chat.account_of(user).cloned());
        let (Some(user), Some(account)) = (user, account) else {
            return self.refuse_entry(now, id, way, &NoEntry::NotLoggedIn);
        };
        if let Err(why) = self.check_alone(Some(user), None) {
            return self.refuse_entry(now, id, way, &why);
        }
        self.chat.belong(now, user, None);
        self.take_office(now, user, &account);
        self.deliver(now, None);
        match way {
            Way::Typed => self.send(id, replies::logged_out()),
            _ => self.tell_client_logged_out(id),
        }
        if self.chat.find_nick(&account.name) == Some(user) {
            self.chat.free_name(now, &account.name);
            self.deliver(now, None);
        }
    }

    /// Whoever is logged in to an account of those who run the server is its operator.
    pub(super) fn give_office(&mut self, now: Now, user: UserId) {
        let account = self.chat.account_of(user);
        if account.is_some_and(|account| self.settings.operator_accounts.contains(&account.name)) {
            self.chat.make_operator(now, user, None);
        }
    }

    fn take_office(&mut self, now: Now, user: UserId, account: &Account) {
        if self.settings.operator_accounts.contains(&account.name) {
            let changes = vec![(UserFlag::Operator, false)];
            self.chat
                .handle(now, user, Command::SetOwnModes { changes });
        }
    }

    fn tell_password_changed(&mut self, id: SessionId, way: Way) {
        match way {
            Way::Typed => self.send(id, replies::password_changed()),
            _ => self.tell_client_password_changed(id),
        }
    }

    pub(super) fn refuse_entry(&mut self, now: Now, id: SessionId, way: Way, why: &NoEntry) {
        let sentence = refusals::no_entry(why);
        match self.sessions.get(id).map(|session| &session.side) {
            Some(Side::Irc(_)) => self.refuse_client_entry(id, way, why),
            Some(Side::Plain(_)) if self.user_of(id).is_some() => self.refuse(id, &sentence),
            Some(Side::Plain(_)) => self.refuse_before_name(now, id, &sentence),
            None => {}
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
