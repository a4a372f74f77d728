//! Entities by a part of a name: the search behind `find`.

use std::collections::BTreeMap;

use oxigraph::model::{GraphNameRef, NamedOrBlankNode, Term};
use oxigraph::store::Store;

use super::{StoreError, terms};

/// An entity one of whose names matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The entity, or a document.
    pub iri: String,
    /// The name that matches best.
    pub name: String,
}

/// How well a name matches; smaller is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Match {
    Whole,
    Start,
    Part,
    /// All characters in order, others between them (成都高新区 in 成都高新技术产业开发区).
    Scattered,
}

/// Entities and documents of the default graph that have a name like `text`, best match first, each once; names of any kind count.
/// `fold` brings names into the form in which they are compared (width, case, simplified and traditional characters).
///
/// # Errors
/// The store's.
pub fn names_like(store: &Store, text: &str, fold: &dyn Fn(&str) -> String) -> Result<Vec<Hit>, StoreError> {
    let wanted = fold(text);
    let mut best: BTreeMap<String, (Match, bool, usize, String)> = BTreeMap::new();
    for property in [terms::PREF_LABEL, terms::ALT_LABEL, terms::SHORT_NAME, terms::HIDDEN_LABEL] {
        let property = terms::known(property);
        for quad in store.quads_for_pattern(None, Some(property.as_ref()), None, Some(GraphNameRef::DefaultGraph)) {
            let quad = quad?;
            let (NamedOrBlankNode::NamedNode(entity), Term::Literal(name)) = (quad.subject, quad.object) else { continue };
            let Some(found) = compared(&fold(name.value()), &wanted) else { continue };
            let is_further = property.as_str() != terms::PREF_LABEL;
            let rank = (found, is_further, name.value().chars().count(), name.value().to_owned());
            let held = best.entry(entity.into_string()).or_insert_with(|| rank.clone());
            if rank < *held {
                *held = rank;
            }
        }
    }
    let mut hits: Vec<_> = best.into_iter().map(|(iri, rank)| (rank, iri)).collect();
    hits.sort();
    Ok(hits.into_iter().map(|((.., name), iri)| Hit { iri, name }).collect())
}

fn compared(name: &str, wanted: &str) -> Option<Match> {
    if wanted.is_empty() {
        None
    } else if name == wanted {
        Some(Match::Whole)
    } else if name.starts_with(wanted) {
        Some(Match::Start)
    } else if name.contains(wanted) {
        Some(Match::Part)
    } else {
        let mut rest = name.chars();
        wanted.chars().all(|c| rest.any(|other| other == c)).then_some(Match::Scattered)
    }
}

#[cfg(test)]
mod tests {
    use oxigraph::model::{GraphName, Literal, NamedNode, Quad};

    use super::*;

    #[test]
    fn better_matches_come_first_and_each_entity_once() {
        let store = Store::new().unwrap();
        for (iri, property, name) in [
            ("urn:1", terms::PREF_LABEL, "成都高新技术产业开发区"),
            ("urn:1", terms::SHORT_NAME, "成都高新区"),
            ("urn:2", terms::PREF_LABEL, "成都高新区管委会"),
            ("urn:3", terms::PREF_LABEL, "四川成都高新区"),
            ("urn:4", terms::PREF_LABEL, "德阳市"),
        ] {
            let name = Literal::new_language_tagged_literal(name, "zh").unwrap();
            store.insert(&Quad::new(NamedNode::new_unchecked(iri), terms::known(property), name, GraphName::DefaultGraph)).unwrap();
        }
        let found = names_like(&store, "成都高新区", &|name| name.to_owned()).unwrap();
        let iris: Vec<&str> = found.iter().map(|hit| hit.iri.as_str()).collect();
        assert_eq!(iris, ["urn:1", "urn:2", "urn:3"]);
        assert_eq!(names_like(&store, "成开", &|name| name.to_owned()).unwrap()[0].iri, "urn:1");
        assert!(names_like(&store, "", &|name| name.to_owned()).unwrap().is_empty());
    }
}
