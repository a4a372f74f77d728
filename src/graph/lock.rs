//! Locks of the graph folder: one writer at a time, and no generation swept away under a reader.
//!
//! Both are advisory locks of the operating system on an open file, so a killed process leaves none behind.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::StoreError;

/// A lock that is held as long as the value lives.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the exclusive lock on the file at `path`, making the file where it is missing. `None` where somebody holds a lock on it.
    pub(super) fn exclusive(path: &Path) -> Result<Option<Self>, StoreError> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(StoreError::io("open", path))?;
        taken(file.try_lock(), file, path)
    }

    /// Takes a shared lock on the existing file at `path`. `None` where a writer holds it.
    pub(super) fn shared(path: &Path) -> Result<Option<Self>, StoreError> {
        let file = File::open(path).map_err(StoreError::io("open", path))?;
        taken(file.try_lock_shared(), file, path)
    }
}

fn taken(result: Result<(), TryLockError>, file: File, path: &Path) -> Result<Option<Lock>, StoreError> {
    match result {
        Ok(()) => Ok(Some(Lock { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(StoreError::io("lock", path)(error)),
    }
}
