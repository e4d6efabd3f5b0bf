//! What a line from a server is.

/// The mark of a line that was sent by the generator: which stream it belongs to, which in it this
/// is, and when it was to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Sender and place together.
    pub stream: u32,
    /// Counts from 0.
    pub number: u32,
    /// On the clock of the run.
    pub at_ns: u64,
}

/// How many bytes what is said has.
pub const TEXT_BYTES: usize = 60;

impl Stamp {
    /// What is said: this stamp, filled up to the length of an ordinary line.
    pub fn text(&self) -> String {
        let stamp = format!("{{{} {} {}}} ", self.stream, self.number, self.at_ns);
        format!("{stamp:x<TEXT_BYTES$}")
    }

    fn find(line: &[u8]) -> Option<Self> {
        let from = memchr::memchr(b'{', line)? + 1;
        let to = from + memchr::memchr(b'}', &line[from..])?;
        let mut numbers = std::str::from_utf8(&line[from..to]).ok()?.split(' ');
        Some(Self {
            stream: numbers.next()?.parse().ok()?,
            number: numbers.next()?.parse().ok()?,
            at_ns: numbers.next()?.parse().ok()?,
        })
    }
}

/// A line from a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line<'a> {
    /// What somebody has said.
    Said(Stamp),
    /// An IRC message: its source, its command or numeric, and all behind that.
    Message(&'a str, &'a str, &'a str),
    /// A sentence of the plain protocol, behind its mark.
    Sentence(&'a str),
}

impl<'a> Line<'a> {
    /// Reads a line without its end.
    pub fn read(line: &'a [u8]) -> Self {
        if let Some(stamp) = Stamp::find(line) {
            return Self::Said(stamp);
        }
        let line = std::str::from_utf8(line).unwrap_or("");
        if let Some(sentence) = line.strip_prefix('*') {
            return Self::Sentence(sentence.trim_start());
        }
        let line = match line.strip_prefix('@') {
            Some(tagged) => tagged.split_once(' ').map_or("", |(_, line)| line),
            None => line,
        };
        let (source, line) = match line.strip_prefix(':') {
            Some(line) => line.split_once(' ').unwrap_or((line, "")),
            None => ("", line),
        };
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        Self::Message(source, verb, rest)
    }

    /// Whether it answers a ping with this token.
    pub fn is_pong(&self, token: &str) -> bool {
        match self {
            Self::Message(_, "PONG", rest) => rest.rsplit([' ', ':']).next() == Some(token),
            Self::Sentence(sentence) => sentence.strip_prefix("Pong: ") == Some(token),
            _ => false,
        }
    }

    /// Whether it ends the greeting of somebody who has given a name.
    pub fn is_greeting(&self) -> bool {
        match self {
            Self::Message(_, verb, _) => matches!(*verb, "376" | "422"),
            Self::Sentence(sentence) => sentence.starts_with("Hello, "),
            Self::Said(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_apart() {
        let stamp = Stamp {
            stream: 7,
            number: 0,
            at_ns: 12_345,
        };
        assert_eq!(stamp.text().len(), TEXT_BYTES);
        let said = format!("@time=1 :a!b@c PRIVMSG #d :{}", stamp.text());
        assert_eq!(Line::read(said.as_bytes()), Line::Said(stamp));
        let welcome = Line::read(b":here 001 ann :Welcome");
        assert_eq!(welcome, Line::Message("here", "001", "ann :Welcome"));
        assert!(Line::read(b":here PONG here :x1").is_pong("x1"));
        assert!(Line::read(b"PONG x1").is_pong("x1"));
        assert!(Line::read(b"* Pong: x1").is_pong("x1"));
        assert!(!Line::read(b"* Pong: x12").is_pong("x1"));
        assert!(Line::read(b"* Hello, ann. Type to talk.").is_greeting());
        assert!(Line::read(b":here 422 ann :no motd").is_greeting());
    }
}
