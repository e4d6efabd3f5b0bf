//! The plain protocol: text that a person reads and types through telnet or netcat.
//!
//! Bytes become lines in [`terminal`] (with [`telnet`]), lines become requests by the table in
//! [`commands`], and what the chat says becomes lines in [`events`], [`replies`] and [`refusals`]:
//! every sentence stands there. `protocol.md` specifies it.

pub mod args;
pub mod commands;
pub mod events;
pub mod printable;
pub mod refusals;
pub mod replies;
pub mod screen;
pub mod since;
pub mod storage;
pub mod telnet;
pub mod terminal;
