//! What the store gives is what a list gives that is looked through line by line.

use hallway::chat::account::AccountId;
use hallway::chat::vocabulary::{Conversation, ConversationId, Line, MessageId, Record, Told};
use hallway::store::vocabulary::{Asker, Deed, End, Point, Query, Scope, Wanted};
use proptest::prelude::*;

use crate::lines::*;
use crate::list::List;
use crate::shelf::Shelf;

const NAMES: [&str; 2] = ["#desk", "#Help"];
const NICKS: [&str; 3] = ["ann", "Bob", "{c}"];
const CONVERSATIONS: u64 = 4;
const ACCOUNTS: u64 = 3;

/// What is said, and what is searched for, is made of these.
const WORDS: [&str; 9] = [
    "printer",
    "print",
    "Café",
    "cafe",
    "pr",
    "東京都",
    "京都",
    "都",
    "PRINTING",
];

fn ids() -> impl Strategy<Value = MessageId> {
    (1..25_u64, 0..2_u16, 0..2_u16).prop_map(|(ms, counter, site)| MessageId { ms, counter, site })
}

fn conversations() -> impl Strategy<Value = ConversationId> {
    (1..=CONVERSATIONS).prop_map(ConversationId)
}

fn accounts() -> impl Strategy<Value = AccountId> {
    (1..=ACCOUNTS).prop_map(AccountId)
}

fn texts() -> impl Strategy<Value = String> {
    let words = prop::collection::vec(prop::sample::select(&WORDS[..]), 0..4);
    words.prop_map(|words| words.join(" "))
}

fn places() -> impl Strategy<Value = Conversation> {
    let private = (1..=ACCOUNTS, 1..=ACCOUNTS).prop_map(|(from, to)| private(1, from, to, ""));
    prop_oneof![
        3 => conversations().prop_map(Conversation::Channel),
        1 => private.prop_map(|line| line.conversation),
    ]
}

fn lines() -> impl Strategy<Value = Line> {
    let told = prop_oneof![
        4 => texts().prop_map(|text| said(&text)),
        1 => Just(Told::Joined),
        1 => texts().prop_map(|text| Told::Topic(text.as_str().into())),
    ];
    let from = (
        prop::sample::select(&NICKS[..]),
        prop::option::of(1..=ACCOUNTS),
    );
    (ids(), places(), any::<bool>(), from, told).prop_map(|(id, place, open, from, told)| {
        let account = match place {
            Conversation::Private { from, .. } => Some(from.0),
            Conversation::Channel(_) => from.1,
        };
        Line {
            id,
            at_ms: id.ms,
            conversation: place,
            open,
            from: who(from.0, account),
            told,
        }
    })
}

fn records() -> impl Strategy<Value = Record> {
    let names = || prop::sample::select(&NAMES[..]).prop_map(channel);
    prop_oneof![
        20 => lines().prop_map(Record::Line),
        1 => conversations().prop_map(|conversation| Record::Ended { conversation }),
        1 => (conversations(), names())
            .prop_map(|(conversation, channel)| Record::Named { conversation, channel }),
        4 => (conversations(), accounts(), ids())
            .prop_map(|(conversation, account, from)| Record::Entered { conversation, account, from }),
        3 => (conversations(), accounts(), ids())
            .prop_map(|(conversation, account, until)| Record::Exited { conversation, account, until }),
        1 => ids().prop_map(|id| Record::Redacted { id }),
    ]
}

fn points() -> impl Strategy<Value = Point> {
    prop_oneof![
        ids().prop_map(Point::Message),
        (0..26_u64).prop_map(Point::Moment),
    ]
}

fn scopes() -> impl Strategy<Value = Scope> {
    let names = prop::sample::select(&NAMES[..]).prop_map(channel);
    prop_oneof![
        4 => (names, prop::option::of(conversations()))
            .prop_map(|(name, current)| Scope::Channel { name, current }),
        1 => accounts().prop_map(Scope::With),
        3 => prop::collection::vec(conversations(), 0..3).prop_map(Scope::Everywhere),
    ]
}

fn questions() -> impl Strategy<Value = (Asker, Wanted)> {
    let asker = (
        prop::option::of(accounts()),
        prop_oneof![3 => Just(0), 1 => 0..25_u64],
        prop::collection::vec(accounts(), 0..2),
        prop::collection::vec(conversations(), 0..2),
    )
        .prop_map(|(account, not_before_ms, blocked, barred)| Asker {
            account,
            not_before_ms,
            blocked,
            barred,
        });
    let ends = prop_oneof![
        Just(End::Oldest),
        Just(End::Newest),
        points().prop_map(End::Around),
    ];
    let which = (
        any::<bool>(),
        prop::option::weighted(0.4, texts()),
        prop::option::weighted(0.2, prop::sample::select(&NICKS[..]).prop_map(nick)),
    );
    let bounds = (
        prop::option::weighted(0.3, points()),
        prop::option::weighted(0.3, points()),
    );
    (asker, scopes(), bounds, 0..8_usize, ends, which).prop_map(
        |(asker, scope, (after, before), limit, end, (events, words, by))| {
            let wanted = Wanted {
                scope,
                after,
                before,
                limit,
                end,
                events,
                words,
                by,
            };
            (asker, wanted)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_store_gives_what_the_list_gives(
        told in prop::collection::vec(records(), 1..60),
        asked in prop::collection::vec(questions(), 1..40),
    ) {
        let (shelf, mut list) = (Shelf::new(), List::default());
        let begun = (1..=CONVERSATIONS - 1).zip(NAMES.iter().cycle()).map(|(number, name)| {
            let conversation = ConversationId(number);
            Record::Begun { conversation, channel: channel(name), at_ms: 0 }
        });
        for record in begun.chain(told) {
            list.learn(&record);
            shelf.give([Deed::Record(record)]);
        }
        shelf.settle();
        for (asker, wanted) in asked {
            let expected = list.find(&asker, &wanted);
            let found = shelf.lines(asker.clone(), Query::Lines(wanted.clone()));
            prop_assert_eq!(found, expected, "{:?} {:?}", asker, wanted);
        }
    }
}
