//! Values that are words: the names of server and network, who runs it, channels and their modes, statuses, the data directory.

use super::fault::{Verdict, must_be};
use crate::chat::name::{ChannelName, Nick};
use std::path::PathBuf;

/// The longest name of a server, in bytes.
pub const SERVER_NAME_BYTES_MAX: usize = 63;

/// The longest text of a ready-made status, in bytes.
pub const STATUS_TEXT_BYTES_MAX: usize = 160;

/// The longest name of a network, in bytes.
pub const NETWORK_NAME_BYTES_MAX: usize = 63;

/// The most lines about who runs the server.
pub const ADMIN_LINES_MAX: usize = 3;

/// The longest line about who runs the server, in bytes.
pub const ADMIN_LINE_BYTES_MAX: usize = 160;

/// The channel that always exists and where everybody starts.
pub const LOBBY: &str = "#lobby";

/// The channel modes that a new channel may have by default: the settings without an argument.
const DEFAULT_MODE_LETTERS: &str = "imnstu";

/// Whether `text` can be the name of a server: letters, digits, `.` and `-`.
pub(super) fn is_server_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
    (1..=SERVER_NAME_BYTES_MAX).contains(&text.len()) && text.bytes().all(allowed)
}

/// Reads the name of the server.
pub(super) fn server_name(text: &str) -> Verdict<String> {
    if is_server_name(text) {
        return Ok(text.to_owned());
    }
    must_be(
        "a word of letters, digits, \".\" and \"-\", of at most 63 bytes, such as \"chat.office\"",
        text,
    )
}

/// Reads the name of the network.
pub(super) fn network(text: &str) -> Verdict<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    if (1..=NETWORK_NAME_BYTES_MAX).contains(&text.len()) && text.bytes().all(allowed) {
        return Ok(text.to_owned());
    }
    must_be(
        "a word of letters, digits, \".\", \"-\" and \"_\", of at most 63 bytes, such as \"office\"",
        text,
    )
}

/// Checks a line about who runs the server.
pub(super) fn admin_line(text: &str) -> Verdict {
    printable(text, ADMIN_LINE_BYTES_MAX, "Ann Example, floor 2")
}

/// Reads the data directory, or `none`. A `~` is refused: nobody expands it here, and a directory
/// of that name would surprise.
pub(super) fn data(text: &str) -> Verdict<Option<PathBuf>> {
    match text {
        "none" => Ok(None),
        "" => must_be(
            "a directory such as \"/var/lib/hallway\", or \"none\"",
            text,
        ),
        _ if text.starts_with('~') => must_be("a whole path, in which ~ is not expanded", text),
        _ => Ok(Some(text.into())),
    }
}

/// Reads the modes of new channels: nothing, or `+` and letters. Each letter comes out once, in
/// alphabetical order, after a `+`.
pub(super) fn channel_modes(text: &str) -> Verdict<String> {
    let letters = text.strip_prefix('+').unwrap_or(text);
    if letters.contains(['k', 'l']) {
        return Err(format!(
            "must not hold k or l, as {text:?} does: a key and a member limit are set channel by \
             channel"
        ));
    }
    if !letters.chars().all(|c| DEFAULT_MODE_LETTERS.contains(c)) {
        return must_be(
            &format!("\"+\" and letters of {DEFAULT_MODE_LETTERS}"),
            text,
        );
    }
    let modes = DEFAULT_MODE_LETTERS
        .chars()
        .filter(|&c| letters.contains(c));
    Ok(match modes.collect::<String>() {
        none if none.is_empty() => none,
        modes => format!("+{modes}"),
    })
}

/// Reads the name of a channel, as far as this layer knows about them.
pub(super) fn channel(text: &str) -> Verdict<ChannelName> {
    let expected = "channels such as \"#helpdesk\": \"#\" and one word of letters and digits";
    ChannelName::parse(text).or_else(|_| must_be(expected, text))
}

/// Reads the name of an account.
pub(super) fn account(text: &str) -> Verdict<Nick> {
    let expected = "names of accounts such as \"ann\": one word of letters and digits";
    Nick::parse(text).or_else(|_| must_be(expected, text))
}

/// Reads the name of a channel where it stands as a name.
pub(super) fn channel_key(name: &str) -> Verdict<ChannelName> {
    let why = "must be named after a channel, such as \"#helpdesk\"";
    ChannelName::parse(name).map_err(|_| why.to_owned())
}

/// Checks the name of a ready-made status, which becomes a command.
pub(super) fn status_name(name: &str, reserved: &[String]) -> Verdict {
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Err("must have a name of lower-case letters a to z only, such as lunch".to_owned());
    }
    if reserved.iter().any(|word| word == name) {
        return Err(format!(
            "must have another name: /{name} is a command already"
        ));
    }
    Ok(())
}

/// Checks the text of a ready-made status.
pub(super) fn status_text(text: &str) -> Verdict {
    printable(text, STATUS_TEXT_BYTES_MAX, "At lunch")
}

/// Checks that there is something to be read in one line.
fn printable(text: &str, bytes_max: usize, example: &str) -> Verdict {
    if text.len() > bytes_max {
        let bytes = text.len();
        return Err(format!(
            "must be at most {bytes_max} bytes of text, not {bytes}"
        ));
    }
    if text.trim().is_empty() || text.contains(char::is_control) {
        return must_be(&format!("printable text such as {example:?}"), text);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_names() {
        let longest = "x".repeat(SERVER_NAME_BYTES_MAX);
        for text in ["chat.office", "a", "Chat-2", &longest] {
            assert_eq!(server_name(text).as_deref(), Ok(text));
        }
        let too_long = "x".repeat(SERVER_NAME_BYTES_MAX + 1);
        for text in ["", "chat office", "büro", "a_b", "a:b", "a\n", &too_long] {
            let why = server_name(text).expect_err(text);
            assert!(why.contains("at most 63 bytes"), "{why}");
        }
    }

    #[test]
    fn network_names() {
        let longest = "x".repeat(NETWORK_NAME_BYTES_MAX);
        for text in ["office", "Office_2.north-wing", &longest] {
            assert_eq!(network(text).as_deref(), Ok(text));
        }
        let too_long = "x".repeat(NETWORK_NAME_BYTES_MAX + 1);
        for text in ["", "the office", "büro", "a:b", "a\n", &too_long] {
            let why = network(text).expect_err(text);
            assert!(why.contains("at most 63 bytes"), "{why}");
        }
    }

    #[test]
    fn lines_about_who_runs_it() {
        let longest = "é".repeat(ADMIN_LINE_BYTES_MAX / 2);
        for text in ["Ann Example", "it@example.com", &longest] {
            assert_eq!(admin_line(text), Ok(()));
        }
        for text in ["", " ", "a\nb", "\u{1b}[1m"] {
            assert!(admin_line(text).is_err_and(|why| why.contains("must be printable text")));
        }
        let why = admin_line(&format!("{longest}x")).expect_err("one past");
        assert_eq!(why, "must be at most 160 bytes of text, not 161");
    }

    #[test]
    fn data_directories() {
        assert_eq!(data("none"), Ok(None));
        assert_eq!(data("/srv/chat"), Ok(Some("/srv/chat".into())));
        assert_eq!(data("./none"), Ok(Some("./none".into())));
        assert!(data("").is_err_and(|why| why.contains("/var/lib/hallway")));
        assert!(data("~/chat").is_err_and(|why| why.contains("not expanded")));
    }

    #[test]
    fn modes_of_new_channels() {
        for (text, modes) in [
            ("", ""),
            ("+", ""),
            ("+nt", "+nt"),
            ("tn", "+nt"),
            ("+ttn", "+nt"),
            ("+utsnmi", "+imnstu"),
        ] {
            assert_eq!(channel_modes(text).as_deref(), Ok(modes), "{text}");
        }
        for (text, reason) in [
            ("+nk", "must not hold k or l"),
            ("+l", "must not hold k or l"),
            ("-n", "letters of imnstu, not \"-n\""),
            ("++n", "letters of imnstu"),
            ("+n t", "letters of imnstu"),
            ("+o", "letters of imnstu"),
            ("+N", "letters of imnstu"),
        ] {
            let why = channel_modes(text).expect_err(text);
            assert!(why.contains(reason), "{text}: {why}");
        }
    }

    #[test]
    fn channels() {
        for text in [LOBBY, "#helpdesk", "#kaffeeküche", "##"] {
            assert_eq!(
                channel(text).map(|name| name.to_string()).as_deref(),
                Ok(text)
            );
        }
        for text in [
            "",
            "#",
            "lobby",
            "#a b",
            "#a\u{a0}b",
            "#a,b",
            "#a:b",
            "#a\u{7}",
            " #a",
        ] {
            assert!(channel(text).is_err_and(|why| why.contains("such as \"#helpdesk\"")));
        }
    }

    #[test]
    fn statuses() {
        assert_eq!(status_name("lunch", &["help".to_owned()]), Ok(()));
        for name in ["", "Lunch", "at-lunch", "a b", "lunch2", "café"] {
            assert!(status_name(name, &[]).is_err_and(|why| why.contains("lower-case letters")));
        }
        let why = status_name("help", &["away", "help"].map(str::to_owned)).expect_err("reserved");
        assert!(why.contains("/help is a command already"));
        let longest = "é".repeat(STATUS_TEXT_BYTES_MAX / 2);
        for text in ["At lunch", "李", &longest] {
            assert_eq!(status_text(text), Ok(()));
        }
        for text in ["", " ", "a\nb", "\u{1b}[1m"] {
            assert!(status_text(text).is_err_and(|why| why.contains("must be printable text")));
        }
        let why = status_text(&format!("{longest}x")).expect_err("one past");
        assert_eq!(why, "must be at most 160 bytes of text, not 161");
    }
}
