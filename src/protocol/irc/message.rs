//! The grammar of a message (RFC 2812, section 2.3.1; Modern IRC; IRCv3 message tags).

use super::framing::{CLIENT_TAGS_BYTES_MAX, MESSAGE_BYTES_MAX};

/// A message as a client sends it. The source is passed over: a client speaks for itself only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message<'a> {
    /// The tags as they stand there, without the `@`.
    pub tags: &'a str,
    /// The command, in any case of letters.
    pub verb: &'a str,
    /// The parameters, the last of which may have spaces or be empty.
    pub params: Vec<&'a str>,
    /// The tags, or the rest, have more bytes than they may.
    pub too_long: bool,
}

impl<'a> Message<'a> {
    /// Reads a line without its end; `None` if there is no command in it.
    pub fn parse(line: &'a str) -> Option<Self> {
        let (tags, rest, tags_bytes) = match line.strip_prefix('@') {
            Some(tagged) => {
                let (tags, rest) = tagged.split_once(' ')?;
                (tags, rest, tags.len() + "@ ".len())
            }
            None => ("", line, 0),
        };
        let too_long = tags_bytes > CLIENT_TAGS_BYTES_MAX || rest.len() > MESSAGE_BYTES_MAX;
        let rest = rest.trim_start_matches(' ');
        let rest = match rest.strip_prefix(':') {
            Some(sourced) => sourced.split_once(' ')?.1.trim_start_matches(' '),
            None => rest,
        };
        let (verb, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        (!verb.is_empty()).then(|| Self {
            tags,
            verb,
            params: params(rest),
            too_long,
        })
    }

    /// The value of a tag, unescaped; of several of the same key, the last.
    pub fn tag(&self, key: &str) -> Option<String> {
        let pairs = self.tags.split(';').rev();
        let mut pairs = pairs.map(|tag| tag.split_once('=').unwrap_or((tag, "")));
        pairs
            .find(|(known, _)| *known == key)
            .map(|(_, value)| unescaped(value))
    }

    /// The tags that are for other clients, as they are relayed; `None` if there are none.
    pub fn client_tags(&self) -> Option<String> {
        let mut kept: Vec<(&str, &str)> = Vec::new();
        for tag in self.tags.split(';') {
            let key = tag.split_once('=').map_or(tag, |(key, _)| key);
            if is_client_key(key) {
                kept.retain(|(known, _)| *known != key);
                kept.push((key, tag));
            }
        }
        let tags: Vec<&str> = kept.into_iter().map(|(_, tag)| tag).collect();
        (!tags.is_empty()).then(|| tags.join(";"))
    }
}

fn params(mut rest: &str) -> Vec<&str> {
    let mut params = Vec::new();
    loop {
        rest = rest.trim_start_matches(' ');
        if let Some(trailing) = rest.strip_prefix(':') {
            params.push(trailing);
            return params;
        }
        if rest.is_empty() {
            return params;
        }
        let (param, behind) = rest.split_once(' ').unwrap_or((rest, ""));
        params.push(param);
        rest = behind;
    }
}

/// `+name` or `+vendor/name`.
fn is_client_key(key: &str) -> bool {
    let usable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/');
    key.strip_prefix('+')
        .is_some_and(|name| !name.is_empty() && name.chars().all(usable))
}

/// The value that is written like this (IRCv3 message tags: escaping).
pub fn unescaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, false) => out.push(c),
            (..) => match chars.next() {
                Some(':') => out.push(';'),
                Some('s') => out.push(' '),
                Some('r') => out.push('\r'),
                Some('n') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
        }
    }
    out
}

/// A value as it is written in a tag.
pub fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            ';' => out.push_str("\\:"),
            ' ' => out.push_str("\\s"),
            '\\' => out.push_str("\\\\"),
            '\r' => out.push_str("\\r"),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(line: &str) -> Option<(&str, &str, Vec<&str>)> {
        Message::parse(line).map(|message| (message.tags, message.verb, message.params))
    }

    #[test]
    fn messages_are_taken_apart() {
        #[rustfmt::skip]
        let cases: &[(&str, &str, &str, &[&str])] = &[
            ("PING", "", "PING", &[]),
            ("PING a", "", "PING", &["a"]),
            ("PING  a   b ", "", "PING", &["a", "b"]),
            ("PRIVMSG #c :a b", "", "PRIVMSG", &["#c", "a b"]),
            ("PRIVMSG #c ::a", "", "PRIVMSG", &["#c", ":a"]),
            ("PRIVMSG #c :", "", "PRIVMSG", &["#c", ""]),
            ("PRIVMSG #c : a  b ", "", "PRIVMSG", &["#c", " a  b "]),
            ("PRIVMSG #c a:b", "", "PRIVMSG", &["#c", "a:b"]),
            (":src PING a", "", "PING", &["a"]),
            (":src  PING  :a", "", "PING", &["a"]),
            ("@a=b PING", "a=b", "PING", &[]),
            ("@a=b;+c  :src  PING :", "a=b;+c", "PING", &[""]),
            ("@ PING", "", "PING", &[]),
            ("  PING a", "", "PING", &["a"]),
            ("USER a 0 * :b\tc", "", "USER", &["a", "0", "*", "b\tc"]),
        ];
        for (line, tags, verb, params) in cases {
            assert_eq!(
                parsed(line),
                Some((*tags, *verb, params.to_vec())),
                "{line}"
            );
        }
        for line in ["", "   ", "@a=b", "@a=b ", ":src", ":src  ", "@a :src "] {
            assert_eq!(parsed(line), None, "{line:?}");
        }
    }

    #[test]
    fn tags_are_read_and_relayed() {
        let tag = |tags: &str, key| Message::parse(&format!("@{tags} PING"))?.tag(key);
        assert_eq!(tag("a=1;b", "b").as_deref(), Some(""));
        assert_eq!(tag("a=1;a=2", "a").as_deref(), Some("2"));
        assert_eq!(tag(r"a=\:\s\\\r\n\x\", "a").as_deref(), Some("; \\\r\nx"));
        assert_eq!(tag("a=1", "b"), None);
        let relayed = |tags: &str| Message::parse(&format!("@{tags} PING"))?.client_tags();
        assert_eq!(relayed("a=1;+b=2;+c;time=3").as_deref(), Some("+b=2;+c"));
        assert_eq!(relayed("+b=2;+c;+b=3").as_deref(), Some("+c;+b=3"));
        assert_eq!(relayed("a=1;+;+ü=1"), None);
    }

    #[test]
    fn both_parts_have_a_limit() {
        let too_long = |tags: usize, rest: usize| {
            let tags = match tags {
                0 => String::new(),
                _ => format!("@{} ", "t".repeat(tags - 2)),
            };
            let line = format!("{tags}{}", "x".repeat(rest));
            Message::parse(&line).expect("it has a command").too_long
        };
        assert!(!too_long(0, MESSAGE_BYTES_MAX));
        assert!(too_long(0, MESSAGE_BYTES_MAX + 1));
        assert!(!too_long(CLIENT_TAGS_BYTES_MAX, MESSAGE_BYTES_MAX));
        assert!(too_long(CLIENT_TAGS_BYTES_MAX + 1, 1));
    }

    proptest! {
        #[test]
        fn escaping_is_undone(value in "\\PC*|[ ;\\\\\r\n]*") {
            prop_assert_eq!(unescaped(&escaped(&value)), value);
        }

        #[test]
        fn no_line_is_too_odd(line in "[^\r\n\0]*") {
            if let Some(message) = Message::parse(&line) {
                prop_assert!(!message.verb.contains(' '));
                let last = message.params.len().saturating_sub(1);
                prop_assert!(message.params[..last].iter().all(|param| !param.contains(' ')));
            }
        }
    }
}
