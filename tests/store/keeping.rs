//! What is kept, in which order, and when it is answered.

use std::sync::Arc;

use hallway::chat::account::AccountId;
use hallway::chat::vocabulary::{Extras, Line, Manner, Record, Told};
use hallway::store::vocabulary::{
    Answer, Deed, End, LINES_MAX, Order, Point, Query, Question, Scope, Wanted,
};
use hallway::store::{ORDERS_WAITING_BYTES_MAX, ORDERS_WAITING_MAX, QUESTIONS_WAITING_MAX};

use crate::lines::*;
use crate::shelf::{FOREVER, Shelf};

fn everything() -> Query {
    Query::Lines(Wanted {
        events: true,
        ..wanted(of_channel("#desk", Some(1)))
    })
}

#[test]
fn lines_come_back_as_they_were_after_a_restart() {
    let shelf = Shelf::new();
    shelf.give([begun(1, "#Desk")]);
    let told = [
        said(""),
        Told::Said {
            manner: Manner::Action,
            text: "zwei\nZeilen, “é” 東京".into(),
            extras: Extras {
                attached: Some("+draft/reply=x".into()),
                seams: vec![3, 70_000],
            },
        },
        Told::Announced {
            number: 7,
            text: "fire drill".into(),
        },
        Told::Topic("".into()),
        Told::Joined,
        Told::Left(None),
        Told::Left(Some("".into())),
        Told::Quit("bye".into()),
        Told::Renamed(nick("José")),
        Told::Kicked(nick("bob"), Some("noise".into())),
        Told::ChannelRenamed {
            before: Some(channel("#desk")),
            channel: channel("#Help"),
            why: Some("it is one".into()),
        },
        Told::ChannelRenamed {
            before: None,
            channel: channel("#Help"),
            why: None,
        },
    ];
    let manners = [Manner::Notice, Manner::Request, Manner::Answer].map(|manner| Told::Said {
        manner,
        text: "x".into(),
        extras: Extras::default(),
    });
    let people = [who("Ann", Some(3)), who("gus", None), {
        let mut bot = (*who("[bot]", None)).clone();
        bot.bot = true;
        Arc::new(bot)
    }];
    let mut lines = Vec::new();
    for (told, ms) in told.into_iter().chain(manners).zip(1..) {
        for (from, counter) in people.iter().zip(0..) {
            let mut line = line(1_790_000_000_000 + ms, "");
            line.id.counter = counter;
            line.id.site = 63;
            // The clock on the wall was set back, or on.
            line.at_ms = line.at_ms + 1_000 - 500 * u64::from(counter);
            line.from = from.clone();
            line.told = told.clone();
            lines.push(line);
        }
    }
    shelf.give(lines.iter().cloned().map(record));
    let private = private(1_790_000_001_000, 4, 3, "psst");
    shelf.give([record(private.clone())]);
    let shelf = shelf.reopen();
    assert_eq!(shelf.restored.last_message, private.id);
    assert_eq!(shelf.lines(guest(), everything()), lines);
    let scope = Scope::With(AccountId(4));
    let found = shelf.lines(account(3), Query::Lines(wanted(scope)));
    assert_eq!(found, [private]);
}

#[test]
fn a_line_is_kept_once_and_the_order_is_that_of_ids() {
    let shelf = Shelf::new();
    shelf.give([begun(1, "#desk")]);
    for ms in [3, 1, 2, 3, 1] {
        shelf.give([record(line(ms, "same"))]);
    }
    shelf.give([record(line(2, "other"))]);
    shelf.settle();
    let found = shelf.lines(guest(), everything());
    assert_eq!(found, [1, 2, 3].map(|ms| line(ms, "same")));
    assert_eq!(
        shelf.found(guest(), search(of_channel("#desk", Some(1)), "other")),
        []
    );
}

#[test]
fn each_end_each_bound_and_each_limit() {
    let shelf = Shelf::new();
    shelf.give([begun(1, "#desk")]);
    shelf.give((1..=9).map(|n| record(line(10 * n, "x"))));
    shelf.settle();
    let (message, moment) = (
        |ms| Some(Point::Message(id(ms))),
        |ms| Some(Point::Moment(ms)),
    );
    #[rustfmt::skip]
    let cases = [
        (None,        None,        3, End::Newest,                     vec![70, 80, 90]),
        (None,        None,        3, End::Oldest,                     vec![10, 20, 30]),
        (message(30), None,        2, End::Oldest,                     vec![40, 50]),
        (moment(30),  message(60), 9, End::Newest,                     vec![40, 50]),
        (message(31), moment(60),  9, End::Oldest,                     vec![40, 50]),
        (None,        message(30), 1, End::Newest,                     vec![20]),
        (message(50), message(50), 9, End::Newest,                     vec![]),
        (message(90), None,        9, End::Newest,                     vec![]),
        (None,        None,        4, End::Around(Point::Message(id(50))), vec![30, 40, 50, 60]),
        (None,        None,        3, End::Around(Point::Moment(45)),      vec![40, 50, 60]),
        (message(40), None,        4, End::Around(Point::Message(id(50))), vec![50, 60]),
        (None,        None,        0, End::Newest,                     vec![]),
    ];
    for (after, before, limit, end, expected) in cases {
        let wanted = Wanted {
            after,
            before,
            limit,
            end,
            ..wanted(of_channel("#desk", Some(1)))
        };
        let shown = format!("{wanted:?}");
        assert_eq!(shelf.asked(guest(), wanted), expected, "{shown}");
    }
}

#[test]
fn who_waits_is_answered_in_order_with_all_that_came_before() {
    let shelf = Shelf::new();
    shelf.give([begun(1, "#desk")]);
    let tickets: Vec<u64> = (1..=50)
        .map(|ms| {
            shelf.give([record(line(2 * ms, "x"))]);
            shelf.submit(record(line(2 * ms + 1, "x")))
        })
        .collect();
    let (folder, answers) = shelf.end();
    let answered: Vec<u64> = answers
        .into_iter()
        .map(|answer| match answer {
            Answer::Done {
                ticket,
                outcome: Ok(None),
            } => ticket,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(answered, tickets);
    let count: i64 = folder
        .look()
        .query_row("SELECT count(*) FROM lines", [], |row| row.get(0))
        .expect("it is closed in order");
    assert_eq!(count, 100);
    let log = folder.path().join("hallway.db-wal");
    assert!(!log.exists(), "everything is in the one file");
}

#[test]
fn what_gathers_is_one_transaction() {
    let shelf = Shelf::new();
    shelf.give([begun(1, "#desk")]);
    shelf.settle();
    let other = shelf.folder.look();
    let changes = || -> i64 {
        let version = other.pragma_query_value(None, "data_version", |row| row.get(0));
        version.expect("it can be read")
    };
    let before = changes();
    // Nothing is written while somebody else writes, so all of it gathers behind the first.
    other
        .execute_batch("BEGIN IMMEDIATE")
        .expect("nobody else writes");
    shelf.give((1..=500).map(|ms| record(line(ms, "x"))));
    assert_eq!(shelf.store().stats().stored, 0);
    other
        .execute_batch("COMMIT")
        .expect("it has changed nothing");
    shelf.settle();
    assert_eq!(shelf.store().stats().stored, 500);
    assert_ne!(changes(), before);
    let mut commits = 0;
    let log = std::fs::read(shelf.folder.path().join("hallway.db-wal")).expect("it is there");
    // A frame of the log ends a transaction if its header tells the size of the database.
    for frame in log[32..].chunks_exact(24 + 4096) {
        commits += usize::from(frame[4..8] != [0; 4]);
    }
    assert!(commits < 50, "{commits} transactions");
}

#[test]
fn one_more_than_may_wait_is_given_back_but_rights_have_room() {
    let shelf = Shelf::new();
    shelf.give([begun(1, "#desk")]);
    shelf.settle();
    let other = shelf.folder.look();
    other
        .execute_batch("BEGIN IMMEDIATE")
        .expect("nobody else writes");
    let mut taken = 0;
    let refused = loop {
        let deed = record(line(taken + 1, "x"));
        match shelf.store().submit(Order { ticket: None, deed }) {
            Ok(()) => taken += 1,
            Err(order) => break order,
        }
    };
    assert!(matches!(refused.deed, Deed::Record(Record::Line(line)) if line.id == id(taken + 1)));
    assert!(taken >= ORDERS_WAITING_MAX as u64);
    assert!(shelf.store().stats().waiting >= ORDERS_WAITING_MAX);
    shelf.give([entered(1, 5, 1), redacted(1)]);
    other
        .execute_batch("COMMIT")
        .expect("it has changed nothing");
    shelf.settle();
    let stats = shelf.store().stats();
    assert_eq!((stats.stored, stats.lost, stats.waiting), (taken, 1, 0));
    // Room alone is no end of the trouble: that is when something is taken again.
    assert!(stats.trouble.is_some());
    shelf.settle();
    assert_eq!(shelf.store().stats().trouble, None);
    let first = Wanted {
        end: End::Oldest,
        limit: 1,
        ..wanted(of_channel("#desk", Some(1)))
    };
    assert_eq!(shelf.asked(guest(), first), [2]);
}

#[test]
fn texts_that_weigh_too_much_together_are_given_back() {
    let shelf = Shelf::new();
    let other = shelf.folder.look();
    other
        .execute_batch("BEGIN IMMEDIATE")
        .expect("nobody else writes");
    let text = "x".repeat(64 * 1024);
    // What the thread has in hand does not wait any more.
    let most = 2 * ORDERS_WAITING_BYTES_MAX / text.len();
    let refused = (1..).find(|ms| {
        let deed = record(line(*ms, &text));
        shelf.store().submit(Order { ticket: None, deed }).is_err()
    });
    let taken = usize::try_from(refused.expect("one is refused")).expect("few") - 1;
    assert!((most / 2 - 1..=most).contains(&taken), "{taken} were taken");
    other.execute_batch("COMMIT").expect("nothing has changed");
}

#[test]
fn an_answer_has_no_more_lines_than_there_may_be() {
    let shelf = Shelf::new();
    shelf.give([begun(1, "#desk")]);
    let last = LINES_MAX as u64 + 1;
    shelf.give((1..=last).map(|ms| record(line(ms, "x"))));
    shelf.settle();
    let wanted = Wanted {
        limit: usize::MAX,
        ..wanted(of_channel("#desk", Some(1)))
    };
    let found = shelf.asked(guest(), wanted);
    assert_eq!(found, (2..=last).collect::<Vec<u64>>());
}

#[test]
fn one_more_question_than_may_wait_is_given_back() {
    let shelf = Shelf::new();
    shelf.give([begun(1, "#desk")]);
    shelf.give((1..=LINES_MAX as u64).map(|ms| record(line(ms, "x"))));
    shelf.settle();
    let ask = |ticket| {
        let wanted = Wanted {
            limit: LINES_MAX,
            ..wanted(of_channel("#desk", Some(1)))
        };
        let question = Question {
            ticket,
            asker: guest(),
            query: Query::Lines(wanted),
        };
        shelf.store().ask(question).err().map(|back| back.ticket)
    };
    let refused = (0..).find_map(ask).expect("one is refused");
    assert!(refused >= QUESTIONS_WAITING_MAX as u64);
}

#[test]
fn who_was_there_when_a_server_ended_without_a_word_was_there_until_the_last_line() {
    let shelf = Shelf::new();
    let closed = |ms| {
        record(Line {
            open: false,
            ..line(ms, "x")
        })
    };
    shelf.give([
        begun(1, "#desk"),
        begun(2, "#gone"),
        ended(2),
        entered(1, 5, 2),
    ]);
    shelf.give([1, 2, 3].map(closed));
    let shelf = shelf.reopen();
    let channels = &shelf.restored.channels;
    assert_eq!(channels.len(), 1);
    assert_eq!((channels[0].0.0, channels[0].1.as_str()), (1, "#desk"));
    assert_eq!(shelf.restored.last_conversation.0, 2);
    shelf.give([closed(4)]);
    shelf.settle();
    assert_eq!(
        shelf.newest(account(5), of_channel("#desk", Some(1))),
        [2, 3]
    );
}

#[test]
fn a_store_that_is_dropped_has_kept_everything() {
    let shelf = Shelf::new();
    shelf.give([begun(1, "#desk"), record(line(1, "x"))]);
    let folder = shelf.folder.clone();
    drop(shelf);
    let shelf = Shelf::open(&folder, FOREVER).expect("the lock is gone");
    assert_eq!(shelf.found(guest(), everything()), [1]);
}

#[test]
fn whoever_asks_finds_what_was_to_be_kept_before() {
    let shelf = Shelf::new();
    shelf.give([begun(1, "#desk")]);
    for ms in 1..=20 {
        shelf.give([record(line(ms, "x"))]);
        let newest = shelf.newest(guest(), of_channel("#desk", Some(1)));
        assert_eq!(newest.last(), Some(&ms));
    }
}

#[test]
fn few_that_weigh_much_are_too_much_as_well() {
    let shelf = Shelf::new();
    let other = shelf.folder.look();
    other.execute_batch("BEGIN IMMEDIATE").expect("it is free");
    let text = "x".repeat(ORDERS_WAITING_BYTES_MAX / 8);
    let fits = (1..100).take_while(|ms| {
        let order = Order {
            ticket: None,
            deed: record(line(*ms, &text)),
        };
        shelf.store().submit(order).is_ok()
    });
    let fits = fits.count();
    assert!((7..32).contains(&fits), "{fits}");
    assert!(shelf.store().stats().lost > 0);
}

#[test]
fn whoever_asks_does_not_wait_for_a_disk_that_is_slow() {
    let shelf = Shelf::new();
    shelf.give([begun(1, "#desk"), record(line(1, "x"))]);
    shelf.settle();
    // Nothing can be written while another program does.
    let other = shelf.folder.look();
    other
        .execute_batch("BEGIN IMMEDIATE")
        .expect("nobody else writes");
    shelf.give([record(line(2, "x"))]);
    assert_eq!(shelf.found(guest(), everything()), [1]);
    // It is in the writer's hands before it is written.
    while shelf.store().stats().waiting > 0 {
        std::thread::yield_now();
    }
    other.execute_batch("ROLLBACK").expect("it has begun");
    shelf.settle();
    assert_eq!(shelf.found(guest(), everything()), [1, 2]);
}
