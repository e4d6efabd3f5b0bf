//! The only reader of the clocks.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::chat::time::Now;

/// The monotonic clock, which starts at nought with the server, and the wall clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    started: Instant,
}

#[expect(
    clippy::disallowed_methods,
    reason = "here, and nowhere else, the clocks are read"
)]
impl Clock {
    pub(super) fn start() -> Self {
        Self {
            started: Instant::now(),
        }
    }

    /// What both clocks show.
    pub(super) fn read(self) -> Now {
        let since_1970 = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Now {
            mono_ms: millis(self.started.elapsed()),
            wall_ms: millis(since_1970),
        }
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).expect("clocks do not show 500 million years")
}
