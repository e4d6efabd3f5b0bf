//! What a line to an IRC client tells of the rules of a channel and the like, in the terms in which
//! the lines of plain people are understood.

use hallway::chat::name::{ChannelName, Nick};
use hallway::protocol::modes::MUTE;

use super::room::changes;
use super::wire::Line;
use crate::lines::{Told, captures};

/// What a line tells. What only the picture of a client is about is not among it.
pub fn told(line: &Line) -> Vec<Told> {
    let channel = |place: usize| ChannelName::parse(line.param(place)).ok();
    let nick = |place: usize| Nick::parse(line.param(place)).ok();
    let one = match line.verb.as_str() {
        "MODE" => return channel(0).map_or_else(Vec::new, |name| mode_changes(line, &name)),
        "KICK" => nick(1)
            .zip(channel(0))
            .map(|(who, name)| Told::PutOut(vec![who], name)),
        "RENAME" => channel(0)
            .zip(channel(1))
            .map(|(old, new)| Told::ChannelRenamed(old, new)),
        "REDACT" => Some(Told::Redacted(line.param(1).to_owned(), channel(0))),
        "341" => nick(1)
            .zip(channel(2))
            .map(|(who, name)| Told::Invited(who, name)),
        "301" => nick(1).map(Told::TheyAreAway),
        "306" => Some(Told::YouAreAway(String::new())),
        "SILENCE" => silence(line.param(0)),
        "NOTICE" if !line.source.contains('!') => answer(line.param(1)),
        "FAIL" => Some(Told::Refused(line.params.join(" "))),
        verb if line.is_numeric() && verb.starts_with(['4', '5']) => {
            Some(Told::Refused(line.params[1..].join(" ")))
        }
        _ if line.is_numeric() => Some(Told::Other(line.params[1..].join(" "))),
        _ => None,
    };
    one.into_iter().collect()
}

fn mode_changes(line: &Line, name: &ChannelName) -> Vec<Told> {
    let values = line.params.get(2..).unwrap_or(&[]);
    let changes = changes(line.param(1), values).unwrap_or_default();
    let told = |(letter, on, value): (char, bool, &str)| {
        let name = name.clone();
        let listed = |verbs: (&'static str, &'static str), mask: &str| {
            let verb = if on { verbs.0 } else { verbs.1 };
            Told::Listed(verb, mask.to_owned(), name.clone())
        };
        Some(match letter {
            'o' | 'h' | 'v' => return None,
            'k' => Told::KeySet(name, on.then(|| value.to_owned())),
            'l' => Told::LimitSet(name, value.parse().ok()),
            'b' => match value.strip_prefix(MUTE) {
                Some(mask) => listed(("muted", "unmuted"), mask),
                None => listed(("banned", "unbanned"), value),
            },
            'e' => listed(("exempted", "unexempted"), value),
            'I' => listed(("welcomed", "unwelcomed"), value),
            letter => Told::FlagSet(letter, on, name),
        })
    };
    changes.into_iter().filter_map(told).collect()
}

fn silence(change: &str) -> Option<Told> {
    match change.strip_prefix('-') {
        Some(mask) => Some(Told::UnblockMask(mask.to_owned())),
        None => Some(Told::BlockMask(change.strip_prefix('+')?.to_owned())),
    }
}

fn answer(text: &str) -> Option<Told> {
    let found = |pattern: &str| captures(pattern, text);
    if let Some(m) = found("Announcement {n} is out to {n} {t}") {
        return Some(Told::AnnouncementOut(
            m[0].parse().ok()?,
            m[1].parse().ok()?,
        ));
    }
    if let Some(m) = found("Announcement {n} is noted as seen: {n} of {n}.") {
        return Some(Told::Noted(m[1].parse().ok()?, m[2].parse().ok()?));
    }
    Some(Told::Other(text.to_owned()))
}
