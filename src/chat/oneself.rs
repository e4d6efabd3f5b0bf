//! What a person decides about themselves: their full name, and what they are besides.

use std::sync::Arc;

use super::limits::REALNAME_BYTES_MAX;
use super::mode::UserFlag;
use super::time::Now;
use super::vocabulary::{Happening, Refusal, Reply};
use super::{Chat, UserId};

impl Chat {
    pub(super) fn introduce(
        &mut self,
        now: Now,
        who: UserId,
        realname: String,
    ) -> Result<(), Refusal> {
        if realname.trim().is_empty() {
            return Err(Refusal::NothingToSay);
        }
        if realname.len() > REALNAME_BYTES_MAX {
            return Err(Refusal::TooLong {
                what: "a full name",
                max_bytes: REALNAME_BYTES_MAX,
            });
        }
        let identity = self.user(who).identity.with_realname(&realname);
        self.user_mut(who).identity = Arc::new(identity);
        let audience = self.clients_around(who);
        let who = self.user(who).identity.clone();
        self.event(now, audience, Happening::Introduced { who });
        self.reply(Reply::Introduced { realname });
        Ok(())
    }

    pub(super) fn own_modes(&mut self, who: UserId) -> Result<(), Refusal> {
        let flags = self.user(who).flags;
        self.reply(Reply::OwnModes { flags });
        Ok(())
    }

    /// Nobody can make themselves an operator of the server: that change is passed over.
    pub(super) fn set_own_modes(
        &mut self,
        now: Now,
        who: UserId,
        changes: Vec<(UserFlag, bool)>,
    ) -> Result<(), Refusal> {
        let usurps = |change: &(UserFlag, bool)| *change == (UserFlag::Operator, true);
        let changes = changes.into_iter().filter(|change| !usurps(change));
        let done: Vec<_> = changes
            .filter(|(flag, on)| self.set_flag(who, *flag, *on))
            .collect();
        let user = self.user_mut(who);
        let bot = user.flags.has(UserFlag::Bot);
        if user.identity.bot != bot {
            user.identity = Arc::new(user.identity.with_bot(bot));
        }
        if done.is_empty() {
            self.reply(Reply::Unchanged);
        } else {
            self.tell_own_modes(now, who, done);
        }
        Ok(())
    }

    /// Says whether that changed anything.
    pub(super) fn set_flag(&mut self, who: UserId, flag: UserFlag, on: bool) -> bool {
        let changed = self.user_mut(who).flags.set(flag, on);
        let count = match flag {
            UserFlag::Invisible => &mut self.invisible,
            UserFlag::Operator => &mut self.operators,
            UserFlag::Wallops | UserFlag::Bot | UserFlag::AccountsWrite => return changed,
        };
        match (changed, on) {
            (true, true) => *count += 1,
            (true, false) => *count -= 1,
            (false, _) => {}
        }
        changed
    }

    fn tell_own_modes(&mut self, now: Now, user: UserId, changes: Vec<(UserFlag, bool)>) {
        let who = self.user(user).identity.clone();
        let audience = self.outbox.only([user]);
        self.event(now, audience, Happening::OwnModesChanged { who, changes });
    }

    /// Makes somebody an operator of the server, whom others then see under `host` if there is one.
    pub fn make_operator(&mut self, now: Now, who: UserId, host: Option<&str>) {
        if self.users.get(who).is_none() {
            return;
        }
        if self.set_flag(who, UserFlag::Operator, true) {
            self.tell_own_modes(now, who, vec![(UserFlag::Operator, true)]);
        } else {
            self.reply(Reply::Unchanged);
        }
        if let Some(host) = host {
            self.change_host(now, who, host);
        }
    }

    /// Makes somebody an operator of the server, or no longer: nobody is told.
    pub fn set_operator(&mut self, who: UserId, operator: bool) {
        self.set_flag(who, UserFlag::Operator, operator);
    }

    fn change_host(&mut self, now: Now, who: UserId, host: &str) {
        let before = self.user(who).identity.clone();
        if before.host() == host {
            return;
        }
        let identity = before.with_host(host);
        self.user_mut(who).identity = Arc::new(identity);
        self.review_standing_blocks(who);
        let audience = self.clients_around(who);
        let who = self.user(who).identity.clone();
        self.event(now, audience, Happening::HostChanged { before, who });
    }
}
