//! Who had a name lately.

use std::sync::Arc;

use super::Chat;
use super::name::Nick;
use super::time::Now;
use super::user::Identity;
use super::vocabulary::{Former, NameHeld, Refusal, Reply};

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
        let here = self.name_held(nick);
        let former: Vec<Former> = self.lately(nick).take(most).cloned().collect();
        if former.is_empty() && here == NameHeld::Nobody {
            return Err(Refusal::NobodyWas { nick: nick.clone() });
        }
        self.reply(Reply::Whowas {
            nick: nick.clone(),
            here,
            former,
        });
        Ok(())
    }

    /// Whether somebody has a name now.
    pub fn name_held(&self, nick: &Nick) -> NameHeld {
        let Some(who) = self.find_nick(nick) else {
            return NameHeld::Nobody;
        };
        match self.unconnected_since(who) {
            Some(since_ms) => NameHeld::Staying { since_ms },
            None => NameHeld::Here,
        }
    }

    /// Who had a name lately, the latest first.
    fn lately(&self, nick: &Nick) -> impl Iterator<Item = &Former> {
        let former = self.former.iter().rev();
        former.filter(move |former| former.identity.nick == *nick)
    }

    /// Who had a name, at most so many of them: lately, and before that as somebody else knows.
    /// Whoever has it now had not.
    pub fn all_former(&self, nick: &Nick, most: usize, before: Vec<Former>) -> Vec<Former> {
        let here = self.find_nick(nick).map(|user| &*self.user(user).identity);
        let mut all: Vec<Former> = self.lately(nick).take(most).cloned().collect();
        for former in before {
            let known = all.iter().map(|former| &*former.identity).chain(here);
            if !known
                .into_iter()
                .any(|known| is_same(known, &former.identity))
            {
                all.push(former);
            }
        }
        all.truncate(most);
        all
    }
}

/// Whether two are shown in the same words; of whom no more is known than a name is the same as
/// anybody of that name.
fn is_same(one: &Identity, other: &Identity) -> bool {
    !other.is_known() || (one.origin() == other.origin() && one.realname() == other.realname())
}
