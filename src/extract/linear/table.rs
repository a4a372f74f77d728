//! The rows of a model as scoring wants them: packed, each found by its feature in one look or two.

/// Most classes a model can have: a packed cell has seven bits for its class.
pub(in crate::extract) const CLASSES: usize = 128;

/// Largest weight of a cell, in stored units: a packed cell has nine bits for it, two values of which are marks. Two nats; trained
/// weights stay below one.
pub(super) const WIDEST: i16 = 254;

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

/// The rows as scoring wants them: open addressing over slots of eight bytes. A slot holds 32 bits of the feature and two packed
/// cells, which is all that two rows in three have; longer rows stand in `long`, each after its length; those with weights for one class
/// in [`FILLED_FROM`] or more stand in `filled` instead, a byte for each class, so that many are added at once.
///
/// A feature without weights is taken for one that has some once in a million look-ups, and by every machine in the same place.
#[derive(Clone, Default)]
pub(super) struct Table {
    slots: Vec<(u32, u32)>,
    pub long: Vec<u16>,
    pub filled: Vec<i8>,
    /// Bytes of a filled row: the number of classes, rounded up.
    pub width: usize,
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
    pub fn new(rows: &[(u64, u32, u32)], cells: &[(u8, i16)], classes: usize) -> Self {
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
    pub fn add(&self, features: &[u64], sums: &mut [i16]) {
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
