//! Watching: to hear when somebody, or anybody of a channel, comes, goes, is away or back; and who
//! hears of comings and goings without asking.

use super::name::{ChannelName, Nick};
use super::vocabulary::{Audience, Limited, Presence, Refusal, Reply, Watched};
use super::{ChannelId, Chat, UserId};

/// How many people and channels one person can watch.
pub const WATCHES_MAX: usize = 100;

/// In a channel of more people than this, only those who ask hear of comings and goings (except
/// those whose client keeps a picture of the channel).
pub const CROWD_MIN: usize = 25;

impl Chat {
    pub(super) fn watch(&mut self, who: UserId, watched: Watched) -> Result<(), Refusal> {
        let watches = self.user(who).watches();
        if watches.contains(&watched) {
            return Err(Refusal::WatchedAlready {
                what: spelled(&watched),
            });
        }
        if watches.len() >= WATCHES_MAX {
            return Err(Refusal::TooMany {
                what: Limited::Watches,
                max: WATCHES_MAX,
            });
        }
        self.begin_watch(who, watched.clone());
        self.note_preferences(who);
        let now = self.watched_now(&watched);
        self.reply(Reply::Watch { watched, now });
        Ok(())
    }

    /// Somebody watches something that they have not watched so far.
    pub(super) fn begin_watch(&mut self, who: UserId, watched: Watched) {
        self.user_mut(who).aside().watches.push(watched.clone());
        let watchers = self.watchers.entry(watched).or_default();
        if let Err(place) = watchers.binary_search(&who) {
            watchers.insert(place, who);
        }
    }

    pub(super) fn unwatch(&mut self, who: UserId, watched: Watched) -> Result<(), Refusal> {
        if !self.user(who).watches().contains(&watched) {
            return Err(Refusal::NotWatched {
                what: spelled(&watched),
            });
        }
        self.end_watch(who, &watched);
        self.note_preferences(who);
        self.reply(Reply::Unwatch { watched });
        Ok(())
    }

    fn end_watch(&mut self, who: UserId, watched: &Watched) {
        let user = self.user_mut(who);
        user.aside().watches.retain(|other| other != watched);
        user.tidy();
        if let Some(watchers) = self.watchers.get_mut(watched) {
            watchers.retain(|user| *user != who);
            if watchers.is_empty() {
                self.watchers.remove(watched);
            }
        }
    }

    pub(super) fn end_watches(&mut self, who: UserId) {
        for watched in self.user(who).watches().to_vec() {
            self.end_watch(who, &watched);
        }
    }

    /// A channel is called something else: whoever watches it, and may know of it, watches that.
    pub(super) fn rewatch(&mut self, id: ChannelId, before: &ChannelName, now: &ChannelName) {
        let (before, now) = (
            &Watched::Channel(before.clone()),
            &Watched::Channel(now.clone()),
        );
        let watchers = self.watchers.remove(before).unwrap_or_default();
        let (watchers, blind): (Vec<UserId>, Vec<UserId>) =
            watchers.into_iter().partition(|user| self.sees(*user, id));
        if !blind.is_empty() {
            self.watchers.insert(before.clone(), blind);
        }
        if watchers.is_empty() {
            return;
        }
        for user in &watchers {
            let watches = &mut self.user_mut(*user).aside().watches;
            // Another spelling of the same name is the same watch.
            watches.retain(|watched| watched != now || watched == before);
            let same = watches.iter_mut().filter(|watched| **watched == *before);
            same.for_each(|watched| *watched = now.clone());
        }
        for user in &watchers {
            self.note_preferences(*user);
        }
        let known = self.watchers.entry(now.clone()).or_default();
        known.extend(watchers);
        known.sort_unstable();
        known.dedup();
    }

    pub(super) fn watching(&mut self, who: UserId) -> Result<(), Refusal> {
        let watches = self.user(who).watches().iter();
        let watched = watches
            .map(|watched| (watched.clone(), self.watched_now(watched)))
            .collect();
        self.reply(Reply::Watching { watched });
        Ok(())
    }

    fn watched_now(&self, watched: &Watched) -> Option<Presence> {
        match watched {
            Watched::Person(nick) => self.nicks.get(nick).map(|user| self.presence(*user)),
            Watched::Channel(_) => None,
        }
    }

    fn watchers_of(&self, watched: &Watched) -> &[UserId] {
        self.watchers.get(watched).map_or(&[], Vec::as_slice)
    }

    /// Those who watch a person's name.
    pub(super) fn fans(&self, nick: &Nick) -> &[UserId] {
        self.watchers_of(&Watched::Person(nick.clone()))
    }

    /// Those who watch a channel and may know of it.
    fn onlookers(&self, id: ChannelId) -> impl Iterator<Item = UserId> {
        let name: ChannelName = self.channel(id).name.clone();
        let watchers = self.watchers_of(&Watched::Channel(name)).iter().copied();
        watchers.filter(move |user| self.sees(*user, id))
    }

    /// Who hears that somebody comes into a channel or leaves it: they themselves, also in a crowd,
    /// for they may have other sessions.
    pub(super) fn neighbours(&mut self, who: UserId, id: ChannelId) -> Audience {
        let channel = self.channel(id);
        let crowd = channel.len() > CROWD_MIN;
        let onlookers: Vec<UserId> = self
            .onlookers(id)
            .filter(|user| crowd || channel.ranks(*user).is_none())
            .filter(|user| *user != who)
            .chain(crowd.then_some(who))
            .collect();
        let channel = self
            .channels
            .get(id)
            .expect("the channel was just looked up");
        let members = self.outbox.span(channel.members());
        let watching = self.outbox.span(onlookers);
        if crowd {
            Audience {
                tracking: members,
                watching,
                ..Audience::default()
            }
        } else {
            Audience {
                all: members,
                watching,
                ..Audience::default()
            }
        }
    }

    /// Who hears that somebody leaves the server or is renamed: small channels as a whole, of
    /// crowds those who keep a picture, and those who watch.
    pub(super) fn acquaintances(&mut self, who: UserId) -> Audience {
        self.around(who, |members| members <= CROWD_MIN)
    }

    /// Who hears that somebody is away or back: those who keep a picture and those who watch.
    pub(super) fn followers(&mut self, who: UserId) -> Audience {
        self.around(who, |_| false)
    }

    /// The clients that keep a picture of somebody, their own too.
    pub(super) fn clients_around(&mut self, who: UserId) -> Audience {
        let channels = self.user(who).channels.iter();
        let members = channels.flat_map(|id| self.channel(*id).members());
        let clients: Vec<UserId> = members.chain([who]).collect();
        Audience {
            tracking: self.outbox.span_once(clients),
            ..Audience::default()
        }
    }

    /// `told`: whether all of a channel of so many hear it.
    fn around(&mut self, who: UserId, told: impl Fn(usize) -> bool) -> Audience {
        let (mut all, mut tracking) = (Vec::new(), Vec::new());
        let mut watching = self.fans(self.user(who).nick()).to_vec();
        for &id in &self.user(who).channels {
            let channel = self.channel(id);
            let hear = if told(channel.len()) {
                &mut all
            } else {
                &mut tracking
            };
            hear.extend(channel.members().filter(|user| *user != who));
            watching.extend(self.onlookers(id));
        }
        watching.retain(|user| *user != who);
        let all = self.outbox.span_once(all);
        let heard = self.outbox.users(all).to_vec();
        let unheard = |user: &UserId| heard.binary_search(user).is_err();
        Audience {
            all,
            tracking: self.outbox.span_once(tracking.into_iter().filter(unheard)),
            watching: self.outbox.span_once(watching.into_iter().filter(unheard)),
        }
    }
}

fn spelled(watched: &Watched) -> String {
    match watched {
        Watched::Person(nick) => nick.to_string(),
        Watched::Channel(channel) => channel.to_string(),
    }
}
