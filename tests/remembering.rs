//! Seeded random people with accounts, several sessions each, letters and questions about what was
//! said, in front of a store that answers late, in another order where it may, or not at all.
//!
//! - The disk (`remembering/disk.rs`) is a list in place of tables; it carries orders out in the order
//!   of coming, and chance says when, whether questions and passwords overtake them, when it is full
//!   and when it fails.
//! - Each session makes a picture of what it hears (`remembering/ear.rs`); after every step the
//!   pictures of all sessions of all people equal the chat.
//! - What is said live is heard by each session of everybody concerned, once; what is read of the
//!   history was theirs to read; a letter that was said to be kept is read, one that was refused is
//!   not; whatever is asked is answered in order, and within the time that a ticket has.
//! - The state is saved and restored at random steps, and the story must be the same, byte for byte.
//!
//! `HALLWAY_SIM_SEEDS=200` takes so many seeds, `HALLWAY_SIM_SEED=17` only this one.

#![allow(unreachable_pub, reason = "what is pub here is pub within one test")]

#[path = "remembering/disk.rs"]
mod disk;
#[path = "remembering/ear.rs"]
mod ear;
#[path = "store/list.rs"]
mod list;
#[path = "remembering/office/mod.rs"]
mod office;
#[path = "simulation/prng.rs"]
mod prng;
#[path = "simulation/seeds.rs"]
mod seeds;

use std::collections::BTreeSet;

use office::Office;
use seeds::{seeds, setting};

/// How many seeds a quick run takes.
const SEEDS: u64 = 10;

/// How many things are done in one run.
const DEEDS: u64 = 700;

/// What a quick run must have seen, or else it shows less than it says.
const SEEN: &[&str] = &[
    "is restored",
    "the disk is well",
    "the disk is slow",
    "the disk is full",
    "the disk fails",
    "a question overtakes",
    "an order is answered too late",
    "a question is answered too late",
    "* Kept for ",
    "Kept for ann",
    "could not be kept just now",
    "is not known. Say it again",
    "PERHAPS_KEPT",
    "NOT_KEPT",
    "kept for you:",
    "cannot be read just now: it will come",
    " has come and has your message",
    "* Earlier in #",
    "* Found:",
    "* Earlier between you and ",
    "BATCH +h",
    "FAIL CHATHISTORY MESSAGE_ERROR",
    "is yours from now on",
    " in 2 sessions, ",
    "Your other session has joined #",
    "Your other session has left #",
    " :logged in",
    "You are logged out",
    "That is not the password",
    "Too many passwords are being checked",
    "is cut off before it has read",
];

fn life(seed: u64, restoring: bool) -> Office {
    let mut office = Office::new(seed, restoring);
    office.live(DEEDS);
    office
}

#[test]
fn late_answers_and_failures_confuse_nobody_and_restoring_changes_nothing() {
    let mut unseen: BTreeSet<&str> = SEEN.iter().copied().collect();
    for seed in seeds(SEEDS) {
        let (plain, restored) = (life(seed, false), life(seed, true));
        let mut lines = plain.story().zip(restored.story());
        if let Some((one, other)) = lines.find(|(one, other)| one != other) {
            panic!("seed {seed}:\n{one}\n{other}");
        }
        assert_eq!(plain.story().count(), restored.story().count());
        unseen.retain(|words| !restored.log.iter().any(|line| line.contains(words)));
    }
    if setting("HALLWAY_SIM_SEED").is_none() {
        assert!(unseen.is_empty(), "never seen: {unseen:?}");
    }
}
