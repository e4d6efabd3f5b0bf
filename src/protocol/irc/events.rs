//! What happens, as messages: one place for all of them.

use std::borrow::Cow;
use std::sync::Arc;

use super::args::CTCP;
use super::capabilities::{Cap, Caps};
use super::framing::MESSAGE_BYTES_MAX;
use super::message_id;
use super::metadata::write_news;
use super::numerics::*;
use super::pieces::pieces;
use super::replies::{write_back, write_gone};
use super::tags::{ANNOUNCEMENT, TAG_CAPS, Tags, WITHDRAWN};
use super::writer::{Line, Reader};
use crate::chat::mode::{ModeChange, Rank};
use crate::chat::name::ChannelName;
use crate::chat::user::Identity;
use crate::chat::vocabulary::{Event, Happening, Manner, MessageId, Place, Said, Target};
use crate::protocol::modes;
use crate::protocol::stamp::Clock;

/// A text up to this long is one message, whoever says it wherever.
const ONE_MESSAGE_BYTES: usize = 300;

/// Whether a client that has caused an event is told of it only if it asked for echoes.
pub fn is_echo(what: &Happening) -> bool {
    matches!(what, Happening::Said(_) | Happening::Signalled { .. })
}

/// Whether something is said to oneself: who asked for echoes hears it twice.
pub fn is_to_oneself(what: &Happening) -> bool {
    let (place, from) = match what {
        Happening::Said(said) => (&said.place, &said.from),
        Happening::Signalled { place, from, .. } => (place, from),
        _ => return false,
    };
    matches!(place, Place::Person(to) if to.nick == from.nick)
}

/// Whether each reader has a message of their own, for their name is in it.
pub fn is_personal(what: &Happening) -> bool {
    matches!(
        what,
        Happening::Announced { .. }
            | Happening::Withdrawn { .. }
            | Happening::Delivered { .. }
            | Happening::Knocked { .. }
            | Happening::AwayEnded { .. }
            | Happening::AwayAgain { .. }
            | Happening::Invited { .. }
            | Happening::Introduced { .. }
            | Happening::HostChanged { .. }
            | Happening::Joined { away: Some(_), .. }
            | Happening::Described { .. }
    )
}

/// The capabilities that change the bytes of this event: readers alike in these share one copy.
pub fn relevant(what: &Happening) -> Caps {
    let more: &[Cap] = match what {
        Happening::Said(said) if is_long(said) => &[Cap::Batch, Cap::Multiline],
        Happening::WentAway { .. } | Happening::CameBack { .. } => &[Cap::AwayNotify],
        Happening::Joined { .. } => &[Cap::AwayNotify, Cap::ExtendedJoin],
        Happening::Introduced { .. } => &[Cap::Setname],
        Happening::AccountChanged { .. } => &[Cap::AccountNotify],
        Happening::HostChanged { .. } => &[Cap::Chghost],
        Happening::Invited { .. } => &[Cap::InviteNotify],
        Happening::Redacted { .. } => &[Cap::MessageRedaction],
        Happening::ChannelRenamed { .. } => &[Cap::ChannelRename],
        Happening::Described { .. } => &[Cap::Metadata2, Cap::Metadata3],
        _ => &[],
    };
    TAG_CAPS.either(Caps::of(more))
}

fn is_long(said: &Said) -> bool {
    let text = &said.text;
    text.len() > ONE_MESSAGE_BYTES || text.contains('\n') || !said.extras.seams.is_empty()
}

/// How many bytes of a text are one message for its readers, who see the speaker in front of it.
pub fn room(from: &Identity, to: &Target, manner: Manner) -> usize {
    room_behind(from, &target_word(to), manner)
}

/// The same, for a target as senders spell it.
fn room_behind(from: &Identity, to: &str, manner: Manner) -> usize {
    let (verb, before, behind) = wrapping(manner);
    let parts = [
        ":",
        from.nick.as_str(),
        "!",
        from.origin(),
        " ",
        verb,
        " ",
        to,
        " :",
        before,
        behind,
    ];
    let head = parts.iter().map(|part| part.len()).sum();
    MESSAGE_BYTES_MAX.saturating_sub(head)
}

/// The name of somebody's account as messages have it; `*`: they have none.
pub fn account_word(who: &Identity) -> &str {
    let account = who.account.as_deref();
    account.map_or("*", |account| account.name.as_str())
}

/// A target as senders spell it.
pub fn target_word(to: &Target) -> Cow<'_, str> {
    match to {
        Target::Channel(channel) => channel.as_str().into(),
        Target::Ranked(channel, rank) => ranked(channel, *rank).into(),
        Target::Person(nick) => nick.as_str().into(),
    }
}

/// Those of a rank in a channel, as a target.
fn ranked(channel: &ChannelName, rank: Rank) -> String {
    format!("{}{channel}", modes::rank_sign(rank))
}

/// Writes the messages of an event for one reader, or all readers alike: nothing where the reader
/// has not asked to be told.
pub fn write(event: &Event, reader: &Reader<'_>, out: &mut String) {
    let caps = reader.caps;
    let at_ms = event.at_ms;
    let tags = |by: &Identity| Tags::of(caps, at_ms, by);
    match &event.what {
        Happening::Said(said) => write_said(said, reader, out),
        Happening::Signalled {
            id,
            from,
            place,
            attached,
            ..
        } => {
            if caps.has(Cap::MessageTags) {
                let attached = Some(&**attached).filter(|attached| !attached.is_empty());
                let tags = tags(from).id(*id).attached(attached);
                drop(Line::tagged(out, &tags, from, "TAGMSG").param(&*target(place)));
            }
        }
        Happening::Delivered { nick, count: 1 } => {
            reader.notice(out, format_args!("{nick} has come and has your message."));
        }
        Happening::Delivered { nick, count } => {
            let text = format_args!("{nick} has come and has your {count} messages.");
            reader.notice(out, text);
        }
        Happening::Arrived { .. } => {}
        Happening::Departed {
            who,
            why,
            own_words,
        } => {
            let quit = if *own_words { "Quit: " } else { "" };
            Line::tagged(out, &tags(who), who, "QUIT").text(format_args!("{quit}{why}"));
        }
        Happening::Joined { who, channel, away } => {
            write_join(&tags(who), who, channel, caps, out);
            if let Some(away) = away
                && caps.has(Cap::AwayNotify)
                && who.nick.as_str() != reader.nick
            {
                let tags = tags(who).away(away);
                Line::tagged(out, &tags, who, "AWAY").text(away.typed());
            }
        }
        Happening::Left { who, channel, why } => {
            let line = Line::tagged(out, &tags(who), who, "PART").param(channel);
            with_reason(line, why.as_deref());
        }
        Happening::Renamed { who, nick } => {
            drop(Line::tagged(out, &tags(who), who, "NICK").param(nick));
        }
        Happening::Introduced { who } => {
            if caps.has(Cap::Setname) {
                Line::tagged(out, &tags(who), who, "SETNAME").text(who.realname());
            }
        }
        Happening::Described { of, key, value } => {
            if caps.metadata() {
                write_news(&target(of), key.as_str(), value.as_ref(), reader, out);
            }
        }
        Happening::AccountChanged { who } => {
            if caps.has(Cap::AccountNotify) {
                let line = Line::tagged(out, &tags(who), who, "ACCOUNT");
                drop(line.param(account_word(who)));
            }
        }
        Happening::HostChanged { before, who } => {
            write_host_changed(&tags(who), before, who, reader, out);
        }
        Happening::OwnModesChanged { who, changes } => {
            let letters = signed(changes.iter().map(|(f, on)| (modes::user_letter(*f), *on)));
            let line = Line::tagged(out, &tags(who), who, "MODE");
            drop(line.param(&who.nick).param(letters));
        }
        Happening::Kicked {
            who,
            by,
            channel,
            why,
        } => {
            let own = who.iter().position(|who| who.nick.as_str() == reader.nick);
            let who = own.map_or(&who[..], |place| &who[place..=place]);
            write_kicked(&tags(by), who, by, channel, why.as_deref(), out);
        }
        Happening::TopicSet { by, channel, text } => {
            let line = Line::tagged(out, &tags(by), by, "TOPIC");
            line.param(channel).text(text);
        }
        Happening::ModesChanged {
            by,
            channel,
            changes,
        } => write_modes(&tags(by), by, channel, changes, out),
        Happening::ChannelRenamed {
            by,
            before,
            channel,
            why,
        } => {
            if caps.has(Cap::ChannelRename) {
                let line = Line::tagged(out, &tags(by), by, "RENAME");
                let line = line.param(before).param(channel);
                line.text(why.as_deref().unwrap_or(""));
            }
        }
        Happening::Invited { by, who, channel } => {
            if who.as_str() == reader.nick || caps.has(Cap::InviteNotify) {
                let line = Line::tagged(out, &tags(by), by, "INVITE");
                drop(line.param(who).param(channel));
            }
        }
        Happening::Knocked { who, channel } => reader
            .numeric(out, RPL_KNOCK)
            .param(channel)
            .param(who)
            .text("has asked for an invite."),
        Happening::WentAway { who, away } => {
            if caps.has(Cap::AwayNotify) {
                let tags = tags(who).away(away);
                Line::tagged(out, &tags, who, "AWAY").text(away.typed());
            }
        }
        Happening::CameBack { who } => {
            if caps.has(Cap::AwayNotify) {
                drop(Line::tagged(out, &tags(who), who, "AWAY"));
            }
        }
        Happening::AwayEnded { .. } => write_back(reader, out),
        Happening::AwayAgain { .. } => write_gone(reader, out),
        Happening::Announced {
            number,
            id,
            from,
            channel,
            text,
            ..
        } => {
            let first = tags(from).id(*id).own(ANNOUNCEMENT, number);
            let others = tags(from).own(ANNOUNCEMENT, number);
            let prefix = format!("!!!{number} ");
            let channel = channel.as_ref();
            write_notice([&first, &others], from, channel, &prefix, text, reader, out);
        }
        Happening::Withdrawn { number, by } => {
            let tags = tags(by).own(WITHDRAWN, number);
            let text = format!("Announcement {number} is withdrawn.");
            write_notice([&tags; 2], by, None, "", &text, reader, out);
        }
        Happening::Redacted {
            id, by, place, why, ..
        } => {
            if caps.has(Cap::MessageRedaction) {
                let line = Line::tagged(out, &tags(by), by, "REDACT").param(&*target(place));
                with_reason(line.param(message_id::spelled(*id)), why.as_deref());
            }
        }
        Happening::Wallops { from, text } => {
            write_wallops(&tags(from), from, text, out);
        }
        Happening::Killed { who, by, why } => {
            let line = Line::tagged(out, &tags(by), by, "KILL").param(&who.nick);
            line.text(why.as_deref().unwrap_or("put off the server"));
        }
    }
}

/// That somebody enters a channel; with their account and full name for those who want to know
/// (IRCv3 extended-join).
pub fn write_join(
    tags: &Tags,
    who: &Identity,
    channel: &ChannelName,
    caps: Caps,
    out: &mut String,
) {
    let line = Line::tagged(out, tags, who, "JOIN").param(channel);
    match caps.has(Cap::ExtendedJoin) {
        true => line.param(account_word(who)).text(who.realname()),
        false => drop(line),
    }
}

fn with_reason(line: Line<'_>, why: Option<&str>) {
    match why {
        Some(why) => line.text(why),
        None => drop(line),
    }
}

/// Where something goes, as senders spell it.
fn target(place: &Place) -> Cow<'_, str> {
    match place {
        Place::Channel(channel) => channel.as_str().into(),
        Place::Ranked(channel, rank) => ranked(channel, *rank).into(),
        Place::Person(to) => to.nick.as_str().into(),
    }
}

/// Something said: in one message, or in several, which are one batch for those who can
/// (draft/multiline). The id stands on the batch, or else on the first message.
fn write_said(said: &Said, reader: &Reader<'_>, out: &mut String) {
    let caps = reader.caps;
    let (verb, before, behind) = wrapping(said.manner);
    let to = target(&said.place);
    let room = room_behind(&said.from, &to, said.manner);
    let all = pieces(&said.text, &said.extras.seams, room);
    let tags = || Tags::of(caps, said.at_ms, &said.from);
    let attached = said.extras.attached.as_deref();
    let first = || tags().id(said.id).attached(attached);
    let say = |tags: &Tags, text: &str, out: &mut String| {
        let line = Line::tagged(out, tags, &said.from, verb).param(&*to);
        match before {
            "" => line.text(text),
            _ => line.text(format_args!("{before}{text}{behind}")),
        }
    };
    if all.len() > 1 && caps.multiline() && matches!(said.manner, Manner::Speech | Manner::Notice) {
        let reference = batch_reference(said.id);
        let line = Line::tagged(out, &first(), &said.from, "BATCH");
        let line = line.param(format_args!("+{reference}"));
        drop(line.param("draft/multiline").param(&*to));
        for piece in &all {
            let tags = Tags::new(caps).batch(&reference);
            let tags = if piece.concat { tags.concat() } else { tags };
            say(&tags, piece.text, out);
        }
        let end = Line::new(out, "", &said.from, "BATCH");
        return drop(end.param(format_args!("-{reference}")));
    }
    let shown = all.iter().filter(|piece| !piece.text.is_empty());
    for (place, piece) in shown.enumerate() {
        let tags = match place {
            0 => first(),
            _ => tags().attached(attached),
        };
        say(&tags, piece.text, out);
    }
}

/// Writes what was said to somebody who was not here. Whose client knows no times reads it in the
/// text.
pub fn write_letter(said: &Said, reader: &Reader<'_>, clock: &Clock<'_>, out: &mut String) {
    if reader.caps.has(Cap::ServerTime) {
        return write_said(said, reader, out);
    }
    let mut said = said.clone();
    let stamp = format!("[{}] ", clock.moment(said.at_ms));
    said.text = Arc::from([&stamp, &*said.text].concat());
    let seams = said.extras.seams.iter_mut();
    seams.for_each(|seam| *seam += u32::try_from(stamp.len()).expect("a stamp is short"));
    write_said(&said, reader, out);
}

/// Writes an announcement that was made while its reader was not here. Whose client knows no times
/// reads it in the text.
pub fn write_missed(event: &Event, reader: &Reader<'_>, clock: &Clock<'_>, out: &mut String) {
    let mut event = event.clone();
    if let Happening::Announced { text, .. } = &mut event.what
        && !reader.caps.has(Cap::ServerTime)
    {
        *text = format!("[{}] {text}", clock.moment(event.at_ms)).into();
    }
    write(&event, reader, out);
}

/// The reference of the batch that a message of several lines is.
fn batch_reference(id: MessageId) -> String {
    format!("m{}", message_id::spelled(id))
}

/// By which command something is said, and what stands around it.
fn wrapping(manner: Manner) -> (&'static str, &'static str, &'static str) {
    debug_assert_eq!(CTCP, '\u{1}');
    match manner {
        Manner::Speech => ("PRIVMSG", "", ""),
        Manner::Action => ("PRIVMSG", "\u{1}ACTION ", "\u{1}"),
        Manner::Notice => ("NOTICE", "", ""),
        Manner::Request => ("PRIVMSG", "\u{1}", "\u{1}"),
        Manner::Answer => ("NOTICE", "\u{1}", "\u{1}"),
    }
}

/// A notice to a channel or the reader, in as many messages as it takes. `tags`: of the first and of
/// the others.
fn write_notice(
    [first, others]: [&Tags; 2],
    from: &Identity,
    channel: Option<&ChannelName>,
    prefix: &str,
    text: &str,
    reader: &Reader<'_>,
    out: &mut String,
) {
    let to = channel.map_or(reader.nick, ChannelName::as_str);
    let head = format!(":{from} NOTICE {to} :{prefix}").len();
    let room = MESSAGE_BYTES_MAX.saturating_sub(head);
    for (place, piece) in pieces(text, &[], room).into_iter().enumerate() {
        let tags = if place == 0 { first } else { others };
        let line = Line::tagged(out, tags, from, "NOTICE").param(to);
        line.text(format_args!("{prefix}{}", piece.text));
    }
}

/// In as many messages as it takes.
fn write_wallops(tags: &Tags, from: &Identity, text: &str, out: &mut String) {
    let head = format!(":{from} WALLOPS :").len();
    let room = MESSAGE_BYTES_MAX.saturating_sub(head);
    for piece in pieces(text, &[], room) {
        Line::tagged(out, tags, from, "WALLOPS").text(piece.text);
    }
}

/// Whoever's it is is told by a numeric.
fn write_host_changed(
    tags: &Tags,
    before: &Identity,
    who: &Identity,
    reader: &Reader<'_>,
    out: &mut String,
) {
    if reader.caps.has(Cap::Chghost) {
        let line = Line::tagged(out, tags, before, "CHGHOST");
        drop(line.param(who.username()).param(who.host()));
    }
    if who.nick.as_str() == reader.nick {
        write_visible_host(who.host(), reader, out);
    }
}

/// What others see in place of the reader's address.
pub fn write_visible_host(host: &str, reader: &Reader<'_>, out: &mut String) {
    let line = reader.numeric(out, RPL_VISIBLEHOST).param(host);
    line.text("is now your visible host");
}

/// One message for each whom the reader is told of: nobody hears what happens in a channel once
/// they are out of it. Without a reason it is by whom.
fn write_kicked(
    tags: &Tags,
    who: &[Arc<Identity>],
    by: &Identity,
    channel: &ChannelName,
    why: Option<&str>,
    out: &mut String,
) {
    for who in who {
        let line = Line::tagged(out, tags, by, "KICK");
        let line = line.param(channel).param(&who.nick);
        line.text(why.unwrap_or(by.nick.as_str()));
    }
}

/// `+ab-c`.
pub fn signed(letters: impl Iterator<Item = (char, bool)>) -> String {
    let mut out = String::new();
    let mut last = None;
    for (letter, on) in letters {
        if last != Some(on) {
            out.push(if on { '+' } else { '-' });
            last = Some(on);
        }
        out.push(letter);
    }
    out
}

/// The changes of a channel's modes, in as many messages as it takes.
fn write_modes(
    tags: &Tags,
    by: &Identity,
    channel: &ChannelName,
    changes: &[ModeChange],
    out: &mut String,
) {
    let head = format!(":{by} MODE {channel} ").len();
    let room = MESSAGE_BYTES_MAX.saturating_sub(head);
    let mut rest = changes;
    while !rest.is_empty() {
        let fits = how_many_fit(rest, room);
        let (now, later) = rest.split_at(fits);
        let letters = signed(now.iter().map(letter));
        let line = Line::tagged(out, tags, by, "MODE")
            .param(channel)
            .param(letters);
        let values = now.iter().filter_map(value);
        drop(values.fold(line, |line, value| line.param(value)));
        rest = later;
    }
}

fn how_many_fit(changes: &[ModeChange], room: usize) -> usize {
    let mut used = 0;
    let fits = |change: &&ModeChange| {
        used += "+x ".len() + value(change).map_or(0, |value| value.len());
        used <= room
    };
    changes.iter().take_while(fits).count().max(1)
}

fn letter(change: &ModeChange) -> (char, bool) {
    match change {
        ModeChange::Flag(flag, on) => (modes::letter(*flag), *on),
        ModeChange::Key(key) => ('k', key.is_some()),
        ModeChange::Limit(limit) => ('l', limit.is_some()),
        ModeChange::List(list, _, on) => (modes::list_letter(*list), *on),
        ModeChange::Rank(rank, _, on) => (modes::rank_letter(*rank), *on),
    }
}

fn value(change: &ModeChange) -> Option<String> {
    match change {
        ModeChange::Flag(..) | ModeChange::Limit(None) => None,
        ModeChange::Key(key) => Some(key.as_deref().unwrap_or("*").to_owned()),
        ModeChange::Limit(Some(limit)) => Some(limit.to_string()),
        ModeChange::List(_, mask, _) => Some(modes::mask_in_full(mask)),
        ModeChange::Rank(_, nick, _) => Some(nick.to_string()),
    }
}
