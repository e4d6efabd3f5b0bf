//! An office that remembers, for tests: people `u1`, `u2` and so on, with accounts.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use super::account::{Account, AccountId};
use super::name::{ChannelName, Nick};
use super::settings::Settings;
use super::time::Now;
use super::user::Identity;
use super::vocabulary::{Command, Output};
use super::{Chat, UserId};

/// A chat, and when it is.
pub(super) struct Office {
    pub(super) chat: Chat,
    pub(super) now: Now,
}

impl Office {
    pub(super) fn new() -> Self {
        let now = Now {
            mono_ms: 1_000,
            wall_ms: 1_000_000_000_000,
        };
        let settings = Settings {
            remembers: true,
            ..Settings::default()
        };
        let chat = Chat::new(now, settings);
        Self { chat, now }
    }

    /// Makes an account.
    pub(super) fn account(&mut self, id: u64) -> Arc<Account> {
        let account = Account {
            id: AccountId(id),
            name: nick(id),
        };
        self.chat.add_account(account.clone(), self.now.wall_ms);
        Arc::new(account)
    }

    /// The owner of a new account, who is in a channel.
    pub(super) fn member(&mut self, id: u64, channel: &str) -> UserId {
        let account = self.account(id);
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let identity = Identity::new(account.name.clone(), "user", "host", "", address);
        let identity = identity.with_account(Some(account));
        let who = self.chat.arrive(self.now, identity).expect("a free name");
        let (channel, key) = (named(channel), None);
        self.does(who, Command::Join { channel, key });
        who
    }

    /// What is said of something that somebody does.
    pub(super) fn does(&mut self, who: UserId, command: Command) -> Vec<Output> {
        self.chat.handle(self.now, who, command);
        self.told()
    }

    /// What has been said since.
    pub(super) fn told(&mut self) -> Vec<Output> {
        let mut outbox = self.chat.take_outbox();
        let outputs = outbox.take_outputs();
        self.chat.return_outbox(outbox);
        outputs
    }
}

/// What the owner of an account is called.
pub(super) fn nick(id: u64) -> Nick {
    Nick::parse(&format!("u{id}")).expect("a name")
}

pub(super) fn named(channel: &str) -> ChannelName {
    ChannelName::parse(channel).expect("a channel's name")
}
