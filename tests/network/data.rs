//! The data directory and the key that cloaks are made with.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::client::Client;
use crate::server::{Setup, TempDir, hallway, one_sentence};

fn permissions(path: &Path) -> u32 {
    let metadata = fs::metadata(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    metadata.permissions().mode() & 0o7777
}

/// What others see in place of the address of somebody at 127.0.0.1.
fn cloak(setup: &Setup) -> String {
    let server = setup.start();
    let mut ann = Client::named(server.addr(), "ann");
    let lines = ann.ask("/whois ann");
    let mut words = lines.iter().flat_map(|line| line.split([' ', '@']));
    let cloak = words.find(|word| word.ends_with(".cloak"));
    let cloak = cloak
        .unwrap_or_else(|| panic!("no cloak: {lines:?}"))
        .to_owned();
    assert!(!cloak.contains("127"), "{cloak}");
    assert!(server.end("KILL").status.code().is_none());
    cloak
}

#[test]
fn data_is_nobody_elses_business() {
    let dir = TempDir::new();
    let data = dir.path("var/lib/hallway");
    let first = cloak(&Setup::new().data(&data).limits("umask 000"));
    let new_dirs = ["var", "var/lib", "var/lib/hallway"];
    for made in new_dirs {
        assert_eq!(permissions(&dir.path(made)), 0o700, "{made}");
    }
    let key = data.join("cloak-key");
    assert_eq!(permissions(&key), 0o600);
    assert_eq!(fs::metadata(&key).expect("there").len(), 16);
    // The same over restarts, and another without data.
    assert_eq!(cloak(&Setup::new().data(&data)), first);
    let without = [cloak(&Setup::new()), cloak(&Setup::new())];
    assert_ne!(without[0], without[1]);
    assert!(!without.contains(&first));
    let other = dir.path("other");
    assert_ne!(cloak(&Setup::new().data(&other)), first);
}

#[test]
fn data_that_cannot_be_used_is_one_sentence() {
    let dir = TempDir::new();
    let file = dir.file("file", "");
    fs::create_dir(dir.path("broken")).expect("made");
    dir.file("broken/cloak-key", "too short");
    let broken = dir.path("broken");
    for (data, part) in [
        (format!("{file}/data"), "--data none"),
        (broken.to_str().expect("plain").to_owned(), "cloak-key"),
    ] {
        let arguments = ["serve", "--plain", "127.0.0.1:0", "--data", &data];
        let output = hallway(&arguments);
        assert_eq!(output.status.code(), Some(1));
        let sentence = one_sentence(&output);
        assert!(
            sentence.contains(&data) && sentence.contains(part),
            "{sentence}"
        );
    }
}

#[test]
fn data_is_where_the_environment_says() {
    let dir = TempDir::new();
    let at = |name: &str| dir.path(name);
    let (state, xdg, home) = (at("state"), at("xdg"), at("home"));
    let variables = [
        ("HOME", home),
        ("XDG_STATE_HOME", xdg),
        ("STATE_DIRECTORY", state),
    ];
    let places = ["home/.local/state/hallway", "xdg/hallway", "state"];
    for (count, place) in places.into_iter().enumerate() {
        let setup = Setup::new().data_of_environment(&variables[..=count]);
        assert!(!at(place).exists(), "{place}");
        Client::named(setup.start().addr(), "ann");
        assert!(at(place).join("cloak-key").exists(), "{place}");
    }
}
