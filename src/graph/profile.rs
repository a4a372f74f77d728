//! What a graph holds, counted: triples, classes, properties, graphs. The base of VoID and of the service description.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::io::Write;

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::vocab::rdf;
use oxigraph::model::{GraphName, NamedNode, Term};

use super::query::{QueryError, Report};
use super::watch::Watch;
use super::writer::serializer;
use super::{Snapshot, StoreError};

/// Counts over a graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Triples of the default graph.
    pub triples: u64,
    /// Distinct subjects of the default graph.
    pub subjects: u64,
    /// Classes of the default graph, with the number of their members.
    pub classes: BTreeMap<String, u64>,
    /// Properties of the default graph, with the number of their triples.
    pub properties: BTreeMap<String, u64>,
    /// Named graphs, with the number of their triples.
    pub graphs: BTreeMap<String, u64>,
}

impl Profile {
    /// Counts `snapshot` in one pass.
    ///
    /// # Errors
    /// The store's, or stopped by `watch`.
    pub fn of(snapshot: &Snapshot, watch: &Watch) -> Result<Self, QueryError> {
        if let Some(known) = snapshot.known().profile.get() {
            return Ok(known.clone());
        }
        let mut profile = Self::default();
        let mut subjects = HashSet::new();
        let hash = BuildHasherDefault::<DefaultHasher>::default();
        for quad in snapshot.store().iter() {
            if watch.is_stopped() {
                return Err(watch.error());
            }
            let quad = quad.map_err(|error| QueryError::Evaluation(error.to_string()))?;
            match quad.graph_name {
                GraphName::DefaultGraph => {
                    profile.triples += 1;
                    if quad.predicate == rdf::TYPE
                        && let Term::NamedNode(class) = quad.object
                    {
                        *profile.classes.entry(class.into_string()).or_default() += 1;
                    }
                    *profile.properties.entry(quad.predicate.into_string()).or_default() += 1;
                    // Hashes take a tenth of the memory; two subjects that share one would be counted as one.
                    subjects.insert(hash.hash_one(&quad.subject));
                }
                GraphName::NamedNode(graph) => *profile.graphs.entry(graph.into_string()).or_default() += 1,
                GraphName::BlankNode(_) => {}
            }
        }
        profile.subjects = subjects.len() as u64;
        Ok(profile)
    }

    /// Whether every class of the default graph is an IRI, so that [`Profile::classes`] counts all of them.
    pub(super) fn classes_are_iris(&self) -> bool {
        self.classes.values().sum::<u64>() == self.properties.get(rdf::TYPE.as_str()).copied().unwrap_or(0)
    }
}

/// Whether anything is said of `node`, in any graph.
///
/// # Errors
/// The store's.
pub fn contains_node(snapshot: &Snapshot, node: &NamedNode) -> Result<bool, StoreError> {
    let store = snapshot.store();
    let as_subject = store.quads_for_pattern(Some(node.as_ref().into()), None, None, None).next().transpose()?;
    let as_object = store.quads_for_pattern(None, None, Some(node.as_ref().into()), None).next().transpose()?;
    Ok(as_subject.is_some() || as_object.is_some() || store.contains_named_graph(node)?)
}

/// Writes a small Turtle document of our own making in another format.
///
/// # Errors
/// The Turtle is wrong, or `out` fails.
pub fn write_turtle_as(turtle: &str, format: RdfFormat, out: impl Write) -> Result<Report, QueryError> {
    let mut report = Report::default();
    let mut serializer = serializer(format, |namespace| turtle.contains(namespace)).for_writer(out);
    for quad in RdfParser::from_format(RdfFormat::Turtle).for_slice(turtle.as_bytes()) {
        let quad = quad.map_err(|error| QueryError::Evaluation(error.to_string()))?;
        serializer.serialize_triple(quad.as_ref()).map_err(QueryError::Output)?;
        report.rows += 1;
    }
    serializer.finish().map_err(QueryError::Output)?;
    Ok(report)
}
