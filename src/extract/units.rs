//! Units and their items: the mentions of a sentence (or of a table row), words that state a level, figures, the document itself,
//! and items carried over from the heading, the title, the speaker and the sentences before.

use std::ops::Range;

use crate::model::{EntityIndex, Term};

use super::Extractor;
use super::detect::{Found, Reading};
use super::figures::Figure;
use super::hits::Brief;
use super::layout::LineKind;
use super::references;
use super::resolve::Resolution;

/// Type number of a level word.
pub(super) const LEVEL: u8 = 100;
/// Type number of the document itself.
pub(super) const DOCUMENT: u8 = 101;
/// Type number of a figure.
pub(super) const FIGURE: u8 = 102;

/// What an item stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Target {
    Entity(EntityIndex),
    Concept(Term),
    Document,
    /// Index into the figures of its unit.
    Figure(usize),
}

/// Something a relation can join.
#[derive(Clone, Debug)]
pub(super) struct Item {
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
}

impl Item {
    /// The document itself as the end of a pair.
    pub fn document() -> Self {
        Self { range: 0..0, sentence: 0, kind_of: DOCUMENT, target: Target::Document, inside: None, reference: false, frequency: 0 }
    }
}

/// A sentence or a table row with its items in order, and the items carried into it.
pub(super) struct Unit {
    pub sentences: Range<usize>,
    pub items: Vec<Item>,
    /// Figures of the unit.
    pub figures: Vec<Figure>,
    /// Carried items with how they came: 1–3 sentences back, 5 heading, 6 title, 7 speaker, 8 the region the document is about,
    /// 9 the body, firm or park that it names most. 10 stands for the owner of the figure before.
    pub carried: Vec<(Item, u8)>,
}

/// A pair that may stand in a relation.
pub(super) struct Pair<'a> {
    pub subject: &'a Item,
    pub object: &'a Item,
    /// 0 in one unit, else how one end was carried.
    pub carry: u8,
    /// For figures: 1 where another owns the figure before, 2 where the subject does, 0 where no figure came before.
    pub follows: u8,
}

/// The units of a document. `source` are the characters of the unfolded text.
pub(super) fn units(extractor: &Extractor, reading: &Reading, found: &[Found], resolution: &Resolution, source: &[char]) -> Vec<Unit> {
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
    references::add(extractor, reading, found, resolution, &mut items);
    count_targets(&mut items);
    let by_place = |a: &Item, b: &Item| a.range.start.cmp(&b.range.start).then(b.range.end.cmp(&a.range.end));
    for list in &mut items {
        list.sort_by(by_place);
    }
    let speakers = speakers(extractor, reading, &items);
    let main = main_region(extractor, &items, resolution);
    let actor = main_actor(extractor, &items);
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
        let mut carried = carried(extractor, reading, &items, at);
        let mut put = |item: &Option<Item>, how: u8| {
            if let Some(item) = item.as_ref().filter(|i| !carried.iter().any(|(c, h)| c.target == i.target && (*h == how || how >= 8))) {
                carried.push((item.clone(), how));
            }
        };
        put(&speakers[at], 7);
        put(&main, 8);
        put(&actor, 9);
        units.push(Unit { sentences: at..end, items: own, figures, carried });
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

/// Who speaks in each sentence: a name at the start of a line before a colon keeps the floor until the next.
fn speakers(extractor: &Extractor, reading: &Reading, items: &[Vec<Item>]) -> Vec<Option<Item>> {
    let chars = &reading.text.chars;
    let mut speaker: Option<Item> = None;
    let mut line = usize::MAX;
    let mut of = Vec::with_capacity(items.len());
    for (sentence, list) in items.iter().enumerate() {
        let s = &reading.layout.sentences[sentence];
        if s.line != line {
            line = s.line;
            let named = list.iter().find(|i| i.inside.is_none() && i.kind_of != LEVEL && i.kind_of != extractor.roles.region);
            let opens = named.filter(|i| {
                let before =
                    chars[s.range.start..i.range.start].iter().all(|c| matches!(c, '*' | ' ' | '【' | '[' | '《' | '#' | 'Q' | 'A'));
                let after: Vec<char> = chars[i.range.end..].iter().copied().take(3).filter(|c| !matches!(c, '*' | '】' | ']')).collect();
                before && matches!(after.first(), Some(':' | '：'))
            });
            if let Some(item) = opens {
                speaker = Some(item.clone());
            }
        }
        of.push(speaker.clone());
    }
    of
}

/// The first mention of the region the document is mostly about.
fn main_region(extractor: &Extractor, items: &[Vec<Item>], resolution: &Resolution) -> Option<Item> {
    let main = resolution.main_region?;
    let fits = |i: &&Item| i.target == Target::Entity(main) && i.kind_of == extractor.roles.region;
    items.iter().flatten().find(|i| fits(i) && i.inside.is_none()).or_else(|| items.iter().flatten().find(fits)).cloned()
}

/// The first mention of the body, firm or park that the document names most, three times at least.
fn main_actor(extractor: &Extractor, items: &[Vec<Item>]) -> Option<Item> {
    let acts = |i: &&Item| {
        let class = extractor.knowledge.types.get(usize::from(i.kind_of)).map(|t| &t.class);
        i.inside.is_none()
            && (class == extractor.knowledge.types.get(usize::from(extractor.roles.media)).map(|t| &t.class)
                || i.kind_of == extractor.roles.park)
    };
    let mut counts: std::collections::BTreeMap<&Target, (usize, usize)> = std::collections::BTreeMap::new();
    for (at, item) in items.iter().flatten().filter(acts).enumerate() {
        let count = counts.entry(&item.target).or_insert((0, at));
        count.0 += 1;
    }
    let (target, _) = counts.iter().filter(|(_, (n, _))| *n >= 3).max_by_key(|(_, (n, first))| (*n, std::cmp::Reverse(*first)))?;
    items.iter().flatten().filter(acts).find(|i| i.target == **target).cloned()
}

/// The leading items of the three sentences before, of the heading and of the title.
fn carried(extractor: &Extractor, reading: &Reading, items: &[Vec<Item>], at: usize) -> Vec<(Item, u8)> {
    let sentences = &reading.layout.sentences;
    let lead = |s: usize| {
        items[s].iter().find(|i| {
            i.inside.is_none()
                && !matches!(i.kind_of, LEVEL | FIGURE)
                && i.kind_of != extractor.roles.industry
                && i.kind_of != extractor.roles.honour
        })
    };
    let mut carried: Vec<(Item, u8)> = Vec::new();
    let mut put = |item: Option<&Item>, how: u8| {
        if let Some(item) = item
            && !carried.iter().any(|(i, _)| i.target == item.target)
        {
            carried.push((item.clone(), how));
        }
    };
    let mut back = 0;
    let mut s = at;
    while back < 3 && s > 0 {
        s -= 1;
        if sentences[s].cell.is_some() || matches!(sentences[s].kind, LineKind::Heading(_) | LineKind::Title) {
            break;
        }
        back += 1;
        put(lead(s), back);
    }
    let mut heading = sentences[at].heading;
    let mut guard = 0;
    while let Some(h) = heading.filter(|_| guard < 3) {
        let how = if sentences[h].kind == LineKind::Title { 6 } else { 5 };
        put(lead(h), how);
        heading = sentences[h].heading;
        guard += 1;
    }
    if at > 0 {
        put(lead(0), 6);
    }
    carried
}
