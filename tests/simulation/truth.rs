//! What is really so, read from the chat; and that it agrees with itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hallway::chat::mode::{Modes, Ranks, UserFlag};
use hallway::chat::name::{ChannelName, Nick};
use hallway::chat::user::Identity;
use hallway::chat::{Chat, UserId};

/// Somebody who is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub nick: Nick,
    pub identity: Arc<Identity>,
    pub channels: BTreeSet<ChannelName>,
    /// They are not listed for those who share no channel with them.
    pub invisible: bool,
    /// What they typed, and since when.
    pub away: Option<(String, u64)>,
}

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    pub members: BTreeSet<UserId>,
    pub secret: bool,
    pub ranks: BTreeMap<UserId, Ranks>,
    pub topic: String,
    pub modes: Modes,
}

/// All that is so at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Truth {
    pub users: BTreeMap<UserId, User>,
    /// Those that anybody is in.
    pub channels: BTreeMap<ChannelName, Channel>,
    /// Those who run the server.
    pub operators: BTreeSet<UserId>,
}

impl Truth {
    /// Reads the chat, and checks that it agrees with itself.
    ///
    /// # Errors
    /// It does not.
    pub fn read(chat: &Chat, here: impl Iterator<Item = UserId>) -> Result<Self, String> {
        let mut truth = Self::default();
        for id in here {
            let user = chat
                .find_user(id)
                .ok_or_else(|| format!("user {id} is not here"))?;
            let names = user
                .channels()
                .iter()
                .map(|id| chat.channel_name(*id).cloned());
            let channels: BTreeSet<ChannelName> = names
                .collect::<Option<_>>()
                .ok_or_else(|| format!("{} is in a channel that is not there", user.nick()))?;
            if channels.len() != user.channels().len() {
                return Err(format!("{} is in a channel twice", user.nick()));
            }
            for name in &channels {
                truth.add_channel(chat, name)?;
            }
            let away = user
                .away()
                .map(|away| (away.words().to_owned(), away.since_ms));
            let nick = user.nick().clone();
            truth.users.insert(
                id,
                User {
                    nick,
                    identity: user.identity().clone(),
                    invisible: user.flags().has(UserFlag::Invisible),
                    channels,
                    away,
                },
            );
        }
        truth.check_members()?;
        truth.check_nicks(chat)?;
        Ok(truth)
    }

    fn add_channel(&mut self, chat: &Chat, name: &ChannelName) -> Result<(), String> {
        if self.channels.contains_key(name) {
            return Ok(());
        }
        let channel = chat
            .find_channel(name)
            .ok_or_else(|| format!("nothing finds {name}"))?;
        let members: BTreeSet<UserId> = channel.members().collect();
        if members.len() != channel.len() || channel.is_empty() {
            return Err(format!("{name} counts {} members", channel.len()));
        }
        let ranks = members
            .iter()
            .filter_map(|user| Some((*user, channel.ranks(*user)?)));
        let known = Channel {
            secret: channel.is_secret(),
            ranks: ranks.collect(),
            topic: channel
                .topic()
                .map_or_else(String::new, |topic| topic.text.to_string()),
            modes: channel.modes().clone(),
            members,
        };
        self.channels.insert(channel.name().clone(), known);
        Ok(())
    }

    fn check_members(&self) -> Result<(), String> {
        for (name, channel) in &self.channels {
            let users = self
                .users
                .iter()
                .filter(|(_, user)| user.channels.contains(name));
            let users: BTreeSet<UserId> = users.map(|(id, _)| *id).collect();
            if users != channel.members {
                return Err(format!(
                    "{name} has {:?}, but {users:?} are in it",
                    channel.members
                ));
            }
        }
        Ok(())
    }

    fn check_nicks(&self, chat: &Chat) -> Result<(), String> {
        let nicks: BTreeSet<&Nick> = chat.nicks().collect();
        let own: BTreeSet<&Nick> = self.users.values().map(|user| &user.nick).collect();
        let taken = own.iter().all(|nick| chat.is_taken(nick));
        let counted = chat.population() == self.users.len() && own.len() == self.users.len();
        if nicks == own && taken && counted {
            return Ok(());
        }
        Err(format!(
            "{nicks:?} are taken, {} here, but these are: {own:?}",
            chat.population()
        ))
    }

    /// Who has this name.
    pub fn named(&self, nick: &Nick) -> Option<UserId> {
        self.users
            .iter()
            .find(|(_, user)| user.nick == *nick)
            .map(|(id, _)| *id)
    }

    pub fn members(&self, channel: &ChannelName) -> BTreeSet<UserId> {
        self.channels
            .get(channel)
            .map_or_else(BTreeSet::new, |channel| channel.members.clone())
    }

    pub fn is_in(&self, user: UserId, channel: &ChannelName) -> bool {
        self.users
            .get(&user)
            .is_some_and(|user| user.channels.contains(channel))
    }

    /// Whether somebody finds another among all who are here.
    pub fn finds(&self, user: UserId, other: UserId) -> bool {
        let shares = |name: &ChannelName| self.is_in(user, name);
        let found = &self.users[&other];
        !found.invisible
            || user == other
            || self.operators.contains(&user)
            || found.channels.iter().any(shares)
    }

    /// Whether somebody may know of a channel.
    pub fn sees(&self, user: UserId, channel: &ChannelName) -> bool {
        self.is_in(user, channel)
            || self.operators.contains(&user)
            || self.channels.get(channel).is_none_or(|c| !c.secret)
    }
}
