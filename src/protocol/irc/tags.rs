//! The tags in front of a message, by what its reader has asked for.

use std::fmt::Write;

use super::capabilities::{Cap, Caps};
use super::message::escaped;
use super::message_id;
use crate::chat::availability::Away;
use crate::chat::time::write_utc;
use crate::chat::user::Identity;
use crate::chat::vocabulary::MessageId;

/// The capabilities that change the tags of any message.
pub const TAG_CAPS: Caps = Caps::of(&[Cap::ServerTime, Cap::MessageTags, Cap::AccountTag]);

/// How many bytes of tags are made room for: a time and an id.
const TAGS_BYTES_USUAL: usize = 64;

/// The tag that has an announcement's number.
pub const ANNOUNCEMENT: &str = "hallway/announcement";
/// The tag that has the number of an announcement that is taken back.
pub const WITHDRAWN: &str = "hallway/withdrawn";
/// The tag that has the kind of an absence.
pub const KIND: &str = "hallway/kind";
/// The tag that has the moment since which somebody is away (as `time` has it).
pub const SINCE: &str = "hallway/since";
/// The tag that has the moment at which somebody will be back (as `time` has it).
pub const UNTIL: &str = "hallway/until";

/// Tags in the making; what the reader has not asked for is left out.
#[derive(Debug, Clone)]
pub struct Tags {
    caps: Caps,
    text: String,
}

impl Tags {
    /// None yet, for a reader who has these capabilities.
    pub fn new(caps: Caps) -> Self {
        Self {
            caps,
            text: String::new(),
        }
    }

    /// Those of anything that happens: when, by whose account, and whether a program did it.
    pub fn of(caps: Caps, at_ms: u64, by: &Identity) -> Self {
        let tags = Self::new(caps).time(at_ms).account(by);
        if by.bot {
            // Many clients know it by the name that it had as a draft.
            tags.with("bot").with("draft/bot")
        } else {
            tags
        }
    }

    fn raw(mut self, tag: &str) -> Self {
        self.next().push_str(tag);
        self
    }

    /// Where the next tag is to be written.
    fn next(&mut self) -> &mut String {
        if self.text.is_empty() {
            self.text.reserve(TAGS_BYTES_USUAL);
        } else {
            self.text.push(';');
        }
        &mut self.text
    }

    fn with(self, tag: &str) -> Self {
        if self.caps.has(Cap::MessageTags) {
            self.raw(tag)
        } else {
            self
        }
    }

    /// When it happened (IRCv3 server-time).
    pub fn time(mut self, at_ms: u64) -> Self {
        if self.caps.has(Cap::ServerTime) {
            let out = self.next();
            out.push_str("time=");
            write_utc(at_ms, out);
        }
        self
    }

    /// The account of who did it (IRCv3 account-tag); guests have none.
    fn account(mut self, by: &Identity) -> Self {
        if let Some(account) = by
            .account
            .as_ref()
            .filter(|_| self.caps.has(Cap::AccountTag))
        {
            let out = self.next();
            out.push_str("account=");
            out.push_str(account.name.as_str());
        }
        self
    }

    /// Its id (IRCv3 message ids).
    pub fn id(mut self, id: MessageId) -> Self {
        if self.caps.has(Cap::MessageTags) {
            let out = self.next();
            out.push_str("msgid=");
            message_id::write(id, out);
        }
        self
    }

    /// What the sender's program attached to it.
    pub fn attached(self, attached: Option<&str>) -> Self {
        match attached {
            Some(attached) => self.with(attached),
            None => self,
        }
    }

    /// One of hallway's own.
    pub fn own(self, key: &str, value: impl std::fmt::Display) -> Self {
        self.with(&format!("{key}={}", escaped(&value.to_string())))
    }

    /// Those of an absence.
    pub fn away(self, away: &Away) -> Self {
        let moment = |ms| {
            let mut out = String::new();
            write_utc(ms, &mut out);
            out
        };
        let tags = self.own(KIND, away.kind.as_str());
        let tags = tags.own(SINCE, moment(away.since_ms));
        match away.until_ms {
            Some(until_ms) => tags.own(UNTIL, moment(until_ms)),
            None => tags,
        }
    }

    /// The batch that it is a part of (IRCv3 batch).
    pub fn batch(self, reference: &str) -> Self {
        self.raw(&format!("batch={reference}"))
    }

    /// It goes on with the line before it (draft/multiline).
    pub fn concat(self) -> Self {
        self.raw("draft/multiline-concat")
    }

    /// The tags, without the `@`.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Messages, each with one tag more.
pub fn tagged(lines: &str, tag: &str) -> String {
    let mut out = String::with_capacity(lines.len() + tag.len() + 2);
    for line in lines.split_inclusive("\r\n") {
        let _ = match line.strip_prefix('@') {
            Some(rest) => write!(out, "@{tag};{rest}"),
            None => write!(out, "@{tag} {line}"),
        };
    }
    out
}

/// Messages in a batch: those that are in a batch within it already stay there.
pub fn batched(lines: &str, reference: &str) -> String {
    let tag = format!("batch={reference}");
    let inside = |line: &str| {
        let tags = line
            .strip_prefix('@')
            .and_then(|line| line.split(' ').next());
        tags.is_some_and(|tags| tags.split(';').any(|tag| tag.starts_with("batch=")))
    };
    let lines = lines.split_inclusive("\r\n");
    lines
        .map(|line| match inside(line) {
            true => line.to_owned(),
            false => tagged(line, &tag),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_asked_for_is_written() {
        let id = MessageId::default();
        let written = |caps: &[Cap]| {
            let tags = Tags::new(Caps::of(caps)).time(0).id(id);
            tags.attached(Some("+a=b")).as_str().to_owned()
        };
        assert_eq!(written(&[]), "");
        assert_eq!(written(&[Cap::ServerTime]), "time=1970-01-01T00:00:00.000Z");
        assert_eq!(written(&[Cap::MessageTags]), "msgid=0-0-0;+a=b");
        let both = "time=1970-01-01T00:00:00.000Z;msgid=0-0-0;+a=b";
        assert_eq!(written(&[Cap::MessageTags, Cap::ServerTime]), both);
    }

    #[test]
    fn a_batch_within_a_batch_keeps_its_lines() {
        let lines = ":a BATCH +m x\r\n@batch=m :a PRIVMSG b :c\r\n:a BATCH -m\r\n";
        let expected =
            "@batch=r :a BATCH +m x\r\n@batch=m :a PRIVMSG b :c\r\n@batch=r :a BATCH -m\r\n";
        assert_eq!(batched(lines, "r"), expected);
    }

    #[test]
    fn a_tag_is_added_to_each_line() {
        let lines = ":a PING\r\n@b=c :a PONG\r\n";
        assert_eq!(tagged(lines, "x=1"), "@x=1 :a PING\r\n@x=1;b=c :a PONG\r\n");
    }
}
