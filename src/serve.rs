//! `hallway serve`: a checked configuration becomes a running server.

use std::io::{self, Write};
use std::net::IpAddr;
use std::path::Path;
use std::{env, fs};

use jiff::tz::TimeZone;
use log::{error, info, warn};

use crate::chat::pace::Pace;
use crate::chat::settings::Announcers;
use crate::chat::time::Zone;
use crate::config::{self, Allow, Config, History, Registration, ServeArgs, Who};
use crate::logging::Log;
use crate::net::{Loop, Options, Reloaded};
use crate::protocol::irc::account_registration::Rules;
use crate::protocol::modes;
use crate::protocol::plain::{commands, screen};
use crate::server::accounts::Registering;
use crate::server::cloak::CloakKey;
use crate::server::settings::{Operator, Replay, Settings};
use crate::store::Retention;
use crate::verifier::{Key, derived};
use crate::{chat, net, server};

/// The file in the data directory that holds what addresses are hidden with.
const CLOAK_KEY_FILE: &str = "cloak-key";

/// Only what others send can overflow a queue: what people ask for themselves fits.
const _: () = assert!(
    net::UNREAD_ANSWERS_BYTES + screen::HOLD_BYTES_MAX + 2 * server::LISTING_BYTES
        <= config::SEND_QUEUE_BYTES_MIN
);

/// Runs the server until a signal ends it.
///
/// # Errors
/// What keeps it from starting or running, in one sentence (each fault of a configuration in its
/// own line).
pub fn run(args: &ServeArgs) -> Result<(), String> {
    let config = config::load(args, &commands::reserved()).map_err(|faults| faults.to_string())?;
    let log = Log::start().map_err(|error| format!("cannot start the log: {error}"))?;
    raise_open_files();
    let cloak_key = cloak_key(config.data.as_deref())?;
    let options = Options {
        listeners: config
            .listeners
            .iter()
            .map(|listener| (listener.addr, listener.protocol))
            .collect(),
        send_queue_bytes: config.send_queue_bytes,
        admits: admission(config.allow.clone()),
        store: config
            .data
            .clone()
            .map(|dir| (dir, retention(config.history))),
    };
    let event_loop = Loop::new(options, settings(&config, cloak_key)?)?;
    say_ready(&event_loop)
        .map_err(|error| format!("cannot say that the server is ready: {error}"))?;
    let outcome = event_loop.run(|| reload(args, &config, cloak_key));
    log.end();
    outcome
}

fn say_ready(event_loop: &Loop) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for (protocol, addr) in event_loop.addresses()? {
        writeln!(out, "hallway: {} on {addr}", protocol.as_str())?;
    }
    out.flush()
}

/// Each connection is an open file: as many as the system allows.
fn raise_open_files() {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) => info!("the limit on open files is {limit}"),
        Err(error) => warn!("the limit on open files stays as it is: {error}"),
    }
}

/// The configuration as the server wants it.
///
/// # Errors
/// A time zone or a channel mode that does not exist, or no chance.
pub fn settings(config: &Config, cloak_key: CloakKey) -> Result<Settings, String> {
    let zone = config.zone.as_deref().map_or_else(
        || Ok(Zone::new(local_zone())),
        |name| {
            Zone::named(name).map_err(|_| format!("zone: this machine knows no time zone {name}"))
        },
    )?;
    let announcements = &config.announcements;
    Ok(Settings {
        name: config.name.clone(),
        chat: chat::settings::Settings {
            zone,
            permanent: config.permanent.clone(),
            remembers: config.data.is_some(),
            modes: modes::flags(&config.channel_modes)
                .map_err(|letter| format!("channels.modes: there is no mode {letter}"))?,
            announcers: match announcements.who {
                Who::Everyone => Announcers::Everyone,
                Who::Registered => Announcers::Registered,
                Who::Operators => Announcers::Operators,
            },
            announcing: Pace {
                burst: announcements.burst,
                every_us: announcements.every_ms * 1_000,
            },
            ..chat::settings::Settings::default()
        },
        pace: config.pace.map(|pace| Pace {
            burst: pace.burst,
            every_us: 1_000_000 / u64::from(pace.per_second),
        }),
        name_within_ms: config.name_within_ms,
        statuses: config.statuses.clone(),
        cloak_key,
        network: config.network.clone(),
        motd: config.motd.clone(),
        admin: config.admin.clone(),
        registering: match config.accounts.registration {
            Registration::Open => Registering::Open,
            Registration::Operator => Registering::Operator,
        },
        registration: Rules {
            before_connect: config.accounts.before_connect,
            custom_account_name: config.accounts.custom_names,
            email: config.accounts.email,
        },
        operator_accounts: config.accounts.operators.clone(),
        iterations: config.accounts.iterations,
        decoys: derived(&cloak_key.0, "decoys"),
        nonces: fresh_secret()?,
        keeps: config.keeps.clone(),
        operators: config.operators.iter().map(operator).collect(),
        guest_history_ms: config.guest_history_ms,
        replay: match config.irc_replay {
            config::Replay::All => Replay::All,
            config::Replay::Batches => Replay::Batches,
            config::Replay::Nobody => Replay::Nobody,
        },
    })
}

/// The machine's time zone. Asking `jiff` for it reads the names of all there are, and keeps them:
/// 110 kB. So it is asked only where `/etc/localtime` does not tell.
pub fn local_zone() -> TimeZone {
    let told = match env::var_os("TZ") {
        None => fs::read("/etc/localtime").ok(),
        Some(_) => None,
    };
    told.and_then(|rules| TimeZone::tzif("local", &rules).ok())
        .unwrap_or_else(TimeZone::system)
}

fn retention(history: History) -> Retention {
    Retention {
        messages_ms: history.messages_ms,
        events_ms: history.events_ms,
        bytes_max: history.bytes_max,
    }
}

fn operator(operator: &config::Operator) -> Operator {
    Operator {
        name: operator.name.clone(),
        verifier: operator.verifier.clone(),
        host: operator.host.clone(),
    }
}

/// Says of each address whether it may connect.
fn admission(allow: Allow) -> Box<dyn Fn(IpAddr) -> Result<(), String>> {
    Box::new(move |address| {
        if allow.admits(address) {
            return Ok(());
        }
        let address = address.to_canonical();
        Err(format!(
            "{address} is not admitted here: whoever runs this server can let it in with --allow {address}."
        ))
    })
}

/// Reads the configuration again. Whatever is wrong with it, the server goes on as it was.
fn reload(args: &ServeArgs, running: &Config, cloak_key: CloakKey) -> Option<Reloaded> {
    let loaded = config::load(args, &commands::reserved()).map_err(|faults| faults.to_string());
    let reloaded = loaded.and_then(|config| Ok((settings(&config, cloak_key)?, config)));
    match reloaded {
        Ok((server, config)) => {
            let fixed = |config: &Config| {
                let Config {
                    listeners,
                    data,
                    history,
                    ..
                } = config;
                (listeners.clone(), data.clone(), *history)
            };
            if fixed(&config) != fixed(running) {
                warn!(
                    "other listeners, another data directory and other values of [history] need a restart; all else counts from now on"
                );
            }
            info!("the configuration has been read again");
            let admits = admission(config.allow);
            Some(Reloaded {
                send_queue_bytes: config.send_queue_bytes,
                admits,
                server,
            })
        }
        Err(faults) => {
            error!(
                "the configuration stays as it was: {}",
                faults.trim_end().replace('\n', "; ")
            );
            None
        }
    }
}

/// What addresses are hidden with: kept with the data, so that a mask fits tomorrow too.
fn cloak_key(data: Option<&Path>) -> Result<CloakKey, String> {
    let Some(data) = data else { return fresh_key() };
    let file = data.join(CLOAK_KEY_FILE);
    let plainly = |error: io::Error| {
        format!(
            "cannot use the data directory {}: {error} (choose another with --data DIR, or --data none)",
            data.display()
        )
    };
    match fs::read(&file) {
        Ok(bytes) => bytes.try_into().map(CloakKey).map_err(|_| {
            format!(
                "{} is not what hallway wrote: delete it, and addresses will be hidden anew",
                file.display()
            )
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key = fresh_key()?;
            make_private_dir(data).map_err(plainly)?;
            write_private(&file, &key.0).map_err(plainly)?;
            Ok(key)
        }
        Err(error) => Err(plainly(error)),
    }
}

fn fresh_key() -> Result<CloakKey, String> {
    let mut key = CloakKey::default();
    fill(&mut key.0)?;
    Ok(key)
}

fn fresh_secret() -> Result<Key, String> {
    let mut secret = Key::default();
    fill(&mut secret)?;
    Ok(secret)
}

fn fill(bytes: &mut [u8]) -> Result<(), String> {
    getrandom::fill(bytes).map_err(|error| format!("the system has no random numbers: {error}"))
}

fn make_private_dir(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
}

fn write_private(file: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)?;
    file.write_all(bytes)
}
