//! Units and their items: the mentions of a sentence (or of a table row), words that state a level, figures, the document itself,
//! and items carried over from the heading, the title, the speaker and the sentences before.

use std::ops::Range;

use crate::model::{EntityIndex, Origin, Term};

use super::carried::Carriers;
use crate::extract::Extractor;
use crate::extract::entities::{Resolution, references};
use crate::extract::figures::Figure;
use crate::extract::names::{Found, Reading};
use crate::extract::rules::{self, Fit};
use crate::extract::text::Brief;

/// Type number of a level word.
pub(in crate::extract) const LEVEL: u8 = 100;
/// Type number of the document itself.
pub(in crate::extract) const DOCUMENT: u8 = 101;
/// Type number of a figure.
pub(in crate::extract) const FIGURE: u8 = 102;

/// What an item stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::extract) enum Target {
    Entity(EntityIndex),
    Concept(Term),
    Document,
    /// Index into the figures of its unit.
    Figure(usize),
}

/// Something a relation can join.
#[derive(Clone, Debug)]
pub(in crate::extract) struct Item {
    /// Characters of the text.
    pub range: Range<usize>,
    pub sentence: usize,
    pub kind_of: u8,
    pub target: Target,
    /// The item whose name holds this one, as its range.
    pub inside: Option<Range<usize>>,
    /// A back-reference (该园区, 全市), resolved.
    pub reference: bool,
    /// How often the document names its target, in steps: 1, 2, 3–5, more.
    pub frequency: u8,
    /// Found by the grammar of names, with its parts.
    pub composed: bool,
}

impl Item {
    /// The document itself as the end of a pair.
    pub fn document() -> Self {
        Self {
            range: 0..0,
            sentence: 0,
            kind_of: DOCUMENT,
            target: Target::Document,
            inside: None,
            reference: false,
            frequency: 0,
            composed: false,
        }
    }
}

/// A sentence or a table row with its items in order, and the items carried into it.
pub(in crate::extract) struct Unit {
    pub sentences: Range<usize>,
    pub items: Vec<Item>,
    /// Figures of the unit.
    pub figures: Vec<Figure>,
    /// Carried items with how they came (see [`super::carried`]).
    pub carried: Vec<(Item, u8)>,
    /// Who the text around is about, and how much it stands out there (0 to 4).
    pub main: Option<(Target, u8)>,
    /// What its line opens with.
    pub topic: Option<Target>,
    /// Rules that fit its pairs.
    pub fits: Vec<Fit>,
}

impl Unit {
    /// How much `target` stands out around the unit: 0 where others are named as often, up to 5 where nobody else is.
    pub fn prominence(&self, target: &Target) -> u8 {
        self.main.as_ref().filter(|(main, _)| main == target).map_or(0, |(_, share)| 1 + share)
    }

    /// Number of an item: those of the unit, whose index `at` is, then those carried into it, then the document.
    pub fn number(&self, item: &Item, at: Option<usize>) -> usize {
        let carried = || self.carried.iter().position(|(c, _)| std::ptr::eq(c, item)).unwrap_or(self.carried.len());
        at.unwrap_or_else(|| self.items.len() + carried())
    }

    /// The item of a number (see [`Self::number`]) and how it was carried; `None` for the document.
    pub fn item(&self, number: u16) -> Option<(&Item, u8)> {
        let number = usize::from(number);
        let carried = || self.carried.get(number - self.items.len()).map(|(item, how)| (item, *how));
        self.items.get(number).map(|item| (item, 0)).or_else(carried)
    }

    /// Rules that fit a pair.
    pub fn fits_of(&self, pair: &Pair<'_>, (subject, object): (Option<usize>, Option<usize>)) -> &[Fit] {
        if self.fits.is_empty() {
            return &self.fits;
        }
        rules::of_pair(&self.fits, self.number(pair.subject, subject), self.number(pair.object, object))
    }
}

/// A pair that may stand in a relation.
pub(in crate::extract) struct Pair<'a> {
    pub subject: &'a Item,
    pub object: &'a Item,
    /// 0 in one unit, else how one end was carried.
    pub carry: u8,
    /// For figures: 1 where another owns the figure before, 2 where the subject does, 3 and 4 where that one stands in an earlier line,
    /// 0 where no figure came before.
    pub follows: u8,
}

/// The units of a document. `source` are the characters of the unfolded text.
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
                composed: f.origin == Origin::Grammar,
            });
        }
    }
    levels(extractor, reading, found, &mut items);
    references::add(extractor, reading, found, resolution, &mut items);
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
                    composed: false,
                });
                figures.push(figure);
            }
        }
        own.sort_by(by_place);
        let (carried, main) = (carriers.of_sentence(&items, at), carriers.main(at));
        let topic = carriers.topic(&items, at).map(|item| item.target.clone());
        let mut unit = Unit { sentences: at..end, items: own, figures, carried, main, topic, fits: Vec::new() };
        unit.fits = rules::fits(extractor, reading, &unit);
        units.push(unit);
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
            composed: false,
        });
    }
}

/// Notes for each item how often the document names its target.
fn count_targets(items: &mut [Vec<Item>]) {
    let mut counts: std::collections::HashMap<Target, usize> = std::collections::HashMap::new();
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
