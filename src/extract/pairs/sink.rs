//! Where the features of a pair go: into a list, for training, or straight into a score.
//!
//! Most features of a pair come from one of its ends, or from a word between them, and come again with the next pair of the unit; others
//! follow from few small values and come again in any document. A score is a sum, so the share of such a group is worked out once and kept.

use crate::extract::linear::{CLASSES, Feature, Linear, MOST, Memo};

/// Takes the features of one pair after another.
pub(in crate::extract) trait Sink {
    /// Takes one feature.
    fn put(&mut self, feature: Feature);

    /// Takes the features that `make` lists. `key` stands for exactly these as long as the unit lasts.
    fn shared(&mut self, key: u64, make: impl FnOnce(&mut Vec<u64>));

    /// Takes features. `key` stands for exactly these, in every document; its highest bit is free.
    fn known<const N: usize>(&mut self, key: Key, features: impl FnOnce() -> [Feature; N]);
}

/// All that a group of features depends on. The highest bit of the first number is free.
pub(in crate::extract) type Key = [u64; 3];

impl Sink for Vec<u64> {
    fn put(&mut self, feature: Feature) {
        self.push(feature.hash());
    }

    fn shared(&mut self, _: u64, make: impl FnOnce(&mut Vec<u64>)) {
        make(self);
    }

    fn known<const N: usize>(&mut self, _: Key, features: impl FnOnce() -> [Feature; N]) {
        self.extend(features().map(Feature::hash));
    }
}

/// The shares of a model's scores that hold in every document.
pub(in crate::extract) struct Shares(Memo<3>);

impl Shares {
    /// An empty memory for `model`, about four megabytes once it is full.
    pub fn new(model: &Linear) -> Self {
        Self(Memo::new(16, model.width()))
    }
}

/// Scores pairs.
pub(in crate::extract) struct Scorer<'a> {
    model: &'a Linear,
    shares: Shares,
    own: Vec<u64>,
    sums: [i32; CLASSES],
    scores: Vec<i32>,
    list: Vec<u64>,
    /// Open addressing: key, the unit it was filed for, and where its sums stand in `kept`.
    slots: Vec<(u64, u32, u32)>,
    kept: Vec<i32>,
    unit: u32,
    filed: usize,
}

impl<'a> Scorer<'a> {
    /// A scorer with `model` and its shares.
    pub fn new(model: &'a Linear, shares: Shares) -> Self {
        Self {
            model,
            shares,
            own: Vec::with_capacity(128),
            sums: [0; CLASSES],
            scores: vec![0; model.labels.len()],
            list: Vec::with_capacity(64),
            slots: vec![(0, 0, 0); 512],
            kept: Vec::new(),
            unit: 1,
            filed: 0,
        }
    }

    /// The shares with what was added to them.
    pub fn into_shares(self) -> Shares {
        self.shares
    }

    /// Goes on to another unit: what was kept for the last no longer holds.
    pub fn next_unit(&mut self) {
        self.unit += 1;
        self.filed = 0;
        self.kept.clear();
    }

    /// The scores (one a class) of the features taken since the last call.
    pub fn scores(&mut self) -> &[i32] {
        self.model.add(&self.own, &mut self.sums);
        for ((score, bias), sum) in self.scores.iter_mut().zip(&self.model.bias).zip(&mut self.sums) {
            *score = bias + *sum;
            *sum = 0;
        }
        self.own.clear();
        &self.scores
    }

    /// The slot of `key`: its own, or the free one where it would be filed.
    fn slot(&self, key: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & mask;
        while self.slots[at].1 == self.unit && self.slots[at].0 != key {
            at = (at + 1) & mask;
        }
        at
    }

    /// Doubles the room for keys, once it is half full.
    fn grow(&mut self) {
        let old = std::mem::take(&mut self.slots);
        self.slots = vec![(0, 0, 0); old.len() * 2];
        for slot in old.into_iter().filter(|slot| slot.1 == self.unit) {
            let at = self.slot(slot.0);
            self.slots[at] = slot;
        }
    }
}

impl Sink for Scorer<'_> {
    #[inline]
    fn put(&mut self, feature: Feature) {
        self.own.push(feature.hash());
    }

    fn shared(&mut self, key: u64, make: impl FnOnce(&mut Vec<u64>)) {
        let labels = self.scores.len();
        let mut at = self.slot(key);
        if self.slots[at].1 != self.unit {
            if self.filed * 2 >= self.slots.len() {
                self.grow();
                at = self.slot(key);
            }
            self.filed += 1;
            self.slots[at] = (key, self.unit, u32::try_from(self.kept.len()).unwrap_or(u32::MAX));
            self.list.clear();
            make(&mut self.list);
            let start = self.kept.len();
            self.kept.resize(start + labels, 0);
            self.model.add(&self.list, &mut self.kept[start..]);
        }
        let start = self.slots[at].2 as usize;
        self.sums.iter_mut().zip(&self.kept[start..start + labels]).for_each(|(sum, kept)| *sum += kept);
    }

    #[inline]
    fn known<const N: usize>(&mut self, key: Key, features: impl FnOnce() -> [Feature; N]) {
        const { assert!(N <= MOST, "the sum fits sixteen bits") };
        let model = self.model;
        let row = self.shares.0.row(key, |row| model.add_narrow(&features().map(Feature::hash), row));
        self.sums.iter_mut().zip(row).for_each(|(sum, share)| *sum += i32::from(*share));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_is_kept_scores_as_what_is_listed() {
        let feature = |i: u64| Feature::new(3).with(i);
        let rows: BTreeMap<u64, Vec<f32>> = (0..4000).map(|i| (feature(i).hash(), vec![0.0, 0.1, (i % 7) as f32 / 8.0])).collect();
        let model = Linear::pack(vec!["".into(), "a".into(), "b".into()], &[0.0; 3], &rows, 1);
        let mut scorer = Scorer::new(&model, Shares::new(&model));
        for unit in 0..3u64 {
            scorer.next_unit();
            // More keys than the first table has room for, and each twice.
            for i in (0..900u64).chain(0..900) {
                let give = |out: &mut Vec<u64>| out.extend([feature(i + unit).hash(), feature(i * 2).hash()]);
                let mut list = vec![feature(i).hash()];
                give(&mut list);
                list.extend([feature(i % 50), feature(i % 50 + 1)].map(Feature::hash));
                let mut wanted = vec![0; 3];
                model.score(&list, &mut wanted);
                scorer.put(feature(i));
                scorer.shared(i, give);
                scorer.known([i % 50, 0, 0], || [feature(i % 50), feature(i % 50 + 1)]);
                assert_eq!(scorer.scores(), wanted);
            }
        }
    }
}
