//! A line of the history as what happened then, so that it is told in the same words.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use super::UserId;
use super::name::{ChannelName, Nick};
use super::user::Identity;
use super::vocabulary::{
    Audience, Conversation, Event, Happening, Line, MessageId, Place, Said, Told,
};
use crate::arena::Key;

/// Who said a line of the history is known by what they were called: by their key nobody is found.
const LONG_AGO: u64 = u64::MAX;

/// What happened, in a channel of this name; nothing if the line is of a channel and there is no
/// name, or if the channel was given another.
pub fn retold(line: Line, channel: Option<ChannelName>) -> Option<Event> {
    let Line {
        id,
        at_ms,
        conversation,
        from,
        told,
        ..
    } = line;
    let what = match (told, channel) {
        (
            Told::Said {
                manner,
                text,
                extras,
            },
            channel,
        ) => Happening::Said(Said {
            id,
            at_ms,
            author: nobody(),
            from,
            place: place(conversation, channel)?,
            manner,
            text,
            extras,
        }),
        (told, Some(channel)) => in_channel(id, from, told, channel)?,
        (_, None) => return None,
    };
    Some(Event {
        at_ms,
        audience: Audience::default(),
        what,
    })
}

fn place(conversation: Conversation, channel: Option<ChannelName>) -> Option<Place> {
    match conversation {
        Conversation::Channel(_) => channel.map(Place::Channel),
        Conversation::Private { to_nick, .. } => Some(Place::Person(named(to_nick))),
    }
}

/// A user whom nobody finds.
pub(super) fn nobody() -> UserId {
    UserId::from(Key::from_bits(LONG_AGO))
}

/// Somebody of whom no more is known than what they were called.
fn named(nick: Nick) -> Arc<Identity> {
    let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    Arc::new(Identity::new(nick, "*", "*", "", nowhere))
}

fn in_channel(
    id: MessageId,
    from: Arc<Identity>,
    told: Told,
    channel: ChannelName,
) -> Option<Happening> {
    let words = |why: Option<Arc<str>>| why.map(|why| why.to_string());
    Some(match told {
        // What it was called before is not told by the line, and it is asked for as it is called now.
        Told::Said { .. } | Told::ChannelRenamed(..) => return None,
        Told::Announced { number, text } => Happening::Announced {
            number,
            id,
            guest: from.account.is_none(),
            from,
            channel: Some(channel),
            text,
        },
        Told::Topic(text) => Happening::TopicSet {
            by: from,
            channel,
            text,
        },
        Told::Joined => Happening::Joined {
            who: from,
            channel,
            away: None,
        },
        Told::Left(why) => Happening::Left {
            who: from,
            channel,
            why: words(why),
        },
        Told::Quit(why) => Happening::Departed {
            who: from,
            why,
            own_words: false,
        },
        Told::Renamed(nick) => Happening::Renamed { who: from, nick },
        Told::Kicked(nick, why) => Happening::Kicked {
            who: vec![named(nick)],
            by: from,
            channel,
            why: words(why),
        },
    })
}
