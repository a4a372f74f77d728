//! What hits do for statements: which decision they support, which they make by themselves, and the list that the ledger counts.

use std::collections::BTreeSet;

use crate::model::{EntityIndex, RuleHit};

use super::super::Extractor;
use super::super::units::{Item, Target, Unit};
use super::{Fit, Rule};

impl Extractor {
    /// The class that a direct rule decides for a pair.
    pub(in crate::extract) fn direct_class(&self, fits: &[Fit]) -> Option<usize> {
        let rules = fits.iter().map(|fit| self.rule(fit)).filter(|rule| rule.direct);
        rules.into_iter().find_map(|rule| {
            let label = self.weights.relations.labels.iter().position(|label| self.writes(label, &rule.relation));
            label.or_else(|| self.weights.relations.labels.iter().position(|label| self.answers(label, &rule.relation)))
        })
    }

    /// The first rule among those that fit a pair which speaks for a relation of the annotation scheme.
    pub(in crate::extract) fn supporting(&self, fits: &[Fit], class: usize) -> Option<u16> {
        let label = self.weights.relations.labels.get(class)?;
        fits.iter().find(|fit| self.answers(label, &self.rule(fit).relation)).map(|fit| fit.rule)
    }

    fn rule(&self, fit: &Fit) -> &Rule {
        &self.knowledge.rules.rules[usize::from(fit.rule)]
    }

    /// Whether a relation of the annotation scheme is written as `relation`.
    fn writes(&self, label: &str, relation: &str) -> bool {
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
    let end = usize::from(end);
    let carried = || unit.carried.get(end - unit.items.len()).map(|(item, _)| item);
    let item: Option<&Item> = unit.items.get(end).or_else(carried);
    if let Some(Target::Entity(draft)) = item.map(|item| &item.target) { Some(number[*draft]) } else { None }
}
