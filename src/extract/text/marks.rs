//! What knowledge says about each character of a sentence: words, names of gazetteers, heads, quotation, proposed names.
//! These marks are the features of the tagger, so that knowledge and statistics meet in one place.

use std::ops::Range;

use crate::extract::knowledge::{Brief, Head, Knowledge};

use super::folded::Folded;
use super::hits::Hit;

/// Marks of one sentence; every vector has one value a character. Zero means “nothing”.
#[derive(Default)]
pub(in crate::extract) struct Marks {
    /// What the word counts as in features, for unknown single characters the code point with the top bit set.
    pub word: Vec<u32>,
    /// Part of speech of the word.
    pub tag: Vec<u8>,
    /// Place in the word: 1 begin, 2 middle, 3 end, 4 single.
    pub edge: Vec<u8>,
    /// Longest gazetteer name over the character: type and place in it.
    pub name: Vec<u16>,
    /// Longest place name over the character.
    pub place: Vec<u16>,
    /// Longest industry name over the character.
    pub industry: Vec<u16>,
    /// Longest head over the character.
    pub head: Vec<u16>,
    /// Next head to the right that is not weak: its type, and how far it is.
    pub next_head: Vec<u16>,
    /// Name proposed by the grammar: type and place in it.
    pub candidate: Vec<u16>,
    /// Quotation state: 1 “…”, 2 《…》, 3 （…）; plus the type of the head right after the closing mark.
    pub quote: Vec<u16>,
    /// A word group that begins here (title, byline, speech, cue), first found.
    pub group: Vec<u16>,
    /// A word group that ends just before.
    pub group_before: Vec<u16>,
    /// Whether a surname begins here.
    pub surname: Vec<u16>,
    /// Gazetteer names in the sentence as (start, end, pattern), longest first at each start, relative to the sentence.
    pub names: Vec<(usize, usize, u32)>,
    /// Names proposed by the grammar as (start, end, type, head group).
    pub proposals: Vec<(usize, usize, u8, u16)>,
}

const BEGIN: u16 = 1;
const MIDDLE: u16 = 2;
const END: u16 = 3;
const SINGLE: u16 = 4;

fn place_in(at: usize, start: usize, end: usize) -> u16 {
    match (at == start, at + 1 == end) {
        (true, true) => SINGLE,
        (true, false) => BEGIN,
        (false, true) => END,
        (false, false) => MIDDLE,
    }
}

/// Computes marks with the knowledge compiled once.
pub(super) struct Marker<'a> {
    knowledge: &'a Knowledge,
    region: Option<u8>,
    industry: Option<u8>,
    groups: Vec<bool>,
    surname: Option<u16>,
}

impl<'a> Marker<'a> {
    /// A marker over `knowledge`.
    pub fn new(knowledge: &'a Knowledge) -> Self {
        let groups = knowledge
            .groups
            .iter()
            .map(|g| {
                g.starts_with("person.")
                    || g == "verb.author"
                    || g == "verb.honour"
                    || g == "cue.abbreviation"
                    || g == "verb.launch"
                    || g == "verb.hold"
            })
            .collect();
        Self {
            knowledge,
            region: knowledge.type_index("Region"),
            industry: knowledge.type_index("Industry"),
            groups,
            surname: knowledge.group("surname"),
        }
    }

    /// Marks of the sentence `range`; `hits` are all hits of the text, by start.
    pub fn mark(&self, text: &Folded, hits: &[Hit], range: &Range<usize>) -> Marks {
        let n = range.len();
        let first = hits.partition_point(|h| (h.start as usize) < range.start);
        let count = hits[first..].partition_point(|h| (h.start as usize) < range.end);
        let within: Vec<Hit>;
        let mut hits = &hits[first..first + count];
        if hits.iter().any(|h| h.end as usize > range.end) {
            within = hits.iter().filter(|h| h.end as usize <= range.end).copied().collect();
            hits = &within;
        }
        let mut marks = Marks { name: vec![0; n], place: vec![0; n], industry: vec![0; n], head: vec![0; n], ..Marks::default() };
        let chars = &text.chars[range.clone()];
        self.words(&mut marks, chars, hits, range.start);
        self.names(&mut marks, hits, range.start);
        self.groups(&mut marks, n, hits, range.start);
        let heads = self.heads(&mut marks, hits, range.start);
        Self::quotes(&mut marks, chars, &heads);
        self.next_heads(&mut marks, chars, &heads);
        self.proposals(&mut marks, chars, &heads);
        marks
    }

    /// Segments the sentence into the words whose summed cost is least (a unigram model; ties go to longer words).
    fn words(&self, marks: &mut Marks, chars: &[char], hits: &[Hit], base: usize) {
        let n = chars.len();
        // Least cost from each character to the end, the end of the word that begins there, and its hit.
        let mut best = vec![(0u32, 0usize, usize::MAX); n + 1];
        let mut next = hits.len();
        for at in (0..n).rev() {
            let mut choice = (best[at + 1].0 + 400, at + 1, usize::MAX);
            let from = hits[..next].iter().rposition(|h| h.start as usize - base != at).map_or(0, |i| i + 1);
            for (index, hit) in hits.iter().enumerate().take(next).skip(from) {
                let end = hit.end as usize - base;
                let cost = match hit.brief.word() {
                    Some((cost, _)) => cost,
                    None if hit.brief.holds(Brief::STRONG) && end - at > 1 => 250,
                    None => continue,
                };
                let total = cost + best[end].0;
                if total < choice.0 || total == choice.0 && end > choice.1 {
                    choice = (total, end, index);
                }
            }
            next = from;
            best[at] = choice;
        }
        marks.word = vec![0; n];
        marks.tag = vec![0; n];
        marks.edge = vec![0; n];
        let mut at = 0;
        while at < n {
            let (_, end, hit) = best[at];
            let hit = hits.get(hit);
            let tag = hit.map_or_else(|| class_of(chars[at]), |h| h.brief.word().map_or(b'G', |(_, tag)| tag));
            for (i, c) in chars.iter().enumerate().take(end).skip(at) {
                marks.word[i] = hit.map_or(u32::from(*c) | 0x8000_0000, |h| self.knowledge.word_marks[h.pattern as usize]);
                marks.tag[i] = tag;
                marks.edge[i] = u8::try_from(place_in(i, at, end)).unwrap_or(0);
            }
            at = end;
        }
    }

    fn names(&self, marks: &mut Marks, hits: &[Hit], base: usize) {
        let mut layers = [0usize; 3];
        for hit in hits.iter().filter(|h| h.brief.holds(Brief::NAMES) && h.end - h.start > 1) {
            let pattern = self.knowledge.pattern(*hit);
            let (start, end) = (hit.start as usize - base, hit.end as usize - base);
            marks.names.push((start, end, hit.pattern));
            let strong = hit.brief.holds(Brief::STRONG);
            let mut types = pattern.names.iter().filter_map(|s| self.knowledge.entry_type[s.entry]);
            let Some(main) = types.next() else { continue };
            let value = |kind: u8, at: usize| (u16::from(kind) + 1) << 4 | u16::from(strong) << 3 | place_in(at, start, end);
            if start >= layers[0] {
                layers[0] = end;
                (start..end).for_each(|at| marks.name[at] = value(main, at));
            }
            if start >= layers[1]
                && let Some(region) = self.region.filter(|r| types.clone().chain([main]).any(|t| t == *r))
            {
                layers[1] = end;
                (start..end).for_each(|at| marks.place[at] = value(region, at));
            }
            if start >= layers[2]
                && let Some(industry) = self.industry.filter(|r| types.clone().chain([main]).any(|t| t == *r))
            {
                layers[2] = end;
                (start..end).for_each(|at| marks.industry[at] = value(industry, at));
            }
        }
    }

    fn groups(&self, marks: &mut Marks, n: usize, hits: &[Hit], base: usize) {
        marks.group = vec![0; n];
        marks.group_before = vec![0; n + 1];
        marks.surname = vec![0; n];
        for hit in hits.iter().filter(|h| h.brief.holds(Brief::GROUPS)) {
            let pattern = self.knowledge.pattern(*hit);
            let (start, end) = (hit.start as usize - base, hit.end as usize - base);
            if self.surname.is_some_and(|s| pattern.groups.contains(&s)) {
                marks.surname[start] = marks.surname[start].max(u16::try_from(end - start).unwrap_or(1));
            }
            let Some(group) = pattern.groups.iter().find(|g| self.groups[usize::from(**g)]) else { continue };
            if marks.group[start] == 0 {
                marks.group[start] = group + 1;
            }
            if marks.group_before[end] == 0 {
                marks.group_before[end] = group + 1;
            }
        }
    }

    /// Longest heads, as (start, end, head group, type).
    fn heads(&self, marks: &mut Marks, hits: &[Hit], base: usize) -> Vec<(usize, usize, u16, u8)> {
        let mut found: Vec<(usize, usize, u16, u8)> = Vec::new();
        for hit in hits.iter().filter(|h| h.brief.holds(Brief::HEADS)) {
            let pattern = self.knowledge.pattern(*hit);
            let (start, end) = (hit.start as usize - base, hit.end as usize - base);
            let Some(group) = pattern.heads.iter().copied().min_by_key(|g| self.knowledge.grammar.heads[usize::from(*g)].weak) else {
                continue;
            };
            let head = &self.knowledge.grammar.heads[usize::from(group)];
            let inside = found
                .iter()
                .rev()
                .take(6)
                .any(|f| f.0 <= start && end <= f.1 && (head.weak || !self.knowledge.grammar.heads[usize::from(f.2)].weak));
            if inside {
                continue;
            }
            found.push((start, end, group, head.kind_of));
            for at in start..end {
                if marks.head[at] == 0 || !head.weak {
                    marks.head[at] = (group + 1) << 3 | place_in(at, start, end);
                }
            }
        }
        found
    }

    fn quotes(marks: &mut Marks, chars: &[char], heads: &[(usize, usize, u16, u8)]) {
        let n = chars.len();
        marks.quote = vec![0; n];
        let mut stack: Vec<(usize, char, u16)> = Vec::new();
        for (at, c) in chars.iter().enumerate() {
            let (close, state) = match c {
                '“' => ('”', 1),
                '「' => ('」', 1),
                '《' => ('》', 2),
                '(' | '（' => (')', 3),
                '"' if !stack.iter().any(|s| s.1 == '"') => ('"', 1),
                _ => (' ', 0),
            };
            if state > 0 {
                stack.push((at, close, state));
            } else if let Some(depth) = stack.iter().rposition(|s| s.1 == *c) {
                let (open, _, state) = stack[depth];
                stack.truncate(depth);
                if at - open > 60 {
                    continue;
                }
                let after = heads.iter().find(|h| h.0 > at && h.0 <= at + 4).map_or(0, |h| u16::from(h.3) + 1);
                for i in open..=at {
                    if state != 3 || marks.quote[i] == 0 {
                        marks.quote[i] = state << 10 | after << 4 | place_in(i, open, at + 1);
                    }
                }
            }
        }
    }

    fn next_heads(&self, marks: &mut Marks, chars: &[char], heads: &[(usize, usize, u16, u8)]) {
        let n = chars.len();
        marks.next_head = vec![0; n];
        let mut strong: Vec<_> = heads.iter().filter(|h| !self.knowledge.grammar.heads[usize::from(h.2)].weak).collect();
        strong.sort_by_key(|h| h.1);
        let mut next = strong.len();
        let mut barrier = usize::MAX;
        for at in (0..n).rev() {
            if matches!(chars[at], '，' | '。' | '；' | ',' | ';' | '：' | '、') {
                barrier = at;
            }
            while next > 0 && strong[next - 1].1 > at {
                next -= 1;
            }
            if let Some(head) = strong.get(next).filter(|h| h.1 <= barrier.max(at + 1)) {
                let distance = match head.1 - at {
                    0..=1 => 1,
                    2 => 2,
                    3 => 3,
                    4..=5 => 4,
                    6..=8 => 5,
                    9..=12 => 6,
                    13..=20 => 7,
                    _ => continue,
                };
                marks.next_head[at] = (u16::from(head.3) + 1) << 4 | distance;
            }
        }
    }

    /// Proposes a name for each head that is not weak: leftward to the nearest stop, then cut to the first known name after it.
    fn proposals(&self, marks: &mut Marks, chars: &[char], heads: &[(usize, usize, u16, u8)]) {
        marks.candidate = vec![0; chars.len()];
        for (start, end, group, kind_of) in heads {
            let head = &self.knowledge.grammar.heads[usize::from(*group)];
            if head.weak {
                continue;
            }
            let mut left = *start;
            while left > 0 && !Self::stops(marks, chars, left - 1, head.soft) {
                left -= 1;
            }
            if let Some(known) = (left..*start).find(|at| marks.name[*at] & 7 == BEGIN && marks.name[*at] & 8 != 0) {
                left = known;
            }
            if left < *start && end - left <= 40 {
                marks.proposals.push((left, *end, *kind_of, *group));
            }
        }
        let proposals = std::mem::take(&mut marks.proposals);
        for (start, end, kind_of, _) in &proposals {
            for at in *start..*end {
                marks.candidate[at] = (u16::from(*kind_of) + 1) << 3 | place_in(at, *start, *end);
            }
        }
        marks.proposals = proposals;
    }

    fn stops(marks: &Marks, chars: &[char], at: usize, soft: bool) -> bool {
        if marks.name[at] != 0 {
            return false;
        }
        let c = chars[at];
        if c == '、'
            || c.is_whitespace()
            || (!c.is_alphanumeric() && !matches!(c, '·' | '-' | '—' | '+' | '(' | ')' | '（' | '）' | '“' | '”'))
        {
            return true;
        }
        match marks.tag[at] {
            b'p' | b'c' | b'r' | b'u' | b'y' => true,
            b'd' => marks.edge[at] != 4 || soft,
            b'v' => soft && marks.edge[at] != 4 && marks.head[at] == 0,
            _ => false,
        }
    }
}

impl Marks {
    /// Where the head of a name of type `kind_of` begins that ends with `range`; the end of the range where it has none.
    pub fn head_start(&self, range: Range<usize>, heads: &[Head], kind_of: u8) -> Option<usize> {
        if range.is_empty() {
            return None;
        }
        let at = range.end - 1;
        let group = self.head[at] >> 3;
        if group == 0 || heads[usize::from(group) - 1].kind_of != kind_of || !matches!(self.head[at] & 7, END | SINGLE) {
            return Some(range.end);
        }
        let start = (range.start..range.end).rev().find(|i| matches!(self.head[*i] & 7, BEGIN | SINGLE))?;
        Some(start)
    }
}

/// Coarse class of a character, as a tag.
pub(in crate::extract) fn class_of(c: char) -> u8 {
    match c {
        '0'..='9' => b'0',
        'a'..='z' => b'l',
        'A'..='Z' => b'L',
        '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百' | '千' | '万' | '亿' => b'N',
        '“' | '「' => b'(',
        '”' | '」' => b')',
        '《' => b'<',
        '》' => b'>',
        '、' => b',',
        '，' | ',' => b';',
        '。' | '；' | ';' | '：' | ':' => b'.',
        '(' | '（' | ')' | '）' => b'[',
        // Nearly all other characters; the tables of the standard library take longer.
        '\u{4e00}'..='\u{9fff}' => b'H',
        c if c.is_whitespace() => b' ',
        c if c.is_alphanumeric() => b'H',
        _ => b'-',
    }
}
