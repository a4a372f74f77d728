//! Training: from annotated documents to weights, deterministically. Fixed order, fixed seed, own arithmetic.

mod classify;
mod prepare;
mod tagging;

use std::sync::Arc;

use rayon::prelude::*;

use crate::corpus::Annotated;
use crate::model::Diagnostic;
use crate::ontology::Ontology;

use super::Extractor;
use super::evaluate::Evaluation;
use super::knowledge::Knowledge;
use super::tagger::Tagger;
use super::weights::Weights;

use prepare::{Cases, Lesson};

/// Weights and what is known about them.
pub struct TrainReport {
    /// The weights.
    pub weights: Weights,
    /// Scores on documents that each fold had not seen; empty without folds.
    pub folds: Evaluation,
}

/// Trains weights on `documents`; with `folds` of two or more, thresholds and calibration come from cross-validation.
///
/// # Errors
/// Faults of the ontology's knowledge files.
pub fn train(ontology: &Arc<Ontology>, documents: &[Annotated], folds: usize) -> Result<TrainReport, Vec<Diagnostic>> {
    let knowledge = Arc::new(Knowledge::new(ontology)?);
    let lessons: Vec<Lesson<'_>> = documents.par_iter().map(|d| Lesson::new(&knowledge, d)).collect();
    let mut evaluation = Evaluation::default();
    if folds > 1 {
        let parts: Vec<Evaluation> = (0..folds)
            .into_par_iter()
            .map(|fold| {
                let seen: Vec<&Lesson<'_>> = lessons.iter().enumerate().filter(|(i, _)| i % folds != fold).map(|(_, l)| l).collect();
                let extractor = Extractor::with(Arc::clone(&knowledge), fit(&knowledge, &seen));
                let mut part = Evaluation::default();
                for (_, document) in documents.iter().enumerate().filter(|(i, _)| i % folds == fold) {
                    part.add(&extractor, &document.document, &extractor.extract(&document.document), &document.gold);
                }
                part
            })
            .collect();
        parts.into_iter().for_each(|p| evaluation.merge(p));
    }
    let all: Vec<&Lesson<'_>> = lessons.iter().collect();
    Ok(TrainReport { weights: fit(&knowledge, &all), folds: evaluation })
}

/// A figure is kept although its best subject is rather no than yes: to lose it costs more than to doubt its subject.
const FIGURE_THRESHOLD: i32 = -300;

/// How many taggers read the documents that they were not trained on.
const PARTS: usize = 3;

/// Weights from lessons.
fn fit(knowledge: &Arc<Knowledge>, lessons: &[&Lesson<'_>]) -> Weights {
    let tagger = tagger_of(knowledge, lessons);
    let mut labels = vec!["-".to_owned()];
    labels.extend(knowledge.relations.iter().map(|r| r.name.clone()));
    labels.extend(["recommends".to_owned(), "authored".to_owned()]);
    let mut weights = Weights::default();
    weights.tagger = tagger;
    weights.allowed = prepare::allowed(knowledge, lessons);
    weights.thresholds = vec![0; labels.len()];
    let extractor = Extractor::with(Arc::clone(knowledge), weights.clone());
    let mut cases = Cases::default();
    for lesson in lessons {
        prepare::add_cases(&extractor, lesson, &lesson.found(&extractor), &labels, &mut cases);
    }
    add_unseen(knowledge, lessons, &weights, &labels, &mut cases);
    weights.relations = classify::train(&cases.relations, labels, classify::Settings::default());
    weights.figures = classify::train(&cases.figures, vec!["-".to_owned(), "about".to_owned()], classify::Settings::default());
    weights.figure_threshold = FIGURE_THRESHOLD;
    weights
}

/// Adds cases whose mentions were found as they will be in use, by taggers that had not seen the document: names cut wrongly and things
/// that are no names stand in no relation, and the scorers must have met them to say so (jackknifing, as in stacked learning:
/// Cohen & Carvalho 2005).
fn add_unseen(knowledge: &Arc<Knowledge>, lessons: &[&Lesson<'_>], weights: &Weights, labels: &[String], cases: &mut Cases) {
    for part in 0..PARTS.min(lessons.len()) {
        let others: Vec<&Lesson<'_>> = lessons.iter().enumerate().filter(|(i, _)| i % PARTS != part).map(|(_, l)| *l).collect();
        let mut unseen = weights.clone();
        unseen.tagger = tagger_of(knowledge, &others);
        let reader = Extractor::with(Arc::clone(knowledge), unseen);
        for lesson in lessons.iter().skip(part).step_by(PARTS) {
            prepare::add_cases(&reader, lesson, &reader.detect(&lesson.reading), labels, cases);
        }
    }
}

/// A tagger trained on lessons.
fn tagger_of(knowledge: &Knowledge, lessons: &[&Lesson<'_>]) -> Tagger {
    let mut names = vec!["O".to_owned()];
    for t in &knowledge.types {
        names.push(format!("B-{}", t.name));
        names.push(format!("I-{}", t.name));
    }
    let examples: Vec<_> = lessons.iter().flat_map(|l| l.tag_examples()).collect();
    tagging::train(&examples, names, tagging::TagSettings::default())
}

/// Puts `order` into the pseudo-random order of round `round` (Fisher–Yates over a fixed linear congruential generator).
fn shuffle(order: &mut [usize], round: u64) {
    let mut state = round.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x1234_5678_9ABC_DEF1;
    for at in (1..order.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let draw = usize::try_from((state >> 33) % (at as u64 + 1)).unwrap_or(0);
        order.swap(at, draw);
    }
}
