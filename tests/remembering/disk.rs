//! The store as the server sees it: orders and questions in, answers out, whenever it pleases.

use std::collections::VecDeque;

use hallway::chat::account::{Account, AccountId};
use hallway::chat::name::{ChannelName, Nick};
use hallway::chat::vocabulary::{Conversation, Line, Record};
use hallway::store::vocabulary::{Answer, Deed, Found, Order, Query, Question, Trouble};

use crate::list::List;
use crate::prng::Rng;

/// How long a question waits for what was ordered before it, in milliseconds.
const CATCHES_UP_MS: u64 = 500;

/// How a disk can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Well,
    /// It takes longer than anybody waits.
    Slow,
    /// Nothing more is taken but what must be.
    Full,
    /// What is tried fails.
    Failing,
}

/// Something that waits.
struct Waiting<T> {
    what: T,
    number: u64,
    since_ms: u64,
    due_ms: u64,
}

/// All that is remembered, and all that waits to be.
pub struct Disk {
    pub mood: Mood,
    list: List,
    accounts: Vec<Account>,
    /// For whom, and which.
    letters: Vec<(AccountId, Line)>,
    orders: VecDeque<Waiting<Order>>,
    questions: VecDeque<Waiting<Question>>,
    /// What decides who may read what, while the disk fails.
    owed: Vec<Deed>,
    last_number: u64,
    /// What is worth telling.
    pub notes: Vec<&'static str>,
}

impl Disk {
    /// One on which there are these accounts.
    pub fn new(accounts: Vec<Account>) -> Self {
        Self {
            mood: Mood::Well,
            list: List::default(),
            accounts,
            letters: Vec::new(),
            orders: VecDeque::new(),
            questions: VecDeque::new(),
            owed: Vec::new(),
            last_number: 0,
            notes: Vec::new(),
        }
    }

    /// Takes an order; the answer if there is one at once.
    pub fn keep(&mut self, order: Order, now_ms: u64, chance: &mut Rng) -> Option<Answer> {
        let must = order.ticket.is_none() && is_owed(&order.deed);
        if self.mood == Mood::Full && !must {
            let outcome = Err(Trouble::Full);
            return order.ticket.map(|ticket| Answer::Done { ticket, outcome });
        }
        let waiting = self.waiting(order, now_ms, chance);
        self.orders.push_back(waiting);
        None
    }

    /// Takes a question, in the same way.
    pub fn ask(&mut self, question: Question, now_ms: u64, chance: &mut Rng) -> Option<Answer> {
        if self.mood == Mood::Full {
            let (ticket, outcome) = (question.ticket, Err(Trouble::Full));
            return Some(Answer::Found { ticket, outcome });
        }
        let waiting = self.waiting(question, now_ms, chance);
        self.questions.push_back(waiting);
        None
    }

    fn waiting<T>(&mut self, what: T, now_ms: u64, chance: &mut Rng) -> Waiting<T> {
        self.last_number += 1;
        let takes_ms = match self.mood {
            Mood::Slow => 2_000 + chance.below(9_000) as u64,
            _ => chance.below(400) as u64,
        };
        Waiting {
            what,
            number: self.last_number,
            since_ms: now_ms,
            due_ms: now_ms + takes_ms,
        }
    }

    /// When there is something to be done next.
    pub fn due_ms(&self) -> Option<u64> {
        let order = self.orders.front().map(|order| order.due_ms);
        let question = self.questions.front().map(|question| question.due_ms);
        order.into_iter().chain(question).min()
    }

    /// Does what is due; the answers.
    pub fn work(&mut self, now_ms: u64, chance: &mut Rng) -> Vec<Answer> {
        let mut answers = Vec::new();
        loop {
            let order = self
                .orders
                .front()
                .is_some_and(|order| order.due_ms <= now_ms);
            let question =
                (self.questions.front()).is_some_and(|question| question.due_ms <= now_ms);
            match (order, question) {
                (false, false) => return answers,
                (true, false) => self.carry_out(now_ms, &mut answers),
                (true, true) if chance.percent(50) => self.carry_out(now_ms, &mut answers),
                _ => self.answer(now_ms, chance, &mut answers),
            }
        }
    }

    fn carry_out(&mut self, now_ms: u64, answers: &mut Vec<Answer>) {
        let Some(order) = self.orders.pop_front() else {
            return;
        };
        if order.what.ticket.is_some() && now_ms > order.since_ms + 5_000 {
            self.notes.push("an order is answered too late");
        }
        let Order { ticket, deed } = order.what;
        let outcome = if self.mood == Mood::Failing {
            if ticket.is_none() && is_owed(&deed) {
                self.owed.push(deed);
            }
            Err(Trouble::Failed)
        } else {
            for owed in std::mem::take(&mut self.owed) {
                let done = self.apply(owed);
                assert!(done.is_ok(), "nobody waits for what is owed");
            }
            self.apply(deed)
        };
        answers.extend(ticket.map(|ticket| Answer::Done { ticket, outcome }));
    }

    fn apply(&mut self, deed: Deed) -> Result<Option<AccountId>, Trouble> {
        match deed {
            Deed::Record(record) => {
                if let Record::Redacted { id } = record {
                    self.letters.retain(|(_, letter)| letter.id != id);
                }
                self.list.learn(&record);
            }
            Deed::AddAccount { name, .. } => return self.add(name),
            Deed::KeepFor { account, line } => {
                if !self.accounts.iter().any(|known| known.id == account) {
                    return Err(Trouble::NoSuchAccount);
                }
                self.list.learn(&Record::Line(line.clone()));
                self.letters.push((account, line));
            }
            Deed::Delivered { account, until } => {
                let had = |letter: &(AccountId, Line)| letter.0 == account && letter.1.id <= until;
                self.letters.retain(|letter| !had(letter));
            }
            _ => {}
        }
        Ok(None)
    }

    fn add(&mut self, name: Nick) -> Result<Option<AccountId>, Trouble> {
        if self.accounts.iter().any(|account| account.name == name) {
            return Err(Trouble::NameTaken);
        }
        let last = self.accounts.iter().map(|account| account.id.0).max();
        let id = AccountId(last.unwrap_or(0) + 1);
        self.accounts.push(Account { id, name });
        Ok(Some(id))
    }

    fn answer(&mut self, now_ms: u64, chance: &mut Rng, answers: &mut Vec<Answer>) {
        let Some(asked) = self.questions.pop_front() else {
            return;
        };
        // It sees what was ordered before it, unless that takes long.
        let before = |order: &Waiting<Order>| order.number < asked.number;
        if now_ms < asked.since_ms + CATCHES_UP_MS {
            while self.orders.front().is_some_and(before) {
                self.carry_out(now_ms, answers);
            }
        } else if self.orders.front().is_some_and(before) {
            self.notes.push("a question overtakes");
        }
        if now_ms > asked.since_ms + 5_000 {
            self.notes.push("a question is answered too late");
        }
        let Question {
            ticket,
            asker,
            query,
        } = asked.what;
        let outcome = match self.mood {
            Mood::Failing if chance.percent(80) => Err(Trouble::Failed),
            _ if chance.percent(4) => Err(Trouble::TooSlow),
            _ => Ok(match query {
                Query::Lines(wanted) => self.found(self.list.find(&asker, &wanted)),
                Query::Waiting { limit } => {
                    let theirs = |letter: &&(AccountId, Line)| Some(letter.0) == asker.account;
                    let letters = self.letters.iter().filter(theirs);
                    let mut lines: Vec<Line> = letters.map(|letter| letter.1.clone()).collect();
                    lines.sort_by_key(|line| line.id);
                    lines.truncate(limit);
                    self.found(lines)
                }
                Query::Former { .. } => Found::Former(Vec::new()),
                Query::Partners { .. } => Found::Partners(Vec::new()),
            }),
        };
        answers.push(Answer::Found { ticket, outcome });
    }

    fn found(&self, lines: Vec<Line>) -> Found {
        let names = self.list.names.iter().filter(|(id, _)| {
            let is_there = |line: &Line| line.conversation == Conversation::Channel(**id);
            lines.iter().any(is_there)
        });
        let channels = names.map(|(id, (name, _))| {
            let name = ChannelName::parse(name).expect("it was one");
            (*id, name)
        });
        Found::Lines {
            channels: channels.collect(),
            lines,
        }
    }

    /// Whether an account is being made.
    pub fn is_making_an_account(&self) -> bool {
        let makes = |order: &Waiting<Order>| matches!(order.what.deed, Deed::AddAccount { .. });
        self.orders.iter().any(makes)
    }
}

fn is_owed(deed: &Deed) -> bool {
    match deed {
        Deed::Record(record) => !matches!(record, Record::Line(_)),
        deed => matches!(deed, Deed::Delivered { .. } | Deed::Keep { .. }),
    }
}
