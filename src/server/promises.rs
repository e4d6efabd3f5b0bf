//! What somebody is told only once it is safe on the disk, or that it is not: that an announcement is
//! kept, and that it is acknowledged.

use super::tickets::{Answered, Pending};
use super::{Cause, Server, SessionId};
use crate::chat::time::Now;
use crate::chat::vocabulary::{Promise, Record, Synced};
use crate::store::vocabulary::Deed;

/// By which command a client is promised something.
const VERB: &str = "ANNOUNCE";

impl Server {
    /// Has a record kept; until then whoever is promised something waits.
    pub(super) fn keep_promise(
        &mut self,
        now: Now,
        record: Record,
        promise: Promise,
        cause: Cause,
    ) {
        let number = match promise {
            Promise::Announced { number, .. } => Some(number),
            Promise::Acknowledged(_) => None,
        };
        let ticket = self.open_ticket(now, cause.session, Pending::Promise(promise));
        if let Some(number) = number {
            self.announcing.insert(ticket, number);
        }
        self.keep(Some(ticket), Deed::Record(record));
    }

    /// What was to be kept under this ticket is kept, or not, whether who was promised it is here or
    /// not.
    pub(super) fn note_announcement(&mut self, ticket: u64, kept: bool) {
        let number = self.announcing.remove(&ticket);
        if let Some(number) = number.filter(|_| !kept) {
            self.chat.lose_announcement(number);
        }
    }

    /// Tells somebody what has become of what they were promised.
    pub(super) fn answer_promise(
        &mut self,
        now: Now,
        id: SessionId,
        promise: Promise,
        answered: &Answered,
    ) {
        let kept = match answered {
            Answered::Kept(Ok(_)) => Synced::Yes,
            Answered::Nothing => Synced::Unknown,
            _ => Synced::No,
        };
        if let Some(user) = self.user_of(id) {
            self.chat.fulfil(now, user, promise, kept);
        }
        self.deliver(now, Some(Self::cause(id, VERB)));
    }
}
