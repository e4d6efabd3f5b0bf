//! Announcements: numbered, to everyone or a channel, acknowledged one by one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::name::{ChannelName, Nick};
use super::settings::Announcers;
use super::time::Now;
use super::user::Identity;
use super::vocabulary::{AnnouncementInfo, Audience, Happening, Listing, Refusal, Reply};
use super::words;
use super::{Chat, UserId};

/// How many announcements are in force at once: the oldest goes for the next.
pub const ANNOUNCEMENTS_MAX: usize = 50;

/// How long an announcement is in force that says nothing of it.
pub const ANNOUNCEMENT_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// Somebody an announcement is for.
#[derive(Debug, Serialize, Deserialize)]
struct Hearer {
    user: UserId,
    nick: Nick,
    acknowledged: bool,
}

/// An announcement in force.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Announcement {
    pub(super) number: u32,
    at_ms: u64,
    pub(super) author: UserId,
    pub(super) from: Arc<Identity>,
    pub(super) channel: Option<ChannelName>,
    pub(super) text: Arc<str>,
    until_ms: u64,
    /// Those who were there, ordered by user, and those who acknowledged later.
    hearers: Vec<Hearer>,
}

impl Announcement {
    fn place(&self, user: UserId) -> Result<usize, usize> {
        self.hearers
            .binary_search_by_key(&user, |hearer| hearer.user)
    }

    fn acknowledged(&self) -> usize {
        self.hearers
            .iter()
            .filter(|hearer| hearer.acknowledged)
            .count()
    }

    fn info(&self) -> AnnouncementInfo {
        AnnouncementInfo {
            number: self.number,
            at_ms: self.at_ms,
            from: self.from.nick.clone(),
            channel: self.channel.clone(),
            text: self.text.clone(),
            until_ms: self.until_ms,
            acknowledged: self.acknowledged(),
            people: self.hearers.len(),
        }
    }
}

impl Chat {
    pub(super) fn announce(
        &mut self,
        now: Now,
        who: UserId,
        channel: Option<&ChannelName>,
        text: &str,
    ) -> Result<(), Refusal> {
        if text.trim().is_empty() {
            return Err(Refusal::NothingToSay);
        }
        let operator = self.user(who).is_operator();
        if self.settings.announcers != Announcers::Everyone && !operator {
            return Err(Refusal::MayNotAnnounce {
                who: self.settings.announcers,
            });
        }
        let (name, hearers) = self.announcement_hearers(who, channel)?;
        if !operator {
            self.charge_announcement(now, who)?;
        }
        let (_, until) = words::split_until(text);
        let until_ms = until.map(|until| until.moment(now, &self.settings.zone));
        self.last_announcement += 1;
        let announcement = Announcement {
            number: self.last_announcement,
            at_ms: now.wall_ms,
            author: who,
            from: self.user(who).identity.clone(),
            channel: name,
            text: Arc::from(text.trim()),
            until_ms: until_ms.unwrap_or(now.wall_ms + ANNOUNCEMENT_MS),
            hearers,
        };
        self.send_announcement(now, &announcement);
        self.reply(Reply::Announced {
            number: announcement.number,
            people: announcement.hearers.len(),
            until_ms,
        });
        self.announcements.push_back(announcement);
        self.make_room_for_announcements();
        Ok(())
    }

    /// Where there are too many, the oldest goes of whoever has most in force.
    fn make_room_for_announcements(&mut self) {
        if self.announcements.len() <= ANNOUNCEMENTS_MAX {
            return;
        }
        let by = |place: usize| &self.announcements[place].from.nick;
        let in_force = |place: usize| {
            let all = self.announcements.iter();
            all.filter(|other| other.from.nick == *by(place)).count()
        };
        let most = (0..self.announcements.len())
            .rev()
            .max_by_key(|place| in_force(*place));
        if let Some(place) = most {
            self.announcements.remove(place);
        }
    }

    /// Everybody it is for but its author: those who block the author too, so that the author is
    /// told nothing of it.
    fn announcement_hearers(
        &self,
        who: UserId,
        channel: Option<&ChannelName>,
    ) -> Result<(Option<ChannelName>, Vec<Hearer>), Refusal> {
        let (name, users): (_, Vec<UserId>) = match channel {
            Some(name) => {
                let id = self.seen(who, name)?;
                self.may_speak(who, id)?;
                let name = self.channel(id).name.clone();
                (Some(name), self.listeners(who, id))
            }
            None => (None, self.users.keys()),
        };
        let hearer = |user: UserId| Hearer {
            user,
            nick: self.user(user).nick().clone(),
            acknowledged: false,
        };
        let mut hearers: Vec<Hearer> = users
            .into_iter()
            .filter(|user| *user != who)
            .map(hearer)
            .collect();
        hearers.sort_by_key(|hearer| hearer.user);
        Ok((name, hearers))
    }

    /// Announcements in a channel follow its name.
    pub(super) fn follow_channel(&mut self, before: &ChannelName, name: &ChannelName) {
        for announcement in &mut self.announcements {
            if announcement.channel.as_ref() == Some(before) {
                announcement.channel = Some(name.clone());
            }
        }
    }

    fn charge_announcement(&mut self, now: Now, who: UserId) -> Result<(), Refusal> {
        let pace = self.settings.announcing;
        let nick = self.user(who).nick().clone();
        self.announced
            .retain(|_, bucket| !bucket.is_full(now.mono_ms));
        let bucket = self.announced.entry(nick).or_default();
        bucket
            .take(now.mono_ms, pace)
            .map_err(|ready_ms| Refusal::AnnouncedRecently {
                next_ms: now.wall_ms + (ready_ms - now.mono_ms),
            })
    }

    /// Those of its hearers and its author who are here, but for `but` and those who hear nothing
    /// of the author.
    fn reached_by(&mut self, announcement: &Announcement, but: Option<UserId>) -> Audience {
        let author = announcement.author;
        let hides = |user: &UserId| match self.users.get(author) {
            Some(user_author) if !user_author.is_operator() => self.hides(*user, author),
            _ => false,
        };
        let concerned = announcement
            .hearers
            .iter()
            .map(|hearer| hearer.user)
            .chain([author]);
        let here = concerned.filter(|user| Some(*user) != but && self.users.get(*user).is_some());
        let reached: Vec<UserId> = here.filter(|user| !hides(user)).collect();
        self.outbox.only(reached)
    }

    fn send_announcement(&mut self, now: Now, announcement: &Announcement) {
        let audience = self.reached_by(announcement, Some(announcement.author));
        let id = self.next_message_id(now);
        self.record_announced(now, id, announcement);
        let what = Happening::Announced {
            number: announcement.number,
            id,
            from: announcement.from.clone(),
            guest: self.is_guest(&announcement.from),
            channel: announcement.channel.clone(),
            text: announcement.text.clone(),
        };
        self.event(now, audience, what);
    }

    /// Where an announcement stands that is in force and that the asker may know of.
    fn announcement(&mut self, now: Now, who: UserId, number: u32) -> Result<usize, Refusal> {
        self.announcements
            .retain(|announcement| announcement.until_ms > now.wall_ms);
        let place = self.announcements.iter().position(|announcement| {
            announcement.number == number && self.may_see(who, announcement)
        });
        place.ok_or(Refusal::NoSuchAnnouncement { number })
    }

    fn may_see(&self, who: UserId, announcement: &Announcement) -> bool {
        let Some(name) = &announcement.channel else {
            return true;
        };
        announcement.author == who
            || announcement.place(who).is_ok()
            || self.user(who).is_operator()
            || self.joined(who, name).is_ok()
    }

    /// How many announcements are in force that somebody may know of.
    pub fn announcements_in_force(&self, now: Now, who: UserId) -> usize {
        let in_force = self.announcements.iter().filter(|announcement| {
            announcement.until_ms > now.wall_ms && self.may_see(who, announcement)
        });
        in_force.count()
    }

    pub(super) fn announcements(&mut self, now: Now, who: UserId) -> Result<(), Refusal> {
        self.announcements
            .retain(|announcement| announcement.until_ms > now.wall_ms);
        let seen = self.announcements.iter().filter(|announcement| {
            let hidden = self.users.get(announcement.author).is_some_and(|author| {
                !author.is_operator() && author.hidden_from().binary_search(&who).is_ok()
            });
            !hidden && self.may_see(who, announcement)
        });
        let announcements = seen.map(Announcement::info).collect();
        self.reply(Reply::Announcements { announcements });
        Ok(())
    }

    pub(super) fn acknowledge(
        &mut self,
        now: Now,
        who: UserId,
        number: u32,
    ) -> Result<(), Refusal> {
        let place = self.announcement(now, who, number)?;
        let nick = self.user(who).nick().clone();
        let announcement = &mut self.announcements[place];
        if announcement.author == who {
            return Err(Refusal::OwnAnnouncement { number });
        }
        let place = announcement.place(who).unwrap_or_else(|place| {
            announcement.hearers.insert(
                place,
                Hearer {
                    user: who,
                    nick: nick.clone(),
                    acknowledged: false,
                },
            );
            place
        });
        announcement.hearers[place].acknowledged = true;
        // Who comes back under their name after a lost connection is the same to the roll-call.
        let is_former =
            |hearer: &Hearer| hearer.nick == nick && self.users.get(hearer.user).is_none();
        announcement.hearers.retain(|hearer| !is_former(hearer));
        let (acknowledged, people) = (announcement.acknowledged(), announcement.hearers.len());
        self.reply(Reply::Acknowledged {
            number,
            acknowledged,
            people,
        });
        Ok(())
    }

    pub(super) fn roll_call(&mut self, now: Now, who: UserId, number: u32) -> Result<(), Refusal> {
        let place = self.announcement(now, who, number)?;
        self.owns_announcement(who, place)?;
        let announcement = &self.announcements[place];
        let listing = Listing::RollCall {
            acknowledged: self.hearers_by_name(announcement, true),
            missing: self.hearers_by_name(announcement, false),
        };
        let (acknowledged, people) = (announcement.acknowledged(), announcement.hearers.len());
        self.reply(Reply::RollCall {
            number,
            acknowledged,
            people,
            listing,
        });
        Ok(())
    }

    /// Those who have acknowledged, or those who have not, by the names they have now, or had when
    /// they were last here; the first one last.
    fn hearers_by_name(&self, announcement: &Announcement, acknowledged: bool) -> Vec<Nick> {
        let hearers = announcement.hearers.iter();
        let wanted = hearers.filter(|hearer| hearer.acknowledged == acknowledged);
        let name = |hearer: &Hearer| match self.users.get(hearer.user) {
            Some(user) => user.nick().clone(),
            None => hearer.nick.clone(),
        };
        let mut nicks: Vec<Nick> = wanted.map(name).collect();
        nicks.sort_by(|a, b| b.cmp(a));
        nicks
    }

    /// The author of an announcement, and those who run its channel or the server.
    fn owns_announcement(&self, who: UserId, place: usize) -> Result<(), Refusal> {
        let announcement = &self.announcements[place];
        let channel = announcement.channel.as_ref();
        let runs = channel.is_some_and(|name| self.run_by(who, name).is_ok());
        if announcement.author == who || runs || self.user(who).is_operator() {
            return Ok(());
        }
        Err(Refusal::NotYourAnnouncement {
            number: announcement.number,
        })
    }

    pub(super) fn withdraw(&mut self, now: Now, who: UserId, number: u32) -> Result<(), Refusal> {
        let place = self.announcement(now, who, number)?;
        self.owns_announcement(who, place)?;
        let announcement = self
            .announcements
            .remove(place)
            .expect("its place was just found");
        let audience = self.reached_by(&announcement, Some(who));
        let by = self.user(who).identity.clone();
        self.event(now, audience, Happening::Withdrawn { number, by });
        self.reply(Reply::Withdrawn { number });
        Ok(())
    }
}
