//! Blocking: not to hear somebody.
//!
//! A block is kept twice: by who blocks, to be listed, and on who is blocked (`hidden_from`), so
//! that saying something costs one test for nearly everybody. Blocks by mask are resolved when
//! they are set, when somebody comes, and when somebody is renamed.

use serde::{Deserialize, Serialize};

use super::mask::{Effect, Mask};
use super::vocabulary::{Limited, Refusal, Reply, Said, Whom};
use super::{Chat, UserId};

/// How many people and masks one person can block.
pub const BLOCKS_MAX: usize = 200;

/// One block: of a person, whatever they call themselves, or of whoever fits a mask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Block {
    Person(UserId),
    Mask(Mask),
}

impl Chat {
    /// Whether `by` hears nothing of `of`.
    pub(super) fn hides(&self, by: UserId, of: UserId) -> bool {
        self.user(of).hidden_from().binary_search(&by).is_ok()
    }

    pub(super) fn block(&mut self, who: UserId, whom: Whom) -> Result<(), Refusal> {
        let (block, whom) = self.block_of(whom)?;
        if block == Block::Person(who) {
            return Err(Refusal::Oneself { verb: "block" });
        }
        let blocks = self.user(who).blocks();
        if blocks.contains(&block) {
            return Err(Refusal::BlockedAlready { whom });
        }
        if blocks.len() >= BLOCKS_MAX {
            return Err(Refusal::TooMany {
                what: Limited::Blocks,
                max: BLOCKS_MAX,
            });
        }
        match &block {
            Block::Person(target) => self.hide(who, *target),
            Block::Mask(mask) => self.hide_those_who_fit(who, mask),
        }
        self.user_mut(who).aside().blocks.push(block);
        self.reply(Reply::Block { whom });
        Ok(())
    }

    pub(super) fn unblock(&mut self, who: UserId, whom: Whom) -> Result<(), Refusal> {
        let mask = match &whom {
            Whom::Mask(mask) => Some(mask.clone()),
            Whom::Person(nick) => Mask::parse(nick.as_str(), Effect::KeepOut),
        };
        let (mut block, mut whom) = self.block_of(whom)?;
        if !self.user(who).blocks().contains(&block) {
            // The name may have been blocked while nobody had it.
            let mask = mask.ok_or_else(|| Refusal::NotBlocked { whom: whom.clone() })?;
            block = Block::Mask(mask.clone());
            if !self.user(who).blocks().contains(&block) {
                return Err(Refusal::NotBlocked { whom });
            }
            whom = Whom::Mask(mask);
        }
        let user = self.user_mut(who);
        user.aside().blocks.retain(|other| *other != block);
        user.tidy();
        match block {
            Block::Person(target) => self.review(who, target),
            Block::Mask(mask) => {
                self.forget_masks_of(who);
                let fit = self.users_who_fit(&mask);
                fit.into_iter().for_each(|user| self.review(who, user));
            }
        }
        self.reply(Reply::Unblock { whom });
        Ok(())
    }

    /// A mask for just one name is that person, if they are here.
    fn block_of(&self, whom: Whom) -> Result<(Block, Whom), Refusal> {
        let nick = match &whom {
            Whom::Person(nick) => Some(nick.clone()),
            Whom::Mask(mask) => mask.nick().filter(|nick| self.is_taken(nick)),
        };
        match (nick, whom) {
            (Some(nick), _) => {
                let target = self.person(&nick)?;
                let nick = self.user(target).nick().clone();
                Ok((Block::Person(target), Whom::Person(nick)))
            }
            (None, Whom::Mask(mask)) => Ok((Block::Mask(mask.clone()), Whom::Mask(mask))),
            (None, Whom::Person(nick)) => Err(Refusal::NobodyNamed { nick }),
        }
    }

    fn hide(&mut self, by: UserId, of: UserId) {
        let hidden_from = &mut self.user_mut(of).aside().hidden_from;
        if let Err(place) = hidden_from.binary_search(&by) {
            hidden_from.insert(place, by);
        }
    }

    fn unhide(&mut self, by: UserId, of: UserId) {
        let user = self.user_mut(of);
        if let Some(aside) = &mut user.aside {
            aside.hidden_from.retain(|other| *other != by);
        }
        user.tidy();
    }

    fn hide_those_who_fit(&mut self, by: UserId, mask: &Mask) {
        if let Err(place) = self.mask_blockers.binary_search(&by) {
            self.mask_blockers.insert(place, by);
        }
        for user in self.users_who_fit(mask) {
            if user != by {
                self.hide(by, user);
            }
        }
    }

    fn users_who_fit(&self, mask: &Mask) -> Vec<UserId> {
        let users = self.users.iter();
        let fit = users.filter(|(_, user)| mask.fits(&user.identity));
        fit.map(|(id, _)| id).collect()
    }

    /// Whether any block of `by` concerns `of`, by their names as they are now.
    fn blocks_now(&self, by: UserId, of: UserId) -> bool {
        let identity = &self.user(of).identity;
        by != of
            && self.user(by).blocks().iter().any(|block| match block {
                Block::Person(user) => *user == of,
                Block::Mask(mask) => mask.fits(identity),
            })
    }

    fn review(&mut self, by: UserId, of: UserId) {
        if self.blocks_now(by, of) {
            self.hide(by, of);
        } else {
            self.unhide(by, of);
        }
    }

    /// Looks again at who blocks somebody by mask: their names are new.
    pub(super) fn review_mask_blocks(&mut self, of: UserId) {
        for by in self.mask_blockers.clone() {
            self.review(by, of);
        }
    }

    fn forget_masks_of(&mut self, who: UserId) {
        let masks = |block: &Block| matches!(block, Block::Mask(_));
        if !self.user(who).blocks().iter().any(masks) {
            self.mask_blockers.retain(|user| *user != who);
        }
    }

    pub(super) fn blocked(&mut self, who: UserId) -> Result<(), Refusal> {
        let blocks = self.user(who).blocks().iter();
        let whom = |block: &Block| match block {
            Block::Person(user) => Whom::Person(self.user(*user).nick().clone()),
            Block::Mask(mask) => Whom::Mask(mask.clone()),
        };
        let whom = blocks.map(whom).collect();
        self.reply(Reply::Blocked { whom });
        Ok(())
    }

    /// Ends the blocks of and on somebody who goes: a guest's block is of this connection.
    pub(super) fn end_blocks(&mut self, who: UserId) {
        let Some(aside) = &mut self.user_mut(who).aside else {
            return;
        };
        let blocks = std::mem::take(&mut aside.blocks);
        let hidden_from = std::mem::take(&mut aside.hidden_from);
        self.forget_masks_of(who);
        for block in blocks {
            match block {
                Block::Person(of) => self.unhide(who, of),
                Block::Mask(mask) => {
                    let fit = self.users_who_fit(&mask);
                    fit.into_iter().for_each(|of| self.unhide(who, of));
                }
            }
        }
        for by in hidden_from {
            let user = self.user_mut(by);
            user.aside()
                .blocks
                .retain(|block| *block != Block::Person(who));
            user.tidy();
        }
        self.user_mut(who).tidy();
    }

    /// Whether somebody hears nothing of who said this, who may have gone.
    pub(super) fn blocks_author(&self, who: UserId, said: &Said) -> bool {
        self.user(who).blocks().iter().any(|block| match block {
            Block::Person(user) => *user == said.author,
            Block::Mask(mask) => said.author != who && mask.fits(&said.from),
        })
    }
}
