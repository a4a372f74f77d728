//! The things known beforehand: divisions, institutions, clusters, industries …, each with its names, codes and places.

use std::collections::HashMap;

use crate::model::{Iri, Language, NameKind, Term};

/// A further name of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryName {
    /// The name.
    pub text: String,
    /// Its kind.
    pub kind: NameKind,
    /// Its language.
    pub language: Language,
    /// Also an everyday word or ambiguous: counts only with support from the context (`yp:needsContext`).
    pub needs_context: bool,
}

/// One entry. References to other entries are positions in [`Gazetteer::entries`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `https://w3id.org/yuanpu/id/{segment}/{key}`.
    pub iri: Iri,
    /// Class, a local name of the ontology.
    pub class: Term,
    /// `yp:kind`.
    pub kinds: Vec<Term>,
    /// `yp:level`.
    pub level: Option<Term>,
    /// Chinese `skos:prefLabel`.
    pub label: String,
    /// English `skos:prefLabel`.
    pub label_en: Option<String>,
    /// The Chinese label itself counts only with support from the context.
    pub label_needs_context: bool,
    /// All names beside the Chinese label: short, alternative and hidden ones, and the English label as an alternative.
    pub names: Vec<EntryName>,
    /// `skos:notation`: a GB/T 2260 or GB/T 4754 code.
    pub notation: Option<String>,
    /// `yp:locatedIn`: the nearest places.
    pub located_in: Vec<usize>,
    /// `yp:partOf`.
    pub part_of: Vec<usize>,
    /// `yp:comprises`: members of a joint region.
    pub comprises: Vec<usize>,
    /// `skos:broader`.
    pub broader: Vec<usize>,
    /// `yp:listedIn`.
    pub listed_in: Vec<usize>,
    /// `yp:industry`.
    pub industries: Vec<usize>,
    /// `yp:administers`.
    pub administers: Vec<usize>,
    /// `dcterms:isReplacedBy`: the entry that took the place of this one.
    pub replaced_by: Option<usize>,
    /// `yp:oneCharacterForm`: the characters that stand for a region in joint names.
    pub one_character: Vec<String>,
    /// `yp:period`: EDTF date of an event.
    pub period: Option<String>,
    /// Stem of the file it is from (`regions`).
    pub file: Term,
}

/// All entries of all files, files in order of their names, entries in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Gazetteer {
    /// The entries.
    pub entries: Vec<Entry>,
    pub(super) index: HashMap<Iri, usize>,
}

impl Gazetteer {
    /// Position of the entry with this IRI.
    #[must_use]
    pub fn by_iri(&self, iri: &str) -> Option<usize> {
        self.index.get(iri).copied()
    }

    /// Whether the entry at `inner` lies in the place at `outer`: it is that place, or is located in it at any remove, or is
    /// comprised by it.
    #[must_use]
    pub fn is_within(&self, inner: usize, outer: usize) -> bool {
        let members = self.entries.get(outer).map_or(&[][..], |entry| &entry.comprises);
        self.is_at_or_below(inner, &|place| place == outer || members.contains(&place))
    }

    /// The places above the entry at `start`, nearest first, without itself.
    #[must_use]
    pub fn places_above(&self, start: usize) -> Vec<usize> {
        let mut found = vec![start];
        let mut next = 0;
        while let Some(place) = found.get(next) {
            for above in self.entries.get(*place).map_or(&[][..], |entry| &entry.located_in) {
                if !found.contains(above) {
                    found.push(*above);
                }
            }
            next += 1;
        }
        found.remove(0);
        found
    }

    /// The entry in force for the one at `start`: itself, or what replaced it, at any remove.
    #[must_use]
    pub fn current(&self, start: usize) -> usize {
        let mut at = start;
        // Bounded, although a checked gazetteer has no cycles.
        for _ in 0..self.entries.len() {
            match self.entries.get(at).and_then(|entry| entry.replaced_by) {
                Some(next) => at = next,
                None => break,
            }
        }
        at
    }

    fn is_at_or_below(&self, start: usize, wanted: &dyn Fn(usize) -> bool) -> bool {
        wanted(start) || self.places_above(start).into_iter().any(wanted)
    }
}
