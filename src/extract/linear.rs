//! Sparse linear models over hashed features, in integers: every machine gives the same bytes.
//!
//! A feature is a 64-bit hash of its template and values; a model keeps, for each feature that earned a weight, a short row of
//! (class, weight). Weights are `i16` in units of 1/[`SCALE`].

use std::collections::BTreeMap;

/// Weights are stored as multiples of 1/SCALE.
pub(super) const SCALE: f64 = 128.0;

/// Hash of a feature: its template number and up to a few values.
#[derive(Clone, Copy)]
pub(super) struct Feature(u64);

impl Feature {
    /// Starts a feature of template `template`.
    #[inline]
    pub fn new(template: u32) -> Self {
        Self(0x9E37_79B9_7F4A_7C15 ^ u64::from(template).wrapping_mul(0xD6E8_FEB8_6659_FD93))
    }

    /// Mixes one value in.
    #[inline]
    pub fn with(self, value: u64) -> Self {
        let mixed = (self.0 ^ value).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
        Self(mixed ^ (mixed >> 32))
    }

    /// Mixes a string in.
    #[inline]
    pub fn text(self, text: &str) -> Self {
        text.bytes().fold(self, |f, b| f.with(u64::from(b)))
    }

    /// The finished hash; never zero.
    #[inline]
    pub fn hash(self) -> u64 {
        self.0 | 1
    }
}

/// A trained model: a bias row and a hash table of feature rows.
#[derive(Clone, Default)]
pub(super) struct Linear {
    /// Names of the classes; class 0 is “nothing”.
    pub labels: Vec<String>,
    /// Weight of each class without any feature.
    pub bias: Vec<i32>,
    /// Feature and where its cells begin and end; an empty slot has feature 0.
    slots: Vec<(u64, u32, u32)>,
    cells: Vec<(u16, i16)>,
    /// One bit for each value of the low bits of a feature: most features have no weight, and this says so from the cache.
    sieve: Vec<u64>,
}

/// Bits of a hash that the sieve looks at.
const SIEVE_BITS: u32 = 22;

impl Linear {
    /// Packs rows of float weights (one value a class) into a model; weights below `least` units change no decision that matters and
    /// would be most of the file: they are dropped.
    pub fn pack(labels: Vec<String>, bias: &[f64], rows: &BTreeMap<u64, Vec<f32>>, least: i16) -> Self {
        let quantised: Vec<(u64, Vec<(u16, i16)>)> = rows
            .iter()
            .filter_map(|(key, row)| {
                let cells: Vec<(u16, i16)> = row
                    .iter()
                    .enumerate()
                    .filter_map(|(class, w)| {
                        let q = quantise(f64::from(*w));
                        u16::try_from(class).ok().filter(|_| q.abs() >= least).map(|c| (c, q))
                    })
                    .collect();
                (!cells.is_empty()).then_some((*key, cells))
            })
            .collect();
        let bias = bias.iter().map(|w| i32::from(quantise(*w))).collect();
        Self::build(labels, bias, quantised)
    }

    fn build(labels: Vec<String>, bias: Vec<i32>, rows: Vec<(u64, Vec<(u16, i16)>)>) -> Self {
        let size = (rows.len() * 2).next_power_of_two().max(8);
        let sieve = vec![0; 1 << (SIEVE_BITS - 6)];
        let mut model = Self { labels, bias, slots: vec![(0, 0, 0); size], cells: Vec::new(), sieve };
        for (key, cells) in rows {
            let mut at = Self::home(key, size);
            while model.slots[at].0 != 0 {
                at = (at + 1) & (size - 1);
            }
            let start = u32::try_from(model.cells.len()).unwrap_or(u32::MAX);
            model.cells.extend(cells);
            model.slots[at] = (key, start, u32::try_from(model.cells.len()).unwrap_or(u32::MAX));
            let (word, bit) = Self::sieve_at(key);
            model.sieve[word] |= bit;
        }
        model
    }

    #[inline]
    fn home(key: u64, size: usize) -> usize {
        (key >> 20) as usize & (size - 1)
    }

    #[inline]
    fn sieve_at(key: u64) -> (usize, u64) {
        let low = (key >> 1) as usize & ((1 << SIEVE_BITS) - 1);
        (low >> 6, 1 << (low & 63))
    }

    /// The (class, weight) cells of a feature; empty where it has no weight.
    #[inline]
    pub fn row(&self, key: u64) -> &[(u16, i16)] {
        let size = self.slots.len();
        let (word, bit) = Self::sieve_at(key);
        if size == 0 || self.sieve[word] & bit == 0 {
            return &[];
        }
        let mut at = Self::home(key, size);
        loop {
            let (found, start, end) = self.slots[at];
            if found == key {
                return &self.cells[start as usize..end as usize];
            }
            if found == 0 {
                return &[];
            }
            at = (at + 1) & (size - 1);
        }
    }

    /// Adds the weights of `features` to `scores` (one a class, starting from the bias).
    #[inline]
    pub fn score(&self, features: &[u64], scores: &mut [i32]) {
        scores.copy_from_slice(&self.bias);
        for key in features {
            for (class, weight) in self.row(*key) {
                scores[usize::from(*class)] += i32::from(*weight);
            }
        }
    }

    /// Number of stored weights.
    pub fn weights(&self) -> usize {
        self.cells.len()
    }

    /// Serialised form: little endian, rows sorted by feature.
    pub fn write(&self, out: &mut Vec<u8>) {
        put_len(out, self.labels.len());
        for label in &self.labels {
            put_len(out, label.len());
            out.extend_from_slice(label.as_bytes());
        }
        for b in &self.bias {
            out.extend_from_slice(&b.to_le_bytes());
        }
        let mut rows: Vec<(u64, u32, u32)> = self.slots.iter().copied().filter(|slot| slot.0 != 0).collect();
        rows.sort_unstable();
        put_len(out, rows.len());
        for (key, start, end) in rows {
            out.extend_from_slice(&key.to_le_bytes());
            let cells = &self.cells[start as usize..end as usize];
            out.push(u8::try_from(cells.len()).unwrap_or(u8::MAX));
            for (class, weight) in cells.iter().take(255) {
                out.push(u8::try_from(*class).unwrap_or(u8::MAX));
                out.extend_from_slice(&weight.to_le_bytes());
            }
        }
    }

    /// Reads what [`Linear::write`] wrote; `None` where the bytes are not such a model.
    pub fn read(bytes: &mut &[u8]) -> Option<Self> {
        let count = take_len(bytes)?;
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
        for _ in 0..rows_count {
            let key = u64::from_le_bytes(take(bytes)?);
            let [n] = take::<1>(bytes)?;
            let mut cells = Vec::with_capacity(usize::from(n));
            for _ in 0..n {
                let [class] = take::<1>(bytes)?;
                if usize::from(class) >= count {
                    return None;
                }
                cells.push((u16::from(class), i16::from_le_bytes(take(bytes)?)));
            }
            rows.push((key, cells));
        }
        Some(Self::build(labels, bias, rows))
    }
}

/// Writes a length as four bytes.
pub(super) fn put_len(out: &mut Vec<u8>, len: usize) {
    out.extend_from_slice(&u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes());
}

/// Reads a length of four bytes.
pub(super) fn take_len(bytes: &mut &[u8]) -> Option<usize> {
    take(bytes).map(u32::from_le_bytes).and_then(|n| usize::try_from(n).ok())
}

/// Takes `N` bytes from the front.
pub(super) fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}

/// Rounds a weight to the stored unit.
#[expect(clippy::cast_possible_truncation, reason = "clamped to the range of i16 first")]
pub(super) fn quantise(weight: f64) -> i16 {
    (weight * SCALE).round().clamp(-32_767.0, 32_767.0) as i16
}
