//! The command line: what `hallway` can be asked to do, and with which flags.

use super::keys::what;
use super::machine::Machine;
use crate::verifier::{ITERATIONS, ITERATIONS_MAX, ITERATIONS_MIN};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  hallway serve                                  a server for this building
  nc chat.office 2323                            sit down and talk (telnet does, too)
  hallway send --to '#ops' \"the backup is done\"  post one line
  tail -f log | hallway send --to '#ops'         post each line as it comes

`hallway COMMAND --help` tells more about a command.";

const SERVE_NOTES: &str = "\
--plain, --irc and --allow may be given several times. localhost is both loopback addresses, a PORT
alone is all addresses; host names are not looked up.

Without --plain and --irc, the server listens on all addresses, IPv4 and IPv6: port 2323 for the
plain protocol, 6667 for IRC. As soon as one of them is given, only those given are opened, and
those in the configuration file are not. Port 0 picks a free port.

Each flag is also a key of the configuration file, and overrides it there:
  plain = [\"localhost:2323\"]
  name = \"chat.office\"
No file is read unless --config names it; `hallway check --config FILE` says what is wrong with one.

Data is kept in $STATE_DIRECTORY, else in $XDG_STATE_HOME/hallway, else in ~/.local/state/hallway.
`lan` is loopback, private and link-local addresses, and the networks of this machine's interfaces.

Once ready, one line for each listener is printed, such as `hallway: plain on [::]:2323`.
SIGHUP reads the configuration again; SIGTERM and SIGINT say goodbye to everyone and end the server.";

const SEND_NOTES: &str = "\
Without TEXT, each line of standard input is posted as it comes. The exit status is 0 only if the
server took every line. Begin a TEXT that starts with `-` with `--`: hallway send --to bob -- -5 C";

const PASSWD_NOTES: &str = "\
The password is asked for twice, and not shown. When standard input is no terminal, its first line
is the password. The one line printed goes into the configuration file:

  [[operator]]
  name = \"ann\"
  verifier = \"SCRAM-SHA-256$...\"

It tells whether a password is the right one; nobody can read the password out of it.";

const ACCOUNT_NOTES: &str = "\
A password is asked for twice, and not shown. When standard input is no terminal, its first line is
the password; --password-file reads it from a file.

A running server does it at once, else it is done to the files: use the account that the server runs
under, for the data is readable to it alone.";

const EXPORT_NOTES: &str = "\
A TIME is a day or a time of a day, such as 2026-11-24 or 2026-11-24T09:00, perhaps with an offset.
The server may run meanwhile. Everything that was kept is exported, whoever may read it in the chat:
use the account that the server runs under, for the data is readable to it alone.";

/// The chat server for the people of one building: telnet, netcat, one-line scripts.
#[derive(Debug, Clone, Parser)]
#[command(name = "hallway", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Reads this process's arguments. For `--help` and for arguments that make no sense, prints
    /// what there is to say and ends the process.
    pub fn read() -> Command {
        Cli::parse().command
    }
}

/// What `hallway` can be asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Run the server
    Serve(ServeArgs),
    /// Say what is wrong with a configuration, with file, line and remedy
    Check {
        /// The configuration file (TOML) to check
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Post TEXT, or each line of standard input
    Send(SendArgs),
    /// Make a password verifier for the configuration
    #[command(after_help = PASSWD_NOTES)]
    Passwd {
        /// How often to hash the password: a check takes so much longer.
        #[arg(
            long,
            value_name = "N",
            default_value_t = ITERATIONS,
            hide_default_value = true,
            help = iterations_help()
        )]
        iterations: u32,
    },
    /// Manage the accounts of the people here
    #[command(subcommand, after_help = ACCOUNT_NOTES)]
    Account(AccountCommand),
    /// Write the history that is kept to standard output
    Export(ExportArgs),
}

/// What `hallway account` can be asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum AccountCommand {
    /// Print each account: its name, when it was made, when its owner was here last, and their
    /// address if one is kept
    List {
        /// Where the data is.
        #[command(flatten)]
        place: DataArgs,
    },
    /// Make an account
    Add {
        /// The name, which is its owner's alone from then on
        name: String,
        /// Keep this address of its owner with it: no mail is sent there
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
        /// How the password is given.
        #[command(flatten)]
        password: PasswordArgs,
        /// Where the data is.
        #[command(flatten)]
        place: DataArgs,
    },
    /// Give an account another password
    Passwd {
        /// The account's name
        name: String,
        /// How the password is given.
        #[command(flatten)]
        password: PasswordArgs,
        /// Where the data is.
        #[command(flatten)]
        place: DataArgs,
    },
    /// Remove an account; what its owner said stays
    Remove {
        /// The account's name
        name: String,
        /// Forget what its owner said, too
        #[arg(long)]
        with_messages: bool,
        /// Where the data is.
        #[command(flatten)]
        place: DataArgs,
    },
}

/// Where the data is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct DataArgs {
    /// The server's data directory (default: under the state directory)
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

impl DataArgs {
    /// The directory: the one that was named, else this machine's.
    ///
    /// # Errors
    /// A sentence without its full stop: there is none.
    pub fn dir(&self) -> Result<PathBuf, String> {
        let named = self.data.clone().or_else(|| Machine::this().data());
        named.ok_or_else(|| "there is no home directory here: name one with --data".to_owned())
    }
}

/// How a password is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct PasswordArgs {
    /// Read the password from the first line of FILE
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// How often to hash the password: a check takes so much longer.
    #[arg(
        long,
        value_name = "N",
        default_value_t = ITERATIONS,
        hide_default_value = true,
        help = iterations_help()
    )]
    pub iterations: u32,
}

/// The flags of `hallway export`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(after_help = EXPORT_NOTES)]
pub struct ExportArgs {
    /// Where the data is.
    #[command(flatten)]
    pub place: DataArgs,
    /// Only what was told in this channel
    #[arg(long, value_name = "CHANNEL", conflicts_with = "person")]
    pub channel: Option<String>,
    /// Only the private messages to and from this account
    #[arg(long, value_name = "NAME")]
    pub person: Option<String>,
    /// Nothing before this day or time
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Nothing at or after this day or time
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub format: Format,
}

/// How lines are exported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON object a line
    Jsonl,
}

fn iterations_help() -> String {
    format!(
        "How often to hash the password, {ITERATIONS_MIN} to {ITERATIONS_MAX} (default: {ITERATIONS})"
    )
}

/// The flags of `hallway serve`, as they were typed: [`super::load`] makes sense of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(after_help = SERVE_NOTES)]
pub struct ServeArgs {
    /// The key `plain`.
    #[arg(long, value_name = "ADDR", help = what("plain"))]
    pub plain: Vec<String>,
    /// The key `irc`.
    #[arg(long, value_name = "ADDR", help = what("irc"))]
    pub irc: Vec<String>,
    /// The key `name`.
    #[arg(long, value_name = "NAME", help = what("name"))]
    pub name: Option<String>,
    /// The key `data`.
    #[arg(long, value_name = "DIR", help = what("data"))]
    pub data: Option<String>,
    /// The key `allow`.
    #[arg(long, value_name = "CIDR", help = what("allow"))]
    pub allow: Vec<String>,
    /// The key `pace`.
    #[arg(long, value_name = "RATE", help = what("pace"))]
    pub pace: Option<String>,
    /// The key `zone`.
    #[arg(long, value_name = "NAME", help = what("zone"))]
    pub zone: Option<String>,
    /// The key `motd`.
    #[arg(long, value_name = "FILE", help = what("motd"))]
    pub motd: Option<String>,
    /// A configuration file (TOML) to read first
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl ServeArgs {
    /// Each flag that was given, as the key it stands for and its value.
    pub(super) fn given(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let lists = [
            ("plain", &self.plain),
            ("irc", &self.irc),
            ("allow", &self.allow),
        ];
        let singles = [
            ("name", &self.name),
            ("data", &self.data),
            ("pace", &self.pace),
            ("zone", &self.zone),
            ("motd", &self.motd),
        ];
        let lists = lists
            .into_iter()
            .flat_map(|(key, values)| values.iter().map(move |value| (key, value)));
        let singles = singles
            .into_iter()
            .flat_map(|(key, value)| value.iter().map(move |value| (key, value)));
        lists
            .chain(singles)
            .map(|(key, value)| (key, value.as_str()))
    }
}

/// The flags of `hallway send`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(after_help = SEND_NOTES)]
pub struct SendArgs {
    /// The server's plain listener (default: $HALLWAY_SERVER, else localhost:2323)
    #[arg(long, value_name = "ADDR")]
    pub server: Option<String>,
    /// The name to post under (default: USER@HOST made into a name)
    #[arg(long = "as", value_name = "NAME")]
    pub name: Option<String>,
    /// The channel or person to post to; with --announce, the channel to announce in
    #[arg(long, value_name = "TARGET", required_unless_present = "announce")]
    pub to: Option<String>,
    /// Announce to everybody, or to everybody in the channel TARGET
    #[arg(long)]
    pub announce: bool,
    /// What to post; several words are joined by spaces
    #[arg(value_name = "TEXT")]
    pub text: Vec<String>,
}
