//! Figures in a row (分别增长7%、9%): each is of one of the names, or of one of the indicators, that stand in a row before them.

use std::ops::Range;

use crate::extract::Extractor;
use crate::extract::knowledge::Cue;
use crate::extract::pairs::View;
use crate::extract::text::{Reading, clause_around};
use crate::extract::units::Unit;

/// The row of figures that a figure stands in.
pub(super) struct Series {
    /// The first figure of the row, as an index into the figures of the unit.
    pub first: usize,
    /// Place of the figure in the row, from 0.
    pub place: usize,
    /// How many there are, two or more.
    pub length: usize,
    /// The words before the row that name what is measured, up to the word that pairs the rows or tells a change.
    pub named: Range<usize>,
}

impl Extractor {
    /// The row that figure `index` stands in; `None` where it stands alone.
    pub(super) fn series(&self, reading: &Reading, unit: &Unit, index: usize) -> Option<Series> {
        let joined = |i: usize| is_joined(reading, unit, i);
        let first = (1..=index).rev().take_while(|i| joined(*i)).last().map_or(index, |i| i - 1);
        let last = (index + 1..unit.figures.len()).take_while(|i| joined(*i)).last().unwrap_or(index);
        if first == last {
            return None;
        }
        let figure = &unit.figures[first];
        let sentence = &reading.layout.sentences[figure.sentence].range;
        let start = clause_around(reading, sentence, &figure.range).start;
        let end = self.naming_end(reading, start, figure.range.start);
        Some(Series { first, place: index - first, length: last - first + 1, named: start..end })
    }

    /// Where the words that name what is measured end: before the last word that pairs two rows, else before the first that tells a change.
    fn naming_end(&self, reading: &Reading, start: usize, at: usize) -> usize {
        let from = reading.hits.partition_point(|h| (h.start as usize) < start);
        let hits = reading.hits[from..].iter().take_while(|h| (h.start as usize) < at).filter(|h| h.end as usize <= at);
        let (mut paired, mut changed) = (None, None);
        for hit in hits {
            for cue in self.knowledge.cues(*hit) {
                match cue {
                    Cue::Respectively => paired = Some(hit.start as usize),
                    Cue::Up | Cue::Down | Cue::After | Cue::YearOnYear | Cue::PeriodOnPeriod | Cue::AgainstBase => {
                        changed = changed.or(Some(hit.start as usize));
                    }
                    _ => {}
                }
            }
        }
        paired.or(changed).unwrap_or(at)
    }
}

impl Series {
    /// The item that the figure is of where as many names as figures stand in a row before them, `chosen` among these.
    pub(in crate::extract) fn owner(&self, unit: &Unit, view: &View<'_>, chosen: usize) -> Option<usize> {
        let row = view.list_before(self.named.end);
        let is_theirs = row.len() == self.length && row.iter().any(|i| unit.items[*i].target == unit.items[chosen].target);
        is_theirs.then(|| row[self.place])
    }

    /// The words that name what the figure measures where as many as there are figures stand in a row.
    pub(in crate::extract) fn indicator(&self, reading: &Reading) -> Option<Range<usize>> {
        let chars = &reading.text.chars;
        let mut parts: Vec<Range<usize>> = Vec::new();
        let mut start = self.named.start;
        for at in self.named.clone().filter(|at| is_joint(chars[*at])).chain([self.named.end]) {
            parts.push(start..at);
            start = at + 1;
        }
        (parts.len() == self.length && parts.iter().all(|part| part.len() > 1)).then(|| parts[self.place].clone())
    }
}

/// Whether only a mark or word of coordination stands between figure `i` and the one before, in the same unit of measurement.
fn is_joined(reading: &Reading, unit: &Unit, i: usize) -> bool {
    let (before, here) = (&unit.figures[i - 1], &unit.figures[i]);
    let between = before.range.end..here.range.start;
    before.sentence == here.sentence
        && before.unit == here.unit
        && (1..=3).contains(&between.len())
        && reading.text.chars[between].iter().all(|c| is_joint(*c) || c.is_whitespace())
}

fn is_joint(c: char) -> bool {
    matches!(c, '、' | '和' | '与' | '及')
}
