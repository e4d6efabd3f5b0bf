//! What people do, and what becomes of the disk.

use super::*;

impl Office {
    pub(super) fn deed(&mut self) {
        #[rustfmt::skip]
        let deeds: [(usize, Deed); 9] = [
            (6,  Self::somebody_comes),
            (4,  Self::somebody_goes),
            (8,  Self::somebody_moves),
            (20, Self::somebody_says_something),
            (18, Self::somebody_writes),
            (16, Self::somebody_reads),
            (9,  Self::somebody_is_somebody_else),
            (4,  Self::a_channel_changes),
            (5,  Self::the_disk_changes),
        ];
        let reading = self
            .seats
            .iter()
            .find(|(_, seat)| seat.drains_at_ms.is_some());
        match reading {
            Some((id, _)) if self.chance.percent(15) => self.lose(id),
            _ => {
                let deed = *self.chance.weigh(&deeds);
                deed(self);
            }
        }
        self.save_and_restore();
    }

    /// A session of somebody who has a name.
    pub(super) fn somebody(&mut self) -> Option<SessionId> {
        let here = self
            .seats
            .iter()
            .filter(|(_, seat)| seat.ear.nick.is_some() && !seat.ends);
        let here: Vec<SessionId> = here.map(|(id, _)| id).collect();
        (!here.is_empty()).then(|| *self.chance.pick(&here))
    }

    pub(super) fn somebody_comes(&mut self) {
        if self.seats.keys().len() >= SEATS_MAX {
            return;
        }
        let (number, account) = (self.next(), *self.chance.pick(&ACCOUNTS));
        let password = if self.chance.percent(90) {
            PASSWORD
        } else {
            "wrong"
        };
        if self.chance.percent(50) {
            let id = self.connect(Protocol::Plain);
            match self.chance.percent(30) {
                true => self.types(id, &format!("g{number}")),
                false => self.types(id, &format!("/login {account} {password}")),
            }
            return;
        }
        let id = self.connect(Protocol::Irc);
        let caps = *self.chance.pick(&CAPS);
        if !caps.is_empty() {
            self.types(id, &format!("CAP REQ :{caps}"));
            self.types(id, "CAP END");
        }
        self.types(id, &format!("NICK n{number}"));
        self.types(id, &format!("USER n{number} 0 * :N"));
        if self.chance.percent(70) {
            self.types(id, &format!("NS IDENTIFY {account} {password}"));
        }
    }

    pub(super) fn somebody_goes(&mut self) {
        let Some(id) = self.somebody() else { return };
        match self.chance.below(3) {
            0 => self.lose(id),
            1 => self.end(id),
            _ => {
                let line = if self.is_plain(id) { "/quit" } else { "QUIT" };
                self.types(id, line);
            }
        }
    }

    pub(super) fn somebody_moves(&mut self) {
        let Some(id) = self.somebody() else { return };
        let channel = *self.chance.pick(&CHANNELS);
        let [plain, irc] = match self.chance.percent(65) {
            true => ["/join", "JOIN"],
            false => ["/leave", "PART"],
        };
        self.types_either(
            id,
            &format!("{plain} {channel}"),
            &format!("{irc} {channel}"),
        );
    }

    pub(super) fn somebody_says_something(&mut self) {
        let Some(id) = self.somebody() else { return };
        let channel = *self.chance.pick(&CHANNELS);
        let word = self.next();
        let plain = format!("/msg {channel} tok{word}.");
        let irc = format!("PRIVMSG {channel} :tok{word}.");
        self.types_saying(id, &plain, &irc, Says::In(channel, word));
    }

    pub(super) fn somebody_writes(&mut self) {
        let Some(id) = self.somebody() else { return };
        let word = self.next();
        let to = match self.chance.percent(75) {
            true => (*self.chance.pick(&ACCOUNTS)).to_owned(),
            false => {
                let here: Vec<String> = self.nicks();
                self.chance.pick(&here).clone()
            }
        };
        let plain = format!("/msg {to} tok{word}.");
        let irc = format!("PRIVMSG {to} :tok{word}.");
        self.types_saying(id, &plain, &irc, Says::To(to, word));
    }

    pub(super) fn nicks(&self) -> Vec<String> {
        let nicks = self
            .seats
            .iter()
            .filter_map(|(_, seat)| seat.ear.nick.clone());
        nicks.collect()
    }

    pub(super) fn somebody_reads(&mut self) {
        let Some(id) = self.somebody() else { return };
        let of = match self.chance.percent(60) {
            true => *self.chance.pick(&CHANNELS),
            false => *self.chance.pick(&ACCOUNTS),
        };
        match self.chance.percent(70) {
            true => self.types_either(
                id,
                &format!("/history {of} 30"),
                &format!("CHATHISTORY LATEST {of} * 30"),
            ),
            false => self.types_either(
                id,
                &format!("/search from {}", ACCOUNTS[0]),
                &format!("SEARCH from={}", ACCOUNTS[0]),
            ),
        }
        if self.chance.percent(70) {
            let fence = self.next();
            let seat = self.seats.get_mut(id).expect("they are here");
            seat.fences.push_back(fence);
            self.types_either(id, &format!("/ping f{fence}"), &format!("PING f{fence}"));
        }
    }

    pub(super) fn somebody_is_somebody_else(&mut self) {
        let Some(id) = self.somebody() else { return };
        let number = self.next();
        let account = *self.chance.pick(&ACCOUNTS);
        let [plain, irc] = match self.chance.below(8) {
            0 | 1 => [format!("/nick x{number}"), format!("NICK x{number}")],
            2 | 3 => ["/logout".to_owned(), "NS LOGOUT".to_owned()],
            4 => ["/register right".to_owned(), "NS REGISTER right".to_owned()],
            5 => [
                format!("/login {account} wrong"),
                format!("NS IDENTIFY {account} wrong"),
            ],
            _ => [
                format!("/login {account} {PASSWORD}"),
                format!("NS IDENTIFY {account} {PASSWORD}"),
            ],
        };
        self.types_either(id, &plain, &irc);
    }

    pub(super) fn a_channel_changes(&mut self) {
        let Some(id) = self.somebody() else { return };
        let channel = *self.chance.pick(&CHANNELS[1..]);
        let modes = *self.chance.pick(&["+s", "-s"]);
        self.types_either(
            id,
            &format!("/mode {channel} {modes}"),
            &format!("MODE {channel} {modes}"),
        );
    }

    pub(super) fn the_disk_changes(&mut self) {
        let mood = *self.chance.weigh(&[
            (5, Mood::Well),
            (3, Mood::Slow),
            (2, Mood::Full),
            (2, Mood::Failing),
        ]);
        self.set_mood(mood);
    }

    pub(super) fn set_mood(&mut self, mood: Mood) {
        let how = match mood {
            Mood::Well => "is well",
            Mood::Slow => "is slow",
            Mood::Full => "is full",
            Mood::Failing => "fails",
        };
        self.note(format!("the disk {how}"));
        self.disk.mood = mood;
    }

    pub(super) fn connect(&mut self, protocol: Protocol) -> SessionId {
        let id = self.seats.insert(Seat {
            protocol,
            ear: Ear::new(protocol),
            user: None,
            typed: VecDeque::new(),
            ends: false,
            drains_at_ms: None,
            waits_since_ms: None,
            fences: VecDeque::new(),
            leaving: None,
        });
        self.note(format!("{id} comes by {protocol:?}"));
        let number = u16::try_from(self.last % 60_000).expect("it is less");
        let [high, low] = number.to_be_bytes();
        let peer = SocketAddr::from(([10, 0, high, low], 5_000));
        self.server.open(self.now, id, protocol, peer);
        self.settle();
        id
    }

    pub(super) fn is_plain(&self, id: SessionId) -> bool {
        self.seats
            .get(id)
            .is_some_and(|seat| seat.protocol == Protocol::Plain)
    }

    pub(super) fn types_either(&mut self, id: SessionId, plain: &str, irc: &str) {
        self.types_saying(id, plain, irc, Says::Nothing);
    }

    pub(super) fn types(&mut self, id: SessionId, line: &str) {
        self.types_saying(id, line, line, Says::Nothing);
    }

    pub(super) fn types_saying(&mut self, id: SessionId, plain: &str, irc: &str, says: Says) {
        let line = if self.is_plain(id) { plain } else { irc };
        self.note(format!("{id} types {line}"));
        let Some(seat) = self.seats.get_mut(id) else {
            return;
        };
        let line = line.to_owned();
        seat.typed.push_back(Typed { line, says });
        self.settle();
    }

    pub(super) fn end(&mut self, id: SessionId) {
        self.note(format!("{id} ends"));
        if let Some(seat) = self.seats.get_mut(id) {
            seat.ends = true;
        }
        self.settle();
    }

    /// A connection breaks.
    pub(super) fn lose(&mut self, id: SessionId) {
        self.note(format!("{id} breaks"));
        self.forget(id);
        self.server.lost(self.now, id, "it broke");
        self.settle();
    }
}
