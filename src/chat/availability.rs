//! Whether a person is available: `/away`, `/back`, and the time at which one is back by itself.

use serde::{Deserialize, Serialize};

use super::limits::AWAY_BYTES_MAX;
use super::time::{Now, Zone};
use super::vocabulary::{Absent, Happening, Refusal, Reply};
use super::words::{self, Kind};
use super::{Chat, UserId};

/// What `/away` alone says.
const BARE: &str = "Away";

/// What is said of whoever stays without being connected.
const NOT_CONNECTED: &str = "Not connected";

/// Why, since when and until when somebody is away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    typed: Box<str>,
    words_bytes: u16,
    /// What kind of absence it is.
    pub kind: Kind,
    /// Since when, in Unix milliseconds.
    pub since_ms: u64,
    /// Until when, in Unix milliseconds.
    pub until_ms: Option<u64>,
}

impl Away {
    fn new(now: Now, typed: &str, zone: &Zone) -> Self {
        let (words, until) = words::split_until(typed);
        Self {
            typed: or_bare(typed).into(),
            words_bytes: u16::try_from(words.len()).expect("AWAY_BYTES_MAX fits"),
            kind: words::kind_of(or_bare(words)),
            since_ms: now.wall_ms,
            until_ms: until.map(|until| until.moment(now, zone)),
        }
    }

    /// That of somebody who is not connected.
    pub(super) fn not_connected(now: Now) -> Self {
        Self {
            typed: NOT_CONNECTED.into(),
            words_bytes: u16::try_from(NOT_CONNECTED.len()).expect("it is short"),
            kind: Kind::Gone,
            since_ms: now.wall_ms,
            until_ms: None,
        }
    }

    /// What of it is kept: nothing if no end was said.
    pub(super) fn as_absent(&self) -> Option<Absent> {
        Some(Absent {
            typed: self.typed.clone(),
            since_ms: self.since_ms,
            until_ms: self.until_ms?,
        })
    }

    /// What was kept, again.
    pub(super) fn again(absent: &Absent) -> Self {
        let (words, _) = words::split_until(&absent.typed);
        Self {
            typed: absent.typed.clone(),
            words_bytes: u16::try_from(words.len()).unwrap_or(0),
            kind: words::kind_of(or_bare(words)),
            since_ms: absent.since_ms,
            until_ms: Some(absent.until_ms),
        }
    }

    /// Whether the words say more than that the person is away.
    pub fn says_why(&self) -> bool {
        self.words() != BARE
    }

    /// The person's own words, without the time at their end.
    pub fn words(&self) -> &str {
        or_bare(&self.typed[..usize::from(self.words_bytes)])
    }

    /// All that the person typed.
    pub fn typed(&self) -> &str {
        &self.typed
    }
}

fn or_bare(text: &str) -> &str {
    match text {
        "" => BARE,
        text => text,
    }
}

/// What the chat keeps of somebody's absence.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Absence {
    pub(super) away: Away,
    /// Who has been told of it: each is told once.
    told: Vec<UserId>,
}

impl Absence {
    /// Notes that `asker` is told of it. Says whether that is news to them.
    pub(super) fn tell(&mut self, asker: UserId) -> bool {
        let place = self.told.binary_search(&asker);
        if let Err(place) = place {
            self.told.insert(place, asker);
        }
        place.is_err()
    }
}

impl Chat {
    pub(super) fn away(&mut self, now: Now, who: UserId, typed: &str) -> Result<(), Refusal> {
        let typed = typed.trim();
        if typed.len() > AWAY_BYTES_MAX {
            return Err(Refusal::TooLong {
                what: "the text of an availability",
                max_bytes: AWAY_BYTES_MAX,
            });
        }
        let away = Away::new(now, typed, &self.settings.zone);
        self.be_away(now, who, away.clone());
        self.note_absence(who);
        self.reply(Reply::Away { away });
        Ok(())
    }

    /// Somebody is away from now on, or for another reason.
    pub(super) fn be_away(&mut self, now: Now, who: UserId, away: Away) {
        self.forget_until(who);
        if let Some(until_ms) = away.until_ms {
            self.deadlines.insert((until_ms, who));
        }
        let user = self.user_mut(who);
        user.absence = Some(Box::new(Absence {
            away: away.clone(),
            told: Vec::new(),
        }));
        let identity = user.identity.clone();
        let audience = self.followers(who);
        self.event(
            now,
            audience,
            Happening::WentAway {
                who: identity,
                away,
            },
        );
    }

    pub(super) fn back(&mut self, now: Now, who: UserId) -> Result<(), Refusal> {
        self.come_back(now, who).ok_or(Refusal::NotAway)?;
        self.reply(Reply::Back);
        Ok(())
    }

    /// Ends what was to end by now: those whose absence had an end are available again, and whoever
    /// has stayed for too long goes.
    pub fn expire(&mut self, now: Now) {
        while let Some(&(until_ms, who)) = self.deadlines.first() {
            if until_ms > now.wall_ms {
                break;
            }
            self.deadlines.pop_first();
            let away = self.user(who).away().and_then(|away| away.until_ms);
            if away == Some(until_ms) {
                self.end_absence(now, who);
            }
            self.end_long_stay(now, who);
        }
    }

    fn end_absence(&mut self, now: Now, who: UserId) {
        if self.stay_away(now, who) {
            return;
        }
        let away = self.come_back(now, who);
        let away = away.expect("only those who are away have a deadline");
        let own = self.outbox.only([who]);
        self.event(now, own, Happening::AwayEnded { away });
    }

    /// When [`Chat::expire`] has something to do next, in Unix milliseconds.
    pub fn next_deadline_ms(&self) -> Option<u64> {
        self.deadlines.first().map(|&(until_ms, _)| until_ms)
    }

    pub(super) fn come_back(&mut self, now: Now, who: UserId) -> Option<Away> {
        self.forget_until(who);
        let absence = self.user_mut(who).absence.take()?;
        self.note_absence(who);
        let identity = self.user(who).identity.clone();
        let audience = self.followers(who);
        self.event(now, audience, Happening::CameBack { who: identity });
        Some(absence.away)
    }

    pub(super) fn forget_until(&mut self, who: UserId) {
        let stays_until_ms = self.staying.get(&who).map(|staying| staying.until_ms);
        let until_ms = self.user(who).away().and_then(|away| away.until_ms);
        if let Some(until_ms) = until_ms.filter(|until_ms| Some(*until_ms) != stays_until_ms) {
            self.deadlines.remove(&(until_ms, who));
        }
    }
}
