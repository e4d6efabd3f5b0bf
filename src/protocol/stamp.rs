//! Times as people read them.

use serde::{Deserialize, Serialize};

use crate::chat::availability::Away;
use crate::chat::time::Zone;

/// How a session wants times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Times {
    /// `HH:MM`, and a line when the day changes.
    #[default]
    Short,
    /// Date, seconds and offset (RFC 3339).
    Iso,
}

/// What turns moments into words: the local clock, and what it shows now.
#[derive(Clone, Copy)]
pub struct Clock<'a> {
    zone: &'a Zone,
    now_ms: u64,
    times: Times,
}

impl<'a> Clock<'a> {
    /// A clock that shows `now_ms` (Unix milliseconds) in `zone`.
    pub fn new(zone: &'a Zone, now_ms: u64, times: Times) -> Self {
        Self {
            zone,
            now_ms,
            times,
        }
    }

    /// The local day, counted from 1970-01-01.
    pub fn day(&self) -> u32 {
        self.day_of(self.now_ms)
    }

    /// How the reader wants times.
    pub fn times(&self) -> Times {
        self.times
    }

    /// The stamp of something said at this moment: `09:14`, or in full.
    pub fn write_stamp(&self, at_ms: u64, out: &mut String) {
        let civil = self.zone.civil(at_ms);
        match self.times {
            Times::Short => civil.write_hh_mm(out),
            Times::Iso => civil.write_iso(out),
        }
    }

    /// A moment within a sentence: `13:00` today, else with the date.
    pub fn moment(&self, at_ms: u64) -> String {
        let civil = self.zone.civil(at_ms);
        let mut out = String::new();
        if civil.day_number != self.day() {
            civil.write_date(&mut out);
            out.push(' ');
        }
        civil.write_hh_mm(&mut out);
        out
    }

    /// The line that tells the day of a moment.
    pub fn date_line(&self, at_ms: u64) -> String {
        let mut out = String::from("* ");
        self.zone.civil(at_ms).write_date(&mut out);
        out.push_str(".\r\n");
        out
    }

    /// The local day of a moment, counted from 1970-01-01.
    pub fn day_of(&self, at_ms: u64) -> u32 {
        self.zone.civil(at_ms).day_number
    }

    /// `At lunch, since 12:01, until 13:00`.
    pub fn away(&self, away: &Away) -> String {
        let since = self.moment(away.since_ms);
        format!(
            "{}, since {since}{}",
            away.words(),
            self.until(away.until_ms)
        )
    }

    /// `: At lunch, until 13:00`; nothing to be said of somebody who just is away.
    pub fn because(&self, away: &Away) -> String {
        if away.says_why() {
            format!(": {}", self.away_until(away))
        } else {
            self.until(away.until_ms)
        }
    }

    /// `At lunch, until 13:00`.
    pub fn away_until(&self, away: &Away) -> String {
        format!("{}{}", away.words(), self.until(away.until_ms))
    }

    fn until(&self, until_ms: Option<u64>) -> String {
        until_ms.map_or_else(String::new, |until_ms| {
            format!(", until {}", self.moment(until_ms))
        })
    }
}

/// A length of time at a glance: `40s`, `5m`, `3h`, `2d`.
pub fn span(ms: u64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}
