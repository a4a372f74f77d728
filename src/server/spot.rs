//! Short questions are answered on the thread that took the request: handing one to another thread and back takes as long as many an
//! evaluation. Nobody can tell beforehand what is short. So each is begun on the spot; a minder stops what takes longer than a moment,
//! which then begins anew on an evaluator's thread, and questions of its shape are handed over at once for a while.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::graph::Watch;

/// How long an evaluation may hold a thread that others wait for.
const MOMENT: Duration = Duration::from_millis(10);
/// How often the minder looks.
const PACE: Duration = Duration::from_millis(2);
/// Rounds without anything to mind, after which the minder rests until it is woken.
const IDLE: u32 = 50;
/// Questions of a shape that are handed over before one is tried on the spot again.
const HANDED_OVER: u32 = 64;
/// Shapes remembered.
const SHAPES: usize = 4096;

/// The place where short questions are answered.
pub struct Spot {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    attempts: Mutex<Attempts>,
    wake: Condvar,
    /// Shapes that took too long, with the number of questions still to be handed over.
    long: Mutex<HashMap<u64, u32>>,
}

#[derive(Default)]
struct Attempts {
    running: Vec<(u64, Instant, Watch)>,
    next: u64,
    resting: bool,
    closed: bool,
}

impl Spot {
    /// A place with its minder. Where the system has no thread for the minder, nothing is answered on the spot.
    pub fn new() -> Self {
        let inner = Arc::new(Inner::default());
        let minded = inner.clone();
        let started = std::thread::Builder::new().name("minder".to_owned()).spawn(move || minded.mind());
        if started.is_err() {
            lock(&inner.attempts).closed = true;
        }
        Self { inner }
    }

    /// Begins an attempt at a question of this shape; `None` where those take long.
    pub fn begin(&self, shape: u64) -> Option<Attempt> {
        if self.is_handed_over(shape) {
            return None;
        }
        let watch = Watch::brief();
        let mut attempts = lock(&self.inner.attempts);
        if attempts.closed {
            return None;
        }
        let number = attempts.next;
        attempts.next += 1;
        attempts.running.push((number, Instant::now(), watch.clone()));
        if std::mem::take(&mut attempts.resting) {
            self.inner.wake.notify_one();
        }
        drop(attempts);
        Some(Attempt { inner: self.inner.clone(), number, shape, watch })
    }

    fn is_handed_over(&self, shape: u64) -> bool {
        let mut long = lock(&self.inner.long);
        let Some(left) = long.get_mut(&shape) else { return false };
        *left -= 1;
        if *left == 0 {
            long.remove(&shape);
        }
        true
    }
}

impl Drop for Spot {
    fn drop(&mut self) {
        lock(&self.inner.attempts).closed = true;
        self.inner.wake.notify_one();
    }
}

impl Inner {
    /// Stops what takes longer than a moment, until the place is closed.
    fn mind(&self) {
        let mut idle = 0;
        loop {
            let mut attempts = lock(&self.attempts);
            if attempts.closed {
                return;
            }
            idle = if attempts.running.is_empty() { idle + 1 } else { 0 };
            if idle > IDLE {
                attempts.resting = true;
                drop(self.wake.wait(attempts).unwrap_or_else(PoisonError::into_inner));
                idle = 0;
                continue;
            }
            attempts.running.iter().filter(|(_, started, _)| started.elapsed() >= MOMENT).for_each(|(_, _, watch)| watch.expire());
            drop(attempts);
            std::thread::sleep(PACE);
        }
    }
}

/// An evaluation on the spot; over when dropped.
pub struct Attempt {
    inner: Arc<Inner>,
    number: u64,
    shape: u64,
    watch: Watch,
}

impl Attempt {
    /// What stops it after a moment.
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Notes that it took too long.
    pub fn took_too_long(self) {
        let mut long = lock(&self.inner.long);
        if long.len() >= SHAPES {
            long.clear();
        }
        long.insert(self.shape, HANDED_OVER);
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        lock(&self.inner.attempts).running.retain(|(number, ..)| *number != self.number);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What questions have in common that differ in their constants: a hash of the text without IRIs, strings and digits.
pub fn shape(text: &str) -> u64 {
    let mut until = None;
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        if let Some(end) = until {
            if byte == end {
                until = None;
            }
            return hash;
        }
        until = match byte {
            b'<' => Some(b'>'),
            b'"' | b'\'' => Some(byte),
            _ => None,
        };
        if byte.is_ascii_digit() { hash } else { (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits_for_its_end(attempt: &Attempt) -> Duration {
        let started = Instant::now();
        while !attempt.watch().is_stopped() && started.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(1));
        }
        started.elapsed()
    }

    #[test]
    fn what_takes_long_is_stopped_and_its_like_handed_over_for_a_while() {
        let spot = Spot::new();
        for _ in 0..2 {
            let attempt = spot.begin(7).expect("it may be short");
            assert!(waits_for_its_end(&attempt) < Duration::from_secs(20), "nobody stopped it");
            attempt.took_too_long();
            assert!((0..HANDED_OVER).all(|_| spot.begin(7).is_none()));
            assert!(spot.begin(8).is_some(), "another shape may be short");
        }
    }

    #[test]
    fn the_minder_wakes_from_its_rest() {
        let spot = Spot::new();
        let started = Instant::now();
        while !lock(&spot.inner.attempts).resting {
            assert!(started.elapsed() < Duration::from_secs(20), "it never rests");
            std::thread::sleep(PACE);
        }
        assert!(waits_for_its_end(&spot.begin(1).unwrap()) < Duration::from_secs(20), "it sleeps on");
    }

    #[test]
    fn constants_make_no_other_shape() {
        let of = |name: &str, number: u32| shape(&format!("SELECT ?x {{ ?x <http://e/{name}> \"{name}\" ; ?p {number} }}"));
        assert_eq!(of("a", 7), of("bc", 1234));
        assert_ne!(shape("SELECT ?x { ?x ?y ?z }"), shape("SELECT ?x { ?x ?y ?x }"));
    }
}
