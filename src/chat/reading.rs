//! What may be read of what is remembered: decided when somebody asks, and again when they are
//! answered.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::account::{Account, AccountId};
use super::block::Block;
use super::channel::Channel;
use super::mask::Effect;
use super::name::{ChannelName, Nick};
use super::vocabulary::{Conversation, ConversationId, Line, MessageId, Point, Refusal};
use super::{ChannelId, Chat, UserId};

/// What somebody may read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Access {
    /// Whose account it is: they read also what was told where and while they were, and their own
    /// private lines. Guests read only what was open.
    pub account: Option<AccountId>,
    /// Of these channels they may read what was open.
    pub open: Vec<ConversationId>,
    /// Of these nothing.
    pub barred: Vec<ConversationId>,
    /// Whose lines they do not want to see.
    pub blocked: Vec<AccountId>,
}

impl Access {
    /// Whether a line that was found with what was allowed `then` may be read with this.
    fn allows(&self, then: &Self, line: &Line) -> bool {
        match &line.conversation {
            _ if self.account != then.account => false,
            Conversation::Private { from, to, .. } => {
                self.account.is_some_and(|own| [*from, *to].contains(&own))
            }
            Conversation::Channel(id) => {
                !self.barred.contains(id) && (self.open.contains(id) || !then.open.contains(id))
            }
        }
    }
}

impl Chat {
    /// What somebody may read of a channel. Who has an account and cannot know of the channel may
    /// have been in it, or in an earlier one of that name.
    ///
    /// # Errors
    /// Nothing.
    pub fn access_to(&self, who: UserId, name: &ChannelName) -> Result<Access, Refusal> {
        let mut access = self.access_of(who);
        let id = match self.seen(who, name) {
            Ok(id) => id,
            Err(refusal) if access.account.is_none() => return Err(refusal),
            Err(_) => return Ok(access),
        };
        let channel = self.channel(id);
        let name = channel.name().clone();
        if access.barred.contains(&channel.conversation) {
            return Err(Refusal::KeptOut { channel: name });
        }
        if self.may_look_into(who, id) {
            access.open.push(channel.conversation);
        } else if access.account.is_none() {
            return Err(Refusal::NotThere { channel: name });
        }
        Ok(access)
    }

    /// Whether somebody may know that a channel of this name exists.
    pub fn knows_of(&self, who: UserId, name: &ChannelName) -> bool {
        self.seen(who, name).is_ok()
    }

    /// What somebody may read of all there is.
    pub fn access_to_all(&self, who: UserId) -> Access {
        let mut access = self.access_of(who);
        let seen = self.channels.iter().filter(|(id, _)| self.sees(who, *id));
        let open = seen.filter(|(id, _)| self.may_look_into(who, *id));
        access.open = open.map(|(_, channel)| channel.conversation).collect();
        let barred = access.barred.clone();
        access.open.retain(|id| !barred.contains(id));
        access
    }

    fn access_of(&self, who: UserId) -> Access {
        let user = self.user(who);
        let barred = self.channels.iter();
        let barred = barred.filter(|(id, channel)| self.is_barred(who, *id, channel));
        let blocked = user.blocks().iter().filter_map(|block| match block {
            Block::Person(user) => Some(self.account_of(*user)?.id),
            Block::Account(account) => Some(*account),
            Block::Mask(_) => None,
        });
        Access {
            account: self.account_of(who).map(|account| account.id),
            open: Vec::new(),
            barred: barred.map(|(_, channel)| channel.conversation).collect(),
            blocked: blocked.collect(),
        }
    }

    pub(super) fn is_barred(&self, who: UserId, id: ChannelId, channel: &Channel) -> bool {
        let user = self.user(who);
        let banned = channel.banned(&user.identity) == Some(Effect::KeepOut);
        banned && !user.is_operator() && !self.stands(who, id)
    }

    /// Whether somebody may read what was open in a channel: into a closed one only its members and
    /// those who run the server look.
    fn may_look_into(&self, who: UserId, id: ChannelId) -> bool {
        let there = self.channel(id).ranks(who).is_some();
        there || self.is_open(id) || self.user(who).is_operator()
    }

    /// Whether somebody may read, and wants to, a line that was found with what was allowed `then`
    /// and is looked at with what is allowed `now`.
    pub fn may_read(&self, who: UserId, then: &Access, now: &Access, line: &Line) -> bool {
        now.allows(then, line) && !self.wants_no_line_of(who, line)
    }

    fn wants_no_line_of(&self, who: UserId, line: &Line) -> bool {
        let by_name = self.find_nick(&line.from.nick);
        self.user(who).blocks().iter().any(|block| match block {
            Block::Person(user) => match (self.account_of(*user), &line.from.account) {
                (Some(theirs), Some(account)) => theirs.id == account.id,
                (None, None) => by_name == Some(*user),
                _ => false,
            },
            Block::Account(theirs) => {
                let account = line.from.account.as_ref();
                account.is_some_and(|account| account.id == *theirs)
            }
            Block::Mask(mask) => by_name != Some(who) && mask.fits(&line.from),
        })
    }

    /// The place in the history that all lines until now are before.
    pub fn present(&self) -> Point {
        let last = self.last_message_id;
        Point::Message(MessageId {
            counter: last.counter.saturating_add(1),
            ..last
        })
    }

    /// With whose account somebody means to have talked: that of whoever has the name, or the one
    /// that is called so.
    pub fn correspondent(&self, nick: &Nick) -> Option<&Arc<Account>> {
        let here = self.find_nick(nick);
        let account = here.and_then(|user| self.account_of(user));
        account.or_else(|| self.find_account(nick))
    }

    /// What a channel is called whose conversation this is, if it is still there.
    pub fn name_of(&self, conversation: ConversationId) -> Option<&ChannelName> {
        let channels = self.channels.iter().map(|(_, channel)| channel);
        let mut channels = channels.filter(|channel| channel.conversation == conversation);
        channels.next().map(Channel::name)
    }
}
