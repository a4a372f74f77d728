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
        let frame = Frame::new(chars, marks, setting);
        for (at, row) in scores.chunks_exact_mut(labels).enumerate() {
            features.clear();
            frame.features(at, &mut features);
            self.emission.score(&features, row);
        }
        let path = self.viterbi(&scores, labels, n);
        spans(&path, &scores, labels)
    }

    /// How far a label can catch up with another by the transition from it.
    fn spread(&self) -> i32 {
        let allowed = || self.transition.iter().copied().filter(|t| *t > FORBIDDEN);
        allowed().max().unwrap_or(0) - allowed().min().unwrap_or(0)
    }

    fn viterbi(&self, scores: &[i32], labels: usize, n: usize) -> Vec<usize> {
        let mut best: Vec<i32> = (0..labels).map(|y| if may_follow(None, y) { scores[y] } else { FORBIDDEN }).collect();
        let mut back = vec![0u8; labels * n];
        let mut next = vec![0i32; labels];
        let mut chosen = vec![0i32; labels];
        let spread = self.spread();
        for (at, row) in scores.chunks_exact(labels).enumerate().skip(1) {
            let top = best.iter().copied().max().unwrap_or(0);
            next.fill(i32::MIN);
            // A label so far behind that no transition can bring it back need not be tried before one that any may precede.
            for from in (0..labels).filter(|y| best[*y] + spread >= top) {
                let (begun, number) = (best[from], from as i32);
                let transition = &self.transition[from * labels..(from + 1) * labels];
                for ((next, chosen), transition) in next.iter_mut().zip(&mut chosen).zip(transition) {
                    let total = begun + transition;
                    *chosen = if total > *next { number } else { *chosen };
                    *next = total.max(*next);
                }
            }
            for y in (2..labels).step_by(2) {
                let begun = best[y - 1] + self.transition[(y - 1) * labels + y];
                let gone_on = best[y] + self.transition[y * labels + y];
                next[y] = begun.max(gone_on);
                chosen[y] = if gone_on > begun { y } else { y - 1 } as i32;
            }
            next.iter_mut().zip(row).for_each(|(next, score)| *next += score);
            back[at * labels..].iter_mut().zip(&chosen).for_each(|(back, chosen)| *back = *chosen as u8);
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

/// One character of a sentence with its marks, as the features want them.
#[derive(Clone, Copy)]
struct Column {
    c: u32,
    word: u32,
    name: u16,
    place: u16,
    industry: u16,
    head: u16,
    next_head: u16,
    candidate: u16,
    quote: u16,
    group: u16,
    group_before: u16,
    surname: u16,
    /// Part of speech and place in the word.
    tag: u16,
    class: u8,
    /// Place in the word, and whether the word is unknown.
    edge: u8,
}

/// What stands before the first character and after the last.
const OUTSIDE: Column = Column {
    c: 1,
    word: 0,
    name: 0xFFFF,
    place: 0xFFFF,
    industry: 0xFFFF,
    head: 0xFFFF,
    next_head: 0xFFFF,
    candidate: 0xFFFF,
    quote: 0xFFFF,
    group: 0xFFFF,
    group_before: 0xFFFF,
    surname: 0xFFFF,
    tag: 0,
    class: 0,
    edge: 9,
};

/// Columns looked at before and after a character.
const BEFORE: usize = 2;
const AFTER: usize = 4;

/// A sentence laid out for its features: each character's marks side by side, with room before and after.
pub(super) struct Frame {
    columns: Vec<Column>,
    setting: Setting,
    kind: u64,
    len: usize,
}

impl Frame {
    /// Lays out a sentence.
    pub fn new(chars: &[char], marks: &Marks, setting: Setting) -> Self {
        let mut columns = Vec::with_capacity(chars.len() + BEFORE + AFTER);
        columns.extend([OUTSIDE; BEFORE]);
        columns.extend(chars.iter().enumerate().map(|(at, c)| Column {
            c: u32::from(*c),
            word: marks.word[at],
            name: marks.name[at],
            place: marks.place[at],
            industry: marks.industry[at],
            head: marks.head[at],
            next_head: marks.next_head[at],
            candidate: marks.candidate[at],
            quote: marks.quote[at],
            group: marks.group[at],
            group_before: marks.group_before[at],
            surname: marks.surname[at],
            tag: u16::from(marks.tag[at]) << 3 | u16::from(marks.edge[at]),
            class: class_of(*c),
            edge: marks.edge[at] << 1 | u8::from(marks.word[at] >> 31 != 0),
        }));
        columns.extend([OUTSIDE; AFTER]);
        let kind = match setting.kind {
            LineKind::Title => 1,
            LineKind::Heading(_) => 2,
            LineKind::Text => 3,
            LineKind::Item => 4,
            LineKind::Row => 5,
        };
        Self { columns, setting, kind, len: chars.len() }
    }

    /// Features of the character at `at`.
    pub fn features(&self, at: usize, out: &mut Vec<u64>) {
        let Some(around) = self.columns[at..].first_chunk::<{ BEFORE + 1 + AFTER }>() else { return };
        let [b2, b1, here, a1, a2, a3, a4] = around;
        characters(around, out);
        words(around, out);
        marks_here(around, out);
        let f = |template: u32| Feature::new(template);
        let of = |value: u16| u64::from(value);
        let mut put = |feature: Feature| out.push(feature.hash());
        let class = u64::from(here.class);
        let surname = of(here.surname);
        put(f(39).with(of(here.group)).with(of(here.tag)));
        put(f(40).with(of(here.group_before)).with(class));
        put(f(41).with(of(a1.group)).with(of(a2.group)).with(class));
        put(f(42).with(of(a2.group)).with(of(a3.group)));
        put(f(47).with(surname).with(of(here.group_before)).with(of(here.tag)));
        put(f(48).with(surname).with(of(a2.group)).with(of(a3.group)).with(of(a4.group)));
        put(f(49).with(of(b1.surname)).with(of(b1.group_before)).with(class));
        put(f(50).with(of(b2.surname)).with(of(a1.group)).with(class));
        let edge = |column: &Column| u64::from(column.edge);
        put(f(52).with(surname).with(edge(here)).with(edge(a1)).with(edge(a2)).with(u64::from(a3.class)).with(u64::from(b1.class)));
        put(f(53).with(of(b1.surname)).with(edge(b1)).with(edge(here)).with(edge(a1)).with(u64::from(a2.class)));
        put(f(54).with(of(b2.surname)).with(edge(b1)).with(edge(here)).with(u64::from(a1.class)));
        put(f(51).with(of(b1.surname)).with(of(a1.group)).with(of(a2.group)));
        let first = u64::from(at == 0);
        put(f(43).with(self.kind).with(first).with(u64::from(at + 1 == self.len)));
        if self.setting.header != 0 {
            put(f(44).with(self.setting.header).with(first));
            put(f(45).with(self.setting.header).with(class));
        }
        put(f(46).with(first).with(of(here.next_head) >> 4).with(self.kind));
    }
}

/// Characters and their classes.
fn characters([b2, b1, here, a1, a2, ..]: &[Column; BEFORE + 1 + AFTER], out: &mut Vec<u64>) {
    let f = |template: u32| Feature::new(template);
    let c = |column: &Column| u64::from(column.c);
    let class = |column: &Column| u64::from(column.class);
    out.extend([
        f(1).with(c(here)).hash(),
        f(2).with(c(b1)).hash(),
        f(3).with(c(a1)).hash(),
        f(4).with(c(b2)).with(c(b1)).hash(),
        f(5).with(c(b1)).with(c(here)).hash(),
        f(6).with(c(here)).with(c(a1)).hash(),
        f(7).with(c(a1)).with(c(a2)).hash(),
        f(8).with(c(b1)).with(c(here)).with(c(a1)).hash(),
        f(9).with(c(b2)).with(c(b1)).with(c(here)).hash(),
        f(10).with(c(here)).with(c(a1)).with(c(a2)).hash(),
        f(11).with(class(b1)).with(class(here)).with(class(a1)).hash(),
        f(12).with(class(b2)).with(class(b1)).with(class(here)).with(class(a1)).with(class(a2)).hash(),
    ]);
}

/// Words and parts of speech.
fn words([_, b1, here, a1, ..]: &[Column; BEFORE + 1 + AFTER], out: &mut Vec<u64>) {
    let f = |template: u32| Feature::new(template);
    let tag = |column: &Column| u64::from(column.tag);
    out.extend([
        f(13).with(u64::from(here.word)).with(u64::from(here.edge >> 1)).hash(),
        f(14).with(tag(here)).hash(),
        f(15).with(tag(b1)).with(tag(here)).hash(),
        f(16).with(tag(here)).with(tag(a1)).hash(),
        f(17).with(tag(b1)).with(tag(here)).with(tag(a1)).hash(),
        f(18).with(u64::from(b1.word)).with(tag(here)).hash(),
        f(19).with(u64::from(a1.word)).with(tag(here)).hash(),
    ]);
}

/// Names, heads, proposals and quotation.
fn marks_here([_, b1, here, a1, ..]: &[Column; BEFORE + 1 + AFTER], out: &mut Vec<u64>) {
    let f = |template: u32| Feature::new(template);
    let of = |value: u16| u64::from(value);
    let (name, head, next) = (of(here.name), of(here.head), of(here.next_head));
    let (candidate, quote, tag) = (of(here.candidate), of(here.quote), of(here.tag));
    out.extend([
        f(20).with(name).hash(),
        f(21).with(of(b1.name)).with(name).hash(),
        f(22).with(name).with(of(a1.name)).hash(),
        f(23).with(of(here.place)).with(of(a1.place)).hash(),
        f(24).with(of(here.industry)).with(of(a1.industry)).hash(),
        f(25).with(head).hash(),
        f(26).with(head).with(of(a1.head)).hash(),
        f(27).with(of(b1.head)).hash(),
        f(28).with(next).hash(),
        f(29).with(next >> 4).with(name).hash(),
        f(30).with(next).with(tag).hash(),
        f(31).with(next >> 4).with(u64::from(b1.c)).hash(),
        f(32).with(candidate).hash(),
        f(33).with(candidate).with(of(a1.candidate)).hash(),
        f(34).with(candidate).with(name).hash(),
        f(35).with(candidate).with(tag).hash(),
        f(36).with(quote).hash(),
        f(37).with(quote).with(next >> 4).hash(),
        f(38).with(of(b1.quote)).with(quote >> 10).hash(),
    ]);
}
