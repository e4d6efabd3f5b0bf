//! Becoming an operator of the server: the password is checked elsewhere, and the answer comes by
//! a ticket. Until then the session hears nothing more.

use super::session::{Session, Ticket, Wait};
use super::timers::Timer;
use super::{Cause, Output, Server, SessionId};
use crate::chat::time::Now;
use crate::check::{Check, Checked};
use crate::protocol::irc::numerics::{ERR_PASSWDMISMATCH, RPL_TRYAGAIN, RPL_YOUREOPER};
use crate::protocol::irc::refusals::Complaint;
use crate::protocol::plain::refusals::{self, Mistake};

/// How long an answer may take before it counts as a refusal, in milliseconds.
pub const TICKET_MS: u64 = 5_000;

impl Server {
    pub(super) fn ask_to_operate(
        &mut self,
        now: Now,
        id: SessionId,
        name: String,
        password: String,
    ) {
        let known = self.settings.operators.iter();
        let Some(operator) = known.into_iter().find(|operator| operator.name == name) else {
            return self.refuse_operator(id, &Mistake::NotAnOperator);
        };
        let verifier = operator.verifier.clone();
        self.last_ticket += 1;
        let ticket = self.last_ticket;
        let Some(session) = self.sessions.get_mut(id) else {
            return;
        };
        session.wait = Some(Box::new(Wait::Ticket(Ticket {
            number: ticket,
            operator: name,
        })));
        self.tickets.insert(ticket, id);
        self.timers
            .set(now.mono_ms + TICKET_MS, id, Timer::TicketDue);
        self.outputs.push(Output::Verify(Check {
            ticket,
            password,
            verifier,
        }));
    }

    /// A password has been checked ([`Output::Verify`]).
    pub fn checked(&mut self, now: Now, checked: &Checked) {
        let outcome = if checked.holds {
            Ok(())
        } else {
            Err(Mistake::NotAnOperator)
        };
        self.answer_ticket(now, checked.ticket, outcome);
    }

    /// A password cannot be checked, for too many others are waiting ([`Output::Verify`]).
    pub fn not_checked(&mut self, now: Now, ticket: u64) {
        self.answer_ticket(now, ticket, Err(Mistake::TooManyPasswords));
    }

    pub(super) fn give_up_ticket(&mut self, now: Now, id: SessionId) {
        let wait = self.sessions.get(id).and_then(|s| s.wait.as_deref());
        if let Some(Wait::Ticket(ticket)) = wait {
            self.answer_ticket(now, ticket.number, Err(Mistake::TooManyPasswords));
        }
    }

    /// Who has left, or has been answered, hears nothing of it.
    fn answer_ticket(&mut self, now: Now, number: u64, outcome: Result<(), Mistake>) {
        let Some(id) = self.tickets.remove(&number) else {
            return;
        };
        let session = self.sessions.get_mut(id);
        let Some(ticket) = session.and_then(Session::take_ticket) else {
            return;
        };
        self.go_on(now, id, |server, now, id| {
            match outcome {
                Ok(()) => server.make_operator(now, id, &ticket.operator),
                Err(mistake) => server.refuse_operator(id, &mistake),
            }
            server.outputs.push(Output::Resume(id));
        });
    }

    /// The configuration may be another by now: somebody who is in it no more is refused.
    fn make_operator(&mut self, now: Now, id: SessionId, name: &str) {
        let known = self.settings.operators.iter();
        let operator = known.into_iter().find(|operator| operator.name == name);
        let (Some(operator), Some(user)) = (operator, self.user_of(id)) else {
            return self.refuse_operator(id, &Mistake::NotAnOperator);
        };
        let host = operator.host.clone();
        if self.plain(id).is_none() {
            self.send_numeric(id, RPL_YOUREOPER, "You are now an IRC operator");
        }
        self.chat.make_operator(now, user, host.as_deref());
        let cause = Cause {
            session: id,
            quiet: false,
            verb: "OPER",
        };
        self.deliver(now, Some(cause));
    }

    fn refuse_operator(&mut self, id: SessionId, mistake: &Mistake) {
        if self.plain(id).is_some() {
            return self.refuse(id, &refusals::mistake(mistake));
        }
        let complaint = match mistake {
            Mistake::TooManyPasswords => Complaint::about(
                RPL_TRYAGAIN,
                &["OPER"],
                "Please wait a while and try again.",
            ),
            _ => Complaint::new(ERR_PASSWDMISMATCH, "Password incorrect"),
        };
        self.complain(id, &complaint);
    }
}
