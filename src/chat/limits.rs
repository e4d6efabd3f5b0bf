//! How long texts may be that both protocols measure before the chat sees them.

/// The longest topic, in bytes.
pub const TOPIC_BYTES_MAX: usize = 300;

/// The longest reason for leaving, kicking or quitting, in bytes.
pub const REASON_BYTES_MAX: usize = 160;

/// The longest words of an availability, in bytes.
pub const AWAY_BYTES_MAX: usize = 160;

/// The longest full name, in bytes.
pub const REALNAME_BYTES_MAX: usize = 150;

/// How many lines of the history are told at once.
pub const HISTORY_LINES_MAX: usize = 100;
