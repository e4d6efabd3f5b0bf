//! What stands in for news to clients that have not asked for it: leaving and coming again.

use super::super::{Server, SessionId};
use crate::chat::UserId;
use crate::chat::mode::ModeChange;
use crate::chat::name::ChannelName;
use crate::chat::user::Identity;
use crate::chat::vocabulary::{Event, Happening, Row};
use crate::protocol::irc::capabilities::Cap;
use crate::protocol::irc::events;
use crate::protocol::irc::replies;
use crate::protocol::irc::rows::Rows;
use crate::protocol::irc::tags::Tags;
use crate::protocol::irc::writer::Line;
use crate::protocol::modes::{RANKS, rank_letter};

/// Whether there is something that stands in for this.
pub(super) fn is_stood_in(what: &Happening) -> bool {
    matches!(
        what,
        Happening::ChannelRenamed { .. } | Happening::HostChanged { .. }
    )
}

impl Server {
    /// Tells those who have not asked for a kind of news by what they know: leaving and coming.
    pub(super) fn stand_in(&mut self, id: SessionId, user: UserId, event: &Event) {
        if let Happening::ChannelRenamed {
            before, channel, ..
        } = &event.what
            && let Some(client) = self.client_mut(id)
        {
            client.follow(before, channel);
        }
        match &event.what {
            Happening::ChannelRenamed {
                before,
                channel,
                why,
                ..
            } if !self.has(id, Cap::ChannelRename) && before != channel => {
                let why = why.as_deref().unwrap_or("renamed");
                self.leave_and_join(id, user, event.at_ms, (before, channel), why);
            }
            Happening::HostChanged { before, who }
                if !self.has(id, Cap::Chghost)
                    && self.user_of(id) != self.chat.find_nick(&who.nick) =>
            {
                self.go_and_come(id, user, event.at_ms, (before, who));
            }
            _ => {}
        }
    }

    fn leave_and_join(
        &mut self,
        id: SessionId,
        user: UserId,
        at_ms: u64,
        (before, channel): (&ChannelName, &ChannelName),
        why: &str,
    ) {
        let (Some(person), Some(found)) =
            (self.chat.find_user(user), self.chat.find_channel(channel))
        else {
            return;
        };
        if found.ranks(user).is_none() {
            // Operators of the server rename channels that they are not in.
            let told = format!("{before} is called {channel} now.");
            return self.write_to(id, |_, reader, out| reader.notice(out, told));
        }
        let identity = person.identity().clone();
        let topic = found.topic().cloned();
        self.write_to(id, |_, reader, out| {
            let tags = Tags::of(reader.caps, at_ms, &identity);
            let part = Line::tagged(out, &tags, &identity, "PART").param(before);
            part.text(why);
            events::write_join(&tags, &identity, channel, reader.caps, out);
            if let Some(topic) = &topic {
                replies::write_topic(channel, topic, reader, out);
            }
        });
        if self.caps(id).implicit_names() {
            self.write_names_at_once(id, channel);
        }
    }

    /// All names of a channel at once: it is not the session itself that asked for them.
    pub(super) fn write_names_at_once(&mut self, id: SessionId, channel: &ChannelName) {
        let (Some(form), Some(found)) = (self.names_form(channel), self.chat.find_channel(channel))
        else {
            return;
        };
        let members: Vec<UserId> = found.members().collect();
        let mut out = String::new();
        let clock = self.clock_of_server();
        let mut rows = Rows::new(self.reader(id), &form, clock);
        for user in members {
            let identity = self
                .chat
                .find_user(user)
                .map(|user| user.identity().clone());
            if let (Some(identity), Some(ranks)) = (identity, found.ranks(user)) {
                let row = Row::Name { identity, ranks };
                rows.row(&row, &mut out);
            }
        }
        rows.end(&mut out);
        self.send(id, out);
    }

    fn go_and_come(
        &mut self,
        id: SessionId,
        user: UserId,
        at_ms: u64,
        (before, who): (&Identity, &Identity),
    ) {
        let Some(other) = self.chat.find_nick(&who.nick) else {
            return;
        };
        let mut out = String::new();
        let tags = Tags::of(self.caps(id), at_ms, who);
        Line::tagged(&mut out, &tags, before, "QUIT").text("Changing host");
        let shared = self
            .chat
            .find_user(other)
            .map(|user| user.channels().to_vec());
        for channel in shared.unwrap_or_default() {
            let name = self.chat.channel_name(channel).cloned();
            let found = name.and_then(|name| self.chat.find_channel(&name));
            let Some(found) = found.filter(|found| found.ranks(user).is_some()) else {
                continue;
            };
            events::write_join(&tags, who, found.name(), self.caps(id), &mut out);
            let ranks = found.ranks(other).unwrap_or_default();
            let letters = RANKS.iter().filter(|(_, _, rank, _)| ranks.has(*rank));
            let changes: Vec<ModeChange> = letters
                .map(|(_, _, rank, _)| ModeChange::Rank(*rank, who.nick.clone(), true))
                .collect();
            if !changes.is_empty() {
                let time = Tags::new(self.caps(id)).time(at_ms);
                self.write_standing(found.name(), &time, changes, &mut out);
            }
        }
        let away = self.chat.find_user(other).and_then(|user| user.away());
        if let Some(away) = away.filter(|_| self.has(id, Cap::AwayNotify)) {
            let tags = tags.away(away);
            Line::tagged(&mut out, &tags, who, "AWAY").text(away.typed());
        }
        self.send(id, out);
    }

    /// What somebody is in a channel, as the server tells it.
    fn write_standing(
        &self,
        channel: &ChannelName,
        tags: &Tags,
        changes: Vec<ModeChange>,
        out: &mut String,
    ) {
        let letters = events::signed(changes.iter().map(|change| match change {
            ModeChange::Rank(rank, ..) => (rank_letter(*rank), true),
            _ => ('?', true),
        }));
        let line = Line::tagged(out, tags, &self.settings.name, "MODE");
        let line = line.param(channel).param(letters);
        let names = changes.iter().filter_map(|change| match change {
            ModeChange::Rank(_, nick, _) => Some(nick),
            _ => None,
        });
        drop(names.fold(line, |line, nick| line.param(nick)));
    }
}
