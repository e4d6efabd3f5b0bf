//! How long something took.

use std::time::{Duration, Instant};

/// How long any test waits for what must come, on however busy a machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// "At once" on a busy machine, yet before any timer of the server could have helped: the shortest
/// that could is the second after which the lobby is entered.
pub(crate) const AT_ONCE: Duration = Duration::from_millis(900);

/// What a busy machine may add to a promised time.
pub(crate) const SLACK: Duration = Duration::from_millis(500);

/// Measures how long something took; what a test waits for never depends on it.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long the server takes is what is tested"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    pub(crate) fn has_patience(&self) -> bool {
        self.elapsed() < PATIENCE
    }
}
