//! From text to mentions: knowledge marks, the tagger decides, and what it tagged is mended by what knowledge is sure of.

use std::ops::Range;

use crate::model::Origin;

use crate::extract::Extractor;
use crate::extract::knowledge::Brief;
use crate::extract::text::{Marks, Reading};

use super::emission::Emission;
use super::tagger::Tagged;

/// Words that name something, not yet resolved. Characters of the text.
#[derive(Clone, Debug)]
pub(in crate::extract) struct Found {
    pub range: Range<usize>,
    pub sentence: usize,
    /// Index of its type.
    pub kind_of: u8,
    pub origin: Origin,
    /// The mention it is a part of, as an index into the same list.
    pub inside: Option<usize>,
    /// Common words, or a bare stem or head: it names something only where a fuller name does, or where it refers back.
    pub tentative: bool,
}

impl Extractor {
    /// Mentions in the order of the text; the parts of a name follow it.
    pub(in crate::extract) fn detect(&self, reading: &Reading) -> Vec<Found> {
        let mut found = Vec::new();
        let mut memory = self.emissions.take(|| Emission::new(&self.weights.tagger.emission));
        for sentence in 0..reading.layout.sentences.len() {
            let base = reading.layout.sentences[sentence].range.start;
            let marks = &reading.marks[sentence];
            let first = found.len();
            let tagged = self.weights.tagger.tag(reading.chars(sentence), marks, reading.setting(sentence), &mut memory);
            let tagged = self.last_of_lists(marks, reading.chars(sentence), self.split_listed(marks, tagged));
            let tagged = self.represented(reading, sentence, self.after_places(reading, sentence, tagged));
            let tagged = self.distribute(marks, reading.chars(sentence), tagged);
            for tag in self.coordinate(reading, sentence, tagged) {
                let free = found[first..].iter().map(|f: &Found| f.range.end - base).max().unwrap_or(0);
                let origin = if tag.composed { Origin::Grammar } else { Origin::Tagger };
                let mention = |name: Range<usize>, tentative: bool| {
                    let range = base + name.start..base + name.end;
                    Found { range, sentence, kind_of: tag.kind_of, origin, inside: None, tentative }
                };
                let left_open = self.is_left_open(reading.chars(sentence), tag.start);
                match self.name_proper(marks, reading.chars(sentence), tag, free) {
                    None if left_open => {}
                    Some(name) if refers_in_english(&reading.chars(sentence)[name.clone()]) => found.push(mention(name, true)),
                    Some(name) => self.add_with_parts(reading, mention(name, false), &mut found),
                    // What a name before it has grown over is no mention of its own.
                    None if free < tag.end && (self.roles.short[usize::from(tag.kind_of)] || tag.kind_of == self.roles.park) => {
                        found.push(mention(tag.start.max(free)..tag.end, true));
                    }
                    None => {}
                }
            }
            self.add_listed(reading, sentence, first, &mut found);
        }
        self.emissions.give_back(memory);
        self.add_speakers(reading, &mut found);
        found
    }

    /// A person named elsewhere who opens a line before a colon (**盛毅:**) is meant there, too.
    fn add_speakers(&self, reading: &Reading, found: &mut Vec<Found>) {
        let mut persons: Vec<Vec<char>> =
            found.iter().filter(|f| f.kind_of == self.roles.person).map(|f| reading.text.chars[f.range.clone()].to_vec()).collect();
        persons.sort();
        persons.dedup();
        let chars = &reading.text.chars;
        for (sentence, s) in reading.layout.sentences.iter().enumerate() {
            let opening = (s.range.start..s.range.end.min(s.range.start + 6))
                .find(|at| !matches!(chars[*at], '*' | ' ' | '【' | '['))
                .unwrap_or(s.range.end);
            let named = persons.iter().find(|p| {
                chars[opening..s.range.end].starts_with(p) && matches!(chars.get(opening + p.len()), Some(':' | '：' | '*' | '】' | ']'))
            });
            let Some(name) = named else { continue };
            let range = opening..opening + name.len();
            if !found.iter().any(|f| f.range.start < range.end && range.start < f.range.end) {
                found.push(Found {
                    range,
                    sentence,
                    kind_of: self.roles.person,
                    origin: Origin::Reference,
                    inside: None,
                    tentative: false,
                });
            }
        }
    }

    /// A place right before a head such as 公安 makes the short name of a body (青白江公安).
    fn after_places(&self, reading: &Reading, sentence: usize, tagged: Vec<Tagged>) -> Vec<Tagged> {
        let marks = &reading.marks[sentence];
        let mut out = tagged;
        for at in 0..marks.head.len() {
            if at == 0 || marks.head[at] & 7 != 1 || marks.place[at - 1] == 0 {
                continue;
            }
            let Some(head) = usize::from(marks.head[at] >> 3).checked_sub(1).and_then(|h| self.knowledge.grammar.heads.get(h)) else {
                continue;
            };
            let end = || (at..marks.head.len()).find(|i| marks.head[*i] & 7 == 3).map(|i| i + 1);
            let Some(end) = head.after_place.then(end).flatten() else { continue };
            let start = (0..at).rev().take_while(|i| marks.place[*i] != 0).last().unwrap_or(at);
            if out.iter().any(|t| t.start < end && start < t.end && !(start <= t.start && t.end <= end)) {
                continue;
            }
            out.retain(|t| t.end <= start || t.start >= end);
            out.push(Tagged { start, end, kind_of: head.kind_of, composed: false });
        }
        out.sort_by_key(|t| t.start);
        out
    }

    /// A listed industry with the head of a cluster or chain names a definite one behind words such as 为代表的 (以甲园区为代表的乙产业集群).
    fn represented(&self, reading: &Reading, sentence: usize, tagged: Vec<Tagged>) -> Vec<Tagged> {
        let Some(group) = self.knowledge.group("cluster.represented") else { return tagged };
        let range = &reading.layout.sentences[sentence].range;
        let marks = &reading.marks[sentence];
        let first = reading.hits.partition_point(|h| (h.start as usize) < range.start);
        let mut out = tagged;
        for hit in reading.hits[first..].iter().take_while(|h| (h.end as usize) < range.end).filter(|h| h.brief.holds(Brief::GROUPS)) {
            let start = hit.end as usize - range.start;
            if !self.knowledge.pattern(*hit).groups.contains(&group) {
                continue;
            }
            let Some((end, kind_of)) = self.industry_with_head(marks, start) else { continue };
            if !out.iter().any(|t| t.start <= start && end <= t.end && t.kind_of == kind_of) {
                out.retain(|t| t.end <= start || t.start >= end);
                out.push(Tagged { start, end, kind_of, composed: true });
            }
        }
        out.sort_by_key(|t| t.start);
        out
    }

    /// Where a listed industry that begins at `start` and the head of a cluster or chain right behind it end, and the type of the head.
    fn industry_with_head(&self, marks: &Marks, start: usize) -> Option<(usize, u8)> {
        let is_industry = |n: &&(usize, usize, u32)| n.0 == start && self.knowledge.is_named(n.2, self.roles.industry);
        marks.names.iter().filter(is_industry).find_map(|n| {
            let value = *marks.head.get(n.1)?;
            let head = self.knowledge.grammar.heads.get(usize::from(value >> 3).checked_sub(1)?)?;
            let begins = matches!(value & 7, 1 | 4) && [self.roles.cluster, self.roles.chain].contains(&head.kind_of);
            let end = (n.1..marks.head.len()).find(|at| matches!(marks.head[*at] & 7, 3 | 4)).filter(|_| begins)?;
            Some((end + 1, head.kind_of))
        })
    }

    /// Two listed names of one class that the tagger ran together (成都日报锦观新闻) are two.
    fn split_listed(&self, marks: &Marks, tagged: Vec<Tagged>) -> Vec<Tagged> {
        let mut out = Vec::with_capacity(tagged.len());
        for tag in tagged {
            let inside = |n: &&(usize, usize, u32)| {
                let pattern = &self.knowledge.patterns[n.2 as usize];
                n.1 - n.0 >= 3 && pattern.names.iter().any(|s| !s.needs_context && self.knowledge.entry_type[s.entry] == Some(tag.kind_of))
            };
            let first = marks.names.iter().filter(inside).find(|n| n.0 == tag.start && n.1 < tag.end);
            let second = first.and_then(|f| marks.names.iter().filter(inside).find(|n| n.0 == f.1 && n.1 == tag.end));
            match (first, second) {
                (Some(first), Some(_)) => out.extend([Tagged { end: first.1, ..tag }, Tagged { start: first.1, ..tag }]),
                _ => out.push(tag),
            }
        }
        out
    }

    /// Names that a gazetteer lists, are no everyday words, and stand where the tagger saw nothing. The mentions of the sentence are
    /// those from `first` on.
    fn add_listed(&self, reading: &Reading, sentence: usize, first: usize, found: &mut Vec<Found>) {
        let base = reading.layout.sentences[sentence].range.start;
        let marks = &reading.marks[sentence];
        let mut last = 0;
        for (start, end, pattern) in &marks.names {
            let pattern = &self.knowledge.patterns[*pattern as usize];
            let named = pattern
                .names
                .iter()
                .filter(|s| !s.needs_context)
                .find_map(|s| self.knowledge.entry_type[s.entry].filter(|t| self.roles.listed[usize::from(*t)]));
            let range = base + start..base + end;
            let Some(kind_of) = named.filter(|_| {
                *start >= last
                    && end - start >= 2
                    && !found[first..].iter().any(|f| !f.tentative && f.range.start < range.end && range.start < f.range.end)
            }) else {
                continue;
            };
            let whole_words = matches!(marks.edge[*start], 1 | 4) && matches!(marks.edge[*end - 1], 3 | 4);
            if whole_words {
                last = *end;
                self.add_with_parts(
                    reading,
                    Found { range, sentence, kind_of, origin: Origin::Gazetteer, inside: None, tentative: false },
                    found,
                );
            }
        }
    }
}

/// Whether English words refer to a thing named elsewhere: “the company”, but not “the Pearl River Delta”.
pub(in crate::extract) fn refers_in_english(words: &[char]) -> bool {
    matches!(words, ['t' | 'T', 'h', 'e', ' ', rest @ ..] if rest.iter().all(|c| c.is_ascii_lowercase() || matches!(c, ' ' | '-' | '\'')))
}
