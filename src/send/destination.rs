//! Where a text goes: the command that is put before it.

use super::LINE_BYTES_MAX;
use super::courier::Post;
use super::line::{self, Line};
use super::name::is_word;

/// The beginning of every line sent.
#[derive(Clone, Debug)]
pub(super) struct Destination {
    command: String,
    /// The server would take a channel's name at the beginning of the text for the place to announce it.
    to_everybody: bool,
}

impl Destination {
    pub(super) fn new(to: Option<&str>, announce: bool) -> Result<Destination, String> {
        if let Some(to) = to.filter(|to| !is_word(to)) {
            return Err(format!(
                "{to:?} is neither a channel nor a name: write one word."
            ));
        }
        let command = match (to, announce) {
            (Some(to), false) => format!("/msg {to} "),
            (Some(to), true) if to.starts_with('#') => format!("/announce {to} "),
            (Some(to), true) => {
                return Err(format!(
                    "An announcement is for a channel or for everybody, not for {to}."
                ));
            }
            (None, true) => "/announce ".to_owned(),
            (None, false) => return Err("Say where to: --to '#channel' or --to NAME.".to_owned()),
        };
        Ok(Destination {
            command,
            to_everybody: to.is_none(),
        })
    }

    /// The post that a line makes; `None` if it says nothing. `label` is what complaints call it.
    pub(super) fn post(&self, token: u64, label: String, text: &Line) -> Option<Post> {
        let quote = line::quoted(&text.bytes);
        let words = line::cleaned(&text.bytes);
        if words.trim_ascii().is_empty() && !text.cut {
            return None;
        }
        Some(Post {
            token,
            label,
            quote,
            line: self.line(&words, text.cut),
        })
    }

    /// The line to send, or why it cannot be sent.
    fn line(&self, words: &[u8], cut: bool) -> Result<Vec<u8>, String> {
        if cut || self.command.len() + words.len() > LINE_BYTES_MAX {
            let room = LINE_BYTES_MAX - self.command.len();
            return Err(format!(
                "it is longer than the {room} bytes that fit into a line"
            ));
        }
        if self.to_everybody && words.trim_ascii_start().starts_with(b"#") {
            return Err(
                "an announcement to everybody cannot begin with \"#\", which would name a channel"
                    .to_owned(),
            );
        }
        Ok([self.command.as_bytes(), &line::escaped(words)].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(to: Option<&str>, announce: bool, text: &[u8]) -> Result<Vec<u8>, String> {
        let text = Line {
            bytes: text.to_vec(),
            cut: false,
        };
        Destination::new(to, announce)?
            .post(1, "line 1".into(), &text)
            .map_or(Ok(Vec::new()), |post| post.line)
    }

    #[test]
    fn the_command_stands_before_the_text() {
        for (to, announce, text, line) in [
            (Some("#ops"), false, &b"/quit"[..], &b"/msg #ops /quit"[..]),
            (
                Some("bob"),
                false,
                b"caf\xe9 \xff\r",
                b"/msg bob caf\xe9 \xff\xff",
            ),
            (
                Some("#ops"),
                true,
                b"#3 is down",
                b"/announce #ops #3 is down",
            ),
            (None, true, b"fire drill", b"/announce fire drill"),
            (Some("bob"), false, b" \t\x15\r", b""),
        ] {
            assert_eq!(sent(to, announce, text).unwrap(), line);
        }
    }

    #[test]
    fn what_would_go_elsewhere_is_not_sent() {
        for (to, announce, text, why) in [
            (Some("bob hi"), false, "x", "one word"),
            (Some(""), false, "x", "one word"),
            (Some("a\r\n/quit"), false, "x", "one word"),
            (Some("bob"), true, "x", "not for bob"),
            (None, false, "x", "Say where to"),
            (None, true, " #3 is down", "cannot begin with"),
        ] {
            assert!(
                sent(to, announce, text.as_bytes())
                    .unwrap_err()
                    .contains(why),
                "{why}"
            );
        }
    }

    #[test]
    fn a_line_longer_than_the_server_takes_is_not_sent() {
        let room = LINE_BYTES_MAX - "/msg bob ".len();
        assert_eq!(
            sent(Some("bob"), false, &vec![b'x'; room]).unwrap().len(),
            LINE_BYTES_MAX
        );
        assert!(
            sent(Some("bob"), false, &vec![b'x'; room + 1])
                .unwrap_err()
                .contains("longer than the 4087 bytes")
        );
        let cut = Line {
            bytes: Vec::new(),
            cut: true,
        };
        let post = Destination::new(Some("bob"), false)
            .unwrap()
            .post(1, String::new(), &cut);
        assert!(post.unwrap().line.is_err());
    }
}
