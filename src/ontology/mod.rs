//! Layer 1: the folder `ontology/`, read once, checked as a whole, then immutable.

/// Classes, relations, concepts, gazetteers and raw rule files.
pub struct Ontology {}
