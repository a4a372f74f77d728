//! Working memory that outlives a document: what one document taught is at hand for the next. As many are made as documents are read at
//! the same time.

use std::sync::{Mutex, PoisonError};

/// Memories that nobody uses at the moment.
pub(in crate::extract) struct Pool<T>(Mutex<Vec<T>>);

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<T> Pool<T> {
    /// A memory for one reader: one that was used before, else a new one.
    pub fn take(&self, make: impl FnOnce() -> T) -> T {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.unwrap_or_else(make)
    }

    /// Keeps a memory for the next reader.
    pub fn give_back(&self, memory: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
    }
}
