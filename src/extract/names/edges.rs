//! Where a name begins and ends: what the tagger marked, mended by what knowledge is sure of. Marks of quotation come in pairs, listed names
//! are not cut, verbs and function words are no part of a name, and common words alone are none.

use std::ops::Range;

use crate::extract::Extractor;
use crate::extract::text::Marks;

use super::tagger::Tagged;

/// How far the other mark of a pair is looked for, in characters.
const REACH: usize = 60;

impl Extractor {
    /// The name proper in what was tagged, relative to the sentence; `None` where nothing definite is left. Nothing before `free` is taken.
    pub(super) fn name_proper(&self, marks: &Marks, chars: &[char], tag: Tagged, free: usize) -> Option<Range<usize>> {
        let whole = Self::bracketed_place(chars, Self::uncut(marks, tag.start..tag.end, free), free);
        let whole = self.whole_word(marks, whole, tag.kind_of, free);
        let whole = self.whole_english(chars, whole, tag.kind_of, free);
        let paired = Self::paired(chars, whole, free);
        if paired.is_empty() {
            return None;
        }
        let name = self.before_predicate(marks, paired, tag.kind_of);
        let start = self.definite_start(marks, chars, name.clone(), tag.kind_of)?;
        Some(start..name.end)
    }

    /// The range with the English words whole that it begins and ends in (Yat|-sen University), and, but for places and industries, with the
    /// capitalised words before it that open no sentence (by Conrad| Mak).
    fn whole_english(&self, chars: &[char], range: Range<usize>, kind_of: u8, free: usize) -> Range<usize> {
        let is_word = |at: usize| chars.get(at).is_some_and(|c| c.is_ascii_alphanumeric() || *c == '-');
        let begins_within = |at: usize| at > free && is_word(at) && is_word(at - 1);
        let (mut start, mut end) = (range.start, range.end);
        while begins_within(start) {
            start -= 1;
        }
        while is_word(end - 1) && is_word(end) {
            end += 1;
        }
        if [self.roles.region, self.roles.industry].contains(&kind_of) {
            return start..end;
        }
        while chars[start].is_ascii_uppercase() && start > free + 1 && chars[start - 1] == ' ' {
            let before = (free..start - 1).rev().take_while(|at| is_word(*at)).last().unwrap_or(start);
            let opens = before < 2 || chars[before - 1] != ' ' || !(chars[before - 2].is_ascii_alphanumeric() || chars[before - 2] == ',');
            if before >= start || opens || !chars[before].is_ascii_uppercase() {
                break;
            }
            start = before;
        }
        start..end
    }

    /// The range up to a verb of one character right behind a head, for clusters and chains: 甲产业集群|是乙产业集群 names the first and
    /// tells of it.
    fn before_predicate(&self, marks: &Marks, range: Range<usize>, kind_of: u8) -> Range<usize> {
        let head = |at: usize| {
            self.knowledge.grammar.heads.get(usize::from(marks.head[at] >> 3).wrapping_sub(1)).filter(|head| head.kind_of == kind_of)
        };
        let is_predicate = |at: &usize| {
            marks.tag[*at] == b'v'
                && marks.edge[*at] == 4
                && marks.quote[*at] == 0
                && marks.name[*at] & 8 == 0
                && matches!(marks.head[*at - 1] & 7, 3 | 4)
                && head(*at - 1).is_some()
        };
        let no_verbs = self.roles.any_industry[usize::from(kind_of)];
        let end = (range.start + 2..range.end).find(|at| no_verbs && is_predicate(at)).unwrap_or(range.end);
        range.start..end
    }

    /// The range with the listed name whole that its start stands in.
    fn uncut(marks: &Marks, range: Range<usize>, free: usize) -> Range<usize> {
        let strong = |n: &&(usize, usize, u32)| marks.name[n.0] & 8 != 0 && n.1 - n.0 > 2;
        let cut = marks.names.iter().filter(strong).find(|n| n.0 >= free && n.0 < range.start && range.start < n.1 && n.1 <= range.end);
        cut.map_or(range.start, |n| n.0)..range.end
    }

    /// The range from the start of the common word that its start stands in (绩|效考核办法), for types whose names are made of words.
    fn whole_word(&self, marks: &Marks, range: Range<usize>, kind_of: u8, free: usize) -> Range<usize> {
        if !self.roles.soft[usize::from(kind_of)] || !matches!(marks.edge[range.start], 2 | 3) || marks.place[range.start] != 0 {
            return range;
        }
        let begin = (free..range.start).rev().find(|at| marks.edge[*at] == 1).filter(|at| marks.place[*at] == 0);
        begin.unwrap_or(range.start)..range.end
    }

    /// The range with the character before it where it begins with one in brackets: 成（都）德（阳）…集群.
    fn bracketed_place(chars: &[char], range: Range<usize>, free: usize) -> Range<usize> {
        let opens = matches!(chars[range.start], '(' | '（') && matches!(chars.get(range.start + 2), Some(')' | '）'));
        let begins = opens && range.start > free && chars[range.start - 1].is_alphabetic();
        if begins { range.start - 1..range.end } else { range }
    }

    /// The range with both marks of every pair that it holds one of: it grows to the missing one, or the lone mark at its edge goes.
    fn paired(chars: &[char], range: Range<usize>, free: usize) -> Range<usize> {
        let (mut start, mut end) = (range.start, range.end);
        while start < end && (matches!(chars[start], '”' | '》' | '」' | ')' | '）') || is_separator(chars[start])) {
            start += 1;
        }
        while start < end && is_separator(chars[end - 1]) {
            end -= 1;
        }
        for (open, close) in [('《', '》'), ('“', '”'), ('「', '」'), ('（', '）'), ('(', ')')] {
            let count = |c: char| chars[start..end].iter().filter(|x| **x == c).count();
            match count(open).cmp(&count(close)) {
                std::cmp::Ordering::Less => {
                    let before = (free.max(start.saturating_sub(REACH))..start).rev().take_while(|i| chars[*i] != close);
                    if let Some(at) = before.into_iter().find(|i| chars[*i] == open) {
                        start = at;
                    } else if chars[end - 1] == close {
                        end -= 1;
                    }
                }
                std::cmp::Ordering::Greater => {
                    let after = (end..chars.len().min(end + REACH)).take_while(|i| chars[*i] != open && !matches!(chars[*i], '。' | '；'));
                    if let Some(at) = after.into_iter().find(|i| chars[*i] == close).filter(|_| chars[end - 1] != open) {
                        end = at + 1;
                    } else if let Some(at) = (start..end).rev().find(|i| chars[*i] == open).filter(|at| *at + 1 == end || *at == start) {
                        (start, end) = if at == start { (start + 1, end) } else { (start, at) };
                    }
                }
                std::cmp::Ordering::Equal => {}
            }
            if start >= end {
                return start..start;
            }
        }
        start..end
    }

    /// Where the name proper begins once verbs and function words are cut off; `None` where nothing definite is left, as in
    /// 特色产业园区 (only modifiers and a head) or 全市产业园区.
    fn definite_start(&self, marks: &Marks, chars: &[char], name: Range<usize>, kind_of: u8) -> Option<usize> {
        let roles = &self.roles;
        if [roles.region, roles.person, roles.industry, roles.honour].contains(&kind_of) || marks.quote[name.start] >> 10 == 2 {
            return Some(name.start);
        }
        if self.opening(marks, chars, &name, kind_of).is_some() {
            return Some(name.start);
        }
        let start = self.behind_function_words(marks, chars, &name, kind_of);
        if start >= name.end {
            return None;
        }
        let head = marks.head_start(start..name.end, &self.knowledge.grammar.heads, kind_of).unwrap_or(name.end);
        let rest: String = chars[start..head.max(start)].iter().collect();
        let is_listed = marks.name[start] & 8 != 0 && marks.names.iter().any(|n| n.0 == start && n.1 == name.end);
        if roles.proper[usize::from(kind_of)] && !is_listed && Self::is_common(marks, start..head.max(start)) {
            return None;
        }
        let listed = marks.names.iter().any(|n| n.0 <= start && n.1 >= name.end);
        let quoted = matches!(marks.quote[start] >> 10, 1 | 2);
        (listed || quoted || !self.is_only_modifiers(&rest)).then_some(start)
    }

    /// Where a name begins behind separators, verbs and function words that are no part of it; its end where nothing else is left.
    fn behind_function_words(&self, marks: &Marks, chars: &[char], name: &Range<usize>, kind_of: u8) -> usize {
        let roles = &self.roles;
        let mut start = name.start;
        if chars[name.end - 1] == '”' && marks.name[start] & 8 == 0 {
            start = name.clone().rev().find(|i| chars[*i] == '“').unwrap_or(start);
        }
        // Names of institutions hold function words (经济和信息化厅, 人本集团), and where they begin is the tagger's to say.
        let institution = roles.institution[usize::from(kind_of)];
        let is_no_part = |at: usize| {
            marks.edge[at] == 1
                && marks.name[at] & 8 == 0
                && marks.head[at] == 0
                && marks.quote[at] == 0
                && matches!(marks.tag[at], b'v' | b'p' | b'c' | b'd' | b'r')
                && !(kind_of == roles.policy && marks.tag[at] == b'p')
                && !institution
        };
        while start < name.end && (is_separator(chars[start]) || is_no_part(start)) {
            start = (start..name.end).find(|i| matches!(marks.edge[*i], 3 | 4)).map_or(name.end, |i| i + 1);
        }
        if roles.soft[usize::from(kind_of)] && !institution {
            start = self.after_function_word(marks, chars, start..name.end);
        }
        start
    }

    /// The start of a name behind the last function word that is no part of it: 甲市的|乙集群, 甲集群和|乙集群, but 甲及乙集群.
    fn after_function_word(&self, marks: &Marks, chars: &[char], name: Range<usize>) -> usize {
        let is_held = |at: usize| marks.head[at] != 0 || marks.name[at] & 8 != 0 || marks.quote[at] != 0;
        let is_industry = |range: Range<usize>| self.is_industry(&chars[range].iter().collect::<String>());
        let parts = |at: &usize| {
            // 成（都）德（阳）: a bracket behind it makes it the form of a place.
            if is_held(*at) || marks.edge[*at] != 4 || matches!(chars.get(*at + 1), Some('(' | '（')) {
                return false;
            }
            match marks.tag[*at] {
                b'c' if *at > name.start => {
                    let ends = matches!(marks.head[*at - 1] & 7, 3 | 4);
                    let joins = || is_industry(name.start..*at) && (*at + 1..name.end).rev().any(|end| is_industry(*at + 1..end));
                    ends || !matches!(chars[*at], '及' | '暨') && joins()
                }
                b'p' | b'c' | b'u' | b'r' => true,
                _ => false,
            }
        };
        name.clone().rev().find(parts).map_or(name.start, |cut| cut + 1)
    }

    /// Whether a stretch is made of common words alone: no place, no industry, no listed name, no rare character, no quotation.
    fn is_common(marks: &Marks, range: Range<usize>) -> bool {
        range.into_iter().all(|i| {
            marks.name[i] & 8 == 0
                && marks.place[i] == 0
                && marks.industry[i] == 0
                && marks.quote[i] == 0
                && marks.word[i] >> 31 == 0
                && marks.tag[i] != b'G'
        })
    }

    /// Whether a text is made of modifiers and levels of places alone.
    pub(super) fn is_only_modifiers(&self, text: &str) -> bool {
        let levels = &self.knowledge.grammar.place_levels;
        let words: String = text.chars().filter(|c| !levels.contains(c) && !matches!(c, '(' | ')' | '（' | '）')).collect();
        let mut rest = words.as_str();
        while !rest.is_empty() {
            let Some(word) = self.knowledge.grammar.modifiers.iter().find(|m| rest.starts_with(m.as_str())) else { return false };
            rest = &rest[word.len()..];
        }
        true
    }
}

/// Whether a mark parts names and belongs to none.
fn is_separator(c: char) -> bool {
    matches!(c, '、' | '，' | ',' | '；' | ';' | '。' | '：' | ':') || c.is_whitespace()
}
