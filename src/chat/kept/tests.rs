//! Limits, and what happens to a kept channel when accounts are removed.

use super::*;
use crate::chat::attention::LATELY_MS;
use crate::chat::channel::{ABSENT_MAX, ABSENT_MS_MAX, DEPARTED_MAX, GONE_MAX};
use crate::chat::name::Nick;
use crate::chat::office::{Office, named, nick};
use crate::chat::vocabulary::{Command, Output};

fn kept(office: &Office) -> Kept {
    let mut channels = office.chat.channels.iter();
    let found = channels.find(|(_, channel)| *channel.name() == desk());
    let (id, _) = found.expect("it is there");
    office.chat.as_kept(id).expect("it is kept")
}

fn leave(office: &mut Office, who: UserId) {
    let (channel, why) = (desk(), None);
    office.does(who, Command::Leave { channel, why });
}

fn absent(office: &Office) -> Vec<(Nick, u64)> {
    let channel = office.chat.find_channel(&desk()).expect("it is there");
    channel.departed(office.now)
}

fn desk() -> ChannelName {
    named("#desk")
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
        nick: nick(id),
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
    let ann = office.member(0, "#desk");
    office.does(ann, keep());
    let max = OPERATOR_ACCOUNTS_MAX as u64;
    for id in 1..=max {
        office.member(id, "#desk");
        assert_eq!(refusal(&office.does(ann, promote(id))), None, "{id}");
    }
    office.member(max + 1, "#desk");
    let outputs = office.does(ann, promote(max + 1));
    assert_eq!(refusal(&outputs), Some(&TOO_MANY_OPERATORS));
    // Whoever is one already is none more.
    assert_eq!(refusal(&office.does(ann, promote(max))), None);
    assert_eq!(kept(&office).operators.len(), OPERATOR_ACCOUNTS_MAX);
}

#[test]
fn one_with_too_many_operators_is_not_kept() {
    let mut office = Office::new();
    let ann = office.member(0, "#desk");
    for id in 1..=OPERATOR_ACCOUNTS_MAX as u64 + 1 {
        office.member(id, "#desk");
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
    assert_eq!(kept(&office).operators.len(), OPERATOR_ACCOUNTS_MAX);
}

#[test]
fn a_channel_is_its_followers_when_its_founder_is_no_more() {
    let mut office = Office::new();
    let ann = office.member(1, "#desk");
    office.does(ann, keep());
    let bob = office.member(2, "#desk");
    office.member(3, "#desk");
    office.does(ann, promote(2));
    office.does(ann, promote(3));
    office.chat.remove_account(office.now, &nick(1));
    let known = kept(&office);
    assert_eq!(known.founder, Some(AccountId(2)));
    assert_eq!(known.operators, [AccountId(3)]);
    office.chat.remove_account(office.now, &nick(3));
    office.chat.remove_account(office.now, &nick(2));
    let known = kept(&office);
    assert_eq!((known.founder, known.operators), (None, Vec::new()));
    // It stays, for the first of its operators who has an account.
    let refused = refusal(&office.does(bob, keep())).cloned();
    assert_eq!(refused, Some(Refusal::KeptByAccounts { channel: desk() }));
    let account = office.account(4);
    office.chat.belong(office.now, bob, Some(account));
    office.member(5, "#desk");
    office.does(bob, promote(5));
    office.does(bob, keep());
    let known = kept(&office);
    assert_eq!(known.founder, Some(AccountId(4)));
    assert_eq!(known.operators, [AccountId(5)]);
    // What is somebody's is not taken by keeping it again.
    office.does(bob, keep());
    assert_eq!(kept(&office).founder, Some(AccountId(4)));
}

#[test]
fn the_board_knows_so_many_people_for_so_long() {
    let mut office = Office::new();
    let ann = office.member(0, "#desk");
    office.does(ann, keep());
    let max = ABSENT_MAX as u64;
    for id in 1..=max {
        let who = office.member(id, "#desk");
        leave(&mut office, who);
    }
    assert_eq!(absent(&office).len(), ABSENT_MAX);
    let who = office.member(max + 1, "#desk");
    leave(&mut office, who);
    let known = absent(&office);
    assert_eq!(known.len(), ABSENT_MAX);
    assert_eq!(known[0].0, nick(max + 1));
    assert!(!known.iter().any(|(other, _)| *other == nick(1)));
    office.now.wall_ms += ABSENT_MS_MAX - 1;
    assert_eq!(absent(&office).len(), ABSENT_MAX);
    office.now.wall_ms += 1;
    assert_eq!(absent(&office), []);
}

#[test]
fn so_many_who_have_left_are_known_for_so_long() {
    let mut office = Office::new();
    office.member(0, "#desk");
    let max = GONE_MAX as u64;
    for id in 1..=max + 1 {
        let who = office.member(id, "#desk");
        leave(&mut office, who);
    }
    let gone = |office: &Office| -> Vec<AccountId> {
        let channel = office.chat.find_channel(&desk()).expect("it is there");
        channel.gone_lately(office.now).collect()
    };
    let expected: Vec<AccountId> = (2..=max + 1).map(AccountId).collect();
    assert_eq!(gone(&office), expected);
    // Whoever has no account takes no one's place.
    let guest = office.member(max + 2, "#lobby");
    office.chat.remove_account(office.now, &nick(max + 2));
    let (channel, key) = (desk(), None);
    office.does(guest, Command::Join { channel, key });
    leave(&mut office, guest);
    assert_eq!(gone(&office), expected);
    assert_eq!(absent(&office).len(), DEPARTED_MAX);
    office.now.wall_ms += LATELY_MS;
    assert_eq!(gone(&office), expected);
    office.now.wall_ms += 1;
    assert_eq!(gone(&office), []);
}

#[test]
fn a_channel_that_is_not_kept_knows_fewer() {
    let mut office = Office::new();
    office.member(0, "#desk");
    for id in 1..=DEPARTED_MAX as u64 + 1 {
        let who = office.member(id, "#desk");
        leave(&mut office, who);
    }
    assert_eq!(absent(&office).len(), DEPARTED_MAX);
}
