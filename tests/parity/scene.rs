//! Plays the scenes: ann does something, bob (plain) and carol (IRC) hear of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use hallway::protocol::Protocol;
use hallway::verifier::Verifier;

use crate::staging::Stage;
use crate::staging::hearing::Item;
use crate::staging::memory::Memory;
use crate::staging::script::Script;

/// When every scene begins: on a Monday morning, 09:14.
const BEGINS_MS: u64 = 1_795_425_240_000;

/// What the clients have asked for.
const CAPS: &str = "message-tags echo-message away-notify batch draft/message-redaction draft/metadata-2 \
                    draft/channel-rename extended-monitor setname standard-replies";

/// Keeps apart the configuration files of scenes that play at the same time.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// What a part of a scene is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Something is done.
    Done,
    /// Somebody may not.
    Refused,
    /// One past the limit.
    Limit,
}

/// A part of a scene, which is played by itself.
pub(crate) struct Act {
    pub(crate) kind: Kind,
    lines: Vec<String>,
}

/// What came of it.
#[derive(Default)]
pub(crate) struct Played {
    /// What bob and carol heard, in order.
    pub(crate) heard: Vec<String>,
    /// What ann typed.
    pub(crate) typed: Vec<String>,
    pub(crate) faults: Vec<String>,
}

/// The parts of a scene.
pub(crate) fn acts(text: &str) -> Vec<Act> {
    let mut acts = vec![Act {
        kind: Kind::Done,
        lines: Vec::new(),
    }];
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let kind = match line {
            "-- refused" => Kind::Refused,
            "-- limit" => Kind::Limit,
            _ => {
                let act = acts.last_mut().expect("there is always one");
                act.lines.extend(repeated(line));
                continue;
            }
        };
        acts.push(Act {
            kind,
            lines: Vec::new(),
        });
    }
    acts
}

/// The line once, or once with each number of `{1..9}`.
fn repeated(line: &str) -> Vec<String> {
    let range = braces(line, |inside| {
        let (first, last) = inside.split_once("..")?;
        Some((first.parse::<u32>().ok()?, last.parse::<u32>().ok()?))
    });
    let Some((shape, (first, last))) = range else {
        return vec![line.to_owned()];
    };
    let numbers = first..=last;
    numbers
        .map(|number| line.replace(&shape, &number.to_string()))
        .collect()
}

/// The first braces whose inside can be read, as they stand there, and what is in them.
fn braces<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<(String, T)> {
    text.match_indices('{').find_map(|(at, _)| {
        let (inside, _) = text[at + 1..].split_once('}')?;
        Some((format!("{{{inside}}}"), read(inside)?))
    })
}

/// `{x*9}` as nine times `x`.
fn spelled_out(text: &str) -> String {
    let times = |inside: &str| {
        let (what, times) = inside.rsplit_once('*')?;
        Some(what.repeat(times.parse().ok()?))
    };
    match braces(text, times) {
        Some((shape, long)) => spelled_out(&text.replace(&shape, &long)),
        None => text.to_owned(),
    }
}

/// Plays a part of a scene, ann being on this protocol.
pub(crate) fn play(act: &Act, protocol: Protocol) -> Played {
    let mut world = World::new(act, protocol);
    for line in &act.lines {
        if let Err(why) = world.perform(line) {
            world.played.faults.push(format!("{line}: {why}"));
            break;
        }
    }
    // For each of them it is the order, not between them.
    world
        .played
        .heard
        .sort_by_key(|line| line.starts_with("carol"));
    world.played
}

/// There is a store.
const REMEMBERS: &str = "hallway remembers";

/// What clients ask for besides where there is one.
const HISTORY_CAPS: &str = "draft/chathistory soju.im/search";

struct World {
    stage: Memory,
    protocol: Protocol,
    /// What each has heard since the last line typed.
    last: BTreeMap<String, Vec<String>>,
    /// The id of the latest message that ann has heard of.
    id: String,
    remembers: bool,
    /// What others hear is not compared any more.
    apart: bool,
    played: Played,
}

type Outcome = Result<(), String>;

impl World {
    /// bob, carol and ann are in the lobby.
    fn new(act: &Act, protocol: Protocol) -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let script = Script {
            path: PathBuf::from(format!("parity-{number}")),
            config: config(act),
            motd: String::new(),
            begins_ms: BEGINS_MS,
            in_memory_only: true,
            remembers: act.lines.iter().any(|line| line == REMEMBERS),
            steps: Vec::new(),
        };
        let stage = Memory::new(&script).expect("the configuration is good");
        let mut world = Self {
            stage,
            protocol,
            last: BTreeMap::new(),
            id: String::new(),
            remembers: script.remembers,
            apart: false,
            played: Played::default(),
        };
        let arrived = world
            .arrive("bob", Protocol::Plain)
            .and_then(|()| world.arrive("carol", Protocol::Irc))
            .and_then(|()| world.arrive("ann", protocol))
            .and_then(|()| match protocol {
                Protocol::Plain => world.send("ann", "/realname ann"),
                Protocol::Irc => Ok(()),
            });
        arrived.expect("they come in");
        world.hear();
        world.played = Played::default();
        world
    }

    /// Somebody comes into the lobby: it takes a second on either protocol.
    fn arrive(&mut self, who: &str, protocol: Protocol) -> Outcome {
        match protocol {
            Protocol::Plain => {
                self.stage.connect(who, protocol)?;
                self.send(who, who)?;
                self.stage.wait(1_000)
            }
            Protocol::Irc => {
                self.register(who)?;
                self.stage.wait(1_000)?;
                self.send(who, "JOIN #lobby")
            }
        }
    }

    fn register(&mut self, who: &str) -> Outcome {
        self.stage.connect(who, Protocol::Irc)?;
        self.send(who, &format!("CAP REQ :{CAPS}"))?;
        if self.remembers {
            self.send(who, &format!("CAP REQ :{HISTORY_CAPS}"))?;
        }
        self.send(who, "CAP END")?;
        self.send(who, &format!("NICK {who}"))?;
        self.send(who, &format!("USER {who} 0 * :{who}"))
    }

    fn send(&mut self, who: &str, line: &str) -> Outcome {
        self.hear();
        self.stage.send(who, format!("{line}\n").as_bytes())
    }

    /// Takes in what everybody has heard.
    fn hear(&mut self) {
        self.last.clear();
        self.listen();
    }

    fn listen(&mut self) {
        for who in self.stage.people() {
            let items = self.stage.take(&who);
            let lines = items.iter().map(|item| match item {
                Item::Line(line) => normal(line),
                other => other.to_string(),
            });
            let lines: Vec<String> = lines.collect();
            if who == "ann" {
                self.id = lines
                    .iter()
                    .filter_map(|line| id(line))
                    .next_back()
                    .unwrap_or(std::mem::take(&mut self.id));
            } else if (who == "bob" || who == "carol") && !self.apart {
                let heard = lines.iter().map(|line| format!("{who} < {line}"));
                self.played.heard.extend(heard);
            }
            self.last.entry(who).or_default().extend(lines);
        }
    }

    fn perform(&mut self, line: &str) -> Outcome {
        match line.split_once(' ').ok_or("no blank")? {
            ("config", _) | ("hallway", "remembers") => Ok(()),
            ("irc", names) => {
                self.last.clear();
                names.split(' ').try_for_each(|who| self.register(who))?;
                self.listen();
                Ok(())
            }
            ("operator", who) => self.stage.make_operator(who),
            ("wait", seconds) => {
                let seconds: u64 = seconds.parse().map_err(|_| "no number")?;
                self.last.clear();
                self.stage.wait(seconds * 1_000)?;
                self.listen();
                Ok(())
            }
            (verb, rest) => {
                let (who, sign) = verb.split_at(verb.len() - 1);
                self.converse(who, sign, rest)
            }
        }
    }

    fn converse(&mut self, who: &str, sign: &str, rest: &str) -> Outcome {
        let (typed, part) = rest.split_once(" => ").unwrap_or((rest, "-"));
        let (typed, part) = (self.side(who, typed), self.side(who, part));
        match sign {
            "<" => self.expect(who, &typed),
            _ if typed == "-" => Ok(()),
            ">" => self.type_in(who, &typed),
            "?" => {
                self.type_in(who, &typed)?;
                self.expect(who, &part)
            }
            "^" => {
                self.type_in(who, &typed)?;
                match self.expect(who, &part) {
                    Ok(()) => Err(format!("{who} hears {part:?}")),
                    Err(_) => Ok(()),
                }
            }
            "!" => self.be_refused(&typed, &part),
            "%" if self.protocol == Protocol::Plain => {
                self.apart = true;
                self.be_refused(&typed, &part)
            }
            "%" => {
                self.apart = true;
                self.type_in(who, &typed)?;
                self.expect("carol", &part)?;
                let more = format!("{part}{}", &part[part.len() - 1..]);
                match self.expect("carol", &more) {
                    Ok(()) => Err("it is not cut".to_owned()),
                    Err(_) => Ok(()),
                }
            }
            _ => Err("no such line".to_owned()),
        }
    }

    /// What ann types or hears on her side; others have one.
    fn side(&self, who: &str, text: &str) -> String {
        let sides = text.split_once(" | ").filter(|_| who == "ann");
        let text = match (sides, self.protocol) {
            (Some((plain, _)), Protocol::Plain) => plain,
            (Some((_, irc)), Protocol::Irc) => irc,
            (None, _) => text,
        };
        spelled_out(text)
            .replace("\\a", "\u{1}")
            .replace("{id}", &self.id)
    }

    fn type_in(&mut self, who: &str, line: &str) -> Outcome {
        if who == "ann" {
            self.played.typed.push(line.to_owned());
        }
        self.send(who, line)?;
        self.listen();
        Ok(())
    }

    fn expect(&self, who: &str, part: &str) -> Outcome {
        let heard = self.last.get(who).map_or(&[][..], Vec::as_slice);
        match part == "-" || heard.iter().any(|line| line.contains(part)) {
            true => Ok(()),
            false => Err(format!("{who} did not hear {part:?} but {heard:#?}")),
        }
    }

    fn be_refused(&mut self, line: &str, part: &str) -> Outcome {
        self.type_in("ann", line)?;
        self.expect("ann", part)?;
        let heard = self.last.get("ann").map_or(&[][..], Vec::as_slice);
        let refused = |line: &String| match self.protocol {
            Protocol::Plain => line.starts_with("*! "),
            Protocol::Irc => is_refusal(line),
        };
        if !heard.iter().any(refused) {
            return Err(format!("ann was not refused but heard {heard:#?}"));
        }
        let others = self
            .last
            .iter()
            .filter(|(who, heard)| *who != "ann" && !heard.is_empty());
        match others
            .map(|(who, heard)| format!("{who} heard {heard:#?}"))
            .next()
        {
            Some(told) => Err(told),
            None => Ok(()),
        }
    }
}

/// A numeric that begins with 4 or 5, some others, `FAIL`, or what NickServ says.
fn is_refusal(line: &str) -> bool {
    let verb = line.split(' ').nth(1).unwrap_or("");
    let refusal =
        |verb: &str| verb.starts_with(['4', '5']) || matches!(verb, "696" | "713" | "734" | "904");
    let by_nickserv = line.starts_with(":NickServ!");
    verb == "FAIL" || refusal(verb) || by_nickserv
}

/// What the server is configured with.
fn config(act: &Act) -> String {
    let lines = act.lines.iter();
    let lines = lines.filter_map(|line| line.strip_prefix("config "));
    let lines = lines.map(|line| line.replace("{root}", env!("CARGO_MANIFEST_DIR")));
    let lines = lines.map(|line| match line.contains("{verifier}") {
        true => line.replace("{verifier}", &verifier()),
        false => line,
    });
    let pace = "pace = \"off\"".to_owned();
    [pace]
        .into_iter()
        .chain(lines)
        .collect::<Vec<_>>()
        .join("\n")
}

/// The line without what tells on which protocol ann is: her user name; how many batches there were
/// before; and which words she took a line back by.
fn normal(line: &str) -> String {
    let line = line.replace("~ann", "user");
    let line = ["BATCH +h", "BATCH -h", "batch=h"]
        .iter()
        .fold(line, |line, begin| uncounted(&line, begin));
    match (line.find(" took back what "), line.find(" said at ")) {
        (Some(_), Some(end)) => {
            let behind = end + " said at 09:14".len();
            let front = line[..end].replace(" took back what ", " took back the latest line of ");
            format!("{front}{}", &line[behind..])
        }
        _ => line,
    }
}

/// The line without the number behind these words.
fn uncounted(line: &str, begin: &str) -> String {
    match line.split_once(begin) {
        Some((before, behind)) => {
            let behind = behind.trim_start_matches(|c: char| c.is_ascii_digit());
            format!("{before}{begin}{behind}")
        }
        None => line.to_owned(),
    }
}

/// The id of a message.
fn id(line: &str) -> Option<String> {
    let (_, behind) = line.strip_prefix('@')?.split_once("msgid=")?;
    let end = behind.find([';', ' '])?;
    Some(behind[..end].to_owned())
}

/// What the configuration has of the password `secret`.
fn verifier() -> String {
    let verifier = Verifier::make("secret", &[7; 16], 4_096);
    verifier.expect("such a password can be").to_string()
}
