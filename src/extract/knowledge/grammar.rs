//! The grammar of names, as `ontology/grammar.toml` tells: heads, equal forms, modifiers, levels of places, numbers of documents.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::Term;

use super::builder::{Builder, fault};
use super::scheme::TypeInfo;

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

/// The grammar, folded, for matching.
#[derive(Default)]
pub(in crate::extract) struct Grammar {
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
}

impl Grammar {
    /// Whether the place that `label` names is of the level that a word such as 省 tells.
    pub fn is_of_level(&self, label: &str, level: &str) -> bool {
        let also = |(word, ending): &(char, String)| level.chars().eq([*word]) && label.ends_with(ending.as_str());
        label.ends_with(level) || self.also_levels.iter().any(also)
    }
}

/// The file as it is written.
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

#[derive(Default, Deserialize)]
struct WordList {
    words: Vec<String>,
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

impl Builder<'_> {
    /// The grammar, its heads filed under their words.
    pub fn grammar(&mut self, types: &[TypeInfo]) -> Grammar {
        let Some(file) = self.parse::<GrammarFile>("grammar.toml") else { return Grammar::default() };
        let heads = self.heads(types, file.heads);
        let fold = |word: &String| self.fold(word);
        let folded = |list: &WordList| -> Vec<String> { list.words.iter().map(fold).collect() };
        let marks = |marks: &[char]| marks.iter().map(|c| self.ontology.variants().fold(*c)).collect();
        let longest_first = |a: &str, b: &str| b.chars().count().cmp(&a.chars().count());
        let mut equal: Vec<(String, String)> =
            file.equal.iter().map(|(long, short)| (fold(long), self.fold(short.as_str().unwrap_or_default()))).collect();
        equal.sort_by(|a, b| longest_first(&a.0, &b.0).then(a.cmp(b)));
        let mut equal_begin: Vec<char> = equal.iter().filter_map(|(long, _)| long.chars().next()).collect();
        equal_begin.sort_unstable();
        equal_begin.dedup();
        let mut modifiers = folded(&file.modifiers);
        modifiers.sort_by(|a, b| longest_first(a, b).then(a.cmp(b)));
        let endings = |(level, words): (&String, &Vec<String>)| -> Vec<(char, String)> {
            level.chars().next().into_iter().flat_map(|level| words.iter().map(move |word| (level, fold(word)))).collect()
        };
        let form = &file.document_number;
        Grammar {
            heads,
            equal,
            equal_begin,
            modifiers,
            qualities: folded(&file.qualities),
            place_levels: folded(&file.place_levels).iter().flat_map(|word| word.chars()).collect(),
            also_levels: file.also_levels.iter().flat_map(endings).collect(),
            list_counts: folded(&file.list_counts),
            document_number: NumberForm {
                open: marks(&form.open),
                close: marks(&form.close),
                ordinal: marks(&form.ordinal),
                end: marks(&form.end),
            },
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
}
