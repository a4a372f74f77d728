//! The parts of a name that name something too: places, the body it belongs to, parks, industries.

use std::ops::Range;

use crate::model::Origin;

use crate::extract::Extractor;
use crate::extract::knowledge::NameSense;
use crate::extract::text::{Marks, Reading};

use super::detect::Found;
use super::openings::Opening;

impl Extractor {
    /// Adds a mention and the places, bodies, parks, clusters and industries inside its name, each inside the smallest that holds it.
    pub(in crate::extract) fn add_with_parts(&self, reading: &Reading, whole: Found, found: &mut Vec<Found>) {
        let base = reading.layout.sentences[whole.sentence].range.start;
        let marks = &reading.marks[whole.sentence];
        let name = whole.range.start - base..whole.range.end - base;
        let chars = reading.chars(whole.sentence);
        let opening = self.opening(marks, chars, &name, whole.kind_of);
        let mut parts = self.parts(marks, chars, &name, whole.kind_of, opening.as_ref());
        let opening = opening.map(|o| Opening { range: base + o.range.start..base + o.range.end, ..o });
        if whole.origin == Origin::Grammar && whole.kind_of == self.roles.body {
            parts.push((name.clone(), self.roles.region));
        }
        parts.sort_by_key(|(range, kind_of)| (range.start, std::cmp::Reverse(range.end), *kind_of));
        parts.dedup();
        let sentence = whole.sentence;
        let mut open = vec![found.len()];
        found.push(whole);
        for (range, kind_of) in parts {
            let range = base + range.start..base + range.end;
            while open.len() > 1 && open.last().is_some_and(|last| found[*last].range.end < range.end || found[*last].range == range) {
                open.pop();
            }
            let inside = open.last().copied();
            open.push(found.len());
            let refers = opening.as_ref().is_some_and(|o| o.refers && o.range == range && o.kind_of == kind_of);
            found.push(Found { range, sentence, kind_of, origin: Origin::Nested, inside, tentative: refers });
        }
    }

    /// Places, parents, parks, clusters and industries inside a name, relative to the sentence, in no order.
    fn parts(&self, marks: &Marks, chars: &[char], name: &Range<usize>, kind_of: u8, opening: Option<&Opening>) -> Vec<(Range<usize>, u8)> {
        let roles = &self.roles;
        let mut parts = Vec::new();
        parts.extend(opening.map(|opening| (opening.range.clone(), opening.kind_of)));
        let opens = opening.is_some_and(|opening| !opening.refers);
        self.add_parents(marks, chars, name, (kind_of, opens), &mut parts);
        if roles.holds_parks[usize::from(kind_of)] {
            self.add_parks(marks, chars, name, &mut parts);
        }
        if roles.holds_chains[usize::from(kind_of)] {
            self.add_chains(marks, chars, name, &mut parts);
        }
        if roles.holds_joint[usize::from(kind_of)] {
            parts.extend(self.joint_in(marks, chars, name).map(|region| (region, roles.region)));
        }
        if !roles.holds_places[usize::from(kind_of)] {
            return parts;
        }
        let place_end = self.add_places(marks, chars, name, &mut parts);
        if roles.holds_industry[usize::from(kind_of)]
            && let Some(range) = self.industry_in(marks, chars, place_end..name.end, kind_of)
        {
            parts.extend(self.industries(chars, range).into_iter().map(|industry| (industry, roles.industry)));
        }
        parts
    }

    /// Adds the places in a name; gives where those that it begins with end.
    fn add_places(&self, marks: &Marks, chars: &[char], name: &Range<usize>, parts: &mut Vec<(Range<usize>, u8)>) -> usize {
        let mut place_end = name.start;
        let mut at = name.start;
        while at < name.end {
            let longest = marks
                .names
                .iter()
                .filter(|n| n.0 == at && n.1 <= name.end && n.1 - n.0 < name.len())
                .find(|n| self.is_place_in_name(n.2, chars, n.1, name) && (n.0 == place_end || !cuts_word(marks, n)));
            if let Some((start, end, _)) = longest {
                parts.push((*start..*end, self.roles.region));
                if *start == place_end || *start <= name.start + 1 {
                    place_end = *end;
                }
                at = *end;
            } else {
                at += 1;
            }
        }
        place_end
    }

    /// Adds the institutions whose full names begin a longer one, listed ones and those that end in a head: 甲市公安局|乙分局|丙派出所 is part
    /// of the second, which is part of the first.
    fn add_parents(
        &self,
        marks: &Marks,
        chars: &[char],
        name: &Range<usize>,
        (kind_of, opens): (u8, bool),
        parts: &mut Vec<(Range<usize>, u8)>,
    ) {
        let institution = &self.roles.institution;
        // 甲集团乙基地 and 甲乙市分公司 are parts of 甲; 甲控股集团有限公司 and 甲（乙市）有限公司 are but its fuller names.
        let is_part = |end: usize| {
            let rest: String = chars[end..name.end].iter().collect();
            let is_form = self.knowledge.lookup(&rest).is_some_and(|p| !p.heads.is_empty());
            marks.place[end] != 0 || matches!(marks.head[end - 1] & 7, 3 | 4) && !is_form
        };
        let is_firm = |kind: u8| kind == self.roles.enterprise;
        let listed = self.parent_in(marks, name, kind_of).filter(|(end, parent)| !is_firm(kind_of) || !is_firm(*parent) || is_part(*end));
        parts.extend(listed.map(|(end, parent)| (name.start..end, parent)));
        if !institution[usize::from(kind_of)] {
            return;
        }
        let begins_with_place = marks.place[name.start] != 0 || marks.name[name.start] != 0;
        for (end, head) in self.heads_within(marks, chars, name) {
            let head = &self.knowledge.grammar.heads[usize::from(head)];
            let firm = head.kind_of == self.roles.enterprise && end - name.start >= 4;
            let definite = firm || begins_with_place && end - name.start >= 4 || opens && end - name.start >= 3;
            // …研究所|集团, …集团|有限公司: what follows is but the form of the firm.
            let rest: String = chars[end..name.end].iter().collect();
            let is_form = is_firm(kind_of) && self.knowledge.lookup(&rest).is_some_and(|p| !p.heads.is_empty());
            let whole = !is_form && is_balanced(&chars[name.start..end]);
            if !head.weak && institution[usize::from(head.kind_of)] && definite && whole && listed.is_none_or(|(first, _)| first < end) {
                parts.push((name.start..end, head.kind_of));
            }
        }
    }

    /// Where heads end inside a name and something follows, with their group. The head of a longer head ends one, too: 人民政府|办公室.
    fn heads_within(&self, marks: &Marks, chars: &[char], name: &Range<usize>) -> Vec<(usize, u16)> {
        let mut ends = Vec::new();
        let mut begin = name.start;
        for at in name.start..name.end {
            let value = marks.head[at];
            let Some(group) = (value >> 3).checked_sub(1) else { continue };
            if matches!(value & 7, 1 | 4) {
                begin = at;
            }
            if !matches!(value & 7, 3 | 4) {
                continue;
            }
            if self.knowledge.grammar.heads[usize::from(group)].kind_of == self.roles.body {
                let shorter = (begin + 2..at).filter_map(|end| {
                    let word: String = chars[begin..end].iter().collect();
                    self.knowledge.lookup(&word).and_then(|p| p.heads.first()).map(|head| (end, *head))
                });
                ends.extend(shorter);
            }
            let ends_word =
                marks.edge.get(at + 1).is_none_or(|edge| matches!(edge, 1 | 4)) || marks.head.get(at + 1).is_some_and(|h| *h != 0);
            if at + 2 < name.end && ends_word {
                ends.push((at + 1, group));
            }
        }
        ends
    }

    /// Adds the parks that the rest of a name behind its listed parents begins with: …开发区|管委会, 国家税务总局|…开发区|税务局,
    /// …开发区|…产业园.
    fn add_parks(&self, marks: &Marks, chars: &[char], name: &Range<usize>, parts: &mut Vec<(Range<usize>, u8)>) {
        let parents: Vec<usize> = parts.iter().filter(|(range, _)| range.start == name.start).map(|(range, _)| range.end).collect();
        for (end, head) in self.heads_within(marks, chars, name) {
            let head = &self.knowledge.grammar.heads[usize::from(head)];
            if head.kind_of != self.roles.park || head.weak {
                continue;
            }
            let start = parents.iter().copied().filter(|parent| *parent < end).max().unwrap_or(name.start);
            let stem: String = chars[start..end].iter().collect();
            let placed = marks.place.get(start).is_some_and(|place| *place != 0) && end - start >= 4;
            if placed || end - start >= 5 && !self.is_bare(&stem) {
                parts.push((start..end, self.roles.park));
            }
        }
    }

    /// Whether nothing but modifiers stands before the head of a name.
    fn is_bare(&self, name: &str) -> bool {
        let longest =
            name.char_indices().map(|(at, _)| &name[at..]).find(|tail| self.knowledge.lookup(tail).is_some_and(|p| !p.heads.is_empty()));
        let stem = longest.map_or(name, |head| &name[..name.len() - head.len()]);
        self.is_only_modifiers(stem)
    }

    /// Adds the clusters and chains of listed industries in the name of a document, a measure or a body: 乙市|甲产业链|链长制.
    fn add_chains(&self, marks: &Marks, chars: &[char], name: &Range<usize>, parts: &mut Vec<(Range<usize>, u8)>) {
        for (end, head) in self.heads_within(marks, chars, name) {
            let head = &self.knowledge.grammar.heads[usize::from(head)];
            if ![self.roles.cluster, self.roles.chain].contains(&head.kind_of) || head.weak {
                continue;
            }
            let begins = (name.start..end).rev().find(|at| matches!(marks.head[*at] & 7, 1 | 4)).unwrap_or(name.start);
            let is_modifier = |range: Range<usize>| self.knowledge.grammar.modifiers.contains(&chars[range].iter().collect::<String>());
            let industries =
                marks.names.iter().filter(|n| n.1 == begins && n.0 >= name.start && self.knowledge.is_named(n.2, self.roles.industry));
            let Some(industry) = industries.filter(|n| !is_modifier(n.0..n.1)).min_by_key(|n| n.0) else { continue };
            let places =
                marks.names.iter().filter(|n| n.1 == industry.0 && n.0 >= name.start && self.knowledge.is_named(n.2, self.roles.region));
            let start = places.map(|n| n.0).min().unwrap_or(industry.0);
            parts.push((start..end, head.kind_of));
            parts.push((industry.0..industry.1, self.roles.industry));
            if start < industry.0 {
                parts.push((start..industry.0, self.roles.region));
            }
        }
    }

    /// The region that a name begins with, opening quotation marks left out, where it is no administrative division.
    fn joint_in(&self, marks: &Marks, chars: &[char], name: &Range<usize>) -> Option<Range<usize>> {
        let start = name.clone().find(|at| !matches!(chars[*at], '“' | '「' | '《'))?;
        let entries = &self.knowledge.ontology.gazetteer().entries;
        let joint = &self.knowledge.types.get(usize::from(self.roles.region))?.also;
        let is_joint = |sense: &NameSense| !sense.needs_context && joint.contains(&entries[sense.entry].class);
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
        let text: String = chars[rest.clone()].iter().collect();
        let counted = self.list_tail(&text).map(|(count, _)| rest.start + text[..count].chars().count());
        let range = Self::bracketed(chars, rest.start..counted.unwrap_or(head));
        // What only the end of a quotation parts from its beginning is no part: “1+3”循环经济.
        let quoted = range.clone().rev().find(|at| matches!(chars[*at], '”' | '」')).map_or(range.start, |at| at + 1);
        let range = self.without_modifiers(marks, chars, quoted.min(range.end)..range.end);
        let text: String = chars[range.clone()].iter().collect();
        let whole_is_modifier = self.knowledge.grammar.modifiers.contains(&text);
        let must_be_known = !self.roles.any_industry[usize::from(kind_of)];
        let names_something = range.clone().any(|i| !matches!(marks.tag[i], b'p' | b'c' | b'd' | b'r' | b'u'));
        (range.len() >= 2 && names_something && !whole_is_modifier && (!must_be_known || self.is_industry(&text))).then_some(range)
    }

    /// A range without the modifiers at its ends. One of a single character must be a word of its own (安全|产业集群, not 安|全产业集群).
    fn without_modifiers(&self, marks: &Marks, chars: &[char], range: Range<usize>) -> Range<usize> {
        let grammar = &self.knowledge.grammar;
        let mut range = range;
        loop {
            let text: String = chars[range.clone()].iter().collect();
            if self.is_industry(&text) {
                return range;
            }
            let is_word = |m: &str, at: usize| m.chars().nth(1).is_some() || marks.edge[at] == 4;
            let front = grammar.modifiers.iter().find(|m| text.starts_with(m.as_str()) && is_word(m, range.start));
            let back = grammar.modifiers.iter().find(|m| text.ends_with(m.as_str()) && is_word(m, range.end - 1));
            match (front.filter(|m| !grammar.qualities.contains(m)).map(|m| m.chars().count()), back.map(|m| m.chars().count())) {
                (Some(len), _) if len < range.len() => range.start += len,
                (_, Some(len)) if len < range.len() => range.end -= len,
                _ => return range,
            }
        }
    }

    /// The industries that a range names: two where two listed ones are joined (甲产业与乙产业), else one.
    fn industries(&self, chars: &[char], range: Range<usize>) -> Vec<Range<usize>> {
        let is_industry = |range: Range<usize>| range.len() > 1 && self.is_industry(&chars[range].iter().collect::<String>());
        let joins =
            |at: &usize| matches!(chars[*at], '与' | '和' | '及') && is_industry(range.start..*at) && is_industry(*at + 1..range.end);
        match range.clone().find(joins).filter(|_| !is_industry(range.clone())) {
            Some(at) => vec![range.start..at, at + 1..range.end],
            None => vec![range],
        }
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

/// Whether a short name begins inside a word and ends with it (兰山 in 贺兰山).
fn cuts_word(marks: &Marks, name: &(usize, usize, u32)) -> bool {
    name.1 - name.0 == 2 && matches!(marks.edge[name.0], 2 | 3) && matches!(marks.edge[name.1 - 1], 2 | 3)
}

/// Whether every bracket in a name is closed.
fn is_balanced(chars: &[char]) -> bool {
    let count = |marks: [char; 2]| chars.iter().filter(|c| marks.contains(c)).count();
    count(['(', '（']) == count([')', '）'])
}
