//! What a reader can see of a pair of items: the features on which the scorers of relations and of figures decide.

use super::Extractor;
use super::detect::Reading;
use super::figures::Figure;
use super::layout::LineKind;
use super::linear::Feature;
use super::units::{DOCUMENT, FIGURE, Item, LEVEL, Pair, Target, Unit};

/// Views of a unit that are computed once and used by all its pairs.
pub(super) struct View<'a> {
    extractor: &'a Extractor,
    reading: &'a Reading,
    unit: &'a Unit,
    /// First character of the unit.
    base: usize,
    end: usize,
    /// For each item: the first item of its coordination.
    list_head: Vec<usize>,
    /// Verb groups in the unit: (start, end, group).
    verbs: Vec<(usize, usize, u16)>,
    /// Types that carry weight in skeletons, by item.
    coordinated: Vec<bool>,
}

impl<'a> View<'a> {
    /// Prepares the views of `unit`.
    pub fn new(extractor: &'a Extractor, reading: &'a Reading, unit: &'a Unit) -> Self {
        let sentences = &reading.layout.sentences;
        let base = sentences[unit.sentences.start].range.start;
        let end = sentences[unit.sentences.end - 1].range.end;
        let first = reading.hits.partition_point(|h| (h.start as usize) < base);
        let mut verbs: Vec<(usize, usize, u16)> = Vec::new();
        for hit in reading.hits[first..].iter().take_while(|h| (h.end as usize) <= end || (h.start as usize) < end) {
            let pattern = extractor.knowledge.pattern(*hit);
            let (start, stop) = (hit.start as usize, hit.end as usize);
            let covered = unit.items.iter().any(|i| i.kind_of != LEVEL && i.range.start <= start && stop <= i.range.end);
            if covered || stop > end {
                continue;
            }
            for group in &pattern.groups {
                if extractor.relation_groups[usize::from(*group)] {
                    verbs.push((start, stop, *group));
                }
            }
        }
        let mut list_head: Vec<usize> = (0..unit.items.len()).collect();
        let mut coordinated = vec![false; unit.items.len()];
        for i in 1..unit.items.len() {
            let item = &unit.items[i];
            let before = (0..i).rev().find(|j| unit.items[*j].range.end <= item.range.start && unit.items[*j].inside.is_none());
            if let Some(before) = before.filter(|_| item.inside.is_none()) {
                let gap: String = reading.text.slice(unit.items[before].range.end..item.range.start);
                let joined = matches!(gap.trim(), "、" | "和" | "及" | "与" | "以及" | "，" | "，以及" | "” “" | "”、“" | "/" | "以及其");
                if joined && same_side(extractor, unit.items[before].kind_of, item.kind_of) {
                    list_head[i] = list_head[before];
                    coordinated[i] = true;
                }
            }
        }
        Self { extractor, reading, unit, base, end, list_head, verbs, coordinated }
    }

    /// Appends the features of a pair. `at` are the indices of its ends in the unit's items (`None` for a carried end).
    pub fn features(&self, pair: &Pair<'_>, at: (Option<usize>, Option<usize>), out: &mut Vec<u64>) {
        let (a, b) = (pair.subject, pair.object);
        let order = u64::from(a.range.start <= b.range.start);
        let types = u64::from(a.kind_of) << 16 | u64::from(b.kind_of) << 8 | order << 4 | u64::from(pair.carry);
        let coarse = self.class_hash(a.kind_of) ^ self.class_hash(b.kind_of).rotate_left(17) ^ order;
        let p = |template: u32| Feature::new(1000 + template).with(types);
        let q = |template: u32| Feature::new(2000 + template).with(coarse);
        out.push(p(1).hash());
        out.push(q(1).with(u64::from(pair.carry)).hash());
        let nesting = nesting(a, b);
        out.push(p(2).with(nesting).hash());
        let parts = u64::from(a.inside.is_some()) << 1 | u64::from(b.inside.is_some());
        out.push(p(3).with(parts).with(nesting).hash());
        out.push(q(3).with(parts).with(nesting).with(u64::from(pair.carry)).hash());
        out.push(p(4).with(u64::from(a.frequency)).hash());
        out.push(p(5).with(u64::from(b.frequency)).hash());
        out.push(p(6).with(u64::from(a.reference)).with(u64::from(b.reference)).hash());
        self.edges(a, b, &p, &q, out);
        self.names(a, b, &p, out);
        if b.kind_of == DOCUMENT {
            self.document_place(a, &p, out);
            return;
        }
        if pair.carry == 0 {
            self.between(a, b, at, nesting, &p, &q, out);
            self.table(a, b, &p, out);
        } else {
            self.carry(pair, at, &p, &q, out);
        }
        if let Target::Figure(index) = b.target {
            self.figure(a, b, &self.unit.figures[index], pair.carry, &p, &q, out);
        }
        self.sentence(&p, out);
    }

    /// What a figure measures: its unit, the words before and after it, its place among the figures of the unit.
    #[expect(clippy::too_many_arguments, reason = "the pair, how it came, and the two feature families")]
    fn figure(
        &self,
        a: &Item,
        item: &Item,
        figure: &Figure,
        carry: u8,
        p: &dyn Fn(u32) -> Feature,
        q: &dyn Fn(u32) -> Feature,
        out: &mut Vec<u64>,
    ) {
        let unit = Feature::new(5).text(&figure.unit).hash();
        out.push(p(95).with(unit).hash());
        out.push(q(95).with(unit).hash());
        out.push(p(96).with(u64::from(figure.counts)).with(u64::from(figure.bound.is_some())).hash());
        let first =
            self.unit.items.iter().position(|i| i.kind_of == FIGURE).map(|i| self.unit.items[i].range.start) == Some(item.range.start);
        out.push(p(97).with(u64::from(first)).hash());
        let clause = self.clause_start(item.range.start);
        let whole = |i: &&Item| i.inside.is_none() && !matches!(i.kind_of, FIGURE | LEVEL);
        let before = self.unit.items.iter().filter(whole).filter(|i| i.range.end <= item.range.start);
        let nearest = before.clone().next_back();
        let actor = before.clone().rfind(|i| i.kind_of != self.extractor.roles.industry);
        let is = |x: Option<&Item>| u64::from(x.is_some_and(|x| x.target == a.target));
        let relation = is(nearest)
            | is(actor) << 1
            | is(before.clone().next()) << 2
            | u64::from(a.range.start >= clause && a.range.end <= item.range.start) << 3
            | u64::from(a.inside.is_some()) << 4;
        out.push(p(101).with(relation).hash());
        out.push(q(101).with(relation).with(u64::from(carry)).hash());
        let clauses = before.clone().filter(|i| i.range.start >= clause).count().min(3) as u64;
        out.push(q(102).with(relation).with(clauses).with(u64::from(carry)).hash());
        out.push(p(103).with(u64::from(a.frequency)).with(u64::from(carry)).with(clauses.min(1)).hash());
        let mut seen = 0;
        for i in (clause..item.range.start).rev().take(10) {
            let word = self.word_at(i);
            if word != seen {
                seen = word;
                out.push(q(98).with(word).hash());
            }
        }
        let named = self.unit.items.iter().any(|i| {
            i.range.start >= clause && i.range.end <= item.range.start && i.inside.is_none() && !matches!(i.kind_of, FIGURE | LEVEL)
        });
        out.push(p(99).with(u64::from(named)).hash());
        out.push(p(100).with(u64::from(item.inside.is_some())).hash());
    }

    fn class_hash(&self, kind_of: u8) -> u64 {
        self.extractor.knowledge.types.get(usize::from(kind_of)).map_or(u64::from(kind_of), |t| Feature::new(7).text(&t.class).hash())
    }

    fn char_at(&self, at: Option<usize>) -> u64 {
        at.filter(|i| (self.base..self.end).contains(i)).map_or(1, |i| u64::from(self.reading.text.chars[i]))
    }

    /// Characters and words just outside both ends.
    fn edges(&self, a: &Item, b: &Item, p: &dyn Fn(u32) -> Feature, q: &dyn Fn(u32) -> Feature, out: &mut Vec<u64>) {
        for (n, item) in [(0u32, a), (1, b)] {
            let (start, end) = (item.range.start, item.range.end);
            let before = [self.char_at(start.checked_sub(1)), self.char_at(start.checked_sub(2))];
            let after = [self.char_at(Some(end)), self.char_at(Some(end + 1))];
            out.push(p(10 + n).with(before[0]).hash());
            out.push(p(12 + n).with(before[0]).with(before[1]).hash());
            out.push(p(14 + n).with(after[0]).hash());
            out.push(p(16 + n).with(after[0]).with(after[1]).hash());
            out.push(q(10 + n).with(before[0]).with(before[1]).hash());
            out.push(q(12 + n).with(after[0]).with(after[1]).hash());
            out.push(p(18 + n).with(self.word_before(start)).hash());
            out.push(p(20 + n).with(self.word_after(end)).hash());
            out.push(p(22 + n).with(self.verb_before(start)).hash());
            out.push(p(24 + n).with(self.verb_after(end)).hash());
        }
    }

    fn word_at(&self, at: usize) -> u64 {
        let Some(sentence) = self.reading.sentence_at(at) else { return 0 };
        let start = self.reading.layout.sentences[sentence].range.start;
        self.reading.marks[sentence].word.get(at - start).map_or(0, |w| u64::from(*w))
    }

    fn word_before(&self, start: usize) -> u64 {
        start.checked_sub(1).filter(|i| *i >= self.base).map_or(0, |i| self.word_at(i))
    }

    fn word_after(&self, end: usize) -> u64 {
        if end < self.end { self.word_at(end) } else { 0 }
    }

    /// Group of the nearest verb to the left in the same clause.
    fn verb_before(&self, start: usize) -> u64 {
        let clause = self.clause_start(start);
        self.verbs.iter().filter(|v| v.1 <= start && v.0 >= clause).max_by_key(|v| v.1).map_or(0, |v| u64::from(v.2) + 1)
    }

    /// All groups of the nearest verb to the left in the same clause.
    fn verb_groups_before(&self, start: usize) -> impl Iterator<Item = u64> + '_ {
        let clause = self.clause_start(start);
        let nearest = self.verbs.iter().filter(|v| v.1 <= start && v.0 >= clause).map(|v| v.1).max();
        self.verbs.iter().filter(move |v| Some(v.1) == nearest).map(|v| u64::from(v.2) + 1)
    }

    /// Whether any verb stands between the start of the clause and `start`, and how many.
    fn verbs_before(&self, start: usize) -> u64 {
        let clause = self.clause_start(start);
        self.verbs.iter().filter(|v| v.1 <= start && v.0 >= clause).count().min(3) as u64
    }

    fn verb_after(&self, end: usize) -> u64 {
        let clause = self.clause_end(end);
        self.verbs.iter().filter(|v| v.0 >= end && v.1 <= clause).min_by_key(|v| v.0).map_or(0, |v| u64::from(v.2) + 1)
    }

    fn clause_start(&self, at: usize) -> usize {
        (self.base..at).rev().find(|i| is_clause_mark(self.reading.text.chars[*i])).map_or(self.base, |i| i + 1)
    }

    fn clause_end(&self, at: usize) -> usize {
        (at..self.end).find(|i| is_clause_mark(self.reading.text.chars[*i])).unwrap_or(self.end)
    }

    /// Last characters of both names.
    fn names(&self, a: &Item, b: &Item, p: &dyn Fn(u32) -> Feature, out: &mut Vec<u64>) {
        for (n, item) in [(0u32, a), (1, b)] {
            let chars = &self.reading.text.chars;
            let end = item.range.end;
            let tail = |k: usize| -> u64 { end.checked_sub(k).filter(|i| *i >= item.range.start).map_or(1, |i| u64::from(chars[i])) };
            out.push(p(30 + n).with(tail(1)).with(tail(2)).hash());
            out.push(p(32 + n).with(u64::from(chars.get(item.range.start).copied().unwrap_or(' '))).hash());
        }
        if a.kind_of == LEVEL || b.kind_of == LEVEL {
            let level = if a.kind_of == LEVEL { a } else { b };
            out.push(p(34).text(&self.reading.text.slice(level.range.clone())).hash());
        }
    }

    /// What stands between two items of one unit.
    #[expect(clippy::too_many_arguments, reason = "the ends, where they stand, and the two feature families")]
    fn between(
        &self,
        a: &Item,
        b: &Item,
        at: (Option<usize>, Option<usize>),
        nesting: u64,
        p: &dyn Fn(u32) -> Feature,
        q: &dyn Fn(u32) -> Feature,
        out: &mut Vec<u64>,
    ) {
        let (left, right) = if a.range.start <= b.range.start { (a, b) } else { (b, a) };
        let (left_at, right_at) = if a.range.start <= b.range.start { at } else { (at.1, at.0) };
        let (Some(left_at), Some(right_at)) = (left_at, right_at) else { return };
        let chars = &self.reading.text.chars;
        if nesting != 0 {
            let offset = b.range.start.abs_diff(a.range.start);
            out.push(p(40).with(nesting).with(u64::from(offset == 0)).with(u64::from(a.range.end == b.range.end)).hash());
            return;
        }
        let gap = left.range.end..right.range.start.max(left.range.end);
        let skeleton = self.skeleton(left_at, right_at, false);
        out.push(p(41).with(skeleton).hash());
        out.push(q(41).with(skeleton).hash());
        let head = self.list_head[right_at];
        let first_right = &self.unit.items[head];
        let shortened = self.skeleton(self.list_head[left_at], head, true);
        out.push(p(42).with(shortened).hash());
        out.push(q(42).with(shortened).hash());
        out.push(p(43).with(u64::from(head != right_at)).with(u64::from(self.list_head[left_at] == head)).hash());
        out.push(p(44).with(self.verb_before(first_right.range.start)).hash());
        let commas = gap.clone().filter(|i| is_clause_mark(chars[*i])).count().min(4) as u64;
        let items_between =
            self.unit.items.iter().filter(|i| i.inside.is_none() && i.range.start >= gap.start && i.range.end <= gap.end).count().min(6)
                as u64;
        out.push(p(45).with(commas).hash());
        out.push(p(46).with(items_between).hash());
        out.push(p(47).with(distance(gap.len())).hash());
        out.push(p(48).with(commas).with(self.verb_before(first_right.range.start)).hash());
        let actor = |i: &&Item| i.inside.is_none() && i.kind_of != self.extractor.roles.industry && !matches!(i.kind_of, LEVEL | FIGURE);
        let first_actor = self.unit.items.iter().find(actor).is_some_and(|i| i.target == left.target);
        let other_actor = self.unit.items.iter().filter(actor).any(|i| {
            i.range.start >= gap.start
                && i.range.end <= gap.end
                && same_side(self.extractor, i.kind_of, left.kind_of)
                && i.target != left.target
        });
        let frame = u64::from(first_actor)
            | u64::from(other_actor) << 1
            | u64::from(commas > 0) << 2
            | u64::from(a.range.start <= b.range.start) << 3;
        for group in self.verb_groups_before(first_right.range.start) {
            out.push(p(57).with(group).with(frame).hash());
            out.push(q(57).with(group).with(frame).hash());
            out.push(p(58).with(group).with(u64::from(left.frequency)).hash());
        }
        out.push(p(59).with(frame).with(self.verbs_before(first_right.range.start)).hash());
        out.push(q(59).with(frame).with(u64::from(left.frequency)).hash());
        let mut seen = 0;
        let mut words = 0;
        for i in gap.clone() {
            let word = self.word_at(i);
            if word != seen && word != 0 && words < 16 {
                seen = word;
                words += 1;
                out.push(p(50).with(word).hash());
                out.push(q(50).with(word).hash());
            }
        }
        for verb in self.verbs.iter().filter(|v| v.0 >= gap.start && v.1 <= gap.end) {
            out.push(p(51).with(u64::from(verb.2)).hash());
            out.push(q(51).with(u64::from(verb.2)).hash());
        }
        for item in self.unit.items.iter().filter(|i| i.inside.is_none() && i.range.start >= gap.start && i.range.end <= gap.end) {
            out.push(p(52).with(u64::from(item.kind_of)).hash());
        }
        let same_type_between = self.unit.items.iter().any(|i| {
            i.inside.is_none()
                && i.kind_of == left.kind_of
                && i.range.start >= gap.start
                && i.range.end <= gap.end
                && i.target != left.target
        });
        out.push(p(53).with(u64::from(same_type_between)).with(commas.min(2)).hash());
        out.push(p(54).with(u64::from(self.unit.items.iter().position(|i| i.inside.is_none()) == Some(left_at))).hash());
        let opened = gap.clone().any(|i| matches!(chars[i], '(' | '（')) && !gap.clone().any(|i| matches!(chars[i], ')' | '）'));
        out.push(p(55).with(u64::from(opened)).hash());
        let semicolon = gap.clone().any(|i| matches!(chars[i], ';' | '；'));
        out.push(p(56).with(u64::from(semicolon)).hash());
    }

    /// Hash of the text between two items with mentions typed out and coordination folded into one.
    fn skeleton(&self, left: usize, right: usize, folded: bool) -> u64 {
        let (from, to) = (self.unit.items[left].range.end, self.unit.items[right].range.start);
        if left == right || to < from {
            return 3;
        }
        if to - from > 60 {
            return 5;
        }
        let mut hash = Feature::new(77);
        let mut at = from;
        let mut length = 0;
        while at < to {
            let inner = self
                .unit
                .items
                .iter()
                .enumerate()
                .find(|(_, i)| i.kind_of != LEVEL && i.inside.is_none() && i.range.start == at && i.range.end <= to);
            if let Some((index, item)) = inner {
                if !(folded && self.coordinated[index]) {
                    hash = hash.with(0x1_0000_0000 | u64::from(item.kind_of));
                    length += 1;
                }
                at = item.range.end;
            } else {
                let c = self.reading.text.chars[at];
                let joins = folded && matches!(c, '、');
                if !joins {
                    let c = if c.is_numeric() { '0' } else { c };
                    hash = hash.with(u64::from(c));
                    length += 1;
                }
                at += 1;
            }
            if length > 14 {
                return 5;
            }
        }
        hash.hash()
    }

    fn table(&self, a: &Item, b: &Item, p: &dyn Fn(u32) -> Feature, out: &mut Vec<u64>) {
        let cell = |item: &Item| self.reading.layout.sentences[item.sentence].cell;
        let (Some(x), Some(y)) = (cell(a), cell(b)) else { return };
        let header = |item: &Item| self.reading.setting(item.sentence).header;
        let step = match x.column.cmp(&y.column) {
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Less => 1,
            std::cmp::Ordering::Greater => 2,
        };
        out.push(p(60).with(step).hash());
        out.push(p(61).with(header(a)).with(header(b)).hash());
        out.push(p(62).with(header(b)).hash());
        out.push(p(63).with(header(a)).hash());
        out.push(p(64).with(step).with(u64::from(x.column.min(3) == 0)).hash());
    }

    fn carry(
        &self,
        pair: &Pair<'_>,
        at: (Option<usize>, Option<usize>),
        p: &dyn Fn(u32) -> Feature,
        q: &dyn Fn(u32) -> Feature,
        out: &mut Vec<u64>,
    ) {
        let here = at.0.or(at.1);
        let Some(here) = here else { return };
        let item = &self.unit.items[here];
        let head = &self.unit.items[self.list_head[here]];
        let first_clause = !(self.base..head.range.start).any(|i| is_clause_mark(self.reading.text.chars[i]));
        let before_same = self
            .unit
            .items
            .iter()
            .take(here)
            .filter(|i| i.inside.is_none())
            .any(|i| i.kind_of == if at.0.is_some() { pair.object.kind_of } else { pair.subject.kind_of });
        let actor_before = self.unit.items.iter().take(here).any(|i| i.inside.is_none() && i.kind_of < 9);
        out.push(p(70).with(u64::from(first_clause)).with(u64::from(before_same)).hash());
        out.push(p(71).with(u64::from(actor_before)).hash());
        out.push(p(72).with(self.verb_before(head.range.start)).with(u64::from(actor_before)).hash());
        out.push(q(72).with(self.verb_before(head.range.start)).with(u64::from(actor_before)).hash());
        out.push(p(73).with(self.word_before(head.range.start)).with(u64::from(actor_before)).hash());
        let far = if at.0.is_some() { pair.object } else { pair.subject };
        let frame = u64::from(actor_before) | u64::from(before_same) << 1 | u64::from(first_clause) << 2 | u64::from(at.1.is_some()) << 3;
        for group in self.verb_groups_before(head.range.start) {
            out.push(p(77).with(group).with(frame).hash());
            out.push(q(77).with(group).with(frame).with(u64::from(far.frequency)).hash());
            out.push(q(78).with(group).with(frame).with(u64::from(pair.carry)).hash());
        }
        out.push(q(79).with(frame).with(u64::from(far.frequency)).with(u64::from(pair.carry)).hash());
        out.push(p(74).with(distance(item.range.start - self.base)).hash());
        out.push(p(75).with(u64::from(item.inside.is_some())).hash());
        let lead: String = self.reading.text.slice(self.base..(self.base + 2).min(self.end));
        out.push(p(76).text(&lead).hash());
    }

    /// Where in the document the sentence stands, for authorship.
    fn document_place(&self, a: &Item, p: &dyn Fn(u32) -> Feature, out: &mut Vec<u64>) {
        let sentences = &self.reading.layout.sentences;
        let line = sentences[a.sentence].line;
        let last = sentences.last().map_or(0, |s| s.line);
        let place = if line <= 2 {
            line as u64
        } else if line + 2 >= last {
            10 + (last - line) as u64
        } else {
            5
        };
        out.push(p(80).with(place).hash());
        out.push(p(81).with(self.verb_before(a.range.start)).with(place).hash());
        let length = distance(self.end - self.base);
        out.push(p(82).with(length).with(place).hash());
        out.push(p(83).with(length).hash());
        let opened = self.char_at(Some(self.base));
        out.push(p(84).with(opened).hash());
    }

    fn sentence(&self, p: &dyn Fn(u32) -> Feature, out: &mut Vec<u64>) {
        let kind = match self.reading.layout.sentences[self.unit.sentences.start].kind {
            LineKind::Title => 1,
            LineKind::Heading(_) => 2,
            LineKind::Text => 3,
            LineKind::Item => 4,
            LineKind::Row => 5,
        };
        out.push(p(90).with(kind).hash());
        let mut groups: Vec<u16> = self.verbs.iter().map(|v| v.2).collect();
        groups.sort_unstable();
        groups.dedup();
        for group in groups {
            out.push(p(91).with(u64::from(group)).hash());
        }
    }
}

/// Whether two types can stand in one coordination.
fn same_side(extractor: &Extractor, a: u8, b: u8) -> bool {
    if a == LEVEL || b == LEVEL {
        return false;
    }
    let class = |k: u8| extractor.knowledge.types.get(usize::from(k)).map(|t| &t.class);
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

fn is_clause_mark(c: char) -> bool {
    matches!(c, '，' | ',' | '；' | ';' | '。' | '：' | ':')
}

fn distance(n: usize) -> u64 {
    match n {
        0..=3 => n as u64,
        4..=6 => 4,
        7..=12 => 5,
        13..=25 => 6,
        26..=50 => 7,
        _ => 8,
    }
}
