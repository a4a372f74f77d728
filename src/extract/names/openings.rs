//! What names begin with that stands for a fuller name: the level of a place (省财政厅), or a word that refers back (园区管委会).

use std::ops::Range;

use crate::extract::Extractor;
use crate::extract::text::Marks;

/// A word at the beginning of a name that stands for a fuller name.
pub(super) struct Opening {
    pub range: Range<usize>,
    /// Type of what it stands for.
    pub kind_of: u8,
    /// It refers to a thing named elsewhere; else it is the level of a place.
    pub refers: bool,
}

impl Extractor {
    /// What a name of this type begins with that stands for a fuller name: the bare level of a place (省财政厅, 自治区商务厅), or a word that
    /// refers back (园区管委会, 分局刑侦大队).
    pub(super) fn opening(&self, marks: &Marks, chars: &[char], name: &Range<usize>, kind_of: u8) -> Option<Opening> {
        if !self.roles.short[usize::from(kind_of)] || name.len() < 2 {
            return None;
        }
        if self.opens_with_level(marks, chars, name) {
            let level = Opening { range: name.start..name.start + 1, kind_of: self.roles.region, refers: false };
            return (!self.is_left_open(chars, name.start)).then_some(level);
        }
        if !matches!(marks.head[name.end - 1] & 7, 3 | 4) {
            return None;
        }
        let roles = &self.roles;
        let kinds = [(roles.region_level, roles.region), (roles.park_back, roles.park), (roles.institution_back, roles.body)];
        (name.start + 2..name.end - 1).rev().filter(|end| matches!(marks.edge[*end], 1 | 4)).find_map(|end| {
            let word: String = chars[name.start..end].iter().collect();
            let groups = &self.knowledge.lookup(&word)?.groups;
            let kind_of = kinds.iter().find(|(group, _)| group.is_some_and(|group| groups.contains(&group)))?.1;
            Some(Opening { range: name.start..end, kind_of, refers: kind_of != self.roles.region })
        })
    }

    /// Whether the words before a name leave open which place is meant (各设区|市财政局, 所在|市政府).
    pub(super) fn is_left_open(&self, chars: &[char], start: usize) -> bool {
        let group = self.roles.region_any;
        let words = (1..=2).filter_map(|len| start.checked_sub(len)).map(|from| chars[from..start].iter().collect::<String>());
        let mut patterns = words.filter_map(|word| self.knowledge.lookup(&word));
        patterns.any(|pattern| group.is_some_and(|group| pattern.groups.contains(&group)))
    }

    /// Whether a name begins with the bare level of a place, as 省 in 省财政厅 and 市 in 市委: with the level alone as a word, or in a head.
    fn opens_with_level(&self, marks: &Marks, chars: &[char], name: &Range<usize>) -> bool {
        if !self.knowledge.grammar.place_levels.contains(&chars[name.start]) {
            return false;
        }
        let rest: String = chars[name.start + 1..name.end].iter().collect();
        marks.edge[name.start] == 4 || self.knowledge.lookup(&rest).is_some_and(|p| !p.heads.is_empty())
    }
}
