//! A quick hash for tables whose keys no writer of documents can choose: numbers that we gave out, words of the knowledge. Tables keyed by
//! text of documents keep the hash of the standard library, which nobody can aim at.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A table with the quick hash.
pub(in crate::extract) type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<Quick>>;

/// Multiplies and folds, eight bytes at a time.
#[derive(Clone, Default)]
pub(in crate::extract) struct Quick(u64);

impl Quick {
    #[inline]
    fn mix(&mut self, value: u64) {
        let mixed = (self.0 ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ mixed >> 32;
    }
}

impl Hasher for Quick {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.mix(u64::from_le_bytes(*word)));
        if !rest.is_empty() {
            self.mix(rest.iter().fold(1, |all, byte| all << 8 | u64::from(*byte)));
        }
    }

    #[inline]
    fn write_u8(&mut self, value: u8) {
        self.mix(value.into());
    }

    #[inline]
    fn write_u32(&mut self, value: u32) {
        self.mix(value.into());
    }

    #[inline]
    fn write_u64(&mut self, value: u64) {
        self.mix(value);
    }

    #[inline]
    fn write_usize(&mut self, value: usize) {
        self.mix(value as u64);
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0.wrapping_mul(0xD6E8_FEB8_6659_FD93)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_finds_what_was_put_in() {
        let words: Vec<String> = (0..5000).map(|i| "产业集群".chars().cycle().take(i % 9).collect::<String>() + &i.to_string()).collect();
        let table: QuickMap<String, usize> = words.iter().cloned().zip(0..).collect();
        assert!(words.iter().enumerate().all(|(i, word)| table.get(word.as_str()) == Some(&i)));
        assert!(!table.contains_key("产业"));
    }
}
