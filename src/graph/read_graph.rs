//! Reads whole graphs, as the Graph Store Protocol hands them out.

use std::io::Write;

use oxigraph::io::RdfFormat;
use oxigraph::model::{GraphName, NamedOrBlankNode};

use super::edit::Target;
use super::query::{Limits, QueryError, Report};
use super::watch::Watch;
use super::writer::{Sink, admit, serializer};
use super::{Snapshot, StoreError};

/// Whether `target` is there: the default graph and the dataset always are.
///
/// # Errors
/// The store's.
pub fn exists(snapshot: &Snapshot, target: &Target) -> Result<bool, StoreError> {
    match target {
        Target::Named(graph) => Ok(snapshot.store().contains_named_graph(graph)?),
        Target::Default | Target::Dataset => Ok(true),
    }
}

/// Writes all of `target` to `out`, until done, stopped by `watch`, or over `limits`.
///
/// # Errors
/// See [`QueryError`].
pub fn write_graph(
    snapshot: &Snapshot,
    target: &Target,
    format: RdfFormat,
    limits: Limits,
    watch: &Watch,
    out: impl Write,
) -> Result<Report, QueryError> {
    let mut sink = Sink::new(out, limits.bytes);
    let result = run(snapshot, target, format, limits, watch, &mut sink);
    sink.settle(result)
}

fn run<W: Write>(
    snapshot: &Snapshot,
    target: &Target,
    format: RdfFormat,
    limits: Limits,
    watch: &Watch,
    sink: &mut Sink<W>,
) -> Result<Report, QueryError> {
    let graph = match target {
        Target::Default => Some(GraphName::DefaultGraph),
        Target::Named(graph) => Some(NamedOrBlankNode::from(graph.clone()).into()),
        Target::Dataset => None,
    };
    let mut report = Report::default();
    let mut out = serializer(format, |_| true).for_writer(sink);
    for quad in snapshot.store().quads_for_pattern(None, None, None, graph.as_ref().map(GraphName::as_ref)) {
        let quad = quad.map_err(|error| QueryError::Evaluation(error.to_string()))?;
        if !admit(&mut report, limits, watch)? {
            break;
        }
        match target {
            Target::Dataset => out.serialize_quad(&quad),
            _ => out.serialize_triple(quad.as_ref()),
        }
        .map_err(QueryError::Output)?;
    }
    out.finish().map_err(QueryError::Output)?;
    Ok(report)
}
