//! Short words for long values.

use std::sync::Arc;

use hallway::chat::account::{Account, AccountId};
use hallway::chat::name::{ChannelName, Nick};
use hallway::chat::user::Identity;
use hallway::chat::vocabulary::{
    Conversation, ConversationId, Extras, Line, Manner, MessageId, Record, Told,
};
use hallway::store::vocabulary::{Asker, Deed, End, Query, Scope, Wanted};

pub(crate) fn nick(name: &str) -> Nick {
    Nick::parse(name).expect("a name")
}

pub(crate) fn channel(name: &str) -> ChannelName {
    ChannelName::parse(name).expect("a channel's name")
}

/// The id of the line of this millisecond.
pub(crate) fn id(ms: u64) -> MessageId {
    MessageId {
        ms,
        ..MessageId::default()
    }
}

pub(crate) fn said(text: &str) -> Told {
    Told::Said {
        manner: Manner::Speech,
        text: text.into(),
        extras: Extras::default(),
    }
}

/// Somebody of this name, logged in to an account of the same name, or a guest.
pub(crate) fn who(name: &str, account: Option<u64>) -> Arc<Identity> {
    let address = "192.0.2.7".parse().expect("an address");
    let mut identity = Identity::new(nick(name), "~user", "host.cloak", "", address);
    identity.account = account.map(|number| {
        Arc::new(Account {
            id: AccountId(number),
            name: nick(name),
        })
    });
    Arc::new(identity)
}

/// An open line of a guest's in conversation 1.
pub(crate) fn line(ms: u64, text: &str) -> Line {
    Line {
        id: id(ms),
        at_ms: ms,
        conversation: Conversation::Channel(ConversationId(1)),
        open: true,
        from: who("gus", None),
        told: said(text),
    }
}

pub(crate) fn in_conversation(conversation: u64, line: Line) -> Line {
    Line {
        conversation: Conversation::Channel(ConversationId(conversation)),
        ..line
    }
}

pub(crate) fn by(name: &str, account: Option<u64>, line: Line) -> Line {
    Line {
        from: who(name, account),
        ..line
    }
}

/// A private line from one account to another; accounts are called `u1`, `u2` and so on.
pub(crate) fn private(ms: u64, from: u64, to: u64, text: &str) -> Line {
    Line {
        conversation: Conversation::Private {
            from: AccountId(from),
            to: AccountId(to),
            to_nick: nick(&format!("u{to}")),
        },
        open: false,
        ..by(&format!("u{from}"), Some(from), line(ms, text))
    }
}

pub(crate) fn record(line: Line) -> Deed {
    Deed::Record(Record::Line(line))
}

pub(crate) fn begun(conversation: u64, name: &str) -> Deed {
    Deed::Record(Record::Begun {
        conversation: ConversationId(conversation),
        channel: channel(name),
        at_ms: 1,
    })
}

pub(crate) fn ended(conversation: u64) -> Deed {
    Deed::Record(Record::Ended {
        conversation: ConversationId(conversation),
    })
}

pub(crate) fn entered(conversation: u64, account: u64, from: u64) -> Deed {
    Deed::Record(Record::Entered {
        conversation: ConversationId(conversation),
        account: AccountId(account),
        from: id(from),
    })
}

pub(crate) fn exited(conversation: u64, account: u64, until: u64) -> Deed {
    Deed::Record(Record::Exited {
        conversation: ConversationId(conversation),
        account: AccountId(account),
        until: id(until),
    })
}

pub(crate) fn redacted(ms: u64) -> Deed {
    Deed::Record(Record::Redacted { id: id(ms) })
}

pub(crate) fn guest() -> Asker {
    Asker {
        account: None,
        not_before_ms: 0,
        blocked: Vec::new(),
        barred: Vec::new(),
    }
}

pub(crate) fn account(number: u64) -> Asker {
    Asker {
        account: Some(AccountId(number)),
        ..guest()
    }
}

pub(crate) fn of_channel(name: &str, current: Option<u64>) -> Scope {
    Scope::Channel {
        name: channel(name),
        current: current.map(ConversationId),
    }
}

/// The newest 50 of what was said.
pub(crate) fn wanted(scope: Scope) -> Wanted {
    Wanted {
        scope,
        after: None,
        before: None,
        limit: 50,
        end: End::Newest,
        events: false,
        words: None,
        by: None,
    }
}

pub(crate) fn search(scope: Scope, words: &str) -> Query {
    Query::Lines(Wanted {
        words: Some(words.to_owned()),
        ..wanted(scope)
    })
}
