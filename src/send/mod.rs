//! `hallway send`: posts a text, or each line of standard input, over the plain protocol.
//!
//! Only what `protocol.md` promises is relied on: `* Pong: TOKEN` answers `/ping TOKEN` in order, and a line that begins with `*!` refuses.
//! Every line is followed by a `/ping` of its own, its fence: the line counts as taken once the fence is answered, and a refusal heard before
//! that belongs to the line. Everything else that the server says is passed over.
//!
//! One thread reads the input, one the socket, and one counts seconds while there is something to wait for. All three feed the
//! `courier`, which decides everything and touches nothing; `post_office` does what it says.

mod address;
mod courier;
mod destination;
mod input;
mod line;
mod link;
mod name;
mod post_office;
mod signals;
mod ticker;

use std::io::{BufRead, Write};
use std::sync::mpsc;
use std::time::Duration;

use address::Address;
pub use address::PORT_DEFAULT;
use courier::Courier;
use destination::Destination;
use post_office::{Note, PostOffice};

/// The longest line the server takes, in bytes, with the command before the text and without CRLF. A longer one is reported and not sent.
pub const LINE_BYTES_MAX: usize = 4_096;
/// Lines that may be on their way at once. The input is read no further ahead than this (and one line).
pub const WINDOW_LINES: usize = 32;
/// Patience with each address of the server, in seconds, until it accepts the connection.
pub const CONNECT_SECONDS: u32 = 10;
/// Patience with a server that owes an answer and says nothing, in seconds; then the connection counts as lost.
pub const ANSWER_SECONDS: u32 = 15;
/// The first wait before connecting again, in seconds. It doubles up to [`BACKOFF_SECONDS_MAX`].
pub const BACKOFF_SECONDS_MIN: u32 = 1;
/// The longest wait before connecting again, in seconds.
pub const BACKOFF_SECONDS_MAX: u32 = 30;
/// Once the input has ended: how many seconds may pass without an answer before what is left is reported as not delivered.
pub const ENDING_SECONDS: u32 = 30;
/// After the last answer: how many seconds the server has to close the connection before it is simply dropped.
pub const LEAVING_SECONDS: u32 = 2;

/// What to send, where, and as whom.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The server: `HOST`, `HOST:PORT`, `V6` or `[V6]:PORT`. Without a port, [`PORT_DEFAULT`]. The system resolves names.
    pub server: String,
    /// The name to go by, used as given; a `*` at its end lets the server add a number. Default: `USER-HOST*`.
    pub name: Option<String>,
    /// Where to: a channel (`#ops`) or a person. May be left out only for an announcement to everybody.
    pub to: Option<String>,
    /// Announce it, to the channel `to` or else to everybody.
    pub announce: bool,
    /// The text; several lines are several posts. Without it, each line of the input is a post.
    pub text: Option<String>,
}

/// Sends the text, or each line of `input` as it comes, and returns the exit status: 0 only if the server took every line.
///
/// A TEXT is tried once: a server that cannot be reached, refuses the name or goes away is the end of it. For lines of `input` the server is
/// sought again for as long as the input lasts ([`BACKOFF_SECONDS_MIN`] doubling to [`BACKOFF_SECONDS_MAX`]), and whatever it has not
/// answered for is sent again, so each line arrives at least once. A name refused at the first greeting is final; later it is not, since the
/// server may yet have to notice that the former connection is dead.
///
/// Lines with nothing but blanks are skipped. A control character other than TAB (and CR at the end, which is dropped) would edit or end the
/// line on its way, and is sent as a space. Bytes that are not UTF-8 pass as they are.
///
/// Each trouble is one sentence on `complaints`, which is nothing worse than silent if it cannot be written to. SIGINT and SIGTERM end it,
/// naming the lines not answered for, with status 130 and 143.
pub fn run(
    options: &Options,
    input: impl BufRead + Send + 'static,
    complaints: &mut dyn Write,
) -> u8 {
    let (notes, received) = mpsc::channel();
    signals::watch(&notes);
    match Errand::new(options) {
        Ok(errand) => errand.run(Duration::from_secs(1), input, complaints, notes, &received),
        Err(sentence) => {
            complain(complaints, &sentence);
            1
        }
    }
}

/// Options that have been understood.
struct Errand {
    address: Address,
    name: String,
    destination: Destination,
    text: Option<String>,
}

impl Errand {
    fn new(options: &Options) -> Result<Errand, String> {
        Ok(Errand {
            address: Address::parse(&options.server)?,
            name: options
                .name
                .as_deref()
                .map_or_else(|| Ok(name::of_this_user()), name::given)?,
            destination: Destination::new(options.to.as_deref(), options.announce)?,
            text: options.text.clone(),
        })
    }

    /// `second` is how long a second lasts: shorter in tests.
    fn run(
        self,
        second: Duration,
        input: impl BufRead + Send + 'static,
        complaints: &mut dyn Write,
        notes: mpsc::Sender<Note>,
        received: &mpsc::Receiver<Note>,
    ) -> u8 {
        let mut courier = Courier::new(self.address.to_string(), self.name, self.text.is_some());
        let permits = match self.text {
            Some(text) => {
                input::give(&text, &self.destination).for_each(|event| courier.hear(event));
                None
            }
            None => Some(input::spawn(input, self.destination, notes.clone())),
        };
        courier.start();
        PostOffice::new(courier, self.address, complaints, permits, notes, second).run(received)
    }
}

fn complain(complaints: &mut dyn Write, sentence: &str) {
    // With nobody to read complaints there is nobody left to tell.
    let _ = writeln!(complaints, "hallway send: {sentence}").and_then(|()| complaints.flush());
}

#[cfg(test)]
mod tests;
