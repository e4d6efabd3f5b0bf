//! From a connection to a person: the name, and the way into the lobby.

use std::sync::Arc;

use crate::chat::UserId;
use crate::chat::account::Account;
use crate::chat::name::{NameFault, Nick};
use crate::chat::time::Now;
use crate::chat::user::Identity;
use crate::chat::vocabulary::{Command, Refusal};
use crate::protocol::plain::commands::{Request, Wanted};
use crate::protocol::plain::refusals::{self, Mistake};
use crate::protocol::plain::{args, replies};
use crate::verifier::Password;

use super::accounts::Way;
use super::cloak::cloak;
use super::session::Progress;
use super::timers::Timer;
use super::{LOBBY_AFTER_MS, REFUSED_BEFORE_NAME_MAX, Server, SessionId};

/// How many names `cron*` tries: cron, cron2, cron3, ...
const NUMBERED_NAMES_MAX: u32 = 10_000;

/// How IRC clients begin: a name cannot have a space, so nobody else is meant.
const IRC_GREETINGS: &[&str] = &["CAP ", "NICK ", "USER ", "PASS "];

/// What a person's username is who has not said.
const USERNAME: &str = "user";

/// Who comes.
pub(super) struct Arrival<'a> {
    /// Under which name.
    pub(super) nick: Nick,
    /// The name of their account on their own machine, as they say.
    pub(super) username: &'a str,
    /// What they are called in full, as they say.
    pub(super) realname: &'a str,
    /// The account they are logged in to.
    pub(super) account: Option<Arc<Account>>,
}

impl Server {
    /// Greets whoever is there, unless they have been greeted.
    pub(super) fn welcome(&mut self, id: SessionId) {
        let Some(plain) = self.plain(id) else {
            return;
        };
        if let Progress::Naming { welcomed, .. } = &mut plain.progress
            && !std::mem::replace(welcomed, true)
        {
            let welcome = replies::welcome(&self.settings.name, self.chat.population());
            self.send(id, welcome);
        }
    }

    pub(super) fn hear_before_name(&mut self, now: Now, id: SessionId, line: &str) {
        self.charge(now, id);
        let command = line.split(' ').next().unwrap_or(line);
        match command.to_ascii_lowercase().as_str() {
            "" if line.is_empty() => {}
            "/login" => self.log_in_at_the_door(now, id, line),
            "/help" => {
                let help = replies::help(&self.settings.statuses, self.settings.chat.remembers);
                self.send(id, help);
                self.send(id, replies::ask_for_name());
            }
            "/quit" => {
                self.send(id, replies::goodbye(None));
                self.close_saying(now, id, "bye");
            }
            _ if IRC_GREETINGS
                .iter()
                .any(|greeting| starts_with(line, greeting)) =>
            {
                self.refuse(id, &refusals::mistake(&Mistake::IrcHere));
                self.close(now, id, "an IRC client on the plain port");
            }
            _ if line.starts_with('/') => {
                self.refuse_before_name(now, id, &refusals::mistake(&Mistake::NameFirst));
            }
            word @ ("help" | "quit" | "exit") if line.len() == word.len() => {
                let mistake = Mistake::SlashForgotten {
                    typed: word.to_owned(),
                };
                self.refuse_before_name(now, id, &refusals::mistake(&mistake));
            }
            _ => self.take_name(now, id, line),
        }
    }

    pub(super) fn refuse_before_name(&mut self, now: Now, id: SessionId, sentence: &str) {
        self.refuse(id, sentence);
        let Some(plain) = self.plain(id) else {
            return;
        };
        if let Progress::Naming { refused, .. } = &mut plain.progress {
            *refused += 1;
            if *refused >= REFUSED_BEFORE_NAME_MAX {
                self.refuse(id, &refusals::mistake(&Mistake::NoNameAtAll));
                self.close(now, id, "no name in ten lines");
            }
        }
    }

    fn take_name(&mut self, now: Now, id: SessionId, line: &str) {
        let typed = line.trim_matches(' ');
        let named = match typed.strip_suffix('*') {
            Some(stem) => self.first_free(typed, stem),
            None => args::nick(typed),
        };
        let outcome = named.map(|nick| self.arrive(now, id, nick, None));
        match outcome {
            Ok(Ok(())) => {}
            Ok(Err(refusal)) => {
                let sentence = refusals::refusal(&refusal, None, &self.clock(now, id));
                self.refuse_before_name(now, id, &sentence);
            }
            Err(mistake) => self.refuse_before_name(now, id, &refusals::mistake(&mistake)),
        }
    }

    /// `cron*` means cron, or the next free of cron2, cron3: scripts need not care.
    fn first_free(&self, typed: &str, stem: &str) -> Result<Nick, Mistake> {
        let bad = |fault: NameFault| Mistake::BadName {
            typed: typed.to_owned(),
            fault,
        };
        for n in 1..NUMBERED_NAMES_MAX {
            let nick = if n == 1 {
                Nick::parse(stem)
            } else {
                Nick::numbered(stem, n)
            };
            let nick = nick.map_err(bad)?;
            if self.chat.is_free(&nick) {
                return Ok(nick);
            }
        }
        args::nick(stem)
    }

    /// Somebody says whose they are, and proves it, instead of giving just a name.
    fn log_in_at_the_door(&mut self, now: Now, id: SessionId, line: &str) {
        match self.read(id, line).request {
            Ok(Request::LogIn(Some(name), password)) => {
                self.log_in(now, id, name, Password(password), Way::Typed);
            }
            // Nobody has a name here yet: what stands alone is one, not a password.
            Ok(Request::LogIn(None, typed)) if self.screen(id).is_telnet => {
                match args::nick(&typed) {
                    Ok(name) => self.ask_for(id, Wanted::LogIn(Some(name))),
                    Err(fault) => {
                        self.refuse_before_name(now, id, &refusals::mistake(&fault));
                    }
                }
            }
            Ok(_) => self.refuse_before_name(now, id, &refusals::mistake(&Mistake::NameFirst)),
            Err(mistake) => self.refuse_before_name(now, id, &refusals::mistake(&mistake)),
        }
    }

    /// Somebody comes in under their own name.
    pub(super) fn arrive_as(&mut self, now: Now, id: SessionId, account: Arc<Account>) {
        let nick = account.name.clone();
        if let Err(refusal) = self.arrive(now, id, nick, Some(account)) {
            let sentence = refusals::refusal(&refusal, None, &self.clock(now, id));
            self.refuse_before_name(now, id, &sentence);
        }
    }

    fn arrive(
        &mut self,
        now: Now,
        id: SessionId,
        nick: Nick,
        account: Option<Arc<Account>>,
    ) -> Result<(), Refusal> {
        let newcomer = Arrival {
            nick: nick.clone(),
            username: USERNAME,
            realname: "",
            account,
        };
        let user = self.admit(now, id, newcomer)?;
        let today = self.settings.chat.zone.civil(now.wall_ms).day_number;
        if let Some(plain) = self.plain(id) {
            plain.progress = Progress::Here { in_lobby: false };
            plain.screen.day = today;
        }
        self.timers
            .set(now.mono_ms + LOBBY_AFTER_MS, id, Timer::LobbyDue);
        let announcements = self.chat.announcements_to_mention(now, user);
        self.send(id, replies::hello(nick.as_str(), announcements));
        self.give_office(now, user);
        self.deliver(now, None);
        Ok(())
    }

    /// Makes a session somebody's. Nobody has heard of it yet.
    pub(super) fn admit(
        &mut self,
        now: Now,
        id: SessionId,
        arrival: Arrival<'_>,
    ) -> Result<UserId, Refusal> {
        let session = self.sessions.get_mut(id);
        let session = session.expect("only sessions that are there are admitted");
        let newcomer = session.newcomer.as_ref();
        let address = newcomer.expect("nobody is admitted twice").address;
        let host = cloak(&self.settings.cloak_key, address);
        let Arrival {
            nick,
            username,
            realname,
            account,
        } = arrival;
        let identity = Identity::new(nick, username, &host, realname, address);
        let user = self.chat.arrive(now, identity.with_account(account))?;
        session.user = Some(user);
        self.seats.put(user, smallvec::smallvec![id]);
        self.is_known(id);
        self.most_users = self.most_users.max(self.chat.population());
        Ok(user)
    }

    /// Takes a session into the lobby, unless it has tried before. Says whether it tried.
    pub(super) fn enter_lobby(&mut self, now: Now, id: SessionId) -> bool {
        let channel = self.settings.chat.lobby.clone();
        let session = self.sessions.get_mut(id);
        let Some(plain) = session.filter(|s| !s.closing).and_then(|s| s.plain()) else {
            return false;
        };
        if plain.progress != (Progress::Here { in_lobby: false }) {
            return false;
        }
        plain.progress = Progress::Here { in_lobby: true };
        let adrift = plain.screen.is_adrift();
        let elsewhere = plain.screen.current().cloned();
        if plain.screen.is_in(&channel) {
            return false;
        }
        self.command(now, id, Command::Join { channel, key: None }, false);
        if adrift {
            self.screen(id).drift();
        }
        if let Some(elsewhere) = elsewhere {
            self.screen(id).turn_to(&elsewhere);
            self.send(id, replies::current(Some(&elsewhere)));
        }
        true
    }
}

fn starts_with(line: &str, greeting: &str) -> bool {
    line.get(..greeting.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(greeting))
}
