//! What one person types through telnet or netcat: bytes in, lines out.
//!
//! Every way to end a line counts (LF, CR LF, CR NUL, CR alone), character-at-a-time clients can
//! edit (backspace, ^U, ^W and the telnet commands EC and EL), and a line is UTF-8 if it can be,
//! else Latin-1. The same bytes give the same items however the network cuts them into pieces.

use super::telnet::{Answer, Command, IAC, Step, Telnet};
use crate::protocol::heard::{Heard, Typed};
use crate::protocol::strangers::{Stage, is_http_request};
use std::borrow::Cow;
use std::mem;

/// The longest line that is taken, in bytes as typed, without its end: a long paragraph. A longer
/// one is refused whole.
pub const LINE_BYTES_MAX: usize = 4_096;

/// The first memory that an unfinished line takes, in bytes: most lines typed by hand fit.
const LINE_BYTES_MIN: usize = 32;

const BACKSPACE: u8 = 0x08;
const DELETE: u8 = 0x7f;
const ERASE_LINE: u8 = 0x15;
const ERASE_WORD: u8 = 0x17;
const NUL: u8 = 0x00;
const LF: u8 = b'\n';
const CR: u8 = b'\r';

const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// Marks that belong to the character before them, so that one backspace takes both: combining
/// diacritics, variation selectors, skin tones.
const EXTENDING: [(char, char); 7] = [
    ('\u{300}', '\u{36f}'),
    ('\u{1ab0}', '\u{1aff}'),
    ('\u{1dc0}', '\u{1dff}'),
    ('\u{20d0}', '\u{20ff}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{fe20}', '\u{fe2f}'),
    ('\u{1f3fb}', '\u{1f3ff}'),
];

/// The hearing side of one connection on the plain protocol. It is small, because thousands of them
/// wait, and holds no heap but that of an unfinished line, at most [`LINE_BYTES_MAX`] bytes.
#[derive(Debug, Default)]
pub struct Terminal {
    line: Vec<u8>,
    telnet: Telnet,
    stage: Stage,
    after_cr: bool,
    too_long: bool,
    /// A telnet command came in the middle of a character, so a byte of that character may be lost.
    interrupted: bool,
}

impl Terminal {
    /// The hearing side of a connection on which nothing was sent yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes from the front of `bytes` up to the end of one item, and gives that item; `None`
    /// when all bytes are used up. What is left in `bytes` after an item waits for the next call.
    pub fn hear<'i>(&mut self, bytes: &mut &'i [u8]) -> Option<Heard<'i>> {
        while let Some(&byte) = bytes.first() {
            if let Some(heard) = self.step(byte, bytes) {
                return Some(heard);
            }
        }
        None
    }

    /// At the end of input: the last line, if there is one without an end. Empty is no line here.
    pub fn finish(&mut self) -> Option<Heard<'static>> {
        if self.telnet.finish() {
            self.hold(&[IAC]);
        }
        (!self.is_empty()).then(|| self.end_line())
    }

    /// Hides what is typed from now on, or shows it again: what the peer is to be told.
    pub fn hide(&mut self, hidden: bool) -> Option<Answer> {
        self.telnet.hide(hidden)
    }

    fn step<'i>(&mut self, byte: u8, bytes: &mut &'i [u8]) -> Option<Heard<'i>> {
        let before = self.stage;
        self.stage = before.after(byte);
        if self.stage == Stage::Deaf {
            *bytes = &[];
            return self.fall_silent(before);
        }
        if byte == IAC || !self.telnet.is_idle() {
            return self.command(byte, bytes);
        }
        let after_cr = mem::take(&mut self.after_cr);
        match byte {
            LF | NUL if after_cr => self.skip(bytes),
            LF | CR => Some(self.line_end(byte, bytes)),
            BACKSPACE | DELETE | ERASE_LINE | ERASE_WORD => self.edit(byte, bytes),
            _ => self.text(bytes),
        }
    }

    fn skip(&self, bytes: &mut &[u8]) -> Option<Heard<'static>> {
        *bytes = &bytes[1..];
        None
    }

    /// Only the byte that shows the hello is news; after it, and after an HTTP request, there is
    /// none.
    fn fall_silent(&mut self, before: Stage) -> Option<Heard<'static>> {
        self.keep(0);
        (before != Stage::Deaf).then_some(Heard::TlsHello)
    }

    fn command(&mut self, byte: u8, bytes: &mut &[u8]) -> Option<Heard<'static>> {
        let step = self.telnet.hear(byte);
        if step != Step::Literal {
            *bytes = &bytes[1..];
        }
        match step {
            Step::More => {}
            Step::Data(byte) => self.hold(&[byte]),
            Step::Literal => self.hold(&[IAC]),
            Step::Command(command) => return self.obey(command),
        }
        None
    }

    /// Debian's telnet takes some bytes of an emoji for its interrupt key and sends IAC IP in their
    /// place, so a command in the middle of a character was not meant: it is answered, but the line
    /// survives.
    fn obey(&mut self, command: Command) -> Option<Heard<'static>> {
        if ends_inside_character(&self.line) {
            self.interrupted = true;
        } else {
            self.change_line(command);
        }
        match command {
            Command::Answer(answer) => Some(Heard::Answer(answer)),
            _ => None,
        }
    }

    fn change_line(&mut self, command: Command) {
        match command {
            Command::EraseCharacter => self.keep(before_last_character(&self.line)),
            Command::EraseLine => self.keep(0),
            Command::Nothing | Command::Answer(_) => {}
        }
    }

    fn edit(&mut self, byte: u8, bytes: &mut &[u8]) -> Option<Heard<'static>> {
        self.keep(match byte {
            ERASE_LINE => 0,
            ERASE_WORD => before_last_word(&self.line),
            _ => before_last_character(&self.line),
        });
        self.skip(bytes)
    }

    fn text<'i>(&mut self, bytes: &mut &'i [u8]) -> Option<Heard<'i>> {
        let (run, rest) = bytes.split_at(self.run_length(bytes));
        *bytes = rest;
        let Some(&end @ (CR | LF)) = rest.first() else {
            self.hold(run);
            return None;
        };
        if self.stage == Stage::Later && self.is_empty() && run.len() <= LINE_BYTES_MAX {
            *bytes = &rest[1..];
            self.after_cr = end == CR;
            return Some(Heard::Line(Typed { text: decode(run) }));
        }
        self.hold(run);
        None
    }

    /// A first line is heard byte by byte: it may begin with a byte order mark or be no line at
    /// all.
    fn run_length(&self, bytes: &[u8]) -> usize {
        if self.stage != Stage::Later {
            return 1;
        }
        bytes
            .iter()
            .position(|&byte| !is_text(byte))
            .unwrap_or(bytes.len())
    }

    fn line_end(&mut self, end: u8, bytes: &mut &[u8]) -> Heard<'static> {
        *bytes = &bytes[1..];
        self.after_cr = end == CR;
        self.end_line()
    }

    fn end_line(&mut self) -> Heard<'static> {
        let first = mem::replace(&mut self.stage, Stage::Later) != Stage::Later;
        let interrupted = mem::take(&mut self.interrupted);
        let line = mem::take(&mut self.line);
        if mem::take(&mut self.too_long) {
            return Heard::TooLong;
        }
        if first && is_http_request(&line) {
            self.stage = Stage::Deaf;
            return Heard::HttpRequest;
        }
        let text = Cow::Owned(decode_held(line, interrupted));
        Heard::Line(Typed { text })
    }

    fn is_empty(&self) -> bool {
        self.line.is_empty() && !self.too_long
    }

    fn hold(&mut self, run: &[u8]) {
        self.after_cr = false;
        if self.too_long {
            return;
        }
        let length = self.line.len() + run.len();
        if length > LINE_BYTES_MAX {
            self.keep(0);
            self.too_long = true;
            return;
        }
        self.make_room(length);
        self.line.extend_from_slice(run);
        if self.stage != Stage::Later && self.line == BYTE_ORDER_MARK {
            self.keep(0);
        }
    }

    /// Doubles like a `Vec`, but never beyond the longest line.
    fn make_room(&mut self, length: usize) {
        let capacity = self.line.capacity();
        if length > capacity {
            let doubled = (2 * capacity).clamp(LINE_BYTES_MIN, LINE_BYTES_MAX);
            self.line
                .reserve_exact(doubled.max(length) - self.line.len());
        }
    }

    /// Shortens the unfinished line. One that is too long stays so, or else the rest of it would
    /// pass for a line.
    fn keep(&mut self, length: usize) {
        self.line.truncate(length);
        if self.line.is_empty() {
            self.line = Vec::new();
            self.interrupted = false;
        }
    }
}

/// NUL is text here: only right behind a CR it is part of the line's end.
fn is_text(byte: u8) -> bool {
    !matches!(
        byte,
        LF | CR | IAC | BACKSPACE | DELETE | ERASE_LINE | ERASE_WORD
    )
}

fn decode(line: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(line) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(latin1(line)),
    }
}

fn decode_held(line: Vec<u8>, interrupted: bool) -> String {
    String::from_utf8(line).unwrap_or_else(|error| match interrupted {
        true => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        false => latin1(error.as_bytes()),
    })
}

fn latin1(line: &[u8]) -> String {
    line.iter().copied().map(char::from).collect()
}

fn ends_inside_character(line: &[u8]) -> bool {
    (1..=line.len().min(3)).any(|length| {
        let tail = &line[line.len() - length..];
        str::from_utf8(tail)
            .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
    })
}

/// Where the line ends when its last character and the marks on it are gone, or one byte that is no
/// UTF-8.
fn before_last_character(line: &[u8]) -> usize {
    let mut left = line;
    while let Some(last) = last_scalar(left) {
        left = &left[..left.len() - last.len_utf8()];
        if !is_extending(last) {
            return left.len();
        }
    }
    if left.len() < line.len() {
        left.len()
    } else {
        line.len().saturating_sub(1)
    }
}

fn last_scalar(line: &[u8]) -> Option<char> {
    (1..=line.len().min(4))
        .find_map(|length| str::from_utf8(&line[line.len() - length..]).ok())
        .and_then(|tail| tail.chars().next())
}

fn is_extending(character: char) -> bool {
    EXTENDING
        .iter()
        .any(|&(first, last)| (first..=last).contains(&character))
}

fn before_last_word(line: &[u8]) -> usize {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let word_end = line
        .iter()
        .rposition(|byte| !is_blank(byte))
        .map_or(0, |last| last + 1);
    line[..word_end]
        .iter()
        .rposition(is_blank)
        .map_or(0, |blank| blank + 1)
}

#[cfg(test)]
mod tests;
