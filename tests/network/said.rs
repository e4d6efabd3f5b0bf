//! What the server says, as far as these tests listen for it: the sentences may change, and then
//! they change here.

pub(crate) const WELCOME: &str = "* Welcome to hallway on chat.office. ";
pub(crate) const NAME_PROMPT: &str = "* What is your name?";
pub(crate) const NO_NAME_IN_TIME: &str = "*! You gave no name in time";
pub(crate) const NAME_FIRST: &str = "*! A name first";
pub(crate) const TOO_MANY_WITHOUT_NAME: &str = "*! That was one line too many without a name";
pub(crate) const TOO_LONG: &str = "*! That line was longer than 4096 bytes";
pub(crate) const SERVER_FULL: &str = "*! The server is full";
pub(crate) const NOT_PLAIN_TLS: &str = "*! This port speaks plain text, not TLS";
pub(crate) const IRC_ELSEWHERE: &str = "*! This port is for telnet and netcat";
pub(crate) const CLOSING_DOWN: &str = "* hallway is closing down. Goodbye.";
pub(crate) const NOT_A_COMMAND: &str = "is not a command";
pub(crate) const MAY_NOT_ANNOUNCE: &str = "*! Only operators can announce";
pub(crate) const GOODBYE: &str = "* Goodbye";
pub(crate) const PRESENT: &str = "* Yes, hallway is here.";
pub(crate) const HELP_HEAD: &str = "* Type to talk";
pub(crate) const CHANNELS_HEAD: &str = " channels:";
pub(crate) const ONE_PERSON: &str = "* 1 person";
pub(crate) const YOU_ARE_IN_LOBBY: &str = "* You are in #lobby";

pub(crate) fn hello(nick: &str) -> String {
    format!("* Hello, {nick}.")
}

pub(crate) fn to(place: &str) -> String {
    format!("* To {place}.")
}

pub(crate) fn you_are_away(words: &str) -> String {
    format!("* You are away: {words}")
}

pub(crate) fn announced(number: u32) -> String {
    format!("* Announcement {number} is out")
}

pub(crate) fn taken(nick: &str) -> String {
    format!("*! {nick} is taken")
}

pub(crate) fn pong(token: &str) -> String {
    format!("* Pong: {token}")
}

pub(crate) fn gone(nick: &str, why: &str) -> String {
    format!("* {nick} has gone ({why}")
}

pub(crate) fn not_admitted(address: &str) -> String {
    format!("{address} is not admitted here")
}

pub(crate) fn is_not_kept(channel: &str) -> String {
    format!("* What is said in {channel} is not kept.")
}

/// The reasons of departures and of closed connections.
pub(crate) mod why {
    pub(crate) const LEFT: &str = "left";
    pub(crate) const TOO_SLOW: &str = "too slow";
    pub(crate) const LOST: &str = "connection lost";
    pub(crate) const NOT_ADMITTED: &str = "not admitted";
    pub(crate) const CLOSING_DOWN: &str = "the server is closing down";
    pub(crate) const NO_NAME_IN_TIME: &str = "no name in time";
    pub(crate) const TLS: &str = "a TLS client";
    pub(crate) const BROWSER: &str = "a web browser";
}

/// What the log says.
pub(crate) mod logged {
    pub(crate) const READ_AGAIN: &str = "the configuration has been read again";
    pub(crate) const STAYS_AS_IT_WAS: &str = "the configuration stays as it was";
    pub(crate) const TURNED_AWAY: &str = " turned away: ";
    pub(crate) const OPEN_FILES: &str = "the limit on open files is";
    pub(crate) const DROPPED: &str = "lines were dropped";
}
