//! What a line from the server means to a client: the normative shapes, and those sentences that a
//! client with a picture of its own must understand. When a sentence changes, this table follows.

use hallway::chat::name::{ChannelName, Nick};

/// Something said, as it stands in its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub stamp: String,
    /// All behind the stamp: `#lobby bob: morning`.
    pub rest: String,
    /// `#lobby`, `private`, `private to`.
    pub place: String,
    pub nick: String,
}

/// What a line means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    Said(Said),
    Announced {
        said: Said,
        number: u32,
    },
    /// The day, counted from 1970-01-01.
    Date(u32),
    Refused(String),
    /// What one is besides now, or no longer.
    OwnMode(char, bool),
    /// A row of a long answer, without its indent.
    Row(String),
    Hello(Nick),
    EarlierIn(ChannelName),
    Now,
    InChannel(ChannelName),
    Made(ChannelName),
    SpeakIn(ChannelName),
    Nowhere,
    HaveLeft(ChannelName),
    Joined(Nick, ChannelName),
    Left(Nick, ChannelName),
    Gone(Nick),
    /// Whoever put them off the server is told that they have gone.
    PutOff(Nick),
    Here(Nick),
    Renamed(Nick, Nick),
    PutOut(Vec<Nick>, ChannelName),
    /// So many that nobody is named.
    ManyPutOut(usize, ChannelName),
    YouAreOut(ChannelName),
    WentAway(Nick),
    /// To whoever writes to somebody who is away.
    TheyAreAway(Nick),
    CameBack(Nick),
    YouAreAway(String),
    Available,
    AwayIsOver,
    WatchChannel(ChannelName),
    /// `None`: not here; else whether they are away.
    WatchPerson(Nick, Option<bool>),
    WatchNoMore(String),
    Block(Nick),
    Unblock(Nick),
    BlockMask(String),
    UnblockMask(String),
    Holding,
    HeldTooMuch,
    Heads(usize),
    Board(Option<ChannelName>, usize, usize),
    FlagSet(char, bool, ChannelName),
    KeySet(ChannelName, Option<String>),
    LimitSet(ChannelName, Option<u32>),
    /// The verb, the mask, the channel.
    Listed(&'static str, String, ChannelName),
    Invited(Nick, ChannelName),
    InvitesYou(ChannelName),
    ChannelRenamed(ChannelName, ChannelName),
    TookBack(Nick, Nick, ChannelName),
    /// By its id, where.
    Redacted(String, Option<ChannelName>),
    AnnouncementOut(u32, usize),
    Noted(usize, usize),
    Withdrawn(u32),
    Other(String),
}

type Meaning = fn(&[&str]) -> Option<Told>;

/// Sentences and what they mean: `{n}` is a person, `{c}` a channel, `{t}` any text. The first that
/// fits counts.
#[rustfmt::skip]
static SENTENCES: &[(&str, Meaning)] = &[
    ("Hello, {n}. {t}", |m| Some(Told::Hello(nick(m[0])?))),
    ("Earlier in {c}:", |m| Some(Told::EarlierIn(channel(m[0])?))),
    ("Now:", |_| Some(Told::Now)),
    ("You are in no channel: {t}", |_| Some(Told::Nowhere)),
    ("You are in {c}, alone, and its operator.", |m| Some(Told::InChannel(channel(m[0])?))),
    ("You are in {c}, alone.", |m| Some(Told::InChannel(channel(m[0])?))),
    ("You are in {c} with {t}", |m| Some(Told::InChannel(channel(m[0])?))),
    ("You have made {c} and are its operator.", |m| Some(Told::Made(channel(m[0])?))),
    ("You speak in {c} now.", |m| Some(Told::SpeakIn(channel(m[0])?))),
    ("You have left {c}.", |m| Some(Told::HaveLeft(channel(m[0])?))),
    ("You are +{n} now: {t}.", |m| Some(Told::OwnMode(letter(m[0])?, true))),
    ("You are +{n} no more: {t}.", |m| Some(Told::OwnMode(letter(m[0])?, false))),
    ("You are away: {t}.", |m| Some(Told::YouAreAway(m[0].to_owned()))),
    ("You are away.", |_| Some(Told::YouAreAway("Away".to_owned()))),
    ("You are away, until {t}.", |_| Some(Told::YouAreAway("Away".to_owned()))),
    ("You are available again.", |_| Some(Told::Available)),
    ("You are available again: {t} is over.", |_| Some(Told::AwayIsOver)),
    ("You watch {c}.", |m| Some(Told::WatchChannel(channel(m[0])?))),
    ("You watch {n}, who is not here.", |m| Some(Told::WatchPerson(nick(m[0])?, None))),
    ("You watch {n}, who is available.", |m| Some(Told::WatchPerson(nick(m[0])?, Some(false)))),
    ("You watch {n}, who is away {t}", |m| Some(Told::WatchPerson(nick(m[0])?, Some(true)))),
    ("You watch {n} no more.", |m| Some(Told::WatchNoMore(m[0].to_owned()))),
    ("You hear nothing more of {n}, until they disconnect.", |m| Some(Told::Block(nick(m[0])?))),
    ("You hear nothing more of whoever is {n}.", |m| Some(Told::BlockMask(m[0].to_owned()))),
    ("You hear {n} again.", |m| Some(nick(m[0]).map_or_else(|| Told::UnblockMask(m[0].to_owned()), Told::Unblock))),
    ("Lines of others are held back{t}", |_| Some(Told::Holding)),
    ("So much was said that it comes now: {t}", |_| Some(Told::HeldTooMuch)),
    ("Announcement {n} is out to {n} {t}", |m| Some(Told::AnnouncementOut(number(m[0])?, number(m[1])?))),
    ("Announcement {n} is withdrawn.", |m| Some(Told::Withdrawn(number(m[0])?))),
    ("Noted. {n} of {n} {t} acknowledged.", |m| Some(Told::Noted(number(m[0])?, number(m[1])?))),
    ("{n} person is here:", |m| Some(Told::Heads(number(m[0])?))),
    ("{n} people are here:", |m| Some(Told::Heads(number(m[0])?))),
    ("{n} person in {c}:", |m| Some(Told::Heads(number(m[0])?))),
    ("{n} people in {c}:", |m| Some(Told::Heads(number(m[0])?))),
    ("{n}: {n} available, {n} away{t}", |m| {
        let place = if m[0] == "Everyone" { None } else { Some(channel(m[0])?) };
        Some(Told::Board(place, number(m[1])?, number(m[2])?))
    }),
    ("{n} joined {c}.", |m| Some(Told::Joined(nick(m[0])?, channel(m[1])?))),
    ("{n} left {c}.", |m| Some(Told::Left(nick(m[0])?, channel(m[1])?))),
    ("{n} left {c} ({t}).", |m| Some(Told::Left(nick(m[0])?, channel(m[1])?))),
    ("{n} has gone ({t}).", |m| Some(Told::Gone(nick(m[0])?))),
    ("{n} is off the server.", |m| Some(Told::PutOff(nick(m[0])?))),
    ("{n} is here.", |m| Some(Told::Here(nick(m[0])?))),
    ("{n} is now called {n}.", |m| Some(Told::Renamed(nick(m[0])?, nick(m[1])?))),
    ("{n} was put out of {c} by {t}", |m| Some(Told::PutOut(nicks(m[0])?, channel(m[1])?))),
    ("{n} people were put out of {c} by {t}", |m| Some(Told::ManyPutOut(number(m[0])?, channel(m[1])?))),
    ("You are out of {c}.", |m| Some(Told::YouAreOut(channel(m[0])?))),
    ("{t} were put out of {c} by {t}", |m| Some(Told::PutOut(nicks(m[0])?, channel(m[1])?))),
    ("{n} is away: {t}, since {t}.", |m| Some(Told::TheyAreAway(nick(m[0])?))),
    ("{n} is away: {t}.", |m| Some(Told::WentAway(nick(m[0])?))),
    ("{n} is away.", |m| Some(Told::WentAway(nick(m[0])?))),
    ("{n} is away, until {t}.", |m| Some(Told::WentAway(nick(m[0])?))),
    ("{n} is back.", |m| Some(Told::CameBack(nick(m[0])?))),
    ("{n} is invited to {c}.", |m| Some(Told::Invited(nick(m[0])?, channel(m[1])?))),
    ("{n} invites {n} to {c}: {t}", |m| Some(Told::InvitesYou(channel(m[2])?))),
    ("{n} set +{n} on {c}: {t}", |m| Some(Told::FlagSet(letter(m[1])?, true, channel(m[2])?))),
    ("{n} set -{n} on {c}.", |m| Some(Told::FlagSet(letter(m[1])?, false, channel(m[2])?))),
    ("{n} set the key of {c}: {t}", |m| Some(Told::KeySet(channel(m[1])?, Some(m[2].to_owned())))),
    ("{n} took the key off {c}.", |m| Some(Told::KeySet(channel(m[1])?, None))),
    ("{n} limited {c} to 1 person.", |m| Some(Told::LimitSet(channel(m[1])?, Some(1)))),
    ("{n} limited {c} to {n} people.", |m| Some(Told::LimitSet(channel(m[1])?, Some(number(m[2])?)))),
    ("{n} took the limit off {c}.", |m| Some(Told::LimitSet(channel(m[1])?, None))),
    ("{n} banned {n} in {c}.", |m| Some(Told::Listed("banned", m[1].to_owned(), channel(m[2])?))),
    ("{n} unbanned {n} in {c}.", |m| Some(Told::Listed("unbanned", m[1].to_owned(), channel(m[2])?))),
    ("{n} muted {n} in {c}.", |m| Some(Told::Listed("muted", m[1].to_owned(), channel(m[2])?))),
    ("{n} unmuted {n} in {c}.", |m| Some(Told::Listed("unmuted", m[1].to_owned(), channel(m[2])?))),
    ("{n} exempted {n} from the bans of {c}.", |m| Some(Told::Listed("exempted", m[1].to_owned(), channel(m[2])?))),
    ("{n} exempts {n} from the bans of {c} no more.", |m| Some(Told::Listed("unexempted", m[1].to_owned(), channel(m[2])?))),
    ("{n} invited {n} to {c} for good.", |m| Some(Told::Listed("welcomed", m[1].to_owned(), channel(m[2])?))),
    ("{n} invites {n} to {c} no more.", |m| Some(Told::Listed("unwelcomed", m[1].to_owned(), channel(m[2])?))),
    ("{n} renamed {c}: it is {c} now.", |m| Some(Told::ChannelRenamed(channel(m[1])?, channel(m[2])?))),
    ("{n} renamed {c}: it is {c} now ({t}).", |m| Some(Told::ChannelRenamed(channel(m[1])?, channel(m[2])?))),
    ("{n} took back the latest line of {n} in {c}.", took_back),
    ("{n} took back the latest line of {n} in {c} ({t}).", took_back),
];

fn took_back(m: &[&str]) -> Option<Told> {
    Some(Told::TookBack(nick(m[0])?, nick(m[1])?, channel(m[2])?))
}

fn nick(word: &str) -> Option<Nick> {
    Nick::parse(word).ok()
}

/// `ann, bob and carol`.
fn nicks(words: &str) -> Option<Vec<Nick>> {
    words.replace(" and ", ", ").split(", ").map(nick).collect()
}

fn channel(word: &str) -> Option<ChannelName> {
    ChannelName::parse(word).ok()
}

fn number<T: std::str::FromStr>(word: &str) -> Option<T> {
    word.parse().ok()
}

fn letter(word: &str) -> Option<char> {
    word.chars().next().filter(|c| word.len() == c.len_utf8())
}

/// What a line without its end means.
///
/// # Errors
/// It has none of the shapes that the plain protocol promises.
pub fn meaning(line: &str) -> Result<Told, String> {
    if let Some(refusal) = line.strip_prefix("*! ") {
        return Ok(Told::Refused(refusal.to_owned()));
    }
    if let Some(sentence) = line.strip_prefix("* ") {
        return Ok(sentence_meaning(sentence));
    }
    said(line).ok_or_else(|| format!("no shape fits {line:?}"))
}

fn sentence_meaning(sentence: &str) -> Told {
    if let Some(row) = sentence.strip_prefix("  ") {
        return Told::Row(row.to_owned());
    }
    let read = SENTENCES
        .iter()
        .find_map(|(pattern, meaning)| meaning(&captures(pattern, sentence)?));
    read.or_else(|| date(sentence).map(Told::Date))
        .unwrap_or_else(|| Told::Other(sentence.to_owned()))
}

fn said(line: &str) -> Option<Told> {
    let (stamp, rest) = line.split_once(' ')?;
    if !stamp.starts_with(|c: char| c.is_ascii_digit()) || !stamp.contains(':') {
        return None;
    }
    let (place, behind) = match rest.strip_prefix("private to ") {
        // `bob: text`, but `bob * ann waves`.
        Some(named) => match named.split_once(' ')? {
            (who, _) if who.ends_with(':') => ("private to", named),
            (_, behind) => ("private to", behind),
        },
        None => rest.split_once(' ')?,
    };
    let said = |nick: &str| Said {
        stamp: stamp.to_owned(),
        rest: rest.to_owned(),
        place: place.to_owned(),
        nick: nick.to_owned(),
    };
    if let Some(number) = place.strip_prefix("!!!") {
        let (nick, _) = behind.split_once(": ")?;
        let (said, number) = (said(nick), number.parse().ok()?);
        return Some(Told::Announced { said, number });
    }
    let known = place.starts_with("private") || place.starts_with('#');
    let nick = match behind.strip_prefix("* ") {
        Some(action) => action.split_once(' ')?.0,
        None => match behind.strip_prefix('-') {
            Some(notice) => notice.split_once("- ")?.0,
            None => behind.split_once(": ")?.0,
        },
    };
    known.then(|| Told::Said(said(nick)))
}

/// What stands for the braces of a pattern in a text that fits it.
pub fn captures<'t>(pattern: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut found = Vec::new();
    let mut text = text;
    let mut pieces = pattern.split('{');
    text = text.strip_prefix(pieces.next()?)?;
    let pieces: Vec<&str> = pieces.collect();
    for (place, piece) in pieces.iter().enumerate() {
        let (kind, literal) = piece.split_once('}')?;
        let last = place + 1 == pieces.len();
        let (capture, rest) = match (last, literal) {
            (true, literal) => (text.strip_suffix(literal)?, ""),
            (false, literal) => text.split_once(literal)?,
        };
        let fits = match kind {
            "n" => !capture.is_empty() && !capture.contains(' '),
            "c" => capture.starts_with('#') && !capture.contains(' '),
            _ => true,
        };
        if !fits {
            return None;
        }
        found.push(capture);
        text = rest;
    }
    text.is_empty().then_some(found)
}

const MONTHS: &str = "January February March April May June July August September October November \
                      December";

/// `Monday, 23 November 2026.` as days since 1970-01-01.
fn date(sentence: &str) -> Option<u32> {
    let (_, date) = sentence.strip_suffix('.')?.split_once(", ")?;
    let words: Vec<&str> = date.split(' ').collect();
    let [day, month, year] = words[..] else {
        return None;
    };
    let month = MONTHS.split(' ').position(|name| name == month)? + 1;
    let date = jiff::civil::date(year.parse().ok()?, month as i8, day.parse().ok()?);
    let days = date.since(jiff::civil::date(1970, 1, 1)).ok()?.get_days();
    days.try_into().ok()
}

/// Whether only printable characters and TAB are in a line, told without asking the server's own
/// filter: by the categories of Unicode that a terminal must not be sent.
pub fn is_printable(line: &str) -> bool {
    !line.chars().any(|c| {
        (c.is_control() && c != '\t')
            || matches!(c,
                '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0001}')
            || u32::from(c) & 0xfffe == 0xfffe
    })
}
