//! What stands between two items of one unit: words, verbs, other names, the way from one to the other, and columns of a table.

use std::ops::Range;

use crate::extract::linear::Feature;
use crate::extract::units::{Item, LEVEL};

use super::features::{Family, Known, distance, small};
use super::sink::Sink;
use super::surroundings::Around;
use super::view::{View, is_actor, same_side};

impl View<'_> {
    /// What stands between two items of one unit.
    pub(super) fn between(&self, a: &Item, b: &Item, at: (Option<usize>, Option<usize>), nesting: u64, f: Family, out: &mut impl Sink) {
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

    /// Where the cells of two items stand in their row.
    pub(super) fn table(&self, a: &Item, b: &Item, numbers: (usize, usize), f: Family, out: &mut impl Sink) {
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
}
