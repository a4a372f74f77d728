//! The graph in the formats of RDF, with stable bytes: sorted, prefixed, and in Turtle laid out for people.

use std::collections::BTreeSet;
use std::io::{self, Write};

use oxigraph::io::{RdfFormat, RdfSerializer};
use oxigraph::model::{GraphName, GraphNameRef, NamedNode, NamedOrBlankNode, Quad, Term, Triple};
use oxigraph::store::Store;

use super::{StoreError, terms};
use crate::model::vocabulary;

/// Which part of the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The default graph: every asserted triple once, with types and names.
    Facts,
    /// The default graph with the statements, figures and passages of all documents.
    Evidence,
    /// The graph of one document, by its IRI, or any other named graph.
    Graph(String),
    /// All quads, the ontology and the gazetteers among them.
    All,
}

/// Why an export was not written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The writer failed.
    #[error("cannot write: {0}")]
    Write(#[from] io::Error),
    /// There is no such graph.
    #[error("there is no graph {0}")]
    NoGraph(String),
    /// The format holds triples only, and all quads were asked for.
    #[error("{0} cannot hold named graphs; use nq, trig or jsonld")]
    NoNamedGraphs(&'static str),
}

/// Every quad of the store as one line of N-Quads without its line end, sorted by code point.
///
/// # Errors
/// The store's.
pub fn sorted_nquads(store: &Store) -> Result<Vec<String>, StoreError> {
    let mut lines = store.iter().map(|quad| quad.map(|q| format!("{q} ."))).collect::<Result<Vec<_>, _>>()?;
    lines.sort_unstable();
    Ok(lines)
}

/// The quads of a scope, each once, in the order in which exports write them.
///
/// # Errors
/// The store's, and a graph that is not there.
pub fn selected(store: &Store, scope: &Scope) -> Result<Vec<Quad>, ExportError> {
    let of = |graph: Option<GraphNameRef<'_>>| {
        store.quads_for_pattern(None, None, None, graph).collect::<Result<Vec<_>, _>>().map_err(StoreError::from)
    };
    let mut quads = match scope {
        Scope::Facts => of(Some(GraphNameRef::DefaultGraph))?,
        Scope::All => of(None)?,
        Scope::Graph(iri) => {
            let graph = NamedNode::new(iri).map_err(|_| ExportError::NoGraph(iri.clone()))?;
            let quads = of(Some(graph.as_ref().into()))?;
            if quads.is_empty() {
                return Err(ExportError::NoGraph(iri.clone()));
            }
            merged(quads)
        }
        Scope::Evidence => {
            let mut quads = of(Some(GraphNameRef::DefaultGraph))?;
            for graph in store.named_graphs() {
                let graph = graph.map_err(StoreError::from)?;
                if let NamedOrBlankNode::NamedNode(graph) = &graph
                    && terms::is_document(graph.as_str())
                {
                    quads.extend(merged(of(Some(graph.as_ref().into()))?).into_iter().filter(is_evidence));
                }
            }
            quads
        }
    };
    quads.sort_by_cached_key(place);
    quads.dedup();
    Ok(quads)
}

fn merged(mut quads: Vec<Quad>) -> Vec<Quad> {
    for quad in &mut quads {
        quad.graph_name = GraphName::DefaultGraph;
    }
    quads
}

fn is_evidence(quad: &Quad) -> bool {
    matches!(&quad.subject, NamedOrBlankNode::NamedNode(subject) if terms::is_evidence_node(subject.as_str()))
}

/// Sort key: graph, section, subject (passages by their offsets), type and names first, then by predicate and object.
fn place(quad: &Quad) -> (String, u8, String, u64, u8, String, String) {
    let subject = quad.subject.to_string();
    let iri = subject.trim_start_matches('<').trim_end_matches('>');
    let (head, offset) = match iri.split_once("#char=") {
        Some((document, range)) => (document, range.split(',').next().and_then(|n| n.parse().ok()).unwrap_or(0)),
        None => (iri, 0),
    };
    let rank = match quad.predicate.as_str() {
        _ if quad.predicate == terms::TYPE => 0,
        terms::PREF_LABEL => 1,
        terms::SHORT_NAME => 2,
        terms::ALT_LABEL => 3,
        _ if quad.predicate == terms::SUBJECT => 4,
        _ if quad.predicate == terms::PREDICATE => 5,
        _ if quad.predicate == terms::OBJECT => 6,
        _ => 7,
    };
    let graph = quad.graph_name.to_string();
    (graph, section(iri).0, head.to_owned(), offset, rank, quad.predicate.as_str().to_owned(), quad.object.to_string())
}

/// Rank and title of the section in which a subject stands: documents, entities by kind, statements, figures, passages, the rest.
fn section(iri: &str) -> (u8, &str) {
    if iri.starts_with(vocabulary::DOC) {
        return if iri.contains("#char=") { (4, "passages") } else { (0, "documents") };
    }
    match segment(iri) {
        Some("statement") => (2, "statements"),
        Some("observation") => (3, "figures"),
        Some(kind) => (1, kind),
        None => (5, "other"),
    }
}

/// `cluster` of `https://w3id.org/yuanpu/id/cluster/…`.
fn segment(iri: &str) -> Option<&str> {
    let (segment, _) = iri.strip_prefix(vocabulary::ID)?.split_once('/')?;
    (!segment.is_empty() && segment.bytes().all(|b| b.is_ascii_lowercase())).then_some(segment)
}

/// Writes a scope of the graph in `format`. Gives the number of triples (or quads).
///
/// # Errors
/// See [`ExportError`].
pub fn export(store: &Store, scope: &Scope, format: RdfFormat, out: impl Write) -> Result<usize, ExportError> {
    if *scope == Scope::All && !format.supports_datasets() {
        return Err(ExportError::NoNamedGraphs(format.name()));
    }
    let quads = selected(store, scope)?;
    match format {
        RdfFormat::NQuads | RdfFormat::NTriples => lines(&quads, out)?,
        RdfFormat::Turtle => turtle(&quads, scope, out)?,
        _ => {
            let mut serializer = prefixed(format, &quads).for_writer(out);
            for quad in &quads {
                serializer.serialize_quad(quad)?;
            }
            serializer.finish()?.flush()?;
        }
    }
    Ok(quads.len())
}

/// The triples of a scope, for those who compare.
///
/// # Errors
/// As [`export`].
pub fn triples(store: &Store, scope: &Scope) -> Result<Vec<Triple>, ExportError> {
    Ok(selected(store, scope)?.into_iter().map(Triple::from).collect())
}

/// Line formats are sorted by code point, so that they can be compared with any tool.
fn lines(quads: &[Quad], mut out: impl Write) -> io::Result<()> {
    let mut lines: Vec<String> = quads.iter().map(|q| format!("{q} .")).collect();
    lines.sort_unstable();
    for line in lines {
        writeln!(out, "{line}")?;
    }
    out.flush()
}

/// A serializer with the prefixes that the quads use: one for each kind of entity, then those of the vocabularies.
fn prefixed(format: RdfFormat, quads: &[Quad]) -> RdfSerializer {
    let mut serializer = RdfSerializer::from_format(format);
    let kinds = quads.iter().flat_map(|q| {
        let subject = match &q.subject {
            NamedOrBlankNode::NamedNode(node) => segment(node.as_str()),
            NamedOrBlankNode::BlankNode(_) => None,
        };
        let object = match &q.object {
            Term::NamedNode(node) => segment(node.as_str()),
            _ => None,
        };
        subject.into_iter().chain(object)
    });
    let kinds: BTreeSet<&str> = kinds.collect();
    let segments = kinds.into_iter().map(|kind| (kind.to_owned(), format!("{}{kind}/", vocabulary::ID)));
    let fixed = vocabulary::PREFIXES.iter().filter(|(name, _)| *name != "id").map(|(name, iri)| ((*name).to_owned(), (*iri).to_owned()));
    for (name, iri) in segments.chain(fixed) {
        // Namespaces are constants or made of a plain segment: they are IRIs.
        if let Ok(with_prefix) = serializer.clone().with_prefix(name, iri) {
            serializer = with_prefix;
        }
    }
    serializer
}

/// Turtle for people: prefixes in order, a heading for each section, a blank line between subjects.
fn turtle(quads: &[Quad], scope: &Scope, mut out: impl Write) -> io::Result<()> {
    let mut serializer = prefixed(RdfFormat::Turtle, quads);
    if let Scope::Graph(iri) = scope
        && let Ok(with_passages) = serializer.clone().with_prefix("char", format!("{iri}#char="))
    {
        serializer = with_passages;
    }
    let mut serializer = serializer.for_writer(Vec::new());
    for quad in quads {
        serializer.serialize_quad(quad)?;
    }
    let bytes = serializer.finish()?;
    // The serializer puts the longest namespaces first, so that the longest fits; the order in the file does not matter.
    let (mut head, body): (Vec<&[u8]>, Vec<&[u8]>) = bytes.split_inclusive(|b| *b == b'\n').partition(|line| line.starts_with(b"@"));
    head.sort_unstable();
    head.iter().try_for_each(|line| out.write_all(line))?;
    let mut subjects = quads.iter().map(|q| &q.subject);
    let mut last: Option<&NamedOrBlankNode> = None;
    let mut heading = "";
    for line in body {
        if !line.starts_with(b"\t") {
            last = subjects.find(|subject| Some(*subject) != last);
            if let Some(NamedOrBlankNode::NamedNode(subject)) = last {
                let title = section(subject.as_str()).1;
                if title == heading {
                    writeln!(out)?;
                } else {
                    write!(out, "\n# ── {title} ──\n\n")?;
                }
                heading = title;
            }
        }
        out.write_all(line)?;
    }
    out.flush()
}
