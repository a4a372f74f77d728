//! Where the words of the knowledge occur in a text.

use crate::extract::knowledge::{Brief, Cue, Knowledge, Pattern};

use super::folded::Folded;

/// One occurrence of a pattern. Indices count characters.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::extract) struct Hit {
    pub start: u32,
    pub end: u32,
    pub pattern: u32,
    pub brief: Brief,
}

impl Knowledge {
    /// All occurrences of all words in `text`, by start, longer ones first.
    pub fn hits(&self, text: &Folded) -> Vec<Hit> {
        let mut found_hits: Vec<Hit> = Vec::with_capacity(text.len() * 2);
        // How many hits begin before each character, one place further on.
        let mut begins = vec![0u32; text.len() + 2];
        let mut at = 0u32;
        let bytes = text.text.as_bytes();
        let (mut from, mut byte) = (0, 0);
        let mut start = 0u32;
        let characters = |bytes: &[u8]| u32::try_from(bytes.iter().filter(|b| **b & 0xC0 != 0x80).count()).unwrap_or(0);
        for found in self.automaton.find_overlapping_iter(&text.text) {
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
            found_hits.push(Hit { start, end: at, pattern, brief: self.briefs[pattern as usize] });
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

    /// The pattern of a hit.
    pub fn pattern(&self, hit: Hit) -> &Pattern {
        &self.patterns[hit.pattern as usize]
    }

    /// What the word of a hit tells of how something is said.
    pub fn cues(&self, hit: Hit) -> impl Iterator<Item = Cue> + '_ {
        self.pattern(hit).groups.iter().filter_map(|group| self.cues[usize::from(*group)])
    }
}
