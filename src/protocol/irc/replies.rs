//! Answers to the asker, as numerics; what has none is a notice.

use super::nickserv::write_notice;
use super::numerics::*;
use super::refusals::nobody_was;
use super::rows::signs;
use super::spell::Spell;
use super::tags::Tags;
use super::writer::{Line, Reader, safe};
use crate::chat::availability::Away;
use crate::chat::mode::{MaskList, Modes, UserFlag};
use crate::chat::name::{ChannelName, Nick};
use crate::chat::user::Identity;
use crate::chat::vocabulary::{
    AnnouncementInfo, Former, Listed, Listing, PersonInfo, Place, Reply, Synced, TopicInfo, Whom,
};
use crate::protocol::modes;
use crate::protocol::plain::replies::{
    board_head, for_absent, kept_for_whom, people as counted, retired, stays,
};
use crate::protocol::stamp::Clock;

/// What this server is, in the answers that have a place for it.
pub const SERVER_INFO: &str = "hallway, the chat server of this building";

/// The first half of a channel's list as numerics: a row, and the end.
const LIST_NUMERICS: &[(MaskList, &str, &str, &str)] = &[
    (
        MaskList::Bans,
        RPL_BANLIST,
        RPL_ENDOFBANLIST,
        "End of channel ban list",
    ),
    (
        MaskList::Exceptions,
        RPL_EXCEPTLIST,
        RPL_ENDOFEXCEPTLIST,
        "End of channel exception list",
    ),
    (
        MaskList::Invitees,
        RPL_INVEXLIST,
        RPL_ENDOFINVEXLIST,
        "End of channel invite exception list",
    ),
];

/// Whether a client is not told, whoever it is: that something was said, it shows by itself.
pub fn is_silent(reply: &Reply) -> bool {
    matches!(reply, Reply::Sent { away: None, .. } | Reply::Signalled)
}

/// Writes a reply for the reader, who asked for it by `verb`. `identity`: who the reader is.
pub fn write(
    reply: &Reply,
    verb: &str,
    reader: &Reader<'_>,
    identity: &Identity,
    clock: &Clock<'_>,
    out: &mut String,
) {
    match reply {
        Reply::Joined { channel, topic, .. } => {
            if let Some(topic) = topic {
                write_topic(channel, topic, reader, out);
            }
        }
        Reply::Sent {
            to: Place::Person(to),
            away: Some(away),
            ..
        } if verb == "PRIVMSG" => write_away(&to.nick, away, reader, out),
        Reply::Kept { nick } if verb == "PRIVMSG" => {
            let text = format!("Kept for {nick}");
            reader.note(out, &[verb, "MESSAGE_KEPT", nick.as_str()], &text);
        }
        Reply::Retired { nick, channel } => {
            let words = [verb, "OPERATOR_RETIRED", channel.as_str(), nick.as_str()];
            reader.note(out, &words, &retired(nick, channel));
        }
        Reply::KeptFor {
            channel,
            founder,
            operators,
        } => {
            let text = kept_for_whom(channel, founder.as_ref(), operators);
            reader.note(out, &[verb, "CHANNEL_KEPT", channel.as_str()], &text);
        }
        Reply::Topic { channel, topic } => match topic {
            Some(topic) => write_topic(channel, topic, reader, out),
            None => reader
                .numeric(out, RPL_NOTOPIC)
                .param(channel)
                .text("No topic is set"),
        },
        Reply::Invited {
            nick,
            channel,
            away,
        } => {
            drop(reader.numeric(out, RPL_INVITING).param(nick).param(channel));
            if let Some(away) = away {
                write_away(nick, away, reader, out);
            }
        }
        Reply::Invitations { channels } => write_invitations(channels, reader, out),
        Reply::Knocked { channel } => reader
            .numeric(out, RPL_KNOCKDLVR)
            .param(channel)
            .text("Your KNOCK has been delivered."),
        Reply::Modes {
            channel,
            modes,
            made_ms,
            ..
        } => write_modes(channel, modes, *made_ms, reader, out),
        Reply::Masks {
            channel,
            list,
            masks,
        } => write_masks(channel, *list, masks, reader, out),
        Reply::OwnModes { flags } => {
            let letters = format!("+{}", modes::user_letters(*flags));
            drop(reader.numeric(out, RPL_UMODEIS).param(letters));
        }
        Reply::Away { .. } => write_gone(reader, out),
        Reply::Back => write_back(reader, out),
        Reply::Stays { on } => write_notice(stays(*on), reader, out),
        Reply::Block { whom, .. } => write_silence('+', whom, identity, out),
        Reply::Unblock { whom } => write_silence('-', whom, identity, out),
        Reply::Blocked { whom } => write_silence_list(whom, reader, out),
        Reply::Announcements { announcements } => {
            write_announcements(announcements, reader, clock, out);
        }
        Reply::Whois(info) => write_whois(info, reader, out),
        // Somebody has the name now, and nobody had it before.
        Reply::Whowas { nick, former, .. } if former.is_empty() => {
            nobody_was(nick.as_str()).write(reader, out);
        }
        Reply::Whowas { nick, former, .. } => {
            former
                .iter()
                .for_each(|former| write_former(former, reader, clock, out));
            let line = reader.numeric(out, RPL_ENDOFWHOWAS).param(nick);
            line.text("End of WHOWAS");
        }
        reply => {
            if let Some(sentence) = sentence(reply) {
                reader.notice(out, sentence);
            }
        }
    }
}

/// What has no numeric.
fn sentence(reply: &Reply) -> Option<String> {
    Some(match reply {
        Reply::Announced {
            number,
            people,
            absent,
            ..
        } => format!(
            "Announcement {number} is out to {}{} ANNOUNCE ROLLCALL {number} tells who has acknowledged.",
            counted(*people),
            for_absent(*absent)
        ),
        Reply::Acknowledged {
            number,
            acknowledged,
            people,
            kept,
        } => format!(
            "Announcement {number} is noted as seen{}: {acknowledged} of {people}.",
            unless_kept(*kept)
        ),
        Reply::RollCall {
            number,
            acknowledged,
            people,
            ..
        } => format!("Announcement {number}: {acknowledged} of {people} acknowledged."),
        Reply::Withdrawn { number } => format!("Announcement {number} is withdrawn."),
        Reply::Board {
            channel, counts, ..
        } => board_head(channel.as_ref(), *counts),
        Reply::Killed { nick } => format!("{nick} is off the server."),
        _ => return None,
    })
}

/// What is said of something noted that is not kept, or perhaps not.
fn unless_kept(kept: Synced) -> &'static str {
    match kept {
        Synced::Yes => "",
        Synced::No => " for now, but not kept, for the disk takes nothing",
        Synced::Unknown => ", but whether that is kept is not known, for the disk is slow",
    }
}

/// That the reader is away: because they say so, or again.
pub fn write_gone(reader: &Reader<'_>, out: &mut String) {
    reader
        .numeric(out, RPL_NOWAWAY)
        .text("You have been marked as being away");
}

/// That the reader is available: because they say so, or by itself.
pub fn write_back(reader: &Reader<'_>, out: &mut String) {
    reader
        .numeric(out, RPL_UNAWAY)
        .text("You are no longer marked as being away");
}

/// That somebody, known by this mask, is logged in now, by whatever way.
pub fn write_logged_in(mask: impl Spell, account: &Nick, reader: &Reader<'_>, out: &mut String) {
    let line = reader.numeric(out, RPL_LOGGEDIN);
    let text = format!("You are now logged in as {account}");
    line.param(mask).param(account).text(text);
}

/// That somebody, known by this mask, is not logged in any more.
pub fn write_logged_out(mask: impl Spell, reader: &Reader<'_>, out: &mut String) {
    let line = reader.numeric(out, RPL_LOGGEDOUT);
    line.param(mask).text("You are now logged out");
}

/// That `AUTHENTICATE` has come to a good end: follows [`write_logged_in`].
pub fn write_sasl_success(reader: &Reader<'_>, out: &mut String) {
    let line = reader.numeric(out, RPL_SASLSUCCESS);
    line.text("SASL authentication successful");
}

fn write_away(nick: &Nick, away: &Away, reader: &Reader<'_>, out: &mut String) {
    let tags = Tags::new(reader.caps).away(away);
    let line = Line::tagged(out, &tags, reader.server, RPL_AWAY);
    line.param(reader.nick).param(nick).text(away.typed());
}

/// A topic, who set it and when.
pub fn write_topic(
    channel: &ChannelName,
    topic: &TopicInfo,
    reader: &Reader<'_>,
    out: &mut String,
) {
    let line = reader.numeric(out, RPL_TOPIC).param(channel);
    line.text(&topic.text);
    let line = reader.numeric(out, RPL_TOPICWHOTIME).param(channel);
    drop(line.param(&topic.by).param(topic.at_ms / 1_000));
}

fn write_invitations(channels: &[ChannelName], reader: &Reader<'_>, out: &mut String) {
    for channel in channels {
        drop(reader.numeric(out, RPL_INVITELIST).param(channel));
    }
    let line = reader.numeric(out, RPL_ENDOFINVITELIST);
    line.text("End of /INVITE list");
}

fn write_modes(
    channel: &ChannelName,
    modes: &Modes,
    made_ms: u64,
    reader: &Reader<'_>,
    out: &mut String,
) {
    let letters = modes::letters(modes);
    let letters = if letters.is_empty() { "+" } else { &letters };
    let line = reader.numeric(out, RPL_CHANNELMODEIS);
    let line = line.param(channel).param(letters);
    let line = match modes.key.as_deref() {
        Some("") => line.param("*"),
        Some(key) => line.param(key),
        None => line,
    };
    drop(match modes.limit {
        Some(limit) => line.param(limit),
        None => line,
    });
    let line = reader.numeric(out, RPL_CREATIONTIME);
    drop(line.param(channel).param(made_ms / 1_000));
}

fn write_masks(
    channel: &ChannelName,
    list: MaskList,
    masks: &[Listed],
    reader: &Reader<'_>,
    out: &mut String,
) {
    let Some((_, row, end, text)) = LIST_NUMERICS.iter().find(|(known, ..)| *known == list) else {
        return;
    };
    for listed in masks {
        let line = reader.numeric(out, row).param(channel);
        let line = line.param(modes::mask_in_full(&listed.mask));
        drop(line.param(&listed.by).param(listed.at_ms / 1_000));
    }
    reader.numeric(out, end).param(channel).text(text);
}

/// A block as `SILENCE` has it.
fn silence_mask(whom: &Whom) -> String {
    match whom {
        Whom::Person(nick) => format!("{nick}!*@*"),
        Whom::Mask(mask) => mask.pattern().to_owned(),
    }
}

fn write_silence(sign: char, whom: &Whom, identity: &Identity, out: &mut String) {
    let line = Line::new(out, "", identity, "SILENCE");
    drop(line.param(format_args!("{sign}{}", silence_mask(whom))));
}

fn write_silence_list(whom: &[Whom], reader: &Reader<'_>, out: &mut String) {
    for whom in whom {
        let line = reader.numeric(out, RPL_SILELIST).param(reader.nick);
        drop(line.param(silence_mask(whom)));
    }
    let line = reader.numeric(out, RPL_ENDOFSILELIST).param(reader.nick);
    line.text("End of Silence List");
}

fn write_announcements(
    announcements: &[AnnouncementInfo],
    reader: &Reader<'_>,
    clock: &Clock<'_>,
    out: &mut String,
) {
    if announcements.is_empty() {
        return reader.notice(out, "No announcement is in force.");
    }
    for info in announcements {
        let to = info.channel.as_ref();
        let to = to.map_or_else(String::new, |channel| format!(" to {channel}"));
        let guest = if info.guest { " (guest)" } else { "" };
        let (at, until) = (clock.moment(info.at_ms), clock.moment(info.until_ms));
        reader.notice(
            out,
            format_args!(
                "{} by {}{guest}{to}, {at}, until {until}, {} of {} acknowledged: {}",
                info.number, info.from, info.acknowledged, info.people, info.text
            ),
        );
    }
}

fn write_whois(info: &PersonInfo, reader: &Reader<'_>, out: &mut String) {
    let person = &info.person;
    let identity = &person.identity;
    let nick = &identity.nick;
    fn about<'o>(
        reader: &Reader<'_>,
        out: &'o mut String,
        numeric: &str,
        identity: &Identity,
    ) -> Line<'o> {
        reader.numeric(out, numeric).param(&identity.nick)
    }
    let line = about(reader, out, RPL_WHOISUSER, identity);
    let line = line.param(identity.username()).param(identity.host());
    line.param("*").text(identity.realname());
    write_whois_channels(info, reader, out);
    about(reader, out, RPL_WHOISSERVER, identity)
        .param(reader.server)
        .text(SERVER_INFO);
    if person.flags.has(UserFlag::Operator) {
        about(reader, out, RPL_WHOISOPERATOR, identity).text("is an IRC operator");
    }
    if let Some(account) = &identity.account {
        let line = about(reader, out, RPL_WHOISLOGGEDIN, identity);
        line.param(&account.name).text("is logged in as");
    }
    if identity.bot {
        about(reader, out, RPL_WHOISBOT, identity).text("is a program");
    }
    if let Some(away) = &person.away {
        write_away(nick, away, reader, out);
    }
    if let Some(address) = person.address {
        let letters = modes::user_letters(person.flags);
        let modes = format!("is using modes +{letters}");
        about(reader, out, RPL_WHOISMODES, identity).text(modes);
        let from = format!("is connecting from *@{address} {address}");
        about(reader, out, RPL_WHOISHOST, identity).text(from);
        about(reader, out, RPL_WHOISACTUALLY, identity)
            .param(host(&address.to_string()))
            .text("is actually using host");
    }
    for (key, value) in &info.metadata {
        let line = about(reader, out, RPL_WHOISKEYVALUE, identity);
        line.param(key.as_str()).param("*").text(&**value);
    }
    about(reader, out, RPL_WHOISIDLE, identity)
        .param(person.idle_ms / 1_000)
        .param(info.since_ms / 1_000)
        .text("seconds idle, signon time");
}

/// The end of what is told of people, whom the asker named like this.
pub fn write_end_of_whois(named: &str, reader: &Reader<'_>, out: &mut String) {
    let line = reader.numeric(out, RPL_ENDOFWHOIS).param(safe(named));
    line.text("End of /WHOIS list");
}

/// An address as a parameter in the middle: one cannot begin with a colon.
fn host(address: &str) -> String {
    match address.starts_with(':') {
        true => format!("0{address}"),
        false => address.to_owned(),
    }
}

/// In as many lines as it takes.
fn write_whois_channels(info: &PersonInfo, reader: &Reader<'_>, out: &mut String) {
    const NAMES_PER_LINE: usize = 6;
    let all = reader.caps.has(super::capabilities::Cap::MultiPrefix);
    let named = info.channels.iter();
    let named: Vec<String> = named
        .map(|standing| {
            let mut word: String = signs(standing.ranks, all).collect();
            standing.channel.spell(&mut word);
            word
        })
        .collect();
    for names in named.chunks(NAMES_PER_LINE) {
        let line = reader.numeric(out, RPL_WHOISCHANNELS);
        let line = line.param(&info.person.identity.nick);
        line.text(names.join(" "));
    }
}

fn write_former(former: &Former, reader: &Reader<'_>, clock: &Clock<'_>, out: &mut String) {
    let identity = &former.identity;
    let line = reader.numeric(out, RPL_WHOWASUSER).param(&identity.nick);
    let line = line.param(identity.username()).param(identity.host());
    line.param("*").text(identity.realname());
    let line = reader.numeric(out, RPL_WHOISSERVER).param(&identity.nick);
    line.param(reader.server)
        .text(clock.moment(former.until_ms));
}

/// Whether a long answer follows, and which sign stands in front of a channel's names.
pub fn names_sign(modes: &Modes) -> char {
    use crate::chat::mode::Flag;
    match (
        modes.flags.has(Flag::Secret),
        modes.flags.has(Flag::Private),
    ) {
        (true, _) => '@',
        (false, true) => '*',
        (false, false) => '=',
    }
}

/// The long answer that a reply begins, if it does.
pub fn listing(reply: &Reply) -> Option<&Listing> {
    match reply {
        Reply::Listing { listing, .. }
        | Reply::Board { listing, .. }
        | Reply::RollCall { listing, .. } => Some(listing),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::irc::capabilities::Caps;

    #[test]
    fn logging_in_and_out_is_told_as_sasl_3_1_has_it() {
        let reader = Reader {
            server: "s",
            nick: "jilles",
            caps: Caps::default(),
        };
        let account = Nick::parse("Jilles").expect("a name");
        let mut out = String::new();
        write_logged_in("jilles!j@host", &account, &reader, &mut out);
        write_sasl_success(&reader, &mut out);
        write_logged_out("jilles!j@host", &reader, &mut out);
        let expected = ":s 900 jilles jilles!j@host Jilles :You are now logged in as Jilles\r\n\
            :s 903 jilles :SASL authentication successful\r\n\
            :s 901 jilles jilles!j@host :You are now logged out\r\n";
        assert_eq!(out, expected);
    }
}
