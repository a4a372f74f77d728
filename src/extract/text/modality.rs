//! In which mode a clause speaks: fact, plan, advice, warning, denial. Read from cue words near the object, never guessed.

use std::ops::Range;

use crate::model::Modality;

use crate::extract::Extractor;
use crate::extract::knowledge::{Brief, Cue};

use super::clauses::is_clause_mark;
use super::hits::Hit;
use super::reading::Reading;

/// Whether what is said may be advice.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::extract) enum Advice {
    No,
    /// Somebody speaks of how things are: advice only where he says so.
    Told,
    /// Somebody speaks of what is done: what he does not tell as come true is taken for advice, never for fact.
    Maybe,
    Yes,
}

impl Advice {
    /// Advice for sure, or what a speaker says: of a state (who is where, of which industry), or of what is done.
    pub fn of(sure: bool, spoken: bool, state: bool) -> Self {
        match (sure, spoken, state) {
            (true, ..) => Self::Yes,
            (false, true, true) => Self::Told,
            (false, true, false) => Self::Maybe,
            (false, false, _) => Self::No,
        }
    }
}

impl Extractor {
    /// Mode of what is said at `at` (characters), judged by cues between the start of its clause group and `at`.
    pub(in crate::extract) fn modality(&self, reading: &Reading, sentence: &Range<usize>, at: &Range<usize>, advice: Advice) -> Modality {
        let chars = &reading.text.chars;
        let clause = (sentence.start..at.start).rev().find(|i| is_clause_mark(chars[*i])).map_or(sentence.start, |i| i + 1);
        let first = reading.hits.partition_point(|h| (h.start as usize) < sentence.start);
        let (mut planned, mut came_true) = (false, false);
        for hit in reading.hits[first..].iter().take_while(|h| (h.start as usize) < at.start) {
            let (start, end) = (hit.start as usize, hit.end as usize);
            if end > at.start || !hit.brief.holds(Brief::GROUPS) {
                continue;
            }
            let mut cues = self.knowledge.cues(*hit).peekable();
            if cues.peek().is_none() || Self::covered(reading, hit) {
                continue;
            }
            for cue in cues {
                match cue {
                    Cue::Denied if start >= clause => return Modality::Denied,
                    Cue::Discouraged if start >= clause => return Modality::Discouraged,
                    Cue::Conditional if start == sentence.start || start == clause => planned = true,
                    Cue::Planned if at.start - end <= 30 => planned = true,
                    Cue::Recommended if advice != Advice::No && start >= clause => return Modality::Recommended,
                    Cue::Realised => came_true = true,
                    _ => {}
                }
            }
        }
        if advice == Advice::Yes {
            Modality::Recommended
        } else if planned {
            Modality::Planned
        } else if advice == Advice::Maybe && !came_true {
            Modality::Recommended
        } else {
            Modality::Asserted
        }
    }

    /// Whether a cue is only part of a longer word (要 in 重要, 将 in 将军).
    fn covered(reading: &Reading, hit: &Hit) -> bool {
        let Some(sentence) = reading.sentence_at(hit.start as usize) else { return true };
        let base = reading.layout.sentences[sentence].range.start;
        let (start, end) = (hit.start as usize - base, hit.end as usize - base);
        let edge = &reading.marks[sentence].edge;
        let begins = edge.get(start).is_some_and(|e| matches!(e, 1 | 4));
        let ends = end.checked_sub(1).and_then(|i| edge.get(i)).is_some_and(|e| matches!(e, 3 | 4));
        !(begins && ends)
    }
}
