//! Arguments, configuration, run, exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use hallway::config::{Cli, Command, check};
use hallway::protocol::plain::commands;
use hallway::serve;

fn main() -> ExitCode {
    match Cli::read() {
        Command::Serve(args) => {
            serve::run(&args).map_or_else(|sentence| fail(&sentence), |()| ExitCode::SUCCESS)
        }
        Command::Check { config } => match check(config.as_deref(), &commands::reserved()) {
            Ok(well) => {
                let _ = writeln!(io::stdout(), "{well}");
                ExitCode::SUCCESS
            }
            Err(faults) => fail(&faults.to_string()),
        },
        Command::Send(_) => fail("later"),
    }
}

fn fail(sentence: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "{}", sentence.trim_end());
    ExitCode::FAILURE
}
