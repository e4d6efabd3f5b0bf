//! Measures chat servers from outside: a load generator that checks every delivery, and a floor, a
//! bare relay that shows what the system alone costs.

pub mod clock;
pub mod crowd;
pub mod figures;
pub mod latency;
pub mod ledger;
pub mod line;
pub mod meeting;
pub mod options;
pub mod process;
pub mod random;
pub mod scenarios;

/// What ends a run before it has measured anything: one sentence.
pub type Fault = String;
