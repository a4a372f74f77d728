//! Terms as people write them: names or short forms in place of IRIs, literals without their machinery.

use std::collections::HashMap;

use oxigraph::model::{GraphNameRef, NamedNodeRef, Term};

use super::Snapshot;
use super::prefixes::compact;
use super::query::{Cell, Style};
use crate::model::vocabulary::{RDFS, SKOS, XSD};

/// Shows terms, and remembers the names it has looked up.
pub struct Names<'a> {
    snapshot: &'a Snapshot,
    labels: bool,
    languages: [&'static str; 2],
    known: HashMap<String, Option<String>>,
}

impl<'a> Names<'a> {
    /// Shows terms of `snapshot` in `style`.
    #[must_use]
    pub fn new(snapshot: &'a Snapshot, style: Style) -> Self {
        let languages = if style.chinese { ["zh", "en"] } else { ["en", "zh"] };
        Self { snapshot, labels: style.labels, languages, known: HashMap::new() }
    }

    /// The term as a cell of a table.
    pub fn cell(&mut self, term: &Term) -> Cell {
        let iri = if let Term::NamedNode(node) = term { Some(node.as_str().to_owned()) } else { None };
        Cell { text: self.show(term), iri }
    }

    /// The term as a person would write it.
    pub fn show(&mut self, term: &Term) -> String {
        match term {
            Term::NamedNode(node) => {
                let name = if self.labels { self.label(node.as_str()) } else { None };
                name.or_else(|| compact(node.as_str())).unwrap_or_else(|| format!("<{}>", node.as_str()))
            }
            Term::BlankNode(node) => node.to_string(),
            Term::Literal(literal) => match (literal.language(), literal.datatype().as_str()) {
                (Some("zh" | "en"), _) => literal.value().to_owned(),
                (Some(language), _) => format!("{}@{language}", literal.value()),
                (None, datatype) if datatype.starts_with(XSD) => literal.value().to_owned(),
                (None, datatype) => format!("{}^^{}", literal.value(), compact(datatype).unwrap_or_else(|| format!("<{datatype}>"))),
            },
        }
    }

    /// The preferred name of `iri`, in any graph.
    pub fn label(&mut self, iri: &str) -> Option<String> {
        if let Some(known) = self.known.get(iri) {
            return known.clone();
        }
        let found = self.look_up(iri);
        self.known.insert(iri.to_owned(), found.clone());
        found
    }

    fn look_up(&self, iri: &str) -> Option<String> {
        let subject = NamedNodeRef::new(iri).ok()?;
        let properties = [format!("{SKOS}prefLabel"), format!("{RDFS}label")];
        for graph in [Some(GraphNameRef::DefaultGraph), None] {
            for property in &properties {
                let property = NamedNodeRef::new_unchecked(property);
                let mut names: Vec<(usize, String)> = self
                    .snapshot
                    .store()
                    .quads_for_pattern(Some(subject.into()), Some(property), None, graph)
                    .flatten()
                    .filter_map(|quad| match quad.object {
                        Term::Literal(literal) => Some((self.rank(literal.language()), literal.value().to_owned())),
                        _ => None,
                    })
                    .collect();
                names.sort();
                if let Some((_, name)) = names.into_iter().next() {
                    return Some(name);
                }
            }
        }
        None
    }

    fn rank(&self, language: Option<&str>) -> usize {
        self.languages.iter().position(|known| language == Some(*known)).unwrap_or(2)
    }
}
