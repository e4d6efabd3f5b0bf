//! A channel, and who is in it: the only file that changes membership.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::account::{Account, AccountId};
use super::attention::LATELY_MS;
use super::kept::Keeping;
use super::limits::REASON_BYTES_MAX;
use super::mask::Effect;
use super::memory::Memory;
use super::metadata::Holder;
use super::mode::{Flag, MaskList, Modes, Rank, Ranks};
use super::name::{ChannelName, Nick};
use super::time::Now;
use super::user::Identity;
use super::vocabulary::{
    Company, ConversationId, Happening, Limited, Listed, Presence, Record, Refusal, Reply, Told,
    TopicInfo,
};
use super::{ChannelId, Chat, UserId};

/// How many channels one person can be in.
pub const CHANNELS_PER_USER_MAX: usize = 100;

/// How many masks a channel's lists can have.
pub const MASKS_MAX: usize = 100;

/// How many open invitations a channel has: the oldest goes for the next.
pub const INVITATIONS_MAX: usize = 100;

/// How many of those who left lately are on a channel's board.
pub const DEPARTED_MAX: usize = 20;

/// How long those who left are on it.
pub const DEPARTED_MS_MAX: u64 = 12 * 60 * 60 * 1_000;

/// How many people with an account are on a kept channel's board besides.
pub const ABSENT_MAX: usize = 50;

/// How long people with an account are on it.
pub const ABSENT_MS_MAX: u64 = 30 * 24 * 60 * 60 * 1_000;

/// How many people with an account who have left a channel it remembers.
pub const GONE_MAX: usize = 1_000;

/// How many people a greeting names.
const COMPANY_NAMED: usize = 5;

/// Somebody in a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Member {
    pub(super) user: UserId,
    pub(super) ranks: Ranks,
}

/// Somebody who left a channel and is not back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Departed {
    /// That of their account, if they have one.
    name: Nick,
    account: Option<AccountId>,
    /// When, in Unix milliseconds.
    at_ms: u64,
}

/// A channel.
#[derive(Debug, Serialize, Deserialize)]
pub struct Channel {
    pub(super) name: ChannelName,
    /// Which conversation it is, from its making to its end.
    pub(super) conversation: ConversationId,
    /// Ordered by user: found by bisection, walked without a detour.
    members: Vec<Member>,
    pub(super) modes: Modes,
    pub(super) topic: Option<Box<TopicInfo>>,
    /// Its lists of masks, in the order in which they were set.
    pub(super) masks: Vec<Listed>,
    /// Who was asked in, oldest first.
    pub(super) invited: Vec<UserId>,
    pub(super) memory: Memory,
    /// Who left lately, oldest first.
    departed: Vec<Departed>,
    /// For whom it is kept for good.
    pub(super) keeping: Option<Box<Keeping>>,
    /// Exists from the start: nobody is its operator for coming first.
    pub(super) permanent: bool,
    /// When it was made, in Unix milliseconds.
    pub(super) made_ms: u64,
}

impl Channel {
    pub(super) fn new(name: ChannelName, made_ms: u64) -> Self {
        Self {
            name,
            conversation: ConversationId::default(),
            members: Vec::new(),
            modes: Modes::default(),
            topic: None,
            masks: Vec::new(),
            invited: Vec::new(),
            memory: Memory::default(),
            departed: Vec::new(),
            keeping: None,
            permanent: false,
            made_ms,
        }
    }

    /// Its name.
    pub fn name(&self) -> &ChannelName {
        &self.name
    }

    /// Its modes.
    pub fn modes(&self) -> &Modes {
        &self.modes
    }

    /// Its topic.
    pub fn topic(&self) -> Option<&TopicInfo> {
        self.topic.as_deref()
    }

    /// How many people are in it.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether nobody is in it.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Who is in it, ordered by user.
    pub fn members(&self) -> impl Iterator<Item = UserId> {
        self.members.iter().map(|member| member.user)
    }

    pub(super) fn roster(&self) -> &[Member] {
        &self.members
    }

    /// Those in it but for one: who stands before and behind them in the list.
    pub(super) fn others(&self, user: UserId) -> (&[Member], &[Member]) {
        match self.place(user) {
            Ok(place) => (&self.members[..place], &self.members[place + 1..]),
            Err(place) => self.members.split_at(place),
        }
    }

    fn place(&self, user: UserId) -> Result<usize, usize> {
        self.members
            .binary_search_by_key(&user, |member| member.user)
    }

    /// What somebody is in the channel; `None`: they are not in it.
    pub fn ranks(&self, user: UserId) -> Option<Ranks> {
        self.place(user).ok().map(|place| self.members[place].ranks)
    }

    /// The same, for somebody who is likely at this place among the members.
    pub(super) fn ranks_near(&self, place: usize, user: UserId) -> Option<Ranks> {
        match self.members.get(place) {
            Some(member) if member.user == user => Some(member.ranks),
            _ => self.ranks(user),
        }
    }

    pub(super) fn ranks_mut(&mut self, user: UserId) -> Option<&mut Ranks> {
        let place = self.place(user).ok()?;
        Some(&mut self.members[place].ranks)
    }

    pub(super) fn has(&self, flag: Flag) -> bool {
        self.modes.flags.has(flag)
    }

    /// The masks on one of its lists.
    pub(super) fn masks(&self, list: MaskList) -> impl Iterator<Item = &Listed> {
        self.masks.iter().filter(move |listed| listed.list == list)
    }

    /// Whether somebody fits a mask on one of its lists.
    pub(super) fn lists(&self, list: MaskList, identity: &Identity) -> bool {
        self.masks(list).any(|listed| listed.mask.fits(identity))
    }

    /// What the bans do to this person, the worst first.
    pub(super) fn banned(&self, identity: &Identity) -> Option<Effect> {
        let mut effects = self
            .masks(MaskList::Bans)
            .filter(|listed| listed.mask.fits(identity))
            .map(|listed| listed.mask.effect());
        let first = effects.next()?;
        if self.lists(MaskList::Exceptions, identity) {
            return None;
        }
        let worse = first == Effect::KeepOut || effects.any(|effect| effect == Effect::KeepOut);
        Some(if worse { Effect::KeepOut } else { Effect::Mute })
    }

    /// Who is on its board as not here, and since when (Unix milliseconds), the latest first: whoever
    /// left lately, and who belongs to it, for it is kept and so is their name.
    pub(super) fn departed(&self, now: Now) -> Vec<(Nick, u64)> {
        let (mut passing, mut belonging) = (DEPARTED_MAX, ABSENT_MAX);
        let latest = self.departed.iter().rev();
        let shown = latest.filter(|departed| {
            let belongs = self.keeping.is_some() && departed.account.is_some();
            let (left, ms_max) = match belongs {
                true => (&mut belonging, ABSENT_MS_MAX),
                false => (&mut passing, DEPARTED_MS_MAX),
            };
            let shown = *left > 0 && departed.at_ms.saturating_add(ms_max) > now.wall_ms;
            *left -= usize::from(shown);
            shown
        });
        shown
            .map(|departed| (departed.name.clone(), departed.at_ms))
            .collect()
    }

    /// Somebody was in it until this moment (Unix milliseconds). Of those with an account, and of the
    /// others, the one who left first is forgotten for one too many.
    pub(super) fn note_departed(&mut self, nick: &Nick, account: Option<&Account>, at_ms: u64) {
        self.note_arrived(nick, account.map(|account| account.id));
        let max = account.map_or(DEPARTED_MAX, |_| GONE_MAX);
        let alike = |other: &Departed| other.account.is_some() == account.is_some();
        if self.departed.iter().filter(|other| alike(other)).count() >= max
            && let Some(first) = self.departed.iter().position(alike)
        {
            self.departed.remove(first);
        }
        self.departed.push(Departed {
            name: account.map_or(nick, |account| &account.name).clone(),
            account: account.map(|account| account.id),
            at_ms,
        });
    }

    /// Somebody is in it who may have left.
    pub(super) fn note_arrived(&mut self, nick: &Nick, account: Option<AccountId>) {
        self.departed.retain(|departed| match departed.account {
            Some(other) => account != Some(other),
            None => departed.name != *nick,
        });
    }

    /// An account is no more.
    pub(super) fn forget_departed(&mut self, account: AccountId) {
        self.departed
            .retain(|departed| departed.account != Some(account));
    }

    /// The accounts whose owners were in it lately and are not.
    pub(super) fn gone_lately(&self, now: Now) -> impl Iterator<Item = AccountId> {
        let since_ms = now.wall_ms.saturating_sub(LATELY_MS);
        let lately = self
            .departed
            .iter()
            .filter(move |departed| departed.at_ms >= since_ms);
        lately.filter_map(|departed| departed.account)
    }
}

/// Joining and leaving.
impl Chat {
    pub(super) fn join(
        &mut self,
        now: Now,
        who: UserId,
        name: ChannelName,
        key: Option<&str>,
    ) -> Result<(), Refusal> {
        let known = self.channel_names.get(&name).copied();
        if known.is_some_and(|id| self.channel(id).ranks(who).is_some()) {
            self.reply(Reply::ThereAlready { channel: name });
            return Ok(());
        }
        if self.user(who).channels.len() >= CHANNELS_PER_USER_MAX {
            return Err(Refusal::TooMany {
                what: Limited::Channels,
                max: CHANNELS_PER_USER_MAX,
            });
        }
        let id = match known {
            Some(id) => {
                self.may_enter(who, id, key)?;
                id
            }
            None => self.make_channel(now, who, name)?,
        };
        let made = known.is_none();
        let channel = self.channel(id);
        // Whose a kept channel is, is known.
        let first = channel.is_empty() && !channel.permanent && channel.keeping.is_none();
        let stands = self.stands(who, id);
        let ranks = if first || stands {
            Ranks::of(Rank::Operator)
        } else {
            Ranks::default()
        };
        self.enter(now, who, id, ranks);
        if stands {
            self.tell_others_of_rank(now, who, id);
        }
        self.welcome_in(who, id, made);
        Ok(())
    }

    fn make_channel(
        &mut self,
        now: Now,
        who: UserId,
        name: ChannelName,
    ) -> Result<ChannelId, Refusal> {
        self.check_looks(who, &name)?;
        let id = self.add_channel(name, now.wall_ms);
        self.channel_mut(id).modes.flags = self.settings.modes;
        Ok(id)
    }

    /// Refuses the name of a new channel that looks like another's.
    pub(super) fn check_looks(&self, who: UserId, name: &ChannelName) -> Result<(), Refusal> {
        let ascii = self.channel_names.keys().filter(|name| name.is_ascii());
        if let Some(other) = self
            .channel_lookalikes
            .clash(name.folded(), ascii.map(ChannelName::folded))
        {
            let known = ChannelName::parse(&other).ok();
            let seen = known.is_some_and(|known| self.seen(who, &known).is_ok());
            return Err(Refusal::LooksLike {
                claimed: name.as_str().to_owned(),
                other: seen.then_some(other),
            });
        }
        Ok(())
    }

    /// Adds a channel with nobody in it.
    pub(super) fn add_channel(&mut self, name: ChannelName, made_ms: u64) -> ChannelId {
        let id = self.insert_channel(name, made_ms);
        self.begin_conversation(id, made_ms);
        id
    }

    /// The same, without a conversation of its own yet.
    pub(super) fn insert_channel(&mut self, name: ChannelName, made_ms: u64) -> ChannelId {
        let id = self.channels.insert(Channel::new(name.clone(), made_ms));
        self.claim_channel_name(name, id);
        id
    }

    pub(super) fn claim_channel_name(&mut self, name: ChannelName, id: ChannelId) {
        if !name.is_ascii() {
            self.channel_lookalikes.insert(name.folded());
        }
        self.channel_names.insert(name, id);
    }

    pub(super) fn release_channel_name(&mut self, name: &ChannelName) {
        if !name.is_ascii() {
            self.channel_lookalikes.remove(name.folded());
        }
        self.channel_names.remove(name);
    }

    fn enter(&mut self, now: Now, who: UserId, id: ChannelId, ranks: Ranks) {
        let identity = self.user(who).identity.clone();
        let channel = self.channel_mut(id);
        let Err(place) = channel.place(who) else {
            return;
        };
        channel.members.insert(place, Member { user: who, ranks });
        channel.invited.retain(|invited| *invited != who);
        let channel = channel.name.clone();
        let user = self.user_mut(who);
        user.channels.push(id);
        let away = user.away().cloned();
        self.record_entry(now, who, id);
        self.record_in(now, id, &identity, || Told::Joined);
        let audience = self.neighbours(who, id);
        self.event(
            now,
            audience,
            Happening::Joined {
                who: identity,
                channel,
                away,
            },
        );
    }

    fn welcome_in(&mut self, who: UserId, id: ChannelId, made: bool) {
        let staff = self.channel(id).ranks(who).is_some_and(Ranks::any);
        let channel = self.channel(id);
        let shown = |record: &&super::memory::Record| {
            (staff || !record.for_staff) && !self.blocks_author(who, &record.said)
        };
        let earlier = match self.settings.remembers {
            // Who may read what was said is known where it is kept.
            true => Vec::new(),
            false => channel
                .memory
                .iter()
                .filter(shown)
                .map(|record| record.said.clone())
                .collect(),
        };
        let reply = Reply::Joined {
            channel: channel.name.clone(),
            topic: channel.topic.as_deref().cloned(),
            company: self.company(who, id),
            earlier,
            made,
            operator: channel
                .ranks(who)
                .is_some_and(|ranks| ranks.has(Rank::Operator)),
        };
        self.reply(reply);
    }

    /// The first of a channel by name; of a crowd, those who stand first in the list: sorting it
    /// for each who comes would make coming in cost by the crowd.
    fn company(&self, who: UserId, id: ChannelId) -> Company {
        let channel = self.channel(id);
        let named = if channel.len() > super::CROWD_MIN {
            COMPANY_NAMED + 1
        } else {
            channel.len()
        };
        let mut some: Vec<Presence> = channel
            .members()
            .take(named)
            .filter(|user| *user != who)
            .map(|user| self.presence(user))
            .collect();
        some.sort_by(|a, b| a.nick.cmp(&b.nick));
        some.truncate(COMPANY_NAMED);
        let more = channel.len() - 1 - some.len();
        Company { some, more }
    }

    pub(super) fn leave(
        &mut self,
        now: Now,
        who: UserId,
        name: &ChannelName,
        why: Option<String>,
    ) -> Result<(), Refusal> {
        let id = self.joined(who, name)?;
        check_reason(why.as_deref())?;
        let identity = self.user(who).identity.clone();
        let channel = self.channel(id).name.clone();
        let said = why.as_deref().map(Arc::from);
        self.record_in(now, id, &identity, || Told::Left(said));
        let audience = self.neighbours(who, id);
        self.event(
            now,
            audience,
            Happening::Left {
                who: identity,
                channel: channel.clone(),
                why,
            },
        );
        self.exit(now, who, id);
        self.reply(Reply::Left { channel });
        Ok(())
    }

    /// Takes somebody out of a channel, which ends with its last member.
    pub(super) fn exit(&mut self, now: Now, who: UserId, id: ChannelId) {
        self.user_mut(who).channels.retain(|other| *other != id);
        let channel = self.channel_mut(id);
        let Ok(place) = channel.place(who) else {
            return;
        };
        channel.members.remove(place);
        self.record_exit(now, who, id);
        self.end_if_unused(id);
    }

    pub(super) fn end_if_unused(&mut self, id: ChannelId) {
        let channel = self.channel(id);
        // Into one that is kept for nobody, and is for those who are invited, nobody could let
        // anybody again.
        let open = channel.keeping.is_some() || !channel.has(Flag::InviteOnly);
        let kept = channel.has(Flag::Kept) && open;
        if channel.is_empty() && !kept && !channel.permanent {
            let name = channel.name.clone();
            let conversation = channel.conversation;
            self.release_channel_name(&name);
            self.end_metadata(Holder::Channel(id));
            self.channels.remove(id);
            self.record(Record::Ended { conversation });
        }
    }
}

/// Refuses a reason that is too long.
///
/// # Errors
/// It has more than [`REASON_BYTES_MAX`] bytes.
pub fn check_reason(why: Option<&str>) -> Result<(), Refusal> {
    match why {
        Some(why) if why.len() > REASON_BYTES_MAX => Err(Refusal::TooLong {
            what: "a reason",
            max_bytes: REASON_BYTES_MAX,
        }),
        _ => Ok(()),
    }
}
