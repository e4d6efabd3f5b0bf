//! How many stay, and for how long.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use super::*;
use crate::chat::account::{Account, AccountId};
use crate::chat::name::{ChannelName, Nick};
use crate::chat::settings::Settings;
use crate::chat::user::Identity;
use crate::chat::vocabulary::Command;

/// An office that remembers, and when it is.
struct Office {
    chat: Chat,
    now: Now,
}

impl Office {
    fn new() -> Self {
        let now = Now {
            mono_ms: 1_000,
            wall_ms: 1_000_000_000_000,
        };
        let settings = Settings {
            remembers: true,
            ..Settings::default()
        };
        let chat = Chat::new(now, settings);
        Self { chat, now }
    }

    /// The owner of an account, who is in the lobby and wants to stay.
    fn member(&mut self, id: u64) -> UserId {
        let account = Account {
            id: AccountId(id),
            name: Nick::parse(&format!("u{id}")).expect("a name"),
        };
        self.chat.add_account(account.clone(), self.now.wall_ms);
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let identity = Identity::new(account.name.clone(), "user", "host", "", address);
        let identity = identity.with_account(Some(Arc::new(account)));
        let who = self.chat.arrive(self.now, identity).expect("a free name");
        let channel = ChannelName::parse("#lobby").expect("a name");
        self.does(who, Command::Join { channel, key: None });
        self.does(who, Command::Stay { on: Some(true) });
        who
    }

    fn does(&mut self, who: UserId, command: Command) {
        self.chat.handle(self.now, who, command);
        let outbox = self.chat.take_outbox();
        self.chat.return_outbox(outbox);
    }

    fn disconnect(&mut self, who: UserId) {
        self.chat.disconnect(self.now, who, "left", false);
        let outbox = self.chat.take_outbox();
        self.chat.return_outbox(outbox);
    }

    fn is_here(&self, who: UserId) -> bool {
        self.chat.find_user(who).is_some()
    }
}

#[test]
fn one_too_many_goes_like_anybody() {
    let mut office = Office::new();
    let max = STAYING_MAX as u64;
    let members: Vec<UserId> = (0..=max).map(|id| office.member(id)).collect();
    for who in &members {
        office.disconnect(*who);
    }
    let (last, others) = members.split_last().expect("there are some");
    assert!(others.iter().all(|who| office.is_here(*who)));
    assert!(!office.is_here(*last));
    // When one is back, there is room for another.
    office.chat.reconnect(office.now, others[0]);
    let another = office.member(max + 1);
    office.disconnect(another);
    assert!(office.is_here(another));
}

#[test]
fn nobody_stays_for_too_long() {
    let mut office = Office::new();
    let [ann, bob] = [1, 2].map(|id| office.member(id));
    let words = "Away until 23:59".to_owned();
    office.does(bob, Command::Away { words });
    office.disconnect(ann);
    office.disconnect(bob);
    office.now.wall_ms += STAYING_MS_MAX - 1;
    office.chat.expire(office.now);
    assert!(office.is_here(ann) && office.is_here(bob));
    let away = |who: UserId| office.chat.find_user(who).and_then(|user| user.away());
    assert!(away(bob).is_some_and(|away| away.words() == "Not connected"));
    office.now.wall_ms += 1;
    assert_eq!(office.chat.next_deadline_ms(), Some(office.now.wall_ms));
    office.chat.expire(office.now);
    assert!(!office.is_here(ann) && !office.is_here(bob));
    assert_eq!(office.chat.next_deadline_ms(), None);
}

#[test]
fn the_end_of_an_absence_and_of_staying_may_be_the_same() {
    let mut office = Office::new();
    let ann = office.member(1);
    let words = "Away for 30 days".to_owned();
    office.does(ann, Command::Away { words });
    office.disconnect(ann);
    assert!(office.chat.deadlines.len() == 1);
    office.chat.reconnect(office.now, ann);
    office.now.wall_ms += STAYING_MS_MAX;
    office.chat.expire(office.now);
    assert!(office.is_here(ann));
    assert!(
        office
            .chat
            .find_user(ann)
            .and_then(|user| user.away())
            .is_none()
    );
}

#[test]
fn whoever_is_not_connected_goes_with_their_account() {
    let mut office = Office::new();
    let ann = office.member(1);
    office.disconnect(ann);
    let name = Nick::parse("u1").expect("a name");
    office.chat.remove_account(office.now, &name);
    assert!(!office.is_here(ann));
}
