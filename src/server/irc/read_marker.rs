//! Up to when people have read what (draft/read-marker): one marker for all sessions of a person,
//! kept for their account.

use std::collections::BTreeMap;

use super::super::{Server, SessionId};
use crate::chat::account::AccountId;
use crate::chat::name::ChannelName;
use crate::chat::time::{Now, write_utc};
use crate::chat::vocabulary::Target;
use crate::protocol::irc::capabilities::Cap;
use crate::protocol::irc::chathistory::target;
use crate::protocol::irc::refusals::Complaint;
use crate::store::vocabulary::Deed;

/// How many channels and private conversations one account can have markers in.
pub const READ_MARKERS_MAX: usize = 500;

/// Up to when who has read what, in Unix milliseconds. Not part of the server's state: the store has
/// it.
#[derive(Debug, Default)]
pub(in crate::server) struct ReadMarkers(BTreeMap<AccountId, BTreeMap<String, u64>>);

impl ReadMarkers {
    /// What the store remembers.
    pub(in crate::server) fn restored(markers: Vec<(AccountId, String, u64)>) -> Self {
        let mut all = Self::default();
        for (account, target, at_ms) in markers {
            all.0.entry(account).or_default().insert(target, at_ms);
        }
        all
    }

    fn get(&self, account: AccountId, target: &str) -> Option<u64> {
        self.0.get(&account)?.get(target).copied()
    }

    /// Moves a marker on, never back. Says whether there is room for it.
    fn advance(&mut self, account: AccountId, target: &str, at_ms: u64) -> bool {
        let markers = self.0.entry(account).or_default();
        if let Some(marker) = markers.get_mut(target) {
            *marker = at_ms.max(*marker);
            return true;
        }
        let is_room = markers.len() < READ_MARKERS_MAX;
        if is_room {
            markers.insert(target.to_owned(), at_ms);
        }
        is_room
    }
}

impl Server {
    /// Tells up to when somebody has read something, or notes that they have read on.
    pub(super) fn mark_read(&mut self, now: Now, id: SessionId, typed: &str, at_ms: Option<u64>) {
        let Some(folded) = target(typed).map(folded) else {
            let text = "That is neither a channel nor a person";
            return self.fail_marker(id, "INVALID_PARAMS", typed, text);
        };
        match (at_ms, self.account_of_session(id)) {
            (None, _) => self.write_marker(id, typed, &folded),
            (Some(_), None) => {
                let text = "Markers are kept for people with an account";
                self.fail_marker(id, "INTERNAL_ERROR", typed, text);
            }
            (Some(at_ms), Some(account)) => {
                let at_ms = at_ms.min(now.wall_ms);
                self.advance_marker(id, account, typed, &folded, at_ms);
            }
        }
    }

    fn advance_marker(
        &mut self,
        id: SessionId,
        account: AccountId,
        typed: &str,
        folded: &str,
        at_ms: u64,
    ) {
        let before = self.read_markers.get(account, folded);
        if before.is_none_or(|before| before < at_ms) {
            if !self.read_markers.advance(account, folded, at_ms) {
                let text = format!("At most {READ_MARKERS_MAX} markers are kept for one account");
                return self.fail_marker(id, "INTERNAL_ERROR", typed, &text);
            }
            let target = folded.to_owned();
            let deed = Deed::MarkRead {
                account,
                target,
                at_ms,
            };
            self.keep(None, deed);
            for other in self.others_of(id) {
                if self.has(other, Cap::ReadMarker) {
                    self.write_marker(other, typed, folded);
                }
            }
        }
        self.write_marker(id, typed, folded);
    }

    /// Tells a client that comes into a channel up to when its person has read it.
    pub(super) fn tell_read_marker(&mut self, id: SessionId, channel: &ChannelName) {
        if self.has(id, Cap::ReadMarker) {
            self.write_marker(id, channel.as_str(), channel.folded());
        }
    }

    fn write_marker(&mut self, id: SessionId, typed: &str, folded: &str) {
        let account = self.account_of_session(id);
        let at_ms = account.and_then(|account| self.read_markers.get(account, folded));
        let mut word = String::from("*");
        if let Some(at_ms) = at_ms {
            word = String::from("timestamp=");
            write_utc(at_ms, &mut word);
        }
        self.write_to(id, |_, reader, out| {
            drop(reader.line(out, "MARKREAD").param(typed).param(&word));
        });
    }

    fn fail_marker(&mut self, id: SessionId, code: &str, typed: &str, text: &str) {
        self.complain(id, &Complaint::fail("MARKREAD", code, &[typed], text));
    }
}

fn folded(target: Target) -> String {
    match target {
        Target::Channel(channel) | Target::Ranked(channel, _) => channel.folded().to_owned(),
        Target::Person(nick) => nick.folded().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_only_go_on_and_there_are_so_many() {
        let (ann, bob) = (AccountId(1), AccountId(2));
        let mut markers = ReadMarkers::restored(vec![(ann, "#a".to_owned(), 5)]);
        assert!(markers.advance(ann, "#a", 3));
        assert_eq!(markers.get(ann, "#a"), Some(5));
        assert!(markers.advance(ann, "#a", 7));
        assert_eq!(
            (markers.get(ann, "#a"), markers.get(bob, "#a")),
            (Some(7), None)
        );
        for number in 1..READ_MARKERS_MAX {
            assert!(markers.advance(ann, &number.to_string(), 1));
        }
        assert!(!markers.advance(ann, "one more", 1));
        assert!(markers.advance(ann, "#a", 9) && markers.advance(bob, "#a", 1));
    }
}
