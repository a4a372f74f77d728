//! Multinomial logistic regression over hashed features: AdaGrad, truncated L1, fixed order, own arithmetic.

use std::collections::{BTreeMap, HashMap};

use crate::extract::linear::{Linear, exp};

use super::shuffle;

/// One case: its features and its class.
pub(super) struct Case {
    pub features: Vec<u64>,
    pub class: usize,
    /// What is known before any feature: added to the scores of all classes but the first, in nats.
    pub base: f32,
}

/// Smallest weight that is kept, in stored units.
const LEAST: i16 = 4;

/// Settings of training.
#[derive(Clone, Copy)]
pub(super) struct Settings {
    pub epochs: usize,
    pub rate: f32,
    pub l1: f32,
    pub min_count: u32,
}

impl Settings {
    /// For pairs of items. Every document is read twice, as annotated and as found: what was seen in four places counts eight.
    pub fn relations() -> Self {
        Self { epochs: 8, rate: 0.02, l1: 0.01, min_count: 8 }
    }

    /// For figures and their owners, of which there are fewer.
    pub fn figures() -> Self {
        Self { l1: 0.003, min_count: 6, ..Self::relations() }
    }

    /// For the second look, whose features are few and seen often.
    pub fn review() -> Self {
        Self { epochs: 8, rate: 0.02, l1: 0.05, min_count: 30 }
    }
}

/// Trains a classifier whose class names are `labels`.
pub(super) fn train<'a>(cases: impl IntoIterator<Item = &'a Case>, labels: Vec<String>, settings: Settings) -> Linear {
    let cases: Vec<&Case> = cases.into_iter().collect();
    let n = labels.len();
    let mut counts: HashMap<u64, u32> = HashMap::new();
    for f in cases.iter().flat_map(|c| &c.features) {
        *counts.entry(*f).or_default() += 1;
    }
    let kept: BTreeMap<u64, u32> = counts.into_iter().filter(|(_, k)| *k >= settings.min_count).collect();
    let index: HashMap<u64, usize> = kept.keys().copied().zip(0..).collect();
    let coded: Vec<Vec<usize>> = cases.iter().map(|c| c.features.iter().filter_map(|f| index.get(f).copied()).collect()).collect();
    let mut weights = vec![0f32; kept.len() * n];
    let mut squares = vec![1e-3f32; kept.len() * n];
    let (mut bias, mut bias_squares) = (vec![0f32; n], vec![1e-3f32; n]);
    let mut order: Vec<usize> = (0..cases.len()).collect();
    for epoch in 0..settings.epochs {
        shuffle(&mut order, epoch as u64 + 100);
        for at in &order {
            let gradient = gradient(&coded[*at], cases[*at], &weights, &bias, n);
            for (class, g) in gradient.iter().enumerate().filter(|(_, g)| g.abs() > 1e-4) {
                bias_squares[class] += g * g;
                bias[class] -= settings.rate * g / bias_squares[class].sqrt();
                for f in &coded[*at] {
                    let i = f * n + class;
                    squares[i] += g * g;
                    let step = settings.rate / squares[i].sqrt();
                    let w = weights[i] - step * g;
                    let shrink = step * settings.l1;
                    weights[i] = if w > shrink {
                        w - shrink
                    } else if w < -shrink {
                        w + shrink
                    } else {
                        0.0
                    };
                }
            }
        }
    }
    let rows = kept.keys().copied().zip(weights.chunks(n).map(<[f32]>::to_vec)).collect();
    let bias: Vec<f64> = bias.iter().map(|b| f64::from(*b)).collect();
    Linear::pack(labels, &bias, &rows, LEAST)
}

fn gradient(features: &[usize], case: &Case, weights: &[f32], bias: &[f32], n: usize) -> Vec<f32> {
    let mut scores: Vec<f64> = bias.iter().map(|b| f64::from(*b)).collect();
    for f in features {
        scores.iter_mut().zip(&weights[f * n..(f + 1) * n]).for_each(|(s, w)| *s += f64::from(*w));
    }
    scores.iter_mut().skip(1).for_each(|s| *s += f64::from(case.base));
    let top = scores.iter().copied().fold(f64::MIN, f64::max);
    scores.iter_mut().for_each(|s| *s = exp(*s - top));
    let total: f64 = scores.iter().sum();
    scores
        .iter()
        .enumerate()
        .map(|(class, s)| {
            #[expect(clippy::cast_possible_truncation, reason = "weights are kept in single precision")]
            let gradient = (s / total - f64::from(u8::from(class == case.class))) as f32;
            gradient
        })
        .collect()
}
