//! Statements and figures with all that is recorded of them, and their evidence quoted in its context.

use std::collections::BTreeMap;

use oxigraph::model::{GraphName, NamedNode, NamedOrBlankNode, Term};
use serde::Serialize;

use super::relations::Relation;
use super::{Snapshot, StoreError, terms};
use crate::model::{LineIndex, vocabulary};

/// How many characters of the text are shown on each side of a quote.
const CONTEXT: usize = 24;

/// A statement or a figure. All terms are IRIs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Recorded {
    /// IRI of the statement or observation.
    pub iri: String,
    /// IRI of the document.
    pub document: String,
    /// Title of the document.
    pub title: String,
    /// All properties but type and evidence, by the local name of the property: IRIs of entities and concepts, or plain text.
    pub properties: BTreeMap<String, Vec<String>>,
    /// The passages that it rests on, in order of the text.
    pub evidence: Vec<Quote>,
}

impl Recorded {
    /// The first value of a property, by local name.
    #[must_use]
    pub fn one(&self, property: &str) -> Option<&str> {
        self.properties.get(property)?.first().map(String::as_str)
    }
}

/// A quoted passage. Offsets count code points of the decoded text, from 0, half-open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// Path of the file, as it was given to the build; empty for a graph in memory.
    pub file: String,
    /// First code point.
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
    /// Line of the first character, from 1; 0 where the text is not at hand.
    pub line: usize,
    /// Column of the first character, from 1; 0 where the text is not at hand.
    pub column: usize,
    /// Text before the quote, on the same line.
    pub before: String,
    /// The very characters.
    pub quote: String,
    /// Text after the quote, on the same line.
    pub after: String,
}

/// The statements behind relations, sorted by document and place.
///
/// # Errors
/// The store's; a damaged pack of texts.
pub fn statements(snapshot: &Snapshot, relations: &[Relation]) -> Result<Vec<Recorded>, StoreError> {
    let mut reader = Reader { snapshot, texts: BTreeMap::new() };
    let mut out = Vec::new();
    for id in relations.iter().flat_map(|r| &r.statements) {
        out.extend(reader.read(id)?);
    }
    out.sort_by(|a, b| place(a).cmp(&place(b)));
    Ok(out)
}

/// The figures that are about `entity`, sorted by document and place.
///
/// # Errors
/// As [`statements`].
pub fn figures(snapshot: &Snapshot, entity: &str) -> Result<Vec<Recorded>, StoreError> {
    let mut reader = Reader { snapshot, texts: BTreeMap::new() };
    let (about, entity) = (terms::yp("about"), terms::node(entity));
    let mut out = Vec::new();
    for quad in snapshot.store().quads_for_pattern(None, Some(about.as_ref()), Some(entity.as_ref().into()), None) {
        if let NamedOrBlankNode::NamedNode(observation) = quad?.subject {
            out.extend(reader.read(observation.as_str())?);
        }
    }
    out.sort_by(|a, b| place(a).cmp(&place(b)));
    Ok(out)
}

fn place(recorded: &Recorded) -> (&str, usize, &str) {
    let first = recorded.evidence.first();
    (first.map_or("", |q| &q.file), first.map_or(0, |q| q.start), &recorded.iri)
}

struct Reader<'a> {
    snapshot: &'a Snapshot,
    /// Texts of documents that were looked at, with their lines.
    texts: BTreeMap<String, Option<(String, LineIndex)>>,
}

impl Reader<'_> {
    /// The node `id` as each document's graph has it.
    fn read(&mut self, id: &str) -> Result<Option<Recorded>, StoreError> {
        let node = terms::node(id);
        let mut recorded = Recorded { iri: id.to_owned(), ..Recorded::default() };
        let mut passages = Vec::new();
        for quad in self.snapshot.store().quads_for_pattern(Some(node.as_ref().into()), None, None, None) {
            let quad = quad?;
            if let GraphName::NamedNode(document) = &quad.graph_name {
                document.as_str().clone_into(&mut recorded.document);
            }
            let property = quad.predicate.as_str().rsplit(['#', '/']).next().unwrap_or_default().to_owned();
            match (property.as_str(), quad.object) {
                ("type", _) => {}
                ("evidence", Term::NamedNode(passage)) => passages.push(passage),
                (_, Term::NamedNode(value)) => recorded.properties.entry(property).or_default().push(value.into_string()),
                (_, Term::Literal(value)) => recorded.properties.entry(property).or_default().push(value.value().to_owned()),
                (_, Term::BlankNode(_)) => {}
            }
        }
        if recorded.document.is_empty() {
            return Ok(None);
        }
        recorded.properties.values_mut().for_each(|values| values.sort_unstable());
        recorded.title = self.title(&recorded.document)?;
        for passage in passages {
            recorded.evidence.push(self.quote(&recorded.document, &passage)?);
        }
        recorded.evidence.sort_by_key(|q| (q.start, q.end));
        Ok(Some(recorded))
    }

    fn title(&self, document: &str) -> Result<String, StoreError> {
        let (node, label) = (terms::node(document), terms::known(terms::PREF_LABEL));
        let found = super::relations::object(self.snapshot.store(), node.as_ref().into(), label.as_ref(), node.as_ref().into())?;
        Ok(found.map_or_else(String::new, |term| if let Term::Literal(l) = term { l.value().to_owned() } else { String::new() }))
    }

    fn quote(&mut self, document: &str, passage: &NamedNode) -> Result<Quote, StoreError> {
        let quote = terms::yp("quote");
        let graph = terms::node(document);
        let found = super::relations::object(self.snapshot.store(), passage.as_ref().into(), quote.as_ref(), graph.as_ref().into())?;
        let quote = found.map_or_else(String::new, |term| if let Term::Literal(l) = term { l.value().to_owned() } else { String::new() });
        let (start, end) = offsets(passage.as_str()).unwrap_or((0, 0));
        let file = self.snapshot.source(document).map_or_else(String::new, |entry| entry.path.clone());
        let mut out = Quote { file, start, end, quote, ..Quote::default() };
        if !self.texts.contains_key(document) {
            let text = self.snapshot.text(document)?.map(|text| (LineIndex::new(&text), text)).map(|(lines, text)| (text, lines));
            self.texts.insert(document.to_owned(), text);
        }
        if let Some(Some((text, lines))) = self.texts.get(document) {
            in_context(&mut out, text, lines);
        }
        Ok(out)
    }
}

/// The offsets of a passage, in code points, from its IRI.
pub(super) fn offsets(passage: &str) -> Option<(usize, usize)> {
    let (start, end) = passage.strip_prefix(vocabulary::DOC)?.split_once("#char=")?.1.split_once(',')?;
    Some((start.parse().ok()?, end.parse().ok()?))
}

/// Fills in line, column and the text around the quote.
fn in_context(quote: &mut Quote, text: &str, lines: &LineIndex) {
    let byte = |at: usize| text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte);
    let (start, end) = (byte(quote.start), byte(quote.end));
    let place = lines.line_column(text, start);
    (quote.line, quote.column) = (place.line, place.column);
    let before: Vec<char> = text[..start].chars().rev().take_while(|c| *c != '\n').take(CONTEXT).collect();
    quote.before = before.into_iter().rev().collect();
    quote.after = text[end..].chars().take_while(|c| *c != '\n').take(CONTEXT).collect();
}
