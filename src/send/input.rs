//! What there is to send: the lines of a TEXT, or those of the input as they come.

use std::io::BufRead;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use super::courier::Event;
use super::destination::Destination;
use super::line::{self, Line};
use super::link::reason;
use super::post_office::Note;
use super::{LINE_BYTES_MAX, WINDOW_LINES};

/// Everything that a TEXT has to say.
pub(super) fn give(text: &str, destination: &Destination) -> impl Iterator<Item = Event> {
    let lines: Vec<Line> = text
        .lines()
        .map(|line| Line {
            bytes: line.into(),
            cut: false,
        })
        .collect();
    let only = lines.len() == 1;
    let label = move |number: u64| {
        if only {
            "the text".to_owned()
        } else {
            format!("line {number}")
        }
    };
    let posts = (1..)
        .zip(lines)
        .filter_map(move |(number, line)| destination.post(number, label(number), &line));
    posts.map(Event::Post).chain([Event::Ended(None)])
}

/// Reads `input` in a thread of its own. Each line needs a permit, of which the first [`WINDOW_LINES`] are given: a pipeline feels it when the
/// server is slow or gone.
pub(super) fn spawn(
    input: impl BufRead + Send + 'static,
    destination: Destination,
    notes: Sender<Note>,
) -> Sender<()> {
    let (permits, permitted) = mpsc::channel();
    for _ in 0..WINDOW_LINES {
        permits.send(()).expect("the receiver is in this function");
    }
    thread::spawn(move || {
        let last = Event::Ended(read(input, &destination, &permitted, &notes));
        // Nobody is left to hear it once the rest of the program is over.
        let _ = notes.send(Note::Event(last));
    });
    permits
}

/// Reads to the end, and says why if that was not the end of input.
fn read(
    mut input: impl BufRead,
    destination: &Destination,
    permitted: &Receiver<()>,
    notes: &Sender<Note>,
) -> Option<String> {
    for number in 1.. {
        let line = match line::read(&mut input, LINE_BYTES_MAX) {
            Ok(Some(line)) => line,
            Ok(None) => return None,
            Err(error) => return Some(reason(&error)),
        };
        if let Some(post) = destination.post(number, format!("line {number}"), &line) {
            permitted.recv().ok()?;
            notes.send(Note::Event(Event::Post(post))).ok()?;
        }
    }
    None
}
