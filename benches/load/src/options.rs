//! What the generator is asked to do.

use std::str::FromStr;

use pico_args::Arguments;

use crate::Fault;
use crate::process::Process;

/// How the generator is called.
pub const USAGE: &str = "\
usage: load SCENARIO --pid PID --irc PORT [--plain PORT] [--arriving N] [SIZES]

scenarios and their sizes:
  idle     --clients N --seconds S      registered, each in a channel of 20
  fanout   --members N --in-flight N --lines N
  office   --rate N --seconds S [--half-plain] [--mixed-caps]
  pairs    --pairs N --lines N
  storm    --clients N --in-channel N
  big      --members N --channels N --times N

Prints one JSON object of figures. A line that is lost, comes twice or out of order is a fault:
one sentence on standard error and exit status 1.";

/// How many are on their way in at once, unless a server's backlog has no room for them.
const ARRIVING: usize = 256;

/// The server that is measured.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its process.
    pub process: Process,
    /// Where it speaks IRC, on 127.0.0.1.
    pub irc: u16,
    /// Where it speaks the plain protocol, if it does.
    pub plain: Option<u16>,
    /// How many are on their way in at once, but in a storm.
    pub arriving: usize,
}

/// The options behind the name of a scenario.
pub struct Options(Arguments);

impl Options {
    /// Those of this process; says the scenario first.
    ///
    /// # Errors
    /// No scenario is named.
    pub fn from_env() -> Result<(String, Self), Fault> {
        let mut arguments = Arguments::from_env();
        match arguments.subcommand() {
            Ok(Some(scenario)) => Ok((scenario, Self(arguments))),
            _ => Err(USAGE.to_owned()),
        }
    }

    /// The server that is measured.
    ///
    /// # Errors
    /// A port or the process is not given.
    pub fn target(&mut self) -> Result<Target, Fault> {
        Ok(Target {
            process: Process(self.need("--pid")?),
            irc: self.need("--irc")?,
            plain: self.maybe("--plain")?,
            arriving: self.maybe("--arriving")?.unwrap_or(ARRIVING),
        })
    }

    fn maybe<T: FromStr<Err: std::fmt::Display>>(
        &mut self,
        flag: &'static str,
    ) -> Result<Option<T>, Fault> {
        let value = self.0.opt_value_from_str(flag);
        value.map_err(|error| error.to_string())
    }

    /// A size that must be given.
    ///
    /// # Errors
    /// It is not, or is no number.
    pub fn need<T: FromStr<Err: std::fmt::Display>>(
        &mut self,
        flag: &'static str,
    ) -> Result<T, Fault> {
        self.0
            .value_from_str(flag)
            .map_err(|error| error.to_string())
    }

    /// Whether a switch is given.
    pub fn has(&mut self, flag: &'static str) -> bool {
        self.0.contains(flag)
    }

    /// Nothing else may be given.
    ///
    /// # Errors
    /// Something is.
    pub fn end(self) -> Result<(), Fault> {
        match self.0.finish().as_slice() {
            [] => Ok(()),
            rest => Err(format!("not understood: {rest:?}\n{USAGE}")),
        }
    }
}
