//! Checks that `shapes.ttl` and the vocabulary agree: known terms, and the same relations for statements in both.

use std::collections::BTreeSet;

use oxigraph::model::Term as RdfTerm;

use super::fault::{Fault, Problem};
use super::nearest::nearest;
use super::schema::Schema;
use super::turtle::Turtle;
use super::vocabulary_reader::check_terms;
use crate::model::vocabulary::{RDF, YP};

const SH: &str = "http://www.w3.org/ns/shacl#";

/// Reports unknown terms, and relations that only one of the two files lists.
pub(super) fn check(file: &Turtle<'_>, schema: &Schema, faults: &mut Vec<Fault>) {
    check_terms(file, schema, faults);
    let Some(listed) = listed_relations(file) else {
        return;
    };
    let declared: BTreeSet<&str> = schema.relations().map(|relation| &*relation.term).collect();
    let location = file.locate("https://w3id.org/yuanpu/shapes#Statement", 0);
    for term in declared.iter().filter(|term| !listed.contains(*term)) {
        faults.push(Problem::RelationNotInShapes { relation: format!("yp:{term}") }.at(location.clone()));
    }
    for term in listed.iter().filter(|term| !declared.contains(*term)) {
        let near = nearest(term, declared.iter().copied()).map(|near| format!("yp:{near}"));
        faults.push(Problem::NoRelation { name: format!("yp:{term}") }.at(location.clone()).near(near));
    }
}

/// Members of the `sh:in` list of the property shape on `rdf:predicate`.
fn listed_relations<'t>(file: &'t Turtle<'_>) -> Option<BTreeSet<&'t str>> {
    let predicate = format!("{RDF}predicate");
    let is_path =
        |(p, o): &(String, RdfTerm)| p.strip_prefix(SH) == Some("path") && matches!(o, RdfTerm::NamedNode(n) if n.as_str() == predicate);
    let shape = file.blank.values().find(|properties| properties.iter().any(is_path))?;
    let object = |properties: &'t [(String, RdfTerm)], namespace: &str, name: &str| {
        properties.iter().find(|(p, _)| p.strip_prefix(namespace) == Some(name)).map(|(_, object)| object)
    };
    let mut next = object(shape, SH, "in")?;
    let mut members = BTreeSet::new();
    while let RdfTerm::BlankNode(node) = next {
        let cell = file.blank.get(node.as_str())?;
        if let Some(RdfTerm::NamedNode(member)) = object(cell, RDF, "first") {
            members.extend(member.as_str().strip_prefix(YP));
        }
        next = object(cell, RDF, "rest")?;
    }
    Some(members)
}
