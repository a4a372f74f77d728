//! From annotated documents to training cases: where the annotated names stand, which pairs are related, what figures are about.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::corpus::{Annotated, Gold};
use crate::model::Origin;

use crate::extract::Extractor;
use crate::extract::entities::Resolution;
use crate::extract::knowledge::{Knowledge, fold};
use crate::extract::names::{Found, Frame};
use crate::extract::observations::Owner;
use crate::extract::pairs::View;
use crate::extract::relations::Decision;
use crate::extract::rules;
use crate::extract::text::Reading;
use crate::extract::units::{DOCUMENT, LEVEL, Pair, Target, Unit, units};

use super::calibrate::Verdict;
use super::classify::Case;
use super::tagging::TagExample;

/// One annotated document, read and aligned.
pub(super) struct Lesson<'a> {
    pub gold: &'a Gold,
    pub reading: Reading,
    pub source: Vec<char>,
    /// Where annotated names stand: characters and type.
    pub names: Vec<(Range<usize>, u8)>,
}

impl<'a> Lesson<'a> {
    /// Reads a document and finds its annotated names: longest first, no overlaps.
    pub fn new(knowledge: &Knowledge, annotated: &'a Annotated) -> Self {
        let reading = Reading::new(knowledge, &annotated.document);
        let variants = knowledge.ontology.variants();
        let mut wanted: Vec<(Vec<char>, u8)> = Vec::new();
        let folded = |s: &str| -> Vec<char> { s.chars().map(|c| variants.fold(c)).collect() };
        for entity in &annotated.gold.entities {
            let Some(kind_of) = knowledge.type_index(&entity.r#type) else { continue };
            for name in std::iter::once(&entity.name).chain(&entity.aliases).chain(&entity.also) {
                if !is_context(knowledge, name) && name.chars().count() > 1 {
                    wanted.push((folded(name), kind_of));
                }
            }
        }
        if let Some(honour) = knowledge.type_index("Honour") {
            let honours = annotated.gold.relations.iter().filter(|r| r.1 == "awarded").map(|r| (folded(&r.2), honour));
            wanted.extend(honours);
        }
        wanted.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.cmp(b)));
        wanted.dedup();
        let names = locate(&reading, &wanted);
        Self { gold: &annotated.gold, reading, source: annotated.document.text.chars().collect(), names }
    }

    /// Features and labels of every sentence, for the tagger.
    pub fn tag_examples(&self) -> Vec<TagExample> {
        let mut examples = Vec::new();
        for (index, sentence) in self.reading.layout.sentences.iter().enumerate() {
            let chars = self.reading.chars(index);
            let mut labels = vec![0u8; chars.len()];
            for (range, kind_of) in self.names.iter().filter(|(r, _)| sentence.range.start <= r.start && r.end <= sentence.range.end) {
                for at in range.clone() {
                    labels[at - sentence.range.start] = if at == range.start { 1 + 2 * kind_of } else { 2 + 2 * kind_of };
                }
            }
            let frame = Frame::new(chars, &self.reading.marks[index], self.reading.setting(index));
            let features = (0..chars.len())
                .map(|at| {
                    let mut out = Vec::with_capacity(48);
                    frame.features(at, &mut out);
                    out
                })
                .collect();
            examples.push(TagExample { features, labels });
        }
        examples
    }

    /// The annotated names as mentions, with the parts of their names.
    pub fn found(&self, extractor: &Extractor) -> Vec<Found> {
        let mut found = Vec::new();
        for (range, kind_of) in &self.names {
            if let Some(sentence) =
                self.reading.sentence_at(range.start).filter(|s| range.end <= self.reading.layout.sentences[*s].range.end)
            {
                let whole =
                    Found { range: range.clone(), sentence, kind_of: *kind_of, origin: Origin::Tagger, inside: None, tentative: false };
                extractor.add_with_parts(&self.reading, whole, &mut found);
            }
        }
        found
    }
}

/// Whether only context resolves the name (全市, 该厅).
pub(super) fn is_context(knowledge: &Knowledge, name: &str) -> bool {
    knowledge.scoring.is_context(&fold(name))
}

/// Longest names first; a stretch of text belongs to one name.
fn locate(reading: &Reading, wanted: &[(Vec<char>, u8)]) -> Vec<(Range<usize>, u8)> {
    let chars = &reading.text.chars;
    let mut taken = vec![false; chars.len()];
    let mut names = Vec::new();
    let mut by_first: HashMap<char, Vec<usize>> = HashMap::new();
    for (at, c) in chars.iter().enumerate() {
        by_first.entry(*c).or_default().push(at);
    }
    for (name, kind_of) in wanted {
        let Some(starts) = name.first().and_then(|c| by_first.get(c)) else { continue };
        for start in starts {
            let range = *start..start + name.len();
            if range.end <= chars.len() && chars[range.clone()] == name[..] && !taken[range.clone()].iter().any(|t| *t) {
                taken[range.clone()].iter_mut().for_each(|t| *t = true);
                names.push((range, *kind_of));
            }
        }
    }
    names.sort_by_key(|(r, _)| r.start);
    names
}

/// Cases for the scorer of relations and for that of figures.
#[derive(Default)]
pub(super) struct Cases {
    pub relations: Vec<Case>,
    pub figures: Vec<Case>,
}

/// Which annotated entity each draft is.
pub(super) fn aligned(extractor: &Extractor, gold: &Gold, resolution: &Resolution) -> Vec<Option<String>> {
    let mut by_name: HashMap<String, String> = HashMap::new();
    for entity in &gold.entities {
        for name in entity.aliases.iter().chain(&entity.also).chain(std::iter::once(&entity.name)) {
            if !is_context(&extractor.knowledge, name) {
                by_name.insert(extractor.normal_form(&fold(name)), entity.name.clone());
            }
        }
    }
    for (_, predicate, honour) in &gold.relations {
        if predicate == "awarded" {
            by_name.insert(extractor.normal_form(&fold(honour)), honour.clone());
        }
    }
    // Names that annotators pieced together are compared as scoring compares them.
    let scoring = &extractor.knowledge.scoring;
    let composed = gold.entities.iter().filter(|e| e.composed).map(|e| (scoring.core(&e.name), e.name.clone()));
    let by_core: HashMap<String, String> = composed.filter(|(core, _)| core.chars().count() > 2).collect();
    let of = |draft: &crate::extract::entities::Draft| {
        let label = extractor.shown_label(draft);
        let mut names = std::iter::once(label.as_str()).chain(draft.surfaces.keys().map(String::as_str));
        let found = names.find_map(|n| by_name.get(&extractor.normal_form(&fold(n)))).cloned();
        found.or_else(|| by_core.get(&scoring.core(&label)).cloned())
    };
    resolution.drafts.iter().map(of).collect()
}

/// Types whose pairs stand in an annotated relation.
pub(super) fn allowed(knowledge: &Knowledge, lessons: &[&Lesson<'_>]) -> Vec<(u8, u8)> {
    let mut pairs: HashSet<(u8, u8)> = HashSet::new();
    for lesson in lessons {
        let types: HashMap<&str, u8> =
            lesson.gold.entities.iter().filter_map(|e| knowledge.type_index(&e.r#type).map(|t| (e.name.as_str(), t))).collect();
        for (subject, predicate, object) in &lesson.gold.relations {
            let Some(s) = types.get(subject.as_str()) else { continue };
            let o = match predicate.as_str() {
                "hasLevel" => Some(LEVEL),
                "authored" => Some(DOCUMENT),
                "awarded" => knowledge.type_index("Honour"),
                _ => types.get(object.as_str()).copied(),
            };
            pairs.extend(o.map(|o| (*s, o)));
        }
    }
    let mut pairs: Vec<(u8, u8)> = pairs.into_iter().collect();
    pairs.sort_unstable();
    pairs
}

/// A lesson as it is read with given mentions, and what its annotation says.
struct Taught<'a> {
    /// Which annotated entity each entity found is.
    names: Vec<Option<String>>,
    units: Vec<Unit>,
    truth: Truth<'a>,
}

impl<'a> Taught<'a> {
    fn new(extractor: &'a Extractor, lesson: &'a Lesson<'_>, found: &[Found]) -> Self {
        let resolution = extractor.resolve(&lesson.reading, found);
        let names = aligned(extractor, lesson.gold, &resolution);
        let mut units = units(extractor, &lesson.reading, found, &resolution, &lesson.source);
        rules::look_for(extractor, &lesson.reading, &mut units);
        Self { names, units, truth: Truth::new(extractor, lesson.gold) }
    }
}

/// Adds the cases of one lesson.
pub(super) fn add_cases(extractor: &Extractor, lesson: &Lesson<'_>, found: &[Found], labels: &[String], cases: &mut Cases) {
    let reading = &lesson.reading;
    let Taught { names, units, truth } = Taught::new(extractor, lesson, found);
    let asked = Asked::new(extractor, &units, &truth, &names, labels);
    let mut owner = None;
    for unit in &units {
        let view = View::new(extractor, reading, unit);
        extractor.each_pair(unit, |pair, at| {
            let Some(class) = asked.class(pair) else { return };
            let mut features = Vec::with_capacity(96);
            view.features(pair, at, &mut features);
            cases.relations.push(Case { features, class, base: 0.0 });
        });
        add_figures(extractor, lesson, unit, &view, &names, &mut owner, cases);
    }
}

/// The cases of the second look at one lesson.
pub(super) fn reviews(extractor: &Extractor, lesson: &Lesson<'_>, found: &[Found], labels: &[String]) -> Vec<Case> {
    let reading = &lesson.reading;
    let Taught { names, units, truth } = Taught::new(extractor, lesson, found);
    let asked = Asked::new(extractor, &units, &truth, &names, labels);
    let review = extractor.look(reading, &units);
    let mut cases = Vec::new();
    for (number, unit) in units.iter().enumerate() {
        let mut index = 0;
        extractor.each_pair(unit, |pair, _| {
            index += 1;
            let glance = review.unit(number).get(index - 1);
            if let Some(class) = asked.class(pair).filter(|_| glance.is_hopeful()) {
                let mut features = Vec::new();
                review.features(number, index - 1, &mut features);
                cases.push(Case { features, class: usize::from(class == glance.class), base: glance.nats() });
            }
        });
    }
    cases
}

/// Every decision on one lesson, and whether the annotation has it.
pub(super) fn verdicts(extractor: &Extractor, lesson: &Lesson<'_>, found: &[Found], labels: &[String]) -> Vec<Verdict> {
    let Taught { names, units, truth } = Taught::new(extractor, lesson, found);
    let decisions = extractor.decide(&lesson.reading, &units);
    let settled = decisions.iter().filter(|d| !d.direct && !truth.is_doubtful(&names, &d.subject, &d.object));
    let judged = |d: &Decision| d.class.map(|class| (class, d.margin, truth.class(&names, &d.subject, &d.object, labels) == d.class));
    settled.filter_map(judged).collect()
}

/// What the annotation says of the pairs of a document.
struct Asked<'a> {
    truth: &'a Truth<'a>,
    names: &'a [Option<String>],
    labels: &'a [String],
    /// Triples whose ends stand together in some unit.
    near: HashSet<(Target, usize, Target)>,
}

impl<'a> Asked<'a> {
    fn new(extractor: &Extractor, units: &[Unit], truth: &'a Truth<'a>, names: &'a [Option<String>], labels: &'a [String]) -> Self {
        let mut asked = Self { truth, names, labels, near: HashSet::new() };
        for unit in units {
            extractor.each_pair(unit, |pair, _| {
                if pair.carry == 0
                    && let Some(class) = truth.class(names, &pair.subject.target, &pair.object.target, labels)
                {
                    asked.near.insert((pair.subject.target.clone(), class, pair.object.target.clone()));
                }
            });
        }
        asked
    }

    /// The class of a pair; `None` where the annotation leaves it open, or where the relation is told elsewhere in one sentence.
    fn class(&self, pair: &Pair<'_>) -> Option<usize> {
        let (subject, object) = (&pair.subject.target, &pair.object.target);
        match self.truth.class(self.names, subject, object, self.labels) {
            Some(class) if pair.carry > 0 && self.near.contains(&(subject.clone(), class, object.clone())) => None,
            Some(class) => Some(class),
            None => (!self.truth.is_doubtful(self.names, subject, object)).then_some(0),
        }
    }
}

/// Adds the cases of the figures of one unit; `last` is the owner of the last annotated figure.
fn add_figures(
    extractor: &Extractor,
    lesson: &Lesson<'_>,
    unit: &Unit,
    view: &View<'_>,
    names: &[Option<String>],
    last: &mut Option<Owner>,
    cases: &mut Cases,
) {
    for (index, figure) in unit.figures.iter().enumerate() {
        let value: f64 = figure.value.parse().unwrap_or(-1.0);
        let percent = figure.unit.starts_with("Percent");
        let owners: HashSet<&str> = lesson
            .gold
            .observations
            .iter()
            .filter(|o| {
                let (v, p) = extractor.knowledge.scoring.number(o);
                (v.abs() - value).abs() <= 1e-6 * v.abs().max(1.0) && p == percent
            })
            .map(|o| o.about.as_str())
            .collect();
        let mut owner = None;
        let line = lesson.reading.layout.sentences[figure.sentence].line;
        let previous = last.as_ref().map(|o| o.before(line));
        let mut asked = Vec::new();
        extractor.each_subject(unit, index, previous, |pair, at| {
            let Target::Entity(draft) = pair.subject.target else { return };
            let is_owner = names[draft].as_deref().is_some_and(|n| owners.contains(n));
            let mut features = Vec::with_capacity(96);
            view.features(pair, at, &mut features);
            asked.push(Case { features, class: usize::from(is_owner), base: 0.0 });
            if is_owner {
                owner.get_or_insert_with(|| pair.subject.clone());
            }
        });
        // An owner whom nobody could choose teaches nothing about the others.
        if owners.is_empty() || owner.is_some() {
            cases.figures.append(&mut asked);
        }
        if let Some(item) = owner {
            *last = Some(Owner { item, line });
        }
    }
}

/// The annotated relations of one document, for looking pairs up.
struct Truth<'a> {
    related: HashMap<(&'a str, &'a str), Vec<&'a str>>,
    doubtful: HashSet<(&'a str, &'a str)>,
    levels: &'a HashMap<String, Vec<String>>,
    document: &'a String,
}

impl<'a> Truth<'a> {
    fn new(extractor: &'a Extractor, gold: &'a Gold) -> Self {
        let mut related: HashMap<(&str, &str), Vec<&str>> = HashMap::new();
        for (s, p, o) in &gold.relations {
            related.entry((s, o)).or_default().push(p);
            if p == "cooperatesWith" {
                related.entry((o, s)).or_default().push(p);
            }
        }
        let doubtful = gold.doubtful.relations.iter().map(|(s, _, o)| (s.as_str(), o.as_str())).collect();
        Self { related, doubtful, levels: &extractor.knowledge.scoring.levels, document: &extractor.knowledge.scoring.document }
    }

    fn names_of(&self, names: &[Option<String>], target: &Target) -> Vec<String> {
        match target {
            Target::Entity(e) => names[*e].iter().cloned().collect(),
            Target::Concept(c) => {
                self.levels.iter().filter(|(_, concepts)| concepts.iter().any(|x| **x == **c)).map(|(l, _)| l.clone()).collect()
            }
            Target::Document => vec![self.document.clone()],
            Target::Figure(_) => Vec::new(),
        }
    }

    fn class(&self, names: &[Option<String>], subject: &Target, object: &Target, labels: &[String]) -> Option<usize> {
        let subject = self.names_of(names, subject).pop()?;
        for object in self.names_of(names, object) {
            if let Some(predicates) = self.related.get(&(subject.as_str(), object.as_str())) {
                return predicates.iter().filter_map(|p| labels.iter().position(|l| l == p)).min();
            }
        }
        None
    }

    fn is_doubtful(&self, names: &[Option<String>], subject: &Target, object: &Target) -> bool {
        let (a, b) = (self.names_of(names, subject), self.names_of(names, object));
        a.iter().any(|a| b.iter().any(|b| self.doubtful.contains(&(a, b)) || self.doubtful.contains(&(b, a))))
    }
}
