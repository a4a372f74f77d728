//! Back-references: 全市, 该园区, 公司 stand for the entity of their class that the text means, by level, head and nearness.

use std::ops::Range;

use crate::extract::Extractor;
use crate::extract::figures::digit_of;
use crate::extract::knowledge::Brief;
use crate::extract::names::Found;
use crate::extract::text::Reading;

use super::draft::{Draft, Resolution, trim_marks};

/// A word that stands for an entity named elsewhere.
pub(in crate::extract) struct Reference {
    /// Characters of the text.
    pub range: Range<usize>,
    pub sentence: usize,
    /// The entity, as a draft.
    pub draft: usize,
}

/// What a back-reference points back to.
#[derive(Clone, Copy)]
enum Referent {
    Region,
    Institution,
    Park,
    Cluster,
    Initiative,
    /// So many places, told before.
    Counted,
}

/// The word groups of back-references, in the order in which they are asked.
const GROUPS: [(Referent, &str); 6] = [
    (Referent::Region, "region.back"),
    (Referent::Institution, "institution.back"),
    (Referent::Park, "park.back"),
    (Referent::Cluster, "cluster.back"),
    (Referent::Initiative, "initiative.back"),
    (Referent::Counted, COUNTED),
];

/// The word group of 三市, 两地.
const COUNTED: &str = "region.counted";

impl Extractor {
    /// Every back-reference that resolves, in the order of the text.
    pub(in crate::extract) fn references(&self, reading: &Reading, found: &[Found], resolution: &Resolution) -> Vec<Reference> {
        let groups: Vec<(Referent, u16)> =
            GROUPS.iter().filter_map(|(to, name)| self.knowledge.group(name).map(|group| (*to, group))).collect();
        // Mentions stand by their sentence, but for those of speakers at the end.
        let mut own: Vec<Vec<&Found>> = vec![Vec::new(); reading.layout.sentences.len()];
        for (f, of) in found.iter().zip(&resolution.of) {
            if of.is_some() {
                own[f.sentence].push(f);
            }
        }
        // 本办法 is the document itself, whatever other 办法 was named last.
        let own_document = self.own_document(reading, found, resolution);
        let is_own = |word: &[char]| {
            let label = own_document.map(|draft| self.shown_label(&resolution.drafts[draft]));
            word[0] == '本' && label.is_some_and(|label| trim_marks(&label).ends_with(&word[1..].iter().collect::<String>()))
        };
        let mut references = Vec::new();
        let mut last = 0;
        for hit in reading.hits.iter().filter(|h| h.brief.holds(Brief::GROUPS)) {
            let (start, end) = (hit.start as usize, hit.end as usize);
            let pattern = self.knowledge.pattern(*hit);
            if start < last || end - start < 2 || !groups.iter().any(|(_, group)| pattern.groups.contains(group)) {
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
            let mut readings = groups.iter().filter(|(_, group)| pattern.groups.contains(group));
            let draft = readings.find_map(|(to, _)| match to {
                Referent::Region => region(self, resolution, found, &word, start),
                Referent::Counted => self.counted(resolution, found, &word, start),
                Referent::Initiative if is_own(&word) => own_document,
                to => nearest(self, resolution, found, *to, &word, start),
            });
            if let Some(draft) = draft {
                last = end;
                references.push(Reference { range: start..end, sentence, draft });
            }
        }
        references
    }

    /// How many places a word such as 三市 counts; `None` for other words.
    pub(super) fn counted_places(&self, word: &str) -> Option<usize> {
        let group = self.knowledge.group(COUNTED)?;
        let counts = self.knowledge.lookup(word)?.groups.contains(&group);
        word.chars().next().filter(|_| counts).and_then(digit_of).and_then(|n| usize::try_from(n).ok())
    }

    /// The latest joint region with so many members among `named`, drafts by nearness.
    pub(super) fn joint_of(&self, drafts: &[Draft], named: &[usize], count: usize) -> Option<usize> {
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
    let level = word.last()?.to_string();
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
        let fits = label.ends_with(&level) || !is_park && extractor.knowledge.grammar.is_of_level(&label, &level);
        if fits && best.is_none_or(|b| count > b.1) {
            best = Some((draft, count));
        }
    }
    best.map(|b| b.0)
}

/// 该公司, 园区, 该集群: the latest entity of the class before it whose name has the same head.
fn nearest(extractor: &Extractor, resolution: &Resolution, found: &[Found], to: Referent, word: &[char], at: usize) -> Option<usize> {
    let pointing = matches!(word[0], '该' | '本' | '我');
    let bare: String = word[usize::from(pointing)..].iter().filter(|c| !matches!(c, '《' | '》')).collect();
    let fits_class = |kind_of: u8| {
        let class = &*extractor.knowledge.types[usize::from(kind_of)].class;
        match to {
            Referent::Region | Referent::Counted => false,
            Referent::Institution => class == "Institution",
            Referent::Park => class == "Park",
            Referent::Cluster => matches!(class, "Cluster" | "IndustryChain"),
            Referent::Initiative => matches!(class, "Initiative" | "PolicyDocument" | "Event" | "Platform"),
        }
    };
    let fits_head = |draft: usize| {
        let d = &resolution.drafts[draft];
        let label = extractor.shown_label(d);
        label.ends_with(&bare)
            || d.surfaces.keys().any(|s| trim_marks(s).ends_with(&bare))
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
