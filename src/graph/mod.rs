//! Layer 2: the graph. Sole user of oxigraph's store and SPARQL, of petgraph and of rio_turtle.

mod background;
mod draft;
mod error;
mod export;
mod generations;
mod lock;
mod manifest;
mod merge;
mod quads;
mod snapshot;
mod storage;
mod terms;
mod texts;

pub use background::Background;
pub use draft::Draft;
pub use error::StoreError;
pub use export::sorted_nquads;
pub use generations::{GraphFolder, Start};
pub use manifest::{Counts, DocumentEntry, Manifest, Storage, TextPlace};
pub use merge::default_graph;
pub use oxigraph::model::{NamedNode, Quad};
pub use quads::{counts, quads};
pub use snapshot::Snapshot;
