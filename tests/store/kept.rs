//! Channels that are kept for good.

use hallway::chat::account::AccountId;
use hallway::chat::mask::{Effect, Mask};
use hallway::chat::mode::{Flag, Flags, MaskList, Modes};
use hallway::chat::vocabulary::{
    ConversationId, Kept, Listed, Metadata, MetadataKey, Record, TopicInfo,
};
use hallway::store::vocabulary::Deed;

use crate::lines::*;
use crate::shelf::Shelf;

/// All the flags there are.
pub(crate) const ALL: [Flag; 11] = [
    Flag::InviteOnly,
    Flag::Moderated,
    Flag::NoOutsiders,
    Flag::Secret,
    Flag::TopicLocked,
    Flag::HelpDesk,
    Flag::Private,
    Flag::NoRequests,
    Flag::Kept,
    Flag::AccountsEnter,
    Flag::AccountsSpeak,
];

fn listed(list: MaskList, mask: &str, effect: Effect, at_ms: u64) -> Listed {
    Listed {
        list,
        mask: Mask::parse(mask, effect).expect("a mask"),
        by: nick("José"),
        at_ms,
    }
}

/// One with everything, kept for the first of these and run by the others.
fn whole(accounts: &[u64]) -> Kept {
    let mut flags = Flags::default();
    for flag in ALL {
        flags.set(flag, true);
    }
    let mut accounts = accounts.iter().map(|account| AccountId(*account));
    Kept {
        founder: accounts.next(),
        operators: accounts.collect(),
        made_ms: 7,
        modes: Modes {
            flags,
            key: Some("tulip".into()),
            limit: Some(u32::MAX),
        },
        topic: Some(TopicInfo {
            text: "Questions go here".into(),
            by: nick("ann"),
            at_ms: 8,
        }),
        masks: vec![
            listed(MaskList::Bans, "bob", Effect::KeepOut, 3),
            listed(MaskList::Bans, "bob", Effect::Mute, 2),
            listed(MaskList::Exceptions, "account:bob", Effect::Mute, 1),
            listed(MaskList::Exceptions, "*@host", Effect::KeepOut, 4),
            listed(MaskList::Invitees, "a:*", Effect::KeepOut, 5),
            listed(MaskList::Invitees, "carol", Effect::Mute, 6),
        ],
        metadata: [("homepage", "https://chat.office"), ("x", "“é” 東京")]
            .map(|(key, value)| (MetadataKey::parse(key).expect("a key"), value.into()))
            .into(),
    }
}

fn kept(conversation: u64, kept: Option<Kept>) -> Deed {
    Deed::Record(Record::Kept {
        conversation: ConversationId(conversation),
        kept: kept.map(Box::new),
    })
}

fn restored(shelf: &Shelf) -> Vec<(u64, Kept)> {
    let known = shelf.restored.kept.iter();
    known.map(|(id, kept)| (id.0, kept.clone())).collect()
}

#[test]
fn a_kept_channel_is_what_it_was_last() {
    let shelf = Shelf::new();
    let bare = Kept {
        founder: None,
        operators: Vec::new(),
        made_ms: 0,
        modes: Modes::default(),
        topic: None,
        masks: Vec::new(),
        metadata: Metadata::new(),
    };
    shelf.give([
        begun(1, "#a"),
        begun(2, "#b"),
        begun(3, "#c"),
        kept(1, Some(bare.clone())),
        kept(1, Some(whole(&[5, 9, 6]))),
        kept(2, Some(whole(&[5]))),
        kept(2, Some(bare.clone())),
        kept(3, Some(whole(&[5]))),
    ]);
    let shelf = shelf.reopen();
    let three = [(1, whole(&[5, 9, 6])), (2, bare.clone()), (3, whole(&[5]))];
    assert_eq!(restored(&shelf), three);
    // What is kept no more, and what has ended, leaves nothing behind.
    shelf.give([kept(1, None), ended(3)]);
    let shelf = shelf.reopen();
    assert_eq!(restored(&shelf), [(2, bare)]);
    let look = shelf.folder.look();
    for table in ["kept_operators", "kept_masks", "kept_metadata"] {
        let count = format!("SELECT count(*) FROM {table}");
        let left: i64 = look.query_row(&count, [], |row| row.get(0)).expect("it is");
        assert_eq!(left, 0, "{table}");
    }
}

#[test]
fn what_an_account_founded_is_its_followers() {
    let shelf = Shelf::new();
    for name in ["u1", "u2", "u3"] {
        let added = shelf.done(Deed::AddAccount {
            name: nick(name),
            verifier: crate::accounts::verifier(name),
            email: None,
            at_ms: 1,
        });
        added.expect("it is free");
    }
    shelf.give([
        begun(1, "#a"),
        begun(2, "#b"),
        kept(1, Some(whole(&[1, 3, 2]))),
        kept(2, Some(whole(&[1]))),
    ]);
    let remove = |account| {
        let removed = shelf.done(Deed::RemoveAccount {
            account: AccountId(account),
            with_messages: false,
        });
        removed.expect("it is there");
    };
    remove(1);
    remove(2);
    let shelf = shelf.reopen();
    let nobodys = Kept {
        founder: None,
        ..whole(&[])
    };
    assert_eq!(restored(&shelf), [(1, whole(&[3])), (2, nobodys)]);
}

#[test]
fn who_was_in_it_and_until_when_is_known() {
    let shelf = Shelf::new();
    shelf.give([
        begun(1, "#a"),
        begun(2, "#b"),
        kept(1, Some(whole(&[5]))),
        entered(1, 5, 1),
        entered(1, 6, 1),
        entered(2, 6, 1),
        record(line(20, "hello")),
        exited(1, 6, 20),
        entered(1, 6, 21),
        record(line(30, "again")),
        exited(1, 6, 30),
        record(line(40, "and on")),
    ]);
    // Whoever was there when the server ended was there until its last line.
    let of = |place, account, ms| (ConversationId(place), AccountId(account), ms);
    let stays = [of(1, 6, 30), of(1, 5, 40), of(2, 6, 40)];
    let shelf = shelf.reopen();
    assert_eq!(shelf.restored.stays, stays);
    let shelf = shelf.reopen();
    assert_eq!(shelf.restored.stays, stays);
}
