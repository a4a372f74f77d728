//! A published graph, open for reading: what queries, export, drawing and the server work on.

use std::sync::Arc;

use oxigraph::store::Store;

/// One generation of the graph. Cheap to clone; stays valid while newer generations are published.
#[derive(Clone)]
pub struct Snapshot {
    store: Arc<Store>,
    generation: u64,
}

impl Snapshot {
    /// Wraps an open store as generation `generation`.
    #[must_use]
    pub fn new(store: Arc<Store>, generation: u64) -> Self {
        Self { store, generation }
    }

    /// The store behind it.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Number of the generation, rising with each publication.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }
}
