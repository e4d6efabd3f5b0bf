//! Who must hear of comings, goings and the like: told from what was so before a step and after it.

use std::collections::{BTreeMap, BTreeSet};

use hallway::chat::UserId;
use hallway::chat::name::{ChannelName, Nick};
use hallway::chat::watch::CROWD_MIN;
use hallway::protocol::plain::events::PUT_OUT_NAMED;

use super::lines::Told;
use super::person::Person;
use super::truth::Truth;

/// One step, for those who can tell who heard what: nobody who holds lines back is among them.
pub struct Audience<'a> {
    pub before: &'a Truth,
    pub after: &'a Truth,
    pub people: &'a BTreeMap<UserId, &'a Person>,
    /// Who listened.
    pub attentive: &'a BTreeSet<UserId>,
    /// What each heard.
    pub heard: &'a [(UserId, Told)],
    /// Whose line it was.
    pub cause: Option<UserId>,
    /// What a channel was called, and is called now.
    pub renamed: Option<&'a (ChannelName, ChannelName)>,
}

impl Audience<'_> {
    /// # Errors
    /// Somebody did not hear what concerned them, or heard what did not.
    pub fn check(&self) -> Result<(), String> {
        let names: BTreeSet<&ChannelName> = self
            .before
            .channels
            .keys()
            .chain(self.after.channels.keys())
            .collect();
        let follows = |name| {
            self.renamed
                .is_some_and(|(old, new)| [old, new].contains(&name))
        };
        for name in names.into_iter().filter(|name| !follows(name)) {
            self.check_channel(name)?;
        }
        if let Some((old, new)) = self.renamed {
            let told = Told::ChannelRenamed(old.clone(), new.clone());
            let hearers = self.after.members(new).into_iter().chain(self.cause);
            self.expect_exactly(hearers.collect(), &told)?;
        }
        self.check_goer()?;
        for (id, user) in &self.after.users {
            match self.before.users.get(id) {
                None => self.expect(self.fans(&user.nick), *id, Told::Here(user.nick.clone()))?,
                Some(before) => {
                    if before.nick.as_str() != user.nick.as_str() {
                        self.check_rename(*id, &before.nick, &user.nick)?;
                    }
                    if before.away != user.away {
                        self.check_availability(*id, user.away.is_some())?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Several who come or go at once are heard of by each other in an order that is not looked at.
    fn check_channel(&self, name: &ChannelName) -> Result<(), String> {
        let (before, after) = (self.before.members(name), self.after.members(name));
        let came: Vec<&UserId> = after.difference(&before).collect();
        let went: Vec<&UserId> = before.difference(&after).collect();
        match (&came[..], &went[..]) {
            ([who], []) => {
                let mut hearers = self.onlookers(self.after, name);
                if after.len() <= CROWD_MIN {
                    hearers.extend(after.iter());
                }
                let nick = self.after.users[who].nick.clone();
                self.expect(hearers, **who, Told::Joined(nick, name.clone()))
            }
            ([], went) if went.iter().all(|who| self.after.users.contains_key(who)) => {
                let went: Vec<UserId> = went.iter().map(|who| **who).collect();
                self.check_goers_of(name, &before, &went)
            }
            _ => Ok(()),
        }
    }

    /// People left a channel, or were put out of it.
    fn check_goers_of(
        &self,
        name: &ChannelName,
        before: &BTreeSet<UserId>,
        went: &[UserId],
    ) -> Result<(), String> {
        let nicks = went.iter().map(|who| self.before.users[who].nick.clone());
        let put_out = if went.len() > PUT_OUT_NAMED {
            Told::ManyPutOut(went.len(), name.clone())
        } else {
            Told::PutOut(nicks.clone().collect(), name.clone())
        };
        let told = |who: &UserId| self.heard.contains(&(*who, put_out.clone()));
        let (Some(who), Some(nick)) = (went.first(), nicks.clone().next()) else {
            return Ok(());
        };
        if self.cause != Some(*who) || went.len() > 1 || told(who) {
            return self
                .expect_exactly(before.iter().copied().chain(self.cause).collect(), &put_out);
        }
        let mut hearers = self.onlookers(self.before, name);
        if before.len() <= CROWD_MIN {
            hearers.extend(before.iter());
        }
        self.expect(hearers, *who, Told::Left(nick, name.clone()))
    }

    fn check_goer(&self) -> Result<(), String> {
        let mut goers = self
            .before
            .users
            .iter()
            .filter(|(id, _)| !self.after.users.contains_key(id));
        match (goers.next(), goers.next()) {
            (Some((id, user)), None) => {
                let mut hearers = self.acquaintances(*id);
                if let Some(cause) = self.cause {
                    hearers.remove(&cause);
                }
                self.expect(hearers, *id, Told::Gone(user.nick.clone()))
            }
            _ => Ok(()),
        }
    }

    fn check_rename(&self, id: UserId, nick: &Nick, new: &Nick) -> Result<(), String> {
        let mut told = self.acquaintances(id);
        told.insert(id);
        let mut fans = self.fans(new);
        fans.retain(|fan| !told.contains(fan));
        self.expect_exactly(told, &Told::Renamed(nick.clone(), new.clone()))?;
        self.expect_exactly(fans, &Told::Here(new.clone()))
    }

    fn check_availability(&self, id: UserId, away: bool) -> Result<(), String> {
        let nick = self.after.users[&id].nick.clone();
        let mut hearers = self.fans(&nick);
        for channel in &self.after.users[&id].channels {
            hearers.extend(self.onlookers(self.after, channel));
        }
        let told = if away {
            Told::WentAway(nick)
        } else {
            Told::CameBack(nick)
        };
        self.expect(hearers, id, told)
    }

    /// Small channels as a whole, and those who watch.
    fn acquaintances(&self, id: UserId) -> BTreeSet<UserId> {
        let user = &self.before.users[&id];
        let mut hearers = self.fans(&user.nick);
        for channel in &user.channels {
            hearers.extend(self.onlookers(self.before, channel));
            let members = self.before.members(channel);
            if members.len() <= CROWD_MIN {
                hearers.extend(members);
            }
        }
        hearers.remove(&id);
        hearers
    }

    fn fans(&self, nick: &Nick) -> BTreeSet<UserId> {
        let fans = self
            .people
            .iter()
            .filter(|(_, person)| person.watched.contains_key(nick));
        fans.map(|(id, _)| *id).collect()
    }

    fn onlookers(&self, truth: &Truth, channel: &ChannelName) -> BTreeSet<UserId> {
        let watch = |person: &Person| person.watched_channels.contains(channel);
        let onlookers = self
            .people
            .iter()
            .filter(|(_, person)| watch(person))
            .map(|(id, _)| *id);
        onlookers.filter(|id| truth.sees(*id, channel)).collect()
    }

    fn expect(&self, mut hearers: BTreeSet<UserId>, who: UserId, told: Told) -> Result<(), String> {
        hearers.remove(&who);
        self.expect_exactly(hearers, &told)
    }

    fn expect_exactly(&self, hearers: BTreeSet<UserId>, told: &Told) -> Result<(), String> {
        let expected: Vec<UserId> = hearers.intersection(self.attentive).copied().collect();
        let heard = self.heard.iter().filter(|(id, other)| {
            other == told && self.attentive.contains(id) && self.people.contains_key(id)
        });
        let mut heard: Vec<UserId> = heard.map(|(id, _)| *id).collect();
        heard.sort();
        if heard == expected {
            return Ok(());
        }
        let named = |ids: &[UserId]| {
            let nicks = ids
                .iter()
                .map(|id| self.people[id].nick.as_ref().map(Nick::to_string));
            nicks
                .map(Option::unwrap_or_default)
                .collect::<Vec<_>>()
                .join(", ")
        };
        Err(format!(
            "{told:?} should be heard by [{}], but is by [{}]",
            named(&expected),
            named(&heard)
        ))
    }
}
