//! One text with all that was seen in it: folded, scanned for the words of the knowledge, laid out, marked.

use crate::model::Document;

use crate::extract::knowledge::Knowledge;
use crate::extract::linear::Feature;

use super::folded::Folded;
use super::hits::Hit;
use super::layout::{Layout, LineKind};
use super::marks::{Marker, Marks};

/// One text with all that was seen in it.
pub(in crate::extract) struct Reading {
    pub text: Folded,
    pub hits: Vec<Hit>,
    pub layout: Layout,
    pub marks: Vec<Marks>,
}

impl Reading {
    /// Folds, scans and marks a document.
    pub fn new(knowledge: &Knowledge, document: &Document) -> Self {
        let variants = knowledge.ontology.variants();
        let text = Folded::new(&document.text, |c| variants.fold(c));
        let hits = knowledge.hits(&text);
        let layout = Layout::new(&text);
        let marker = Marker::new(knowledge);
        let marks = layout.sentences.iter().map(|s| marker.mark(&text, &hits, &s.range)).collect();
        Self { text, hits, layout, marks }
    }

    /// What stands around a sentence.
    pub fn setting(&self, sentence: usize) -> Setting {
        let s = &self.layout.sentences[sentence];
        let header = s
            .cell
            .filter(|c| c.row > 0)
            .and_then(|c| self.layout.headers[c.table].get(c.column))
            .and_then(|h| self.layout.sentences.get(*h));
        let header = header.map_or(0, |h| Feature::new(99).text(&self.text.slice(h.range.clone())).hash());
        Setting { kind: s.kind, header }
    }

    /// Characters of a sentence.
    pub fn chars(&self, sentence: usize) -> &[char] {
        &self.text.chars[self.layout.sentences[sentence].range.clone()]
    }

    /// The sentence that holds character `at`.
    pub fn sentence_at(&self, at: usize) -> Option<usize> {
        let next = self.layout.sentences.partition_point(|s| s.range.start <= at);
        next.checked_sub(1).filter(|i| at < self.layout.sentences[*i].range.end)
    }
}

/// What stands around a sentence.
#[derive(Clone, Copy)]
pub(in crate::extract) struct Setting {
    /// Kind of its line.
    pub kind: LineKind,
    /// Hash of the column's header, 0 outside tables.
    pub header: u64,
}
