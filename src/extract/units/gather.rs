//! From mentions to units: the mentions of a sentence (or of a table row), words that state a level, back-references, figures, and items
//! carried over from the heading, the title, the speaker and the sentences before.

use std::collections::HashMap;

use crate::extract::Extractor;
use crate::extract::entities::{Reference, Resolution};
use crate::extract::knowledge::Brief;
use crate::extract::names::Found;
use crate::extract::text::Reading;

use super::carried::Carriers;
use super::items::{FIGURE, Item, LEVEL, Target, Unit};

/// The units of a document, in which no rules were looked for yet. `source` are the characters of the unfolded text.
pub(in crate::extract) fn units(
    extractor: &Extractor,
    reading: &Reading,
    found: &[Found],
    resolution: &Resolution,
    source: &[char],
) -> Vec<Unit> {
    let sentences = &reading.layout.sentences;
    let mut items: Vec<Vec<Item>> = vec![Vec::new(); sentences.len()];
    for (mention, f) in found.iter().enumerate() {
        if let Some(entity) = resolution.of[mention] {
            let inside = f.inside.map(|o| found[o].range.clone());
            let kind_of = resolution.drafts[entity].kind_of;
            items[f.sentence].push(Item {
                range: f.range.clone(),
                sentence: f.sentence,
                kind_of,
                target: Target::Entity(entity),
                inside,
                reference: false,
                frequency: 0,
            });
        }
    }
    levels(extractor, reading, found, &mut items);
    references(extractor, reading, found, resolution, &mut items);
    count_targets(&mut items);
    let by_place = |a: &Item, b: &Item| a.range.start.cmp(&b.range.start).then(b.range.end.cmp(&a.range.end));
    for list in &mut items {
        list.sort_by(by_place);
    }
    let carriers = Carriers::new(extractor, reading, &items, resolution);
    let mut units = Vec::new();
    let mut at = 0;
    while at < sentences.len() {
        let mut end = at + 1;
        if let Some(cell) = sentences[at].cell {
            while end < sentences.len() && sentences[end].cell.is_some_and(|c| c.table == cell.table && c.row == cell.row) {
                end += 1;
            }
        }
        let mut own: Vec<Item> = items[at..end].iter().flatten().cloned().collect();
        let mut figures = Vec::new();
        for sentence in at..end {
            for figure in extractor.figures(reading, source, sentence) {
                let inside =
                    own.iter().find(|i| i.range.start <= figure.range.start && figure.range.end <= i.range.end && i.kind_of != LEVEL);
                let inside = inside.map(|i| i.range.clone());
                own.push(Item {
                    range: figure.range.clone(),
                    sentence,
                    kind_of: FIGURE,
                    target: Target::Figure(figures.len()),
                    inside,
                    reference: false,
                    frequency: 0,
                });
                figures.push(figure);
            }
        }
        own.sort_by(by_place);
        let (carried, main) = (carriers.of_sentence(&items, at), carriers.main(at));
        let topic = carriers.topic(&items, at).map(|item| item.target.clone());
        units.push(Unit { sentences: at..end, items: own, figures, carried, main, topic, fits: Vec::new() });
        at = end;
    }
    units
}

fn levels(extractor: &Extractor, reading: &Reading, found: &[Found], items: &mut [Vec<Item>]) {
    let mut last = 0;
    for hit in reading.hits.iter().filter(|h| h.brief.holds(Brief::LEVEL)) {
        let Some(concept) = &extractor.knowledge.pattern(*hit).level else { continue };
        let range = hit.start as usize..hit.end as usize;
        if range.start < last {
            continue;
        }
        let Some(sentence) = reading.sentence_at(range.start) else { continue };
        last = range.end;
        let inside = found
            .iter()
            .filter(|f| f.sentence == sentence && f.range.start <= range.start && range.end <= f.range.end)
            .map(|f| f.range.clone())
            .next();
        items[sentence].push(Item {
            range,
            sentence,
            kind_of: LEVEL,
            target: Target::Concept(concept.clone()),
            inside,
            reference: false,
            frequency: 0,
        });
    }
}

fn references(extractor: &Extractor, reading: &Reading, found: &[Found], resolution: &Resolution, items: &mut [Vec<Item>]) {
    for Reference { range, sentence, draft } in extractor.references(reading, found, resolution) {
        items[sentence].push(Item {
            range,
            sentence,
            kind_of: resolution.drafts[draft].kind_of,
            target: Target::Entity(draft),
            inside: None,
            reference: true,
            frequency: 0,
        });
    }
}

/// Notes for each item how often the document names its target.
fn count_targets(items: &mut [Vec<Item>]) {
    let mut counts: HashMap<Target, usize> = HashMap::new();
    for item in items.iter().flatten() {
        *counts.entry(item.target.clone()).or_default() += 1;
    }
    for item in items.iter_mut().flatten() {
        item.frequency = match counts[&item.target] {
            0..=1 => 1,
            2 => 2,
            3..=5 => 3,
            _ => 4,
        };
    }
}
