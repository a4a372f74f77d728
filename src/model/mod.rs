//! Layer 0: the values that all rooms speak of. No files, no rules, no foreign crates but serde and hashing.
//!
//! Offsets: a [`Span`] counts bytes of [`Document::text`] and lies on character boundaries; only [`LineIndex`]
//! converts to code points and to lines. The text of a document is never edited after decoding.

mod diagnostic;
mod document;
mod extraction;
mod identifier;
mod line_index;
mod span;
pub mod vocabulary;

pub use diagnostic::{Diagnostic, Location, Severity};
pub use document::{Document, DocumentId, Format, Metadata};
pub use extraction::{
    Bound, Comparison, Confidence, Direction, DocumentFacts, Entity, EntityIndex, Evidence, Extraction, Language, Mention, Modality, Name,
    NameKind, Object, Observation, Origin, RuleHit, Statement,
};
pub use identifier::{Iri, entity_iri, entity_key};
pub use line_index::{LineColumn, LineIndex};
pub use span::Span;

/// The local name of a term of the ontology (`Cluster`, `locatedIn`) or of a concept of its schemes (`National`).
/// Terms are data, not types: an analyst adds a class or a relation in `ontology/` without compiling.
pub type Term = std::sync::Arc<str>;
