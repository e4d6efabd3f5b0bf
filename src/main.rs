//! Arguments, configuration, run, exit code.

use std::env;
use std::io::{self, BufReader, Write};
use std::process::ExitCode;

use hallway::config::{Cli, Command, SendArgs, check};
use hallway::protocol::plain::commands;
use hallway::{passwd, send, serve};

fn main() -> ExitCode {
    match Cli::read() {
        Command::Serve(args) => {
            serve::run(&args).map_or_else(|sentence| fail(&sentence), |()| ExitCode::SUCCESS)
        }
        Command::Check { config } => {
            let outcome = check(config.as_deref(), &commands::reserved());
            outcome.map_or_else(|faults| fail(&faults.to_string()), |well| say(&well))
        }
        Command::Send(args) => post(args),
        Command::Passwd { iterations } => {
            let outcome = passwd::run(iterations);
            outcome.map_or_else(|sentence| fail(&sentence), |made| say(&made.to_string()))
        }
    }
}

fn say(line: &str) -> ExitCode {
    match writeln!(io::stdout(), "{line}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("cannot write to standard output: {error}")),
    }
}

fn fail(sentence: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "{}", sentence.trim_end());
    ExitCode::FAILURE
}

fn post(args: SendArgs) -> ExitCode {
    let text = (!args.text.is_empty()).then(|| args.text.join(" "));
    let options = send::Options {
        server: server(args.server),
        name: args.name,
        to: args.to,
        announce: args.announce,
        text,
    };
    let input = BufReader::new(io::stdin());
    ExitCode::from(send::run(&options, input, &mut io::stderr()))
}

/// Where to post: as the flag says, else as the environment says.
fn server(flag: Option<String>) -> String {
    let named = flag.or_else(|| env::var("HALLWAY_SERVER").ok());
    named.unwrap_or_else(|| "localhost".to_owned())
}
