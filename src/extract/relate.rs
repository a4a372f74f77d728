//! From items to statements: every pair that the corpus has seen related is scored, the best decision on each triple is kept
//! with its words, and the whole is put together as an [`Extraction`].

use std::collections::BTreeMap;
use std::ops::Range;

use crate::model::{
    Confidence, Document, DocumentFacts, EntityIndex, Evidence, Extraction, Mention, Modality, Object, Origin, Statement, Term,
};

use super::Extractor;
use super::detect::{Found, Reading};
use super::layout::LineKind;
use super::modality::Advice;
use super::pairs::View;
use super::resolve::Resolution;
use super::review::{Judgement, Review};
use super::rules::Fit;
use super::sink::{Scorer, Shares};
use super::units::{DOCUMENT, FIGURE, Item, LEVEL, Pair, Target, Unit, units};

/// A decision of the scorer: class, margin over the next best, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Decision {
    pub subject: Target,
    pub object: Target,
    pub class: usize,
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
}

impl Extractor {
    /// Puts mentions, entities, statements and observations together.
    pub(super) fn assemble(&self, document: &Document, reading: &Reading, found: &[Found], resolution: &Resolution) -> Extraction {
        let source: Vec<char> = document.text.chars().collect();
        let units = units(self, reading, found, resolution, &source);
        let decisions = self.decide(reading, &units);
        let mut order: Vec<EntityIndex> = Vec::new();
        let mut number = vec![usize::MAX; resolution.drafts.len()];
        let mut mentions = Vec::new();
        let references = units.iter().flat_map(|u| &u.items).filter(|i| i.reference);
        let named = found.iter().enumerate().filter_map(|(m, f)| resolution.of[m].map(|d| (f.range.clone(), f.origin, d)));
        let back =
            references.filter_map(|i| if let Target::Entity(d) = i.target { Some((i.range.clone(), Origin::Reference, d)) } else { None });
        let mut all: Vec<(Range<usize>, Origin, usize)> = named.chain(back).collect();
        all.sort_by_key(|(range, origin, d)| (range.start, range.end, *origin, *d));
        for (range, origin, draft) in all {
            if number[draft] == usize::MAX {
                number[draft] = order.len();
                order.push(draft);
            }
            let class = self.knowledge.types[usize::from(resolution.drafts[draft].kind_of)].class.clone();
            mentions.push(Mention { span: reading.text.span(range), class, origin, entity: number[draft] });
        }
        let entities: Vec<_> = order.iter().map(|d| self.entity(&resolution.drafts[*d])).collect();
        for mention in &mut mentions {
            mention.class = entities[mention.entity].class.clone();
        }
        let mut facts = self.facts(document, reading, found, resolution, &number);
        let statements = self.statements(reading, &units, &decisions, &number, &entities, &mut facts);
        let observations = self.observations(document, reading, &units, &number);
        let rule_hits = self.rule_hits(&units, &number);
        let document = document.id.clone();
        Extraction { document, facts, mentions, entities, statements, observations, rule_hits, diagnostics: Vec::new() }
    }

    /// Scores all allowed pairs of all units, reviews the promising ones; for each triple the decision with the widest margin.
    pub(super) fn decide(&self, reading: &Reading, units: &[Unit]) -> Vec<Decision> {
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
                let Some((class, margin, direct)) = self.verdict(said, fits) else { return };
                let decision = Decision {
                    subject: pair.subject.target.clone(),
                    object: pair.object.target.clone(),
                    class,
                    margin,
                    carry: pair.carry,
                    unit: number,
                    subject_range: pair.subject.range.clone(),
                    object_range: pair.object.range.clone(),
                    nested: pair.object.inside.as_ref() == Some(&pair.subject.range),
                    rule: self.supporting(fits, class),
                    direct,
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
        kept.map(|(_, decision)| decision.clone()).collect()
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

    /// The first look at all pairs of all units.
    pub(super) fn look(&self, reading: &Reading, units: &[Unit]) -> Review {
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
    pub(super) fn each_pair(&self, unit: &Unit, mut visit: impl FnMut(&Pair<'_>, (Option<usize>, Option<usize>))) {
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

    fn statements(
        &self,
        reading: &Reading,
        units: &[Unit],
        decisions: &[Decision],
        number: &[usize],
        entities: &[crate::model::Entity],
        facts: &mut DocumentFacts,
    ) -> Vec<Statement> {
        let mut merged: BTreeMap<(EntityIndex, Term, Object, Modality, Option<EntityIndex>), Statement> = BTreeMap::new();
        for decision in decisions {
            let Target::Entity(subject) = decision.subject else { continue };
            let subject = number[subject];
            let label = self.weights.relations.labels[decision.class].as_str();
            if decision.object == Target::Document {
                let media = &*entities[subject].class != "Person";
                let list = if media { &mut facts.publishers } else { &mut facts.creators };
                if !list.contains(&subject) {
                    list.push(subject);
                }
                continue;
            }
            if let Some(statement) = self.statement(reading, units, decision, label, subject, number, entities) {
                let key =
                    (statement.subject, statement.predicate.clone(), statement.object.clone(), statement.modality, statement.attributed_to);
                merged.entry(key).or_insert(statement);
            }
        }
        facts.creators.sort_unstable();
        facts.publishers.sort_unstable();
        merged.into_values().collect()
    }

    /// The statement a decision makes; `None` where the ontology does not allow it.
    #[expect(clippy::too_many_arguments, reason = "one decision in its document")]
    fn statement(
        &self,
        reading: &Reading,
        units: &[Unit],
        decision: &Decision,
        label: &str,
        subject: EntityIndex,
        number: &[usize],
        entities: &[crate::model::Entity],
    ) -> Option<Statement> {
        let unit = &units[decision.unit];
        let advised = label == "recommends";
        let speaker = self.speaker(unit, number);
        let sentence =
            reading.layout.sentences[reading.sentence_at(decision.object_range.start).unwrap_or(unit.sentences.start)].range.clone();
        let rule = decision.rule.map(|rule| &self.knowledge.rules.rules[usize::from(rule)]);
        let modality = if decision.nested {
            Modality::Asserted
        } else {
            match self.modality(reading, &sentence, &decision.object_range, Advice::of(advised, speaker.is_some())) {
                Modality::Asserted => rule.map_or(Modality::Asserted, |rule| rule.modality),
                said => said,
            }
        };
        let (subject, predicate, object) = self.oriented(label, subject, &decision.object, number, entities)?;
        let attributed_to = if advised {
            Some(number[entity_of(&decision.subject)?])
        } else if modality == Modality::Recommended {
            speaker
        } else {
            None
        };
        let scorer: Term =
            if decision.nested { format!("name.{label}").into() } else { format!("scorer.{label}@{}", self.weights.version()).into() };
        let readers = rule.map(|rule| rule.id.clone()).into_iter().chain((!decision.direct).then_some(scorer));
        let evidence = readers.flat_map(|reader| Self::evidence(reading, decision, &sentence, &reader)).collect();
        Some(Statement {
            subject,
            predicate,
            object,
            modality,
            attributed_to,
            role: None,
            period: None,
            confidence: Confidence(self.weights.estimate(decision.class, decision.margin)),
            evidence,
        })
    }

    /// The relation to write and its direction; checks that the ontology allows its ends.
    fn oriented(
        &self,
        label: &str,
        subject: EntityIndex,
        object: &Target,
        number: &[usize],
        entities: &[crate::model::Entity],
    ) -> Option<(EntityIndex, Term, Object)> {
        let schema = self.knowledge.ontology.schema();
        let write = |name: &str| -> Term {
            self.knowledge.relations.iter().find(|r| r.name == name).map_or_else(|| name.into(), |r| r.write.clone())
        };
        let class = |e: EntityIndex| entities[e].class.clone();
        let (subject, predicate, object) = match object {
            Target::Concept(concept) => {
                let level = schema.concept(concept).is_some_and(|c| &*c.scheme == "LevelScheme");
                (subject, if level { write(label) } else { "kind".into() }, Object::Concept(concept.clone()))
            }
            Target::Document | Target::Figure(_) => return None,
            Target::Entity(object) => {
                let object = number[*object];
                match label {
                    "recommends" => (subject, "issues".into(), Object::Entity(object)),
                    "launches" if schema.is_subclass(&class(object), "Event") => (subject, "organizes".into(), Object::Entity(object)),
                    "hostsCluster" if !schema.is_subclass(&class(subject), "Park") => (object, "locatedIn".into(), Object::Entity(subject)),
                    _ => (subject, write(label), Object::Entity(object)),
                }
            }
        };
        let relation = schema.relation(&predicate)?;
        let fits = |e: EntityIndex, bound: &Option<Term>| bound.as_ref().is_none_or(|b| schema.is_subclass(&class(e), b));
        let object_fits = match &object {
            Object::Entity(o) => *o != subject && fits(*o, &relation.range),
            Object::Concept(_) => true,
        };
        let region_in_region = &*predicate == "locatedIn"
            && schema.is_subclass(&class(subject), "Region")
            && matches!(&object, Object::Entity(o) if !schema.is_subclass(&class(*o), "Region"));
        (fits(subject, &relation.domain) && object_fits && !region_in_region).then_some((subject, predicate, object))
    }

    /// The person whose turn the unit belongs to.
    fn speaker(&self, unit: &Unit, number: &[usize]) -> Option<EntityIndex> {
        unit.carried
            .iter()
            .find(|(i, how)| *how == 7 && i.kind_of == self.roles.person)
            .and_then(|(i, _)| entity_of(&i.target))
            .map(|d| number[d])
    }

    /// The words a decision rests on: both ends and what is between them, or the sentence and the carried end apart.
    fn evidence(reading: &Reading, decision: &Decision, sentence: &Range<usize>, rule: &Term) -> Vec<Evidence> {
        let make = |range: Range<usize>| Evidence { span: reading.text.span(range), rule: rule.clone(), reasons: Vec::new() };
        let (s, o) = (&decision.subject_range, &decision.object_range);
        let together = s.start.min(o.start)..s.end.max(o.end);
        let same = decision.carry == 0 && reading.sentence_at(s.start) == reading.sentence_at(o.start);
        if same {
            return vec![make(clause_around(reading, sentence, &together))];
        }
        let mut evidence = vec![make(s.clone()), make(o.clone())];
        if let Some(unit) = reading.sentence_at(o.start).filter(|_| decision.carry != 0) {
            let here = &reading.layout.sentences[unit].range;
            evidence[1] = make(clause_around(reading, here, o));
        }
        evidence.sort();
        evidence.dedup();
        evidence
    }

    /// Title, kind and date that the text or its metadata give.
    fn facts(&self, document: &Document, reading: &Reading, found: &[Found], resolution: &Resolution, number: &[usize]) -> DocumentFacts {
        let metadata = &document.metadata;
        let first = reading.layout.sentences.iter().take(3).find(|s| matches!(s.kind, LineKind::Title | LineKind::Heading(_)));
        let title = metadata
            .title
            .clone()
            .or_else(|| first.map(|s| reading.text.span(s.range.clone()).of(&document.text).trim_start_matches('#').trim().to_owned()));
        let named = |name: &str| -> Option<EntityIndex> {
            let folded: String = name.chars().map(|c| self.knowledge.ontology.variants().fold(c)).collect();
            let mention =
                found.iter().enumerate().find(|(m, f)| resolution.of[*m].is_some() && reading.text.slice(f.range.clone()) == folded)?.0;
            resolution.of[mention].map(|d| number[d])
        };
        DocumentFacts {
            title,
            kind: None,
            issued: metadata.date.clone(),
            source: metadata.source.clone(),
            creators: metadata.creators.iter().filter_map(|c| named(c)).collect(),
            publishers: metadata.publisher.iter().filter_map(|p| named(p)).collect(),
        }
    }
}

/// The entity a target stands for.
pub(super) fn entity_of(target: &Target) -> Option<usize> {
    if let Target::Entity(e) = target { Some(*e) } else { None }
}

/// The clause or clauses around `range`, without the closing mark.
pub(super) fn clause_around(reading: &Reading, sentence: &Range<usize>, range: &Range<usize>) -> Range<usize> {
    let chars = &reading.text.chars;
    let mark = |i: &usize| matches!(chars[*i], ',' | '，' | ';' | '；' | '。' | ':' | '：');
    let start = (sentence.start..range.start).rev().find(mark).map_or(sentence.start, |i| i + 1);
    let end = (range.end..sentence.end).find(mark).unwrap_or(sentence.end);
    let start = (start..range.start).find(|i| !chars[*i].is_whitespace()).unwrap_or(range.start);
    start..end.max(range.end)
}
