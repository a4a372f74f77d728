//! What a reader can see of a pair of items: the features on which the scorers of relations and of figures decide.

use std::ops::Range;

use super::sink::{Key, Sink};
use super::surroundings::{Around, Surroundings};
use crate::extract::Extractor;
use crate::extract::linear::Feature;
use crate::extract::names::Reading;
use crate::extract::rules;
use crate::extract::text::LineKind;
use crate::extract::units::{DOCUMENT, FIGURE, Item, LEVEL, Pair, Target, Unit};

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
    pub(super) groups: Vec<u16>,
    /// First figure, first item that is no part of another, first of these that acts.
    pub(super) first_figure: Option<usize>,
    pub(super) first_whole: Option<usize>,
    pub(super) first_actor: Option<usize>,
}

/// What the features of a pair begin with: its types in full, and its classes alone.
#[derive(Clone, Copy)]
pub(super) struct Family {
    types: u64,
    coarse: u64,
}

impl Family {
    /// A feature that knows the types.
    #[inline]
    pub(super) fn p(self, template: u32) -> Feature {
        Feature::new(1000 + template).with(self.types)
    }

    /// A feature that knows the classes.
    #[inline]
    pub(super) fn q(self, template: u32) -> Feature {
        Feature::new(2000 + template).with(self.coarse)
    }

    /// A feature that knows only which end comes first: what a verb says of a relation, whoever stands at its ends.
    #[inline]
    pub(super) fn r(self, template: u32) -> Feature {
        Feature::new(3000 + template).with(self.types & 0x10)
    }

    /// Key of a group of features that only these types and `of` decide, in one unit.
    #[inline]
    pub(super) fn key(self, group: Group, of: u64) -> u64 {
        self.types << 36 | (group as u64) << 32 | of & 0xFFFF_FFFF
    }

    /// Key of a group of features that only these types and `values` decide, wherever they stand.
    #[inline]
    pub(super) fn known(self, known: Known, values: [u64; 2]) -> Key {
        [self.types << 8 | known as u64, values[0], values[1]]
    }

    /// What a value says to those that know the types, the classes, and only the order.
    #[inline]
    pub(super) fn each(self, template: u32, value: u64) -> [Feature; 3] {
        [self.p(template), self.q(template), self.r(template)].map(|feature| feature.with(value))
    }
}

/// Small numbers side by side, each below the one it comes with.
pub(super) fn small<const N: usize>(numbers: [(u64, u64); N]) -> u64 {
    numbers.iter().fold(0, |all, (number, limit)| {
        debug_assert!(number < limit, "a number that has no room");
        all * limit + number
    })
}

/// Groups of features that pairs of a unit share.
#[derive(Clone, Copy)]
pub(super) enum Group {
    Types,
    Subject,
    Object,
    Level,
    Figure,
    Lead,
}

/// Groups of features that come again in any document.
#[derive(Clone, Copy)]
pub(super) enum Known {
    Ends,
    Topic,
    Opening,
    Approach,
    Skeleton,
    Shortened,
    Words,
    Sorts,
    MainVerb,
    Gap,
    VerbGroup,
    Frame,
    Word,
    Verb,
    Table,
    Carried,
    CarriedGroup,
    Owner,
    Place,
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
        for fit in rules::of_pair(&self.unit.fits, numbers.0, numbers.1) {
            self.extractor.knowledge.rules.features(fit, pair.carry).into_iter().for_each(|feature| out.put(feature));
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

    /// What stands between two items of one unit.
    fn between(&self, a: &Item, b: &Item, at: (Option<usize>, Option<usize>), nesting: u64, f: Family, out: &mut impl Sink) {
        let (left, right) = if a.range.start <= b.range.start { (a, b) } else { (b, a) };
        let (left_at, right_at) = if a.range.start <= b.range.start { at } else { (at.1, at.0) };
        let (Some(left_at), Some(right_at)) = (left_at, right_at) else { return };
        if nesting != 0 {
            let offset = b.range.start.abs_diff(a.range.start);
            out.put(f.p(40).with(nesting).with(u64::from(offset == 0)).with(u64::from(a.range.end == b.range.end)));
            return;
        }
        let gap = left.range.end..right.range.start.max(left.range.end);
        let skeleton = self.skeleton(left_at, right_at, false);
        out.known(f.known(Known::Skeleton, [skeleton, 0]), || [f.p(41).with(skeleton), f.q(41).with(skeleton)]);
        let (head, left_head) = (self.list_head[right_at], self.list_head[left_at]);
        let first_right = self.around.of(head);
        let shortened = self.skeleton(left_head, head, true);
        out.known(f.known(Known::Shortened, [shortened, 0]), || [f.p(42).with(shortened), f.q(42).with(shortened)]);
        if let Some(path) = self.around.path(self.unit.items[left_head].range.end, self.unit.items[head].range.start) {
            out.known(f.known(Known::Words, [path.words, 0]), || f.each(111, path.words));
            out.known(f.known(Known::Sorts, [path.sorts, 0]), || f.each(112, path.sorts));
        }
        let verb = first_right.main_verb;
        out.known(f.known(Known::MainVerb, [verb, 0]), || f.each(110, verb));
        let marks = self.around.counts(gap.start, gap.end);
        let commas = u64::from(marks.clauses.min(4));
        // Items stand by their start: those in the gap stand between the two.
        let among = self.unit.items.get(left_at + 1..right_at).unwrap_or_default();
        let within = || among.iter().filter(|i| i.inside.is_none() && i.range.start >= gap.start && i.range.end <= gap.end);
        let side = |listed: bool| u64::from(listed);
        let list = [side(head != right_at), side(left_head == head)];
        let (count, length) = (within().count().min(6) as u64, distance(gap.len()));
        let same_type_between = side(within().any(|i| i.kind_of == left.kind_of && i.target != left.target));
        let opens = side(self.first_whole == Some(left_at));
        let (opened, semicolon) = (side(marks.opened > 0 && marks.closed == 0), side(marks.semicolons > 0));
        let before = first_right.verb_before;
        let key = small([(list[0], 2), (list[1], 2), (commas, 8), (count, 8), (length, 16), (same_type_between, 2), (opens, 2)]);
        let key = small([(key, 1 << 32), (opened, 2), (semicolon, 2)]);
        out.known(f.known(Known::Gap, [key, before]), || {
            [
                f.p(43).with(list[0]).with(list[1]),
                f.p(44).with(before),
                f.p(45).with(commas),
                f.p(46).with(count),
                f.p(47).with(length),
                f.p(48).with(commas).with(before),
                f.p(53).with(same_type_between).with(commas.min(2)),
                f.p(54).with(opens),
                f.p(55).with(opened),
                f.p(56).with(semicolon),
            ]
        });
        let first_actor = self.first_actor.is_some_and(|i| self.unit.items[i].target == left.target);
        let other_actor =
            within().any(|i| is_actor(self.extractor, i) && same_side(self.extractor, i.kind_of, left.kind_of) && i.target != left.target);
        let frame = u64::from(first_actor)
            | u64::from(other_actor) << 1
            | u64::from(commas > 0) << 2
            | u64::from(a.range.start <= b.range.start) << 3;
        Self::acts(first_right, frame, u64::from(left.frequency), f, out);
        self.words_between(&gap, f, out);
        within().for_each(|item| out.put(f.p(52).with(u64::from(item.kind_of))));
    }

    /// What the verbs before the right end say, in the frame of who else acts there.
    fn acts(first_right: &Around, frame: u64, frequency: u64, f: Family, out: &mut impl Sink) {
        for group in &first_right.groups_before {
            let key = small([(frame, 16), (frequency, 256)]);
            out.known(f.known(Known::VerbGroup, [key, *group]), || {
                let [p, q, r] = f.each(57, *group);
                [p.with(frame), q.with(frame), r.with(frame), f.p(58).with(*group).with(frequency)]
            });
        }
        let verbs = first_right.verbs_before;
        out.known(f.known(Known::Frame, [small([(frame, 16), (frequency, 256), (verbs, 4)]), 0]), || {
            [f.p(59).with(frame).with(verbs), f.q(59).with(frame).with(frequency)]
        });
    }

    /// The words of a gap, each once where it stands several times in a row, and its verb groups.
    fn words_between(&self, gap: &Range<usize>, f: Family, out: &mut impl Sink) {
        let (mut seen, mut words) = (0, 0);
        for word in self.around.words(gap.start, gap.end) {
            if *word != seen && *word != 0 {
                seen = *word;
                words += 1;
                let word = u64::from(*word);
                out.known(f.known(Known::Word, [word, 0]), || f.each(50, word));
                if words == 16 {
                    break;
                }
            }
        }
        for verb in self.around.verbs_in(gap.start, gap.end) {
            out.known(f.known(Known::Verb, [verb, 0]), || f.each(51, verb));
        }
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
        let mut next = left + 1;
        while at < to {
            while self.unit.items.get(next).is_some_and(|i| i.range.start < at) {
                next += 1;
            }
            let here = self.unit.items[next..].iter().take_while(|i| i.range.start == at);
            let inner = here.zip(next..).find(|(i, _)| i.kind_of != LEVEL && i.inside.is_none() && i.range.end <= to);
            if let Some((item, index)) = inner {
                if !(folded && self.coordinated[index]) {
                    hash = hash.with(0x1_0000_0000 | u64::from(item.kind_of));
                    length += 1;
                }
                at = item.range.end;
            } else {
                let c = self.reading.text.chars[at];
                let joins = folded && matches!(c, '、');
                if !joins {
                    let numeric = !('\u{4e00}'..='\u{9fff}').contains(&c) && c.is_numeric();
                    hash = hash.with(u64::from(if numeric { '0' } else { c }));
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

    fn table(&self, a: &Item, b: &Item, numbers: (usize, usize), f: Family, out: &mut impl Sink) {
        let cell = |item: &Item| self.reading.layout.sentences[item.sentence].cell;
        let (Some(x), Some(y)) = (cell(a), cell(b)) else { return };
        let headers = (self.around.of(numbers.0).header, self.around.of(numbers.1).header);
        let step = match x.column.cmp(&y.column) {
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Less => 1,
            std::cmp::Ordering::Greater => 2,
        };
        // A row is mostly about what stands in its first cell, whatever that is.
        let leads = u64::from(x.column == 0) | u64::from(y.column == 0) << 1 | u64::from(a.inside.is_some()) << 2;
        out.put(f.p(61).with(headers.0).with(headers.1));
        out.put(f.p(62).with(headers.1));
        out.put(f.p(63).with(headers.0));
        out.known(f.known(Known::Table, [small([(step, 4), (leads, 8)]), 0]), || {
            [
                f.p(60).with(step),
                f.p(64).with(step).with(u64::from(x.column == 0)),
                f.q(64).with(step).with(leads),
                f.r(64).with(step).with(leads),
            ]
        });
    }

    fn carry(&self, pair: &Pair<'_>, at: (Option<usize>, Option<usize>), f: Family, out: &mut impl Sink) {
        let here = at.0.or(at.1);
        let Some(here) = here else { return };
        let item = &self.unit.items[here];
        let head = self.list_head[here];
        let first_clause = self.around.counts(self.around.base, self.unit.items[head].range.start).clauses == 0;
        let head = self.around.of(head);
        let other = if at.0.is_some() { pair.object.kind_of } else { pair.subject.kind_of };
        let before = || self.unit.items.iter().take(here).filter(|i| i.inside.is_none());
        let before_same = before().any(|i| i.kind_of == other);
        let actor_before = u64::from(before().any(|i| i.kind_of < 9));
        let far = if at.0.is_some() { pair.object } else { pair.subject };
        let (first_clause, before_same, inside) = (u64::from(first_clause), u64::from(before_same), u64::from(item.inside.is_some()));
        let frame = actor_before | before_same << 1 | first_clause << 2 | u64::from(at.1.is_some()) << 3;
        let (carry, frequency, length) = (u64::from(pair.carry), u64::from(far.frequency), distance(item.range.start - self.around.base));
        let key = small([(frame, 16), (frequency, 256), (inside, 2), (length, 16)]);
        out.known(f.known(Known::Carried, [key, head.verb_before]), || {
            [
                f.p(70).with(first_clause).with(before_same),
                f.p(71).with(actor_before),
                f.p(72).with(head.verb_before).with(actor_before),
                f.q(72).with(head.verb_before).with(actor_before),
                f.q(79).with(frame).with(frequency).with(carry),
                f.p(74).with(length),
                f.p(75).with(inside),
            ]
        });
        out.put(f.p(73).with(head.word_before).with(actor_before));
        f.each(113, head.main_verb).into_iter().for_each(|feature| out.put(feature.with(actor_before)));
        for group in &head.groups_before {
            out.known(f.known(Known::CarriedGroup, [small([(frame, 16), (frequency, 256)]), *group]), || {
                [
                    f.p(77).with(*group).with(frame),
                    f.q(77).with(*group).with(frame).with(frequency),
                    f.q(78).with(*group).with(frame).with(carry),
                ]
            });
        }
        let start = self.unit.items[self.list_head[here]].range.start;
        let is_object = u64::from(at.1.is_some());
        for (n, from) in [(0, self.around.base), (2, head.clause)] {
            let opening = self.around.opening(from.min(start), start);
            out.known(f.known(Known::Opening, [opening, small([(u64::from(n), 4), (is_object, 2)])]), || {
                [f.p(114 + n).with(opening), f.q(114 + n).with(opening).with(is_object)]
            });
            if let Some(path) = self.around.path(from, start) {
                out.put(f.q(118 + n).with(path.words).with(is_object));
                out.known(f.known(Known::Approach, [path.sorts, small([(u64::from(n), 4), (is_object, 2)])]), || {
                    [f.p(118 + n).with(path.sorts), f.q(119 + n).with(path.sorts).with(is_object)]
                });
            }
        }
        let lead = || self.reading.text.slice(self.around.base..(self.around.base + 2).min(self.around.end));
        out.shared(f.key(Group::Lead, 0), |out| out.put(f.p(76).text(&lead())));
    }

    /// Where in the document the sentence stands, for authorship.
    fn document_place(&self, a: &Item, around: &Around, f: Family, out: &mut impl Sink) {
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
        let length = distance(self.around.end - self.around.base);
        let (before, opened) = (around.verb_before, self.around.char_at(Some(self.around.base)));
        out.known(f.known(Known::Place, [small([(place, 1 << 16), (length, 16)]), before << 32 | opened]), || {
            [
                f.p(80).with(place),
                f.p(81).with(before).with(place),
                f.p(82).with(length).with(place),
                f.p(83).with(length),
                f.p(84).with(opened),
            ]
        });
    }

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
fn same_side(extractor: &Extractor, a: u8, b: u8) -> bool {
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
