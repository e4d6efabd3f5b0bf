//! What happens in a chat, in terms of users.
//!
//! [`Chat`] takes exactly one input at a time ([`Chat::arrive`], [`Chat::handle`],
//! [`Chat::depart`], [`Chat::expire`]); what it says of it waits in the [`Outbox`] and is drained
//! ([`Chat::take_outbox`]) before the next. Time is an argument. It knows nothing of sessions,
//! sockets, clocks or the words of any protocol.

pub mod announcement;
pub mod availability;
pub mod block;
pub mod channel;
mod listing;
pub mod lookalike;
pub mod mask;
pub mod memory;
pub mod mode;
pub mod moderation;
pub mod name;
pub mod outbox;
pub mod pace;
mod rights;
pub mod settings;
mod speech;
pub mod time;
pub mod user;
pub mod vocabulary;
pub mod watch;
pub mod words;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::arena::{Arena, key_type};
use announcement::Announcement;
use channel::Channel;
use lookalike::Lookalikes;
use name::{ChannelName, Nick};
use outbox::Outbox;
use pace::Bucket;
use settings::Settings;
use time::Now;
use user::{Identity, User};
use vocabulary::{Audience, Command, Event, Happening, MessageId, Output, Refusal, Reply, Watched};
use watch::CROWD_MIN;

key_type! {
    /// A user, never mistaken for a later one.
    UserId
}
key_type! {
    /// A channel, never mistaken for a later one.
    ChannelId
}

/// The whole chat: plain data, but for its settings.
#[derive(Debug, Serialize, Deserialize)]
pub struct Chat {
    #[serde(skip)]
    settings: Settings,
    #[serde(skip)]
    outbox: Outbox,
    users: Arena<UserId, User>,
    nicks: BTreeMap<Nick, UserId>,
    nick_lookalikes: Lookalikes,
    channels: Arena<ChannelId, Channel>,
    channel_names: BTreeMap<ChannelName, ChannelId>,
    channel_lookalikes: Lookalikes,
    watchers: BTreeMap<Watched, Vec<UserId>>,
    /// Whose absence ends when, in Unix milliseconds.
    deadlines: BTreeSet<(u64, UserId)>,
    announcements: VecDeque<Announcement>,
    last_announcement: u32,
    /// How much has been announced under which name: a script that connects for each line is one.
    announced: BTreeMap<Nick, Bucket>,
    last_message_id: MessageId,
}

impl Chat {
    /// An empty chat, with its permanent channels.
    pub fn new(settings: Settings) -> Self {
        let mut chat = Self {
            settings: Settings::default(),
            outbox: Outbox::default(),
            users: Arena::default(),
            nicks: BTreeMap::new(),
            nick_lookalikes: Lookalikes::default(),
            channels: Arena::default(),
            channel_names: BTreeMap::new(),
            channel_lookalikes: Lookalikes::default(),
            watchers: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            announcements: VecDeque::new(),
            last_announcement: 0,
            announced: BTreeMap::new(),
            last_message_id: MessageId::default(),
        };
        chat.configure(settings);
        chat
    }

    /// Takes other settings: permanent channels are added, and those that are permanent no more
    /// end like any other.
    pub fn configure(&mut self, settings: Settings) {
        let permanent: BTreeSet<&ChannelName> =
            settings.permanent.iter().chain([&settings.lobby]).collect();
        for name in permanent.iter().copied() {
            let known = self.channel_names.get(name).copied();
            let id = known.unwrap_or_else(|| self.add_channel(name.clone()));
            self.channel_mut(id).permanent = true;
        }
        for id in self.channels.keys() {
            let channel = self.channel_mut(id);
            channel.permanent = permanent.contains(&channel.name);
            self.end_if_unused(id);
        }
        self.settings = settings;
    }

    /// What the person who runs the server has decided.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Takes what the chat has said since the last time. It is to be given back
    /// ([`Chat::return_outbox`]), so that its room is used again.
    pub fn take_outbox(&mut self) -> Outbox {
        std::mem::take(&mut self.outbox)
    }

    /// Takes an outbox back that has been drained.
    pub fn return_outbox(&mut self, mut outbox: Outbox) {
        outbox.clear();
        self.outbox = outbox;
    }

    /// Whether somebody who is here has this name.
    pub fn is_taken(&self, nick: &Nick) -> bool {
        self.nicks.contains_key(nick)
    }

    /// Lets somebody in under a name that nobody has.
    ///
    /// # Errors
    /// The name is taken or looks like one that is.
    pub fn arrive(&mut self, now: Now, identity: Identity) -> Result<UserId, Refusal> {
        self.check_free(&identity.nick, None)?;
        let nick = identity.nick.clone();
        let user = User::new(identity, now.mono_ms, now.wall_ms);
        let who = user.identity.clone();
        let id = self.users.insert(user);
        self.claim(nick.clone(), id);
        let fans = self.fans(&nick).to_vec();
        let audience = self.outbox.watching(fans);
        self.event(now, audience, Happening::Arrived { who });
        Ok(id)
    }

    fn check_free(&self, nick: &Nick, claimant: Option<UserId>) -> Result<(), Refusal> {
        match self.nicks.get(nick) {
            Some(id) if Some(*id) == claimant => return Ok(()),
            Some(_) => return Err(Refusal::NameTaken { nick: nick.clone() }),
            None => {}
        }
        let own = claimant.map(|id| self.user(id).nick().clone());
        let others = self
            .nicks
            .keys()
            .filter(|other| other.is_ascii() && own.as_ref() != Some(other));
        match self
            .nick_lookalikes
            .clash(nick.folded(), others.map(Nick::folded))
        {
            Some(other) if own.is_none_or(|own| own.folded() != other) => Err(Refusal::LooksLike {
                claimed: nick.to_string(),
                other: Some(other),
            }),
            _ => Ok(()),
        }
    }

    fn claim(&mut self, nick: Nick, id: UserId) {
        if !nick.is_ascii() {
            self.nick_lookalikes.insert(nick.folded());
        }
        self.nicks.insert(nick, id);
    }

    fn release(&mut self, nick: &Nick) {
        if !nick.is_ascii() {
            self.nick_lookalikes.remove(nick.folded());
        }
        self.nicks.remove(nick);
    }

    /// Lets somebody go. Their name is free before anybody hears of it.
    pub fn depart(&mut self, now: Now, who: UserId, why: &str) {
        if self.users.get(who).is_none() {
            return;
        }
        let identity = self.user(who).identity.clone();
        let audience = self.acquaintances(who);
        self.release(&identity.nick);
        self.forget_until(who);
        self.end_blocks(who);
        self.end_watches(who);
        while let Some(&channel) = self.user(who).channels.last() {
            self.exit(now, who, channel);
        }
        self.users.remove(who);
        self.event(
            now,
            audience,
            Happening::Departed {
                who: identity,
                why: Arc::from(why),
            },
        );
        self.outbox.push(Output::Ended(who));
    }

    fn rename(&mut self, now: Now, who: UserId, nick: Nick) -> Result<(), Refusal> {
        let before = self.user(who).identity.clone();
        if before.nick.as_str() == nick.as_str() {
            self.reply(Reply::Unchanged);
            return Ok(());
        }
        self.check_free(&nick, Some(who))?;
        self.may_rename(who)?;
        self.release(&before.nick);
        self.claim(nick.clone(), who);
        let others = self.acquaintances(who);
        let newly: Vec<UserId> = self.fans(&nick).to_vec();
        let told = self
            .outbox
            .users(others.watching)
            .iter()
            .chain(self.outbox.users(others.all));
        let told: BTreeSet<UserId> = told.copied().chain([who]).collect();
        let identity = Identity {
            nick: nick.clone(),
            ..(*before).clone()
        };
        self.user_mut(who).identity = Arc::new(identity);
        let channels = self.user(who).channels.clone();
        for channel in channels {
            self.channel_mut(channel).note_arrived(&nick);
        }
        let own = self.outbox.only([who]);
        for audience in [own, others] {
            let who = before.clone();
            self.event(
                now,
                audience,
                Happening::Renamed {
                    who,
                    nick: nick.clone(),
                },
            );
        }
        let audience = self
            .outbox
            .watching(newly.into_iter().filter(|user| !told.contains(user)));
        let who = self.user(who).identity.clone();
        self.event(now, audience, Happening::Arrived { who });
        Ok(())
    }

    /// Makes somebody an operator of the server, or no longer.
    pub fn set_operator(&mut self, who: UserId, operator: bool) {
        self.user_mut(who).operator = operator;
    }

    /// Does what somebody asks for. The answer and what others hear wait in the outbox.
    pub fn handle(&mut self, now: Now, who: UserId, command: Command) {
        if self.users.get(who).is_none() {
            return;
        }
        if !command.only_asks() {
            self.user_mut(who).active_ms = now.mono_ms;
        }
        if let Err(refusal) = self.carry_out(now, who, command) {
            self.outbox.push(Output::Refusal(refusal));
        }
    }

    fn carry_out(&mut self, now: Now, who: UserId, command: Command) -> Result<(), Refusal> {
        match command {
            Command::Join { channel, key } => self.join(now, who, channel, key.as_deref()),
            Command::Leave { channel, why } => self.leave(now, who, &channel, why),
            Command::Say { to, manner, text } => self.say(now, who, &to, manner, &text),
            Command::Rename { nick } => self.rename(now, who, nick),
            Command::Topic { channel, text } => self.topic(now, who, &channel, text.as_deref()),
            Command::Invite { nick, channel } => self.invite(now, who, &nick, &channel),
            Command::Knock { channel } => self.knock(now, who, &channel),
            Command::Kick { channel, nick, why } => self.kick(now, who, &channel, &nick, why),
            Command::Ban { channel, mask, why } => self.ban(now, who, &channel, mask, why),
            Command::Promote {
                channel,
                nick,
                rank,
                grant,
            } => self.promote(now, who, &channel, &nick, rank, grant),
            Command::Modes { channel } => self.modes(who, &channel),
            Command::SetModes { channel, changes } => self.set_modes(now, who, &channel, changes),
            Command::Redact { channel, nick, why } => self.redact(now, who, &channel, &nick, why),
            Command::Keep { channel, keep } => self.keep(who, &channel, keep),
            Command::Kill { nick, why } => self.kill(now, who, &nick, why),
            Command::Away { words } => self.away(now, who, &words),
            Command::Back => self.back(now, who),
            Command::Watch { watched } => self.watch(who, watched),
            Command::Unwatch { watched } => self.unwatch(who, watched),
            Command::Watching => {
                self.watching(who);
                Ok(())
            }
            Command::Block { nick } => self.block(who, &nick),
            Command::Unblock { nick } => self.unblock(who, &nick),
            Command::Blocked => {
                self.blocked(who);
                Ok(())
            }
            Command::Announce { channel, text } => self.announce(now, who, channel.as_ref(), &text),
            Command::Announcements => {
                self.announcements(now, who);
                Ok(())
            }
            Command::Acknowledge { number } => self.acknowledge(now, who, number),
            Command::RollCall { number } => self.roll_call(now, who, number),
            Command::Withdraw { number } => self.withdraw(now, who, number),
            Command::Who { channel } => self.who(who, channel.as_ref()),
            Command::Whois { nick } => self.whois(now, who, &nick),
            Command::List { words } => {
                self.list(who, &words);
                Ok(())
            }
            Command::Board { channel } => self.board(now, who, channel.as_ref()),
        }
    }

    /// How many people are here.
    pub fn population(&self) -> usize {
        self.users.len()
    }

    /// A user, if they are still here.
    pub fn find_user(&self, id: UserId) -> Option<&User> {
        self.users.get(id)
    }

    /// A channel by its name, whoever may know of it.
    pub fn find_channel(&self, name: &ChannelName) -> Option<&Channel> {
        self.channel_names.get(name).map(|id| self.channel(*id))
    }

    /// The name of a channel, if it is still there.
    pub fn channel_name(&self, id: ChannelId) -> Option<&ChannelName> {
        self.channels.get(id).map(Channel::name)
    }

    fn user(&self, id: UserId) -> &User {
        self.users
            .get(id)
            .expect("ids inside the chat are of users who are here")
    }

    fn user_mut(&mut self, id: UserId) -> &mut User {
        self.users
            .get_mut(id)
            .expect("ids inside the chat are of users who are here")
    }

    fn channel(&self, id: ChannelId) -> &Channel {
        self.channels
            .get(id)
            .expect("ids inside the chat are of channels that are there")
    }

    fn channel_mut(&mut self, id: ChannelId) -> &mut Channel {
        self.channels
            .get_mut(id)
            .expect("ids inside the chat are of channels that are there")
    }

    fn event(&mut self, now: Now, audience: Audience, what: Happening) {
        self.outbox.push(Output::Event(Event {
            at_ms: now.wall_ms,
            audience,
            what,
        }));
    }

    fn reply(&mut self, reply: Reply) {
        self.outbox.push(Output::Reply(reply));
    }
}

impl Command {
    /// Whether it only asks: programs do that for their people, who may be at lunch.
    fn only_asks(&self) -> bool {
        matches!(
            self,
            Self::Topic { text: None, .. }
                | Self::Modes { .. }
                | Self::Watching
                | Self::Blocked
                | Self::Announcements
                | Self::RollCall { .. }
                | Self::Who { .. }
                | Self::Whois { .. }
                | Self::List { .. }
                | Self::Board { .. }
        )
    }
}
