//! Answers already given, by generation, request and format; and single flight: equal requests that come while the first is being
//! answered wait for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

/// What an answer is kept under.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of a request: every part that decides about the bytes of the answer.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    /// The entity tag. Weak, because the same answer goes out with different encodings.
    pub fn etag(&self) -> String {
        let hex: String = self.0.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        format!("W/\"{hex}\"")
    }

    /// A short name of the request for logs, which hold no text of queries.
    pub fn short(&self) -> String {
        self.0.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A complete answer.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its bytes.
    pub bytes: Bytes,
    /// Its media type.
    pub content_type: &'static str,
    /// Its rows.
    pub rows: u64,
    /// Whether a page limit cut it, so that there is a next page.
    pub more: bool,
}

/// The cache and the requests under way.
pub struct Answers {
    kept: Option<Cache<Key, Arc<Kept>>>,
    flights: Mutex<HashMap<Key, watch::Receiver<()>>>,
}

/// What to do about a request.
pub enum Turn {
    /// Here is the answer.
    Hit(Arc<Kept>),
    /// Evaluate; others wait until the flight is dropped.
    Fly(Flight),
    /// Evaluate; nothing is kept, so that waiting for others would be in vain.
    Alone,
    /// Somebody else is evaluating it; look again when this changes.
    Wait(watch::Receiver<()>),
}

/// The right to evaluate a request while equal ones wait.
pub struct Flight {
    answers: Arc<Answers>,
    key: Key,
    _landed: watch::Sender<()>,
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.answers.flights.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

impl Answers {
    /// A cache of at most `bytes` bytes; 0 keeps nothing.
    pub fn new(bytes: u64) -> Arc<Self> {
        let weigh = |_: &Key, kept: &Arc<Kept>| u32::try_from(kept.bytes.len() + 256).unwrap_or(u32::MAX);
        let kept = (bytes > 0).then(|| Cache::builder().max_capacity(bytes).weigher(weigh).build());
        Arc::new(Self { kept, flights: Mutex::default() })
    }

    /// Looks up `key` and, where it is missing, takes the flight or waits for who has it.
    pub fn turn(self: &Arc<Self>, key: &Key) -> Turn {
        if self.kept.is_none() {
            return Turn::Alone;
        }
        if let Some(hit) = self.get(key) {
            return Turn::Hit(hit);
        }
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(key) {
            return Turn::Wait(flight.clone());
        }
        // It may have landed between the two looks.
        if let Some(hit) = self.get(key) {
            return Turn::Hit(hit);
        }
        let (landed, waiting) = watch::channel(());
        flights.insert(key.clone(), waiting);
        Turn::Fly(Flight { answers: self.clone(), key: key.clone(), _landed: landed })
    }

    /// The answer kept under `key`.
    pub fn get(&self, key: &Key) -> Option<Arc<Kept>> {
        self.kept.as_ref()?.get(key)
    }

    /// Keeps an answer.
    pub fn keep(&self, key: Key, answer: Kept) {
        if let Some(kept) = &self.kept {
            kept.insert(key, Arc::new(answer));
        }
    }

    /// Largest answer that is kept, in bytes.
    pub fn largest(&self) -> usize {
        if self.kept.is_some() { 1 << 20 } else { 0 }
    }

    /// Bytes held, about.
    pub fn size(&self) -> u64 {
        self.kept.as_ref().map_or(0, Cache::weighted_size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(Key::of(["ab", "c"]), Key::of(["a", "bc"]));
    }

    #[test]
    fn without_a_cache_nobody_waits() {
        let answers = Answers::new(0);
        let key = Key::of(["q"]);
        assert!(matches!(answers.turn(&key), Turn::Alone));
        assert!(matches!(answers.turn(&key), Turn::Alone));
    }

    #[test]
    fn one_flies_and_the_others_wait_until_it_lands() {
        let answers = Answers::new(1 << 20);
        let key = Key::of(["q"]);
        let Turn::Fly(flight) = answers.turn(&key) else { panic!("the first must fly") };
        let Turn::Wait(waiting) = answers.turn(&key) else { panic!("the second must wait") };
        answers.keep(key.clone(), Kept { bytes: Bytes::from_static(b"x"), content_type: "text/csv", rows: 1, more: false });
        drop(flight);
        assert!(waiting.has_changed().is_err(), "the sender is gone");
        assert!(matches!(answers.turn(&key), Turn::Hit(_)));
    }
}
