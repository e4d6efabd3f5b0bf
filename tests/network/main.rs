//! The event loop as people and scripts meet it: the real binary, real sockets, real signals.
//!
//! Every test starts a server of its own on ports that the system picks. Nothing sleeps: whoever
//! waits, waits for a line, with a limit to its patience.

mod accounts;
mod chaos;
mod client;
mod closing;
mod crowd;
mod data;
mod exporting;
mod fairness;
mod floods;
mod full;
mod irc;
mod kept;
mod killed;
mod logging;
mod oneshots;
mod outage;
mod ports;
#[path = "../simulation/prng.rs"]
#[allow(dead_code, unreachable_pub, reason = "the simulation needs more of it")]
mod prng;
mod process;
mod queues;
mod rows;
mod said;
mod server;
mod signals;
mod starting;
mod stopwatch;
mod strangers;
mod welcome;
