//! What a reader can see of a pair of items: the features on which the scorers of relations and of figures decide.

use crate::extract::Extractor;
use crate::extract::text::{LineKind, Reading};
use crate::extract::units::{DOCUMENT, FIGURE, Item, LEVEL, Pair, Target, Unit};

use super::features::{Family, Group, Known, small};
use super::sink::Sink;
use super::surroundings::{Around, Surroundings};

/// Views of a unit that are computed once and used by all its pairs.
pub(in crate::extract) struct View<'a> {
    pub(super) extractor: &'a Extractor,
    pub(super) reading: &'a Reading,
    pub(super) unit: &'a Unit,
    pub(super) around: Surroundings<'a>,
    /// For each item: the first item of its coordination.
    pub(super) list_head: Vec<usize>,
    /// Types that carry weight in skeletons, by item.
    pub(super) coordinated: Vec<bool>,
    /// Verb groups of the unit, each once.
    groups: Vec<u16>,
    /// First figure, first item that is no part of another, first of these that acts.
    pub(super) first_figure: Option<usize>,
    pub(super) first_whole: Option<usize>,
    pub(super) first_actor: Option<usize>,
}

impl<'a> View<'a> {
    /// Prepares the views of `unit`.
    pub fn new(extractor: &'a Extractor, reading: &'a Reading, unit: &'a Unit) -> Self {
        let mut list_head: Vec<usize> = (0..unit.items.len()).collect();
        let mut coordinated = vec![false; unit.items.len()];
        for i in 1..unit.items.len() {
            let item = &unit.items[i];
            let before = (0..i).rev().find(|j| unit.items[*j].range.end <= item.range.start && unit.items[*j].inside.is_none());
            if let Some(before) = before.filter(|_| item.inside.is_none()) {
                let gap = unit.items[before].range.end..item.range.start;
                let joined = gap.len() < 20
                    && matches!(
                        reading.text.slice(gap).trim(),
                        "、" | "和" | "及" | "与" | "以及" | "，" | "，以及" | "” “" | "”、“" | "/" | "以及其"
                    );
                if joined && same_side(extractor, unit.items[before].kind_of, item.kind_of) {
                    list_head[i] = list_head[before];
                    coordinated[i] = true;
                }
            }
        }
        let around = Surroundings::new(extractor, reading, unit);
        let mut groups: Vec<u16> = around.verbs.iter().map(|v| v.2).collect();
        groups.sort_unstable();
        groups.dedup();
        let first_figure = unit.items.iter().position(|i| i.kind_of == FIGURE);
        let first_whole = unit.items.iter().position(|i| i.inside.is_none());
        let first_actor = unit.items.iter().position(|i| is_actor(extractor, i));
        Self { extractor, reading, unit, around, list_head, coordinated, groups, first_figure, first_whole, first_actor }
    }

    /// Gives the features of a pair. `at` are the indices of its ends in the unit's items (`None` for a carried end).
    pub fn features(&self, pair: &Pair<'_>, at: (Option<usize>, Option<usize>), out: &mut impl Sink) {
        let (a, b) = (pair.subject, pair.object);
        let order = u64::from(a.range.start <= b.range.start);
        let types = u64::from(a.kind_of) << 16 | u64::from(b.kind_of) << 8 | order << 4 | u64::from(pair.carry);
        let coarse = self.class_hash(a.kind_of) ^ self.class_hash(b.kind_of).rotate_left(17) ^ order;
        let f = Family { types, coarse };
        out.shared(f.key(Group::Types, 0), |out| {
            out.put(f.p(1));
            out.put(f.q(1).with(u64::from(pair.carry)));
            if b.kind_of != DOCUMENT {
                self.sentence(f, out);
            }
        });
        let nesting = nesting(a, b);
        let parts = u64::from(a.inside.is_some()) << 1 | u64::from(b.inside.is_some());
        let prominence = u64::from(self.unit.prominence(&a.target));
        let (carry, references) = (u64::from(pair.carry), [a, b].map(|item| u64::from(item.reference)));
        let key = small([(nesting, 8), (parts, 4), (references[0], 2), (references[1], 2), (prominence, 256)]);
        out.known(f.known(Known::Ends, [key, 0]), || {
            [
                f.p(2).with(nesting),
                f.p(3).with(parts).with(nesting),
                f.q(3).with(parts).with(nesting).with(carry),
                f.p(6).with(references[0]).with(references[1]),
                f.p(7).with(prominence),
                f.q(7).with(prominence).with(carry),
            ]
        });
        let topic = [a, b].map(|item| u64::from(self.unit.topic.as_ref() == Some(&item.target)));
        let topic = topic[0] | topic[1] << 1;
        out.known(f.known(Known::Topic, [small([(topic, 4), (prominence, 256)]), 0]), || {
            [f.p(8).with(topic), f.q(8).with(topic).with(carry), f.q(9).with(topic).with(prominence).with(u64::from(carry > 0))]
        });
        let numbers = (self.number(a, at.0), self.number(b, at.1));
        for (n, group, item, number) in [(0u32, Group::Subject, a, numbers.0), (1, Group::Object, b, numbers.1)] {
            out.shared(f.key(group, number as u64), |out| {
                out.put(f.p(4 + n).with(u64::from(item.frequency)));
                edges(self.around.of(number), n, f, out);
                self.name(item, n, f, out);
            });
        }
        if a.kind_of == LEVEL || b.kind_of == LEVEL {
            let (level, number) = if a.kind_of == LEVEL { (a, numbers.0) } else { (b, numbers.1) };
            let text = || self.reading.text.slice(level.range.clone());
            out.shared(f.key(Group::Level, number as u64), |out| out.put(f.p(34).text(&text())));
        }
        for fit in self.unit.fits_between(numbers.0, numbers.1) {
            self.extractor.knowledge.rules.features(fit.rule, fit.implied, pair.carry).into_iter().for_each(|feature| out.put(feature));
        }
        if b.kind_of == DOCUMENT {
            self.document_place(a, self.around.of(numbers.0), f, out);
            return;
        }
        if pair.carry == 0 {
            self.between(a, b, at, nesting, f, out);
            self.table(a, b, numbers, f, out);
        } else {
            self.carry(pair, at, f, out);
        }
        if let Target::Figure(index) = b.target {
            let figure = &self.unit.figures[index];
            out.shared(f.key(Group::Figure, numbers.1 as u64), |out| self.figure(b, self.around.of(numbers.1).clause, figure, f, out));
            self.owner(pair, self.around.of(numbers.1).clause, f, out);
        }
    }

    /// First member of the list that an item of the unit stands in; `usize::MAX` for a carried one.
    pub fn list_of(&self, at: Option<usize>) -> usize {
        at.map_or(usize::MAX, |i| self.list_head[i])
    }

    /// The names in the row that the last name before `at` stands in, itself included, in order.
    pub fn list_before(&self, at: usize) -> Vec<usize> {
        let is_name = |i: &usize| {
            let item = &self.unit.items[*i];
            item.inside.is_none() && item.range.end <= at && !matches!(item.kind_of, FIGURE | LEVEL)
        };
        let names = || (0..self.unit.items.len()).filter(is_name);
        let Some(last) = names().next_back() else { return Vec::new() };
        names().filter(|i| self.list_head[*i] == self.list_head[last]).collect()
    }

    /// Number of an item.
    fn number(&self, item: &Item, at: Option<usize>) -> usize {
        self.unit.number(item, at)
    }

    fn class_hash(&self, kind_of: u8) -> u64 {
        self.extractor.class_hashes.get(usize::from(kind_of)).map_or(u64::from(kind_of), |hash| *hash)
    }

    /// First character and last characters of a name, closing marks left out, and whether it has such marks.
    fn name(&self, item: &Item, n: u32, f: Family, out: &mut impl Sink) {
        let chars = &self.reading.text.chars;
        let closing = chars[item.range.clone()].iter().rev().take_while(|c| matches!(c, '”' | '》' | '」' | ')' | '）')).count();
        let end = item.range.end - closing;
        out.put(f.p(36 + n).with(u64::from(closing > 0)));
        out.put(f.q(30 + n).with(chars[item.range.clone()].iter().rev().nth(closing).map_or(1, |c| u64::from(*c))));
        let tail = |k: usize| -> u64 { end.checked_sub(k).filter(|i| *i >= item.range.start).map_or(1, |i| u64::from(chars[i])) };
        out.put(f.p(30 + n).with(tail(1)).with(tail(2)));
        out.put(f.p(32 + n).with(u64::from(chars.get(item.range.start).copied().unwrap_or(' '))));
    }

    /// What line the unit stands in, and its verbs.
    fn sentence(&self, f: Family, out: &mut impl Sink) {
        let kind = match self.reading.layout.sentences[self.unit.sentences.start].kind {
            LineKind::Title => 1,
            LineKind::Heading(_) => 2,
            LineKind::Text => 3,
            LineKind::Item => 4,
            LineKind::Row => 5,
        };
        out.put(f.p(90).with(kind));
        for group in &self.groups {
            out.put(f.p(91).with(u64::from(*group)));
        }
    }
}

/// Characters, words and verbs just outside one end.
fn edges(around: &Around, n: u32, f: Family, out: &mut impl Sink) {
    let [before, after] = [around.before, around.after];
    out.put(f.p(10 + n).with(before[0]));
    out.put(f.p(12 + n).with(before[0]).with(before[1]));
    out.put(f.p(14 + n).with(after[0]));
    out.put(f.p(16 + n).with(after[0]).with(after[1]));
    out.put(f.q(10 + n).with(before[0]).with(before[1]));
    out.put(f.q(12 + n).with(after[0]).with(after[1]));
    out.put(f.p(18 + n).with(around.word_before));
    out.put(f.p(20 + n).with(around.word_after));
    out.put(f.p(22 + n).with(around.verb_before));
    out.put(f.p(24 + n).with(around.verb_after));
}

/// Whether an item can act: no part of another name, no industry, level or figure.
pub(super) fn is_actor(extractor: &Extractor, item: &Item) -> bool {
    item.inside.is_none() && item.kind_of != extractor.roles.industry && !matches!(item.kind_of, LEVEL | FIGURE)
}

/// Whether two types can stand in one coordination.
pub(super) fn same_side(extractor: &Extractor, a: u8, b: u8) -> bool {
    if a == LEVEL || b == LEVEL {
        return false;
    }
    let class = |k: u8| extractor.class_hashes.get(usize::from(k));
    class(a) == class(b) || a < 9 && b < 9
}

fn nesting(a: &Item, b: &Item) -> u64 {
    if a.inside.as_ref().is_some_and(|r| *r == b.range) {
        1
    } else if b.inside.as_ref().is_some_and(|r| *r == a.range) {
        2
    } else if a.inside.is_some() && a.inside == b.inside {
        3
    } else if a.range.start <= b.range.start && b.range.end <= a.range.end {
        4
    } else if b.range.start <= a.range.start && a.range.end <= b.range.end {
        5
    } else {
        0
    }
}
