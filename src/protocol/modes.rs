//! Modes as people and clients type and read them: the tables of letters, and the reader of lines
//! such as `+kt-n secret`, for both protocols.

use crate::chat::mask::{Effect, Mask};
use crate::chat::mode::{
    Flag, Flags, KEY_BYTES_MAX, MaskList, ModeChange, Modes, Rank, Ranks, UserFlag, UserFlags,
};
use crate::chat::name::Nick;

/// A mode that is on or off: its letter and what it means when it is on.
#[rustfmt::skip]
pub static FLAGS: &[(char, Flag, &str)] = &[
    ('C', Flag::NoRequests, "programs' requests (CTCP) are refused"),
    ('M', Flag::AccountsSpeak, "only people with an account or a voice may speak"),
    ('P', Flag::Kept, "it stays when nobody is in it"),
    ('R', Flag::AccountsEnter, "only people with an account may enter"),
    ('i', Flag::InviteOnly, "only those who are invited may enter"),
    ('m', Flag::Moderated, "only people with a voice may speak"),
    ('n', Flag::NoOutsiders, "only those inside may speak"),
    ('p', Flag::Private, "/list does not show it to those outside"),
    ('s', Flag::Secret, "those outside cannot see it"),
    ('t', Flag::TopicLocked, "only operators may set the topic"),
    ('u', Flag::HelpDesk, "only operators and voices hear what the others say"),
];

/// What somebody can be in a channel, the highest first: the mode's letter, the sign in front of
/// their name, and the word for it.
pub static RANKS: &[(char, char, Rank, &str)] = &[
    ('o', '@', Rank::Operator, "operator"),
    ('h', '%', Rank::HalfOperator, "half-operator"),
    ('v', '+', Rank::Voice, "voice"),
];

/// The lists of a channel: the mode's letter, and what it does to whoever is on it.
pub static LISTS: &[(char, MaskList, &str)] = &[
    ('b', MaskList::Bans, "banned"),
    ('e', MaskList::Exceptions, "exempt from bans"),
    ('I', MaskList::Invitees, "invited for good"),
];

/// What somebody can be besides: the letter, and what it means.
#[rustfmt::skip]
pub static USER_FLAGS: &[(char, UserFlag, &str)] = &[
    ('B', UserFlag::Bot, "a program"),
    ('R', UserFlag::AccountsWrite, "written to in private by people with an account only"),
    ('i', UserFlag::Invisible, "not listed for those who share no channel with you"),
    ('o', UserFlag::Operator, "an operator of this server"),
    ('w', UserFlag::Wallops, "told what the operators of the server tell everyone who wants to know"),
];

/// What stands in front of a mask that mutes instead of keeping out.
pub const MUTE: &str = "m:";

/// The longest number of people that a channel can be limited to.
const LIMIT_MAX: u32 = 1_000_000_000;

/// The flags that these letters stand for.
///
/// # Errors
/// A letter that stands for none.
pub fn flags(letters: &str) -> Result<Flags, char> {
    let mut flags = Flags::default();
    for letter in letters.chars().filter(|c| *c != '+') {
        flags.set(flag(letter).ok_or(letter)?, true);
    }
    Ok(flags)
}

fn flag(letter: char) -> Option<Flag> {
    let row = FLAGS.iter().find(|(known, ..)| *known == letter);
    row.map(|(_, flag, _)| *flag)
}

/// What a flag means when it is on.
pub fn meaning(flag: Flag) -> &'static str {
    let row = FLAGS.iter().find(|(_, known, _)| *known == flag);
    row.map_or("", |(.., meaning)| meaning)
}

/// The letter of a flag.
pub fn letter(flag: Flag) -> char {
    let row = FLAGS.iter().find(|(_, known, _)| *known == flag);
    row.map_or('?', |(letter, ..)| *letter)
}

/// The letter of a rank.
pub fn rank_letter(rank: Rank) -> char {
    let row = RANKS.iter().find(|(_, _, known, _)| *known == rank);
    row.map_or('?', |(letter, ..)| *letter)
}

/// The word for a rank.
pub fn rank_word(rank: Rank) -> &'static str {
    let row = RANKS.iter().find(|(_, _, known, _)| *known == rank);
    row.map_or("", |(.., word)| word)
}

/// The sign of a rank.
pub fn rank_sign(rank: Rank) -> char {
    let row = RANKS.iter().find(|(_, _, known, _)| *known == rank);
    row.map_or('?', |(_, sign, ..)| *sign)
}

/// The highest that somebody is in a channel.
pub fn highest(ranks: Ranks) -> Option<Rank> {
    let mut held = RANKS.iter().filter(|(_, _, rank, _)| ranks.has(*rank));
    held.next().map(|(_, _, rank, _)| *rank)
}

/// The rank that a sign stands for.
pub fn rank_of_sign(sign: char) -> Option<Rank> {
    let row = RANKS.iter().find(|(_, known, ..)| *known == sign);
    row.map(|(_, _, rank, _)| *rank)
}

/// The letter of a list.
pub fn list_letter(list: MaskList) -> char {
    let row = LISTS.iter().find(|(_, known, _)| *known == list);
    row.map_or('?', |(letter, ..)| *letter)
}

/// The letters of what somebody is besides.
pub fn user_letters(flags: UserFlags) -> String {
    let on = USER_FLAGS.iter().filter(|(_, flag, _)| flags.has(*flag));
    on.map(|(letter, ..)| *letter).collect()
}

/// The letter of something that somebody can be besides.
pub fn user_letter(flag: UserFlag) -> char {
    let row = USER_FLAGS.iter().find(|(_, known, _)| *known == flag);
    row.map_or('?', |(letter, ..)| *letter)
}

/// What it means that somebody is this besides.
pub fn user_meaning(flag: UserFlag) -> &'static str {
    let row = USER_FLAGS.iter().find(|(_, known, _)| *known == flag);
    row.map_or("", |(.., meaning)| meaning)
}

/// What is wrong with a part of a mode line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No mode has the letter.
    Unknown(char),
    /// The mode needs a value.
    ValueMissing(char),
    /// The mode cannot have this value: no number, no mask, no name, no key.
    BadValue(char, String),
    /// No mode needs this value.
    LeftOver(String),
}

/// A part of a mode line.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Something is to be changed.
    Change(ModeChange),
    /// A list is asked for.
    Ask(MaskList),
}

/// Reads `+kt-n secret`: letters with signs, then values in order. Of several changes of one flag,
/// key or limit the last counts.
pub fn read<'a>(
    letters: &str,
    mut values: impl Iterator<Item = &'a str>,
) -> Vec<Result<Part, Fault>> {
    let mut on = true;
    let mut parts = Vec::new();
    for letter in letters.chars() {
        match letter {
            '+' => on = true,
            '-' => on = false,
            _ => {
                let part = part(letter, on, &mut values);
                parts.retain(|other| !replaces(&part, other));
                parts.push(part);
            }
        }
    }
    let left_over = values.next().map(|value| Fault::LeftOver(value.to_owned()));
    parts.extend(left_over.map(Err));
    parts
}

fn replaces(part: &Result<Part, Fault>, other: &Result<Part, Fault>) -> bool {
    use ModeChange as Change;
    let (Ok(Part::Change(new)), Ok(Part::Change(old))) = (part, other) else {
        return part == other;
    };
    match (new, old) {
        (Change::Flag(new, _), Change::Flag(old, _)) => new == old,
        (Change::Key(_), Change::Key(_)) | (Change::Limit(_), Change::Limit(_)) => true,
        _ => false,
    }
}

fn part<'a>(
    letter: char,
    on: bool,
    values: &mut impl Iterator<Item = &'a str>,
) -> Result<Part, Fault> {
    let change = |change| Ok(Part::Change(change));
    if let Some(flag) = flag(letter) {
        return change(ModeChange::Flag(flag, on));
    }
    if let Some((_, list, _)) = LISTS.iter().find(|(known, ..)| *known == letter) {
        return match values.next() {
            None => Ok(Part::Ask(*list)),
            Some(value) => {
                let mask = mask(value).ok_or_else(|| bad(letter, value))?;
                change(ModeChange::List(*list, mask, on))
            }
        };
    }
    let mut value = || values.next().ok_or(Fault::ValueMissing(letter));
    if let Some((_, _, rank, _)) = RANKS.iter().find(|(known, ..)| *known == letter) {
        let value = value()?;
        let nick = Nick::parse(value).map_err(|_| bad(letter, value))?;
        return change(ModeChange::Rank(*rank, nick, on));
    }
    match (letter, on) {
        ('k', true) => {
            let value = value()?;
            let key = key(value).ok_or_else(|| bad(letter, value))?;
            change(ModeChange::Key(Some(key.into())))
        }
        ('k', false) => {
            // Many clients give the key that they take off.
            let _ = values.next();
            change(ModeChange::Key(None))
        }
        ('l', true) => {
            let value = value()?;
            let limit = value.parse().ok();
            let limit = limit.filter(|limit| (1..=LIMIT_MAX).contains(limit));
            change(ModeChange::Limit(Some(
                limit.ok_or_else(|| bad(letter, value))?,
            )))
        }
        ('l', false) => change(ModeChange::Limit(None)),
        _ => Err(Fault::Unknown(letter)),
    }
}

fn bad(letter: char, value: &str) -> Fault {
    Fault::BadValue(letter, value.to_owned())
}

/// A key that can be typed behind a channel's name on either protocol.
fn key(value: &str) -> Option<&str> {
    let usable = |c: char| !c.is_whitespace() && !c.is_control() && c != ',';
    let fits = !value.is_empty() && value.len() <= KEY_BYTES_MAX && !value.starts_with(':');
    (fits && value.chars().all(usable)).then_some(value)
}

/// A mask; with `m:` in front one that mutes.
pub fn mask(value: &str) -> Option<Mask> {
    match value.strip_prefix(MUTE) {
        Some(rest) => Mask::parse(rest, Effect::Mute),
        None => Mask::parse(value, Effect::KeepOut),
    }
}

/// A mask in full, as it is listed: `m:bob!*@*`.
pub fn mask_in_full(mask: &Mask) -> String {
    match mask.effect() {
        Effect::Mute => format!("{MUTE}{}", mask.pattern()),
        Effect::KeepOut => mask.pattern().to_owned(),
    }
}

/// The modes as letters: `+kt`; nothing if there are none.
pub fn letters(modes: &Modes) -> String {
    let on = FLAGS
        .iter()
        .filter(|(_, flag, _)| modes.flags.has(*flag))
        .map(|(letter, ..)| *letter);
    let key = modes.key.is_some().then_some('k');
    let limit = modes.limit.is_some().then_some('l');
    let letters: String = on.chain(key).chain(limit).collect();
    if letters.is_empty() {
        letters
    } else {
        format!("+{letters}")
    }
}

/// A change of what somebody is besides, or a letter that stands for nothing.
pub fn user_changes(letters: &str) -> (Vec<(UserFlag, bool)>, Vec<char>) {
    let (mut changes, mut unknown) = (Vec::new(), Vec::new());
    let mut on = true;
    for letter in letters.chars() {
        match (
            letter,
            USER_FLAGS.iter().find(|(known, ..)| *known == letter),
        ) {
            ('+', _) => on = true,
            ('-', _) => on = false,
            (_, Some((_, flag, _))) => changes.push((*flag, on)),
            (letter, None) => unknown.push(letter),
        }
    }
    (changes, unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(typed: &str) -> Result<Vec<Part>, Fault> {
        let mut words = typed.split(' ');
        read(words.next().expect("there is one"), words)
            .into_iter()
            .collect()
    }

    #[test]
    fn changes_are_read_with_their_values() {
        assert_eq!(
            changes("+kt-n+l secret 5").expect("good"),
            [
                ModeChange::Key(Some("secret".into())),
                ModeChange::Flag(Flag::TopicLocked, true),
                ModeChange::Flag(Flag::NoOutsiders, false),
                ModeChange::Limit(Some(5)),
            ]
            .map(Part::Change)
        );
        assert_eq!(
            changes(&"+i-i".repeat(1_000)).expect("good"),
            [Part::Change(ModeChange::Flag(Flag::InviteOnly, false))]
        );
        assert_eq!(changes("b"), Ok(vec![Part::Ask(MaskList::Bans)]));
        assert_eq!(changes("-k old").map(|parts| parts.len()), Ok(1));
    }

    #[test]
    fn faults_are_told_apart() {
        for (typed, fault) in [
            ("+k", Fault::ValueMissing('k')),
            ("+o", Fault::ValueMissing('o')),
            ("+x", Fault::Unknown('x')),
            ("+t secret", Fault::LeftOver("secret".to_owned())),
            ("+l many", bad('l', "many")),
            ("+l 0", bad('l', "0")),
            ("-l 5", Fault::LeftOver("5".to_owned())),
            ("+k a,b", bad('k', "a,b")),
            ("+k :a", bad('k', ":a")),
            ("+o b:b", bad('o', "b:b")),
        ] {
            assert_eq!(changes(typed), Err(fault), "{typed}");
        }
        let key = |length: usize| format!("+k {}", "x".repeat(length));
        assert!(changes(&key(KEY_BYTES_MAX)).is_ok());
        assert!(changes(&key(KEY_BYTES_MAX + 1)).is_err());
    }

    #[test]
    fn a_mask_can_mute() {
        let mask = mask("m:Bob").expect("a mask");
        assert_eq!(mask.effect(), Effect::Mute);
        assert_eq!(mask_in_full(&mask), "m:bob!*@*");
    }
}
