//! What the machine contributes to a configuration: where data belongs, its name, its networks.

use super::word::{SERVER_NAME_BYTES_MAX, is_server_name};
use ipnet::IpNet;
use std::path::PathBuf;

/// The name of a server whose machine has none.
const NAME_OF_LAST_RESORT: &str = "hallway";

/// The surroundings from which defaults come. `Machine::default()` knows nothing: no directory for
/// data, no host name, no interfaces; tests begin there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Machine {
    /// `$STATE_DIRECTORY`, which systemd sets; of several directories the first counts.
    pub state_directory: Option<String>,
    /// `$XDG_STATE_HOME`; a relative path is ignored, as its specification demands.
    pub xdg_state_home: Option<String>,
    /// `$HOME`.
    pub home: Option<String>,
    /// The machine's name for itself.
    pub host_name: Option<String>,
    /// The networks of its interfaces.
    pub networks: Vec<IpNet>,
}

impl Machine {
    /// The machine that this process runs on, as it is now.
    pub fn this() -> Machine {
        let variable = |name| std::env::var(name).ok();
        Machine {
            state_directory: variable("STATE_DIRECTORY"),
            xdg_state_home: variable("XDG_STATE_HOME"),
            home: variable("HOME"),
            host_name: host_name(),
            networks: networks(),
        }
    }

    /// Where data is kept unless the configuration says otherwise; none when there is no home.
    pub fn data(&self) -> Option<PathBuf> {
        let states = self.state_directory.as_deref();
        absolute(states.and_then(|states| states.split(':').next()))
            .or_else(|| Some(absolute(self.xdg_state_home.as_deref())?.join("hallway")))
            .or_else(|| Some(absolute(self.home.as_deref())?.join(".local/state/hallway")))
    }

    /// The server's name unless the configuration says otherwise: the host name, with what a
    /// server's name cannot hold written as `-`.
    pub fn server_name(&self) -> String {
        let spell = |c: char| {
            if is_server_name(c.encode_utf8(&mut [0; 4])) {
                c
            } else {
                '-'
            }
        };
        let spelled: String = self
            .host_name
            .iter()
            .flat_map(|name| name.trim().chars())
            .map(spell)
            .take(SERVER_NAME_BYTES_MAX)
            .collect();
        if is_server_name(&spelled) {
            spelled
        } else {
            NAME_OF_LAST_RESORT.to_owned()
        }
    }
}

fn absolute(path: Option<&str>) -> Option<PathBuf> {
    let path = path.filter(|path| path.starts_with('/'))?;
    Some(path.into())
}

/// Linux keeps the name in a file; `uname -n` is POSIX and serves the other Unixes.
fn host_name() -> Option<String> {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| {
            let uname = std::process::Command::new("uname")
                .arg("-n")
                .output()
                .ok()?;
            String::from_utf8(uname.stdout).ok()
        })
}

/// Interfaces that cannot be listed are no reason not to start: private addresses are admitted
/// without them.
fn networks() -> Vec<IpNet> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_else(|error| {
        log::warn!("the networks of this machine's interfaces are not known: {error}");
        Vec::new()
    });
    interfaces
        .iter()
        .filter_map(|interface| network(&interface.addr))
        .collect()
}

fn network(addr: &if_addrs::IfAddr) -> Option<IpNet> {
    let prefix_len = match addr {
        if_addrs::IfAddr::V4(v4) => v4.prefixlen,
        if_addrs::IfAddr::V6(v6) => v6.prefixlen,
    };
    IpNet::new(addr.ip(), prefix_len).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_goes_where_the_surroundings_say() {
        let cases: [([Option<&str>; 3], Option<&str>); 9] = [
            ([Some("/s"), Some("/x"), Some("/h")], Some("/s")),
            ([Some("/s:/t"), None, None], Some("/s")),
            ([None, Some("/x"), Some("/h")], Some("/x/hallway")),
            ([None, None, Some("/h")], Some("/h/.local/state/hallway")),
            (
                [Some(""), Some(""), Some("/h")],
                Some("/h/.local/state/hallway"),
            ),
            (
                [None, Some("x"), Some("/h")],
                Some("/h/.local/state/hallway"),
            ),
            ([None, Some("x"), Some("")], None),
            ([None, None, Some("h")], None),
            ([None, None, None], None),
        ];
        for (variables, expected) in cases {
            let [state_directory, xdg_state_home, home] = variables.map(|v| v.map(str::to_owned));
            let machine = Machine {
                state_directory,
                xdg_state_home,
                home,
                ..Machine::default()
            };
            assert_eq!(machine.data(), expected.map(PathBuf::from), "{variables:?}");
        }
    }

    #[test]
    fn the_host_name_is_made_fit() {
        let long = "x".repeat(SERVER_NAME_BYTES_MAX + 1);
        for (host_name, expected) in [
            (None, "hallway"),
            (Some(" \n"), "hallway"),
            (Some("desk.office\n"), "desk.office"),
            (Some("old_pc büro"), "old-pc-b-ro"),
            (Some(&*long), &long[1..]),
        ] {
            let host_name = host_name.map(str::to_owned);
            let machine = Machine {
                host_name,
                ..Machine::default()
            };
            assert_eq!(machine.server_name(), expected);
        }
    }

    #[test]
    fn this_machine_can_be_asked() {
        let machine = Machine::this();
        assert!(is_server_name(&machine.server_name()));
    }
}
