//! One Turtle file: its triples grouped by subject, and where in the source a subject or a value stands.

use std::collections::HashMap;

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::{NamedOrBlankNode, Term as RdfTerm};

use super::fault::{Fault, Problem};
use super::finder::Finder;
use crate::model::{LineIndex, Location, vocabulary};

/// A subject with its properties in the order of the file.
#[derive(Debug)]
pub(super) struct Subject {
    pub iri: String,
    /// Predicate IRI and object.
    pub properties: Vec<(String, RdfTerm)>,
    /// How often the file opens a description of this subject (says its type).
    pub descriptions: usize,
}

impl Subject {
    /// Objects of a predicate given as namespace and local name.
    pub fn objects<'a>(&'a self, namespace: &'a str, name: &'a str) -> impl Iterator<Item = &'a RdfTerm> {
        let wanted = move |iri: &str| iri.strip_prefix(namespace) == Some(name);
        self.properties.iter().filter(move |(predicate, _)| wanted(predicate)).map(|(_, object)| object)
    }

    /// Like [`Self::objects`], those that are IRIs.
    pub fn iris<'a>(&'a self, namespace: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.objects(namespace, name).filter_map(|object| match object {
            RdfTerm::NamedNode(node) => Some(node.as_str()),
            _ => None,
        })
    }

    /// Like [`Self::objects`], those that are literals: text and language tag.
    pub fn literals<'a>(&'a self, namespace: &'a str, name: &'a str) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
        self.objects(namespace, name).filter_map(|object| match object {
            RdfTerm::Literal(literal) => Some((literal.value(), literal.language())),
            _ => None,
        })
    }
}

/// A parsed file.
#[derive(Debug)]
pub(super) struct Turtle<'a> {
    /// Path relative to the folder.
    pub path: &'a str,
    /// Name for messages.
    pub shown: String,
    pub source: &'a str,
    /// Subjects with an IRI, in order of first appearance.
    pub subjects: Vec<Subject>,
    /// Properties of blank nodes, by label; needed for the lists of the shapes.
    pub blank: HashMap<String, Vec<(String, RdfTerm)>>,
    /// Its syntax is faulty: it was read only in part.
    pub broken: bool,
}

impl<'a> Turtle<'a> {
    /// Parses `bytes`. Of a file with faulty syntax the first fault is told, and what could be read is kept.
    pub fn parse(path: &'a str, shown: String, bytes: &'a [u8], faults: &mut Vec<Fault>) -> Self {
        let mut turtle = Self { path, shown, source: "", subjects: Vec::new(), blank: HashMap::new(), broken: false };
        match std::str::from_utf8(bytes) {
            Ok(source) => turtle.source = source.strip_prefix('\u{FEFF}').unwrap_or(source),
            Err(error) => {
                turtle.broken = true;
                let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
                let location = Location { file: turtle.shown.clone(), line: Some(line), column: None };
                faults.push(Problem::NotUtf8.at(location));
                return turtle;
            }
        }
        turtle.read_triples(faults);
        turtle
    }

    fn read_triples(&mut self, faults: &mut Vec<Fault>) {
        let mut index: HashMap<String, usize> = HashMap::new();
        let mut current = None;
        // Whether the description that is being read has said the subject's type.
        let mut typed = false;
        for quad in RdfParser::from_format(RdfFormat::Turtle).for_slice(self.source) {
            let quad = match quad {
                Ok(quad) => quad,
                Err(error) => {
                    if !self.broken {
                        faults.push(self.syntax_fault(&error));
                    }
                    self.broken = true;
                    continue;
                }
            };
            let predicate = quad.predicate.into_string();
            let iri = match quad.subject {
                NamedOrBlankNode::NamedNode(node) => node.into_string(),
                NamedOrBlankNode::BlankNode(node) => {
                    self.blank.entry(node.into_string()).or_default().push((predicate, quad.object));
                    continue;
                }
            };
            let at = match current {
                Some(at) if self.subjects.get(at).is_some_and(|subject: &Subject| subject.iri == iri) => at,
                _ => {
                    typed = false;
                    *index.entry(iri).or_insert_with_key(|iri| {
                        self.subjects.push(Subject { iri: iri.clone(), properties: Vec::new(), descriptions: 0 });
                        self.subjects.len() - 1
                    })
                }
            };
            current = Some(at);
            let subject = &mut self.subjects[at];
            if predicate.strip_prefix(vocabulary::RDF) == Some("type") {
                let again = subject.properties.iter().any(|(p, o)| *p == predicate && *o == quad.object);
                subject.descriptions += usize::from(!typed || again);
                typed = true;
            }
            subject.properties.push((predicate, quad.object));
        }
    }

    /// Where a subject stands: its first description, or the one with number `nth` from 0.
    pub fn locate(&self, iri: &str, nth: usize) -> Location {
        Finder::new(self.source).subject(iri, nth).map_or_else(|| self.start(), |at| self.location(at))
    }

    /// Where the value (a local name, an IRI or the text of a literal) of a property of a subject stands, or as near as can be told.
    pub fn locate_value(&self, iri: &str, predicate: &str, value: &RdfTerm) -> Location {
        Finder::new(self.source).value(iri, predicate, value).map_or_else(|| self.start(), |at| self.location(at))
    }

    fn start(&self) -> Location {
        Location { file: self.shown.clone(), line: None, column: None }
    }

    fn location(&self, at: usize) -> Location {
        let place = LineIndex::new(self.source).line_column(self.source, at);
        Location { file: self.shown.clone(), line: Some(place.line), column: Some(place.column) }
    }

    fn syntax_fault(&self, error: &oxigraph::io::RdfSyntaxError) -> Fault {
        let start = error.location().map(|range| range.start);
        let number = |position: u64| usize::try_from(position).unwrap_or(usize::MAX).saturating_add(1);
        let location = Location {
            file: self.shown.clone(),
            line: start.map(|position| number(position.line)),
            column: start.map(|position| number(position.column)),
        };
        let said = error.to_string();
        // The parser puts the position first, which the location tells better.
        let said = said.split_once(": ").map_or(said.as_str(), |(_, said)| said);
        Problem::Syntax { said: said.to_owned() }.at(location)
    }
}
