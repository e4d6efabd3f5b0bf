//! People who come, enter channels and wait for each other: what all scenarios begin with.

use std::time::Duration;

use crate::Fault;
use crate::clock::Clock;
use crate::crowd::Crowd;
use crate::line::Line;
use crate::options::Target;

/// How long anything may take that must come, since the last that came.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How many answers are waited for at once.
const ASKING: usize = 256;

/// How long one wait for events is.
const WAIT: Duration = Duration::from_millis(50);

/// How long the server's processor time must stay the same to count as its last word.
const QUIET: Duration = Duration::from_millis(10);

/// What a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    /// IRC as every client speaks it.
    Irc,
    /// IRC with tags: times and message ids.
    Tagged,
    /// Plain text.
    Plain,
}

/// People at a server.
pub struct Meeting {
    /// Their connections.
    pub crowd: Crowd,
    /// The clock of the run.
    pub clock: Clock,
    /// The server.
    pub target: Target,
    tongues: Vec<Tongue>,
    fences: u64,
}

impl Meeting {
    /// Nobody yet.
    ///
    /// # Errors
    /// The system has no polling to offer.
    pub fn new(target: Target) -> Result<Self, Fault> {
        Ok(Self {
            crowd: Crowd::new()?,
            clock: Clock::start(),
            target,
            tongues: Vec::new(),
            fences: 0,
        })
    }

    /// The nickname of a client.
    pub fn nick(id: usize) -> String {
        format!("p{id}")
    }

    /// What a client speaks.
    pub fn tongue(&self, id: usize) -> Tongue {
        self.tongues[id]
    }

    /// Lets people come, each with a name, and waits until all are greeted.
    ///
    /// # Errors
    /// The server does not let them in, or not in time.
    pub fn arrive(&mut self, tongues: &[Tongue]) -> Result<(), Fault> {
        let mut since_ns = self.clock.ns();
        let (mut next, mut greeted) = (0, 0);
        while greeted < tongues.len() {
            while next < tongues.len() && next - greeted < self.target.arriving {
                self.arrive_one(tongues[next])?;
                next += 1;
            }
            let before = greeted;
            self.crowd
                .listen(WAIT, |_, line| greeted += usize::from(line.is_greeting()))?;
            if greeted > before {
                since_ns = self.clock.ns();
            }
            if self.clock.is_past(since_ns, PATIENCE) {
                return Err(format!("only {greeted} of {} were greeted", tongues.len()));
            }
        }
        Ok(())
    }

    fn arrive_one(&mut self, tongue: Tongue) -> Result<(), Fault> {
        let port = match tongue {
            Tongue::Plain => self.target.plain.ok_or("the server has no plain port")?,
            Tongue::Irc | Tongue::Tagged => self.target.irc,
        };
        let id = self.crowd.connect(port)?;
        self.tongues.push(tongue);
        self.crowd.send(id, introduction(id, tongue).as_bytes())
    }

    /// Says again who somebody is who has come back.
    ///
    /// # Errors
    /// The connection is lost.
    pub fn introduce(&mut self, id: usize) -> Result<(), Fault> {
        self.crowd
            .send(id, introduction(id, self.tongues[id]).as_bytes())
    }

    /// Sends lines for somebody; each is in the words of the client's protocol already.
    ///
    /// # Errors
    /// The connection is lost.
    pub fn say(&mut self, id: usize, line: &str) -> Result<(), Fault> {
        self.crowd.send(id, format!("{line}\r\n").as_bytes())
    }

    /// Lets people enter channels, and waits until each has.
    ///
    /// # Errors
    /// The server does not answer.
    pub fn enter(
        &mut self,
        places: impl IntoIterator<Item = (usize, String)>,
    ) -> Result<(), Fault> {
        let mut batch = Vec::new();
        for (id, channel) in places {
            let verb = match self.tongues[id] {
                Tongue::Plain => "/join",
                Tongue::Irc | Tongue::Tagged => "JOIN",
            };
            self.say(id, &format!("{verb} {channel}"))?;
            batch.push(id);
            if batch.len() == ASKING {
                self.fence(&std::mem::take(&mut batch), |_, _| ())?;
            }
        }
        self.fence(&batch, |_, _| ())
    }

    /// Waits until the server has done all that these people have said so far, and has told them.
    ///
    /// # Errors
    /// The server does not answer.
    pub fn fence(
        &mut self,
        people: &[usize],
        mut hear: impl FnMut(usize, Line<'_>),
    ) -> Result<(), Fault> {
        self.fences += 1;
        let token = format!("f{}", self.fences);
        for id in people {
            let verb = match self.tongues[*id] {
                Tongue::Plain => "/ping",
                Tongue::Irc | Tongue::Tagged => "PING",
            };
            self.say(*id, &format!("{verb} {token}"))?;
        }
        let mut answered = 0;
        self.until(
            "the answers to a ping",
            |id, line| {
                answered += usize::from(line.is_pong(&token));
                hear(id, line);
                answered == people.len()
            },
            people.is_empty(),
        )
    }

    /// Hears lines until `hear` is content, or is from the beginning.
    ///
    /// # Errors
    /// It is not in time.
    pub fn until(
        &mut self,
        what: &str,
        mut hear: impl FnMut(usize, Line<'_>) -> bool,
        mut content: bool,
    ) -> Result<(), Fault> {
        let since_ns = self.clock.ns();
        while !content {
            self.crowd
                .listen(WAIT, |id, line| content |= hear(id, line))?;
            if !content && self.clock.is_past(since_ns, PATIENCE) {
                return Err(format!("waited for {what} in vain"));
            }
        }
        Ok(())
    }

    /// The server's processor time, once it rests: a thread that runs has not been charged yet.
    ///
    /// # Errors
    /// The server is gone, or never rests.
    pub fn cpu_ns(&mut self) -> Result<u64, Fault> {
        let since_ns = self.clock.ns();
        let mut before = self.target.process.cpu_ns()?;
        loop {
            self.crowd.listen(QUIET, |_, _| ())?;
            let now = self.target.process.cpu_ns()?;
            // A server that looks at its clock from time to time never stands quite still.
            if now - before < 100_000 {
                return Ok(now);
            }
            before = now;
            if self.clock.is_past(since_ns, PATIENCE) {
                return Err("the server never rests".to_owned());
            }
        }
    }
}

fn introduction(id: usize, tongue: Tongue) -> String {
    let nick = Meeting::nick(id);
    match tongue {
        Tongue::Plain => format!("{nick}\r\n"),
        Tongue::Irc => format!("NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\n"),
        Tongue::Tagged => format!(
            "CAP LS 302\r\nCAP REQ :message-tags\r\nCAP REQ :server-time\r\nNICK {nick}\r\nUSER {nick} 0 * :{nick}\r\nCAP END\r\n"
        ),
    }
}
