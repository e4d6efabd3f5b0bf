//! What was read, from the flags or from a file, before the defaults fill the gaps.

use super::addr::addresses;
use super::allow::{Admission, Allow};
use super::fault::{Verdict, must_be};
use super::machine::Machine;
use super::motd;
use super::operator::{self, Candidate};
use super::quantity::{self, Pace};
use super::word::{self, ADMIN_LINES_MAX, LOBBY};
use super::{
    Accounts, Announcements, Config, History, Listener, Protocol, Registration, Replay, Transport,
    Who,
};
use crate::chat::name::{ChannelName, Nick};
use crate::email::Emails;
use crate::verifier::ITERATIONS;
use std::collections::BTreeMap;
use std::net::{Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const PLAIN_PORT: u16 = 2323;
const IRC_PORT: u16 = 6667;
const PACE: Pace = Pace {
    burst: 40,
    per_second: 10,
};
const ANNOUNCEMENTS: Announcements = Announcements {
    who: Who::Everyone,
    every_ms: 5 * 60 * 1000,
    burst: 2,
};
const STATUSES: [(&str, &str); 4] = [
    ("lunch", "At lunch"),
    ("busy", "Busy"),
    ("meeting", "In a meeting"),
    ("training", "In training"),
];
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
const HISTORY: History = History {
    messages_ms: 365 * DAY_MS,
    events_ms: 30 * DAY_MS,
    bytes_max: None,
};
const SEND_QUEUE_BYTES: usize = 1 << 20;
const NAME_WITHIN_MS: u64 = 60 * 1000;
const GUEST_HISTORY_MS: Option<u64> = Some(24 * 60 * 60 * 1000);

/// Those values that one source gave. A list that is empty was not given: `allow`, `plain` and
/// `irc` cannot be given empty, and to give no permanent channel means the default.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// The names of commands, which a status cannot have.
    reserved: Vec<String>,
    /// Where relative paths to what is read at once begin.
    directory: PathBuf,
    listeners: Vec<Listener>,
    name: Option<String>,
    data: Option<Option<PathBuf>>,
    allow: Vec<Admission>,
    pace: Option<Option<Pace>>,
    zone: Option<String>,
    motd: Option<Arc<[String]>>,
    network: Option<String>,
    admin: Vec<String>,
    channel_modes: Option<String>,
    permanent: Vec<ChannelName>,
    who: Option<Who>,
    every_ms: Option<u64>,
    burst: Option<u32>,
    registration: Option<Registration>,
    before_connect: Option<bool>,
    custom_names: Option<bool>,
    email: Option<Emails>,
    iterations: Option<u32>,
    operator_accounts: Vec<Nick>,
    statuses: Option<BTreeMap<String, String>>,
    send_queue_bytes: Option<usize>,
    name_within_ms: Option<u64>,
    guest_history_ms: Option<Option<u64>>,
    irc_replay: Option<Replay>,
    keep_messages_ms: Option<u64>,
    keep_events_ms: Option<u64>,
    history_bytes: Option<Option<u64>>,
    keeps: BTreeMap<ChannelName, u64>,
    operators: Vec<Candidate>,
}

/// How each value gets into the draft. The table of keys names these.
impl Draft {
    pub(super) fn new(reserved: &[&str], directory: &Path) -> Draft {
        Draft {
            reserved: reserved.iter().copied().map(str::to_owned).collect(),
            directory: directory.to_owned(),
            ..Draft::default()
        }
    }

    pub(super) fn plain(&mut self, text: &str) -> Verdict {
        self.listen(Protocol::Plain, text)
    }

    pub(super) fn irc(&mut self, text: &str) -> Verdict {
        self.listen(Protocol::Irc, text)
    }

    fn listen(&mut self, protocol: Protocol, text: &str) -> Verdict {
        for addr in addresses(text)? {
            self.not_yet_heard(addr)?;
            self.listeners.push(Listener {
                addr,
                transport: Transport::Tcp,
                protocol,
            });
        }
        Ok(())
    }

    fn not_yet_heard(&self, addr: SocketAddr) -> Verdict {
        let same = |known: &&Listener| known.addr == addr && addr.port() != 0;
        match self.listeners.iter().find(same) {
            Some(known) => Err(format!(
                "must name each address once: {addr} is given to {} already",
                known.protocol.as_str()
            )),
            None => Ok(()),
        }
    }

    pub(super) fn name(&mut self, text: &str) -> Verdict {
        set(&mut self.name, word::server_name(text))
    }

    pub(super) fn data(&mut self, text: &str) -> Verdict {
        set(&mut self.data, word::data(text))
    }

    pub(super) fn allow(&mut self, text: &str) -> Verdict {
        self.allow.push(Admission::parse(text)?);
        Ok(())
    }

    pub(super) fn pace(&mut self, text: &str) -> Verdict {
        set(&mut self.pace, quantity::pace(text))
    }

    pub(super) fn zone(&mut self, text: &str) -> Verdict {
        set(&mut self.zone, super::zone::zone(text))
    }

    pub(super) fn motd(&mut self, text: &str) -> Verdict {
        set(&mut self.motd, motd::read(&self.directory.join(text)))
    }

    pub(super) fn network(&mut self, text: &str) -> Verdict {
        set(&mut self.network, word::network(text))
    }

    pub(super) fn admin(&mut self, text: &str) -> Verdict {
        if self.admin.len() == ADMIN_LINES_MAX {
            return Err(format!("must hold at most {ADMIN_LINES_MAX} lines"));
        }
        word::admin_line(text)?;
        self.admin.push(text.to_owned());
        Ok(())
    }

    pub(super) fn channel_modes(&mut self, text: &str) -> Verdict {
        set(&mut self.channel_modes, word::channel_modes(text))
    }

    pub(super) fn permanent(&mut self, text: &str) -> Verdict {
        self.permanent.push(word::channel(text)?);
        Ok(())
    }

    pub(super) fn who(&mut self, text: &str) -> Verdict {
        let all = [Who::Everyone, Who::Registered, Who::Operators];
        let named = all.into_iter().find(|who| who.as_str() == text);
        let wanted = "\"everyone\", \"registered\" or \"operators\"";
        set(
            &mut self.who,
            named.map_or_else(|| must_be(wanted, text), Ok),
        )
    }

    pub(super) fn every(&mut self, text: &str) -> Verdict {
        set(&mut self.every_ms, quantity::duration_ms(text))
    }

    pub(super) fn burst(&mut self, number: u32) {
        self.burst = Some(number);
    }

    pub(super) fn registration(&mut self, text: &str) -> Verdict {
        let all = [Registration::Open, Registration::Operator];
        let named = all.into_iter().find(|who| who.as_str() == text);
        let wanted = "\"open\" or \"operator\"";
        set(
            &mut self.registration,
            named.map_or_else(|| must_be(wanted, text), Ok),
        )
    }

    pub(super) fn before_connect(&mut self, on: bool) {
        self.before_connect = Some(on);
    }

    pub(super) fn custom_names(&mut self, on: bool) {
        self.custom_names = Some(on);
    }

    pub(super) fn email(&mut self, text: &str) -> Verdict {
        let named = Emails::ALL
            .into_iter()
            .find(|emails| emails.as_str() == text);
        let wanted = "\"ignored\", \"optional\" or \"required\"";
        set(
            &mut self.email,
            named.map_or_else(|| must_be(wanted, text), Ok),
        )
    }

    pub(super) fn iterations(&mut self, number: u32) {
        self.iterations = Some(number);
    }

    pub(super) fn operator_account(&mut self, text: &str) -> Verdict {
        self.operator_accounts.push(word::account(text)?);
        Ok(())
    }

    pub(super) fn no_statuses(&mut self) {
        self.statuses = Some(BTreeMap::new());
    }

    pub(super) fn status(&mut self, name: &str, text: &str) -> Verdict {
        word::status_name(name, &self.reserved)?;
        word::status_text(text)?;
        let statuses = self.statuses.get_or_insert_default();
        statuses.insert(name.to_owned(), text.to_owned());
        Ok(())
    }

    pub(super) fn send_queue(&mut self, text: &str) -> Verdict {
        set(&mut self.send_queue_bytes, quantity::send_queue_bytes(text))
    }

    pub(super) fn name_within(&mut self, text: &str) -> Verdict {
        set(&mut self.name_within_ms, quantity::duration_ms(text))
    }

    pub(super) fn guest_history(&mut self, text: &str) -> Verdict {
        set(&mut self.guest_history_ms, quantity::guest_history_ms(text))
    }

    pub(super) fn irc_replay(&mut self, text: &str) -> Verdict {
        let all = [Replay::All, Replay::Batches, Replay::Nobody];
        let named = all.into_iter().find(|replay| replay.as_str() == text);
        let wanted = "\"all\", \"batches\" or \"none\"";
        set(
            &mut self.irc_replay,
            named.map_or_else(|| must_be(wanted, text), Ok),
        )
    }

    pub(super) fn keep_messages(&mut self, text: &str) -> Verdict {
        set(&mut self.keep_messages_ms, quantity::keep_ms(text))
    }

    pub(super) fn keep_events(&mut self, text: &str) -> Verdict {
        set(&mut self.keep_events_ms, quantity::keep_ms(text))
    }

    pub(super) fn history_size(&mut self, text: &str) -> Verdict {
        set(&mut self.history_bytes, quantity::history_bytes(text))
    }

    pub(super) fn no_keeps(&mut self) {
        self.keeps.clear();
    }

    pub(super) fn keep(&mut self, name: &str, text: &str) -> Verdict {
        let channel = word::channel_key(name)?;
        self.keeps.insert(channel, quantity::keep_or_none_ms(text)?);
        Ok(())
    }

    pub(super) fn operator(&mut self) {
        self.operators.push(Candidate::default());
    }

    pub(super) fn operator_name(&mut self, text: &str) -> Verdict {
        let mut known = self
            .operators
            .iter()
            .filter_map(|operator| operator.name.as_deref());
        if known.any(|name| name == text) {
            return Err(format!("must be another: {text:?} is an operator already"));
        }
        set(&mut self.newest_operator().name, operator::name(text))
    }

    pub(super) fn operator_verifier(&mut self, text: &str) -> Verdict {
        let verifier = operator::verifier(text);
        set(&mut self.newest_operator().verifier, verifier)
    }

    pub(super) fn operator_host(&mut self, text: &str) -> Verdict {
        set(&mut self.newest_operator().host, operator::host(text))
    }

    fn newest_operator(&mut self) -> &mut Candidate {
        let newest = self.operators.last_mut();
        newest.expect("a table is begun before its keys are taken")
    }
}

fn set<T>(place: &mut Option<T>, value: Verdict<T>) -> Verdict {
    *place = Some(value?);
    Ok(())
}

/// The whole configuration: the flags' values, else the file's, else the defaults.
pub(super) fn settle(flags: Draft, file: Draft, machine: &Machine) -> Config {
    let allow = given([flags.allow, file.allow], || vec![Admission::Lan]);
    let data = flags.data.or(file.data);
    let pace = flags.pace.or(file.pace);
    let name = flags.name.or(file.name);
    let name = name.unwrap_or_else(|| machine.server_name());
    Config {
        listeners: listeners(flags.listeners, file.listeners),
        network: file.network.unwrap_or_else(|| name.clone()),
        name,
        data: data.unwrap_or_else(|| machine.data()),
        allow: Allow::of(&allow, &machine.networks),
        zone: flags.zone.or(file.zone),
        pace: pace.unwrap_or(Some(PACE)),
        motd: flags.motd.or(file.motd),
        admin: file.admin,
        channel_modes: file.channel_modes.unwrap_or_default(),
        permanent: with_lobby(file.permanent),
        announcements: Announcements {
            who: file.who.unwrap_or(ANNOUNCEMENTS.who),
            every_ms: file.every_ms.unwrap_or(ANNOUNCEMENTS.every_ms),
            burst: file.burst.unwrap_or(ANNOUNCEMENTS.burst),
        },
        accounts: Accounts {
            registration: file.registration.unwrap_or(Registration::Open),
            before_connect: file.before_connect.unwrap_or(true),
            custom_names: file.custom_names.unwrap_or(false),
            email: file.email.unwrap_or_default(),
            iterations: file.iterations.unwrap_or(ITERATIONS),
            operators: file.operator_accounts,
        },
        statuses: file.statuses.unwrap_or_else(ready_made),
        send_queue_bytes: file.send_queue_bytes.unwrap_or(SEND_QUEUE_BYTES),
        name_within_ms: file.name_within_ms.unwrap_or(NAME_WITHIN_MS),
        guest_history_ms: file.guest_history_ms.unwrap_or(GUEST_HISTORY_MS),
        irc_replay: file.irc_replay.unwrap_or(Replay::All),
        history: History {
            messages_ms: file.keep_messages_ms.unwrap_or(HISTORY.messages_ms),
            events_ms: file.keep_events_ms.unwrap_or(HISTORY.events_ms),
            bytes_max: file.history_bytes.unwrap_or(HISTORY.bytes_max),
        },
        keeps: file.keeps,
        operators: file
            .operators
            .into_iter()
            .filter_map(Candidate::operator)
            .collect(),
    }
}

/// The first list that was given, else the default.
fn given<T>(lists: [Vec<T>; 2], default: impl FnOnce() -> Vec<T>) -> Vec<T> {
    let given = lists.into_iter().find(|list| !list.is_empty());
    given.unwrap_or_else(default)
}

/// As soon as any listener is given, only those given are opened: the flags' replace the file's
/// whatever their protocol, and both replace the default. Plain comes first, then IRC.
fn listeners(flags: Vec<Listener>, file: Vec<Listener>) -> Vec<Listener> {
    let everywhere = |protocol, port| Listener {
        addr: SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), port),
        transport: Transport::Tcp,
        protocol,
    };
    let mut listeners = given([flags, file], || {
        vec![
            everywhere(Protocol::Plain, PLAIN_PORT),
            everywhere(Protocol::Irc, IRC_PORT),
        ]
    });
    listeners.sort_by_key(|listener| listener.protocol);
    listeners
}

/// The lobby first, then the others as they were given, each once.
fn with_lobby(permanent: Vec<ChannelName>) -> Vec<ChannelName> {
    let lobby = ChannelName::parse(LOBBY).expect("it is a channel's name");
    let mut channels = vec![lobby];
    for channel in permanent {
        if !channels.contains(&channel) {
            channels.push(channel);
        }
    }
    channels
}

fn ready_made() -> BTreeMap<String, String> {
    STATUSES
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}
