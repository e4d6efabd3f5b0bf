//! WHOWAS: who had a name, also before the server was started.

use super::super::tickets::{Answered, Pending};
use super::super::{Server, SessionId};
use crate::chat::former::FORMER_MAX;
use crate::chat::name::Nick;
use crate::chat::reading::Access;
use crate::chat::time::Now;
use crate::chat::vocabulary::Reply;
use crate::protocol::irc::replies;
use crate::store::vocabulary::{Found, Query};

impl Server {
    /// The store knows who had a name before the server was started.
    pub(super) fn ask_whowas(&mut self, now: Now, id: SessionId, nick: Nick, most: usize) {
        let most = most.min(FORMER_MAX);
        let asker = self.asker(now, &Access::default());
        let query = Query::Former {
            nick: nick.clone(),
            limit: most,
        };
        self.ask_store(now, id, Pending::Whowas(nick, most), asker, query);
    }

    /// What the store cannot tell just now, the chat may still know.
    pub(in crate::server) fn tell_whowas(
        &mut self,
        now: Now,
        id: SessionId,
        nick: Nick,
        most: usize,
        answered: Answered,
    ) {
        let before = match answered {
            Answered::Found(Ok(Found::Former(former))) => former,
            _ => Vec::new(),
        };
        let reply = Reply::Whowas {
            former: self.chat.all_former(&nick, most, before),
            here: self.chat.name_held(&nick),
            nick,
        };
        let user = self.user_of(id).and_then(|user| self.chat.find_user(user));
        let Some(identity) = user.map(|user| user.identity().clone()) else {
            return;
        };
        self.write_to(id, |server, reader, out| {
            let clock = server.clock(now, id);
            replies::write(&reply, "WHOWAS", reader, &identity, &clock, out);
        });
    }
}
