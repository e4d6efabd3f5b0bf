//! What is looked into elsewhere, a password or the store: the answer comes by a ticket, always and
//! soon, if only as a failure. Until then the session hears nothing more, so that order holds.

use serde::{Deserialize, Serialize};

use super::accounts::Entering;
use super::history::Reading;
use super::session::{Session, Wait};
use super::timers::Timer;
use super::{Output, Server, SessionId};
use crate::chat::account::AccountId;
use crate::chat::name::Nick;
use crate::chat::reading::Access;
use crate::chat::time::Now;
use crate::chat::vocabulary::{Letter, Promise};
use crate::check::{Checked, Outcome};
use crate::store::vocabulary::{Answer, Deed, Found, Order, Trouble};

/// How long an answer may take before it counts as a failure, in milliseconds.
pub const TICKET_MS: u64 = 5_000;

/// What somebody waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Pending {
    /// Becoming an operator of the server, under this name.
    Operate(String),
    /// Coming into an account.
    Enter(Entering),
    /// Reading what was said earlier.
    Read(Box<Reading>),
    /// Hearing with whom there were lines: what was allowed when it was asked for.
    Targets(Box<Access>),
    /// Hearing when somebody was here last.
    LastSeen(Nick),
    /// Hearing who had a name, at most so many of them.
    Whowas(Nick, usize),
    /// Leaving something for somebody who is not here.
    Leave(Box<Letter>),
    /// Being told that something is kept.
    Promise(Promise),
    /// Being shown what the owner of an account has missed, and what was left for them.
    Waiting(AccountId),
}

/// Something that is being looked into elsewhere: its answer comes by this number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ticket {
    pub(super) number: u64,
    pub(super) pending: Pending,
    /// Until when there must be an answer, on the monotonic clock.
    due_ms: u64,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Answered {
    /// Of a password.
    Checked(Outcome),
    /// Of something to be kept.
    Kept(Result<Option<AccountId>, Trouble>),
    /// Of a question to the store.
    Found(Result<Found, Trouble>),
    /// Nothing: too many others wait, or it took too long.
    Nothing,
}

impl Server {
    /// Lets a session wait for the answer that comes by this number.
    pub(super) fn open_ticket(&mut self, now: Now, id: SessionId, pending: Pending) -> u64 {
        self.last_ticket += 1;
        let number = self.last_ticket;
        if let Some(session) = self.sessions.get_mut(id) {
            let due_ms = now.mono_ms + TICKET_MS;
            session.wait = Some(Box::new(Wait::Ticket(Ticket {
                number,
                pending,
                due_ms,
            })));
            self.tickets.insert(number, id);
            self.timers.set(due_ms, id, Timer::TicketDue);
        }
        number
    }

    /// Something has been done with a password ([`Output::Verify`]).
    pub fn checked(&mut self, now: Now, checked: Checked) {
        self.answer_ticket(now, checked.ticket, Answered::Checked(checked.outcome));
    }

    /// Nothing can be done with a password, for too many others are waiting ([`Output::Verify`]).
    pub fn not_checked(&mut self, now: Now, ticket: u64) {
        self.answer_ticket(now, ticket, Answered::Nothing);
    }

    /// The store has done something ([`Output::Keep`], [`Output::Ask`]).
    pub fn stored(&mut self, now: Now, answer: Answer) {
        match answer {
            Answer::Done { ticket, outcome } => {
                self.note_kept(now, ticket, outcome);
                let reader = self.note_letter(ticket, outcome.is_ok());
                self.note_announcement(ticket, outcome.is_ok());
                self.note_granted(now, ticket, outcome);
                self.answer_ticket(now, ticket, Answered::Kept(outcome));
                // They may have come in the meantime.
                if let Some(reader) = reader {
                    self.bring_what_waits(now, reader);
                }
            }
            Answer::Found { ticket, outcome } => {
                self.answer_ticket(now, ticket, Answered::Found(outcome));
            }
        }
    }

    pub(super) fn give_up_ticket(&mut self, now: Now, id: SessionId) {
        let wait = self.sessions.get(id).and_then(|s| s.wait.as_deref());
        if let Some(Wait::Ticket(ticket)) = wait {
            self.answer_ticket(now, ticket.number, Answered::Nothing);
        }
    }

    /// Who has left, or has been answered, hears nothing of it; what was kept is kept.
    fn answer_ticket(&mut self, now: Now, number: u64, answered: Answered) {
        let id = self.tickets.remove(&number);
        let session = id.and_then(|id| self.sessions.get_mut(id));
        let (Some(id), Some(ticket)) = (id, session.and_then(Session::take_ticket)) else {
            return;
        };
        self.timers.cancel(ticket.due_ms, id, Timer::TicketDue);
        self.go_on(now, id, |server, now, id| {
            match ticket.pending {
                Pending::Operate(name) => server.try_to_operate(now, id, &name, &answered),
                Pending::Enter(entering) => server.go_on_entering(now, id, entering, answered),
                Pending::Read(reading) => server.go_on_reading(now, id, *reading, answered),
                Pending::Targets(access) => server.tell_targets(id, &access, answered),
                Pending::LastSeen(nick) => server.tell_last_seen(now, id, &nick, answered),
                Pending::Whowas(nick, most) => server.tell_whowas(now, id, nick, most, answered),
                Pending::Leave(letter) => server.answer_letter(now, id, &letter, &answered),
                Pending::Promise(promise) => server.answer_promise(now, id, promise, &answered),
                Pending::Waiting(account) => server.show_what_waits(now, id, account, answered),
            }
            server.outputs.push(Output::Resume(id));
        });
    }

    /// Has something kept, if there is a store.
    pub(super) fn keep(&mut self, ticket: Option<u64>, deed: Deed) {
        self.outputs
            .push(Output::Keep(Box::new(Order { ticket, deed })));
    }
}
