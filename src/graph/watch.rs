//! Stopping a running query or update from anywhere: because nobody wants it any more, or because its time is up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use oxigraph::sparql::CancellationToken;

use super::query::QueryError;

/// A handle to stop a running query from anywhere. Clones speak of the same query.
#[derive(Clone, Default)]
pub struct Watch {
    token: CancellationToken,
    reason: Arc<AtomicU8>,
    rows: Arc<AtomicU64>,
    brief: bool,
}

const CANCELLED: u8 = 1;
const EXPIRED: u8 = 2;

impl Watch {
    /// A handle for a thread that others wait for: what could not be stopped there within a moment is not begun, as if its time were up.
    #[must_use]
    pub fn brief() -> Self {
        Self { brief: true, ..Self::default() }
    }

    /// Whether only what can be stopped within a moment may run.
    pub(super) fn is_brief(&self) -> bool {
        self.brief
    }

    /// Stops the query because nobody wants the answer any more.
    pub fn cancel(&self) {
        self.stop(CANCELLED);
    }

    /// Stops the query because its time is up.
    pub fn expire(&self) {
        self.stop(EXPIRED);
    }

    /// Calls [`Watch::expire`] after `time`, from a thread of its own.
    pub fn expire_after(&self, time: Duration) {
        let watch = self.clone();
        std::thread::spawn(move || {
            std::thread::sleep(time);
            watch.expire();
        });
    }

    /// True once stopped.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Rows written so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// Says how many rows were written so far.
    pub(super) fn count(&self, rows: u64) {
        self.rows.store(rows, Ordering::Relaxed);
    }

    /// The token that the engine reads.
    pub(crate) fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    fn stop(&self, reason: u8) {
        let _ = self.reason.compare_exchange(0, reason, Ordering::Relaxed, Ordering::Relaxed);
        self.token.cancel();
    }

    /// The error that stands for the reason it was stopped.
    #[must_use]
    pub fn error(&self) -> QueryError {
        if self.reason.load(Ordering::Relaxed) == EXPIRED { QueryError::Time } else { QueryError::Cancelled }
    }

    pub(super) fn check(&self) -> Result<(), QueryError> {
        if self.is_stopped() { Err(self.error()) } else { Ok(()) }
    }

    /// The reason it was stopped, where `error` is a consequence of the stop.
    pub(super) fn error_or(&self, error: QueryError) -> QueryError {
        match error {
            QueryError::Cancelled | QueryError::Evaluation(_) | QueryError::Remote(_) | QueryError::Time if self.is_stopped() => {
                self.error()
            }
            other => other,
        }
    }
}
