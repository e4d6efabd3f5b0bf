//! hallway: the chat server for the people of one building.

pub mod arena;
pub mod chat;
pub mod config;
pub mod protocol;
pub mod server;
