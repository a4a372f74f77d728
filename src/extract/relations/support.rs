//! What hits of rules do for statements: which decision they support, which they make by themselves, and the list that the ledger counts.

use std::collections::BTreeSet;

use crate::model::{EntityIndex, RuleHit};

use crate::extract::Extractor;
use crate::extract::knowledge::rules::Rule;
use crate::extract::units::{Fit, Pair, Target, Unit};

use super::decide::Decision;

impl Extractor {
    /// The class that a direct rule decides for a pair.
    pub(super) fn direct_class(&self, fits: &[Fit]) -> Option<usize> {
        let rules = fits.iter().map(|fit| self.rule(fit)).filter(|rule| rule.direct);
        rules.into_iter().find_map(|rule| {
            let label = self.weights.relations.labels.iter().position(|label| self.writes(label, &rule.relation));
            label.or_else(|| self.weights.relations.labels.iter().position(|label| self.answers(label, &rule.relation)))
        })
    }

    /// Among the rules that fit the two things of a pair, wherever they stand in the unit, the first that speaks for a relation of the
    /// annotation scheme, rather one that tells the role.
    pub(super) fn supporting<'a>(&self, unit: &'a Unit, pair: &Pair<'_>, class: usize) -> Option<&'a Fit> {
        let label = self.weights.relations.labels.get(class)?;
        let target = |end: u16| unit.item(end).map_or(&Target::Document, |(item, _)| &item.target);
        let are_theirs = |fit: &&Fit| *target(fit.subject) == pair.subject.target && *target(fit.object) == pair.object.target;
        let fits = unit.fits.iter().filter(are_theirs).filter(|fit| self.answers(label, &self.rule(fit).relation));
        fits.min_by_key(|fit| fit.role.is_none())
    }

    /// What direct rules say of relations that the scorer does not know, each once.
    pub(super) fn ruled(&self, units: &[Unit]) -> Vec<Decision> {
        let labels = &self.weights.relations.labels;
        let is_alone = |rule: &Rule| rule.direct && !labels.iter().any(|label| self.answers(label, &rule.relation));
        let mut seen = BTreeSet::new();
        let mut decisions = Vec::new();
        for (number, unit) in units.iter().enumerate() {
            for fit in unit.fits.iter().filter(|fit| is_alone(self.rule(fit))) {
                let (Some(subject), Some(object)) = (unit.item(fit.subject), unit.item(fit.object)) else { continue };
                if seen.insert((&subject.0.target, &self.rule(fit).relation, &object.0.target)) {
                    decisions.push(Decision {
                        subject: subject.0.target.clone(),
                        object: object.0.target.clone(),
                        class: None,
                        margin: 0,
                        carry: subject.1.max(object.1),
                        unit: number,
                        subject_range: subject.0.range.clone(),
                        object_range: object.0.range.clone(),
                        nested: false,
                        rule: Some(fit.rule),
                        direct: true,
                        role: fit.role.map(|(start, end)| start..end),
                    });
                }
            }
        }
        decisions
    }

    fn rule(&self, fit: &Fit) -> &Rule {
        &self.knowledge.rules.rules[usize::from(fit.rule)]
    }

    /// Whether a relation of the annotation scheme is written as `relation`.
    pub(super) fn writes(&self, label: &str, relation: &str) -> bool {
        self.knowledge.relations.iter().find(|r| r.name == label).map_or(label == relation, |r| &*r.write == relation)
    }

    /// Whether `relation` answers a relation of the annotation scheme.
    fn answers(&self, label: &str, relation: &str) -> bool {
        self.writes(label, relation)
            || self.knowledge.relations.iter().any(|r| r.name == label && r.accept.iter().any(|accepted| accepted == relation))
    }

    /// All hits of the units, by entity.
    pub(in crate::extract) fn rule_hits(&self, units: &[Unit], number: &[usize]) -> Vec<RuleHit> {
        let mut hits = BTreeSet::new();
        for unit in units {
            for fit in &unit.fits {
                let Some(subject) = entity(unit, fit.subject, number) else { continue };
                let object = entity(unit, fit.object, number);
                hits.insert(RuleHit { rule: self.rule(fit).id.clone(), subject, object });
            }
        }
        hits.into_iter().collect()
    }
}

/// The entity of an end of a fit; `None` for the document.
fn entity(unit: &Unit, end: u16, number: &[usize]) -> Option<EntityIndex> {
    if let Some(Target::Entity(draft)) = unit.item(end).map(|(item, _)| &item.target) { Some(number[*draft]) } else { None }
}
