//! Who had a name lately.

use std::sync::Arc;

use super::Chat;
use super::name::Nick;
use super::time::Now;
use super::user::Identity;
use super::vocabulary::{Former, Refusal, Reply};

/// How many of those who have gone, or have another name, are remembered.
pub const FORMER_MAX: usize = 500;

impl Chat {
    pub(super) fn note_former(&mut self, now: Now, identity: Arc<Identity>) {
        if self.former.len() >= FORMER_MAX {
            self.former.pop_front();
        }
        self.former.push_back(Former {
            identity,
            until_ms: now.wall_ms,
        });
    }

    pub(super) fn whowas(&mut self, nick: &Nick, most: usize) -> Result<(), Refusal> {
        let here = self.is_taken(nick);
        let named = self.former.iter().rev();
        let named = named.filter(|former| former.identity.nick == *nick);
        let former: Vec<Former> = named.take(most).cloned().collect();
        if former.is_empty() && !here {
            return Err(Refusal::NobodyWas { nick: nick.clone() });
        }
        self.reply(Reply::Whowas {
            nick: nick.clone(),
            here,
            former,
        });
        Ok(())
    }
}
