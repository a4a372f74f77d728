//! Reads the Turtle of the vocabulary (`yuanpu.ttl`, `units.ttl`) into a [`Schema`] and checks it: labels in both languages,
//! schemes, superclasses, segments, and that every term used is declared.

use std::collections::{BTreeMap, HashMap, HashSet};

use oxigraph::model::Term as RdfTerm;

use super::fault::{Fault, Problem};
use super::nearest::nearest;
use super::schema::{ClassInfo, ConceptInfo, Labels, RelationInfo, Schema};
use super::turtle::{Subject, Turtle};
use crate::model::vocabulary::{OWL, RDF, RDFS, SKOS, YP, YPS};
use crate::model::{Language, Location, Term};

/// The class of all things with an IRI of their own; every class below it that has no further subclass needs a segment.
const ENTITY: &str = "Entity";

/// Reads the files in order.
pub(super) fn read(files: &[Turtle<'_>], faults: &mut Vec<Fault>) -> Schema {
    let mut reader = Reader { schema: Schema::default(), faults };
    for file in files {
        for subject in &file.subjects {
            reader.declare(file, subject);
        }
    }
    reader.inherit(files);
    reader.check_names(files);
    if !files.iter().any(|file| file.broken) {
        for file in files {
            check_terms(file, &reader.schema, reader.faults);
        }
    }
    reader.schema
}

struct Reader<'f> {
    schema: Schema,
    faults: &'f mut Vec<Fault>,
}

impl Reader<'_> {
    fn declare(&mut self, file: &Turtle<'_>, subject: &Subject) {
        let types: Vec<&str> = subject.iris(RDF, "type").collect();
        let is = |namespace: &str, name: &str| types.iter().any(|iri| iri.strip_prefix(namespace) == Some(name));
        if subject.descriptions > 1 {
            self.faults.push(Problem::DeclaredTwice { name: short(&subject.iri) }.at(file.locate(&subject.iri, 1)));
        }
        if let Some(name) = subject.iri.strip_prefix(YP) {
            let term: Term = name.into();
            if is(OWL, "Class") {
                self.class(file, subject, term);
            } else if ["ObjectProperty", "DatatypeProperty", "AnnotationProperty"].iter().any(|kind| is(OWL, kind)) {
                let is_relation = is(YP, "Relation");
                let (symmetric, transitive) = (is(OWL, "SymmetricProperty"), is(OWL, "TransitiveProperty"));
                self.property(file, subject, term, (is_relation, symmetric, transitive));
            } else if is(RDFS, "Datatype") {
                let labels = self.labels(file, subject, RDFS, "label");
                self.schema.datatypes.insert(term, labels);
            }
        } else if let Some(name) = subject.iri.strip_prefix(YPS) {
            let term: Term = name.into();
            let labels = self.labels(file, subject, SKOS, "prefLabel");
            if is(SKOS, "ConceptScheme") {
                self.schema.schemes.insert(term, labels);
            } else {
                self.concept(file, subject, term, labels);
            }
        }
    }

    fn class(&mut self, file: &Turtle<'_>, subject: &Subject, term: Term) {
        let info = ClassInfo {
            parents: locals(subject, RDFS, "subClassOf", YP),
            ancestors: Vec::new(),
            segment: subject.literals(YP, "segment").next().map(|(text, _)| text.into()),
            kind_schemes: locals(subject, YP, "kindScheme", YPS),
            labels: self.labels(file, subject, RDFS, "label"),
            comments: self.labels(file, subject, RDFS, "comment"),
            term: term.clone(),
        };
        self.schema.classes.insert(term, info);
    }

    fn property(&mut self, file: &Turtle<'_>, subject: &Subject, term: Term, (is_relation, symmetric, transitive): (bool, bool, bool)) {
        let info = RelationInfo {
            domain: locals(subject, RDFS, "domain", YP).into_iter().next(),
            range: locals(subject, RDFS, "range", YP).into_iter().next(),
            takes_concepts: subject.iris(RDFS, "range").any(|iri| iri.strip_prefix(SKOS) == Some("Concept")),
            is_relation,
            symmetric,
            transitive,
            labels: self.labels(file, subject, RDFS, "label"),
            comments: self.labels(file, subject, RDFS, "comment"),
            term: term.clone(),
        };
        self.schema.properties.insert(term, info);
    }

    fn concept(&mut self, file: &Turtle<'_>, subject: &Subject, term: Term, labels: Labels) {
        let schemes = locals(subject, SKOS, "inScheme", YPS);
        let [scheme] = schemes.as_slice() else {
            self.faults.push(Problem::SchemeOfConcept { name: format!("yps:{term}") }.at(file.locate(&subject.iri, 0)));
            return;
        };
        let names = subject.literals(SKOS, "altLabel").map(|(text, tag)| (text.to_owned(), language(tag))).collect();
        self.schema.members.entry(scheme.clone()).or_default().push(term.clone());
        self.schema.concepts.insert(term.clone(), ConceptInfo { term, scheme: scheme.clone(), labels, names });
    }

    /// The Chinese and the English value of a property, each exactly once.
    fn labels(&mut self, file: &Turtle<'_>, subject: &Subject, namespace: &str, name: &str) -> Labels {
        let mut one = |tag: &str| {
            let mut found = subject.literals(namespace, name).filter(|(_, language)| *language == Some(tag));
            match (found.next(), found.next()) {
                (Some((text, _)), None) if !text.trim().is_empty() => text.to_owned(),
                _ => {
                    let property = format!("{}:{name}", if namespace == SKOS { "skos" } else { "rdfs" });
                    let problem = Problem::LabelOfTerm { name: short(&subject.iri), property, tag: tag.to_owned() };
                    self.faults.push(problem.at(file.locate(&subject.iri, 0)));
                    String::new()
                }
            }
        };
        Labels { zh: one("zh"), en: one("en") }
    }

    /// Hands down superclasses, segments and schemes of kinds.
    fn inherit(&mut self, files: &[Turtle<'_>]) {
        let classes = self.schema.classes.clone();
        for class in self.schema.classes.values_mut() {
            class.ancestors = ancestors(&classes, &class.term);
            let above = || class.ancestors.iter().filter_map(|term| classes.get(term));
            class.segment = above().find_map(|above| above.segment.clone());
            class.kind_schemes = above().map(|above| above.kind_schemes.clone()).find(|schemes| !schemes.is_empty()).unwrap_or_default();
        }
        let has_subclass: HashSet<&Term> = classes.values().flat_map(|class| &class.parents).collect();
        let mut owners: BTreeMap<Term, &Term> = BTreeMap::new();
        for class in classes.values() {
            let iri = format!("{YP}{}", class.term);
            if let Some(other) = class.segment.clone().and_then(|segment| owners.insert(segment, &class.term)) {
                let problem = Problem::SameSegment { class: short(&iri), other: format!("yp:{other}") };
                self.faults.push(problem.at(locate(files, &iri)));
            }
            let info = &self.schema.classes[&class.term];
            let is_entity = info.ancestors.iter().any(|term| &**term == ENTITY);
            if is_entity && &*class.term != ENTITY && !has_subclass.contains(&class.term) && info.segment.is_none() {
                self.faults.push(Problem::NoSegment { class: short(&iri) }.at(locate(files, &iri)));
            }
        }
    }

    /// Within a scheme a name belongs to one concept only, or nobody could tell which is meant.
    fn check_names(&mut self, files: &[Turtle<'_>]) {
        let mut schemes: Vec<_> = self.schema.members.iter().collect();
        schemes.sort();
        for (_, members) in schemes {
            let mut owners: HashMap<&str, &Term> = HashMap::new();
            for concept in members.iter().filter_map(|term| self.schema.concepts.get(term)) {
                let names = concept.names.iter().map(|(text, _)| text.as_str());
                for name in
                    [concept.labels.zh.as_str(), concept.labels.en.as_str()].into_iter().chain(names).filter(|name| !name.is_empty())
                {
                    if let Some(other) = owners.insert(name, &concept.term) {
                        let (concept, other) = (format!("yps:{}", concept.term), format!("yps:{other}"));
                        let place = locate(files, &concept.replacen("yps:", YPS, 1));
                        self.faults.push(Problem::SameName { name: name.to_owned(), concept, other }.at(place));
                    }
                }
            }
        }
    }
}

/// A class and all above it, nearest first; a cycle ends the walk.
fn ancestors(classes: &BTreeMap<Term, ClassInfo>, term: &Term) -> Vec<Term> {
    let mut found = vec![term.clone()];
    let mut next = 0;
    while let Some(class) = found.get(next).cloned() {
        for parent in classes.get(&class).into_iter().flat_map(|class| &class.parents) {
            if !found.contains(parent) {
                found.push(parent.clone());
            }
        }
        next += 1;
    }
    found
}

/// Every term of our namespaces that a file uses must be declared. Serves the vocabulary and the shapes.
pub(super) fn check_terms(file: &Turtle<'_>, schema: &Schema, faults: &mut Vec<Fault>) {
    let blank = file.blank.values().flatten().map(|property| (None, property));
    let named = file.subjects.iter().flat_map(|subject| subject.properties.iter().map(move |property| (Some(subject), property)));
    let mut missing: HashSet<&str> = HashSet::new();
    for (subject, (predicate, object)) in named.chain(blank) {
        let object_iri = match object {
            RdfTerm::NamedNode(node) => Some(node.as_str()),
            _ => None,
        };
        for iri in [Some(predicate.as_str()), object_iri].into_iter().flatten() {
            if is_declared(schema, iri) || !missing.insert(iri) {
                continue;
            }
            let location = match subject {
                Some(subject) => file.locate_value(&subject.iri, predicate, object),
                None => file.locate(iri, 0),
            };
            faults.push(unknown_term(schema, iri, location));
        }
    }
}

/// Whether an IRI is a declared term, or none of ours.
pub(super) fn is_declared(schema: &Schema, iri: &str) -> bool {
    if let Some(term) = iri.strip_prefix(YP) {
        schema.classes.contains_key(term) || schema.properties.contains_key(term) || schema.datatypes.contains_key(term)
    } else if let Some(term) = iri.strip_prefix(YPS) {
        schema.concepts.contains_key(term) || schema.schemes.contains_key(term)
    } else {
        true
    }
}

/// “Unknown term”, with the nearest declared one.
pub(super) fn unknown_term(schema: &Schema, iri: &str, location: Location) -> Fault {
    let near = match (iri.strip_prefix(YP), iri.strip_prefix(YPS)) {
        (Some(term), _) => {
            let terms = schema.classes.keys().chain(schema.properties.keys()).chain(schema.datatypes.keys());
            nearest(term, terms.map(AsRef::as_ref)).map(|near| format!("yp:{near}"))
        }
        (_, Some(term)) => {
            nearest(term, schema.concepts.keys().chain(schema.schemes.keys()).map(AsRef::as_ref)).map(|near| format!("yps:{near}"))
        }
        _ => None,
    };
    Problem::UnknownTerm { name: short(iri) }.at(location).near(near)
}

/// An IRI as people write it: `yp:Cluster`, `yps:National`, else in angle brackets.
pub(super) fn short(iri: &str) -> String {
    match (iri.strip_prefix(YP), iri.strip_prefix(YPS)) {
        (Some(term), _) => format!("yp:{term}"),
        (_, Some(term)) => format!("yps:{term}"),
        _ => format!("<{iri}>"),
    }
}

/// Chinese unless the tag says English.
pub(super) fn language(tag: Option<&str>) -> Language {
    if tag == Some("en") { Language::En } else { Language::Zh }
}

/// Local names, within `target`, of the objects of a property.
fn locals(subject: &Subject, namespace: &str, name: &str, target: &str) -> Vec<Term> {
    subject.iris(namespace, name).filter_map(|iri| iri.strip_prefix(target)).map(Term::from).collect()
}

fn locate(files: &[Turtle<'_>], iri: &str) -> Location {
    let file = files.iter().find(|file| file.subjects.iter().any(|subject| subject.iri == iri));
    file.map(|file| file.locate(iri, 0)).unwrap_or_default()
}
