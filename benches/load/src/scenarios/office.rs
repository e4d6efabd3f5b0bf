//! An office at work, by the clock: lines are due when they are due, however slow the answers.

use std::time::Duration;

use crate::Fault;
use crate::figures::Figures;
use crate::latency::Latencies;
use crate::ledger::Ledger;
use crate::line::Line;
use crate::meeting::{Meeting, PATIENCE, Tongue};
use crate::options::Options;
use crate::process::Process;
use crate::random::Random;

const PEOPLE: usize = 300;
const CHANNELS: usize = 30;

/// Which channels somebody is in: so far from the one of their own number.
const STEPS: [usize; 5] = [0, 1, 3, 7, 12];

/// How many others are in each.
const OTHERS: u64 = (PEOPLE * STEPS.len() / CHANNELS - 1) as u64;

/// Streams of private lines are numbered from here.
const PRIVATE_STREAMS: usize = 10_000;

/// Waits shorter than this are not left to the poll, which knows only milliseconds.
const POLLED_NS: u64 = 1_000_000;

pub(super) fn run(mut options: Options) -> Result<Figures, Fault> {
    let target = options.target()?;
    let rate: u64 = options.need("--rate")?;
    let seconds: u64 = options.need("--seconds")?;
    let tongues = tongues(options.has("--half-plain"), options.has("--mixed-caps"));
    options.end()?;
    let mut meeting = Meeting::new(target)?;
    meeting.arrive(&tongues)?;
    // Plain people would be led there later, in the middle of the measurement.
    let plain = (0..PEOPLE).filter(|id| tongues[*id] == Tongue::Plain);
    meeting.enter(plain.map(|id| (id, "#lobby".to_owned())))?;
    for step in STEPS {
        meeting.enter((0..PEOPLE).map(|id| (id, channel(id, step))))?;
    }
    let mut office = Office {
        meeting,
        ledger: Ledger::new(PEOPLE),
        latencies: Latencies::default(),
        lateness: Latencies::default(),
        random: Random::new(rate + 1),
        away: vec![false; PEOPLE],
    };
    let before = office.meeting.cpu_ns()?;
    let own_before = Process::own().cpu_ns()?;
    office.work(rate, rate * seconds)?;
    let cpu_us = (office.meeting.cpu_ns()? - before) as f64 / 1e3;
    let own_us = (Process::own().cpu_ns()? - own_before) as f64 / 1e3;
    office.ledger.settle()?;

    let mut figures = Figures::default();
    figures.add("delivered", office.ledger.heard() as f64);
    figures.add("cpu_us_per_line", cpu_us / office.ledger.heard() as f64);
    office.latencies.report("", &mut figures);
    office.lateness.report("generator_late_", &mut figures);
    figures.add("generator_cpu_share", own_us / (seconds as f64 * 1e6));
    Ok(figures)
}

fn tongues(half_plain: bool, mixed_caps: bool) -> Vec<Tongue> {
    let other = match (half_plain, mixed_caps) {
        (true, _) => Tongue::Plain,
        (false, true) => Tongue::Tagged,
        (false, false) => Tongue::Irc,
    };
    (0..PEOPLE)
        .map(|id| if id % 2 == 0 { Tongue::Irc } else { other })
        .collect()
}

fn channel(id: usize, step: usize) -> String {
    format!("#c{}", (id + step) % CHANNELS)
}

struct Office {
    meeting: Meeting,
    ledger: Ledger,
    latencies: Latencies,
    /// How late lines were sent: what the generator itself adds.
    lateness: Latencies,
    random: Random,
    away: Vec<bool>,
}

impl Office {
    fn work(&mut self, rate: u64, lines: u64) -> Result<(), Fault> {
        let start_ns = self.meeting.clock.ns();
        let due_ns = |line: u64| start_ns + line * 1_000_000_000 / rate;
        let mut next = 0;
        while next < lines {
            let now_ns = self.meeting.clock.ns();
            if due_ns(next) <= now_ns {
                self.lateness.note(now_ns - due_ns(next));
                self.act(due_ns(next))?;
                next += 1;
                continue;
            }
            let left_ns = due_ns(next) - now_ns;
            self.listen(Duration::from_nanos(left_ns / POLLED_NS * POLLED_NS))?;
        }
        while self.ledger.missing() > 0 {
            self.listen(Duration::from_millis(50))?;
            if self.meeting.clock.is_past(due_ns(lines), PATIENCE) {
                break;
            }
        }
        Ok(())
    }

    fn listen(&mut self, timeout: Duration) -> Result<(), Fault> {
        let (ledger, latencies) = (&mut self.ledger, &mut self.latencies);
        let clock = self.meeting.clock;
        self.meeting.crowd.listen(timeout, |id, line| {
            if let Line::Said(stamp) = line {
                ledger.hear(id, stamp);
                latencies.note(clock.ns().saturating_sub(stamp.at_ns));
            }
        })
    }

    fn act(&mut self, due_ns: u64) -> Result<(), Fault> {
        let id = self.random.below(PEOPLE);
        let plain = self.meeting.tongue(id) == Tongue::Plain;
        let line = match self.random.below(100) {
            0..70 => self.speak(id, plain, due_ns),
            70..90 => self.whisper(id, plain, due_ns),
            90..95 => self.away(id, plain),
            chance => self.question(id, plain, chance % 2 == 0),
        };
        self.meeting.say(id, &line)
    }

    /// People without commands speak where they are: in the channel that they entered last.
    fn speak(&mut self, id: usize, plain: bool, due_ns: u64) -> String {
        let place = match plain {
            true => STEPS.len() - 1,
            false => self.random.below(STEPS.len()),
        };
        let stream = id * STEPS.len() + place;
        let stamp = self.ledger.send(stream as u32, due_ns, OTHERS);
        match plain {
            true => stamp.text(),
            false => format!("PRIVMSG {} :{}", channel(id, STEPS[place]), stamp.text()),
        }
    }

    fn whisper(&mut self, id: usize, plain: bool, due_ns: u64) -> String {
        let other = (id + 1 + self.random.below(PEOPLE - 1)) % PEOPLE;
        let stream = PRIVATE_STREAMS + id * PEOPLE + other;
        let stamp = self.ledger.send(stream as u32, due_ns, 1);
        let (nick, text) = (Meeting::nick(other), stamp.text());
        match plain {
            true => format!("/msg {nick} {text}"),
            false => format!("PRIVMSG {nick} :{text}"),
        }
    }

    fn away(&mut self, id: usize, plain: bool) -> String {
        self.away[id] = !self.away[id];
        let line = match (self.away[id], plain) {
            (true, true) => "/away At lunch",
            (true, false) => "AWAY :At lunch",
            (false, true) => "/back",
            (false, false) => "AWAY",
        };
        line.to_owned()
    }

    fn question(&mut self, id: usize, plain: bool, names: bool) -> String {
        let channel = channel(id, STEPS[self.random.below(STEPS.len())]);
        match (plain, names) {
            (true, _) => format!("/who {channel}"),
            (false, true) => format!("NAMES {channel}"),
            (false, false) => format!("WHO {channel}"),
        }
    }
}
