//! The few words that the floor understands.

use crate::canned;
use crate::member::Wire;
use crate::relay::{Channel, Copies, Relay};

impl Relay {
    /// Does what a line says.
    pub(crate) fn obey(&mut self, id: u32, line: &[u8]) {
        match self.members[id as usize].wire {
            Wire::Plain => self.obey_plain(id, line),
            Wire::Irc | Wire::Tagged => self.obey_irc(id, line),
        }
    }

    fn obey_irc(&mut self, id: u32, line: &[u8]) {
        let (verb, rest) = split(line);
        match verb {
            b"PRIVMSG" => self.relay_message(id, line, rest),
            b"PING" => self.answer(id, |_| [b":floor PONG floor :", rest, b"\r\n"].concat()),
            b"JOIN" => self.join(id, rest, line),
            b"NICK" => self.name(id, rest, line),
            b"USER" => self.greet(id),
            b"CAP" => self.negotiate(id, rest),
            b"AWAY" => self.answer(id, |nick| {
                [
                    b":floor 306 ",
                    nick,
                    b" :You have been marked as being away\r\n",
                ]
                .concat()
            }),
            b"NAMES" => self.names(id, rest),
            b"WHO" => self.who(id, rest),
            b"LIST" => {
                let channels = self.channels.len();
                self.answer(id, |nick| canned::list(nick, channels));
            }
            b"QUIT" => self.leave(id),
            _ => {}
        }
    }

    fn obey_plain(&mut self, id: u32, line: &[u8]) {
        if !self.members[id as usize].greeted {
            self.name(id, line, line);
            return self.greet(id);
        }
        let (verb, rest) = split(line);
        match verb {
            b"/ping" => self.answer(id, |_| [b"* Pong: ", rest, b"\r\n"].concat()),
            b"/join" => self.join(id, rest, &[b"JOIN ", rest].concat()),
            b"/msg" => {
                let (to, text) = split(rest);
                self.relay_message(id, &[b"PRIVMSG ", to, b" :", text].concat(), rest);
                self.answer(id, |_| [b"* To ", to, b".\r\n"].concat());
            }
            b"/away" | b"/back" => self.answer(id, |_| b"* You are away: At lunch.\r\n".to_vec()),
            b"/who" => self.who(id, rest),
            _ => {
                let last = self.members[id as usize].channels.last();
                let Some(channel) = last.map(|last| self.channels[*last as usize].name.clone())
                else {
                    return;
                };
                let message = [b"PRIVMSG ", &channel[..], b" :", line].concat();
                self.relay_message(id, &message, &[&channel[..], b" ", line].concat());
            }
        }
    }

    /// Hands a ready-made answer to the asker.
    fn answer(&mut self, id: u32, write: impl FnOnce(&[u8]) -> Vec<u8>) {
        let answer = write(&self.members[id as usize].nick);
        self.hand(id, answer.into());
    }

    fn relay_message(&mut self, id: u32, line: &[u8], rest: &[u8]) {
        let (to, text) = split(rest);
        let text = text.strip_prefix(b":").unwrap_or(text);
        let nick = self.members[id as usize].nick.clone();
        if to.starts_with(b"#") {
            if let Some(channel) = self.channel_ids.get(to).copied() {
                let mut copies = Copies::new(&nick, line, Some((to, text)));
                self.hand_round(channel, id, &mut copies);
            }
        } else if let Some(other) = self.nicks.get(to).copied() {
            let mut copies = Copies::new(&nick, line, Some((b"private", text)));
            self.hand_line(other, &mut copies);
        }
    }

    fn join(&mut self, id: u32, name: &[u8], line: &[u8]) {
        let channel = self.channel(name);
        let nick = self.members[id as usize].nick.clone();
        let mut copies = Copies::new(&nick, line, None);
        self.hand_round(channel, id, &mut copies);
        self.hand_line(id, &mut copies);
        self.channels[channel as usize].members.push(id);
        self.members[id as usize].channels.push(channel);
        let wire = self.members[id as usize].wire;
        self.hand(id, canned::entered(wire, &nick, name).into());
    }

    fn channel(&mut self, name: &[u8]) -> u32 {
        if let Some(channel) = self.channel_ids.get(name) {
            return *channel;
        }
        let channel = self.channels.len() as u32;
        self.channels.push(Channel {
            name: name.into(),
            members: Vec::new(),
        });
        self.channel_ids.insert(name.into(), channel);
        channel
    }

    fn name(&mut self, id: u32, nick: &[u8], line: &[u8]) {
        let member = &mut self.members[id as usize];
        let before = std::mem::replace(&mut member.nick, nick.into());
        if member.greeted {
            self.nicks.remove(&before);
            let channels = self.members[id as usize].channels.clone();
            let mut copies = Copies::new(&before, line, None);
            for channel in channels {
                self.hand_round(channel, id, &mut copies);
            }
            self.hand_line(id, &mut copies);
        }
        self.nicks.insert(nick.into(), id);
    }

    fn greet(&mut self, id: u32) {
        let member = &mut self.members[id as usize];
        member.greeted = true;
        let wire = member.wire;
        if wire != Wire::Plain {
            self.hand(id, self.greeting.clone());
        }
        self.answer(id, |nick| canned::end_of_greeting(wire, nick));
    }

    fn negotiate(&mut self, id: u32, rest: &[u8]) {
        match split(rest) {
            (b"LS", _) => {
                self.answer(id, |_| {
                    b":floor CAP * LS :message-tags server-time\r\n".to_vec()
                });
            }
            (b"REQ", caps) => {
                self.members[id as usize].wire = Wire::Tagged;
                self.answer(id, |_| [b":floor CAP * ACK ", caps, b"\r\n"].concat());
            }
            _ => {}
        }
    }

    fn names(&mut self, id: u32, name: &[u8]) {
        let channel = self.channel(name);
        let members = self.channels[channel as usize].members.iter();
        let there = members.map(|id| &*self.members[*id as usize].nick);
        let answer = canned::names(&self.members[id as usize].nick, name, there);
        self.hand(id, answer.into());
    }

    fn who(&mut self, id: u32, name: &[u8]) {
        let channel = self.channel(name);
        let people = self.channels[channel as usize].members.len();
        let wire = self.members[id as usize].wire;
        self.answer(id, |nick| canned::who(wire, nick, name, people));
    }
}

/// The first word of a line, and what stands behind the blank.
fn split(line: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b' ', line) {
        Some(at) => (&line[..at], &line[at + 1..]),
        None => (line, b""),
    }
}
