//! The courier's hands: the only place that writes to the server and to the person.

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::Duration;

use super::address::Address;
use super::courier::{Action, Courier, Event};
use super::{complain, link, ticker};

/// What the threads report.
pub(super) enum Note {
    /// Something happened to the input, to the time, or to the whole process.
    Event(Event),
    /// The connection of this number was made.
    Connected(u64, Arc<TcpStream>),
    /// Something happened on the connection of this number.
    Link(u64, Event),
}

/// A courier with a connection, a place for complaints, and something to read from.
pub(super) struct PostOffice<'a> {
    courier: Courier,
    address: Address,
    complaints: &'a mut dyn Write,
    /// One more line may be read for each; `None` where everything is known from the start.
    permits: Option<Sender<()>>,
    notes: Sender<Note>,
    seconds: Sender<bool>,
    counting: bool,
    /// The number of the present connection; what former ones still report is passed over.
    link: u64,
    stream: Option<Arc<TcpStream>>,
}

impl<'a> PostOffice<'a> {
    pub(super) fn new(
        courier: Courier,
        address: Address,
        complaints: &'a mut dyn Write,
        permits: Option<Sender<()>>,
        notes: Sender<Note>,
        second: Duration,
    ) -> PostOffice<'a> {
        let seconds = ticker::spawn(second, notes.clone());
        PostOffice {
            courier,
            address,
            complaints,
            permits,
            notes,
            seconds,
            counting: false,
            link: 0,
            stream: None,
        }
    }

    /// Runs to the end, and returns the exit status.
    pub(super) fn run(mut self, received: &Receiver<Note>) -> u8 {
        loop {
            while let Some(action) = self.courier.next_action() {
                if let Some(status) = self.perform(action) {
                    return status;
                }
            }
            self.count_seconds(self.courier.is_waiting());
            let note = received.recv().expect("this very struct keeps a sender");
            if let Some(event) = self.admit(note) {
                self.courier.hear(event);
            }
        }
    }

    fn admit(&mut self, note: Note) -> Option<Event> {
        match note {
            Note::Event(event) => Some(event),
            Note::Link(number, event) => (number == self.link).then_some(event),
            Note::Connected(number, stream) => (number == self.link).then(|| {
                self.stream = Some(stream);
                Event::Up
            }),
        }
    }

    fn perform(&mut self, action: Action) -> Option<u8> {
        match action {
            Action::Connect => link::spawn(self.link, self.address.clone(), self.notes.clone()),
            Action::Write(bytes) => self.write(&bytes),
            Action::HalfClose => self.shut(Shutdown::Write),
            Action::HangUp => self.hang_up(),
            Action::Permit => self.permit(),
            Action::Say(sentence) => complain(self.complaints, &sentence),
            Action::Exit(status) => return Some(status),
        }
        None
    }

    /// Failure is not told from here: shutting the connection makes its thread report the loss, after everything that was heard before it.
    fn write(&mut self, bytes: &[u8]) {
        if self
            .stream
            .as_deref()
            .is_some_and(|mut stream| stream.write_all(bytes).is_err())
        {
            self.shut(Shutdown::Both);
        }
    }

    fn hang_up(&mut self) {
        self.shut(Shutdown::Both);
        self.stream = None;
        self.link += 1;
    }

    fn shut(&self, how: Shutdown) {
        if let Some(stream) = &self.stream {
            // It fails only where the connection is gone already, which is reported by its thread.
            let _ = stream.shutdown(how);
        }
    }

    fn permit(&self) {
        if let Some(permits) = &self.permits {
            // The reader is gone once the input has ended, and needs no more.
            let _ = permits.send(());
        }
    }

    fn count_seconds(&mut self, on: bool) {
        if on != self.counting {
            self.counting = on;
            self.seconds
                .send(on)
                .expect("the ticker lasts as long as its switch");
        }
    }
}
