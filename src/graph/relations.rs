//! The relations between entities as statements give them: who, what, whom, in which mode, and in which statements.

use std::collections::{BTreeMap, HashMap};

use oxigraph::model::{GraphNameRef, NamedNode, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Quad, Term, TermRef};
use oxigraph::store::Store;

use super::{StoreError, terms};
use crate::model::vocabulary;

/// One relation in one mode, with all statements that say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// IRI of the subject.
    pub subject: String,
    /// IRI of the relation.
    pub predicate: String,
    /// IRI of the object: an entity or a concept.
    pub object: String,
    /// Local name of the mode (`Asserted`).
    pub modality: String,
    /// IRIs of the statements, sorted.
    pub statements: Vec<String>,
}

impl Relation {
    /// Whether it is said to be so.
    #[must_use]
    pub fn is_asserted(&self) -> bool {
        self.modality == "Asserted"
    }

    /// Whether it leads to an entity, not to a concept.
    #[must_use]
    pub fn joins_entities(&self) -> bool {
        self.object.starts_with(vocabulary::ID) || self.object.starts_with(vocabulary::DOC)
    }
}

/// All relations of the graph, sorted by subject, predicate, object and mode.
///
/// # Errors
/// The store's.
pub fn relations(store: &Store) -> Result<Vec<Relation>, StoreError> {
    let subjects = column(store, terms::SUBJECT)?;
    let predicates = column(store, terms::PREDICATE)?;
    let objects = column(store, terms::OBJECT)?;
    let modes = column(store, terms::yp("modality").as_ref())?;
    let rows = subjects.into_iter().filter_map(|(id, subject)| {
        let parts = [subject, predicates.get(&id)?.clone(), objects.get(&id)?.clone(), modes.get(&id)?.clone()];
        Some((parts, id))
    });
    Ok(grouped(rows))
}

/// The relations in which `entity` is subject or object, sorted in the same way.
///
/// # Errors
/// The store's.
pub fn relations_of(store: &Store, entity: &str) -> Result<Vec<Relation>, StoreError> {
    let node = terms::node(entity);
    let mut rows = Vec::new();
    for role in [terms::SUBJECT, terms::OBJECT] {
        for quad in store.quads_for_pattern(None, Some(role), Some(node.as_ref().into()), None) {
            let quad = quad?;
            if let Some(parts) = parts(store, &quad)? {
                rows.push((parts, iri(&quad.subject)));
            }
        }
    }
    Ok(grouped(rows.into_iter()))
}

/// Subject, predicate, object and mode of the statement that is the subject of `quad`; `None` where one is missing.
fn parts(store: &Store, quad: &Quad) -> Result<Option<[String; 4]>, StoreError> {
    let modality = terms::yp("modality");
    let mut parts = [const { String::new() }; 4];
    for (part, property) in parts.iter_mut().zip([terms::SUBJECT, terms::PREDICATE, terms::OBJECT, modality.as_ref()]) {
        match object(store, quad.subject.as_ref(), property, quad.graph_name.as_ref())? {
            Some(Term::NamedNode(node)) => *part = node.into_string(),
            _ => return Ok(None),
        }
    }
    Ok(Some(parts))
}

/// The first object of a subject's property in one graph.
pub(super) fn object(
    store: &Store,
    subject: NamedOrBlankNodeRef<'_>,
    property: NamedNodeRef<'_>,
    graph: GraphNameRef<'_>,
) -> Result<Option<Term>, StoreError> {
    let found = store.quads_for_pattern(Some(subject), Some(property), None, Some(graph)).next().transpose()?;
    Ok(found.map(|quad| quad.object))
}

/// The objects of one property of statements, by statement.
fn column(store: &Store, property: NamedNodeRef<'_>) -> Result<HashMap<String, String>, StoreError> {
    let mut column = HashMap::new();
    for quad in store.quads_for_pattern(None, Some(property), None::<TermRef<'_>>, None) {
        let quad = quad?;
        if let Term::NamedNode(object) = &quad.object {
            column.insert(iri(&quad.subject), object.as_str().to_owned());
        }
    }
    Ok(column)
}

fn iri(subject: &NamedOrBlankNode) -> String {
    match subject {
        NamedOrBlankNode::NamedNode(node) => node.as_str().to_owned(),
        NamedOrBlankNode::BlankNode(node) => node.to_string(),
    }
}

fn grouped(rows: impl Iterator<Item = ([String; 4], String)>) -> Vec<Relation> {
    let mut groups: BTreeMap<[String; 4], Vec<String>> = BTreeMap::new();
    for (parts, id) in rows {
        groups.entry(parts).or_default().push(id);
    }
    let relation = |([subject, predicate, object, mode], mut statements): ([String; 4], Vec<String>)| {
        statements.sort_unstable();
        statements.dedup();
        let modality = terms::local_name(&mode).unwrap_or(&mode).to_owned();
        Relation { subject, predicate, object, modality, statements }
    };
    groups.into_iter().map(relation).collect()
}

/// The class of an entity in the default graph, as an IRI; of several the most telling one, which is the last by name that has
/// no subclass among them.
///
/// # Errors
/// The store's.
pub fn class_of(store: &Store, entity: &str) -> Result<Option<String>, StoreError> {
    let node = terms::node(entity);
    let mut classes = Vec::new();
    for quad in store.quads_for_pattern(Some(node.as_ref().into()), Some(terms::TYPE), None, Some(GraphNameRef::DefaultGraph)) {
        if let Term::NamedNode(class) = quad?.object {
            classes.push(class);
        }
    }
    classes.sort();
    let is_above = |above: &NamedNode| classes.iter().any(|below| below != above && is_subclass(store, below, above));
    let telling = classes.iter().find(|class| !is_above(class));
    Ok(telling.map(|class| class.as_str().to_owned()))
}

/// Whether the ontology names `above` as a direct superclass of `below`.
fn is_subclass(store: &Store, below: &NamedNode, above: &NamedNode) -> bool {
    let property = terms::known("http://www.w3.org/2000/01/rdf-schema#subClassOf");
    store.quads_for_pattern(Some(below.as_ref().into()), Some(property.as_ref()), Some(above.as_ref().into()), None).next().is_some()
}

/// What the default graph holds with `entity` as subject beside the given relations: names, codes, kinds and what the
/// gazetteers know. Pairs of property IRI and value (an IRI or plain text), sorted; its type and canonical names are left out.
///
/// # Errors
/// The store's.
pub fn known_facts(store: &Store, entity: &str, said: &[Relation]) -> Result<Vec<(String, String)>, StoreError> {
    let node = terms::node(entity);
    let mut known = std::collections::BTreeSet::new();
    for quad in store.quads_for_pattern(Some(node.as_ref().into()), None, None, Some(GraphNameRef::DefaultGraph)) {
        let quad = quad?;
        let property = quad.predicate.as_str();
        let value = match &quad.object {
            Term::NamedNode(value) => value.as_str(),
            Term::Literal(value) => value.value(),
            Term::BlankNode(value) => value.as_str(),
        };
        let is_said = said.iter().any(|r| r.subject == entity && r.predicate == property && r.object == value && r.is_asserted());
        if !is_said && quad.predicate != terms::TYPE && property != terms::PREF_LABEL {
            known.insert((property.to_owned(), value.to_owned()));
        }
    }
    Ok(known.into_iter().collect())
}
