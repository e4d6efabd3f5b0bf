//! Seeded random people drive the server without sockets, and everything that can be known about
//! what they must hear is checked after every step.
//!
//! - Some are on the plain protocol and some on IRC, with capabilities that chance has chosen.
//! - Each person is a client with a picture of its own (`simulation/person.rs`, on IRC
//!   `simulation/irc/client.rs`), made of nothing but the lines it was sent; after every step each
//!   picture must equal the chat's, and what `NAMES` and `WHO` answer must be like it.
//! - A referee (`simulation/forecast.rs`, `simulation/referee.rs`, `simulation/audience.rs`)
//!   foretells who must hear what, on both protocols.
//! - Each line to an IRC client is held to the grammar, and to what the client has asked for
//!   (`simulation/irc/wire.rs`); labels and batches are followed (`simulation/irc/talk.rs`).
//! - The state is saved and restored at random steps, and the story must be the same, byte for byte.
//!
//! `cargo test` runs a few seeds. For more:
//!
//! | variable | meaning |
//! | --- | --- |
//! | `HALLWAY_SIM_SEEDS=200` | so many seeds instead |
//! | `HALLWAY_SIM_DEEDS=5000` | so many things done per seed |
//! | `HALLWAY_SIM_LOG=/tmp/log` | where the story of a failure is written as a whole |
//! | `HALLWAY_SIM_SEED=17` | only this seed: what a failure tells to repeat |

#![allow(unreachable_pub, reason = "what is pub here is pub within one test")]

#[path = "simulation/audience.rs"]
mod audience;
#[path = "simulation/blocks.rs"]
mod blocks;
#[path = "simulation/forecast.rs"]
mod forecast;
#[path = "simulation/irc/mod.rs"]
mod irc;
#[path = "simulation/lines.rs"]
mod lines;
#[path = "simulation/office/mod.rs"]
mod office;
#[path = "simulation/person.rs"]
mod person;
#[path = "simulation/prng.rs"]
mod prng;
#[path = "simulation/referee.rs"]
mod referee;
#[path = "simulation/rules.rs"]
mod rules;
#[path = "simulation/saying.rs"]
mod saying;
#[path = "simulation/seeds.rs"]
mod seeds;
#[path = "simulation/truth.rs"]
mod truth;
#[path = "simulation/whims.rs"]
mod whims;

use std::collections::BTreeSet;

use hallway::chat::watch::CROWD_MIN;
use office::Office;
use seeds::{seeds, setting};

/// How many seeds a quick run takes.
const SEEDS: u64 = 12;

/// How many things are done in one run.
const DEEDS: u64 = 900;

/// What a quick run must have seen, or else it shows less than it says.
const SEEN: &[&str] = &[
    " joined #lobby.",
    " people in #lobby:",
    " was put out of ",
    " banned ",
    " muted ",
    " invites ",
    " knocks at ",
    " took back the latest line of ",
    " is now called ",
    " is off the server.",
    " set +s on ",
    " set +u on ",
    " set the key of ",
    " is over.",
    " was withdrawn by ",
    "* Earlier in ",
    "Lines of others are held back",
    "So much was said that it comes now",
    "has read all",
    "no name in time",
    "You hear nothing more of ",
    "hallway is closing down",
    "That line was longer than",
    "the wall clock jumps",
    "reconfigured",
    " private to ",
    " !!!",
    " renamed #",
    "(to operators)",
    "You hear nothing more of whoever is ",
    " exempted ",
    " for good.",
    " opens on Irc",
    " JOIN #",
    " PART #",
    " KICK #",
    " QUIT :",
    " NICK ",
    " AWAY :",
    " SETNAME :",
    " INVITE ",
    " RENAME #",
    " REDACT #",
    " TAGMSG ",
    " KILL ",
    " WALLOPS :",
    " SILENCE +",
    " NOTICE ",
    ":\u{1}ACTION ",
    ":\u{1}tok",
    " PRIVMSG @#",
    " 353 ",
    " 352 ",
    " 354 ",
    " 324 ",
    " 301 ",
    " 404 ",
    " 471 ",
    " 473 ",
    " 474 ",
    " 475 ",
    " 710 ",
    " 730 ",
    " 731 ",
    " :test ACK",
    " labeled-response",
    " +m",
    ";draft/multiline-concat",
    "draft/isupport",
    "+draft/reply=",
    "hallway/announcement=",
    "hallway/kind=",
    " :Closing link: ",
];

fn life(seed: u64, restoring: bool) -> Office {
    let mut office = Office::new(seed, restoring);
    office.live(setting("HALLWAY_SIM_DEEDS").unwrap_or(DEEDS));
    office
}

fn check_same(seed: u64, one: &Office, other: &Office) {
    let mut lines = one.log().iter().zip(other.log()).enumerate();
    if let Some((place, (one, other))) = lines.find(|(_, (one, other))| one != other) {
        panic!("seed {seed}, line {place} of the log:\n{one}\n{other}");
    }
    assert_eq!(one.log().len(), other.log().len(), "seed {seed}");
}

#[test]
fn everybody_hears_what_they_must_and_restoring_changes_nothing() {
    let mut unseen: BTreeSet<&str> = SEEN.iter().copied().collect();
    let mut crowd = None;
    for seed in seeds(SEEDS) {
        let (plain, restored) = (life(seed, false), life(seed, true));
        assert!(restored.restores > 0);
        check_same(seed, &plain, &restored);
        println!(
            "seed {seed}: {} lines of log, {} and {} on IRC foretold and heard, {} restores",
            plain.log().len(),
            plain.confirmed(),
            plain.confirmed_irc(),
            restored.restores
        );
        let has = |words: &str| plain.log().iter().any(|line| line.contains(words));
        unseen.retain(|words| !has(words));
        crowd = crowd.max(plain.log().iter().filter_map(|line| counted(line)).max());
    }
    if setting("HALLWAY_SIM_SEED").is_none() {
        assert!(unseen.is_empty(), "never seen: {unseen:?}");
        assert!(crowd > Some(CROWD_MIN), "never a crowd: {crowd:?}");
    }
}

/// How many people `/who #lobby` has counted.
fn counted(line: &str) -> Option<usize> {
    let (before, _) = line.split_once(" people in #lobby:")?;
    before.rsplit(' ').next()?.parse().ok()
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let (one, again) = (life(1, false), life(1, false));
    check_same(1, &one, &again);
    assert_eq!(one.state(), again.state());
    assert_ne!(one.log(), life(5, false).log());
}
