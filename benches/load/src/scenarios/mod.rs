//! What is measured.

mod big;
mod fanout;
mod idle;
mod office;
mod pairs;
mod storm;

use crate::Fault;
use crate::figures::Figures;
use crate::options::{Options, USAGE};

/// Runs a scenario.
///
/// # Errors
/// The server is at fault, or the call is.
pub fn run(scenario: &str, options: Options) -> Result<Figures, Fault> {
    match scenario {
        "idle" => idle::run(options),
        "fanout" => fanout::run(options),
        "office" => office::run(options),
        "pairs" => pairs::run(options),
        "storm" => storm::run(options),
        "big" => big::run(options),
        _ => Err(format!("there is no scenario {scenario}\n{USAGE}")),
    }
}
