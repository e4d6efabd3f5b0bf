//! Accounts by the words that IRC has for them besides SASL: `PASS`, NickServ, `REGISTER`; and what
//! clients are answered, by whichever words they ask.

use std::sync::Arc;

use super::super::accounts::{Registering, Way};
use super::super::{Server, SessionId};
use super::client::Registration;
use crate::chat::account::Account;
use crate::chat::name::Nick;
use crate::chat::time::Now;
use crate::chat::vocabulary::Command;
use crate::email::Email;
use crate::protocol::entry::{ADDRESS_KEPT, ADDRESS_NOT_KEPT, NoEntry};
use crate::protocol::irc::account_registration::{
    Client as Asker, Fault, Registration as WishedFor, Rules, Wish, write_success,
};
use crate::protocol::irc::nickserv::{self, NICKSERV, no_entry, write_notice};
use crate::protocol::irc::numerics::ERR_PASSWDMISMATCH;
use crate::protocol::irc::refusals::Complaint;
use crate::protocol::irc::replies::{write_logged_in, write_logged_out, write_sasl_success};
use crate::protocol::irc::sasl::Failure;
use crate::sasl::SaslError;
use crate::server::cloak::cloak;
use crate::server::settings::Settings;
use crate::verifier::Password;

/// The command by which clients ask for an account.
const REGISTER: &str = "REGISTER";

/// What clients are promised about registering; `None`: they cannot.
pub(super) fn rules(settings: &Settings) -> Option<Rules> {
    let open = settings.chat.remembers && settings.registering == Registering::Open;
    open.then_some(settings.registration)
}

impl Server {
    /// `PASS account:password`, before registration: other passwords are for other servers.
    pub(super) fn log_in_by_pass(&mut self, now: Now, id: SessionId, typed: &str) {
        let Some((name, password)) = typed.split_once(':') else {
            return;
        };
        match Nick::parse(name) {
            Ok(name) if self.settings.chat.remembers => {
                let password = Password(password.to_owned());
                self.log_in(now, id, name, password, Way::Pass);
            }
            _ => {}
        }
    }

    /// Something is said to NickServ.
    pub(super) fn hear_nickserv(&mut self, now: Now, id: SessionId, text: &str) {
        match nickserv::read(text) {
            Ok(wish) => self.serve(now, id, wish),
            Err(misheard) => self.say_as_nickserv(id, &misheard.to_string()),
        }
    }

    fn serve(&mut self, now: Now, id: SessionId, wish: nickserv::Wish) {
        use nickserv::Wish as W;
        const WAY: Way = Way::NickServ;
        match wish {
            W::Register { password, email } => {
                self.register_account(now, id, password, email, WAY);
            }
            W::LogIn { account, password } => match self.account_meant(id, account.as_deref()) {
                Ok(name) => self.log_in(now, id, name, password, WAY),
                Err(why) => self.refuse_entry(now, id, WAY, &why),
            },
            W::LogOut => self.log_out(now, id, WAY),
            W::Password { password, other } => {
                self.change_password(now, id, password, other, WAY);
            }
            W::Stay(on) => self.set_staying(now, id, on),
            W::Help(word) => match nickserv::help(word.as_deref()) {
                Ok(lines) => lines.iter().for_each(|line| self.say_as_nickserv(id, line)),
                Err(misheard) => self.say_as_nickserv(id, &misheard.to_string()),
            },
        }
    }

    fn set_staying(&mut self, now: Now, id: SessionId, on: Option<bool>) {
        let user = self.user_of(id);
        match user.and_then(|user| self.chat.account_of(user)) {
            None => self.refuse_entry(now, id, Way::NickServ, &NoEntry::NotLoggedIn),
            Some(_) => self.irc_command(now, id, "", Command::Stay { on }),
        }
    }

    fn account_meant(&self, id: SessionId, named: Option<&str>) -> Result<Nick, NoEntry> {
        let Some(name) = named else {
            return self.account_of_own_name(id);
        };
        Nick::parse(name).map_err(|_| NoEntry::WrongPassword {
            name: name.to_owned(),
        })
    }

    fn say_as_nickserv(&mut self, id: SessionId, text: &str) {
        self.write_to(id, |_, reader, out| write_notice(text, reader, out));
    }

    /// `REGISTER` and `VERIFY` (draft/account-registration).
    pub(super) fn hear_wish(&mut self, now: Now, id: SessionId, wish: Wish) {
        match wish {
            Wish::Register(wish) => match self.wished_for(id, &wish) {
                Ok((name, email)) => {
                    self.make_account(now, id, name, wish.password, email, Way::Register);
                }
                Err(fault) => {
                    self.complain(id, &fault.complaint(REGISTER, wish.account.as_deref()));
                }
            },
            // No mail is sent, so no code is ever waited for.
            Wish::Verify { account, .. } => {
                self.complain(id, &Fault::InvalidCode.complaint("VERIFY", Some(&account)));
            }
        }
    }

    /// Tells a client what becomes of the address that it has given.
    pub(in crate::server) fn tell_client_of_address(
        &mut self,
        id: SessionId,
        account: &Nick,
        way: Way,
        kept: bool,
    ) {
        let (code, text) = match kept {
            true => ("ADDRESS_KEPT", ADDRESS_KEPT),
            false => ("ADDRESS_NOT_KEPT", ADDRESS_NOT_KEPT),
        };
        match way {
            Way::Register => self.write_to(id, |_, reader, out| {
                reader.note(out, &[REGISTER, code, account.as_str()], text);
            }),
            _ => self.say_as_nickserv(id, text),
        }
    }

    fn wished_for(&self, id: SessionId, wish: &WishedFor) -> Result<(Nick, Option<Email>), Fault> {
        let rules = rules(&self.settings).ok_or(Fault::TemporarilyUnavailable)?;
        let user = self.user_of(id);
        let registration = self.client(id).and_then(|c| c.registration.as_deref());
        let claimed = registration.and_then(|registration| registration.nick.as_ref());
        let here = user.and_then(|user| self.chat.find_user(user));
        let noted = registration.and_then(|registration| registration.account.as_ref());
        let asker = Asker {
            nick: here.map(|user| user.nick()).or(claimed),
            is_registered: user.is_some(),
            is_logged_in: user.and_then(|user| self.chat.account_of(user)).is_some()
                || noted.is_some(),
        };
        let (name, email) = rules.admit(wish, &asker)?;
        let looks = self.chat.check_looks_owned(&name, None);
        match self.chat.is_held_by_another(&name, user) || looks.is_err() {
            true => Err(Fault::AccountExists),
            false => Ok((name, email)),
        }
    }

    /// Whom a client that is not registered yet has logged in as.
    pub(in crate::server) fn note_account(&mut self, id: SessionId, account: Option<Arc<Account>>) {
        let client = self.client_mut(id);
        if let Some(registration) = client.and_then(|client| client.registration.as_mut()) {
            registration.account = account;
        }
    }

    /// Tells a client that it is logged in, by the words by which it has asked.
    pub(in crate::server) fn tell_client_entered(
        &mut self,
        now: Now,
        id: SessionId,
        account: &Account,
        way: Way,
        registered: bool,
    ) {
        let mask = self.mask_of(id);
        let name = &account.name;
        self.write_to(id, |_, reader, out| {
            write_logged_in(&mask, name, reader, out);
            match way {
                Way::Sasl => write_sasl_success(reader, out),
                Way::Register => write_success(REGISTER, name, reader, out),
                Way::NickServ => write_notice(&nickserv::entered(name, registered), reader, out),
                Way::Typed | Way::Pass => {}
            }
        });
        self.try_to_register(now, id);
    }

    pub(in crate::server) fn tell_client_logged_out(&mut self, id: SessionId) {
        let mask = self.mask_of(id);
        self.write_to(id, |_, reader, out| {
            write_logged_out(&mask, reader, out);
            write_notice(nickserv::LOGGED_OUT, reader, out);
        });
    }

    pub(in crate::server) fn tell_client_password_changed(&mut self, id: SessionId) {
        self.say_as_nickserv(id, nickserv::PASSWORD_CHANGED);
    }

    /// How others see a client, or would as far as it has said who it is.
    fn mask_of(&self, id: SessionId) -> String {
        let user = self.user_of(id).and_then(|user| self.chat.find_user(user));
        if let Some(user) = user {
            return user.identity().to_string();
        }
        let session = self.sessions.get(id);
        let newcomer = session.and_then(|session| session.newcomer.as_ref());
        let host = newcomer.map(|newcomer| cloak(&self.settings.cloak_key, newcomer.address));
        let registration = self.client(id).and_then(|c| c.registration.as_deref());
        let said = |part: fn(&Registration) -> Option<&str>| registration.and_then(part);
        let nick = said(|registration| registration.nick.as_ref().map(Nick::as_str));
        let user = said(|registration| registration.user.as_ref().map(|(user, _)| &**user));
        format!(
            "{}!{}@{}",
            nick.unwrap_or("*"),
            user.unwrap_or("*"),
            host.as_deref().unwrap_or("*")
        )
    }

    /// Tells a client why it is not logged in, by the words by which it has asked.
    pub(in crate::server) fn refuse_client_entry(
        &mut self,
        id: SessionId,
        way: Way,
        why: &NoEntry,
    ) {
        match way {
            Way::Sasl => self.fail_sasl(id, failure(why)),
            Way::Register => self.complain(id, &fault(why).complaint(REGISTER, named(why))),
            Way::Pass => {
                let complaint = Complaint::new(ERR_PASSWDMISMATCH, &no_entry(why));
                self.complain(id, &complaint);
            }
            Way::NickServ | Way::Typed => self.say_as_nickserv(id, &no_entry(why)),
        }
    }
}

/// Whether somebody means NickServ.
pub(super) fn is_nickserv(nick: &Nick) -> bool {
    nick.as_str().eq_ignore_ascii_case(NICKSERV)
}

/// What SASL has for it.
fn failure(why: &NoEntry) -> Failure {
    match why {
        NoEntry::WrongPassword { .. } => Failure::Mechanism(SaslError::Proof),
        NoEntry::TooManyTried { seconds } => Failure::TooManyTried { seconds: *seconds },
        NoEntry::NothingIsKept => Failure::NoAccounts,
        _ => Failure::Unavailable,
    }
}

/// The account that it is about.
fn named(why: &NoEntry) -> Option<&str> {
    match why {
        NoEntry::RegisteredAlready { name } => Some(name.as_str()),
        _ => None,
    }
}

/// What draft/account-registration has for it.
fn fault(why: &NoEntry) -> Fault {
    match why {
        NoEntry::AddressNeeded => Fault::InvalidEmail,
        NoEntry::PerhapsKept => Fault::PerhapsKept,
        NoEntry::LoggedInAlready { .. } => Fault::AlreadyAuthenticated,
        NoEntry::BadPassword { .. } => Fault::UnacceptablePassword,
        NoEntry::RegisteredAlready { .. } => Fault::AccountExists,
        _ => Fault::TemporarilyUnavailable,
    }
}
