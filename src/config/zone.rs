//! Names of time zones.

use super::fault::Verdict;
use crate::suggest::nearest;
use jiff::tz::{TimeZone, db};

/// Reads the IANA name of a time zone that this machine knows, in the spelling of the database.
pub(super) fn zone(text: &str) -> Verdict<String> {
    match TimeZone::get(text) {
        Ok(zone) => Ok(zone.iana_name().unwrap_or(text).to_owned()),
        Err(_) => Err(unknown(text)),
    }
}

fn unknown(text: &str) -> String {
    let known: Vec<String> = db().available().map(|name| name.to_string()).collect();
    let remedy = match nearest(text, known.iter().map(String::as_str)) {
        Some(name) => format!("did you mean {name:?}?"),
        None if known.is_empty() => "this machine has no time zones: install tzdata".to_owned(),
        None => "/usr/share/zoneinfo has them all".to_owned(),
    };
    format!("must be a time zone such as \"Europe/Berlin\", not {text:?}: {remedy}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_zones_are_taken_and_others_refused() {
        assert_eq!(zone("UTC").as_deref(), Ok("UTC"));
        for text in ["", "Mars/Olympus Mons", "+02:00", "../../etc/passwd"] {
            let why = zone(text).expect_err(text);
            assert!(why.contains("must be a time zone") && why.contains(&format!("{text:?}")));
        }
    }
}
