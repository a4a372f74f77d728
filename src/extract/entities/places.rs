//! Places: which of those that bear a name is meant, by what else the document names; the place that a bare level stands for; joint
//! regions and others that no gazetteer lists.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::model::{Origin, entity_key};

use crate::extract::Extractor;

use super::draft::trim_marks;
use super::resolve::{AROUND, Work};

/// Characters of the longest word for a level of places.
const LONGEST_LEVEL: usize = 8;

/// Sentences that open a text and tell what it is about.
const OPENING: usize = 3;

impl Work<'_> {
    /// Places: the entry whose surroundings the document names most.
    pub fn regions(&mut self) {
        let region = self.extractor.roles.region;
        let mentions: Vec<usize> =
            (0..self.found.len()).filter(|m| self.found[*m].kind_of == region && !self.found[*m].tentative).collect();
        let entries = &self.extractor.knowledge.ontology.gazetteer().entries;
        let mut support: HashMap<usize, usize> = HashMap::new();
        for m in &mentions {
            let candidates = self.candidates(&self.surface(*m));
            if candidates.len() == 1 && !candidates[0].1 {
                let mut at = Some(candidates[0].0);
                let mut guard = 0;
                while let Some(entry) = at.filter(|_| guard < 5) {
                    *support.entry(entry).or_default() += 1;
                    at = entries[entry].located_in.first().copied();
                    guard += 1;
                }
            }
        }
        let around = self.surroundings(&mentions);
        for m in mentions {
            if self.level_word(m).is_some() {
                continue;
            }
            let surface = self.surface(m);
            if let Some(count) = self.extractor.counted_places(&surface) {
                self.of[m] = self.extractor.joint_of(&self.drafts, &self.named_before(m), count);
                continue;
            }
            let mut candidates = self.candidates(&surface);
            let score = |entry: usize| -> usize {
                let own = support.get(&entry).copied().unwrap_or(0);
                let above = entries[entry].located_in.first().and_then(|p| support.get(p)).copied().unwrap_or(0);
                own * 2 + above
            };
            candidates.sort_by_key(|(entry, weak)| {
                (std::cmp::Reverse(score(*entry)), *weak, entries[*entry].notation.clone().unwrap_or_default())
            });
            let best = candidates.first().copied();
            let unsupported = candidates.iter().all(|(entry, weak)| *weak && score(*entry) == 0);
            // A short name inside the name of an institution (宝丰能源, 汇川技术) means the county only where the text speaks of its surroundings.
            let stray = best.is_some_and(|(entry, _)| self.is_stray(m, entry, &around));
            let ambiguous = stray || unsupported && (candidates.len() > 1 || self.found[m].origin != Origin::Tagger);
            let draft = match best {
                Some((entry, _)) if !ambiguous => Some(self.draft_of_entry(entry, region)),
                _ if stray || self.found[m].origin == Origin::Nested => None,
                _ => self.unlisted_region(&surface),
            };
            if let Some(draft) = draft {
                self.assign(m, draft);
            }
        }
    }

    /// The places that the text names, short names of counties inside other names apart, and all those above them.
    fn surroundings(&self, mentions: &[usize]) -> HashSet<usize> {
        let entries = &self.extractor.knowledge.ontology.gazetteer().entries;
        let mut around = HashSet::new();
        for m in mentions {
            if let [(entry, _)] = self.candidates(&self.surface(*m))[..] {
                let mut at = Some(entry).filter(|entry| !self.is_short_county(*m, *entry));
                while let Some(entry) = at.filter(|entry| around.insert(*entry)) {
                    at = entries[entry].located_in.first().copied();
                }
            }
        }
        around
    }

    /// Whether a mention is such a short name, of whose surroundings the text says nothing.
    fn is_stray(&self, mention: usize, entry: usize, around: &HashSet<usize>) -> bool {
        let entries = &self.extractor.knowledge.ontology.gazetteer().entries;
        let city = entries[entry].located_in.first().copied();
        let province = city.and_then(|city| entries[city].located_in.first().copied());
        let known = [Some(entry), city, province].into_iter().flatten().any(|place| around.contains(&place));
        self.is_short_county(mention, entry) && !known
    }

    /// Whether a mention is a short name of a county inside the name of an institution.
    fn is_short_county(&self, mention: usize, entry: usize) -> bool {
        let entry = &self.extractor.knowledge.ontology.gazetteer().entries[entry];
        let is_county = entry.notation.as_ref().is_some_and(|code| code.len() == 6 && !code.ends_with("00"));
        let inside = self.found[mention].inside.map(|holder| usize::from(self.found[holder].kind_of));
        is_county && inside.is_some_and(|kind_of| self.extractor.roles.institution[kind_of]) && self.surface(mention) != entry.label
    }

    /// The entities of the mentions before `mention`, the latest first.
    fn named_before(&self, mention: usize) -> Vec<usize> {
        self.of[..mention].iter().rev().filter_map(|draft| *draft).collect()
    }

    /// 省 in 省财政厅: the place of that level which the document names most, else the one above the places that it names.
    pub fn bare_levels(&mut self) {
        let mut known: BTreeMap<String, Option<usize>> = BTreeMap::new();
        for m in 0..self.found.len() {
            let f = &self.found[m];
            if f.origin != Origin::Nested || f.kind_of != self.extractor.roles.region || self.of[m].is_some() {
                continue;
            }
            let Some(level) = self.level_word(m) else { continue };
            let place = known.get(&level).copied().unwrap_or_else(|| self.place_of_level(&level));
            known.insert(level, place);
            self.of[m] = place;
        }
    }

    /// The words of a mention that tell but the level of a place: 省, 自治区.
    pub(super) fn level_word(&self, mention: usize) -> Option<String> {
        if self.found[mention].range.len() > LONGEST_LEVEL {
            return None;
        }
        let surface = self.surface(mention);
        let knowledge = &self.extractor.knowledge;
        let mut chars = surface.chars();
        let is_char = matches!((chars.next(), chars.next()), (Some(c), None) if knowledge.grammar.place_levels.contains(&c));
        let group = self.extractor.roles.region_level;
        let is_word = || group.is_some_and(|group| knowledge.lookup(&surface).is_some_and(|p| p.groups.contains(&group)));
        (is_char || is_word()).then_some(surface)
    }

    fn place_of_level(&mut self, level: &str) -> Option<usize> {
        let region = self.extractor.roles.region;
        let entries = &self.extractor.knowledge.ontology.gazetteer().entries;
        let knowledge = &self.extractor.knowledge;
        let fits = |label: &str| knowledge.grammar.is_of_level(label, level);
        // Each mention speaks for the places above it, too: where 信丰 and 南康 are named, 市 is 赣州市. What opens the text counts more.
        let mut weight: BTreeMap<usize, usize> = BTreeMap::new();
        let mut unlisted: BTreeMap<usize, usize> = BTreeMap::new();
        for (m, draft) in self.of.iter().enumerate() {
            let Some(draft) = draft.filter(|d| self.drafts[*d].kind_of == region) else { continue };
            let opens = if self.found[m].sentence < OPENING { 3 } else { 1 };
            let count = opens * if self.found[m].inside.is_none() { 2 } else { 1 };
            let mut at = self.drafts[draft].entry;
            if at.is_none() && fits(&self.extractor.shown_label(&self.drafts[draft])) {
                *unlisted.entry(draft).or_default() += count;
            }
            let mut steps = 0;
            while let Some(entry) = at.filter(|_| steps < 5) {
                if fits(&entries[entry].label) {
                    *weight.entry(entry).or_default() += count;
                }
                at = entries[entry].located_in.first().copied();
                steps += 1;
            }
        }
        let listed = weight.iter().max_by_key(|(e, n)| (**n, std::cmp::Reverse(**e))).map(|(e, n)| (*n, *e));
        let unlisted = unlisted.iter().max_by_key(|(d, n)| (**n, std::cmp::Reverse(**d))).map(|(d, n)| (*n, *d));
        match (listed, unlisted) {
            (Some((known, _)), Some((count, draft))) if count > known => Some(draft),
            (Some((_, entry)), _) => Some(self.draft_of_entry(entry, region)),
            (None, unlisted) => unlisted.map(|(_, draft)| draft),
        }
    }

    /// 区 in 区经发局 where no region is of that level: the park whose name ends so that is named most among the mentions before it.
    pub fn park_of_level(&self, mention: usize, level: &str) -> Option<usize> {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        let before = self.of[mention.saturating_sub(AROUND)..mention].iter().flatten();
        for draft in before.filter(|draft| self.drafts[**draft].kind_of == self.extractor.roles.park) {
            *counts.entry(*draft).or_default() += 1;
        }
        counts.retain(|draft, _| self.extractor.shown_label(&self.drafts[*draft]).ends_with(level));
        counts.iter().max_by_key(|(draft, count)| (**count, std::cmp::Reverse(**draft))).map(|(draft, _)| *draft)
    }

    /// Gazetteer places of this name, with whether the name needs context.
    fn candidates(&self, surface: &str) -> Vec<(usize, bool)> {
        let knowledge = &self.extractor.knowledge;
        let region = self.extractor.roles.region;
        let entries = &knowledge.ontology.gazetteer().entries;
        let Some(pattern) = knowledge.lookup(trim_marks(surface)) else { return Vec::new() };
        let mut found: Vec<(usize, bool)> = pattern
            .names
            .iter()
            .filter(|s| knowledge.entry_type[s.entry] == Some(region))
            .map(|s| (entries[s.entry].replaced_by.filter(|_| s.kind.is_some()).unwrap_or(s.entry), s.needs_context))
            .collect();
        found.sort_unstable();
        found.dedup_by_key(|c| c.0);
        found
    }

    /// Whether a word stands for a place named elsewhere (省内, 三地).
    fn refers_back(&self, word: &str) -> bool {
        let knowledge = &self.extractor.knowledge;
        let roles = &self.extractor.roles;
        let groups = [roles.region_back, roles.region_counted, roles.region_level];
        knowledge.lookup(word).is_some_and(|p| groups.iter().flatten().any(|group| p.groups.contains(group)))
    }

    /// A place that no gazetteer lists: a joint name of one-character forms, a town after its county, or a name of its own.
    fn unlisted_region(&mut self, surface: &str) -> Option<usize> {
        let region = self.extractor.roles.region;
        let chars: Vec<char> = trim_marks(surface).chars().collect();
        let members = self.extractor.joint_members(&chars);
        let mut label: String = chars.iter().collect();
        if members.is_empty() {
            for end in (2..chars.len().saturating_sub(1)).rev() {
                let head: String = chars[..end].iter().collect();
                if self.candidates(&head).iter().any(|(_, weak)| !weak) && chars.len() - end >= 2 {
                    label = chars[end..].iter().collect();
                    break;
                }
            }
        }
        if entity_key(&label).chars().count() < 2 || self.refers_back(&label) {
            return None;
        }
        Some(self.draft_of_key("Region", &label, region, members))
    }
}

impl Extractor {
    /// Members of a joint name: two to five one-character forms in a row, of regions that are near each other.
    fn joint_members(&self, chars: &[char]) -> Vec<usize> {
        if !(2..=5).contains(&chars.len()) {
            return Vec::new();
        }
        let entries = &self.knowledge.ontology.gazetteer().entries;
        let lists: Option<Vec<&Vec<usize>>> = chars.iter().map(|c| self.one_character.get(c)).collect();
        let Some(lists) = lists else { return Vec::new() };
        let parent = |e: usize| entries[e].located_in.first().copied();
        for first in lists[0] {
            let members: Vec<usize> = lists
                .iter()
                .filter_map(|l| {
                    l.iter()
                        .copied()
                        .find(|e| e == first || parent(*e) == parent(*first) || Some(*e) == parent(*first) || parent(*e) == Some(*first))
                })
                .collect();
            if members.len() == chars.len() {
                let mut sorted = members.clone();
                sorted.sort_unstable();
                sorted.dedup();
                if sorted.len() == members.len() {
                    return members;
                }
            }
        }
        Vec::new()
    }
}
