//! The short forms of a script: moments, spans, bytes, numbers and repetitions.

use std::ops::RangeInclusive;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// When a script begins that does not say: on a Monday morning.
pub(super) const BEGINNING: &str = "2026-11-23 09:14";

/// A date and time in UTC, in Unix milliseconds.
pub(super) fn moment(text: &str) -> Result<u64, String> {
    let parsed: DateTime = text
        .parse()
        .map_err(|_| format!("no moment such as {BEGINNING}"))?;
    let zoned = parsed.to_zoned(TimeZone::UTC).map_err(|e| e.to_string())?;
    u64::try_from(zoned.timestamp().as_millisecond()).map_err(|e| e.to_string())
}

/// `1h30m`, in milliseconds.
pub(super) fn span(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 5] = [
        ("ms", 1),
        ("s", 1_000),
        ("m", 60_000),
        ("h", 3_600_000),
        ("d", 86_400_000),
    ];
    let mut rest = text;
    let mut ms = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest[..digits]
            .parse()
            .map_err(|_| "no span such as 1h30m")?;
        let unit = UNITS
            .iter()
            .find(|(unit, _)| rest[digits..].starts_with(unit));
        let (unit, factor) = unit.ok_or("no span such as 1h30m")?;
        ms += number * factor;
        rest = &rest[digits + unit.len()..];
    }
    Ok(ms)
}

/// The bytes of `"GET / HTTP/1.1\r\n"`: `\r`, `\n`, `\t`, `\"`, `\\` and `\xff`.
pub(super) fn unquoted(text: &str) -> Result<Vec<u8>, String> {
    let inside = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    let inside = spelled_out(inside.ok_or("bytes stand in quotes")?);
    let mut bytes = Vec::new();
    let mut rest = inside.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        let escape = if byte == b'\\' { behind.first() } else { None };
        let Some(&escape) = escape else {
            bytes.push(byte);
            continue;
        };
        rest = &behind[1..];
        match escape {
            b'r' => bytes.push(b'\r'),
            b'n' => bytes.push(b'\n'),
            b't' => bytes.push(b'\t'),
            b'x' => {
                let digits = rest.get(..2).and_then(|hex| str::from_utf8(hex).ok());
                let byte = digits.and_then(|hex| u8::from_str_radix(hex, 16).ok());
                bytes.push(byte.ok_or("\\x and two hexadecimal digits")?);
                rest = &rest[2..];
            }
            other => bytes.push(other),
        }
    }
    Ok(bytes)
}

/// What is between the first braces that have it in them, and around it.
fn braces<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<(&str, T, &str)> {
    let opening = text.match_indices('{').map(|(at, _)| at);
    opening.into_iter().find_map(|at| {
        let (inside, behind) = text[at + 1..].split_once('}')?;
        Some((&text[..at], read(inside)?, behind))
    })
}

/// `{x*3}` as `xxx`, wherever it stands.
pub(super) fn spelled_out(text: &str) -> String {
    let times = |inside: &str| {
        let (what, times) = inside.rsplit_once('*')?;
        Some(what.repeat(times.parse().ok()?))
    };
    match braces(text, times) {
        Some((before, repeated, behind)) => before.to_owned() + &repeated + &spelled_out(behind),
        None => text.to_owned(),
    }
}

/// The numbers of `{1..30}`, if there are any in a text.
pub(super) fn numbers(text: &str) -> Option<RangeInclusive<u32>> {
    let range = |inside: &str| {
        let (first, last) = inside.split_once("..")?;
        Some(first.parse().ok()?..=last.parse().ok()?)
    };
    braces(text, range).map(|(_, range, _)| range)
}

/// The text with this number in place of each `{1..30}`.
pub(super) fn with_number(text: &str, number: u32) -> String {
    let range = |inside: &str| {
        let (first, last) = inside.split_once("..")?;
        let _: (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        Some(())
    };
    match braces(text, range) {
        Some((before, (), behind)) => {
            before.to_owned() + &number.to_string() + &with_number(behind, number)
        }
        None => text.to_owned(),
    }
}

/// `w{1..30}` as w1, w2, ...
pub(super) fn numbered(text: &str) -> Vec<String> {
    match numbers(text) {
        Some(range) => range.map(|number| with_number(text, number)).collect(),
        None => vec![text.to_owned()],
    }
}
