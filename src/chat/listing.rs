//! Long answers: who, whois, list, board. A listing is a list of ids; its rows are asked one by one.

use unicode_width::UnicodeWidthStr;

use super::mask::Pattern;
use super::mode::{Flag, Ranks, UserFlag};
use super::name::{ChannelName, Nick};
use super::time::Now;
use super::vocabulary::{
    BoardCounts, ChannelInfo, Criterion, Listing, PersonInfo, PersonRow, Presence, Refusal, Reply,
    Row, Standing,
};
use super::{ChannelId, Chat, UserId};

/// How many names stand in one row of a roll-call.
const NAMES_PER_ROW: usize = 10;

/// So many names are walked in their order in the time that it takes to sort one person in. Who
/// sorts compares names from all over memory, a dozen times for each.
const WALKED_PER_SORTED: usize = 4;

impl Chat {
    pub(super) fn presence(&self, user: UserId) -> Presence {
        let user = self.user(user);
        Presence {
            nick: user.nick().clone(),
            away: user.away().cloned(),
        }
    }

    pub(super) fn who(&mut self, who: UserId, name: Option<&ChannelName>) -> Result<(), Refusal> {
        let channel = name.map(|name| self.seen(who, name)).transpose()?;
        let mut people = self.people(who, channel);
        let count = people.len();
        people.reverse();
        let listing = Listing::Who { channel, people };
        let channel = channel.map(|id| self.channel(id).name.clone());
        self.reply(Reply::Listing {
            channel,
            listing,
            count,
        });
        Ok(())
    }

    /// Everybody in a channel or here at all whom the asker finds, by name.
    fn people(&self, who: UserId, channel: Option<ChannelId>) -> Vec<UserId> {
        let found = |user: &UserId| self.finds(who, *user);
        match channel {
            Some(id) => self.members_by_name(who, id),
            None => self.nicks.values().copied().filter(found).collect(),
        }
    }

    /// Those of a channel whom the asker finds, by name.
    fn members_by_name(&self, who: UserId, id: ChannelId) -> Vec<UserId> {
        let channel = self.channel(id);
        if channel.len() * WALKED_PER_SORTED < self.nicks.len() {
            let mut people: Vec<UserId> = self.members_found(who, id).collect();
            people.sort_by_cached_key(|user| self.user(*user).nick().folded());
            return people;
        }
        let inside = channel.ranks(who).is_some();
        let members = self.nicks.values().copied();
        let members = members.filter(|user| channel.ranks(*user).is_some());
        members
            .filter(|user| inside || self.finds(who, *user))
            .collect()
    }

    /// Those of a channel whom the asker finds: inside it, all.
    fn members_found(&self, who: UserId, id: ChannelId) -> impl Iterator<Item = UserId> {
        let channel = self.channel(id);
        let inside = channel.ranks(who).is_some();
        channel
            .members()
            .filter(move |user| inside || self.finds(who, *user))
    }

    pub(super) fn names(&mut self, who: UserId, name: &ChannelName) -> Result<(), Refusal> {
        let id = self.seen(who, name)?;
        let mut people: Vec<UserId> = self.members_found(who, id).collect();
        people.reverse();
        let count = people.len();
        let listing = Listing::Names {
            channel: id,
            people,
        };
        let channel = Some(self.channel(id).name.clone());
        self.reply(Reply::Listing {
            channel,
            listing,
            count,
        });
        Ok(())
    }

    pub(super) fn find(
        &mut self,
        who: UserId,
        pattern: &Pattern,
        operators: bool,
    ) -> Result<(), Refusal> {
        let fits = |id: &UserId| {
            let user = self.user(*id);
            let identity = &user.identity;
            let whole = || pattern.fits(&identity.to_string()) || pattern.fits(identity.host());
            let named =
                || pattern.fits(identity.nick.as_str()) || pattern.fits(identity.realname());
            (!operators || user.is_operator()) && (named() || whole())
        };
        let exact = Nick::parse(pattern.as_str()).ok();
        let exact = exact.and_then(|nick| self.nicks.get(&nick).copied());
        let mut people: Vec<UserId> = match exact {
            Some(user) if !pattern.is_wild() => vec![user],
            _ => self.people(who, None),
        };
        people.retain(fits);
        people.reverse();
        let count = people.len();
        let listing = Listing::Who {
            channel: None,
            people,
        };
        self.reply(Reply::Listing {
            channel: None,
            listing,
            count,
        });
        Ok(())
    }

    pub(super) fn list(&mut self, who: UserId, criteria: Vec<Criterion>) -> Result<(), Refusal> {
        let mut channels: Vec<ChannelId> = self
            .channel_names
            .values()
            .copied()
            .filter(|id| self.listed(who, *id) && self.channel(*id).is_all_of(&criteria))
            .collect();
        let count = channels.len();
        channels.reverse();
        let listing = Listing::Channels { criteria, channels };
        self.reply(Reply::Listing {
            channel: None,
            listing,
            count,
        });
        Ok(())
    }

    fn listed(&self, who: UserId, id: ChannelId) -> bool {
        let channel = self.channel(id);
        let inside = || channel.ranks(who).is_some() || self.user(who).is_operator();
        !channel.is_empty() && self.sees(who, id) && (!channel.has(Flag::Private) || inside())
    }

    pub(super) fn board(
        &mut self,
        now: Now,
        who: UserId,
        name: Option<&ChannelName>,
    ) -> Result<(), Refusal> {
        let channel = name.map(|name| self.seen(who, name)).transpose()?;
        let mut people = self.people(who, channel);
        people.sort_by_key(|user| self.user(*user).away().map(|away| away.kind));
        let away = people
            .iter()
            .filter(|user| self.user(**user).away().is_some())
            .count();
        let mut absent = channel.map_or_else(Vec::new, |id| self.channel(id).departed(now));
        let names = people
            .iter()
            .map(|user| self.user(*user).nick())
            .chain(absent.iter().map(|(nick, _)| nick));
        let name_width = names.map(|nick| nick.as_str().width()).max().unwrap_or(0);
        let counts = BoardCounts {
            available: people.len() - away,
            away,
            absent: absent.len(),
            name_width,
        };
        people.reverse();
        absent.reverse();
        let listing = Listing::Board {
            channel,
            name_width,
            absent,
            people,
        };
        let channel = channel.map(|id| self.channel(id).name.clone());
        self.reply(Reply::Board {
            channel,
            counts,
            listing,
        });
        Ok(())
    }

    pub(super) fn whois(&mut self, now: Now, who: UserId, nick: &Nick) -> Result<(), Refusal> {
        let user = self.person(nick)?;
        let info = self.person_info(now, who, user);
        self.reply(Reply::Whois(info));
        Ok(())
    }

    /// The next row of a long answer; `None`: that was all. Who or what has gone since is left out.
    pub fn next_row(&self, now: Now, asker: UserId, listing: &mut Listing) -> Option<Row> {
        match listing {
            Listing::Who { channel, people } => {
                let (user, ranks) = self.next_person(people, *channel)?;
                Some(Row::Person(self.person_row(now, asker, user, ranks)))
            }
            Listing::Names { channel, people } => {
                let (user, ranks) = self.next_person(people, Some(*channel))?;
                let identity = self.user(user).identity.clone();
                Some(Row::Name { identity, ranks })
            }
            Listing::Channels { channels, .. } => loop {
                let id = channels.pop()?;
                if self.channels.get(id).is_some() && self.listed(asker, id) {
                    return Some(Row::Channel(self.channel_info(id)));
                }
            },
            Listing::Board {
                channel,
                name_width,
                absent,
                people,
            } => {
                let name_width = *name_width;
                if let Some((user, ranks)) = self.next_person(people, *channel) {
                    let person = self.person_row(now, asker, user, ranks);
                    return Some(Row::Board {
                        name_width,
                        guest: self.is_guest(&person.identity),
                        person,
                    });
                }
                let (nick, since_ms) = absent.pop()?;
                Some(Row::Absent {
                    name_width,
                    nick,
                    since_ms,
                })
            }
            Listing::RollCall { people } => {
                let attention = people.last()?.0;
                let alike = people.iter().rev().take(NAMES_PER_ROW);
                let alike = alike.take_while(|(other, _)| *other == attention).count();
                let nicks = people.drain(people.len() - alike..).rev();
                let nicks = nicks.map(|(_, nick)| nick).collect();
                Some(Row::Hearers { attention, nicks })
            }
        }
    }

    /// The next person who is still there, and what they are in the channel, if one is asked about.
    fn next_person(
        &self,
        people: &mut Vec<UserId>,
        channel: Option<ChannelId>,
    ) -> Option<(UserId, Ranks)> {
        loop {
            let user = people.pop()?;
            // Names come in the order of the members: whoever is not at their place was listed when
            // others were there, or comes by name.
            let ranks = match channel {
                Some(id) => self.channels.get(id).and_then(|channel| {
                    let place = channel.len().saturating_sub(people.len() + 1);
                    channel.ranks_near(place, user)
                }),
                None => self.users.get(user).map(|_| Ranks::default()),
            };
            if let Some(ranks) = ranks {
                return Some((user, ranks));
            }
        }
    }

    fn channel_info(&self, id: ChannelId) -> ChannelInfo {
        let channel = self.channel(id);
        ChannelInfo {
            name: channel.name.clone(),
            members: channel.len(),
            topic: channel.topic.as_deref().cloned(),
        }
    }

    fn person_row(&self, now: Now, asker: UserId, user: UserId, ranks: Ranks) -> PersonRow {
        let may_know_address = user == asker || self.user(asker).is_operator();
        let person = self.user(user);
        PersonRow {
            identity: person.identity.clone(),
            away: person.away().cloned(),
            idle_ms: now.mono_ms.saturating_sub(person.active_ms),
            ranks,
            flags: person.flags,
            address: may_know_address.then_some(person.identity.address),
        }
    }

    fn person_info(&self, now: Now, asker: UserId, user: UserId) -> PersonInfo {
        let person = self.user(user);
        let standing = |id: &ChannelId| Standing {
            channel: self.channel(*id).name.clone(),
            ranks: self.channel(*id).ranks(user).unwrap_or_default(),
        };
        let hides = person.flags.has(UserFlag::Invisible) && !self.finds(asker, user);
        let shown = |id: &&ChannelId| self.listed(asker, **id) && !hides;
        let seen = person.channels.iter().filter(shown);
        PersonInfo {
            person: self.person_row(now, asker, user, Ranks::default()),
            since_ms: person.since_ms,
            channels: seen.map(standing).collect(),
            metadata: self.known_metadata_of(user),
        }
    }

    /// The names of all who are here, in order.
    pub fn nicks(&self) -> impl Iterator<Item = &Nick> {
        self.nicks.keys()
    }

    /// The names of the channels that somebody may know of and that anybody is in, in order.
    pub fn channels_seen_by(&self, who: UserId) -> impl Iterator<Item = &ChannelName> {
        let seen = self
            .channel_names
            .iter()
            .filter(move |(_, id)| self.listed(who, **id));
        seen.map(|(name, _)| name)
    }
}

impl super::channel::Channel {
    fn is_all_of(&self, criteria: &[Criterion]) -> bool {
        let named = |criterion: &&Criterion| matches!(criterion, Criterion::Named(_));
        let mut names = criteria.iter().filter(named).peekable();
        let name_fits = names.peek().is_none() || names.any(|criterion| self.is(criterion));
        let mut others = criteria.iter().filter(|criterion| !named(criterion));
        name_fits && others.all(|criterion| self.is(criterion))
    }

    fn is(&self, criterion: &Criterion) -> bool {
        let topic_ms = self.topic.as_ref().map(|topic| topic.at_ms);
        match criterion {
            Criterion::Word(word) => self.speaks_of(word),
            Criterion::Named(pattern) => pattern.fits(self.name().folded()),
            Criterion::NotNamed(pattern) => !pattern.fits(self.name().folded()),
            Criterion::MoreThan(count) => self.len() > *count,
            Criterion::FewerThan(count) => self.len() < *count,
            Criterion::MadeBefore(ms) => self.made_ms < *ms,
            Criterion::MadeAfter(ms) => self.made_ms > *ms,
            Criterion::TopicBefore(ms) => topic_ms.is_some_and(|at_ms| at_ms < *ms),
            Criterion::TopicAfter(ms) => topic_ms.is_some_and(|at_ms| at_ms > *ms),
        }
    }

    fn speaks_of(&self, word: &str) -> bool {
        let topic = self.topic.as_ref().map_or("", |topic| &topic.text);
        let said = format!("{} {topic}", self.name().folded()).to_lowercase();
        said.contains(word)
    }

    /// Whether those outside cannot see it.
    pub fn is_secret(&self) -> bool {
        self.has(Flag::Secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::settings::Settings;
    use crate::chat::user::Identity;
    use crate::chat::vocabulary::Command;
    use std::net::{IpAddr, Ipv4Addr};

    /// The names in a channel of five, as one of them is told, with so many others on the server.
    fn names_by_name(others: usize) -> Vec<String> {
        let now = Now::default();
        let mut chat = Chat::new(now, Settings::default());
        let mut arrive = |name: &str| {
            let nick = Nick::parse(name).expect("a name");
            let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
            let identity = Identity::new(nick, "user", "host", "", address);
            let who = chat.arrive(now, identity).expect("a free name");
            if !name.starts_with("other") {
                let channel = ChannelName::parse("#c").expect("a name");
                chat.handle(now, who, Command::Join { channel, key: None });
            }
            who
        };
        let [_, who, ..] = ["dave", "ann", "Émile", "Bob", "carol"].map(&mut arrive);
        for number in 0..others {
            arrive(&format!("other{number}"));
        }
        let name = ChannelName::parse("#c").expect("a name");
        let people = chat.people(who, chat.channel_names.get(&name).copied());
        people
            .into_iter()
            .map(|user| chat.user(user).nick().to_string())
            .collect()
    }

    #[test]
    fn a_channel_is_listed_by_name_however_many_are_elsewhere() {
        let names = ["ann", "Bob", "carol", "dave", "Émile"];
        for others in [0, 5 * WALKED_PER_SORTED - 5, 5 * WALKED_PER_SORTED - 4, 100] {
            assert_eq!(names_by_name(others), names, "{others}");
        }
    }
}
