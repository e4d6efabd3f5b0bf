//! Which stories a simulation tells.

use std::ops::Range;

/// What the environment sets.
pub(crate) fn setting(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    let number = value.parse();
    Some(number.unwrap_or_else(|_| panic!("{name} is a number, not {value}")))
}

/// The one that is wanted, or so many.
pub(crate) fn seeds(quick: u64) -> Range<u64> {
    match setting("HALLWAY_SIM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..setting("HALLWAY_SIM_SEEDS").unwrap_or(quick),
    }
}
