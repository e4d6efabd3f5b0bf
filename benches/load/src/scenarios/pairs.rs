//! Pairs who write to each other in turns.

use crate::Fault;
use crate::figures::Figures;
use crate::latency::Latencies;
use crate::ledger::Ledger;
use crate::line::Line;
use crate::meeting::{Meeting, Tongue};
use crate::options::Options;

pub(super) fn run(mut options: Options) -> Result<Figures, Fault> {
    let target = options.target()?;
    let pairs: usize = options.need("--pairs")?;
    let lines: u64 = options.need("--lines")?;
    options.end()?;
    let people = 2 * pairs;
    let mut meeting = Meeting::new(target)?;
    meeting.arrive(&vec![Tongue::Irc; people])?;

    let mut ledger = Ledger::new(people);
    let mut latencies = Latencies::default();
    let before = meeting.cpu_ns()?;
    let mut speakers: Vec<usize> = (0..pairs).map(|pair| 2 * pair).collect();
    let (mut sent, clock) = (0, meeting.clock);
    while sent < lines || ledger.missing() > 0 {
        for id in std::mem::take(&mut speakers) {
            if sent < lines {
                speak(&mut meeting, &mut ledger, id)?;
                sent += 1;
            }
        }
        meeting.until(
            "a private line",
            |id, line| {
                if let Line::Said(stamp) = line {
                    ledger.hear(id, stamp);
                    latencies.note(clock.ns() - stamp.at_ns);
                    speakers.push(id);
                }
                !speakers.is_empty()
            },
            false,
        )?;
    }
    let cpu_us = (meeting.cpu_ns()? - before) as f64 / 1e3;
    ledger.settle()?;

    let mut figures = Figures::default();
    figures.add("cpu_us_per_line", cpu_us / ledger.heard() as f64);
    latencies.report("", &mut figures);
    Ok(figures)
}

/// Writes to the other one of the pair.
fn speak(meeting: &mut Meeting, ledger: &mut Ledger, id: usize) -> Result<(), Fault> {
    let stamp = ledger.send(id as u32, meeting.clock.ns(), 1);
    let line = format!("PRIVMSG {} :{}", Meeting::nick(id ^ 1), stamp.text());
    meeting.say(id, &line)
}
