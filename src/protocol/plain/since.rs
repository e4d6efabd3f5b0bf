//! Since when, as people say it: a day, a time, or both.

use crate::chat::time::Zone;

/// The days by name, Monday first.
const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since {
    day: Day,
    /// Hour and minute.
    time: Option<(u8, u8)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Day {
    /// Whenever it was that time last.
    Latest,
    Ago(u32),
    /// 0 is Monday.
    Weekday(u8),
    Date(i16, u8, u8),
}

impl Since {
    /// Reads `09:00`, `yesterday`, `monday`, `2026-11-20`, or a day and a time.
    pub fn parse(words: &str) -> Option<Self> {
        let mut words = words.split_whitespace();
        let (first, second) = (words.next()?, words.next());
        let since = match (time(first), second) {
            (Some(time), None) => Self {
                day: Day::Latest,
                time: Some(time),
            },
            (Some(_), Some(_)) => return None,
            (None, second) => Self {
                day: day(first)?,
                time: match second {
                    Some(second) => Some(time(second)?),
                    None => None,
                },
            },
        };
        words.next().is_none().then_some(since)
    }

    /// Which moment that is for somebody to whom it is now `now_ms` (Unix milliseconds); nothing if
    /// there is no such day.
    pub fn moment(&self, zone: &Zone, now_ms: u64) -> Option<u64> {
        let (hour, minute) = self.time.unwrap_or((0, 0));
        let ago = |days| Some(zone.days_ago(now_ms, days, hour, minute));
        match self.day {
            Day::Latest => ago(0).filter(|at_ms| *at_ms <= now_ms).or_else(|| ago(1)),
            Day::Ago(days) => ago(days),
            Day::Weekday(weekday) => {
                let today = zone.civil(now_ms).weekday;
                let days = u32::from((today + 7 - weekday) % 7);
                ago(days)
                    .filter(|at_ms| *at_ms <= now_ms)
                    .or_else(|| ago(days + 7))
            }
            Day::Date(year, month, day) => zone.on(year, month, day, hour, minute),
        }
    }
}

fn time(word: &str) -> Option<(u8, u8)> {
    let (hour, minute) = word.split_once(':')?;
    let hour = number(hour, 1..=2).filter(|hour| *hour < 24)?;
    let minute = number(minute, 2..=2).filter(|minute| *minute < 60)?;
    Some((hour, minute))
}

fn day(word: &str) -> Option<Day> {
    let word = word.to_ascii_lowercase();
    match word.as_str() {
        "today" => return Some(Day::Ago(0)),
        "yesterday" => return Some(Day::Ago(1)),
        _ => {}
    }
    if let Some(weekday) = (0..).zip(WEEKDAYS).find(|(_, name)| *name == word) {
        return Some(Day::Weekday(weekday.0));
    }
    let mut parts = word.splitn(3, '-');
    let year = parts.next().filter(|year| year.len() == 4)?;
    let year = year.parse().ok().filter(|year: &i16| *year >= 1970)?;
    let month = number(parts.next()?, 1..=2)?;
    let day = number(parts.next()?, 1..=2)?;
    Some(Day::Date(year, month, day))
}

fn number(word: &str, digits: std::ops::RangeInclusive<usize>) -> Option<u8> {
    let plain = digits.contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
    word.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday, 23 November 2026, 09:14 in UTC.
    const NOW_MS: u64 = 1_795_425_240_000;

    const HOUR_MS: u64 = 60 * 60 * 1_000;

    #[test]
    fn days_and_times_are_understood() {
        let midnight = NOW_MS - 9 * HOUR_MS - 14 * 60_000;
        for (words, moment) in [
            ("09:00", Some(midnight + 9 * HOUR_MS)),
            ("9:14", Some(NOW_MS)),
            ("09:15", Some(NOW_MS - 24 * HOUR_MS + 60_000)),
            ("today", Some(midnight)),
            ("Yesterday 08:00", Some(midnight - 16 * HOUR_MS)),
            ("monday", Some(midnight)),
            ("tuesday", Some(midnight - 6 * 24 * HOUR_MS)),
            ("sunday 12:30", Some(midnight - 11 * HOUR_MS - 30 * 60_000)),
            ("2026-11-20", Some(midnight - 3 * 24 * HOUR_MS)),
            ("2026-11-20 01:00", Some(midnight - 71 * HOUR_MS)),
            ("2026-2-30", None),
        ] {
            let since = Since::parse(words).expect(words);
            assert_eq!(since.moment(&Zone::utc(), NOW_MS), moment, "{words}");
        }
    }

    #[test]
    fn anything_else_is_not() {
        for words in [
            "",
            "24:00",
            "9",
            "09:00 today",
            "today 9",
            "26-11-20",
            "1969-01-01",
            "2026-11",
            "today 09:00 x",
            "+9:00",
            "noon",
        ] {
            assert_eq!(Since::parse(words), None, "{words}");
        }
    }
}
