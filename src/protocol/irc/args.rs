//! The parameters of a message, taken one by one as what they are.

use std::sync::Arc;

use super::capabilities::{Cap, Caps};
use super::commands::Spec;
use super::message::Message;
use super::numerics::*;
use super::refusals::Complaint;
use crate::chat::name::{ChannelName, Nick};
use crate::chat::vocabulary::{Manner, Target};
use crate::protocol::modes;

/// What starts and ends a request between programs (CTCP), and an action.
pub const CTCP: char = '\u{1}';

/// The parameters of a message.
pub struct Args<'m> {
    /// The message.
    pub message: &'m Message<'m>,
    /// The command's row in the table.
    pub spec: &'static Spec,
    /// What the client has asked to have.
    pub caps: Caps,
}

impl<'m> Args<'m> {
    /// A parameter, if it is there and says anything.
    pub fn maybe(&self, place: usize) -> Option<&'m str> {
        self.message
            .params
            .get(place)
            .copied()
            .filter(|param| !param.is_empty())
    }

    /// A parameter that the table says is there, or nothing.
    pub fn get(&self, place: usize) -> &'m str {
        self.message.params.get(place).copied().unwrap_or("")
    }

    /// The parts of a parameter between commas.
    pub fn list(&self, place: usize) -> Vec<&'m str> {
        self.parts(place).collect()
    }

    /// The same, one by one.
    pub fn parts(&self, place: usize) -> impl Iterator<Item = &'m str> {
        let parts = self.get(place).split(',');
        parts.filter(|part| !part.is_empty())
    }

    /// All parameters from a place on, as one text.
    pub fn rest(&self, place: usize) -> String {
        self.message.params.get(place..).unwrap_or(&[]).join(" ")
    }

    /// A text that is cut where it is longer than it may be, as IRC has it.
    pub fn cut(&self, place: usize, max_bytes: usize) -> Option<String> {
        self.maybe(place).map(|text| cut(text, max_bytes))
    }

    /// The tags for other clients.
    pub fn attached(&self) -> Option<Arc<str>> {
        let may_attach = self.caps.has(Cap::MessageTags);
        let tags = may_attach.then(|| self.message.client_tags()).flatten();
        tags.map(Arc::from)
    }

    /// The batch that the message is a part of. Only draft/multiline lets a client have batches.
    pub fn batch(&self) -> Option<String> {
        let may_batch = self.caps.has(Cap::Multiline);
        may_batch.then(|| self.message.tag("batch")).flatten()
    }
}

/// The text up to so many bytes, and only whole characters.
pub fn cut(text: &str, max_bytes: usize) -> String {
    text[..text.floor_char_boundary(max_bytes)].to_owned()
}

/// A channel's name.
///
/// # Errors
/// It cannot be one: 403.
pub fn channel(word: &str) -> Result<ChannelName, Complaint> {
    ChannelName::parse(word)
        .map_err(|_| Complaint::about(ERR_NOSUCHCHANNEL, &[word], "No such channel"))
}

/// A person's name, where somebody is meant who may be here.
///
/// # Errors
/// It cannot be one: 401.
pub fn nick(word: &str) -> Result<Nick, Complaint> {
    Nick::parse(word).map_err(|_| Complaint::about(ERR_NOSUCHNICK, &[word], "No such nick"))
}

/// Where something is to go: a channel, those of a rank in it (STATUSMSG), or a person. Of several
/// signs the lowest counts.
///
/// # Errors
/// It is neither: 401 or 403.
pub fn target(word: &str) -> Result<Target, Complaint> {
    let name = word.trim_start_matches(|c| modes::rank_of_sign(c).is_some());
    if !name.starts_with('#') {
        return nick(word).map(Target::Person);
    }
    let signs = &word[..word.len() - name.len()];
    let lowest = signs.chars().filter_map(modes::rank_of_sign).min();
    let channel = channel(name)?;
    Ok(match lowest {
        Some(rank) => Target::Ranked(channel, rank),
        None => Target::Channel(channel),
    })
}

/// How a text is meant, and what it says: CTCP is taken apart.
pub fn manner(text: &str, notice: bool) -> (Manner, &str) {
    let Some(request) = text.strip_prefix(CTCP) else {
        let manner = if notice {
            Manner::Notice
        } else {
            Manner::Speech
        };
        return (manner, text);
    };
    let request = request.strip_suffix(CTCP).unwrap_or(request);
    match request.strip_prefix("ACTION ") {
        Some(action) if !notice => (Manner::Action, action),
        _ if notice => (Manner::Answer, request),
        _ => (Manner::Request, request),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::mode::Rank;

    #[test]
    fn targets_are_told_apart() {
        let channel = ChannelName::parse("#c").expect("a name");
        let nick = Nick::parse("bob").expect("a name");
        assert_eq!(target("#c"), Ok(Target::Channel(channel.clone())));
        assert_eq!(
            target("@#c"),
            Ok(Target::Ranked(channel.clone(), Rank::Operator))
        );
        assert_eq!(target("@+#c"), Ok(Target::Ranked(channel, Rank::Voice)));
        assert_eq!(target("bob"), Ok(Target::Person(nick)));
        assert!(target("@bob").is_err());
        assert!(target("#").is_err());
    }

    #[test]
    fn requests_between_programs_are_taken_apart() {
        assert_eq!(manner("hello", false), (Manner::Speech, "hello"));
        assert_eq!(manner("hello", true), (Manner::Notice, "hello"));
        assert_eq!(
            manner("\u{1}ACTION waves\u{1}", false),
            (Manner::Action, "waves")
        );
        assert_eq!(
            manner("\u{1}ACTION waves", false),
            (Manner::Action, "waves")
        );
        assert_eq!(
            manner("\u{1}VERSION\u{1}", false),
            (Manner::Request, "VERSION")
        );
        assert_eq!(
            manner("\u{1}VERSION x\u{1}", true),
            (Manner::Answer, "VERSION x")
        );
    }
}
