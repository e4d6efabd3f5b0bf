//! The words in which people say that they are away: what kind of absence they mean, and until
//! when.
//!
//! `at Lunch til 1`, from anywhere, is a lunch that ends at the next one o'clock. Both halves read
//! free English text by the tables in this file and never refuse anything: words that mean nothing
//! here are [`Kind::Other`], and a time that cannot be read is words.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::time::{Now, Zone};

/// What somebody who is away is doing, as far as their words tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// At a meal, whichever.
    Lunch,
    /// At the desk, and not to be disturbed.
    Busy,
    /// Sitting together with others.
    Meeting,
    /// Learning or teaching.
    Training,
    /// Talking on the telephone.
    Phone,
    /// Back in a moment.
    Break,
    /// Not at the desk, or not in the building: out, travelling, ill, on holiday, gone home; and
    /// simply away.
    Gone,
    /// Whatever else the words say.
    Other,
}

impl Kind {
    /// The kind in one lower-case word, as boards and scripts show it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lunch => "lunch",
            Self::Busy => "busy",
            Self::Meeting => "meeting",
            Self::Training => "training",
            Self::Phone => "phone",
            Self::Break => "break",
            Self::Gone => "gone",
            Self::Other => "other",
        }
    }
}

/// What an absence of each kind may begin with, in lower case and whole words: `busy` is not the
/// beginning of `business trip`.
///
/// [Fillers](kind_of) before it do not count, so `lunch` stands for `I'm out to lunch` too. A
/// longer row beats a shorter one, which is how `call` is the telephone and `call of nature` is
/// not. The last rows are false friends: they begin like another kind and are none.
#[rustfmt::skip]
pub static KINDS: &[(Kind, &[&str])] = &[
    (Kind::Lunch, &[
        "lunch", "lunching", "lunchtime", "luncheon", "breakfast", "brunch", "dinner", "supper",
        "eating", "food", "something to eat", "bite", "canteen", "cafeteria",
    ]),
    (Kind::Busy, &[
        "busy", "dnd", "do not disturb", "don't disturb", "dont disturb", "not to be disturbed",
        "no interruptions", "not available", "unavailable", "leave me alone", "can't talk",
        "cant talk", "cannot talk", "concentrating", "focus", "focused", "focusing", "focussing",
        "heads down", "deep work", "in the zone", "working", "coding", "writing", "deadline",
        "occupied", "engaged", "swamped", "helping", "serving", "with a customer", "with customer",
        "with customers", "with a client", "with client", "with clients", "with a visitor",
        "with visitors", "with someone",
    ]),
    (Kind::Meeting, &[
        "meeting", "meetings", "mtg", "mtgs", "back to back", "board meeting", "lunch meeting",
        "breakfast meeting", "conference", "video conference", "videoconference", "one on one",
        "one to one", "standup", "stand up", "all hands", "town hall", "briefing", "debriefing",
        "interview", "interviews", "interviewing", "presentation", "presenting", "demo", "zoom",
        "webex", "teams",
    ]),
    (Kind::Training, &[
        "training", "trainings", "course", "courses", "class", "classes", "workshop", "seminar",
        "webinar", "lecture", "lesson", "lessons", "tutorial", "studying", "learning", "e learning",
        "elearning", "lunch and learn", "exam", "exams", "school", "college", "university",
        "teaching", "coaching", "onboarding", "induction",
    ]),
    (Kind::Phone, &[
        "phone", "phoning", "telephone", "telephoning", "call", "calls", "calling", "phone call",
        "video call", "conference call", "conf call", "on the line", "on another line",
        "on the other line",
    ]),
    (Kind::Break, &[
        "break", "coffee", "tea", "cuppa", "snack", "kitchen", "smoke", "smoking", "cigarette",
        "cig", "fresh air", "some air", "walk", "walking", "stretching", "pause", "breather", "nap",
        "timeout", "time out", "brb", "right back", "back soon", "back shortly", "back in a",
        "toilet", "loo", "bathroom", "restroom", "wc", "call of nature",
    ]),
    (Kind::Gone, &[
        "gone", "out", "away", "afk", "bbl", "off", "idle", "left", "leaving", "ooo", "oof",
        "elsewhere", "bye", "not here", "not in", "not around", "not at my desk", "not at desk",
        "off site", "offsite", "site visit", "back later", "back tomorrow", "done for",
        "finished for", "home", "bed", "asleep", "sleeping", "good night", "goodnight", "weekend",
        "sick", "ill", "unwell", "not well", "not feeling well", "doctor", "doctors", "doctor's",
        "dentist", "dentists", "dentist's", "hospital", "appointment", "funeral", "jury duty",
        "holiday", "holidays", "vacation", "bank holiday", "pto", "day off", "half day", "leave",
        "annual leave", "sick leave", "parental leave", "maternity leave", "paternity leave",
        "travel", "travelling", "traveling", "trip", "business trip", "road", "driving",
        "commuting", "train", "bus", "flight", "flying", "airport", "errand", "errands", "shopping",
        "gym", "school run",
    ]),
    (Kind::Other, &[
        "on call", "call me", "call back", "please call", "phone me", "please phone",
        "off the phone", "home office", "working from", "leave a", "leave me a",
    ]),
];

/// Words that may come before what matters. Some are a kind of their own if nothing follows:
/// `gone`, but `gone to lunch`.
#[rustfmt::skip]
static FILLERS: &[&str] = &[
    "i", "i'm", "im", "i'll", "i've", "we", "we're", "am", "are", "be", "been", "will", "have",
    "having", "got", "at", "in", "into", "on", "to", "for", "up", "down", "over", "a", "an", "the",
    "my", "our", "some", "another", "out", "off", "away", "afk", "brb", "gone", "going", "gonna",
    "go", "went", "popped", "popping", "nipped", "nipping", "stepped", "stepping", "headed",
    "heading", "running", "ran", "get", "getting", "grab", "grabbing", "take", "taking", "make",
    "making", "doing", "attending", "sorry", "please", "just", "now", "currently", "still", "again",
    "very", "really", "so", "too", "quite", "pretty", "super", "extremely", "bit", "quick",
    "quickly", "short", "brief", "little", "long", "early", "late", "urgent", "important",
    "morning", "afternoon", "evening", "daily", "weekly", "monthly", "team", "staff", "company",
    "department", "sales", "client", "customer", "auto",
];

/// More words than this from the beginning of a text do not matter to its [`Kind`].
const KIND_WORDS_MAX: usize = 16;

/// Sorts the words of an availability into kinds, by [`KINDS`].
///
/// Letter case, punctuation and fillers (`I'm`, `out to`, `in a`, `on the`, `going for a quick`) do
/// not matter. Of the rows that fit behind the fillers, the one that reaches furthest into the text
/// wins; of several that reach as far, the longest.
pub fn kind_of(words: &str) -> Kind {
    let said = spoken(words);
    let fillers = said
        .iter()
        .take_while(|word| FILLERS.contains(&word.as_str()))
        .count();
    let found = (0..=fillers).flat_map(|start| rows_at(&said, start));
    found
        .max_by_key(|&(end, length, _)| (end, length))
        .map_or(Kind::Other, |(_, _, kind)| kind)
}

/// The words of a text, in lower case and without punctuation.
fn spoken(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && !is_apostrophe(c));
    let words = words
        .map(|word| word.trim_matches(is_apostrophe))
        .filter(|word| !word.is_empty());
    words
        .take(KIND_WORDS_MAX)
        .map(|word| word.to_lowercase().replace(is_apostrophe, "'"))
        .collect()
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘')
}

/// The rows of [`KINDS`] that fit a text from its word number `start` on: up to which word each
/// reaches, and its length in words.
fn rows_at(said: &[String], start: usize) -> impl Iterator<Item = (usize, usize, Kind)> {
    let rows = KINDS
        .iter()
        .flat_map(|&(kind, prefixes)| prefixes.iter().map(move |&prefix| (kind, prefix)));
    rows.filter_map(move |(kind, prefix)| {
        let length = prefix.split(' ').count();
        let fits = said[start..]
            .iter()
            .take(length)
            .map(String::as_str)
            .eq(prefix.split(' '));
        fits.then_some((start + length, length, kind))
    })
}

/// The longest absence that can be named as a length of time, in minutes: 366 days.
pub const UNTIL_MINUTES_MAX: u32 = 366 * 24 * 60;

/// A phrase that says until when is looked for in so many bytes at the end of a text, white space
/// behind it not counted.
const PHRASE_BYTES_MAX: usize = 64;

const MINUTE_MS: u64 = 60 * 1000;
const HOUR_MINUTES: u64 = 60;
const DAY_MINUTES: u64 = 24 * HOUR_MINUTES;

/// The end of an absence, as people say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Until {
    /// The next time that a clock of 24 hours shows this: `until 13:00`, `until 1pm`.
    Clock {
        /// 0 to 23.
        hour: u8,
        /// 0 to 59.
        minute: u8,
    },
    /// The next time that a clock of 12 hours shows this: `til 1`, `until 9:30`.
    OClock {
        /// 1 to 12.
        hour: u8,
        /// 0 to 59.
        minute: u8,
    },
    /// So long from now: `for 45 minutes`.
    For {
        /// 1 to [`UNTIL_MINUTES_MAX`].
        minutes: u32,
    },
}

impl Until {
    /// The moment meant by somebody who says this now, in Unix milliseconds; always in the future,
    /// so a time of day already past means tomorrow's.
    pub fn moment(self, now: Now, zone: &Zone) -> u64 {
        let next = |hour, minute| zone.next(now.wall_ms, hour, minute);
        match self {
            Self::Clock { hour, minute } => next(hour, minute),
            Self::OClock { hour, minute } => {
                next(hour % 12, minute).min(next(hour % 12 + 12, minute))
            }
            Self::For { minutes } => now.wall_ms.saturating_add(u64::from(minutes) * MINUTE_MS),
        }
    }
}

/// Reads a phrase, or a part of one, to its end.
type Reader = fn(&str) -> Option<Until>;

/// The words that lead to a time of day, wherever it stands.
static DEADLINES: &[(&str, Reader)] = &[
    ("until", clock),
    ("till", clock),
    ("til", clock),
    ("'til", clock),
];

/// The words that lead to a length of time.
static LENGTHS: &[(&str, Reader)] = &[("for", duration)];

/// The ways to announce one's return, and the words between that and the time.
static RETURNS: &[&str] = &[
    "back",
    "be back",
    "will be back",
    "i'll be back",
    "i will be back",
];
static RETURN_TIMES: &[(&str, Reader)] = &[("at", clock), ("by", clock), ("in", duration)];

/// Times of day with a name.
static NAMED_TIMES: &[(&str, u8, u8)] = &[
    ("noon", 12, 0),
    ("midday", 12, 0),
    ("midnight", 0, 0),
    ("24:00", 0, 0),
];

/// The halves of the day, and the hours before each. A full stop at the end is gone when these are
/// looked for.
static HALVES: &[(&str, u8)] = &[("am", 0), ("a.m", 0), ("pm", 12), ("p.m", 12)];

/// Lengths of time said without a number, in minutes. `a minute` is not among them: nobody means
/// sixty seconds by it.
static NAMED_LENGTHS: &[(&str, u64)] = &[
    ("a quarter of an hour", 15),
    ("half an hour", 30),
    ("half hour", 30),
    ("an hour", HOUR_MINUTES),
    ("an hour and a half", 90),
    ("a day", DAY_MINUTES),
    ("a week", 7 * DAY_MINUTES),
];

#[rustfmt::skip]
static NUMBERS: &[(&str, u64)] = &[
    ("one", 1), ("two", 2), ("three", 3), ("four", 4), ("five", 5), ("six", 6), ("seven", 7),
    ("eight", 8), ("nine", 9), ("ten", 10), ("fifteen", 15), ("twenty", 20), ("thirty", 30),
    ("forty", 40), ("ninety", 90),
];

/// Units of time, in minutes.
#[rustfmt::skip]
static UNITS: &[(&str, u64)] = &[
    ("m", 1), ("min", 1), ("mins", 1), ("minute", 1), ("minutes", 1), ("h", HOUR_MINUTES),
    ("hr", HOUR_MINUTES), ("hrs", HOUR_MINUTES), ("hour", HOUR_MINUTES), ("hours", HOUR_MINUTES),
    ("d", DAY_MINUTES), ("day", DAY_MINUTES), ("days", DAY_MINUTES), ("week", 7 * DAY_MINUTES),
    ("weeks", 7 * DAY_MINUTES),
];

/// Takes the phrase that says until when from the end of the words of an availability.
///
/// ```text
/// phrase   = ("until" / "till" / "til" / "'til") clock
///          / "for" length
///          / ["I'll be" / "will be" / "be"] "back" (("at" / "by") clock / "in" length)
/// clock    = HH:MM                     24 hours, two digits: 13:00, 09:15
///          / H[:MM]                    12 hours: 1, 9:15; or 24, if it can be no other: 0, 13
///          / H[(":" / ".")MM] ("am" / "pm")
///          / "noon" / "midday" / "midnight"
/// length   = 1*(number unit)           45m, 1.5 hours, 1h30, two hours and 15 minutes, 3 days
///          / "an hour" / "half an hour" / "a day" / ...
/// ```
///
/// Gives the words before the phrase, without the space, comma, dash or semicolon that joins them
/// to it, and otherwise untouched; they may be empty. A text that does not end in such a phrase
/// (`until the cows come home`, `until 25:00`) is all words. Letter case does not matter; the
/// phrase may stand in brackets, and a full stop may follow it.
pub fn split_until(text: &str) -> (&str, Option<Until>) {
    split(text, |phrase| {
        let returns = || {
            RETURNS
                .iter()
                .find_map(|lead| read(after(phrase, lead)?, RETURN_TIMES))
        };
        read(phrase, DEADLINES)
            .or_else(|| read(phrase, LENGTHS))
            .or_else(returns)
    })
}

fn split(text: &str, reader: impl Fn(&str) -> Option<Until>) -> (&str, Option<Until>) {
    let mut phrases = phrase_starts(text).map(|start| (start, tidy(&text[start..])));
    match phrases.find_map(|(start, phrase)| Some((start, reader(&phrase)?))) {
        Some((start, until)) => (text[..start].trim_end_matches(joins), Some(until)),
        None => (text, None),
    }
}

/// Where a phrase may start: at the words near the end of the text, leftmost first.
fn phrase_starts(text: &str) -> impl Iterator<Item = usize> {
    let text = text.trim_end();
    let near = text.ceil_char_boundary(text.len().saturating_sub(PHRASE_BYTES_MAX));
    let starts_word = |at: usize| text[..at].chars().next_back().is_none_or(joins);
    (near..text.len()).filter(move |&at| text.is_char_boundary(at) && starts_word(at))
}

fn joins(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '-' | '–' | '—')
}

/// The phrase in lower case, with single spaces and straight apostrophes, without brackets around
/// it and punctuation after it.
fn tidy(phrase: &str) -> String {
    let phrase = phrase.trim().trim_end_matches(['.', '!', '?', ',']);
    let bare = phrase
        .strip_prefix('(')
        .and_then(|phrase| phrase.strip_suffix(')'))
        .unwrap_or(phrase);
    let words: Vec<&str> = bare.split_whitespace().collect();
    words.join(" ").to_lowercase().replace(is_apostrophe, "'")
}

fn read(phrase: &str, table: &[(&str, Reader)]) -> Option<Until> {
    table
        .iter()
        .find_map(|(lead, reader)| reader(after(phrase, lead)?))
}

fn after<'a>(phrase: &'a str, lead: &str) -> Option<&'a str> {
    phrase.strip_prefix(lead)?.strip_prefix(' ')
}

fn clock(text: &str) -> Option<Until> {
    if let Some(&(_, hour, minute)) = NAMED_TIMES.iter().find(|(name, ..)| *name == text) {
        return Some(Until::Clock { hour, minute });
    }
    let halved = HALVES
        .iter()
        .find_map(|&(half, hours)| Some((text.strip_suffix(half)?.trim_end(), hours)));
    match halved {
        Some((time, hours_before)) => clock_of_a_half(&time.replace('.', ":"), hours_before),
        None => clock_alone(text.strip_suffix(" o'clock").unwrap_or(text)),
    }
}

fn clock_of_a_half(time: &str, hours_before: u8) -> Option<Until> {
    let (hour, minute) = hour_and_minute(time)?;
    (1..=12).contains(&hour).then_some(Until::Clock {
        hour: hour % 12 + hours_before,
        minute,
    })
}

fn clock_alone(time: &str) -> Option<Until> {
    let (hour, minute) = hour_and_minute(time)?;
    let in_full = time.len() == "HH:MM".len();
    let is_12_hour = !in_full && (1..=12).contains(&hour);
    Some(if is_12_hour {
        Until::OClock { hour, minute }
    } else {
        Until::Clock { hour, minute }
    })
}

fn hour_and_minute(time: &str) -> Option<(u8, u8)> {
    let (hour, minute) = time.split_once(':').unwrap_or((time, "00"));
    Some((digits(hour, 1..=2, 23)?, digits(minute, 2..=2, 59)?))
}

/// A number of so many digits, if it is no larger than `max`.
fn digits(text: &str, count: RangeInclusive<usize>, max: u8) -> Option<u8> {
    let is_number = count.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        text.parse().ok().filter(|&number| number <= max)
    } else {
        None
    }
}

fn duration(text: &str) -> Option<Until> {
    let minutes = looked_up(NAMED_LENGTHS, text).or_else(|| length_minutes(text))?;
    let minutes = u32::try_from(minutes).ok()?;
    (1..=UNTIL_MINUTES_MAX)
        .contains(&minutes)
        .then_some(Until::For { minutes })
}

/// The sum of one or more amounts: `2 hours and 15 minutes`.
fn length_minutes(text: &str) -> Option<u64> {
    let (hundredths, rest) = number(text)?;
    let (unit, rest) = leading(rest.trim_start(), char::is_alphabetic);
    let unit_minutes = looked_up(UNITS, unit)?;
    let minutes = hundredths.checked_mul(unit_minutes)? / 100;
    let more = rest.trim_start_matches([' ', ',']);
    let more = more.strip_prefix("and ").unwrap_or(more);
    if more.is_empty() {
        Some(minutes)
    } else {
        minutes.checked_add(more_minutes(more, unit_minutes)?)
    }
}

/// What follows hours may be minutes without saying so: `1h30`.
fn more_minutes(text: &str, unit_before: u64) -> Option<u64> {
    let bare = digits(text, 1..=2, 59).filter(|_| unit_before == HOUR_MINUTES);
    bare.map(u64::from).or_else(|| length_minutes(text))
}

/// A number at the beginning of a text, in hundredths, and the rest of the text.
fn number(text: &str) -> Option<(u64, &str)> {
    let (whole, rest) = leading(text, |c| c.is_ascii_digit());
    if whole.is_empty() {
        let (word, rest) = leading(text, char::is_alphabetic);
        return Some((looked_up(NUMBERS, word)? * 100, rest));
    }
    let (hundredths, rest) = fraction(rest)?;
    let whole = whole.parse::<u64>().ok()?.checked_mul(100)?;
    Some((whole.checked_add(hundredths)?, rest))
}

/// Up to two digits behind a decimal point, in hundredths, if there is one; and the rest of the
/// text.
fn fraction(text: &str) -> Option<(u64, &str)> {
    let Some(text) = text.strip_prefix(['.', ',']) else {
        return Some((0, text));
    };
    let (places, rest) = leading(text, |c| c.is_ascii_digit());
    let number = u64::from(digits(places, 1..=2, 99)?);
    let hundredths = if places.len() == 1 {
        number * 10
    } else {
        number
    };
    Some((hundredths, rest))
}

fn leading(text: &str, belongs: fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !belongs(c)).unwrap_or(text.len()))
}

fn looked_up(table: &[(&str, u64)], word: &str) -> Option<u64> {
    table
        .iter()
        .find(|(name, _)| *name == word)
        .map(|&(_, value)| value)
}

#[cfg(test)]
mod tests;
