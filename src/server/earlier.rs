//! What a plain session asks of what was said earlier, and what it is shown on coming in.

use super::history::{Subject, Unread, Wish};
use super::retelling::Telling;
use super::tickets::{Answered, Pending};
use super::{Server, SessionId};
use crate::chat::limits::HISTORY_LINES_MAX;
use crate::chat::memory::MEMORY_LINES_MAX;
use crate::chat::name::{ChannelName, Nick};
use crate::chat::reading::Access;
use crate::chat::time::Now;
use crate::chat::vocabulary::{MessageId, Point, Refusal, Target, Window};
use crate::protocol::plain::commands::{Part, Search};
use crate::protocol::plain::refusals::{self, Mistake};
use crate::protocol::plain::replies;
use crate::protocol::plain::since::Since;
use crate::store::vocabulary::{Found, Query, Trouble};

impl Server {
    /// Shows the last lines of a channel to whoever has come in, or has come back, those since they
    /// went; if they are still there.
    pub(super) fn show_earlier(
        &mut self,
        now: Now,
        id: SessionId,
        channel: ChannelName,
        since: Option<MessageId>,
    ) {
        let plain = self.plain(id);
        if plain.is_none_or(|plain| !plain.screen.is_in(&channel)) {
            return;
        }
        let subject = Subject::Channel(channel.clone());
        let wish = Wish::said(subject, unasked(since));
        let held = self.hold_for_earlier(id);
        self.read_history(now, id, wish, Telling::Earlier { channel, held });
    }

    /// Tells what was said in a channel, or to a person.
    pub(super) fn tell_history(&mut self, now: Now, id: SessionId, target: Target, part: Part) {
        let window = match part {
            Part::Last(count) => Ok(Window::newest(count)),
            Part::Since(since) => self.since(now, &since),
        };
        let window = match window {
            Ok(window) => window,
            Err(mistake) => return self.refuse(id, &refusals::mistake(&mistake)),
        };
        let (subject, telling) = match target {
            Target::Channel(channel) | Target::Ranked(channel, _) => (
                Subject::Channel(channel.clone()),
                Telling::InChannel(channel),
            ),
            Target::Person(nick) => {
                let named = nick.to_string();
                (Subject::With(nick), Telling::With(named))
            }
        };
        self.read_history(now, id, Wish::said(subject, window), telling);
    }

    /// The last of all that was said since then.
    fn since(&self, now: Now, since: &Since) -> Result<Window, Mistake> {
        let moment = since.moment(&self.settings.chat.zone, now.wall_ms);
        let at_ms = moment.ok_or(Mistake::NoSuchDay)?;
        Ok(Window {
            after: Some(Point::Moment(at_ms.saturating_sub(1))),
            ..Window::newest(HISTORY_LINES_MAX)
        })
    }

    /// Finds what was said.
    pub(super) fn search(&mut self, now: Now, id: SessionId, search: Search) {
        let window = match search.since {
            Some(since) => self.since(now, &since),
            None => Ok(Window::newest(HISTORY_LINES_MAX)),
        };
        let window = match window {
            Ok(window) => window,
            Err(mistake) => return self.refuse(id, &refusals::mistake(&mistake)),
        };
        let subject = match search.channel {
            Some(channel) => Subject::Channel(channel),
            None => Subject::Everything,
        };
        let wish = Wish {
            words: search.words,
            by: search.by,
            ..Wish::said(subject, window)
        };
        self.read_history(now, id, wish, Telling::Search);
    }

    /// Nobody of that name has been here since the start: the store may know them.
    pub(super) fn ask_last_seen(&mut self, now: Now, id: SessionId, nick: &Nick) {
        let asker = self.asker(now, &Access::default());
        let query = Query::Former {
            nick: nick.clone(),
            limit: 1,
        };
        self.ask_store(now, id, Pending::LastSeen(nick.clone()), asker, query);
    }

    pub(super) fn tell_last_seen(
        &mut self,
        now: Now,
        id: SessionId,
        nick: &Nick,
        answered: Answered,
    ) {
        let trouble = match answered {
            Answered::Found(Ok(Found::Former(former))) => {
                let clock = self.clock(now, id);
                match former.first() {
                    Some(former) => {
                        let told = replies::last_heard_of(former, &clock);
                        self.send(id, told);
                    }
                    None => {
                        let refusal = Refusal::NobodyWas { nick: nick.clone() };
                        let sentence = refusals::refusal(&refusal, None, &clock);
                        self.refuse(id, &sentence);
                    }
                }
                return;
            }
            Answered::Found(Err(trouble)) => trouble,
            _ => Trouble::TooSlow,
        };
        self.tell_unread(now, id, &Telling::Search, &Unread::Trouble(trouble));
    }
}

/// Which lines of a channel somebody is shown who has not asked: the last, or those since they went.
pub(super) fn unasked(since: Option<MessageId>) -> Window {
    match since {
        None => Window::newest(MEMORY_LINES_MAX),
        Some(last) => Window {
            after: Some(Point::Message(last)),
            ..Window::newest(HISTORY_LINES_MAX)
        },
    }
}
