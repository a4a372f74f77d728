//! The examples that every rule brings, read by the matcher itself: no weights are needed, for the examples mark their names.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::{Diagnostic, Document, Format, Severity};
use crate::ontology::{Example, Ontology, Rule};

use crate::extract::Extractor;
use crate::extract::knowledge::Knowledge;
use crate::extract::text::Reading;
use crate::extract::units::{Fit, Item, Target, Unit};
use crate::extract::weights::Weights;

use super::matching::fits;

type Pairs<'a> = BTreeSet<(&'a str, &'a str, String)>;

/// Runs the examples and counterexamples of all rules. Gives those that do not come out as they say; none where the knowledge itself is
/// faulty, which [`Extractor::new`] tells.
#[must_use]
pub fn check_rules(ontology: &Arc<Ontology>) -> Vec<Diagnostic> {
    let Ok(knowledge) = Knowledge::new(ontology) else { return Vec::new() };
    let extractor = Extractor::with(Arc::new(knowledge), Weights::default());
    let mut faults = Vec::new();
    for (number, rule) in ontology.rules().iter().enumerate() {
        for example in &rule.examples {
            let expected: Pairs<'_> = example.expected.iter().map(|e| (e.subject.as_str(), e.object.as_str(), e.role.clone())).collect();
            let found = found(&extractor, number, example);
            if found != expected {
                faults.push(fault(rule, example, &found, &expected));
            }
        }
    }
    faults
}

/// The pairs that a rule reads in its example.
fn found<'a>(extractor: &Extractor, rule: usize, example: &'a Example) -> Pairs<'a> {
    let document = Document::new(example.location.file.clone(), example.text.clone(), Format::Text);
    let reading = Reading::new(&extractor.knowledge, &document);
    let unit = unit(extractor, &reading, example);
    let name = |number: u16| unit.items.get(usize::from(number)).and_then(|item| name_of(example, item)).unwrap_or("");
    let fits = fits(extractor, &reading, &unit);
    let role = |fit: &Fit| fit.role.map(|(start, end)| reading.text.slice(start..end)).unwrap_or_default();
    fits.iter().filter(|fit| usize::from(fit.rule) == rule).map(|fit| (name(fit.subject), name(fit.object), role(fit))).collect()
}

fn name_of<'a>(example: &'a Example, item: &Item) -> Option<&'a str> {
    let Target::Entity(index) = item.target else { return None };
    example.names.get(index).map(|(range, _)| &example.text[range.clone()])
}

/// The example as one unit, its marked names as items.
fn unit(extractor: &Extractor, reading: &Reading, example: &Example) -> Unit {
    let characters = |byte: usize| example.text[..byte].chars().count();
    let item = |(index, (range, kind)): (usize, &(std::ops::Range<usize>, String))| {
        let start = characters(range.start);
        Some(Item {
            range: start..characters(range.end),
            sentence: reading.sentence_at(start)?,
            kind_of: extractor.knowledge.type_index(kind)?,
            target: Target::Entity(index),
            inside: None,
            reference: false,
            frequency: 1,
        })
    };
    let items = example.names.iter().enumerate().filter_map(item).collect();
    Unit {
        sentences: 0..reading.layout.sentences.len(),
        items,
        figures: Vec::new(),
        carried: Vec::new(),
        main: None,
        topic: None,
        fits: Vec::new(),
    }
}

fn fault(rule: &Rule, example: &Example, found: &Pairs<'_>, expected: &Pairs<'_>) -> Diagnostic {
    let one = |(s, o, role): &(&str, &str, String)| if role.is_empty() { format!("{s} → {o}") } else { format!("{s} → {o} = {role}") };
    let list = |pairs: Vec<&(&str, &str, String)>| pairs.into_iter().map(one).collect::<Vec<_>>().join(", ");
    let missing = list(expected.difference(found).collect());
    let extra = list(found.difference(expected).collect());
    let said = [("does not read", missing), ("also reads", extra)];
    let said: Vec<String> = said.iter().filter(|(_, what)| !what.is_empty()).map(|(how, what)| format!("{how} {what}")).collect();
    Diagnostic {
        code: "K010",
        severity: Severity::Error,
        message: format!("the rule {} {}", rule.id, said.join(" and ")),
        location: example.location.clone(),
        help: Some("mend the pattern, or the example if it asks for too much".into()),
    }
}
