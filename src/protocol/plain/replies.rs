//! Answers to the asker, as sentences: one place for all of them.

use std::net::IpAddr;

use unicode_width::UnicodeWidthStr;

use super::commands::{GROUPS, Group, Spec, Statuses, Wanted, commands};
use super::events::{tell, tell_day, write_said};
use super::refusals::{self, whom_named};
use crate::chat::availability::Away;
use crate::chat::mask::Effect;
use crate::chat::mode::{MaskList, Rank, Ranks, UserFlag, UserFlags};
use crate::chat::name::{ChannelName, Nick};
use crate::chat::vocabulary::{
    AnnouncementInfo, Attention, BoardCounts, ChannelInfo, Company, Described, ForAbsent, Former,
    Listed, Listing, Metadata, NameHeld, PersonInfo, PersonRow, Place, Presence, Reply, Row, Said,
    Synced, TopicInfo, Watched, Whom,
};
use crate::protocol::Protocol;
use crate::protocol::entry::{ADDRESS_KEPT, ADDRESS_NOT_KEPT};
use crate::protocol::modes;
use crate::protocol::stamp::{Clock, Times, span};
use crate::suggest::listed;

/// The lines of a reply, each with its end; `day` is the day that the reader was last told.
pub fn render(reply: &Reply, day: &mut u32, clock: &Clock<'_>) -> String {
    let mut out = String::new();
    match reply {
        Reply::Joined {
            channel,
            topic,
            company,
            earlier,
            made,
            operator,
        } => {
            tell(&mut out, &joined(channel, company, *made, *operator));
            if let Some(topic) = topic {
                tell(&mut out, &topic_of(channel, topic, clock));
            }
            write_earlier(channel, earlier, day, clock, &mut out);
        }
        Reply::Modes {
            channel,
            modes,
            masks,
            ..
        } => write_modes(channel, modes, masks, &mut out),
        Reply::Masks { masks, .. } => write_masks(masks, &mut out),
        Reply::OwnModes { flags } => write_own_modes(*flags, &mut out),
        Reply::Whowas {
            nick, here, former, ..
        } => write_whowas(nick, *here, former, clock, &mut out),
        Reply::Watching { watched } => write_watching(watched, clock, &mut out),
        Reply::Announcements { announcements } => {
            write_announcements(announcements, clock, &mut out)
        }
        Reply::Whois(info) => write_whois(info, clock, &mut out),
        Reply::Description { whom, metadata } => write_profile(whom, metadata, &mut out),
        Reply::Sent { to, away, news } => {
            write_sent(to, away.as_ref().filter(|_| *news), clock, &mut out);
        }
        Reply::Signalled => {}
        reply => tell(&mut out, &sentence(reply, clock)),
    }
    out
}

fn sentence(reply: &Reply, clock: &Clock<'_>) -> String {
    match reply {
        Reply::ThereAlready { channel } => format!("You speak in {channel} now."),
        Reply::Kept { nick } => format!("Kept for {nick}."),
        Reply::Left { channel } => format!("You have left {channel}."),
        Reply::Topic {
            channel,
            topic: Some(topic),
        } => topic_of(channel, topic, clock),
        Reply::Topic {
            channel,
            topic: None,
        } => format!("{channel} has no topic: /topic TEXT sets one."),
        Reply::Invited { nick, channel, .. } => format!("{nick} is invited to {channel}."),
        Reply::Invitations { channels } if channels.is_empty() => {
            "You are asked into no channel.".to_owned()
        }
        Reply::Invitations { channels } => {
            format!("You are asked into {}.", comma_separated(channels))
        }
        Reply::Described { whom, key, value } => match value {
            Some(value) => format!("{} has {key} now: {value}", profile(whom)),
            None => format!("{} has no {key} any more.", profile(whom)),
        },
        Reply::Undescribed { whom, .. } => format!("{} is empty now.", profile(whom)),
        Reply::Introduced { realname } => format!("In full you are {realname} now."),
        Reply::Retracted { nick } => format!("Your latest line to {nick} is taken back."),
        Reply::Knocked { channel } => format!("The operators of {channel} have been asked."),
        Reply::Retired { nick, channel } => retired(nick, channel),
        Reply::KeptFor {
            channel,
            founder,
            operators,
        } => kept_for_whom(channel, founder.as_ref(), operators),
        Reply::Unchanged => "Nothing changes: it is so already.".to_owned(),
        Reply::Away { away } if away.until_ms.is_none() && speaks_of_an_end(away) => format!(
            "You are away{}. No end is set: it is a time such as until 13:00.",
            clock.because(away)
        ),
        Reply::Away { away } => format!("You are away{}.", clock.because(away)),
        Reply::Back => "You are available again.".to_owned(),
        Reply::Stays { on } => stays(*on).to_owned(),
        Reply::Watch { watched, now } => watch(watched, now.as_ref(), clock),
        Reply::Unwatch { watched } => format!("You watch {} no more.", watched_name(watched)),
        Reply::Block {
            whom: Whom::Person(nick),
            lasting: true,
        } => format!("You hear nothing more of {nick}."),
        Reply::Block {
            whom: Whom::Person(nick),
            ..
        } => format!("You hear nothing more of {nick}, until they disconnect."),
        Reply::Block { whom, .. } => {
            format!("You hear nothing more of whoever is {}.", whom_named(whom))
        }
        Reply::Unblock { whom } => format!("You hear {} again.", whom_named(whom)),
        Reply::Blocked { whom } if whom.is_empty() => "You block nobody.".to_owned(),
        Reply::Blocked { whom } => {
            let named: Vec<String> = whom.iter().map(whom_named).collect();
            format!("You block {}.", comma_separated(&named))
        }
        Reply::Announced {
            number,
            people,
            until_ms,
            absent,
        } => announced((*number, *people), *until_ms, *absent, clock),
        Reply::Acknowledged {
            number,
            acknowledged,
            people,
            kept,
        } => {
            format!(
                "{} {acknowledged} of {people} {} acknowledged.",
                noted(*number, *kept),
                if *people == 1 { "has" } else { "have" }
            )
        }
        Reply::RollCall {
            number,
            acknowledged,
            people,
            ..
        } => {
            format!("Announcement {number}: {acknowledged} of {people} acknowledged.")
        }
        Reply::Withdrawn { number } => format!("Announcement {number} is withdrawn."),
        Reply::Killed { nick } => format!("{nick} is off the server."),
        Reply::Listing {
            channel,
            listing,
            count,
        } => listing_head(channel.as_ref(), listing, *count),
        Reply::Board {
            channel, counts, ..
        } => board_head(channel.as_ref(), *counts),
        _ => String::new(),
    }
}

/// Whether the asker stays in their channels when they are not connected.
pub fn stays(on: bool) -> &'static str {
    match on {
        true => "You stay in your channels when you are not connected, shown as away.",
        false => "You do not stay in your channels when you are not connected.",
    }
}

/// Somebody who is not in a kept channel is its operator no more.
pub fn retired(nick: &Nick, channel: &ChannelName) -> String {
    format!("{nick} is an operator of {channel} no more when they come.")
}

/// Whose a kept channel is, and who are its operators whenever they come.
pub fn kept_for_whom(channel: &ChannelName, founder: Option<&Nick>, operators: &[Nick]) -> String {
    let founder = founder.map_or("nobody", Nick::as_str);
    match operators {
        [] => format!("{channel} is kept for {founder}."),
        operators => format!(
            "{channel} is kept for {founder}; operators whenever they come: {}.",
            comma_separated(operators)
        ),
    }
}

/// Whether somebody may think that they have said until when they are away.
fn speaks_of_an_end(away: &Away) -> bool {
    away.words()
        .split(' ')
        .any(|word| word.eq_ignore_ascii_case("until"))
}

fn comma_separated<T: ToString>(items: &[T]) -> String {
    items
        .iter()
        .map(T::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// `1 person`, `12 people`.
pub fn people(count: usize) -> String {
    if count == 1 {
        "1 person".to_owned()
    } else {
        format!("{count} people")
    }
}

fn presence(person: &Presence) -> String {
    match &person.away {
        Some(away) => format!("{} ({})", person.nick, away.words()),
        None => person.nick.to_string(),
    }
}

fn joined(channel: &ChannelName, company: &Company, made: bool, operator: bool) -> String {
    if made {
        return format!("You have made {channel} and are its operator.");
    }
    let mut names: Vec<String> = company.some.iter().map(presence).collect();
    if company.more > 0 {
        names.push(format!("{} more", company.more));
    }
    match names.pop() {
        None if operator => format!("You are in {channel}, alone, and its operator."),
        None => format!("You are in {channel}, alone."),
        Some(last) => {
            let others = match names.is_empty() {
                true => last,
                false => format!("{} and {last}", names.join(", ")),
            };
            let rank = if operator { ", and its operator" } else { "" };
            format!("You are in {channel} with {others}{rank}.")
        }
    }
}

fn topic_of(channel: &ChannelName, topic: &TopicInfo, clock: &Clock<'_>) -> String {
    format!(
        "Topic of {channel} (by {}, {}): {}",
        topic.by,
        clock.moment(topic.at_ms),
        topic.text
    )
}

fn write_earlier(
    channel: &ChannelName,
    earlier: &[Said],
    day: &mut u32,
    clock: &Clock<'_>,
    out: &mut String,
) {
    if earlier.is_empty() {
        return;
    }
    out.push_str(&earlier_in(channel));
    for said in earlier {
        tell_day(said.at_ms, day, clock, out);
        write_said(said, false, clock, out);
    }
    out.push_str(&now());
}

/// What was said in a channel follows.
pub fn earlier_in(channel: &ChannelName) -> String {
    told(&format!("Earlier in {channel}:"))
}

/// What was said between the reader and somebody follows.
pub fn earlier_with(nick: &str) -> String {
    told(&format!("Earlier between you and {nick}:"))
}

/// What was found follows.
pub fn found() -> String {
    told("Found:")
}

/// That was what was said earlier.
pub fn now() -> String {
    told("Now:")
}

/// There is nothing of a channel that the reader may read.
pub fn nothing_said_in(channel: &ChannelName) -> String {
    told(&format!(
        "Nothing said in {channel} is kept that you may read."
    ))
}

/// There is nothing of two people.
pub fn nothing_said_with(nick: &str) -> String {
    told(&format!("Nothing said between you and {nick} is kept."))
}

/// What is asked for: the next line is it.
pub fn ask_for(wanted: &Wanted) -> String {
    told(match wanted {
        Wanted::Register(_) | Wanted::LogIn(_) => "Password:",
        Wanted::Old => "Your password now:",
        Wanted::New(_) => "Your new password:",
    })
}

/// The words are nowhere.
pub fn nothing_found() -> String {
    told("Nothing like that is kept that you may read.")
}

/// When somebody was last heard of who is not here and has not been since the start.
pub fn last_heard_of(former: &Former, clock: &Clock<'_>) -> String {
    let nick = &former.identity.nick;
    let mask = match former.identity.is_known() {
        true => format!(": {}", former.identity),
        false => ".".to_owned(),
    };
    told(&format!(
        "{nick} has not been heard of since {}{mask}",
        clock.moment(former.until_ms)
    ))
}

/// The lines of what was said at some other time, behind its day if that is not `day`, which the
/// reader was last told.
pub fn letter(said: &Said, day: &mut u32, clock: &Clock<'_>) -> String {
    let mut out = String::new();
    tell_day(said.at_ms, day, clock, &mut out);
    write_said(said, false, clock, &mut out);
    out
}

/// What stands in front of so many letters.
pub fn letters_head(count: usize) -> String {
    match count {
        1 => "1 message was kept for you:".to_owned(),
        count => format!("{count} messages were kept for you:"),
    }
}

/// What stands in front of so many announcements that somebody has missed.
pub fn missed_head(count: usize) -> String {
    match count {
        1 => "You have missed 1 announcement:".to_owned(),
        count => format!("You have missed {count} announcements:"),
    }
}

/// That letters cannot be shown yet.
pub fn letters_late() -> &'static str {
    "What was kept for you cannot be read just now: it will come."
}

fn write_modes(
    channel: &ChannelName,
    modes: &crate::chat::mode::Modes,
    masks: &[Listed],
    out: &mut String,
) {
    let letters = modes::letters(modes);
    if letters.is_empty() {
        tell(out, &format!("{channel} has no modes."));
    } else {
        tell(out, &format!("Modes of {channel}: {letters}"));
    }
    for (letter, flag, meaning) in modes::FLAGS {
        if modes.flags.has(*flag) {
            tell(out, &format!("  {letter}: {meaning}"));
        }
    }
    match modes.key.as_deref() {
        Some("") => tell(out, "  k: there is a key"),
        Some(key) => tell(out, &format!("  k: the key is {key}")),
        None => {}
    }
    if let Some(limit) = modes.limit {
        tell(out, &format!("  l: at most {}", people(limit as usize)));
    }
    write_masks(masks, out);
}

fn write_masks(masks: &[Listed], out: &mut String) {
    for listed in masks {
        let word = match (listed.list, listed.mask.effect()) {
            (MaskList::Bans, Effect::Mute) => "muted",
            (MaskList::Bans, Effect::KeepOut) => "banned",
            (MaskList::Exceptions, _) => "exempt from bans",
            (MaskList::Invitees, _) => "invited for good",
        };
        tell(out, &format!("  {word}: {}", listed.mask));
    }
}

fn write_own_modes(flags: UserFlags, out: &mut String) {
    if !flags.any() {
        return tell(
            out,
            "You are nothing besides: /help self tells what you can be.",
        );
    }
    tell(
        out,
        &format!("Besides, you are +{}:", modes::user_letters(flags)),
    );
    for (letter, flag, meaning) in modes::USER_FLAGS {
        if flags.has(*flag) {
            tell(out, &format!("  {letter}: {meaning}"));
        }
    }
}

fn write_whowas(
    nick: &Nick,
    here: NameHeld,
    former: &[Former],
    clock: &Clock<'_>,
    out: &mut String,
) {
    match here {
        NameHeld::Nobody => {}
        NameHeld::Here => tell(out, &format!("{nick} is here.")),
        NameHeld::Staying { since_ms } => {
            let since = clock.moment(since_ms);
            tell(
                out,
                &format!("{nick} has not been connected since {since}."),
            );
        }
    }
    for former in former {
        let (nick, until) = (&former.identity.nick, clock.moment(former.until_ms));
        tell(
            out,
            &format!("{nick} was here until {until}: {}", former.identity),
        );
    }
}

fn write_sent(to: &Place, away: Option<&Away>, clock: &Clock<'_>, out: &mut String) {
    match to {
        Place::Channel(channel) => tell(out, &format!("To {channel}.")),
        Place::Ranked(channel, rank) => {
            tell(out, &format!("To {}{channel}.", modes::rank_sign(*rank)));
        }
        Place::Person(identity) => tell(out, &format!("To {}.", identity.nick)),
    }
    if let (Some(away), Place::Person(identity)) = (away, to) {
        tell(
            out,
            &format!("{} is away: {}.", identity.nick, clock.away(away)),
        );
    }
}

fn watched_name(watched: &Watched) -> String {
    match watched {
        Watched::Person(nick) => nick.to_string(),
        Watched::Channel(channel) => channel.to_string(),
    }
}

fn state(person: &Presence, clock: &Clock<'_>) -> String {
    match &person.away {
        Some(away) => format!("away ({})", clock.away(away)),
        None => "available".to_owned(),
    }
}

fn watch(watched: &Watched, now: Option<&Presence>, clock: &Clock<'_>) -> String {
    match (watched, now) {
        (Watched::Channel(channel), _) => format!("You watch {channel}."),
        (Watched::Person(_), Some(person)) => format!(
            "You watch {}, who is {}.",
            person.nick,
            state(person, clock)
        ),
        (Watched::Person(nick), None) => format!("You watch {nick}, who is not here."),
    }
}

fn write_watching(watched: &[(Watched, Option<Presence>)], clock: &Clock<'_>, out: &mut String) {
    if watched.is_empty() {
        return tell(
            out,
            "You watch nobody: /watch NAME or /watch #CHANNEL begins to.",
        );
    }
    tell(out, "You watch:");
    for (watched, now) in watched {
        match (watched, now) {
            (Watched::Channel(channel), _) => tell(out, &format!("  {channel}")),
            (Watched::Person(_), Some(person)) => {
                tell(out, &format!("  {}, {}", person.nick, state(person, clock)))
            }
            (Watched::Person(nick), None) => tell(out, &format!("  {nick}, not here")),
        }
    }
}

fn announced(
    (number, count): (u32, usize),
    until_ms: Option<u64>,
    absent: ForAbsent,
    clock: &Clock<'_>,
) -> String {
    let until = until_ms.map_or_else(String::new, |until_ms| {
        format!(", in force until {}", clock.moment(until_ms))
    });
    format!(
        "Announcement {number} is out to {}{until}{} /rollcall {number} tells who has acknowledged.",
        people(count),
        for_absent(absent)
    )
}

/// What ends the sentence that an announcement is out: what becomes of it for those who are away.
pub fn for_absent(absent: ForAbsent) -> &'static str {
    match absent {
        ForAbsent::Nothing => ".",
        ForAbsent::OfGuest => ". It is a guest's, and so not kept for those who are away.",
        ForAbsent::Closed => ". Those who are not in the channel now will not see it.",
        ForAbsent::Kept(Synced::Yes) => ", and kept for those who are away.",
        ForAbsent::Kept(Synced::No) => {
            ". It could not be kept for those who are away: announce it again for them later."
        }
        ForAbsent::Kept(Synced::Unknown) => {
            ". The disk is slow: whether it is kept for those who are away is not known."
        }
    }
}

/// That somebody has acknowledged an announcement.
fn noted(number: u32, kept: Synced) -> String {
    match kept {
        Synced::Yes => "Noted.".to_owned(),
        Synced::No => format!(
            "Noted for now, but not kept, for the disk takes nothing: /ack {number} again later."
        ),
        Synced::Unknown => format!(
            "Noted, but whether that is kept is not known, for the disk is slow: /ack {number} again \
             later to be sure."
        ),
    }
}

fn write_announcements(announcements: &[AnnouncementInfo], clock: &Clock<'_>, out: &mut String) {
    if announcements.is_empty() {
        return tell(out, "No announcement is in force.");
    }
    tell(out, "Announcements in force:");
    for info in announcements {
        let to = info
            .channel
            .as_ref()
            .map_or_else(String::new, |channel| format!(" to {channel}"));
        let guest = if info.guest { " (guest)" } else { "" };
        let (at, until) = (clock.moment(info.at_ms), clock.moment(info.until_ms));
        tell(
            out,
            &format!(
                "  {} by {}{guest}{to}, {at}, until {until}, {} of {} acknowledged: {}",
                info.number, info.from, info.acknowledged, info.people, info.text
            ),
        );
    }
}

fn write_whois(info: &PersonInfo, clock: &Clock<'_>, out: &mut String) {
    let person = &info.person;
    let state = match &person.away {
        Some(away) => format!("away{}", clock.because(away)),
        None => "available".to_owned(),
    };
    let (since, idle) = (clock.moment(info.since_ms), span(person.idle_ms));
    let nick = &person.identity.nick;
    tell(
        out,
        &format!("{nick}: {state}, idle {idle}, here since {since}"),
    );
    if let Some(realname) = person.identity.said_realname() {
        tell(out, &format!("  in full {realname}"));
    }
    if let Some(account) = &person.identity.account {
        tell(out, &format!("  logged in as {}", account.name));
    }
    for (_, flag, meaning) in modes::USER_FLAGS {
        if person.flags.has(*flag) && matches!(flag, UserFlag::Operator | UserFlag::Bot) {
            tell(out, &format!("  {meaning}"));
        }
    }
    if !info.channels.is_empty() {
        let standings = info.channels.iter();
        let named =
            standings.map(|standing| format!("{}{}", standing.channel, role(standing.ranks)));
        tell(
            out,
            &format!("  in {}", named.collect::<Vec<_>>().join(", ")),
        );
    }
    write_metadata(&info.metadata, out);
    tell(out, &format!("  mask {}", person.identity));
    if let Some(address) = person.address {
        tell(out, &format!("  from {address}"));
    }
}

/// Whose profile it is.
fn profile(whom: &Described) -> String {
    match whom {
        Described::Oneself => "Your profile".to_owned(),
        Described::Person(nick) => format!("The profile of {nick}"),
        Described::Channel(channel) => format!("The profile of {channel}"),
    }
}

fn write_profile(whom: &Described, metadata: &Metadata, out: &mut String) {
    if metadata.is_empty() {
        return tell(out, &format!("{} is empty.", profile(whom)));
    }
    tell(out, &format!("{}:", profile(whom)));
    write_metadata(metadata, out);
}

fn write_metadata(metadata: &Metadata, out: &mut String) {
    for (key, value) in metadata {
        tell(out, &format!("  {key}: {value}"));
    }
}

fn role(ranks: Ranks) -> &'static str {
    match modes::highest(ranks) {
        Some(Rank::Operator) => " (operator)",
        Some(Rank::HalfOperator) => " (half-operator)",
        Some(Rank::Voice) => " (voice)",
        None => "",
    }
}

fn listing_head(channel: Option<&ChannelName>, listing: &Listing, count: usize) -> String {
    match (listing, channel, count) {
        (Listing::Channels { .. }, _, 0) => {
            "No channel has that in its name or topic: /list alone lists all.".to_owned()
        }
        (Listing::Channels { .. }, _, 1) => "1 channel:".to_owned(),
        (Listing::Channels { .. }, ..) => format!("{count} channels:"),
        (_, Some(channel), _) => format!("{} in {channel}:", people(count)),
        (_, None, 0) => "Nobody here fits that: * and ? stand for any letters.".to_owned(),
        (_, None, 1) => "1 person is here:".to_owned(),
        (_, None, _) => format!("{count} people are here:"),
    }
}

/// What stands above a board: counts.
pub fn board_head(channel: Option<&ChannelName>, counts: BoardCounts) -> String {
    let place = channel.map_or_else(|| "Everyone".to_owned(), ToString::to_string);
    let absent = match counts.absent {
        0 => String::new(),
        absent => format!(", {absent} not here"),
    };
    format!(
        "{place}: {} available, {} away{absent}",
        counts.available, counts.away
    )
}

/// One row of a long answer.
pub fn row(row: &Row, clock: &Clock<'_>) -> String {
    told(&row_sentence(row, clock))
}

/// What one row of a long answer says.
pub fn row_sentence(row: &Row, clock: &Clock<'_>) -> String {
    match row {
        Row::Person(info) => person_row(info, clock),
        Row::Name { identity, ranks } => format!("  {}{}", identity.nick, role(*ranks)),
        Row::Channel(info) => channel_row(info),
        Row::Hearers { attention, nicks } => {
            let title = match attention {
                Attention::Acknowledged => "acknowledged",
                Attention::Seen => "seen",
                Attention::Missed => "not seen",
            };
            format!("  {title}: {}", comma_separated(nicks))
        }
        Row::Board {
            name_width,
            person,
            guest,
        } => {
            let guest = if *guest { " (guest)" } else { "" };
            board_row(*name_width, person, clock) + guest
        }
        Row::Absent {
            name_width,
            nick,
            since_ms,
        } => columns(
            "not here",
            nick.as_str(),
            *name_width,
            &format!("since {}", clock.moment(*since_ms)),
        ),
    }
}

fn person_row(info: &PersonRow, clock: &Clock<'_>) -> String {
    let away = info
        .away
        .as_ref()
        .map_or_else(String::new, |away| format!(", {}", clock.away_until(away)));
    format!("  {}{}{away}", info.identity.nick, role(info.ranks))
}

fn channel_row(info: &ChannelInfo) -> String {
    let topic = info
        .topic
        .as_ref()
        .map_or_else(String::new, |topic| format!(": {}", topic.text));
    format!("  {} ({}){topic}", info.name, people(info.members))
}

fn board_row(name_width: usize, info: &PersonRow, clock: &Clock<'_>) -> String {
    let nick = info.identity.nick.as_str();
    match &info.away {
        Some(away) => columns("away", nick, name_width, &clock.away(away)),
        None => columns(
            "available",
            nick,
            name_width,
            &format!("idle {}", span(info.idle_ms)),
        ),
    }
}

fn columns(state: &str, nick: &str, name_width: usize, rest: &str) -> String {
    let padding = " ".repeat(name_width.saturating_sub(nick.width()));
    format!("  {state:<9}  {nick}{padding}  {rest}")
}

/// What greets a new connection.
pub fn welcome(server: &str, population: usize) -> String {
    let here = match population {
        0 => "Nobody else is".to_owned(),
        1 => "1 person is".to_owned(),
        _ => format!("{population} people are"),
    };
    let mut out = told(&format!("Welcome to hallway on {server}. {here} here."));
    out.push_str(&ask_for_name());
    out
}

/// What becomes of the address for mail that somebody has given.
pub fn address(kept: bool) -> String {
    let sentence = if kept { ADDRESS_KEPT } else { ADDRESS_NOT_KEPT };
    told(&format!("{sentence}."))
}

/// Asks a person at the door for their name.
pub fn ask_for_name() -> String {
    told("What is your name?")
}

/// A name is somebody's own now.
pub fn registered(name: &Nick) -> String {
    told(&format!(
        "{name} is yours from now on: type /login {name} PASSWORD when you come back."
    ))
}

/// Somebody is logged in.
pub fn logged_in(name: &Nick) -> String {
    told(&format!("You are logged in as {name}."))
}

/// Somebody is a guest again.
pub fn logged_out() -> String {
    told("You are logged out, and a guest from now on.")
}

/// Somebody has another password.
pub fn password_changed() -> String {
    told("Your new password counts from now on.")
}

/// What greets a person under their name, who may have missed announcements.
pub fn hello(nick: &str, announcements: usize) -> String {
    let mut out = told(&format!(
        "Hello, {nick}. Type to talk. /help lists what else you can do."
    ));
    match announcements {
        0 => {}
        1 => tell(
            &mut out,
            "1 announcement is in force: /announcements shows it.",
        ),
        _ => tell(
            &mut out,
            &format!("{announcements} announcements are in force: /announcements lists them."),
        ),
    }
    out
}

/// Somebody who was put out with many others, whom nobody names.
pub fn put_out(channel: &ChannelName) -> String {
    told(&format!("You are out of {channel}."))
}

/// One of the asker's sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// What it is called.
    pub number: u32,
    /// What it speaks.
    pub protocol: Protocol,
    /// Where it comes from.
    pub address: IpAddr,
    /// Since when it is the asker's (Unix milliseconds).
    pub since_ms: u64,
    /// It is the one that asks.
    pub own: bool,
}

/// The sessions of the asker, a sentence each.
pub fn session_sentences(rows: &[SessionRow], clock: &Clock<'_>) -> Vec<String> {
    let head = match rows.len() {
        1 => "You have 1 session:".to_owned(),
        count => format!("You have {count} sessions:"),
    };
    let row = |row: &SessionRow| {
        let program = match row.protocol {
            Protocol::Plain => "a terminal",
            Protocol::Irc => "an IRC client",
        };
        let own = if row.own { " (this one)" } else { "" };
        let (number, address, since) = (row.number, row.address, clock.moment(row.since_ms));
        format!("  {number}: {program} at {address}, since {since}{own}")
    };
    [head].into_iter().chain(rows.iter().map(row)).collect()
}

/// The sessions of the asker.
pub fn sessions(rows: &[SessionRow], clock: &Clock<'_>) -> String {
    let sentences = session_sentences(rows, clock);
    sentences.iter().map(|sentence| told(sentence)).collect()
}

/// The session shares its person with others: so many, who are in these channels.
pub fn several_sessions(
    nick: &Nick,
    sessions: usize,
    channels: &[ChannelName],
    current: Option<ChannelName>,
) -> String {
    let places = match (current, channels) {
        (None, _) => "in no channel: /join #lobby, or another".to_owned(),
        (Some(current), [_]) => format!("and speak in {current}"),
        (Some(current), channels) => {
            let named = listed(channels.iter().map(ChannelName::as_str));
            format!("in {named}, and speak in {current}")
        }
    };
    match sessions {
        // They have stayed without any.
        1 => told(&format!("You are still here, {places}.")),
        _ => told(&format!(
            "You are {nick} in {sessions} sessions, {places}. /sessions lists them."
        )),
    }
}

/// Another session of the asker has ended.
pub fn signed_out(number: u32) -> String {
    told(&format!("Session {number} is signed out."))
}

/// Another session of the reader has ended this one.
pub fn signed_out_here() -> String {
    told("Another session of yours has signed this one out. Goodbye.")
}

/// A sentence of the session itself.
pub fn told(sentence: &str) -> String {
    let mut out = String::new();
    tell(&mut out, sentence);
    out
}

/// Lines of others wait from now on.
pub fn held() -> String {
    told("Lines of others are held back, but for announcements. /go lets them come.")
}

/// No line has waited.
pub fn nothing_held() -> String {
    told("Nothing was said meanwhile.")
}

/// The lines that waited come, for there is no room for more.
pub fn held_no_longer() -> String {
    told("So much was said that it comes now: /hold holds it back again.")
}

/// What is said to somebody who leaves, by name if they had given one.
pub fn goodbye(nick: Option<&str>) -> String {
    told(&nick.map_or_else(|| "Goodbye.".to_owned(), |nick| format!("Goodbye, {nick}.")))
}

/// What is said to everybody when the server ends.
pub fn closing_down() -> String {
    told("hallway is closing down. Goodbye.")
}

/// How times are written from now on.
pub fn times(times: Times) -> String {
    told(match times {
        Times::Short => "Times are hours and minutes from now on.",
        Times::Iso => "Times have their date, seconds and offset from now on.",
    })
}

/// What is current after a channel was left.
pub fn current(channel: Option<&ChannelName>) -> String {
    told(&match channel {
        Some(channel) => format!("You speak in {channel} now."),
        None => "You are in no channel: /join #lobby, or another.".to_owned(),
    })
}

/// The message of the day.
pub fn motd(lines: &[String]) -> String {
    lines.iter().map(|line| told(line)).collect()
}

/// What server this is, and who runs it.
pub fn about(server: &str, version: &str, admin: &[String]) -> String {
    let mut out = told(&format!("This is {server}, which runs hallway {version}."));
    admin.iter().for_each(|line| tell(&mut out, line));
    out
}

/// To whoever joins a channel: for how long what is said there is kept.
pub fn kept_for(channel: &ChannelName, ms: u64) -> String {
    const HOUR_MS: u64 = 60 * 60 * 1_000;
    let (hours, days) = (ms / HOUR_MS, ms / (24 * HOUR_MS));
    match ms {
        0 => format!("What is said in {channel} is not kept."),
        u64::MAX => format!("What is said in {channel} is kept for good."),
        _ if hours == 1 => format!("What is said in {channel} is kept for an hour."),
        _ if days == 1 && hours == 24 => format!("What is said in {channel} is kept for a day."),
        _ if hours % 24 == 0 => format!("What is said in {channel} is kept for {days} days."),
        _ => format!("What is said in {channel} is kept for {hours} hours."),
    }
}

/// The asker is an operator of the server.
pub fn rehashed() -> String {
    told("The configuration is being read again: the log says what came of it.")
}

/// All commands and statuses, by what they are about: it fits on the smallest terminal.
pub fn help(statuses: &Statuses, remembers: bool) -> String {
    let mut out = told("Type to talk: a line without a slash goes to everybody in your channel.");
    for (group, title) in GROUPS {
        let specs = commands().filter(|spec| spec.group == *group);
        let mut names: Vec<&str> = specs.map(|spec| spec.name).collect();
        if *group == Group::Availability {
            names.extend(statuses.keys().map(String::as_str));
        }
        let mut title = *title;
        for names in wrapped(&names) {
            tell(&mut out, &format!("  {title:<13}  /{}", names.join(" /")));
            title = "";
        }
    }
    tell(&mut out, "/help COMMAND tells how to use one: /help msg");
    tell(
        &mut out,
        match remembers {
            true => "What guests say privately, or are told, is not kept: /register PASSWORD.",
            false => "Nothing is kept for people who are not here: there are no accounts.",
        },
    );
    out
}

/// Names in lines that fit on the smallest terminal.
fn wrapped<'a>(names: &'a [&'a str]) -> impl Iterator<Item = &'a [&'a str]> {
    const COLUMNS: usize = 60;
    let mut used = 0;
    names.chunk_by(move |name, next| {
        used += name.len() + " /".len();
        let fits = used + next.len() + "/".len() <= COLUMNS;
        used = if fits { used } else { 0 };
        fits
    })
}

/// How to use one command.
pub fn help_for(spec: &Spec) -> String {
    told(&format!(
        "{}: {}{}",
        spec.usage(),
        spec.help,
        refusals::who(spec.who)
    ))
}

/// How to use a status.
pub fn help_for_status(name: &str, text: &str) -> String {
    told(&format!(
        "/{name} [TEXT] [until HH:MM]: the same as /away {text}"
    ))
}

/// The page that a web browser is shown.
pub fn web_page(server: &str) -> String {
    let text = format!(
        "This is hallway on {server}: a chat server, not a web site. Open a terminal and type nc \
         or telnet, then this host and this port.\n"
    );
    format!(
        "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    )
}
