//! What a graph holds, counted: triples, classes, properties, graphs. The base of VoID and of the service description.

use std::collections::BTreeMap;
use std::io::Write;

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::vocab::rdf;
use oxigraph::model::{NamedNode, Term};

use super::query::{QueryError, Report};
use super::watch::Watch;
use super::writer::serializer;
use super::{Snapshot, StoreError, counting};

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
    /// Counts `snapshot`.
    ///
    /// # Errors
    /// The store's, or stopped by `watch`.
    pub fn of(snapshot: &Snapshot, watch: &Watch) -> Result<Self, QueryError> {
        if let Some(known) = snapshot.known().profile.get() {
            return Ok(known.clone());
        }
        let by_iri = |text: &str| -> Result<BTreeMap<String, u64>, QueryError> {
            let groups = counting::groups(snapshot, text, watch)?.into_iter();
            Ok(groups
                .filter_map(|(key, count)| match key {
                    Term::NamedNode(iri) => Some((iri.into_string(), count)),
                    _ => None,
                })
                .collect())
        };
        let properties = by_iri("SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p")?;
        Ok(Self {
            triples: properties.values().sum(),
            subjects: counting::total(snapshot, "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }", watch)?,
            classes: by_iri("SELECT ?c (COUNT(*) AS ?n) { ?s a ?c } GROUP BY ?c")?,
            graphs: by_iri("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")?,
            properties,
        })
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
