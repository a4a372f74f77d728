//! The knowledge of `ontology/` compiled for matching: one automaton over all words, each word with its senses.

use std::collections::BTreeMap;
use std::sync::Arc;

use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder};
use serde::Deserialize;

use crate::model::{Diagnostic, Language, Location, NameKind, Severity, Term};
use crate::ontology::Ontology;

use super::cues::Cue;
use super::scheme::{RelationInfo, Scheme, TypeInfo};
use super::scoring::Scoring;
use crate::extract::linear::QuickMap;
use crate::extract::rules::{self, Rules};
use crate::extract::text::{self, Brief, Folded, Hit};

/// A name of a gazetteer entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::extract) struct NameSense {
    /// Index into [`crate::ontology::Gazetteer::entries`].
    pub entry: usize,
    /// `None` for the canonical name.
    pub kind: Option<NameKind>,
    /// Counts only with support from its context.
    pub needs_context: bool,
}

/// All senses of one word.
#[derive(Clone, Debug, Default)]
pub(in crate::extract) struct Pattern {
    /// Length in characters.
    pub len: usize,
    /// Cost and part of speech as a common word.
    pub word: Option<(u32, u8)>,
    /// Gazetteer names.
    pub names: Vec<NameSense>,
    /// Type and head group, where the word is a head of names.
    pub heads: Vec<u16>,
    /// Word groups of the lexicon, by index.
    pub groups: Vec<u16>,
    /// Concept of a level word.
    pub level: Option<Term>,
    /// Concept of a unit word.
    pub unit: Option<Term>,
    /// Sequences of rules that are looked for where the word stands.
    pub sequences: Vec<u16>,
}

/// A group of heads of `grammar.toml`.
#[derive(Clone, Debug)]
pub(in crate::extract) struct Head {
    /// Index of the type it ends names of.
    pub kind_of: u8,
    /// Finer kind.
    pub kind: Option<Term>,
    /// Verbs to the left end the name.
    pub soft: bool,
    /// Proposes nothing by itself.
    pub weak: bool,
    /// A place right before it makes a name of it.
    pub after_place: bool,
}

/// Knowledge compiled for matching. Immutable; shared between threads.
pub(in crate::extract) struct Knowledge {
    pub ontology: Arc<Ontology>,
    pub patterns: Vec<Pattern>,
    pub heads: Vec<Head>,
    /// Equal forms in names, longest first: (long, short).
    pub equal: Vec<(String, String)>,
    /// The characters that long forms begin with, in order.
    pub equal_begin: Vec<char>,
    /// Words of names that are neither place nor industry, longest first.
    pub modifiers: Vec<String>,
    /// Modifiers that stay with the industry they qualify (高端 in 高端装备集群).
    pub qualities: Vec<String>,
    /// The last characters of names of places that alone stand for the place a body belongs to (省 in 省财政厅).
    pub place_levels: Vec<char>,
    /// Endings of names that a level word stands for beside itself (省: …自治区).
    pub also_levels: Vec<(char, String)>,
    /// Words that count the members of a list at its end.
    pub list_counts: Vec<String>,
    pub document_number: NumberForm,
    pub types: Vec<TypeInfo>,
    pub relations: Vec<RelationInfo>,
    pub scoring: Scoring,
    pub groups: Vec<String>,
    pub rules: Rules,
    /// By word group: what it tells of how something is said.
    cues: Vec<Option<Cue>>,
    /// Type index of each gazetteer entry.
    pub entry_type: Vec<Option<u8>>,
    /// What a hit says of its pattern by itself.
    briefs: Vec<Brief>,
    automaton: CharwiseDoubleArrayAhoCorasick<u32>,
    by_text: QuickMap<String, u32>,
}

#[derive(Deserialize)]
struct GrammarFile {
    heads: Vec<HeadGroup>,
    #[serde(default)]
    also_levels: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    equal: toml::Table,
    #[serde(default)]
    modifiers: WordList,
    #[serde(default)]
    qualities: WordList,
    #[serde(default)]
    place_levels: WordList,
    #[serde(default)]
    list_counts: WordList,
    #[serde(default)]
    document_number: NumberForm,
}

/// The characters of the numbers of documents: 机关代字〔2024〕15号. Folded.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::extract) struct NumberForm {
    /// Before the year.
    pub open: Vec<char>,
    /// After the year.
    pub close: Vec<char>,
    /// May stand before the serial number.
    pub ordinal: Vec<char>,
    /// Behind it.
    pub end: Vec<char>,
}

#[derive(Default, Deserialize)]
struct WordList {
    words: Vec<String>,
}

/// What grammar.toml says.
#[derive(Default)]
struct Grammar {
    heads: Vec<Head>,
    equal: Vec<(String, String)>,
    modifiers: Vec<String>,
    qualities: Vec<String>,
    place_levels: Vec<char>,
    also_levels: Vec<(char, String)>,
    list_counts: Vec<String>,
    document_number: NumberForm,
}

#[derive(Deserialize)]
struct HeadGroup {
    #[serde(rename = "type")]
    type_name: String,
    kind: Option<String>,
    #[serde(default)]
    soft: bool,
    #[serde(default)]
    weak: bool,
    #[serde(default)]
    after_place: bool,
    words: Vec<String>,
}

#[derive(Deserialize)]
struct GroupFile {
    #[serde(default)]
    groups: Vec<Group>,
    #[serde(default)]
    levels: Vec<Level>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    relation: Option<String>,
    words: Vec<String>,
    example: Option<String>,
}

#[derive(Deserialize)]
struct Level {
    concept: String,
    words: Vec<String>,
}

/// Collects patterns and faults while the files are read.
pub(in crate::extract) struct Builder<'a> {
    pub ontology: &'a Ontology,
    patterns: BTreeMap<String, Pattern>,
    pub faults: Vec<Diagnostic>,
}

impl Knowledge {
    /// Compiles the knowledge of `ontology`.
    ///
    /// # Errors
    /// All faults of the grammar, lexicon, cues, words and annotation files together.
    pub fn new(ontology: &Arc<Ontology>) -> Result<Self, Vec<Diagnostic>> {
        let mut builder = Builder { ontology, patterns: BTreeMap::new(), faults: Vec::new() };
        let Scheme { types, relations, scoring } = builder.scheme();
        let Grammar { heads, equal, modifiers, qualities, place_levels, also_levels, list_counts, document_number } =
            builder.grammar(&types);
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
        let mut equal_begin: Vec<char> = equal.iter().filter_map(|(long, _)| long.chars().next()).collect();
        equal_begin.sort_unstable();
        equal_begin.dedup();
        let briefs = patterns.iter().map(Brief::of).collect();
        let by_text = texts.into_iter().zip(0u32..).collect();
        Ok(Self {
            by_text,
            ontology: Arc::clone(ontology),
            patterns,
            heads,
            equal,
            equal_begin,
            modifiers,
            qualities,
            place_levels,
            also_levels,
            list_counts,
            document_number,
            types,
            relations,
            scoring,
            cues: groups.iter().map(|name| Cue::of_group(name)).collect(),
            groups,
            rules,
            entry_type,
            briefs,
            automaton,
        })
    }

    /// All occurrences of all words in `text`, by start, longer ones first.
    pub fn hits(&self, text: &Folded) -> Vec<Hit> {
        text::find(&self.automaton, &self.briefs, text)
    }

    /// The pattern of a hit.
    pub fn pattern(&self, hit: Hit) -> &Pattern {
        &self.patterns[hit.pattern as usize]
    }

    /// What the word of a hit tells of how something is said.
    pub fn cues(&self, hit: Hit) -> impl Iterator<Item = Cue> + '_ {
        self.pattern(hit).groups.iter().filter_map(|group| self.cues[usize::from(*group)])
    }

    /// The pattern of exactly this folded text.
    pub fn lookup(&self, text: &str) -> Option<&Pattern> {
        self.by_text.get(text).map(|i| &self.patterns[*i as usize])
    }

    /// Whether the place that `label` names is of the level that a word such as 省 tells.
    pub fn is_of_level(&self, label: &str, level: char) -> bool {
        label.ends_with(level) || self.also_levels.iter().any(|(word, ending)| *word == level && label.ends_with(ending.as_str()))
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

impl Builder<'_> {
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

    fn fold(&self, word: &str) -> String {
        word.chars().map(|c| self.ontology.variants().fold(c)).collect()
    }

    fn pattern(&mut self, word: &str) -> Option<&mut Pattern> {
        let word = self.fold(word.trim());
        let len = word.chars().count();
        if len == 0 {
            return None;
        }
        let pattern = self.patterns.entry(word).or_default();
        pattern.len = len;
        Some(pattern)
    }

    fn require_concept(&mut self, file: &str, name: &str) {
        if self.ontology.schema().concept(name).is_none() {
            self.faults.push(fault(file, format!("yps:{name} is no concept of the ontology"), None));
        }
    }

    fn grammar(&mut self, types: &[TypeInfo]) -> Grammar {
        let Some(parsed) = self.parse::<GrammarFile>("grammar.toml") else { return Grammar::default() };
        let mut equal: Vec<(String, String)> =
            parsed.equal.iter().map(|(long, short)| (self.fold(long), self.fold(short.as_str().unwrap_or_default()))).collect();
        equal.sort_by(|a, b| b.0.chars().count().cmp(&a.0.chars().count()).then(a.cmp(b)));
        let mut modifiers: Vec<String> = parsed.modifiers.words.iter().map(|w| self.fold(w)).collect();
        modifiers.sort_by(|a, b| b.chars().count().cmp(&a.chars().count()).then(a.cmp(b)));
        let qualities = parsed.qualities.words.iter().map(|w| self.fold(w)).collect();
        let place_levels = parsed.place_levels.words.iter().flat_map(|w| self.fold(w).chars().collect::<Vec<_>>()).collect();
        let ending = |(level, words): (&String, &Vec<String>)| -> Vec<(char, String)> {
            level.chars().next().into_iter().flat_map(|level| words.iter().map(move |word| (level, word.clone()))).collect()
        };
        let also_levels = parsed.also_levels.iter().flat_map(ending).map(|(level, word)| (level, self.fold(&word))).collect();
        let list_counts = parsed.list_counts.words.iter().map(|w| self.fold(w)).collect();
        let marks = |marks: &[char]| marks.iter().map(|c| self.ontology.variants().fold(*c)).collect();
        let form = &parsed.document_number;
        let document_number =
            NumberForm { open: marks(&form.open), close: marks(&form.close), ordinal: marks(&form.ordinal), end: marks(&form.end) };
        Grammar {
            heads: self.heads(types, parsed.heads),
            equal,
            modifiers,
            qualities,
            place_levels,
            also_levels,
            list_counts,
            document_number,
        }
    }

    fn heads(&mut self, types: &[TypeInfo], groups: Vec<HeadGroup>) -> Vec<Head> {
        let file = "grammar.toml";
        let mut heads = Vec::new();
        for group in groups {
            let Some(kind_of) = types.iter().position(|t| t.name == group.type_name).and_then(|i| u8::try_from(i).ok()) else {
                self.faults.push(fault(file, format!("{} is no type of annotation.toml", group.type_name), None));
                continue;
            };
            if let Some(kind) = &group.kind {
                self.require_concept(file, kind);
            }
            let index = u16::try_from(heads.len()).unwrap_or(u16::MAX);
            heads.push(Head {
                kind_of,
                kind: group.kind.map(Term::from),
                soft: group.soft,
                weak: group.weak,
                after_place: group.after_place,
            });
            for word in &group.words {
                if let Some(pattern) = self.pattern(word) {
                    pattern.heads.push(index);
                }
            }
        }
        heads
    }

    fn groups(&mut self, file: &str, names: &mut Vec<String>) {
        let Some(parsed) = self.parse::<GroupFile>(file) else { return };
        for group in parsed.groups {
            if let Some(relation) = group.relation.as_deref().filter(|r| *r != "recommends") {
                self.require_relation(file, relation);
            }
            if let Some(example) = &group.example
                && !group.words.iter().any(|w| example.contains(w.as_str()))
            {
                let message = format!("group {}: the example “{example}” holds none of its words", group.name);
                self.faults.push(fault(file, message, Some("add the word to the group or mend the example".into())));
            }
            let index = u16::try_from(names.len()).unwrap_or(u16::MAX);
            names.push(group.name);
            for word in &group.words {
                if let Some(pattern) = self.pattern(word)
                    && !pattern.groups.contains(&index)
                {
                    pattern.groups.push(index);
                }
            }
        }
        for level in parsed.levels {
            self.require_concept(file, &level.concept);
            let concept: Term = level.concept.into();
            for word in &level.words {
                if let Some(pattern) = self.pattern(word) {
                    pattern.level = Some(concept.clone());
                }
            }
        }
    }

    fn words(&mut self) {
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

    fn units(&mut self) {
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

    fn names(&mut self, types: &[TypeInfo]) -> Vec<Option<u8>> {
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
