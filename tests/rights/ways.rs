//! Each way in which what was said can be read back.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use hallway::config::{DataArgs, ExportArgs};
use jiff::tz::TimeZone;

use crate::oracle::{Asker, By, Owns, Place, Said, Speaker};
use crate::story::{COMMON, Line, PROGRAMS, Program, ROOMS, Story};

/// How many lines of a channel are shown to whoever comes in.
const SHOWN: usize = 10;

/// Which end of what fits, and how much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    All,
    First(usize),
    Last(usize),
}

impl Part {
    fn of<T>(self, mut all: Vec<T>) -> Vec<T> {
        match self {
            Self::All => all,
            Self::First(count) => {
                all.truncate(count);
                all
            }
            Self::Last(count) => all.split_off(all.len().saturating_sub(count)),
        }
    }
}

/// Of what somebody asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    In(&'static str),
    With(&'static str),
    Everywhere,
}

/// Whether a line, by its place in the story, is among what is asked for.
type Fits<'a> = &'a dyn Fn(usize, &Line) -> bool;

/// A question, and what it is for.
struct Way<'a> {
    line: String,
    scope: Scope,
    by: By,
    fits: Fits<'a>,
    part: Part,
}

/// A question that was asked, what was to be read and what was.
pub(crate) struct Asked {
    /// Who has asked what.
    shown: String,
    /// For how many lines it was asked whether they are read.
    pub(crate) cells: usize,
    expected: Vec<String>,
    pub(crate) heard: Vec<String>,
    /// What each word is about.
    about: BTreeMap<String, String>,
}

impl Asked {
    /// What is wrong, line by line.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let [expected, heard] = [&self.expected, &self.heard].map(|words| {
            let words: BTreeSet<&String> = words.iter().collect();
            words
        });
        let mut fault = |word: &str, what: &str| {
            let about = self.about.get(word).map_or("", String::as_str);
            faults.push(format!("{}: {about} ({word}) is {what}", self.shown));
        };
        for word in heard.difference(&expected) {
            fault(word, "read");
        }
        for word in expected.difference(&heard) {
            fault(word, "not read");
        }
        if faults.is_empty() && self.expected != self.heard {
            let told = format!("{:?} instead of {:?}", self.heard, self.expected);
            faults.push(format!("{}: told {told}", self.shown));
        }
        faults
    }
}

/// Whatever there is to be asked by a story's reader, with each program.
pub(crate) fn ask_everything(story: &mut Story, note: &mut dyn FnMut(Asked)) {
    let programs = PROGRAMS.iter();
    for (program, name, _) in programs.filter(|(_, name, _)| *name != "batches" && *name != "lines")
    {
        ask(story, *program, name, None, note);
    }
    for (_, name, _) in PROGRAMS {
        note(exported(story, name));
    }
    note(exported(story, "bob"));
    let mut names: Vec<&str> = ROOMS.iter().map(|room| room.name).collect();
    names.dedup();
    for room in names {
        for (program, name, _) in PROGRAMS {
            enter(story, program, name, room, note);
        }
    }
}

fn ask(
    story: &mut Story,
    program: Program,
    name: &'static str,
    entered: Option<&'static str>,
    note: &mut dyn FnMut(Asked),
) {
    let scopes: Vec<Scope> = match entered {
        Some(room) => vec![Scope::In(room)],
        None => {
            let mut names: Vec<&str> = ROOMS.iter().map(|room| room.name).collect();
            names.dedup();
            let rooms = names.into_iter().map(Scope::In);
            let others = [Scope::With("ann"), Scope::With("bob"), Scope::Everywhere];
            rooms.chain(others).collect()
        }
    };
    for scope in scopes {
        let asker = Asker {
            reader: story.reader,
            name,
            entered,
        };
        match program {
            Program::Terminal => ask_at_a_terminal(story, asker, scope, note),
            Program::Asking => ask_by_irc(story, asker, scope, note),
            Program::Batches | Program::Lines => {}
        }
    }
    if program == Program::Asking && entered.is_none() {
        ask_for_targets(story, name, note);
    }
}

fn any(_: usize, _: &Line) -> bool {
    true
}

fn ask_at_a_terminal(
    story: &mut Story,
    asker: Asker<'_>,
    scope: Scope,
    note: &mut dyn FnMut(Asked),
) {
    let all = |line: String, by| Way {
        line,
        scope,
        by,
        fits: &any,
        part: Part::All,
    };
    let by_ann = |_: usize, line: &Line| line.said.by == Speaker::Ann;
    let ways = match scope {
        Scope::In(room) => vec![
            all(format!("/history {room} 100"), By::Name),
            all(format!("/history {room} since 2026-11-01"), By::Name),
            all(format!("/search {COMMON} in {room}"), By::Name),
            Way {
                part: Part::Last(2),
                ..all(format!("/history {room} 2"), By::Name)
            },
        ],
        Scope::With(name) => vec![all(format!("/history {name} 100"), By::Name)],
        Scope::Everywhere => vec![
            all(format!("/search {COMMON}"), By::Words),
            all(format!("/search {COMMON} since 2026-11-01"), By::Words),
            Way {
                fits: &by_ann,
                ..all("/search from ann".to_owned(), By::Words)
            },
        ],
    };
    for way in ways {
        ask_one(story, asker, way, note);
    }
}

/// Whether a line is of a scope.
fn is_of(scope: Scope, asker: Asker<'_>, said: &Said) -> bool {
    match (scope, said.place) {
        (Scope::Everywhere, _) => true,
        (Scope::In(name), Place::In(room)) => room.name == name,
        (Scope::With("ann"), Place::With(name)) => name == asker.name,
        _ => false,
    }
}

fn ask_by_irc(story: &mut Story, asker: Asker<'_>, scope: Scope, note: &mut dyn FnMut(Asked)) {
    let named = match scope {
        Scope::In(name) | Scope::With(name) => name,
        Scope::Everywhere => return search_by_irc(story, asker, note),
    };
    // Places to count from: of what ann was told with an id.
    let lines = story.said.iter().enumerate();
    let known = lines.filter(|(_, line)| is_of(scope, asker, &line.said) && !line.id.is_empty());
    let known: Vec<(usize, String, String)> = known
        .map(|(at, line)| (at, line.id.clone(), line.time.clone()))
        .collect();
    let all = |line: String| Way {
        line: format!("CHATHISTORY {line}"),
        scope,
        by: By::Name,
        fits: &any,
        part: Part::All,
    };
    let mut asked = |way: Way<'_>| ask_one(story, asker, way, note);
    asked(all(format!("LATEST {named} * 100")));
    asked(Way {
        part: Part::Last(2),
        ..all(format!("LATEST {named} * 2"))
    });
    asked(Way {
        scope,
        ..Way {
            line: format!("SEARCH in={named};text={COMMON}"),
            ..all(String::new())
        }
    });
    let ([first, ..], [.., last]) = (&known[..], &known[..]) else {
        return;
    };
    let middle = &known[known.len() / 2];
    for spell in [
        |(_, id, _): &(usize, String, String)| format!("msgid={id}"),
        |(_, _, time): &(usize, String, String)| format!("timestamp={time}"),
    ] {
        let later = |at: usize, _: &Line| at > middle.0;
        let earlier = |at: usize, _: &Line| at < middle.0;
        let between = |at: usize, _: &Line| at > first.0 && at < last.0;
        let (from, to, there) = (spell(first), spell(last), spell(middle));
        let part = |part, fits, line: String| Way {
            part,
            fits,
            ..all(line)
        };
        asked(part(
            Part::All,
            &later,
            format!("LATEST {named} {there} 100"),
        ));
        asked(part(
            Part::All,
            &later,
            format!("AFTER {named} {there} 100"),
        ));
        asked(part(
            Part::First(2),
            &later,
            format!("AFTER {named} {there} 2"),
        ));
        asked(part(
            Part::All,
            &earlier,
            format!("BEFORE {named} {there} 100"),
        ));
        asked(part(
            Part::Last(2),
            &earlier,
            format!("BEFORE {named} {there} 2"),
        ));
        asked(part(Part::All, &any, format!("AROUND {named} {there} 100")));
        asked(part(
            Part::All,
            &between,
            format!("BETWEEN {named} {from} {to} 100"),
        ));
        asked(part(
            Part::All,
            &between,
            format!("BETWEEN {named} {to} {from} 100"),
        ));
        asked(part(
            Part::First(2),
            &between,
            format!("BETWEEN {named} {from} {to} 2"),
        ));
        asked(part(
            Part::Last(2),
            &between,
            format!("BETWEEN {named} {to} {from} 2"),
        ));
    }
}

fn search_by_irc(story: &mut Story, asker: Asker<'_>, note: &mut dyn FnMut(Asked)) {
    let known: Vec<(usize, String)> = (story.said.iter().enumerate())
        .map(|(at, line)| (at, line.time.clone()))
        .collect();
    let (middle, time) = &known[known.len() / 2];
    let later = |at: usize, _: &Line| at > *middle;
    let earlier = |at: usize, _: &Line| at < *middle;
    let by_bob = |_: usize, line: &Line| line.said.by == Speaker::Bob;
    let ways: [(String, Fits<'_>, Part); 5] = [
        (format!("text={COMMON}"), &any, Part::All),
        ("from=bob".to_owned(), &by_bob, Part::All),
        (format!("text={COMMON};after={time}"), &later, Part::All),
        (format!("text={COMMON};before={time}"), &earlier, Part::All),
        (format!("text={COMMON};limit=3"), &any, Part::Last(3)),
    ];
    for (attributes, fits, part) in ways {
        let way = Way {
            line: format!("SEARCH {attributes}"),
            scope: Scope::Everywhere,
            by: By::Words,
            fits,
            part,
        };
        ask_one(story, asker, way, note);
    }
}

fn ask_one(story: &mut Story, asker: Asker<'_>, way: Way<'_>, note: &mut dyn FnMut(Asked)) {
    // Lines of guests whom one blocks are left out of what was found, not looked past.
    if way.part != Part::All && asker.reader.blocks {
        return;
    }
    let heard = story.does(asker.name, &way.line);
    note(asked(story, asker, &way, &heard));
}

fn asked(story: &Story, asker: Asker<'_>, way: &Way<'_>, heard: &[String]) -> Asked {
    let fits = |(at, line): &(usize, &Line)| {
        let is_theirs = asker.may_read(&line.said, way.by);
        is_of(way.scope, asker, &line.said) && is_theirs && (way.fits)(*at, line)
    };
    let lines = story.said.iter().enumerate().filter(fits);
    let words = lines.map(|(_, line)| line.said.word.clone()).collect();
    let who = asker.reader.called;
    Asked {
        shown: format!("{who}: {}> {}", asker.name, way.line),
        cells: story.said.len(),
        expected: way.part.of(words),
        heard: words_in(heard),
        about: about(story),
    }
}

/// The words of lines in what was heard.
fn words_in(heard: &[String]) -> Vec<String> {
    let before = format!("{COMMON} x");
    let found = heard
        .iter()
        .flat_map(|line| line.match_indices(&before).map(move |found| (line, found)));
    let word = |(line, (at, _)): (&String, (usize, &str))| {
        let digits = &line[at + before.len()..];
        format!("x{}", &digits[..3])
    };
    found.map(word).collect()
}

fn about(story: &Story) -> BTreeMap<String, String> {
    let lines = story.said.iter().map(|line| {
        let Said {
            place,
            then,
            by,
            closed,
            kept_out,
            ..
        } = &line.said;
        let place = match place {
            Place::In(room) => format!("in {}{}", room.name, if *closed { ", closed" } else { "" }),
            Place::With(name) => format!("in private with {name}"),
        };
        let why = kept_out.map_or_else(String::new, |why| format!(", {why}"));
        let what = format!("what {by:?} said {place}, {then:?}{why}");
        (line.said.word.clone(), what)
    });
    lines.collect()
}

/// With whom and where there were lines that one may read, and when the last of them was said.
fn ask_for_targets(story: &mut Story, name: &'static str, note: &mut dyn FnMut(Asked)) {
    let line = "CHATHISTORY TARGETS timestamp=2020-01-01T00:00:00.000Z \
                timestamp=2099-01-01T00:00:00.000Z 100";
    let heard = story.does(name, line);
    let asker = Asker {
        reader: story.reader,
        name,
        entered: None,
    };
    let mut latest: BTreeMap<&str, &str> = BTreeMap::new();
    for line in &story.said {
        let target = match line.said.place {
            Place::In(room) => room.name,
            Place::With(_) => "ann",
        };
        let blocked = target == "ann" && asker.reader.blocks;
        // The store does not know which guests somebody blocks: their lines count.
        let by = match line.said.by {
            Speaker::Gus => Speaker::Bob,
            by => by,
        };
        let said = Said {
            by,
            ..line.said.clone()
        };
        if asker.may_read(&said, By::Name) && !blocked {
            latest.insert(target, &line.time);
        }
    }
    let told = heard.iter().filter_map(|line| {
        let (_, target) = line.split_once(" CHATHISTORY TARGETS ")?;
        Some(target.to_owned())
    });
    let mut told: Vec<String> = told.collect();
    let expected = latest
        .iter()
        .map(|(target, time)| format!("{target} {time}"));
    let mut expected: Vec<String> = expected.collect();
    told.sort();
    expected.sort();
    note(Asked {
        shown: format!("{}: {name}> {line}", asker.reader.called),
        cells: story.said.len(),
        expected,
        heard: told,
        about: BTreeMap::new(),
    });
}

/// Without the announcements that were made while one was away: they are shown apart, once.
fn without_missed(mut heard: Vec<String>) -> Vec<String> {
    if let Some(head) = heard
        .iter()
        .position(|line| line.contains("You have missed"))
    {
        let shown = heard[head + 1..].iter();
        let shown = shown.take_while(|line| line.contains(" !!!") || line.contains(":!!!"));
        let end = head + 1 + shown.count();
        assert!(end > head + 1, "something was missed: {heard:#?}");
        heard.drain(head..end);
    }
    heard
}

/// Comes into a channel, again if need be, and reads what is shown; then asks for it.
fn enter(
    story: &mut Story,
    program: Program,
    name: &'static str,
    room: &'static str,
    note: &mut dyn FnMut(Asked),
) {
    let reader = story.reader;
    let lasts = ROOMS.iter().any(|known| known.name == room && known.lasts);
    if lasts && !reader.is_kept_out() {
        if reader.there[1] && !reader.banned {
            story.leave(program, name, room);
        }
        story.invite(name, room);
    }
    let heard = story.enter(program, name, room);
    let is_in = |line: &String| {
        ["* You are in ", "* You have made ", " 366 "]
            .iter()
            .any(|words| line.contains(words))
    };
    let is_in = heard.iter().any(is_in);
    let kept_out = lasts && reader.is_kept_out();
    assert_eq!(
        is_in, !kept_out,
        "{}: {name} into {room}: {heard:#?}",
        reader.called
    );
    let asker = Asker {
        reader,
        name,
        entered: Some(room),
    };
    let way = Way {
        line: format!("JOIN {room}"),
        scope: Scope::In(room),
        by: By::Name,
        fits: &any,
        part: Part::Last(SHOWN),
    };
    let mut shown = asked(story, asker, &way, &without_missed(heard));
    if program == Program::Asking {
        shown.expected.clear();
    }
    note(shown);
    ask(story, program, name, Some(room), note);
    story.leave(program, name, room);
}

/// What `hallway export` gives of a person: what they said in private, and what was said to them.
fn exported(story: &Story, name: &'static str) -> Asked {
    let args = ExportArgs {
        place: DataArgs {
            data: Some(story.folder.clone()),
        },
        channel: None,
        person: Some(name.to_owned()),
        since: None,
        until: None,
        format: Default::default(),
    };
    let mut out = Vec::new();
    let outcome = hallway::export::run(&args, &TimeZone::UTC, &mut out, None::<&mut dyn Write>);
    let owns = name == "bob" || story.reader.account != Owns::Nothing;
    assert_eq!(outcome.is_ok(), owns, "{name}: {outcome:?}");
    let text = String::from_utf8(out).expect("text");
    let heard: Vec<String> = text.lines().map(str::to_owned).collect();
    let lines = story.said.iter();
    let theirs =
        lines.filter(|line| line.said.place == Place::With(name) && line.said.kept_out.is_none());
    Asked {
        shown: format!("{}: hallway export --person {name}", story.reader.called),
        cells: story.said.len(),
        expected: theirs.map(|line| line.said.word.clone()).collect(),
        heard: words_in(&heard),
        about: about(story),
    }
}
