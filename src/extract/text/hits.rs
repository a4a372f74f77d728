//! Where the words of the knowledge occur in a text.

use daachorse::CharwiseDoubleArrayAhoCorasick;

use super::folded::Folded;
use crate::extract::knowledge::Pattern;

/// One occurrence of a pattern. Indices count characters.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::extract) struct Hit {
    pub start: u32,
    pub end: u32,
    pub pattern: u32,
    pub brief: Brief,
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

/// All occurrences of all words of `automaton` in `text`, by start, longer ones first. `briefs` stand by pattern.
pub(in crate::extract) fn find(automaton: &CharwiseDoubleArrayAhoCorasick<u32>, briefs: &[Brief], text: &Folded) -> Vec<Hit> {
    let mut found_hits: Vec<Hit> = Vec::with_capacity(text.len() * 2);
    // How many hits begin before each character, one place further on.
    let mut begins = vec![0u32; text.len() + 2];
    let mut at = 0u32;
    let bytes = text.text.as_bytes();
    let (mut from, mut byte) = (0, 0);
    let mut start = 0u32;
    let characters = |bytes: &[u8]| u32::try_from(bytes.iter().filter(|b| **b & 0xC0 != 0x80).count()).unwrap_or(0);
    for found in automaton.find_overlapping_iter(&text.text) {
        if found.end() > byte {
            at += characters(&bytes[byte..found.end()]);
            byte = found.end();
            (from, start) = (byte, at);
        }
        // Hits that end together come longest first, or shortest first: either way the next begins nearby.
        if found.start() < from {
            start -= characters(&bytes[found.start()..from]);
        } else {
            start += characters(&bytes[from..found.start()]);
        }
        from = found.start();
        begins[start as usize + 1] += 1;
        let pattern = found.value();
        found_hits.push(Hit { start, end: at, pattern, brief: briefs[pattern as usize] });
    }
    for i in 1..begins.len() {
        begins[i] += begins[i - 1];
    }
    // They came by their ends. Filed by their starts from the last on, longer ones stand first; two of one start and end are one word.
    let mut hits = vec![Hit::default(); found_hits.len()];
    for hit in found_hits.iter().rev() {
        let place = &mut begins[hit.start as usize];
        hits[*place as usize] = *hit;
        *place += 1;
    }
    hits
}
