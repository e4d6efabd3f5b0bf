//! `load`: one scenario against one server; prints what it has measured.

use std::process::ExitCode;

use hallway_load::options::Options;
use hallway_load::{Fault, figures, scenarios};

fn main() -> ExitCode {
    match run() {
        Ok(figures) => {
            println!("{figures}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("load: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<figures::Figures, Fault> {
    let (scenario, options) = Options::from_env()?;
    // Each client is an open file: as many as the system allows.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    scenarios::run(&scenario, options)
}
