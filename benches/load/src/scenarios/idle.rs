//! People who are there and say nothing.

use std::time::Duration;

use crate::Fault;
use crate::figures::Figures;
use crate::meeting::{Meeting, Tongue};
use crate::options::Options;

/// How many are in each channel.
const IN_CHANNEL: usize = 20;

pub(super) fn run(mut options: Options) -> Result<Figures, Fault> {
    let target = options.target()?;
    let clients: usize = options.need("--clients")?;
    let seconds: u64 = options.need("--seconds")?;
    options.end()?;
    let mut meeting = Meeting::new(target)?;
    let mut figures = Figures::default();

    let fresh_cpu = meeting.cpu_ns()?;
    let fresh = target.process.resident_bytes()?;
    figures.add("fresh_mib", fresh as f64 / f64::from(1 << 20));

    meeting.arrive(&vec![Tongue::Irc; clients])?;
    let greeted_cpu = meeting.cpu_ns()?;
    let cpu_s = (greeted_cpu - fresh_cpu) as f64 / 1e9;
    figures.add("registrations_per_cpu_s", clients as f64 / cpu_s);

    meeting.enter((0..clients).map(|id| (id, format!("#c{}", id / IN_CHANNEL))))?;
    let entered_cpu = meeting.cpu_ns()?;
    let joining_us = (entered_cpu - greeted_cpu) as f64 / 1e3;
    figures.add("join_cpu_us", joining_us / clients as f64);
    let growth = target.process.resident_bytes()? as f64 - fresh as f64;
    figures.add("bytes_per_client", growth / clients as f64);

    rest(&mut meeting, Duration::from_secs(seconds))?;
    let rest_us = (target.process.cpu_ns()? - entered_cpu) as f64 / 1e3;
    figures.add("rest_cpu_us_per_s", rest_us / seconds as f64);
    Ok(figures)
}

fn rest(meeting: &mut Meeting, span: Duration) -> Result<(), Fault> {
    let since_ns = meeting.clock.ns();
    while !meeting.clock.is_past(since_ns, span) {
        meeting.crowd.listen(span, |_, _| ())?;
    }
    Ok(())
}
