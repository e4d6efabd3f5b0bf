//! The IRC protocol: RFC 1459 and 2812 as Modern IRC (modern.ircdocs.horse) has them, and IRCv3.
//!
//! Bytes become lines in [`framing`], lines become messages in [`message`] and requests by the
//! table in [`commands`]; what the chat says becomes messages in [`events`], [`replies`], [`rows`]
//! and [`refusals`]. `protocol.md` specifies it.

pub mod account_registration;
pub mod args;
pub mod capabilities;
pub mod chathistory;
pub mod commands;
pub mod events;
pub mod framing;
pub mod isupport;
pub mod message;
pub mod message_id;
pub mod metadata;
pub mod nickserv;
pub mod numerics;
pub mod pieces;
pub mod refusals;
pub mod replies;
pub mod rows;
pub mod sasl;
pub mod spell;
pub mod tags;
pub mod writer;
