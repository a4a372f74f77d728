//! Items, which are what a relation can join; the units they stand in; the pairs they make.

use std::ops::Range;

use crate::model::{EntityIndex, Term};

use crate::extract::figures::Figure;

/// Type number of a level word.
pub(in crate::extract) const LEVEL: u8 = 100;
/// Type number of the document itself.
pub(in crate::extract) const DOCUMENT: u8 = 101;
/// Type number of a figure.
pub(in crate::extract) const FIGURE: u8 = 102;

/// What an item stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::extract) enum Target {
    Entity(EntityIndex),
    Concept(Term),
    Document,
    /// Index into the figures of its unit.
    Figure(usize),
}

impl Target {
    /// The entity it stands for, as a draft.
    pub fn entity(&self) -> Option<EntityIndex> {
        if let Self::Entity(entity) = self { Some(*entity) } else { None }
    }
}

/// Something a relation can join.
#[derive(Clone, Debug)]
pub(in crate::extract) struct Item {
    /// Characters of the text.
    pub range: Range<usize>,
    pub sentence: usize,
    pub kind_of: u8,
    pub target: Target,
    /// The item whose name holds this one, as its range.
    pub inside: Option<Range<usize>>,
    /// A back-reference (该园区, 全市), resolved.
    pub reference: bool,
    /// How often the document names its target, in steps: 1, 2, 3–5, more.
    pub frequency: u8,
}

impl Item {
    /// The document itself as the end of a pair.
    pub fn document() -> Self {
        Self { range: 0..0, sentence: 0, kind_of: DOCUMENT, target: Target::Document, inside: None, reference: false, frequency: 0 }
    }
}

/// A sentence or a table row with its items in order, and the items carried into it.
pub(in crate::extract) struct Unit {
    pub sentences: Range<usize>,
    pub items: Vec<Item>,
    /// Figures of the unit.
    pub figures: Vec<Figure>,
    /// Carried items with how they came (see [`super::carried`]).
    pub carried: Vec<(Item, u8)>,
    /// Who the text around is about, and how much it stands out there (0 to 4).
    pub main: Option<(Target, u8)>,
    /// What its line opens with.
    pub topic: Option<Target>,
    /// Rules that fit its pairs, in order of the pairs; none before [`crate::extract::rules`] looked for them.
    pub fits: Vec<Fit>,
}

impl Unit {
    /// How much `target` stands out around the unit: 0 where others are named as often, up to 5 where nobody else is.
    pub fn prominence(&self, target: &Target) -> u8 {
        self.main.as_ref().filter(|(main, _)| main == target).map_or(0, |(_, share)| 1 + share)
    }

    /// Number of an item: those of the unit, whose index `at` is, then those carried into it, then the document.
    pub fn number(&self, item: &Item, at: Option<usize>) -> usize {
        let carried = || self.carried.iter().position(|(c, _)| std::ptr::eq(c, item)).unwrap_or(self.carried.len());
        at.unwrap_or_else(|| self.items.len() + carried())
    }

    /// The item of a number (see [`Self::number`]) and how it was carried; `None` for the document.
    pub fn item(&self, number: u16) -> Option<(&Item, u8)> {
        let number = usize::from(number);
        let carried = || self.carried.get(number - self.items.len()).map(|(item, how)| (item, *how));
        self.items.get(number).map(|item| (item, 0)).or_else(carried)
    }

    /// Rules that fit a pair.
    pub fn fits_of(&self, pair: &Pair<'_>, (subject, object): (Option<usize>, Option<usize>)) -> &[Fit] {
        if self.fits.is_empty() {
            return &self.fits;
        }
        self.fits_between(self.number(pair.subject, subject), self.number(pair.object, object))
    }

    /// Rules that fit the items of two numbers.
    pub fn fits_between(&self, subject: usize, object: usize) -> &[Fit] {
        if self.fits.is_empty() {
            return &self.fits;
        }
        let key = |f: &Fit| (usize::from(f.subject), usize::from(f.object));
        let start = self.fits.partition_point(|f| key(f) < (subject, object));
        let count = self.fits[start..].partition_point(|f| key(f) == (subject, object));
        &self.fits[start..start + count]
    }
}

/// A rule that fits a pair of a unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::extract) struct Fit {
    /// Numbers of both ends: items of the unit, then those carried into it, then the document.
    pub subject: u16,
    pub object: u16,
    pub rule: u16,
    /// An end is not in the pattern but implied by an item before it.
    pub implied: bool,
    /// First and last character of the words that tell the role.
    pub role: Option<(usize, usize)>,
}

impl Fit {
    /// What sets a fit apart from others; two ways to read a role are one fit.
    pub fn key(&self) -> (u16, u16, u16, bool) {
        (self.subject, self.object, self.rule, self.implied)
    }
}

/// A pair that may stand in a relation.
pub(in crate::extract) struct Pair<'a> {
    pub subject: &'a Item,
    pub object: &'a Item,
    /// 0 in one unit, else how one end was carried.
    pub carry: u8,
    /// For figures: 1 where another owns the figure before, 2 where the subject does, 3 and 4 where that one stands in an earlier line,
    /// 0 where no figure came before.
    pub follows: u8,
}
