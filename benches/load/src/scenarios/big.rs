//! What single commands cost in a big place: each is repeated, and must be told to all whom it
//! concerns before the next.

use crate::Fault;
use crate::figures::Figures;
use crate::line::Line;
use crate::meeting::{Meeting, Tongue};
use crate::options::Options;

/// How many channels one person keeps open.
const CHANNELS_EACH: usize = 50;

/// Where all members are.
const HALL: &str = "#hall";

pub(super) fn run(mut options: Options) -> Result<Figures, Fault> {
    let target = options.target()?;
    let members: usize = options.need("--members")?;
    let channels: usize = options.need("--channels")?;
    let times: usize = options.need("--times")?;
    options.end()?;
    let mut meeting = Meeting::new(target)?;
    let keepers = channels.div_ceil(CHANNELS_EACH);
    let guest = members + keepers;
    meeting.arrive(&vec![Tongue::Irc; guest + 1])?;
    meeting.enter((0..members).map(|id| (id, HALL.to_owned())))?;
    let keeper = |channel: usize| members + channel / CHANNELS_EACH;
    meeting.enter((0..channels).map(|channel| (keeper(channel), format!("#c{channel}"))))?;
    let mut big = Big {
        meeting,
        figures: Figures::default(),
        members,
        guest,
        times,
    };
    big.question("names", "NAMES #hall", "366")?;
    big.question("who", "WHO #hall", "315")?;
    big.question("list", "LIST", "323")?;
    big.renaming()?;
    big.visits()?;
    Ok(big.figures)
}

struct Big {
    meeting: Meeting,
    figures: Figures,
    members: usize,
    /// Who comes and goes.
    guest: usize,
    times: usize,
}

impl Big {
    /// Asks, and waits for the end of the answer.
    fn question(&mut self, name: &str, line: &str, end: &str) -> Result<(), Fault> {
        let (before, bytes) = (self.meeting.cpu_ns()?, self.meeting.crowd.bytes_heard);
        for _ in 0..self.times {
            self.meeting.say(0, line)?;
            let ended =
                |_, line: Line<'_>| matches!(line, Line::Message(_, verb, _) if verb == end);
            self.meeting.until(line, ended, false)?;
        }
        self.note(name, before, bytes)
    }

    fn note(&mut self, name: &str, before: u64, bytes: u64) -> Result<(), Fault> {
        let times = self.times as f64;
        let bytes = self.meeting.crowd.bytes_heard - bytes;
        let cpu_us = (self.meeting.cpu_ns()? - before) as f64 / 1e3;
        self.figures.add(&format!("{name}_us"), cpu_us / times);
        self.figures
            .add(&format!("{name}_bytes"), bytes as f64 / times);
        Ok(())
    }

    /// Waits until so many have been told of something.
    fn told(&mut self, verb: &str, times: usize) -> Result<(), Fault> {
        let mut told = 0;
        let count = |_, line: Line<'_>| {
            told += usize::from(matches!(line, Line::Message(_, found, _) if found == verb));
            told >= times
        };
        self.meeting.until(verb, count, false)
    }

    fn renaming(&mut self) -> Result<(), Fault> {
        let (before, bytes) = (self.meeting.cpu_ns()?, self.meeting.crowd.bytes_heard);
        for time in 0..self.times {
            self.meeting.say(0, &format!("NICK q{time}"))?;
            self.told("NICK", self.members)?;
        }
        self.note("nick", before, bytes)
    }

    /// A guest enters and leaves, and at last quits.
    fn visits(&mut self) -> Result<(), Fault> {
        let (mut join, mut quit) = ((0, 0), (0, 0));
        for _ in 0..self.times {
            let start = self.reading()?;
            self.meeting.say(self.guest, &format!("JOIN {HALL}"))?;
            self.told("JOIN", self.members + 1)?;
            self.meeting.fence(&[self.guest], |_, _| ())?;
            let entered = self.reading()?;
            self.meeting.crowd.leave(self.guest);
            self.meeting.say(self.guest, "QUIT :bye")?;
            self.told("QUIT", self.members)?;
            let left = self.reading()?;
            join = (join.0 + entered.0 - start.0, join.1 + entered.1 - start.1);
            quit = (quit.0 + left.0 - entered.0, quit.1 + left.1 - entered.1);
            self.guest = self.meeting.crowd.len();
            self.meeting.arrive(&[Tongue::Irc])?;
        }
        for (name, (cpu_ns, bytes)) in [("join", join), ("quit", quit)] {
            let times = self.times as f64;
            self.figures
                .add(&format!("{name}_us"), cpu_ns as f64 / 1e3 / times);
            self.figures
                .add(&format!("{name}_bytes"), bytes as f64 / times);
        }
        Ok(())
    }

    fn reading(&mut self) -> Result<(u64, u64), Fault> {
        Ok((self.meeting.cpu_ns()?, self.meeting.crowd.bytes_heard))
    }
}
