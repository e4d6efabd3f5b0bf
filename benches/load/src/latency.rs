//! How long lines took.

use crate::figures::Figures;

/// Latencies in nanoseconds.
#[derive(Debug, Default)]
pub struct Latencies(Vec<u64>);

impl Latencies {
    /// Notes one.
    pub fn note(&mut self, ns: u64) {
        self.0.push(ns);
    }

    /// Adds the median, the tail and the worst in microseconds, each under `prefix`.
    pub fn report(mut self, prefix: &str, figures: &mut Figures) {
        self.0.sort_unstable();
        for (name, per_mille) in [("p50", 500), ("p99", 990), ("p99.9", 999), ("max", 1_000)] {
            figures.add(
                &format!("{prefix}{name}_us"),
                self.at(per_mille) as f64 / 1e3,
            );
        }
    }

    /// The latency that so many in a thousand do not exceed; they must be sorted.
    fn at(&self, per_mille: usize) -> u64 {
        let place = (self.0.len() * per_mille).div_ceil(1_000).saturating_sub(1);
        self.0.get(place).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_sorted_list() {
        let latencies = Latencies((1..=1_000).collect());
        let found = [500, 990, 999, 1_000].map(|per_mille| latencies.at(per_mille));
        assert_eq!(found, [500, 990, 999, 1_000]);
        assert_eq!(Latencies::default().at(500), 0);
    }
}
