//! What may be read: `protocol.md`, "What was said earlier", as a few lines.

/// When something is said. Between the two are more than the 24 hours for which guests read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    DayBefore,
    Today,
}

/// Both of them, in order.
pub(crate) const TIMES: [Then; 2] = [Then::DayBefore, Then::Today];

/// Since and until when somebody has an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owns {
    Nothing,
    FromTheBeginning,
    FromToday,
    UntilAsking,
}

/// Who asks.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) called: &'static str,
    pub(crate) account: Owns,
    /// Whether they were in all channels, at each of the two times; from today on they stay.
    pub(crate) there: [bool; 2],
    pub(crate) banned: bool,
    /// They block ann and gus.
    pub(crate) blocks: bool,
    pub(crate) runs_channels: bool,
    pub(crate) runs_server: bool,
    /// The setting lets guests read all that was said in the open.
    pub(crate) guests_read_all: bool,
}

const ANYBODY: Reader = Reader {
    called: "",
    account: Owns::Nothing,
    there: [false, false],
    banned: false,
    blocks: false,
    runs_channels: false,
    runs_server: false,
    guests_read_all: false,
};

const NEVER: [bool; 2] = [false, false];
const LEFT: [bool; 2] = [true, false];
const CAME: [bool; 2] = [false, true];
const STAYED: [bool; 2] = [true, true];

const fn guest(called: &'static str, there: [bool; 2]) -> Reader {
    Reader {
        called,
        there,
        ..ANYBODY
    }
}

const fn owner(called: &'static str, there: [bool; 2]) -> Reader {
    Reader {
        account: Owns::FromTheBeginning,
        ..guest(called, there)
    }
}

const fn banned(reader: Reader) -> Reader {
    Reader {
        banned: true,
        ..reader
    }
}

const fn blocking(reader: Reader) -> Reader {
    Reader {
        blocks: true,
        ..reader
    }
}

const fn running_the_server(reader: Reader) -> Reader {
    Reader {
        runs_server: true,
        ..reader
    }
}

/// Everybody who asks.
#[rustfmt::skip]
pub(crate) static READERS: [Reader; 24] = [
    guest("a guest who was never there", NEVER),
    guest("a guest who has left", LEFT),
    guest("a guest who has come today", CAME),
    guest("a guest who has always been there", STAYED),
    banned(guest("a banned guest who was never there", NEVER)),
    banned(guest("a banned guest", STAYED)),
    blocking(guest("a guest who blocks the speakers", NEVER)),
    blocking(guest("a member without account who blocks the speakers", STAYED)),
    owner("an account that was never there", NEVER),
    owner("an account that has left", LEFT),
    owner("an account that has come today", CAME),
    owner("an account that has always been there", STAYED),
    banned(owner("a banned account that was never there", NEVER)),
    banned(owner("a banned account that has left", LEFT)),
    banned(owner("a banned account", STAYED)),
    blocking(owner("an account that blocks the speakers", STAYED)),
    Reader { account: Owns::FromToday, ..guest("somebody who has registered while there", STAYED) },
    Reader { account: Owns::UntilAsking, ..guest("somebody who has logged out", STAYED) },
    Reader { runs_channels: true, ..owner("an operator of the channels", STAYED) },
    running_the_server(guest("a guest who runs the server", NEVER)),
    running_the_server(owner("an account that runs the server", NEVER)),
    running_the_server(banned(owner("a banned account that runs the server", STAYED))),
    Reader { guests_read_all: true, ..guest("a guest of an office without accounts", NEVER) },
    Reader { guests_read_all: true, ..guest("a guest who has always been there, without accounts", STAYED) },
];

/// Who has said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaker {
    /// An account, which is blocked by those who block.
    Ann,
    /// An account.
    Bob,
    /// A guest, who is blocked by those who block.
    Gus,
    /// Who asks: to ann.
    Reader,
}

/// A channel from its making to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Room {
    pub(crate) name: &'static str,
    /// With what it is closed after what is said in the open; nothing if it never is.
    pub(crate) closing: &'static str,
    /// With what it is opened again.
    pub(crate) opening: &'static str,
    /// Whether it is open when somebody asks.
    pub(crate) ends_open: bool,
    /// At which times there is something said in it.
    pub(crate) at: [bool; 2],
    /// Whether it is still there when somebody asks.
    pub(crate) lasts: bool,
}

/// Where something was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    In(&'static Room),
    /// Between ann and somebody of this name.
    With(&'static str),
}

/// Something that was said.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// A word that nothing else has.
    pub(crate) word: String,
    pub(crate) place: Place,
    pub(crate) then: Then,
    pub(crate) by: Speaker,
    /// The channel was closed.
    pub(crate) closed: bool,
    /// Why it is nowhere to be read: it was taken back, or never for everybody.
    pub(crate) kept_out: Option<&'static str>,
}

/// Who asks, in a room or elsewhere.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker<'a> {
    pub(crate) reader: &'a Reader,
    /// What they are called.
    pub(crate) name: &'static str,
    /// They have come into this channel just now.
    pub(crate) entered: Option<&'static str>,
}

/// By what somebody asks for a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// The channel's or the person's name.
    Name,
    /// Anything but that.
    Words,
}

impl Reader {
    fn is_guest(&self) -> bool {
        matches!(self.account, Owns::Nothing | Owns::UntilAsking)
    }

    fn had_account(&self, then: Then) -> bool {
        match self.account {
            Owns::Nothing => false,
            Owns::FromToday => then == Then::Today,
            Owns::FromTheBeginning | Owns::UntilAsking => true,
        }
    }

    /// Whether they can be seen to have been there: guests are known to nobody later.
    fn was_there(&self, then: Then) -> bool {
        self.there[then as usize] && self.had_account(then)
    }

    /// Whether a ban keeps them out.
    pub(crate) fn is_kept_out(&self) -> bool {
        self.banned && !self.runs_server
    }
}

impl Asker<'_> {
    /// Whether they may read it.
    pub(crate) fn may_read(&self, said: &Said, by: By) -> bool {
        let unwanted = matches!(said.by, Speaker::Ann | Speaker::Gus) && self.reader.blocks;
        if said.kept_out.is_some() || unwanted {
            return false;
        }
        match said.place {
            Place::With(name) => !self.reader.is_guest() && name == self.name,
            Place::In(room) => self.may_read_in(room, said, by),
        }
    }

    fn may_read_in(&self, room: &Room, said: &Said, by: By) -> bool {
        let reader = self.reader;
        // Who asks for a channel by its name is told that they are banned from the one of now.
        let banned_now = reader.is_kept_out() && (room.lasts || by == By::Name && is_again(room));
        if banned_now {
            return false;
        }
        let entered = self.entered == Some(room.name);
        let inside = room.lasts && (entered || reader.there[1]);
        let looks_in = room.lasts && (inside || room.ends_open || reader.runs_server);
        if reader.is_guest() {
            let lately = said.then == Then::Today || reader.guests_read_all;
            return !said.closed && lately && looks_in;
        }
        let was_in = || {
            TIMES
                .iter()
                .any(|then| room.at[*then as usize] && reader.was_there(*then))
        };
        match said.closed {
            true => reader.was_there(said.then),
            false => looks_in || was_in(),
        }
    }
}

/// Whether there is another channel of the same name now.
fn is_again(room: &Room) -> bool {
    super::story::ROOMS
        .iter()
        .any(|other| other.lasts && other.name == room.name)
}
