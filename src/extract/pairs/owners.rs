//! What a reader can see of a figure and the thing that it may be of.

use crate::extract::figures::Figure;
use crate::extract::linear::Feature;
use crate::extract::units::{FIGURE, Item, LEVEL, Pair};

use super::features::{Family, Known, small};
use super::sink::Sink;
use super::view::{View, is_actor};

impl View<'_> {
    /// What a figure measures: its unit, the words before it, whether it is the first.
    pub(super) fn figure(&self, item: &Item, clause: usize, figure: &Figure, f: Family, out: &mut impl Sink) {
        let unit = Feature::new(5).text(&figure.unit).hash();
        out.put(f.p(95).with(unit));
        out.put(f.q(95).with(unit));
        out.put(f.p(96).with(u64::from(figure.counts)).with(u64::from(figure.bound.is_some())));
        let first = self.first_figure.map(|i| self.unit.items[i].range.start) == Some(item.range.start);
        out.put(f.p(97).with(u64::from(first)));
        let mut seen = 0;
        for word in self.around.words(clause, item.range.start).iter().rev().take(10) {
            if *word != seen {
                seen = *word;
                out.put(f.q(98).with(u64::from(*word)));
            }
        }
        let named = self.unit.items.iter().any(|i| {
            i.range.start >= clause && i.range.end <= item.range.start && i.inside.is_none() && !matches!(i.kind_of, FIGURE | LEVEL)
        });
        out.put(f.p(99).with(u64::from(named)));
        out.put(f.p(100).with(u64::from(item.inside.is_some())));
    }

    /// Where the owner of a figure stands among the items before it.
    pub(super) fn owner(&self, pair: &Pair<'_>, clause: usize, f: Family, out: &mut impl Sink) {
        let (a, item, carry) = (pair.subject, pair.object, pair.carry);
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
        let clauses = before.clone().filter(|i| i.range.start >= clause).count().min(3) as u64;
        let follows = u64::from(pair.follows);
        let ahead = self.unit.items.iter().filter(whole).filter(|i| i.range.start >= a.range.end && i.range.end <= item.range.start);
        let ahead = ahead.filter(|i| is_actor(self.extractor, i) && i.target != a.target).count().min(3) as u64;
        let (carry, frequency) = (u64::from(carry), u64::from(a.frequency));
        let topic = u64::from(self.unit.topic.as_ref() == Some(&a.target));
        let key = small([(relation, 32), (clauses, 4), (follows, 256), (ahead, 4), (frequency, 256), (topic, 2)]);
        out.known(f.known(Known::Owner, [key, 0]), || {
            [
                f.p(101).with(relation),
                f.q(101).with(relation).with(carry),
                f.r(101).with(relation).with(carry),
                f.q(102).with(relation).with(clauses).with(carry),
                f.p(104).with(follows).with(clauses.min(1)),
                f.q(104).with(follows).with(relation).with(clauses.min(1)),
                f.r(104).with(follows).with(clauses),
                f.q(105).with(ahead).with(carry).with(clauses.min(1)),
                f.r(105).with(ahead).with(follows).with(u64::from(carry == 0)),
                f.q(106).with(topic).with(relation).with(clauses.min(1)),
                f.r(106).with(topic).with(follows).with(clauses.min(1)),
                f.r(107).with(topic).with(follows).with(ahead).with(u64::from(carry == 0)),
                f.p(103).with(frequency).with(carry).with(clauses.min(1)),
            ]
        });
    }
}
