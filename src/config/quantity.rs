//! Values with a unit: paces, durations, sizes.

use super::fault::{Verdict, must_be};
use std::ops::RangeInclusive;

/// The most lines a pace may name, at once or per second.
pub const PACE_LINES_MAX: u32 = 1_000_000;

/// The longest duration that may be configured, in milliseconds: a day.
pub const DURATION_MS_MAX: u64 = 24 * 60 * 60 * 1000;

/// The smallest bound on a send queue, in bytes.
pub const SEND_QUEUE_BYTES_MIN: usize = 128 * KIB;

/// The largest bound on a send queue, in bytes.
pub const SEND_QUEUE_BYTES_MAX: usize = 1024 * MIB;

/// The longest time for which it can be said that something is kept, in milliseconds: a hundred years.
pub const KEEP_MS_MAX: u64 = 36_500 * 24 * HOUR_MS;

/// The shortest, but for not at all.
const KEEP_MS_MIN: u64 = HOUR_MS;

/// How small the history may be held at least.
const HISTORY_BYTES_MIN: u64 = 16 * MIB as u64;

const HOUR_MS: u64 = 60 * 60 * 1000;
const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// Units of duration and what one of each is in milliseconds.
const DURATION_UNITS: [(&str, u64); 3] = [("s", 1000), ("m", 60 * 1000), ("h", 60 * 60 * 1000)];

/// The furthest that guests may be let look back, in milliseconds: a hundred years.
pub(super) const GUEST_HISTORY_MS_MAX: u64 = 36_500 * 24 * 60 * 60 * 1000;

/// Units of how far one looks back and what one of each is in milliseconds.
const LOOK_UNITS: [(&str, u64); 3] = [
    ("m", 60 * 1000),
    ("h", 60 * 60 * 1000),
    ("d", 24 * 60 * 60 * 1000),
];

/// Units of size and what one of each is in bytes.
const SIZE_UNITS: [(&str, u64); 4] = [
    ("bytes", 1),
    ("KiB", KIB as u64),
    ("MiB", MIB as u64),
    ("GiB", 1024 * MIB as u64),
];

/// Units in which it is said how long something is kept.
const KEEP_UNITS: [(&str, u64); 2] = [("h", HOUR_MS), ("d", 24 * HOUR_MS)];

/// How fast one connection is heard: a token bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Lines heard at once, from a full bucket; 1 to [`PACE_LINES_MAX`].
    pub burst: u32,
    /// Lines a second after that; 1 to [`PACE_LINES_MAX`].
    pub per_second: u32,
}

/// Reads `BURST/PER-SECOND`, or `off` as none.
pub(super) fn pace(text: &str) -> Verdict<Option<Pace>> {
    if text == "off" {
        return Ok(None);
    }
    let pace = text.split_once('/').and_then(|(burst, per_second)| {
        Some(Pace {
            burst: lines(burst)?,
            per_second: lines(per_second)?,
        })
    });
    match pace {
        Some(pace) => Ok(Some(pace)),
        None => must_be(
            "lines at once and lines a second such as \"40/10\" (each from 1 to 1000000), or \"off\"",
            text,
        ),
    }
}

/// Reads a whole number of seconds, minutes or hours, from one second to a day, as milliseconds.
pub(super) fn duration_ms(text: &str) -> Verdict<u64> {
    let ms = scaled(text, &DURATION_UNITS).and_then(|ms| within(ms, 1000..=DURATION_MS_MAX));
    match ms {
        Some(ms) => Ok(ms),
        None => must_be(
            "a duration such as \"90s\", \"5m\" or \"1h\", from 1s to 24h",
            text,
        ),
    }
}

/// Reads how far back guests read, in milliseconds; `all`: to the beginning.
pub(super) fn guest_history_ms(text: &str) -> Verdict<Option<u64>> {
    if text == "all" {
        return Ok(None);
    }
    let ms = scaled(text, &LOOK_UNITS);
    match ms.and_then(|ms| within(ms, 1..=GUEST_HISTORY_MS_MAX)) {
        Some(ms) => Ok(Some(ms)),
        None => must_be(
            "a time such as \"30m\", \"24h\" or \"7d\", from 1m to 36500d, or \"all\"",
            text,
        ),
    }
}

/// Reads for how long something is kept, in milliseconds: hours, days, or for good, which is as long
/// as can be said.
pub(super) fn keep_ms(text: &str) -> Verdict<u64> {
    if text == "forever" {
        return Ok(u64::MAX);
    }
    let ms = scaled(text, &KEEP_UNITS).and_then(|ms| within(ms, KEEP_MS_MIN..=KEEP_MS_MAX));
    match ms {
        Some(ms) => Ok(ms),
        None => must_be(
            "a time such as \"12h\" or \"90d\", from 1h to 36500d, or \"forever\"",
            text,
        ),
    }
}

/// The same, or not at all, which is nought.
pub(super) fn keep_or_none_ms(text: &str) -> Verdict<u64> {
    match text {
        "none" => Ok(0),
        text => keep_ms(text).or_else(|_| {
            must_be(
                "\"none\", a time such as \"12h\" or \"90d\", from 1h to 36500d, or \"forever\"",
                text,
            )
        }),
    }
}

/// Reads how large the history may grow, in bytes; `unlimited` is none.
pub(super) fn history_bytes(text: &str) -> Verdict<Option<u64>> {
    if text == "unlimited" {
        return Ok(None);
    }
    let bytes = scaled(text, &SIZE_UNITS).filter(|bytes| *bytes >= HISTORY_BYTES_MIN);
    match bytes {
        Some(bytes) => Ok(Some(bytes)),
        None => must_be(
            "a size in MiB or GiB such as \"2 GiB\", at least 16 MiB, or \"unlimited\"",
            text,
        ),
    }
}

/// Reads a bound on a send queue, in bytes.
pub(super) fn send_queue_bytes(text: &str) -> Verdict<usize> {
    let limits = SEND_QUEUE_BYTES_MIN..=SEND_QUEUE_BYTES_MAX;
    let bytes = scaled(text, &SIZE_UNITS).and_then(|bytes| usize::try_from(bytes).ok());
    match bytes.and_then(|bytes| within(bytes, limits)) {
        Some(bytes) => Ok(bytes),
        None => must_be(
            "a size in bytes, KiB or MiB such as \"1 MiB\", from 128 KiB to 1024 MiB",
            text,
        ),
    }
}

/// A whole number, perhaps a space, and one of the units.
fn scaled(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = unit.strip_prefix(' ').unwrap_or(unit);
    let (_, scale) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*scale)
}

/// `str::parse` alone would take a sign, too.
fn lines(text: &str) -> Option<u32> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let lines = text.parse().ok().filter(|_| is_number)?;
    within(lines, 1..=PACE_LINES_MAX)
}

fn within<N: PartialOrd>(number: N, limits: RangeInclusive<N>) -> Option<N> {
    limits.contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_look_back() {
        assert_eq!(guest_history_ms("90m"), Ok(Some(90 * 60 * 1000)));
        assert_eq!(guest_history_ms("36500d"), Ok(Some(GUEST_HISTORY_MS_MAX)));
        assert_eq!(guest_history_ms("all"), Ok(None));
        for text in ["", "0m", "36501d", "10s", "1", "-1d", "none"] {
            assert!(guest_history_ms(text).is_err(), "{text}");
        }
    }

    #[test]
    fn how_long_and_how_much_is_kept() {
        assert_eq!(keep_ms("1h"), Ok(HOUR_MS));
        assert_eq!(keep_ms("36500d"), Ok(KEEP_MS_MAX));
        assert_eq!(keep_ms("forever"), Ok(u64::MAX));
        assert_eq!(keep_or_none_ms("none"), Ok(0));
        assert_eq!(keep_or_none_ms("90 d"), Ok(90 * 24 * HOUR_MS));
        for text in ["", "0h", "36501d", "none", "90", "5m", "-1d"] {
            assert!(keep_ms(text).is_err(), "{text}");
            assert_eq!(keep_or_none_ms(text).is_err(), text != "none", "{text}");
        }
        assert_eq!(history_bytes("16 MiB"), Ok(Some(HISTORY_BYTES_MIN)));
        assert_eq!(history_bytes("2 GiB"), Ok(Some(2 << 30)));
        assert_eq!(history_bytes("unlimited"), Ok(None));
        for text in ["", "15 MiB", "2", "2 TiB", "none"] {
            assert!(history_bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn paces() {
        let pace_of = |burst, per_second| Some(Pace { burst, per_second });
        assert_eq!(pace("40/10"), Ok(pace_of(40, 10)));
        assert_eq!(pace("1/1000000"), Ok(pace_of(1, PACE_LINES_MAX)));
        assert_eq!(pace("off"), Ok(None));
        let wrong = [
            "",
            "/",
            "40",
            "40/",
            "/10",
            "0/10",
            "40/0",
            "40/1000001",
            "1000001/1",
            "-1/1",
            "+1/1",
            "40 /10",
            "40/10/1",
            "OFF",
            "40/99999999999999999999",
        ];
        for text in wrong {
            let why = pace(text).expect_err(text);
            assert!(why.contains("such as \"40/10\"") && why.contains(&format!("not {text:?}")));
        }
        assert!(pace("").is_err_and(|why| why.contains(&PACE_LINES_MAX.to_string())));
    }

    #[test]
    fn durations() {
        for (text, ms) in [
            ("1s", 1000),
            ("90s", 90_000),
            ("5m", 300_000),
            ("1 h", 3_600_000),
            ("24h", DURATION_MS_MAX),
        ] {
            assert_eq!(duration_ms(text), Ok(ms), "{text}");
        }
        let wrong = [
            "",
            "s",
            "5",
            "0s",
            "86401s",
            "25h",
            "5M",
            "5 min",
            "1h30m",
            "1.5h",
            "-5m",
            "5  m",
            "5d",
            "99999999999999999999h",
            "18446744073709551615h",
        ];
        for text in wrong {
            let why = duration_ms(text).expect_err(text);
            assert!(why.contains("from 1s to 24h, not"), "{text}: {why}");
        }
    }

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("128 KiB", SEND_QUEUE_BYTES_MIN),
            ("131072 bytes", SEND_QUEUE_BYTES_MIN),
            ("1MiB", 1 << 20),
            ("1024 MiB", SEND_QUEUE_BYTES_MAX),
            ("1 GiB", SEND_QUEUE_BYTES_MAX),
        ] {
            assert_eq!(send_queue_bytes(text), Ok(bytes), "{text}");
        }
        let wrong = [
            "",
            "1",
            "65535 bytes",
            "63 KiB",
            "1025 MiB",
            "1073741825 bytes",
            "1 MB",
            "1 mib",
            "1.5 MiB",
            "-1 MiB",
            "2 GiB",
            "99999999999999999999 MiB",
            "18446744073709551615 MiB",
        ];
        for text in wrong {
            let why = send_queue_bytes(text).expect_err(text);
            assert!(
                why.contains("from 128 KiB to 1024 MiB, not"),
                "{text}: {why}"
            );
        }
    }
}
