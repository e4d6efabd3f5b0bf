//! How whoever runs the server talks to it while it runs: a socket in the data folder, which only
//! the owner of that folder can open. One wish to a connection, in one line; one line as the answer.

mod client;
mod listener;
pub mod vocabulary;

pub use client::ask;
pub use listener::Control;

/// The socket, in the data folder.
const FILE: &str = "control";

/// How long either side waits for the other, in milliseconds: an answer waits for the disk.
const PATIENCE_MS: u64 = 10_000;

/// The longest line: what a wish has the most of is a verifier.
const LINE_BYTES: u64 = 4_096;

/// What stands before the reason when a wish was not granted.
const NO: &str = "no ";

/// The answer when it was.
const DONE: &str = "done";
