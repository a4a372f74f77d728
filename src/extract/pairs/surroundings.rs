//! What stands around each item of a unit. Every pair asks for it; it is worked out once.

use crate::extract::Extractor;
use crate::extract::knowledge::Brief;
use crate::extract::linear::Feature;
use crate::extract::text::{Reading, is_clause_mark};
use crate::extract::units::{Item, LEVEL, Unit};

/// What stands around one item.
#[derive(Default)]
pub(super) struct Around {
    /// The two characters before it, the nearest first; 1 outside the unit.
    pub before: [u64; 2],
    /// The two characters after it.
    pub after: [u64; 2],
    pub word_before: u64,
    pub word_after: u64,
    /// Group of the nearest verb to the left in the same clause; 0 for none.
    pub verb_before: u64,
    pub verb_after: u64,
    /// All groups of the nearest verb to the left in the same clause.
    pub groups_before: Vec<u64>,
    /// How many verb groups stand between the start of the clause and the item, up to three.
    pub verbs_before: u64,
    /// The nearest verb of the language to the left in the same clause that is part of no name, as a word; 0 for none.
    pub main_verb: u64,
    /// Where its clause begins.
    pub clause: usize,
    /// Hash of the header of its column; 0 outside tables.
    pub header: u64,
}

/// What stands between two items, in short: names by their class, verbs and prepositions, marks of punctuation; all else is left out.
#[derive(Clone, Copy)]
pub(super) struct Path {
    /// With verbs and prepositions as words.
    pub words: u64,
    /// With verbs by what the lexicon says of them, prepositions all alike.
    pub sorts: u64,
}

/// How many marks of each sort stand before a character of the unit.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub clauses: u32,
    pub opened: u32,
    pub closed: u32,
    pub semicolons: u32,
}

/// A unit as its pairs see it.
pub(super) struct Surroundings<'a> {
    reading: &'a Reading,
    /// First character of the unit.
    pub base: usize,
    pub end: usize,
    /// Verb groups in the unit: (start, end, group), by start.
    pub verbs: Vec<(usize, usize, u16)>,
    /// Word over each character of the unit; 0 between its sentences.
    words: Vec<u32>,
    /// Steps of the ways between items, by where they start.
    steps: Vec<Step>,
    /// Marks before each character, and before the end.
    counts: Vec<Counts>,
    /// The unit's items, then those carried into it, then the document.
    around: Vec<Around>,
}

impl<'a> Surroundings<'a> {
    /// Looks around in `unit`.
    pub fn new(extractor: &Extractor, reading: &'a Reading, unit: &Unit) -> Self {
        let sentences = &reading.layout.sentences;
        let base = sentences[unit.sentences.start].range.start;
        let end = sentences[unit.sentences.end - 1].range.end;
        let mut words = vec![0; end - base];
        for sentence in unit.sentences.clone() {
            let start = sentences[sentence].range.start - base;
            let own = &reading.marks[sentence].word;
            words[start..start + own.len()].copy_from_slice(own);
        }
        let mut counts = Vec::with_capacity(end - base + 1);
        let mut sum = Counts::default();
        counts.push(sum);
        for c in &reading.text.chars[base..end] {
            sum.clauses += u32::from(is_clause_mark(*c));
            sum.opened += u32::from(matches!(c, '(' | '（'));
            sum.closed += u32::from(matches!(c, ')' | '）'));
            sum.semicolons += u32::from(matches!(c, ';' | '；'));
            counts.push(sum);
        }
        let verbs = verbs(extractor, reading, unit, base, end);
        let steps = steps(extractor, reading, unit, &verbs);
        let mut surroundings = Self { reading, base, end, verbs, words, steps, counts, around: Vec::new() };
        let document = Item::document();
        let items = unit.items.iter().chain(unit.carried.iter().map(|(item, _)| item));
        surroundings.around = items.chain([&document]).map(|item| surroundings.look(item)).collect();
        surroundings
    }

    /// What stands around an item, by its number: items of the unit, carried ones, the document.
    pub fn of(&self, number: usize) -> &Around {
        &self.around[number.min(self.around.len() - 1)]
    }

    /// Marks of each sort in a range of the unit.
    pub fn counts(&self, start: usize, end: usize) -> Counts {
        let (from, to) = (self.counts[start - self.base], self.counts[end.max(start) - self.base]);
        Counts {
            clauses: to.clauses - from.clauses,
            opened: to.opened - from.opened,
            closed: to.closed - from.closed,
            semicolons: to.semicolons - from.semicolons,
        }
    }

    /// The words over a range of the unit.
    pub fn words(&self, start: usize, end: usize) -> &[u32] {
        &self.words[start - self.base..end.max(start) - self.base]
    }

    /// Verb groups that stand wholly in a range.
    pub fn verbs_in(&self, start: usize, end: usize) -> impl Iterator<Item = u64> + '_ {
        let first = self.verbs.partition_point(|v| v.0 < start);
        self.verbs[first..].iter().take_while(move |v| v.0 < end).filter(move |v| v.1 <= end).map(|v| u64::from(v.2))
    }

    /// The way from `start` to `end`; `None` where it is too long to come again.
    pub fn path(&self, start: usize, end: usize) -> Option<Path> {
        let first = self.steps.partition_point(|s| s.start < start);
        let mut path = Path { words: 17, sorts: 18 };
        let mut last = 0;
        for (taken, step) in self.steps[first..].iter().take_while(|s| s.end <= end).filter(|s| s.start >= start).enumerate() {
            if taken == LONGEST_PATH {
                return None;
            }
            path.words = Feature::new(78).with(path.words).with(step.word).hash();
            if step.sort != last {
                path.sorts = Feature::new(79).with(path.sorts).with(step.sort).hash();
                last = step.sort;
            }
        }
        Some(path)
    }

    /// How the words from `start` begin, up to `end`: the parts of speech of the first two.
    pub fn opening(&self, start: usize, end: usize) -> u64 {
        let Some(sentence) = self.reading.sentence_at(start) else { return 0 };
        let (marks, base) = (&self.reading.marks[sentence], self.reading.layout.sentences[sentence].range.start);
        let begins = (start..end.min(base + marks.edge.len())).filter(|i| matches!(marks.edge[i - base], 1 | 4));
        begins.take(2).fold(1, |sum, at| sum << 8 | u64::from(marks.tag[at - base]))
    }

    /// The character at `at` where it belongs to the unit, else 1.
    pub fn char_at(&self, at: Option<usize>) -> u64 {
        at.filter(|i| (self.base..self.end).contains(i)).map_or(1, |i| u64::from(self.reading.text.chars[i]))
    }

    fn look(&self, item: &Item) -> Around {
        let (start, end) = (item.range.start, item.range.end);
        let clause = self.clause_start(start);
        let clause_end = (end..self.end).find(|i| is_clause_mark(self.reading.text.chars[*i])).unwrap_or(self.end);
        let left = || self.verbs.iter().filter(|v| v.1 <= start && v.0 >= clause);
        let nearest = left().map(|v| v.1).max();
        let after = self.verbs.iter().filter(|v| v.0 >= end && v.1 <= clause_end).min_by_key(|v| v.0);
        let in_table = self.reading.layout.sentences[item.sentence].cell.is_some();
        Around {
            before: [self.char_at(start.checked_sub(1)), self.char_at(start.checked_sub(2))],
            after: [self.char_at(Some(end)), self.char_at(Some(end + 1))],
            word_before: start.checked_sub(1).filter(|i| *i >= self.base).map_or(0, |i| self.word_at(i)),
            word_after: if end < self.end { self.word_at(end) } else { 0 },
            verb_before: left().max_by_key(|v| v.1).map_or(0, |v| u64::from(v.2) + 1),
            verb_after: after.map_or(0, |v| u64::from(v.2) + 1),
            groups_before: self.verbs.iter().filter(|v| Some(v.1) == nearest).map(|v| u64::from(v.2) + 1).collect(),
            verbs_before: left().count().min(3) as u64,
            main_verb: self.main_verb(clause, start),
            clause,
            header: if in_table { self.reading.setting(item.sentence).header } else { 0 },
        }
    }

    fn main_verb(&self, clause: usize, start: usize) -> u64 {
        let next = self.steps.partition_point(|s| s.start < start);
        let clause = self.steps[..next].iter().rev().take_while(|s| s.start >= clause);
        clause.filter(|s| s.is_verb && s.end <= start).map(|s| s.word).next().unwrap_or(0)
    }

    fn word_at(&self, at: usize) -> u64 {
        let Some(sentence) = self.reading.sentence_at(at) else { return 0 };
        let start = self.reading.layout.sentences[sentence].range.start;
        self.reading.marks[sentence].word.get(at - start).map_or(0, |w| u64::from(*w))
    }

    fn clause_start(&self, at: usize) -> usize {
        (self.base..at).rev().find(|i| is_clause_mark(self.reading.text.chars[*i])).map_or(self.base, |i| i + 1)
    }
}

/// Steps that a path may have.
const LONGEST_PATH: usize = 12;

/// One step of a path.
struct Step {
    start: usize,
    end: usize,
    word: u64,
    sort: u64,
    is_verb: bool,
}

/// The steps of a unit: names that are no part of others, words that are verbs or prepositions, and marks.
fn steps(extractor: &Extractor, reading: &Reading, unit: &Unit, verbs: &[(usize, usize, u16)]) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut items = unit.items.iter().filter(|i| i.inside.is_none() && i.kind_of != LEVEL).peekable();
    for sentence in unit.sentences.clone() {
        let range = reading.layout.sentences[sentence].range.clone();
        let marks = &reading.marks[sentence];
        let mut at = range.start;
        while at < range.end {
            while items.peek().is_some_and(|i| i.range.start < at) {
                items.next();
            }
            if let Some(item) = items.peek().filter(|i| i.range.start == at && i.range.end > at) {
                let class = extractor.class_hashes.get(usize::from(item.kind_of)).map_or(u64::from(item.kind_of), |h| *h);
                steps.push(Step { start: at, end: item.range.end, word: class, sort: class, is_verb: false });
                at = item.range.end;
                continue;
            }
            let own = at - range.start;
            let end = (own..marks.edge.len()).find(|i| matches!(marks.edge[*i], 3 | 4)).map_or(at + 1, |i| range.start + i + 1);
            if let Some((word, sort, is_verb)) = step(reading.text.chars[at], marks.tag[own], marks.word[own], at, verbs) {
                steps.push(Step { start: at, end, word, sort, is_verb });
            }
            at = end;
        }
    }
    steps
}

/// The word and the sort of a step that begins at `at`, and whether it is a verb; `None` for what paths leave out.
fn step(c: char, tag: u8, word: u32, at: usize, verbs: &[(usize, usize, u16)]) -> Option<(u64, u64, bool)> {
    match c {
        '，' | ',' => return Some((1, 1, false)),
        '；' | ';' | '。' => return Some((2, 2, false)),
        '：' | ':' => return Some((3, 3, false)),
        '(' | '（' => return Some((4, 4, false)),
        ')' | '）' => return Some((5, 5, false)),
        _ => {}
    }
    match tag {
        b'v' => {
            let group = verbs.iter().find(|v| v.0 == at).map_or(8, |v| 100 + u64::from(v.2));
            Some((u64::from(word) << 8, group, true))
        }
        b'p' => Some((u64::from(word) << 8, 9, false)),
        _ => None,
    }
}

/// Words of the unit that speak about relations and are part of no name.
fn verbs(extractor: &Extractor, reading: &Reading, unit: &Unit, base: usize, end: usize) -> Vec<(usize, usize, u16)> {
    let first = reading.hits.partition_point(|h| (h.start as usize) < base);
    let mut verbs = Vec::new();
    for hit in reading.hits[first..]
        .iter()
        .take_while(|h| (h.start as usize) < end)
        .filter(|h| h.end as usize <= end && h.brief.holds(Brief::GROUPS))
    {
        let pattern = extractor.knowledge.pattern(*hit);
        let mut groups = pattern.groups.iter().filter(|g| extractor.relation_groups[usize::from(**g)]).peekable();
        let (start, stop) = (hit.start as usize, hit.end as usize);
        let covered = || unit.items.iter().any(|i| i.kind_of != LEVEL && i.range.start <= start && stop <= i.range.end);
        if groups.peek().is_some() && !covered() {
            verbs.extend(groups.map(|group| (start, stop, *group)));
        }
    }
    verbs
}
