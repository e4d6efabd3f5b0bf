//! How much how fast: a token bucket in one integer.
//!
//! This is the generic cell rate algorithm (ITU-T I.371): instead of tokens, a bucket holds the
//! moment at which it will be full again.

use serde::{Deserialize, Serialize};

/// So many at once, then one every so often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How many may come at once; at least 1.
    pub burst: u32,
    /// How long until there may be one more, in microseconds.
    pub every_us: u64,
}

/// How much of a [`Pace`] has been used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Bucket {
    full_at_us: u64,
}

impl Bucket {
    /// When there is room for one: now (in milliseconds of the same clock) or later.
    pub fn ready_at_ms(self, pace: Pace) -> u64 {
        let room_us = u64::from(pace.burst.max(1) - 1) * pace.every_us;
        self.full_at_us.saturating_sub(room_us).div_ceil(1_000)
    }

    /// Whether nothing has been used of it, or all has come back.
    pub fn is_full(self, now_ms: u64) -> bool {
        self.full_at_us <= now_ms * 1_000
    }

    /// Uses one, whether there is room or not.
    pub fn charge(&mut self, now_ms: u64, pace: Pace) {
        self.full_at_us = self.full_at_us.max(now_ms * 1_000) + pace.every_us;
    }

    /// Gives one back that was used.
    pub fn give_back(&mut self, pace: Pace) {
        self.full_at_us = self.full_at_us.saturating_sub(pace.every_us);
    }

    /// Uses one if there is room; else says when there will be.
    ///
    /// # Errors
    /// The moment, in milliseconds, from which on there is room.
    pub fn take(&mut self, now_ms: u64, pace: Pace) -> Result<(), u64> {
        let ready_ms = self.ready_at_ms(pace);
        if ready_ms > now_ms {
            return Err(ready_ms);
        }
        self.charge(now_ms, pace);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        burst: 40,
        every_us: 100_000,
    };

    #[test]
    fn forty_at_once_then_ten_a_second() {
        let mut bucket = Bucket::default();
        assert!((0..40).all(|_| bucket.take(5_000, PACE).is_ok()));
        assert_eq!(bucket.take(5_000, PACE), Err(5_100));
        assert_eq!(bucket.take(5_100, PACE), Ok(()));
        assert_eq!(bucket.take(5_100, PACE), Err(5_200));
        assert!((0..40).all(|_| bucket.take(60_000, PACE).is_ok()));
        assert!(bucket.take(60_000, PACE).is_err());
    }
}
