//! Walks the table of parity in `protocol.md`: each thing is done once by somebody on the plain
//! protocol and once by somebody with an IRC client, in the same circumstances, and must come to the
//! same for a third person of each protocol: what they hear, and what they are told when they ask.
//! So must refusals, where somebody may not, and one past the limit.
//!
//! The scenes stand in `tests/parity/scenes.rs`, one for each row:
//!
//! | line | what |
//! | --- | --- |
//! | `bob> LINE`, `carol> LINE` | bob (plain) or carol (IRC) types a line |
//! | `ann> PLAIN \| IRC` | ann does, who is on either protocol |
//! | `bob< PART` | a line that bob heard since the last line typed has this part |
//! | `ann< PART \| PART` | the same of ann, on either protocol |
//! | `bob? LINE => PART` | bob types a line, and is told something that has this part |
//! | `ann? PLAIN \| IRC => PART \| PART` | the same |
//! | `ann^ PLAIN \| IRC => PART \| PART` | ann is told nothing that has this part |
//! | `ann! PLAIN \| IRC => PART \| PART` | ann is refused, by a line that has this part, and nobody else hears anything |
//! | `ann% PLAIN \| IRC => PART \| PART` | the same on the plain protocol; on IRC it is cut: carol hears the part, and no byte more |
//! | `irc LINE` | other people register by IRC: names between blanks |
//! | `operator WHO` | they run the server from now on |
//! | `hallway remembers` | the server has a store |
//! | `wait SECONDS` | time passes |
//! | `hallway remembers` | the server has a store |
//! | `config LINE` | a line of the configuration, first of all |
//! | `remembers` | the server has a store, first of all |
//! | `-- refused`, `-- limit` | a scene of its own begins, for what one may not, or one past the limit |
//!
//! `-` in place of PLAIN is nothing, in place of a PART any. `{1..9}` repeats the line with each
//! number, `{x*9}` is nine times `x`, `\a` stands around CTCP, `{id}` is the id of the latest line
//! that ann has heard.

#[path = "parity/command.rs"]
mod command;
#[path = "parity/scene.rs"]
mod scene;
#[path = "parity/scenes.rs"]
mod scenes;
#[allow(
    dead_code,
    unreachable_pub,
    reason = "scripts are played by tests/transcripts.rs; here is a stage of the same kind"
)]
mod staging;

use std::collections::BTreeSet;

use hallway::protocol::Protocol;
use hallway::protocol::irc;
use hallway::protocol::plain::commands::commands;

use scene::{Kind, Played, play};
use scenes::{SCENES, Scene};

/// A row of the table.
struct Row {
    what: String,
    plain: Vec<String>,
    irc: Vec<String>,
    who_may: String,
    limit: String,
}

fn document() -> String {
    let path = format!("{}/protocol.md", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("the document is there")
}

fn rows() -> Vec<Row> {
    let document = document();
    let (_, rest) = document.split_once("<!-- parity -->\n").expect("a table");
    let (table, _) = rest.split_once("<!-- /parity -->").expect("its end");
    table.lines().skip(2).map(row).collect()
}

fn row(line: &str) -> Row {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [what, plain, irc, who_may, limit] = cells[..] else {
        panic!("five columns: {line}")
    };
    let words = |cell: &str| {
        cell.split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect()
    };
    Row {
        what: what.to_owned(),
        plain: words(plain),
        irc: words(irc),
        who_may: who_may.to_owned(),
        limit: limit.to_owned(),
    }
}

fn none_of(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_row_has_a_scene_and_every_scene_a_row() {
    let rows: Vec<String> = rows().into_iter().map(|row| row.what).collect();
    let scenes: Vec<String> = SCENES.iter().map(|scene| scene.what.to_owned()).collect();
    assert_eq!(rows, scenes, "in the same order");
}

#[test]
fn every_command_of_the_chat_is_in_a_scene() {
    let named: BTreeSet<&str> = SCENES
        .iter()
        .flat_map(|scene| scene.commands)
        .copied()
        .collect();
    let all: BTreeSet<&str> = command::ALL.iter().copied().collect();
    assert_eq!(named, all);
}

/// Those of one protocol only stand below the table.
#[test]
fn every_command_of_either_protocol_is_in_the_section() {
    let document = document();
    let (_, part) = document.split_once("\n## Parity\n").expect("a section");
    let (part, _) = part.split_once("\n## ").expect("another behind it");
    let words: BTreeSet<&str> = part
        .split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|words| words.split(' ').next())
        .collect();
    let plain = commands().map(|spec| format!("/{}", spec.name));
    let irc = irc::commands::commands().map(|spec| spec.name.to_owned());
    let missing = plain
        .chain(irc)
        .filter(|name| !words.contains(name.as_str()));
    none_of(
        &missing
            .map(|name| format!("{name} is not there"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn each_thing_comes_to_the_same_on_both() {
    let mut faults = Vec::new();
    for (row, scene) in rows().iter().zip(SCENES) {
        check(row, scene).into_iter().for_each(|fault| {
            faults.push(format!("{}: {fault}", scene.what));
        });
    }
    none_of(&faults);
}

fn check(row: &Row, scene: &Scene) -> Vec<String> {
    let mut faults = Vec::new();
    let (mut plain, mut irc) = (Vec::new(), Vec::new());
    let mut kinds = BTreeSet::new();
    for act in scene::acts(scene.text) {
        kinds.insert(act.kind);
        let by_irc = play(&act, Protocol::Irc);
        let by_plain = match row.plain.is_empty() {
            true => Played::default(),
            false => play(&act, Protocol::Plain),
        };
        faults.extend(
            by_plain
                .faults
                .iter()
                .map(|fault| format!("by plain: {fault}")),
        );
        faults.extend(by_irc.faults.iter().map(|fault| format!("by IRC: {fault}")));
        if !row.plain.is_empty() && by_plain.heard != by_irc.heard {
            faults.push(difference(&by_plain.heard, &by_irc.heard));
        }
        plain.extend(by_plain.typed);
        irc.extend(by_irc.typed);
    }
    let asked = |lines: &[String], protocol| -> Vec<&str> {
        let lines = lines.iter();
        lines
            .flat_map(|line| command::asked(line, protocol))
            .collect()
    };
    let mut asked_for = asked(&plain, Protocol::Plain);
    asked_for.extend(asked(&irc, Protocol::Irc));
    let missing = scene
        .commands
        .iter()
        .filter(|name| !asked_for.contains(name));
    faults.extend(missing.map(|name| format!("nobody asks for {name}")));
    faults.extend(untyped(&row.plain, &plain));
    faults.extend(untyped(&row.irc, &irc));
    if !row.who_may.starts_with("everybody") && !kinds.contains(&Kind::Refused) {
        faults.push("not everybody may, but nobody is refused".to_owned());
    }
    if row.limit != "–" && !kinds.contains(&Kind::Limit) {
        faults.push("there is a limit, but nobody exceeds it".to_owned());
    }
    faults
}

/// What the two heard up to where it is not the same.
fn difference(plain: &[String], irc: &[String]) -> String {
    let same = plain
        .iter()
        .zip(irc)
        .take_while(|(one, other)| one == other);
    let place = same.count();
    let of = |heard: &[String]| {
        heard
            .get(place)
            .cloned()
            .unwrap_or_else(|| "nothing".to_owned())
    };
    format!(
        "others do not hear the same:\n    by plain  {}\n    by IRC    {}",
        of(plain),
        of(irc)
    )
}

/// The commands of the table that nobody typed.
fn untyped(table: &[String], typed: &[String]) -> Vec<String> {
    let is_typed = |words: &&String| match first_word(words) {
        "TEXT" => typed.iter().any(|line| !line.starts_with('/')),
        verb => typed
            .iter()
            .any(|line| first_word(without_tags(line)) == verb),
    };
    let missing = table.iter().filter(|words| !is_typed(words));
    missing
        .map(|words| format!("nobody types {words}"))
        .collect()
}

fn first_word(line: &str) -> &str {
    line.split(' ').next().unwrap_or("")
}

fn without_tags(line: &str) -> &str {
    let behind = line.strip_prefix('@').and_then(|rest| rest.split_once(' '));
    behind.map_or(line, |(_, behind)| behind)
}
