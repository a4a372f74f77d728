//! The conventions by which annotations and extractions are compared; the words they rest on stand in `annotation.toml`.

use std::collections::HashMap;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use crate::corpus::GoldObservation;

/// `[scoring]` and `[levels]` of `annotation.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::extract) struct Scoring {
    /// Name of the document itself in annotations.
    pub document: String,
    /// Relations held to precision.
    pub counted: Vec<String>,
    context_prefixes: Vec<String>,
    context_words: Vec<String>,
    core_levels: Vec<String>,
    core_generic: Vec<String>,
    scales: Vec<(String, i32)>,
    percent: Vec<String>,
    /// Gold level → concepts that answer it.
    #[serde(skip)]
    pub levels: HashMap<String, Vec<String>>,
}

/// A name without width, case, white space, quotation and book marks.
pub(in crate::extract) fn fold(name: &str) -> String {
    name.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|c| {
            !c.is_whitespace()
                && !matches!(
                    c,
                    '"' | '\''
                        | '“'
                        | '”'
                        | '‘'
                        | '’'
                        | '「'
                        | '」'
                        | '『'
                        | '』'
                        | '《'
                        | '》'
                        | '〈'
                        | '〉'
                        | '('
                        | ')'
                        | '['
                        | ']'
                        | '【'
                        | '】'
                        | '·'
                        | '•'
                        | '・'
                )
        })
        .collect()
}

impl Scoring {
    /// The same with the table of levels.
    pub fn with_levels(mut self, levels: HashMap<String, Vec<String>>) -> Self {
        self.levels = levels;
        self
    }

    /// Whether a folded name is one that only its context resolves.
    pub fn is_context(&self, folded: &str) -> bool {
        let is_word = |s: &str| self.context_words.iter().any(|w| w == s);
        is_word(folded) || self.context_prefixes.iter().any(|p| folded.strip_prefix(p.as_str()).is_some_and(is_word))
    }

    /// What is left of a name when level and generic words go.
    pub fn core(&self, name: &str) -> String {
        let without = |text: String, words: &[String]| -> String {
            let mut out = String::new();
            let mut rest = text.as_str();
            while let Some(c) = rest.chars().next() {
                if let Some(word) = words.iter().find(|w| rest.starts_with(w.as_str())) {
                    rest = &rest[word.len()..];
                } else {
                    out.push(c);
                    rest = &rest[c.len_utf8()..];
                }
            }
            out
        };
        without(without(fold(name), &self.core_levels), &self.core_generic)
    }

    /// Value of an annotated figure with its scale multiplied out, and whether it is a percentage.
    pub fn number(&self, observation: &GoldObservation) -> (f64, bool) {
        let value = observation.value.as_f64().unwrap_or(0.0);
        let unit: String = observation
            .unit
            .clone()
            .unwrap_or_default()
            .chars()
            .map(|c| match c {
                '億' => '亿',
                '萬' => '万',
                c => c,
            })
            .collect();
        if let Some((_, exponent)) = self.scales.iter().find(|(word, _)| unit.starts_with(word.as_str())) {
            return (value * 10f64.powi(*exponent), false);
        }
        (value, self.percent.iter().any(|p| unit.contains(p.as_str())))
    }
}

/// Whether two indicators share a third of the characters of the shorter.
pub(in crate::extract) fn similar(a: &str, b: &str) -> bool {
    let set = |s: &str| fold(s).chars().collect::<std::collections::HashSet<_>>();
    let (a, b) = (set(a), set(b));
    !a.is_empty() && !b.is_empty() && a.intersection(&b).count() * 3 >= a.len().min(b.len())
}
