//! A line of the history as what happened then, so that it is told in the same words.

use std::sync::Arc;

use super::UserId;
use super::name::ChannelName;
use super::user::Identity;
use super::vocabulary::{
    Audience, Conversation, Event, Happening, Line, MessageId, Place, Said, Told,
};
use crate::arena::Key;

/// Who said a line of the history is known by what they were called: by their key nobody is found.
const LONG_AGO: u64 = u64::MAX;

/// What happened, in a channel of this name; nothing if the line is of a channel and there is no
/// name, or if the channel was given another and nobody knows any more which it had.
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
        Conversation::Private { to_nick, .. } => {
            Some(Place::Person(Arc::new(Identity::named(to_nick))))
        }
    }
}

/// A user whom nobody finds.
pub(super) fn nobody() -> UserId {
    UserId::from(Key::from_bits(LONG_AGO))
}

fn in_channel(
    id: MessageId,
    from: Arc<Identity>,
    told: Told,
    channel: ChannelName,
) -> Option<Happening> {
    let words = |why: Option<Arc<str>>| why.map(|why| why.to_string());
    Some(match told {
        Told::Said { .. } => return None,
        Told::ChannelRenamed {
            before,
            channel,
            why,
        } => Happening::ChannelRenamed {
            by: from,
            before: before?,
            channel,
            why: words(why),
        },
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
            who: vec![Arc::new(Identity::named(nick))],
            by: from,
            channel,
            why: words(why),
        },
    })
}
