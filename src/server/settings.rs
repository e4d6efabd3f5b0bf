//! What the person who runs the server has decided. Not part of the server's state.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::chat;
use crate::chat::name::{ChannelName, Nick};
use crate::chat::pace::Pace;
use crate::protocol::irc::nickserv::NICKSERV;
use crate::protocol::plain::commands::Statuses;

use super::accounts::Registering;
use super::cloak::CloakKey;
use crate::protocol::irc::account_registration::Rules;
use crate::verifier::{ITERATIONS, Key, Verifier};

/// Somebody who may become an operator of the server.
#[derive(Debug, Clone)]
pub struct Operator {
    /// The name that is given with the password.
    pub name: String,
    /// What the password is checked with.
    pub verifier: Arc<Verifier>,
    /// What others see in place of their address from then on.
    pub host: Option<String>,
}

/// Which IRC clients are shown what was said earlier when they come into a channel, of those that do
/// not ask for it themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// All.
    All,
    /// Those that take it in a batch, with times.
    Batches,
    /// None.
    Nobody,
}

/// What the person who runs the server has decided.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What the server is called.
    pub name: String,
    /// What concerns the chat.
    pub chat: chat::settings::Settings,
    /// How fast one session may say something; `None`: as fast as it can.
    pub pace: Option<Pace>,
    /// How long a connection may go without a name, in milliseconds.
    pub name_within_ms: u64,
    /// The one-word statuses: what each says.
    pub statuses: Statuses,
    /// What the addresses of people are hidden with.
    pub cloak_key: CloakKey,
    /// What IRC clients call the network.
    pub network: String,
    /// The message of the day, line by line.
    pub motd: Option<Arc<[String]>>,
    /// Who runs the server, and how to reach them.
    pub admin: Vec<String>,
    /// Who may register a name.
    pub registering: Registering,
    /// What clients are promised about it.
    pub registration: Rules,
    /// How often a new password is hashed.
    pub iterations: u32,
    /// What the names are hidden with that nobody has, when somebody tries to log in as them: the
    /// same after a restart.
    pub decoys: Key,
    /// What makes the numbers that are used once: another after each restart.
    pub nonces: Key,
    /// Accounts whose owners run the server while they are logged in.
    pub operator_accounts: Vec<Nick>,
    /// For how long the lines of some channels are kept, in milliseconds, if not as long as those of
    /// others; not at all: 0.
    pub keeps: BTreeMap<ChannelName, u64>,
    /// Those who may become operators of the server.
    pub operators: Vec<Operator>,
    /// How far back guests read what was said, in milliseconds; `None`: to the beginning.
    pub guest_history_ms: Option<u64>,
    /// Which IRC clients are shown what was said earlier.
    pub replay: Replay,
}

impl Settings {
    /// What concerns the chat; the names that services answer to are nobody's.
    pub(super) fn of_chat(&self) -> chat::settings::Settings {
        let nickserv = Nick::parse(NICKSERV).expect("it is a name");
        chat::settings::Settings {
            reserved: vec![nickserv],
            ..self.chat.clone()
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: "hallway".to_owned(),
            chat: chat::settings::Settings::default(),
            pace: Some(Pace {
                burst: 40,
                every_us: 100_000,
            }),
            name_within_ms: 60_000,
            statuses: Statuses::new(),
            cloak_key: CloakKey::default(),
            network: "hallway".to_owned(),
            motd: None,
            admin: Vec::new(),
            registering: Registering::Open,
            registration: Rules {
                before_connect: true,
                ..Rules::default()
            },
            iterations: ITERATIONS,
            decoys: Key::default(),
            nonces: Key::default(),
            operator_accounts: Vec::new(),
            keeps: BTreeMap::new(),
            operators: Vec::new(),
            guest_history_ms: Some(24 * 60 * 60 * 1_000),
            replay: Replay::All,
        }
    }
}
