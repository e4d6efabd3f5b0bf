//! Who must hear what: finds lines that are lost, come twice or out of order.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::Fault;
use crate::line::Stamp;

/// A quick hash of small numbers: the generator must not be the bottleneck.
#[derive(Debug, Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

type Streams = HashMap<u32, u32, BuildHasherDefault<Mix>>;

/// What each client has heard of each stream, and how much is still to come.
#[derive(Debug, Default)]
pub struct Ledger {
    next: Vec<Streams>,
    sent: Streams,
    expected: u64,
    heard: u64,
    fault: Option<Fault>,
}

impl Ledger {
    /// For so many clients.
    pub fn new(clients: usize) -> Self {
        Self {
            next: vec![Streams::default(); clients],
            ..Self::default()
        }
    }

    /// A line goes out to so many: says its stamp.
    pub fn send(&mut self, stream: u32, at_ns: u64, readers: u64) -> Stamp {
        let next = self.sent.entry(stream).or_default();
        let number = *next;
        *next += 1;
        self.expected += readers;
        Stamp {
            stream,
            number,
            at_ns,
        }
    }

    /// A client has heard a line.
    pub fn hear(&mut self, client: usize, stamp: Stamp) {
        let next = self.next[client].entry(stamp.stream).or_default();
        if stamp.number != *next {
            let (kind, missed) = match stamp.number < *next {
                true => ("twice or late", stamp.number),
                false => ("too early", *next),
            };
            self.fault.get_or_insert_with(|| {
                format!(
                    "client {client} heard line {} of stream {} {kind}: line {missed} was due",
                    stamp.number, stamp.stream
                )
            });
        }
        *next = stamp.number + 1;
        self.heard += 1;
    }

    /// How many lines were delivered.
    pub fn heard(&self) -> u64 {
        self.heard
    }

    /// How many lines are still to come.
    pub fn missing(&self) -> u64 {
        self.expected.saturating_sub(self.heard)
    }

    /// Says whether everything came, once, in order.
    ///
    /// # Errors
    /// What did not.
    pub fn settle(&self) -> Result<(), Fault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        match self.expected == self.heard {
            true => Ok(()),
            false => Err(format!(
                "{} lines were delivered instead of {}",
                self.heard, self.expected
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(order: &[u32]) -> bool {
        let mut ledger = Ledger::new(1);
        let stamps: Vec<Stamp> = (0..3).map(|at_ns| ledger.send(5, at_ns, 1)).collect();
        for place in order {
            ledger.hear(0, stamps[*place as usize]);
        }
        ledger.settle().is_ok()
    }

    #[test]
    fn only_every_line_once_in_order_is_right() {
        assert!(settled(&[0, 1, 2]));
        for wrong in [
            &[0, 1][..],
            &[0, 2, 1],
            &[0, 1, 1],
            &[0, 0, 1, 2],
            &[1, 2],
            &[0, 2],
        ] {
            assert!(!settled(wrong), "{wrong:?}");
        }
    }
}
