//! How the features of a pair begin, and under which keys those are kept that come again.

use crate::extract::linear::Feature;

use super::sink::Key;

/// What the features of a pair begin with: its types in full, and its classes alone.
#[derive(Clone, Copy)]
pub(super) struct Family {
    pub types: u64,
    pub coarse: u64,
}

impl Family {
    /// A feature that knows the types.
    #[inline]
    pub fn p(self, template: u32) -> Feature {
        Feature::new(1000 + template).with(self.types)
    }

    /// A feature that knows the classes.
    #[inline]
    pub fn q(self, template: u32) -> Feature {
        Feature::new(2000 + template).with(self.coarse)
    }

    /// A feature that knows only which end comes first: what a verb says of a relation, whoever stands at its ends.
    #[inline]
    pub fn r(self, template: u32) -> Feature {
        Feature::new(3000 + template).with(self.types & 0x10)
    }

    /// Key of a group of features that only these types and `of` decide, in one unit.
    #[inline]
    pub fn key(self, group: Group, of: u64) -> u64 {
        self.types << 36 | (group as u64) << 32 | of & 0xFFFF_FFFF
    }

    /// Key of a group of features that only these types and `values` decide, wherever they stand.
    #[inline]
    pub fn known(self, known: Known, values: [u64; 2]) -> Key {
        [self.types << 8 | known as u64, values[0], values[1]]
    }

    /// What a value says to those that know the types, the classes, and only the order.
    #[inline]
    pub fn each(self, template: u32, value: u64) -> [Feature; 3] {
        [self.p(template), self.q(template), self.r(template)].map(|feature| feature.with(value))
    }
}

/// Small numbers side by side, each below the one it comes with.
pub(super) fn small<const N: usize>(numbers: [(u64, u64); N]) -> u64 {
    numbers.iter().fold(0, |all, (number, limit)| {
        debug_assert!(number < limit, "a number that has no room");
        all * limit + number
    })
}

/// Groups of features that pairs of a unit share.
#[derive(Clone, Copy)]
pub(super) enum Group {
    Types,
    Subject,
    Object,
    Level,
    Figure,
    Lead,
}

/// Groups of features that come again in any document.
#[derive(Clone, Copy)]
pub(super) enum Known {
    Ends,
    Topic,
    Opening,
    Approach,
    Skeleton,
    Shortened,
    Words,
    Sorts,
    MainVerb,
    Gap,
    VerbGroup,
    Frame,
    Word,
    Verb,
    Table,
    Carried,
    CarriedGroup,
    Owner,
    Place,
}

/// A length in steps.
pub(super) fn distance(n: usize) -> u64 {
    match n {
        0..=3 => n as u64,
        4..=6 => 4,
        7..=12 => 5,
        13..=25 => 6,
        26..=50 => 7,
        _ => 8,
    }
}
