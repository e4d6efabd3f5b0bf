//! Who hears nothing of whom, as those who block were told.

use std::collections::{BTreeMap, BTreeSet};

use hallway::chat::mask::{Effect, Mask};
use hallway::chat::{Chat, UserId};

use super::saying::Message;
use super::truth::Truth;

/// Who hears nothing of whom.
#[derive(Debug, Default)]
pub struct Blocks {
    people: BTreeSet<(UserId, UserId)>,
    masks: BTreeMap<UserId, Vec<Mask>>,
}

impl Blocks {
    pub fn block(&mut self, by: UserId, of: UserId) {
        self.people.insert((by, of));
    }

    pub fn unblock(&mut self, by: UserId, of: UserId) {
        self.people.remove(&(by, of));
    }

    /// A mask for just one name is that person, if they are here.
    pub fn block_mask(&mut self, by: UserId, text: &str, on: bool, truth: &Truth) {
        let mask = Mask::parse(text, Effect::KeepOut).expect("what is blocked is a mask");
        match (mask.nick().and_then(|nick| truth.named(&nick)), on) {
            (Some(of), true) => self.block(by, of),
            (Some(of), false) if self.people.contains(&(by, of)) => self.unblock(by, of),
            _ => {
                let masks = self.masks.entry(by).or_default();
                masks.retain(|other| *other != mask);
                masks.extend(on.then_some(mask));
            }
        }
    }

    pub fn hides(&self, chat: &Chat, by: UserId, of: UserId) -> bool {
        let identity = chat.find_user(of).map(|user| user.identity());
        let fits = |masks: &Vec<Mask>| {
            identity.is_some_and(|identity| masks.iter().any(|mask| mask.fits(identity)))
        };
        by != of && (self.people.contains(&(by, of)) || self.masks.get(&by).is_some_and(fits))
    }

    /// Whether somebody hears nothing of who said this, who may have gone.
    pub fn hides_message(&self, by: UserId, message: &Message) -> bool {
        let fits = |masks: &Vec<Mask>| masks.iter().any(|mask| mask.fits(&message.from));
        let masked = by != message.author && self.masks.get(&by).is_some_and(fits);
        masked || self.people.contains(&(by, message.author))
    }

    pub fn forget_absent(&mut self, truth: &Truth) {
        let here = |user: &UserId| truth.users.contains_key(user);
        self.people.retain(|(by, of)| here(by) && here(of));
        self.masks.retain(|by, _| here(by));
    }
}
