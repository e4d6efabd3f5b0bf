//! The name to go by.

use std::process::Command;
use std::{env, fs};

/// The longest name the server takes, in bytes.
const NAME_BYTES_MAX: usize = 32;
/// Room left for the number that the server adds where a name is taken, in digits.
const NUMBER_DIGITS_MAX: usize = 4;
/// Where a system keeps its own name; `uname -n` answers on the others.
const HOST_NAME_FILES: [&str; 2] = ["/proc/sys/kernel/hostname", "/etc/hostname"];

/// A name somebody chose. Only what would not arrive as a name at all is refused here: the rest is for the server to judge.
pub(super) fn given(name: &str) -> Result<String, String> {
    match is_word(name) && !name.starts_with('/') {
        true => Ok(name.to_owned()),
        false => Err(format!(
            "{name:?} cannot be a name: it must be one word that does not begin with \"/\"."
        )),
    }
}

/// Whether this arrives as one word of a line.
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// `USER-HOST*`: whoever runs this, on this machine, numbered by the server where needed.
pub(super) fn of_this_user() -> String {
    let user = ["USER", "LOGNAME"]
        .iter()
        .find_map(|key| env::var(key).ok().filter(|user| !user.is_empty()));
    composed(
        user.as_deref().unwrap_or(""),
        &host_name().unwrap_or_default(),
    )
}

fn host_name() -> Option<String> {
    let known = HOST_NAME_FILES
        .iter()
        .find_map(|path| fs::read_to_string(path).ok());
    let asked = || {
        Command::new("uname")
            .arg("-n")
            .output()
            .ok()
            .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    known.or_else(asked)
}

fn composed(user: &str, host: &str) -> String {
    let user = Some(cleaned(user))
        .filter(|user| !user.is_empty())
        .unwrap_or_else(|| "hallway".to_owned());
    let host = cleaned(host.trim().split('.').next().unwrap_or_default());
    let mut name = if host.is_empty() {
        user
    } else {
        format!("{user}-{host}")
    };
    name.truncate(name.floor_char_boundary(NAME_BYTES_MAX - NUMBER_DIGITS_MAX));
    format!("{}*", name.trim_end_matches('-'))
}

/// Letters and digits of any language, `-`, `_` and `.`, beginning with a letter: none of the characters that names must not have.
fn cleaned(text: &str) -> String {
    let kept: String = text
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || "-_.".contains(c) {
                c
            } else {
                '-'
            }
        })
        .collect();
    kept.trim_start_matches(|c: char| !c.is_alphabetic())
        .trim_end_matches('-')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_of_user_and_host() {
        for (user, host, name) in [
            ("ann", "reception.office.example\n", "ann-reception*"),
            ("", "", "hallway*"),
            ("ann", "", "ann*"),
            ("OFFICE\\ann:1", "", "OFFICE-ann-1*"),
            ("7up", "-x", "up-x*"),
            ("42", "10", "hallway*"),
            ("josé", "küche", "josé-küche*"),
            (
                "a",
                "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
                "a-bbbbbbbbbbbbbbbbbbbbbbbbbb*",
            ),
            (
                "aaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "b",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaa*",
            ),
            (
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaü",
                "b",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaa*",
            ),
        ] {
            assert_eq!(composed(user, host), name);
            assert!(name.len() + NUMBER_DIGITS_MAX <= NAME_BYTES_MAX + "*".len());
        }
        assert!(given(&of_this_user()).is_ok());
    }

    #[test]
    fn a_given_name_must_arrive_as_a_name() {
        assert_eq!(given("cron*").unwrap(), "cron*");
        for name in ["", "a b", "a\n/quit", "/quit", "a\u{15}b"] {
            assert!(
                given(name).unwrap_err().contains("cannot be a name"),
                "{name:?}"
            );
        }
    }
}
