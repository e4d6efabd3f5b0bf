//! Announcements, how far they have come with whom, and who was in a channel lately.

use hallway::chat::account::AccountId;
use hallway::chat::vocabulary::{
    Announcement, Attention, ConversationId, KeptAnnouncement, MessageId, Record,
};
use hallway::store::vocabulary::Deed;

use crate::accounts::{add, remove};
use crate::lines::*;
use crate::shelf::Shelf;
use Attention::{Acknowledged, Missed, Seen};

/// An announcement by the owner of this account, for everyone.
fn by_account(number: u32, account: u64) -> Announcement {
    let at_ms = 1_790_000_000_000 + u64::from(number);
    Announcement {
        number,
        id: MessageId {
            counter: 3,
            ..id(at_ms)
        },
        at_ms: at_ms - 500,
        until_ms: at_ms + 1_000,
        from: who(&format!("u{account}"), Some(account)),
        official: false,
        channel: None,
        text: "fire drill, “é” 東京".into(),
    }
}

pub(crate) fn announced(
    announcement: Announcement,
    hearers: impl IntoIterator<Item = (u64, Attention)>,
) -> Deed {
    let hearers = hearers.into_iter();
    let hearers = hearers.map(|(account, attention)| (AccountId(account), attention));
    Deed::Record(Record::Announced(Box::new(KeptAnnouncement {
        announcement,
        hearers: hearers.collect(),
    })))
}

/// An announcement that is over at this moment.
pub(crate) fn until(number: u32, until_ms: u64) -> Announcement {
    Announcement {
        until_ms,
        ..by_account(number, 1)
    }
}

pub(crate) fn withdrawn(number: u32) -> Deed {
    Deed::Record(Record::Withdrawn { number })
}

fn heeded(number: u32, account: u64, attention: Attention) -> Deed {
    Deed::Record(Record::Heeded {
        number,
        account: AccountId(account),
        attention,
    })
}

/// A store with so many accounts, whose numbers begin at 1.
fn with_accounts(count: u32) -> Shelf {
    let shelf = Shelf::new();
    for number in 1..=count {
        add(&shelf, &format!("u{number}")).expect("there is none");
    }
    shelf
}

/// What comes back: the numbers, and how far each has come with whom.
fn restored(shelf: &Shelf) -> Vec<(u32, Vec<(u64, Attention)>)> {
    let all = shelf.restored.announcements.iter();
    all.map(|kept| {
        let hearers = kept.hearers.iter();
        let hearers = hearers.map(|(account, attention)| (account.0, *attention));
        (kept.announcement.number, hearers.collect())
    })
    .collect()
}

#[test]
fn announcements_come_back_as_they_were_after_a_restart() {
    let shelf = with_accounts(3);
    let place = (ConversationId(1), channel("#Desk"));
    let in_channel = Announcement {
        channel: Some(place),
        ..by_account(2, 2)
    };
    let official = Announcement {
        official: true,
        from: who("root", None),
        ..by_account(3, 2)
    };
    shelf.give([
        begun(1, "#Desk"),
        announced(by_account(1, 1), []),
        announced(in_channel.clone(), [(1, Seen), (3, Missed)]),
        announced(official.clone(), [(3, Acknowledged)]),
        // It is kept once, as it was first.
        announced(by_account(2, 3), [(2, Seen)]),
    ]);
    let shelf = shelf.reopen();
    assert_eq!(shelf.restored.last_message, official.id);
    let all = shelf.restored.announcements.iter();
    let all: Vec<&Announcement> = all.map(|kept| &kept.announcement).collect();
    assert_eq!(all, [&by_account(1, 1), &in_channel, &official]);
    let expected = [
        (1, vec![]),
        (2, vec![(1, Seen), (3, Missed)]),
        (3, vec![(3, Acknowledged)]),
    ];
    assert_eq!(restored(&shelf), expected);

    // Those of a channel follow its name.
    shelf.give([Deed::Record(Record::Named {
        conversation: ConversationId(1),
        channel: channel("#Front"),
    })]);
    let shelf = shelf.reopen();
    let renamed = &shelf.restored.announcements[1].announcement.channel;
    assert_eq!(*renamed, Some((ConversationId(1), channel("#Front"))));
}

#[test]
fn what_somebody_has_seen_they_have_seen() {
    let shelf = with_accounts(2);
    shelf.give([
        announced(by_account(1, 1), []),
        heeded(1, 2, Seen),
        heeded(1, 2, Acknowledged),
        heeded(1, 2, Seen),
        heeded(1, 2, Missed),
        // Nobody has this account, and nothing has this number.
        heeded(1, 9, Seen),
        heeded(7, 2, Seen),
    ]);
    let shelf = shelf.reopen();
    assert_eq!(restored(&shelf), [(1, vec![(2, Acknowledged)])]);
}

#[test]
fn numbers_go_on_whatever_has_become_of_the_last() {
    let shelf = with_accounts(1);
    assert_eq!(shelf.restored.last_announcement, 0);
    shelf.give([announced(by_account(4, 1), []), withdrawn(4)]);
    let shelf = shelf.reopen();
    assert_eq!(restored(&shelf), []);
    assert_eq!(shelf.restored.last_announcement, 4);
    shelf.give([
        Deed::Record(Record::Numbered(6)),
        Deed::Record(Record::Numbered(5)),
    ]);
    let shelf = shelf.reopen();
    assert_eq!(shelf.restored.last_announcement, 6);
}

#[test]
fn what_is_withdrawn_is_nowhere() {
    let shelf = with_accounts(2);
    shelf.give([
        announced(by_account(1, 1), [(2, Seen)]),
        announced(by_account(2, 1), []),
        withdrawn(1),
        withdrawn(7),
        // Whoever says so too late says it of nothing.
        heeded(1, 2, Acknowledged),
    ]);
    shelf.settle();
    let look = shelf.folder.look();
    let text: String = look
        .query_row(
            "SELECT text FROM announcements WHERE number = 1",
            [],
            |row| row.get(0),
        )
        .expect("it goes later");
    assert_eq!(text, "");
    drop(look);
    assert_eq!(restored(&shelf.reopen()), [(2, vec![])]);
}

#[test]
fn an_account_that_goes_takes_what_is_its_own() {
    let shelf = with_accounts(3);
    shelf.give([
        announced(by_account(1, 1), [(2, Seen), (3, Seen)]),
        announced(by_account(2, 2), [(1, Seen), (3, Seen)]),
        announced(by_account(3, 3), [(1, Seen), (2, Seen)]),
    ]);
    assert_eq!(remove(&shelf, 2, false), Ok(None));
    assert_eq!(remove(&shelf, 3, true), Ok(None));
    let shelf = shelf.reopen();
    assert_eq!(restored(&shelf), [(1, vec![]), (2, vec![(1, Seen)])]);
}

#[test]
fn who_was_where_lately_and_who_was_seen_when() {
    let shelf = with_accounts(3);
    shelf.give([
        begun(1, "#desk"),
        begun(2, "#gone"),
        entered(1, 1, 10),
        exited(1, 1, 20),
        entered(1, 1, 30),
        exited(1, 1, 40),
        entered(2, 1, 10),
        exited(2, 1, 20),
        ended(2),
        // They were there until the last line, as far as anybody knows.
        entered(1, 2, 50),
        record(line(60, "x")),
        Deed::Seen {
            account: AccountId(2),
            at_ms: 5_000,
        },
    ]);
    let shelf = shelf.reopen();
    let desk = ConversationId(1);
    let stays = [(desk, AccountId(1), 40), (desk, AccountId(2), 60)];
    assert_eq!(shelf.restored.stays, stays);
    let seen = shelf.restored.seen.iter();
    let seen: Vec<(u64, u64)> = seen.map(|(account, ms)| (account.0, *ms)).collect();
    assert_eq!(seen, [(1, 1_000), (2, 5_000), (3, 1_000)]);
}
