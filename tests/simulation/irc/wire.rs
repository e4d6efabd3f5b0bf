//! The grammar of what an IRC client is sent, read more strictly than clients do.

use hallway::protocol::irc::capabilities::{Cap, Caps};

/// The most bytes of a message without its tags, with its end (RFC 2812, section 2.3).
const MESSAGE_BYTES: usize = 512;

/// The most bytes of tags, with the `@` and the space behind them (IRCv3 message tags).
const TAGS_BYTES: usize = 8_191;

/// The most parameters of a message (RFC 2812, section 2.3.1).
const PARAMS_MAX: usize = 15;

/// A message from the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub tags: Vec<(String, String)>,
    /// Without its colon; empty in `ERROR` only.
    pub source: String,
    pub verb: String,
    pub params: Vec<String>,
}

impl Line {
    /// Reads a line without its end.
    ///
    /// # Errors
    /// It is not as the grammar has it, or too long.
    pub fn read(raw: &str) -> Result<Self, String> {
        let (tags, rest) = match raw.strip_prefix('@') {
            Some(tagged) => tagged.split_once(' ').ok_or("only tags")?,
            None => ("", raw),
        };
        if tags.len() + "@ ".len() > TAGS_BYTES || rest.len() + "\r\n".len() > MESSAGE_BYTES {
            return Err("too long".to_owned());
        }
        if raw.starts_with('@') && tags.is_empty() || raw.contains(['\r', '\n', '\0']) {
            return Err("no tags, or a character that cannot be".to_owned());
        }
        let (source, rest) = match rest.strip_prefix(':') {
            Some(sourced) => sourced.split_once(' ').ok_or("only a source")?,
            None => ("", rest),
        };
        let (verb, rest) = match rest.split_once(' ') {
            Some((verb, rest)) => (verb, Some(rest)),
            None => (rest, None),
        };
        let line = Self {
            tags: read_tags(tags)?,
            source: source.to_owned(),
            verb: verb.to_owned(),
            params: rest.map_or(Ok(Vec::new()), read_params)?,
        };
        line.check().map(|()| line)
    }

    fn check(&self) -> Result<(), String> {
        let word = |c: char| c.is_ascii_uppercase();
        let known = self.verb.chars().all(word) || self.is_numeric();
        if self.verb.is_empty() || !known {
            return Err(format!("{:?} is no command", self.verb));
        }
        if self.source.is_empty() != (self.verb == "ERROR") {
            return Err(format!("the source is {:?}", self.source));
        }
        // How many values a mode has is not limited here, as the server tells its clients.
        if self.params.len() > PARAMS_MAX && self.verb != "MODE" {
            return Err(format!("{} parameters", self.params.len()));
        }
        Ok(())
    }

    pub fn is_numeric(&self) -> bool {
        self.verb.len() == 3 && self.verb.chars().all(|c| c.is_ascii_digit())
    }

    pub fn tag(&self, key: &str) -> Option<&str> {
        let tag = self.tags.iter().find(|(known, _)| known == key);
        tag.map(|(_, value)| value.as_str())
    }

    /// A parameter, or nothing.
    pub fn param(&self, place: usize) -> &str {
        self.params.get(place).map_or("", String::as_str)
    }

    /// The name in the source.
    pub fn nick(&self) -> &str {
        self.source.split('!').next().unwrap_or("")
    }

    /// The tags for clients, in order.
    pub fn attached(&self) -> Vec<(String, String)> {
        let tags = self.tags.iter().filter(|(key, _)| key.starts_with('+'));
        tags.cloned().collect()
    }

    /// Whether a client with these capabilities may be sent these tags.
    ///
    /// # Errors
    /// It may not.
    pub fn check_tags(&self, caps: Caps) -> Result<(), String> {
        for (key, _) in &self.tags {
            let allowed = match key.as_str() {
                "time" => caps.has(Cap::ServerTime),
                "batch" => caps.has(Cap::Batch),
                "label" => caps.labels(),
                "draft/multiline-concat" => caps.multiline() && self.tag("batch").is_some(),
                "msgid" | "bot" | "draft/bot" => caps.has(Cap::MessageTags),
                key if key.starts_with('+') || key.starts_with("hallway/") => {
                    caps.has(Cap::MessageTags)
                }
                _ => false,
            };
            if !allowed {
                return Err(format!("the tag {key} was not asked for"));
            }
        }
        Ok(())
    }
}

fn read_tags(tags: &str) -> Result<Vec<(String, String)>, String> {
    let mut read: Vec<(String, String)> = Vec::new();
    for tag in tags.split(';').filter(|_| !tags.is_empty()) {
        let (key, value) = tag.split_once('=').unwrap_or((tag, ""));
        let name = key.strip_prefix('+').unwrap_or(key);
        let usable = |c: char| c.is_ascii_alphanumeric() || "-./".contains(c);
        if name.is_empty() || !name.chars().all(usable) {
            return Err(format!("{key:?} is no tag"));
        }
        if read.iter().any(|(known, _)| known == key) {
            return Err(format!("the tag {key} stands twice"));
        }
        read.push((key.to_owned(), value.to_owned()));
    }
    Ok(read)
}

fn read_params(mut rest: &str) -> Result<Vec<String>, String> {
    let mut params = Vec::new();
    loop {
        if let Some(trailing) = rest.strip_prefix(':') {
            params.push(trailing.to_owned());
            return Ok(params);
        }
        let (param, behind) = match rest.split_once(' ') {
            Some((param, behind)) => (param, Some(behind)),
            None => (rest, None),
        };
        if param.is_empty() {
            return Err("an empty parameter, or a space too many".to_owned());
        }
        params.push(param.to_owned());
        match behind {
            Some(behind) => rest = behind,
            None => return Ok(params),
        }
    }
}
