//! A published graph, open for reading: what queries, export, drawing and the server work on.

use std::collections::HashMap;
use std::sync::Arc;

use oxigraph::model::Quad;
use oxigraph::store::Store;

use super::cardinality::Known;
use super::lock::Lock;
use super::manifest::{DocumentEntry, Manifest};
use super::texts::Texts;
use super::{Profile, QueryError, StoreError, Watch};

/// One generation of the graph. Cheap to clone; stays valid while newer generations are published.
#[derive(Clone)]
pub struct Snapshot {
    store: Arc<Store>,
    generation: u64,
    folder: Option<Arc<Opened>>,
    known: Arc<Known>,
}

/// A generation on disk that is open, and kept from being swept away.
pub(super) struct Opened {
    pub(super) store: Arc<Store>,
    pub(super) manifest: Manifest,
    /// Place in the manifest of each document's entry, by IRI.
    owners: HashMap<String, usize>,
    pub(super) texts: Texts,
    pub(super) _lock: Lock,
    pub(super) damage: Option<StoreError>,
}

impl Opened {
    pub(super) fn new(store: Arc<Store>, manifest: Manifest, texts: Texts, lock: Lock) -> Self {
        let owners = manifest.documents.iter().enumerate().filter(|(_, d)| d.owner).map(|(at, d)| (d.iri.clone(), at)).collect();
        Self { store, manifest, owners, texts, _lock: lock, damage: None }
    }
}

impl Snapshot {
    /// Wraps an open store as generation `generation`.
    #[must_use]
    pub fn new(store: Arc<Store>, generation: u64) -> Self {
        Self { store, generation, folder: None, known: Arc::default() }
    }

    /// The state after this one, which differs little from it.
    pub(super) fn next(&self, generation: u64) -> Self {
        Self { store: self.store.clone(), generation, folder: None, known: Arc::new(self.known.for_the_next()) }
    }

    /// A graph that lives in memory alone, as generation 0. It knows no sources and no texts.
    #[must_use]
    pub fn in_memory(store: Store) -> Self {
        Self::new(Arc::new(store), 0)
    }

    /// A graph in memory that holds these quads.
    ///
    /// # Errors
    /// The store's.
    pub fn holding(quads: impl IntoIterator<Item = Quad>) -> Result<Self, StoreError> {
        let store = Store::new()?;
        store.extend(quads)?;
        Ok(Self::in_memory(store))
    }

    pub(super) fn opened(opened: Opened) -> Self {
        Self { store: opened.store.clone(), generation: opened.manifest.generation, folder: Some(Arc::new(opened)), known: Arc::default() }
    }

    /// The store behind it.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What has been counted so far.
    pub(super) fn known(&self) -> &Known {
        &self.known
    }

    /// Counts the whole graph once, in one pass, so that planning and descriptions know exact numbers from now on. Only worth it
    /// for a graph that does not change.
    ///
    /// # Errors
    /// The store's, or stopped by `watch`.
    pub fn learn(&self, watch: &Watch) -> Result<(), QueryError> {
        if self.known.profile.get().is_none() {
            let profile = Profile::of(self, watch)?;
            // Somebody else may have been faster, with the same counts.
            drop(self.known.profile.set(profile));
        }
        Ok(())
    }

    /// Number of the generation, rising with each publication.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// What the current generation suffers from, where this is an older one that stands in for it.
    #[must_use]
    pub fn damage(&self) -> Option<&StoreError> {
        self.folder.as_ref()?.damage.as_ref()
    }

    /// What it was built from; `None` for a graph in memory.
    #[must_use]
    pub fn manifest(&self) -> Option<&Manifest> {
        self.folder.as_ref().map(|f| &f.manifest)
    }

    /// The source of the document `iri`: path, hash and counts.
    #[must_use]
    pub fn source(&self, iri: &str) -> Option<&DocumentEntry> {
        let folder = self.folder.as_ref()?;
        folder.manifest.documents.get(*folder.owners.get(iri)?)
    }

    /// The decoded text of the document `iri`; `None` where the graph does not hold it.
    ///
    /// # Errors
    /// A damaged or missing pack of texts.
    pub fn text(&self, iri: &str) -> Result<Option<String>, StoreError> {
        match (&self.folder, self.source(iri)) {
            (Some(folder), Some(entry)) => folder.texts.read(entry.text).map(Some),
            _ => Ok(None),
        }
    }
}
