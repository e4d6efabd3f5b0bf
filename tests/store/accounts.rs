//! Accounts, what waits for them, when somebody was seen and with whom they spoke.

use std::sync::Arc;

use hallway::chat::account::{Account, AccountId};
use hallway::chat::mask::{Effect, Mask};
use hallway::chat::vocabulary::{
    Absent, ConversationId, Line, MetadataKey, Preferences, Record, Unwanted, Watched,
};
use hallway::store::vocabulary::{Asker, Deed, Found, Partner, Query, Scope, Trouble};
use hallway::verifier::{ITERATIONS_MIN, Verifier};

use crate::lines::*;
use crate::shelf::Shelf;

pub(crate) fn verifier(password: &str) -> Arc<Verifier> {
    Arc::new(Verifier::make(password, b"salt", ITERATIONS_MIN).expect("a password"))
}

pub(crate) fn add(shelf: &Shelf, name: &str) -> Result<Option<AccountId>, Trouble> {
    shelf.done(Deed::AddAccount {
        name: nick(name),
        verifier: verifier(name),
        email: None,
        at_ms: 1_000,
    })
}

pub(crate) fn remove(
    shelf: &Shelf,
    account: u64,
    with_messages: bool,
) -> Result<Option<AccountId>, Trouble> {
    shelf.done(Deed::RemoveAccount {
        account: AccountId(account),
        with_messages,
    })
}

fn keep_for(account: u64, line: Line) -> Deed {
    Deed::KeepFor {
        account: AccountId(account),
        line,
    }
}

#[test]
fn numbers_are_never_used_again_and_names_only_once_at_a_time() {
    let shelf = Shelf::new();
    assert_eq!(add(&shelf, "José"), Ok(Some(AccountId(1))));
    assert_eq!(add(&shelf, "bob"), Ok(Some(AccountId(2))));
    assert_eq!(add(&shelf, "JOSÉ"), Err(Trouble::NameTaken));
    assert_eq!(remove(&shelf, 2, false), Ok(None));
    assert_eq!(remove(&shelf, 2, false), Err(Trouble::NoSuchAccount));
    let shelf = shelf.reopen();
    let account = add(&shelf, "Bob").expect("it is free").expect("a number");
    assert!(account > AccountId(2));
    let new = Deed::SetVerifier {
        account,
        verifier: verifier("other"),
    };
    assert_eq!(shelf.done(new), Ok(None));
    let shelf = shelf.reopen();
    let accounts = &shelf.restored.accounts;
    let known: Vec<(u64, &str, bool)> = accounts
        .iter()
        .map(|(account, known)| {
            (
                account.id.0,
                account.name.as_str(),
                known.holds_for("other"),
            )
        })
        .collect();
    assert_eq!(known, [(1, "José", false), (account.0, "Bob", true)]);
}

#[test]
fn a_message_waits_until_it_is_delivered() {
    let shelf = Shelf::new();
    for name in ["u1", "u2", "u3"] {
        add(&shelf, name).expect("there is none");
    }
    for (ms, from) in [(10, 1), (20, 3), (30, 1)] {
        let line = private(ms, from, 2, "call me");
        assert_eq!(shelf.done(keep_for(2, line)), Ok(None));
    }
    let nobody = shelf.done(keep_for(9, private(40, 1, 9, "x")));
    assert_eq!(nobody, Err(Trouble::NoSuchAccount));
    let shelf = shelf.reopen();
    let known: Vec<(u64, u64, u64)> = shelf
        .restored
        .waiting
        .iter()
        .map(|(account, sender, line)| (account.0, sender.0, line.ms))
        .collect();
    assert_eq!(known, [(2, 1, 10), (2, 3, 20), (2, 1, 30)]);
    let waiting = |limit| Query::Waiting { limit };
    assert_eq!(shelf.found(account(2), waiting(9)), [10, 20, 30]);
    assert_eq!(shelf.found(account(2), waiting(1)), [10]);
    assert_eq!(shelf.found(account(1), waiting(9)), []);
    assert_eq!(shelf.found(guest(), waiting(9)), []);
    let blocking = Asker {
        blocked: vec![AccountId(3)],
        ..account(2)
    };
    assert_eq!(shelf.found(blocking, waiting(9)), [10, 30]);
    let delivered = Deed::Delivered {
        account: AccountId(2),
        until: id(20),
    };
    assert_eq!(shelf.done(delivered), Ok(None));
    assert_eq!(shelf.found(account(2), waiting(9)), [30]);
    shelf.give([redacted(30)]);
    shelf.settle();
    assert_eq!(shelf.found(account(2), waiting(9)), []);
    // They are history all the same.
    assert_eq!(shelf.newest(account(1), Scope::With(AccountId(2))), [10]);
}

#[test]
fn what_a_removed_account_has_said_goes_if_it_is_to() {
    for with_messages in [false, true] {
        let shelf = Shelf::new();
        for name in ["u1", "u2"] {
            add(&shelf, name).expect("there is none");
        }
        shelf.give([begun(1, "#desk")]);
        let lines = (1..=600).map(|ms| by("u1", Some(1), line(ms, "mine")));
        shelf.give(lines.map(record));
        shelf.give([record(by("u2", Some(2), line(601, "yours")))]);
        shelf.give([keep_for(2, private(602, 1, 2, "mine"))]);
        shelf.give([record(private(603, 2, 1, "yours"))]);
        assert_eq!(remove(&shelf, 1, with_messages), Ok(None));
        let channel = || of_channel("#desk", Some(1));
        let left = shelf.newest(guest(), channel());
        assert_eq!(left.len(), if with_messages { 1 } else { 50 });
        let found = shelf.found(guest(), search(channel(), "mine"));
        assert_eq!(found.is_empty(), with_messages);
        let waiting = shelf.found(account(2), Query::Waiting { limit: 9 });
        assert_eq!(waiting.is_empty(), with_messages);
        let private = shelf.newest(account(2), Scope::With(AccountId(1)));
        assert_eq!(private.last(), Some(&603));
        // Out of sight at once, and out of the tables step by step, over a restart too.
        let shelf = shelf.reopen();
        let left = |shelf: &Shelf| -> i64 {
            let count = "SELECT count(*) FROM lines WHERE author = 1";
            let counted = shelf.folder.look().query_row(count, [], |row| row.get(0));
            counted.expect("it can be read")
        };
        shelf.clock.step(1);
        for _ in 0..10_000 {
            shelf.settle();
            if !with_messages || left(&shelf) == 0 {
                break;
            }
        }
        assert_eq!(left(&shelf), if with_messages { 0 } else { 601 });
    }
}

#[test]
fn the_last_time_somebody_was_heard_of() {
    let shelf = Shelf::new();
    let former = |name: &str, limit| {
        let nick = nick(name);
        match shelf.ask(guest(), Query::Former { nick, limit }) {
            Ok(Found::Former(found)) => found,
            other => panic!("{other:?}"),
        }
    };
    let seen = |name: &str| {
        let found = former(name, 1);
        let first = found.first();
        first.map(|former| (former.until_ms, former.identity.nick.as_str().to_owned()))
    };
    assert_eq!(add(&shelf, "ann"), Ok(Some(AccountId(1))));
    shelf.give([
        begun(1, "#desk"),
        record(line(500, "x")),
        record(line(700, "x")),
    ]);
    shelf.give([record(by("Ann", Some(1), line(800, "x")))]);
    shelf.settle();
    assert_eq!(seen("GUS"), Some((700, "gus".to_owned())));
    assert_eq!(seen("ann"), Some((1_000, "Ann".to_owned())));
    assert_eq!(seen("nobody"), None);
    for at_ms in [5_000, 4_000] {
        let here = Deed::Seen {
            account: AccountId(1),
            at_ms,
        };
        assert_eq!(shelf.done(here), Ok(None));
    }
    assert_eq!(seen("Ann"), Some((5_000, "Ann".to_owned())));
    shelf.give([record(by("Ann", None, line(6_000, "x")))]);
    shelf.settle();
    let both = former("ann", 9);
    let times: Vec<u64> = both.iter().map(|former| former.until_ms).collect();
    assert_eq!(times, [6_000, 5_000]);
    assert!(both.iter().all(|former| former.identity.is_known()));
    assert_eq!(former("ann", 1).len(), 1);
}

#[test]
fn conversations_by_their_latest_line() {
    let shelf = Shelf::new();
    for name in ["u1", "u2", "u3"] {
        add(&shelf, name).expect("there is none");
    }
    shelf.give([
        begun(1, "#desk"),
        ended(1),
        begun(2, "#desk"),
        begun(3, "#other"),
    ]);
    shelf.give([entered(1, 1, 1), exited(1, 1, 100)]);
    shelf.give([
        record(line(10, "x")),
        record(in_conversation(2, line(20, "x"))),
        record(in_conversation(3, line(30, "x"))),
        record(private(40, 1, 2, "x")),
        record(private(15, 3, 1, "x")),
        record(private(50, 2, 3, "x")),
    ]);
    shelf.settle();
    let partners = |asker: Asker, after_ms, before_ms, limit| {
        let open = [2, 3].map(ConversationId).to_vec();
        let query = Query::Partners {
            open,
            after_ms,
            before_ms,
            limit,
        };
        match shelf.ask(asker, query) {
            Ok(Found::Partners(found)) => found,
            other => panic!("{other:?}"),
        }
    };
    let desk = |ms| (Partner::Channel(channel("#desk")), ms);
    let other = (Partner::Channel(channel("#other")), 30);
    let person = |number: u64, ms| {
        let account = Account {
            id: AccountId(number),
            name: nick(&format!("u{number}")),
        };
        (Partner::Account(account), ms)
    };
    let all = vec![person(3, 15), desk(20), other.clone(), person(2, 40)];
    assert_eq!(partners(account(1), 0, 100, 9), all);
    assert_eq!(partners(account(1), 0, 100, 2), all[..2]);
    assert_eq!(partners(account(1), 5, 20, 9), [desk(10), person(3, 15)]);
    assert_eq!(partners(guest(), 0, 100, 9), [desk(20), other]);
    assert_eq!(partners(guest(), 0, 20, 9), []);
}

#[test]
fn read_markers_go_on_with_their_account() {
    let shelf = Shelf::new();
    let ann = add(&shelf, "ann").expect("it is free").expect("a number");
    let marker = |account, target: &str, at_ms| Deed::MarkRead {
        account,
        target: target.to_owned(),
        at_ms,
    };
    let nobody = AccountId(99);
    shelf.give([
        marker(ann, "#b", 7),
        marker(ann, "#a", 5),
        marker(ann, "#b", 6),
        marker(nobody, "#a", 1),
    ]);
    shelf.settle();
    let shelf = shelf.reopen();
    let expected = [(ann, "#a".to_owned(), 5), (ann, "#b".to_owned(), 7)];
    assert_eq!(shelf.restored.read, expected);
    assert_eq!(remove(&shelf, ann.0, false), Ok(None));
    assert_eq!(shelf.reopen().restored.read, []);
}

fn absent(account: u64, typed: &str, until_ms: u64) -> (AccountId, Absent) {
    let typed = typed.into();
    let absent = Absent {
        typed,
        since_ms: 1,
        until_ms,
    };
    (AccountId(account), absent)
}

#[test]
fn until_when_people_are_away_is_known_until_they_say_otherwise() {
    let shelf = Shelf::new();
    for name in ["u1", "u2", "u3"] {
        add(&shelf, name).expect("there is none");
    }
    let away = |(account, absent)| {
        let absent = Some(absent);
        Deed::Record(Record::Absent { account, absent })
    };
    let back = |account| {
        let (account, absent) = (AccountId(account), None);
        Deed::Record(Record::Absent { account, absent })
    };
    shelf.give([
        away(absent(1, "At lunch until 13:00", 5)),
        away(absent(1, "José until 14:00", u64::MAX >> 1)),
        away(absent(2, "Busy until 9", 9)),
        away(absent(3, "Busy until 9", 9)),
        away(absent(99, "nobody until 9", 9)),
        back(2),
        back(98),
    ]);
    let shelf = shelf.reopen();
    let known = [
        absent(1, "José until 14:00", u64::MAX >> 1),
        absent(3, "Busy until 9", 9),
    ];
    assert_eq!(shelf.restored.absences, known.clone().into());
    assert_eq!(remove(&shelf, 1, false), Ok(None));
    assert_eq!(
        shelf.reopen().restored.absences,
        known[1..].iter().cloned().collect()
    );
}

#[test]
fn who_stays_is_known_as_long_as_they_have_their_account() {
    let shelf = Shelf::new();
    for name in ["u1", "u2", "u3"] {
        add(&shelf, name).expect("there is none");
    }
    let stays = |account, on| {
        let account = AccountId(account);
        Deed::Record(Record::Stays { account, on })
    };
    shelf.give([
        stays(1, true),
        stays(1, true),
        stays(2, true),
        stays(2, false),
        stays(3, true),
        stays(99, true),
    ]);
    let shelf = shelf.reopen();
    assert_eq!(shelf.restored.stayers, [1, 3].map(AccountId).into());
    assert_eq!(remove(&shelf, 3, false), Ok(None));
    let shelf = shelf.reopen();
    assert_eq!(shelf.restored.stayers, [AccountId(1)].into());
}

fn preferred(account: u64, unwanted: Vec<Unwanted>, watched: Vec<Watched>) -> Deed {
    Deed::Record(Record::Preferred {
        account: AccountId(account),
        preferences: Preferences { unwanted, watched },
    })
}

#[test]
fn what_people_choose_is_kept_in_order_until_their_account_goes() {
    let shelf = Shelf::new();
    for name in ["u1", "u2", "u3"] {
        add(&shelf, name).expect("there is none");
    }
    let of = |account| Unwanted::Account(AccountId(account));
    let spam = Mask::parse("*!*@spam.example", Effect::KeepOut).expect("a mask");
    let unwanted = vec![of(3), Unwanted::Mask(spam), of(2)];
    let watched = vec![
        Watched::Person(nick("bob")),
        Watched::Channel(channel("#desk")),
    ];
    shelf.give([
        preferred(1, vec![of(2)], Vec::new()),
        preferred(1, unwanted.clone(), watched.clone()),
        preferred(2, vec![of(3)], Vec::new()),
        preferred(3, Vec::new(), watched.clone()),
    ]);
    let shelf = shelf.reopen();
    let known = &shelf.restored.preferences;
    let all = |account| known.get(&AccountId(account)).cloned().unwrap_or_default();
    assert_eq!(
        all(1),
        Preferences {
            unwanted: unwanted.clone(),
            watched: watched.clone()
        }
    );
    assert_eq!(all(2).unwanted, [of(3)]);
    assert_eq!(remove(&shelf, 3, false), Ok(None));
    let shelf = shelf.reopen();
    let known = &shelf.restored.preferences;
    let accounts: Vec<u64> = known.keys().map(|account| account.0).collect();
    assert_eq!(accounts, [1]);
    assert_eq!(known[&AccountId(1)].unwanted, unwanted[1..]);
}

fn described(account: u64, key: &str, value: Option<&str>) -> Deed {
    Deed::Record(Record::Described {
        account: AccountId(account),
        key: MetadataKey::parse(key).expect("a key"),
        value: value.map(Into::into),
    })
}

#[test]
fn what_people_say_of_themselves_is_kept_until_their_account_goes() {
    let shelf = Shelf::new();
    for name in ["ann", "bob"] {
        add(&shelf, name).expect("there is none");
    }
    shelf.give([
        described(1, "status", Some("in room 4")),
        described(1, "status", Some("in room 5")),
        described(1, "color", Some("#00ff00")),
        described(1, "color", None),
        described(2, "status", Some("here")),
        described(3, "status", Some("nobody's")),
    ]);
    let shelf = shelf.reopen();
    let all = |shelf: &Shelf| -> Vec<(u64, String)> {
        let known = shelf.restored.metadata.iter();
        let spelled = known.flat_map(|(account, said)| {
            said.iter()
                .map(|(key, value)| (account.0, format!("{key}: {value}")))
        });
        spelled.collect()
    };
    let expected = [(1, "status: in room 5"), (2, "status: here")];
    assert_eq!(all(&shelf), expected.map(|(n, said)| (n, said.to_owned())));
    assert_eq!(remove(&shelf, 1, false), Ok(None));
    assert_eq!(all(&shelf.reopen()), [(2, "status: here".to_owned())]);
}
