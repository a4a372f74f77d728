//! Relation rules of `ontology/rules/`: compiled once with the other knowledge, matched over the items of a unit.
//!
//! A hit is a feature of the scorer of pairs; it decides by itself only where its rule is marked `direct`. Every hit is counted in the
//! ledger of `evaluate` and named by the evidence of the statement that it supports.

mod compile;
mod examples;
mod matching;
mod support;

use crate::model::{Modality, Term};

use super::linear::Feature;

pub(super) use compile::compile;
pub use examples::check_rules;
pub(super) use matching::fits;

/// All rules, ready for matching.
#[derive(Default)]
pub(super) struct Rules {
    pub rules: Vec<Rule>,
    sequences: Vec<Sequence>,
    /// By type: sequences without a word, looked for where a name of the type stands.
    wordless: Vec<Vec<u16>>,
}

/// What a hit of a rule says.
pub(super) struct Rule {
    pub id: Term,
    /// Hash of its name.
    hash: u64,
    /// The relation of the ontology that it speaks for.
    pub relation: Term,
    pub modality: Modality,
    pub direct: bool,
    subject: Types,
    object: Types,
    /// The object is the document.
    to_document: bool,
}

/// A set of types by their numbers.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Types(u64);

impl Types {
    fn holds(self, kind_of: u8) -> bool {
        kind_of < 64 && self.0 >> kind_of & 1 != 0
    }

    fn with(self, kind_of: usize) -> Self {
        Self(self.0 | if kind_of < 64 { 1 << kind_of } else { 0 })
    }
}

/// A pattern with its optional parts settled.
struct Sequence {
    rule: u16,
    steps: Vec<Step>,
    /// The step that is looked for first: its rarest words, or its first name.
    anchor: usize,
}

/// A part of a sequence.
#[derive(Clone)]
enum Step {
    Words(Vec<Word>),
    Name { end: End, types: Types, list: bool },
    Gap { most: usize, names: bool },
    ClauseStart,
    ClauseEnd,
    RoleStart,
    RoleEnd,
}

/// A word of a pattern: folded characters, or any word of a group.
#[derive(Clone)]
enum Word {
    Text(Vec<char>),
    Group(u16),
}

/// Which end of the relation a name is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Subject,
    Object,
    Neither,
}

/// A rule that fits a pair of a unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fit {
    /// Numbers of both ends: items of the unit, then those carried into it, then the document.
    pub subject: u16,
    pub object: u16,
    pub rule: u16,
    /// An end is not in the pattern but implied by an item before it.
    pub implied: bool,
    /// First and last character of the words that tell the role.
    pub role: Option<(usize, usize)>,
}

impl Fit {
    /// What sets a fit apart from others; two ways to read a role are one fit.
    fn key(&self) -> (u16, u16, u16, bool) {
        (self.subject, self.object, self.rule, self.implied)
    }
}

/// Stands for the carry of a pair whose one end the words only imply.
const IMPLIED: u64 = 11;

impl Rules {
    /// The features of a fit: its rule, and its rule with how one end was carried.
    pub fn features(&self, fit: &Fit, carry: u8) -> [Feature; 2] {
        let hash = self.rules[usize::from(fit.rule)].hash;
        let how = if fit.implied && carry == 0 { IMPLIED } else { u64::from(carry) };
        [Feature::new(4001).with(hash), Feature::new(4002).with(hash).with(how)]
    }
}

/// The fits of one pair, among all of a unit in order.
pub(super) fn of_pair(fits: &[Fit], subject: usize, object: usize) -> &[Fit] {
    if fits.is_empty() {
        return fits;
    }
    let key = |f: &Fit| (usize::from(f.subject), usize::from(f.object));
    let start = fits.partition_point(|f| key(f) < (subject, object));
    let count = fits[start..].partition_point(|f| key(f) == (subject, object));
    &fits[start..start + count]
}
