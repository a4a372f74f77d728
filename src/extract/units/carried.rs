//! What a sentence leaves unsaid: the items that readers carry into it from the sentences before, from headings, from the turn of a
//! speaker, and from what the text is about.

use std::collections::{BTreeMap, VecDeque};

use crate::extract::Extractor;
use crate::extract::entities::Resolution;
use crate::extract::text::{LineKind, Reading};

use super::items::{FIGURE, Item, LEVEL, Target};

/// How far around a sentence its main actor is looked for, in characters.
const NEIGHBOURHOOD: usize = 1500;

/// Sentences that a list may have for its introduction still to be carried.
const LONGEST_LIST: usize = 400;

/// How often an actor must be named there.
const OFTEN: usize = 3;

/// The items to carry, by how they came: 1–3 sentences back, 4 introduction of the list, 5 heading, 6 title, 7 speaker, 8 the region the
/// document is about, 9 the body, firm or park that the text around names most, 12 what the line opens with. For figures, 10 stands for the
/// owner of the figure before.
pub(super) struct Carriers<'a> {
    extractor: &'a Extractor,
    reading: &'a Reading,
    /// By sentence.
    speakers: Vec<Option<Item>>,
    actors: Vec<Option<MainActor>>,
    /// The sentence of the same line that names something first.
    openings: Vec<Option<usize>>,
    region: Option<Item>,
}

/// The body, firm or park that the text around a sentence names most.
pub(super) struct MainActor {
    /// As named last before the sentence, or first after it.
    item: Item,
    /// How much it stands out among those named there, in quarters.
    share: u8,
}

impl<'a> Carriers<'a> {
    /// Looks for speakers, actors and the main region in `items`, listed by sentence.
    pub fn new(extractor: &'a Extractor, reading: &'a Reading, items: &[Vec<Item>], resolution: &Resolution) -> Self {
        Self {
            extractor,
            reading,
            speakers: speakers(extractor, reading, items),
            actors: main_actors(extractor, reading, items),
            openings: openings(extractor, reading, items),
            region: main_region(extractor, items, resolution),
        }
    }

    /// The items carried into sentence `at`, each with how it came.
    pub fn of_sentence(&self, items: &[Vec<Item>], at: usize) -> Vec<(Item, u8)> {
        let mut carried = carried(self.extractor, self.reading, items, at);
        let actor = self.actors[at].as_ref().map(|a| &a.item);
        let topic = self.topic(items, at).filter(|item| item.sentence < at);
        // The main actor is carried as such even where he stands in a sentence before: the two say different things of him.
        for (item, how) in [(self.speakers[at].as_ref(), 7), (topic, 12), (self.region.as_ref(), 8), (actor, 9)] {
            let known = |i: &Item| carried.iter().any(|(c, h)| c.target == i.target && (*h == how || how == 8 || how == 12));
            if let Some(item) = item.filter(|i| !known(i)) {
                carried.push((item.clone(), how));
            }
        }
        carried
    }

    /// The first name of the line that sentence `at` stands in.
    pub fn topic<'b>(&self, items: &'b [Vec<Item>], at: usize) -> Option<&'b Item> {
        self.openings[at].and_then(|sentence| lead(self.extractor, &items[sentence]))
    }

    /// Who the text around sentence `at` is about, and how much it stands out there (0 to 4).
    pub fn main(&self, at: usize) -> Option<(Target, u8)> {
        self.actors[at].as_ref().map(|a| (a.item.target.clone(), a.share))
    }
}

/// Who speaks in each sentence: a name at the start of a line before a colon keeps the floor until the next, or until a heading.
fn speakers(extractor: &Extractor, reading: &Reading, items: &[Vec<Item>]) -> Vec<Option<Item>> {
    let chars = &reading.text.chars;
    let mut speaker: Option<Item> = None;
    let mut line = usize::MAX;
    let mut of = Vec::with_capacity(items.len());
    for (sentence, list) in items.iter().enumerate() {
        let s = &reading.layout.sentences[sentence];
        if s.line != line {
            line = s.line;
            if matches!(s.kind, LineKind::Heading(_) | LineKind::Title) {
                speaker = None;
            }
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

/// For each sentence the first one of its line, up to itself, that names something.
fn openings(extractor: &Extractor, reading: &Reading, items: &[Vec<Item>]) -> Vec<Option<usize>> {
    let mut line = usize::MAX;
    let mut opening = None;
    let mut of = Vec::with_capacity(items.len());
    for (sentence, list) in items.iter().enumerate() {
        if reading.layout.sentences[sentence].line != line {
            line = reading.layout.sentences[sentence].line;
            opening = None;
        }
        opening = opening.or_else(|| lead(extractor, list).map(|_| sentence));
        of.push(opening);
    }
    of
}

/// The first mention of the region the document is mostly about.
fn main_region(extractor: &Extractor, items: &[Vec<Item>], resolution: &Resolution) -> Option<Item> {
    let main = resolution.main_region?;
    let fits = |i: &&Item| i.target == Target::Entity(main) && i.kind_of == extractor.roles.region;
    items.iter().flatten().find(|i| fits(i) && i.inside.is_none()).or_else(|| items.iter().flatten().find(fits)).cloned()
}

/// For each sentence the body, firm or park that the text around it names most, as named last before it.
fn main_actors(extractor: &Extractor, reading: &Reading, items: &[Vec<Item>]) -> Vec<Option<MainActor>> {
    let sentences = &reading.layout.sentences;
    let institution = extractor.knowledge.types.get(usize::from(extractor.roles.media)).map(|t| &t.class);
    let acts = |i: &&Item| {
        let class = extractor.knowledge.types.get(usize::from(i.kind_of)).map(|t| &t.class);
        i.inside.is_none() && (class == institution || i.kind_of == extractor.roles.park)
    };
    let mut ahead = items.iter().flatten().filter(acts).peekable();
    let mut around: VecDeque<&Item> = VecDeque::new();
    let mut counts: BTreeMap<&Target, usize> = BTreeMap::new();
    let mut main = Vec::with_capacity(items.len());
    for sentence in sentences {
        let (start, end) = (sentence.range.start.saturating_sub(NEIGHBOURHOOD), sentence.range.end + NEIGHBOURHOOD);
        while let Some(item) = ahead.next_if(|i| i.range.start < end) {
            *counts.entry(&item.target).or_default() += 1;
            around.push_back(item);
        }
        while let Some(item) = around.front().filter(|i| i.range.end < start) {
            if let Some(count) = counts.get_mut(&item.target) {
                *count -= 1;
            }
            around.pop_front();
        }
        counts.retain(|_, count| *count > 0);
        let most = counts.values().copied().max().filter(|n| *n >= OFTEN);
        let first = most.and_then(|n| around.iter().find(|i| counts[&i.target] == n));
        let nearest = first.and_then(|f| around.iter().rfind(|i| i.target == f.target && i.range.end <= sentence.range.start).or(Some(f)));
        let share = |i: &Item| u8::try_from(counts[&i.target] * 4 / around.len().max(1)).unwrap_or(4);
        main.push(nearest.map(|i| MainActor { item: (*i).clone(), share: share(i) }));
    }
    main
}

/// The first of some items that is a name by itself, and of something that acts or is acted on.
fn lead<'b>(extractor: &Extractor, items: &'b [Item]) -> Option<&'b Item> {
    items.iter().find(|i| {
        i.inside.is_none()
            && !matches!(i.kind_of, LEVEL | FIGURE)
            && i.kind_of != extractor.roles.industry
            && i.kind_of != extractor.roles.honour
    })
}

/// The leading items of the three sentences before, of the sentence that introduces a list, of the headings and of the title; from the
/// last three their level words, too, and from the title the document that it names.
fn carried(extractor: &Extractor, reading: &Reading, items: &[Vec<Item>], at: usize) -> Vec<(Item, u8)> {
    let sentences = &reading.layout.sentences;
    let lead = |s: usize| lead(extractor, &items[s]);
    let levels = |s: usize| items[s].iter().filter(|i| i.kind_of == LEVEL).take(2);
    let mut carried: Vec<(Item, u8)> = Vec::new();
    let mut put = |item: &Item, how: u8| {
        if !carried.iter().any(|(i, _)| i.target == item.target) {
            carried.push((item.clone(), how));
        }
    };
    let breaks = |s: usize| sentences[s].cell.is_some() || matches!(sentences[s].kind, LineKind::Heading(_) | LineKind::Title);
    for (s, back) in (0..at).rev().zip(1..=3).take_while(|(s, _)| !breaks(*s)) {
        lead(s).into_iter().for_each(|item| put(item, back));
    }
    if let Some(s) = introduction(reading, at) {
        lead(s).into_iter().chain(levels(s)).for_each(|item| put(item, 4));
    }
    let mut heading = sentences[at].heading;
    let mut guard = 0;
    while let Some(h) = heading.filter(|_| guard < 3) {
        let how = if sentences[h].kind == LineKind::Title { 6 } else { 5 };
        lead(h).into_iter().chain(levels(h)).for_each(|item| put(item, how));
        heading = sentences[h].heading;
        guard += 1;
    }
    if at > 0 {
        let own = items[0].iter().find(|i| i.inside.is_none() && i.kind_of == extractor.roles.policy);
        lead(0).into_iter().chain(own).chain(levels(0)).for_each(|item| put(item, 6));
    }
    carried
}

/// The last sentence of plain text before the list or table that sentence `at` stands in.
fn introduction(reading: &Reading, at: usize) -> Option<usize> {
    let listed = |s: usize| matches!(reading.layout.sentences[s].kind, LineKind::Item | LineKind::Row);
    let before = (at.saturating_sub(LONGEST_LIST)..at).rev().find(|s| !listed(*s));
    before.filter(|s| listed(at) && reading.layout.sentences[*s].kind == LineKind::Text)
}
