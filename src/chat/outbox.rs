//! What the chat has said in answer to one input, until it is drained.

use super::UserId;
use super::vocabulary::{Audience, Output, Span};

/// Outputs in order, and the recipients that their spans name.
#[derive(Debug, Default)]
pub struct Outbox {
    outputs: Vec<Output>,
    recipients: Vec<UserId>,
}

/// The list of recipients is given back above this many after a drain.
const RECIPIENTS_KEPT: usize = 4_096;

/// And the list of outputs above this many.
const OUTPUTS_KEPT: usize = 64;

impl Outbox {
    /// Adds an output.
    pub(super) fn push(&mut self, output: Output) {
        self.outputs.push(output);
    }

    /// Notes recipients and says where they stand.
    pub(super) fn span(&mut self, users: impl IntoIterator<Item = UserId>) -> Span {
        let start = self.recipients.len();
        self.recipients.extend(users);
        self.since(start)
    }

    /// Notes recipients in order and each once, and says where they stand.
    pub(super) fn span_once(&mut self, users: impl IntoIterator<Item = UserId>) -> Span {
        let start = self.recipients.len();
        self.recipients.extend(users);
        self.recipients[start..].sort_unstable();
        let mut kept = start;
        for next in start..self.recipients.len() {
            if next == start || self.recipients[next] != self.recipients[kept - 1] {
                self.recipients[kept] = self.recipients[next];
                kept += 1;
            }
        }
        self.recipients.truncate(kept);
        self.since(start)
    }

    /// All sessions of these users.
    pub(super) fn only(&mut self, users: impl IntoIterator<Item = UserId>) -> Audience {
        let all = self.span(users);
        Audience {
            all,
            ..Audience::default()
        }
    }

    /// Of these users, the sessions that keep no picture of who is where.
    pub(super) fn watching(&mut self, users: impl IntoIterator<Item = UserId>) -> Audience {
        let watching = self.span(users);
        Audience {
            watching,
            ..Audience::default()
        }
    }

    fn since(&self, start: usize) -> Span {
        let index = |i: usize| u32::try_from(i).expect("fewer than 2^32 recipients of one input");
        Span {
            start: index(start),
            end: index(self.recipients.len()),
        }
    }

    /// The users of a span.
    pub fn users(&self, span: Span) -> &[UserId] {
        &self.recipients[span.range()]
    }

    /// Takes the outputs, in order. The list is to be given back ([`Outbox::return_outputs`]), so
    /// that its room is used again.
    pub fn take_outputs(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.outputs)
    }

    /// Takes the list of outputs back.
    pub fn return_outputs(&mut self, outputs: Vec<Output>) {
        self.outputs = outputs;
    }

    /// Whether there is nothing to drain.
    pub fn is_empty(&self) -> bool {
        self.outputs.is_empty()
    }

    /// Makes room for the next input's outputs.
    pub(super) fn clear(&mut self) {
        self.outputs.clear();
        self.outputs.shrink_to(OUTPUTS_KEPT);
        self.recipients.clear();
        self.recipients.shrink_to(RECIPIENTS_KEPT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Key;

    #[test]
    fn nobody_stands_twice_in_a_span() {
        let mut outbox = Outbox::default();
        let id = |n| UserId::from(Key::from_bits(n));
        let first = outbox.span([id(9), id(9)]);
        let second = outbox.span_once([3, 1, 3, 2, 1].map(id));
        assert_eq!(outbox.users(first), [id(9), id(9)]);
        assert_eq!(outbox.users(second), [1, 2, 3].map(id));
        let none = outbox.span_once([]);
        assert!(outbox.users(none).is_empty());
    }
}
