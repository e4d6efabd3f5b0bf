//! Time since the start of the run.

use std::time::{Duration, Instant};

/// The clock of a run.
#[derive(Debug, Clone, Copy)]
pub struct Clock(Instant);

impl Clock {
    /// Starts at zero.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Nanoseconds since the start.
    pub fn ns(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Whether so much has passed since `since_ns`.
    pub fn is_past(&self, since_ns: u64, span: Duration) -> bool {
        u128::from(self.ns().saturating_sub(since_ns)) >= span.as_nanos()
    }
}
