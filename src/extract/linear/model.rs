//! Sparse linear models over hashed features, in integers: every machine gives the same bytes.
//!
//! A feature is a 64-bit hash of its template and values; a model keeps, for each feature that earned a weight, a short row of
//! (class, weight). Weights are whole multiples of 1/[`SCALE`].

use std::collections::BTreeMap;

/// Weights are stored as multiples of 1/SCALE.
pub(in crate::extract) const SCALE: f64 = 128.0;

/// Hash of a feature: its template number and up to a few values.
#[derive(Clone, Copy)]
pub(in crate::extract) struct Feature(u64);

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

    /// The finished hash, of forty bits; never zero.
    #[inline]
    pub fn hash(self) -> u64 {
        self.0 >> 24 | 1
    }
}

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

/// Most classes a model can have: a packed cell has seven bits for its class.
pub(in crate::extract) const CLASSES: usize = 128;

/// Largest weight of a cell, in stored units: a packed cell has nine bits for it, two values of which are marks. Two nats; trained
/// weights stay below one.
const WIDEST: i16 = 254;

/// The weight that marks a slot whose cells stand elsewhere.
const ELSEWHERE: i16 = -256;

/// The weight that marks a slot whose cells stand elsewhere, one for each class.
const FILLED: i16 = -255;

/// Classes of a filled row that are added at once.
const LANES: usize = 8;

/// A row is filled that has weights for one class in so many, or more.
const FILLED_FROM: usize = 8;

/// Features whose slots are fetched together; a power of two.
const BATCH: usize = 16;

/// Features whose weights for one class sum up to a number of sixteen bits.
pub(in crate::extract) const MOST: usize = 128;

/// The rows as scoring wants them: open addressing over slots of eight bytes. A slot holds 32 bits of the feature and two packed
/// cells, which is all that two rows in three have; longer rows stand in `long`, each after its length; those with weights for one class
/// in [`FILLED_FROM`] or more stand in `filled` instead, a byte for each class, so that many are added at once.
///
/// A feature without weights is taken for one that has some once in a million look-ups, and by every machine in the same place.
#[derive(Clone, Default)]
struct Table {
    slots: Vec<(u32, u32)>,
    long: Vec<u16>,
    filled: Vec<i8>,
    /// Bytes of a filled row: the number of classes, rounded up.
    width: usize,
    /// A few bits for each row: most features have no weight, and this says so from the nearest cache.
    sieve: Vec<u64>,
}

fn packed(class: u8, weight: i16) -> u16 {
    (weight << 7).cast_unsigned() | u16::from(class)
}

/// The payload of a slot whose cells stand at `at` elsewhere; `None` where they stand too far.
fn elsewhere(mark: i16, at: usize) -> Option<u32> {
    let at = u32::try_from(at).ok().filter(|at| *at < 1 << 23)?;
    Some(u32::from(packed((at & 127) as u8, mark)) | (at >> 7) << 16)
}

impl Table {
    fn new(rows: &[(u64, u32, u32)], cells: &[(u8, i16)], classes: usize) -> Self {
        let size = (rows.len() * 4 / 3).max(8);
        let sieve = vec![0; size.next_power_of_two() / 8];
        let width = classes.next_multiple_of(LANES);
        let mut table = Self { slots: vec![(0, 0); size], long: Vec::new(), filled: Vec::new(), width, sieve };
        // A feature that occurs often has weights for many classes: such rows stand side by side, in few pages.
        let mut ordered: Vec<&(u64, u32, u32)> = rows.iter().collect();
        ordered.sort_by_key(|(_, start, end)| std::cmp::Reverse(end - start));
        for (key, start, end) in ordered {
            let Some(payload) = table.payload(&cells[*start as usize..*end as usize]) else { continue };
            let mut at = table.home(*key);
            while table.slots[at].1 != 0 {
                at = if at + 1 == size { 0 } else { at + 1 };
            }
            table.slots[at] = (Self::check(*key), payload);
            let bit = Self::sieve_bit(*key) & (table.sieve.len() * 64 - 1);
            table.sieve[bit >> 6] |= 1 << (bit & 63);
        }
        table
    }

    /// What a slot says of `cells`; those it has no room for are put elsewhere.
    fn payload(&mut self, cells: &[(u8, i16)]) -> Option<u32> {
        let narrow: Option<Vec<(u8, i8)>> = cells.iter().map(|(class, weight)| Some((*class, i8::try_from(*weight).ok()?))).collect();
        match (cells, narrow) {
            ([], _) => None,
            ([one], _) => Some(u32::from(packed(one.0, one.1))),
            ([one, two], _) => Some(u32::from(packed(one.0, one.1)) | u32::from(packed(two.0, two.1)) << 16),
            (_, Some(narrow)) if cells.len() * FILLED_FROM >= self.width => {
                let payload = elsewhere(FILLED, self.filled.len() / self.width)?;
                let start = self.filled.len();
                self.filled.resize(start + self.width, 0);
                for (class, weight) in narrow {
                    self.filled[start + usize::from(class)] = weight;
                }
                Some(payload)
            }
            _ => {
                let payload = elsewhere(ELSEWHERE, self.long.len())?;
                self.long.push(u16::try_from(cells.len()).unwrap_or(0));
                self.long.extend(cells.iter().map(|(class, weight)| packed(*class, *weight)));
                Some(payload)
            }
        }
    }

    /// The slot where a feature is looked for first: its high bits as a fraction of the table.
    #[inline]
    fn home(&self, key: u64) -> usize {
        (((key >> 8) * self.slots.len() as u64) >> 32) as usize
    }

    /// What tells a feature from the others of its neighbourhood: its low bits.
    #[inline]
    fn check(key: u64) -> u32 {
        key as u32
    }

    #[inline]
    fn sieve_bit(key: u64) -> usize {
        (key >> 4) as usize
    }

    /// Whether the feature may have weights.
    #[inline]
    fn may_have(&self, key: u64) -> bool {
        let bit = Self::sieve_bit(key) & (self.sieve.len() * 64 - 1);
        self.sieve[bit >> 6] >> (bit & 63) & 1 != 0
    }

    /// Adds the weights of features to sums that have room for them, one a class. The slots of a batch are fetched before any is used, so
    /// that their waits for memory overlap.
    #[inline]
    fn add(&self, features: &[u64], sums: &mut [i16]) {
        for part in features.chunks(BATCH) {
            let mut kept = [0u64; BATCH];
            let mut homes = [(0u32, 0u32); BATCH];
            let mut count = 0;
            for key in part {
                kept[count & (BATCH - 1)] = *key;
                count += usize::from(self.may_have(*key));
            }
            for (home, key) in homes.iter_mut().zip(&kept[..count]) {
                *home = self.slots[self.home(*key)];
            }
            for (home, key) in homes.iter().zip(&kept[..count]) {
                let payload = self.find(*home, *key);
                if (payload as u16).cast_signed() >> 7 == FILLED {
                    self.add_filled(place(payload), sums);
                } else {
                    self.add_row(payload, sums);
                }
            }
        }
    }

    /// The payload of a feature whose home slot is `slot`; 0 where it has none.
    #[inline]
    fn find(&self, slot: (u32, u32), key: u64) -> u32 {
        let check = Self::check(key);
        let (mut found, mut payload) = slot;
        let mut at = self.home(key);
        while found != check && payload != 0 {
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
            (found, payload) = self.slots[at];
        }
        payload
    }

    /// Adds the cells of a payload that is not that of a filled row.
    #[inline]
    fn add_row(&self, payload: u32, sums: &mut [i16]) {
        let (one, two) = (payload as u16, (payload >> 16) as u16);
        if one.cast_signed() >> 7 == ELSEWHERE {
            let start = place(payload) as usize;
            let len = usize::from(self.long[start]);
            for cell in &self.long[start + 1..=start + len] {
                add_cell(*cell, sums);
            }
        } else {
            add_cell(one, sums);
            add_cell(two, sums);
        }
    }

    /// Adds a filled row.
    #[inline]
    fn add_filled(&self, row: u32, sums: &mut [i16]) {
        let start = row as usize * self.width;
        let row = &self.filled[start..start + self.width];
        for (sums, weights) in sums.as_chunks_mut::<LANES>().0.iter_mut().zip(row.as_chunks::<LANES>().0) {
            sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += i16::from(*weight));
        }
    }
}

/// Where the cells of a payload stand that are elsewhere.
#[inline]
fn place(payload: u32) -> u32 {
    payload & 127 | payload >> 16 << 7
}

#[inline]
fn add_cell(cell: u16, sums: &mut [i16]) {
    sums[usize::from(cell & 127)] += cell.cast_signed() >> 7;
}

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

/// Writes a length as four bytes.
pub(in crate::extract) fn put_len(out: &mut Vec<u8>, len: usize) {
    out.extend_from_slice(&u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes());
}

/// Reads a length of four bytes.
pub(in crate::extract) fn take_len(bytes: &mut &[u8]) -> Option<usize> {
    take(bytes).map(u32::from_le_bytes).and_then(|n| usize::try_from(n).ok())
}

/// Writes a number in groups of seven bits, the lowest first, all but the last marked by the eighth.
fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7F) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Reads what [`put_number`] wrote.
fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let [byte] = take::<1>(bytes)?;
        number |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// A signed weight as a number that is small where the weight is.
fn zigzag(weight: i16) -> u64 {
    u64::from((weight << 1 ^ weight >> 15).cast_unsigned())
}

fn unzigzag(number: u64) -> Option<i16> {
    let number = u16::try_from(number).ok()?;
    Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
}

/// Takes `N` bytes from the front.
pub(in crate::extract) fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}

/// Rounds a weight to the stored unit.
#[expect(clippy::cast_possible_truncation, reason = "clamped to the range of i16 first")]
pub(in crate::extract) fn quantise(weight: f64) -> i16 {
    (weight * SCALE).round().clamp(-32_767.0, 32_767.0) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

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
