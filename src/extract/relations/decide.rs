//! From items to decisions: every pair that the corpus has seen related is scored, and the best decision on each triple is kept with its
//! place.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::model::Term;

use crate::extract::Extractor;
use crate::extract::knowledge::NameRelation;
use crate::extract::pairs::{Scorer, Shares, View};
use crate::extract::text::Reading;
use crate::extract::units::{DOCUMENT, FIGURE, Fit, Item, LEVEL, Pair, Target, Unit};

use super::review::{Judgement, Review};

/// What was decided on a pair, and where it stands.
#[derive(Clone, Debug)]
pub(in crate::extract) struct Decision {
    pub subject: Target,
    pub object: Target,
    /// Class of the scorer; `None` where a rule speaks of a relation that the scorer does not know.
    pub class: Option<usize>,
    /// Margin of the scorer over “none”.
    pub margin: i32,
    pub carry: u8,
    pub unit: usize,
    pub subject_range: Range<usize>,
    pub object_range: Range<usize>,
    pub nested: bool,
    /// A rule of relations that fits it, too.
    pub rule: Option<u16>,
    /// That rule decided by itself.
    pub direct: bool,
    /// The words that tell the role, where that rule reads one.
    pub role: Option<Range<usize>>,
}

/// Margin of what a name says by itself: wider than any that is scored.
const SURE: i32 = i32::MAX;

/// Whether an item is a part of the name of another, or a part of such a part.
fn is_part(part: &Item, whole: &Item) -> bool {
    let deeper = part.range != whole.range && whole.range.start <= part.range.start && part.range.end <= whole.range.end;
    part.inside.as_ref() == Some(&whole.range) && whole.inside.is_none() || part.inside.is_some() && deeper
}

/// Whether two items may be said to be related: a part of a name is related to that name, not to what stands around it.
fn is_pair(a: &Item, b: &Item) -> bool {
    let apart = |part: &Item, other: &Item| part.inside.is_none() || matches!(part.kind_of, LEVEL | FIGURE) || is_part(part, other);
    apart(a, b) && apart(b, a) || is_part(a, b) || is_part(b, a)
}

impl Extractor {
    /// Scores all allowed pairs of all units, reviews the promising ones; for each triple the decision with the widest margin.
    pub(in crate::extract) fn decide(&self, reading: &Reading, units: &[Unit]) -> Vec<Decision> {
        let mut best: BTreeMap<(Target, usize, Target), Decision> = BTreeMap::new();
        if self.weights.relations.labels.is_empty() {
            return Vec::new();
        }
        let review = self.look(reading, units);
        let mut memory = self.judgements.take(|| Judgement::new(&self.weights.review));
        for (number, unit) in units.iter().enumerate() {
            let mut index = 0;
            self.each_pair(unit, |pair, at| {
                index += 1;
                let said = review.decide(&self.weights.review, number, index - 1, &mut memory);
                let fits = unit.fits_of(pair, at);
                let Some((class, margin, direct)) = self.named(unit, pair).or_else(|| self.verdict(said, fits)) else { return };
                let support = self.supporting(unit, pair, class);
                let decision = Decision {
                    subject: pair.subject.target.clone(),
                    object: pair.object.target.clone(),
                    class: Some(class),
                    margin,
                    carry: pair.carry,
                    unit: number,
                    subject_range: pair.subject.range.clone(),
                    object_range: pair.object.range.clone(),
                    nested: is_part(pair.object, pair.subject),
                    rule: support.map(|fit| fit.rule),
                    direct,
                    role: support.and_then(|fit| fit.role).map(|(start, end)| start..end),
                };
                let key = (decision.subject.clone(), class, decision.object.clone());
                match best.get(&key) {
                    Some(old) if old.margin >= margin => {}
                    _ => {
                        best.insert(key, decision);
                    }
                }
            });
        }
        self.judgements.give_back(memory);
        let kept = best.iter().filter(|(key, decision)| !self.is_outdone(key, decision, &best) && !self.is_overruled(key, decision, &best));
        kept.map(|(_, decision)| decision.clone()).chain(self.ruled(units)).collect()
    }

    /// Whether a relation that runs one way was seen with a wider margin the other way round; of two alike the first stays.
    fn is_outdone(&self, key: &(Target, usize, Target), decision: &Decision, all: &BTreeMap<(Target, usize, Target), Decision>) -> bool {
        let (subject, class, object) = key;
        let reverse = (object.clone(), *class, subject.clone());
        let runs_both_ways = || {
            let relation = self.knowledge.relations.iter().find(|r| r.name == self.weights.relations.labels[*class]);
            relation.and_then(|r| self.knowledge.ontology.schema().relation(&r.write)).is_some_and(|r| r.symmetric)
        };
        let wider = |other: &Decision| other.margin > decision.margin || other.margin == decision.margin && reverse < *key;
        all.get(&reverse).is_some_and(wider) && !runs_both_ways()
    }

    /// Whether a level was only carried to a thing whose own sentence or row states one of the same scheme.
    fn is_overruled(&self, key: &(Target, usize, Target), decision: &Decision, all: &BTreeMap<(Target, usize, Target), Decision>) -> bool {
        let (subject, class, object) = key;
        let Target::Concept(level) = object else { return false };
        let schema = self.knowledge.ontology.schema();
        let scheme = |concept: &Term| schema.concept(concept).map(|c| c.scheme.clone());
        let from = (subject.clone(), *class, Target::Concept("".into()));
        let states = |((other, label, concept), said): (&(Target, usize, Target), &Decision)| {
            let same = matches!(concept, Target::Concept(concept) if scheme(concept) == scheme(level));
            other == subject && label == class && same && said.carry == 0
        };
        decision.carry != 0 && all.range(from..).take_while(|((other, label, _), _)| other == subject && label == class).any(states)
    }

    /// Class and margin of a pair: what the scorers are sure of, else what a direct rule says; and whether it was the rule.
    fn verdict(&self, said: Option<(usize, i32)>, fits: &[Fit]) -> Option<(usize, i32, bool)> {
        let sure = said.filter(|(class, margin)| *margin >= self.weights.thresholds[*class]);
        let by_rule = || self.direct_class(fits).map(|class| (class, self.weights.thresholds[class], true));
        sure.map(|(class, margin)| (class, margin, false)).or_else(by_rule)
    }

    /// What the name of the subject says of the object, a part of it (`names` of annotation.toml): class, margin, and that it was no scorer.
    fn named(&self, unit: &Unit, pair: &Pair<'_>) -> Option<(usize, i32, bool)> {
        let (whole, part) = (pair.subject, pair.object);
        if pair.carry != 0 || !is_part(part, whole) {
            return None;
        }
        let says = |r: &&NameRelation| r.whole.contains(&whole.kind_of) && r.part.contains(&part.kind_of);
        let relation = self.knowledge.name_relations.iter().find(says)?;
        let says_it = if relation.narrowest {
            let mut others = unit.items.iter().filter(|i| relation.part.contains(&i.kind_of) && is_part(i, whole));
            // Names go from wide to narrow: what ends last is the narrowest place, with all that stands before it in its own name.
            let narrower = |other: &Item| (other.range.end, part.range.start) > (part.range.end, other.range.start);
            !others.any(narrower)
        } else {
            part.inside.as_ref() == Some(&whole.range)
        };
        says_it.then_some(())?;
        let class = self.weights.relations.labels.iter().position(|label| *label == relation.relation)?;
        Some((class, SURE, true))
    }

    /// The first look at all pairs of all units.
    pub(in crate::extract) fn look(&self, reading: &Reading, units: &[Unit]) -> Review {
        let mut review = Review::default();
        let mut scorer = Scorer::new(&self.weights.relations, self.relation_shares.take(|| Shares::new(&self.weights.relations)));
        for unit in units {
            let view = View::new(self, reading, unit);
            scorer.next_unit();
            review.next_unit(self.weights.relations.labels.len(), unit);
            self.each_pair(unit, |pair, at| {
                view.features(pair, at, &mut scorer);
                let prominence = unit.prominence(&pair.subject.target);
                let numbers = (unit.number(pair.subject, at.0), unit.number(pair.object, at.1));
                review.note(pair, numbers, (view.list_of(at.0), view.list_of(at.1)), prominence, scorer.scores());
            });
        }
        self.relation_shares.give_back(scorer.into_shares());
        review
    }

    /// Calls `visit` for every pair of the unit whose types the corpus has seen related.
    pub(in crate::extract) fn each_pair(&self, unit: &Unit, mut visit: impl FnMut(&Pair<'_>, (Option<usize>, Option<usize>))) {
        let document = Item::document();
        for (i, a) in unit.items.iter().enumerate() {
            if matches!(a.kind_of, LEVEL | FIGURE) {
                continue;
            }
            for (j, b) in unit.items.iter().enumerate() {
                if i != j && i.abs_diff(j) <= 24 && a.target != b.target && self.may_relate(a.kind_of, b.kind_of) && is_pair(a, b) {
                    visit(&Pair { subject: a, object: b, carry: 0, follows: 0 }, (Some(i), Some(j)));
                }
            }
            if a.inside.is_none() && self.may_relate(a.kind_of, DOCUMENT) {
                visit(&Pair { subject: a, object: &document, carry: 0, follows: 0 }, (Some(i), None));
            }
        }
        for (item, how) in &unit.carried {
            for (i, here) in unit.items.iter().enumerate() {
                if here.target == item.target || here.inside.is_some() && here.kind_of != LEVEL {
                    continue;
                }
                if self.may_relate(item.kind_of, here.kind_of) {
                    visit(&Pair { subject: item, object: here, carry: *how, follows: 0 }, (None, Some(i)));
                }
                if !matches!(here.kind_of, LEVEL | FIGURE) && self.may_relate(here.kind_of, item.kind_of) {
                    visit(&Pair { subject: here, object: item, carry: *how, follows: 0 }, (Some(i), None));
                }
            }
        }
    }

    fn may_relate(&self, a: u8, b: u8) -> bool {
        self.allowed.get(usize::from(a)).is_some_and(|with| with >> (b & 127) & 1 != 0 && b < 128)
    }
}
