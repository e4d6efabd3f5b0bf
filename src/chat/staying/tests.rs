//! How many stay, and for how long.

use super::*;
use crate::chat::office::{Office, nick};
use crate::chat::vocabulary::Command;

/// The owner of an account, who is in the lobby and wants to stay.
fn member(office: &mut Office, id: u64) -> UserId {
    let who = office.member(id, "#lobby");
    office.does(who, Command::Stay { on: Some(true) });
    who
}

fn disconnect(office: &mut Office, who: UserId) {
    office.chat.disconnect(office.now, who, "left", false);
    office.told();
}

fn is_here(office: &Office, who: UserId) -> bool {
    office.chat.find_user(who).is_some()
}

#[test]
fn one_too_many_goes_like_anybody() {
    let mut office = Office::new();
    let max = STAYING_MAX as u64;
    let members: Vec<UserId> = (0..=max).map(|id| member(&mut office, id)).collect();
    for who in &members {
        disconnect(&mut office, *who);
    }
    let (last, others) = members.split_last().expect("there are some");
    assert!(others.iter().all(|who| is_here(&office, *who)));
    assert!(!is_here(&office, *last));
    // When one is back, there is room for another.
    office.chat.reconnect(office.now, others[0]);
    let another = member(&mut office, max + 1);
    disconnect(&mut office, another);
    assert!(is_here(&office, another));
}

#[test]
fn nobody_stays_for_too_long() {
    let mut office = Office::new();
    let [ann, bob] = [1, 2].map(|id| member(&mut office, id));
    let words = "Away until 23:59".to_owned();
    office.does(bob, Command::Away { words });
    disconnect(&mut office, ann);
    disconnect(&mut office, bob);
    office.now.wall_ms += STAYING_MS_MAX - 1;
    office.chat.expire(office.now);
    assert!(is_here(&office, ann) && is_here(&office, bob));
    let away = |who: UserId| office.chat.find_user(who).and_then(|user| user.away());
    assert!(away(bob).is_some_and(|away| away.words() == "Not connected"));
    office.now.wall_ms += 1;
    assert_eq!(office.chat.next_deadline_ms(), Some(office.now.wall_ms));
    office.chat.expire(office.now);
    assert!(!is_here(&office, ann) && !is_here(&office, bob));
    assert_eq!(office.chat.next_deadline_ms(), None);
}

#[test]
fn the_end_of_an_absence_and_of_staying_may_be_the_same() {
    let mut office = Office::new();
    let ann = member(&mut office, 1);
    let words = "Away for 30 days".to_owned();
    office.does(ann, Command::Away { words });
    disconnect(&mut office, ann);
    assert!(office.chat.deadlines.len() == 1);
    office.chat.reconnect(office.now, ann);
    office.now.wall_ms += STAYING_MS_MAX;
    office.chat.expire(office.now);
    assert!(is_here(&office, ann));
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
    let ann = member(&mut office, 1);
    disconnect(&mut office, ann);
    office.chat.remove_account(office.now, &nick(1));
    assert!(!is_here(&office, ann));
}
