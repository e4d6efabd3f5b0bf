//! Passwords that are typed unseen, at terminals that can hide what is typed: those that have
//! negotiated by telnet.

use super::accounts::Way;
use super::session::Progress;
use super::{Output, Server, SessionId};
use crate::chat::time::Now;
use crate::protocol::plain::commands::Wanted;
use crate::protocol::plain::printable::printable;
use crate::protocol::plain::refusals::{self, Mistake};
use crate::protocol::plain::replies;
use crate::verifier::Password;

impl Server {
    /// The terminal of a session has negotiated. Netcat never does, and so hears no byte of it.
    pub fn negotiated(&mut self, id: SessionId) {
        if let Some(plain) = self.plain(id) {
            plain.screen.is_telnet = true;
        }
    }

    /// Nobody types a password, or two, to be told that it was for nothing.
    pub(super) fn ask_unless_in_vain(&mut self, now: Now, id: SessionId, wanted: Wanted) {
        let possible = match wanted {
            Wanted::Register(_) => self.name_to_register(id).map(drop),
            Wanted::Old | Wanted::New(_) => self.account_name(id).map(drop),
            Wanted::LogIn(None) => self.account_of_own_name(id).map(drop),
            Wanted::LogIn(Some(_)) => self.check_remembering(),
        };
        match possible {
            Ok(()) => self.ask_for(id, wanted),
            Err(why) => self.refuse_entry(now, id, Way::Typed, &why),
        }
    }

    /// Asks for a password: the next line is it, whatever it is, and is typed unseen.
    pub(super) fn ask_for(&mut self, id: SessionId, wanted: Wanted) {
        self.send(id, replies::ask_for(&wanted));
        self.outputs.push(Output::Hide(id, true));
        self.wanted.insert(id, wanted);
    }

    /// What password the line in hand is, if any: it is seen again what is typed.
    pub(super) fn take_wanted(&mut self, id: SessionId) -> Option<Wanted> {
        let wanted = self.wanted.remove(&id)?;
        self.outputs.push(Output::Hide(id, false));
        Some(wanted)
    }

    pub(super) fn hear_password(
        &mut self,
        now: Now,
        id: SessionId,
        wanted: Option<Wanted>,
        line: &str,
    ) {
        self.charge(now, id);
        if line.trim().is_empty() {
            return self.refuse_password(now, id);
        }
        let line = printable(line);
        let typed = || Password(line.to_string());
        match wanted {
            Some(Wanted::Register(email)) => {
                self.register_account(now, id, typed(), email, Way::Typed);
            }
            Some(Wanted::LogIn(name)) => self.ask_to_log_in(now, id, name, line.into_owned()),
            Some(Wanted::Old) => self.ask_for(id, Wanted::New(line.into_owned())),
            Some(Wanted::New(old)) => {
                self.change_password(now, id, Password(old), typed(), Way::Typed);
            }
            None => {}
        }
    }

    fn refuse_password(&mut self, now: Now, id: SessionId) {
        let sentence = refusals::mistake(&Mistake::NoPassword);
        let plain = self.plain(id);
        match plain.is_some_and(|plain| matches!(plain.progress, Progress::Naming { .. })) {
            true => self.refuse_before_name(now, id, &sentence),
            false => self.refuse(id, &sentence),
        }
    }
}
