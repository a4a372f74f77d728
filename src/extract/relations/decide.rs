//! From items to decisions: every pair that the corpus has seen related is scored, and the best decision on each triple is kept with its
//! place.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::extract::Extractor;
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
                let Some((class, margin, direct)) = self.verdict(said, fits).or_else(|| self.composed_of(pair)) else { return };
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
                    nested: pair.object.inside.as_ref() == Some(&pair.subject.range),
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
        let kept = best.iter().filter(|(key, decision)| !self.is_outdone(key, decision, &best));
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

    /// Class and margin of a pair: what the scorers are sure of, else what a direct rule says; and whether it was the rule.
    fn verdict(&self, said: Option<(usize, i32)>, fits: &[Fit]) -> Option<(usize, i32, bool)> {
        let sure = said.filter(|(class, margin)| *margin >= self.weights.thresholds[*class]);
        let by_rule = || self.direct_class(fits).map(|class| (class, self.weights.thresholds[class], true));
        sure.map(|(class, margin)| (class, margin, false)).or_else(by_rule)
    }

    /// What the grammar composed a name of is related to its bearer as the scheme says: the industry of a conjunct.
    fn composed_of(&self, pair: &Pair<'_>) -> Option<(usize, i32, bool)> {
        let is_part = pair.subject.composed && pair.object.inside.as_ref() == Some(&pair.subject.range);
        if !is_part || pair.object.kind_of != self.roles.industry {
            return None;
        }
        let relation = self.knowledge.relations.iter().find(|r| r.composes)?;
        let class = self.weights.relations.labels.iter().position(|label| *label == relation.name)?;
        Some((class, self.weights.thresholds[class], true))
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
                if i != j && i.abs_diff(j) <= 24 && a.target != b.target && self.may_relate(a.kind_of, b.kind_of) {
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
