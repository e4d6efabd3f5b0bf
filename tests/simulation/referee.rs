//! Who must hear what is said: what was foretold ([`super::forecast`]) must be heard, and nothing
//! else, in that order. Nothing here asks the chat what it thinks of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hallway::chat::mask::{Effect, Mask};
use hallway::chat::name::{ChannelName, Nick};
use hallway::chat::{Chat, UserId};
use hallway::protocol::irc::capabilities::{Cap, Caps};

use super::blocks::Blocks;
use super::forecast::Forecast;
use super::irc::talk::Uttered;
use super::lines::{Said, Told};
use super::rules::Rules;
use super::saying::{Manner, Message, Place, Saying};
use super::truth::Truth;

/// A line that a plain person must hear next.
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

/// Something that an IRC client must hear next.
#[derive(Debug, Clone)]
struct Awaited {
    message: Message,
    /// What is still to come of it, in pieces.
    left: String,
    begun: bool,
}

/// What has come of a line, as its typist was told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outcome {
    pub refusals: usize,
    pub told_away: usize,
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
    pub blocks: Blocks,
    queues: BTreeMap<UserId, VecDeque<Expected>>,
    /// The same for IRC clients.
    awaited: BTreeMap<UserId, VecDeque<Awaited>>,
    /// Who wrote to whom privately last; `None`: it cannot be told.
    partners: BTreeMap<UserId, Option<UserId>>,
    notices: BTreeMap<u32, Notice>,
    /// Who (the second) has been told that somebody is away.
    told_away: BTreeSet<(UserId, UserId)>,
    /// What was said under which id.
    ids: BTreeMap<String, String>,
    /// How many lines were foretold and heard.
    pub confirmed: u64,
    /// How many messages were foretold and heard by IRC clients.
    pub confirmed_irc: u64,
}

/// On which protocol people are: the capabilities of their client, or `None` on the plain one.
pub type Ears = BTreeMap<UserId, Option<Caps>>;

impl Referee {
    pub fn rules(&self, name: &ChannelName) -> Option<&Rules> {
        self.rules.get(name)
    }

    /// Who wrote to somebody privately last: nobody, or somebody who may not be known.
    pub fn partner_of(&self, who: UserId) -> Option<Option<UserId>> {
        self.partners.get(&who).copied()
    }

    /// Puts what must be heard into the queues of those who must hear it.
    pub fn begin(&mut self, forecast: &Forecast, ears: &Ears) {
        for saying in forecast.said.iter().flatten() {
            let author = saying.message.author;
            for hearer in &saying.hearers {
                self.expect(saying, *hearer, ears, 1, false);
            }
            let oneself = saying.target == Some(author);
            let echoes = ears
                .get(&author)
                .copied()
                .flatten()
                .map(|caps| usize::from(caps.echoes()));
            match echoes {
                Some(echoes) if !saying.message.announced => {
                    let copies = echoes + usize::from(oneself);
                    self.expect(saying, author, ears, copies, oneself);
                }
                None if oneself => self.expect(saying, author, ears, 1, true),
                _ => {}
            }
        }
    }

    fn expect(&mut self, saying: &Saying, hearer: UserId, ears: &Ears, copies: usize, own: bool) {
        let message = &saying.message;
        match ears.get(&hearer) {
            Some(Some(caps)) => {
                let deaf = message.manner == Manner::Signal && !caps.has(Cap::MessageTags);
                let queue = self.awaited.entry(hearer).or_default();
                for _ in 0..if deaf { 0 } else { copies } {
                    queue.push_back(Awaited {
                        message: message.clone(),
                        left: message.text.clone(),
                        begun: false,
                    });
                }
            }
            _ => {
                let queue = self.queues.entry(hearer).or_default();
                queue.extend(message.plain(own).into_iter().map(|rest| Expected {
                    rest,
                    at_ms: message.at_ms,
                    author: message.author,
                    announced: message.announced,
                }));
                let private = matches!(message.place, Place::Person(_));
                if private && matches!(message.manner, Manner::Request | Manner::Answer) {
                    self.partners.insert(hearer, None);
                }
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
        outcome: Outcome,
    ) -> Result<(), String> {
        self.check_told_away(&forecast, truth, who, outcome)?;
        for (name, joins) in &forecast.joins {
            if truth.is_in(who, name) != *joins {
                let verb = if *joins { "get" } else { "not get" };
                return Err(format!("it should {verb} into {name}"));
            }
        }
        let refused = forecast.said.iter().filter(|said| said.is_none()).count();
        let announces = |said: &Option<Saying>| said.as_ref().is_some_and(|s| s.message.announced);
        if forecast.said.iter().any(announces) && outcome.refusals > 0 {
            return forecast
                .said
                .into_iter()
                .flatten()
                .try_for_each(|s| self.take_away(&s));
        }
        let right = match (forecast.irc, forecast.silent) {
            (_, true) => outcome.refusals == 0,
            (true, false) => outcome.refusals == refused,
            (false, false) => (outcome.refusals > 0) == (refused > 0),
        };
        if forecast.speaks() && !right {
            return Err(format!(
                "{refused} should be refused, but {} are, of {:?}",
                outcome.refusals, forecast.said
            ));
        }
        for saying in forecast.said.into_iter().flatten() {
            if let Some((name, for_staff)) = saying.remembered
                && let Some(rules) = self.rules.get_mut(&name)
            {
                rules.remember(saying.message, for_staff);
            }
        }
        Ok(())
    }

    /// IRC clients are told each time, but not of what is a notice.
    fn check_told_away(
        &self,
        forecast: &Forecast,
        truth: &Truth,
        who: UserId,
        outcome: Outcome,
    ) -> Result<(), String> {
        let away = |target: &UserId| truth.users.get(target).is_some_and(|u| u.away.is_some());
        let targets = forecast
            .said
            .iter()
            .flatten()
            .filter_map(|saying| saying.target);
        let targets = targets.filter(away);
        let signal = |saying: &Option<Saying>| {
            saying
                .as_ref()
                .is_some_and(|s| s.message.manner == Manner::Signal)
        };
        let told = match forecast.irc {
            true if forecast.silent || forecast.said.iter().any(signal) => 0,
            true => targets.count(),
            false => targets
                .filter(|t| !self.told_away.contains(&(*t, who)))
                .count(),
        };
        if forecast.speaks() && told != outcome.told_away {
            return Err(format!(
                "whether they are away is told: {}, not {told}",
                outcome.told_away
            ));
        }
        Ok(())
    }

    /// What was refused is not heard.
    fn take_away(&mut self, saying: &Saying) -> Result<(), String> {
        for hearer in &saying.hearers {
            let plain = self.queues.get_mut(hearer).and_then(VecDeque::pop_back);
            let irc = self.awaited.get_mut(hearer).and_then(VecDeque::pop_back);
            let right = match (plain, irc) {
                (Some(expected), None) => expected.announced,
                (None, Some(awaited)) => awaited.message.announced && !awaited.begun,
                _ => false,
            };
            if !right {
                return Err("an announcement is heard though it was refused".to_owned());
            }
        }
        Ok(())
    }

    /// An IRC client hears something that was said, or a piece of it.
    ///
    /// # Errors
    /// It is not what it must hear next.
    pub fn hear_uttered(
        &mut self,
        to: UserId,
        nick: &str,
        uttered: &Uttered,
        caps: Caps,
    ) -> Result<(), String> {
        let queue = self.awaited.entry(to).or_default();
        let fault =
            |next: Option<&Awaited>| Err(format!("hears {uttered:?}, but next is {next:?}"));
        let Some(next) = queue.front_mut() else {
            return fault(None);
        };
        let (verb, before, behind, target) = next.message.irc(nick);
        let mut text = uttered.text.as_str();
        if next.message.announced {
            let numbered = text
                .strip_prefix("!!!")
                .and_then(|text| text.split_once(' '));
            text = numbered.map_or("", |(_, text)| text);
        }
        let text = text
            .strip_prefix(before)
            .and_then(|text| text.strip_suffix(behind));
        let source = next.message.from.to_string();
        let channel = match (&next.message.place, next.message.announced) {
            (Place::Channel(name), true) => name.to_string(),
            _ => target,
        };
        let same = (uttered.verb.as_str(), uttered.target.as_str()) == (verb, channel.as_str())
            && uttered.line.source == source;
        let Some(text) = text.filter(|_| same) else {
            return fault(Some(next));
        };
        if uttered.whole {
            if next.begun || *text != *next.left {
                return fault(Some(next));
            }
            next.left.clear();
        } else {
            if !next.begun {
                next.left = next.left.replace('\n', "");
            }
            match next.left.strip_prefix(text) {
                Some(left) if !text.is_empty() || next.message.manner == Manner::Signal => {
                    next.left = left.to_owned();
                }
                _ => return fault(Some(next)),
            }
        }
        check_tags(next, uttered, caps)?;
        if let Some(id) = uttered.line.tag("msgid") {
            let known = self.ids.insert(id.to_owned(), next.message.text.clone());
            if known.is_some_and(|known| known != next.message.text) {
                return Err(format!("{id} is of something else"));
            }
        }
        next.begun = true;
        if next.left.is_empty() {
            queue.pop_front();
            self.confirmed_irc += 1;
        }
        Ok(())
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
        if let Some(missed) = self.awaited.get(&who).and_then(VecDeque::front) {
            return Err(format!("does not hear {missed:?}"));
        }
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
        let fits = |(message, for_staff): &&(Message, bool)| {
            (staff || !for_staff) && !self.blocks.hides_message(who, message)
        };
        let known = rules.memory.iter().filter(fits);
        let known: Vec<String> = known
            .flat_map(|(message, _)| message.plain(false))
            .collect();
        let right = lines.ends_with(&known) && (!rules.complete || lines.len() == known.len());
        right
            .then_some(())
            .ok_or_else(|| format!("earlier was {known:?}, not {lines:?}"))
    }

    /// Whoever makes a channel knows its modes.
    pub fn meet_channels(&mut self, chat: &Chat, truth: &Truth, modes: &str) {
        let settings = chat.settings();
        let permanent_names = settings.permanent.iter().chain([&settings.lobby]);
        for name in truth.channels.keys().chain(permanent_names) {
            let flags = if permanent(chat, name) { "" } else { modes };
            let rules = self.rules.entry(name.clone());
            rules.or_insert_with(|| Rules::new(flags));
        }
    }

    /// What has ended is forgotten.
    ///
    /// # Errors
    /// A channel has ended that was kept, or not though nobody is in it.
    pub fn part_from_channels(&mut self, chat: &Chat, truth: &Truth) -> Result<(), String> {
        let ended = |name: &ChannelName| chat.find_channel(name).is_none();
        let mut rules = self.rules.iter();
        if let Some((name, _)) = rules.find(|(name, rules)| ended(name) && rules.keeps()) {
            return Err(format!("{name} has ended though it was kept"));
        }
        self.rules.retain(|name, _| !ended(name));
        for (name, rules) in &mut self.rules {
            let empty = truth.members(name).is_empty();
            if empty && !rules.keeps() && !permanent(chat, name) {
                return Err(format!("{name} is there with nobody in it"));
            }
            rules.invited.retain(|user| !truth.is_in(*user, name));
        }
        let here = |user: &UserId| truth.users.contains_key(user);
        self.queues.retain(|user, _| here(user));
        self.awaited.retain(|user, _| here(user));
        self.blocks.forget_absent(truth);
        Ok(())
    }

    /// All that is known of a channel follows its name.
    pub fn rename_channel(&mut self, before: &ChannelName, new: &ChannelName) {
        if let Some(mut rules) = self.rules.remove(before) {
            rules.rename(new);
            self.rules.insert(new.clone(), rules);
        }
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

    /// Learns what has become a rule, from anybody who is told so when it does.
    pub fn learn_rules(&mut self, told: &Told) {
        match told {
            Told::FlagSet(_, _, channel)
            | Told::KeySet(channel, _)
            | Told::LimitSet(channel, _)
            | Told::Listed(_, _, channel) => self.rules_of(channel).learn(told),
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
                let of = truth.named(nick).ok_or("it blocks nobody")?;
                self.blocks.block(who, of);
            }
            Told::TheyAreAway(nick) => {
                self.told_away
                    .extend(truth.named(nick).map(|away| (away, who)));
            }
            Told::YouAreAway(_) => self.told_away.retain(|(away, _)| *away != who),
            Told::Unblock(nick) => {
                let of = truth.named(nick).ok_or("it unblocks nobody")?;
                self.blocks.unblock(who, of);
            }
            Told::AnnouncementOut(number, people) => {
                self.note_announcement(who, *number, *people, truth)?
            }
            Told::BlockMask(mask) => self.blocks.block_mask(who, mask, true, truth),
            Told::UnblockMask(mask) => self.blocks.block_mask(who, mask, false, truth),
            Told::Redacted(id, channel) => self.unsay(id, channel.as_ref()),
            Told::Invited(nick, channel) => {
                let invited = truth.named(nick);
                self.rules_of(channel).invited.extend(invited);
            }
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

    /// The latest line in a channel is taken back, which was said under this name: of `who`, if it is
    /// their own, or of anybody.
    pub fn take_back(&mut self, who: UserId, nick: &Nick, channel: &ChannelName, own: bool) {
        self.rules_of(channel).take_back(who, nick, own);
    }

    /// What was said under an id is taken back.
    fn unsay(&mut self, id: &str, channel: Option<&ChannelName>) {
        let Some(rules) = channel.and_then(|name| self.rules.get_mut(name)) else {
            return;
        };
        match self.ids.get(id) {
            Some(text) => rules.memory.retain(|(message, _)| message.text != *text),
            None => {
                rules.memory.clear();
                rules.complete = false;
            }
        }
    }
}

/// For those who read tags, the id stands on the first piece, and what was attached on each.
fn check_tags(next: &Awaited, uttered: &Uttered, caps: Caps) -> Result<(), String> {
    let line = &uttered.line;
    let reads = caps.has(Cap::MessageTags);
    let attached: &[_] = if reads { &next.message.attached } else { &[] };
    let identified = line.tag("msgid").is_some();
    let right = identified == (reads && !next.begun) && line.attached() == attached;
    right
        .then_some(())
        .ok_or_else(|| format!("the tags of {line:?} are not those of {next:?}"))
}

fn permanent(chat: &Chat, name: &ChannelName) -> bool {
    let settings = chat.settings();
    settings.lobby == *name || settings.permanent.contains(name)
}
