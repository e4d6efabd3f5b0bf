//! The telnet part of the plain protocol: commands out of the bytes, and what they are answered
//! with.
//!
//! RFC 854 (commands), 855 and 1143 (options), 857 (ECHO), 858 (SUPPRESS-GO-AHEAD), 860
//! (TIMING-MARK). The server agrees to nothing, so by RFC 1143 every option but one stays in state
//! NO on both sides: an offer or a request is refused once each time it comes, and news of a refusal
//! is never answered. That is all it takes for nothing to loop, and no such option needs any memory.
//!
//! The one is ECHO on the server's side: to offer it, and then to echo nothing, is how a password is
//! typed unseen. The server offers it only to peers that have negotiated before, and keeps its state
//! as RFC 1143 has it.

/// "Interpret as command", the byte that starts every telnet command (RFC 854).
pub const IAC: u8 = 255;

/// What a telnet client is told when it asks "are you there?": a line that a person can read.
pub const PRESENT: &str = "* Yes, hallway is here.\r\n";

const EOF: u8 = 236;
const ABORT: u8 = 238;
const SE: u8 = 240;
const BRK: u8 = 243;
const IP: u8 = 244;
const AYT: u8 = 246;
const EC: u8 = 247;
const EL: u8 = 248;
const SB: u8 = 250;
const WILL: u8 = 251;
const WONT: u8 = 252;
const DO: u8 = 253;
const DONT: u8 = 254;

const ECHO: u8 = 1;
const TIMING_MARK: u8 = 6;

/// Where in a telnet command one connection's input stands, and whether the server is the one that
/// echoes: three bytes, whatever the peer sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Telnet {
    state: State,
    echo: Echo,
}

/// Whether the server echoes, as far as the peer is known to agree (RFC 1143, section 7: `us` and
/// `usq`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Echo {
    #[default]
    No,
    /// It has offered to.
    WantYes,
    /// It has offered to, and wants to stop as soon as the peer has answered.
    WantYesThenNo,
    Yes,
    /// It has said that it stops.
    WantNo,
    /// It has said that it stops, and wants to begin anew as soon as the peer has answered.
    WantNoThenYes,
}

impl Echo {
    /// Begins or stops: the state from then on, and what the peer is told.
    fn want(self, on: bool) -> (Self, Option<u8>) {
        match (self, on) {
            (Self::No, true) => (Self::WantYes, Some(WILL)),
            (Self::WantYesThenNo, true) => (Self::WantYes, None),
            (Self::WantNo, true) => (Self::WantNoThenYes, None),
            (Self::Yes, false) => (Self::WantNo, Some(WONT)),
            (Self::WantYes, false) => (Self::WantYesThenNo, None),
            (Self::WantNoThenYes, false) => (Self::WantNo, None),
            (same, _) => (same, None),
        }
    }

    /// The same when the peer agrees (DO) or not (DONT).
    fn told(self, agrees: bool) -> (Self, Option<u8>) {
        match (self, agrees) {
            // It is asked for what nobody has offered.
            (Self::No, true) => (Self::No, Some(WONT)),
            (Self::WantYes, true) => (Self::Yes, None),
            (Self::WantYesThenNo, true) => (Self::WantNo, Some(WONT)),
            // It cannot insist on what it was told will stop.
            (Self::WantNo, true) => (Self::No, None),
            (Self::WantNoThenYes, true) => (Self::Yes, None),
            (Self::Yes, false) => (Self::No, Some(WONT)),
            (Self::WantNoThenYes, false) => (Self::WantYes, Some(WILL)),
            (Self::Yes, true) => (Self::Yes, None),
            (_, false) => (Self::No, None),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Data,
    Iac,
    Negotiation(u8),
    Subnegotiation,
    SubnegotiationIac,
}

/// What one byte of input turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Part of a command that is not complete yet.
    More,
    /// A byte of what was typed.
    Data(u8),
    /// The IAC heard before was typed (a Latin-1 `ÿ` from netcat), for no command starts with this
    /// byte. The byte itself has not been taken: hear it again.
    Literal,
    /// The last byte of a command.
    Command(Command),
}

/// A complete telnet command, by what it does to the line that is being typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// It changes nothing and wants no answer.
    Nothing,
    /// EC: the last character goes.
    EraseCharacter,
    /// EL, and IP, BRK and ABORT, which mean as much before a line is finished: all of it goes.
    EraseLine,
    /// The peer waits for these bytes.
    Answer(Answer),
}

/// What must be sent back to the peer, ahead of everything said to it later. Never more than one
/// for a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A negotiation's answer: IAC, verb, option.
    Negotiation([u8; 3]),
    /// The answer to "are you there?": [`PRESENT`].
    Present,
}

impl Answer {
    /// Whether it is about an option.
    pub fn is_negotiation(&self) -> bool {
        matches!(self, Self::Negotiation(_))
    }

    /// The bytes to send, exactly as they go on the wire: 3 of a negotiation, or the line
    /// [`PRESENT`].
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Answer::Negotiation(bytes) => bytes,
            Answer::Present => PRESENT.as_bytes(),
        }
    }
}

impl Telnet {
    /// True between commands, where every byte but [`IAC`] is data and need not be shown to
    /// [`Telnet::hear`].
    pub fn is_idle(self) -> bool {
        self.state == State::Data
    }

    /// Takes the next byte of input and says what it is. Only [`Step::Literal`] leaves the byte
    /// untaken.
    pub fn hear(&mut self, byte: u8) -> Step {
        let (state, step) = match self.state {
            State::Data => data(byte),
            State::Iac => after_iac(byte),
            State::Negotiation(verb) => (State::Data, Step::Command(self.negotiate(verb, byte))),
            State::Subnegotiation => (subnegotiation(byte), Step::More),
            State::SubnegotiationIac => after_subnegotiation_iac(byte),
        };
        self.state = state;
        step
    }

    /// Hides what is typed from now on, or shows it again: what the peer is to be told.
    pub fn hide(&mut self, hidden: bool) -> Option<Answer> {
        let (echo, verb) = self.echo.want(hidden);
        self.echo = echo;
        verb.map(|verb| Answer::Negotiation([IAC, verb, ECHO]))
    }

    /// RFC 1143, with both sides of every option in state NO, but for the server's echo.
    /// TIMING-MARK has no state: each request is answered.
    fn negotiate(&mut self, verb: u8, option: u8) -> Command {
        let answer = match (verb, option) {
            (DO | DONT, ECHO) => {
                let (echo, answer) = self.echo.told(verb == DO);
                self.echo = echo;
                answer
            }
            (DO, TIMING_MARK) => Some(WILL),
            (DO, _) => Some(WONT),
            (WILL, _) => Some(DONT),
            _ => None,
        };
        answer.map_or(Command::Nothing, |answer| {
            Command::Answer(Answer::Negotiation([IAC, answer, option]))
        })
    }

    /// At the end of input: true if a last IAC had nothing behind it, which makes it a byte that
    /// was typed.
    pub fn finish(&mut self) -> bool {
        std::mem::take(&mut self.state) == State::Iac
    }
}

fn data(byte: u8) -> (State, Step) {
    match byte {
        IAC => (State::Iac, Step::More),
        _ => (State::Data, Step::Data(byte)),
    }
}

fn after_iac(byte: u8) -> (State, Step) {
    match byte {
        ..EOF => (State::Data, Step::Literal),
        SB => (State::Subnegotiation, Step::More),
        WILL | WONT | DO | DONT => (State::Negotiation(byte), Step::More),
        IAC => (State::Data, Step::Data(IAC)),
        _ => (State::Data, Step::Command(simple(byte))),
    }
}

fn simple(byte: u8) -> Command {
    match byte {
        AYT => Command::Answer(Answer::Present),
        EC => Command::EraseCharacter,
        EL | IP | BRK | ABORT => Command::EraseLine,
        _ => Command::Nothing,
    }
}

fn subnegotiation(byte: u8) -> State {
    match byte {
        IAC => State::SubnegotiationIac,
        _ => State::Subnegotiation,
    }
}

/// A peer that lost the end of its subnegotiation is heard again from its next command on.
fn after_subnegotiation_iac(byte: u8) -> (State, Step) {
    match byte {
        IAC => (State::Subnegotiation, Step::More),
        SE => (State::Data, Step::Command(Command::Nothing)),
        _ => after_iac(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUPPRESS_GO_AHEAD: u8 = 3;
    const NAWS: u8 = 31;

    fn hear_all(bytes: &[u8]) -> (Vec<Step>, Telnet) {
        let mut telnet = Telnet::default();
        let steps = bytes.iter().map(|&byte| telnet.hear(byte)).collect();
        (steps, telnet)
    }

    fn last(bytes: &[u8]) -> Step {
        let (steps, _) = hear_all(bytes);
        let (last, before) = steps.split_last().expect("the input is not empty");
        assert!(before.iter().all(|step| *step == Step::More), "{bytes:?}");
        *last
    }

    fn answered(bytes: &[u8]) -> Vec<u8> {
        match last(bytes) {
            Step::Command(Command::Answer(answer)) => answer.as_bytes().to_vec(),
            Step::Command(Command::Nothing) => Vec::new(),
            other => panic!("{bytes:?}: {other:?}"),
        }
    }

    #[test]
    fn the_state_is_three_bytes() {
        assert!(size_of::<Telnet>() <= 3);
    }

    /// What the peer is told when it says this.
    fn told(telnet: &mut Telnet, verb: u8) -> Option<u8> {
        match [IAC, verb, ECHO].map(|byte| telnet.hear(byte))[2] {
            Step::Command(Command::Answer(Answer::Negotiation([IAC, answer, ECHO]))) => {
                Some(answer)
            }
            Step::Command(Command::Nothing) => None,
            other => panic!("{other:?}"),
        }
    }

    fn hidden(telnet: &mut Telnet, hidden: bool) -> Option<u8> {
        telnet.hide(hidden).map(|answer| answer.as_bytes()[1])
    }

    #[test]
    fn typing_is_hidden_and_shown_again() {
        let mut telnet = Telnet::default();
        for _ in 0..3 {
            assert_eq!(hidden(&mut telnet, true), Some(WILL));
            assert_eq!(hidden(&mut telnet, true), None);
            assert_eq!(told(&mut telnet, DO), None);
            assert_eq!(told(&mut telnet, DO), None);
            assert_eq!(hidden(&mut telnet, false), Some(WONT));
            assert_eq!(hidden(&mut telnet, false), None);
            assert_eq!(told(&mut telnet, DONT), None);
            assert_eq!(telnet.echo, Echo::No);
        }
    }

    #[test]
    fn who_does_not_agree_is_asked_once() {
        let mut telnet = Telnet::default();
        assert_eq!(hidden(&mut telnet, true), Some(WILL));
        assert_eq!(told(&mut telnet, DONT), None);
        assert_eq!(hidden(&mut telnet, false), None);
        assert_eq!(told(&mut telnet, DO), Some(WONT));
    }

    #[test]
    fn who_answers_late_is_told_then() {
        let mut telnet = Telnet::default();
        assert_eq!(hidden(&mut telnet, true), Some(WILL));
        assert_eq!(hidden(&mut telnet, false), None);
        assert_eq!(told(&mut telnet, DO), Some(WONT));
        assert_eq!(hidden(&mut telnet, true), None);
        assert_eq!(hidden(&mut telnet, false), None);
        assert_eq!(hidden(&mut telnet, true), None);
        assert_eq!(told(&mut telnet, DONT), Some(WILL));
        assert_eq!(hidden(&mut telnet, false), None);
        assert_eq!(hidden(&mut telnet, true), None);
        assert_eq!(told(&mut telnet, DO), None);
        assert_eq!(told(&mut telnet, DONT), Some(WONT));
    }

    /// Whatever is wanted when, and however late the peer answers.
    #[test]
    fn a_peer_that_keeps_to_the_rules_ends_as_it_is_wanted() {
        for steps in 0..1_u32 << 12 {
            let (mut telnet, mut wanted, mut line) = (Telnet::default(), false, Vec::new());
            let answer = |verb| if verb == WILL { DO } else { DONT };
            for step in (0..6).map(|step| steps >> (2 * step) & 3) {
                match step {
                    0 | 1 => {
                        wanted = step == 1;
                        line.extend(hidden(&mut telnet, wanted));
                    }
                    _ if !line.is_empty() => {
                        let verb = line.remove(0);
                        line.extend(told(&mut telnet, answer(verb)));
                    }
                    _ => {}
                }
            }
            while !line.is_empty() {
                let verb = line.remove(0);
                line.extend(told(&mut telnet, answer(verb)));
            }
            let expected = if wanted { Echo::Yes } else { Echo::No };
            assert_eq!(telnet.echo, expected, "{steps:b}");
        }
    }

    #[test]
    fn every_option_is_refused_and_no_refusal_is_answered() {
        for option in 0..=255 {
            let wont = if option == TIMING_MARK { WILL } else { WONT };
            assert_eq!(answered(&[IAC, DO, option]), [IAC, wont, option]);
            assert_eq!(answered(&[IAC, WILL, option]), [IAC, DONT, option]);
            assert_eq!(answered(&[IAC, DONT, option]), []);
            assert_eq!(answered(&[IAC, WONT, option]), []);
        }
    }

    #[test]
    fn a_request_is_answered_as_often_as_it_comes() {
        let mut telnet = Telnet::default();
        for option in [ECHO, SUPPRESS_GO_AHEAD, NAWS, TIMING_MARK].repeat(3) {
            let steps = [IAC, DO, option].map(|byte| telnet.hear(byte));
            assert!(matches!(steps[2], Step::Command(Command::Answer(_))));
        }
    }

    #[test]
    fn two_ends_that_answer_each_other_fall_silent() {
        for (verb, option) in (WILL..=DONT).flat_map(|verb| (0..=255).map(move |o| (verb, o))) {
            let mut said = vec![IAC, verb, option];
            let mut rounds = 0;
            while !said.is_empty() {
                said = answered(&said);
                rounds += 1;
            }
            assert!(rounds <= 3, "{verb} {option}");
        }
    }

    #[test]
    fn commands_do_what_rfc_854_says() {
        let commands = [
            (EOF, Command::Nothing),
            (237, Command::Nothing),
            (ABORT, Command::EraseLine),
            (239, Command::Nothing),
            (SE, Command::Nothing),
            (241, Command::Nothing),
            (242, Command::Nothing),
            (BRK, Command::EraseLine),
            (IP, Command::EraseLine),
            (245, Command::Nothing),
            (AYT, Command::Answer(Answer::Present)),
            (EC, Command::EraseCharacter),
            (EL, Command::EraseLine),
            (249, Command::Nothing),
        ];
        for (byte, command) in commands {
            assert_eq!(last(&[IAC, byte]), Step::Command(command), "{byte}");
        }
        assert!(PRESENT.starts_with("* ") && PRESENT.ends_with("\r\n"));
    }

    #[test]
    fn an_iac_that_starts_no_command_was_typed() {
        assert_eq!(last(&[IAC, IAC]), Step::Data(IAC));
        for byte in 0..EOF {
            let (steps, telnet) = hear_all(&[IAC, byte]);
            assert_eq!(steps, [Step::More, Step::Literal], "{byte}");
            assert!(telnet.is_idle());
        }
    }

    #[test]
    fn an_iac_at_the_very_end_was_typed() {
        for (bytes, typed) in [
            (&[IAC][..], true),
            (&[IAC, DO], false),
            (&[IAC, SB, 1, IAC], false),
            (b"a", false),
        ] {
            let (_, mut telnet) = hear_all(bytes);
            assert_eq!(telnet.finish(), typed, "{bytes:?}");
            assert!(telnet.is_idle());
        }
    }

    #[test]
    fn a_subnegotiation_of_any_length_is_skipped() {
        let mut bytes = vec![IAC, SB, NAWS];
        bytes.extend([0, IAC, IAC, 24, b'\n', SE].repeat(100_000));
        bytes.extend([IAC, SE]);
        assert_eq!(last(&bytes), Step::Command(Command::Nothing));
    }

    #[test]
    fn a_subnegotiation_without_its_end_stops_at_the_next_command() {
        assert_eq!(
            last(&[IAC, SB, NAWS, 0, 80, IAC, EC]),
            Step::Command(Command::EraseCharacter)
        );
        assert_eq!(
            answered(&[IAC, SB, NAWS, 0, IAC, DO, ECHO]),
            [IAC, WONT, ECHO]
        );
        assert_eq!(answered(&[IAC, SB, NAWS, 0, IAC, SB, 24, IAC, SE]), []);
    }
}
