//! The character tagger: a linear-chain model that decides which stretches of a sentence are names, and of which type.
//! Inference is integer arithmetic with fixed tie-breaks (lower label first), so that every machine gives the same spans.

use super::layout::LineKind;
use super::linear::{Feature, Linear, put_len, take, take_len};
use super::marks::{Marks, class_of};

/// A stretch of a sentence tagged as a name. Characters, relative to the sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tagged {
    pub start: usize,
    pub end: usize,
    pub kind_of: u8,
    /// Mean score margin of its characters over the best other label, in weight units.
    pub margin: i32,
}

/// Emission weights and transitions between labels. Label 0 is outside; type `t` begins with `1 + 2t` and goes on with `2 + 2t`.
#[derive(Clone, Default)]
pub(super) struct Tagger {
    pub emission: Linear,
    /// `transition[from * labels + to]`.
    pub transition: Vec<i32>,
}

/// Weight of a transition that no name can have.
pub(super) const FORBIDDEN: i32 = -1_000_000;

/// How far behind the best a label may be and still be tried as the one before, in weight units.
const FAR: i32 = 2_000;

/// Whether label `to` may follow label `from` (`None` at the start of a sentence).
pub(super) fn may_follow(from: Option<usize>, to: usize) -> bool {
    if to == 0 || to % 2 == 1 {
        return true;
    }
    matches!(from, Some(f) if f == to || f + 1 == to)
}

/// What stands around a sentence.
#[derive(Clone, Copy)]
pub(super) struct Setting {
    /// Kind of its line.
    pub kind: LineKind,
    /// Hash of the column's header, 0 outside tables.
    pub header: u64,
}

impl Tagger {
    /// Names in a sentence, left to right.
    pub fn tag(&self, chars: &[char], marks: &Marks, setting: Setting) -> Vec<Tagged> {
        let labels = self.emission.labels.len();
        if labels == 0 || chars.is_empty() {
            return Vec::new();
        }
        let n = chars.len();
        let mut scores = vec![0i32; labels * n];
        let mut features = Vec::with_capacity(64);
        for at in 0..n {
            features.clear();
            features_at(chars, marks, setting, at, &mut features);
            self.emission.score(&features, &mut scores[at * labels..(at + 1) * labels]);
        }
        let path = self.viterbi(&scores, labels, n);
        spans(&path, &scores, labels)
    }

    fn viterbi(&self, scores: &[i32], labels: usize, n: usize) -> Vec<usize> {
        let mut best: Vec<i32> = (0..labels).map(|y| if may_follow(None, y) { scores[y] } else { FORBIDDEN }).collect();
        let mut back = vec![0u8; labels * n];
        let mut next = vec![0i32; labels];
        let widest = self.transition.iter().copied().max().unwrap_or(0);
        for at in 1..n {
            let top = best.iter().copied().max().unwrap_or(0);
            // A label so far behind that no transition can bring it back need not be tried.
            let live: Vec<usize> = (0..labels).filter(|y| best[*y] + 2 * widest >= top - FAR).collect();
            for y in 0..labels {
                let mut chosen = (i32::MIN, 0usize);
                let continues = y != 0 && y % 2 == 0;
                let pair = [y.saturating_sub(1), y];
                for from in if continues { &pair[..] } else { &live[..] } {
                    let total = best[*from] + self.transition[from * labels + y];
                    if total > chosen.0 {
                        chosen = (total, *from);
                    }
                }
                next[y] = chosen.0 + scores[at * labels + y];
                back[at * labels + y] = u8::try_from(chosen.1).unwrap_or(0);
            }
            std::mem::swap(&mut best, &mut next);
        }
        let mut y = (0..labels).fold(0, |a, b| if best[b] > best[a] { b } else { a });
        let mut path = vec![0; n];
        for at in (0..n).rev() {
            path[at] = y;
            y = usize::from(back[at * labels + y]);
        }
        path
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
        Some(Self { emission, transition })
    }
}

fn spans(path: &[usize], scores: &[i32], labels: usize) -> Vec<Tagged> {
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
        let margin: i32 = (at..end)
            .map(|i| {
                let row = &scores[i * labels..(i + 1) * labels];
                row[path[i]] - row[0]
            })
            .sum();
        let len = i32::try_from(end - at).unwrap_or(1);
        found.push(Tagged { start: at, end, kind_of: u8::try_from(kind_of).unwrap_or(0), margin: margin / len });
        at = end;
    }
    found
}

/// Features of the character at `at`.
pub(super) fn features_at(chars: &[char], marks: &Marks, setting: Setting, at: usize, out: &mut Vec<u64>) {
    let n = chars.len();
    let c = |d: isize| -> u64 { at.checked_add_signed(d).filter(|i| *i < n).map_or(1, |i| u64::from(chars[i])) };
    let of = |v: &[u16], d: isize| -> u64 { at.checked_add_signed(d).and_then(|i| v.get(i)).map_or(0xFFFF, |x| u64::from(*x)) };
    let class = |d: isize| -> u64 { at.checked_add_signed(d).filter(|i| *i < n).map_or(0, |i| u64::from(class_of(chars[i]))) };
    let f = |template: u32| Feature::new(template);
    let mut put = |feature: Feature| out.push(feature.hash());
    put(f(1).with(c(0)));
    put(f(2).with(c(-1)));
    put(f(3).with(c(1)));
    put(f(4).with(c(-2)).with(c(-1)));
    put(f(5).with(c(-1)).with(c(0)));
    put(f(6).with(c(0)).with(c(1)));
    put(f(7).with(c(1)).with(c(2)));
    put(f(8).with(c(-1)).with(c(0)).with(c(1)));
    put(f(9).with(c(-2)).with(c(-1)).with(c(0)));
    put(f(10).with(c(0)).with(c(1)).with(c(2)));
    put(f(11).with(class(-1)).with(class(0)).with(class(1)));
    put(f(12).with(class(-2)).with(class(-1)).with(class(0)).with(class(1)).with(class(2)));
    let word = u64::from(marks.word[at]);
    let tag = u64::from(marks.tag[at]) << 3 | u64::from(marks.edge[at]);
    let tag_at = |d: isize| -> u64 {
        at.checked_add_signed(d).filter(|i| *i < n).map_or(0, |i| u64::from(marks.tag[i]) << 3 | u64::from(marks.edge[i]))
    };
    let word_at = |d: isize| -> u64 { at.checked_add_signed(d).filter(|i| *i < n).map_or(0, |i| u64::from(marks.word[i])) };
    put(f(13).with(word).with(u64::from(marks.edge[at])));
    put(f(14).with(tag));
    put(f(15).with(tag_at(-1)).with(tag));
    put(f(16).with(tag).with(tag_at(1)));
    put(f(17).with(tag_at(-1)).with(tag).with(tag_at(1)));
    put(f(18).with(word_at(-1)).with(tag));
    put(f(19).with(word_at(1)).with(tag));
    let name = of(&marks.name, 0);
    put(f(20).with(name));
    put(f(21).with(of(&marks.name, -1)).with(name));
    put(f(22).with(name).with(of(&marks.name, 1)));
    put(f(23).with(of(&marks.place, 0)).with(of(&marks.place, 1)));
    put(f(24).with(of(&marks.industry, 0)).with(of(&marks.industry, 1)));
    let head = of(&marks.head, 0);
    put(f(25).with(head));
    put(f(26).with(head).with(of(&marks.head, 1)));
    put(f(27).with(of(&marks.head, -1)));
    let next = of(&marks.next_head, 0);
    put(f(28).with(next));
    put(f(29).with(next >> 4).with(name));
    put(f(30).with(next).with(tag));
    put(f(31).with(next >> 4).with(c(-1)));
    let candidate = of(&marks.candidate, 0);
    put(f(32).with(candidate));
    put(f(33).with(candidate).with(of(&marks.candidate, 1)));
    put(f(34).with(candidate).with(name));
    put(f(35).with(candidate).with(tag));
    let quote = of(&marks.quote, 0);
    put(f(36).with(quote));
    put(f(37).with(quote).with(next >> 4));
    put(f(38).with(of(&marks.quote, -1)).with(quote >> 10));
    put(f(39).with(of(&marks.group, 0)).with(tag));
    put(f(40).with(of(&marks.group_before, 0)).with(class(0)));
    put(f(41).with(of(&marks.group, 1)).with(of(&marks.group, 2)).with(class(0)));
    put(f(42).with(of(&marks.group, 2)).with(of(&marks.group, 3)));
    let surname = of(&marks.surname, 0);
    put(f(47).with(surname).with(of(&marks.group_before, 0)).with(tag));
    put(f(48).with(surname).with(of(&marks.group, 2)).with(of(&marks.group, 3)).with(of(&marks.group, 4)));
    put(f(49).with(of(&marks.surname, -1)).with(of(&marks.group_before, -1)).with(class(0)));
    put(f(50).with(of(&marks.surname, -2)).with(of(&marks.group, 1)).with(class(0)));
    let edge = |d: isize| -> u64 {
        at.checked_add_signed(d).filter(|i| *i < n).map_or(9, |i| u64::from(marks.edge[i]) << 1 | u64::from(marks.word[i] >> 31))
    };
    put(f(52).with(surname).with(edge(0)).with(edge(1)).with(edge(2)).with(class(3)).with(class(-1)));
    put(f(53).with(of(&marks.surname, -1)).with(edge(-1)).with(edge(0)).with(edge(1)).with(class(2)));
    put(f(54).with(of(&marks.surname, -2)).with(edge(-1)).with(edge(0)).with(class(1)));
    put(f(51).with(of(&marks.surname, -1)).with(of(&marks.group, 1)).with(of(&marks.group, 2)));
    let kind = match setting.kind {
        LineKind::Title => 1,
        LineKind::Heading(_) => 2,
        LineKind::Text => 3,
        LineKind::Item => 4,
        LineKind::Row => 5,
    };
    put(f(43).with(kind).with(u64::from(at == 0)).with(u64::from(at + 1 == n)));
    if setting.header != 0 {
        put(f(44).with(setting.header).with(u64::from(at == 0)));
        put(f(45).with(setting.header).with(class(0)));
    }
    put(f(46).with(u64::from(at == 0)).with(next >> 4).with(kind));
}
