//! How far announcements have come with those for whom they are: who has missed one, who has seen
//! it, who has acknowledged it. It belongs to the person: to an account, or to a guest as long as
//! they are here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::account::AccountId;
use super::announcement::InForce;
use super::name::{ChannelName, Nick};
use super::time::Now;
use super::user::User;
use super::vocabulary::{
    Attention, Audience, Event, Listing, Output, Promise, Record, Refusal, Reply, Synced,
};
use super::{Chat, UserId};

/// How long somebody who is not here counts as one of the people here, or of a channel.
pub const LATELY_MS: u64 = 30 * 24 * 60 * 60 * 1_000;

/// Who somebody is to announcements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Ear {
    /// The owner of an account, whatever they are called.
    Owner(AccountId),
    /// Somebody without one.
    Guest(UserId),
}

/// Those with whom an announcement has come so far.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Hearers {
    owners: BTreeMap<AccountId, Attention>,
    /// With the name that they had.
    guests: BTreeMap<UserId, (Nick, Attention)>,
}

impl Hearers {
    pub(super) fn of(owners: impl IntoIterator<Item = (AccountId, Attention)>) -> Self {
        Self {
            owners: owners.into_iter().collect(),
            guests: BTreeMap::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.owners.len() + self.guests.len()
    }

    pub(super) fn owners(&self) -> impl Iterator<Item = (AccountId, Attention)> {
        self.owners
            .iter()
            .map(|(account, attention)| (*account, *attention))
    }

    pub(super) fn attention(&self, ear: Ear) -> Option<Attention> {
        match ear {
            Ear::Owner(account) => self.owners.get(&account).copied(),
            Ear::Guest(user) => self.guests.get(&user).map(|(_, attention)| *attention),
        }
    }

    /// It has come so far with somebody, if not further.
    pub(super) fn note(&mut self, ear: Ear, nick: &Nick, attention: Attention) {
        let before = match ear {
            Ear::Owner(account) => self.owners.entry(account).or_insert(attention),
            Ear::Guest(user) => {
                let guest = self.guests.entry(user);
                &mut guest.or_insert_with(|| (nick.clone(), attention)).1
            }
        };
        *before = attention.max(*before);
    }

    /// The owners of these accounts are to hear it too.
    pub(super) fn await_owners(&mut self, accounts: impl IntoIterator<Item = AccountId>) {
        for account in accounts {
            self.owners.entry(account).or_insert(Attention::Missed);
        }
    }

    /// Nobody is to hear it any more who has not.
    pub(super) fn give_up_missing(&mut self) {
        self.owners
            .retain(|_, attention| *attention > Attention::Missed);
    }

    fn acknowledged(&self) -> usize {
        let guests = self.guests.values().map(|(_, attention)| attention);
        let all = self.owners.values().chain(guests);
        all.filter(|attention| **attention == Attention::Acknowledged)
            .count()
    }
}

impl Chat {
    pub(super) fn ear(&self, who: UserId) -> Ear {
        match self.account_of(who) {
            Some(account) => Ear::Owner(account.id),
            None => Ear::Guest(who),
        }
    }

    /// Who it is, if they are here.
    pub(super) fn ear_here(&self, ear: Ear) -> Option<UserId> {
        match ear {
            Ear::Owner(account) => self.owner_here(account),
            Ear::Guest(user) => self.users.get(user).map(|_| user),
        }
    }

    /// Those who are here and have seen an announcement.
    pub(super) fn hearers_here(&self, hearers: &Hearers) -> Vec<UserId> {
        let owners = hearers.owners.iter();
        let owners = owners.filter(|(_, attention)| **attention > Attention::Missed);
        let owners = owners.filter_map(|(account, _)| self.owner_here(*account));
        let guests = hearers.guests.keys().copied();
        let guests = guests.filter(|user| self.users.get(*user).is_some());
        owners.chain(guests).collect()
    }

    /// Notes that the owner of an account was here until now.
    pub(super) fn note_last_seen(&mut self, account: AccountId, at_ms: u64) {
        let seen_ms = self.last_seen.entry(account).or_default();
        *seen_ms = at_ms.max(*seen_ms);
    }

    /// The accounts whose owners are here or were lately, in order.
    pub(super) fn accounts_of_late(&self, now: Now) -> Vec<AccountId> {
        let since_ms = now.wall_ms.saturating_sub(LATELY_MS);
        let lately = self.last_seen.iter().filter(|(account, seen_ms)| {
            **seen_ms >= since_ms || self.owner_here(**account).is_some()
        });
        lately.map(|(account, _)| *account).collect()
    }

    /// Of the accounts of late those whose owners still have to hear an announcement that is kept
    /// for everyone.
    fn missing<'a>(
        &self,
        posted: &'a InForce,
        lately: &'a [AccountId],
    ) -> impl Iterator<Item = AccountId> + 'a {
        let lately = if posted.is_kept_for_everyone() {
            lately
        } else {
            &[]
        };
        let knows = |account: AccountId| posted.hearers.owners.contains_key(&account);
        let lately = lately.iter().copied();
        lately.filter(move |it| !knows(*it) && posted.author != Ear::Owner(*it))
    }

    /// How many have acknowledged an announcement, and for how many it is.
    pub(super) fn tally(&self, posted: &InForce, lately: &[AccountId]) -> (usize, usize) {
        let people = posted.hearers.len() + self.missing(posted, lately).count();
        (posted.hearers.acknowledged(), people)
    }

    pub(super) fn acknowledge(
        &mut self,
        now: Now,
        who: UserId,
        number: u32,
    ) -> Result<(), Refusal> {
        let place = self.announcement(now, who, number)?;
        let (ear, nick) = (self.ear(who), self.user(who).nick().clone());
        let posted = &mut self.announcements[place];
        if posted.author == ear {
            return Err(Refusal::OwnAnnouncement { number });
        }
        posted.hearers.note(ear, &nick, Attention::Acknowledged);
        // Who comes back under their name after a lost connection is the same to the roll-call.
        let users = &self.users;
        let guests = &mut posted.hearers.guests;
        guests.retain(|user, (other, _)| *other != nick || users.get(*user).is_some());
        match ear {
            Ear::Owner(account) if posted.kept => {
                let record = Record::Heeded {
                    number,
                    account,
                    attention: Attention::Acknowledged,
                };
                let promise = Promise::Acknowledged(number);
                self.outbox.push(Output::Promise(Box::new(record), promise));
                Ok(())
            }
            _ => self.tell_acknowledged(now, who, number, Synced::Yes),
        }
    }

    /// Tells somebody that they are noted.
    pub(super) fn tell_acknowledged(
        &mut self,
        now: Now,
        who: UserId,
        number: u32,
        kept: Synced,
    ) -> Result<(), Refusal> {
        let place = self.announcement(now, who, number)?;
        let lately = self.accounts_of_late(now);
        let (acknowledged, people) = self.tally(&self.announcements[place], &lately);
        self.reply(Reply::Acknowledged {
            number,
            acknowledged,
            people,
            kept,
        });
        Ok(())
    }

    pub(super) fn roll_call(&mut self, now: Now, who: UserId, number: u32) -> Result<(), Refusal> {
        let place = self.announcement(now, who, number)?;
        self.owns_announcement(who, place)?;
        let posted = &self.announcements[place];
        let lately = self.accounts_of_late(now);
        let (acknowledged, people) = self.tally(posted, &lately);
        let listing = Listing::RollCall {
            people: self.called(posted, &lately),
        };
        self.reply(Reply::RollCall {
            number,
            acknowledged,
            people,
            listing,
        });
        Ok(())
    }

    /// Those for whom an announcement is, by how far it has come with them, and by the names that
    /// they have now, or had when they were last here; the first one last.
    fn called(&self, posted: &InForce, lately: &[AccountId]) -> Vec<(Attention, Nick)> {
        let missing: Vec<AccountId> = self.missing(posted, lately).collect();
        let owners = self.accounts.values().filter_map(|account| {
            let noted = posted.hearers.owners.get(&account.id).copied();
            let missed = || missing.binary_search(&account.id).is_ok();
            let attention = noted.or_else(|| missed().then_some(Attention::Missed))?;
            let here = self.owner_here(account.id).map(|user| self.user(user));
            Some((attention, here.map_or(&account.name, User::nick).clone()))
        });
        let guests = posted.hearers.guests.iter();
        let guests = guests.map(|(user, (nick, attention))| {
            let here = self.users.get(*user);
            (*attention, here.map_or(nick, User::nick).clone())
        });
        let mut called: Vec<(Attention, Nick)> = owners.chain(guests).collect();
        called.sort_by(|(far, nick), (other_far, other)| far.cmp(other_far).then(other.cmp(nick)));
        called
    }
}

/// Coming back.
impl Chat {
    /// Whether there are announcements that somebody has missed.
    pub fn has_missed_any(&self, now: Now, who: UserId) -> bool {
        self.missed(now, who).next().is_some()
    }

    /// How many announcements somebody who comes is to be told of: those in force that would be
    /// listed for them, but for their own, those that they have acknowledged, and those that will be
    /// shown.
    pub fn announcements_to_mention(&self, now: Now, who: UserId) -> usize {
        let ear = self.ear(who);
        let open = self.announcements.iter().filter(|posted| {
            let attention = posted.hearers.attention(ear);
            posted.author != ear && attention != Some(Attention::Acknowledged)
        });
        let open = open.filter(|posted| posted.is_in_force(now) && self.may_see(who, posted));
        open.filter(|posted| !self.has_missed(now, who, posted))
            .filter(|posted| !self.hides_announcement(who, posted))
            .count()
    }

    /// The announcements that are kept for somebody who has not seen them.
    fn missed(&self, now: Now, who: UserId) -> impl Iterator<Item = &InForce> {
        let all = self.announcements.iter();
        all.filter(move |posted| self.has_missed(now, who, posted))
    }

    fn has_missed(&self, now: Now, who: UserId, posted: &InForce) -> bool {
        let Some(account) = self.account_of(who) else {
            return false;
        };
        let ear = Ear::Owner(account.id);
        let awaited = match posted.hearers.attention(ear) {
            Some(attention) => attention == Attention::Missed,
            None => posted.is_kept_for_everyone(),
        };
        let theirs = posted.kept && posted.author != ear;
        awaited && theirs && posted.is_in_force(now) && self.may_see(who, posted)
    }

    /// What somebody has missed of the announcements, of a channel if one is named, each as it
    /// happened. They have seen it from now on. That of people whom they block counts as seen too:
    /// to its author it is as if it had been shown.
    pub fn catch_up(&mut self, now: Now, who: UserId, channel: Option<&ChannelName>) -> Vec<Event> {
        if self.users.get(who).is_none() {
            return Vec::new();
        }
        let missed = self.missed(now, who).filter(|posted| {
            let name = posted.what.channel.as_ref().map(|(_, name)| name);
            channel.is_none() || channel == name
        });
        let missed: Vec<(u32, Option<Event>)> = missed
            .map(|posted| {
                let shown = !self.hides_announcement(who, posted);
                (
                    posted.what.number,
                    shown.then(|| self.read_out(who, posted)),
                )
            })
            .collect();
        let (ear, nick) = (self.ear(who), self.user(who).nick().clone());
        for (number, _) in &missed {
            self.heed(*number, ear, &nick, Attention::Seen);
        }
        missed.into_iter().filter_map(|(_, event)| event).collect()
    }

    /// An announcement as it happened, for somebody who was not there.
    fn read_out(&self, who: UserId, posted: &InForce) -> Event {
        let channel = posted.what.channel.as_ref();
        let inside = channel.filter(|(conversation, _)| self.is_in(who, *conversation));
        Event {
            at_ms: posted.what.at_ms,
            audience: Audience::default(),
            what: self.as_happening(&posted.what, inside.map(|(_, name)| name.clone())),
        }
    }

    /// An announcement has come so far with somebody.
    fn heed(&mut self, number: u32, ear: Ear, nick: &Nick, attention: Attention) {
        let mut all = self.announcements.iter_mut();
        let Some(posted) = all.find(|posted| posted.what.number == number) else {
            return;
        };
        posted.hearers.note(ear, nick, attention);
        let kept = posted.kept;
        if let (true, Ear::Owner(account)) = (kept, ear) {
            self.record(Record::Heeded {
                number,
                account,
                attention,
            });
        }
    }

    /// A guest is the owner of an account from now on, and has seen what they saw as a guest.
    pub(super) fn follow_login(&mut self, who: UserId, account: AccountId) {
        let (ear, nick) = (Ear::Owner(account), self.user(who).nick().clone());
        let mut seen = Vec::new();
        for posted in &mut self.announcements {
            if posted.author == Ear::Guest(who) {
                posted.author = ear;
            }
            let guest = posted.hearers.guests.remove(&who);
            if posted.author == ear {
                posted.hearers.owners.remove(&account);
            } else if let Some((_, attention)) = guest {
                seen.push((posted.what.number, attention));
            }
        }
        for (number, attention) in seen {
            self.heed(number, ear, &nick, attention);
        }
    }

    /// An account is no more: no announcement is for its owner.
    pub(super) fn forget_hearer(&mut self, account: AccountId) {
        self.last_seen.remove(&account);
        for posted in &mut self.announcements {
            posted.hearers.owners.remove(&account);
        }
        for id in self.channels.keys() {
            self.channel_mut(id).forget_departed(account);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::Arc;

    use super::*;
    use crate::chat::account::Account;
    use crate::chat::announcement::ANNOUNCEMENTS_MAX;
    use crate::chat::settings::Settings;
    use crate::chat::user::Identity;
    use crate::chat::vocabulary::Command;

    const NOW: Now = Now {
        mono_ms: 0,
        wall_ms: 1_795_425_240_000,
    };

    fn chat() -> Chat {
        let settings = Settings {
            remembers: true,
            ..Settings::default()
        };
        Chat::new(NOW, settings)
    }

    fn nick(name: &str) -> Nick {
        Nick::parse(name).expect("a name")
    }

    fn account(chat: &mut Chat, id: u64, name: &str) -> Arc<Account> {
        let (id, name) = (AccountId(id), nick(name));
        chat.add_account(
            Account {
                id,
                name: name.clone(),
            },
            NOW.wall_ms,
        );
        chat.find_account(&name).cloned().expect("it was added")
    }

    fn arrive(chat: &mut Chat, name: &str) -> UserId {
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let identity = Identity::new(nick(name), "user", "host", "", address);
        chat.arrive(NOW, identity).expect("a free name")
    }

    fn announce(chat: &mut Chat, who: UserId) {
        let text = "fire drill".to_owned();
        chat.handle(
            NOW,
            who,
            Command::Announce {
                channel: None,
                text,
            },
        );
    }

    /// Who is on the roll of the first announcement.
    fn roll(chat: &Chat) -> Vec<(Attention, String)> {
        let called = chat.called(&chat.announcements[0], &chat.accounts_of_late(NOW));
        let (_, people) = chat.tally(&chat.announcements[0], &chat.accounts_of_late(NOW));
        assert_eq!(people, called.len());
        let called = called.into_iter().rev();
        called
            .map(|(attention, nick)| (attention, nick.to_string()))
            .collect()
    }

    #[test]
    fn nobody_is_on_the_roll_whose_account_is_no_more() {
        let mut chat = chat();
        let [ann, bob] = ["ann", "bob"].map(|name| arrive(&mut chat, name));
        for (id, name, who) in [
            (1, "ann", Some(ann)),
            (2, "bob", Some(bob)),
            (3, "carol", None),
        ] {
            let account = account(&mut chat, id, name);
            if let Some(who) = who {
                chat.belong(NOW, who, Some(account));
            }
        }
        announce(&mut chat, ann);
        let (bob, carol) = ("bob".to_owned(), "carol".to_owned());
        let expected = [(Attention::Seen, bob), (Attention::Missed, carol)];
        assert_eq!(roll(&chat), expected);
        for name in ["bob", "carol"] {
            chat.remove_account(NOW, &nick(name));
        }
        assert_eq!(roll(&chat), []);
        // What its owner announced stays, unless it is to be forgotten too.
        chat.remove_account(NOW, &nick("ann"));
        assert_eq!(chat.announcements.len(), 1);
        chat.forget_announcements_of(AccountId(1));
        assert_eq!(chat.announcements.len(), 0);
    }

    #[test]
    fn what_is_over_takes_nothing_else_from_its_place() {
        let mut chat = chat();
        let ann = arrive(&mut chat, "ann");
        let mut now = NOW;
        let mut say = |text: &str, after_ms: u64| {
            now.mono_ms += after_ms;
            now.wall_ms += after_ms;
            let (channel, text) = (None, text.to_owned());
            chat.handle(now, ann, Command::Announce { channel, text });
            let numbers = chat.announcements.iter().map(|posted| posted.what.number);
            numbers.collect::<Vec<u32>>()
        };
        // Nobody may announce more often.
        let apart_ms = 6 * 60 * 1_000;
        say("the lift is out of order", 0);
        for _ in 1..ANNOUNCEMENTS_MAX {
            say("soup for 1 hour", apart_ms);
        }
        let in_force = say("coffee", apart_ms);
        assert!(in_force.starts_with(&[1]), "{in_force:?}");
        assert!(in_force.len() < ANNOUNCEMENTS_MAX);
        assert_eq!(in_force.last(), Some(&(ANNOUNCEMENTS_MAX as u32 + 1)));
    }

    #[test]
    fn whoever_logs_in_hears_nothing_of_their_own() {
        let mut chat = chat();
        let mine = account(&mut chat, 1, "ann");
        let (guest, owner) = (arrive(&mut chat, "gus"), arrive(&mut chat, "eve"));
        chat.belong(NOW, owner, Some(mine.clone()));
        announce(&mut chat, guest);
        assert_eq!(roll(&chat), [(Attention::Seen, "eve".to_owned())]);
        chat.belong(NOW, owner, None);
        chat.belong(NOW, guest, Some(mine));
        assert_eq!(roll(&chat), []);
        assert!(!chat.has_missed_any(NOW, guest));
        // As a guest again, they are somebody else.
        chat.belong(NOW, guest, None);
        let acknowledge = Command::Acknowledge { number: 1 };
        chat.handle(NOW, guest, acknowledge);
        assert_eq!(roll(&chat), [(Attention::Acknowledged, "gus".to_owned())]);
    }
}
