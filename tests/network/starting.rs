//! Data that a server does not take: it says in one sentence why, and what to do, and changes nothing.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::client::Client;
use crate::server::{Setup, TempDir, hallway, one_sentence};

fn refused(data: &Path) -> String {
    let data = data.to_str().expect("a plain path");
    let output = hallway(&["serve", "--plain", "127.0.0.1:0", "--data", data]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let sentence = one_sentence(&output);
    assert!(sentence.contains(data), "{sentence}");
    sentence
}

/// A data folder that a server has used.
fn used(dir: &TempDir) -> PathBuf {
    let data = dir.path("data");
    let server = Setup::new().data(&data).start();
    let mut ann = Client::within(server.addr(), "ann", "#desk");
    for _ in 0..100 {
        ann.ask("some words to fill pages with");
    }
    assert!(server.end("TERM").status.success());
    data
}

/// Refused with these words, and the database is as it was.
fn refused_untouched(data: &Path, parts: &[&str]) {
    let file = data.join("hallway.db");
    let before = fs::read(&file).expect("it is there");
    let sentence = refused(data);
    for part in parts {
        assert!(sentence.contains(part), "{part}: {sentence}");
    }
    let after = fs::read(&file).expect("it is there");
    assert!(before == after, "it was changed: {sentence}");
}

#[test]
fn a_second_server_is_sent_elsewhere() {
    let dir = TempDir::new();
    let data = dir.path("data");
    let server = Setup::new().data(&data).start();
    let sentence = refused(&data);
    assert!(sentence.contains("in use by another hallway"), "{sentence}");
    assert!(sentence.contains("another folder"), "{sentence}");
    // The first is none the worse for it.
    assert!(data.join("control").exists());
    Client::named(server.addr(), "ann");
}

#[test]
fn a_newer_database_is_left_to_the_newer_program() {
    let dir = TempDir::new();
    let data = used(&dir);
    let db = Connection::open(data.join("hallway.db")).expect("it opens");
    db.pragma_update(None, "user_version", 9_999).expect("set");
    db.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))
        .expect("set");
    drop(db);
    refused_untouched(&data, &["newer hallway", "put a backup"]);
}

#[test]
fn a_foreign_file_is_not_taken_over() {
    let dir = TempDir::new();
    let data = dir.path("data");
    fs::create_dir(&data).expect("made");
    let file = data.join("hallway.db");
    fs::write(
        &file,
        "Dear diary, today I have opened a file.\n".repeat(500),
    )
    .expect("written");
    refused_untouched(&data, &["no database of hallway's", "move it away"]);

    fs::remove_file(&file).expect("it is there");
    let db = Connection::open(&file).expect("it opens");
    db.execute_batch("CREATE TABLE recipes (name TEXT)")
        .expect("made");
    drop(db);
    refused_untouched(&data, &["no database of hallway's", "move it away"]);
}

#[test]
fn a_damaged_file_is_not_made_worse() {
    let dir = TempDir::new();
    let data = used(&dir);
    let file = data.join("hallway.db");
    let mut bytes = fs::read(&file).expect("it is there");
    // The list of tables is on the first page, behind the header of the file.
    bytes[100..2_000].fill(0xa5);
    fs::write(&file, &bytes).expect("written");
    refused_untouched(&data, &["is damaged", "put a backup in its place"]);
}

#[test]
fn a_folder_that_cannot_be_written_is_said() {
    let dir = TempDir::new();
    let locked = dir.path("locked");
    fs::create_dir(&locked).expect("made");
    fs::set_permissions(&locked, Permissions::from_mode(0o500)).expect("set");
    // Some may write anywhere, but not here.
    let is_locked = fs::write(locked.join("probe"), "").is_err();
    let data = if is_locked {
        locked
    } else {
        "/proc/hallway".into()
    };
    assert!(refused(&data).contains("choose another with --data DIR"));
}
