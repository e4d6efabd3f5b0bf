//! Who may read what, as a matrix; each way of asking agrees with it.

use hallway::chat::account::AccountId;
use hallway::chat::vocabulary::{ConversationId, Line, Record};
use hallway::store::vocabulary::{Asker, Deed, End, Query, Scope, Trouble, Wanted};

use crate::lines::*;
use crate::shelf::Shelf;

/// In conversation 1, which has ended, and 2, both called `#desk`: account 5 was in both for a
/// while and is in 2 again, 6 was in 1, 7 was never anywhere.
fn desk() -> Shelf {
    let shelf = Shelf::new();
    let open = |n, ms| record(in_conversation(n, line(ms, "word")));
    let closed = |n, ms| {
        record(Line {
            open: false,
            ..in_conversation(n, line(ms, "word"))
        })
    };
    shelf.give([begun(1, "#desk"), open(1, 10), closed(1, 11)]);
    shelf.give([
        entered(1, 5, 20),
        entered(1, 6, 20),
        open(1, 20),
        closed(1, 21),
    ]);
    shelf.give([
        exited(1, 6, 25),
        closed(1, 26),
        exited(1, 5, 29),
        open(1, 30),
        closed(1, 31),
    ]);
    shelf.give([ended(1), begun(2, "#desk"), open(2, 40), closed(2, 41)]);
    shelf.give([
        entered(2, 5, 50),
        closed(2, 50),
        exited(2, 5, 51),
        open(2, 52),
        closed(2, 53),
    ]);
    shelf.give([
        entered(2, 5, 60),
        closed(2, 60),
        record(by("bob", Some(8), in_conversation(2, line(61, "word")))),
    ]);
    shelf.settle();
    shelf
}

#[test]
fn who_may_read_what() {
    let shelf = desk();
    let now = Some(2);
    let blocking = |asker: Asker| Asker {
        blocked: vec![AccountId(8)],
        ..asker
    };
    let lately = |asker: Asker| Asker {
        not_before_ms: 41,
        ..asker
    };
    let barred = |asker: Asker| Asker {
        barred: vec![ConversationId(2)],
        ..asker
    };
    #[rustfmt::skip]
    let matrix: [(Asker, Option<u64>, &[u64]); 15] = [
        (barred(guest()),      now,     &[]),
        (barred(account(6)),   now,     &[10, 20, 21, 30]),
        (guest(),              None,    &[]),
        (guest(),              now,     &[40, 52, 61]),
        (guest(),              Some(1), &[]),
        (account(7),           None,    &[]),
        (account(7),           now,     &[40, 52, 61]),
        (account(6),           None,    &[10, 20, 21, 30]),
        (account(6),           now,     &[10, 20, 21, 30, 40, 52, 61]),
        (account(5),           None,    &[10, 20, 21, 26, 30, 40, 50, 52, 60, 61]),
        (account(5),           now,     &[10, 20, 21, 26, 30, 40, 50, 52, 60, 61]),
        (lately(account(5)),   now,     &[50, 52, 60, 61]),
        (lately(guest()),      now,     &[52, 61]),
        (blocking(account(5)), None,    &[10, 20, 21, 26, 30, 40, 50, 52, 60]),
        (blocking(guest()),    now,     &[40, 52]),
    ];
    for (asker, current, expected) in matrix {
        let everywhere = Scope::Everywhere(current.map(ConversationId).into_iter().collect());
        for scope in [of_channel("#DESK", current), everywhere] {
            agree(&shelf, &asker, &scope, expected);
        }
        agree(&shelf, &asker, &of_channel("#other", None), &[]);
    }
}

/// Whichever way the same lines are asked for, they are found, and nothing else.
fn agree(shelf: &Shelf, asker: &Asker, scope: &Scope, expected: &[u64]) {
    let shown = format!("{asker:?} {scope:?}");
    let ways = [
        wanted(scope.clone()),
        Wanted {
            words: Some("wor".to_owned()),
            ..wanted(scope.clone())
        },
    ];
    for way in ways {
        let oldest = Wanted {
            end: End::Oldest,
            ..way.clone()
        };
        assert_eq!(shelf.asked(asker.clone(), oldest), expected, "{shown}");
        assert_eq!(shelf.asked(asker.clone(), way.clone()), expected, "{shown}");
        // A limit is filled with what may be read.
        let last = Wanted { limit: 2, ..way };
        let from = expected.len().saturating_sub(2);
        assert_eq!(
            shelf.asked(asker.clone(), last),
            expected[from..],
            "{shown}"
        );
    }
}

#[test]
fn a_channel_is_found_under_its_last_name() {
    let shelf = desk();
    shelf.give([Deed::Record(Record::Named {
        conversation: ConversationId(2),
        channel: channel("#help"),
    })]);
    shelf.settle();
    assert_eq!(
        shelf.newest(account(5), of_channel("#help", None)),
        [40, 50, 52, 60, 61]
    );
    assert_eq!(
        shelf.newest(account(5), of_channel("#desk", None)),
        [10, 20, 21, 26, 30]
    );
}

#[test]
fn what_takes_too_long_is_given_up() {
    let shelf = Shelf::new();
    shelf.give([begun(1, "#desk"), record(line(1, "x"))]);
    shelf.give((2..=6_000).map(|ms| record(by("bob", Some(8), line(ms, "x")))));
    shelf.settle();
    let asker = || Asker {
        blocked: vec![AccountId(8)],
        ..guest()
    };
    let query = || Query::Lines(wanted(of_channel("#desk", Some(1))));
    assert_eq!(shelf.found(asker(), query()), [1]);
    // Now every look at the clock is a tenth of a second later.
    shelf.clock.step(100);
    assert_eq!(shelf.ask(asker(), query()), Err(Trouble::TooSlow));
    shelf.clock.step(0);
    assert_eq!(shelf.found(asker(), query()), [1]);
    assert_eq!(shelf.store().stats().trouble, None, "that is no trouble");
}
