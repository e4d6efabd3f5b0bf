//! The sentences of the program, found in its source: what each has in common with a line that
//! somebody hears.

use std::fmt;
use std::path::Path;

/// Where the sentences stand.
const FILES: &[&str] = &[
    "src/protocol/plain/events.rs",
    "src/protocol/modes.rs",
    "src/protocol/plain/refusals.rs",
    "src/protocol/plain/replies.rs",
    "src/protocol/plain/telnet.rs",
];

/// What stands before a literal that nobody is to hear.
const FOR_PROGRAMMERS: &[&str] = &["expect(", "reason ="];

/// Sentences that no conversation can bring about, and which test does.
const HEARD_ELSEWHERE: &[(&str, &str)] = &[
    (
        "Too many passwords are being checked",
        "tests/network/irc.rs: more passwords at once than conversations have people",
    ),
    (
        "That takes too long to look up just now",
        "src/server/history/tests.rs: a slow store",
    ),
    (
        "Too much is being looked up just now",
        "src/server/history/tests.rs: a busy store",
    ),
    (
        "What was said cannot be looked up just now",
        "src/server/history/tests.rs: a broken store",
    ),
    (
        "{name} is registered already",
        "tests/accounts.rs: somebody else is quicker",
    ),
    (
        "That could not be kept just now",
        "tests/accounts.rs: the disk is full",
    ),
];

/// A sentence, or a part of one, as it stands in the source.
pub(crate) struct Sentence {
    place: String,
    text: String,
}

impl Sentence {
    /// Whether somebody who hears this line hears the sentence, whatever stands in its braces.
    pub(crate) fn is_in(&self, line: &str) -> bool {
        let mut rest = line;
        self.pieces().iter().all(|piece| {
            let found = rest.split_once(piece.as_str());
            rest = found.map_or("", |(_, behind)| behind);
            found.is_some()
        })
    }

    /// What is the same whenever it is said.
    fn pieces(&self) -> Vec<String> {
        let text = self.text.replace("{{", "\u{1}").replace("}}", "\u{2}");
        let mut pieces = Vec::new();
        let mut rest = text.as_str();
        while let Some((piece, behind)) = rest.split_once('{') {
            pieces.push(piece);
            rest = behind.split_once('}').map_or("", |(_, behind)| behind);
        }
        pieces.push(rest);
        let braced = |piece: &str| piece.replace('\u{1}', "{").replace('\u{2}', "}");
        pieces.into_iter().map(braced).collect()
    }

    /// Whether there are two words in it, so that it can be told when it is heard.
    fn is_telling(&self) -> bool {
        let pieces = self.pieces();
        let words = pieces.iter().flat_map(|piece| piece.split(' '));
        let is_word = |word: &&str| word.chars().filter(|c| c.is_alphabetic()).count() > 1;
        words.filter(is_word).count() > 1
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}

/// All sentences of the package in `root`.
pub(crate) fn all(root: &Path) -> Vec<Sentence> {
    let mut found = Vec::new();
    for file in FILES {
        let source = std::fs::read_to_string(root.join(file)).expect("the file is there");
        let (source, _) = source.split_once("#[cfg(test)]").unwrap_or((&source, ""));
        for (at, text) in literals(source) {
            let line = 1 + source[..at].matches('\n').count();
            let lines = text.lines().map(|text| Sentence {
                place: format!("{file}:{line}"),
                text: text.to_owned(),
            });
            let here = |sentence: &Sentence| {
                let mut elsewhere = HEARD_ELSEWHERE.iter();
                !elsewhere.any(|(start, _)| sentence.text.starts_with(start))
            };
            found.extend(lines.filter(Sentence::is_telling).filter(here));
        }
    }
    found
}

/// The string literals of a source, with where they begin. There are no raw ones.
fn literals(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = source[at..].chars().next() {
        let rest = &source[at..];
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\''") {
            at += "'\"'".len();
        } else if c == '"' {
            let length = literal_length(rest);
            let before = source[..at].trim_end();
            if !FOR_PROGRAMMERS.iter().any(|end| before.ends_with(end)) {
                found.push((at, unescaped(&rest[1..length - 1])));
            }
            at += length;
        } else {
            at += c.len_utf8();
        }
    }
    found
}

/// How long the literal at the front is, its quotes included.
fn literal_length(source: &str) -> usize {
    let mut escaped = false;
    for (at, c) in source.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    source.len()
}

fn unescaped(literal: &str) -> String {
    let mut out = String::new();
    let mut rest = literal;
    while let Some((before, behind)) = rest.split_once('\\') {
        out += before;
        let escape = behind.chars().next().unwrap_or('\\');
        rest = &behind[escape.len_utf8().min(behind.len())..];
        match escape {
            'r' => out.push('\r'),
            'n' => out.push('\n'),
            't' => out.push('\t'),
            '\n' => rest = rest.trim_start(),
            other => out.push(other),
        }
    }
    out + rest
}
