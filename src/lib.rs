//! hallway: the chat server for the people of one building.
//!
//! `ARCHITECTURE.md` is the map. In short: [`net`] moves bytes, [`server`] maps connections to
//! people, [`protocol`] turns lines into what [`chat`] understands and back, and [`chat`] decides.

pub mod account;
pub mod arena;
pub mod chat;
pub mod check;
pub mod config;
pub mod control;
pub mod email;
pub mod export;
pub mod logging;
pub mod net;
pub mod passwd;
pub mod protocol;
pub mod sasl;
pub mod send;
pub mod serve;
pub mod server;
pub mod store;
pub mod suggest;
pub mod verifier;
pub mod worker;
