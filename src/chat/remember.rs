//! What is to be remembered of a chat, and for whom: what was told in a channel while it was
//! secret, keyed or invite-only is for those who were in it then.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::account::{Account, AccountId};
use super::announcement::taken_up;
use super::attention::LATELY_MS;
use super::metadata::Holder;
use super::mode::Flag;
use super::name::ChannelName;
use super::time::Now;
use super::user::Identity;
use super::vocabulary::{
    Absent, Announcement, Conversation, ConversationId, Kept, KeptAnnouncement, Line, Manner,
    MessageId, Metadata, Output, Preferences, Record, Said, Told,
};
use super::{ChannelId, Chat, UserId};

/// What is known of the time before the server was started.
#[derive(Debug, Clone, Default)]
pub struct Memories {
    /// The accounts there are, and when their owners were here last (Unix milliseconds).
    pub accounts: Vec<(Account, u64)>,
    /// The channels that had not ended, by name.
    pub channels: BTreeMap<ChannelName, ConversationId>,
    /// Who was in which of them, and until when (Unix milliseconds), the earliest first.
    pub stays: Vec<(ConversationId, AccountId, u64)>,
    /// The announcements that had not been withdrawn, the oldest first.
    pub announcements: Vec<KeptAnnouncement>,
    /// The last number that an announcement has had.
    pub last_announcement: u32,
    /// Those of them that are kept for good.
    pub kept: BTreeMap<ConversationId, Kept>,
    /// For whom letters wait, from whom, and which, the oldest first.
    pub letters: Vec<(AccountId, AccountId, MessageId)>,
    /// Who is away until when.
    pub absences: BTreeMap<AccountId, Absent>,
    /// Who stays when they are not connected.
    pub stayers: BTreeSet<AccountId>,
    /// Whom people block and what they watch.
    pub preferences: BTreeMap<AccountId, Preferences>,
    /// What people say of themselves.
    pub metadata: BTreeMap<AccountId, Metadata>,
    /// The last conversation there has been.
    pub last_conversation: ConversationId,
    /// The last message there has been.
    pub last_message: MessageId,
}

impl Chat {
    /// Takes up what is known of the time before: to be called once, before anybody is here.
    /// Channels of then that are not there now have ended, unless they are kept.
    pub fn resume(&mut self, now: Now, memories: Memories) {
        self.last_message_id = self.last_message_id.max(memories.last_message);
        self.last_conversation = self.last_conversation.max(memories.last_conversation);
        for (account, seen_ms) in memories.accounts {
            self.add_account(account, seen_ms);
        }
        self.announcements = taken_up(now, memories.announcements);
        self.last_announcement = memories.last_announcement;
        for (to, from, _) in &memories.letters {
            self.letters.add(*to, *from, 1);
        }
        self.take_up_traces(&memories.letters);
        self.preferences = memories.preferences;
        self.absences = memories.absences;
        self.stayers = memories.stayers;
        for (account, said) in memories.metadata {
            self.take_up_metadata(Holder::Account(account), said);
        }
        let (mut before, mut kept) = (memories.channels, memories.kept);
        for id in self.channels.keys() {
            match before.remove(self.channel(id).name()) {
                Some(conversation) => {
                    self.channel_mut(id).conversation = conversation;
                    if let Some(kept) = kept.remove(&conversation) {
                        self.take_up_kept(id, kept);
                    }
                }
                None => self.begin_conversation(id, now.wall_ms),
            }
        }
        for (name, conversation) in before {
            match kept.remove(&conversation) {
                Some(kept) => self.bring_back(name, conversation, kept),
                None => self.record(Record::Ended { conversation }),
            }
        }
        self.resume_stays(now, memories.stays);
    }

    fn resume_stays(&mut self, now: Now, stays: Vec<(ConversationId, AccountId, u64)>) {
        let there = self.channels.keys().into_iter();
        let there = there.map(|id| (self.channel(id).conversation, id));
        let there: BTreeMap<ConversationId, ChannelId> = there.collect();
        let accounts = self.accounts.values().cloned();
        let accounts: BTreeMap<AccountId, Arc<Account>> =
            accounts.map(|account| (account.id, account)).collect();
        let since_ms = now.wall_ms.saturating_sub(LATELY_MS);
        let lately = stays
            .into_iter()
            .filter(|(.., until_ms)| *until_ms >= since_ms);
        for (conversation, account, until_ms) in lately {
            let place = there.get(&conversation);
            if let (Some(id), Some(account)) = (place, accounts.get(&account)) {
                let channel = self.channel_mut(*id);
                channel.note_departed(&account.name, Some(account), until_ms);
            }
        }
    }

    /// The channels there are, as conversations.
    pub fn conversations(&self) -> impl Iterator<Item = (ConversationId, &ChannelName)> {
        let channels = self.channels.iter();
        channels.map(|(_, channel)| (channel.conversation, channel.name()))
    }

    /// Notes something for the store, if there is one.
    pub(super) fn record(&mut self, record: Record) {
        if self.settings.remembers {
            self.outbox.push(Output::Record(Box::new(record)));
        }
    }

    /// A channel is a new conversation from now on.
    pub(super) fn begin_conversation(&mut self, id: ChannelId, at_ms: u64) {
        self.last_conversation.0 += 1;
        let conversation = self.last_conversation;
        let channel = self.channel_mut(id);
        channel.conversation = conversation;
        let channel = channel.name.clone();
        self.record(Record::Begun {
            conversation,
            channel,
            at_ms,
        });
    }

    /// Notes what happened in a channel.
    pub(super) fn record_in(
        &mut self,
        now: Now,
        id: ChannelId,
        from: &Arc<Identity>,
        told: impl FnOnce() -> Told,
    ) {
        if !self.settings.remembers {
            return;
        }
        let line = Line {
            id: self.next_message_id(now),
            at_ms: now.wall_ms,
            conversation: Conversation::Channel(self.channel(id).conversation),
            open: self.is_open(id),
            from: from.clone(),
            told: told(),
        };
        self.record(Record::Line(line));
    }

    /// Notes what somebody did in all channels they are in.
    pub(super) fn record_everywhere(&mut self, now: Now, who: UserId, told: impl Fn() -> Told) {
        let from = self.user(who).identity.clone();
        for id in self.user(who).channels.clone() {
            self.record_in(now, id, &from, &told);
        }
    }

    /// Notes what was said in a channel to everybody in it.
    pub(super) fn record_said_in(&mut self, id: ChannelId, said: &Said) {
        let conversation = Conversation::Channel(self.channel(id).conversation);
        self.record_said(conversation, self.is_open(id), said);
    }

    /// Notes what was announced in a channel.
    pub(super) fn record_announced(&mut self, id: ChannelId, announced: &Announcement) {
        self.record(Record::Line(Line {
            id: announced.id,
            at_ms: announced.at_ms,
            conversation: Conversation::Channel(self.channel(id).conversation),
            open: self.is_open(id),
            from: announced.from.clone(),
            told: Told::Announced {
                number: announced.number,
                text: announced.text.clone(),
            },
        }));
    }

    /// Notes what one person said to another: only where both have an account, and so can read it.
    pub(super) fn record_said_to(&mut self, target: UserId, said: &Said) {
        let them = &self.user(target).identity;
        let (Some(mine), Some(theirs)) = (&said.from.account, &them.account) else {
            return;
        };
        let conversation = Conversation::Private {
            from: mine.id,
            to: theirs.id,
            to_nick: them.nick.clone(),
        };
        self.record_said(conversation, false, said);
    }

    fn record_said(&mut self, conversation: Conversation, open: bool, said: &Said) {
        if !self.settings.remembers || matches!(said.manner, Manner::Request | Manner::Answer) {
            return;
        }
        self.record(Record::Line(Line {
            id: said.id,
            at_ms: said.at_ms,
            conversation,
            open,
            from: said.from.clone(),
            told: Told::Said {
                manner: said.manner,
                text: said.text.clone(),
                extras: said.extras.clone(),
            },
        }));
    }

    /// Notes that somebody is in a channel; with an account, that they may read from now on what is
    /// told in it.
    pub(super) fn record_entry(&mut self, now: Now, who: UserId, id: ChannelId) {
        let identity = self.user(who).identity.clone();
        let account = identity.account.as_ref().map(|account| account.id);
        let channel = self.channel_mut(id);
        channel.note_arrived(&identity.nick, account);
        let conversation = channel.conversation;
        let Some(account) = account.filter(|_| self.settings.remembers) else {
            return;
        };
        let from = self.next_message_id(now);
        self.record(Record::Entered {
            conversation,
            account,
            from,
        });
    }

    /// Notes that they are no longer, and may not.
    pub(super) fn record_exit(&mut self, now: Now, who: UserId, id: ChannelId) {
        let identity = self.user(who).identity.clone();
        let account = identity.account.as_deref();
        let channel = self.channel_mut(id);
        channel.note_departed(&identity.nick, account, now.wall_ms);
        let conversation = channel.conversation;
        let account = account.map(|account| account.id);
        let Some(account) = account.filter(|_| self.settings.remembers) else {
            return;
        };
        self.record(Record::Exited {
            conversation,
            account,
            until: self.last_message_id,
        });
    }

    /// Whether those who are not in a channel may read what is told in it.
    pub(super) fn is_open(&self, id: ChannelId) -> bool {
        let modes = &self.channel(id).modes;
        let closed = [
            Flag::Secret,
            Flag::Private,
            Flag::InviteOnly,
            Flag::AccountsEnter,
        ];
        modes.key.is_none() && !closed.iter().any(|flag| modes.flags.has(*flag))
    }
}
