//! Messages for people who are not here: kept before their senders are told so, shown when their
//! readers come, and forgotten once these have them.
//!
//! A letter counts as delivered when the connection has taken it. Whoever is cut off before that is
//! shown it again: rather twice than never.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::session::{Session, Wait};
use super::tickets::{Answered, Pending};
use super::timers::Timer;
use super::{Cause, LISTING_BYTES, Output, Server, SessionId};
use crate::chat::account::AccountId;
use crate::chat::time::Now;
use crate::chat::vocabulary::{Letter, Line, Manner, MessageId, Refusal, Said, Told};
use crate::protocol::irc::events::write_letter;
use crate::protocol::plain::replies;
use crate::protocol::plain::screen::Partner;
use crate::protocol::stamp::Clock;
use crate::store::vocabulary::{Asker, Deed, Found, LINES_MAX, Query, Question, Trouble};

/// How soon letters are asked for again whose reader was busy, in milliseconds.
const BUSY_AGAIN_MS: u64 = 1_000;

/// How soon letters are asked for again that could not be read, in milliseconds.
const FAILED_AGAIN_MS: u64 = 60_000;

/// What the server knows of letters besides how many there are.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Post {
    /// For whom and from whom those are that are being kept, by ticket.
    leaving: BTreeMap<u64, (AccountId, AccountId)>,
    /// The last that each reader has had: the store may be late in forgetting it.
    delivered: BTreeMap<AccountId, MessageId>,
}

/// Letters that are being shown.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Bundle {
    /// Whose.
    reader: AccountId,
    /// Those on their way to the reader.
    sent: Vec<Line>,
    /// Those still to be sent, the next one last.
    rest: Vec<Line>,
}

impl Server {
    /// Has a letter kept; until then its sender waits.
    pub(super) fn keep_letter(&mut self, now: Now, letter: Letter, cause: Cause) {
        let account = letter.to.id;
        let line = letter.line.clone();
        let from = line.from.account.as_ref();
        let from = from.expect("only people with an account leave letters").id;
        let ticket = self.open_ticket(now, cause.session, Pending::Leave(Box::new(letter)));
        self.post.leaving.insert(ticket, (account, from));
        self.keep(Some(ticket), Deed::KeepFor { account, line });
    }

    /// What was to be kept under this ticket is kept, or not: if it is a letter that is, for whom.
    pub(super) fn note_letter(&mut self, ticket: u64, kept: bool) -> Option<AccountId> {
        let (to, from) = self.post.leaving.remove(&ticket)?;
        if !kept {
            self.chat.lose_letter(to, from);
        }
        kept.then_some(to)
    }

    /// Tells the sender of a letter what has become of it.
    pub(super) fn answer_letter(
        &mut self,
        now: Now,
        id: SessionId,
        letter: &Letter,
        answered: &Answered,
    ) {
        let cause = Self::cause(id, verb_of(&letter.line));
        let nick = letter.to.name.clone();
        let refusal = match answered {
            Answered::Kept(Ok(_)) => {
                if let Some(user) = self.user_of(id) {
                    self.chat.confirm_letter(now, user, letter);
                }
                return self.deliver(now, Some(cause));
            }
            Answered::Kept(Err(Trouble::NoSuchAccount)) => Refusal::NobodyNamed { nick },
            Answered::Nothing => Refusal::PerhapsKept { nick },
            _ => Refusal::NotKept,
        };
        self.deliver_refusal(now, &refusal, cause);
    }

    /// Shows the owner of an account what waits for them, if they are here: announcements, then
    /// letters.
    pub(super) fn bring_what_waits(&mut self, now: Now, reader: AccountId) {
        let owner = self.chat.owner_here(reader);
        if let Some(id) = owner.and_then(|owner| self.seat(owner, 0)) {
            self.ask_for_what_waits(now, id, reader);
        }
    }

    /// The same, for the person of a session. One session of theirs is shown it, always the same:
    /// two would show letters twice.
    pub(super) fn bring_what_waits_to(&mut self, now: Now, id: SessionId) {
        if let Some(reader) = self.account_of_session(id) {
            self.bring_what_waits(now, reader);
        }
    }

    /// Announcements need not be asked for, but the answer stands behind what is told of coming.
    fn ask_for_what_waits(&mut self, now: Now, id: SessionId, reader: AccountId) {
        let user = self.user_of(id);
        let has_missed_any = user.is_some_and(|user| self.chat.has_missed_any(now, user));
        if self.chat.letters_for(reader) == 0 && !has_missed_any {
            return;
        }
        if self.sessions.get(id).is_none_or(Session::waits) {
            return self.bring_later(now, id, BUSY_AGAIN_MS);
        }
        let ticket = self.open_ticket(now, id, Pending::Waiting(reader));
        self.outputs.push(Output::Ask(Box::new(Question {
            ticket,
            asker: Asker {
                account: Some(reader),
                not_before_ms: 0,
                blocked: Vec::new(),
                barred: Vec::new(),
            },
            query: Query::Waiting { limit: LINES_MAX },
        })));
    }

    fn bring_later(&mut self, now: Now, id: SessionId, ms: u64) {
        self.timers.set(now.mono_ms + ms, id, Timer::LettersDue);
    }

    /// Shows announcements, and the letters that have been found, or not.
    pub(super) fn show_what_waits(
        &mut self,
        now: Now,
        id: SessionId,
        reader: AccountId,
        answered: Answered,
    ) {
        self.show_missed(now, id, None);
        if self.chat.letters_for(reader) > 0 {
            self.show_letters(now, id, reader, answered);
        }
    }

    fn show_letters(&mut self, now: Now, id: SessionId, reader: AccountId, answered: Answered) {
        let Answered::Found(Ok(Found::Lines { mut lines, .. })) = answered else {
            self.say_of_letters(id, replies::letters_late());
            return self.bring_later(now, id, FAILED_AGAIN_MS);
        };
        let delivered = self.post.delivered.get(&reader).copied();
        lines.retain(|line| Some(line.id) > delivered);
        if lines.is_empty() {
            // They were taken back, or are too old.
            let leaving = self.post.leaving.values();
            let on_their_way = leaving.filter(|(to, _)| *to == reader);
            let on_their_way = on_their_way.map(|(_, from)| *from);
            return self.chat.recount_letters(reader, on_their_way);
        }
        let wanted = self.wanted_letters(id, &lines);
        if wanted == 0 {
            // To their writers it is as if they had been shown.
            return self.note_delivered(now, reader, &lines);
        }
        self.say_of_letters(id, &replies::letters_head(wanted));
        lines.reverse();
        self.show_bundle(
            now,
            id,
            Bundle {
                reader,
                sent: Vec::new(),
                rest: lines,
            },
        );
    }

    /// How many of these are by people whom the reader does not block.
    fn wanted_letters(&self, id: SessionId, lines: &[Line]) -> usize {
        let user = self.user_of(id);
        let opened = |line| user.and_then(|user| self.chat.open_letter(user, line));
        lines.iter().filter_map(opened).count()
    }

    /// The reader has all that was sent: the next letters follow.
    pub(super) fn continue_letters(&mut self, now: Now, id: SessionId) {
        let session = self.sessions.get_mut(id);
        let Some(mut bundle) = session.and_then(Session::take_letters) else {
            return;
        };
        let sent = std::mem::take(&mut bundle.sent);
        self.note_delivered(now, bundle.reader, &sent);
        match bundle.rest.is_empty() {
            true => self.bring_what_waits(now, bundle.reader),
            false => self.show_bundle(now, id, bundle),
        }
    }

    fn note_delivered(&mut self, now: Now, reader: AccountId, lines: &[Line]) {
        let Some(until) = lines.last().map(|line| line.id) else {
            return;
        };
        self.post.delivered.insert(reader, until);
        let account = reader;
        self.keep(None, Deed::Delivered { account, until });
        self.chat.letters_delivered(now, reader, lines);
        self.deliver(now, None);
    }

    /// Sends as many letters as are written at once, and waits for them to be taken.
    fn show_bundle(&mut self, now: Now, id: SessionId, mut bundle: Bundle) {
        let mut out = String::new();
        while out.len() < LISTING_BYTES
            && let Some(line) = bundle.rest.pop()
        {
            self.write_one(now, id, &line, &mut out);
            bundle.sent.push(line);
        }
        self.send(id, out);
        if let Some(session) = self.sessions.get_mut(id) {
            session.wait = Some(Box::new(Wait::Letters(bundle)));
            self.outputs.push(Output::AwaitDrain(id));
        }
    }

    fn write_one(&mut self, now: Now, id: SessionId, line: &Line, out: &mut String) {
        let user = self.user_of(id);
        let said = user.and_then(|user| self.chat.open_letter(user, line));
        let Some(said) = said else { return };
        let zone = self.settings.chat.zone.clone();
        let session = self.sessions.get_mut(id);
        match session.and_then(Session::screen) {
            Some(screen) => {
                let clock = Clock::new(&zone, now.wall_ms, screen.times);
                out.push_str(&replies::letter(&said, &mut screen.day, &clock));
                screen.heard_from(writer(&said));
            }
            None => write_letter(&said, &self.reader(id), &self.clock(now, id), out),
        }
    }

    fn say_of_letters(&mut self, id: SessionId, sentence: &str) {
        match self.plain(id).is_some() {
            true => self.send(id, replies::told(sentence)),
            false => self.notify(id, sentence),
        }
    }
}

/// Whom `/reply` to a letter answers: its writer, here or not.
fn writer(said: &Said) -> Partner {
    let account = said.from.account.as_ref();
    let name = account.map_or(&said.from.nick, |account| &account.name);
    Partner::Owner(Box::new(name.clone()))
}

/// By which command a client said it.
fn verb_of(line: &Line) -> &'static str {
    match &line.told {
        Told::Said {
            manner: Manner::Notice,
            ..
        } => "NOTICE",
        _ => "PRIVMSG",
    }
}
