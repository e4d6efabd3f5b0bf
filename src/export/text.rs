//! Lines in the shapes of the plain protocol, with the whole time: `TIME WHERE NAME: text`, and
//! `TIME * sentence` for what happened.

use crate::chat::name::ChannelName;
use crate::chat::time::Zone;
use crate::chat::vocabulary::{Conversation, Manner, Told};
use crate::protocol::plain::printable::printable;
use crate::store::Exported;

/// Appends a line; what was said in several lines becomes several.
pub(super) fn spell(exported: &Exported, zone: &Zone, out: &mut String) {
    let place = place(exported);
    let line = &exported.line;
    let from = line.from.nick.as_str();
    let mut write = |words: &str| {
        zone.civil(line.at_ms).write_iso(out);
        out.push(' ');
        out.push_str(words);
        out.push('\n');
    };
    match &line.told {
        Told::Said { manner, text, .. } => {
            for text in text.split('\n').map(printable) {
                if !text.trim().is_empty() {
                    write(&said(&place, *manner, from, &text));
                }
            }
        }
        Told::Announced { number, text } => {
            write(&format!("{place} !!!{number} {from}: {}", printable(text)));
        }
        happened => write(&format!(
            "* {}",
            printable(&sentence(happened, from, &place))
        )),
    }
}

fn place(exported: &Exported) -> String {
    match (&exported.channel, &exported.line.conversation) {
        (None, Conversation::Private { to_nick, .. }) => format!("private to {to_nick}"),
        (channel, _) => channel.iter().map(ToString::to_string).collect(),
    }
}

fn said(place: &str, manner: Manner, from: &str, text: &str) -> String {
    match manner {
        Manner::Action => format!("{place} * {from} {text}"),
        Manner::Notice => format!("{place} -{from}- {text}"),
        Manner::Speech | Manner::Request | Manner::Answer => format!("{place} {from}: {text}"),
    }
}

/// What happened, as the plain protocol tells it.
fn sentence(told: &Told, from: &str, place: &str) -> String {
    match told {
        Told::Joined => format!("{from} joined {place}."),
        Told::Left(why) => format!("{from} left {place}{}.", because(why.as_deref())),
        Told::Quit(why) => format!("{from} has gone{}.", because(Some(why))),
        Told::Renamed(nick) => format!("{from} is now called {nick}."),
        Told::Kicked(nick, why) => format!(
            "{nick} was put out of {place} by {from}{}.",
            because(why.as_deref())
        ),
        Told::ChannelRenamed {
            before,
            channel,
            why,
        } => format!(
            "{from} renamed {}: it is {channel} now{}.",
            before.as_ref().map_or("the channel", ChannelName::as_str),
            because(why.as_deref())
        ),
        Told::Topic(text) if text.is_empty() => format!("{from} cleared the topic of {place}."),
        Told::Topic(text) => format!("{from} set the topic of {place}: {text}"),
        Told::Said { .. } | Told::Announced { .. } => String::new(),
    }
}

fn because(why: Option<&str>) -> String {
    why.map_or_else(String::new, |why| format!(" ({why})"))
}
