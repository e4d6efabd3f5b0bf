//! A channel as a client pictures it.

use std::collections::BTreeMap;

use hallway::chat::mode::Ranks;
use hallway::chat::name::Nick;
use hallway::protocol::modes::{self, FLAGS, RANKS};

use crate::truth;

/// What somebody is in a channel, as far as it is known: for each rank, the highest first.
pub type Standing = [Option<bool>; 3];

/// Somebody who has just come and is nothing yet.
pub const NOTHING: Standing = [Some(false); 3];

/// A channel as a client pictures it.
#[derive(Debug, Clone, Default)]
pub struct Room {
    /// Who is in it, once that was told as a whole.
    pub members: Option<BTreeMap<Nick, Standing>>,
    /// The names of an answer that has not ended.
    pub listed: Option<BTreeMap<Nick, Standing>>,
    pub topic: String,
    /// Letters that are on, the key and the limit, once they were told.
    pub modes: Option<BTreeMap<char, String>>,
}

impl Room {
    /// Whether somebody may be in it.
    pub fn may_have(&self, nick: &Nick) -> bool {
        let members = self.members.as_ref();
        members.is_none_or(|members| members.contains_key(nick))
    }

    /// All that is known of who is in it, complete or not.
    fn lists(&mut self) -> impl Iterator<Item = &mut BTreeMap<Nick, Standing>> {
        self.members.iter_mut().chain(&mut self.listed)
    }

    /// # Errors
    /// They are in it already.
    pub fn enter(&mut self, nick: &Nick) -> Result<(), String> {
        for list in self.lists() {
            if list.insert(nick.clone(), NOTHING).is_some() {
                return Err(format!("{nick} joins twice"));
            }
        }
        Ok(())
    }

    /// # Errors
    /// They are not in it.
    pub fn leave(&mut self, nick: &Nick) -> Result<(), String> {
        if !self.may_have(nick) {
            return Err(format!("{nick} leaves without being there"));
        }
        for list in self.lists() {
            list.remove(nick);
        }
        Ok(())
    }

    pub fn rename(&mut self, nick: &Nick, new: &Nick) {
        for list in self.lists() {
            if let Some(standing) = list.remove(nick) {
                list.insert(new.clone(), standing);
            }
        }
    }

    /// One name of an answer.
    pub fn list(&mut self, nick: Nick, standing: Standing) -> Result<(), String> {
        let listed = self.listed.get_or_insert_default();
        match listed.insert(nick.clone(), standing) {
            None => Ok(()),
            Some(_) => Err(format!("{nick} is listed twice")),
        }
    }

    /// The answer has ended: it is the picture, or must be like it.
    ///
    /// # Errors
    /// It is not.
    pub fn end_list(&mut self) -> Result<(), String> {
        let Some(listed) = self.listed.take() else {
            return Err("names that end before they begin".to_owned());
        };
        let Some(members) = &mut self.members else {
            self.members = Some(listed);
            return Ok(());
        };
        let same = members.len() == listed.len();
        let fits =
            |nick: &Nick, known: &Standing| listed.get(nick).is_some_and(|told| agree(known, told));
        if !same || !members.iter().all(|(nick, known)| fits(nick, known)) {
            return Err(format!("has {listed:?}, and not {members:?}"));
        }
        for (nick, told) in listed {
            if let Some(known) = members.get_mut(&nick) {
                *known = std::array::from_fn(|place| told[place].or(known[place]));
            }
        }
        Ok(())
    }

    /// A change of one mode.
    pub fn change(&mut self, letter: char, on: bool, value: &str) -> Result<(), String> {
        if let Some(place) = RANKS.iter().position(|row| row.0 == letter) {
            let nick = Nick::parse(value).map_err(|_| format!("{value} is nobody"))?;
            if !self.may_have(&nick) {
                return Err(format!("{nick} is not there"));
            }
            for list in self.lists() {
                if let Some(standing) = list.get_mut(&nick) {
                    standing[place] = Some(on);
                }
            }
        } else if let Some(modes) = &mut self.modes
            && !"beI".contains(letter)
        {
            match on {
                true => drop(modes.insert(letter, value.to_owned())),
                false => drop(modes.remove(&letter)),
            }
        }
        Ok(())
    }

    /// # Errors
    /// It is not so.
    pub fn check(
        &self,
        name: &str,
        truth: &truth::Truth,
        room: &truth::Channel,
    ) -> Result<(), String> {
        if self.topic != room.topic {
            return Err(format!(
                "{name} is about {:?}, not {:?}",
                room.topic, self.topic
            ));
        }
        let modes = true_modes(room);
        if self.modes.as_ref().is_some_and(|known| *known != modes) {
            return Err(format!("{name} has {modes:?}, not {:?}", self.modes));
        }
        let Some(members) = &self.members else {
            return Ok(());
        };
        let here = room
            .ranks
            .iter()
            .map(|(id, ranks)| (&truth.users[id].nick, *ranks));
        let here: BTreeMap<&Nick, Ranks> = here.collect();
        let spelled = |nick: &Nick| here.get_key_value(nick).map(|(nick, _)| nick.as_str());
        let right = members.len() == here.len()
            && members.iter().all(|(nick, standing)| {
                spelled(nick) == Some(nick.as_str()) && agree(standing, &standing_of(here[nick]))
            });
        right
            .then_some(())
            .ok_or_else(|| format!("{name} has {here:?}, not {members:?}"))
    }
}

fn agree(one: &Standing, other: &Standing) -> bool {
    let fits = |(one, other): (&Option<bool>, &Option<bool>)| {
        one.is_none() || other.is_none() || one == other
    };
    one.iter().zip(other).all(fits)
}

fn standing_of(ranks: Ranks) -> Standing {
    std::array::from_fn(|place| Some(ranks.has(RANKS[place].2)))
}

/// What the signs in front of a name say, all of them or just the highest.
pub fn standing(signs: &str, all: bool) -> Standing {
    let highest = RANKS.iter().position(|row| signs.contains(row.1));
    std::array::from_fn(|place| match highest {
        _ if signs.contains(RANKS[place].1) => Some(true),
        Some(highest) if place > highest && !all => None,
        _ => Some(false),
    })
}

fn true_modes(room: &truth::Channel) -> BTreeMap<char, String> {
    let on = FLAGS
        .iter()
        .filter(|(_, flag, _)| room.modes.flags.has(*flag));
    let mut modes: BTreeMap<char, String> = on.map(|row| (row.0, String::new())).collect();
    if let Some(key) = &room.modes.key {
        modes.insert('k', key.to_string());
    }
    if let Some(limit) = room.modes.limit {
        modes.insert('l', limit.to_string());
    }
    debug_assert!(modes.keys().all(|letter| "kl".contains(*letter)
        || modes::FLAGS.iter().any(|row| row.0 == *letter)));
    modes
}

/// The changes in `+ov-b`, each with its value.
pub fn changes<'p>(
    letters: &str,
    values: &'p [String],
) -> Result<Vec<(char, bool, &'p str)>, String> {
    let mut values = values.iter();
    let mut on = None;
    let mut read = Vec::new();
    for letter in letters.chars() {
        match letter {
            '+' | '-' => on = Some(letter == '+'),
            letter => {
                let on = on.ok_or("a letter without a sign")?;
                let needs = "beIkohv".contains(letter) || letter == 'l' && on;
                let value = if needs {
                    values.next().ok_or("a value is missing")?.as_str()
                } else {
                    ""
                };
                read.push((letter, on, value));
            }
        }
    }
    match values.next() {
        Some(left) => Err(format!("{left} is left over")),
        None => Ok(read),
    }
}
