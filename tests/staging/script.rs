//! A script: its text into steps.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use hallway::protocol::Protocol;

use super::hearing::Item;
use super::notation::{
    BEGINNING, moment, numbered, numbers, span, spelled_out, unquoted, with_number,
};

/// A conversation.
#[derive(Debug)]
pub(crate) struct Script {
    /// The file that it stands in.
    pub(crate) path: PathBuf,
    /// What the server is configured with, as TOML.
    pub(crate) config: String,
    /// The message of the day, line by line; none if empty.
    pub(crate) motd: String,
    /// When it begins, in Unix milliseconds.
    pub(crate) begins_ms: u64,
    /// It says so, or does what cannot be done over sockets.
    pub(crate) in_memory_only: bool,
    /// There is a store.
    pub(crate) remembers: bool,
    /// What happens, in order.
    pub(crate) steps: Vec<Step>,
}

/// One thing that is done, and all that is heard of it.
#[derive(Debug)]
pub(crate) struct Step {
    /// In which line of the file.
    pub(crate) line: usize,
    /// The line as it stands there, its numbers counted.
    pub(crate) text: String,
    /// What is done, in a row.
    pub(crate) acts: Vec<Act>,
    /// What is heard, in order for each person.
    pub(crate) heard: Vec<Heard>,
    /// The line stands for several steps.
    pub(crate) repeated: bool,
}

/// Something that a script says is heard.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    /// In which line of the file.
    pub(crate) line: usize,
    /// By whom.
    pub(crate) who: String,
    /// What.
    pub(crate) item: Item,
}

/// What the store can do with its disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disk {
    /// Everything.
    Well,
    /// Nothing.
    Full,
    /// Everything, but nobody hears of it.
    Slow,
}

/// Something that is done.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Somebody types: bytes go to the server.
    Types { who: String, bytes: Vec<u8> },
    /// Somebody connects.
    Connects { who: String, protocol: Protocol },
    /// People come into the lobby, one after another.
    Arrive { people: Vec<String> },
    /// People register with IRC clients, which have these capabilities.
    ArriveByIrc { people: Vec<String>, caps: String },
    /// Somebody says that nothing more will come, and still listens.
    Ends { who: String },
    /// Somebody is gone.
    HangsUp { who: String },
    /// Somebody runs the server from now on.
    IsOperator { who: String },
    /// Time passes.
    Wait { ms: u64 },
    /// The clock on the wall is set, in Unix milliseconds.
    Clock { wall_ms: u64 },
    /// The disk is like this from now on.
    Disk { disk: Disk },
    /// The server is told to end.
    Stops,
    /// The server ends, and another takes up what it remembers.
    Restarts,
}

impl Act {
    /// Who does it, if it is one person.
    pub(crate) fn who(&self) -> Option<&str> {
        match self {
            Self::Types { who, .. }
            | Self::Connects { who, .. }
            | Self::Ends { who }
            | Self::HangsUp { who }
            | Self::IsOperator { who } => Some(who),
            Self::Arrive { .. }
            | Self::ArriveByIrc { .. }
            | Self::Wait { .. }
            | Self::Clock { .. }
            | Self::Disk { .. }
            | Self::Stops
            | Self::Restarts => None,
        }
    }

    fn needs_memory(&self) -> bool {
        matches!(
            self,
            Self::IsOperator { .. } | Self::Wait { .. } | Self::Clock { .. } | Self::Disk { .. }
        )
    }
}

impl Script {
    /// The file that it stands in, as seen from the root of the package.
    pub(crate) fn file(&self) -> String {
        let path = self.path.strip_prefix(env!("CARGO_MANIFEST_DIR"));
        path.unwrap_or(&self.path).display().to_string()
    }
}

/// The conversations of a file: one of a `.txt`, any number of fenced blocks of a `.md`.
///
/// # Errors
/// What is wrong with the file, and where.
pub(crate) fn read(path: &Path) -> Result<Vec<Script>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    if path.extension().is_some_and(|extension| extension == "md") {
        return blocks(&text)
            .into_iter()
            .map(|block| parse(path, &text, block))
            .collect();
    }
    let all = 1..=text.lines().count();
    Ok(vec![parse(path, &text, all)?])
}

/// The lines between "```transcript" and "```", counted from 1.
fn blocks(text: &str) -> Vec<RangeInclusive<usize>> {
    let mut found = Vec::new();
    let mut begun = None;
    for (number, line) in (1..).zip(text.lines()) {
        match (begun, line.trim_end()) {
            (None, "```transcript") => begun = Some(number + 1),
            (Some(first), "```") => {
                found.push(first..=number - 1);
                begun = None;
            }
            _ => {}
        }
    }
    found
}

/// The conversation in these lines of a text, counted from 1.
///
/// # Errors
/// The first line that cannot be read, and why.
pub(crate) fn parse(
    path: &Path,
    text: &str,
    lines: RangeInclusive<usize>,
) -> Result<Script, String> {
    let mut script = Script {
        path: path.to_owned(),
        config: String::new(),
        motd: String::new(),
        begins_ms: moment(BEGINNING).expect("it is a moment"),
        in_memory_only: false,
        remembers: false,
        steps: Vec::new(),
    };
    for (number, line) in (1..).zip(text.lines()) {
        if lines.contains(&number) && !line.trim().is_empty() && !line.starts_with('#') {
            let parsed = take_line(&mut script, number, line);
            parsed.map_err(|why| format!("{}:{number}: {why}: {line}", path.display()))?;
        }
    }
    script.in_memory_only |= script
        .steps
        .iter()
        .flat_map(|step| &step.acts)
        .any(Act::needs_memory);
    for step in &script.steps {
        check_numbers(step).map_err(|why| format!("{}:{}: {why}", path.display(), step.line))?;
    }
    script.steps = script.steps.into_iter().flat_map(counted).collect();
    Ok(script)
}

fn take_line(script: &mut Script, number: usize, line: &str) -> Result<(), String> {
    let at = line.find(['>', '<', ':']).ok_or("no >, < or : in it")?;
    let (who, rest) = line.split_at(at);
    let (sign, rest) = rest.split_at(1);
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    if who.is_empty() {
        return Err("nobody's name in front".to_owned());
    }
    match sign {
        ">" => {
            let bytes = format!("{rest}\n").into_bytes();
            let who = who.to_owned();
            take_act(script, number, line, Act::Types { who, bytes });
            Ok(())
        }
        "<" => take_heard(script, number, who, Item::Line(rest.to_owned())),
        _ => directive(script, number, line, who, rest.trim()),
    }
}

fn take_act(script: &mut Script, number: usize, line: &str, act: Act) {
    if let Some(last) = script.steps.last_mut()
        && matches!(act, Act::Ends { .. } | Act::HangsUp { .. })
        && last.heard.is_empty()
        && last.acts[0].who() == act.who()
    {
        last.text = format!("{}, {line}", last.text);
        last.line = number;
        return last.acts.push(act);
    }
    script.steps.push(Step {
        line: number,
        text: line.to_owned(),
        acts: vec![act],
        heard: Vec::new(),
        repeated: false,
    });
}

fn take_heard(script: &mut Script, number: usize, who: &str, item: Item) -> Result<(), String> {
    let step = script.steps.last_mut();
    let step = step.ok_or("something is heard before anything is done")?;
    step.heard.push(Heard {
        line: number,
        who: who.to_owned(),
        item,
    });
    Ok(())
}

fn directive(
    script: &mut Script,
    number: usize,
    line: &str,
    who: &str,
    words: &str,
) -> Result<(), String> {
    let named = || who.to_owned();
    let (verb, rest) = words.split_once(' ').unwrap_or((words, ""));
    let act = match (who, verb, rest) {
        ("config", ..) => {
            script.config += &format!("{words}\n");
            return header(script);
        }
        ("motd", ..) => {
            script.motd += &format!("{words}\n");
            return header(script);
        }
        ("in memory only", ..) => {
            script.in_memory_only = true;
            return header(script);
        }
        ("clock", ..) if script.steps.is_empty() => {
            script.begins_ms = moment(words)?;
            return Ok(());
        }
        ("clock", ..) => Act::Clock {
            wall_ms: moment(words)?,
        },
        ("wait", ..) => Act::Wait { ms: span(words)? },
        ("hallway", "remembers", "") => {
            script.remembers = true;
            return header(script);
        }
        ("disk", "is", "well") => Act::Disk { disk: Disk::Well },
        ("disk", "is", "full") => Act::Disk { disk: Disk::Full },
        ("disk", "is", "slow") => Act::Disk { disk: Disk::Slow },
        ("hallway", "stops", "") => Act::Stops,
        ("hallway", "restarts", "") => Act::Restarts,
        (_, "hears", bytes) => {
            let item = Item::Bytes(unquoted(bytes)?);
            return take_heard(script, number, who, item);
        }
        (_, "is", "closed") => return take_heard(script, number, who, Item::Closed),
        (_, "is", "an operator of the server") => Act::IsOperator { who: named() },
        (_, "arrives" | "arrive", "") => Act::Arrive {
            people: who.split(", ").flat_map(numbered).collect(),
        },
        (_, "arrives" | "arrive", by_irc) if by_irc.starts_with("by IRC") => {
            let caps = by_irc.trim_start_matches("by IRC").trim_start();
            let caps = caps.trim_start_matches("with").trim_start();
            Act::ArriveByIrc {
                people: who.split(", ").flat_map(numbered).collect(),
                caps: caps.to_owned(),
            }
        }
        (_, "connects", "") => Act::Connects {
            who: named(),
            protocol: Protocol::Plain,
        },
        (_, "connects", "to the IRC port") => Act::Connects {
            who: named(),
            protocol: Protocol::Irc,
        },
        (_, "sends", bytes) => Act::Types {
            who: named(),
            bytes: unquoted(bytes)?,
        },
        (_, "ends", "") => Act::Ends { who: named() },
        (_, "hangs", "up") => Act::HangsUp { who: named() },
        _ => return Err("no such directive (tests/transcripts.rs lists them)".to_owned()),
    };
    take_act(script, number, line, act);
    Ok(())
}

fn header(script: &Script) -> Result<(), String> {
    match script.steps.is_empty() {
        true => Ok(()),
        false => Err("it belongs before the first thing that is done".to_owned()),
    }
}

/// What is heard of a numbered line has the same numbers, or none.
fn check_numbers(step: &Step) -> Result<(), String> {
    let Some(range) = numbers(&step.text) else {
        return Ok(());
    };
    let heard = step
        .heard
        .iter()
        .map(|heard| format!("{} {}", heard.who, heard.item));
    let others = heard.filter_map(|heard| numbers(&heard));
    match others.into_iter().all(|other| other == range) {
        true => Ok(()),
        false => Err("what is heard of it has other numbers".to_owned()),
    }
}

/// A step once for each of its numbers; what is heard has the same numbers. In a step without
/// numbers, what is heard can have its own.
fn counted(step: Step) -> Vec<Step> {
    match numbers(&step.text).filter(|_| matches!(step.acts[0], Act::Types { .. })) {
        Some(range) => range
            .map(|number| step_with_number(&step, number))
            .collect(),
        None => vec![Step {
            acts: step.acts.iter().map(Act::spelled_out).collect(),
            heard: step.heard.iter().flat_map(heard_counted).collect(),
            ..step
        }],
    }
}

fn step_with_number(step: &Step, number: u32) -> Step {
    let heard = step.heard.iter().map(|heard| Heard {
        line: heard.line,
        who: with_number(&heard.who, number),
        item: heard
            .item
            .map(|text| spelled_out(&with_number(text, number))),
    });
    let acts = step.acts.iter();
    let acts = acts.map(|act| act.with_number(number).spelled_out());
    Step {
        line: step.line,
        text: with_number(&step.text, number),
        acts: acts.collect(),
        heard: heard.collect(),
        repeated: true,
    }
}

fn heard_counted(heard: &Heard) -> Vec<Heard> {
    let both = format!("{} {}", heard.who, heard.item);
    let range = numbers(&both).unwrap_or(0..=0);
    range
        .map(|number| Heard {
            line: heard.line,
            who: with_number(&heard.who, number),
            item: heard
                .item
                .map(|text| spelled_out(&with_number(text, number))),
        })
        .collect()
}

impl Item {
    fn map(&self, change: impl Fn(&str) -> String) -> Item {
        match self {
            Item::Line(line) => Item::Line(change(line)),
            other => other.clone(),
        }
    }
}

impl Act {
    fn map(&self, change: impl Fn(&str) -> String) -> Act {
        match self {
            Self::Types { who, bytes } => Self::Types {
                who: change(who),
                bytes: match str::from_utf8(bytes) {
                    Ok(text) => change(text).into_bytes(),
                    Err(_) => bytes.clone(),
                },
            },
            other => other.clone(),
        }
    }

    fn spelled_out(&self) -> Act {
        self.map(spelled_out)
    }

    fn with_number(&self, number: u32) -> Act {
        self.map(|text| with_number(text, number))
    }
}
