//! Seconds, counted only while somebody waits for something.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use super::courier::Event;
use super::post_office::Note;

/// A switch for the seconds, which are off at first.
pub(super) fn spawn(second: Duration, notes: Sender<Note>) -> Sender<bool> {
    let (switch, switched) = mpsc::channel();
    thread::spawn(move || count(second, &switched, &notes));
    switch
}

/// Ticks while switched on, until nobody is left to switch or to hear.
fn count(second: Duration, switched: &Receiver<bool>, notes: &Sender<Note>) {
    let mut on = false;
    loop {
        let heard = if on {
            switched.recv_timeout(second)
        } else {
            switched.recv().map_err(RecvTimeoutError::from)
        };
        match heard {
            Ok(now) => on = now,
            Err(RecvTimeoutError::Timeout) if notes.send(Note::Event(Event::Second)).is_ok() => {}
            Err(_) => return,
        }
    }
}
