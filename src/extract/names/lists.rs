//! Names in a list: members that share a head, a level, or the words of a body have a name each.

use std::ops::Range;

use crate::extract::Extractor;
use crate::extract::figures::digit_of;
use crate::extract::text::{Marks, Reading};

use super::tagger::Tagged;

/// Characters that the member of a list of industries has at most.
const LONGEST_MEMBER: usize = 14;

impl Extractor {
    /// Coordination that shares out a head: in “甲地A、乙地B两大…集群” and “国家级A、B产业集群” the first conjunct is a cluster too.
    pub(super) fn coordinate(&self, reading: &Reading, sentence: usize, tagged: Vec<Tagged>) -> Vec<Tagged> {
        let base = reading.layout.sentences[sentence].range.start;
        let marks = &reading.marks[sentence];
        let chars = reading.chars(sentence);
        let mut out = tagged;
        for head in out.clone().iter().filter(|t| [self.roles.cluster, self.roles.chain].contains(&t.kind_of)) {
            let mut right = head.start;
            let mut counted = self.members(&chars[head.start..head.end].iter().collect::<String>());
            while right > 2 && matches!(chars[right - 1], '、' | '和' | '与') {
                let end = right - 1;
                counted = counted.saturating_sub(1);
                let bare = || self.bare_conjunct(marks, chars, &out, end, counted > 1).filter(|_| counted > 0).map(|start| (start, true));
                let Some((start, shares)) = self.conjunct(marks, reading, base, end, head.start).or_else(bare) else { break };
                if !shares || out.iter().any(|t| t.kind_of == head.kind_of && t.start < end && start < t.end) {
                    break;
                }
                out.retain(|t| t.end <= start || t.start >= end);
                out.push(Tagged { start, end, kind_of: head.kind_of, composed: true });
                right = start;
            }
        }
        out.sort_by_key(|t| t.start);
        out
    }

    /// Places that share a body (甲市、乙县人民政府; 甲、乙两市商务局) have one each: the last has the words, the others are composed.
    pub(super) fn distribute(&self, marks: &Marks, chars: &[char], tagged: Vec<Tagged>) -> Vec<Tagged> {
        let mut out: Vec<Tagged> = Vec::with_capacity(tagged.len());
        for tag in tagged {
            let shares = tag.kind_of == self.roles.body && matches!(marks.head[tag.end - 1] & 7, 3 | 4);
            let mut places = if shares { self.places_in_row(marks, chars, tag) } else { Vec::new() };
            let last = places.pop().map_or(tag.start, |last| last.start);
            for place in places {
                out.retain(|t| t.end <= place.start);
                out.push(Tagged { start: place.start, end: place.end, composed: true, ..tag });
            }
            out.push(Tagged { start: last, ..tag });
        }
        out
    }

    /// The places in a row that a name begins with or ends, marks of enumeration between them; none where there is but one.
    fn places_in_row(&self, marks: &Marks, chars: &[char], tag: Tagged) -> Vec<Range<usize>> {
        let is_region = |n: &&(usize, usize, u32)| n.1 - n.0 >= 2 && self.knowledge.is_named(n.2, self.roles.region);
        let from = |at: usize| marks.names.iter().filter(|n| n.0 == at && n.1 < tag.end).filter(is_region).map(|n| n.1).max();
        let until = |end: usize| marks.names.iter().filter(|n| n.1 == end).filter(is_region).map(|n| n.0).min();
        let parts = |at: usize| matches!(chars.get(at), Some('、' | '和' | '与'));
        let mut start = tag.start;
        while let Some(before) = start.checked_sub(1).filter(|at| parts(*at)).and_then(until) {
            start = before;
        }
        let mut places: Vec<Range<usize>> = Vec::new();
        while let Some(end) = from(start) {
            places.push(start..end);
            if !parts(end) {
                break;
            }
            start = end + 1;
        }
        let is_row = places.len() > 1 && places.last().is_some_and(|last| !parts(last.end));
        if is_row { places } else { Vec::new() }
    }

    /// The conjunct that ends at `end`: place and industry, or level and industry. Also whether it shares the head at `head`.
    fn conjunct(&self, marks: &Marks, reading: &Reading, base: usize, at: usize, head: usize) -> Option<(usize, bool)> {
        let names_a = |n: &&(usize, usize, u32), kind_of: u8| self.knowledge.is_named(n.2, kind_of);
        let industries = marks.names.iter().filter(|n| n.1 == at && names_a(n, self.roles.industry));
        let industry = industries.min_by_key(|n| n.0)?;
        let place = marks.names.iter().find(|n| n.1 == industry.0 && names_a(n, self.roles.region));
        let follows_place = marks.place.get(head).is_some_and(|p| *p != 0);
        if let Some(place) = place {
            return Some((place.0, follows_place));
        }
        let first = reading.hits.partition_point(|h| (h.start as usize) < base);
        let mut before = reading.hits[first..].iter().take_while(|h| (h.start as usize) < base + industry.0);
        let level = before.find(|h| h.end as usize == base + industry.0 && self.knowledge.pattern(**h).level.is_some())?;
        Some((level.start as usize - base, !follows_place))
    }

    /// How many members the words count that a name ends in (乙产业四条主导产业链: four); many where they do not say (等), none where they
    /// count nothing.
    fn members(&self, name: &str) -> usize {
        let count = self.list_tail(name).and_then(|(count, _)| name[count..].chars().next());
        count.map_or(0, |c| digit_of(c).and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX))
    }

    /// Where the member of a counted list begins that ends at `end`: in 甲、乙、丙三条产业链 each is a chain. One with others before it reaches
    /// to the mark of enumeration; the first is what is listed or tagged.
    fn bare_conjunct(&self, marks: &Marks, chars: &[char], tagged: &[Tagged], end: usize, others_before: bool) -> Option<usize> {
        let is_industry = |n: &&(usize, usize, u32)| n.1 == end && self.knowledge.is_named(n.2, self.roles.industry);
        let known = tagged.iter().find(|t| t.kind_of == self.roles.industry && t.end == end).map(|t| t.start);
        let known = known.or_else(|| marks.names.iter().filter(is_industry).map(|n| n.0).min());
        let mark = (end.saturating_sub(LONGEST_MEMBER)..end).rev().find(|at| !chars[*at].is_alphanumeric());
        let whole = mark.filter(|at| others_before && chars[*at] == '、' && at + 2 < end).map(|at| at + 1);
        whole.or(known)
    }

    /// Of a list that the tagger took for one cluster or chain the last member, which has the head; the others are found by
    /// coordination. No such name holds an enumeration, but for what stands in quotation marks or brackets.
    pub(super) fn last_of_lists(&self, marks: &Marks, chars: &[char], tagged: Vec<Tagged>) -> Vec<Tagged> {
        let is_part = |at: usize| marks.names.iter().any(|n| n.0 < at && at + 1 < n.1);
        let last = |tag: Tagged| {
            let inside = |at: &usize| {
                let count = |c: char| chars[tag.start..*at].iter().filter(|x| **x == c).count();
                chars[*at] == '、' && count('“') <= count('”') && count('(') <= count(')') && count('（') <= count('）') && !is_part(*at)
            };
            let is_listing = [self.roles.cluster, self.roles.chain].contains(&tag.kind_of);
            // A mark at the very end parts nothing: what is left must not be empty.
            let cut = (tag.start..tag.end - 1).rev().find(|at| is_listing && inside(at));
            Tagged { start: cut.map_or(tag.start, |at| at + 1), ..tag }
        };
        tagged.into_iter().map(last).collect()
    }

    /// Where in a name the words begin that count a list, and where the head: 乙产业|四条主导|产业链. Bytes; `None` where nothing is counted.
    pub(in crate::extract) fn list_tail(&self, name: &str) -> Option<(usize, usize)> {
        let grammar = &self.knowledge.grammar;
        let heads = |tail: &str| self.knowledge.lookup(tail).is_some_and(|p| !p.heads.is_empty());
        let starts = || name.char_indices().map(|(at, _)| at);
        let head = starts().find(|at| heads(&name[*at..]))?;
        let counts = |at: &usize| grammar.list_counts.iter().find(|word| name[*at..head].starts_with(word.as_str()));
        let is_count = |at: &usize| counts(at).is_some_and(|word| self.is_only_modifiers(&self.uncounted(&name[at + word.len()..head])));
        starts().take_while(|at| *at < head).find(is_count).map(|count| (count, head))
    }

    /// A text without the words that count lists.
    fn uncounted(&self, text: &str) -> String {
        self.knowledge.grammar.list_counts.iter().fold(text.to_owned(), |text, word| text.replace(word.as_str(), ""))
    }

    /// What all members of a counted list share: the levels and the head of its tail (四条国家级主导产业链: 国家级产业链).
    pub(in crate::extract) fn shared_tail(&self, tail: &str) -> Option<String> {
        let (count, head) = self.list_tail(tail)?;
        let is_level = |word: &&String| self.knowledge.lookup(word).is_some_and(|p| p.level.is_some());
        let mut rest = &tail[count..head];
        let mut shared = String::new();
        while let Some(c) = rest.chars().next() {
            let word = self.knowledge.grammar.modifiers.iter().find(|m| rest.starts_with(m.as_str()));
            shared.extend(word.filter(is_level).map(String::as_str));
            rest = &rest[word.map_or(c.len_utf8(), String::len)..];
        }
        Some(shared + &tail[head..])
    }
}
