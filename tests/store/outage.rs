//! A disk that takes nothing, and a server that is killed.
//!
//! Both need a process of their own: this test's own program, which is told by the environment to be
//! that instead.

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rlimit::Resource;

use hallway::chat::vocabulary::Line;
use hallway::store::vocabulary::{End, Trouble, Wanted};
use hallway::store::{ORDERS_WAITING_MAX, OWED_MAX};

use crate::announcements::{self, announced, withdrawn};
use crate::lines::*;
use crate::shelf::{FOREVER, Folder, Shelf};

/// What a child is told with: what it is to be.
const ROLE: &str = "HALLWAY_STORE_TEST_ROLE";

/// Where a child that is killed writes.
pub(crate) const DIR: &str = "HALLWAY_STORE_TEST_DIR";

pub(crate) fn child(test: &str, role: &str) -> Command {
    let mut command = Command::new(env::current_exe().expect("it runs"));
    command
        .args(["--exact", test, "--nocapture"])
        .env(ROLE, role);
    command
}

pub(crate) fn is_child(role: &str) -> bool {
    env::var(ROLE).is_ok_and(|found| found == role)
}

pub(crate) fn integrity(folder: &Folder) -> String {
    let check = folder
        .look()
        .query_row("PRAGMA integrity_check", [], |row| row.get(0));
    check.expect("it can be checked")
}

#[test]
fn a_full_disk_loses_lines_but_no_rights_and_says_so() {
    if is_child("full") {
        return on_a_full_disk();
    }
    let status = child(
        "outage::a_full_disk_loses_lines_but_no_rights_and_says_so",
        "full",
    )
    .status();
    assert!(status.expect("it runs").success());
}

/// A disk that has no room beyond what is on it, until it is given some. A file can grow no further
/// than a process may let it; the signal that comes with that would end the process, were it not
/// taken.
struct FullDisk {
    soft: u64,
    hard: u64,
}

impl FullDisk {
    /// From now on the store can write nothing.
    fn of(shelf: &Shelf) -> Self {
        let taken = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(libc::SIGXFSZ, taken).expect("it can be taken");
        let (soft, hard) = Resource::FSIZE.get().expect("there is one");
        let log = shelf.folder.path().join("hallway.db-wal");
        let size = std::fs::metadata(log).expect("it is there").len();
        Resource::FSIZE
            .set(size, hard)
            .expect("less may be asked for");
        Self { soft, hard }
    }

    fn has_room(self) {
        let set = Resource::FSIZE.set(self.soft, self.hard);
        set.expect("it was as much");
    }
}

fn on_a_full_disk() {
    let shelf = Shelf::new();
    let closed = |ms| {
        record(Line {
            open: false,
            ..line(ms, "x")
        })
    };
    let announcement = |number| announced(announcements::until(number, 1), []);
    shelf.give([begun(1, "#desk"), entered(1, 5, 1), closed(1)]);
    shelf.give([announcement(1)]);
    shelf.settle();
    assert_eq!(shelf.store().stats().trouble, None);

    let disk = FullDisk::of(&shelf);
    assert_eq!(shelf.done(record(line(2, "x"))), Err(Trouble::Failed));
    assert_eq!(shelf.done(announcement(2)), Err(Trouble::Failed));
    shelf.give([exited(1, 5, 3), redacted(1), record(line(4, "lost"))]);
    shelf.give([withdrawn(1)]);
    assert_eq!(shelf.done(record(line(5, "x"))), Err(Trouble::Failed));
    let stats = shelf.store().stats();
    assert_eq!((stats.stored, stats.lost), (1, 1));
    assert!(stats.trouble.is_some());
    // What is there can be read.
    assert_eq!(shelf.newest(account(5), of_channel("#desk", None)), [1]);

    disk.has_room();
    assert_eq!(shelf.done(closed(6)), Ok(None));
    let stats = shelf.store().stats();
    assert_eq!((stats.stored, stats.lost, stats.trouble), (2, 1, None));
    shelf.give([record(line(7, "x"))]);
    shelf.settle();
    // Who left meanwhile has left, and what was taken back is.
    assert_eq!(shelf.newest(account(5), of_channel("#desk", None)), [7]);
    let (folder, _) = shelf.end();
    assert_eq!(integrity(&folder), "ok");
    // What was withdrawn meanwhile is, and nothing is there of what nobody was promised.
    let shelf = Shelf::open(&folder, FOREVER).expect("it opens again");
    assert_eq!(shelf.restored.announcements, []);
    assert_eq!(shelf.restored.last_announcement, 1);
}

#[test]
fn one_more_than_can_be_owed_is_counted_as_lost() {
    if is_child("owing") {
        return owing_as_much_as_can_be();
    }
    let status = child(
        "outage::one_more_than_can_be_owed_is_counted_as_lost",
        "owing",
    )
    .status();
    assert!(status.expect("it runs").success());
}

fn owing_as_much_as_can_be() {
    let shelf = Shelf::new();
    let closed = Line {
        open: false,
        ..line(1, "x")
    };
    let both = [entered(1, 5, 1), entered(1, 6, 1)];
    shelf.give([begun(1, "#desk"), record(closed)]);
    shelf.give(both);
    shelf.settle();
    let disk = FullDisk::of(&shelf);
    // What changes nothing needs no room: it waits because of the first.
    let mut others = vec![entered(1, 7, 2)];
    others.resize_with(OWED_MAX - 1, || exited(9, 9, 3));
    for some in others.chunks(ORDERS_WAITING_MAX) {
        shelf.give(some.iter().cloned());
        shelf.settle();
    }
    shelf.give([exited(1, 5, 0)]);
    shelf.settle();
    assert_eq!(shelf.store().stats().lost, 0);
    shelf.give([exited(1, 6, 0)]);
    shelf.settle();
    assert_eq!(shelf.store().stats().lost, 1);

    disk.has_room();
    assert_eq!(shelf.done(record(line(7, "x"))), Ok(None));
    let stats = shelf.store().stats();
    assert_eq!((stats.lost, stats.trouble), (1, None));
    // The last that was owed is done; the one beyond is not.
    assert_eq!(shelf.newest(account(5), of_channel("#desk", None)), [7]);
    assert_eq!(shelf.newest(account(6), of_channel("#desk", None)), [1, 7]);
}

#[test]
fn nothing_that_was_answered_is_lost_when_the_server_is_killed() {
    if is_child("killed") {
        return until_killed();
    }
    for answered in [1, 7, 60] {
        let folder = Arc::new(Folder::new());
        let mut process = child(
            "outage::nothing_that_was_answered_is_lost_when_the_server_is_killed",
            "killed",
        )
        .env(DIR, folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
        let said = BufReader::new(process.stdout.take().expect("it is piped"));
        let numbers = said.lines().filter_map(|line| {
            let line = line.expect("it is text");
            line.strip_prefix("answered ")?.parse::<u64>().ok()
        });
        let last = numbers.take(answered).last().expect("it answers");
        process.kill().expect("it runs");
        process.wait().expect("it was killed");

        assert_eq!(integrity(&folder), "ok");
        let shelf = Shelf::open(&folder, FOREVER).expect("it opens");
        let kept = shelf.restored.last_message.ms;
        assert!(kept >= last, "{last} was answered, {kept} kept");
        let oldest = Wanted {
            end: End::Oldest,
            limit: 1_000,
            ..wanted(of_channel("#desk", Some(1)))
        };
        let mut found = shelf.asked(guest(), oldest);
        found.truncate(usize::try_from(kept).expect("few"));
        let all: Vec<u64> = (1..=kept.min(1_000)).collect();
        assert_eq!(found, all, "all of them, once, in order");
    }
}

/// Writes lines of which each tenth is waited for.
fn until_killed() {
    let dir = env::var(DIR).expect("it is given");
    let shelf = Shelf::open(&Arc::new(Folder::at(dir.into())), FOREVER).expect("it opens");
    shelf.give([begun(1, "#desk")]);
    for ms in 1.. {
        let line = record(line(ms, "word"));
        if ms % 10 > 0 {
            shelf.give([line]);
        } else if shelf.done(line) == Ok(None) {
            println!("answered {ms}");
        }
    }
}
