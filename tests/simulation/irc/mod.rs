//! People on IRC: what their clients are sent, what they make of it, and what comes into their heads.

pub mod client;
pub mod reading;
pub mod room;
pub mod talk;
pub mod whims;
pub mod wire;
