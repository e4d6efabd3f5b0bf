//! One server to a folder.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::open::{OpenError, private_file};

const FILE: &str = "lock";

/// Locks a folder for as long as the file is open. The system unlocks it when the program ends,
/// however that comes.
pub(super) fn lock(dir: &Path) -> Result<File, OpenError> {
    let path = dir.join(FILE);
    let file = private_file(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked(dir.to_owned())),
        Err(TryLockError::Error(error)) => Err(OpenError::unusable(&path, &error)),
    }
}
