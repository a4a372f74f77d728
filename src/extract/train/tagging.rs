//! Trains the tagger: conditional log-likelihood of a linear chain, AdaGrad with a truncated L1 step, sentences in a fixed
//! pseudo-random order. Only basic arithmetic and our own exponential are used, so the weights are the same on every machine.
//!
//! Method: Lafferty, McCallum & Pereira 2001 (CRF); Duchi, Hazan & Singer 2011 (AdaGrad); Langford, Li & Zhang 2009 (truncated gradient).

use std::collections::{BTreeMap, HashMap};

use crate::extract::linear::{Linear, exp, quantise};
use crate::extract::names::{FORBIDDEN, Tagger, may_follow};

use super::shuffle;

/// A sentence with its features and labels, one of each a character.
pub(super) struct TagExample {
    pub features: Vec<Vec<u64>>,
    pub labels: Vec<u8>,
}

/// Smallest weight that is kept, in stored units.
const LEAST: i16 = 4;

/// Settings of training.
#[derive(Clone, Copy)]
pub(super) struct TagSettings {
    pub epochs: usize,
    pub rate: f64,
    pub l1: f64,
    /// Features seen fewer times are dropped.
    pub min_count: u32,
}

impl Default for TagSettings {
    fn default() -> Self {
        Self { epochs: 12, rate: 0.02, l1: 0.0005, min_count: 3 }
    }
}

struct State {
    labels: usize,
    weights: Vec<f32>,
    squares: Vec<f32>,
    transition: Vec<f32>,
    transition_squares: Vec<f32>,
    settings: TagSettings,
}

/// Trains a tagger whose label names are `names` (label 0 first).
pub(super) fn train(examples: &[TagExample], names: Vec<String>, settings: TagSettings) -> Tagger {
    let labels = names.len();
    let (index, coded) = code(examples, settings.min_count);
    let mut state = State {
        labels,
        weights: vec![0.0; index.len() * labels],
        squares: vec![1e-4; index.len() * labels],
        transition: vec![0.0; labels * labels],
        transition_squares: vec![1e-4; labels * labels],
        settings,
    };
    let mut order: Vec<usize> = (0..examples.len()).collect();
    for epoch in 0..settings.epochs {
        shuffle(&mut order, epoch as u64);
        for at in &order {
            state.step(&coded[*at], &examples[*at].labels);
        }
    }
    let mut rows = BTreeMap::new();
    for (key, row) in &index {
        rows.insert(*key, state.weights[row * labels..(row + 1) * labels].to_vec());
    }
    let mut transition: Vec<i32> = state.transition.iter().map(|w| i32::from(quantise(f64::from(*w)))).collect();
    for from in 0..labels {
        for to in 0..labels {
            if !may_follow(Some(from), to) {
                transition[from * labels + to] = FORBIDDEN;
            }
        }
    }
    Tagger::new(Linear::pack(names, &vec![0.0; labels], &rows, LEAST), transition)
}

/// Numbers the features that occur often enough.
fn code(examples: &[TagExample], min_count: u32) -> (BTreeMap<u64, usize>, Vec<Vec<Vec<u32>>>) {
    let mut counts: HashMap<u64, u32> = HashMap::new();
    for feature in examples.iter().flat_map(|e| e.features.iter().flatten()) {
        *counts.entry(*feature).or_default() += 1;
    }
    let kept: BTreeMap<u64, u32> = counts.into_iter().filter(|(_, n)| *n >= min_count).collect();
    let index: BTreeMap<u64, usize> = kept.keys().copied().zip(0..).collect();
    let lookup: HashMap<u64, u32> = index.iter().map(|(k, i)| (*k, u32::try_from(*i).unwrap_or(u32::MAX))).collect();
    let coded =
        examples.iter().map(|e| e.features.iter().map(|fs| fs.iter().filter_map(|f| lookup.get(f).copied()).collect()).collect()).collect();
    (index, coded)
}

impl State {
    /// One sentence: forward and backward in probability space, then an AdaGrad step on the rows it touches.
    fn step(&mut self, features: &[Vec<u32>], gold: &[u8]) {
        let (n, labels) = (features.len(), self.labels);
        if n == 0 {
            return;
        }
        let emission = self.emission(features);
        let transition: Vec<f64> = (0..labels * labels)
            .map(|i| if may_follow(Some(i / labels), i % labels) { exp(f64::from(self.transition[i])) } else { 0.0 })
            .collect();
        let (alpha, beta) = chain(&emission, &transition, n, labels);
        let mut expected = vec![0.0f64; labels * labels];
        for at in 1..n {
            let mut total = 0.0;
            let mut part = vec![0.0f64; labels * labels];
            for from in 0..labels {
                let a = alpha[(at - 1) * labels + from];
                if a < 1e-12 {
                    continue;
                }
                for to in 0..labels {
                    let p = a * transition[from * labels + to] * emission[at * labels + to] * beta[at * labels + to];
                    part[from * labels + to] = p;
                    total += p;
                }
            }
            part.iter().zip(expected.iter_mut()).for_each(|(p, e)| *e += p / total);
        }
        for at in 1..n {
            expected[usize::from(gold[at - 1]) * labels + usize::from(gold[at])] -= 1.0;
        }
        for at in 0..n {
            let total: f64 = (0..labels).map(|y| alpha[at * labels + y] * beta[at * labels + y]).sum();
            for y in 0..labels {
                let p = alpha[at * labels + y] * beta[at * labels + y] / total;
                let gradient = p - f64::from(u8::from(usize::from(gold[at]) == y));
                if gradient.abs() > 1e-4 {
                    self.update(&features[at], y, gradient);
                }
            }
        }
        for (i, gradient) in expected.iter().enumerate() {
            if gradient.abs() > 1e-6 {
                #[expect(clippy::cast_possible_truncation, reason = "weights are kept in single precision")]
                let g = *gradient as f32;
                self.transition_squares[i] += g * g;
                #[expect(clippy::cast_possible_truncation, reason = "weights are kept in single precision")]
                let rate = self.settings.rate as f32;
                self.transition[i] -= rate * g / self.transition_squares[i].sqrt();
            }
        }
    }

    fn emission(&self, features: &[Vec<u32>]) -> Vec<f64> {
        let labels = self.labels;
        let mut emission = vec![0.0f64; features.len() * labels];
        for (at, fs) in features.iter().enumerate() {
            let row = &mut emission[at * labels..(at + 1) * labels];
            for f in fs {
                let start = *f as usize * labels;
                row.iter_mut().zip(&self.weights[start..start + labels]).for_each(|(s, w)| *s += f64::from(*w));
            }
            let top = row.iter().copied().fold(f64::MIN, f64::max);
            row.iter_mut().for_each(|s| *s = exp(*s - top));
        }
        emission
    }

    fn update(&mut self, features: &[u32], label: usize, gradient: f64) {
        #[expect(clippy::cast_possible_truncation, reason = "weights are kept in single precision")]
        let (g, rate, l1) = (gradient as f32, self.settings.rate as f32, self.settings.l1 as f32);
        for f in features {
            let i = *f as usize * self.labels + label;
            self.squares[i] += g * g;
            let step = rate / self.squares[i].sqrt();
            let w = self.weights[i] - step * g;
            let shrink = step * l1;
            self.weights[i] = if w > shrink {
                w - shrink
            } else if w < -shrink {
                w + shrink
            } else {
                0.0
            };
        }
    }
}

/// Forward and backward values, each position scaled to sum to one.
fn chain(emission: &[f64], transition: &[f64], n: usize, labels: usize) -> (Vec<f64>, Vec<f64>) {
    let mut alpha = vec![0.0f64; n * labels];
    let mut beta = vec![1.0f64; n * labels];
    for y in 0..labels {
        alpha[y] = if may_follow(None, y) { emission[y] } else { 0.0 };
    }
    scale(&mut alpha[..labels]);
    for at in 1..n {
        let (before, rest) = alpha.split_at_mut(at * labels);
        let before = &before[(at - 1) * labels..];
        let row = &mut rest[..labels];
        for (from, a) in before.iter().enumerate() {
            if *a > 1e-12 {
                row.iter_mut().zip(&transition[from * labels..(from + 1) * labels]).for_each(|(r, t)| *r += a * t);
            }
        }
        row.iter_mut().zip(&emission[at * labels..]).for_each(|(r, e)| *r *= e);
        scale(row);
    }
    for at in (0..n - 1).rev() {
        let (front, back) = beta.split_at_mut((at + 1) * labels);
        let row = &mut front[at * labels..];
        let after: Vec<f64> = (0..labels).map(|y| back[y] * emission[(at + 1) * labels + y]).collect();
        for (from, r) in row.iter_mut().enumerate() {
            *r = transition[from * labels..(from + 1) * labels].iter().zip(&after).map(|(t, a)| t * a).sum();
        }
        scale(row);
    }
    (alpha, beta)
}

fn scale(row: &mut [f64]) {
    let total: f64 = row.iter().sum();
    if total > 0.0 {
        row.iter_mut().for_each(|x| *x /= total);
    }
}
