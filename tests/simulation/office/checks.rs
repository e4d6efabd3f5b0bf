//! What must be so after each step.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use hallway::chat::UserId;
use hallway::chat::mode::Rank;
use hallway::chat::name::ChannelName;
use hallway::server::{LOBBY_AFTER_MS, SessionId};

use crate::audience::Audience;
use crate::irc::talk;
use crate::lines::Told;
use crate::person::{Answer, Person, Question};
use crate::truth::Truth;
use crate::whims::CHANNELS;

use super::{Office, Step};

impl Office {
    /// Each picture is the truth.
    pub(super) fn check_people(&mut self, step: &Step, before: &Truth) {
        let still = *before == self.truth;
        for id in self.connections.keys() {
            let connection = self
                .connections
                .get_mut(id)
                .expect("its key was just listed");
            let answer = connection.person.settle();
            connection.person.lobby_due &= self.now.mono_ms < connection.named_ms + LOBBY_AFTER_MS;
            if !connection.person.holding {
                connection.lenient = false;
            }
            let connection = self.connections.get(id).expect("its key was just listed");
            let Some(user) = connection.user.filter(|_| !connection.closed) else {
                continue;
            };
            if still && !step.touched.contains(&id) {
                // Nothing has changed, neither for it nor at all.
                let heard = self.referee.check_heard(user, connection.person.holding);
                heard.unwrap_or_else(|fault| self.fail(Some(id), &fault));
                continue;
            }
            if let Some(client) = &connection.client {
                let heard = self.referee.check_heard(user, false);
                let right = client.check(user, &self.truth, self.is_answered_later(connection));
                heard
                    .and(right)
                    .unwrap_or_else(|fault| self.fail(Some(id), &fault));
                let entered = step.entered.iter().filter(|(hearer, _)| *hearer == id);
                for (_, channel) in entered.filter(|_| step.renamed.is_none()) {
                    let entry = self.check_entry(user, channel, before);
                    entry.unwrap_or_else(|fault| self.fail(Some(id), &fault));
                }
                continue;
            }
            let outcome = self.check_picture(user, &connection.person);
            outcome.unwrap_or_else(|fault| self.fail(Some(id), &fault));
            if let Some(answer) = answer {
                self.check_answer(user, &answer)
                    .unwrap_or_else(|fault| self.fail(Some(id), &fault));
            }
            let heard = step.heard.iter().filter(|(hearer, ..)| *hearer == id);
            for (_, told, _) in heard {
                let (Told::InChannel(channel) | Told::Made(channel)) = told else {
                    continue;
                };
                let entry = self.check_entry(user, channel, before);
                let earlier = if step.speaks {
                    Ok(())
                } else {
                    self.check_earlier(user, &connection.person, channel)
                };
                entry
                    .and(earlier)
                    .unwrap_or_else(|fault| self.fail(Some(id), &fault));
            }
        }
    }

    /// Whoever comes first is the operator, but in the channels of the configuration.
    pub(super) fn check_entry(
        &self,
        user: UserId,
        channel: &ChannelName,
        before: &Truth,
    ) -> Result<(), String> {
        let entered = self.server.chat().find_channel(channel);
        let ranks = entered.and_then(|entered| entered.ranks(user));
        let chat = &self.settings.chat;
        let permanent = chat.lobby == *channel || chat.permanent.contains(channel);
        let first = before.members(channel).is_empty() && !permanent;
        if ranks.is_some_and(|ranks| ranks.has(Rank::Operator)) == first {
            return Ok(());
        }
        Err(format!(
            "comes into {channel} with {ranks:?}; first: {first}"
        ))
    }

    /// Whoever comes in reads what was said there lately.
    pub(super) fn check_earlier(
        &self,
        user: UserId,
        person: &Person,
        channel: &ChannelName,
    ) -> Result<(), String> {
        let read = person.earlier.channel.as_ref() == Some(channel);
        let lines: &[String] = if read { &person.earlier.lines } else { &[] };
        let entered = self.server.chat().find_channel(channel);
        let ranks = entered.and_then(|entered| entered.ranks(user));
        let staff = ranks.is_some_and(|ranks| ranks.any());
        self.referee.check_earlier(user, channel, lines, staff)
    }

    pub(super) fn check_picture(&self, user: UserId, person: &Person) -> Result<(), String> {
        let truth = &self.truth.users[&user];
        if person.nick.as_ref().map(|nick| nick.as_str()) != Some(truth.nick.as_str()) {
            return Err(format!("is {:?}, not {:?}", truth.nick, person.nick));
        }
        self.referee.check_heard(user, person.holding)?;
        let channels: BTreeSet<&ChannelName> = person.channels.iter().collect();
        if channels != truth.channels.iter().collect() {
            return Err(format!("is in {:?}, not {channels:?}", truth.channels));
        }
        match (&truth.away, &person.away) {
            (None, None) => {}
            (Some((words, _)), Some(told)) if told.starts_with(words) => {}
            other => return Err(format!("away: {other:?}")),
        }
        if person.holding {
            return Ok(());
        }
        for (channel, people) in &person.people {
            let members = self.truth.members(channel);
            let nicks: BTreeSet<_> = members
                .iter()
                .map(|id| self.truth.users[id].nick.clone())
                .collect();
            if *people != nicks {
                return Err(format!("{channel} has {nicks:?}, not {people:?}"));
            }
        }
        self.check_watched(person)
    }

    pub(super) fn check_watched(&self, person: &Person) -> Result<(), String> {
        use crate::person::Seen;
        for (nick, seen) in &person.watched {
            let user = self
                .truth
                .named(nick)
                .map(|id| self.truth.users[&id].away.is_some());
            let right = match (seen, user) {
                (Seen::Unsure, _) | (Seen::Absent, None) | (Seen::Here(None), Some(_)) => true,
                (Seen::Here(Some(away)), Some(is_away)) => *away == is_away,
                _ => false,
            };
            if !right {
                return Err(format!("{nick} is {seen:?} for it, but away is {user:?}"));
            }
        }
        Ok(())
    }

    /// A long answer that came in one piece is the truth.
    pub(super) fn check_answer(&self, asker: UserId, answer: &Answer) -> Result<(), String> {
        let (Question::Who(channel) | Question::Board(channel)) = &answer.question;
        let board = matches!(answer.question, Question::Board(_));
        let found = |id: &UserId| self.truth.finds(asker, *id);
        let here = self.truth.users.iter().filter(|(id, _)| found(id));
        let here = here
            .map(|(_, user)| user)
            .filter(|user| channel.as_ref().is_none_or(|c| user.channels.contains(c)));
        let (away, available): (Vec<_>, Vec<_>) =
            here.partition(|user| board && user.away.is_some());
        let nicks = |users: &[&crate::truth::User]| {
            users
                .iter()
                .map(|user| user.nick.clone())
                .collect::<BTreeSet<_>>()
        };
        let here: BTreeSet<_> = answer.available.union(&answer.away).collect();
        let right = nicks(&away) == answer.away
            && nicks(&available) == answer.available
            && !answer.absent.iter().any(|nick| here.contains(nick));
        right
            .then_some(())
            .ok_or_else(|| format!("{answer:?} is not so"))
    }

    pub(super) fn check_audience(
        &self,
        step: &Step,
        before: &Truth,
        cause: Option<UserId>,
        attentive: &BTreeSet<UserId>,
    ) {
        let people: BTreeMap<UserId, &Person> = self
            .connections
            .iter()
            .filter_map(|(_, connection)| Some((connection.user?, &connection.person)))
            .collect();
        let user_of = |id: SessionId| self.connections.get(id)?.user;
        let heard = step
            .heard
            .iter()
            .filter_map(|(id, told, _)| Some((user_of(*id)?, told.clone())));
        let heard: Vec<(UserId, Told)> = heard.collect();
        let open = self
            .connections
            .iter()
            .filter(|(_, connection)| !connection.closed);
        let open: BTreeSet<UserId> = open.filter_map(|(_, connection)| connection.user).collect();
        let attentive = attentive.intersection(&open).copied().collect();
        let audience = Audience {
            before,
            after: &self.truth,
            people: &people,
            attentive: &attentive,
            heard: &heard,
            cause,
            renamed: step.renamed.as_ref(),
        };
        audience
            .check()
            .unwrap_or_else(|fault| self.fail(step.cause, &fault));
    }

    /// Whoever does something is called as they are called now, or were before they did it.
    pub(super) fn check_sources(&self, step: &Step, before: &Truth) {
        if step.sources.is_empty() {
            return;
        }
        let users = before.users.values().chain(self.truth.users.values());
        let known: BTreeSet<String> = users.map(|user| user.identity.to_string()).collect();
        for (id, source) in &step.sources {
            if !known.contains(source) {
                self.fail(Some(*id), &format!("hears of {source}, who is not here"));
            }
        }
    }

    /// Nobody is told of a secret channel that is not theirs, unless they name it.
    pub(super) fn check_secrets(&self, step: &Step, before: &Truth) {
        let typed = step.line.as_deref().unwrap_or("").to_lowercase();
        let asks = [
            "/announcements",
            "/watching",
            "invite",
            "announce list",
            "batch",
        ];
        let verb = talk::split(&typed).1;
        if step.going || asks.iter().any(|asks| verb.starts_with(asks)) {
            return;
        }
        static NAMES: OnceLock<Vec<ChannelName>> = OnceLock::new();
        let names = CHANNELS.iter().map(|name| ChannelName::parse(name));
        let names = NAMES.get_or_init(|| names.filter_map(Result::ok).collect());
        if step.heard.is_empty() {
            return;
        }
        for name in names {
            let secret = |truth: &Truth| {
                truth
                    .channels
                    .get(name)
                    .is_some_and(|channel| channel.secret)
            };
            if *name == self.settings.chat.lobby
                || !secret(before)
                || !secret(&self.truth)
                || typed.contains(name.folded())
            {
                continue;
            }
            for (id, told, line) in &step.heard {
                let Some(connection) = self.connections.get(*id) else {
                    continue;
                };
                let Some(user) = connection.user else {
                    continue;
                };
                let may_know = before.is_in(user, name)
                    || self.truth.sees(user, name)
                    || connection.person.holding;
                let answer = matches!(told, Told::Refused(_) | Told::Row(_) | Told::Other(_));
                let names = line
                    .to_lowercase()
                    .split(|c: char| " ,:?".contains(c))
                    .any(|word| word == name.folded());
                if answer && names && !may_know {
                    self.fail(Some(*id), &format!("learns of {name}: {line}"));
                }
            }
        }
    }
}
