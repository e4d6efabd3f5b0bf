//! Who is there, and what is handed to whom.

use std::collections::HashMap;

use bytes::Bytes;
use slab::Slab;

use crate::canned;
use crate::member::{Member, Wire};

/// A channel: who is in it.
pub(crate) struct Channel {
    pub(crate) name: Box<[u8]>,
    pub(crate) members: Vec<u32>,
}

/// One line, ready-made for each kind of reader as soon as there is one.
pub(crate) struct Copies<'a> {
    nick: &'a [u8],
    /// As IRC has it, without the end.
    line: &'a [u8],
    /// Where it is said, and what: for plain readers, who hear nothing else.
    said: Option<(&'a [u8], &'a [u8])>,
    ready: [Option<Bytes>; 3],
}

impl<'a> Copies<'a> {
    pub(crate) fn new(nick: &'a [u8], line: &'a [u8], said: Option<(&'a [u8], &'a [u8])>) -> Self {
        Self {
            nick,
            line,
            said,
            ready: [None, None, None],
        }
    }

    fn copy(&mut self, wire: Wire) -> Option<Bytes> {
        if wire == Wire::Plain && self.said.is_none() {
            return None;
        }
        let ready = &mut self.ready[wire as usize];
        let bytes = ready.get_or_insert_with(|| match (wire, self.said) {
            (Wire::Plain, Some((place, text))) => canned::plain(place, self.nick, text).into(),
            _ => canned::message(wire, self.nick, self.line).into(),
        });
        Some(bytes.clone())
    }
}

/// The relay.
pub(crate) struct Relay {
    pub(crate) greeting: Bytes,
    pub(crate) members: Slab<Member>,
    pub(crate) nicks: HashMap<Box<[u8]>, u32>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) channel_ids: HashMap<Box<[u8]>, u32>,
    dirty: Vec<u32>,
}

impl Relay {
    pub(crate) fn new(greeting_bytes: usize) -> Self {
        Self {
            greeting: canned::greeting(greeting_bytes).into(),
            members: Slab::new(),
            nicks: HashMap::new(),
            channels: Vec::new(),
            channel_ids: HashMap::new(),
            dirty: Vec::new(),
        }
    }

    pub(crate) fn next_id(&self) -> usize {
        self.members.vacant_key()
    }

    pub(crate) fn open(&mut self, member: Member) {
        self.members.insert(member);
    }

    /// The socket takes bytes again.
    pub(crate) fn mark_unwritten(&mut self, id: usize) {
        if self.members.get(id).is_some_and(Member::is_unwritten) {
            self.mark(id as u32);
        }
    }

    fn mark(&mut self, id: u32) {
        let member = &mut self.members[id as usize];
        if !member.dirty {
            member.dirty = true;
            self.dirty.push(id);
        }
    }

    /// Hands bytes to one.
    pub(crate) fn hand(&mut self, id: u32, bytes: Bytes) {
        self.members[id as usize].push(bytes);
        self.mark(id);
    }

    /// Hands a line to each other member of a channel.
    pub(crate) fn hand_round(&mut self, channel: u32, but: u32, copies: &mut Copies<'_>) {
        let Self {
            channels,
            members,
            dirty,
            ..
        } = self;
        for id in &channels[channel as usize].members {
            if *id == but {
                continue;
            }
            let member = &mut members[*id as usize];
            if let Some(bytes) = copies.copy(member.wire) {
                member.push(bytes);
                if !member.dirty {
                    member.dirty = true;
                    dirty.push(*id);
                }
            }
        }
    }

    /// Hands a line to one.
    pub(crate) fn hand_line(&mut self, id: u32, copies: &mut Copies<'_>) {
        if let Some(bytes) = copies.copy(self.members[id as usize].wire) {
            self.hand(id, bytes);
        }
    }

    /// Reads what somebody has said, and does it.
    pub(crate) fn hear(&mut self, id: usize, scratch: &mut [u8]) {
        loop {
            let Some(member) = self.members.get_mut(id).filter(|member| !member.gone) else {
                return;
            };
            let Ok(read) = member.read(scratch) else {
                return self.leave(id as u32);
            };
            let kept;
            let bytes = match member.has_partial() {
                true => {
                    kept = member.take_partial(&scratch[..read]);
                    &kept[..]
                }
                false => &scratch[..read],
            };
            let rest = self.hear_lines(id as u32, bytes);
            if rest < bytes.len() {
                self.members[id].keep(&bytes[rest..]);
            }
            if read < scratch.len() {
                return;
            }
        }
    }

    /// Does one line after the other; says where the last, which has no end yet, begins.
    fn hear_lines(&mut self, id: u32, bytes: &[u8]) -> usize {
        let mut start = 0;
        while let Some(length) = memchr::memchr(b'\n', &bytes[start..]) {
            let line = &bytes[start..start + length];
            start += length + 1;
            self.obey(id, line.strip_suffix(b"\r").unwrap_or(line));
        }
        start
    }

    /// Somebody is gone: everybody who shared a channel is told at once, and buries them later.
    pub(crate) fn leave(&mut self, id: u32) {
        let member = &mut self.members[id as usize];
        if std::mem::replace(&mut member.gone, true) {
            return;
        }
        let (nick, channels) = (member.nick.clone(), std::mem::take(&mut member.channels));
        if self.nicks.get(&nick) == Some(&id) {
            self.nicks.remove(&nick);
        }
        let mut copies = Copies::new(&nick, b"QUIT :gone", None);
        for channel in channels {
            self.hand_round(channel, id, &mut copies);
            let members = &mut self.channels[channel as usize].members;
            members.retain(|member| *member != id);
        }
        self.mark(id);
    }

    /// Writes what is to be written, once for each; buries who is gone.
    pub(crate) fn send(&mut self) {
        while let Some(id) = self.dirty.pop() {
            // Whoever could not be written is on the list twice.
            let Some(member) = self.members.get_mut(id as usize) else {
                continue;
            };
            member.dirty = false;
            if member.flush().is_err() {
                self.leave(id);
            }
            if self.members[id as usize].gone {
                self.members.remove(id as usize);
            }
        }
    }
}
