//! What happens, as sentences: one place for all of them.

use std::fmt::Write;
use std::sync::Arc;

use super::printable::printable;
use super::replies::people;
use crate::chat::availability::Away;
use crate::chat::mask::{Effect, Mask};
use crate::chat::mode::{MaskList, ModeChange, Rank, UserFlag};
use crate::chat::user::Identity;
use crate::chat::vocabulary::{Event, Happening, Manner, Place, Said};
use crate::protocol::modes;
use crate::protocol::stamp::{Clock, Times};
use crate::suggest::listed;

/// How many bytes are made room for: a line of a sentence or two.
const LINE_BYTES_USUAL: usize = 128;

/// What changes the bytes of an event: readers alike in this read the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wire {
    /// How the reader wants times.
    pub times: Times,
    /// The reader is who it is about.
    pub own: bool,
}

/// Whether the session that caused an event is not told of it: it knows, or has a reply of its own.
pub fn silent_to_cause(what: &Happening) -> bool {
    match what {
        Happening::Said(said) => !is_to_oneself(said),
        what => matches!(
            what,
            Happening::Joined { .. }
                | Happening::Left { .. }
                | Happening::Departed { .. }
                | Happening::Redacted {
                    place: Place::Person(_),
                    ..
                }
        ),
    }
}

fn is_to_oneself(said: &Said) -> bool {
    matches!(&said.place, Place::Person(to) if to.nick == said.from.nick)
}

/// Whether an event can wait while the lines of others are held back: what must not be missed
/// cannot.
pub fn can_wait(what: &Happening) -> bool {
    !matches!(
        what,
        Happening::Announced { .. }
            | Happening::Withdrawn { .. }
            | Happening::Killed { .. }
            | Happening::AwayEnded { .. }
            | Happening::AwayAgain { .. }
    )
}

/// Whether the line of an event begins with a time, so that the reader must know the day.
pub fn is_stamped(what: &Happening) -> bool {
    matches!(what, Happening::Said(_) | Happening::Announced { .. })
}

/// The line or lines of an event, each with its end.
pub fn render(event: &Event, own: bool, clock: &Clock<'_>) -> String {
    let mut out = String::with_capacity(LINE_BYTES_USUAL);
    match &event.what {
        Happening::Said(said) => write_said(said, own, clock, &mut out),
        Happening::Announced {
            number,
            from,
            guest,
            text,
            ..
        } => {
            clock.write_stamp(event.at_ms, &mut out);
            let (nick, text) = (&from.nick, printable(text));
            let guest = if *guest { "(guest) " } else { "" };
            let _ = write!(out, " !!!{number} {nick}: {guest}{text}\r\n");
        }
        Happening::ModesChanged {
            by,
            channel,
            changes,
        } => {
            for change in changes {
                tell(
                    &mut out,
                    &mode_change(change, by.nick.as_str(), channel.as_str()),
                );
            }
        }
        Happening::OwnModesChanged { changes, .. } => {
            for (flag, on) in changes {
                tell(&mut out, &own_mode_change(*flag, *on));
            }
        }
        Happening::Joined { channel, .. } if own => {
            tell(
                &mut out,
                &format!("Your other session has joined {channel}: you are there too."),
            );
        }
        Happening::Left { channel, .. } if own => {
            tell(
                &mut out,
                &format!("Your other session has left {channel}: you are not there any more."),
            );
        }
        what => tell(&mut out, &sentence(what, clock)),
    }
    out
}

fn own_mode_change(flag: UserFlag, on: bool) -> String {
    let (letter, meaning) = (modes::user_letter(flag), modes::user_meaning(flag));
    match on {
        true => format!("You are +{letter} now: {meaning}."),
        false => format!("You are +{letter} no more: {meaning}."),
    }
}

/// Adds the line or lines of what happened earlier, and before them the date if the reader was last
/// told another; `day` is the day that they were told.
pub fn retell(event: &Event, own: bool, day: &mut u32, clock: &Clock<'_>, out: &mut String) {
    if is_stamped(&event.what) {
        tell_day(event.at_ms, day, clock, out);
    }
    out.push_str(&render(event, own, clock));
}

/// Adds the date of a moment, unless the reader knows it.
pub fn tell_day(at_ms: u64, day: &mut u32, clock: &Clock<'_>, out: &mut String) {
    let said_on = clock.day_of(at_ms);
    if said_on != *day && clock.times() == Times::Short {
        out.push_str(&clock.date_line(at_ms));
        *day = said_on;
    }
}

/// Adds a line in which the server tells something.
pub fn tell(out: &mut String, sentence: &str) {
    let _ = write!(out, "* {}\r\n", printable(sentence));
}

/// Adds the lines of something said, but for those in which there is nothing to read: IRC clients may
/// send blank lines, and formats without a text. `own`: the reader said it, from another device.
pub fn write_said(said: &Said, own: bool, clock: &Clock<'_>, out: &mut String) {
    for text in said.text.split('\n') {
        let shown = printable(text);
        match said.manner {
            _ if shown.trim().is_empty() => {}
            Manner::Request | Manner::Answer => tell(out, &between_programs(said, text)),
            _ => write_said_line(said, &shown, own, clock, out),
        }
    }
}

fn write_said_line(said: &Said, text: &str, own: bool, clock: &Clock<'_>, out: &mut String) {
    let nick = said.from.nick.as_str();
    clock.write_stamp(said.at_ms, out);
    let own_private = own && matches!(&said.place, Place::Person(_));
    let place = match &said.place {
        Place::Channel(channel) | Place::Ranked(channel, _) => [" ", channel.as_str()],
        Place::Person(to) if own_private => [" private to ", to.nick.as_str()],
        Place::Person(_) => [" private", ""],
    };
    let speaker = match said.manner {
        Manner::Action => [" * ", nick, " "],
        Manner::Notice => [" -", nick, "- "],
        _ if own_private => [": ", "", ""],
        _ => [" ", nick, ": "],
    };
    let words = place.iter().chain(&speaker);
    words.for_each(|word| out.push_str(word));
    if let Place::Ranked(_, rank) = &said.place {
        let _ = write!(out, "(to {}) ", to_rank(*rank));
    }
    out.push_str(text);
    out.push_str("\r\n");
}

/// Who hears what is said to those of a rank.
fn to_rank(rank: Rank) -> &'static str {
    match rank {
        Rank::Operator => "operators",
        Rank::HalfOperator => "operators and half-operators",
        Rank::Voice => "operators and voices",
    }
}

/// What programs ask each other and answer (CTCP): people see that it happens, and need do nothing.
fn between_programs(said: &Said, text: &str) -> String {
    let nick = &said.from.nick;
    let word = text.split(' ').next().unwrap_or(text);
    match (said.manner, word) {
        (Manner::Request, "DCC") => {
            format!("{nick} offers you something (DCC) that needs a program on your side.")
        }
        (Manner::Answer, _) => format!("The program of {nick} answers: {text}"),
        _ => format!("The program of {nick} asks yours: {text}"),
    }
}

fn because(why: Option<&str>) -> String {
    why.map_or_else(String::new, |why| format!(" ({why})"))
}

fn sentence(what: &Happening, clock: &Clock<'_>) -> String {
    match what {
        Happening::Said(_)
        | Happening::Announced { .. }
        | Happening::ModesChanged { .. }
        | Happening::OwnModesChanged { .. }
        | Happening::Signalled { .. }
        | Happening::Introduced { .. }
        | Happening::Described { .. }
        | Happening::AccountChanged { .. }
        | Happening::HostChanged { .. } => String::new(),
        Happening::Delivered { nick, count: 1 } => {
            format!("{nick} has come and has your message.")
        }
        Happening::Delivered { nick, count } => {
            format!("{nick} has come and has your {count} messages.")
        }
        Happening::Arrived { who } => format!("{} is here.", who.nick),
        Happening::Departed { who, why, .. } => {
            format!("{} has gone{}.", who.nick, because(Some(why)))
        }
        Happening::Joined { who, channel, .. } => format!("{} joined {channel}.", who.nick),
        Happening::Left { who, channel, why } => {
            format!("{} left {channel}{}.", who.nick, because(why.as_deref()))
        }
        Happening::Renamed { who, nick } => format!("{} is now called {nick}.", who.nick),
        Happening::Kicked {
            who,
            by,
            channel,
            why,
        } => format!(
            "{} put out of {channel} by {}{}.",
            were(who),
            by.nick,
            because(why.as_deref())
        ),
        Happening::TopicSet { by, channel, text } if text.is_empty() => {
            format!("{} cleared the topic of {channel}.", by.nick)
        }
        Happening::TopicSet { by, channel, text } => {
            format!("{} set the topic of {channel}: {text}", by.nick)
        }
        Happening::Invited { by, who, channel } => {
            format!("{} invites {who} to {channel}: /join {channel}", by.nick)
        }
        Happening::Knocked { who, channel } => format!(
            "{} knocks at {channel}: /invite {} {channel} lets them in.",
            who.nick, who.nick
        ),
        Happening::WentAway { who, away } => {
            format!("{} is away{}.", who.nick, clock.because(away))
        }
        Happening::CameBack { who } => format!("{} is back.", who.nick),
        Happening::AwayEnded { away } => available_again(away),
        Happening::AwayAgain { away } => format!("You are away again{}.", clock.because(away)),
        Happening::Withdrawn { number, by } => {
            format!("Announcement {number} was withdrawn by {}.", by.nick)
        }
        Happening::Redacted { .. } => redacted(what, clock),
        Happening::ChannelRenamed {
            by,
            before,
            channel,
            why,
        } => format!(
            "{} renamed {before}: it is {channel} now{}.",
            by.nick,
            because(why.as_deref())
        ),
        Happening::Wallops { from, text } => {
            format!("{} to all who want to know: {text}", from.nick)
        }
        Happening::Killed { by, why, .. } => format!(
            "{} has put you off the server{}.",
            by.nick,
            because(why.as_deref())
        ),
    }
}

/// A line that was taken back: readers know it by its author, and by its time if others followed.
fn redacted(what: &Happening, clock: &Clock<'_>) -> String {
    let Happening::Redacted {
        id,
        latest,
        from,
        by,
        place,
        why,
    } = what
    else {
        return String::new();
    };
    let (by, why) = (&by.nick, because(why.as_deref()));
    let line = match latest {
        true => format!("the latest line of {}", from.nick),
        false => format!("what {} said at {}", from.nick, clock.moment(id.ms)),
    };
    match place {
        Place::Channel(channel) | Place::Ranked(channel, _) => {
            format!("{by} took back {line} in {channel}{why}.")
        }
        Place::Person(to) => format!("{by} took back {line} to {}{why}.", to.nick),
    }
}

/// How many of those who were put out at once are named: as many as a small channel has.
pub const PUT_OUT_NAMED: usize = 25;

/// `bob was`, `bob, carol were`, `2,000 people were`.
fn were(who: &[Arc<Identity>]) -> String {
    match who {
        [one] => format!("{} was", one.nick),
        few if few.len() <= PUT_OUT_NAMED => {
            let nicks: Vec<&str> = few.iter().map(|who| who.nick.as_str()).collect();
            format!("{} were", listed(nicks))
        }
        many => format!("{} were", people(many.len())),
    }
}

fn available_again(away: &Away) -> String {
    if away.says_why() {
        format!("You are available again: {} is over.", away.words())
    } else {
        "You are available again.".to_owned()
    }
}

fn mode_change(change: &ModeChange, by: &str, channel: &str) -> String {
    match change {
        ModeChange::Flag(flag, true) => format!(
            "{by} set +{} on {channel}: {}.",
            modes::letter(*flag),
            modes::meaning(*flag)
        ),
        ModeChange::Flag(flag, false) => format!(
            "{by} set -{} on {channel} (no longer: {}).",
            modes::letter(*flag),
            modes::meaning(*flag)
        ),
        ModeChange::Key(Some(key)) => format!("{by} set the key of {channel}: {key}"),
        ModeChange::Key(None) => format!("{by} took the key off {channel}."),
        ModeChange::Limit(Some(limit)) => {
            format!("{by} limited {channel} to {}.", people(*limit as usize))
        }
        ModeChange::Limit(None) => format!("{by} took the limit off {channel}."),
        ModeChange::List(MaskList::Bans, mask, on) => ban_change(mask, *on, by, channel),
        ModeChange::List(MaskList::Exceptions, mask, true) => {
            format!("{by} exempted {mask} from the bans of {channel}.")
        }
        ModeChange::List(MaskList::Exceptions, mask, false) => {
            format!("{by} exempts {mask} from the bans of {channel} no more.")
        }
        ModeChange::List(MaskList::Invitees, mask, true) => {
            format!("{by} invited {mask} to {channel} for good.")
        }
        ModeChange::List(MaskList::Invitees, mask, false) => {
            format!("{by} invites {mask} to {channel} no more.")
        }
        ModeChange::Rank(Rank::Voice, nick, true) => {
            format!("{by} gave {nick} a voice in {channel}.")
        }
        ModeChange::Rank(Rank::Voice, nick, false) => {
            format!("{by} took the voice from {nick} in {channel}.")
        }
        // It is theirs, and they are there again.
        ModeChange::Rank(rank, nick, true) if nick.as_str() == by => {
            format!("{nick} is {} of {channel}.", with_article(*rank))
        }
        ModeChange::Rank(rank, nick, true) => {
            format!("{by} made {nick} {} of {channel}.", with_article(*rank))
        }
        ModeChange::Rank(rank, nick, false) => {
            format!(
                "{by} took the rank of {} from {nick} in {channel}.",
                modes::rank_word(*rank)
            )
        }
    }
}

fn with_article(rank: Rank) -> String {
    let word = modes::rank_word(rank);
    let article = if word.starts_with('o') { "an" } else { "a" };
    format!("{article} {word}")
}

fn ban_change(mask: &Mask, on: bool, by: &str, channel: &str) -> String {
    let verb = match (mask.effect(), on) {
        (Effect::KeepOut, true) => "banned",
        (Effect::KeepOut, false) => "unbanned",
        (Effect::Mute, true) => "muted",
        (Effect::Mute, false) => "unmuted",
    };
    format!("{by} {verb} {mask} in {channel}.")
}
