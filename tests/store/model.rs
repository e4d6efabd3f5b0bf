//! What the store gives is what a list gives that is looked through line by line.

use std::collections::BTreeMap;

use hallway::chat::account::AccountId;
use hallway::chat::vocabulary::{Conversation, ConversationId, Line, MessageId, Record, Told};
use hallway::store::vocabulary::{Asker, Deed, End, Point, Query, Scope, Wanted};
use proptest::prelude::*;

use crate::lines::*;
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

/// All that a store remembers, in the simplest way.
#[derive(Debug, Default)]
struct Model {
    lines: BTreeMap<MessageId, Line>,
    names: BTreeMap<ConversationId, (String, bool)>,
    stays: Vec<(AccountId, ConversationId, MessageId, Option<MessageId>)>,
}

impl Model {
    fn learn(&mut self, record: &Record) {
        match record.clone() {
            Record::Begun {
                conversation,
                channel,
                ..
            } => {
                let name = channel.folded().to_owned();
                self.names.entry(conversation).or_insert((name, false));
            }
            Record::Ended { conversation } => {
                if let Some((_, ended)) = self.names.get_mut(&conversation) {
                    *ended = true;
                }
            }
            Record::Named {
                conversation,
                channel,
            } => {
                if let Some((name, _)) = self.names.get_mut(&conversation) {
                    *name = channel.folded().to_owned();
                }
            }
            Record::Entered {
                conversation,
                account,
                from,
            } => {
                if self.stay(account, conversation).is_none() {
                    self.stays.push((account, conversation, from, None));
                }
            }
            Record::Exited {
                conversation,
                account,
                until,
            } => {
                if let Some(stay) = self.stay(account, conversation) {
                    stay.3 = Some(until);
                }
            }
            Record::Line(line) => {
                self.lines.entry(line.id).or_insert(line);
            }
            Record::Preferred { .. } => {}
            Record::Redacted { id } => {
                self.lines.remove(&id);
            }
        }
    }

    /// The stay that has not ended.
    fn stay(
        &mut self,
        account: AccountId,
        conversation: ConversationId,
    ) -> Option<&mut (AccountId, ConversationId, MessageId, Option<MessageId>)> {
        let open = |stay: &&mut (_, _, _, Option<_>)| {
            (stay.0, stay.1) == (account, conversation) && stay.3.is_none()
        };
        self.stays.iter_mut().find(open)
    }

    fn may_read(&self, line: &Line, asker: &Asker, scope: &Scope) -> bool {
        let conversation = match line.conversation {
            Conversation::Channel(conversation) if asker.barred.contains(&conversation) => {
                return false;
            }
            Conversation::Channel(conversation) => conversation,
            Conversation::Private { from, to, .. } => {
                let Some(own) = asker.account.filter(|own| [from, to].contains(own)) else {
                    return false;
                };
                return match scope {
                    Scope::Everywhere(_) => true,
                    Scope::With(other) => [(own, *other), (*other, own)].contains(&(from, to)),
                    Scope::Channel { .. } => false,
                };
            }
        };
        let (name, ended) = match self.names.get(&conversation) {
            Some((name, ended)) => (name.as_str(), *ended),
            None => ("", false),
        };
        let (here, listed) = match scope {
            Scope::Channel { name: of, current } => {
                (of.folded() == name, *current == Some(conversation))
            }
            Scope::Everywhere(open) => (true, open.contains(&conversation)),
            Scope::With(_) => (false, false),
        };
        let was_there = |then: bool| {
            self.stays.iter().any(|(account, place, from, until)| {
                let covers = *from <= line.id && until.is_none_or(|until| line.id <= until);
                Some(*account) == asker.account && *place == conversation && (!then || covers)
            })
        };
        (line.open && listed && !ended)
            || ((here || listed) && was_there(true))
            || (line.open && (here || listed) && was_there(false))
    }

    fn find(&self, asker: &Asker, wanted: &Wanted) -> Vec<Line> {
        let fits = |line: &&Line| {
            let author = line.from.account.as_ref().map(|account| account.id);
            self.may_read(line, asker, &wanted.scope)
                && line.id.ms >= asker.not_before_ms
                && !author.is_some_and(|author| asker.blocked.contains(&author))
                && (wanted.events || !line.told.is_event())
                && wanted.after.is_none_or(|point| is_after(line, point))
                && wanted.before.is_none_or(|point| is_before(line, point))
                && wanted
                    .by
                    .as_ref()
                    .is_none_or(|nick| line.from.nick == *nick)
                && wanted.words.as_ref().is_none_or(|words| has(line, words))
        };
        let found: Vec<Line> = self.lines.values().filter(fits).cloned().collect();
        let last = |lines: &[Line], count: usize| {
            let from = lines.len().saturating_sub(count);
            lines[from..].to_vec()
        };
        let first = |lines: &[Line], count: usize| lines[..count.min(lines.len())].to_vec();
        match wanted.end {
            End::Oldest => first(&found, wanted.limit),
            End::Newest => last(&found, wanted.limit),
            End::Around(point) => {
                let middle = found.partition_point(|line| is_before(line, point));
                let half = wanted.limit / 2;
                let mut around = last(&found[..middle], half);
                around.extend(first(&found[middle..], wanted.limit - half));
                around
            }
        }
    }
}

fn is_after(line: &Line, point: Point) -> bool {
    match point {
        Point::Message(id) => line.id > id,
        Point::Moment(ms) => line.id.ms > ms,
    }
}

fn is_before(line: &Line, point: Point) -> bool {
    match point {
        Point::Message(id) => line.id < id,
        Point::Moment(ms) => line.id.ms < ms,
    }
}

fn has(line: &Line, words: &str) -> bool {
    let text = match &line.told {
        Told::Said { text, .. } | Told::Topic(text) => text.to_string(),
        _ => String::new(),
    };
    let fold = |text: &str| text.to_lowercase().replace('é', "e");
    let text = fold(&text);
    let mut sought = fold(words);
    sought.retain(|c| c != '*');
    let found = |word: &str| match word {
        word if !word.is_ascii() => text.contains(word),
        word if word.len() < 3 => text.split(' ').any(|whole| whole == word),
        word => text.split(' ').any(|whole| whole.starts_with(word)),
    };
    !sought.trim().is_empty() && sought.split_whitespace().all(found)
}

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
        let (shelf, mut model) = (Shelf::new(), Model::default());
        let begun = (1..=CONVERSATIONS - 1).zip(NAMES.iter().cycle()).map(|(number, name)| {
            let conversation = ConversationId(number);
            Record::Begun { conversation, channel: channel(name), at_ms: 0 }
        });
        for record in begun.chain(told) {
            model.learn(&record);
            shelf.give([Deed::Record(record)]);
        }
        shelf.settle();
        for (asker, wanted) in asked {
            let expected = model.find(&asker, &wanted);
            let found = shelf.lines(asker.clone(), Query::Lines(wanted.clone()));
            prop_assert_eq!(found, expected, "{:?} {:?}", asker, wanted);
        }
    }
}
