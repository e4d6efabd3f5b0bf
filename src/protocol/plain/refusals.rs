//! Every sentence that says no: what was wrong, and what to do.

use super::commands::{Spec, Who};
use super::printable::printable;
use super::terminal::LINE_BYTES_MAX;
use crate::chat::limits::HISTORY_LINES_MAX;
use crate::chat::mode::KEY_BYTES_MAX;
use crate::chat::name::{CHANNEL_BYTES_MAX, NICK_BYTES_MAX, NameFault, Nick};
use crate::chat::settings::Announcers;
use crate::chat::vocabulary::{Limited, METADATA_KEY_BYTES_MAX, Refusal, Whom};
use crate::protocol::entry::NoEntry;
use crate::protocol::stamp::Clock;

/// Why a line could not be read.
#[derive(Clone, PartialEq)]
#[allow(
    missing_docs,
    reason = "the fields say no more than their types and the variant"
)]
pub enum Mistake {
    /// The command needs something else behind it.
    Usage(&'static Spec),
    /// There is no such command or status.
    UnknownCommand {
        typed: String,
        meant: Option<String>,
    },
    /// It cannot be a person's name.
    BadName { typed: String, fault: NameFault },
    /// It cannot be a channel's name.
    BadChannel { typed: String, fault: NameFault },
    /// It cannot be a mask.
    BadMask { typed: String },
    /// It is no number from 1 to [`u32::MAX`].
    NotANumber { typed: String },
    /// No such form of times.
    UnknownTimes { typed: String },
    /// No mode has the letter.
    UnknownMode { letter: char },
    /// The mode needs a value.
    ModeValueMissing { letter: char },
    /// The mode cannot have this value.
    BadModeValue { letter: char, typed: String },
    /// Nobody can be what the letter stands for.
    UnknownOwnMode { letter: char },
    /// No mode needs this value.
    ModeValueLeftOver { typed: String },
    /// The session is in no channel, or was put out of the one it spoke in.
    NoCurrentChannel,
    /// Nobody has written privately, or they have gone.
    NobodyToAnswer,
    /// The line is longer than it may be.
    LineTooLong,
    /// No lines wait.
    NotHolding,
    /// The operator's name or password is not right.
    NotAnOperator,
    /// So many passwords wait to be checked that no more can.
    TooManyPasswords,
    /// There is no store.
    NothingIsKept,
    /// Private lines are kept only between people with accounts.
    GuestsHaveNoPrivateHistory,
    /// Nobody with an account is called so.
    NobodysAccount { nick: Nick },
    /// It took too long to look up.
    HistoryTooSlow,
    /// So much is being looked up that no more can.
    HistoryBusy,
    /// The store cannot be read.
    HistoryFailed,
    /// So many lines are not told at once.
    TooManyLines,
    /// Neither words nor a person to search for.
    NothingToFind,
    /// No password was typed where one was asked for.
    NoPassword,
    /// Nothing can be said under that key.
    NoKey { typed: String },
    /// It is no day and no time.
    NoSuchTime { typed: String },
    /// The calendar has no such day.
    NoSuchDay,
    /// The person has no session of that number.
    NoSuchSession { number: u32 },
    /// It is the session itself.
    ThisSession,
    /// Only operators of the server can do it.
    OperatorsOnly,
    /// There is no message of the day.
    NoMotd,
    /// Lines wait already.
    HoldingAlready,
    /// Before a name is given, only a few commands work.
    NameFirst,
    /// What was typed as a name is a command without its slash.
    SlashForgotten { typed: String },
    /// No name was given in time.
    NoNameInTime,
    /// Too many lines were refused before a name was given.
    NoNameAtAll,
    /// A program that speaks IRC has come to the wrong port.
    IrcHere,
    /// A program that speaks TLS has come to the wrong port.
    TlsHere,
}

impl std::fmt::Debug for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&mistake(self))
    }
}

impl PartialEq for Spec {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// The line of a refusal.
pub fn line(sentence: &str) -> String {
    format!("*! {}\r\n", printable(sentence))
}

/// What was wrong with a line, and what to do.
pub fn mistake(mistake: &Mistake) -> String {
    match mistake {
        Mistake::Usage(spec) => format!("Type it like this: {} ({}).", spec.usage(), spec.help),
        Mistake::UnknownCommand { typed, meant } => {
            format!("/{typed} is not a command.{} /help lists all.", did_you_mean(meant.as_deref().map(|m| format!("/{m}"))))
        }
        Mistake::BadName { typed, fault } => bad_name(typed, *fault, "a name", NICK_BYTES_MAX),
        Mistake::BadChannel { typed, fault } => bad_name(typed, *fault, "a channel's name", CHANNEL_BYTES_MAX),
        Mistake::BadMask { typed } => format!("{typed} is no mask: type a name, or a pattern such as bob!*@* with * and ?."),
        Mistake::NotANumber { typed } => {
            format!("{typed} is not a whole number from 1 to {}.", u32::MAX)
        }
        Mistake::UnknownTimes { typed } => format!("Times are iso or short, not {typed}."),
        Mistake::UnknownMode { letter } => format!("There is no mode {letter}: the modes are CMPRimnpstu, k KEY, l NUMBER, b e I MASK and o h v NAME."),
        Mistake::ModeValueMissing { letter } => format!("Mode {letter} needs a value behind it: /mode +{letter} VALUE."),
        Mistake::BadModeValue { letter: 'k', typed } => format!("{typed} cannot be a key: at most {KEY_BYTES_MAX} bytes, no comma, no colon in front."),
        Mistake::BadModeValue { letter, typed } => format!("{typed} is not a value for mode {letter}: l takes a number from 1 up, b e I a mask, o h v a name."),
        Mistake::UnknownOwnMode { letter } => format!("Nobody can be {letter}: the letters are B (a program), R (written to by people with an account only), i (not listed) and w (told wallops)."),
        Mistake::ModeValueLeftOver { typed } => format!("{typed} belongs to no mode: only k, l, b, e, I, o, h and v take a value."),
        Mistake::NotAnOperator => "That is no operator's name and password: whoever runs this server knows them.".to_owned(),
        Mistake::TooManyPasswords => "Too many passwords are being checked just now: try again in a moment.".to_owned(),
        Mistake::NothingIsKept => "This server remembers nothing, so no name can be registered and nothing looked up.".to_owned(),
        Mistake::GuestsHaveNoPrivateHistory => "What guests write and read in private is not kept: /register PASSWORD makes your name your own.".to_owned(),
        Mistake::NobodysAccount { nick } => format!("Private lines are kept between people with accounts, and no account is called {nick}."),
        Mistake::HistoryTooSlow => "That takes too long to look up just now: ask for less, or try again later.".to_owned(),
        Mistake::HistoryBusy => "Too much is being looked up just now: try again in a moment.".to_owned(),
        Mistake::HistoryFailed => "What was said cannot be looked up just now: whoever runs this server finds the reason in the log.".to_owned(),
        Mistake::TooManyLines => format!("That would be too many: at most {HISTORY_LINES_MAX} lines are told at once."),
        Mistake::NoSuchTime { typed } => format!("\"{typed}\" is no day or time: since 09:00, yesterday, monday or 2026-11-20, or a day and a time."),
        Mistake::NoSuchDay => "There is no such day in the calendar.".to_owned(),
        Mistake::NoSuchSession { number } => format!("You have no session {number}: /sessions lists them."),
        Mistake::ThisSession => "That is this session: /quit ends it.".to_owned(),
        Mistake::NothingToFind => "Say what to find: /search WORDS, or /search from NAME.".to_owned(),
        Mistake::NoPassword => "That was no password, so nothing has changed.".to_owned(),
        Mistake::NoKey { typed } => format!(
            "{typed} is no key: those have small letters, digits and _ . / -, at most {METADATA_KEY_BYTES_MAX}. Try status."
        ),
        Mistake::OperatorsOnly => "Only operators of the server can do that.".to_owned(),
        Mistake::NoMotd => "There is no message of the day.".to_owned(),
        Mistake::NoCurrentChannel => "You have no current channel: /join #lobby or another first.".to_owned(),
        Mistake::NobodyToAnswer => "There is nobody to answer: whoever wrote to you last has gone, or nobody has. /msg NAME TEXT writes to a person.".to_owned(),
        Mistake::LineTooLong => format!("That line was longer than {LINE_BYTES_MAX} bytes and went nowhere: say it in several."),
        Mistake::NotHolding => "Nothing is held back: /hold does that.".to_owned(),
        Mistake::HoldingAlready => "Lines are held back already: /go lets them come.".to_owned(),
        Mistake::NameFirst => "A name first: type the one you want to be called by, or /login NAME PASSWORD. /help and /quit work too.".to_owned(),
        Mistake::SlashForgotten { typed } => {
            format!("{typed} cannot be a name, for it is taken for a command: those begin with a slash. Try /help or /quit.")
        }
        Mistake::NoNameInTime => {
            "You gave no name in time. Connect again when you have one.".to_owned()
        }
        Mistake::NoNameAtAll => {
            "That was one line too many without a name. Connect again when you have one.".to_owned()
        }
        Mistake::TlsHere => {
            "This port speaks plain text, not TLS: connect without encryption.".to_owned()
        }
        Mistake::IrcHere => "This port is for telnet and netcat: IRC clients connect to the IRC port, 6667 as a rule.".to_owned(),
    }
}

/// Why somebody does not come into an account, and what to do.
pub fn no_entry(why: &NoEntry) -> String {
    match why {
        NoEntry::NothingIsKept => mistake(&Mistake::NothingIsKept),
        NoEntry::Closed => "Whoever runs this server registers names: ask them.".to_owned(),
        NoEntry::AddressNeeded => {
            "An address for mail is needed here: /register mail ADDRESS PASSWORD.".to_owned()
        }
        NoEntry::LoggedInAlready { account } => format!("You are logged in as {account} already."),
        NoEntry::WrongPassword { name } => format!("That is not the password of {name}."),
        NoEntry::BadPassword { why } => format!("That cannot be: {why}. Choose another password."),
        NoEntry::RegisteredAlready { name } => {
            format!("{name} is registered already: /login {name} PASSWORD if it is yours.")
        }
        NoEntry::NotKept => {
            "That could not be kept just now, so nothing has changed: try again later.".to_owned()
        }
        NoEntry::PerhapsKept => {
            "The disk is slow just now: whether that is kept is not known. Try the password later to be sure.".to_owned()
        }
        NoEntry::TooManyWait => mistake(&Mistake::TooManyPasswords),
        NoEntry::TooManyTried { seconds } => {
            format!("Too many wrong passwords were tried lately: try again in {seconds} seconds.")
        }
        NoEntry::TooManySessions { max } => format!(
            "You are here with {max} sessions already, and cannot have more: end one first (/sessions lists them)."
        ),
        NoEntry::SharedAlready { nick } => {
            format!("You are {nick} in other sessions too: /quit this one and come anew.")
        }
        NoEntry::NobodysAccount { name } => {
            format!("{name} is nobody's account: type /login NAME PASSWORD with the name that is yours.")
        }
        NoEntry::NotLoggedIn => "You are not logged in: /login NAME PASSWORD does that.".to_owned(),
    }
}

fn did_you_mean(meant: Option<String>) -> String {
    meant.map_or_else(String::new, |meant| format!(" Did you mean {meant}?"))
}

fn bad_name(typed: &str, fault: NameFault, what: &str, max: usize) -> String {
    let cannot = |why: &str| format!("\"{typed}\" cannot be {what}{why}");
    match fault {
        NameFault::Empty => format!("There is no letter in that: {what} needs at least one."),
        NameFault::TooLong { .. } => {
            cannot(&format!(": it has more than {max} bytes. Shorten it."))
        }
        NameFault::Forbidden(' ') => format!("There can be no space in {what}: choose one word."),
        NameFault::Forbidden(c) => cannot(&format!(" because of \"{c}\". Leave it out.")),
        NameFault::Leading(c) => cannot(&format!(": it begins with \"{c}\". Begin with a letter.")),
        NameFault::Control => cannot(": there is an invisible character in it. Type it anew."),
        NameFault::NoHash => format!("{typed} is no channel: channels begin with #. Try #{typed}."),
        NameFault::NotALetter(c) => cannot(&format!(
            ": \"{c}\" is no letter or digit of any language. Leave it out."
        )),
        NameFault::NotAllowed => {
            cannot(": it mixes letters that run to the left and to the right.")
        }
    }
}

/// Why something cannot be, and what to do. `meant` is a name that is likely meant instead.
pub fn refusal(refusal: &Refusal, meant: Option<&str>, clock: &Clock<'_>) -> String {
    let did_you_mean = || did_you_mean(meant.map(str::to_owned));
    match refusal {
        Refusal::NobodyNamed { nick } => format!(
            "Nobody called {nick} is here.{} /who lists everyone.",
            did_you_mean()
        ),
        Refusal::GuestsLeaveNothing { nick } => format!(
            "{nick} is not here, and only people with an account can leave messages: /register PASSWORD makes you one."
        ),
        Refusal::TooManyWait {
            nick,
            yours: true,
            max,
        } => format!(
            "{max} messages of yours wait for {nick} already: write again when they have come."
        ),
        Refusal::TooManyWait { nick, max, .. } => {
            format!("{max} messages wait for {nick} already: write again when they have come.")
        }
        Refusal::NotKept => no_entry(&NoEntry::NotKept),
        Refusal::PerhapsKept { nick } => format!(
            "The disk is slow just now: whether that is kept for {nick} is not known. Say it again later to be sure."
        ),
        Refusal::NoSuchChannel { channel } => format!(
            "There is no channel {channel}.{} /list lists all, /join makes one.",
            did_you_mean()
        ),
        Refusal::NotThere { channel } => {
            format!("You are not in {channel}: /join {channel} first.")
        }
        Refusal::TheyAreNotThere { nick, channel } => {
            format!("{nick} is not in {channel}: /who {channel} tells who is.")
        }
        Refusal::InsideAlready { channel } => format!("You are in {channel} already."),
        Refusal::TheyAreThere { nick, channel } => format!("{nick} is in {channel} already."),
        Refusal::NameOwned { nick } => format!(
            "{nick} is registered: if it is yours, type /login {nick} PASSWORD; if not, choose another name."
        ),
        Refusal::NameTaken { nick } => format!("{nick} is taken: choose another name."),
        Refusal::LooksLike {
            claimed,
            other: Some(other),
        } => format!("{claimed} looks like {other}, which is taken: choose another name."),
        Refusal::LooksLike {
            claimed,
            other: None,
        } => {
            format!("{claimed} looks like a name that is taken: choose another name.")
        }
        Refusal::KeyNeeded {
            channel,
            given: false,
        } => format!("{channel} has a key: /join {channel} KEY, or /knock {channel} to ask."),
        Refusal::KeyNeeded {
            channel,
            given: true,
        } => format!("That is not the key of {channel}: ask somebody inside, or /knock {channel}."),
        Refusal::InvitedOnly { channel } => {
            format!("Only those who are invited can enter {channel}: /knock {channel} asks to be.")
        }
        Refusal::KeptOut { channel } => {
            format!("You are banned from {channel}: its operators can /unban you.")
        }
        Refusal::ChannelFull { channel, max } => format!(
            "{channel} is full: {max} people are the limit. Try later, or /knock {channel}."
        ),
        Refusal::NotClosed { channel } => format!("{channel} is open to you: /join {channel}."),
        Refusal::NobodyToAsk { channel } => {
            format!("{channel} has no operator who could let you in: make another channel.")
        }
        Refusal::AccountNeeded { channel } => format!(
            "In {channel} that is for people with an account only: /register PASSWORD, or /login NAME PASSWORD."
        ),
        Refusal::WrittenByAccounts { nick } => format!(
            "{nick} is written to by people with an account only: /register PASSWORD, or /login NAME PASSWORD."
        ),
        Refusal::NoVoice { channel } => {
            format!("Only people with a voice can speak in {channel}: ask an operator for /voice.")
        }
        Refusal::Muted { channel } => {
            format!("You are muted in {channel}: its operators can /unmute you.")
        }
        Refusal::OutsidersUnheard { channel } => {
            format!("Only people inside can speak in {channel}: /join {channel} first.")
        }
        Refusal::NotChannelOperator { channel } => {
            format!("Only operators of {channel} can do that: /who {channel} tells who they are.")
        }
        Refusal::NotServerOperator => "Only operators of the server can do that.".to_owned(),
        Refusal::NotOnList { channel, mask } => {
            format!("{mask} is not on that list of {channel}: /mode {channel} shows it.")
        }
        Refusal::TooMany { what, max } => too_many(*what, *max),
        Refusal::TooLong { what, max_bytes } => {
            format!("That is too long: {what} has at most {max_bytes} bytes. Shorten it.")
        }
        Refusal::NothingToSay => "There is nothing in that line to say.".to_owned(),
        Refusal::NothingToRedact { nick, channel } => {
            format!("None of the latest lines in {channel} is by {nick}.")
        }
        Refusal::NotYoursToRedact { channel } => {
            format!("Only operators of {channel} can take back what others said.")
        }
        Refusal::Oneself { verb } => format!("You cannot {verb} yourself."),
        Refusal::BlockedAlready { whom } => format!("You block {} already.", whom_named(whom)),
        Refusal::NotBlocked { whom } => {
            format!(
                "You do not block {}: /blocked lists whom you do.",
                whom_named(whom)
            )
        }
        Refusal::WatchedAlready { what } => format!("You watch {what} already."),
        Refusal::NotWatched { what } => {
            format!("You do not watch {what}: /watching lists what you do.")
        }
        Refusal::NotLoggedIn => no_entry(&NoEntry::NotLoggedIn),
        Refusal::NotAway => "You are not away.".to_owned(),
        Refusal::NothingUnderKey { key } => {
            format!("There is no {key} in that profile: /profile shows it.")
        }
        Refusal::NotUnderKey { key } => {
            let what = key.shape().map_or("words", |shape| shape.words());
            format!("{key} cannot be that: it is {what}.")
        }
        Refusal::NoSuchAnnouncement { number } => {
            format!("No announcement {number} is in force: /announcements lists those that are.")
        }
        Refusal::OwnAnnouncement { number } => {
            format!("Announcement {number} is yours: the others acknowledge it.")
        }
        // Nobody asks programs anything from here, or changes anything of others.
        Refusal::RequestsUnheard { .. } | Refusal::NotYourProfile { .. } => String::new(),
        Refusal::TheyOutrank { nick, channel } => {
            format!("{nick} runs {channel} like you: only its operators can put them out.")
        }
        Refusal::ChannelExists { channel } => {
            format!("There is a channel {channel} already: choose another name.")
        }
        Refusal::ChannelIsPermanent { channel } => {
            format!("{channel} is part of the server's configuration and keeps its name.")
        }
        Refusal::NoSuchMessage => {
            "No line of yours to them is remembered that could be taken back.".to_owned()
        }
        Refusal::NobodyWas { nick } => {
            format!(
                "Nobody called {nick} has been here since the server started, or it is long ago."
            )
        }
        Refusal::InviteOnlyIsNotKept { channel } => format!(
            "{channel} is invite-only and ends when nobody is in it, for nobody could let anybody in: /mode {channel} -i first."
        ),
        Refusal::KeptByAccounts { channel } => format!(
            "Only people with an account can keep a channel: /register PASSWORD, then /keep {channel}."
        ),
        Refusal::NotFounder { channel, founder } => format!(
            "{channel} is kept for {founder}: only they, and operators of the server, can end that."
        ),
        Refusal::NotYourAnnouncement { number } => format!(
            "Announcement {number} is not yours: only its author and operators can do that."
        ),
        Refusal::MayNotAnnounce { who } => match who {
            Announcers::Registered => {
                "Only people with an account can announce on this server.".to_owned()
            }
            _ => "Only operators can announce on this server.".to_owned(),
        },
        Refusal::AnnouncedRecently { next_ms } => format!(
            "You have announced often enough for now: the next one can go out at {}.",
            clock.moment(*next_ms)
        ),
    }
}

/// A person's name, or a mask as people type it.
pub(super) fn whom_named(whom: &Whom) -> String {
    match whom {
        Whom::Person(nick) => nick.to_string(),
        Whom::Mask(mask) if mask.is_of_accounts() => mask.to_string(),
        Whom::Mask(mask) => mask.pattern().to_owned(),
    }
}

fn too_many(what: Limited, max: usize) -> String {
    let (what, remedy) = match what {
        Limited::Channels => ("channels that one person is in", "/leave one first"),
        Limited::Watches => (
            "people and channels that one person watches",
            "/unwatch one first",
        ),
        Limited::Blocks => (
            "people and masks that one person blocks",
            "/unblock one first",
        ),
        Limited::Masks(_) => ("masks on a channel's lists", "/unban or /unmute one first"),
        Limited::KeptChannels => ("channels that are kept", "/keep off in another first"),
        Limited::FoundedChannels => (
            "channels that are kept for one person",
            "/keep off in another first",
        ),
        Limited::OperatorAccounts => (
            "people who are operators of a kept channel whenever they come",
            "/op -NAME one of them first; /keep lists them",
        ),
        Limited::Keys => ("keys of one profile", "/profile KEY - takes one out"),
    };
    format!("That would be too many: the limit is {max} {what}. {remedy}.")
}

/// Who may use a command, for its help.
pub fn who(who: Who) -> &'static str {
    match who {
        Who::Everybody => "",
        Who::ChannelOperators => " (operators of the channel)",
        Who::ServerOperators => " (operators of the server)",
    }
}
