//! The index of words: what goes into it, and what a person's words ask of it.
//!
//! FTS5 cuts texts into words (letters, digits and their marks of all scripts, diacritics of Latin
//! letters removed, no difference between large and small letters). Scripts that put no spaces
//! between words have no words to cut, and Korean words are two or three letters long with endings
//! behind: their letters go in two by two, each with the one behind it, and the last one alone, so
//! that any piece of a text is found.
//!
//! | typed | finds |
//! | --- | --- |
//! | `printer jam` | lines with both words; if there are too few, with words that begin so, but for words that very many lines have |
//! | `of` | the word `of`: one or two letters are no beginning, which would be that of too many |
//! | `printer-30` | `printer` directly before a word that begins with `30` |
//! | `東京都` | 東, 京 and 都 in this order anywhere, with nothing between them |
//!
//! What is typed is quoted, so nothing of it is FTS5's language.
//!
//! Whole words are looked for first because they are found from the end on, without looking at what
//! else has them. For beginnings FTS5 puts together, before it finds anything, all that has any
//! of the words: of ten million lines that may be half.

use std::fmt::Write;

use rusqlite::{Connection, params};

use crate::chat::account::AccountId;
use crate::chat::name::Nick;
use crate::chat::vocabulary::Line;

use super::key::Keys;
use super::rights::Readable;
use super::row;
use super::told;

/// The scripts that go in two by two.
const UNSPACED: [(char, char); 14] = [
    ('\u{0e00}', '\u{0eff}'),   // Thai, Lao
    ('\u{1000}', '\u{109f}'),   // Myanmar
    ('\u{1780}', '\u{17ff}'),   // Khmer
    ('\u{3005}', '\u{3007}'),   // Han: repetition, closing mark, nought
    ('\u{3041}', '\u{309f}'),   // Hiragana
    ('\u{30a1}', '\u{30ff}'),   // Katakana
    ('\u{31f0}', '\u{31ff}'),   // Katakana, small
    ('\u{3400}', '\u{4dbf}'),   // Han
    ('\u{4e00}', '\u{9fff}'),   // Han
    ('\u{a9e0}', '\u{aa7f}'),   // Myanmar, with Cham between
    ('\u{ac00}', '\u{d7a3}'),   // Hangul
    ('\u{f900}', '\u{faff}'),   // Han, compatible
    ('\u{ff66}', '\u{ff9f}'),   // Katakana, half as wide
    ('\u{20000}', '\u{323af}'), // Han
];

/// How many letters are the beginning of a word: `search` has an index of just these.
const BEGINNING: usize = 3;

/// A word that more lines have is not looked for as a beginning of others: that would take long, and
/// there is enough of itself.
const COMMON_LINES: i64 = 10_000;

/// How many places the index is asked for: each costs a search of its own in each of the index's
/// parts. Where there are more, the rows of what has the words are looked at instead.
const PLACES_ASKED: usize = 4;

pub(super) fn index(db: &Connection, key: i64, place: i64, line: &Line) -> rusqlite::Result<()> {
    let words = told::columns(&line.told, None).text.map(cut);
    let account = line.from.account.as_ref().map(|account| account.id);
    let mut sender = token_of_nick(&line.from.nick);
    if let Some(account) = account {
        sender.push(' ');
        sender.push_str(&token_of_account(account));
    }
    let text = "INSERT INTO search (rowid, words, place, sender) VALUES (?1, ?2, ?3, ?4)";
    db.prepare_cached(text)?
        .execute(params![
            key,
            words,
            token_of_place(place, line.open),
            sender
        ])
        .map(drop)
}

pub(super) fn forget(db: &Connection, key: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM search WHERE rowid = ?1")?
        .execute([key])
        .map(drop)
}

/// Has the index put some of its parts together, which gives room back and makes it faster; writes
/// about so many pages. Whether there may be more to do: FTS5 changes one row to say that it is
/// done, and others if it has done something.
pub(super) fn tidy(db: &Connection, pages: u32) -> rusqlite::Result<bool> {
    let before = db.total_changes();
    let text = "INSERT INTO search (search, rank) VALUES ('merge', ?1)";
    db.prepare_cached(text)?.execute([pages])?;
    Ok(db.total_changes() - before >= 2)
}

/// Open lines of a channel, others of it, and private ones.
fn token_of_place(place: i64, open: bool) -> String {
    match (place < 0, open) {
        (true, _) => format!("p{}", place.unsigned_abs()),
        (false, true) => format!("o{place}"),
        (false, false) => format!("c{place}"),
    }
}

/// A name may have signs that separate words.
fn token_of_nick(nick: &Nick) -> String {
    let mut token = "n".to_owned();
    for byte in nick.folded().bytes() {
        write!(token, "{byte:02x}").expect("a text takes all");
    }
    token
}

fn token_of_account(account: AccountId) -> String {
    format!("a{}", account.0)
}

fn is_unspaced(c: char) -> bool {
    UNSPACED
        .iter()
        .any(|&(first, last)| (first..=last).contains(&c))
}

/// The pieces of a text, each of unspaced letters only or without any.
fn pieces(text: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let unspaced = is_unspaced(rest.chars().next()?);
        let end = rest
            .find(|c| is_unspaced(c) != unspaced)
            .unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(end);
        rest = behind;
        Some((unspaced, piece))
    })
}

/// A text as it goes into the index.
fn cut(text: &str) -> String {
    if !text.contains(is_unspaced) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(3 * text.len());
    for (unspaced, piece) in pieces(text) {
        match unspaced {
            true => cut_unspaced(piece, true, &mut out),
            false => out.push_str(piece),
        }
    }
    out
}

/// Each letter with the next one; of the last one, only if it is alone or `also_last`, itself.
fn cut_unspaced(piece: &str, also_last: bool, out: &mut String) {
    out.push(' ');
    let mut letters = piece.chars().peekable();
    let alone = piece.chars().nth(1).is_none();
    while let Some(letter) = letters.next() {
        match letters.peek() {
            Some(next) => out.extend([letter, *next, ' ']),
            None if also_last || alone => out.extend([letter, ' ']),
            None => {}
        }
    }
}

/// Something typed, as FTS5 is asked for it.
#[derive(Debug, PartialEq, Eq)]
struct Phrase {
    /// As it is typed.
    whole: String,
    /// And what begins so, if that can be.
    beginning: Option<String>,
}

/// What a person's words ask for; nothing if there is no word in them.
fn phrases(words: &str) -> Vec<Phrase> {
    words
        .split_whitespace()
        .flat_map(pieces)
        .filter_map(|(unspaced, piece)| match unspaced {
            true => Some(unspaced_phrase(piece)),
            false => spaced_phrase(piece),
        })
        .collect()
}

fn unspaced_phrase(piece: &str) -> Phrase {
    let mut phrase = String::new();
    cut_unspaced(piece, false, &mut phrase);
    let alone = piece.chars().nth(1).is_none();
    Phrase {
        whole: quoted(phrase.trim(), alone),
        beginning: None,
    }
}

fn spaced_phrase(piece: &str) -> Option<Phrase> {
    let is_letter = |c: char| c.is_alphanumeric();
    let last = piece
        .rsplit(|c| !is_letter(c))
        .find(|word| !word.is_empty())?;
    let begins = last.chars().count() >= BEGINNING;
    Some(Phrase {
        whole: quoted(piece, false),
        beginning: begins.then(|| quoted(piece, true)),
    })
}

fn quoted(phrase: &str, begins: bool) -> String {
    let star = if begins { "*" } else { "" };
    format!("\"{}\"{star}", phrase.replace('"', "\"\""))
}

fn places(readable: &[Readable]) -> String {
    let mut tokens = Vec::new();
    for one in readable {
        tokens.push(token_of_place(one.place, true));
        if !one.stays.is_empty() && one.place >= 0 {
            tokens.push(token_of_place(one.place, false));
        }
    }
    let tokens: Vec<String> = tokens.iter().map(|token| quoted(token, false)).collect();
    format!("{{place}} : ({})", tokens.join(" OR "))
}

/// What to look for, and how.
#[derive(Debug)]
pub(super) struct Sought<'a> {
    pub(super) words: Option<&'a str>,
    pub(super) by: Option<&'a Nick>,
    pub(super) events: bool,
    /// Whose stays count.
    pub(super) account: Option<AccountId>,
    /// A list in JSON: whose lines are left out.
    pub(super) hidden: &'a str,
}

/// What a look is for, as the index and the table are asked for it.
#[derive(Debug)]
pub(super) struct Look {
    matching: String,
    /// A list in JSON: the places, if the index is not asked for them.
    places: Option<String>,
}

impl Sought<'_> {
    /// What the index is asked for first: whole words. Nothing, if nothing can have such words.
    pub(super) fn whole(&self) -> Option<String> {
        let phrases = self.phrases();
        let whole: Vec<String> = phrases.into_iter().map(|phrase| phrase.whole).collect();
        (self.words.is_none() || !whole.is_empty()).then(|| self.reading(&whole))
    }

    /// What it is asked for if too little has those: what begins so. Nothing, if that is the same.
    pub(super) fn beginnings(&self, db: &Connection) -> rusqlite::Result<Option<String>> {
        let mut begins = false;
        let mut longest = Vec::new();
        for phrase in self.phrases() {
            longest.push(match phrase.beginning {
                Some(beginning) if !is_common(db, &phrase.whole)? => {
                    begins = true;
                    beginning
                }
                _ => phrase.whole,
            });
        }
        Ok(begins.then(|| self.reading(&longest)))
    }

    fn phrases(&self) -> Vec<Phrase> {
        phrases(self.words.unwrap_or_default())
    }

    fn reading(&self, phrases: &[String]) -> String {
        let words = match phrases {
            [] => None,
            phrases => Some(format!("{{words}} : ({})", phrases.join(" AND "))),
        };
        let by = |nick| format!("{{sender}} : \"{}\"", token_of_nick(nick));
        let parts: Vec<String> = words.into_iter().chain(self.by.map(by)).collect();
        parts.join(" AND ")
    }
}

impl Look {
    /// A look at these places.
    pub(super) fn at(reading: String, readable: &[Readable]) -> Self {
        if readable.len() <= PLACES_ASKED {
            return Self {
                matching: format!("{reading} AND {}", places(readable)),
                places: None,
            };
        }
        let numbers: Vec<String> = readable.iter().map(|one| one.place.to_string()).collect();
        Self {
            matching: reading,
            places: Some(format!("[{}]", numbers.join(","))),
        }
    }
}

/// Whether so many lines have a word that it is not looked for as the beginning of others.
fn is_common(db: &Connection, whole: &str) -> rusqlite::Result<bool> {
    let text = "SELECT rowid FROM search WHERE search MATCH ?1 LIMIT 1 OFFSET ?2";
    let mut statement = db.prepare_cached(text)?;
    statement.exists(params![format!("{{words}} : {whole}"), COMMON_LINES])
}

/// The keys of what fits, from one end of `keys` on.
pub(super) fn keys(
    db: &Connection,
    look: &Look,
    sought: &Sought<'_>,
    keys: Keys,
    limit: i64,
    newest: bool,
) -> rusqlite::Result<Vec<i64>> {
    let text = if newest { NEWEST } else { OLDEST };
    let mut statement = db.prepare_cached(text)?;
    let values = params![
        look.matching,
        keys.from,
        keys.to,
        sought.account.map(row::account),
        sought.events,
        sought.hidden,
        limit,
        look.places,
    ];
    let found = statement.query_map(values, |row| row.get(0))?;
    found.collect()
}

/// The keys of some lines of an account's, to forget them.
pub(super) fn said_by(
    db: &Connection,
    account: AccountId,
    limit: i64,
) -> rusqlite::Result<Vec<i64>> {
    let text = "SELECT rowid FROM search WHERE search MATCH ?1 LIMIT ?2";
    let mut statement = db.prepare_cached(text)?;
    let matching = format!("{{sender}} : \"{}\"", token_of_account(account));
    let found = statement.query_map(params![matching, limit], |row| row.get(0))?;
    found.collect()
}

/// Open lines of a place that may be read may be read; others by those who were there then.
macro_rules! select {
    ($order:literal) => {
        concat!(
            "SELECT search.rowid FROM search CROSS JOIN lines l ON l.line = search.rowid
            WHERE search MATCH ?1 AND search.rowid BETWEEN ?2 AND ?3
                AND (?8 IS NULL OR l.place IN (SELECT value FROM json_each(?8)))
                AND (l.open OR l.place < 0 OR EXISTS
                    (SELECT 1 FROM stays WHERE account = ?4 AND conversation = l.place
                        AND l.line BETWEEN since AND until))
                AND l.event <= ?5
                AND (l.author IS NULL OR l.author NOT IN (SELECT value FROM json_each(?6)))
            ORDER BY search.rowid ",
            $order,
            " LIMIT ?7"
        )
    };
}

const NEWEST: &str = select!("DESC");
const OLDEST: &str = select!("ASC");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unspaced_letters_go_in_two_by_two() {
        assert_eq!(cut("no such letter"), "no such letter");
        assert_eq!(
            cut("PC東京都 und 東")
                .split_whitespace()
                .collect::<Vec<_>>(),
            ["PC", "東京", "京都", "都", "und", "東"]
        );
    }

    #[test]
    fn what_is_typed_is_quoted() {
        #[rustfmt::skip]
        let cases: [(&str, &[&str]); 7] = [
            ("printer jam",      &["\"printer\"*", "\"jam\"*"]),
            ("a OR b* NOT \"c",  &["\"a\"", "\"OR\"", "\"b*\"", "\"NOT\"*", "\"\"\"c\""]),
            ("printer-3",        &["\"printer-3\""]),
            ("東京都",           &["\"東京 京都\""]),
            ("東",               &["\"東\"*"]),
            ("pc東京",           &["\"pc\"", "\"東京\""]),
            ("* - \" ( ☕",      &[]),
        ];
        for (words, expected) in cases {
            let phrases = phrases(words).into_iter();
            let longest = phrases.map(|phrase| phrase.beginning.unwrap_or(phrase.whole));
            let longest: Vec<String> = longest.collect();
            assert_eq!(longest, expected, "{words}");
        }
    }
}
