//! SIGINT and SIGTERM: an end at which there is still something to say.

use std::io::Read;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::Sender;
use std::{io, thread};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::pipe;

use super::courier::Event;
use super::post_office::Note;

/// Signals that end the errand, and the exit status by which shells know them.
const SIGNALS: [(i32, u8); 2] = [(SIGINT, 130), (SIGTERM, 143)];

/// Turns the signals into notes. Where that cannot be had, they do what they do by default.
pub(super) fn watch(notes: &Sender<Note>) {
    for (signal, status) in SIGNALS {
        let _ = watch_one(signal, status, notes.clone());
    }
}

fn watch_one(signal: i32, status: u8, notes: Sender<Note>) -> io::Result<()> {
    let (mut reader, writer) = UnixStream::pair()?;
    pipe::register(signal, writer)?;
    thread::spawn(move || {
        while reader.read_exact(&mut [0]).is_ok()
            && notes.send(Note::Event(Event::Interrupted(status))).is_ok()
        {}
    });
    Ok(())
}
