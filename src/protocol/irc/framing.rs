//! Bytes of an IRC client into lines: each ends with LF, CR or both; empty ones are passed over.

use std::borrow::Cow;

use crate::protocol::heard::{Heard, Typed};
use crate::protocol::strangers::{Stage, is_http_request};

/// The most bytes of tags in a client's message, with the `@` and the space behind them (IRCv3
/// message tags).
pub const CLIENT_TAGS_BYTES_MAX: usize = 4_096;

/// The most bytes of a message without its tags and its end (RFC 2812, section 2.3: 512 with it).
pub const MESSAGE_BYTES_MAX: usize = 510;

/// The longest line that is kept until its end.
const FRAME_BYTES: usize = CLIENT_TAGS_BYTES_MAX + MESSAGE_BYTES_MAX;

/// The hearing side of one connection on the IRC protocol. It holds no heap but that of an
/// unfinished line.
#[derive(Debug, Default)]
pub struct Framer {
    line: Vec<u8>,
    stage: Stage,
    too_long: bool,
}

impl Framer {
    /// The hearing side of a connection on which nothing was sent yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes from the front of `bytes` up to the end of one item, and gives that item; `None`
    /// when all bytes are used up.
    pub fn hear<'i>(&mut self, bytes: &mut &'i [u8]) -> Option<Heard<'i>> {
        while !bytes.is_empty() {
            if let Some(heard) = self.step(bytes) {
                return Some(heard);
            }
        }
        None
    }

    /// At the end of input: the last line, if there is one without an end.
    pub fn finish(&mut self) -> Option<Heard<'static>> {
        let unfinished = !self.line.is_empty() || self.too_long;
        (unfinished && self.stage != Stage::Deaf).then(|| self.end_line())
    }

    fn step<'i>(&mut self, bytes: &mut &'i [u8]) -> Option<Heard<'i>> {
        if self.stage != Stage::Later {
            return self.begin(bytes);
        }
        let end = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
        let Some(end) = end else {
            self.hold(bytes);
            *bytes = &[];
            return None;
        };
        let (run, rest) = bytes.split_at(end);
        *bytes = &rest[1..];
        if self.line.is_empty() && !self.too_long {
            return (!run.is_empty()).then(|| whole(run));
        }
        self.hold(run);
        Some(self.end_line())
    }

    /// The first line is heard byte by byte, for it may be no line at all.
    fn begin(&mut self, bytes: &mut &[u8]) -> Option<Heard<'static>> {
        let byte = bytes[0];
        *bytes = &bytes[1..];
        let before = self.stage;
        self.stage = before.after(byte);
        if self.stage == Stage::Deaf {
            *bytes = &[];
            self.line = Vec::new();
            return (before != Stage::Deaf).then_some(Heard::TlsHello);
        }
        if !matches!(byte, b'\r' | b'\n') {
            self.hold(&[byte]);
            return None;
        }
        self.stage = Stage::Later;
        if is_http_request(&self.line) {
            self.stage = Stage::Deaf;
            self.line = Vec::new();
            return Some(Heard::HttpRequest);
        }
        (!self.line.is_empty()).then(|| self.end_line())
    }

    fn hold(&mut self, run: &[u8]) {
        if self.too_long || self.line.len() + run.len() > FRAME_BYTES {
            self.line = Vec::new();
            self.too_long = true;
            return;
        }
        self.line.extend_from_slice(run);
    }

    fn end_line(&mut self) -> Heard<'static> {
        let line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.too_long) {
            return Heard::TooLong;
        }
        match whole(&line) {
            Heard::Line(Typed { text }) => Heard::Line(Typed {
                text: text.into_owned().into(),
            }),
            Heard::NotUtf8(text) => Heard::NotUtf8(text),
            _ => Heard::TooLong,
        }
    }
}

/// A line that is there as a whole. NUL is no part of a message (RFC 2812, section 2.3.1).
fn whole(run: &[u8]) -> Heard<'_> {
    if run.len() > FRAME_BYTES {
        return Heard::TooLong;
    }
    match str::from_utf8(run) {
        Ok(text) if text.contains('\0') => Heard::Line(Typed {
            text: text.replace('\0', "").into(),
        }),
        Ok(text) => Heard::Line(Typed {
            text: Cow::Borrowed(text),
        }),
        Err(_) => Heard::NotUtf8(String::from_utf8_lossy(run).replace('\0', "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Heard<'static> {
        let text = Cow::Owned(text.to_owned());
        Heard::Line(Typed { text })
    }

    fn owned(heard: Heard<'_>) -> Heard<'static> {
        match heard {
            Heard::Line(Typed { text }) => line(&text),
            Heard::TooLong => Heard::TooLong,
            Heard::NotUtf8(text) => Heard::NotUtf8(text),
            Heard::Answer(answer) => Heard::Answer(answer),
            Heard::TlsHello => Heard::TlsHello,
            Heard::HttpRequest => Heard::HttpRequest,
        }
    }

    fn heard<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Heard<'static>> {
        let mut framer = Framer::new();
        let mut items = Vec::new();
        for mut piece in pieces {
            while let Some(item) = framer.hear(&mut piece) {
                items.push(owned(item));
            }
        }
        items.extend(framer.finish());
        items
    }

    /// Whole, and byte by byte.
    fn check(input: &[u8], expected: &[Heard<'_>]) {
        assert_eq!(heard([input]), expected, "{}", input.escape_ascii());
        assert_eq!(heard(input.chunks(1)), expected, "{}", input.escape_ascii());
    }

    #[test]
    fn lines_end_in_any_way() {
        check(
            b"NICK a\r\nUSER b\nPING c\rx",
            &["NICK a", "USER b", "PING c", "x"].map(line),
        );
        check(b"\r\n\r\n\n", &[]);
        check(
            b"\r\nNICK a\r\n\r\nNICK b\r\n",
            &["NICK a", "NICK b"].map(line),
        );
        check(b"NI\0CK a\r\n", &[line("NICK a")]);
    }

    #[test]
    fn what_is_too_long_is_told_once() {
        for (bytes, too_long) in [
            (FRAME_BYTES, false),
            (FRAME_BYTES + 1, true),
            (100_000, true),
        ] {
            let text = "x".repeat(bytes);
            let expected = if too_long {
                Heard::TooLong
            } else {
                line(&text)
            };
            check(
                format!("PING 1\r\n{text}\r\nPING 2\r\n").as_bytes(),
                &[line("PING 1"), expected, line("PING 2")],
            );
        }
    }

    #[test]
    fn what_is_not_utf8_is_told() {
        check(
            b"PRIVMSG #a :caf\xe9\r\nPING 1",
            &[
                Heard::NotUtf8("PRIVMSG #a :caf\u{fffd}".to_owned()),
                line("PING 1"),
            ],
        );
    }

    #[test]
    fn strangers_are_known() {
        check(b"GET / HTTP/1.1\r\nHost: a\r\n", &[Heard::HttpRequest]);
        check(b"\x16\x03\x01\x02\0\n\n", &[Heard::TlsHello]);
        check(b"\x16x\n", &[line("\x16x")]);
    }
}
