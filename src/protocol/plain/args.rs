//! What stands behind a command, taken word by word.

use super::commands::Spec;
use super::printable::printable;
use super::refusals::Mistake;
use super::screen::Screen;
use crate::chat::name::{ChannelName, Nick};

/// What stands behind a command, and where it was typed.
pub struct Args<'a> {
    rest: &'a str,
    spec: &'static Spec,
    /// The screen that it was typed on.
    pub screen: &'a Screen,
}

impl<'a> Args<'a> {
    /// What stands behind the command `spec`.
    pub fn new(rest: &'a str, spec: &'static Spec, screen: &'a Screen) -> Self {
        Self {
            rest: rest.trim_start_matches(' '),
            spec,
            screen,
        }
    }

    /// That it is typed otherwise.
    pub fn usage(&self) -> Mistake {
        Mistake::Usage(self.spec)
    }

    /// The next word, if there is one.
    pub fn word(&mut self) -> Option<&'a str> {
        let (word, rest) = self.rest.split_once(' ').unwrap_or((self.rest, ""));
        self.rest = rest.trim_start_matches(' ');
        (!word.is_empty()).then_some(word)
    }

    /// The next word.
    ///
    /// # Errors
    /// There is none.
    pub fn need_word(&mut self) -> Result<&'a str, Mistake> {
        self.word().ok_or_else(|| self.usage())
    }

    /// The next word, a person's name.
    ///
    /// # Errors
    /// There is none, or it cannot be a name.
    pub fn nick(&mut self) -> Result<Nick, Mistake> {
        let word = self.need_word()?;
        nick(word)
    }

    /// The next word, a channel's name.
    ///
    /// # Errors
    /// There is none, or it cannot be a channel's name.
    pub fn channel(&mut self) -> Result<ChannelName, Mistake> {
        let word = self.need_word()?;
        channel(word)
    }

    /// The next word if it begins as a channel's name does.
    ///
    /// # Errors
    /// It does, but cannot be one.
    pub fn maybe_channel(&mut self) -> Result<Option<ChannelName>, Mistake> {
        if !self.rest.starts_with('#') {
            return Ok(None);
        }
        self.channel().map(Some)
    }

    /// The next word if it begins as a channel's name does, else the current channel.
    ///
    /// # Errors
    /// It cannot be one, or there is no current channel.
    pub fn channel_or_current(&mut self) -> Result<ChannelName, Mistake> {
        match self.maybe_channel()? {
            Some(channel) => Ok(channel),
            None => self
                .screen
                .current()
                .cloned()
                .ok_or(Mistake::NoCurrentChannel),
        }
    }

    /// A number, like that of an announcement.
    ///
    /// # Errors
    /// There is none, or it is no number.
    pub fn number(&mut self) -> Result<u32, Mistake> {
        let word = self.need_word()?;
        number(word.trim_start_matches('!')).ok_or_else(|| Mistake::NotANumber {
            typed: word.to_owned(),
        })
    }

    /// All that is left, made printable; may be empty.
    pub fn text(&mut self) -> String {
        printable(std::mem::take(&mut self.rest)).into_owned()
    }

    /// All that is left, made printable, if it is anything.
    pub fn maybe_text(&mut self) -> Option<String> {
        let text = self.text();
        (!text.trim().is_empty()).then_some(text)
    }

    /// All that is left, made printable.
    ///
    /// # Errors
    /// Nothing is left.
    pub fn need_text(&mut self) -> Result<String, Mistake> {
        self.maybe_text().ok_or_else(|| self.usage())
    }

    /// Nothing is left.
    ///
    /// # Errors
    /// Something is.
    pub fn end(&self) -> Result<(), Mistake> {
        if self.rest.trim().is_empty() {
            Ok(())
        } else {
            Err(self.usage())
        }
    }
}

/// A whole number from 1 up.
pub fn number(word: &str) -> Option<u32> {
    word.parse().ok().filter(|number| *number > 0)
}

/// A person's name.
///
/// # Errors
/// It cannot be one.
pub fn nick(word: &str) -> Result<Nick, Mistake> {
    Nick::parse(word).map_err(|fault| Mistake::BadName {
        typed: word.to_owned(),
        fault,
    })
}

/// A channel's name.
///
/// # Errors
/// It cannot be one.
pub fn channel(word: &str) -> Result<ChannelName, Mistake> {
    ChannelName::parse(word).map_err(|fault| Mistake::BadChannel {
        typed: word.to_owned(),
        fault,
    })
}
