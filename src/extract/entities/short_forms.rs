//! Short forms: whether one label of a document is a shorter form of another, by place, stem and head.

use std::cell::OnceCell;

use crate::extract::Extractor;

use super::draft::trim_marks;

/// A label as it is compared.
pub(super) struct Label {
    /// Its normal form.
    normal: String,
    chars: Vec<char>,
    kind_of: u8,
    /// The first type of its class.
    pub class: usize,
    /// Characters of the place it begins with, once asked for.
    place: OnceCell<usize>,
}

impl Label {
    /// The label of a draft of type `kind_of`.
    pub fn new(extractor: &Extractor, kind_of: u8, label: &str) -> Self {
        let normal = extractor.normal_form(label);
        let types = &extractor.knowledge.types;
        let class = types.iter().position(|t| t.class == types[usize::from(kind_of)].class).unwrap_or(0);
        Self { chars: normal.chars().collect(), normal, kind_of, class, place: OnceCell::new() }
    }

    /// The cheapest reasons to say no: a short form has fewer bytes and characters, of these at least two, and its last stands in the long
    /// one.
    pub fn may_be_short_of(&self, long: &Self) -> bool {
        let (short, chars) = (&self.chars, &long.chars);
        self.normal.len() < long.normal.len()
            && short.len() >= 2
            && short.len() < chars.len()
            && short.last().is_some_and(|last| chars.contains(last))
    }

    /// Whether this is a shorter form of `long`, as far as the two labels can tell.
    pub fn is_short_of(&self, long: &Self, extractor: &Extractor) -> bool {
        let kind_of = long.kind_of;
        let (short, chars, place) = (&self.chars, &long.chars, long.place(extractor));
        let (Some(begin), rest) = (short.first(), &chars[place..]) else { return false };
        if rest == short {
            return true;
        }
        let same_kind = self.kind_of == kind_of;
        if same_kind && self.is_place_and_stem(long, extractor) {
            return true;
        }
        let roles = &extractor.roles;
        if [roles.park, roles.event, roles.policy, roles.initiative].contains(&kind_of) {
            return chars.ends_with(short) && short.len() * 2 >= chars.len() && same_kind;
        }
        if kind_of == roles.cluster || kind_of == roles.chain {
            return chars.ends_with(short) && short.len() + 5 > chars.len();
        }
        // 乙分局 for 甲市公安局乙分局: the end of the long name, with a place of its own.
        if same_kind && kind_of == roles.body && chars.ends_with(short) && self.place(extractor) > 0 && short.len() > 3 {
            return true;
        }
        let first = chars.first() == Some(begin) || rest.first() == Some(begin);
        same_kind
            && first
            && (rest.starts_with(short)
                || chars.starts_with(short) && short.len() > place
                || is_subsequence(short, chars)
                    && short.last() == chars.last()
                    && short.len() >= 4
                    && short.len() > self.place(extractor) + 1)
    }

    /// 青白江公安 for 成都市公安局青白江分局: places of the long name, then characters of the rest of it, nothing else.
    fn is_place_and_stem(&self, long: &Self, extractor: &Extractor) -> bool {
        let mut rest = self.normal.as_str();
        let mut place = self.place(extractor);
        while place > 0 {
            let end = rest.char_indices().nth(place).map_or(rest.len(), |(end, _)| end);
            if !long.normal.contains(&rest[..end]) {
                return false;
            }
            rest = &rest[end..];
            place = leading_place(extractor, rest);
        }
        rest.len() < self.normal.len() && rest.chars().count() >= 2 && long.normal.contains(rest)
    }

    /// Characters of the place the label begins with.
    fn place(&self, extractor: &Extractor) -> usize {
        *self.place.get_or_init(|| leading_place(extractor, &self.normal))
    }
}

/// Characters of the place a name begins with.
fn leading_place(extractor: &Extractor, name: &str) -> usize {
    let ends: Vec<usize> = name.char_indices().map(|(at, _)| at).take(9).collect();
    (2..ends.len()).rev().find(|end| is_place(extractor, &name[..ends[*end]])).unwrap_or(0)
}

/// Whether a place is listed under this name.
fn is_place(extractor: &Extractor, name: &str) -> bool {
    let (knowledge, region) = (&extractor.knowledge, extractor.roles.region);
    let pattern = knowledge.lookup(trim_marks(name));
    pattern.is_some_and(|p| p.names.iter().any(|s| knowledge.entry_type[s.entry] == Some(region)))
}

fn is_subsequence(short: &[char], long: &[char]) -> bool {
    let mut rest = long.iter();
    short.iter().all(|c| rest.any(|l| l == c))
}
