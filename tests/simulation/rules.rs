//! What is known of a channel from what its people were told.

use std::collections::{BTreeSet, VecDeque};

use hallway::chat::UserId;
use hallway::chat::mask::{Effect, Mask};
use hallway::chat::memory::{MEMORY_BYTES_MAX, MEMORY_LINES_MAX};
use hallway::chat::name::{ChannelName, Nick};
use hallway::chat::user::Identity;

use super::lines::Told;
use super::saying::{Message, Place};

/// What is known of a channel from what its people were told.
#[derive(Debug, Default)]
pub struct Rules {
    pub flags: BTreeSet<char>,
    pub key: Option<String>,
    pub limit: Option<u32>,
    bans: Vec<Mask>,
    exempt: Vec<Mask>,
    welcome: Vec<Mask>,
    pub invited: BTreeSet<UserId>,
    /// The latest lines said; all that it remembers if `complete`. And which are for staff.
    pub memory: VecDeque<(Message, bool)>,
    pub complete: bool,
}

impl Rules {
    pub fn new(flags: &str) -> Self {
        Self {
            flags: flags.chars().collect(),
            complete: true,
            ..Self::default()
        }
    }

    /// Whether the channel outlives its last member.
    pub fn keeps(&self) -> bool {
        self.flags.contains(&'P') && !self.flags.contains(&'i')
    }

    /// What the bans do to somebody: `None` nothing; else whether they are kept out.
    pub fn banned(&self, identity: &Identity) -> Option<bool> {
        let mut fit = self
            .bans
            .iter()
            .filter(|mask| mask.fits(identity))
            .peekable();
        fit.peek()?;
        if self.exempt.iter().any(|mask| mask.fits(identity)) {
            return None;
        }
        Some(fit.any(|mask| mask.effect() == Effect::KeepOut))
    }

    /// Whether only those who are invited get in, and this one is not for good.
    pub fn is_closed_to(&self, identity: &Identity) -> bool {
        self.flags.contains(&'i') && !self.welcome.iter().any(|mask| mask.fits(identity))
    }

    /// Learns what has become a rule.
    pub fn learn(&mut self, told: &Told) {
        match told {
            Told::FlagSet(letter, true, _) => drop(self.flags.insert(*letter)),
            Told::FlagSet(letter, false, _) => drop(self.flags.remove(letter)),
            Told::KeySet(_, key) => self.key.clone_from(key),
            Told::LimitSet(_, limit) => self.limit = *limit,
            Told::Listed(verb, mask, _) => self.list(verb, mask),
            _ => {}
        }
    }

    fn list(&mut self, verb: &str, mask: &str) {
        let on = !verb.starts_with("un");
        let verb = verb.strip_prefix("un").unwrap_or(verb);
        let effect = if verb == "muted" {
            Effect::Mute
        } else {
            Effect::KeepOut
        };
        let mask = Mask::parse(mask, effect).expect("what is listed is a mask");
        let list = match verb {
            "exempted" => &mut self.exempt,
            "welcomed" => &mut self.welcome,
            _ => &mut self.bans,
        };
        list.retain(|other| *other != mask);
        if on {
            list.push(mask);
        }
    }

    pub fn remember(&mut self, message: Message, for_staff: bool) {
        self.memory.push_back((message, for_staff));
        self.complete |= self.memory.len() >= MEMORY_LINES_MAX || self.bytes() > MEMORY_BYTES_MAX;
        while self.memory.len() > MEMORY_LINES_MAX || self.bytes() > MEMORY_BYTES_MAX {
            self.memory.pop_front();
        }
    }

    fn bytes(&self) -> usize {
        self.memory
            .iter()
            .map(|(message, _)| message.text.len())
            .sum()
    }

    /// The latest line of somebody is taken back: `who` says so, and may be the one.
    pub fn take_back(&mut self, who: UserId, nick: &Nick, own: bool) {
        let fits = |(message, _): &(Message, bool)| match own {
            true => message.author == who,
            false => message.from.nick == *nick,
        };
        if let Some(place) = self.memory.iter().rposition(fits) {
            self.memory.remove(place);
        }
    }

    /// What was said is another's: the channel is called something else.
    pub fn rename(&mut self, name: &ChannelName) {
        for (message, _) in &mut self.memory {
            message.place = Place::Channel(name.clone());
        }
    }
}
