//! The ledger of rules: how often each fits, and how often the annotators say what it says, so that dead wood is seen.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::model::{EntityIndex, Object, RuleHit, Term};

use crate::extract::knowledge::fold;

use super::comparison::Comparison;
use super::score::{Evaluation, ReportRow, Score};

/// What a rule is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RuleCount {
    /// Pairs that it fits, whatever their ends are.
    pub hits: usize,
    /// Pairs of annotated ends that the annotators relate as it does.
    pub right: usize,
    /// Pairs of annotated ends that they do not relate so, and do not call doubtful.
    pub wrong: usize,
}

impl RuleCount {
    /// Share of the judged hits that is right; nothing where none was judged.
    #[must_use]
    pub fn precision(self) -> Option<f64> {
        let score = Score { right: self.right, extra: self.wrong, missing: 0 };
        (self.right + self.wrong > 0).then(|| score.precision())
    }

    /// Adds the counts of another evaluation.
    pub(in crate::extract) fn merge(&mut self, other: Self) {
        self.hits += other.hits;
        self.right += other.right;
        self.wrong += other.wrong;
    }

    /// As a line of a report. A rule has no recall: what it leaves is left to others.
    pub(in crate::extract) fn row(self, rule: &str) -> ReportRow {
        let score = Score { right: self.right, extra: self.wrong, missing: 0 };
        let precision = score.precision();
        ReportRow { group: "rule".to_owned(), name: rule.to_owned(), precision, recall: 0.0, f1: 0.0, score, hits: Some(self.hits) }
    }
}

impl Comparison<'_> {
    /// Counts the hits of all rules; those that never hit are listed, too.
    pub(super) fn count_rules(
        &self,
        evaluation: &mut Evaluation,
        taken: &HashMap<String, EntityIndex>,
        vague: &HashMap<String, EntityIndex>,
    ) {
        for rule in &self.knowledge.rules.rules {
            evaluation.rules.entry(rule.id.to_string()).or_default();
        }
        let matched: HashSet<EntityIndex> = taken.values().copied().collect();
        for hit in &self.extraction.rule_hits {
            let Some(rule) = self.knowledge.rules.rules.iter().find(|r| r.id == hit.rule) else { continue };
            let is_judged =
                matched.contains(&hit.subject) && hit.object.is_none_or(|o| matched.contains(&o) || self.is_annotated_honour(o));
            let says = |relations: &[(String, String, String)]| relations.iter().any(|r| self.says(r, hit, &rule.relation, taken, vague));
            let count = evaluation.rules.entry(hit.rule.to_string()).or_default();
            count.hits += 1;
            if is_judged && says(&self.gold.relations) {
                count.right += 1;
            } else if is_judged && !says(&self.gold.doubtful.relations) {
                count.wrong += 1;
            }
        }
    }

    /// Whether an annotated relation says what a hit says.
    fn says(
        &self,
        (subject, predicate, object): &(String, String, String),
        hit: &RuleHit,
        relation: &Term,
        taken: &HashMap<String, EntityIndex>,
        vague: &HashMap<String, EntityIndex>,
    ) -> bool {
        let node = |name: &str| taken.get(name).or_else(|| vague.get(name)).copied();
        let Some(a) = node(subject) else { return false };
        match hit.object {
            _ if matches!(predicate.as_str(), "authored" | "recommends") => {
                **relation == **predicate && a == hit.subject && hit.object.is_none_or(|o| node(object) == Some(o))
            }
            None => false,
            Some(o) => self.is_answer(&(hit.subject, relation.clone(), Object::Entity(o)), predicate, a, object, &node),
        }
    }

    /// Whether the annotators name this honour, whoever has it.
    fn is_annotated_honour(&self, entity: EntityIndex) -> bool {
        let entity = &self.extraction.entities[entity];
        let found = fold(&entity.preferred_label);
        let mut honours = self.gold.relations.iter().filter(|r| r.1 == "awarded").map(|r| fold(&r.2));
        &*entity.class == "Honour" && honours.any(|wanted| wanted.contains(&found) || found.contains(&wanted))
    }
}
