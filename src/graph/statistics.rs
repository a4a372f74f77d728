//! How much of what there is in a graph.

use std::collections::{BTreeMap, HashSet};

use oxigraph::model::{GraphNameRef, NamedOrBlankNode, Term};
use serde::Serialize;

use super::relations::relations;
use super::{Snapshot, StoreError, terms};
use crate::model::vocabulary;

/// Counts over one generation. Maps go by local names of the ontology.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Statistics {
    /// Number of the generation.
    pub generation: u64,
    /// Number of documents.
    pub documents: usize,
    /// Entities of the default graph by class; one of several classes counts for each.
    pub classes: BTreeMap<String, usize>,
    /// Entities of the default graph.
    pub entities: usize,
    /// Statements by relation and mode.
    pub relations: BTreeMap<String, BTreeMap<String, usize>>,
    /// Statements.
    pub statements: usize,
    /// Figures by unit.
    pub figures: BTreeMap<String, usize>,
    /// Triples of the default graph.
    pub facts: usize,
    /// By document.
    pub by_document: Vec<DocumentStatistics>,
}

/// Counts of one document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DocumentStatistics {
    /// Path of the source.
    pub path: String,
    /// IRI of the document.
    pub iri: String,
    /// Statements.
    pub relations: usize,
    /// Observations.
    pub figures: usize,
    /// Passages.
    pub passages: usize,
}

/// Counts what the graph holds.
///
/// # Errors
/// The store's.
pub fn statistics(snapshot: &Snapshot) -> Result<Statistics, StoreError> {
    let store = snapshot.store();
    let mut out = Statistics { generation: snapshot.generation(), ..Statistics::default() };
    let mut entities = HashSet::new();
    for quad in store.quads_for_pattern(None, None, None, Some(GraphNameRef::DefaultGraph)) {
        let quad = quad?;
        out.facts += 1;
        if quad.predicate == terms::TYPE
            && let (NamedOrBlankNode::NamedNode(entity), Term::NamedNode(class)) = (quad.subject, quad.object)
        {
            if entity.as_str().starts_with(vocabulary::DOC) {
                out.documents += 1;
            } else {
                *out.classes.entry(local(class.as_str())).or_default() += 1;
                entities.insert(entity);
            }
        }
    }
    out.entities = entities.len();
    for relation in relations(store)? {
        let by_mode = out.relations.entry(local(&relation.predicate)).or_default();
        *by_mode.entry(relation.modality).or_default() += relation.statements.len();
        out.statements += relation.statements.len();
    }
    for quad in store.quads_for_pattern(None, Some(terms::yp("unit").as_ref()), None, None) {
        if let Term::NamedNode(unit) = quad?.object {
            *out.figures.entry(local(unit.as_str())).or_default() += 1;
        }
    }
    let entries = snapshot.manifest().map_or(&[][..], |m| &m.documents);
    out.by_document = entries.iter().filter(|e| e.owner).map(document).collect();
    Ok(out)
}

fn document(entry: &super::DocumentEntry) -> DocumentStatistics {
    let super::Counts { relations, figures, passages } = entry.counts;
    DocumentStatistics { path: entry.path.clone(), iri: entry.iri.clone(), relations, figures, passages }
}

fn local(iri: &str) -> String {
    terms::local_name(iri).unwrap_or(iri).to_owned()
}
