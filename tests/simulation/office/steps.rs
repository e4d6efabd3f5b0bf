//! One input at a time: what must come of it, what comes of it, and what is learnt from that.

use std::collections::BTreeSet;

use hallway::arena::Key;
use hallway::chat::UserId;
use hallway::chat::name::{ChannelName, Nick};
use hallway::chat::time::Now;
use hallway::server::{Server, SessionId};

use crate::forecast::{Forecast, Scene};
use crate::irc::talk;
use crate::lines::Told;
use crate::referee::{Ears, Outcome};
use crate::truth::Truth;

use super::{Connection, Office, Step, speaks, spoken_in};

impl Office {
    pub(super) fn step(
        &mut self,
        cause: Option<SessionId>,
        line: Option<String>,
        act: impl FnOnce(&mut Server, Now),
    ) {
        let user = cause
            .and_then(|id| self.connections.get(id))
            .and_then(|connection| connection.user);
        self.step_of(cause, user, line, act);
    }

    /// One input, all of its outputs, and what the referee says of it.
    pub(super) fn step_of(
        &mut self,
        cause: Option<SessionId>,
        user: Option<UserId>,
        line: Option<String>,
        act: impl FnOnce(&mut Server, Now),
    ) {
        self.steps += 1;
        let (forecast, wild) = self.foresee(cause, user, line.as_deref());
        let speaks = wild || forecast.speaks();
        let attentive = self.listen(cause, line.as_deref(), wild);
        let ears = self.ears();
        self.referee.begin(&forecast, &ears);
        let renaming = line.as_deref().and_then(|line| self.renaming(line));
        act(&mut self.server, self.now);
        let going = line
            .as_deref()
            .is_some_and(|line| line.to_ascii_lowercase().starts_with("/go"));
        let mut step = Step {
            cause,
            line,
            wild,
            speaks,
            going,
            outcome: Outcome::default(),
            heard: Vec::new(),
            entered: Vec::new(),
            renamed: None,
            touched: cause.into_iter().collect(),
            sources: Vec::new(),
        };
        self.carry_out(&mut step);
        step.renamed = renaming.filter(|(before, new)| self.is_renamed(before, new));
        self.follow(&step);
        if let Some(connection) = cause.and_then(|id| self.connections.get_mut(id)) {
            let talk = connection.client.as_mut().map(|client| &mut client.talk);
            talk.into_iter().for_each(talk::Talk::rest);
        }
        self.find_arrivals();
        let before = std::mem::take(&mut self.truth);
        self.truth = self.look();
        let chat = self.server.chat();
        self.referee
            .meet_channels(chat, &self.truth, self.kind.modes);
        if let Some(user) = user {
            let outcome = self.referee.end(forecast, &self.truth, user, step.outcome);
            outcome.unwrap_or_else(|fault| self.fail(cause, &fault));
        }
        self.learn(&step, user, &attentive);
        self.check_people(&step, &before);
        self.check_audience(&step, &before, user, &attentive);
        self.check_secrets(&step, &before);
        self.check_sources(&step, &before);
        let chat = self.server.chat();
        self.referee
            .part_from_channels(chat, &self.truth)
            .unwrap_or_else(|fault| self.fail(cause, &fault));
        let due_ms = self.server.next_deadline_ms(self.now);
        assert!(
            step.line.is_some() || due_ms.is_none_or(|at| at > self.now.mono_ms) || cause.is_some(),
            "the loop would spin"
        );
        self.save_and_restore();
    }

    /// On which protocol people are.
    pub(super) fn ears(&self) -> Ears {
        let caps = |connection: &Connection| connection.client.as_ref().map(|c| c.caps);
        let open = self.connections.iter();
        open.filter_map(|(_, connection)| Some((connection.user?, caps(connection))))
            .collect()
    }

    /// What a line would have a channel called, if the channel is there and the name is free.
    pub(super) fn renaming(&self, line: &str) -> Option<(ChannelName, ChannelName)> {
        let mut words = talk::split(line)
            .1
            .split(' ')
            .filter(|word| !word.is_empty());
        let asks = words
            .next()
            .is_some_and(|verb| verb == "/rename" || verb == "RENAME");
        let mut name = || ChannelName::parse(words.next()?).ok();
        let (before, new) = (name().filter(|_| asks)?, name()?);
        let chat = self.server.chat();
        let free = before == new || chat.find_channel(&new).is_none();
        free.then_some((chat.find_channel(&before)?.name().clone(), new))
    }

    pub(super) fn is_renamed(&self, before: &ChannelName, new: &ChannelName) -> bool {
        let chat = self.server.chat();
        let found = chat.find_channel(new);
        let called = found.is_some_and(|found| found.name().as_str() == new.as_str());
        called
            && (before != new || before.as_str() != new.as_str())
            && (before == new || chat.find_channel(before).is_none())
    }

    /// Whether somebody may know of a channel that is there.
    fn sees(&self, user: UserId, name: &ChannelName) -> bool {
        let found = self.server.chat().find_channel(name);
        let open = found.is_some_and(|c| !c.is_secret() || c.ranks(user).is_some());
        open || self.operators.contains(&user)
    }

    /// Everything that goes by a channel's name follows it.
    pub(super) fn follow(&mut self, step: &Step) {
        let Some((before, new)) = &step.renamed else {
            return;
        };
        self.referee.rename_channel(before, new);
        for id in self.connections.keys() {
            let user = self.connection(id).user;
            let sees = user.is_some_and(|user| self.sees(user, new));
            self.connection(id).person.follow(before, new, sees);
        }
    }

    /// What must come of a line; and whether nobody can tell.
    pub(super) fn foresee(
        &mut self,
        cause: Option<SessionId>,
        user: Option<UserId>,
        line: Option<&str>,
    ) -> (Forecast, bool) {
        let (Some(id), Some(line)) = (cause, line) else {
            return (Forecast::default(), false);
        };
        let token = line
            .find("tok")
            .and_then(|at| line.get(at + 3..at + 9))
            .and_then(|digits| digits.parse().ok());
        let intent = token
            .and_then(|token: u64| self.intents.get(&token))
            .filter(|intent| intent.line == line);
        let connection = self
            .connections
            .get_mut(id)
            .expect("only who is there is heard");
        let Some(user) = user else {
            connection.person.types(line);
            return (Forecast::default(), false);
        };
        let person = &mut connection.person;
        let scene = Scene {
            chat: self.server.chat(),
            truth: &self.truth,
            who: user,
            person,
            at_ms: self.now.wall_ms,
        };
        let forecast = self.referee.forecast(scene, line, intent);
        let plain = connection.client.is_none();
        let wild = forecast.wild || plain && intent.is_none() && speaks(line);
        let place = spoken_in(line).or_else(|| person.current().cloned());
        let place = place.unwrap_or_else(|| self.settings.chat.lobby.clone());
        if wild {
            self.referee.blur(&place);
        }
        person.types(line);
        (forecast, wild)
    }

    /// Those who hear what comes as it comes.
    pub(super) fn listen(
        &mut self,
        cause: Option<SessionId>,
        line: Option<&str>,
        wild: bool,
    ) -> BTreeSet<UserId> {
        let _ = line;
        let mut attentive = BTreeSet::new();
        for id in self.connections.keys() {
            let connection = self.connection(id);
            if connection.person.holding {
                connection.lenient |= wild;
            }
            if let Some(user) = connection.user
                && connection.client.is_none()
                && (!connection.person.holding)
                && (Some(id) != cause
                    || !line.is_some_and(|line| line.to_ascii_lowercase().starts_with("/go")))
            {
                attentive.insert(user);
            }
        }
        attentive
    }

    /// Whoever was greeted by name is a user now, of a generation of its own.
    pub(super) fn find_arrivals(&mut self) {
        for id in self.connections.keys() {
            let connection = self.connections.get(id).expect("its key was just listed");
            let nick = connection
                .person
                .nick
                .as_ref()
                .filter(|_| !connection.closed);
            let (None, Some(nick)) = (connection.user, nick) else {
                continue;
            };
            let generation = u64::from(self.arrivals) << 32;
            let slots = 0..self.kind.people_max as u64;
            let user = slots
                .map(|slot| UserId::from(Key::from_bits(generation | slot)))
                .find(|user| {
                    self.server
                        .chat()
                        .find_user(*user)
                        .is_some_and(|user| user.nick() == nick)
                });
            if user.is_none() {
                self.fail(Some(id), &format!("is greeted as {nick}, who is not here"));
            }
            self.arrivals += 1;
            let today = self.settings.chat.zone.civil(self.now.wall_ms).day_number;
            let named_ms = self.now.mono_ms;
            let connection = self.connection(id);
            connection.user = user;
            connection.person.day = Some(today);
            connection.named_ms = named_ms;
        }
    }

    pub(super) fn look(&mut self) -> Truth {
        for id in self.connections.keys() {
            let user = self.connection(id).user;
            let here = user.is_some_and(|user| self.server.chat().find_user(user).is_some());
            let connection = self.connection(id);
            if connection.closed && !here {
                connection.user = None;
            }
        }
        let users = self
            .connections
            .iter()
            .filter_map(|(_, connection)| connection.user);
        let truth = Truth::read(self.server.chat(), users).map(|truth| Truth {
            operators: self
                .operators
                .iter()
                .copied()
                .filter(|user| truth.users.contains_key(user))
                .collect(),
            ..truth
        });
        truth.unwrap_or_else(|fault| self.fail(None, &fault))
    }

    /// What the referee learns from what people were told, as it was told.
    pub(super) fn learn(
        &mut self,
        step: &Step,
        user: Option<UserId>,
        attentive: &BTreeSet<UserId>,
    ) {
        let Some(user) = user.filter(|_| !step.going) else {
            return;
        };
        if let Some(line) = step.line.as_deref().filter(|_| step.outcome.refusals == 0) {
            self.referee.uninvite(self.server.chat(), line);
        }
        for (id, told, _) in &step.heard {
            let connection = self.connections.get(*id);
            let hearer = connection.and_then(|connection| connection.user);
            let irc = connection.is_some_and(|connection| connection.client.is_some());
            if irc || hearer.is_some_and(|hearer| attentive.contains(&hearer)) {
                self.referee.learn_rules(told);
            }
            if step.cause == Some(*id) {
                let outcome = self.learn_answer(step, user, told);
                outcome.unwrap_or_else(|fault| self.fail(step.cause, &fault));
            }
        }
    }

    pub(super) fn learn_answer(
        &mut self,
        step: &Step,
        user: UserId,
        told: &Told,
    ) -> Result<(), String> {
        self.referee.learn_rules(told);
        let line = step.line.as_deref().unwrap_or("");
        let mut words = talk::split(line).1.split(' ').skip(1);
        match told {
            // `/ack 1`, `ANNOUNCE ACK 1`.
            Told::Noted(acknowledged, people) => {
                let number = words.find_map(|word| word.parse().ok()).unwrap_or(0);
                let counted = (*acknowledged, *people);
                self.referee.acknowledge(user, number, counted, &self.truth)
            }
            Told::TookBack(_, nick, channel) => {
                // Who goes reads what was held back, and has not asked for that.
                if let Some(asker) = self.truth.users.get(&user) {
                    let own = |word| Nick::parse(word).is_ok_and(|word| word == asker.nick);
                    let own = words.any(own);
                    self.referee.take_back(user, nick, channel, own);
                }
                Ok(())
            }
            told => self.referee.learn(user, told, &self.truth),
        }
    }
}
