//! yuanpu turns Chinese policy text and news on regional industry into an evidenced RDF graph and answers questions about it.
//!
//! Data flows one way, through rooms that know only what lies below them:
//!
//! ```text
//! files ─corpus─> Document ─detect─> Mentions ─resolve─> Entities ─relate, measure─> Statements, Observations ─pipeline─> graph
//! ontology/ ─load─> Ontology ───────────┴──────────────────┴───────────┘              query · explain · export · dot · serve <─┘
//! ```
//!
//! | layer | room | holds |
//! | --- | --- | --- |
//! | 0 | [`model`] | values only: spans, documents, entities, statements, observations, evidence, diagnostics, vocabulary |
//! | 1 | [`corpus`] | files to documents: formats, encodings, metadata, gold annotations |
//! | 1 | [`ontology`] | the folder `ontology/`, read once and checked as a whole |
//! | 2 | [`extract`] | documents to extractions; training and evaluation. Pure: no files, no clock, no randomness |
//! | 2 | [`graph`] | extractions to quads; generations, queries, export, validation, drawing |
//! | 3 | [`pipeline`] | the only place where extraction and graph meet |
//! | 3 | [`server`] | the HTTP endpoint |

pub mod corpus;
pub mod extract;
pub mod graph;
pub mod model;
pub mod ontology;
pub mod pipeline;
pub mod server;

pub use model::{Diagnostic, Document, Entity, Evidence, Extraction, Mention, Observation, Severity, Span, Statement};
