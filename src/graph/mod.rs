//! Layer 2: the graph. Sole user of oxigraph's store and SPARQL, of petgraph and of rio_turtle.

mod snapshot;

pub use snapshot::Snapshot;
