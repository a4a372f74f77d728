//! Training: from annotated documents to weights, deterministically. Fixed order, fixed seed, own arithmetic.

mod calibrate;
mod classify;
mod manifest;
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
use super::names::{Found, Tagger};
use super::weights::Weights;

use classify::Case;
use prepare::{Cases, Lesson};

/// Weights and what is known about them.
pub struct TrainReport {
    /// The weights.
    pub weights: Weights,
    /// Scores on documents that each fold had not seen; empty without folds.
    pub folds: Evaluation,
}

/// Trains weights on `documents`; with `folds` of two or more, cross-validates them, too. Threshold and calibration always come from
/// documents that their reader had not seen.
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
const FIGURE_THRESHOLD: i32 = -500;

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
    let readers = unseen_readers(knowledge, lessons, &weights);
    let parts: Vec<Cases> = readers.par_iter().enumerate().map(|(part, reader)| cases_of_part(reader, lessons, part, &labels)).collect();
    let readers = of_other_parts(readers, &parts, &labels);
    let reviews: Vec<Case> = each_unseen(&readers, lessons, |reader, lesson, found| prepare::reviews(reader, lesson, found, &labels));
    weights.review = classify::train(&reviews, yes_or_no(), classify::Settings::review());
    let readers: Vec<Extractor> = readers.into_iter().map(|r| r.with_review(&weights.review)).collect();
    let verdicts = each_unseen(&readers, lessons, |reader, lesson, found| prepare::verdicts(reader, lesson, found, &labels));
    weights.calibration = calibrate::calibration(&verdicts, labels.len());
    weights.thresholds = vec![calibrate::threshold(&verdicts); labels.len()];
    weights.relations = classify::train(parts.iter().flat_map(|p| &p.relations), labels, classify::Settings::relations());
    weights.figures = classify::train(parts.iter().flat_map(|p| &p.figures), yes_or_no(), classify::Settings::figures());
    weights.figure_threshold = FIGURE_THRESHOLD;
    weights
}

fn yes_or_no() -> Vec<String> {
    vec!["-".to_owned(), "yes".to_owned()]
}

/// The lessons of one part.
fn of_part<'a>(lessons: &'a [&'a Lesson<'a>], part: usize) -> impl Iterator<Item = &'a Lesson<'a>> {
    lessons.iter().skip(part).step_by(PARTS).copied()
}

/// For each part a reader whose tagger has not seen it: names cut wrongly and things that are no names stand in no relation, and the
/// scorers must have met them to say so (jackknifing, as in stacked learning: Cohen & Carvalho 2005).
fn unseen_readers(knowledge: &Arc<Knowledge>, lessons: &[&Lesson<'_>], weights: &Weights) -> Vec<Extractor> {
    let parts = 0..PARTS.min(lessons.len());
    let reader = |part: usize| {
        let others: Vec<&Lesson<'_>> = lessons.iter().enumerate().filter(|(i, _)| i % PARTS != part).map(|(_, l)| *l).collect();
        let mut unseen = weights.clone();
        unseen.tagger = tagger_of(knowledge, &others);
        Extractor::with(Arc::clone(knowledge), unseen)
    };
    parts.into_par_iter().map(reader).collect()
}

/// Cases from the lessons of a part, with the mentions as annotated and as they will be found in use.
fn cases_of_part(reader: &Extractor, lessons: &[&Lesson<'_>], part: usize, labels: &[String]) -> Cases {
    let mut cases = Cases::default();
    for lesson in of_part(lessons, part) {
        prepare::add_cases(reader, lesson, &lesson.found(reader), labels, &mut cases);
        prepare::add_cases(reader, lesson, &reader.detect(&lesson.reading), labels, &mut cases);
    }
    cases
}

/// The same readers, with a scorer of relations that has not seen their part either.
fn of_other_parts(readers: Vec<Extractor>, parts: &[Cases], labels: &[String]) -> Vec<Extractor> {
    let scored = |(part, mut reader): (usize, Extractor)| {
        let others = parts.iter().enumerate().filter(|(i, _)| *i != part).flat_map(|(_, c)| &c.relations);
        reader.weights.relations = classify::train(others, labels.to_vec(), classify::Settings::relations());
        reader
    };
    readers.into_par_iter().enumerate().map(scored).collect()
}

/// What `ask` makes of every lesson, read by the reader that has not seen it.
fn each_unseen<T: Send>(
    readers: &[Extractor],
    lessons: &[&Lesson<'_>],
    ask: impl Fn(&Extractor, &Lesson<'_>, &[Found]) -> Vec<T> + Sync,
) -> Vec<T> {
    let of_reader = |(part, reader): (usize, &Extractor)| -> Vec<T> {
        of_part(lessons, part).flat_map(|lesson| ask(reader, lesson, &reader.detect(&lesson.reading))).collect()
    };
    readers.par_iter().enumerate().flat_map_iter(of_reader).collect()
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
