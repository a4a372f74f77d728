//! One extraction held against its annotation.
//!
//! The count is that of the corpus' own scorer: one extracted entity answers for one annotated entity at most; relations of any mode but
//! denied and discouraged are read through the `accept` lists of `annotation.toml`; what annotators call doubtful counts neither way.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::corpus::{Gold, GoldEntity};
use crate::model::{Direction, Document, EntityIndex, Extraction, Modality, Object, Term};

use crate::extract::knowledge::{Knowledge, fold, similar};

use super::score::{Evaluation, Miss, Score};

/// Subject, relation, object.
pub(super) type Triple = (EntityIndex, Term, Object);

/// What both sides say, ready to be compared.
pub(super) struct Comparison<'a> {
    pub knowledge: &'a Knowledge,
    document: &'a Document,
    pub extraction: &'a Extraction,
    pub gold: &'a Gold,
    names: Vec<HashSet<String>>,
    mentioned: Vec<bool>,
    triples: BTreeSet<Triple>,
    recommended: HashSet<(EntityIndex, EntityIndex)>,
    authors: HashSet<EntityIndex>,
}

impl<'a> Comparison<'a> {
    /// Prepares the comparison.
    pub fn new(knowledge: &'a Knowledge, document: &'a Document, extraction: &'a Extraction, gold: &'a Gold) -> Self {
        let scored: HashSet<&str> = knowledge
            .types
            .iter()
            .filter(|t| t.name != "Honour")
            .flat_map(|t| std::iter::once(&*t.class).chain(t.also.iter().map(|a| &**a)))
            .collect();
        let mut names: Vec<HashSet<String>> = extraction
            .entities
            .iter()
            .map(|e| std::iter::once(fold(&e.preferred_label)).chain(e.names.iter().map(|n| fold(&n.text))).collect())
            .collect();
        let mut mentioned = vec![false; extraction.entities.len()];
        for mention in &extraction.mentions {
            mentioned[mention.entity] = scored.contains(&*extraction.entities[mention.entity].class);
            let surface = fold(mention.span.of(&document.text));
            if !knowledge.scoring.is_context(&surface) {
                names[mention.entity].insert(surface);
            }
        }
        // The kinds of an entity are triples of the graph, too, and some say a level.
        let kinds = |e: EntityIndex| extraction.entities[e].kinds.iter().map(move |kind| (e, "kind".into(), Object::Concept(kind.clone())));
        let mut triples: BTreeSet<Triple> = (0..extraction.entities.len()).flat_map(kinds).collect();
        let mut recommended = HashSet::new();
        for s in &extraction.statements {
            if matches!(s.modality, Modality::Denied | Modality::Discouraged) {
                continue;
            }
            triples.insert((s.subject, s.predicate.clone(), s.object.clone()));
            if let (Modality::Recommended, Some(by)) = (s.modality, s.attributed_to) {
                recommended.insert((by, s.subject));
                if let Object::Entity(o) = s.object {
                    recommended.insert((by, o));
                }
            }
        }
        let authors = extraction.facts.creators.iter().chain(&extraction.facts.publishers).copied().collect();
        Self { knowledge, document, extraction, gold, names, mentioned, triples, recommended, authors }
    }

    fn classes(&self, type_name: &str) -> HashSet<&str> {
        self.knowledge
            .types
            .iter()
            .filter(|t| t.name == type_name)
            .flat_map(|t| std::iter::once(&*t.class).chain(t.also.iter().map(|a| &**a)))
            .collect()
    }

    /// Best one-to-one assignment of annotated names to entities, greedily from the surest pair down.
    fn matched<'b>(&self, wanted: impl Iterator<Item = (&'b GoldEntity, &'b str)>) -> HashMap<String, EntityIndex> {
        let scoring = &self.knowledge.scoring;
        let mut pairs: Vec<(i32, String, &str, EntityIndex)> = Vec::new();
        for (entity, type_name) in wanted {
            let classes = self.classes(type_name);
            let want: HashSet<String> = std::iter::once(&entity.name).chain(&entity.also).map(|n| fold(n)).collect();
            let loose: HashSet<String> = entity.aliases.iter().map(|a| fold(a)).filter(|a| !scoring.is_context(a)).collect();
            let core = scoring.core(&entity.name);
            let core_len = core.chars().count();
            for (index, found) in self.extraction.entities.iter().enumerate().filter(|(i, _)| self.mentioned[*i]) {
                if !classes.contains(&*found.class) {
                    continue;
                }
                let names = &self.names[index];
                let score = if want.contains(&fold(&found.preferred_label)) {
                    4
                } else if !names.is_disjoint(&want) {
                    3
                } else if !names.is_disjoint(&loose) {
                    2
                } else if core_len > 1 && names.iter().any(|n| scoring.core(n) == core) {
                    1
                } else if type_name == "Cluster" && core_len > 2 && names.iter().any(|n| scoring.core(n).ends_with(&core)) {
                    0
                } else {
                    continue;
                };
                pairs.push((-score, entity.name.clone(), &found.id, index));
            }
        }
        pairs.sort();
        let mut taken = HashMap::new();
        let mut used = HashSet::new();
        for (_, name, _, index) in pairs {
            if !taken.contains_key(&name) && used.insert(index) {
                taken.insert(name, index);
            }
        }
        taken
    }

    /// Adds its counts.
    pub fn count(&self, evaluation: &mut Evaluation) {
        let taken = self.matched(self.gold.entities.iter().map(|e| (e, e.r#type.as_str())));
        let used: HashSet<EntityIndex> = taken.values().copied().collect();
        let doubtful: Vec<GoldEntity> = self
            .gold
            .doubtful
            .entities
            .iter()
            .map(|d| GoldEntity { name: d.name.clone(), r#type: d.r#type.clone(), aliases: Vec::new(), composed: false, also: Vec::new() })
            .collect();
        let vague: HashMap<String, EntityIndex> =
            self.matched(doubtful.iter().map(|e| (e, e.r#type.as_str()))).into_iter().filter(|(_, i)| !used.contains(i)).collect();
        self.count_entities(evaluation, &taken, &vague);
        let node = |name: &str| taken.get(name).or_else(|| vague.get(name)).copied();
        self.count_relations(evaluation, &node, &taken, &vague);
        self.count_observations(evaluation, &node);
        self.count_rules(evaluation, &taken, &vague);
    }

    fn miss(&self, evaluation: &mut Evaluation, kind: &'static str, what: String, entity: Option<EntityIndex>) {
        let mention = entity.and_then(|e| self.extraction.mentions.iter().find(|m| m.entity == e));
        let sentence = mention.map_or_else(String::new, |m| line_of(&self.document.text, m.span.start).to_owned());
        evaluation.misses.push(Miss { document: self.gold.id.clone(), kind, what, sentence });
    }

    fn count_entities(&self, evaluation: &mut Evaluation, taken: &HashMap<String, EntityIndex>, vague: &HashMap<String, EntityIndex>) {
        for entity in &self.gold.entities {
            if taken.contains_key(&entity.name) {
                evaluation.both("entity", &entity.r#type, "entities", |s| s.right += 1);
            } else {
                evaluation.both("entity", &entity.r#type, "entities", |s| s.missing += 1);
                self.miss(evaluation, "missing entity", format!("{} {}", entity.r#type, entity.name), None);
            }
        }
        let known: HashSet<EntityIndex> = taken.values().chain(vague.values()).copied().collect();
        for (index, entity) in self.extraction.entities.iter().enumerate() {
            if self.mentioned[index] && !known.contains(&index) {
                let name = self
                    .knowledge
                    .types
                    .iter()
                    .find(|t| t.class == entity.class || t.also.contains(&entity.class))
                    .map_or("?", |t| t.name.as_str())
                    .to_owned();
                evaluation.both("entity", &name, "entities", |s| s.extra += 1);
                self.miss(evaluation, "extra entity", format!("{} {}", entity.class, entity.preferred_label), Some(index));
            }
        }
    }

    /// The extracted triples that answer an annotated relation.
    fn answers(&self, relation: &(String, String, String), node: &dyn Fn(&str) -> Option<EntityIndex>) -> (bool, Vec<Triple>) {
        let (subject, predicate, object) = relation;
        let Some(a) = node(subject) else {
            let by_name = predicate == "authored" && self.authors.iter().any(|e| self.names[*e].contains(&fold(subject)));
            return (by_name, Vec::new());
        };
        if predicate == "authored" {
            return (self.authors.contains(&a), Vec::new());
        }
        if predicate == "recommends" {
            return (node(object).is_some_and(|o| self.recommended.contains(&(a, o))), Vec::new());
        }
        let found: Vec<Triple> = self.triples.iter().filter(|t| self.is_answer(t, predicate, a, object, node)).cloned().collect();
        (!found.is_empty(), found)
    }

    /// Whether a triple answers an annotated relation whose subject is `a`.
    pub(super) fn is_answer(
        &self,
        triple: &Triple,
        predicate: &str,
        a: EntityIndex,
        object: &str,
        node: &dyn Fn(&str) -> Option<EntityIndex>,
    ) -> bool {
        let Some(info) = self.knowledge.relations.iter().find(|r| r.name == *predicate) else { return false };
        info.accept.iter().any(|property| {
            let (reversed, property) = property.strip_prefix('-').map_or((false, property.as_str()), |p| (true, p));
            let same = &*triple.1 == property;
            match (&triple.2, reversed) {
                (Object::Entity(o), true) => same && *o == a && node(object) == Some(triple.0),
                (_, true) => false,
                (o, false) => same && triple.0 == a && self.object_fits(predicate, o, object, node),
            }
        })
    }

    pub(in crate::extract) fn object_fits(
        &self,
        predicate: &str,
        found: &Object,
        wanted: &str,
        node: &dyn Fn(&str) -> Option<EntityIndex>,
    ) -> bool {
        match (predicate, found) {
            ("hasLevel", Object::Concept(c)) => {
                let level: String = wanted.chars().map(|c| self.knowledge.ontology.variants().fold(c)).collect();
                self.knowledge.scoring.levels.get(&level).is_some_and(|l| l.iter().any(|x| **x == **c))
            }
            ("awarded", Object::Entity(e)) => {
                let entity = &self.extraction.entities[*e];
                let wanted = fold(wanted);
                std::iter::once(&entity.preferred_label)
                    .chain(entity.names.iter().map(|n| &n.text))
                    .map(|n| fold(n))
                    .any(|n| n.contains(&wanted) || wanted.contains(&n))
            }
            (_, Object::Entity(e)) => node(wanted) == Some(*e),
            _ => false,
        }
    }

    fn count_relations(
        &self,
        evaluation: &mut Evaluation,
        node: &dyn Fn(&str) -> Option<EntityIndex>,
        taken: &HashMap<String, EntityIndex>,
        vague: &HashMap<String, EntityIndex>,
    ) {
        let mut explained: HashSet<Triple> = HashSet::new();
        for relation in &self.gold.relations {
            let (right, triples) = self.answers(relation, node);
            explained.extend(triples);
            if right {
                evaluation.both("relation", &relation.1, "relations", |s| s.right += 1);
            } else {
                evaluation.both("relation", &relation.1, "relations", |s| s.missing += 1);
                self.miss(evaluation, "missing relation", format!("{} {} {}", relation.0, relation.1, relation.2), node(&relation.0));
            }
        }
        let forgiven: HashSet<Triple> = self.gold.doubtful.relations.iter().flat_map(|r| self.answers(r, node).1).collect();
        let matched: HashSet<EntityIndex> = taken.values().copied().collect();
        let vague: HashSet<EntityIndex> = vague.values().copied().collect();
        for triple in &self.triples {
            let right = explained.contains(triple);
            if !right && (forgiven.contains(triple) || !self.is_counted(triple, &matched, &vague)) {
                continue;
            }
            if let Some(s) = self
                .extraction
                .statements
                .iter()
                .find(|s| s.modality == Modality::Asserted && s.subject == triple.0 && s.predicate == triple.1 && s.object == triple.2)
            {
                evaluation.calibration.push((s.confidence.0, right));
                let change = |s: &mut Score| if right { s.right += 1 } else { s.extra += 1 };
                change(evaluation.score("asserted", "all"));
            }
            if right {
                continue;
            }
            let name = self
                .knowledge
                .relations
                .iter()
                .find(|r| r.accept.first().is_some_and(|a| **a == *triple.1))
                .map_or(&*triple.1, |r| r.name.as_str())
                .to_owned();
            evaluation.both("relation", &name, "relations", |s| s.extra += 1);
            let label = |e: EntityIndex| self.extraction.entities[e].preferred_label.clone();
            let object = match &triple.2 {
                Object::Entity(e) => label(*e),
                Object::Concept(c) => c.to_string(),
            };
            self.miss(evaluation, "extra relation", format!("{} {} {object}", label(triple.0), triple.1), Some(triple.0));
        }
    }

    /// Whether an unexplained triple counts as an error.
    fn is_counted(&self, triple: &Triple, matched: &HashSet<EntityIndex>, vague: &HashSet<EntityIndex>) -> bool {
        let (subject, predicate, object) = triple;
        let class = &*self.extraction.entities[*subject].class;
        let region = matches!(class, "Region" | "CompositeRegion");
        if !self.knowledge.scoring.counted.iter().any(|c| **c == **predicate) || !self.mentioned[*subject] || vague.contains(subject) {
            return false;
        }
        if &**predicate == "level" && (region || matches!(class, "Institution" | "Industry" | "Group") || !matched.contains(subject)) {
            return false;
        }
        if matches!(&**predicate, "locatedIn" | "partOf") && region {
            return false;
        }
        match object {
            Object::Entity(o) => !vague.contains(o) && (&**predicate == "honouredWith" || self.mentioned[*o]),
            Object::Concept(_) => true,
        }
    }

    fn count_observations(&self, evaluation: &mut Evaluation, node: &dyn Fn(&str) -> Option<EntityIndex>) {
        let mut left: Vec<(f64, bool, EntityIndex, &str)> = self
            .extraction
            .observations
            .iter()
            .map(|o| {
                let sign = if o.direction == Some(Direction::Decrease) { -1.0 } else { 1.0 };
                (o.value.parse::<f64>().unwrap_or(0.0) * sign, o.unit.starts_with("Percent"), o.about, o.indicator.as_str())
            })
            .collect();
        for gold in &self.gold.observations {
            let (value, percent) = self.knowledge.scoring.number(gold);
            let fits =
                |x: &(f64, bool, EntityIndex, &str)| (x.0.abs() - value.abs()).abs() <= 1e-6 * value.abs().max(1.0) && x.1 == percent;
            let full = |x: &(f64, bool, EntityIndex, &str)| {
                fits(x) && (x.0 < 0.0) == (value < 0.0) && node(&gold.about) == Some(x.2) && similar(&gold.indicator, x.3)
            };
            let what = || format!("{} {} {}{}", gold.about, gold.indicator, gold.value, gold.unit.clone().unwrap_or_default());
            let whole = left.iter().position(full);
            match (whole, left.iter().position(fits)) {
                (Some(at), _) => {
                    left.remove(at);
                    evaluation.score("observations", "all").right += 1;
                    evaluation.score("figures", "value+unit").right += 1;
                }
                (None, Some(at)) => {
                    let x = left.remove(at);
                    let score = evaluation.score("observations", "all");
                    score.missing += 1;
                    score.extra += 1;
                    evaluation.score("figures", "value+unit").right += 1;
                    let found = format!("{} ← {} {}", what(), self.extraction.entities[x.2].preferred_label, x.3);
                    self.miss(evaluation, "partial observation", found, node(&gold.about));
                }
                (None, None) => {
                    evaluation.score("observations", "all").missing += 1;
                    evaluation.score("figures", "value+unit").missing += 1;
                    self.miss(evaluation, "missing observation", what(), node(&gold.about));
                }
            }
        }
        for x in left {
            evaluation.score("observations", "all").extra += 1;
            evaluation.score("figures", "value+unit").extra += 1;
            self.miss(
                evaluation,
                "extra observation",
                format!("{} {} {}", self.extraction.entities[x.2].preferred_label, x.3, x.0),
                Some(x.2),
            );
        }
    }
}

/// The line of `text` around byte `at`.
fn line_of(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |i| i + 1);
    let end = text[at..].find('\n').map_or(text.len(), |i| at + i);
    text[start..end].trim()
}
