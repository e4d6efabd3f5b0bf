//! Announcements for people who were not here: shown when they come, once.
//!
//! One counts as seen when it is written to a session, as for those who are here when it is made.

use super::{Server, SessionId};
use crate::chat::name::ChannelName;
use crate::chat::time::Now;
use crate::chat::vocabulary::Event;
use crate::protocol::irc::events::write_missed;
use crate::protocol::plain::events::retell;
use crate::protocol::plain::replies;
use crate::protocol::stamp::Clock;

impl Server {
    /// Shows the person of a session which announcements they have missed; of a channel, if one is
    /// named.
    pub(super) fn show_missed(&mut self, now: Now, id: SessionId, channel: Option<&ChannelName>) {
        let Some(user) = self.user_of(id) else { return };
        let missed = self.chat.catch_up(now, user, channel);
        self.deliver(now, None);
        if missed.is_empty() {
            return;
        }
        self.tell(id, &replies::missed_head(missed.len()));
        match self.plain(id).is_some() {
            true => self.show_missed_plainly(now, id, &missed),
            false => self.write_to(id, |server, reader, out| {
                let clock = server.clock(now, id);
                let missed = missed.iter();
                missed.for_each(|event| write_missed(event, reader, &clock, out));
            }),
        }
    }

    fn show_missed_plainly(&mut self, now: Now, id: SessionId, missed: &[Event]) {
        let zone = self.settings.chat.zone.clone();
        let screen = self.screen(id);
        let clock = Clock::new(&zone, now.wall_ms, screen.times);
        let mut out = String::new();
        for event in missed {
            retell(event, false, &mut screen.day, &clock, &mut out);
        }
        self.send(id, out);
    }
}
