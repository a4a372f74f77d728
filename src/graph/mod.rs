//! Layer 2: the graph. Sole user of oxigraph's store and SPARQL, of petgraph and of rio_turtle.

mod quads;
mod snapshot;
mod terms;

pub use oxigraph::model::{NamedNode, Quad};
pub use quads::quads;
pub use snapshot::Snapshot;
