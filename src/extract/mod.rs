//! Layer 2: one document in, its extraction out. Pure: no files, no clock, no randomness; cannot fail on any text.

use std::sync::Arc;

use crate::model::{Diagnostic, Document, DocumentFacts, Extraction};
use crate::ontology::Ontology;

/// Reads documents with one ontology. Build once, share between threads.
pub struct Extractor {
    version: String,
}

impl Extractor {
    /// Compiles the knowledge of `ontology`.
    ///
    /// # Errors
    /// All faults of grammar, lexicon, cues, rules and weights together.
    pub fn new(ontology: &Arc<Ontology>) -> Result<Self, Vec<Diagnostic>> {
        let _ = ontology;
        Ok(Self { version: String::new() })
    }

    /// Reads one document.
    #[must_use]
    pub fn extract(&self, document: &Document) -> Extraction {
        Extraction {
            document: document.id.clone(),
            facts: DocumentFacts::default(),
            mentions: Vec::new(),
            entities: Vec::new(),
            statements: Vec::new(),
            observations: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    /// Changes whenever the same document could give another extraction.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }
}
