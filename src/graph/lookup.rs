//! Entities by what people call them: a name, a short name, an IRI, or a prefixed name.

use std::collections::BTreeSet;

use oxigraph::model::{GraphNameRef, Literal, NamedNode, NamedOrBlankNode, Term};
use oxigraph::store::Store;

use super::prefixes::{SEGMENTS, expand};
use super::{StoreError, terms};
use crate::model::{entity_iri, vocabulary};

/// The IRIs of all entities and documents of the graph that `text` names, sorted; canonical names before other names: where one
/// entity bears the name as its canonical one, others that bear it as a further name are left out.
///
/// # Errors
/// The store's.
pub fn entities_named(store: &Store, text: &str) -> Result<Vec<String>, StoreError> {
    let text = text.trim();
    if let Some(iri) = expand(text)
        && is_subject(store, &iri)?
    {
        return Ok(vec![iri]);
    }
    let (mut preferred, mut others) = (BTreeSet::new(), BTreeSet::new());
    for language in ["zh", "en"] {
        let Ok(name) = Literal::new_language_tagged_literal(text, language) else { continue };
        for quad in store.quads_for_pattern(None, None, Some((&name).into()), Some(GraphNameRef::DefaultGraph)) {
            let quad = quad?;
            if let NamedOrBlankNode::NamedNode(entity) = quad.subject {
                let is_preferred = quad.predicate.as_str() == terms::PREF_LABEL;
                if is_preferred { &mut preferred } else { &mut others }.insert(entity.into_string());
            }
        }
    }
    if preferred.is_empty() && others.is_empty() {
        for segment in SEGMENTS {
            let iri = entity_iri(segment, text);
            if is_subject(store, &iri)? {
                preferred.insert(iri);
            }
        }
    }
    Ok(if preferred.is_empty() { others } else { preferred }.into_iter().collect())
}

/// Names that hold `text` or share most of it, for those who misspelt one: at most `limit`, shortest first.
///
/// # Errors
/// The store's.
pub fn similar_names(store: &Store, text: &str, limit: usize) -> Result<Vec<String>, StoreError> {
    let wanted: BTreeSet<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let mut found: BTreeSet<(usize, usize, String)> = BTreeSet::new();
    let property = terms::known(terms::PREF_LABEL);
    for quad in store.quads_for_pattern(None, Some(property.as_ref()), None, Some(GraphNameRef::DefaultGraph)) {
        let Term::Literal(name) = quad?.object else { continue };
        let characters: BTreeSet<char> = name.value().chars().collect();
        let missing = wanted.difference(&characters).count();
        if !wanted.is_empty() && missing * 3 <= wanted.len() {
            found.insert((missing, characters.len(), name.value().to_owned()));
        }
    }
    Ok(found.into_iter().map(|(_, _, name)| name).take(limit).collect())
}

/// The IRI of a relation of the ontology by its local name, prefixed name, IRI or label in either language.
///
/// # Errors
/// The store's.
pub fn relation_named(store: &Store, text: &str) -> Result<Option<String>, StoreError> {
    let text = text.trim();
    for candidate in [expand(text), Some(format!("{}{text}", vocabulary::YP))].into_iter().flatten() {
        if NamedNode::new(&candidate).is_ok() && is_subject(store, &candidate)? {
            return Ok(Some(candidate));
        }
    }
    let label = terms::known(&format!("{}label", vocabulary::RDFS));
    for language in ["zh", "en"] {
        let Ok(name) = Literal::new_language_tagged_literal(text, language) else { continue };
        for quad in store.quads_for_pattern(None, Some(label.as_ref()), Some((&name).into()), None) {
            if let NamedOrBlankNode::NamedNode(relation) = quad?.subject
                && relation.as_str().strip_prefix(vocabulary::YP).is_some_and(|local| local.starts_with(char::is_lowercase))
            {
                return Ok(Some(relation.into_string()));
            }
        }
    }
    Ok(None)
}

fn is_subject(store: &Store, iri: &str) -> Result<bool, StoreError> {
    let Ok(node) = NamedNode::new(iri) else { return Ok(false) };
    Ok(store.quads_for_pattern(Some(node.as_ref().into()), None, None, None).next().transpose()?.is_some())
}
