//! Plays a script: in memory, into the server without sockets, or over sockets, into a real one.

pub(crate) mod archive;
pub(crate) mod hearing;
pub(crate) mod memory;
mod notation;
pub(crate) mod report;
pub(crate) mod script;
pub(crate) mod sentences;
pub(crate) mod sockets;

use std::collections::BTreeMap;

use hallway::protocol::Protocol;
use hallway::protocol::plain::replies;

use hearing::{Item, Times};
use script::{Act, Disk, Script, Step};

/// What the server is called.
pub(crate) const SERVER_NAME: &str = "chat.office";

/// What the server tells who comes into the lobby.
const IN_LOBBY: &str = "* You are in #lobby";

/// Where a script is played.
pub(crate) trait Stage {
    /// What it is called in a report.
    fn name(&self) -> &'static str;
    /// How times are compared.
    fn times(&self) -> Times;
    /// Everybody who has connected, in that order.
    fn people(&self) -> Vec<String>;
    /// Whether this person is connected.
    fn is_connected(&self, who: &str) -> bool;
    /// Connects somebody.
    fn connect(&mut self, who: &str, protocol: Protocol) -> Outcome;
    /// Sends what somebody types.
    fn send(&mut self, who: &str, bytes: &[u8]) -> Outcome;
    /// Says that somebody sends no more.
    fn end(&mut self, who: &str) -> Outcome;
    /// Takes somebody's connection away.
    fn hang_up(&mut self, who: &str) -> Outcome;
    /// Makes somebody an operator of the server.
    fn make_operator(&mut self, who: &str) -> Outcome;
    /// Lets time pass, in milliseconds.
    fn wait(&mut self, ms: u64) -> Outcome;
    /// Sets the clock on the wall, in Unix milliseconds.
    fn set_clock(&mut self, wall_ms: u64) -> Outcome;
    /// The disk is like this from now on.
    fn set_disk(&mut self, disk: Disk) -> Outcome;
    /// Tells the server to end.
    fn stop(&mut self) -> Outcome;
    /// Ends the server and starts another on the same store.
    fn restart(&mut self) -> Outcome;
    /// Waits until what somebody has heard is enough: in vain if it takes too long.
    fn hear_until(&mut self, who: &str, enough: &dyn Fn(&[Item]) -> bool) -> Outcome;
    /// Waits until everybody has heard of all that was done so far.
    fn fence(&mut self) -> Outcome;
    /// Takes what somebody has heard since the last time.
    fn take(&mut self, who: &str) -> Vec<Item>;
    /// Makes sure at the end that nothing was said to those whom no fence is for.
    fn finish(&mut self) -> Outcome;
}

/// What has kept the staging itself from going on.
pub(crate) type Outcome<T = ()> = Result<T, String>;

/// Why a step was not as in the script.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Something else was heard: what everybody did hear, who did it first.
    Heard(Vec<(String, Vec<Item>)>),
    /// It could not be played.
    Staging(String),
}

impl From<String> for Fault {
    fn from(why: String) -> Self {
        Self::Staging(why)
    }
}

/// Plays a script. `fault` is told of each step that was not as it should be and says whether to
/// go on.
pub(crate) fn play(
    script: &Script,
    stage: &mut dyn Stage,
    fault: &mut dyn FnMut(&Step, Fault) -> bool,
) {
    for step in &script.steps {
        if let Err(found) = play_step(step, stage)
            && !fault(step, found)
        {
            return;
        }
    }
    if let (Err(why), Some(last)) = (stage.finish(), script.steps.last()) {
        fault(last, Fault::Staging(why));
    }
}

fn play_step(step: &Step, stage: &mut dyn Stage) -> Result<(), Fault> {
    let times = stage.times();
    for act in &step.acts {
        perform(act, stage)?;
    }
    stage.fence()?;
    let expected = expected(step);
    for (who, script) in &expected {
        let is_wrong = |heard: &[Item]| times == Times::Any && !begins_as(script, heard, times);
        stage.hear_until(who, &|heard| heard.len() >= script.len() || is_wrong(heard))?;
    }
    stage.fence()?;
    let heard = all_heard(step, stage);
    let nothing = Vec::new();
    let fits = |(who, heard): &(String, Vec<Item>)| {
        let script = expected.get(who.as_str()).unwrap_or(&nothing);
        script.len() == heard.len() && begins_as(script, heard, times)
    };
    let known = |who: &&str| heard.iter().any(|(known, _)| known == who);
    match heard.iter().all(fits) && expected.keys().all(known) {
        true => Ok(()),
        false => Err(Fault::Heard(heard)),
    }
}

/// Whether what was heard and the script agree as far as the shorter of them goes.
fn begins_as(script: &[&Item], heard: &[Item], times: Times) -> bool {
    let mut pairs = script.iter().zip(heard);
    pairs.all(|(script, heard)| script.fits(heard, times))
}

/// What each person is to hear of a step.
fn expected(step: &Step) -> BTreeMap<&str, Vec<&Item>> {
    let mut expected: BTreeMap<&str, Vec<&Item>> = BTreeMap::new();
    for heard in &step.heard {
        expected.entry(&heard.who).or_default().push(&heard.item);
    }
    expected
}

fn all_heard(step: &Step, stage: &mut dyn Stage) -> Vec<(String, Vec<Item>)> {
    let mut people = stage.people();
    people.sort_by_key(|who| step.acts[0].who() != Some(who));
    let heard = people.into_iter().map(|who| {
        let items = stage.take(&who);
        (who, items)
    });
    heard.collect()
}

fn perform(act: &Act, stage: &mut dyn Stage) -> Outcome {
    match act {
        Act::Types { who, bytes } => {
            if !stage.is_connected(who) {
                stage.connect(who, Protocol::Plain)?;
            }
            stage.send(who, bytes)
        }
        Act::Connects { who, protocol } => stage.connect(who, *protocol),
        Act::Arrive { people } => arrive(people, stage),
        Act::ArriveByIrc { people, caps } => arrive_by_irc(people, caps, stage),
        Act::Ends { who } => stage.end(who),
        Act::HangsUp { who } => stage.hang_up(who),
        Act::IsOperator { who } => stage.make_operator(who),
        Act::Wait { ms } => stage.wait(*ms),
        Act::Clock { wall_ms } => stage.set_clock(*wall_ms),
        Act::Disk { disk } => stage.set_disk(*disk),
        Act::Stops => stage.stop(),
        Act::Restarts => stage.restart(),
    }
}

/// Takes people into the lobby. What they hear of it themselves, and that the others hear of their
/// coming, is left out.
fn arrive(people: &[String], stage: &mut dyn Stage) -> Outcome {
    for who in people {
        stage.connect(who, Protocol::Plain)?;
        stage.send(who, format!("{who}\n").as_bytes())?;
        stage.hear_until(who, &|heard| heard.iter().any(is_hello))?;
    }
    for who in people {
        stage.hear_until(who, &|heard| heard.iter().any(is_in_lobby))?;
    }
    stage.fence()?;
    let told: Vec<Item> = people.iter().flat_map(|who| arrival(who)).collect();
    for who in stage.people() {
        let heard = stage.take(&who);
        let came = heard.iter().any(is_in_lobby);
        if people.contains(&who) && !came {
            return Err(format!(
                "{who} did not come into the lobby but heard: {heard:#?}"
            ));
        }
        let unexpected = heard.iter().find(|item| !told.contains(item));
        if let (false, Some(item)) = (people.contains(&who), unexpected) {
            return Err(format!(
                "{who} heard more than that somebody arrived: {item}"
            ));
        }
    }
    Ok(())
}

/// Registers people with IRC clients that have these capabilities. What they hear of it themselves
/// is left out; that others hear of their coming is not.
fn arrive_by_irc(people: &[String], caps: &str, stage: &mut dyn Stage) -> Outcome {
    for who in people {
        stage.connect(who, Protocol::Irc)?;
        let negotiation = match caps {
            "" => String::new(),
            caps => format!("CAP REQ :{caps}\nCAP END\n"),
        };
        let registration =
            format!("{negotiation}NICK {who}\nUSER {who} 0 * :{who}\nPING arrived\n");
        stage.send(who, registration.as_bytes())?;
        let arrived = Item::Line(format!(":{SERVER_NAME} PONG {SERVER_NAME} :arrived"));
        stage.hear_until(who, &|heard| heard.contains(&arrived))?;
        let heard = stage.take(who);
        let greeted = heard.iter().any(is_hello);
        let refused = |item: &&Item| matches!(item, Item::Line(line) if line.contains(" NAK "));
        if let (false, _) | (_, Some(_)) = (greeted, heard.iter().find(refused)) {
            return Err(format!("{who} was not let in but heard: {heard:#?}"));
        }
    }
    Ok(())
}

/// What others may hear of somebody's arrival.
fn arrival(who: &str) -> [Item; 2] {
    [
        format!("* {who} is here."),
        format!("* {who} joined #lobby."),
    ]
    .map(Item::Line)
}

fn is_in_lobby(item: &Item) -> bool {
    matches!(item, Item::Line(line) if line.starts_with(IN_LOBBY))
}

/// Whether it is the line that greets a person under their name.
fn is_hello(item: &Item) -> bool {
    const NOBODY: &str = "nobody";
    let hello = replies::hello(NOBODY, 0);
    let (front, _) = hello.split_once(NOBODY).expect("it has the name in it");
    let welcome = format!(":{SERVER_NAME} 001 ");
    matches!(item, Item::Line(line) if line.starts_with(front) || line.contains(&welcome))
}
