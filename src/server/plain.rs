//! What a plain session is heard to say, once it belongs to a user.

use bytes::Bytes;

use super::accounts::Way;
use super::session::{Plain, Session, Todo};
use super::{Output, Server, SessionId};
use crate::chat::channel::check_reason;
use crate::chat::name::Nick;
use crate::chat::time::Now;
use crate::chat::vocabulary;
use crate::protocol::plain::commands::{self, Reading, Request};
use crate::protocol::plain::refusals::{self, Mistake};
use crate::protocol::plain::replies;
use crate::protocol::plain::screen::{Partner, Screen};
use crate::verifier::Password;

/// The version of the program, as it says itself.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

impl Server {
    pub(super) fn hear_line(&mut self, now: Now, id: SessionId, line: &str) {
        if line.is_empty() {
            return self.charge(now, id);
        }
        let mut reading = self.read(id, line);
        let astray = reading.request == Err(Mistake::NoCurrentChannel);
        if astray && !self.screen(id).is_adrift() && self.enter_lobby(now, id) {
            if self.put_off_line(id, line) {
                return;
            }
            reading = self.read(id, line);
            if reading.request == Err(Mistake::NoCurrentChannel) {
                // Why the lobby is closed has been said.
                return self.charge(now, id);
            }
        }
        if reading.counts {
            self.charge(now, id);
        }
        match reading.request {
            Ok(request) => self.carry_out(now, id, request, reading.bare),
            Err(mistake) => self.refuse(id, &refusals::mistake(&mistake)),
        }
    }

    /// Leaves a line to be heard behind what is still to be done, if there is something.
    fn put_off_line(&mut self, id: SessionId, line: &str) -> bool {
        let plain = self.plain(id).filter(|plain| !plain.todo.is_empty());
        plain.is_some_and(|plain| {
            plain.todo.push_back(Todo::Hear(line.to_owned()));
            true
        })
    }

    /// Does what is still to be done for a plain session, as far as it need not wait.
    pub(super) fn work_off_plain(&mut self, now: Now, id: SessionId) {
        loop {
            let session = self.sessions.get_mut(id);
            let session = session.filter(|session| !session.waits() && !session.closing);
            match session
                .and_then(Session::plain)
                .and_then(|plain| plain.todo.pop_front())
            {
                Some(Todo::ShowEarlier(channel, since)) => {
                    self.show_earlier(now, id, channel, since);
                }
                Some(Todo::Hear(line)) => self.hear_line(now, id, &line),
                None => return,
            }
        }
    }

    pub(super) fn read(&mut self, id: SessionId, line: &str) -> Reading {
        let plain = self.sessions.get_mut(id).and_then(Session::plain);
        let screen = &plain
            .expect("only plain sessions that are there are read")
            .screen;
        commands::read(line, screen, &self.settings.statuses)
    }

    pub(super) fn carry_out(&mut self, now: Now, id: SessionId, request: Request, bare: bool) {
        match request {
            Request::Chat(command) => self.command(now, id, command, bare),
            Request::Reply(text) => self.answer_privately(now, id, text),
            Request::History(target, part) => self.tell_history(now, id, target, part),
            Request::Search(search) => self.search(now, id, search),
            Request::Hold => self.hold(id),
            Request::Go => self.go(id),
            Request::Times(times) => {
                self.screen(id).times = times;
                self.send(id, replies::times(times));
            }
            Request::Ping(token) => self.send(id, replies::told(&format!("Pong: {token}"))),
            Request::Help(None) => self.send(
                id,
                replies::help(&self.settings.statuses, self.settings.chat.remembers),
            ),
            Request::Help(Some(name)) => self.help(id, &name),
            Request::Quit(why) => self.quit(now, id, why),
            Request::Oper(name, password) => self.ask_to_operate(now, id, name, password),
            Request::Register(email, password) => {
                self.register_account(now, id, Password(password), email, Way::Typed);
            }
            Request::LogOut => self.log_out(now, id, Way::Typed),
            Request::Password(password, other) => {
                let (password, other) = (Password(password), Password(other));
                self.change_password(now, id, password, other, Way::Typed);
            }
            Request::LogIn(name, password) => self.ask_to_log_in(now, id, name, password),
            Request::AskFor(wanted) => self.ask_unless_in_vain(now, id, wanted),
            Request::Sessions => self.list_sessions(now, id),
            Request::SignOut(number) => self.ask_to_sign_out(now, id, number),
            Request::Rehash if self.is_operator(id) => {
                self.outputs.push(Output::Reload);
                self.send(id, replies::rehashed());
            }
            Request::Rehash => self.refuse(id, &refusals::mistake(&Mistake::OperatorsOnly)),
            Request::Motd => match self.settings.motd.clone() {
                Some(lines) => self.send(id, replies::motd(&lines)),
                None => self.refuse(id, &refusals::mistake(&Mistake::NoMotd)),
            },
            Request::About => {
                let about = replies::about(&self.settings.name, VERSION, &self.settings.admin);
                self.send(id, about);
                if let Some(report) = self.store_report().filter(|_| self.is_operator(id)) {
                    self.tell(id, &report);
                }
            }
        }
    }

    /// Without a name, whoever logs in means the one they have.
    pub(super) fn ask_to_log_in(
        &mut self,
        now: Now,
        id: SessionId,
        name: Option<Nick>,
        password: String,
    ) {
        match name.map_or_else(|| self.account_of_own_name(id), Ok) {
            Ok(name) => self.log_in(now, id, name, Password(password), Way::Typed),
            Err(why) => self.refuse_entry(now, id, Way::Typed, &why),
        }
    }

    pub(super) fn answer_privately(&mut self, now: Now, id: SessionId, text: String) {
        let partner = match self.screen(id).partner() {
            Some(Partner::Here(user)) => {
                let user = *user;
                self.chat.find_user(user).map(|user| user.nick().clone())
            }
            Some(Partner::Owner(name)) => Some((**name).clone()),
            None => None,
        };
        let Some(partner) = partner else {
            return self.refuse(id, &refusals::mistake(&Mistake::NobodyToAnswer));
        };
        let to = vocabulary::Target::Person(partner);
        let manner = vocabulary::Manner::Speech;
        self.command(
            now,
            id,
            vocabulary::Command::Say {
                to,
                manner,
                text,
                extras: vocabulary::Extras::default(),
            },
            false,
        );
    }

    pub(super) fn hold(&mut self, id: SessionId) {
        if self.screen(id).hold() {
            self.send(id, replies::held());
        } else {
            self.refuse(id, &refusals::mistake(&Mistake::HoldingAlready));
        }
    }

    pub(super) fn go(&mut self, id: SessionId) {
        match self.screen(id).go() {
            None => self.refuse(id, &refusals::mistake(&Mistake::NotHolding)),
            Some((_, 0)) => self.send(id, replies::nothing_held()),
            Some((lines, _)) => self.outputs.push(Output::Send(id, Bytes::from(lines))),
        }
    }

    pub(super) fn help(&mut self, id: SessionId, name: &str) {
        let name = name.trim_start_matches('/');
        if let Some(spec) = commands::lookup(name) {
            return self.send(id, replies::help_for(spec));
        }
        match self.settings.statuses.get(&name.to_ascii_lowercase()) {
            Some(text) => {
                let help = replies::help_for_status(name, text);
                self.send(id, help);
            }
            None => {
                let meant = commands::meant(name, &self.settings.statuses);
                let mistake = Mistake::UnknownCommand {
                    typed: name.to_owned(),
                    meant,
                };
                self.refuse(id, &refusals::mistake(&mistake));
            }
        }
    }

    pub(super) fn quit(&mut self, now: Now, id: SessionId, why: Option<String>) {
        if let Err(refusal) = check_reason(why.as_deref()) {
            let sentence = refusals::refusal(&refusal, None, &self.clock(now, id));
            return self.refuse(id, &sentence);
        }
        self.let_go(id);
        if let Some(user) = self.user_of(id).and_then(|user| self.chat.find_user(user)) {
            let goodbye = replies::goodbye(Some(user.nick().as_str()));
            self.send(id, goodbye);
        }
        self.close_saying(now, id, why.as_deref().unwrap_or("bye"));
    }

    /// The plain side of a session that has one.
    pub(super) fn plain(&mut self, id: SessionId) -> Option<&mut Plain> {
        self.sessions.get_mut(id)?.plain()
    }

    pub(super) fn screen(&mut self, id: SessionId) -> &mut Screen {
        let plain = self.plain(id);
        &mut plain
            .expect("only plain sessions that are there ask for something of theirs")
            .screen
    }
}
