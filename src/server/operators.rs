//! Becoming an operator of the server: the password is checked elsewhere, and the answer comes by
//! a ticket. Until then the session hears nothing more.

use super::tickets::{Answered, Pending};
use super::{Output, Server, SessionId};
use crate::chat::time::Now;
use crate::check::{Check, Job, Outcome};
use crate::protocol::irc::numerics::{ERR_PASSWDMISMATCH, RPL_TRYAGAIN, RPL_YOUREOPER};
use crate::protocol::irc::refusals::Complaint;
use crate::protocol::plain::refusals::{self, Mistake};

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
        let job = Job::Check(operator.verifier.clone());
        let ticket = self.open_ticket(now, id, Pending::Operate(name));
        self.outputs.push(Output::Verify(Check {
            ticket,
            password,
            job,
        }));
    }

    /// An answer has come to somebody who would like to be an operator.
    pub(super) fn try_to_operate(
        &mut self,
        now: Now,
        id: SessionId,
        name: &str,
        answered: &Answered,
    ) {
        match answered {
            Answered::Checked(Outcome::Holds(true)) => self.make_operator(now, id, name),
            Answered::Checked(_) => self.refuse_operator(id, &Mistake::NotAnOperator),
            _ => self.refuse_operator(id, &Mistake::TooManyPasswords),
        }
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
        self.deliver(now, Some(Self::cause(id, "OPER")));
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
