//! What a store would be that had no tables: a list that is looked through line by line.

use std::collections::BTreeMap;

use hallway::chat::account::AccountId;
use hallway::chat::vocabulary::{Conversation, ConversationId, Line, MessageId, Record, Told};
use hallway::store::vocabulary::{Asker, End, Point, Scope, Wanted};

/// All that a store remembers, in the simplest way.
#[derive(Debug, Default)]
pub(crate) struct List {
    pub(crate) lines: BTreeMap<MessageId, Line>,
    /// What each conversation is called, and whether it has ended.
    pub(crate) names: BTreeMap<ConversationId, (String, bool)>,
    stays: Vec<(AccountId, ConversationId, MessageId, Option<MessageId>)>,
}

impl List {
    pub(crate) fn learn(&mut self, record: &Record) {
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
            // What a channel is like is not the history's.
            Record::Kept { .. }
            | Record::Absent { .. }
            | Record::Stays { .. }
            | Record::Described { .. }
            | Record::Preferred { .. }
            | Record::Announced(_)
            | Record::Numbered(_)
            | Record::Heeded { .. }
            | Record::Withdrawn { .. } => {}
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

    pub(crate) fn find(&self, asker: &Asker, wanted: &Wanted) -> Vec<Line> {
        let fits = |line: &Line, meant: Meant| {
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
                && wanted
                    .words
                    .as_ref()
                    .is_none_or(|words| has(line, words, meant))
        };
        // Whole words, if there are enough.
        let some = |count: usize, within: &dyn Fn(&Line) -> bool, newest: bool| {
            let all = |meant: Meant| -> Vec<Line> {
                let lines = self.lines.values();
                let found = lines.filter(|line| within(line) && fits(line, meant));
                found.cloned().collect()
            };
            let whole = all(Meant::Whole);
            let mut found = match whole.len() >= count {
                true => whole,
                false => all(Meant::Beginning),
            };
            if newest {
                found.drain(..found.len().saturating_sub(count));
            }
            found.truncate(count);
            found
        };
        match wanted.end {
            End::Oldest => some(wanted.limit, &|_| true, false),
            End::Newest => some(wanted.limit, &|_| true, true),
            End::Around(point) => {
                let half = wanted.limit / 2;
                let mut around = some(half, &|line| is_before(line, point), true);
                let rest = wanted.limit - half;
                around.extend(some(rest, &|line| !is_before(line, point), false));
                around
            }
        }
    }
}

/// Whether words are meant as they are typed, or as beginnings of others too.
#[derive(Clone, Copy, PartialEq)]
enum Meant {
    Whole,
    Beginning,
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

fn has(line: &Line, words: &str, meant: Meant) -> bool {
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
        word if word.len() < 3 || meant == Meant::Whole => {
            text.split(' ').any(|whole| whole == word)
        }
        word => text.split(' ').any(|whole| whole.starts_with(word)),
    };
    !sought.trim().is_empty() && sought.split_whitespace().all(found)
}
