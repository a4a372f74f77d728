//! Places: which of those that bear a name is meant, by what else the document names; the place that a bare level stands for; joint
//! regions and others that no gazetteer lists.

use std::collections::{BTreeMap, HashMap};

use crate::model::{Origin, entity_key};

use crate::extract::Extractor;

use super::draft::trim_marks;
use super::resolve::Work;

impl Work<'_> {
    /// Places: the entry whose surroundings the document names most.
    pub fn regions(&mut self) {
        let region = self.extractor.roles.region;
        let mentions: Vec<usize> = (0..self.found.len()).filter(|m| self.found[*m].kind_of == region).collect();
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
        for m in mentions.into_iter().filter(|m| self.found[*m].range.len() > 1) {
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
            let ambiguous = unsupported && (candidates.len() > 1 || self.found[m].origin != Origin::Tagger);
            let draft = match best {
                Some((entry, _)) if !ambiguous => Some(self.draft_of_entry(entry, region)),
                _ if self.found[m].origin == Origin::Nested => None,
                _ => self.unlisted_region(&surface),
            };
            if let Some(draft) = draft {
                self.assign(m, draft);
            }
        }
    }

    /// The entities of the mentions before `mention`, the latest first.
    fn named_before(&self, mention: usize) -> Vec<usize> {
        self.of[..mention].iter().rev().filter_map(|draft| *draft).collect()
    }

    /// 省 in 省财政厅: the place of that level which the document names most, else the one above the places that it names.
    pub fn bare_levels(&mut self) {
        for m in 0..self.found.len() {
            let f = &self.found[m];
            if f.origin == Origin::Nested && f.kind_of == self.extractor.roles.region && f.range.len() == 1 && self.of[m].is_none() {
                self.of[m] = self.place_of_level(self.reading.text.chars[f.range.start]);
            }
        }
    }

    fn place_of_level(&mut self, level: char) -> Option<usize> {
        let region = self.extractor.roles.region;
        let entries = &self.extractor.knowledge.ontology.gazetteer().entries;
        let knowledge = &self.extractor.knowledge;
        let fits = |label: &str| knowledge.grammar.is_of_level(label, level);
        let mut weight: BTreeMap<usize, usize> = BTreeMap::new();
        let mut above: BTreeMap<usize, usize> = BTreeMap::new();
        for (m, draft) in self.of.iter().enumerate() {
            let Some(draft) = draft.filter(|d| self.drafts[*d].kind_of == region) else { continue };
            let count = if self.found[m].inside.is_none() { 2 } else { 1 };
            if fits(&self.extractor.shown_label(&self.drafts[draft])) {
                *weight.entry(draft).or_default() += count;
            }
            let mut at = self.drafts[draft].entry.and_then(|e| entries[e].located_in.first().copied());
            let mut steps = 0;
            while let Some(entry) = at.filter(|_| steps < 4) {
                if fits(&entries[entry].label) {
                    *above.entry(entry).or_default() += count;
                }
                at = entries[entry].located_in.first().copied();
                steps += 1;
            }
        }
        let named = weight.iter().max_by_key(|(d, n)| (**n, std::cmp::Reverse(**d))).map(|(d, _)| *d);
        let implied = above.iter().max_by_key(|(e, n)| (**n, std::cmp::Reverse(**e))).map(|(e, _)| *e);
        named.or_else(|| implied.map(|e| self.draft_of_entry(e, region)))
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
        if entity_key(&label).chars().count() < 2 {
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
