//! What happens in a chat, in terms of users.
//!
//! [`Chat`] takes exactly one input at a time ([`Chat::arrive`], [`Chat::handle`],
//! [`Chat::depart`], [`Chat::expire`]); what it says of it waits in the [`Outbox`] and is drained
//! ([`Chat::take_outbox`]) before the next. Time is an argument. It knows nothing of sessions,
//! sockets, clocks or the words of any protocol.

mod absence;
pub mod absent;
pub mod account;
pub mod announcement;
pub mod attention;
pub mod availability;
pub mod block;
pub mod channel;
pub mod former;
pub mod kept;
pub mod limits;
mod listing;
pub mod lookalike;
pub mod mask;
pub mod memory;
pub mod metadata;
pub mod mode;
pub mod moderation;
mod modes;
pub mod name;
#[cfg(test)]
mod office;
pub mod oneself;
pub mod outbox;
pub mod pace;
mod preferences;
pub mod reading;
pub mod redaction;
pub mod remember;
pub mod retelling;
mod rights;
pub mod settings;
mod speech;
pub mod staying;
pub mod time;
pub mod user;
pub mod vocabulary;
pub mod watch;
pub mod words;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::arena::{Arena, key_type};
use absent::Letters;
use account::{Account, AccountId};
use announcement::InForce;
use channel::Channel;
use lookalike::{Lookalikes, Owned};
use metadata::Holder;
use mode::UserFlag;
use name::{ChannelName, Nick};
use outbox::Outbox;
use pace::Bucket;
use redaction::Trace;
use settings::Settings;
use speech::Words;
use staying::Staying;
use time::Now;
use user::{Identity, User};
use vocabulary::{
    Absent, Audience, Command, ConversationId, Event, Former, Happening, MessageId, Metadata,
    Output, Preferences, Refusal, Reply, Told, Watched,
};
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
    /// Those who block anybody by mask or account, ordered.
    standing_blockers: Vec<UserId>,
    /// Who had which name lately, the latest last.
    former: VecDeque<Former>,
    /// The latest lines that can be taken back, the latest last.
    traces: VecDeque<Trace>,
    /// Whose absence, or staying, ends when, in Unix milliseconds.
    deadlines: BTreeSet<(u64, UserId)>,
    announcements: VecDeque<InForce>,
    last_announcement: u32,
    /// How much has been announced under which name: a script that connects for each line is one.
    announced: BTreeMap<Nick, Bucket>,
    last_message_id: MessageId,
    last_conversation: ConversationId,
    /// Whose names are whose, here or not.
    accounts: BTreeMap<Nick, Arc<Account>>,
    /// The same names, by what they look like.
    owned: Owned,
    /// Who of those here is logged in to which account.
    owners: BTreeMap<AccountId, UserId>,
    /// When the owners of accounts were here last, in Unix milliseconds; those who are here now came
    /// then, or later.
    last_seen: BTreeMap<AccountId, u64>,
    letters: Letters,
    /// Until when the owners of accounts are away, here or not, if they have said so.
    absences: BTreeMap<AccountId, Absent>,
    /// The owners of which accounts stay in their channels when they are not connected.
    stayers: BTreeSet<AccountId>,
    /// Who is here without being connected.
    staying: BTreeMap<UserId, Staying>,
    /// What the owners of accounts have chosen, here or not.
    preferences: BTreeMap<AccountId, Preferences>,
    /// What is said of people and channels.
    metadata: BTreeMap<Holder, Metadata>,
    /// How many are not listed for strangers, and how many run the server.
    invisible: usize,
    operators: usize,
}

impl Chat {
    /// An empty chat, with its permanent channels.
    pub fn new(now: Now, settings: Settings) -> Self {
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
            standing_blockers: Vec::new(),
            former: VecDeque::new(),
            traces: VecDeque::new(),
            deadlines: BTreeSet::new(),
            announcements: VecDeque::new(),
            last_announcement: 0,
            announced: BTreeMap::new(),
            last_message_id: MessageId::default(),
            last_conversation: ConversationId::default(),
            accounts: BTreeMap::new(),
            owned: Owned::default(),
            owners: BTreeMap::new(),
            last_seen: BTreeMap::new(),
            letters: Letters::default(),
            absences: BTreeMap::new(),
            stayers: BTreeSet::new(),
            staying: BTreeMap::new(),
            preferences: BTreeMap::new(),
            metadata: BTreeMap::new(),
            invisible: 0,
            operators: 0,
        };
        chat.configure(now, settings);
        chat
    }

    /// Takes other settings: permanent channels are added, and those that are permanent no more
    /// end like any other.
    pub fn configure(&mut self, now: Now, settings: Settings) {
        let permanent: BTreeSet<&ChannelName> =
            settings.permanent.iter().chain([&settings.lobby]).collect();
        for name in permanent.iter().copied() {
            let known = self.channel_names.get(name).copied();
            let id = known.unwrap_or_else(|| self.add_channel(name.clone(), now.wall_ms));
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
        self.check_owned(&identity.nick, identity.account.as_ref())?;
        self.check_free(&identity.nick, None)?;
        let nick = identity.nick.clone();
        let user = User::new(identity, now.mono_ms, now.wall_ms);
        let who = user.identity.clone();
        let id = self.users.insert(user);
        self.claim(nick.clone(), id);
        self.own(id, who.account.as_deref());
        self.review_standing_blocks(id);
        if let Some(account) = &who.account {
            self.adopt_preferences(id, account.id);
        }
        let fans = self.fans(&nick).to_vec();
        let audience = self.outbox.watching(fans);
        let account = who.account.as_ref().map(|account| account.id);
        self.event(now, audience, Happening::Arrived { who });
        if let Some(account) = account {
            self.resume_absence(now, id, account);
        }
        Ok(id)
    }

    fn check_free(&self, nick: &Nick, claimant: Option<UserId>) -> Result<(), Refusal> {
        match self.nicks.get(nick) {
            Some(id) if Some(*id) == claimant => return Ok(()),
            Some(_) => return Err(Refusal::NameTaken { nick: nick.clone() }),
            None if self.settings.reserved.contains(nick) => {
                return Err(Refusal::NameTaken { nick: nick.clone() });
            }
            None => {}
        }
        let own = claimant.map(|id| self.user(id).nick().clone());
        let others = self
            .nicks
            .keys()
            .chain(&self.settings.reserved)
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

    /// Lets somebody go, whose own words the reason is or not. Their name is free before anybody
    /// hears of it.
    pub fn depart(&mut self, now: Now, who: UserId, why: &str, own_words: bool) {
        if self.users.get(who).is_none() {
            return;
        }
        let identity = self.user(who).identity.clone();
        let audience = self.acquaintances(who);
        let why: Arc<str> = Arc::from(why);
        self.record_everywhere(now, who, || Told::Quit(why.clone()));
        self.release(&identity.nick);
        let stayed = self.end_staying(who);
        let seen_ms = stayed.map_or(now.wall_ms, |staying| staying.since_ms());
        self.forget_until(who);
        self.end_blocks(who);
        self.end_watches(who);
        while let Some(&channel) = self.user(who).channels.last() {
            self.exit(now, who, channel);
        }
        for flag in [UserFlag::Invisible, UserFlag::Operator] {
            self.set_flag(who, flag, false);
        }
        self.disown(who, seen_ms);
        self.end_metadata(Holder::Guest(who));
        self.users.remove(who);
        self.note_former(now, identity.clone());
        let departed = Happening::Departed {
            who: identity,
            why: why.clone(),
            own_words,
        };
        self.event(now, audience, departed);
        self.outbox.push(Output::Ended(who, why));
    }

    fn rename(&mut self, now: Now, who: UserId, nick: Nick) -> Result<(), Refusal> {
        let before = self.user(who).identity.clone();
        if before.nick.as_str() == nick.as_str() {
            self.reply(Reply::Unchanged);
            return Ok(());
        }
        self.check_owned(&nick, before.account.as_ref())?;
        self.check_free(&nick, Some(who))?;
        self.may_rename(who)?;
        self.call(now, who, nick);
        Ok(())
    }

    /// Somebody has another name from now on, which is free.
    fn call(&mut self, now: Now, who: UserId, nick: Nick) {
        let before = self.user(who).identity.clone();
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
        let identity = before.with_nick(nick.clone());
        self.user_mut(who).identity = Arc::new(identity);
        self.review_standing_blocks(who);
        self.note_former(now, before.clone());
        let channels = self.user(who).channels.clone();
        for channel in channels {
            self.channel_mut(channel).note_arrived(&nick, None);
            self.record_in(now, channel, &before, || Told::Renamed(nick.clone()));
        }
        let others_all = self.outbox.users(others.all).to_vec();
        let audience = Audience {
            all: self.outbox.span([who].into_iter().chain(others_all)),
            ..others
        };
        let renamed = Happening::Renamed {
            who: before.clone(),
            nick: nick.clone(),
        };
        self.event(now, audience, renamed);
        if before.nick != nick {
            let newly = newly.into_iter().filter(|user| !told.contains(user));
            let audience = self.outbox.watching(newly);
            let who = self.user(who).identity.clone();
            self.event(now, audience, Happening::Arrived { who });
        }
    }

    /// Does what somebody asks for. The answer and what others hear wait in the outbox.
    pub fn handle(&mut self, now: Now, who: UserId, command: Command) {
        if self.users.get(who).is_none() {
            return;
        }
        if !command.is_no_sign_of_life() {
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
            Command::Say {
                to,
                manner,
                text,
                extras,
            } => self.say(
                now,
                who,
                &to,
                Words {
                    manner,
                    text: &text,
                    extras,
                },
            ),
            Command::Signal { to, attached } => self.signal(now, who, &to, attached),
            Command::Rename { nick } => self.rename(now, who, nick),
            Command::Introduce { realname } => self.introduce(now, who, realname),
            Command::Topic { channel, text } => self.topic(now, who, &channel, text.as_deref()),
            Command::Invite { nick, channel } => self.invite(now, who, &nick, &channel),
            Command::Invitations => self.invitations(who),
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
            Command::Masks { channel, list } => self.masks(who, &channel, list),
            Command::SetModes {
                channel,
                changes,
                all_or_nothing,
            } => self.set_modes(now, who, &channel, changes, all_or_nothing),
            Command::RenameChannel { channel, name, why } => {
                self.rename_channel(now, who, &channel, name, why)
            }
            Command::Redact { channel, nick, why } => self.redact(now, who, &channel, &nick, why),
            Command::Retract { nick } => self.retract(now, who, &nick),
            Command::RedactMessage { to, id, why } => self.redact_message(now, who, &to, id, why),
            Command::OwnModes => self.own_modes(who),
            Command::SetOwnModes { changes } => self.set_own_modes(now, who, changes),
            Command::Kill { nick, why } => self.kill(now, who, &nick, why),
            Command::Wallops { text } => self.wallops(now, who, &text),
            Command::Away { words } => self.away(now, who, &words),
            Command::Back => self.back(now, who),
            Command::Stay { on } => self.stay(who, on),
            Command::Watch { watched } => self.watch(who, watched),
            Command::Unwatch { watched } => self.unwatch(who, watched),
            Command::Watching => self.watching(who),
            Command::Block { whom } => self.block(who, whom),
            Command::Unblock { whom } => self.unblock(who, whom),
            Command::Blocked => self.blocked(who),
            Command::Announce { channel, text } => self.announce(now, who, channel.as_ref(), &text),
            Command::Announcements => self.announcements(now, who),
            Command::Acknowledge { number } => self.acknowledge(now, who, number),
            Command::RollCall { number } => self.roll_call(now, who, number),
            Command::Withdraw { number } => self.withdraw(now, who, number),
            Command::Who { channel } => self.who(who, channel.as_ref()),
            Command::Names { channel } => self.names(who, &channel),
            Command::Find { pattern, operators } => self.find(who, &pattern, operators),
            Command::Whois { nick } => self.whois(now, who, &nick),
            Command::Whowas { nick, most } => self.whowas(&nick, most),
            Command::List { criteria } => self.list(who, criteria),
            Command::Board { channel } => self.board(now, who, channel.as_ref()),
            Command::Describe { whom, key, value } => self.describe(now, who, whom, key, &value),
            Command::Undescribe { whom } => self.undescribe(now, who, whom),
            Command::Description { whom } => self.description(who, whom),
        }
    }

    /// How many people are here.
    pub fn population(&self) -> usize {
        self.users.len()
    }

    /// How many of them are not listed for strangers.
    pub fn invisible(&self) -> usize {
        self.invisible
    }

    /// How many of them run the server.
    pub fn operators(&self) -> usize {
        self.operators
    }

    /// How many channels there are.
    pub fn channel_count(&self) -> usize {
        self.channels.len()
    }

    /// Who has this name.
    pub fn find_nick(&self, nick: &Nick) -> Option<UserId> {
        self.nicks.get(nick).copied()
    }

    /// All who are here, by name.
    pub fn everybody(&self) -> impl Iterator<Item = UserId> {
        self.nicks.values().copied()
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
