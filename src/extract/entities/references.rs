//! Back-references: 全市, 该园区, 公司 stand for the entity of their class that the text means, by level, head and nearness.

use super::resolve::{Draft, Resolution, trim_marks};
use crate::extract::Extractor;
use crate::extract::figures::digit_of;
use crate::extract::names::{Found, Reading};
use crate::extract::text::Brief;
use crate::extract::units::{Item, Target};

/// Adds an item for every back-reference that resolves.
pub(in crate::extract) fn add(extractor: &Extractor, reading: &Reading, found: &[Found], resolution: &Resolution, items: &mut [Vec<Item>]) {
    let groups = ["region.back", "institution.back", "park.back", "cluster.back", "initiative.back", COUNTED];
    let groups: Vec<Option<u16>> = groups.iter().map(|g| extractor.knowledge.group(g)).collect();
    // Mentions stand by their sentence, but for those of speakers at the end.
    let mut own: Vec<Vec<&Found>> = vec![Vec::new(); items.len()];
    for f in found {
        own[f.sentence].push(f);
    }
    // 本办法 is the document itself, whatever other 办法 was named last.
    let own_document = extractor.own_document(reading, found, resolution);
    let is_own = |word: &[char]| {
        let label = own_document.map(|draft| extractor.shown_label(&resolution.drafts[draft]));
        word[0] == '本' && label.is_some_and(|label| trim_marks(&label).ends_with(&word[1..].iter().collect::<String>()))
    };
    let mut last = 0;
    for hit in reading.hits.iter().filter(|h| h.brief.holds(Brief::GROUPS)) {
        let (start, end) = (hit.start as usize, hit.end as usize);
        let pattern = extractor.knowledge.pattern(*hit);
        if start < last || end - start < 2 || !groups.iter().flatten().any(|g| pattern.groups.contains(g)) {
            continue;
        }
        let Some(sentence) = reading.sentence_at(start) else { continue };
        if own[sentence].iter().any(|f| f.range.start < end && start < f.range.end) || !stands_alone(reading, sentence, start, end) {
            continue;
        }
        let word: Vec<char> = reading.text.chars[start..end].to_vec();
        let pointing = matches!(word[0], '该' | '本' | '我' | '全' | '当');
        if !pointing && !opens_clause(reading, sentence, start) {
            continue;
        }
        let target =
            groups.iter().enumerate().filter(|(_, g)| g.is_some_and(|g| pattern.groups.contains(&g))).find_map(|(kind, _)| match kind {
                0 => region(extractor, resolution, found, &word, start),
                5 => extractor.counted(resolution, found, &word, start),
                4 if is_own(&word) => own_document,
                _ => nearest(extractor, resolution, found, kind, &word, start),
            });
        if let Some(target) = target {
            last = end;
            let kind_of = resolution.drafts[target].kind_of;
            items[sentence].push(Item {
                range: start..end,
                sentence,
                kind_of,
                target: Target::Entity(target),
                inside: None,
                reference: true,
                frequency: 0,
                composed: false,
            });
        }
    }
}

/// The word group of 三市, 两地: so many places, told before.
const COUNTED: &str = "region.counted";

impl Extractor {
    /// How many places a word such as 三市 counts; `None` for other words.
    pub(in crate::extract) fn counted_places(&self, word: &str) -> Option<usize> {
        let group = self.knowledge.group(COUNTED)?;
        let counts = self.knowledge.lookup(word)?.groups.contains(&group);
        word.chars().next().filter(|_| counts).and_then(digit_of).and_then(|n| usize::try_from(n).ok())
    }

    /// The latest joint region with so many members among `named`, drafts by nearness.
    pub(in crate::extract) fn joint_of(&self, drafts: &[Draft], named: &[usize], count: usize) -> Option<usize> {
        let entries = &self.knowledge.ontology.gazetteer().entries;
        let members = |draft: &Draft| draft.entry.map_or(draft.members.len(), |entry| entries[entry].comprises.len());
        named.iter().copied().find(|draft| drafts[*draft].kind_of == self.roles.region && members(&drafts[*draft]) == count)
    }

    fn counted(&self, resolution: &Resolution, found: &[Found], word: &[char], at: usize) -> Option<usize> {
        let count = self.counted_places(&word.iter().collect::<String>())?;
        let before = found.iter().zip(&resolution.of).rev().filter(|(f, _)| f.range.end <= at);
        let named: Vec<usize> = before.filter_map(|(_, draft)| *draft).collect();
        self.joint_of(&resolution.drafts, &named, count)
    }
}

/// Whether the hit is made of whole words.
fn stands_alone(reading: &Reading, sentence: usize, start: usize, end: usize) -> bool {
    let base = reading.layout.sentences[sentence].range.start;
    let edge = &reading.marks[sentence].edge;
    let begins = edge.get(start - base).is_some_and(|e| matches!(e, 1 | 4));
    let ends = edge.get(end - 1 - base).is_some_and(|e| matches!(e, 3 | 4));
    begins && ends
}

/// Whether a bare noun stands without a modifier; 多个园区 or 特色园区 speak of any.
fn opens_clause(reading: &Reading, sentence: usize, start: usize) -> bool {
    let base = reading.layout.sentences[sentence].range.start;
    let Some(before) = start.checked_sub(base + 1) else { return true };
    let punctuation = matches!(reading.text.chars[start - 1], ',' | ';' | ':' | '，' | '；' | '：' | '。' | '*' | '、');
    punctuation || matches!(reading.marks[sentence].tag[before], b'v' | b'p' | b't' | b'd' | b'c' | b'0' | b' ')
}

/// 全市, 我省: the region most named whose full name ends with the same word; 全区, 我区, 该区 may stand for a park of that ending, too.
fn region(extractor: &Extractor, resolution: &Resolution, found: &[Found], word: &[char], at: usize) -> Option<usize> {
    let level = *word.last()?;
    let mut counts = vec![0usize; resolution.drafts.len()];
    for (f, of) in found.iter().zip(&resolution.of) {
        if let Some(draft) = of.filter(|_| f.range.start < at) {
            counts[draft] += if f.inside.is_none() { 2 } else { 1 };
        }
    }
    let mut best: Option<(usize, usize)> = None;
    for (draft, d) in resolution.drafts.iter().enumerate() {
        let count = counts[draft];
        let is_park = d.kind_of == extractor.roles.park;
        if !is_park && d.kind_of != extractor.roles.region || count == 0 {
            continue;
        }
        let label = extractor.shown_label(d);
        let fits = label.ends_with(level) || !is_park && extractor.knowledge.is_of_level(&label, level);
        if fits && best.is_none_or(|b| count > b.1) {
            best = Some((draft, count));
        }
    }
    best.map(|b| b.0)
}

/// 该公司, 园区, 该集群: the latest entity of the class before it whose name has the same head.
fn nearest(extractor: &Extractor, resolution: &Resolution, found: &[Found], kind: usize, word: &[char], at: usize) -> Option<usize> {
    let pointing = matches!(word[0], '该' | '本' | '我');
    let bare: String = word[usize::from(pointing)..].iter().filter(|c| !matches!(c, '《' | '》')).collect();
    let fits_class = |kind_of: u8| {
        let class = &*extractor.knowledge.types[usize::from(kind_of)].class;
        match kind {
            1 => class == "Institution",
            2 => class == "Park",
            3 => matches!(class, "Cluster" | "IndustryChain"),
            _ => matches!(class, "Initiative" | "PolicyDocument" | "Event" | "Platform"),
        }
    };
    let fits_head = |draft: usize| {
        let d = &resolution.drafts[draft];
        let label = extractor.shown_label(d);
        label.ends_with(&bare)
            || d.surfaces.keys().any(|s| super::resolve::trim_marks(s).ends_with(&bare))
            || extractor.normal_form(&label).ends_with(&bare)
    };
    let before = found.iter().enumerate().filter(|(m, f)| f.range.end <= at && f.inside.is_none() && resolution.of[*m].is_some());
    let latest = before.filter(|(_, f)| fits_class(f.kind_of)).filter_map(|(m, _)| resolution.of[m]).collect::<Vec<_>>();
    if pointing {
        return latest.iter().rev().find(|d| fits_head(**d)).or(latest.last()).copied();
    }
    let of_head: Vec<usize> = latest.into_iter().filter(|d| fits_head(*d)).collect();
    let main = of_head.iter().copied().max_by_key(|d| (of_head.iter().filter(|x| *x == d).count(), std::cmp::Reverse(*d)))?;
    let share = of_head.iter().filter(|d| **d == main).count() * 10 >= of_head.len() * 6;
    share.then_some(main)
}
