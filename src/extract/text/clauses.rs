//! Where clauses begin and end.

use std::ops::Range;

use super::reading::Reading;

/// Whether a character ends a clause.
pub(in crate::extract) fn is_clause_mark(c: char) -> bool {
    matches!(c, '，' | ',' | '；' | ';' | '。' | '：' | ':')
}

/// The clause or clauses around `range`, without the closing mark.
pub(in crate::extract) fn clause_around(reading: &Reading, sentence: &Range<usize>, range: &Range<usize>) -> Range<usize> {
    let chars = &reading.text.chars;
    let mark = |i: &usize| is_clause_mark(chars[*i]);
    let start = (sentence.start..range.start).rev().find(mark).map_or(sentence.start, |i| i + 1);
    let end = (range.end..sentence.end).find(mark).unwrap_or(sentence.end);
    let start = (start..range.start).find(|i| !chars[*i].is_whitespace()).unwrap_or(range.start);
    start..end.max(range.end)
}
