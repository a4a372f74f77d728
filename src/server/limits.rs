//! How much one request and all together may take, and the bounded queue in front of the evaluators.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Limits of the service.
#[derive(Clone, Copy, Debug)]
pub struct ServiceLimits {
    /// Time of one query or update, waiting included.
    pub time: Duration,
    /// Rows or triples of one answer.
    pub rows: u64,
    /// Bytes of one answer.
    pub bytes: u64,
    /// Bytes of a SPARQL text sent in a body.
    pub query_body: usize,
    /// Bytes of RDF sent to the graph store.
    pub rdf_body: usize,
    /// Evaluations at the same time.
    pub concurrency: usize,
    /// Requests that may wait for an evaluator.
    pub queue: usize,
    /// Connections at the same time.
    pub connections: usize,
    /// Rows of a product of unrelated patterns.
    pub product: u64,
}

impl Default for ServiceLimits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(30),
            rows: 1_000_000,
            bytes: 512 << 20,
            query_body: 4 << 20,
            rdf_body: 256 << 20,
            concurrency: std::thread::available_parallelism().map_or(4, |n| n.get() * 2),
            queue: 256,
            connections: 2048,
            product: 50_000_000,
        }
    }
}

/// The evaluators and the queue in front of them.
pub struct Gate {
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    running: usize,
    queue: usize,
}

/// Why nobody takes the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turned {
    /// The queue is full.
    Full,
    /// Its time was over before its turn came.
    Late,
}

impl Gate {
    /// A gate for so many evaluations and so many waiting.
    pub fn new(limits: &ServiceLimits) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(limits.concurrency)),
            waiting: AtomicUsize::new(0),
            running: limits.concurrency,
            queue: limits.queue,
        }
    }

    /// Waits for an evaluator, at most for `time`.
    pub async fn enter(&self, time: Duration) -> Result<OwnedSemaphorePermit, Turned> {
        if let Ok(permit) = self.permits.clone().try_acquire_owned() {
            return Ok(permit);
        }
        if self.waiting.fetch_add(1, Ordering::SeqCst) >= self.queue {
            self.waiting.fetch_sub(1, Ordering::SeqCst);
            return Err(Turned::Full);
        }
        let _place = Place(&self.waiting);
        match tokio::time::timeout(time, self.permits.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(Turned::Late),
        }
    }

    /// Requests waiting.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Evaluations going on.
    pub fn running(&self) -> usize {
        self.running.saturating_sub(self.permits.available_permits())
    }
}

/// A place in the queue, given back however the waiting ends.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
