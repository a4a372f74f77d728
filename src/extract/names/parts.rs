//! The parts of a name that name something too: places, the body it belongs to, parks, industries.

use std::ops::Range;

use crate::model::Origin;

use crate::extract::Extractor;
use crate::extract::knowledge::NameSense;
use crate::extract::text::{Marks, Reading};

use super::detect::Found;

impl Extractor {
    /// Adds a mention and the places, bodies, parks and industries inside its name.
    pub(in crate::extract) fn add_with_parts(&self, reading: &Reading, whole: Found, found: &mut Vec<Found>) {
        let base = reading.layout.sentences[whole.sentence].range.start;
        let marks = &reading.marks[whole.sentence];
        let name = whole.range.start - base..whole.range.end - base;
        let index = found.len();
        let parts = self.parts(marks, reading.chars(whole.sentence), &name, whole.kind_of);
        let sentence = whole.sentence;
        found.push(whole);
        for (range, kind_of) in parts {
            let range = base + range.start..base + range.end;
            found.push(Found { range, sentence, kind_of, origin: Origin::Nested, inside: Some(index) });
        }
    }

    /// Places, parents, parks and industries inside a name, relative to the sentence.
    fn parts(&self, marks: &Marks, chars: &[char], name: &Range<usize>, kind_of: u8) -> Vec<(Range<usize>, u8)> {
        let roles = &self.roles;
        let mut parts = Vec::new();
        if roles.short[usize::from(kind_of)] && self.opens_with_level(marks, chars, name) {
            parts.push((name.start..name.start + 1, roles.region));
        }
        if let Some((end, parent)) = self.parent_in(marks, name, kind_of).or_else(|| self.superior_in(marks, name, kind_of)) {
            parts.push((name.start..end, parent));
        }
        if roles.holds_parks[usize::from(kind_of)] {
            let start = parts.last().map_or(name.start, |(parent, _)| parent.end);
            parts.extend(self.park_in(marks, start..name.end).map(|park| (park, roles.park)));
        }
        if roles.holds_joint[usize::from(kind_of)] {
            parts.extend(self.joint_in(marks, chars, name).map(|region| (region, roles.region)));
        }
        if !roles.holds_places[usize::from(kind_of)] {
            return parts;
        }
        let mut place_end = name.start;
        let mut at = name.start;
        while at < name.end {
            let longest = marks
                .names
                .iter()
                .filter(|n| n.0 == at && n.1 <= name.end && n.1 - n.0 < name.len())
                .find(|n| self.is_place_in_name(n.2, chars, n.1, name));
            if let Some((start, end, _)) = longest {
                parts.push((*start..*end, roles.region));
                if *start == place_end || *start <= name.start + 1 {
                    place_end = *end;
                }
                at = *end;
            } else {
                at += 1;
            }
        }
        if roles.holds_industry[usize::from(kind_of)]
            && let Some(range) = self.industry_in(marks, chars, place_end..name.end, kind_of)
        {
            parts.push((range, roles.industry));
        }
        parts
    }

    /// The institution whose full name begins a longer one (成都市公安局|青白江分局, 贵州大学|…研究院): its end and type.
    fn superior_in(&self, marks: &Marks, name: &Range<usize>, kind_of: u8) -> Option<(usize, u8)> {
        let institution = |k: u8| self.knowledge.types[usize::from(k)].class == self.knowledge.types[usize::from(self.roles.media)].class;
        if !institution(kind_of) {
            return None;
        }
        let ends = (name.start + 3..name.end - 2).rev().find_map(|at| {
            let value = marks.head[at];
            let head = self.knowledge.grammar.heads.get(usize::from(value >> 3).checked_sub(1)?)?;
            let is_end = matches!(value & 7, 3 | 4);
            (is_end && !head.weak && institution(head.kind_of)).then_some((at + 1, head.kind_of))
        });
        ends.filter(|(end, _)| end - name.start >= 4 && marks.place[name.start] != 0 || marks.name[name.start] != 0)
    }

    /// The park that the rest of a body's name begins with: …开发区|管委会, 国家税务总局|…开发区|税务局.
    fn park_in(&self, marks: &Marks, rest: Range<usize>) -> Option<Range<usize>> {
        let ends = |at: &usize| {
            let value = marks.head[*at];
            let head = usize::from(value >> 3).checked_sub(1).and_then(|head| self.knowledge.grammar.heads.get(head));
            matches!(value & 7, 3 | 4) && head.is_some_and(|head| head.kind_of == self.roles.park && !head.weak)
        };
        let begins_with_place = marks.place.get(rest.start).is_some_and(|place| *place != 0);
        let last = (rest.start + 3..rest.end.saturating_sub(1)).rev().find(ends).filter(|_| begins_with_place)?;
        Some(rest.start..last + 1)
    }

    /// The region that a name begins with, opening quotation marks left out, where it is no administrative division.
    fn joint_in(&self, marks: &Marks, chars: &[char], name: &Range<usize>) -> Option<Range<usize>> {
        let start = name.clone().find(|at| !matches!(chars[*at], '“' | '「' | '《'))?;
        let entries = &self.knowledge.ontology.gazetteer().entries;
        let is_joint = |sense: &NameSense| {
            self.knowledge.entry_type[sense.entry] == Some(self.roles.region)
                && !sense.needs_context
                && entries[sense.entry].kinds.is_empty()
        };
        let starting = marks.names.iter().filter(|n| n.0 == start && n.1 < name.end && n.1 - n.0 >= 2);
        let mut joint = starting.filter(|n| self.knowledge.patterns[n.2 as usize].names.iter().any(is_joint));
        joint.next().map(|n| n.0..n.1)
    }

    /// The listed institution that the name of another thing begins with: its end and type.
    fn parent_in(&self, marks: &Marks, name: &Range<usize>, kind_of: u8) -> Option<(usize, u8)> {
        let class = |k: u8| &self.knowledge.types[usize::from(k)].class;
        let institution = class(self.roles.media);
        let starting = marks.names.iter().filter(|n| n.0 == name.start && n.1 < name.end && n.1 - n.0 >= 3);
        let mut fits = starting.filter_map(|(_, end, pattern)| {
            let pattern = &self.knowledge.patterns[*pattern as usize];
            let sense = pattern
                .names
                .iter()
                .find(|s| !s.needs_context && self.knowledge.entry_type[s.entry].is_some_and(|t| class(t) == institution))?;
            self.knowledge.entry_type[sense.entry].map(|t| (*end, t))
        });
        fits.next().filter(|_| kind_of != self.roles.region)
    }

    fn is_place_in_name(&self, pattern: u32, chars: &[char], end: usize, name: &Range<usize>) -> bool {
        let pattern = &self.knowledge.patterns[pattern as usize];
        let is_region = |s: &&NameSense| self.knowledge.entry_type[s.entry] == Some(self.roles.region);
        let strong = pattern.names.iter().filter(is_region).any(|s| !s.needs_context || s.kind.is_none());
        let weak = pattern.names.iter().any(|s| is_region(&s));
        let road = end < name.end
            && matches!(chars[end], '山' | '湖' | '江' | '路' | '河' | '大' | '街')
            && pattern.len == 2
            && chars.get(end + 1).is_none_or(|c| !matches!(c, '道' | '学'));
        (strong || weak && pattern.len >= 2 && (end - pattern.len == name.start)) && !road
    }

    /// The industry between the place and the head of a name.
    fn industry_in(&self, marks: &Marks, chars: &[char], rest: Range<usize>, kind_of: u8) -> Option<Range<usize>> {
        let head = marks.head_start(rest.clone(), &self.knowledge.grammar.heads, kind_of)?;
        let mut range = Self::bracketed(chars, rest.start..head);
        loop {
            let text: String = chars[range.clone()].iter().collect();
            let stays = |m: &&String| self.knowledge.grammar.qualities.contains(m);
            let front = self.knowledge.grammar.modifiers.iter().find(|m| text.starts_with(m.as_str())).filter(|m| !stays(m));
            let back = self.knowledge.grammar.modifiers.iter().find(|m| text.ends_with(m.as_str()));
            match (front, back) {
                (Some(m), _) if m.chars().count() < range.len() && !self.is_industry(&text) => range.start += m.chars().count(),
                (_, Some(m)) if m.chars().count() < range.len() && !self.is_industry(&text) => range.end -= m.chars().count(),
                _ => break,
            }
        }
        let text: String = chars[range.clone()].iter().collect();
        let whole_is_modifier = self.knowledge.grammar.modifiers.contains(&text);
        let must_be_known = !self.roles.any_industry[usize::from(kind_of)];
        let names_something = range.clone().any(|i| !matches!(marks.tag[i], b'p' | b'c' | b'd' | b'r' | b'u'));
        (range.len() >= 2 && names_something && !whole_is_modifier && (!must_be_known || self.is_industry(&text))).then_some(range)
    }

    /// What stands in brackets at the end of a range, as in 甲地(磁悬浮动力装备)…集群; else the range.
    fn bracketed(chars: &[char], range: Range<usize>) -> Range<usize> {
        let open = range.clone().find(|i| matches!(chars[*i], '(' | '（'));
        let close = range.clone().next_back().filter(|i| matches!(chars[*i], ')' | '）'));
        match (open, close) {
            (Some(open), Some(close)) if open + 1 < close => open + 1..close,
            _ => range,
        }
    }

    /// Whether `text` is a name of an industry entry.
    pub(super) fn is_industry(&self, text: &str) -> bool {
        self.industries.contains(text)
    }
}
