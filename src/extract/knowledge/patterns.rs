//! What a word of the knowledge can mean: its senses, and the little of them that every occurrence is asked for.

use crate::model::{NameKind, Term};

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

/// The little of a pattern that every hit is asked for. There are many patterns and each is far away in memory.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::extract) struct Brief {
    /// Cost as a common word.
    cost: u16,
    /// Part of speech as a common word; 0 where it is none.
    tag: u8,
    /// Which of the lists of a pattern hold anything.
    holds: u8,
}

impl Brief {
    /// Gazetteer names.
    pub const NAMES: u8 = 1;
    /// Gazetteer names that need no support from their context.
    pub const STRONG: u8 = 2;
    /// Heads of names.
    pub const HEADS: u8 = 4;
    /// Word groups.
    pub const GROUPS: u8 = 8;
    /// A level.
    pub const LEVEL: u8 = 16;
    /// Sequences of rules.
    pub const SEQUENCES: u8 = 32;

    /// The brief of a pattern.
    pub fn of(pattern: &Pattern) -> Self {
        let (cost, tag) = pattern.word.unwrap_or_default();
        let held = [
            (!pattern.names.is_empty(), Self::NAMES),
            (pattern.names.iter().any(|s| !s.needs_context), Self::STRONG),
            (!pattern.heads.is_empty(), Self::HEADS),
            (!pattern.groups.is_empty(), Self::GROUPS),
            (pattern.level.is_some(), Self::LEVEL),
            (!pattern.sequences.is_empty(), Self::SEQUENCES),
        ];
        let holds = held.iter().filter(|(is, _)| *is).fold(0, |all, (_, what)| all | what);
        Self { cost: u16::try_from(cost).unwrap_or(u16::MAX), tag, holds }
    }

    /// Whether the pattern has something of this sort.
    #[inline]
    pub fn holds(self, what: u8) -> bool {
        self.holds & what != 0
    }

    /// Cost and part of speech as a common word.
    #[inline]
    pub fn word(self) -> Option<(u32, u8)> {
        (self.tag != 0).then_some((u32::from(self.cost), self.tag))
    }
}
