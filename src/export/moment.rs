//! Moments as they are typed behind a flag.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Reads a day, a time of a day, or either with an offset, into Unix milliseconds. A day begins at
/// midnight; a time that the clock showed twice is the earlier one.
pub(super) fn read(flag: &str, text: &str, zone: &TimeZone) -> Result<u64, String> {
    let moment = text.parse::<Timestamp>().or_else(|_| {
        let civil: DateTime = text.parse()?;
        zone.to_ambiguous_timestamp(civil).compatible()
    });
    let moment = moment.map_err(|_: jiff::Error| {
        format!(
            "{flag} must be a day or a time such as 2026-11-24 or 2026-11-24T09:00, not {text:?}"
        )
    })?;
    Ok(u64::try_from(moment.as_millisecond()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_times_and_offsets_are_read() {
        let berlin = TimeZone::fixed(jiff::tz::offset(1));
        for (text, expected) in [
            ("1970-01-02", 23 * 60 * 60 * 1000),
            ("1970-01-01T01:00", 0),
            ("1970-01-01 01:00:01", 1_000),
            ("1970-01-01T00:00:02Z", 2_000),
            ("1970-01-01T02:00+02:00", 0),
            ("1960-01-01", 0),
        ] {
            assert_eq!(read("--since", text, &berlin), Ok(expected), "{text}");
        }
        for text in ["", "yesterday", "24.11.2026", "2026-13-01"] {
            let why = read("--since", text, &berlin).expect_err(text);
            assert!(why.starts_with("--since must be a day or a time"), "{why}");
        }
    }
}
