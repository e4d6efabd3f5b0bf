//! What clients are told of what was said earlier: in a batch if they know such (IRCv3 batch,
//! draft/chathistory, soju.im/search).

use super::super::earlier::unasked;
use super::super::history::{Subject, Unread, Wish};
use super::super::retelling::Telling;
use super::super::settings::Replay;
use super::super::tickets::{Answered, Pending};
use super::super::{Server, SessionId};
use crate::chat::name::{ChannelName, Nick};
use crate::chat::reading::Access;
use crate::chat::time::{Now, write_utc};
use crate::chat::vocabulary::{Event, Happening, MessageId, Target};
use crate::protocol::irc::capabilities::Cap;
use crate::protocol::irc::chathistory::{self, Search, stamped};
use crate::protocol::irc::commands::Request;
use crate::protocol::irc::events;
use crate::protocol::irc::refusals::Complaint;
use crate::protocol::irc::tags::{Tags, batched, tagged};
use crate::protocol::irc::writer::Line;
use crate::store::vocabulary::{Found, Partner, Query, Trouble};

impl Server {
    /// Notes that a client is to be shown what was said in a channel before it came in, once it has
    /// all that belongs to coming in. Who can ask for it asks itself.
    pub(super) fn plan_earlier(&mut self, id: SessionId, channel: &ChannelName) {
        if self.is_shown_earlier(id)
            && let Some(client) = self.client_mut(id)
        {
            let todo = Request::Earlier(channel.clone(), None);
            client
                .aside()
                .todo
                .push_front(("JOIN".to_owned(), Ok(todo)));
        }
    }

    /// Whether a client is shown what was said in a channel without asking.
    pub(super) fn is_shown_earlier(&self, id: SessionId) -> bool {
        let caps = self.caps(id);
        let wanted = match self.settings.replay {
            Replay::All => true,
            Replay::Batches => caps.batched_history(),
            Replay::Nobody => false,
        };
        self.settings.chat.remembers && wanted && !caps.has(Cap::Chathistory)
    }

    pub(super) fn replay_earlier(
        &mut self,
        now: Now,
        id: SessionId,
        channel: ChannelName,
        since: Option<MessageId>,
    ) {
        let caps = self.caps(id);
        let wish = Wish {
            events: caps.batched_history() && caps.has(Cap::EventPlayback),
            ..Wish::said(Subject::Channel(channel.clone()), unasked(since))
        };
        let held = false;
        self.read_history(now, id, wish, Telling::Earlier { channel, held });
    }

    pub(super) fn chathistory(&mut self, now: Now, id: SessionId, wish: chathistory::Wish) {
        match wish {
            chathistory::Wish::Lines(subcommand, target, window) => {
                let telling = Telling::Chathistory {
                    subcommand,
                    target: target.clone(),
                };
                let Some(subject) = chathistory::target(&target).map(subject) else {
                    return self.fail_history(id, &telling, "INVALID_TARGET", NOT_TO_BE_READ);
                };
                let wish = Wish {
                    events: self.has(id, Cap::EventPlayback),
                    ..Wish::said(subject, window)
                };
                self.read_history(now, id, wish, telling);
            }
            chathistory::Wish::Targets {
                after_ms,
                before_ms,
                limit,
            } => self.ask_targets(now, id, after_ms, before_ms, limit),
        }
    }

    pub(super) fn search_irc(&mut self, now: Now, id: SessionId, search: Search) {
        let wish = Wish {
            words: search.text,
            by: search.by,
            ..Wish::said(
                search.within.map_or(Subject::Everything, subject),
                search.window,
            )
        };
        self.read_history(now, id, wish, Telling::Search);
    }

    fn ask_targets(
        &mut self,
        now: Now,
        id: SessionId,
        after_ms: u64,
        before_ms: u64,
        limit: usize,
    ) {
        let Some(user) = self.user_of(id) else { return };
        let access = self.chat.access_to_all(user);
        let asker = self.asker(now, &access);
        let query = Query::Partners {
            open: access.open.clone(),
            after_ms,
            before_ms,
            limit,
        };
        self.ask_store(now, id, Pending::Targets(Box::new(access)), asker, query);
    }

    /// With whom there were lines: those of whom one may still know it.
    pub(in crate::server) fn tell_targets(
        &mut self,
        id: SessionId,
        access: &Access,
        answered: Answered,
    ) {
        let partners = match answered {
            Answered::Found(Ok(Found::Partners(partners))) => partners,
            Answered::Found(Err(trouble)) => return self.fail_targets(id, trouble),
            _ => return self.fail_targets(id, Trouble::TooSlow),
        };
        let batch = self.begin_batch(id, "draft/chathistory-targets", None);
        let mut rows = Vec::new();
        for (partner, at_ms) in partners {
            if let Some(target) = self.target_to_tell(id, access, partner) {
                let mut time = String::new();
                write_utc(at_ms, &mut time);
                rows.push((target, time));
            }
        }
        self.write_to(id, |_, reader, out| {
            for (target, time) in &rows {
                let tags = batch.as_ref().map(|batch| format!("batch={batch}"));
                let tags = tags.unwrap_or_default();
                let line = Line::new(out, &tags, reader.server, "CHATHISTORY");
                drop(line.param("TARGETS").param(target).param(time));
            }
        });
        self.end_batch(id, batch.as_deref());
    }

    fn target_to_tell(&self, id: SessionId, access: &Access, partner: Partner) -> Option<String> {
        let user = self.user_of(id)?;
        match partner {
            Partner::Channel(channel) => {
                let now = self.chat.access_to(user, &channel).ok()?;
                (now.account == access.account).then(|| channel.to_string())
            }
            Partner::Account(account) => {
                let same = self.chat.account_of(user).map(|own| own.id) == access.account;
                let here = self.chat.owner_here(account.id);
                let here = here.and_then(|user| self.chat.find_user(user));
                let nick: &Nick = here.map_or(&account.name, |user| user.nick());
                let wanted = same && !access.blocked.contains(&account.id);
                wanted.then(|| nick.to_string())
            }
        }
    }

    fn fail_targets(&mut self, id: SessionId, trouble: Trouble) {
        let telling = Telling::Chathistory {
            subcommand: "TARGETS".to_owned(),
            target: "*".to_owned(),
        };
        self.tell_client_unread(id, &telling, &Unread::Trouble(trouble));
    }

    /// Begins the batch that lines are told in, if the client knows batches.
    pub(in crate::server) fn begin_retelling(
        &mut self,
        id: SessionId,
        telling: &Telling,
    ) -> Option<String> {
        match telling {
            Telling::Search => self.begin_batch(id, "soju.im/search", None),
            Telling::Chathistory { target, .. } => {
                self.begin_batch(id, "chathistory", Some(target))
            }
            Telling::Earlier { channel, .. } if self.caps(id).batched_history() => {
                self.begin_batch(id, "chathistory", Some(channel.as_str()))
            }
            _ => None,
        }
    }

    /// Begins a batch, if the client knows such.
    pub(super) fn begin_batch(
        &mut self,
        id: SessionId,
        kind: &str,
        target: Option<&str>,
    ) -> Option<String> {
        if !self.has(id, Cap::Batch) {
            return None;
        }
        self.last_batch += 1;
        let reference = format!("h{}", self.last_batch);
        self.write_to(id, |_, reader, out| {
            let line = reader.line(out, "BATCH");
            let line = line.param(format_args!("+{reference}")).param(kind);
            drop(
                target
                    .into_iter()
                    .fold(line, |line, target| line.param(target)),
            );
        });
        Some(reference)
    }

    pub(in crate::server) fn end_batch(&mut self, id: SessionId, batch: Option<&str>) {
        if let Some(batch) = batch {
            self.write_to(id, |_, reader, out| {
                drop(reader.line(out, "BATCH").param(format_args!("-{batch}")));
            });
        }
    }

    /// Tells a line of the history as it was told then; whoever is not told times reads them in the
    /// text. The id is that of an event, which has none when it happens.
    pub(in crate::server) fn retell_to_client(
        &self,
        now: Now,
        id: SessionId,
        (mut event, event_id): (Event, Option<MessageId>),
        batch: Option<&str>,
        out: &mut String,
    ) {
        let reader = self.reader(id);
        if !reader.caps.has(Cap::ServerTime) {
            let time = self.clock(now, id).moment(event.at_ms);
            stamp(&mut event.what, &time);
        }
        let mut lines = String::new();
        events::write(&event, &reader, &mut lines);
        if let Some(event_id) = event_id
            && reader.caps.has(Cap::MessageTags)
        {
            lines = tagged(&lines, Tags::new(reader.caps).id(event_id).as_str());
        }
        match batch {
            Some(batch) => out.push_str(&batched(&lines, batch)),
            None => out.push_str(&lines),
        }
    }

    /// Why there is nothing to tell.
    pub(in crate::server) fn tell_client_unread(
        &mut self,
        id: SessionId,
        telling: &Telling,
        unread: &Unread,
    ) {
        match unread {
            // Whoever comes in has not asked.
            _ if matches!(telling, Telling::Earlier { .. }) => {}
            Unread::Trouble(trouble) => {
                let code = match telling {
                    Telling::Search => "INTERNAL_ERROR",
                    _ => "MESSAGE_ERROR",
                };
                self.fail_history(id, telling, code, why(*trouble));
            }
            _ => {
                let code = match telling {
                    Telling::Search => "INVALID_PARAMS",
                    _ => "INVALID_TARGET",
                };
                self.fail_history(id, telling, code, NOT_TO_BE_READ);
            }
        }
    }

    fn fail_history(&mut self, id: SessionId, telling: &Telling, code: &str, text: &str) {
        let complaint = match telling {
            Telling::Chathistory { subcommand, target } => {
                Complaint::fail("CHATHISTORY", code, &[subcommand, target], text)
            }
            _ => Complaint::fail("SEARCH", code, &[], text),
        };
        self.complain(id, &complaint);
    }
}

/// The same words whether there is something that one may not read or nothing.
const NOT_TO_BE_READ: &str = "There is no such history that you may read";

fn why(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::TooSlow => "That takes too long just now: ask for less, or try again later",
        Trouble::Full => "Too much is being looked up just now: try again in a moment",
        _ => "What was said cannot be looked up just now",
    }
}

fn subject(target: Target) -> Subject {
    match target {
        Target::Channel(channel) | Target::Ranked(channel, _) => Subject::Channel(channel),
        Target::Person(nick) => Subject::With(nick),
    }
}

fn stamp(what: &mut Happening, time: &str) {
    match what {
        Happening::Said(said) => {
            said.text = stamped(&said.text, time).into();
            // They are places in the text as it was.
            said.extras.seams.clear();
        }
        Happening::Announced { text, .. } => *text = stamped(text, time).into(),
        _ => {}
    }
}
