//! From decisions to statements: which relation is written and in which direction, its mode, the role it is held in, and the words that
//! it rests on.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::model::{Confidence, Document, DocumentFacts, Entity, EntityIndex, Evidence, Modality, Object, Statement, Term};

use crate::extract::Extractor;
use crate::extract::text::{Advice, Reading, clause_around};
use crate::extract::units::{Target, Unit};

use super::decide::Decision;

/// Confidence of what a direct rule says: such rules are right nine times in ten.
const DIRECT: Confidence = Confidence(900);

/// What a document says, as far as it is known when statements are made of it.
pub(in crate::extract) struct Telling<'a> {
    pub document: &'a Document,
    pub reading: &'a Reading,
    pub units: &'a [Unit],
    /// Entity of each draft.
    pub number: &'a [usize],
    pub entities: &'a [Entity],
    /// The region that the document is mostly about.
    pub region: Option<EntityIndex>,
}

impl Extractor {
    /// The statements of a document, sorted; who wrote and who published it goes to `facts`.
    pub(in crate::extract) fn statements(
        &self,
        telling: &Telling<'_>,
        decisions: &[Decision],
        facts: &mut DocumentFacts,
    ) -> Vec<Statement> {
        let mut merged: BTreeMap<(EntityIndex, Term, Object, Modality, Option<EntityIndex>), Statement> = BTreeMap::new();
        for decision in decisions {
            let Target::Entity(subject) = decision.subject else { continue };
            let subject = telling.number[subject];
            if decision.object == Target::Document {
                let media = &*telling.entities[subject].class != "Person";
                let list = if media { &mut facts.publishers } else { &mut facts.creators };
                if !list.contains(&subject) {
                    list.push(subject);
                }
                continue;
            }
            if let Some(statement) = self.statement(telling, decision, subject) {
                let key =
                    (statement.subject, statement.predicate.clone(), statement.object.clone(), statement.modality, statement.attributed_to);
                merged.entry(key).or_insert(statement);
            }
        }
        facts.creators.sort_unstable();
        facts.publishers.sort_unstable();
        let statements: Vec<Statement> = merged.into_values().collect();
        let told = statements.chunk_by(|a, b| (a.subject, &a.predicate, &a.object) == (b.subject, &b.predicate, &b.object));
        let settled = told.flat_map(|group| group.iter().filter(|one| !group.iter().any(|name| is_settled_by(name, one))));
        let settled: Vec<&Statement> = settled.collect();
        let groups = settled.chunk_by(|a, b| (a.subject, &a.predicate) == (b.subject, &b.predicate));
        let narrowest = groups.flat_map(|group| {
            let lies = self.is_narrowest_only(&group[0].predicate);
            group.iter().filter(move |wide| !(lies && group.iter().any(|other| self.is_narrower(telling, other, wide))))
        });
        narrowest.map(|statement| (*statement).clone()).collect()
    }

    /// Whether only the narrowest of several places is stated with this relation.
    fn is_narrowest_only(&self, predicate: &Term) -> bool {
        self.knowledge.name_relations.iter().any(|r| r.narrowest && self.writes(&r.relation, predicate))
    }

    /// Whether a statement says that its subject lies in a place within that of `wide`, another of the same subject, which then need not be said.
    fn is_narrower(&self, telling: &Telling<'_>, statement: &Statement, wide: &Statement) -> bool {
        let gazetteer = self.knowledge.ontology.gazetteer();
        let place = |object: &Object| match object {
            Object::Entity(entity) => gazetteer.by_iri(&telling.entities[*entity].id),
            Object::Concept(_) => None,
        };
        let within = |inner: usize, outer: usize| inner != outer && gazetteer.places_above(inner).contains(&outer);
        // “Not in 甲市” says more than “not in 乙区”.
        let affirms = matches!(wide.modality, Modality::Asserted | Modality::Planned);
        affirms
            && (statement.modality, statement.attributed_to) == (wide.modality, wide.attributed_to)
            && matches!((place(&statement.object), place(&wide.object)), (Some(inner), Some(outer)) if within(inner, outer))
    }

    /// The statement a decision makes; `None` where the ontology does not allow it.
    fn statement(&self, telling: &Telling<'_>, decision: &Decision, subject: EntityIndex) -> Option<Statement> {
        let Telling { reading, units, number, .. } = *telling;
        let rule = decision.rule.map(|rule| &self.knowledge.rules.rules[usize::from(rule)]);
        let label = match decision.class {
            Some(class) => self.weights.relations.labels[class].as_str(),
            None => &rule?.relation,
        };
        let unit = &units[decision.unit];
        let advised = label == "recommends";
        let speaker = self.speaker(unit, number);
        let sentence =
            reading.layout.sentences[reading.sentence_at(decision.object_range.start).unwrap_or(unit.sentences.start)].range.clone();
        let modality = if decision.nested {
            Modality::Asserted
        } else {
            let state = self.knowledge.relations.iter().any(|r| r.name == label && r.state);
            match self.modality(reading, &sentence, &decision.object_range, Advice::of(advised, speaker.is_some(), state)) {
                Modality::Asserted => rule.map_or(Modality::Asserted, |rule| rule.modality),
                said => said,
            }
        };
        let (subject, predicate, object) = self.oriented(telling, label, subject, &decision.object)?;
        let attributed_to = if advised {
            Some(number[decision.subject.entity()?])
        } else if modality == Modality::Recommended {
            speaker
        } else {
            None
        };
        let scorer: Term =
            if decision.nested { format!("name.{label}").into() } else { format!("scorer.{label}@{}", self.weights.version()).into() };
        let readers = rule.map(|rule| rule.id.clone()).into_iter().chain((decision.nested || !decision.direct).then_some(scorer));
        let role = decision.role.clone().map(|range| reading.text.span(range).of(&telling.document.text).to_owned());
        let evidence = readers.flat_map(|reader| Self::evidence(reading, decision, &sentence, &reader)).collect();
        Some(Statement {
            subject,
            predicate,
            object,
            modality,
            attributed_to,
            role,
            period: None,
            confidence: match decision.class {
                Some(class) if !decision.direct => Confidence(self.weights.estimate(class, decision.margin)),
                _ => DIRECT,
            },
            evidence,
        })
    }

    /// The relation to write and its direction; checks that the ontology allows its ends.
    fn oriented(&self, telling: &Telling<'_>, label: &str, subject: EntityIndex, object: &Target) -> Option<(EntityIndex, Term, Object)> {
        let schema = self.knowledge.ontology.schema();
        let write = |name: &str| -> Term {
            self.knowledge.relations.iter().find(|r| r.name == name).map_or_else(|| name.into(), |r| r.write.clone())
        };
        let class = |e: EntityIndex| telling.entities[e].class.clone();
        let (subject, predicate, object) = match object {
            Target::Concept(concept) => {
                let level = schema.concept(concept).is_some_and(|c| &*c.scheme == "LevelScheme");
                (subject, if level { write(label) } else { "kind".into() }, Object::Concept(concept.clone()))
            }
            Target::Document | Target::Figure(_) => return None,
            Target::Entity(object) => {
                let object = telling.number[*object];
                match label {
                    // Whoever advises does not act: what is advised is for the place that the text is about.
                    "recommends" => {
                        let is_document = schema.is_subclass(&class(object), "Document");
                        let predicate = if is_document || telling.region.is_none() { "issues" } else { "implements" };
                        (telling.region.unwrap_or(subject), predicate.into(), Object::Entity(object))
                    }
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
            .and_then(|(i, _)| i.target.entity())
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
}

/// Whether the name of the subject states what another statement of the same triple only plans, advises or doubts.
fn is_settled_by(name: &Statement, other: &Statement) -> bool {
    name.modality == Modality::Asserted
        && other.modality != Modality::Asserted
        && name.evidence.iter().any(|evidence| evidence.rule.starts_with("name."))
}
