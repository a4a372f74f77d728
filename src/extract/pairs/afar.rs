//! Pairs whose ends do not stand together: one was carried into the unit, or is the document itself.

use crate::extract::units::{Item, Pair};

use super::features::{Family, Group, Known, distance, small};
use super::sink::Sink;
use super::surroundings::Around;
use super::view::View;

impl View<'_> {
    /// What the unit shows of a pair whose one end was carried into it.
    pub(super) fn carry(&self, pair: &Pair<'_>, at: (Option<usize>, Option<usize>), f: Family, out: &mut impl Sink) {
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
    pub(super) fn document_place(&self, a: &Item, around: &Around, f: Family, out: &mut impl Sink) {
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
}
