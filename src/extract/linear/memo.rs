//! Sums of weights that come again: the features of a character depend on few things at a time, and so does their sum. It is worked out
//! once and kept under exactly these things. What is kept never changes what is found, only how fast.

/// A memory of rows of weights, each under a key of `K` numbers that holds all that the row depends on. A row that comes later takes the
/// place of one that was filed there before: the memory is as large as it was made.
pub(in crate::extract) struct Memo<const K: usize> {
    keys: Vec<[u64; K]>,
    rows: Vec<i16>,
    /// Weights of a row.
    width: usize,
    /// How far a hash is shifted to give a place.
    shift: u32,
}

/// Set in the first number of every key that is filed, so that none is a free place. Keys leave this bit alone.
const FILED: u64 = 1 << 63;

impl<const K: usize> Memo<K> {
    /// Room for two to the power of `bits` rows of `width` weights.
    pub fn new(bits: u32, width: usize) -> Self {
        Self { keys: vec![[0; K]; 1 << bits], rows: vec![0; width << bits], width, shift: 64 - bits }
    }

    /// The row of `key`; `make` adds up its weights from zero where it is not at hand. The highest bit of the first number must be free.
    #[inline]
    pub fn row(&mut self, mut key: [u64; K], make: impl FnOnce(&mut [i16])) -> &[i16] {
        key[0] |= FILED;
        let hash = key.iter().fold(0u64, |hash, part| {
            let mixed = (hash ^ part).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            mixed ^ mixed >> 29
        });
        let at = (hash.wrapping_mul(0xD6E8_FEB8_6659_FD93) >> self.shift) as usize;
        let row = &mut self.rows[at * self.width..(at + 1) * self.width];
        if self.keys[at] != key {
            self.keys[at] = key;
            row.fill(0);
            make(row);
        }
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_that_of_its_key_whatever_came_before() {
        let mut memo: Memo<2> = Memo::new(3, 2);
        let mut made = 0;
        for round in 0..3u64 {
            for key in 0..40u64 {
                let wanted = [key as i16, (key * 3) as i16];
                let row = memo.row([key, key / 2], |row| {
                    made += 1;
                    row.copy_from_slice(&wanted);
                });
                assert_eq!(row, wanted, "round {round}");
            }
        }
        let before = made;
        memo.row([39, 19], |_| made += 1);
        assert_eq!(made, before, "what came last is at hand");
    }

    #[test]
    fn a_key_of_zeros_is_a_key() {
        let mut memo: Memo<1> = Memo::new(1, 1);
        assert_eq!(memo.row([0], |row| row[0] = 5), [5]);
    }
}
