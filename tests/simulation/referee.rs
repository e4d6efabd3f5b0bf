//! Who must hear what is said: foretold from what was so before, and from what people were told
//! about modes, bans, blocks and the like. Nothing here asks the chat what it thinks of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hallway::chat::mask::{Effect, Mask};
use hallway::chat::memory::{MEMORY_BYTES_MAX, MEMORY_LINES_MAX};
use hallway::chat::name::{ChannelName, Nick};
use hallway::chat::{Chat, UserId};
use hallway::protocol::plain::printable::printable;

use super::lines::{Said, Told};
use super::person::Person;
use super::truth::Truth;

/// Where something is to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    Current,
    Channel(ChannelName),
    Person(Nick),
    /// Whoever wrote privately last.
    Answer,
    /// An announcement.
    Everyone,
    EveryoneIn(ChannelName),
}

/// How its line goes on behind the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Speech,
    Action,
    Notice,
}

/// A line that says something, as it was meant.
#[derive(Debug, Clone)]
pub struct Intent {
    pub line: String,
    pub to: To,
    pub manner: Manner,
    pub text: String,
}

/// A line that somebody must hear next.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Expected {
    /// All behind the stamp, or behind the number of an announcement.
    rest: String,
    at_ms: u64,
    author: UserId,
    announced: bool,
}

impl Expected {
    /// Whether a hearer who holds the lines of others hears it later.
    fn waits_for(&self, hearer: UserId) -> bool {
        !self.announced && self.author != hearer
    }
}

/// What must come of a line.
#[derive(Debug, Default)]
pub struct Forecast {
    /// The line says something; `None`: nobody can tell to whom.
    said: Option<Option<Saying>>,
    /// Whether the asker gets into the channel.
    joins: Option<(ChannelName, bool)>,
    /// Nobody can tell.
    pub wild: bool,
}

#[derive(Debug, Clone)]
struct Saying {
    expected: Expected,
    hearers: BTreeSet<UserId>,
    /// In which channel's memory it is, and whether for its staff only.
    remembered: Option<(ChannelName, bool)>,
    /// To whom, privately.
    target: Option<UserId>,
}

/// What is known of a channel from what its people were told.
#[derive(Debug, Default)]
struct Rules {
    flags: BTreeSet<char>,
    key: Option<String>,
    limit: Option<u32>,
    bans: Vec<Mask>,
    invited: BTreeSet<UserId>,
    kept: bool,
    /// The latest lines said; all that it remembers if `complete`.
    memory: VecDeque<(Expected, bool)>,
    complete: bool,
}

/// An announcement, as its author was told of it.
#[derive(Debug, Default)]
struct Notice {
    hearers: BTreeMap<UserId, Nick>,
    acknowledged: BTreeSet<UserId>,
    to_all: bool,
}

/// What the referee knows.
#[derive(Debug, Default)]
pub struct Referee {
    rules: BTreeMap<ChannelName, Rules>,
    /// Who blocks whom.
    blocks: BTreeSet<(UserId, UserId)>,
    queues: BTreeMap<UserId, VecDeque<Expected>>,
    /// Who wrote to whom privately last; `None`: it cannot be told.
    partners: BTreeMap<UserId, Option<UserId>>,
    notices: BTreeMap<u32, Notice>,
    /// Who (the second) has been told that somebody is away.
    told_away: BTreeSet<(UserId, UserId)>,
    /// How many lines were foretold and heard.
    pub confirmed: u64,
}

impl Forecast {
    pub fn speaks(&self) -> bool {
        self.said.is_some()
    }
}

/// Who types a line, and all that can be seen when they do.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    pub chat: &'a Chat,
    pub truth: &'a Truth,
    pub who: UserId,
    pub person: &'a Person,
    pub at_ms: u64,
}

impl Scene<'_> {
    /// What others read, who hears it, and in whose memory it stays, is still to be told.
    fn saying(&self, intent: &Intent, place: &str) -> Saying {
        let nick = &self.truth.users[&self.who].nick;
        let text = printable(&intent.text);
        let announced = matches!(intent.to, To::Everyone | To::EveryoneIn(_));
        let own = place.starts_with("private to ");
        let rest = match intent.manner {
            Manner::Speech if own => format!("{place}: {text}"),
            _ if announced => format!("{nick}: {}", text.trim()),
            Manner::Speech => format!("{place} {nick}: {text}"),
            Manner::Action => format!("{place} * {nick} {text}"),
            Manner::Notice => format!("{place} -{nick}- {text}"),
        };
        let expected = Expected {
            rest,
            at_ms: self.at_ms,
            author: self.who,
            announced,
        };
        Saying {
            expected,
            hearers: BTreeSet::new(),
            remembered: None,
            target: None,
        }
    }

    fn is_operator(&self) -> bool {
        self.truth.operators.contains(&self.who)
    }
}

impl Referee {
    /// What must come of a line. `intent` is what it means, if it says something.
    pub fn forecast(&self, scene: Scene<'_>, line: &str, intent: Option<&Intent>) -> Forecast {
        let Some(intent) = intent else {
            let joins = self.forecast_join(scene, line);
            return Forecast {
                joins,
                ..Forecast::default()
            };
        };
        let unsure_of_partner = self.partners.get(&scene.who) == Some(&None);
        if unsure_of_partner && intent.to == To::Answer {
            return Forecast {
                wild: true,
                ..Forecast::default()
            };
        }
        let said = self.saying(scene, intent).map(|mut saying| {
            self.leave_out(scene, &mut saying);
            saying
        });
        Forecast {
            said: Some(said),
            ..Forecast::default()
        }
    }

    fn saying(&self, scene: Scene<'_>, intent: &Intent) -> Option<Saying> {
        let Scene { truth, person, .. } = scene;
        match &intent.to {
            To::Current => match person.current() {
                Some(name) => self.say_in(scene, intent, name, truth.is_in(scene.who, name)),
                None if person.lobby_due && !person.adrift => {
                    let lobby = &scene.chat.settings().lobby;
                    self.admits(scene, lobby, None)
                        .filter(|admitted| *admitted)?;
                    self.say_in(scene, intent, lobby, true)
                }
                None => None,
            },
            To::Channel(name) | To::EveryoneIn(name) => {
                let inside = truth.is_in(scene.who, name);
                let secret = scene.chat.find_channel(name)?.is_secret();
                if secret && !inside && !scene.is_operator() {
                    return None;
                }
                self.say_in(scene, intent, name, inside)
            }
            To::Person(nick) => Some(say_to(scene, intent, truth.named(nick)?)),
            To::Answer => {
                let partner = self.partners.get(&scene.who).copied().flatten()?;
                let here = truth.users.contains_key(&partner);
                here.then(|| say_to(scene, intent, partner))
            }
            To::Everyone => Some(Saying {
                hearers: truth.users.keys().copied().collect(),
                ..scene.saying(intent, "")
            }),
        }
    }

    fn say_in(
        &self,
        scene: Scene<'_>,
        intent: &Intent,
        name: &ChannelName,
        inside: bool,
    ) -> Option<Saying> {
        let Scene { chat, who, .. } = scene;
        let channel = chat.find_channel(name)?;
        let fallback = Rules::default();
        let rules = self.rules.get(name).unwrap_or(&fallback);
        let staff = |user: UserId| channel.ranks(user).is_some_and(|ranks| ranks.any());
        let identity = chat.find_user(who)?.identity();
        let has = |flag| rules.flags.contains(&flag);
        let silenced =
            has('n') && !inside || has('m') || rules.bans.iter().any(|mask| mask.fits(identity));
        if silenced && !staff(who) {
            return None;
        }
        let for_staff = has('u') && !staff(who);
        let members = scene.truth.members(name).into_iter();
        let saying = scene.saying(intent, channel.name().as_str());
        Some(Saying {
            hearers: members.filter(|user| !for_staff || staff(*user)).collect(),
            remembered: (!saying.expected.announced).then(|| (name.clone(), for_staff)),
            ..saying
        })
    }

    /// Neither those who block the speaker hear it, nor the speaker.
    fn leave_out(&self, scene: Scene<'_>, saying: &mut Saying) {
        let heeded = saying.expected.announced && scene.is_operator();
        saying.hearers.retain(|hearer| {
            let blocks = self.blocks.contains(&(*hearer, scene.who));
            let own = *hearer == scene.who;
            saying.target == Some(*hearer) && own || !own && (heeded || !blocks)
        });
    }

    /// Whether `/join #c [key]` leads into a channel that is there.
    fn forecast_join(&self, scene: Scene<'_>, line: &str) -> Option<(ChannelName, bool)> {
        let mut words = line.strip_prefix("/join ")?.split(' ');
        let name = ChannelName::parse(words.next()?).ok()?;
        let admitted = self.admits(scene, &name, words.next())?;
        Some((name, admitted))
    }

    /// Whether somebody gets into a channel that is there, or is in it.
    fn admits(&self, scene: Scene<'_>, name: &ChannelName, key: Option<&str>) -> Option<bool> {
        let channel = scene.chat.find_channel(name)?;
        let fallback = Rules::default();
        let rules = self.rules.get(name).unwrap_or(&fallback);
        let identity = scene.chat.find_user(scene.who)?.identity();
        let banned = |mask: &Mask| mask.effect() == Effect::KeepOut && mask.fits(identity);
        let wrong_key = |needed: &str| key != Some(needed);
        let full = |limit: u32| channel.len() >= limit as usize;
        let kept_out = rules.bans.iter().any(banned)
            || rules.flags.contains(&'i')
            || rules.key.as_deref().is_some_and(wrong_key)
            || rules.limit.is_some_and(full);
        let welcome = scene.truth.is_in(scene.who, name)
            || scene.is_operator()
            || rules.invited.contains(&scene.who);
        Some(welcome || !kept_out)
    }

    /// Puts what must be heard into the queues of those who must hear it.
    pub fn begin(&mut self, forecast: &Forecast) {
        if let Some(Some(saying)) = &forecast.said {
            for hearer in &saying.hearers {
                self.queues
                    .entry(*hearer)
                    .or_default()
                    .push_back(saying.expected.clone());
            }
        }
    }

    /// Something was said, nobody knows what: the memory of the channel may hold more than is known.
    pub fn blur(&mut self, channel: &ChannelName) {
        if let Some(rules) = self.rules.get_mut(channel) {
            rules.memory.clear();
            rules.complete = false;
        }
    }

    /// Whether the outcome of a line was as foretold.
    ///
    /// # Errors
    /// It was not.
    pub fn end(
        &mut self,
        forecast: Forecast,
        truth: &Truth,
        who: UserId,
        refused: bool,
        told_away: bool,
    ) -> Result<(), String> {
        let target = forecast
            .said
            .as_ref()
            .and_then(|said| said.as_ref()?.target);
        if let Some(target) = target {
            let away = truth
                .users
                .get(&target)
                .is_some_and(|user| user.away.is_some());
            let news = away && !self.told_away.contains(&(target, who));
            if news != told_away {
                return Err(format!(
                    "whether they are away is told: {told_away}, not {news}"
                ));
            }
        }
        if let Some((name, joins)) = forecast.joins
            && truth.is_in(who, &name) != joins
        {
            return Err(format!(
                "it should {} into {name}",
                if joins { "get" } else { "not get" }
            ));
        }
        match forecast.said {
            Some(Some(saying)) if refused && saying.expected.announced => {
                for hearer in &saying.hearers {
                    let queue = self.queues.entry(*hearer).or_default();
                    if queue.pop_back().as_ref() != Some(&saying.expected) {
                        return Err("an announcement is heard though it was refused".to_owned());
                    }
                }
                Ok(())
            }
            Some(Some(saying)) => {
                if refused {
                    return Err(format!("{:?} is refused", saying.expected.rest));
                }
                if let Some((name, for_staff)) = saying.remembered {
                    self.remember(&name, saying.expected, for_staff);
                }
                Ok(())
            }
            Some(None) if !refused => Err("what it said should be refused".to_owned()),
            _ => Ok(()),
        }
    }

    fn remember(&mut self, name: &ChannelName, expected: Expected, for_staff: bool) {
        let Some(rules) = self.rules.get_mut(name) else {
            return;
        };
        rules.memory.push_back((expected, for_staff));
        let bytes = |memory: &VecDeque<(Expected, bool)>| -> usize {
            memory
                .iter()
                .map(|(expected, _)| text_bytes(&expected.rest))
                .sum()
        };
        let full =
            rules.memory.len() >= MEMORY_LINES_MAX || bytes(&rules.memory) > MEMORY_BYTES_MAX;
        rules.complete |= full;
        while rules.memory.len() > MEMORY_LINES_MAX || bytes(&rules.memory) > MEMORY_BYTES_MAX {
            rules.memory.pop_front();
        }
    }

    /// Somebody hears a line that was said; gives the moment when it was, where that is known.
    /// `lenient`: lines that nobody foretold may be among what they hear.
    ///
    /// # Errors
    /// It is not the line that they must hear next.
    pub fn hear_said(
        &mut self,
        to: UserId,
        said: &Said,
        announced: bool,
        lenient: bool,
        truth: &Truth,
    ) -> Result<Option<u64>, String> {
        let queue = self.queues.entry(to).or_default();
        let own = said.place == "private to";
        if announced || own {
            // What does not wait for `/go` overtakes what does.
            let place = queue.iter().position(|expected| !expected.waits_for(to));
            if let Some(expected) = place.and_then(|place| queue.remove(place)) {
                queue.push_front(expected);
            }
        }
        let rest = if announced {
            said.rest.split_once(' ').map_or("", |(_, rest)| rest)
        } else {
            &said.rest
        };
        let next = queue.front();
        if next.is_none_or(|next| next.rest != rest || next.announced != announced) {
            if !lenient || announced && next.is_some_and(|next| next.announced) {
                return Err(format!("hears {rest:?}, but next is {next:?}"));
            }
            if said.place == "private" {
                let author = Nick::parse(&said.nick)
                    .ok()
                    .and_then(|nick| truth.named(&nick));
                self.partners.insert(to, author);
            }
            return Ok(None);
        }
        let expected = queue.pop_front().ok_or("nothing to hear")?;
        self.confirmed += 1;
        if said.place == "private" {
            self.partners.insert(to, Some(expected.author));
        }
        Ok(Some(expected.at_ms))
    }

    /// Whether somebody has heard all that they must.
    ///
    /// # Errors
    /// They have not.
    pub fn check_heard(&self, who: UserId, holding: bool) -> Result<(), String> {
        let mut queue = self.queues.get(&who).into_iter().flatten();
        match queue.find(|expected| !holding || !expected.waits_for(who)) {
            Some(missed) => Err(format!("does not hear {missed:?}")),
            None => Ok(()),
        }
    }

    /// What was said earlier is what the channel remembers, without what is not for the reader.
    ///
    /// # Errors
    /// It is not.
    pub fn check_earlier(
        &self,
        who: UserId,
        channel: &ChannelName,
        lines: &[String],
        staff: bool,
    ) -> Result<(), String> {
        let Some(rules) = self.rules.get(channel) else {
            return Ok(());
        };
        let fits = |(expected, for_staff): &&(Expected, bool)| {
            (staff || !for_staff) && !self.blocks.contains(&(who, expected.author))
        };
        let known = rules
            .memory
            .iter()
            .filter(fits)
            .map(|(expected, _)| expected.rest.clone());
        let known: Vec<String> = known.collect();
        let right = lines.ends_with(&known)
            && (!rules.complete || lines.len() == known.len())
            && lines.len() <= MEMORY_LINES_MAX;
        right
            .then_some(())
            .ok_or_else(|| format!("earlier was {known:?}, not {:?}", lines))
    }

    /// Whoever makes a channel knows its modes; what has ended is forgotten.
    ///
    /// # Errors
    /// A channel has ended that was kept.
    pub fn meet_channels(&mut self, chat: &Chat, truth: &Truth, modes: &str) -> Result<(), String> {
        let settings = chat.settings();
        let permanent_names = settings.permanent.iter().chain([&settings.lobby]);
        for name in truth.channels.keys().chain(permanent_names) {
            let flags = if permanent(chat, name) { "" } else { modes };
            self.rules.entry(name.clone()).or_insert_with(|| Rules {
                flags: flags.chars().collect(),
                complete: true,
                ..Rules::default()
            });
        }
        let ended = |name: &ChannelName| chat.find_channel(name).is_none();
        let kept = |rules: &Rules| rules.kept && !rules.flags.contains(&'i');
        if let Some((name, _)) = self
            .rules
            .iter()
            .find(|(name, rules)| ended(name) && kept(rules))
        {
            return Err(format!("{name} has ended though it was kept"));
        }
        self.rules.retain(|name, _| !ended(name));
        for (name, channel) in &truth.channels {
            let rules = self
                .rules
                .get_mut(name)
                .ok_or("every channel was just met")?;
            rules.invited.retain(|user| !channel.members.contains(user));
        }
        let here = |user: &UserId| truth.users.contains_key(user);
        self.queues.retain(|user, _| here(user));
        self.blocks.retain(|(by, of)| here(by) && here(of));
        Ok(())
    }

    /// A ban takes back the invitations of those whom it is for.
    pub fn uninvite(&mut self, chat: &Chat, line: &str) {
        let mut words = line.strip_prefix("/ban ").unwrap_or("").split(' ');
        let channel = words.next().and_then(|word| ChannelName::parse(word).ok());
        let mask = words
            .next()
            .and_then(|word| Mask::parse(word, Effect::KeepOut));
        if let (Some(channel), Some(mask)) = (channel, mask) {
            let fits = |user: &UserId| {
                let user = chat.find_user(*user);
                user.is_some_and(|user| mask.fits(user.identity()))
            };
            self.rules_of(&channel).invited.retain(|user| !fits(user));
        }
    }

    /// A channel with nobody in it is permanent, kept, or gone.
    ///
    /// # Errors
    /// It is none of these.
    pub fn check_empty(&self, chat: &Chat) -> Result<(), String> {
        for (name, rules) in &self.rules {
            let empty = chat
                .find_channel(name)
                .is_some_and(|channel| channel.is_empty());
            if empty && !rules.kept && !permanent(chat, name) {
                return Err(format!("{name} is there with nobody in it"));
            }
        }
        Ok(())
    }

    /// Learns what has become a rule, from anybody who is told so when it does.
    pub fn learn_rules(&mut self, told: &Told) {
        match told {
            Told::FlagSet(letter, on, channel) => self.rules_of(channel).set_flag(*letter, *on),
            Told::KeySet(channel, key) => self.rules_of(channel).key = key.clone(),
            Told::LimitSet(channel, limit) => self.rules_of(channel).limit = *limit,
            Told::Listed(verb, mask, channel) => self.rules_of(channel).list(verb, mask),
            _ => {}
        }
    }

    /// Learns from an answer to `who` what has become so.
    ///
    /// # Errors
    /// It cannot be so.
    pub fn learn(&mut self, who: UserId, told: &Told, truth: &Truth) -> Result<(), String> {
        match told {
            Told::Block(nick) => {
                self.blocks.extend(truth.named(nick).map(|of| (who, of)));
            }
            Told::TheyAreAway(nick) => {
                self.told_away
                    .extend(truth.named(nick).map(|away| (away, who)));
            }
            Told::YouAreAway(_) => self.told_away.retain(|(away, _)| *away != who),
            Told::Unblock(nick) => {
                let of = truth.named(nick).ok_or("it unblocks nobody")?;
                self.blocks.remove(&(who, of));
            }
            Told::AnnouncementOut(number, people) => {
                self.note_announcement(who, *number, *people, truth)?
            }
            Told::Keeps(channel, kept) => self.rules_of(channel).kept = *kept,
            Told::Invited(nick, channel) => {
                let invited = truth.named(nick);
                self.rules_of(channel).invited.extend(invited);
            }
            Told::TookBack(_, nick, channel) => self.take_back(who, nick, channel, truth),
            _ => {}
        }
        Ok(())
    }

    fn rules_of(&mut self, channel: &ChannelName) -> &mut Rules {
        self.rules.entry(channel.clone()).or_default()
    }

    fn note_announcement(
        &mut self,
        who: UserId,
        number: u32,
        people: usize,
        truth: &Truth,
    ) -> Result<(), String> {
        if number as usize != self.notices.len() + 1 {
            return Err(format!(
                "announcement {number} follows {}",
                self.notices.len()
            ));
        }
        if people >= truth.users.len() {
            return Err(format!("it is out to {people} of {}", truth.users.len()));
        }
        let others = truth.users.iter().filter(|(id, _)| **id != who);
        let hearers = others.map(|(id, user)| (*id, user.nick.clone())).collect();
        let to_all = people + 1 == truth.users.len();
        self.notices.insert(
            number,
            Notice {
                hearers,
                to_all,
                ..Notice::default()
            },
        );
        Ok(())
    }

    /// So many have acknowledged, of so many.
    ///
    /// # Errors
    /// It counts them wrong.
    pub fn acknowledge(
        &mut self,
        who: UserId,
        number: u32,
        counted: (usize, usize),
        truth: &Truth,
    ) -> Result<(), String> {
        let Some(notice) = self.notices.get_mut(&number) else {
            return Err(format!("nobody sent announcement {number}"));
        };
        let nick = truth.users[&who].nick.clone();
        notice.hearers.entry(who).or_insert_with(|| nick.clone());
        notice.acknowledged.insert(who);
        // Whoever had the name and has gone is taken for the same person.
        let former = |id: &UserId, name: &Nick| *name == nick && !truth.users.contains_key(id);
        notice.hearers.retain(|id, name| !former(id, name));
        notice
            .acknowledged
            .retain(|id| notice.hearers.contains_key(id));
        let known = (notice.acknowledged.len(), notice.hearers.len());
        let right = counted.0 == known.0 && (!notice.to_all || counted.1 == known.1);
        right
            .then_some(())
            .ok_or_else(|| format!("{counted:?} acknowledged, not {known:?}"))
    }

    fn take_back(&mut self, who: UserId, nick: &Nick, channel: &ChannelName, truth: &Truth) {
        let own = truth.users.get(&who).is_some_and(|user| user.nick == *nick);
        let rules = self.rules_of(channel);
        let fits = |(expected, _): &(Expected, bool)| {
            if own {
                expected.author == who
            } else {
                speaker(&expected.rest).as_ref() == Some(nick)
            }
        };
        if let Some(place) = rules.memory.iter().rposition(fits) {
            rules.memory.remove(place);
        }
    }
}

impl Rules {
    fn set_flag(&mut self, letter: char, on: bool) {
        if on {
            self.flags.insert(letter);
        } else {
            self.flags.remove(&letter);
        }
    }

    fn list(&mut self, verb: &str, mask: &str) {
        let keeps_out = verb.ends_with("banned");
        let effect = if keeps_out {
            Effect::KeepOut
        } else {
            Effect::Mute
        };
        let mask = Mask::parse(mask, effect).expect("what is listed is a mask");
        self.bans.retain(|other| *other != mask);
        if !verb.starts_with("un") {
            self.bans.push(mask);
        }
    }
}

fn say_to(scene: Scene<'_>, intent: &Intent, target: UserId) -> Saying {
    let own = target == scene.who;
    let place = if own {
        format!("private to {}", scene.truth.users[&target].nick)
    } else {
        "private".to_owned()
    };
    Saying {
        hearers: BTreeSet::from([target]),
        target: Some(target),
        ..scene.saying(intent, &place)
    }
}

fn permanent(chat: &Chat, name: &ChannelName) -> bool {
    let settings = chat.settings();
    settings.lobby == *name || settings.permanent.contains(name)
}

/// `#lobby bob: text`, `#lobby * bob text`, `#lobby -bob- text`.
fn split_said(rest: &str) -> Option<(&str, &str)> {
    let (_, behind) = rest.split_once(' ')?;
    match (behind.strip_prefix("* "), behind.strip_prefix('-')) {
        (Some(action), _) => action.split_once(' '),
        (_, Some(notice)) => notice.split_once("- "),
        _ => behind.split_once(": "),
    }
}

fn speaker(rest: &str) -> Option<Nick> {
    Nick::parse(split_said(rest)?.0).ok()
}

fn text_bytes(rest: &str) -> usize {
    split_said(rest).map_or(0, |(_, text)| text.len())
}
