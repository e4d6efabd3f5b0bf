//! Limits, and what happens to a kept channel when accounts are removed.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use super::*;
use crate::chat::account::Account;
use crate::chat::channel::{ABSENT_MAX, ABSENT_MS_MAX, DEPARTED_MAX};
use crate::chat::settings::Settings;
use crate::chat::user::Identity;
use crate::chat::vocabulary::{Command, Output};

/// An office that remembers, and when it is.
struct Office {
    chat: Chat,
    now: Now,
}

impl Office {
    fn new() -> Self {
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

    fn account(&mut self, id: u64) -> Arc<Account> {
        let account = Account {
            id: AccountId(id),
            name: nick(&format!("u{id}")),
        };
        self.chat.add_account(account.clone(), self.now.wall_ms);
        Arc::new(account)
    }

    /// The owner of an account, who is in the channel.
    fn member(&mut self, id: u64) -> UserId {
        let account = self.account(id);
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let identity = Identity::new(account.name.clone(), "user", "host", "", address);
        let identity = identity.with_account(Some(account));
        let who = self.chat.arrive(self.now, identity).expect("a free name");
        self.does(who, join());
        who
    }

    fn does(&mut self, who: UserId, command: Command) -> Vec<Output> {
        self.chat.handle(self.now, who, command);
        let mut outbox = self.chat.take_outbox();
        let outputs = outbox.take_outputs();
        self.chat.return_outbox(outbox);
        outputs
    }

    fn kept(&self) -> Kept {
        let channel = self.chat.find_channel(&desk()).expect("it is there");
        channel.as_kept().expect("it is kept")
    }

    fn leave(&mut self, who: UserId) {
        let (channel, why) = (desk(), None);
        self.does(who, Command::Leave { channel, why });
    }

    fn absent(&self) -> Vec<(Nick, u64)> {
        let channel = self.chat.find_channel(&desk()).expect("it is there");
        channel.departed(self.now)
    }
}

fn nick(name: &str) -> Nick {
    Nick::parse(name).expect("a name")
}

fn desk() -> ChannelName {
    ChannelName::parse("#desk").expect("a name")
}

fn join() -> Command {
    let (channel, key) = (desk(), None);
    Command::Join { channel, key }
}

fn keep() -> Command {
    Command::SetModes {
        channel: desk(),
        changes: vec![ModeChange::Flag(Flag::Kept, true)],
        all_or_nothing: true,
    }
}

fn promote(id: u64) -> Command {
    Command::Promote {
        channel: desk(),
        nick: nick(&format!("u{id}")),
        rank: Rank::Operator,
        grant: true,
    }
}

fn refusal(outputs: &[Output]) -> Option<&Refusal> {
    outputs.iter().find_map(|output| match output {
        Output::Refusal(refusal) => Some(refusal),
        _ => None,
    })
}

#[test]
fn one_operator_too_many_is_refused() {
    let mut office = Office::new();
    let ann = office.member(0);
    office.does(ann, keep());
    let max = OPERATOR_ACCOUNTS_MAX as u64;
    for id in 1..=max {
        office.member(id);
        assert_eq!(refusal(&office.does(ann, promote(id))), None, "{id}");
    }
    office.member(max + 1);
    let outputs = office.does(ann, promote(max + 1));
    assert_eq!(refusal(&outputs), Some(&TOO_MANY_OPERATORS));
    // Whoever is one already is none more.
    assert_eq!(refusal(&office.does(ann, promote(max))), None);
    assert_eq!(office.kept().operators.len(), OPERATOR_ACCOUNTS_MAX);
}

#[test]
fn one_with_too_many_operators_is_not_kept() {
    let mut office = Office::new();
    let ann = office.member(0);
    for id in 1..=OPERATOR_ACCOUNTS_MAX as u64 + 1 {
        office.member(id);
        office.does(ann, promote(id));
    }
    assert_eq!(
        refusal(&office.does(ann, keep())),
        Some(&TOO_MANY_OPERATORS)
    );
    let Command::Promote {
        channel,
        nick,
        rank,
        ..
    } = promote(1)
    else {
        unreachable!("it is one");
    };
    let grant = false;
    office.does(
        ann,
        Command::Promote {
            channel,
            nick,
            rank,
            grant,
        },
    );
    assert_eq!(refusal(&office.does(ann, keep())), None);
    assert_eq!(office.kept().operators.len(), OPERATOR_ACCOUNTS_MAX);
}

#[test]
fn a_channel_is_its_followers_when_its_founder_is_no_more() {
    let mut office = Office::new();
    let ann = office.member(1);
    office.does(ann, keep());
    let bob = office.member(2);
    office.member(3);
    office.does(ann, promote(2));
    office.does(ann, promote(3));
    office.chat.remove_account(office.now, &nick("u1"));
    let kept = office.kept();
    assert_eq!(kept.founder, Some(AccountId(2)));
    assert_eq!(kept.operators, [AccountId(3)]);
    office.chat.remove_account(office.now, &nick("u3"));
    office.chat.remove_account(office.now, &nick("u2"));
    let kept = office.kept();
    assert_eq!((kept.founder, kept.operators), (None, Vec::new()));
    // It stays, for the first of its operators who has an account.
    let refused = refusal(&office.does(bob, keep())).cloned();
    assert_eq!(refused, Some(Refusal::KeptByAccounts { channel: desk() }));
    let account = office.account(4);
    office.chat.belong(office.now, bob, Some(account));
    office.member(5);
    office.does(bob, promote(5));
    office.does(bob, keep());
    let kept = office.kept();
    assert_eq!(kept.founder, Some(AccountId(4)));
    assert_eq!(kept.operators, [AccountId(5)]);
    // What is somebody's is not taken by keeping it again.
    office.does(bob, keep());
    assert_eq!(office.kept().founder, Some(AccountId(4)));
}

#[test]
fn the_board_knows_so_many_people_for_so_long() {
    let mut office = Office::new();
    let ann = office.member(0);
    office.does(ann, keep());
    let max = ABSENT_MAX as u64;
    for id in 1..=max {
        let who = office.member(id);
        office.leave(who);
    }
    assert_eq!(office.absent().len(), ABSENT_MAX);
    let who = office.member(max + 1);
    office.leave(who);
    let absent = office.absent();
    assert_eq!(absent.len(), ABSENT_MAX);
    assert_eq!(absent[0].0, nick(&format!("u{}", max + 1)));
    assert!(!absent.iter().any(|(known, _)| *known == nick("u1")));
    office.now.wall_ms += ABSENT_MS_MAX - 1;
    assert_eq!(office.absent().len(), ABSENT_MAX);
    office.now.wall_ms += 1;
    assert_eq!(office.absent(), []);
}

#[test]
fn a_channel_that_is_not_kept_knows_fewer() {
    let mut office = Office::new();
    office.member(0);
    for id in 1..=DEPARTED_MAX as u64 + 1 {
        let who = office.member(id);
        office.leave(who);
    }
    assert_eq!(office.absent().len(), DEPARTED_MAX);
}
