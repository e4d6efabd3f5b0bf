//! Who may read what, as a matrix through the whole server with a real store: who asks (a guest or
//! not, there then or now or never, banned, blocking, in office), what was said where and when, and
//! by which way it is read back.
//!
//! The same story is told once for each reader, who is there with four programs' people at once: at
//! a terminal, with an IRC client that asks for the history, with one that is shown it in batches
//! and with one that is shown it as lines (`rights/story.rs`). What each of them may read is said by
//! a few lines that know nothing of the server (`rights/oracle.rs`); every line is looked for by
//! every way (`rights/ways.rs`).

#[path = "rights/oracle.rs"]
mod oracle;
#[allow(
    dead_code,
    unreachable_pub,
    reason = "scripts are played by tests/transcripts.rs; here is a stage of the same kind"
)]
mod staging;
#[path = "rights/story.rs"]
mod story;
#[path = "rights/ways.rs"]
mod ways;

use std::thread;

use oracle::{READERS, Reader};
use story::Story;
use ways::Asked;

/// How many lines of what is wrong are shown.
const FAULTS_SHOWN: usize = 40;

/// Somebody must be looked for this often, or the matrix has lost a side.
const CELLS_MIN: usize = 900_000;

/// What came of the questions of one reader.
#[derive(Default)]
struct Found {
    cells: usize,
    read: usize,
    faults: Vec<String>,
}

impl Found {
    fn note(&mut self, asked: &Asked) {
        self.cells += asked.cells;
        self.read += asked.heard.len();
        self.faults.extend(asked.faults());
    }
}

fn ask_all(number: usize, reader: &'static Reader) -> Found {
    let mut story = Story::tell(number, reader);
    let mut found = Found::default();
    ways::ask_everything(&mut story, &mut |asked| found.note(&asked));
    found
}

#[test]
fn everybody_reads_what_is_theirs_by_every_way_and_nothing_else() {
    let found: Vec<Found> = thread::scope(|scope| {
        let readers = READERS.iter().enumerate();
        let asking: Vec<_> = readers
            .map(|(number, reader)| scope.spawn(move || ask_all(number, reader)))
            .collect();
        let asked = asking.into_iter();
        asked.map(|one| one.join().expect("it is told")).collect()
    });
    let faults: Vec<&str> = found
        .iter()
        .flat_map(|found| found.faults.iter().map(String::as_str))
        .collect();
    let shown = faults.len().min(FAULTS_SHOWN);
    assert!(
        faults.is_empty(),
        "{} faults:\n{}\n",
        faults.len(),
        faults[..shown].join("\n")
    );
    let count = |of: fn(&Found) -> usize| found.iter().map(of).sum::<usize>();
    let (cells, read) = (count(|found| found.cells), count(|found| found.read));
    println!("{cells} times a line was looked for, and found {read} times");
    assert!(cells >= CELLS_MIN, "{cells}");
}
