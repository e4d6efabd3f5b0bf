//! A person in the chat.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::account::Account;
use super::availability::{Absence, Away};
use super::block::Block;
use super::mode::{UserFlag, UserFlags};
use super::name::Nick;
use super::vocabulary::Watched;
use super::{ChannelId, UserId};

/// What stands for a user name and a host that nobody knows: no host can be called so.
const NOT_KNOWN: &str = "*";

/// Who somebody is to the others: `nick!username@host` (RFC 2812, section 2.3.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Under which name.
    pub nick: Nick,
    /// Whether they are a program.
    pub bot: bool,
    /// The account they are logged in to; guests have none.
    pub account: Option<Arc<Account>>,
    /// Where the host begins in the words, and where the full name.
    host_at: u8,
    realname_at: u8,
    /// User name, `@`, host and full name, in one piece: most of what a person weighs is heap.
    words: Box<str>,
    /// Their address: for themselves and those who run the server only.
    pub address: IpAddr,
}

impl Identity {
    /// Somebody of this name.
    ///
    /// `username` is the name of their account on their own machine, as they say; `host` a keyed
    /// cloak in place of their address; `realname` what they are called in full, as they say.
    /// User name and host together have fewer than 255 bytes.
    pub fn new(nick: Nick, username: &str, host: &str, realname: &str, address: IpAddr) -> Self {
        let place =
            |bytes: usize| u8::try_from(bytes).expect("both are limited where they come from");
        Self {
            nick,
            bot: false,
            account: None,
            host_at: place(username.len() + "@".len()),
            realname_at: place(username.len() + "@".len() + host.len()),
            words: [username, "@", host, realname].concat().into(),
            address,
        }
    }

    /// Somebody of whom no more is known than what they were called.
    pub fn named(nick: Nick) -> Self {
        let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        Self::new(nick, NOT_KNOWN, NOT_KNOWN, "", nowhere)
    }

    /// Whether more is known of them.
    pub fn is_known(&self) -> bool {
        self.host() != NOT_KNOWN
    }

    /// The name of their account on their own machine, as they say.
    pub fn username(&self) -> &str {
        &self.words[..usize::from(self.host_at) - "@".len()]
    }

    /// What others see in place of their address.
    pub fn host(&self) -> &str {
        &self.words[usize::from(self.host_at)..usize::from(self.realname_at)]
    }

    /// User name and host, with the `@` between them.
    pub fn origin(&self) -> &str {
        &self.words[..usize::from(self.realname_at)]
    }

    /// What they are called in full, if they have said.
    pub fn said_realname(&self) -> Option<&str> {
        let realname = &self.words[usize::from(self.realname_at)..];
        (!realname.is_empty()).then_some(realname)
    }

    /// What they are called in full, else their name.
    pub fn realname(&self) -> &str {
        self.said_realname().unwrap_or(self.nick.as_str())
    }

    /// The same person under another name.
    pub fn with_nick(&self, nick: Nick) -> Self {
        Self {
            nick,
            ..self.clone()
        }
    }

    /// The same person, who is a program or not.
    pub(super) fn with_bot(&self, bot: bool) -> Self {
        Self {
            bot,
            ..self.clone()
        }
    }

    /// The same person, logged in to this account, or to none.
    pub fn with_account(&self, account: Option<Arc<Account>>) -> Self {
        Self {
            account,
            ..self.clone()
        }
    }

    /// The same person, seen under another host.
    pub(super) fn with_host(&self, host: &str) -> Self {
        self.with_words(host, self.said_realname().unwrap_or(""))
    }

    /// The same person, called something else in full.
    pub(super) fn with_realname(&self, realname: &str) -> Self {
        self.with_words(self.host(), realname)
    }

    fn with_words(&self, host: &str, realname: &str) -> Self {
        let nick = self.nick.clone();
        Self::new(nick, self.username(), host, realname, self.address)
            .with_bot(self.bot)
            .with_account(self.account.clone())
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.nick.as_str())?;
        f.write_str("!")?;
        f.write_str(self.origin())
    }
}

/// A person in the chat. Channels, availability and blocks are the user's, not a session's.
#[derive(Debug, Serialize, Deserialize)]
pub struct User {
    pub(super) identity: Arc<Identity>,
    /// In the order of joining.
    pub(super) channels: SmallVec<[ChannelId; 2]>,
    pub(super) absence: Option<Box<Absence>>,
    /// When they last did something, on the monotonic clock.
    pub(super) active_ms: u64,
    /// Since when they are here, in Unix milliseconds.
    pub(super) since_ms: u64,
    /// What they are besides: those who run the server, programs and the like.
    pub(super) flags: UserFlags,
    pub(super) aside: Option<Box<Aside>>,
}

/// What most people do not have.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Aside {
    /// Those who block this user, ordered: looked at for each line the user says.
    pub(super) hidden_from: Vec<UserId>,
    /// Whom this user blocks, in the order of blocking.
    pub(super) blocks: Vec<Block>,
    /// What this user watches, in the order of asking.
    pub(super) watches: Vec<Watched>,
}

impl User {
    pub(super) fn new(identity: Identity, mono_ms: u64, wall_ms: u64) -> Self {
        Self {
            identity: Arc::new(identity),
            channels: SmallVec::new(),
            absence: None,
            active_ms: mono_ms,
            since_ms: wall_ms,
            flags: UserFlags::default(),
            aside: None,
        }
    }

    /// Who they are.
    pub fn identity(&self) -> &Arc<Identity> {
        &self.identity
    }

    /// Their name.
    pub fn nick(&self) -> &Nick {
        &self.identity.nick
    }

    /// Why they are away; `None`: they are available.
    pub fn away(&self) -> Option<&Away> {
        self.absence.as_deref().map(|absence| &absence.away)
    }

    /// Where they are, in the order of joining.
    pub fn channels(&self) -> &[ChannelId] {
        &self.channels
    }

    /// Since when they are here, in Unix milliseconds.
    pub fn since_ms(&self) -> u64 {
        self.since_ms
    }

    /// What they are besides a person in the chat.
    pub fn flags(&self) -> UserFlags {
        self.flags
    }

    /// Whether they run the server.
    pub fn is_operator(&self) -> bool {
        self.flags.has(UserFlag::Operator)
    }

    /// Those who block this user, ordered.
    pub(super) fn hidden_from(&self) -> &[UserId] {
        self.aside.as_ref().map_or(&[], |aside| &aside.hidden_from)
    }

    pub(super) fn blocks(&self) -> &[Block] {
        self.aside.as_ref().map_or(&[], |aside| &aside.blocks)
    }

    pub(super) fn watches(&self) -> &[Watched] {
        self.aside.as_ref().map_or(&[], |aside| &aside.watches)
    }

    pub(super) fn aside(&mut self) -> &mut Aside {
        self.aside.get_or_insert_default()
    }

    /// Gives the room for rare things back once there is none of them.
    pub(super) fn tidy(&mut self) {
        if self.aside.as_deref() == Some(&Aside::default()) {
            self.aside = None;
        }
    }
}
