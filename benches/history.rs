//! What remembering costs: how many lines a second are stored, how many bytes each takes on the disk,
//! and how long it takes to find the newest fifty lines of a channel and those with two words in
//! them. `scripts/bench --only store` runs it.
//!
//! Arguments: a folder, and how many lines are stored in it, or have been if it is there already.
//! What it prints is one figure a line: its name, and the number.

use std::collections::VecDeque;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

use hallway::chat::account::AccountId;
use hallway::chat::name::{ChannelName, Nick};
use hallway::chat::user::Identity;
use hallway::chat::vocabulary::{
    Conversation, ConversationId, Extras, Line, Manner, MessageId, Record, Told,
};
use hallway::net;
use hallway::store::vocabulary::{
    Answer, Asker, Deed, End, Found, Order, Query, Question, Scope, Wanted,
};
use hallway::store::{FILE, Options, Retention, Store};

/// How many channels share the lines.
const CHANNELS: u64 = 50;

/// How many people say them.
const PEOPLE: u64 = 200;

/// How many words there are, and how many a line has.
const WORDS: u64 = 20_000;
const WORDS_OF_A_LINE: usize = 10;

/// How many lines are given before it is waited for those before them: no more may wait at once.
const TOGETHER: u64 = 2_000;

/// How often each question is asked.
const ASKED: u64 = 1_000;

/// How many lines an answer has at most.
const LIMIT: usize = 50;

/// When the first line was said, and how much later each other, in milliseconds.
const BEGUN_MS: u64 = 1_700_000_000_000;
const APART_MS: u64 = 2_500;

fn main() {
    let arguments: Vec<String> = std::env::args().filter(|a| a != "--bench").collect();
    let [_, dir, lines] = &arguments[..] else {
        // As `cargo bench` calls it, without anything to do.
        return;
    };
    let lines = lines.parse().expect("a number of lines");
    let is_filled = Path::new(dir).join(FILE).exists();
    let mut shelf = Shelf::open(Path::new(dir));
    if !is_filled {
        let started = now();
        shelf.fill(lines);
        let stored_s = started.elapsed().as_secs_f64();
        println!("lines_per_s {:.0}", lines as f64 / stored_s);
    }
    let newest = shelf.ask_each(|number| wanted(channel_scope(number), None));
    tell("newest", newest);
    let everywhere = Scope::Everywhere((1..=CHANNELS).map(ConversationId).collect());
    let found = shelf.ask_each(|number| {
        // Two words that some line has.
        let words = words_of(number * 7_919 % lines);
        let two = format!("{} {}", words[0], words[1]);
        wanted(everywhere.clone(), Some(two))
    });
    tell("search", found);
    assert_eq!(shelf.store.stats().lost, 0, "all of it was kept");
    shelf.store.end();
    let bytes = fs::metadata(Path::new(dir).join(FILE))
        .expect("it is there")
        .len();
    println!("bytes_per_line {:.1}", bytes as f64 / lines as f64);
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long it takes is what is measured"
)]
fn now() -> Instant {
    Instant::now()
}

/// A store, and who waits for it.
struct Shelf {
    store: Store,
    woken: Receiver<()>,
    answers: VecDeque<Answer>,
    people: Vec<Arc<Identity>>,
    ticket: u64,
}

impl Shelf {
    fn open(dir: &Path) -> Self {
        let (wakes, woken) = channel();
        let options = Options {
            retention: Retention::FOREVER,
            clock: net::clock(),
        };
        // Nobody waits any more when it ends.
        let wake = move || {
            let _ = wakes.send(());
        };
        let (store, _) = Store::open(dir, options, wake).expect("it opens");
        Self {
            store,
            woken,
            answers: VecDeque::new(),
            people: (0..PEOPLE).map(person).collect(),
            ticket: 0,
        }
    }

    fn give(&self, ticket: Option<u64>, deed: Deed) {
        let order = Order { ticket, deed };
        self.store
            .submit(order)
            .expect("it was waited for the others");
    }

    fn fill(&mut self, lines: u64) {
        for number in 1..=CHANNELS {
            self.give(
                None,
                Deed::Record(Record::Begun {
                    conversation: ConversationId(number),
                    channel: channel_name(number),
                    at_ms: BEGUN_MS,
                }),
            );
        }
        for number in 0..lines {
            let line = self.line(number);
            let asks = number % TOGETHER == 0 || number + 1 == lines;
            self.give(asks.then_some(number), Deed::Record(Record::Line(line)));
            if asks && number > 0 {
                self.answer();
            }
        }
        // Each was waited for while the next were given.
        self.answer();
    }

    fn line(&self, number: u64) -> Line {
        let at_ms = BEGUN_MS + number * APART_MS;
        let who = (hash(number) % PEOPLE) as usize;
        Line {
            id: MessageId {
                ms: at_ms,
                ..MessageId::default()
            },
            at_ms,
            conversation: Conversation::Channel(ConversationId(1 + hash(number + 1) % CHANNELS)),
            open: true,
            from: self.people[who].clone(),
            told: Told::Said {
                manner: Manner::Speech,
                text: words_of(number).join(" ").into(),
                extras: Extras::default(),
            },
        }
    }

    /// The next answer.
    fn answer(&mut self) -> Answer {
        loop {
            self.answers.extend(self.store.take_answers());
            if let Some(answer) = self.answers.pop_front() {
                return answer;
            }
            self.woken.recv().expect("it wakes");
        }
    }

    /// How long each answer took, in milliseconds, the fastest first.
    fn ask_each(&mut self, wanted: impl Fn(u64) -> Wanted) -> Vec<f64> {
        let mut took: Vec<f64> = (0..ASKED)
            .map(|number| {
                self.ticket += 1;
                let question = Question {
                    ticket: self.ticket,
                    asker: Asker {
                        account: Some(AccountId(1)),
                        not_before_ms: 0,
                        blocked: Vec::new(),
                        barred: Vec::new(),
                    },
                    query: Query::Lines(wanted(number)),
                };
                let started = now();
                self.store.ask(question).expect("nothing else is asked");
                let Answer::Found { outcome, .. } = self.answer() else {
                    panic!("a question was asked");
                };
                let took = started.elapsed().as_secs_f64() * 1_000.0;
                let Ok(Found::Lines { lines, .. }) = outcome else {
                    panic!("no answer: {outcome:?}");
                };
                assert!(!lines.is_empty(), "there is something to be found");
                took
            })
            .collect();
        took.sort_by(f64::total_cmp);
        took
    }
}

fn tell(what: &str, took: Vec<f64>) {
    for (name, place) in [("p50", took.len() / 2), ("p99", took.len() * 99 / 100)] {
        println!("{what}_{name}_ms {:.3}", took[place]);
    }
}

fn channel_name(number: u64) -> ChannelName {
    ChannelName::parse(&format!("#channel-{number}")).expect("a name")
}

fn channel_scope(number: u64) -> Scope {
    let number = 1 + number % CHANNELS;
    Scope::Channel {
        name: channel_name(number),
        current: Some(ConversationId(number)),
    }
}

fn wanted(scope: Scope, words: Option<String>) -> Wanted {
    Wanted {
        scope,
        after: None,
        before: None,
        limit: LIMIT,
        end: End::Newest,
        events: false,
        words,
        by: None,
    }
}

fn person(number: u64) -> Arc<Identity> {
    let nick = Nick::parse(&format!("person{number}")).expect("a name");
    let address = "192.0.2.7".parse().expect("an address");
    Arc::new(Identity::new(nick, "~user", "host.cloak", "", address))
}

/// The words of a line, some of which are in many: the rank of each falls off as in a language.
fn words_of(number: u64) -> Vec<String> {
    let word = |place: usize| {
        let chance = (hash(number * 31 + place as u64) % 1_000_000) as f64 / 1_000_000.0;
        let rank = (WORDS as f64).powf(chance) as u64;
        format!("w{}", hash(rank) % 1_000_000)
    };
    (0..WORDS_OF_A_LINE).map(word).collect()
}

/// Chance that comes from a number alone (SplitMix64).
fn hash(number: u64) -> u64 {
    let mut z = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
