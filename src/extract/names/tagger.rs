//! The character tagger: a linear-chain model that decides which stretches of a sentence are names, and of which type.
//! Inference is integer arithmetic with fixed tie-breaks (lower label first), so that every machine gives the same spans.

use crate::extract::linear::{Linear, put_len, take, take_len};
use crate::extract::text::{Marks, Setting};

use super::chain::Chain;
use super::columns::Frame;
use super::emission::Emission;

/// A stretch of a sentence tagged as a name. Characters, relative to the sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tagged {
    pub start: usize,
    pub end: usize,
    pub kind_of: u8,
    /// Found by coordination: place and industry, or level and industry, by construction.
    pub composed: bool,
}

/// Emission weights and transitions between labels. Label 0 is outside; type `t` begins with `1 + 2t` and goes on with `2 + 2t`.
#[derive(Clone, Default)]
pub(in crate::extract) struct Tagger {
    pub emission: Linear,
    /// `transition[from * labels + to]`.
    transition: Vec<i32>,
    chain: Chain,
}

/// Weight of a transition that no name can have.
pub(in crate::extract) const FORBIDDEN: i32 = -1_000_000;

/// Whether label `to` may follow label `from` (`None` at the start of a sentence).
pub(in crate::extract) fn may_follow(from: Option<usize>, to: usize) -> bool {
    if to == 0 || to % 2 == 1 {
        return true;
    }
    matches!(from, Some(f) if f == to || f + 1 == to)
}

impl Tagger {
    /// A tagger with these weights.
    pub fn new(emission: Linear, transition: Vec<i32>) -> Self {
        let chain = Chain::new(emission.labels.len(), &emission.bias, &transition);
        Self { emission, transition, chain }
    }

    /// Names in a sentence, left to right. `memory` is that of this tagger.
    pub(super) fn tag(&self, chars: &[char], marks: &Marks, setting: Setting, memory: &mut Emission) -> Vec<Tagged> {
        if self.emission.labels.is_empty() || chars.is_empty() {
            return Vec::new();
        }
        let width = memory.width();
        let rows = memory.sums(&self.emission, &Frame::new(chars, marks, setting));
        spans(&self.chain.best(rows, width))
    }

    /// Serialised form.
    pub fn write(&self, out: &mut Vec<u8>) {
        self.emission.write(out);
        put_len(out, self.transition.len());
        for t in &self.transition {
            out.extend_from_slice(&t.to_le_bytes());
        }
    }

    /// Reads what [`Tagger::write`] wrote.
    pub fn read(bytes: &mut &[u8]) -> Option<Self> {
        let emission = Linear::read(bytes)?;
        let count = take_len(bytes)?;
        if count != emission.labels.len() * emission.labels.len() {
            return None;
        }
        let transition = (0..count).map(|_| take(bytes).map(i32::from_le_bytes)).collect::<Option<Vec<_>>>()?;
        Some(Self::new(emission, transition))
    }
}

/// The names of a path of labels.
fn spans(path: &[usize]) -> Vec<Tagged> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < path.len() {
        if path[at] == 0 {
            at += 1;
            continue;
        }
        let kind_of = (path[at] - 1) / 2;
        let mut end = at + 1;
        while end < path.len() && path[end] == 2 + 2 * kind_of {
            end += 1;
        }
        found.push(Tagged { start: at, end, kind_of: u8::try_from(kind_of).unwrap_or(0), composed: false });
        at = end;
    }
    found
}
