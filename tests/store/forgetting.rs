//! What is taken back, too old or too much.

use hallway::chat::account::AccountId;
use hallway::chat::vocabulary::{Attention, ConversationId, Line, Told};
use hallway::store::Retention;
use hallway::store::vocabulary::{Deed, Keep, Scope, Wanted};

use crate::accounts::add;
use crate::announcements::{self, announced, withdrawn};
use crate::lines::*;
use crate::shelf::{FOREVER, Shelf};

/// Between two looks at what is too old.
const SWEEP_MS: u64 = 60 * 60 * 1000;

fn count(shelf: &Shelf, text: &str) -> i64 {
    let counted = shelf.folder.look().query_row(text, [], |row| row.get(0));
    counted.expect("it can be read")
}

/// Lets time go by until something holds.
#[track_caller]
fn until(shelf: &Shelf, holds: impl Fn() -> bool) {
    shelf.clock.step(1);
    for _ in 0..40 {
        shelf.clock.go_on(SWEEP_MS);
        for _ in 0..100 {
            shelf.settle();
            if holds() {
                return;
            }
        }
    }
    panic!("it never holds: {:?}", shelf.store().stats());
}

#[test]
fn what_is_taken_back_is_nowhere() {
    let shelf = Shelf::new();
    shelf.give([
        begun(1, "#desk"),
        record(line(1, "embarrassing words")),
        record(line(2, "a fine one")),
    ]);
    shelf.give([redacted(1), redacted(7)]);
    shelf.settle();
    let scope = || of_channel("#desk", Some(1));
    assert_eq!(shelf.newest(guest(), scope()), [2]);
    assert_eq!(shelf.found(guest(), search(scope(), "embarrassing")), []);
    let (folder, _) = shelf.end();
    let file = std::fs::read(folder.file()).expect("it is there");
    let holds = |word: &[u8]| file.windows(word.len()).any(|bytes| bytes == word);
    assert!(holds(b"a fine one"));
    assert!(!holds(b"embarrassing words"), "it is overwritten");
}

#[test]
fn what_is_too_old_goes_by_its_kind_and_its_channel() {
    let shelf = Shelf::with(Retention {
        messages_ms: 1_000 * SWEEP_MS,
        events_ms: 100 * SWEEP_MS,
        bytes_max: None,
    });
    let joined = |ms| Line {
        told: Told::Joined,
        ..line(ms, "")
    };
    let old = SWEEP_MS;
    shelf.give((1..=4).map(|n| begun(n, &format!("#c{n}"))));
    let keep = |conversation, keep| Deed::Keep {
        conversation: ConversationId(conversation),
        keep,
    };
    shelf.give([
        keep(2, Keep::For { ms: 10 * SWEEP_MS }),
        keep(3, Keep::For { ms: u64::MAX }),
        keep(4, Keep::Nothing),
        entered(1, 5, 1),
        exited(1, 5, 2),
    ]);
    for n in 1..=4 {
        shelf.give([
            record(in_conversation(n, line(old + n, "word"))),
            record(in_conversation(n, joined(old + 10 + n))),
        ]);
    }
    shelf.give([record(private(old + 20, 5, 6, "word"))]);
    shelf.settle();
    let all = |n: u64| {
        let wanted = Wanted {
            events: true,
            ..wanted(of_channel(&format!("#c{n}"), Some(n)))
        };
        shelf.asked(guest(), wanted).len()
    };
    assert_eq!(
        [1, 2, 3, 4].map(all),
        [2, 2, 2, 0],
        "one is not kept at all"
    );
    shelf.clock.go_on(50 * SWEEP_MS);
    until(&shelf, || [1, 2, 3].map(all) == [2, 0, 2]);
    shelf.clock.go_on(100 * SWEEP_MS);
    until(&shelf, || [1, 2, 3].map(all) == [1, 0, 1]);
    shelf.give([keep(3, Keep::Nothing), keep(4, Keep::Default), ended(1)]);
    until(&shelf, || all(3) == 0);
    shelf.give([record(in_conversation(4, line(200 * SWEEP_MS, "again")))]);
    shelf.settle();
    assert_eq!(all(4), 1);
    shelf.clock.go_on(2_000 * SWEEP_MS);
    until(&shelf, || count(&shelf, "SELECT count(*) FROM lines") == 0);
    assert_eq!(shelf.newest(account(5), Scope::With(AccountId(6))), []);
    // What nothing is left of goes too.
    until(&shelf, || count(&shelf, "SELECT count(*) FROM pairs") == 0);
    until(&shelf, || count(&shelf, "SELECT count(*) FROM stays") == 0);
    let ended = "SELECT count(*) FROM conversations WHERE ended";
    until(&shelf, || count(&shelf, ended) == 0);
    assert_eq!(count(&shelf, "SELECT count(*) FROM conversations"), 3);
}

#[test]
fn what_is_too_much_goes_from_the_oldest_on() {
    let bytes_max = 512 * 1024;
    let shelf = Shelf::with(Retention {
        bytes_max: Some(bytes_max),
        ..FOREVER
    });
    shelf.give([begun(1, "#desk")]);
    let text = "some words that fill a page or two, and are not very long either";
    shelf.give((1..=6_000).map(|ms| record(line(ms, text))));
    shelf.settle();
    let used = || {
        let look = shelf.folder.look();
        let pragma = |name| -> i64 {
            let found = look.pragma_query_value(None, name, |row| row.get(0));
            found.expect("it can be read")
        };
        let pages = pragma("page_count") - pragma("freelist_count");
        u64::try_from(pages * pragma("page_size")).expect("a size")
    };
    assert!(used() > bytes_max);
    until(&shelf, || used() <= bytes_max);
    let left = count(&shelf, "SELECT count(*) FROM lines");
    assert!((500..6_000).contains(&left), "{left} lines are left");
    assert!(used() > bytes_max / 2, "{} bytes are used", used());
    let newest = shelf.newest(guest(), of_channel("#desk", Some(1)));
    assert_eq!(newest, (5_951..=6_000).collect::<Vec<u64>>());
    until(&shelf, || {
        count(&shelf, "SELECT freelist_count FROM pragma_freelist_count") < 64
    });
}

#[test]
fn words_are_found_while_old_ones_go() {
    let shelf = Shelf::with(Retention {
        messages_ms: 10 * SWEEP_MS,
        ..FOREVER
    });
    shelf.give([begun(1, "#desk")]);
    shelf.give((1..=3_000).map(|ms| record(line(ms, "printer"))));
    shelf.settle();
    shelf.clock.go_on(20 * SWEEP_MS);
    shelf.give([record(line(19 * SWEEP_MS, "printer"))]);
    let found = || shelf.found(guest(), search(of_channel("#desk", Some(1)), "printer"));
    until(&shelf, || found() == [19 * SWEEP_MS]);
}

#[test]
fn announcements_go_once_they_are_over() {
    // More than one step forgets.
    const HEARERS: u32 = 600;
    let shelf = Shelf::new();
    let look = shelf.folder.look();
    add(&shelf, "u1").expect("there is none");
    let many = "WITH RECURSIVE n (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n LIMIT ?1)
        INSERT INTO accounts (name, folded, verifier, made_ms, seen_ms)
        SELECT 'u' || n, 'u' || n, verifier, 0, 0 FROM n, accounts WHERE name = 'u1'";
    look.execute(many, [HEARERS - 1]).expect("they are new");
    let hearers = || (1..=HEARERS).map(|account| (account.into(), Attention::Seen));
    let in_force = announcements::until(1, 1_000 * SWEEP_MS);
    shelf.give([
        announced(in_force, hearers()),
        announced(announcements::until(2, 1_000 * SWEEP_MS), hearers()),
        announced(announcements::until(3, 5 * SWEEP_MS), hearers()),
        withdrawn(2),
    ]);
    shelf.settle();
    let hearers = |number: u32| {
        let text = format!("SELECT count(*) FROM hearers WHERE number = {number}");
        count(&shelf, &text)
    };
    let left = || count(&shelf, "SELECT count(*) FROM announcements");
    assert_eq!((left(), [1, 2, 3].map(hearers)), (3, [600; 3]));
    until(&shelf, || left() == 2);
    assert_eq!([1, 2, 3].map(hearers), [600, 0, 600]);
    shelf.clock.go_on(10 * SWEEP_MS);
    until(&shelf, || left() == 1);
    assert_eq!([1, 2, 3].map(hearers), [600, 0, 0]);
}
