//! Messages as they are written: source, command, parameters, and never longer than 512 bytes with
//! the end but without tags (RFC 2812, section 2.3).

use std::fmt::Display;

use super::capabilities::{Cap, Caps};
use super::framing::MESSAGE_BYTES_MAX;
use super::pieces::pieces;
use super::spell::Spell;
use super::tags::Tags;

/// Who reads what is written.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// The name of the server.
    pub server: &'a str,
    /// The name of the reader; `*` before they have one.
    pub nick: &'a str,
    /// What they have asked to have.
    pub caps: Caps,
}

impl Reader<'_> {
    /// A message from the server.
    pub fn line<'o>(&self, out: &'o mut String, verb: &str) -> Line<'o> {
        Line::new(out, "", self.server, verb)
    }

    /// A numeric: its first parameter is the reader.
    pub fn numeric<'o>(&self, out: &'o mut String, numeric: &str) -> Line<'o> {
        self.line(out, numeric).param(self.nick)
    }

    /// A notice from the server to the reader, in as many messages as it takes.
    pub fn notice(&self, out: &mut String, text: impl Display) {
        let head = format!(":{} NOTICE {} :", self.server, self.nick).len();
        let room = MESSAGE_BYTES_MAX.saturating_sub(head);
        for piece in pieces(&text.to_string(), &[], room) {
            self.line(out, "NOTICE").param(self.nick).text(piece.text);
        }
    }

    /// A standard reply that no specification has; a notice for clients that take none.
    pub fn note(&self, out: &mut String, words: &[&str], text: &str) {
        match self.caps.has(Cap::StandardReplies) {
            true => self.standard(out, "NOTE", words, text),
            false => self.notice(out, text),
        }
    }

    /// A standard reply (IRCv3 standard replies): `FAIL`, `WARN` or `NOTE`, the command, the code,
    /// what it is about, and a sentence.
    pub fn standard(&self, out: &mut String, kind: &str, words: &[&str], text: impl Spell) {
        let line = words
            .iter()
            .fold(self.line(out, kind), |line, word| line.param(safe(word)));
        line.text(text);
    }
}

/// A message in the making; dropping it ends it.
#[derive(Debug)]
pub struct Line<'o> {
    out: &'o mut String,
    /// Where it begins, behind its tags.
    start: usize,
}

impl<'o> Line<'o> {
    /// A message with these tags from this source.
    pub fn new(out: &'o mut String, tags: &str, source: impl Spell, verb: &str) -> Self {
        if !tags.is_empty() {
            out.push('@');
            out.push_str(tags);
            out.push(' ');
        }
        let start = out.len();
        out.push(':');
        source.spell(out);
        out.push(' ');
        out.push_str(verb);
        Self { out, start }
    }

    /// A message that begins like this: what many have in common is written once.
    pub fn begun(out: &'o mut String, head: &str) -> Self {
        let start = out.len();
        out.push_str(head);
        Self { out, start }
    }

    /// The same as [`Line::new`], with the tags of something that happened.
    pub fn tagged(out: &'o mut String, tags: &Tags, source: impl Spell, verb: &str) -> Self {
        Self::new(out, tags.as_str(), source, verb)
    }

    /// A parameter without spaces.
    #[must_use]
    pub fn param(self, param: impl Spell) -> Self {
        self.out.push(' ');
        param.spell(self.out);
        self
    }

    /// A parameter of these letters.
    #[must_use]
    pub fn letters(self, letters: impl Iterator<Item = char>) -> Self {
        self.out.push(' ');
        self.out.extend(letters);
        self
    }

    /// The last parameter, which may be anything.
    pub fn text(self, text: impl Spell) {
        self.out.push_str(" :");
        text.spell(self.out);
    }

    /// How many bytes are left for the rest.
    pub fn room(&self) -> usize {
        MESSAGE_BYTES_MAX.saturating_sub(self.out.len() - self.start)
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        let most = self.start + MESSAGE_BYTES_MAX;
        if self.out.len() > most {
            let end = self.out.floor_char_boundary(most);
            self.out.truncate(end);
        }
        self.out.push_str("\r\n");
    }
}

/// What somebody sent, where it can be a parameter in the middle; else `*`.
pub fn safe(word: &str) -> &str {
    if word.is_empty() || word.starts_with(':') || word.contains(' ') {
        "*"
    } else {
        word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_notice_is_several() {
        let reader = Reader {
            server: "s",
            nick: "n",
            caps: Caps::default(),
        };
        let mut out = String::new();
        reader.notice(&mut out, "ü".repeat(400));
        let texts = out
            .split_terminator("\r\n")
            .map(|line| line.strip_prefix(":s NOTICE n :"));
        assert_eq!(texts.collect::<Option<String>>(), Some("ü".repeat(400)));
    }

    #[test]
    fn no_line_is_too_long() {
        let reader = Reader {
            server: "s",
            nick: "n",
            caps: Caps::default(),
        };
        let mut out = String::new();
        reader.numeric(&mut out, "001").text("ü".repeat(400));
        reader.numeric(&mut out, "001").text("hello");
        let lines: Vec<&str> = out.split("\r\n").collect();
        assert!((MESSAGE_BYTES_MAX - 1..=MESSAGE_BYTES_MAX).contains(&lines[0].len()));
        assert_eq!(lines[1..], [":s 001 n :hello", ""]);
    }
}
