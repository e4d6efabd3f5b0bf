//! What is opened, what is refused, and that what is refused is not touched.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use hallway::store::OpenError;

use crate::lines::*;
use crate::shelf::{FOREVER, Folder, Shelf};

fn closed() -> Arc<Folder> {
    let shelf = Shelf::new();
    shelf.give([begun(1, "#desk")]);
    shelf.give((1..=200).map(|ms| record(line(ms, "some words to fill pages with"))));
    shelf.end().0
}

fn refused(folder: &Arc<Folder>) -> OpenError {
    let before = fs::read(folder.file()).expect("it is there");
    let error = Shelf::open(folder, FOREVER).err().expect("it is refused");
    let after = fs::read(folder.file()).expect("it is there");
    assert!(before == after, "it was changed: {error}");
    let sentence = error.to_string();
    assert!(
        !sentence.contains('\n') && !sentence.ends_with('.'),
        "{sentence}"
    );
    assert!(sentence.contains("hallway"), "{sentence}");
    error
}

#[test]
fn files_are_their_owners_alone() {
    let shelf = Shelf::new();
    shelf.give([begun(1, "#desk")]);
    shelf.settle();
    let mode = |path: &std::path::Path| {
        let found = fs::metadata(path).expect("it is there");
        found.permissions().mode() & 0o777
    };
    let dir = shelf.folder.path();
    assert_eq!(mode(dir), 0o700);
    for file in ["hallway.db", "hallway.db-wal", "hallway.db-shm", "lock"] {
        assert_eq!(mode(&dir.join(file)), 0o600, "{file}");
    }
}

#[test]
fn a_second_server_is_refused_while_the_first_runs() {
    let shelf = Shelf::new();
    let error = Shelf::open(&shelf.folder, FOREVER).err();
    assert!(matches!(error, Some(OpenError::Locked(_))), "{error:?}");
    let (folder, _) = shelf.end();
    assert!(Shelf::open(&folder, FOREVER).is_ok());
}

#[test]
fn a_newer_database_is_refused() {
    let folder = closed();
    let newer = folder.look();
    newer
        .pragma_update(None, "user_version", 99)
        .expect("it can be written");
    // The last one to close it takes the log into the file.
    newer.close().expect("it closes");
    let error = refused(&folder);
    assert!(
        matches!(error, OpenError::Newer { found: 99, .. }),
        "{error:?}"
    );
}

#[test]
fn another_programs_file_is_refused() {
    let folder = Arc::new(Folder::new());
    fs::create_dir(folder.path()).expect("it is new");
    fs::write(folder.file(), "no database at all, but text\n".repeat(100)).expect("it is written");
    assert!(matches!(refused(&folder), OpenError::Foreign(_)));
    fs::remove_file(folder.file()).expect("it is there");
    let other = folder.look();
    other
        .execute_batch("CREATE TABLE theirs (x)")
        .expect("it is new");
    other.close().expect("it closes");
    assert!(matches!(refused(&folder), OpenError::Foreign(_)));
}

#[test]
fn a_damaged_file_is_refused() {
    let folder = closed();
    let sound = fs::read(folder.file()).expect("it is there");
    // All but the first page, which tells what the file is.
    let mut damaged = sound.clone();
    damaged[4096..].fill(0x5a);
    fs::write(folder.file(), &damaged).expect("it is written");
    let error = refused(&folder);
    assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
    fs::write(folder.file(), &sound[..2 * 4096]).expect("it is written");
    let error = refused(&folder);
    assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
    fs::write(folder.file(), sound).expect("it is written");
    let shelf = Shelf::open(&folder, FOREVER).expect("it is as it was");
    assert_eq!(
        shelf.newest(guest(), of_channel("#desk", Some(1))).len(),
        50
    );
}

#[test]
fn a_folder_that_cannot_be_is_refused() {
    let folder = Arc::new(Folder::new());
    fs::write(folder.path(), "a file").expect("it is new");
    let error = Shelf::open(&folder, FOREVER).err();
    assert!(
        matches!(error, Some(OpenError::Unusable { .. })),
        "{error:?}"
    );
    fs::remove_file(folder.path()).expect("it is there");
}
