//! What people say of themselves, and who runs a channel of it. What the owner of an account says is
//! theirs, here or not; what a guest says ends with them, and what is said of a channel with it: that of
//! one that is kept is there again after a restart.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::account::AccountId;
use super::name::ChannelName;
use super::time::Now;
use super::vocabulary::{
    Audience, Described, Happening, Limited, METADATA_KEYS_MAX, METADATA_VALUE_BYTES_MAX, Metadata,
    MetadataKey, Place, Record, Refusal, Reply,
};
use super::{ChannelId, Chat, UserId};

/// Whose it is. Most people and channels have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Holder {
    /// The owner of an account.
    Account(AccountId),
    /// A guest.
    Guest(UserId),
    /// A channel.
    Channel(ChannelId),
}

/// What a person or a channel that is there has of it.
static NONE: Metadata = Metadata::new();

impl Chat {
    /// What somebody may know of a person or a channel.
    ///
    /// # Errors
    /// There is none, as far as they may know.
    pub fn metadata(&self, who: UserId, whom: &Described) -> Result<&Metadata, Refusal> {
        let holder = match whom {
            Described::Oneself => self.holder(who),
            Described::Person(nick) => self.holder(self.person(nick)?),
            Described::Channel(channel) => Holder::Channel(self.seen(who, channel)?),
        };
        Ok(self.said_of(holder))
    }

    pub(super) fn said_of(&self, holder: Holder) -> &Metadata {
        self.metadata.get(&holder).unwrap_or(&NONE)
    }

    /// This was said before the server was started.
    pub(super) fn take_up_metadata(&mut self, holder: Holder, said: Metadata) {
        if !said.is_empty() {
            self.metadata.insert(holder, said);
        }
    }

    /// What somebody who is here says of themselves.
    pub fn metadata_of(&self, user: UserId) -> &Metadata {
        let holder = self.users.get(user).map(|_| self.holder(user));
        holder.map_or(&NONE, |holder| self.said_of(holder))
    }

    /// The same, under keys of which it is known what stands under them.
    pub(super) fn known_metadata_of(&self, user: UserId) -> Metadata {
        let all = self.metadata_of(user).iter();
        let known = all.filter(|(key, _)| key.shape().is_some());
        known
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }

    /// Those in a channel who say anything of themselves.
    pub fn described_in(&self, channel: &ChannelName) -> impl Iterator<Item = UserId> {
        let members = self.find_channel(channel).into_iter();
        let members = members.flat_map(|channel| channel.members());
        members.filter(|user| self.metadata.contains_key(&self.holder(*user)))
    }

    fn holder(&self, who: UserId) -> Holder {
        let account = self.user(who).identity.account.as_ref();
        account.map_or(Holder::Guest(who), |account| Holder::Account(account.id))
    }

    /// Whose a change would be, if somebody may make it.
    fn may_describe(&self, who: UserId, whom: &Described) -> Result<Holder, Refusal> {
        match whom {
            Described::Oneself => Ok(self.holder(who)),
            Described::Person(nick) => match self.person(nick)? {
                user if user == who => Ok(self.holder(who)),
                _ => Err(Refusal::NotYourProfile { nick: nick.clone() }),
            },
            Described::Channel(channel) => {
                let id = self.run_from_inside(who, channel)?;
                Ok(Holder::Channel(id))
            }
        }
    }

    pub(super) fn describe(
        &mut self,
        now: Now,
        who: UserId,
        whom: Described,
        key: MetadataKey,
        value: &str,
    ) -> Result<(), Refusal> {
        let holder = self.may_describe(who, &whom)?;
        let value: Option<Arc<str>> = (!value.is_empty()).then(|| value.into());
        let known = self.said_of(holder);
        match &value {
            None if !known.contains_key(&key) => return Err(Refusal::NothingUnderKey { key }),
            None => {}
            Some(value) => {
                check_value(&key, value)?;
                if !known.contains_key(&key) && known.len() >= METADATA_KEYS_MAX {
                    return Err(Refusal::TooMany {
                        what: Limited::Keys,
                        max: METADATA_KEYS_MAX,
                    });
                }
            }
        }
        self.set_metadata(now, who, holder, key.clone(), value.clone());
        self.reply(Reply::Described { whom, key, value });
        Ok(())
    }

    /// Takes away all that is said of somebody or a channel.
    pub(super) fn undescribe(
        &mut self,
        now: Now,
        who: UserId,
        whom: Described,
    ) -> Result<(), Refusal> {
        let holder = self.may_describe(who, &whom)?;
        let known = self.said_of(holder);
        let keys: Vec<MetadataKey> = known.keys().cloned().collect();
        for key in &keys {
            self.set_metadata(now, who, holder, key.clone(), None);
        }
        self.reply(Reply::Undescribed { whom, keys });
        Ok(())
    }

    pub(super) fn description(&mut self, who: UserId, whom: Described) -> Result<(), Refusal> {
        let metadata = self.metadata(who, &whom)?.clone();
        self.reply(Reply::Description { whom, metadata });
        Ok(())
    }

    /// What somebody says of themselves from the beginning, as far as there is room for it and it can
    /// be said.
    pub fn describe_at_first(&mut self, now: Now, who: UserId, said: Vec<(MetadataKey, Arc<str>)>) {
        let holder = self.holder(who);
        for (key, value) in said {
            let known = self.said_of(holder);
            let is_room = known.contains_key(&key) || known.len() < METADATA_KEYS_MAX;
            if is_room && check_value(&key, &value).is_ok() {
                self.set_metadata(now, who, holder, key, Some(value));
            }
        }
    }

    /// Nobody hears of what stays as it is.
    fn set_metadata(
        &mut self,
        now: Now,
        who: UserId,
        holder: Holder,
        key: MetadataKey,
        value: Option<Arc<str>>,
    ) {
        let metadata = self.metadata.entry(holder).or_default();
        let before = match value.clone() {
            Some(value) => metadata.insert(key.clone(), value),
            None => metadata.remove(&key),
        };
        if metadata.is_empty() {
            self.metadata.remove(&holder);
        }
        if before == value {
            return;
        }
        if let Holder::Account(account) = holder {
            self.record(Record::Described {
                account,
                key: key.clone(),
                value: value.clone(),
            });
        }
        match holder {
            Holder::Account(_) | Holder::Guest(_) => self.tell_described(now, who, key, value),
            Holder::Channel(id) => {
                self.note_kept(id, false);
                let of = Place::Channel(self.channel(id).name.clone());
                let members: Vec<UserId> = self.channel(id).members().collect();
                let audience = Audience {
                    tracking: self.outbox.span(members),
                    ..Audience::default()
                };
                self.event(now, audience, Happening::Described { of, key, value });
            }
        }
    }

    fn tell_described(&mut self, now: Now, who: UserId, key: MetadataKey, value: Option<Arc<str>>) {
        let of = Place::Person(self.user(who).identity.clone());
        let audience = self.clients_around(who);
        self.event(now, audience, Happening::Described { of, key, value });
    }

    /// Somebody has logged in or out: what they say of themselves is something else from now on. Who
    /// logs in goes on saying what they said as a guest, but under keys that are their account's.
    pub(super) fn change_metadata(&mut self, now: Now, who: UserId, before: &Metadata) {
        if let Holder::Account(account) = self.holder(who) {
            let said = self.metadata.remove(&Holder::Guest(who));
            self.adopt_metadata(account, said.unwrap_or_default());
        }
        let after = self.metadata_of(who).clone();
        let keys: BTreeSet<&MetadataKey> = before.keys().chain(after.keys()).collect();
        for key in keys {
            let value = after.get(key).cloned();
            if before.get(key) != value.as_ref() {
                self.tell_described(now, who, key.clone(), value);
            }
        }
    }

    fn adopt_metadata(&mut self, account: AccountId, said: Metadata) {
        for (key, value) in said {
            let metadata = self.metadata.entry(Holder::Account(account)).or_default();
            if metadata.contains_key(&key) || metadata.len() >= METADATA_KEYS_MAX {
                continue;
            }
            metadata.insert(key.clone(), value.clone());
            self.record(Record::Described {
                account,
                key,
                value: Some(value),
            });
        }
    }

    /// What a guest who goes has said ends with them.
    pub(super) fn end_metadata(&mut self, holder: Holder) {
        self.metadata.remove(&holder);
    }
}

/// Refuses a text that cannot stand under a key.
///
/// # Errors
/// It is too long, or something else than what stands there.
pub fn check_value(key: &MetadataKey, value: &str) -> Result<(), Refusal> {
    if value.len() > METADATA_VALUE_BYTES_MAX {
        return Err(Refusal::TooLong {
            what: "what stands under a key",
            max_bytes: METADATA_VALUE_BYTES_MAX,
        });
    }
    match key.fits(value) {
        true => Ok(()),
        false => Err(Refusal::NotUnderKey { key: key.clone() }),
    }
}
