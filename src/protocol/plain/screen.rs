//! What one plain session has in view: its current channel, whom `/reply` answers, how it wants
//! times, and the lines it holds back.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::chat::UserId;
use crate::chat::name::{ChannelName, Nick};
use crate::protocol::stamp::Times;

/// How many bytes `/hold` keeps back before the lines come all the same.
pub const HOLD_BYTES_MAX: usize = 32_768;

/// Whom `/reply` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Partner {
    /// Somebody who was here when they wrote, whatever they are called by now.
    Here(UserId),
    /// Somebody whose letter was kept: the owner of this name.
    Owner(Box<Nick>),
}

/// Lines that wait for `/go`.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Held {
    lines: Vec<Box<[u8]>>,
    bytes: usize,
    /// Who wrote the last private line of these.
    partner: Option<Partner>,
}

/// What one plain session has in view.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Screen {
    /// The channels it is in, the current one last.
    joined: Vec<ChannelName>,
    /// No channel is current, though it may be in some: it was put out of the one that was.
    adrift: bool,
    partner: Option<Partner>,
    /// How it wants times.
    pub times: Times,
    /// It has negotiated: what is typed at it can be hidden.
    pub is_telnet: bool,
    /// The local day (days since 1970-01-01) that it was last told.
    pub day: u32,
    held: Option<Box<Held>>,
}

impl Screen {
    /// Where bare text goes.
    pub fn current(&self) -> Option<&ChannelName> {
        if self.adrift {
            None
        } else {
            self.joined.last()
        }
    }

    /// Whether the session is in the channel.
    pub fn is_in(&self, channel: &ChannelName) -> bool {
        self.joined.contains(channel)
    }

    /// In how many channels the session is.
    pub fn places(&self) -> usize {
        self.joined.len()
    }

    /// The channel is the current one from now on.
    pub fn turn_to(&mut self, channel: &ChannelName) {
        self.joined.retain(|other| other != channel);
        self.joined.push(channel.clone());
        self.adrift = false;
    }

    /// The session is in just these channels, the last of which is current.
    pub fn be_in(&mut self, channels: Vec<ChannelName>) {
        self.joined = channels;
        self.adrift = false;
    }

    /// The session is in the channel, for its person went there from another: it speaks where it
    /// did, which may be nowhere.
    pub fn follow(&mut self, channel: &ChannelName) {
        self.adrift |= self.joined.is_empty();
        if !self.is_in(channel) {
            self.joined.insert(0, channel.clone());
        }
    }

    /// A channel is called something else.
    pub fn renamed(&mut self, before: &ChannelName, now: &ChannelName) {
        let same = self.joined.iter_mut().filter(|name| *name == before);
        same.for_each(|name| *name = now.clone());
    }

    /// The session is in the channel no more.
    pub fn leave(&mut self, channel: &ChannelName) {
        self.joined.retain(|other| other != channel);
        self.joined.shrink_to_fit();
    }

    /// The session was put out of the channel: nobody shall speak elsewhere by mistake.
    pub fn put_out(&mut self, channel: &ChannelName) {
        self.adrift |= self.current() == Some(channel);
        self.leave(channel);
    }

    /// Whom `/reply` answers: whoever wrote the last private line that has been shown.
    pub fn partner(&self) -> Option<&Partner> {
        self.partner.as_ref()
    }

    /// Somebody has written privately.
    pub fn heard_from(&mut self, writer: Partner) {
        let partner = self
            .held
            .as_mut()
            .map_or(&mut self.partner, |held| &mut held.partner);
        *partner = Some(writer);
    }

    /// Nothing is said elsewhere by mistake: the session was put out of its current channel.
    pub fn is_adrift(&self) -> bool {
        self.adrift
    }

    /// No channel is current until one is joined.
    pub fn drift(&mut self) {
        self.adrift = true;
    }

    /// Lines of others wait from now on. Says whether they did not before.
    pub fn hold(&mut self) -> bool {
        let held_before = self.held.is_some();
        self.held.get_or_insert_default();
        !held_before
    }

    /// Whether lines of others wait.
    pub fn holds(&self) -> bool {
        self.held.is_some()
    }

    /// Lets a line of others wait. Says whether there is room for more.
    pub fn keep_back(&mut self, line: &Bytes) -> bool {
        let Some(held) = self.held.as_mut() else {
            return false;
        };
        held.bytes += line.len();
        held.lines.push(Box::from(&line[..]));
        held.bytes < HOLD_BYTES_MAX
    }

    /// Takes the lines that waited, if lines wait at all, and how many there are.
    pub fn go(&mut self) -> Option<(Vec<u8>, usize)> {
        let held = self.held.take()?;
        self.partner = held.partner.or(self.partner.take());
        Some((held.lines.concat(), held.lines.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> ChannelName {
        ChannelName::parse(text).expect("a name")
    }

    #[test]
    fn the_channel_joined_last_is_current() {
        let mut screen = Screen::default();
        assert_eq!(screen.current(), None);
        screen.turn_to(&name("#a"));
        screen.turn_to(&name("#b"));
        screen.turn_to(&name("#lobby"));
        screen.turn_to(&name("#b"));
        assert_eq!(screen.current(), Some(&name("#b")));
        screen.leave(&name("#b"));
        assert_eq!(screen.current(), Some(&name("#lobby")));
        screen.leave(&name("#lobby"));
        assert_eq!(screen.current(), Some(&name("#a")));
        screen.put_out(&name("#a"));
        assert_eq!(screen.current(), None);
    }

    #[test]
    fn after_a_kick_there_is_no_current_channel_until_one_is_joined() {
        let mut screen = Screen::default();
        screen.turn_to(&name("#a"));
        screen.turn_to(&name("#b"));
        screen.put_out(&name("#b"));
        assert_eq!(screen.current(), None);
        screen.turn_to(&name("#a"));
        assert_eq!(screen.current(), Some(&name("#a")));
    }

    #[test]
    fn where_ones_other_sessions_go_nothing_is_said_by_mistake() {
        let mut screen = Screen::default();
        screen.follow(&name("#a"));
        assert!(screen.is_in(&name("#a")));
        assert_eq!(screen.current(), None);
        screen.be_in(vec![name("#a"), name("#b")]);
        assert_eq!(screen.current(), Some(&name("#b")));
        screen.follow(&name("#c"));
        screen.follow(&name("#a"));
        assert_eq!(screen.current(), Some(&name("#b")));
        screen.leave(&name("#b"));
        screen.leave(&name("#a"));
        assert_eq!(screen.current(), Some(&name("#c")));
    }

    #[test]
    fn a_hold_has_an_end() {
        let mut screen = Screen::default();
        assert!(screen.go().is_none());
        assert!(screen.hold());
        assert!(!screen.hold());
        let line = Bytes::from(vec![b'x'; HOLD_BYTES_MAX - 1]);
        assert!(screen.keep_back(&line));
        assert!(!screen.keep_back(&Bytes::from_static(b"y")));
        let (bytes, lines) = screen.go().expect("held");
        assert_eq!((bytes.len(), lines), (HOLD_BYTES_MAX, 2));
    }
}
