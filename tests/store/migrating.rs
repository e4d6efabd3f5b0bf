//! A database of each format that there has been: it comes to be of today's, with all that is in it.
//!
//! `schemas/N.sql` is what format N has besides the one before, with rows in every table as programs
//! of then wrote them. What has been released is never changed; a new step of `src/store/schema.rs`
//! gets a file of its own.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rlimit::Resource;
use rusqlite::Connection;

use hallway::chat::account::{Account, AccountId};
use hallway::chat::mask::{Effect, Mask};
use hallway::chat::mode::{Flag, Flags, MaskList, Modes};
use hallway::chat::user::Identity;
use hallway::chat::vocabulary::{
    Absent, Announcement, Attention, ConversationId, Extras, Kept, KeptAnnouncement, Line, Listed,
    Manner, Metadata, MetadataKey, Preferences, Told, TopicInfo, Unwanted, Watched,
};
use hallway::store::vocabulary::{Asker, Deed, Query, Scope, Wanted};
use hallway::store::{OpenError, list_accounts};

use crate::lines::*;
use crate::outage::{DIR, child, integrity, is_child};
use crate::shelf::{FOREVER, Folder, Shelf};

/// What a database of hallway's says it is.
const APPLICATION: i32 = 0x6861_6c6c;

/// A file grows by one of these at a time.
const PAGE_BYTES: u64 = 4_096;

/// A moment that does not come while anybody runs these tests.
const FAR_MS: u64 = 4_102_444_800_000;

/// Where Ann gets mail.
const ANN_AT: &str = "ann@office.example";

/// The formats that began to have something.
mod since {
    pub(super) const READ_MARKERS: usize = 2;
    pub(super) const PREFERENCES: usize = 3;
    pub(super) const ANNOUNCEMENTS: usize = 4;
    pub(super) const KEPT_CHANNELS: usize = 5;
    pub(super) const ABSENCES: usize = 6;
    pub(super) const STAYERS: usize = 7;
    pub(super) const METADATA: usize = 8;
    pub(super) const METADATA_OF_CHANNELS: usize = 9;
    pub(super) const EMAILS: usize = 10;
}

/// What each format has besides the one before, the first one first.
fn formats() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store/schemas");
    let text = |n: usize| fs::read_to_string(folder.join(format!("{n}.sql"))).ok();
    let texts: Vec<String> = (1..).map_while(text).collect();
    let files = fs::read_dir(folder).expect("it is there").count();
    assert_eq!(texts.len(), files, "they are numbered from 1 on");
    texts
}

/// A folder with a database of a format.
fn of_format(format: usize) -> Arc<Folder> {
    let folder = Arc::new(Folder::new());
    fs::create_dir(folder.path()).expect("it is new");
    make(&folder.look(), format);
    folder
}

fn make(db: &Connection, format: usize) {
    db.pragma_update(None, "auto_vacuum", "INCREMENTAL")
        .and_then(|()| db.pragma_update(None, "journal_mode", "WAL"))
        .and_then(|()| db.pragma_update(None, "application_id", APPLICATION))
        .and_then(|()| db.pragma_update(None, "user_version", i64::try_from(format).expect("few")))
        .expect("it is new");
    for text in &formats()[..format] {
        db.execute_batch(text).expect("it is as it was then");
    }
}

fn format_of(db: &Connection) -> usize {
    let format = db.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
    usize::try_from(format.expect("it can be read")).expect("never less than nought")
}

/// The tables and indexes of a database, as they were made.
fn tables(db: &Connection) -> BTreeMap<String, Option<String>> {
    let text = "SELECT name, sql FROM sqlite_schema";
    let mut statement = db.prepare(text).expect("it can be read");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let rows = rows.expect("it can be read");
    rows.collect::<rusqlite::Result<_>>().expect("it is sound")
}

fn everything() -> Wanted {
    Wanted {
        events: true,
        ..wanted(Scope::Everywhere(vec![ConversationId(2)]))
    }
}

#[test]
fn every_format_has_its_file_with_rows_in_every_table() {
    let known = formats().len();
    let today = format_of(&Shelf::new().end().0.look());
    assert_eq!(known, today, "schemas/{today}.sql is missing");
    let db = Connection::open_in_memory().expect("there is room");
    make(&db, known);
    let text = "SELECT name FROM sqlite_schema WHERE type = 'table'
        AND name NOT LIKE 'search_%' AND name NOT LIKE 'sqlite_%'";
    let mut statement = db.prepare(text).expect("it can be read");
    let names = statement.query_map([], |row| row.get(0));
    for name in names.expect("it can be read") {
        let name: String = name.expect("it has a name");
        let count = format!("SELECT count(*) FROM {name}");
        let rows: i64 = db
            .query_row(&count, [], |row| row.get(0))
            .expect("it can be read");
        assert!(rows > 0, "no row in {name}");
    }
}

#[test]
fn a_database_of_each_format_becomes_one_of_today() {
    let today = tables(&Shelf::new().end().0.look());
    for format in 1..=formats().len() {
        let folder = of_format(format);
        let shelf = Shelf::open(&folder, FOREVER).expect("it is brought up to date");
        all_is_there(&shelf, format);
        assert_eq!(
            addresses(&folder),
            from(format, since::EMAILS, vec![ANN_AT.to_owned()])
        );
        all_can_be_done(&shelf);
        drop(shelf);
        assert_eq!(integrity(&folder), "ok");
        assert_eq!(tables(&folder.look()), today, "of format {format}");
    }
}

fn all_is_there(shelf: &Shelf, format: usize) {
    let restored = &shelf.restored;
    let accounts = restored.accounts.iter();
    let known: Vec<(u64, &str, bool)> = accounts
        .zip(["tulip", "hyacinth"])
        .map(|((account, verifier), password)| {
            let name = account.name.as_str();
            (account.id.0, name, verifier.holds_for(password))
        })
        .collect();
    assert_eq!(known, [(1, "Ann", true), (2, "bob", true)]);
    assert_eq!(restored.last_message, id(70));
    assert_eq!(restored.last_conversation, ConversationId(3));
    let there = [(2, "#Desk"), (3, "#ops")].map(|(n, name)| (ConversationId(n), channel(name)));
    assert_eq!(restored.channels, there);
    assert_eq!(restored.waiting, [(AccountId(1), AccountId(2), id(61))]);
    let read = [(AccountId(1), "#desk", 41), (AccountId(1), "bob", 60)]
        .map(|(account, target, ms)| (account, target.to_owned(), ms));
    assert_eq!(
        restored.read,
        from(format, since::READ_MARKERS, read.to_vec())
    );
    assert_eq!(
        restored.preferences,
        from(format, since::PREFERENCES, chosen())
    );
    announcements_are_as_they_were(shelf, format);
    channels_are_as_they_were(shelf, format);
    people_are_as_they_were(shelf, format);
    every_kind_is_read(shelf);
    rights_are_as_they_were(shelf);
}

/// What is known of a database of a format: nothing, if only a later one has it.
fn from<T: Default>(format: usize, first: usize, then: T) -> T {
    match format < first {
        true => T::default(),
        false => then,
    }
}

fn announcements_are_as_they_were(shelf: &Shelf, format: usize) {
    const FIRST: usize = since::ANNOUNCEMENTS;
    let restored = &shelf.restored;
    assert_eq!(restored.announcements, from(format, FIRST, announced()));
    assert_eq!(restored.last_announcement, from(format, FIRST, 10));
}

fn announced() -> Vec<KeptAnnouncement> {
    let ann = shared(("ann", "Full ann", 1), Some((1, "Ann")), false);
    let gus = shared(("gus", "", 3), None, true);
    let [drill, down] = [
        (7, 23, ann, "fire drill at ten"),
        (9, 63, gus, "down “at noon”"),
    ]
    .map(|(number, ms, from, text)| Announcement {
        number,
        id: id(ms),
        at_ms: ms,
        until_ms: FAR_MS,
        official: from.bot,
        from,
        channel: (number == 7).then(|| (ConversationId(2), channel("#Desk"))),
        text: text.into(),
    });
    vec![
        KeptAnnouncement {
            announcement: drill,
            hearers: vec![
                (AccountId(1), Attention::Seen),
                (AccountId(2), Attention::Acknowledged),
            ],
        },
        KeptAnnouncement {
            announcement: down,
            hearers: vec![(AccountId(1), Attention::Missed)],
        },
    ]
}

/// Somebody: what they are called, in full too, and at which address.
fn shared(
    (name, realname, address): (&str, &str, u8),
    account: Option<(u64, &str)>,
    bot: bool,
) -> Arc<Identity> {
    let (user, host) = (format!("~{name}"), format!("{name}.cloak"));
    let mut identity = Identity::new(
        nick(name),
        &user,
        &host,
        realname,
        [192, 0, 2, address].into(),
    );
    identity.account = account.map(|(number, name)| {
        Arc::new(Account {
            id: AccountId(number),
            name: nick(name),
        })
    });
    identity.bot = bot;
    Arc::new(identity)
}

fn channels_are_as_they_were(shelf: &Shelf, format: usize) {
    const FIRST: usize = since::KEPT_CHANNELS;
    let restored = &shelf.restored;
    let kept = [
        (ConversationId(2), desk(format)),
        (ConversationId(3), ops()),
    ];
    assert_eq!(restored.kept, from(format, FIRST, kept.into()));
    let stayed = [(2, 30), (1, 70)].map(|(n, ms)| (ConversationId(2), AccountId(n), ms));
    assert_eq!(restored.stays, stayed);
}

fn desk(format: usize) -> Kept {
    let listed = |list, effect, mask: &str, by: &str, at_ms| Listed {
        list,
        mask: Mask::parse(mask, effect).expect("a mask"),
        by: nick(by),
        at_ms,
    };
    use Effect::{KeepOut, Mute};
    use MaskList::{Bans, Exceptions, Invitees};
    Kept {
        founder: Some(AccountId(2)),
        operators: vec![AccountId(1)],
        made_ms: 16,
        modes: Modes {
            flags: flags(&crate::kept::ALL),
            key: Some("tulip".into()),
            limit: Some(40),
        },
        topic: Some(TopicInfo {
            text: "tulips".into(),
            by: nick("ann"),
            at_ms: 24,
        }),
        masks: vec![
            listed(Bans, KeepOut, "*!*@spam.cloak", "ann", 25),
            listed(Bans, Mute, "gus", "ann", 26),
            listed(Exceptions, KeepOut, "account:bob", "bob", 27),
            listed(Exceptions, Mute, "account:bob", "bob", 28),
            listed(Invitees, KeepOut, "*!*@bob.cloak", "bob", 29),
            listed(Invitees, Mute, "eve", "bob", 30),
        ],
        metadata: from(
            format,
            since::METADATA_OF_CHANNELS,
            metadata(&[
                ("display-name", "The “desk”"),
                ("homepage", "https://chat.office/desk"),
            ]),
        ),
    }
}

fn ops() -> Kept {
    Kept {
        founder: None,
        operators: Vec::new(),
        made_ms: 17,
        modes: Modes {
            flags: flags(&[Flag::Kept]),
            ..Modes::default()
        },
        topic: None,
        masks: Vec::new(),
        metadata: Metadata::new(),
    }
}

fn flags(on: &[Flag]) -> Flags {
    let mut flags = Flags::default();
    for flag in on {
        flags.set(*flag, true);
    }
    flags
}

fn people_are_as_they_were(shelf: &Shelf, format: usize) {
    let restored = &shelf.restored;
    let away = Absent {
        typed: "until friday: on leave".into(),
        since_ms: 50,
        until_ms: FAR_MS,
    };
    assert_eq!(
        restored.absences,
        from(format, since::ABSENCES, [(AccountId(2), away)].into())
    );
    assert_eq!(
        restored.stayers,
        from(format, since::STAYERS, [AccountId(1)].into())
    );
    let said = [
        (
            AccountId(1),
            metadata(&[("color", "#00ff00"), ("status", "in room 4")]),
        ),
        (AccountId(2), metadata(&[("display-name", "Bob “東京”")])),
    ];
    assert_eq!(
        restored.metadata,
        from(format, since::METADATA, said.into())
    );
}

fn metadata(said: &[(&str, &str)]) -> Metadata {
    let key = |key| MetadataKey::parse(key).expect("a key");
    let said = said.iter();
    said.map(|(name, value)| (key(*name), (*value).into()))
        .collect()
}

/// The addresses for mail that are kept.
fn addresses(folder: &Folder) -> Vec<String> {
    let listed = list_accounts(folder.path()).expect("it can be read");
    listed
        .into_iter()
        .filter_map(|account| account.email)
        .collect()
}

fn chosen() -> BTreeMap<AccountId, Preferences> {
    let mask = Mask::parse("*!*@spam.cloak", Effect::KeepOut).expect("a mask");
    let ann = Preferences {
        unwanted: Vec::new(),
        watched: vec![
            Watched::Person(nick("bob")),
            Watched::Channel(channel("#ops")),
        ],
    };
    let bob = Preferences {
        unwanted: vec![Unwanted::Account(AccountId(1)), Unwanted::Mask(mask)],
        watched: Vec::new(),
    };
    [(AccountId(1), ann), (AccountId(2), bob)].into()
}

fn every_kind_is_read(shelf: &Shelf) {
    let lines = shelf.lines(account(1), Query::Lines(everything()));
    let told: Vec<(u64, &str, &Told)> = lines
        .iter()
        .map(|line| (line.id.ms, line.from.nick.as_str(), &line.told))
        .collect();
    let how = |manner, text: &str| Told::Said {
        manner,
        text: text.into(),
        extras: Extras::default(),
    };
    let drill = Told::Announced {
        number: 7,
        text: "fire drill at ten".into(),
    };
    let two_lines = Told::Said {
        manner: Manner::Speech,
        text: "two\nlines".into(),
        extras: Extras {
            attached: Some("+draft/reply=x".into()),
            seams: vec![3],
        },
    };
    // What it had been called was not kept then.
    let renamed = Told::ChannelRenamed {
        before: None,
        channel: channel("#desk"),
        why: None,
    };
    let expected = [
        (10, "ann", said("old words")),
        (11, "ann", said("an old secret")),
        (20, "gus", said("the printer is out of order")),
        (21, "ann", how(Manner::Action, "waves")),
        (22, "ann", how(Manner::Notice, "the queue is empty")),
        (23, "ann", drill),
        (24, "ann", Told::Topic("tulips".into())),
        (25, "gus", Told::Joined),
        (26, "gus", Told::Left(None)),
        (27, "gus", Told::Quit("bye".into())),
        (28, "gus", Told::Renamed(nick("gus2"))),
        (29, "ann", Told::Kicked(nick("gus2"), Some("enough".into()))),
        (30, "ann", renamed),
        (40, "ann", said("behind the door")),
        (41, "ann", two_lines),
        (50, "gus", said("Café Über 東京都")),
        (60, "ann", said("lunch at noon?")),
        (61, "bob", said("yes, lunch")),
    ];
    let expected: Vec<_> = expected
        .iter()
        .map(|(ms, who, it)| (*ms, *who, it))
        .collect();
    assert_eq!(told, expected);
    let late = |ms: u64| {
        let found = lines.iter().find(|line| line.id.ms == ms);
        found.map(|line| line.at_ms)
    };
    assert_eq!((late(21), late(22)), (Some(21), Some(27)));
    let ann = &lines[0].from;
    assert_eq!(ann.username(), "~ann");
    assert_eq!(ann.host(), "ann.cloak");
    assert_eq!(ann.said_realname(), Some("Full ann"));
    assert_eq!(ann.address.to_string(), "192.0.2.1");
    let own = ann.account.as_ref().map(|account| account.name.as_str());
    assert_eq!((own, lines[2].from.bot), (Some("Ann"), true));
}

fn rights_are_as_they_were(shelf: &Shelf) {
    let desk = |current: Option<u64>| of_channel("#desk", current);
    let everywhere = || Scope::Everywhere(vec![ConversationId(2)]);
    #[rustfmt::skip]
    let matrix: [(Asker, Scope, &str, &[u64]); 14] = [
        // who, of what, which words, and the lines that are found
        (guest(),    desk(Some(2)),               "",        &[20, 21, 22, 23, 41, 50]),
        (guest(),    desk(None),                  "",        &[]),
        (account(1), desk(Some(2)),               "",        &[10, 11, 20, 21, 22, 23, 40, 41, 50]),
        (account(2), desk(None),                  "",        &[20, 21, 22, 23, 41, 50]),
        (account(9), desk(None),                  "",        &[]),
        (account(1), Scope::With(AccountId(2)),   "",        &[60, 61]),
        (account(2), Scope::With(AccountId(1)),   "",        &[60, 61]),
        (account(9), Scope::With(AccountId(1)),   "",        &[]),
        (account(1), everywhere(),                "secret",  &[11]),
        (account(2), everywhere(),                "secret",  &[]),
        (account(2), everywhere(),                "lunch",   &[60, 61]),
        (guest(),    everywhere(),                "cafe uber", &[50]),
        (guest(),    everywhere(),                "京都",    &[50]),
        (account(1), everywhere(),                "forgotten", &[]),
    ];
    for (asker, scope, words, expected) in matrix {
        let words = (!words.is_empty()).then(|| words.to_owned());
        let shown = format!("{asker:?} {scope:?} {words:?}");
        let wanted = Wanted {
            words,
            ..wanted(scope)
        };
        assert_eq!(shelf.asked(asker, wanted), expected, "{shown}");
    }
}

/// What a program of today writes finds its place, and no number is used twice.
fn all_can_be_done(shelf: &Shelf) {
    let door = Line {
        open: false,
        ..in_conversation(2, line(80, "a printer again"))
    };
    shelf.give([entered(2, 2, 80), record(door), exited(2, 2, 81)]);
    let added = shelf.done(Deed::AddAccount {
        name: nick("eve"),
        verifier: shelf.restored.accounts[0].1.clone(),
        email: None,
        at_ms: 82,
    });
    assert_eq!(added, Ok(Some(AccountId(4))), "3 was hers before");
    let delivered = Deed::Delivered {
        account: AccountId(1),
        until: id(61),
    };
    assert_eq!(shelf.done(delivered), Ok(None));
    let left = shelf.lines(account(1), Query::Waiting { limit: 9 });
    assert_eq!(left, []);
    let found = |who| shelf.found(who, search(of_channel("#desk", Some(2)), "printer"));
    assert_eq!(
        (found(account(2)), found(account(1))),
        (vec![20, 80], vec![20])
    );
    shelf.give([redacted(20)]);
    shelf.settle();
    assert_eq!(found(account(2)), [80]);
}

#[test]
fn a_format_of_tomorrow_is_refused_and_left_as_it_is() {
    let folder = of_format(1);
    let today = Shelf::open(&folder, FOREVER).expect("it is brought up to date");
    drop(today);
    let db = folder.look();
    let tomorrow = format_of(&db) + 1;
    db.pragma_update(None, "user_version", i64::try_from(tomorrow).expect("few"))
        .expect("it can be written");
    db.close().expect("it closes");
    let before = fs::read(folder.file()).expect("it is there");
    match Shelf::open(&folder, FOREVER).err() {
        Some(OpenError::Newer { found, known, .. }) => {
            assert_eq!((found, known), (tomorrow, tomorrow - 1));
        }
        other => panic!("{other:?}"),
    }
    assert!(before == fs::read(folder.file()).expect("it is there"));
}

#[test]
fn a_step_that_fails_leaves_the_format_before() {
    let folder = of_format(1);
    let db = folder.look();
    // The third step makes this table last.
    db.execute_batch("CREATE TABLE watches (x)")
        .expect("there is none");
    db.close().expect("it closes");
    let error = Shelf::open(&folder, FOREVER).err().expect("it fails");
    let sentence = error.to_string();
    assert!(sentence.contains("watches"), "it says why: {sentence}");
    let db = folder.look();
    assert_eq!(format_of(&db), 2);
    let tables = tables(&db);
    assert!(tables.contains_key("read_markers"), "the second was done");
    assert!(!tables.contains_key("blocks"), "nothing of the third was");
    db.execute_batch("DROP TABLE watches").expect("it is there");
    db.close().expect("it closes");
    let shelf = Shelf::open(&folder, FOREVER).expect("nothing is in the way");
    all_is_there(&shelf, 1);
}

/// A process that writes beyond the size that a file may have is killed in the middle of that.
#[test]
fn whoever_is_killed_in_the_middle_leaves_a_format_that_there_was() {
    const NAME: &str = "migrating::whoever_is_killed_in_the_middle_leaves_a_format_that_there_was";
    const SIZE: &str = "HALLWAY_STORE_TEST_SIZE";
    if is_child("migrating") {
        let size = std::env::var(SIZE).expect("it is given");
        return migrate_within(size.parse().expect("a number"));
    }
    let mut left = Vec::new();
    for pages in 1.. {
        let folder = of_format(1);
        let mut command: Command = child(NAME, "migrating");
        command.env(DIR, folder.path());
        let ended = command
            .env(SIZE, (pages * PAGE_BYTES).to_string())
            .output()
            .expect("it runs");
        let db = folder.look();
        let format = format_of(&db);
        assert!(left.last() <= Some(&format), "{left:?}, then {format}");
        left.push(format);
        if let Some(known) = formats().get(..format) {
            let as_then = Connection::open_in_memory().expect("there is room");
            make(&as_then, known.len());
            assert_eq!(tables(&db), tables(&as_then), "{pages} pages");
        }
        db.close().expect("it closes");
        assert_eq!(integrity(&folder), "ok", "{pages} pages");
        let shelf = Shelf::open(&folder, FOREVER).expect("it is sound");
        all_is_there(&shelf, 1);
        if ended.status.success() {
            break;
        }
        assert_eq!(ended.status.signal(), Some(libc::SIGXFSZ), "{ended:?}");
    }
    let formats = formats().len();
    assert_eq!(left.first(), Some(&1), "the first are killed before a step");
    assert!(left.last() >= Some(&formats), "the last one comes through");
    assert!(
        left.contains(&2),
        "one is killed between two steps: {left:?}"
    );
}

fn migrate_within(bytes: u64) {
    let dir = std::env::var(DIR).expect("it is given");
    Resource::CORE.set(0, 0).expect("less may be asked for");
    let (_, hard) = Resource::FSIZE.get().expect("there is one");
    Resource::FSIZE
        .set(bytes, hard)
        .expect("less may be asked for");
    let folder = Arc::new(Folder::at(dir.into()));
    let shelf = Shelf::open(&folder, FOREVER).expect("it is killed before it can fail");
    drop(shelf);
    // The other process removes it.
    std::mem::forget(folder);
}
