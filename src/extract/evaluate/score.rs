//! Counts and what follows from them: precision, recall and F1, by class and relation; differences; how far confidences can be trusted.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::corpus::Gold;
use crate::model::{Document, Extraction};

use crate::extract::Extractor;

use super::comparison::Comparison;
use super::ledger::RuleCount;

/// Counts of right, extra and missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Right.
    pub right: usize,
    /// Extracted, not annotated.
    pub extra: usize,
    /// Annotated, not extracted.
    pub missing: usize,
}

impl Score {
    /// Share of the extracted that is right, 0 to 1.
    #[must_use]
    pub fn precision(self) -> f64 {
        ratio(self.right, self.right + self.extra)
    }

    /// Share of the annotated that is found, 0 to 1.
    #[must_use]
    pub fn recall(self) -> f64 {
        ratio(self.right, self.right + self.missing)
    }

    /// Harmonic mean of both.
    #[must_use]
    pub fn f1(self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn ratio(a: usize, b: usize) -> f64 {
    if b == 0 { 0.0 } else { a as f64 / b as f64 }
}

/// One line of a report.
#[derive(Clone, Debug, Serialize)]
pub struct ReportRow {
    /// `entities`, `entity`, `relations` …
    pub group: String,
    /// Class or relation, `all` for totals.
    pub name: String,
    /// 0 to 1.
    pub precision: f64,
    /// 0 to 1.
    pub recall: f64,
    /// 0 to 1.
    pub f1: f64,
    /// Counts.
    #[serde(flatten)]
    pub score: Score,
    /// For a rule: how often it fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hits: Option<usize>,
}

/// A difference between annotation and extraction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Miss {
    /// Annotated document.
    pub document: String,
    /// `missing entity`, `extra relation` …
    pub kind: &'static str,
    /// What.
    pub what: String,
    /// The sentence it stands in, where it has one.
    pub sentence: String,
}

/// Scores by group (`entities`, `relations`, `observations`, `figures`, `entity`, `relation`) and name.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Evaluation {
    /// Counts.
    pub scores: BTreeMap<(String, String), Score>,
    /// Differences, in the order of the documents.
    pub misses: Vec<Miss>,
    /// (margin estimate in thousandths, right) of each asserted relation that counts.
    pub calibration: Vec<(u16, bool)>,
    /// What the rules are worth, by identifier.
    pub rules: BTreeMap<String, RuleCount>,
}

impl Evaluation {
    /// The score of a group's total.
    #[must_use]
    pub fn total(&self, group: &str) -> Score {
        let name = if group == "figures" { "value+unit" } else { "all" };
        self.scores.get(&(group.to_owned(), name.to_owned())).copied().unwrap_or_default()
    }

    /// Adds the comparison of one document.
    pub fn add(&mut self, extractor: &Extractor, document: &Document, extraction: &Extraction, gold: &Gold) {
        Comparison::new(&extractor.knowledge, document, extraction, gold).count(self);
    }

    /// How often asserted relations of each tenth of confidence were right: tenth (0 to 9), count, share right.
    #[must_use]
    pub fn reliability(&self) -> Vec<(u16, usize, f64)> {
        (0..10u16)
            .filter_map(|tenth| {
                let inside: Vec<bool> =
                    self.calibration.iter().filter(|(c, _)| (c / 100).min(9) == tenth).map(|(_, right)| *right).collect();
                let right = inside.iter().filter(|r| **r).count();
                (!inside.is_empty()).then(|| (tenth, inside.len(), ratio(right, inside.len())))
            })
            .collect()
    }

    /// Scores as a list for JSON.
    #[must_use]
    pub fn report(&self) -> Vec<ReportRow> {
        let row = |((group, name), score): (&(String, String), &Score)| ReportRow {
            group: group.clone(),
            name: name.clone(),
            precision: score.precision(),
            recall: score.recall(),
            f1: score.f1(),
            score: *score,
            hits: None,
        };
        self.scores.iter().map(row).chain(self.rules.iter().map(|(rule, count)| count.row(rule))).collect()
    }

    /// Adds the counts of another evaluation.
    pub fn merge(&mut self, other: Self) {
        for (key, score) in other.scores {
            let own = self.scores.entry(key).or_default();
            own.right += score.right;
            own.extra += score.extra;
            own.missing += score.missing;
        }
        for (rule, count) in other.rules {
            self.rules.entry(rule).or_default().merge(count);
        }
        self.misses.extend(other.misses);
        self.calibration.extend(other.calibration);
    }

    /// The score to count in.
    pub(super) fn score(&mut self, group: &str, name: &str) -> &mut Score {
        self.scores.entry((group.to_owned(), name.to_owned())).or_default()
    }

    /// Counts in a class or relation and in the total `all`.
    pub(super) fn both(&mut self, group: &str, name: &str, all: &str, change: impl Fn(&mut Score)) {
        change(self.score(group, name));
        change(self.score(all, "all"));
    }
}
