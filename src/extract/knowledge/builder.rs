//! Collects words and faults while the files of `ontology/` are read: common words, units, names of the gazetteers.

use std::collections::BTreeMap;

use crate::model::{Diagnostic, Language, Location, Severity, Term};
use crate::ontology::Ontology;

use super::patterns::{NameSense, Pattern};
use super::scheme::TypeInfo;

/// Collects patterns and faults while the files are read.
pub(super) struct Builder<'a> {
    pub ontology: &'a Ontology,
    pub patterns: BTreeMap<String, Pattern>,
    pub faults: Vec<Diagnostic>,
}

/// A fault of a knowledge file.
pub(in crate::extract) fn fault(file: &str, message: String, help: Option<String>) -> Diagnostic {
    Diagnostic {
        code: "K001",
        severity: Severity::Error,
        message,
        location: Location { file: format!("ontology/{file}"), line: None, column: None },
        help,
    }
}

impl<'a> Builder<'a> {
    /// Nothing read yet.
    pub fn new(ontology: &'a Ontology) -> Self {
        Self { ontology, patterns: BTreeMap::new(), faults: Vec::new() }
    }

    /// A file of the folder; what is wrong with it goes to the faults.
    pub fn parse<T: serde::de::DeserializeOwned>(&mut self, file: &str) -> Option<T> {
        let Some(bytes) = self.ontology.file(file) else {
            self.faults.push(fault(file, "the file is missing".into(), Some("restore it from the repository".into())));
            return None;
        };
        let text = String::from_utf8_lossy(bytes);
        match toml::from_str(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                let mut diagnostic = fault(file, error.message().to_owned(), None);
                if let Some(span) = error.span() {
                    let place = crate::model::LineIndex::new(&text).line_column(&text, span.start);
                    diagnostic.location.line = Some(place.line);
                    diagnostic.location.column = Some(place.column);
                }
                self.faults.push(diagnostic);
                None
            }
        }
    }

    /// The folded form of a word.
    pub fn fold(&self, word: &str) -> String {
        word.chars().map(|c| self.ontology.variants().fold(c)).collect()
    }

    /// The pattern of a word; `None` for a word of nothing.
    pub fn pattern(&mut self, word: &str) -> Option<&mut Pattern> {
        let word = self.fold(word.trim());
        let len = word.chars().count();
        if len == 0 {
            return None;
        }
        let pattern = self.patterns.entry(word).or_default();
        pattern.len = len;
        Some(pattern)
    }

    /// Notes where the ontology has no concept of that name.
    pub fn require_concept(&mut self, file: &str, name: &str) {
        if self.ontology.schema().concept(name).is_none() {
            self.faults.push(fault(file, format!("yps:{name} is no concept of the ontology"), None));
        }
    }

    /// The common words of `words.tsv`.
    pub fn words(&mut self) {
        let file = "words.tsv";
        let Some(bytes) = self.ontology.file(file) else { return };
        let text = String::from_utf8_lossy(bytes).into_owned();
        for (number, line) in text.lines().enumerate() {
            if line.starts_with('#') || line.is_empty() {
                continue;
            }
            let mut fields = line.split('\t');
            let (Some(word), Some(Ok(frequency)), Some(tag)) = (fields.next(), fields.next().map(str::parse::<u32>), fields.next()) else {
                let mut diagnostic = fault(file, "a line needs a word, a frequency and a tag, parted by tabs".into(), None);
                diagnostic.location.line = Some(number + 1);
                self.faults.push(diagnostic);
                continue;
            };
            let tag = tag.bytes().next().unwrap_or(b'n');
            let cost = word_cost(frequency);
            if let Some(pattern) = self.pattern(word)
                && pattern.word.is_none_or(|(old, _)| cost < old)
            {
                pattern.word = Some((cost, tag));
            }
        }
    }

    /// The words of units, as the ontology names them.
    pub fn units(&mut self) {
        let concepts: Vec<(Term, Vec<(String, Language)>)> = self
            .ontology
            .schema()
            .concepts_of("UnitScheme")
            .iter()
            .filter_map(|name| {
                self.ontology
                    .schema()
                    .concept(name)
                    .map(|c| (name.clone(), [vec![(c.labels.zh.clone(), Language::Zh)], c.names.clone()].concat()))
            })
            .collect();
        for (concept, names) in concepts {
            for (name, _) in names {
                if let Some(pattern) = self.pattern(&name)
                    && pattern.unit.is_none()
                {
                    pattern.unit = Some(concept.clone());
                }
            }
        }
    }

    /// The names of the gazetteers; gives the type of each entry.
    pub fn names(&mut self, types: &[TypeInfo]) -> Vec<Option<u8>> {
        let ontology = self.ontology;
        let mut entry_type = Vec::with_capacity(ontology.gazetteer().entries.len());
        for (index, entry) in ontology.gazetteer().entries.iter().enumerate() {
            let kind_of = type_of(types, &entry.class, &entry.kinds);
            entry_type.push(kind_of);
            if kind_of.is_none() || entry.replaced_by.is_some() && entry.label.chars().count() < 3 {
                continue;
            }
            let own = (entry.label.as_str(), None, entry.label_needs_context);
            let others =
                entry.names.iter().filter(|n| n.language == Language::Zh).map(|n| (n.text.as_str(), Some(n.kind), n.needs_context));
            for (text, kind, needs_context) in std::iter::once(own).chain(others) {
                if let Some(pattern) = self.pattern(text) {
                    pattern.names.push(NameSense { entry: index, kind, needs_context });
                }
            }
        }
        entry_type
    }
}

/// Cost of a word in a segmentation: sixteenths of a bit, from its frequency in sixty million words.
fn word_cost(frequency: u32) -> u32 {
    let ratio = 60_000_000 / u64::from(frequency.max(1));
    let bits = 64 - ratio.max(1).leading_zeros();
    let below = 1u64 << (bits - 1);
    let sixteenths = (ratio.max(1) - below) * 16 / below;
    (bits - 1) * 16 + u32::try_from(sixteenths).unwrap_or(0)
}

/// The type whose class and kind fit best: the kind decides between types of one class.
fn type_of(types: &[TypeInfo], class: &str, kinds: &[Term]) -> Option<u8> {
    let fits = |t: &&TypeInfo| &*t.class == class || t.also.iter().any(|a| &**a == class);
    let exact = types.iter().filter(fits).find(|t| t.kind.as_ref().is_some_and(|k| kinds.contains(k)));
    let chosen = exact.or_else(|| types.iter().find(fits))?;
    types.iter().position(|t| t.name == chosen.name).and_then(|i| u8::try_from(i).ok())
}
