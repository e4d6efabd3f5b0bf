//! What waits for the writing thread, bounded by count and by bytes. Whoever puts something in waits
//! for nothing but the other side's hand on the same lock, which takes what is there and lets go.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::chat::vocabulary::{Conversation, Kept, Line, Listed, Record, Told};

use super::vocabulary::{Deed, Order};

/// How many orders may wait. What decides who may read what, and what people have set, gets as much
/// room again: losing it could show people what is not theirs.
pub const ORDERS_WAITING_MAX: usize = 8_192;

/// How much they may weigh, with the same exception.
pub const ORDERS_WAITING_BYTES_MAX: usize = 4 * 1024 * 1024;

/// How many orders one transaction has.
pub(super) const TOGETHER: usize = 1_024;

/// How long orders are gathered to be carried out in one transaction.
const GATHERED_FOR: Duration = Duration::from_millis(25);

#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    stirred: Condvar,
    settled: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    orders: VecDeque<Order>,
    bytes: usize,
    /// Somebody waits for an answer, or there is enough for a transaction.
    hurry: bool,
    ended: bool,
    /// How many orders have ever been taken, and how many of them carried out or given up.
    taken: u64,
    settled: u64,
}

impl Queue {
    /// How many wait now. Gives the order back if there is no room for it.
    #[expect(
        clippy::result_large_err,
        reason = "what is refused is given back as it came: a box would cost every line"
    )]
    pub(super) fn push(&self, order: Order) -> Result<usize, Order> {
        let bytes = weight(&order);
        let mut waiting = self.lock();
        let shares = if is_owed(&order.deed) { 2 } else { 1 };
        let full = waiting.orders.len() >= shares * ORDERS_WAITING_MAX
            || waiting.bytes + bytes > shares * ORDERS_WAITING_BYTES_MAX;
        if full || waiting.ended {
            return Err(order);
        }
        let first = waiting.orders.is_empty();
        let hurry = order.ticket.is_some() || waiting.orders.len() + 1 >= TOGETHER;
        let stirs = first || (hurry && !waiting.hurry);
        waiting.bytes += bytes;
        waiting.hurry |= hurry;
        waiting.orders.push_back(order);
        let count = waiting.orders.len();
        waiting.taken += 1;
        drop(waiting);
        if stirs {
            self.stirred.notify_one();
        }
        Ok(count)
    }

    /// Waits for orders, for so long at most, and gathers what else comes. Nothing, and whether
    /// there will never be anything again, if none came.
    pub(super) fn gather(&self, patience: Duration) -> (Vec<Order>, bool) {
        let idle = |waiting: &mut Waiting| waiting.orders.is_empty() && !waiting.ended;
        let waiting = self.wait(self.lock(), patience, idle);
        if waiting.orders.is_empty() {
            return (Vec::new(), waiting.ended);
        }
        let gathering = |waiting: &mut Waiting| !waiting.hurry && !waiting.ended;
        let mut waiting = self.wait(waiting, GATHERED_FOR, gathering);
        let count = waiting.orders.len().min(TOGETHER);
        let orders: Vec<Order> = waiting.orders.drain(..count).collect();
        waiting.bytes -= orders.iter().map(weight).sum::<usize>();
        // What is left has been waiting for as long.
        waiting.hurry = !waiting.orders.is_empty();
        if waiting.orders.is_empty() {
            waiting.orders.shrink_to(TOGETHER / 8);
        }
        (orders, false)
    }

    /// How many orders have ever been taken.
    pub(super) fn taken(&self) -> u64 {
        self.lock().taken
    }

    /// So many that were gathered have been carried out, or given up.
    pub(super) fn settle(&self, count: usize) {
        self.lock().settled += count as u64;
        self.settled.notify_all();
    }

    /// Waits until so many have been, for so long at most.
    pub(super) fn wait_for(&self, settled: u64, patience: Duration) {
        let behind = |waiting: &mut Waiting| waiting.settled < settled;
        let waited = self
            .settled
            .wait_timeout_while(self.lock(), patience, behind);
        drop(waited);
    }

    pub(super) fn len(&self) -> usize {
        self.lock().orders.len()
    }

    /// Nothing comes any more.
    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.stirred.notify_one();
    }

    fn wait<'a>(
        &self,
        waiting: MutexGuard<'a, Waiting>,
        patience: Duration,
        until_not: impl FnMut(&mut Waiting) -> bool,
    ) -> MutexGuard<'a, Waiting> {
        let stirred = &self.stirred;
        let waited = stirred.wait_timeout_while(waiting, patience, until_not);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether it must be carried out, if ever it can be: it decides who may read what, or is what people
/// have set.
pub(super) fn is_owed(deed: &Deed) -> bool {
    !matches!(
        deed,
        Deed::Record(
            Record::Line(_) | Record::Announced(_) | Record::Heeded { .. } | Record::Absent { .. },
        ) | Deed::KeepFor { .. }
            | Deed::Seen { .. }
            | Deed::MarkRead { .. }
    )
}

/// About how many bytes an order takes while it waits.
fn weight(order: &Order) -> usize {
    let line = match &order.deed {
        Deed::Record(Record::Line(line)) | Deed::KeepFor { line, .. } => weight_of(line),
        Deed::Record(Record::Announced(kept)) => {
            kept.announcement.text.len() + size_of_val(kept.hearers.as_slice())
        }
        Deed::Record(Record::Kept {
            kept: Some(kept), ..
        }) => weight_of_kept(kept),
        _ => 0,
    };
    size_of::<Order>() + line
}

fn weight_of_kept(kept: &Kept) -> usize {
    let topic = kept.topic.as_ref().map_or(0, |topic| topic.text.len());
    let masks = kept.masks.iter().map(|listed| listed.mask.pattern().len());
    let masks: usize = masks.map(|bytes| size_of::<Listed>() + bytes).sum();
    size_of::<Kept>() + topic + size_of_val(kept.operators.as_slice()) + masks
}

fn weight_of(line: &Line) -> usize {
    let text = match &line.told {
        Told::Said { text, extras, .. } => {
            let attached = extras.attached.as_ref().map_or(0, |tags| tags.len());
            text.len() + attached + size_of_val(extras.seams.as_slice())
        }
        Told::Announced { text, .. } | Told::Topic(text) | Told::Quit(text) => text.len(),
        Told::Left(why) | Told::Kicked(_, why) | Told::ChannelRenamed { why, .. } => {
            why.as_ref().map_or(0, |why| why.len())
        }
        Told::Joined | Told::Renamed(_) => 0,
    };
    let private = matches!(line.conversation, Conversation::Private { .. });
    text + if private { 64 } else { 0 }
}
