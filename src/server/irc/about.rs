//! What clients are told of the server itself: it changes with the settings only, so it is put into
//! words once and not for each client.

use super::queries::version;
use crate::chat::block::BLOCKS_MAX;
use crate::chat::channel::{CHANNELS_PER_USER_MAX, MASKS_MAX};
use crate::chat::limits::AWAY_BYTES_MAX;
use crate::chat::limits::HISTORY_LINES_MAX;
use crate::chat::limits::REALNAME_BYTES_MAX;
use crate::chat::limits::REASON_BYTES_MAX;
use crate::chat::limits::TOPIC_BYTES_MAX;
use crate::chat::time::Now;
use crate::protocol::irc::isupport::{self, Limits};
use crate::protocol::irc::numerics::*;
use crate::protocol::irc::writer::Reader;
use crate::protocol::modes::{FLAGS, LISTS, RANKS, USER_FLAGS};
use crate::protocol::stamp::{Clock, Times};
use crate::server::settings::Settings;

/// What clients are told of the server itself.
#[derive(Debug, Default)]
pub(in crate::server) struct About {
    /// What it is and since when it runs.
    host: String,
    started: String,
    version: String,
    /// Which modes there are: of people, of channels, and of these those that have a value.
    modes: [String; 3],
    /// What it supports.
    pub(super) supports: Vec<String>,
}

impl About {
    /// A server with these settings, which was started then.
    pub(in crate::server) fn new(settings: &Settings, started: Now) -> Self {
        let (name, version) = (&settings.name, version());
        let clock = Clock::new(&settings.chat.zone, 0, Times::Short);
        let started = clock.moment(started.wall_ms);
        Self {
            host: format!("Your host is {name}, running version {version}"),
            started: format!("This server was started at {started}"),
            version,
            modes: modes(),
            supports: isupport::tokens(&limits(settings)),
        }
    }

    /// Writes the numerics of the greeting that tell of it.
    pub(super) fn write(&self, reader: &Reader<'_>, out: &mut String) {
        reader.numeric(out, RPL_YOURHOST).text(&self.host);
        reader.numeric(out, RPL_CREATED).text(&self.started);
        let line = reader.numeric(out, RPL_MYINFO).param(reader.server);
        let line = line.param(&self.version);
        drop(
            self.modes
                .iter()
                .fold(line, |line, modes| line.param(modes)),
        );
    }
}

fn modes() -> [String; 3] {
    let with_value: String = LISTS
        .iter()
        .map(|row| row.0)
        .chain(RANKS.iter().map(|row| row.0))
        .chain(['k', 'l'])
        .collect();
    let of_people = USER_FLAGS.iter().map(|row| row.0).collect();
    let flags: String = FLAGS.iter().map(|row| row.0).collect();
    [of_people, flags + &with_value, with_value]
}

fn limits(settings: &Settings) -> Limits<'_> {
    Limits {
        network: &settings.network,
        away_bytes: AWAY_BYTES_MAX,
        reason_bytes: REASON_BYTES_MAX,
        topic_bytes: TOPIC_BYTES_MAX,
        realname_bytes: REALNAME_BYTES_MAX,
        channels: CHANNELS_PER_USER_MAX,
        masks: MASKS_MAX,
        blocks: BLOCKS_MAX,
        history: settings.chat.remembers.then_some(HISTORY_LINES_MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Heard, Output, Server, SessionId};
    use super::*;
    use crate::arena::Key;
    use crate::protocol::Protocol;
    use std::net::{Ipv4Addr, SocketAddr};

    /// What a client is told that comes to this server.
    fn greeting(server: &mut Server, number: u64) -> String {
        let (now, id) = (Now::default(), SessionId::from(Key::from_bits(number)));
        let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 40_000));
        server.open(now, id, Protocol::Irc, peer);
        for line in [format!("NICK ann{number}"), "USER ann 0 * :Ann".to_owned()] {
            server.hear(now, id, &Heard::Line(&line));
        }
        let sent = server.drain_outputs().filter_map(|output| match output {
            Output::Send(_, bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            _ => None,
        });
        sent.collect()
    }

    #[test]
    fn other_settings_are_told_to_the_next_client() {
        let called = |name: &str| Settings {
            name: format!("chat.{name}"),
            network: name.to_owned(),
            ..Settings::default()
        };
        let mut server = Server::new(Now::default(), called("Before"));
        let told = |greeting: &str, name: &str| {
            greeting.contains(&format!(" NETWORK={name} "))
                && greeting.contains(&format!(" :Your host is chat.{name}, "))
        };
        assert!(told(&greeting(&mut server, 0), "Before"));
        server.configure(Now::default(), called("After"));
        assert!(told(&greeting(&mut server, 1), "After"));
    }
}
