//! Blocking: not to hear somebody.
//!
//! A block is kept twice: by who blocks, to be listed, and on who is blocked (`hidden_from`), so
//! that saying something costs one test for nearly everybody.

use super::name::Nick;
use super::vocabulary::{Limited, Refusal, Reply};
use super::{Chat, UserId};

/// How many people one person can block.
pub const BLOCKS_MAX: usize = 200;

impl Chat {
    /// Whether `by` hears nothing of `of`.
    pub(super) fn hides(&self, by: UserId, of: UserId) -> bool {
        self.user(of).hidden_from().binary_search(&by).is_ok()
    }

    pub(super) fn block(&mut self, who: UserId, nick: &Nick) -> Result<(), Refusal> {
        let target = self.person(nick)?;
        let nick = self.user(target).nick().clone();
        if target == who {
            return Err(Refusal::Oneself { verb: "block" });
        }
        let blocks = self.user(who).blocks();
        if blocks.contains(&target) {
            return Err(Refusal::BlockedAlready { nick });
        }
        if blocks.len() >= BLOCKS_MAX {
            return Err(Refusal::TooMany {
                what: Limited::Blocks,
                max: BLOCKS_MAX,
            });
        }
        self.user_mut(who).aside().blocks.push(target);
        let hidden_from = &mut self.user_mut(target).aside().hidden_from;
        if let Err(place) = hidden_from.binary_search(&who) {
            hidden_from.insert(place, who);
        }
        self.reply(Reply::Block { nick });
        Ok(())
    }

    pub(super) fn unblock(&mut self, who: UserId, nick: &Nick) -> Result<(), Refusal> {
        let target = self.person(nick)?;
        let nick = self.user(target).nick().clone();
        if !self.user(who).blocks().contains(&target) {
            return Err(Refusal::NotBlocked { nick });
        }
        self.end_block(who, target);
        self.reply(Reply::Unblock { nick });
        Ok(())
    }

    fn end_block(&mut self, by: UserId, of: UserId) {
        self.user_mut(by).aside().blocks.retain(|user| *user != of);
        self.user_mut(by).tidy();
        self.user_mut(of)
            .aside()
            .hidden_from
            .retain(|user| *user != by);
        self.user_mut(of).tidy();
    }

    pub(super) fn blocked(&mut self, who: UserId) {
        let blocks = self.user(who).blocks().iter();
        let nicks = blocks.map(|user| self.user(*user).nick().clone()).collect();
        self.reply(Reply::Blocked { nicks });
    }

    /// Ends the blocks of and on somebody who goes: a guest's block is of this connection.
    pub(super) fn end_blocks(&mut self, who: UserId) {
        for of in self.user(who).blocks().to_vec() {
            self.end_block(who, of);
        }
        for by in self.user(who).hidden_from().to_vec() {
            self.end_block(by, who);
        }
    }
}
