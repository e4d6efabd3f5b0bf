//! One channel, several senders: what a line costs for each who hears it.

use std::time::Duration;

use crate::Fault;
use crate::figures::Figures;
use crate::latency::Latencies;
use crate::ledger::Ledger;
use crate::line::Line;
use crate::meeting::{Meeting, Tongue};
use crate::options::Options;

/// How many speak, in turns.
const SENDERS: usize = 4;

/// When there are no more rounds: servers that wait for delayed acknowledgements would take minutes.
const ROUNDS_WITHIN: Duration = Duration::from_secs(8);

pub(super) fn run(mut options: Options) -> Result<Figures, Fault> {
    let target = options.target()?;
    let members: usize = options.need("--members")?;
    let in_flight: usize = options.need("--in-flight")?;
    let lines: usize = options.need("--lines")?;
    options.end()?;
    let mut meeting = Meeting::new(target)?;
    meeting.arrive(&vec![Tongue::Irc; members])?;
    meeting.enter((0..members).map(|id| (id, "#hall".to_owned())))?;

    let mut run = Run {
        ledger: Ledger::new(members),
        latencies: Latencies::default(),
        meeting,
        members,
    };
    let before = run.meeting.cpu_ns()?;
    let since_ns = run.meeting.clock.ns();
    for round in 0..lines / in_flight {
        run.round(round, in_flight)?;
        if run.meeting.clock.is_past(since_ns, ROUNDS_WITHIN) {
            break;
        }
    }
    let cpu_us = (run.meeting.cpu_ns()? - before) as f64 / 1e3;
    run.ledger.settle()?;

    let mut figures = Figures::default();
    figures.add("delivered", run.ledger.heard() as f64);
    figures.add("cpu_us_per_line", cpu_us / run.ledger.heard() as f64);
    run.latencies.report("", &mut figures);
    Ok(figures)
}

struct Run {
    meeting: Meeting,
    ledger: Ledger,
    latencies: Latencies,
    members: usize,
}

impl Run {
    /// So many lines at once, shared among the senders; all must have come before the next round.
    fn round(&mut self, round: usize, in_flight: usize) -> Result<(), Fault> {
        let senders = SENDERS.min(in_flight);
        for place in 0..senders {
            let sender = (round + place) % SENDERS;
            self.speak(sender, in_flight / senders)?;
        }
        let (ledger, latencies) = (&mut self.ledger, &mut self.latencies);
        let clock = self.meeting.clock;
        self.meeting.until(
            "lines in a channel",
            |id, line| {
                if let Line::Said(stamp) = line {
                    ledger.hear(id, stamp);
                    latencies.note(clock.ns() - stamp.at_ns);
                }
                ledger.missing() == 0
            },
            false,
        )
    }

    fn speak(&mut self, sender: usize, lines: usize) -> Result<(), Fault> {
        let at_ns = self.meeting.clock.ns();
        let mut said = String::new();
        for _ in 0..lines {
            let readers = self.members as u64 - 1;
            let stamp = self.ledger.send(sender as u32, at_ns, readers);
            said.push_str(&format!("PRIVMSG #hall :{}\r\n", stamp.text()));
        }
        self.meeting.crowd.send(sender, said.as_bytes())
    }
}
