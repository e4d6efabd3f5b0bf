//! Answers questions: which lines, in which conversations, when last.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::chat::account::Account;
use crate::chat::name::Nick;
use crate::chat::user::Identity;
use crate::chat::vocabulary::{Conversation, ConversationId, Former, Line};

use super::key::{self, Keys};
use super::lines;
use super::rights::{self, Readable};
use super::row;
use super::search::{self, Look, Sought};
use super::vocabulary::{
    Asker, End, Found, LINES_MAX, Partner, Point, Query, Question, Scope, Wanted,
};

pub(super) fn answer(db: &Connection, question: &Question) -> rusqlite::Result<Found> {
    let asker = &question.asker;
    match &question.query {
        Query::Lines(wanted) => found(db, found_lines(db, asker, wanted)?),
        Query::Partners {
            open,
            after_ms,
            before_ms,
            limit,
        } => {
            let [after, before] = [*after_ms, *before_ms].map(|ms| Some(Point::Moment(ms)));
            let keys = Keys::between(after, before);
            let mut partners = partners(db, asker, open, keys)?;
            partners.truncate(*limit);
            Ok(Found::Partners(partners))
        }
        Query::Former { nick, limit } => former(db, nick, *limit).map(Found::Former),
        Query::Waiting { limit } => found(db, waiting(db, asker, *limit)?),
    }
}

/// Lines with the names of their channels.
fn found(db: &Connection, lines: Vec<Line>) -> rusqlite::Result<Found> {
    let mut named = BTreeMap::new();
    let text = "SELECT name FROM conversations WHERE conversation = ?1";
    let mut statement = db.prepare_cached(text)?;
    for line in &lines {
        if let Conversation::Channel(id) = line.conversation
            && let Entry::Vacant(place) = named.entry(id)
        {
            let name = statement.query_row([row::conversation(id)], |row| row::channel(row, 0));
            name.optional()?.map(|name| place.insert(name));
        }
    }
    let channels = named.into_iter().collect();
    Ok(Found::Lines { lines, channels })
}

/// From which end lines are taken until there are enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    Oldest,
    Newest,
}

fn found_lines(db: &Connection, asker: &Asker, wanted: &Wanted) -> rusqlite::Result<Vec<Line>> {
    let readable = rights::readable(db, &wanted.scope, asker)?;
    let hidden = hidden(db, asker)?;
    let looking = Looking {
        db,
        readable: &readable,
        sought: Sought {
            words: wanted.words.as_deref(),
            by: wanted.by.as_ref(),
            events: wanted.events,
            account: asker.account,
            hidden: &hidden,
        },
    };
    let keys = Keys::between(wanted.after, wanted.before).within(Keys::since(asker.not_before_ms));
    let limit = wanted.limit.min(LINES_MAX);
    let found = match wanted.end {
        End::Oldest => looking.take(keys, limit, From::Oldest)?,
        End::Newest => looking.take(keys, limit, From::Newest)?,
        End::Around(point) => {
            let (before, rest) = keys.split(key::first_from(point));
            let mut found = looking.take(before, limit / 2, From::Newest)?;
            found.extend(looking.take(rest, limit - limit / 2, From::Oldest)?);
            found
        }
    };
    lines::load(db, &found)
}

/// Whose lines are left out, as a list in JSON.
fn hidden(db: &Connection, asker: &Asker) -> rusqlite::Result<String> {
    let erased = lines::being_erased(db)?;
    let blocked = asker.blocked.iter().map(|account| row::account(*account));
    let numbers: Vec<i64> = blocked.chain(erased).collect();
    Ok(row::list(&numbers))
}

/// A look at what may be read for what is sought.
struct Looking<'a> {
    db: &'a Connection,
    readable: &'a [Readable],
    sought: Sought<'a>,
}

impl Looking<'_> {
    /// The keys of so many lines from one end on, oldest first.
    fn take(&self, keys: Keys, limit: usize, from: From) -> rusqlite::Result<Vec<i64>> {
        let mut best = Best::new(keys, limit, from);
        if self.sought.words.is_some() || self.sought.by.is_some() {
            self.take_from_search(&mut best)?;
        } else {
            self.take_from_stretches(&mut best)?;
        }
        Ok(best.into_ordered())
    }

    fn take_from_search(&self, best: &mut Best) -> rusqlite::Result<()> {
        let Some(whole) = self.sought.whole().filter(|_| !self.readable.is_empty()) else {
            return Ok(());
        };
        let mut found = self.keys(whole, best)?;
        if found.len() < best.limit
            && let Some(beginnings) = self.sought.beginnings(self.db)?
        {
            found = self.keys(beginnings, best)?;
        }
        best.add(found);
        Ok(())
    }

    fn keys(&self, reading: String, best: &Best) -> rusqlite::Result<Vec<i64>> {
        let look = Look::at(reading, self.readable);
        let (newest, limit) = (best.from == From::Newest, best.count());
        search::keys(self.db, &look, &self.sought, best.keys, limit, newest)
    }

    fn take_from_stretches(&self, best: &mut Best) -> rusqlite::Result<()> {
        let text = match best.from {
            From::Oldest => OLDEST,
            From::Newest => NEWEST,
        };
        let mut statement = self.db.prepare_cached(text)?;
        for readable in self.readable {
            for stretch in readable.stretches(best.keys, self.sought.events) {
                let keys = stretch.keys.within(best.keys);
                if keys.is_empty() {
                    continue;
                }
                let values = params![
                    stretch.place,
                    stretch.open,
                    stretch.event,
                    keys.from,
                    keys.to,
                    self.sought.hidden,
                    best.count()
                ];
                let found = statement.query_map(values, |row| row.get(0))?;
                let found: rusqlite::Result<Vec<i64>> = found.collect();
                best.add(found?);
            }
        }
        Ok(())
    }
}

macro_rules! select {
    ($order:literal) => {
        concat!(
            "SELECT line FROM lines
            WHERE place = ?1 AND open = ?2 AND event = ?3 AND line BETWEEN ?4 AND ?5
                AND (?6 = '[]' OR author IS NULL
                    OR author NOT IN (SELECT value FROM json_each(?6)))
            ORDER BY line ",
            $order,
            " LIMIT ?7"
        )
    };
}

const NEWEST: &str = select!("DESC");
const OLDEST: &str = select!("ASC");

/// The best so far of several sources. What could not be among them any more is not looked for.
struct Best {
    found: Vec<i64>,
    keys: Keys,
    limit: usize,
    from: From,
}

impl Best {
    fn new(keys: Keys, limit: usize, from: From) -> Self {
        let found = Vec::new();
        Self {
            found,
            keys,
            limit,
            from,
        }
    }

    /// How many any one source is asked for.
    fn count(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX)
    }

    fn add(&mut self, found: Vec<i64>) {
        self.found.extend(found);
        match self.from {
            From::Oldest => self.found.sort_unstable(),
            From::Newest => self
                .found
                .sort_unstable_by_key(|key| std::cmp::Reverse(*key)),
        }
        self.found.truncate(self.limit);
        let Some(last) = self.found.last().filter(|_| self.found.len() == self.limit) else {
            return;
        };
        match self.from {
            From::Oldest => self.keys.to = last.saturating_sub(1),
            From::Newest => self.keys.from = last.saturating_add(1),
        }
    }

    fn into_ordered(mut self) -> Vec<i64> {
        self.found.sort_unstable();
        self.found
    }
}

/// The earliest of the latest lines first.
fn partners(
    db: &Connection,
    asker: &Asker,
    open: &[ConversationId],
    keys: Keys,
) -> rusqlite::Result<Vec<(Partner, u64)>> {
    let keys = keys.within(Keys::since(asker.not_before_ms));
    let scope = Scope::Everywhere(open.to_vec());
    let hidden = hidden(db, asker)?;
    let mut latest = Vec::new();
    for readable in rights::readable(db, &scope, asker)? {
        let looking = Looking {
            db,
            readable: std::slice::from_ref(&readable),
            sought: Sought {
                words: None,
                by: None,
                events: false,
                account: asker.account,
                hidden: &hidden,
            },
        };
        if let Some(key) = looking.take(keys, 1, From::Newest)?.first() {
            latest.push((*key, readable.place));
        }
    }
    latest.sort_unstable_by_key(|(key, _)| std::cmp::Reverse(*key));
    let mut found: Vec<(Partner, u64)> = Vec::new();
    for (key, place) in latest {
        // Of several conversations under one name, the latest tells.
        let partner = partner(db, asker, place)?;
        let new = |partner: &Partner| found.iter().all(|(known, _)| known != partner);
        found.extend(
            partner
                .filter(new)
                .map(|partner| (partner, key::id(key).ms)),
        );
    }
    found.reverse();
    Ok(found)
}

/// With whom a place is shared; nothing if they are no more.
fn partner(db: &Connection, asker: &Asker, place: i64) -> rusqlite::Result<Option<Partner>> {
    if place >= 0 {
        let text = "SELECT name FROM conversations WHERE conversation = ?1";
        let mut statement = db.prepare_cached(text)?;
        let name = statement.query_row([place], |row| row::channel(row, 0));
        return Ok(name.optional()?.map(Partner::Channel));
    }
    let text = "SELECT a.account, a.name FROM pairs p
        JOIN accounts a ON a.account = CASE p.low WHEN ?2 THEN p.high ELSE p.low END
        WHERE p.pair = -?1";
    let own = asker.account.map(row::account);
    let mut statement = db.prepare_cached(text)?;
    let account = statement.query_row(params![place, own], |row| row::named_account(row, 0));
    Ok(account.optional()?.map(Partner::Account))
}

/// Among how many the owner of an account is looked for, however few are asked for.
const FORMER_LOOKED_AT: usize = 50;

/// As whom somebody has said or done anything, and when last. The owner of an account may have been
/// here later than that, and if they never said anything, no more is known of them.
fn former(db: &Connection, nick: &Nick, limit: usize) -> rusqlite::Result<Vec<Former>> {
    let text = "SELECT last, nick, username, host, realname, address, bot, account, account_name
        FROM speakers WHERE folded = ?1 ORDER BY last DESC LIMIT ?2";
    let mut statement = db.prepare_cached(text)?;
    let looked_at = i64::try_from(limit.max(FORMER_LOOKED_AT)).unwrap_or(i64::MAX);
    let found = statement.query_map(params![nick.folded(), looked_at], |row| {
        Ok(Former {
            identity: Arc::new(lines::identity(row, 1)?),
            until_ms: key::id(row.get(0)?).ms,
        })
    })?;
    let mut former: Vec<Former> = found.collect::<rusqlite::Result<_>>()?;
    if let Some((owner, seen_ms)) = owner(db, nick)? {
        let account = |former: &Former| former.identity.account.as_ref().map(|account| account.id);
        match former.iter_mut().find(|it| account(it) == Some(owner.id)) {
            Some(known) => known.until_ms = known.until_ms.max(seen_ms),
            None => former.push(Former {
                identity: Arc::new(Identity::named(owner.name)),
                until_ms: seen_ms,
            }),
        }
        former.sort_by_key(|former| std::cmp::Reverse(former.until_ms));
    }
    former.truncate(limit);
    Ok(former)
}

/// The account of a name, and when its owner was here last.
fn owner(db: &Connection, nick: &Nick) -> rusqlite::Result<Option<(Account, u64)>> {
    let text = "SELECT account, name, seen_ms FROM accounts WHERE folded = ?1";
    let mut statement = db.prepare_cached(text)?;
    let read = |row: &Row<'_>| Ok((row::named_account(row, 0)?, row::number(row, 2)?));
    statement.query_row([nick.folded()], read).optional()
}

/// What waits for the asker, oldest first.
fn waiting(db: &Connection, asker: &Asker, limit: usize) -> rusqlite::Result<Vec<Line>> {
    let text = "SELECT w.line FROM waiting w
        WHERE w.account = ?1 AND w.sender NOT IN (SELECT value FROM json_each(?2))
        ORDER BY w.line LIMIT ?3";
    let Some(own) = asker.account.map(row::account) else {
        return Ok(Vec::new());
    };
    let limit = i64::try_from(limit.min(LINES_MAX)).unwrap_or(i64::MAX);
    let hidden = hidden(db, asker)?;
    let mut statement = db.prepare_cached(text)?;
    let found = statement.query_map(params![own, hidden, limit], |row| row.get(0))?;
    let found: rusqlite::Result<Vec<i64>> = found.collect();
    lines::load(db, &found?)
}
