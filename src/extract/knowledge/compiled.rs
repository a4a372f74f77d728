//! The knowledge of `ontology/` compiled for matching: one automaton over all words, each word with its senses.

use std::sync::Arc;

use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder};

use crate::model::Diagnostic;
use crate::ontology::Ontology;

use crate::extract::linear::{Feature, QuickMap};

use super::builder::{Builder, fault};
use super::cues::Cue;
use super::grammar::Grammar;
use super::patterns::{Brief, Pattern};
use super::rules::{self, Rules};
use super::scheme::{NameRelation, RelationInfo, Scheme, TypeInfo};
use super::scoring::Scoring;

/// Knowledge compiled for matching. Immutable; shared between threads.
pub(in crate::extract) struct Knowledge {
    pub ontology: Arc<Ontology>,
    pub patterns: Vec<Pattern>,
    pub grammar: Grammar,
    pub types: Vec<TypeInfo>,
    pub relations: Vec<RelationInfo>,
    /// What names say of their parts.
    pub name_relations: Vec<NameRelation>,
    pub scoring: Scoring,
    pub groups: Vec<String>,
    pub rules: Rules,
    /// By word group: what it tells of how something is said.
    pub cues: Vec<Option<Cue>>,
    /// Type index of each gazetteer entry.
    pub entry_type: Vec<Option<u8>>,
    /// By pattern: what its word counts as in features, 30 bits of its text, so that words added to the knowledge leave all others as they are.
    pub word_marks: Vec<u32>,
    /// By pattern: what every hit of it is asked for.
    pub briefs: Vec<Brief>,
    /// Finds the patterns in a text.
    pub automaton: CharwiseDoubleArrayAhoCorasick<u32>,
    by_text: QuickMap<String, u32>,
}

impl Knowledge {
    /// Compiles the knowledge of `ontology`.
    ///
    /// # Errors
    /// All faults of the grammar, lexicon, cues, words and annotation files together.
    pub fn new(ontology: &Arc<Ontology>) -> Result<Self, Vec<Diagnostic>> {
        let mut builder = Builder::new(ontology);
        let Scheme { types, relations, names, scoring } = builder.scheme();
        let grammar = builder.grammar(&types);
        let mut groups = Vec::new();
        for file in ["lexicon.toml", "cues.toml"] {
            builder.groups(file, &mut groups);
        }
        builder.words();
        builder.units();
        let entry_type = builder.names(&types);
        let rules = rules::compile(ontology, &types, &groups, &mut builder.patterns);
        let Builder { patterns, faults, .. } = builder;
        if !faults.is_empty() {
            return Err(faults);
        }
        let (texts, patterns): (Vec<String>, Vec<Pattern>) = patterns.into_iter().unzip();
        let pairs = texts.iter().zip(0u32..);
        let automaton = CharwiseDoubleArrayAhoCorasickBuilder::new()
            .build_with_values(pairs)
            .map_err(|error| vec![fault("grammar.toml", format!("the words cannot be compiled: {error}"), None)])?;
        let briefs = patterns.iter().map(Brief::of).collect();
        let word_marks = texts.iter().map(|text| word_mark(text)).collect();
        let by_text = texts.into_iter().zip(0u32..).collect();
        Ok(Self {
            by_text,
            ontology: Arc::clone(ontology),
            patterns,
            grammar,
            types,
            relations,
            name_relations: names,
            scoring,
            cues: groups.iter().map(|name| Cue::of_group(name)).collect(),
            groups,
            rules,
            entry_type,
            word_marks,
            briefs,
            automaton,
        })
    }

    /// The pattern of exactly this folded text.
    pub fn lookup(&self, text: &str) -> Option<&Pattern> {
        self.by_text.get(text).map(|i| &self.patterns[*i as usize])
    }

    /// Whether a gazetteer lists something of type `kind_of` under the word of a pattern.
    pub fn is_named(&self, pattern: u32, kind_of: u8) -> bool {
        self.patterns[pattern as usize].names.iter().any(|sense| self.entry_type[sense.entry] == Some(kind_of))
    }

    /// Index of a type by its name in the annotation scheme.
    pub fn type_index(&self, name: &str) -> Option<u8> {
        self.types.iter().position(|t| t.name == name).and_then(|i| u8::try_from(i).ok())
    }

    /// Index of a word group by its name.
    pub fn group(&self, name: &str) -> Option<u16> {
        self.groups.iter().position(|g| g == name).and_then(|i| u16::try_from(i).ok())
    }
}

/// What a word counts as in features.
fn word_mark(text: &str) -> u32 {
    u32::try_from(Feature::new(0).text(text).hash() & 0x7FFF_FFFF).unwrap_or_default()
}
