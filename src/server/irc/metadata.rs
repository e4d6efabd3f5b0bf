//! What people and channels say of themselves, for clients (draft/metadata-2, draft/metadata-3).

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::session::{Session, Wait};
use super::super::{LISTING_BYTES, Output, Server, SessionId};
use super::client::Client;
use crate::chat::UserId;
use crate::chat::metadata::check_value;
use crate::chat::name::{ChannelName, Nick};
use crate::chat::time::Now;
use crate::chat::vocabulary::{
    Command, Described, METADATA_KEYS_MAX, Metadata, MetadataKey, Refusal, Reply,
};
use crate::protocol::irc::commands::Request;
use crate::protocol::irc::metadata::{
    About, Ask, Dialect, Fault, METADATA, METADATA_SUBS_MAX, Wish, about, write_bad_key,
    write_keys, write_news, write_value,
};
use crate::protocol::irc::numerics::{
    RPL_METADATASUBOK, RPL_METADATASUBS, RPL_METADATASYNCLATER, RPL_METADATAUNSUBOK,
};
use crate::protocol::irc::tags::batched;

/// The kind of batch that it comes in.
const BATCH: &str = "metadata";

/// What a client is being told of all that it may hear of.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::server) struct Syncing {
    channels: VecDeque<ChannelName>,
    people: VecDeque<UserId>,
    keys: Vec<MetadataKey>,
    batch: Option<String>,
}

/// Asking and saying.
impl Server {
    pub(super) fn hear_metadata(&mut self, now: Now, id: SessionId, wish: Wish) {
        let Wish { target, ask } = wish;
        let user = self.user_of(id);
        match (ask, about(&target), user) {
            (Ask::Subscribe(keys), Some(about), _) if self.is_oneself(id, &about) => {
                self.subscribe(id, &keys);
            }
            (Ask::Unsubscribe(keys), Some(about), _) if self.is_oneself(id, &about) => {
                self.unsubscribe(id, &keys);
            }
            (Ask::Subscriptions, Some(about), _) if self.is_oneself(id, &about) => {
                self.list_subscriptions(id);
            }
            (ask, Some(About::One(Described::Oneself)), None) => self.hear_early(id, &ask),
            (Ask::Sync, Some(About::All), Some(user)) => {
                let keys = self.subscriptions(id).to_vec();
                self.sync_all(id, user, keys, &target);
            }
            (Ask::Sync, Some(About::One(whom)), Some(user)) => self.sync(id, user, whom, &target),
            (Ask::Get(keys), Some(About::One(whom)), Some(user)) => {
                self.tell_values(id, user, &whom, &target, Some(&keys));
            }
            (Ask::List, Some(About::One(whom)), Some(user)) => {
                self.tell_values(id, user, &whom, &target, None);
            }
            (Ask::Set(key, value), Some(About::One(whom)), Some(_)) => {
                let Some(parsed) = MetadataKey::parse(&key) else {
                    return self.fail_metadata(id, Fault::Key(&key));
                };
                self.asked.context = vec![target, key];
                let key = parsed;
                self.irc_command(now, id, METADATA, Command::Describe { whom, key, value });
            }
            (Ask::Clear, Some(About::One(whom)), Some(_)) => {
                self.asked.context = vec![target, "*".to_owned()];
                self.irc_command(now, id, METADATA, Command::Undescribe { whom });
            }
            _ => self.fail_metadata(id, Fault::Target(&target)),
        }
    }

    fn is_oneself(&self, id: SessionId, about: &About) -> bool {
        match about {
            About::One(Described::Oneself) => true,
            About::One(Described::Person(nick)) => {
                let user = self.chat.find_nick(nick);
                user.is_some() && user == self.user_of(id)
            }
            About::One(Described::Channel(_)) | About::All => false,
        }
    }

    fn fail_metadata(&mut self, id: SessionId, fault: Fault<'_>) {
        let dialect = Dialect::of(self.caps(id));
        self.complain(id, &dialect.fault(fault));
    }

    /// What the chat does not change; nothing can be taken away twice in the newer version too, but
    /// that is no failure there.
    pub(super) fn refuse_metadata(&mut self, id: SessionId, refusal: &Refusal) {
        let context = std::mem::take(&mut self.asked.context);
        let [target, key] = &context[..] else { return };
        let dialect = Dialect::of(self.caps(id));
        if matches!(refusal, Refusal::NothingUnderKey { .. }) && dialect == Dialect::Three {
            return self.write_to(id, |_, reader, out| {
                let target = if target == "*" { reader.nick } else { target };
                write_value(target, key, None, reader, out);
            });
        }
        self.complain(id, &dialect.refused(refusal, target, key));
    }

    /// What the chat has changed. Says whether it was that.
    pub(super) fn tell_metadata(&mut self, id: SessionId, reply: &Reply) -> bool {
        match reply {
            Reply::Described { whom, key, value } => self.write_to(id, |_, reader, out| {
                let target = spelled(whom, reader.nick);
                write_value(target, key.as_str(), value.as_ref(), reader, out);
            }),
            Reply::Undescribed { whom, keys } => {
                let target = self.asked.context.first().cloned().unwrap_or_default();
                self.in_batch(id, &target, |_, reader, out| {
                    let target = spelled(whom, reader.nick);
                    let keys = keys.iter().map(MetadataKey::as_str);
                    keys.for_each(|key| write_value(target, key, None, reader, out));
                });
            }
            _ => return false,
        }
        true
    }

    /// What stands under these keys, as they were typed, or under any.
    fn tell_values(
        &mut self,
        id: SessionId,
        user: UserId,
        whom: &Described,
        target: &str,
        keys: Option<&[String]>,
    ) {
        match self.chat.metadata(user, whom).cloned() {
            Ok(metadata) => self.write_values(id, (whom, target), &metadata, keys),
            Err(_) => self.fail_metadata(id, Fault::Target(target)),
        }
    }

    fn write_values(
        &mut self,
        id: SessionId,
        (whom, target): (&Described, &str),
        metadata: &Metadata,
        keys: Option<&[String]>,
    ) {
        self.in_batch(id, target, |_, reader, out| {
            let name = spelled(whom, reader.nick);
            let all = || metadata.keys().map(MetadataKey::as_str).collect();
            let keys: Vec<&str> =
                keys.map_or_else(all, |keys| keys.iter().map(String::as_str).collect());
            for key in keys {
                match MetadataKey::parse(key) {
                    Some(parsed) => write_value(name, key, metadata.get(&parsed), reader, out),
                    None => write_bad_key(key, reader, out),
                }
            }
        });
    }

    /// Writes something in a batch of its own, if the client knows batches.
    fn in_batch(
        &mut self,
        id: SessionId,
        target: &str,
        write: impl FnOnce(&Self, &crate::protocol::irc::writer::Reader<'_>, &mut String),
    ) {
        let batch = self.begin_batch(id, BATCH, Some(target));
        let mut lines = String::new();
        write(self, &self.reader(id), &mut lines);
        if let Some(batch) = &batch {
            lines = batched(&lines, batch);
        }
        if !lines.is_empty() {
            self.send(id, lines);
        }
        self.end_batch(id, batch.as_deref());
    }
}

/// Before it is known whose a session is.
impl Server {
    fn hear_early(&mut self, id: SessionId, ask: &Ask) {
        match ask {
            Ask::Set(key, value) => self.note_early(id, key, value),
            Ask::Clear => {
                let said = std::mem::take(self.early(id));
                self.in_batch(id, "*", |_, reader, out| {
                    for (key, _) in &said {
                        write_value(reader.nick, key.as_str(), None, reader, out);
                    }
                });
            }
            ask => {
                let keys = match ask {
                    Ask::Get(keys) => Some(&keys[..]),
                    _ => None,
                };
                let said: Metadata = self.early(id).iter().cloned().collect();
                self.write_values(id, (&Described::Oneself, "*"), &said, keys);
            }
        }
    }

    /// What a client has said of its person before it is known who that is.
    fn early(&mut self, id: SessionId) -> &mut Vec<(MetadataKey, Arc<str>)> {
        let client = self.client_mut(id).expect("an IRC session has a client");
        &mut client.registration.get_or_insert_default().metadata
    }

    fn note_early(&mut self, id: SessionId, key: &str, value: &str) {
        let Some(parsed) = MetadataKey::parse(key) else {
            return self.fail_metadata(id, Fault::Key(key));
        };
        let said = self.early(id);
        let before = said.len();
        if value.is_empty() {
            said.retain(|(known, _)| *known != parsed);
            if said.len() == before && Dialect::of(self.caps(id)) == Dialect::Two {
                return self.fail_metadata(id, Fault::NotSet("*", key));
            }
        } else {
            if check_value(&parsed, value).is_err() {
                return self.fail_metadata(id, Fault::Value(key));
            }
            let is_new = said.iter().all(|(known, _)| *known != parsed);
            if is_new && before >= METADATA_KEYS_MAX {
                return self.fail_metadata(id, Fault::Full("*"));
            }
            said.retain(|(known, _)| *known != parsed);
            said.push((parsed, value.into()));
        }
        let value = (!value.is_empty()).then(|| Arc::from(value));
        self.write_to(id, |_, reader, out| {
            write_value(reader.nick, key, value.as_ref(), reader, out);
        });
    }

    /// What its person says of themselves, whom a client is told on coming, or when it asks to be
    /// told such things.
    pub(super) fn tell_own_metadata(&mut self, id: SessionId) {
        let user = self.user_of(id).filter(|_| self.caps(id).metadata());
        let Some(user) = user else { return };
        let nick = self
            .chat
            .find_user(user)
            .map(|user| user.nick().to_string());
        self.in_batch(id, &nick.unwrap_or_default(), |server, reader, out| {
            for (key, value) in server.chat.metadata_of(user) {
                write_news(reader.nick, key.as_str(), Some(value), reader, out);
            }
        });
    }
}

/// Hearing of changes.
impl Server {
    pub(super) fn subscriptions(&self, id: SessionId) -> &[MetadataKey] {
        let aside = self.client(id).and_then(Client::has_aside);
        aside.map_or(&[], |aside| &aside.subscriptions)
    }

    /// Whether a session is to be told that something else stands under a key: it knows what it has
    /// changed itself.
    pub(super) fn hears_of_key(&self, id: SessionId, key: &MetadataKey) -> bool {
        let asks = self.caps(id).metadata() && self.subscriptions(id).contains(key);
        asks && self.asked.by != Some(id)
    }

    fn subscribe(&mut self, id: SessionId, typed: &[String]) {
        let (mut done, mut new, mut bad) = (Vec::new(), Vec::new(), Vec::new());
        let mut left_out = None;
        for word in typed {
            let Some(key) = MetadataKey::parse(word) else {
                bad.push(word);
                continue;
            };
            let known = self.subscriptions(id);
            if !known.contains(&key) {
                if known.len() >= METADATA_SUBS_MAX {
                    left_out = Some(word);
                    break;
                }
                new.push(key.clone());
                if let Some(client) = self.client_mut(id) {
                    client.aside().subscriptions.push(key.clone());
                }
            }
            done.push(key);
        }
        self.write_to(id, |_, reader, out| {
            write_keys(RPL_METADATASUBOK, &done, reader, out);
            bad.iter().for_each(|key| write_bad_key(key, reader, out));
        });
        if let Some(key) = left_out {
            self.fail_metadata(id, Fault::TooManySubscriptions(key));
        }
        if let (Some(user), false) = (self.user_of(id), new.is_empty()) {
            self.sync_all(id, user, new, "*ALL");
        }
    }

    fn unsubscribe(&mut self, id: SessionId, typed: &[String]) {
        let (mut done, mut bad) = (Vec::new(), Vec::new());
        for word in typed {
            match MetadataKey::parse(word) {
                Some(key) => done.push(key),
                None => bad.push(word),
            }
        }
        if let Some(client) = self.client_mut(id) {
            let subscriptions = &mut client.aside().subscriptions;
            subscriptions.retain(|key| !done.contains(key));
            client.tidy();
        }
        self.write_to(id, |_, reader, out| {
            write_keys(RPL_METADATAUNSUBOK, &done, reader, out);
            bad.iter().for_each(|key| write_bad_key(key, reader, out));
        });
    }

    fn list_subscriptions(&mut self, id: SessionId) {
        let batch = self.begin_batch(id, "metadata-subs", None);
        let mut lines = String::new();
        let keys = self.subscriptions(id);
        write_keys(RPL_METADATASUBS, keys, &self.reader(id), &mut lines);
        if let Some(batch) = &batch {
            lines = batched(&lines, batch);
        }
        if !lines.is_empty() {
            self.send(id, lines);
        }
        self.end_batch(id, batch.as_deref());
    }

    /// Who asks to be told no more is subscribed to nothing.
    pub(super) fn end_subscriptions(&mut self, id: SessionId) {
        if let Some(client) = self.client_mut(id) {
            client.aside().subscriptions.clear();
            client.tidy();
        }
    }
}

/// What stands under the keys that a client is subscribed to.
impl Server {
    /// Notes that a client is to be told it of a person or a channel, once it has all else.
    pub(super) fn plan_sync(&mut self, id: SessionId, whom: Described) {
        if self.caps(id).metadata()
            && !self.subscriptions(id).is_empty()
            && let Some(client) = self.client_mut(id)
        {
            let todo = (METADATA.to_owned(), Ok(Request::SyncMetadata(whom)));
            client.aside().todo.push_front(todo);
        }
    }

    /// Another session of its person has entered a channel: a client is told to ask.
    pub(super) fn postpone_sync(&mut self, id: SessionId, channel: &ChannelName) {
        if self.caps(id).metadata() && !self.subscriptions(id).is_empty() {
            self.write_to(id, |_, reader, out| {
                let line = reader.numeric(out, RPL_METADATASYNCLATER).param(channel);
                line.param("0")
                    .text("METADATA SYNC tells what is said of them");
            });
        }
    }

    pub(super) fn sync_planned(&mut self, id: SessionId, whom: Described) {
        let Some(user) = self.user_of(id) else { return };
        let target = spelled(&whom, "*").to_owned();
        // Who has gone since needs not be told of.
        if self.chat.metadata(user, &whom).is_ok() {
            self.sync(id, user, whom, &target);
        }
    }

    fn sync(&mut self, id: SessionId, user: UserId, whom: Described, target: &str) {
        if self.chat.metadata(user, &whom).is_err() {
            return self.fail_metadata(id, Fault::Target(target));
        }
        let keys = self.subscriptions(id).to_vec();
        let (channels, people) = match whom {
            Described::Oneself => (Vec::new(), vec![user]),
            Described::Person(nick) => {
                (Vec::new(), self.chat.find_nick(&nick).into_iter().collect())
            }
            Described::Channel(name) => {
                let people = self.described_in(&name).into_iter().collect();
                (vec![name], people)
            }
        };
        self.begin_sync(id, target, (channels, people), keys);
    }

    /// Of all that a client hears of: its person, their channels, who is in them, and whom it
    /// monitors.
    fn sync_all(&mut self, id: SessionId, user: UserId, keys: Vec<MetadataKey>, target: &str) {
        let channels = self.channels_of(user);
        let mut people: BTreeSet<UserId> = channels
            .iter()
            .flat_map(|channel| self.described_in(channel))
            .collect();
        let monitored = self.client(id).map_or(&[][..], Client::monitored);
        people.extend(
            monitored
                .iter()
                .filter_map(|nick| self.chat.find_nick(nick)),
        );
        people.insert(user);
        self.begin_sync(id, target, (channels, people.into_iter().collect()), keys);
    }

    fn described_in(&self, channel: &ChannelName) -> BTreeSet<UserId> {
        self.chat.described_in(channel).collect()
    }

    fn begin_sync(
        &mut self,
        id: SessionId,
        target: &str,
        (channels, people): (Vec<ChannelName>, Vec<UserId>),
        keys: Vec<MetadataKey>,
    ) {
        let batch = self.begin_batch(id, BATCH, Some(target));
        let syncing = Syncing {
            channels: channels.into(),
            people: people.into(),
            keys,
            batch,
        };
        if let Some(session) = self.sessions.get_mut(id) {
            session.wait = Some(Box::new(Wait::Metadata(syncing)));
        }
        self.continue_sync(id);
    }

    /// Tells more, and waits for it to be read before it tells the rest.
    pub(in crate::server) fn continue_sync(&mut self, id: SessionId) {
        let session = self.sessions.get_mut(id);
        let Some(mut syncing) = session.and_then(Session::take_syncing) else {
            return;
        };
        let mut lines = String::new();
        let mut more = true;
        while more && lines.len() < LISTING_BYTES {
            more = self.write_next(id, &mut syncing, &mut lines);
        }
        if let Some(batch) = &syncing.batch {
            lines = batched(&lines, batch);
        }
        if !lines.is_empty() {
            self.send(id, lines);
        }
        if !more {
            return self.end_batch(id, syncing.batch.as_deref());
        }
        self.outputs.push(Output::AwaitDrain(id));
        if let Some(session) = self.sessions.get_mut(id) {
            session.wait = Some(Box::new(Wait::Metadata(syncing)));
        }
    }

    /// Says whether there was anybody or anything left.
    fn write_next(&self, id: SessionId, syncing: &mut Syncing, out: &mut String) -> bool {
        let Some(asker) = self.user_of(id) else {
            return false;
        };
        let channel = syncing.channels.pop_front();
        let person = match channel {
            Some(_) => None,
            None => syncing.people.pop_front(),
        };
        let found = person.and_then(|user| self.chat.find_user(user));
        let whom = match (channel, found) {
            (Some(channel), _) => Described::Channel(channel),
            (None, Some(user)) => Described::Person(user.nick().clone()),
            (None, None) => return person.is_some(),
        };
        let reader = self.reader(id);
        if let Ok(metadata) = self.chat.metadata(asker, &whom) {
            for key in &syncing.keys {
                if let Some(value) = metadata.get(key) {
                    let target = spelled(&whom, reader.nick);
                    write_news(target, key.as_str(), Some(value), &reader, out);
                }
            }
        }
        true
    }

    /// The same of somebody who has just come, whom a client monitors: it is little.
    pub(super) fn sync_at_once(&mut self, id: SessionId, nick: &Nick) {
        let user = self.chat.find_nick(nick);
        let keys = self.subscriptions(id);
        let Some(user) = user.filter(|_| self.caps(id).metadata() && !keys.is_empty()) else {
            return;
        };
        let keys = keys.to_vec();
        self.in_batch(id, nick.as_str(), |server, reader, out| {
            let metadata = server.chat.metadata_of(user);
            for key in keys.iter().filter(|key| metadata.contains_key(key)) {
                write_news(nick.as_str(), key.as_str(), metadata.get(key), reader, out);
            }
        });
    }
}

/// Whom something is said of, as messages name them.
fn spelled<'a>(whom: &'a Described, own: &'a str) -> &'a str {
    match whom {
        Described::Oneself => own,
        Described::Person(nick) => nick.as_str(),
        Described::Channel(channel) => channel.as_str(),
    }
}
