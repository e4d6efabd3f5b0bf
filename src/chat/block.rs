//! Blocking: not to hear somebody.
//!
//! A block is kept twice: by who blocks, to be listed, and on who is blocked (`hidden_from`), so
//! that saying something costs one test for nearly everybody. Blocks by mask or account are resolved
//! when they are set, when somebody comes or logs in, and when somebody is renamed.

use serde::{Deserialize, Serialize};

use super::account::AccountId;
use super::mask::Mask;
use super::name::Nick;
use super::user::Identity;
use super::vocabulary::{Limited, Refusal, Reply, Said, Whom};
use super::{Chat, UserId};

/// How many people and masks one person can block.
pub const BLOCKS_MAX: usize = 200;

/// One block: of a guest, as long as they are here, of the owner of an account, whatever they are
/// called, or of whoever fits a mask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Block {
    Person(UserId),
    Account(AccountId),
    Mask(Mask),
}

impl Chat {
    /// Whether `by` hears nothing of `of`.
    pub(super) fn hides(&self, by: UserId, of: UserId) -> bool {
        self.user(of).hidden_from().binary_search(&by).is_ok()
    }

    pub(super) fn block(&mut self, who: UserId, whom: Whom) -> Result<(), Refusal> {
        let (block, whom) = self.block_of(whom)?;
        if self.concerned(&block) == [who] && !matches!(block, Block::Mask(_)) {
            return Err(Refusal::Oneself { verb: "block" });
        }
        if !self.alike(who, &block).is_empty() {
            return Err(Refusal::BlockedAlready { whom });
        }
        if self.user(who).blocks().len() >= BLOCKS_MAX {
            return Err(Refusal::TooMany {
                what: Limited::Blocks,
                max: BLOCKS_MAX,
            });
        }
        let lasting = matches!(block, Block::Account(_));
        self.begin_block(who, block);
        self.note_preferences(who);
        self.reply(Reply::Block { whom, lasting });
        Ok(())
    }

    /// Somebody blocks others whom they have not blocked so far.
    pub(super) fn begin_block(&mut self, who: UserId, block: Block) {
        if !matches!(block, Block::Person(_))
            && let Err(place) = self.standing_blockers.binary_search(&who)
        {
            self.standing_blockers.insert(place, who);
        }
        for user in self.concerned(&block) {
            if user != who {
                self.hide(who, user);
            }
        }
        self.user_mut(who).aside().blocks.push(block);
    }

    /// Somebody blocks others no more, if they have.
    pub(super) fn drop_block(&mut self, who: UserId, block: &Block) {
        let user = self.user_mut(who);
        user.aside().blocks.retain(|other| other != block);
        user.tidy();
        self.forget_standing_blocks_of(who);
        for user in self.concerned(block) {
            self.review(who, user);
        }
    }

    /// Those who are here and are blocked by this.
    fn concerned(&self, block: &Block) -> Vec<UserId> {
        match block {
            Block::Person(user) => vec![*user],
            Block::Account(account) => self.owner_here(*account).into_iter().collect(),
            Block::Mask(mask) => self.users_who_fit(mask),
        }
    }

    pub(super) fn unblock(&mut self, who: UserId, whom: Whom) -> Result<(), Refusal> {
        let (block, whom) = self.block_of(whom)?;
        let alike = self.alike(who, &block);
        if alike.is_empty() {
            return Err(Refusal::NotBlocked { whom });
        }
        for block in alike {
            self.drop_block(who, &block);
        }
        self.note_preferences(who);
        self.reply(Reply::Unblock { whom });
        Ok(())
    }

    /// The blocks of somebody that are the same as this one: whoever is blocked as a person may have
    /// been blocked by their name before they came, or before they logged in.
    fn alike(&self, who: UserId, block: &Block) -> Vec<Block> {
        let nicks = self.nicks_of(block);
        let here = self.concerned(block);
        let is_alike = |other: &&Block| match (block, other) {
            (Block::Mask(_), other) => block == *other,
            (_, Block::Mask(mask)) => mask.nick().is_some_and(|nick| nicks.contains(&nick)),
            (_, Block::Person(user)) => here.contains(user),
            (block, other) => block == *other,
        };
        let blocks = self.user(who).blocks().iter();
        blocks.filter(is_alike).cloned().collect()
    }

    /// What they are called whom a block is for: now, and by their account.
    fn nicks_of(&self, block: &Block) -> Vec<Nick> {
        let here = match block {
            Block::Mask(_) => Vec::new(),
            block => self.concerned(block),
        };
        let here = here.iter().map(|user| self.user(*user).nick().clone());
        let account = match block {
            Block::Account(account) => self.account_name(*account),
            _ => None,
        };
        here.chain(account.cloned()).collect()
    }

    /// A name, or a mask for just one name, is that person if they are here or have an account.
    fn block_of(&self, whom: Whom) -> Result<(Block, Whom), Refusal> {
        let nick = match &whom {
            Whom::Person(nick) => Some(nick.clone()),
            Whom::Mask(mask) => mask.nick(),
        };
        let person = nick.and_then(|nick| self.person_to_block(&nick));
        match (person, whom) {
            (Some((block, nick)), _) => Ok((block, Whom::Person(nick))),
            (None, Whom::Mask(mask)) => Ok((Block::Mask(mask.clone()), Whom::Mask(mask))),
            (None, Whom::Person(nick)) => Err(Refusal::NobodyNamed { nick }),
        }
    }

    fn person_to_block(&self, nick: &Nick) -> Option<(Block, Nick)> {
        let account = match self.nicks.get(nick) {
            Some(user) => self.account_of(*user),
            None => self.find_account(nick),
        };
        let block = match (account, self.nicks.get(nick)) {
            (Some(account), _) => Block::Account(account.id),
            (None, Some(user)) => Block::Person(*user),
            (None, None) => return None,
        };
        let here = self.nicks.get(nick).map(|user| self.user(*user).nick());
        let name = here.or(account.map(|account| &account.name))?;
        Some((block, name.clone()))
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
                Block::Account(account) => self.owner_here(*account) == Some(of),
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

    /// Looks again at who blocks somebody by mask or account: their names are new.
    pub(super) fn review_standing_blocks(&mut self, of: UserId) {
        for by in self.standing_blockers.clone() {
            self.review(by, of);
        }
    }

    fn forget_standing_blocks_of(&mut self, who: UserId) {
        let stands = |block: &Block| !matches!(block, Block::Person(_));
        if !self.user(who).blocks().iter().any(stands) {
            self.standing_blockers.retain(|user| *user != who);
        }
    }

    pub(super) fn blocked(&mut self, who: UserId) -> Result<(), Refusal> {
        let blocks = self.user(who).blocks().iter();
        let whom = |block: &Block| match block {
            Block::Mask(mask) => Some(Whom::Mask(mask.clone())),
            block => self.nicks_of(block).into_iter().next().map(Whom::Person),
        };
        let whom = blocks.filter_map(whom).collect();
        self.reply(Reply::Blocked { whom });
        Ok(())
    }

    /// Ends the blocks of and on somebody who goes: a guest's block is of this connection.
    pub(super) fn end_blocks(&mut self, who: UserId) {
        self.end_own_blocks(who);
        let Some(aside) = &mut self.user_mut(who).aside else {
            return;
        };
        for by in std::mem::take(&mut aside.hidden_from) {
            let user = self.user_mut(by);
            user.aside()
                .blocks
                .retain(|block| *block != Block::Person(who));
            user.tidy();
        }
        self.user_mut(who).tidy();
    }

    /// Somebody blocks nobody any more.
    pub(super) fn end_own_blocks(&mut self, who: UserId) {
        let Some(aside) = &mut self.user_mut(who).aside else {
            return;
        };
        let blocks = std::mem::take(&mut aside.blocks);
        self.forget_standing_blocks_of(who);
        for block in blocks {
            for of in self.concerned(&block) {
                self.unhide(who, of);
            }
        }
        self.user_mut(who).tidy();
    }

    /// Whether somebody hears nothing of who said this, who may have gone.
    pub(super) fn blocks_author(&self, who: UserId, said: &Said) -> bool {
        self.blocks_identity(who, said.author, &said.from)
    }

    /// Whether somebody hears nothing of this user, who was this when they said something.
    pub(super) fn blocks_identity(&self, who: UserId, author: UserId, from: &Identity) -> bool {
        self.user(who).blocks().iter().any(|block| match block {
            Block::Person(user) => *user == author,
            Block::Account(account) => {
                let theirs = from.account.as_ref();
                theirs.is_some_and(|theirs| theirs.id == *account)
            }
            Block::Mask(mask) => author != who && mask.fits(from),
        })
    }
}
