//! Long answers: who, whois, list, board. A listing is a list of ids; its rows are asked one by one.

use unicode_width::UnicodeWidthStr;

use super::mode::Flag;
use super::name::{ChannelName, Nick};
use super::time::Now;
use super::vocabulary::{
    BoardCounts, ChannelInfo, Listing, PersonInfo, PersonRow, Presence, Refusal, Reply, Row,
    Standing,
};
use super::{ChannelId, Chat, UserId};

/// How many names stand in one row of a roll-call.
const NAMES_PER_ROW: usize = 10;

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
        let mut people = self.people(channel);
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

    /// Everybody in a channel or here at all, by name.
    fn people(&self, channel: Option<ChannelId>) -> Vec<UserId> {
        match channel {
            Some(id) => {
                let mut people: Vec<UserId> = self.channel(id).members().collect();
                people.sort_by_cached_key(|user| self.user(*user).nick().clone());
                people
            }
            None => self.nicks.values().copied().collect(),
        }
    }

    pub(super) fn list(&mut self, who: UserId, words: &str) {
        let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
        let mut channels: Vec<ChannelId> = self
            .channel_names
            .values()
            .copied()
            .filter(|id| self.listed(who, *id) && self.channel(*id).speaks_of(&words))
            .collect();
        let count = channels.len();
        channels.reverse();
        let listing = Listing::Channels { channels };
        self.reply(Reply::Listing {
            channel: None,
            listing,
            count,
        });
    }

    fn listed(&self, who: UserId, id: ChannelId) -> bool {
        !self.channel(id).is_empty() && self.sees(who, id)
    }

    pub(super) fn board(
        &mut self,
        now: Now,
        who: UserId,
        name: Option<&ChannelName>,
    ) -> Result<(), Refusal> {
        let channel = name.map(|name| self.seen(who, name)).transpose()?;
        let mut people = self.people(channel);
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
                let user = self.next_person(people, *channel)?;
                Some(Row::Person(self.person_row(now, user, *channel)))
            }
            Listing::Channels { channels } => loop {
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
                if let Some(user) = self.next_person(people, *channel) {
                    let person = self.person_row(now, user, *channel);
                    return Some(Row::Board { name_width, person });
                }
                let (nick, since_ms) = absent.pop()?;
                Some(Row::Absent {
                    name_width,
                    nick,
                    since_ms,
                })
            }
            Listing::RollCall {
                acknowledged,
                missing,
            } => {
                let have = !acknowledged.is_empty();
                let nicks = if have { acknowledged } else { missing };
                let rest = nicks.len().saturating_sub(NAMES_PER_ROW);
                let nicks: Vec<Nick> = nicks.drain(rest..).rev().collect();
                (!nicks.is_empty()).then_some(Row::Hearers {
                    acknowledged: have,
                    nicks,
                })
            }
        }
    }

    fn next_person(&self, people: &mut Vec<UserId>, channel: Option<ChannelId>) -> Option<UserId> {
        loop {
            let user = people.pop()?;
            let there = |id| {
                self.channels
                    .get(id)
                    .is_some_and(|c| c.ranks(user).is_some())
            };
            if self.users.get(user).is_some() && channel.is_none_or(there) {
                return Some(user);
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

    fn person_row(&self, now: Now, user: UserId, channel: Option<ChannelId>) -> PersonRow {
        let person = self.user(user);
        let ranks = channel.and_then(|id| self.channel(id).ranks(user));
        PersonRow {
            identity: person.identity.clone(),
            away: person.away().cloned(),
            idle_ms: now.mono_ms.saturating_sub(person.active_ms),
            ranks: ranks.unwrap_or_default(),
            operator: person.operator,
        }
    }

    fn person_info(&self, now: Now, asker: UserId, user: UserId) -> PersonInfo {
        let person = self.user(user);
        let standing = |id: &ChannelId| Standing {
            channel: self.channel(*id).name.clone(),
            ranks: self.channel(*id).ranks(user).unwrap_or_default(),
        };
        let seen = person.channels.iter().filter(|id| self.sees(asker, **id));
        let may_know_address = user == asker || self.user(asker).operator;
        PersonInfo {
            person: self.person_row(now, user, None),
            address: may_know_address.then_some(person.identity.address),
            since_ms: person.since_ms,
            channels: seen.map(standing).collect(),
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
    fn speaks_of(&self, words: &[String]) -> bool {
        let topic = self.topic.as_ref().map_or("", |topic| &topic.text);
        let said = format!("{} {topic}", self.name().folded()).to_lowercase();
        words.iter().all(|word| said.contains(word))
    }

    /// Whether those outside cannot see it.
    pub fn is_secret(&self) -> bool {
        self.has(Flag::Secret)
    }
}
