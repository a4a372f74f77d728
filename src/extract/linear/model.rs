//! Sparse linear models over hashed features, in integers: every machine gives the same bytes.
//!
//! A feature is a 64-bit hash of its template and values; a model keeps, for each feature that earned a weight, a short row of
//! (class, weight). Weights are whole multiples of 1/[`SCALE`].

use std::collections::BTreeMap;

use super::encoding::{put_len, put_number, take, take_len, take_number, unzigzag, zigzag};
use super::table::{CLASSES, Table, WIDEST};

/// Weights are stored as multiples of 1/SCALE.
pub(in crate::extract) const SCALE: f64 = 128.0;

/// A trained model: a bias row and the rows of its features.
#[derive(Clone, Default)]
pub(in crate::extract) struct Linear {
    /// Names of the classes; class 0 is “nothing”.
    pub labels: Vec<String>,
    /// Weight of each class without any feature.
    pub bias: Vec<i32>,
    /// Feature and where its cells begin and end, by rising feature: what is written.
    rows: Vec<(u64, u32, u32)>,
    cells: Vec<(u8, i16)>,
    table: Table,
}

/// Features whose weights for one class sum up to a number of sixteen bits.
pub(in crate::extract) const MOST: usize = 128;

impl Linear {
    /// Packs rows of float weights (one value a class) into a model; weights below `least` units change no decision that matters and
    /// would be most of the file: they are dropped.
    pub fn pack(labels: Vec<String>, bias: &[f64], rows: &BTreeMap<u64, Vec<f32>>, least: i16) -> Self {
        let quantised = rows.iter().map(|(key, row)| {
            let cells = row.iter().enumerate().filter_map(|(class, w)| {
                let q = quantise(f64::from(*w)).clamp(-WIDEST, WIDEST);
                u8::try_from(class).ok().filter(|_| q.abs() >= least.max(1)).map(|c| (c, q))
            });
            (*key, cells.collect())
        });
        let bias = bias.iter().map(|w| i32::from(quantise(*w))).collect();
        Self::build(labels, bias, quantised.collect())
    }

    fn build(labels: Vec<String>, bias: Vec<i32>, rows: Vec<(u64, Vec<(u8, i16)>)>) -> Self {
        let mut model = Self { labels, bias, ..Self::default() };
        for (key, cells) in rows.into_iter().filter(|(_, cells)| !cells.is_empty()) {
            let start = u32::try_from(model.cells.len()).unwrap_or(u32::MAX);
            model.cells.extend(cells);
            model.rows.push((key, start, u32::try_from(model.cells.len()).unwrap_or(u32::MAX)));
        }
        model.table = Table::new(&model.rows, &model.cells, model.labels.len());
        model
    }

    /// Sets `scores` (one a class) to the bias and the weights of `features`.
    #[cfg(test)]
    pub fn score(&self, features: &[u64], scores: &mut [i32]) {
        let mut sums = [0i32; CLASSES];
        self.add(features, &mut sums);
        for ((score, bias), sum) in scores.iter_mut().zip(&self.bias).zip(&sums) {
            *score = bias + sum;
        }
    }

    /// Adds the weights of `features` to `sums`.
    #[inline]
    pub fn add(&self, features: &[u64], sums: &mut [i32]) {
        let mut narrow = [0i16; CLASSES];
        let narrow = &mut narrow[..self.table.width];
        for part in features.chunks(MOST) {
            self.add_narrow(part, narrow);
            sums.iter_mut().zip(&*narrow).for_each(|(sum, weight)| *sum += i32::from(*weight));
            narrow.fill(0);
        }
    }

    /// Adds the weights of features to a row of [`Linear::width`] sums; of no more than [`MOST`] features in all.
    #[inline]
    pub fn add_narrow(&self, features: &[u64], sums: &mut [i16]) {
        if !self.rows.is_empty() {
            self.table.add(features, sums);
        }
    }

    /// Length of a row of sums: the number of classes, rounded up.
    pub fn width(&self) -> usize {
        self.table.width
    }

    /// Number of stored weights.
    pub fn weights(&self) -> usize {
        self.cells.len()
    }

    /// Serialised form: little endian, rows sorted by feature, each after its distance from the one before; numbers in groups of seven bits.
    pub fn write(&self, out: &mut Vec<u8>) {
        put_len(out, self.labels.len());
        for label in &self.labels {
            put_len(out, label.len());
            out.extend_from_slice(label.as_bytes());
        }
        for b in &self.bias {
            out.extend_from_slice(&b.to_le_bytes());
        }
        put_len(out, self.rows.len());
        let mut last = 0;
        for (key, start, end) in &self.rows {
            put_number(out, key - last);
            last = *key;
            let cells = &self.cells[*start as usize..*end as usize];
            put_number(out, cells.len() as u64);
            for (class, weight) in cells {
                out.push(*class);
                put_number(out, zigzag(*weight));
            }
        }
    }

    /// Reads what [`Linear::write`] wrote; `None` where the bytes are not such a model.
    pub fn read(bytes: &mut &[u8]) -> Option<Self> {
        let count = take_len(bytes).filter(|n| *n <= CLASSES)?;
        let mut labels = Vec::new();
        for _ in 0..count {
            let len = take_len(bytes)?;
            let (head, rest) = bytes.split_at_checked(len)?;
            labels.push(String::from_utf8(head.to_vec()).ok()?);
            *bytes = rest;
        }
        let mut bias = Vec::new();
        for _ in 0..count {
            bias.push(i32::from_le_bytes(take(bytes)?));
        }
        let rows_count = take_len(bytes)?;
        let mut rows = Vec::new();
        let mut key = 0u64;
        for _ in 0..rows_count {
            key = key.checked_add(take_number(bytes)?)?;
            let n = usize::try_from(take_number(bytes)?).ok().filter(|n| *n <= count)?;
            let mut cells = Vec::with_capacity(n);
            for _ in 0..n {
                let [class] = take::<1>(bytes)?;
                if usize::from(class) >= count {
                    return None;
                }
                let weight = unzigzag(take_number(bytes)?)?.clamp(-WIDEST, WIDEST);
                cells.extend((weight != 0).then_some((class, weight)));
            }
            rows.push((key, cells));
        }
        Some(Self::build(labels, bias, rows))
    }
}

/// Rounds a weight to the stored unit.
#[expect(clippy::cast_possible_truncation, reason = "clamped to the range of i16 first")]
pub(in crate::extract) fn quantise(weight: f64) -> i16 {
    (weight * SCALE).round().clamp(-32_767.0, 32_767.0) as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::linear::Feature;

    /// A model of rows with one to nine cells, and its features.
    fn model(rows: u64) -> (Linear, Vec<u64>) {
        let keys: Vec<u64> = (0..rows).map(|i| Feature::new(1).with(i).hash()).collect();
        let row = |i: usize| {
            (0..12).map(
                move |class| if class > i % 9 { 0.0 } else { 0.25 * (class as f32 + 1.0) * if i.is_multiple_of(2) { 1.0 } else { -1.0 } },
            )
        };
        let rows: BTreeMap<u64, Vec<f32>> = keys.iter().enumerate().map(|(i, key)| (*key, row(i).map(|w| w / 2.0).collect())).collect();
        let labels = (0..12).map(|i| i.to_string()).collect();
        (Linear::pack(labels, &[0.5; 12], &rows, 1), keys)
    }

    #[test]
    fn packed_rows_score_as_written() {
        let (model, keys) = model(3000);
        for (i, key) in keys.iter().enumerate() {
            let mut scores = vec![0; 12];
            model.score(&[*key, Feature::new(2).with(i as u64).hash()], &mut scores);
            let (found, start, end) = model.rows[model.rows.binary_search_by_key(key, |row| row.0).unwrap()];
            let mut wanted = model.bias.clone();
            model.cells[start as usize..end as usize].iter().for_each(|(class, w)| wanted[usize::from(*class)] += i32::from(*w));
            assert_eq!((scores, found), (wanted, *key));
        }
    }

    #[test]
    fn many_features_score_as_the_sum_of_their_rows() {
        let (model, keys) = model(400);
        let mut scores = vec![0; 12];
        model.score(&keys, &mut scores);
        let mut wanted = model.bias.clone();
        model.cells.iter().for_each(|(class, w)| wanted[usize::from(*class)] += i32::from(*w));
        assert_eq!(scores, wanted);
        assert!(
            model.table.filled.len() > MOST * model.table.width && !model.table.long.is_empty(),
            "both kinds of rows, more of them than are summed at once"
        );
    }

    #[test]
    fn a_model_written_and_read_is_the_same() {
        let (model, keys) = model(500);
        let mut bytes = Vec::new();
        model.write(&mut bytes);
        let read = Linear::read(&mut bytes.as_slice()).unwrap();
        let (mut one, mut other) = (vec![0; 12], vec![0; 12]);
        model.score(&keys, &mut one);
        read.score(&keys, &mut other);
        assert_eq!(one, other);
        assert!(Linear::read(&mut &bytes[..bytes.len() - 1]).is_none());
    }
}
