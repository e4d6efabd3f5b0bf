//! Arguments, configuration, run, exit code.

use std::env;
use std::io::{self, BufReader, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use hallway::config::{Cli, Command, ExportArgs, SendArgs, check};
use hallway::protocol::plain::commands;
use hallway::{account, export, net, passwd, send, serve};

fn main() -> ExitCode {
    match Cli::read() {
        Command::Serve(args) => ended(serve::run(&args)),
        Command::Check { config } => {
            let outcome = check(config.as_deref(), &commands::reserved());
            outcome.map_or_else(|faults| fail(&faults.to_string()), |well| say(&well))
        }
        Command::Send(args) => post(args),
        Command::Passwd { iterations } => {
            let outcome = passwd::run(iterations, None);
            outcome.map_or_else(|sentence| fail(&sentence), |made| say(&made.to_string()))
        }
        Command::Account(command) => {
            let outcome = account::run(&command, &serve::local_zone(), net::clock());
            ended(outcome.and_then(|lines| print_all(&lines)))
        }
        Command::Export(args) => ended(write_history(&args)),
    }
}

fn say(line: &str) -> ExitCode {
    match writeln!(io::stdout(), "{line}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("cannot write to standard output: {error}")),
    }
}

fn print_all(lines: &str) -> Result<(), String> {
    let written = io::stdout().write_all(lines.as_bytes());
    written.map_err(|error| format!("cannot write to standard output: {error}"))
}

/// How far it is, is told where somebody looks and the history itself does not pass by.
fn write_history(args: &ExportArgs) -> Result<(), String> {
    let watched = io::stderr().is_terminal() && !io::stdout().is_terminal();
    let out = BufWriter::new(io::stdout().lock());
    let progress = watched.then(io::stderr);
    export::run(args, &serve::local_zone(), out, progress)
}

fn ended(outcome: Result<(), String>) -> ExitCode {
    outcome.map_or_else(|sentence| fail(&sentence), |()| ExitCode::SUCCESS)
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
