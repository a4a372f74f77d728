//! From the rules of the ontology to sequences of steps, filed under the words they are found by.

use std::collections::BTreeMap;

use crate::ontology::{Ontology, Part, Slot, Word as OntologyWord};

use crate::extract::knowledge::patterns::Pattern;
use crate::extract::knowledge::scheme::TypeInfo;
use crate::extract::linear::Feature;

use super::{End, Rule, Rules, Sequence, Step, Types, Word};

/// What compiling looks names up in.
struct Names<'a> {
    ontology: &'a Ontology,
    types: &'a [TypeInfo],
    groups: &'a [String],
}

/// Compiles all rules. Each is filed under the words it is found by: those become patterns of the automaton.
pub(in crate::extract::knowledge) fn compile(
    ontology: &Ontology,
    types: &[TypeInfo],
    groups: &[String],
    patterns: &mut BTreeMap<String, Pattern>,
) -> Rules {
    let names = Names { ontology, types, groups };
    let mut rules = Rules { wordless: vec![Vec::new(); types.len()], ..Rules::default() };
    for rule in ontology.rules() {
        let relation = ontology.schema().relation(&rule.relation);
        let subject = names.end(&rule.subject, relation.and_then(|r| r.domain.as_deref()));
        let object = names.end(&rule.object, relation.and_then(|r| r.range.as_deref()));
        let number = u16::try_from(rules.rules.len()).unwrap_or(u16::MAX);
        for pattern in &rule.patterns {
            for parts in variants(pattern) {
                let steps: Vec<Step> = parts.iter().map(|part| names.step(part, subject, object)).collect();
                file(&mut rules, Sequence { rule: number, anchor: anchor(&steps), steps }, patterns);
            }
        }
        rules.rules.push(Rule {
            id: format!("rule.{}", rule.id).into(),
            hash: Feature::new(8).text(&rule.id).hash(),
            relation: rule.relation.clone(),
            modality: rule.modality,
            direct: rule.direct,
            subject,
            object,
            to_document: &*rule.relation == "authored",
        });
    }
    rules
}

/// Files a sequence under the words of its anchor, or under the types of the name it begins with.
fn file(rules: &mut Rules, sequence: Sequence, patterns: &mut BTreeMap<String, Pattern>) {
    let number = u16::try_from(rules.sequences.len()).unwrap_or(u16::MAX);
    let mut put = |pattern: &mut Pattern| {
        if !pattern.sequences.contains(&number) {
            pattern.sequences.push(number);
        }
    };
    match &sequence.steps[sequence.anchor] {
        Step::Words(words) => {
            for word in words {
                match word {
                    Word::Text(chars) => {
                        let pattern = patterns.entry(chars.iter().collect()).or_default();
                        pattern.len = chars.len();
                        put(pattern);
                    }
                    Word::Group(group) => patterns.values_mut().filter(|p| p.groups.contains(group)).for_each(&mut put),
                }
            }
        }
        Step::Name { types, .. } => {
            let of_type = rules.wordless.iter_mut().zip(0u8..).filter(|(_, kind_of)| types.holds(*kind_of));
            of_type.for_each(|(list, _)| list.push(number));
        }
        _ => {}
    }
    rules.sequences.push(sequence);
}

/// The pattern with each optional part there and not there.
fn variants(pattern: &[Part]) -> Vec<Vec<&Part>> {
    let mut all: Vec<Vec<&Part>> = vec![Vec::new()];
    for part in pattern {
        if let Part::Optional(inner) = part {
            let with: Vec<Vec<&Part>> = all.iter().map(|parts| parts.iter().copied().chain(inner).collect()).collect();
            all.extend(with);
        } else {
            all.iter_mut().for_each(|parts| parts.push(part));
        }
    }
    all
}

/// The step with the longest words: the shortest of its words decides. Without words, the first name.
fn anchor(steps: &[Step]) -> usize {
    let length = |step: &Step| match step {
        Step::Words(words) => words.iter().map(|w| if let Word::Text(chars) = w { chars.len().min(3) } else { 1 }).min().unwrap_or(0),
        _ => 0,
    };
    let longest = (0..steps.len()).rev().max_by_key(|i| length(&steps[*i])).filter(|i| length(&steps[*i]) > 0);
    longest.or_else(|| steps.iter().position(|s| matches!(s, Step::Name { .. }))).unwrap_or(0)
}

impl Names<'_> {
    /// Types of an end: those named, else all whose class the relation allows.
    fn end(&self, named: &[String], bound: Option<&str>) -> Types {
        if !named.is_empty() {
            return self.named(named);
        }
        let schema = self.ontology.schema();
        let fits = |t: &TypeInfo| bound.is_none_or(|b| schema.is_subclass(&t.class, b));
        self.set(fits)
    }

    /// Types of these names, and types of classes of these names.
    fn named(&self, named: &[String]) -> Types {
        self.set(|t| named.iter().any(|n| *n == t.name || **n == *t.class))
    }

    fn set(&self, fits: impl Fn(&TypeInfo) -> bool) -> Types {
        self.types.iter().enumerate().filter(|(_, t)| fits(t)).fold(Types::default(), |set, (kind_of, _)| set.with(kind_of))
    }

    fn step(&self, part: &Part, subject: Types, object: Types) -> Step {
        match part {
            Part::Words(words) => Step::Words(words.iter().filter_map(|w| self.word(w)).collect()),
            Part::Mention { slot, list } => {
                let (end, types) = match slot {
                    Slot::Subject => (End::Subject, subject),
                    Slot::Object => (End::Object, object),
                    Slot::Other(named) if named.is_empty() => (End::Neither, self.set(|_| true)),
                    Slot::Other(named) => (End::Neither, self.named(named)),
                };
                Step::Name { end, types, list: *list }
            }
            Part::Gap { most, names } => Step::Gap { most: *most, names: *names },
            Part::ClauseStart => Step::ClauseStart,
            Part::RoleStart => Step::RoleStart,
            Part::RoleEnd => Step::RoleEnd,
            // Optional parts are settled before.
            Part::ClauseEnd | Part::Optional(_) => Step::ClauseEnd,
        }
    }

    fn word(&self, word: &OntologyWord) -> Option<Word> {
        match word {
            OntologyWord::Text(text) => Some(Word::Text(text.chars().map(|c| self.ontology.variants().fold(c)).collect())),
            OntologyWord::Group(name) => self.groups.iter().position(|g| g == name).and_then(|i| u16::try_from(i).ok()).map(Word::Group),
        }
    }
}
