//! The best sequence of labels: a Viterbi search that tries, at each character, only the labels that can still win. Ties go to the
//! lower label, so that every machine finds the same path.
//!
//! Label 0 is outside, `1 + 2t` begins a name of type `t` and `2 + 2t` goes on with it. What anything may stand before (label 0 and the
//! beginnings) is searched; going on has two ways only.

use super::tagger::FORBIDDEN;

/// The transitions between labels as the search wants them.
#[derive(Clone, Default)]
pub(super) struct Chain {
    labels: usize,
    types: usize,
    /// Weight of each label without any feature.
    bias: Vec<i32>,
    /// By label: the weight of each transition to label 0 and to the beginning of each type.
    open: Vec<i32>,
    /// By label: how far behind each other label must be to win none of these transitions.
    needed: Vec<i32>,
    /// By type: from its beginning to going on, and from going on to going on.
    inner: Vec<(i32, i32)>,
}

/// Best scores up to a character, by label.
struct Front {
    scores: Vec<i32>,
    /// Score and number of the label before, for label 0 and each beginning.
    open: Vec<(i32, u8)>,
}

impl Chain {
    /// The chain of `labels` labels with these weights: `transition[from * labels + to]`.
    pub fn new(labels: usize, bias: &[i32], transition: &[i32]) -> Self {
        let types = labels.saturating_sub(1) / 2;
        if labels == 0 || transition.len() != labels * labels {
            return Self::default();
        }
        let weight = |from: usize, to: usize| transition[from * labels + to];
        let opened = |place: usize| if place == 0 { 0 } else { 2 * place - 1 };
        let open: Vec<i32> = (0..labels).flat_map(|from| (0..=types).map(move |place| weight(from, opened(place)))).collect();
        let row = |label: usize| &open[label * (types + 1)..(label + 1) * (types + 1)];
        let behind = |top: usize, from: usize| row(top).iter().zip(row(from)).map(|(top, from)| top - from).min().unwrap_or(0);
        let needed = (0..labels).flat_map(|top| (0..labels).map(move |from| (top, from))).map(|(top, from)| behind(top, from)).collect();
        let inner = (0..types).map(|t| (weight(1 + 2 * t, 2 + 2 * t), weight(2 + 2 * t, 2 + 2 * t))).collect();
        let bias = (0..labels).map(|label| bias.get(label).copied().unwrap_or(0)).collect();
        Self { labels, types, bias, open, needed, inner }
    }

    /// The labels of the best path through `rows`: for each character the summed weights of its features, the bias apart, in rows of
    /// `width`.
    pub fn best(&self, rows: &[i16], width: usize) -> Vec<usize> {
        let labels = self.labels;
        let n = rows.len() / width.max(1);
        if labels == 0 || n == 0 {
            return vec![0; n];
        }
        let mut front = Front { scores: vec![FORBIDDEN; labels], open: vec![(0, 0); self.types + 1] };
        let score = |row: &[i16], label: usize| i32::from(row[label]) + self.bias[label];
        for label in (0..labels).filter(|label| *label == 0 || label % 2 == 1) {
            front.scores[label] = score(rows, label);
        }
        let mut back = vec![0u8; labels * n];
        for (row, back) in rows.chunks_exact(width).zip(back.chunks_exact_mut(labels)).skip(1) {
            self.step(&mut front, row, back);
        }
        let mut label = (0..labels).fold(0, |a, b| if front.scores[b] > front.scores[a] { b } else { a });
        let mut path = vec![0; n];
        for (at, back) in back.chunks_exact(labels).enumerate().rev() {
            path[at] = label;
            label = usize::from(back[label]);
        }
        path
    }

    /// One character further: `back` gets, for each label, the one before it.
    fn step(&self, front: &mut Front, row: &[i16], back: &mut [u8]) {
        let width = self.types + 1;
        let best = front.scores.iter().copied().fold(i32::MIN, i32::max);
        let top = front.scores.iter().position(|score| *score == best).unwrap_or(0);
        front.open.fill((i32::MIN, 0));
        let needed = &self.needed[top * self.labels..(top + 1) * self.labels];
        for (from, (score, needed)) in front.scores.iter().zip(needed).enumerate() {
            // Behind by more, it comes before nothing; by exactly so much, it may be the lower of two alike.
            if score - best < *needed {
                continue;
            }
            for ((total, before), weight) in front.open.iter_mut().zip(&self.open[from * width..(from + 1) * width]) {
                if score + weight > *total {
                    (*total, *before) = (score + weight, from as u8);
                }
            }
        }
        let types = front.scores[1..].as_chunks_mut::<2>().0.iter_mut().zip(back[1..].as_chunks_mut::<2>().0);
        let added = row[1..].as_chunks::<2>().0.iter().zip(self.bias[1..].as_chunks::<2>().0);
        for (t, ((scores, back), (row, bias))) in types.zip(added).enumerate().take(self.inner.len()) {
            let (begun, gone_on) = (scores[0] + self.inner[t].0, scores[1] + self.inner[t].1);
            let [first, next] = [1 + 2 * t, 2 + 2 * t].map(|label| label as u8);
            let (total, before) = front.open[t + 1];
            *back = [before, if gone_on > begun { next } else { first }];
            *scores = [total + i32::from(row[0]) + bias[0], begun.max(gone_on) + i32::from(row[1]) + bias[1]];
        }
        (front.scores[0], back[0]) = (front.open[0].0 + i32::from(row[0]) + self.bias[0], front.open[0].1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::names::may_follow;

    /// The search as it is defined: every allowed transition tried.
    fn plainly(labels: usize, bias: &[i32], transition: &[i32], rows: &[i16]) -> Vec<usize> {
        let n = rows.len() / labels;
        let score = |at: usize, y: usize| i32::from(rows[at * labels + y]) + bias[y];
        let mut best: Vec<i32> = (0..labels).map(|y| if may_follow(None, y) { score(0, y) } else { FORBIDDEN }).collect();
        let mut back = vec![vec![0; labels]];
        for at in 1..n {
            let before = |to: usize| {
                let from =
                    (0..labels).filter(|from| may_follow(Some(*from), to)).map(|from| (best[from] + transition[from * labels + to], from));
                from.fold((i32::MIN, 0), |a, b| if b.0 > a.0 { b } else { a })
            };
            let next: Vec<(i32, usize)> = (0..labels).map(before).collect();
            best = next.iter().enumerate().map(|(y, (total, _))| total + score(at, y)).collect();
            back.push(next.into_iter().map(|(_, from)| from).collect());
        }
        let mut y = (0..labels).fold(0, |a, b| if best[b] > best[a] { b } else { a });
        let mut path = vec![0; n];
        for at in (0..n).rev() {
            path[at] = y;
            y = back[at][y];
        }
        path
    }

    #[test]
    fn the_search_finds_what_trying_everything_finds() {
        let mut state = 7u64;
        let mut random = |below: i32| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) % u64::from(below.unsigned_abs())) as i32 - below / 2
        };
        // Few different weights, so that many paths tie.
        for (labels, spread) in [(1, 4), (3, 3), (7, 4), (11, 40), (35, 900)] {
            for _ in 0..60 {
                let bias: Vec<i32> = (0..labels).map(|_| random(spread)).collect();
                let weight = |i: usize, w: i32| if may_follow(Some(i / labels), i % labels) { w } else { FORBIDDEN };
                let transition: Vec<i32> = (0..labels * labels).map(|i| weight(i, random(spread))).collect();
                let rows: Vec<i16> = (0..labels * 30).map(|_| random(spread) as i16).collect();
                let chain = Chain::new(labels, &bias, &transition);
                assert_eq!(chain.best(&rows, labels), plainly(labels, &bias, &transition, &rows));
            }
        }
    }
}
