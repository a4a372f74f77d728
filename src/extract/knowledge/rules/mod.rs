//! Relation rules of `ontology/rules/`, compiled with the other knowledge: their words are words of the automaton. They are matched in
//! [`crate::extract::rules`].

mod compile;

use crate::model::{Modality, Term};

use crate::extract::linear::Feature;

pub(super) use compile::compile;

/// All rules, ready for matching.
#[derive(Default)]
pub(in crate::extract) struct Rules {
    pub rules: Vec<Rule>,
    pub sequences: Vec<Sequence>,
    /// By type: sequences without a word, looked for where a name of the type stands.
    pub wordless: Vec<Vec<u16>>,
}

/// What a hit of a rule says.
pub(in crate::extract) struct Rule {
    pub id: Term,
    /// Hash of its name.
    hash: u64,
    /// The relation of the ontology that it speaks for.
    pub relation: Term,
    pub modality: Modality,
    pub direct: bool,
    pub subject: Types,
    pub object: Types,
    /// The object is the document.
    pub to_document: bool,
}

/// A set of types by their numbers.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::extract) struct Types(u64);

impl Types {
    pub fn holds(self, kind_of: u8) -> bool {
        kind_of < 64 && self.0 >> kind_of & 1 != 0
    }

    fn with(self, kind_of: usize) -> Self {
        Self(self.0 | if kind_of < 64 { 1 << kind_of } else { 0 })
    }
}

/// A pattern with its optional parts settled.
pub(in crate::extract) struct Sequence {
    pub rule: u16,
    pub steps: Vec<Step>,
    /// The step that is looked for first: its rarest words, or its first name.
    pub anchor: usize,
}

/// A part of a sequence.
#[derive(Clone)]
pub(in crate::extract) enum Step {
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
pub(in crate::extract) enum Word {
    Text(Vec<char>),
    Group(u16),
}

/// Which end of the relation a name is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::extract) enum End {
    Subject,
    Object,
    Neither,
}

/// Stands for the carry of a pair whose one end the words only imply.
const IMPLIED: u64 = 11;

impl Rules {
    /// The features of a rule that fits a pair: the rule, and the rule with how one end was carried; `implied` where only an item before
    /// the pattern implies one.
    pub fn features(&self, rule: u16, implied: bool, carry: u8) -> [Feature; 2] {
        let hash = self.rules[usize::from(rule)].hash;
        let how = if implied && carry == 0 { IMPLIED } else { u64::from(carry) };
        [Feature::new(4001).with(hash), Feature::new(4002).with(hash).with(how)]
    }
}
