//! What must come of what people do, and whether it has.

use super::*;

impl Office {
    /// Who is to hear what somebody says.
    pub(super) fn foretell(&mut self, id: SessionId, says: &Says) {
        let speaker = self.seats.get(id).and_then(|seat| seat.user);
        let (Some(speaker), false) = (speaker, matches!(says, Says::Nothing)) else {
            return;
        };
        let (word, told) = match says {
            Says::Nothing => return,
            Says::In(channel, word) => (*word, self.says_in(speaker, channel)),
            Says::To(to, word) => (*word, self.says_to(speaker, to)),
        };
        let (what, hearers) = told;
        if matches!(what, Word::Letter { .. }) {
            let seat = self.seats.get_mut(id).expect("it says something");
            seat.leaving = Some(word);
        }
        self.words.insert(word, what);
        let seats = self.seats.iter().filter(|(seat, _)| *seat != id);
        let hears = seats.filter(|(_, seat)| seat.user.is_some_and(|user| hearers.contains(&user)));
        let hears: Vec<SessionId> = hears.map(|(seat, _)| seat).collect();
        self.expected
            .extend(hears.into_iter().map(|seat| (seat, word)));
    }

    pub(super) fn says_in(&self, speaker: UserId, channel: &str) -> (Word, Vec<UserId>) {
        let chat = self.server.chat();
        let name = ChannelName::parse(channel).expect("a name");
        let Some(channel) = chat.find_channel(&name) else {
            return (Word::Lost, Vec::new());
        };
        let open = !channel.is_secret();
        let inside = channel.ranks(speaker).is_some();
        if !open && !inside {
            return (Word::Lost, Vec::new());
        }
        let members: Vec<UserId> = channel.members().collect();
        let there = members.iter().filter_map(|user| self.account_of(*user));
        let there = there.collect();
        // Other sessions of the speaker hear it also if it is said from outside.
        let hearers = members.into_iter().chain([speaker]);
        (Word::In { open, there }, hearers.collect())
    }

    pub(super) fn says_to(&self, speaker: UserId, to: &str) -> (Word, Vec<UserId>) {
        let chat = self.server.chat();
        let Ok(to) = Nick::parse(to) else {
            return (Word::Lost, Vec::new());
        };
        let account = chat.find_account(&to);
        let by_account = || chat.owner_here(account?.id);
        let from = self.account_of(speaker);
        match chat.find_nick(&to).or_else(by_account) {
            Some(user) if user == speaker => (Word::ToOneself, Vec::new()),
            Some(user) => {
                let word = Word::Between(from, self.account_of(user));
                (word, vec![speaker, user])
            }
            None => match (from, account) {
                (Some(from), Some(to)) => {
                    let letter = Word::Letter {
                        from,
                        to: to.id,
                        fate: Fate::Unknown,
                        read: 0,
                    };
                    (letter, Vec::new())
                }
                _ => (Word::Lost, Vec::new()),
            },
        }
    }

    /// What somebody learns of a letter of theirs.
    pub(super) fn learns(&mut self, id: SessionId, line: &str) {
        #[rustfmt::skip]
        const FATES: [(&str, Fate); 5] = [
            ("Kept for ", Fate::Kept),
            ("could not be kept", Fate::Refused),
            (" wait for ", Fate::Refused),
            ("messages of yours", Fate::Refused),
            ("is not known", Fate::Unknown),
        ];
        let seat = self.seats.get_mut(id).expect("it reads");
        let told = FATES.iter().find(|(words, _)| line.contains(words));
        let (Some(letter), Some((_, told))) = (seat.leaving, told) else {
            return;
        };
        seat.leaving = None;
        if let Some(Word::Letter { fate, .. }) = self.words.get_mut(&letter) {
            *fate = *told;
        }
    }

    pub(super) fn hears_word(&mut self, id: SessionId, number: u64, how: How) {
        let user = self.seats.get(id).and_then(|seat| seat.user);
        let own = user.and_then(|user| self.account_of(user));
        let is_expected = self.expected.contains(&(id, number));
        let word = self.words.get_mut(&number);
        let word = word.unwrap_or_else(|| panic!("nobody has said tok{number}."));
        match (word, how) {
            (Word::Letter { to, read, .. }, How::Private) if own == Some(*to) => *read += 1,
            // What one has written oneself, from another session.
            (Word::Letter { from, .. }, How::Private) if own == Some(*from) => {}
            (Word::ToOneself, _) | (Word::In { open: true, .. }, How::Earlier) => {}
            (Word::In { there, .. }, How::Earlier) => {
                let was = own.is_some_and(|own| there.contains(&own));
                assert!(was, "{id} reads tok{number}, which was not for {own:?}");
            }
            (Word::Between(one, other), How::Earlier) => {
                let theirs = own.is_some() && [*one, *other].contains(&own);
                assert!(theirs, "{id} reads tok{number}, which was not for {own:?}");
            }
            (Word::Letter { from, to, .. }, How::Earlier) => {
                let theirs = [Some(*from), Some(*to)].contains(&own);
                assert!(theirs, "{id} reads tok{number}, which was not for {own:?}");
            }
            (word, _) => {
                assert!(
                    is_expected,
                    "{id} hears tok{number}. ({word:?}), once too often"
                );
                self.expected.remove(&(id, number));
            }
        }
    }

    /// Whose session it is, as it knows it.
    pub(super) fn meet(&mut self, id: SessionId) {
        let Some(seat) = self.seats.get_mut(id) else {
            return;
        };
        let name = seat.ear.nick.as_deref().map(nick);
        let user = name.and_then(|name| self.server.chat().find_nick(&name));
        if user.is_some() {
            seat.user = user;
        }
    }

    /// The picture of each session is the chat's. A session at a terminal that waits may still have
    /// to read something.
    pub(super) fn check(&mut self) {
        for id in self.seats.keys() {
            let ready = self.server.is_ready(self.now, id);
            let seat = self.seats.get_mut(id).expect("its key was just listed");
            let waits = !ready && seat.drains_at_ms.is_none();
            seat.waits_since_ms = match (waits, seat.waits_since_ms) {
                (true, None) => Some(self.now.mono_ms),
                (true, since) => since,
                (false, _) => None,
            };
            let waited_ms = seat.waits_since_ms.map(|since| self.now.mono_ms - since);
            assert!(waited_ms < Some(WAITS_MS), "{id} is never heard again");
            assert!(!ready || seat.ear.is_complete(), "{id} waits for names");
            let known = seat.protocol == Protocol::Irc && seat.ear.is_complete();
            if seat.ear.nick.is_some() && (ready || known) {
                self.meet(id);
                self.check_picture(id);
            }
        }
    }

    pub(super) fn check_picture(&self, id: SessionId) {
        let seat = self.seats.get(id).expect("it is looked at");
        let chat = self.server.chat();
        let user = seat.user.and_then(|user| chat.find_user(user));
        let user = user.unwrap_or_else(|| panic!("{id} is {:?}, who is not here", seat.ear.nick));
        assert_eq!(seat.ear.nick.as_deref(), Some(user.nick().as_str()), "{id}");
        let places: BTreeMap<String, BTreeSet<String>> = user
            .channels()
            .iter()
            .map(|channel| {
                let name = chat.channel_name(*channel).expect("they are in it");
                let members = chat.find_channel(name).expect("it has members").members();
                let nick_of = |user| chat.find_user(user).map(|user| user.nick().to_string());
                let names = match seat.protocol {
                    Protocol::Plain => BTreeSet::new(),
                    Protocol::Irc => members.filter_map(nick_of).collect(),
                };
                (name.to_string(), names)
            })
            .collect();
        assert_eq!(seat.ear.places, places, "{id}, who is {:?}", seat.ear.nick);
    }

    pub(super) fn check_at_the_end(&mut self) {
        assert_eq!(self.expected, BTreeSet::new(), "words that were not heard");
        for (id, seat) in self.seats.iter() {
            assert_eq!(seat.fences, VecDeque::new(), "{id} was not answered");
            assert_eq!(seat.leaving, None, "{id} was not told of a letter");
        }
        for (number, word) in &self.words {
            let Word::Letter { to, fate, read, .. } = word else {
                continue;
            };
            let (least, most) = match fate {
                Fate::Kept => (1, 1),
                Fate::Refused => (0, 0),
                Fate::Unknown => (0, 1),
            };
            let again = *read > 1 && self.cut_off.contains(to);
            let right = (least..=most).contains(read) || most > 0 && again;
            let known = ACCOUNTS.len() as u64;
            assert!(right || to.0 > known, "tok{number}.: {word:?}");
        }
    }
}
