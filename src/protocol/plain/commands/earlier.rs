//! What was said earlier.

use super::{Group, Request, Spec, open};
use crate::chat::limits::HISTORY_LINES_MAX;
use crate::chat::name::{ChannelName, Nick};
use crate::chat::vocabulary::Target;
use crate::protocol::plain::args::{self, Args};
use crate::protocol::plain::refusals::Mistake;
use crate::protocol::plain::since::Since;

/// How many lines are told unless somebody says how many.
const LINES_USUAL: usize = 20;

/// How much of a history is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The last lines.
    Last(usize),
    /// What was said since then.
    Since(Since),
}

/// What is looked for, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Words.
    pub words: Option<String>,
    /// Only in this channel.
    pub channel: Option<ChannelName>,
    /// Only what somebody of this name said.
    pub by: Option<Nick>,
    /// Only since then.
    pub since: Option<Since>,
}

/// The commands.
pub(super) static COMMANDS: &[Spec] = &[
    open(
        Group::Earlier,
        "history",
        "[#CHANNEL|NAME] [NUMBER|since WHEN]",
        "what was said in a channel, or in private between you and a person",
        history,
    ),
    open(
        Group::Earlier,
        "search",
        "[WORDS] [in #CHANNEL] [from NAME] [since WHEN]",
        "find what was said",
        search,
    ),
];

fn history(a: &mut Args<'_>) -> Result<Request, Mistake> {
    let typed = a.text();
    let words: Vec<&str> = typed.split_whitespace().collect();
    let is_part = |word: &str| word == "since" || word.bytes().all(|byte| byte.is_ascii_digit());
    let (target, rest) = match words.split_first() {
        Some((first, rest)) if !is_part(first) => (target(first)?, rest),
        _ => (Target::Channel(a.channel_or_current()?), &words[..]),
    };
    let part = match rest {
        [] => Part::Last(LINES_USUAL),
        ["since", when @ ..] => Part::Since(since(when)?),
        [number] => Part::Last(lines(number)?),
        _ => return Err(a.usage()),
    };
    Ok(Request::History(target, part))
}

fn target(word: &str) -> Result<Target, Mistake> {
    match word.starts_with('#') {
        true => args::channel(word).map(Target::Channel),
        false => args::nick(word).map(Target::Person),
    }
}

fn lines(word: &str) -> Result<usize, Mistake> {
    let number = args::number(word).ok_or_else(|| Mistake::NotANumber {
        typed: word.to_owned(),
    })?;
    match usize::try_from(number) {
        Ok(number) if number <= HISTORY_LINES_MAX => Ok(number),
        _ => Err(Mistake::TooManyLines),
    }
}

fn since(words: &[&str]) -> Result<Since, Mistake> {
    let typed = words.join(" ");
    Since::parse(&typed).ok_or(Mistake::NoSuchTime { typed })
}

/// What narrows the search stands behind the words: there `in`, `from` and `since` are no words
/// themselves.
fn search(a: &mut Args<'_>) -> Result<Request, Mistake> {
    let typed = a.text();
    let mut words: Vec<&str> = typed.split_whitespace().collect();
    let mut search = Search {
        words: None,
        channel: None,
        by: None,
        since: None,
    };
    while let Some(rest) = narrow(&words, &mut search)? {
        words.truncate(rest);
    }
    search.words = Some(words.join(" ")).filter(|words| !words.is_empty());
    if search.words.is_none() && search.by.is_none() {
        return Err(Mistake::NothingToFind);
    }
    Ok(Request::Search(search))
}

/// Takes what narrows the search from the end of the words. Says how many are left, if there was
/// something.
fn narrow(words: &[&str], search: &mut Search) -> Result<Option<usize>, Mistake> {
    match words {
        [rest @ .., "in", channel] if search.channel.is_none() && channel.starts_with('#') => {
            search.channel = Some(args::channel(channel)?);
            Ok(Some(rest.len()))
        }
        [rest @ .., "from", name] if search.by.is_none() => {
            search.by = Some(args::nick(name)?);
            Ok(Some(rest.len()))
        }
        [rest @ .., "since", _, _] | [rest @ .., "since", _] if search.since.is_none() => {
            let parsed = Since::parse(&words[rest.len() + 1..].join(" "));
            search.since = parsed;
            Ok(parsed.map(|_| rest.len()))
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Statuses, read};
    use super::*;
    use crate::protocol::plain::screen::Screen;

    fn asked(line: &str) -> Result<Request, Mistake> {
        let mut screen = Screen::default();
        screen.turn_to(&ChannelName::parse("#lobby").expect("a name"));
        read(line, &screen, &Statuses::new()).request
    }

    fn found(line: &str) -> (Option<String>, Option<String>, Option<String>, bool) {
        let Ok(Request::Search(search)) = asked(line) else {
            panic!("{line}");
        };
        let channel = search.channel.map(|channel| channel.to_string());
        let by = search.by.map(|by| by.to_string());
        (search.words, channel, by, search.since.is_some())
    }

    #[test]
    fn what_narrows_a_search_stands_behind_the_words() {
        let some = |text: &str| Some(text.to_owned());
        for (line, expected) in [
            ("/search two words", (some("two words"), None, None, false)),
            (
                "/search x in #c from bob since 09:00",
                (some("x"), some("#c"), some("bob"), true),
            ),
            (
                "/search since monday 09:00 from bob",
                (None, None, some("bob"), true),
            ),
            (
                "/search from bob in the house",
                (some("from bob in the house"), None, None, false),
            ),
            (
                "/search ever since then",
                (some("ever since then"), None, None, false),
            ),
        ] {
            assert_eq!(found(line), expected, "{line}");
        }
        assert!(matches!(asked("/search"), Err(Mistake::NothingToFind)));
        assert!(matches!(
            asked("/search in #c"),
            Err(Mistake::NothingToFind)
        ));
    }

    #[test]
    fn a_history_is_somebodys_or_a_channels_and_has_a_length() {
        let lobby = || Target::Channel(ChannelName::parse("#lobby").expect("a name"));
        let bob = || Target::Person(Nick::parse("bob").expect("a name"));
        let last = |target, count| Ok(Request::History(target, Part::Last(count)));
        assert_eq!(asked("/history"), last(lobby(), LINES_USUAL));
        assert_eq!(asked("/history 5"), last(lobby(), 5));
        assert_eq!(asked("/history bob 100"), last(bob(), 100));
        assert_eq!(asked("/history bob 101"), Err(Mistake::TooManyLines));
        assert!(matches!(asked("/history bob 5 5"), Err(Mistake::Usage(_))));
        assert!(matches!(
            asked("/history since 25:00"),
            Err(Mistake::NoSuchTime { .. })
        ));
        assert!(matches!(
            asked("/history 0"),
            Err(Mistake::NotANumber { .. })
        ));
        let Ok(Request::History(_, Part::Since(_))) = asked("/history #lobby since 09:00") else {
            panic!("since then");
        };
    }
}
