//! What one connection says, item by item.

use std::borrow::Cow;

use super::plain::telnet::Answer;

/// One item of what came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard<'i> {
    /// A line, possibly empty.
    Line(Typed<'i>),
    /// A line of more bytes than lines may have, refused whole, told at its end.
    TooLong,
    /// A line that is not UTF-8, where only that is taken: what can be read of it.
    NotUtf8(String),
    /// A telnet command that the peer wants answered, at once.
    Answer(Answer),
    /// The connection began with a TLS hello. Nothing else is ever heard on it.
    TlsHello,
    /// The connection began with an HTTP request line. Nothing else is ever heard on it.
    HttpRequest,
}

/// A line as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed<'i> {
    /// The line without its end, edited and decoded. Control characters that do not edit are still
    /// in it. Latin-1 grows in decoding: at most two bytes for each byte typed, or three where one
    /// was damaged.
    pub text: Cow<'i, str>,
}
