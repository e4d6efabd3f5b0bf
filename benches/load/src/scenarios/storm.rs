//! The power comes back: everybody was cut off at once, and everybody returns at once.

use std::collections::HashSet;
use std::time::Duration;

use crate::Fault;
use crate::figures::Figures;
use crate::line::Line;
use crate::meeting::{Meeting, PATIENCE, Tongue};
use crate::options::Options;

const WAIT: Duration = Duration::from_millis(20);

pub(super) fn run(mut options: Options) -> Result<Figures, Fault> {
    let target = options.target()?;
    let clients: usize = options.need("--clients")?;
    let in_channel: usize = options.need("--in-channel")?;
    options.end()?;
    let mut meeting = Meeting::new(target)?;
    meeting.arrive(&vec![Tongue::Irc; clients])?;
    let mut storm = Storm {
        meeting,
        clients,
        in_channel,
        retries: 0,
    };
    let places: Vec<_> = (0..clients).map(|id| (id, storm.channel(id))).collect();
    storm.meeting.enter(places)?;

    let before = storm.meeting.cpu_ns()?;
    let since_ns = storm.meeting.clock.ns();
    storm.cut_off()?;
    storm.come_back()?;
    storm.look_around()?;
    let elapsed_ms = (storm.meeting.clock.ns() - since_ns) as f64 / 1e6;
    let cpu_ms = (storm.meeting.cpu_ns()? - before) as f64 / 1e6;

    let mut figures = Figures::default();
    figures.add("cpu_ms", cpu_ms);
    figures.add("elapsed_ms", elapsed_ms);
    figures.add("names_taken", storm.retries as f64);
    let resident = target.process.resident_bytes()? as f64;
    figures.add("resident_after_mib", resident / f64::from(1 << 20));
    Ok(figures)
}

struct Storm {
    meeting: Meeting,
    clients: usize,
    in_channel: usize,
    /// How often somebody's name was not free yet.
    retries: usize,
}

impl Storm {
    fn channel(&self, id: usize) -> String {
        format!("#c{}", id / self.in_channel)
    }

    fn cut_off(&mut self) -> Result<(), Fault> {
        for id in 0..self.clients {
            self.meeting.crowd.cut(id);
        }
        for id in 0..self.clients {
            self.meeting.crowd.reconnect(id, self.meeting.target.irc)?;
            self.meeting.introduce(id)?;
        }
        Ok(())
    }

    fn come_back(&mut self) -> Result<(), Fault> {
        let since_ns = self.meeting.clock.ns();
        let mut entered = 0;
        while entered < self.clients {
            let (mut greeted, mut refused) = (Vec::new(), Vec::new());
            self.meeting.crowd.listen(WAIT, |id, line| match line {
                Line::Message(_, "433", _) => refused.push(id),
                Line::Message(_, "366", _) => entered += 1,
                line if line.is_greeting() => greeted.push(id),
                _ => {}
            })?;
            for id in greeted {
                let channel = self.channel(id);
                self.meeting.say(id, &format!("JOIN {channel}"))?;
            }
            self.retries += refused.len();
            for id in refused {
                self.meeting
                    .say(id, &format!("NICK {}", Meeting::nick(id)))?;
            }
            if self.meeting.clock.is_past(since_ns, PATIENCE) {
                return Err(format!("only {entered} of {} came back", self.clients));
            }
        }
        Ok(())
    }

    /// Asks in every channel who is there, until everybody is and nobody else.
    fn look_around(&mut self) -> Result<(), Fault> {
        let since_ns = self.meeting.clock.ns();
        let mut unsure: Vec<usize> = (0..self.clients).step_by(self.in_channel).collect();
        while !unsure.is_empty() {
            for id in &unsure {
                let channel = self.channel(*id);
                self.meeting.say(*id, &format!("NAMES {channel}"))?;
            }
            let there = self.names(unsure.len())?;
            unsure.retain(|first| {
                let last = self.clients.min(first + self.in_channel);
                let expected: HashSet<_> = (*first..last)
                    .map(|id| (*first, Meeting::nick(id)))
                    .collect();
                let found = there.iter().filter(|(asker, _)| asker == first);
                found.clone().count() != expected.len()
                    || !found.clone().all(|name| expected.contains(name))
            });
            if self.meeting.clock.is_past(since_ns, PATIENCE) {
                return Err(format!("{} channels have the wrong names", unsure.len()));
            }
        }
        Ok(())
    }

    /// The names in so many answers, each with whoever has asked.
    fn names(&mut self, answers: usize) -> Result<HashSet<(usize, String)>, Fault> {
        let (mut names, mut ended) = (HashSet::new(), 0);
        self.meeting.until(
            "names",
            |id, line| {
                match line {
                    Line::Message(_, "366", _) => ended += 1,
                    Line::Message(_, "353", rest) => {
                        let listed = rest.split_once(" :").map_or("", |(_, listed)| listed);
                        let nicks = listed.split_whitespace();
                        names.extend(nicks.map(|nick| {
                            (
                                id,
                                nick.trim_start_matches(['@', '+', '%', '&', '~'])
                                    .to_owned(),
                            )
                        }));
                    }
                    _ => {}
                }
                ended >= answers
            },
            false,
        )?;
        Ok(names)
    }
}
