//! What must come of a line: told from what was so before it.

use std::collections::BTreeSet;

use hallway::chat::mode::Rank;
use hallway::chat::name::ChannelName;
use hallway::chat::{Chat, UserId};
use hallway::protocol::plain::printable::printable;

use super::person::Person;
use super::referee::Referee;
use super::rules::Rules;
use super::saying::{Intent, Manner, Message, Place, Saying, To};
use super::truth::Truth;

/// What must come of a line.
#[derive(Debug, Default)]
pub struct Forecast {
    /// What the line says, to each of those whom it names; `None`: it is refused there.
    pub said: Vec<Option<Saying>>,
    /// Whether the asker gets into the channels.
    pub joins: Vec<(ChannelName, bool)>,
    /// Nobody can tell.
    pub wild: bool,
    /// By an IRC client.
    pub irc: bool,
    /// Nothing answers it.
    pub silent: bool,
}

impl Forecast {
    pub fn speaks(&self) -> bool {
        !self.said.is_empty()
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
    /// Who hears it, and in whose memory it stays, is still to be told.
    fn saying(&self, intent: &Intent, place: Place, announced: bool) -> Saying {
        let text = match intent.irc {
            true => intent.text.as_str().into(),
            false => printable(&intent.text),
        };
        let text = if announced { text.trim() } else { &text };
        let message = Message {
            at_ms: self.at_ms,
            author: self.who,
            from: self.truth.users[&self.who].identity.clone(),
            place,
            manner: intent.manner,
            text: text.to_owned(),
            attached: intent.attached.clone(),
            announced,
        };
        Saying {
            message,
            hearers: BTreeSet::new(),
            remembered: None,
            target: None,
        }
    }

    fn is_operator(&self) -> bool {
        self.truth.operators.contains(&self.who)
    }

    fn say_to(&self, intent: &Intent, target: UserId) -> Saying {
        let place = Place::Person(self.truth.users[&target].nick.clone());
        Saying {
            hearers: BTreeSet::from([target]),
            target: Some(target),
            ..self.saying(intent, place, false)
        }
    }
}

impl Referee {
    /// What must come of a line. `intent` is what it means, if it says something.
    pub fn forecast(&self, scene: Scene<'_>, line: &str, intent: Option<&Intent>) -> Forecast {
        let Some(intent) = intent else {
            let joins = self.forecast_joins(scene, line);
            return Forecast {
                joins,
                ..Forecast::default()
            };
        };
        let unsure_of_partner = self.partner_of(scene.who) == Some(None);
        if unsure_of_partner && intent.to.contains(&To::Answer) {
            return Forecast {
                wild: true,
                ..Forecast::default()
            };
        }
        let said = |to: &To| {
            let saying = self.saying(scene, intent, to);
            saying.map(|saying| self.leave_out(scene, saying))
        };
        Forecast {
            said: intent.to.iter().map(said).collect(),
            irc: intent.irc,
            silent: intent.irc && matches!(intent.manner, Manner::Notice | Manner::Answer),
            ..Forecast::default()
        }
    }

    fn saying(&self, scene: Scene<'_>, intent: &Intent, to: &To) -> Option<Saying> {
        let Scene { truth, person, .. } = scene;
        match to {
            To::Current => match person.current() {
                Some(name) => {
                    let inside = truth.is_in(scene.who, name);
                    self.say_in(scene, intent, name, inside, None, false)
                }
                None if person.lobby_due && !person.adrift => {
                    let lobby = &scene.chat.settings().lobby;
                    self.admits(scene, lobby, None)
                        .filter(|admitted| *admitted)?;
                    self.say_in(scene, intent, lobby, true, None, false)
                }
                None => None,
            },
            To::Channel(name) => self.say_from_anywhere(scene, intent, name, None, false),
            To::Ranked(name, rank) => {
                self.say_from_anywhere(scene, intent, name, Some(*rank), false)
            }
            To::EveryoneIn(name) => self.say_from_anywhere(scene, intent, name, None, true),
            To::Person(nick) => Some(scene.say_to(intent, truth.named(nick)?)),
            To::Answer => {
                let partner = self.partner_of(scene.who).flatten()?;
                let here = truth.users.contains_key(&partner);
                here.then(|| scene.say_to(intent, partner))
            }
            To::Everyone => Some(Saying {
                hearers: truth.users.keys().copied().collect(),
                ..scene.saying(intent, Place::Everyone, true)
            }),
        }
    }

    fn say_from_anywhere(
        &self,
        scene: Scene<'_>,
        intent: &Intent,
        name: &ChannelName,
        rank: Option<Rank>,
        announced: bool,
    ) -> Option<Saying> {
        let inside = scene.truth.is_in(scene.who, name);
        let secret = scene.chat.find_channel(name)?.is_secret();
        if secret && !inside && !scene.is_operator() {
            return None;
        }
        self.say_in(scene, intent, name, inside, rank, announced)
    }

    fn say_in(
        &self,
        scene: Scene<'_>,
        intent: &Intent,
        name: &ChannelName,
        inside: bool,
        rank: Option<Rank>,
        announced: bool,
    ) -> Option<Saying> {
        let Scene { chat, who, .. } = scene;
        let channel = chat.find_channel(name)?;
        let fallback = Rules::default();
        let rules = self.rules(name).unwrap_or(&fallback);
        let staff = |user: UserId| channel.ranks(user).is_some_and(|ranks| ranks.any());
        let identity = chat.find_user(who)?.identity();
        let has = |flag| rules.flags.contains(&flag);
        let silenced = has('n') && !inside || has('m') || rules.banned(identity).is_some();
        let requests = matches!(intent.manner, Manner::Request | Manner::Answer);
        if silenced && !staff(who) || has('C') && requests {
            return None;
        }
        let for_staff = has('u') && !staff(who);
        let reaches = |user: UserId| {
            let ranks = channel.ranks(user).unwrap_or_default();
            rank.is_none_or(|rank| ranks.reaches(rank)) && (!for_staff || ranks.any())
        };
        let spelled = channel.name().clone();
        let place = match rank {
            Some(rank) => Place::Ranked(spelled, rank),
            None => Place::Channel(spelled),
        };
        let saying = scene.saying(intent, place, announced);
        let members = scene.truth.members(name).into_iter();
        Some(Saying {
            hearers: members.filter(|user| reaches(*user)).collect(),
            remembered: saying.message.lasts().then(|| (name.clone(), for_staff)),
            ..saying
        })
    }

    /// Neither those who block the speaker hear it, nor the speaker.
    fn leave_out(&self, scene: Scene<'_>, mut saying: Saying) -> Saying {
        let heeded = saying.message.announced && scene.is_operator();
        saying.hearers.retain(|hearer| {
            let blocks = self.blocks.hides(scene.chat, *hearer, scene.who);
            *hearer != scene.who && (heeded || !blocks)
        });
        saying
    }

    /// Whether `/join #c [key]` or `JOIN #c,#d [key,key]` leads into channels that are there.
    fn forecast_joins(&self, scene: Scene<'_>, line: &str) -> Vec<(ChannelName, bool)> {
        let line = super::irc::talk::split(line).1;
        let rest = line.strip_prefix("/join ").or(line.strip_prefix("JOIN "));
        let mut words = rest.unwrap_or("").split(' ');
        let names = words.next().unwrap_or("").split(',');
        let mut keys = words.next().unwrap_or("").split(',');
        let mut joins = Vec::new();
        for name in names {
            let key = keys.next().filter(|key| !key.is_empty());
            let name = ChannelName::parse(name).ok();
            let admitted = name.as_ref().and_then(|name| self.admits(scene, name, key));
            joins.extend(name.zip(admitted));
        }
        joins
    }

    /// Whether somebody gets into a channel that is there, or is in it.
    fn admits(&self, scene: Scene<'_>, name: &ChannelName, key: Option<&str>) -> Option<bool> {
        let channel = scene.chat.find_channel(name)?;
        let fallback = Rules::default();
        let rules = self.rules(name).unwrap_or(&fallback);
        let identity = scene.chat.find_user(scene.who)?.identity();
        let wrong_key = |needed: &str| key != Some(needed);
        let full = |limit: u32| channel.len() >= limit as usize;
        let kept_out = rules.banned(identity) == Some(true)
            || rules.is_closed_to(identity)
            || rules.key.as_deref().is_some_and(wrong_key)
            || rules.limit.is_some_and(full);
        let welcome = scene.truth.is_in(scene.who, name)
            || scene.is_operator()
            || rules.invited.contains(&scene.who);
        Some(welcome || !kept_out)
    }
}
