//! Channel modes as people type and read them: one table of letters and meanings.

use super::args::number;
use super::refusals::Mistake;
use crate::chat::mode::{Flag, Flags, ModeChange, Modes};

/// A mode that is on or off: its letter and what it means when it is on.
pub static FLAGS: &[(char, Flag, &str)] = &[
    (
        'i',
        Flag::InviteOnly,
        "only those who are invited may enter",
    ),
    ('m', Flag::Moderated, "only people with a voice may speak"),
    ('n', Flag::NoOutsiders, "only those inside may speak"),
    ('s', Flag::Secret, "those outside cannot see it"),
    ('t', Flag::TopicLocked, "only operators may set the topic"),
    (
        'u',
        Flag::HelpDesk,
        "only operators and voices hear what the others say",
    ),
];

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
    FLAGS
        .iter()
        .find(|(l, ..)| *l == letter)
        .map(|(_, flag, _)| *flag)
}

/// What a flag means when it is on.
pub fn meaning(flag: Flag) -> &'static str {
    FLAGS
        .iter()
        .find(|(_, f, _)| *f == flag)
        .map_or("", |(.., meaning)| meaning)
}

/// The letter of a flag.
pub fn letter(flag: Flag) -> char {
    FLAGS
        .iter()
        .find(|(_, f, _)| *f == flag)
        .map_or('?', |(letter, ..)| *letter)
}

/// Reads `+kt-n secret`: letters with signs, then the values of `k` and `l` in order. Of several
/// changes of one mode the last counts.
///
/// # Errors
/// An unknown letter, or a value that is missing, left over or no number.
pub fn changes(typed: &str) -> Result<Vec<ModeChange>, Mistake> {
    let mut words = typed.split(' ').filter(|word| !word.is_empty());
    let letters = words.next().unwrap_or("");
    let mut on = true;
    let mut changes = Vec::new();
    for letter in letters.chars() {
        match letter {
            '+' => on = true,
            '-' => on = false,
            _ => {
                let change = change(letter, on, &mut words)?;
                changes.retain(|other| !same_mode(other, &change));
                changes.push(change);
            }
        }
    }
    match words.next() {
        Some(word) => Err(Mistake::ModeValueLeftOver {
            typed: word.to_owned(),
        }),
        None => Ok(changes),
    }
}

fn same_mode(a: &ModeChange, b: &ModeChange) -> bool {
    match (a, b) {
        (ModeChange::Flag(a, _), ModeChange::Flag(b, _)) => a == b,
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

fn change<'a>(
    letter: char,
    on: bool,
    values: &mut impl Iterator<Item = &'a str>,
) -> Result<ModeChange, Mistake> {
    match (letter, on) {
        ('k', true) => {
            let key = values.next().ok_or(Mistake::ModeValueMissing { letter })?;
            Ok(ModeChange::Key(Some(key.into())))
        }
        ('l', true) => {
            let word = values.next().ok_or(Mistake::ModeValueMissing { letter })?;
            let limit = number(word).ok_or_else(|| Mistake::NotANumber {
                typed: word.to_owned(),
            })?;
            Ok(ModeChange::Limit(Some(limit)))
        }
        ('k', false) => Ok(ModeChange::Key(None)),
        ('l', false) => Ok(ModeChange::Limit(None)),
        _ => match flag(letter) {
            Some(flag) => Ok(ModeChange::Flag(flag, on)),
            None => Err(Mistake::UnknownMode { letter }),
        },
    }
}

/// The modes as letters: `+kt`.
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

#[cfg(test)]
mod tests {
    use super::*;

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
        );
        assert_eq!(
            changes(&"+i-i".repeat(1_000)).expect("good"),
            [ModeChange::Flag(Flag::InviteOnly, false)]
        );
        for bad in ["+k", "+x", "+t secret", "+l many", "+l 0", "-l 5"] {
            assert!(changes(bad).is_err(), "{bad}");
        }
    }
}
