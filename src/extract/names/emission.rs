//! What the features of each character say for each label: the sums of their weights. The features are summed in groups, and the sum of
//! a group is kept under all that its features depend on, from sentence to sentence and from document to document.

use crate::extract::linear::{Linear, Memo};

use super::columns::{self, BEFORE, Column, Frame, Place, Window};

/// Characters that two columns side by side speak of.
const SPOKEN: usize = 4;

/// Sums of the groups, as far as they are at hand, and the sums of the sentence read last.
pub(in crate::extract) struct Emission {
    /// Weights of a row.
    width: usize,
    /// By two columns side by side: what they say of the character before them, of both, and of the one after them.
    pairs: Memo<3>,
    classes: Memo<2>,
    names: Memo<3>,
    prospects: Memo<2>,
    groups: Memo<4>,
    edges: Memo<2>,
    places: Memo<2>,
    rows: Vec<i16>,
    list: Vec<u64>,
}

impl Emission {
    /// An empty memory for sums of `model`, about fifteen megabytes once it is full.
    pub fn new(model: &Linear) -> Self {
        let width = model.width();
        Self {
            width,
            pairs: Memo::new(15, width * SPOKEN),
            classes: Memo::new(13, width),
            names: Memo::new(13, width),
            prospects: Memo::new(14, width),
            groups: Memo::new(13, width),
            edges: Memo::new(14, width),
            places: Memo::new(10, width),
            rows: Vec::new(),
            list: Vec::with_capacity(8),
        }
    }

    /// Weights of a row of sums: the labels and what fills the row up.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The sums of `model` for each character of a sentence, row by row, without the bias.
    pub fn sums(&mut self, model: &Linear, frame: &Frame) -> &[i16] {
        let n = frame.windows().count();
        let width = self.width;
        self.rows.clear();
        // Room for what pairs at the ends say of characters that are none.
        self.rows.resize((n + SPOKEN) * width, 0);
        for (at, (one, two)) in frame.pairs().enumerate().take(n + SPOKEN - 1) {
            let said = self.pairs.row(pair_key(one, two), |row| {
                let (after, row) = row.split_at_mut(width);
                let (first, row) = row.split_at_mut(width);
                let (second, third) = row.split_at_mut(width);
                model.add_narrow(&columns::as_after(one, two), after);
                model.add_narrow(&columns::as_first(one, two), first);
                model.add_narrow(&columns::as_before(one, two), second);
                model.add_narrow(&columns::as_second_before(one, two), third);
            });
            // A pair speaks first of the character before it; the first pairs stand before the sentence.
            let missing = (BEFORE + 1).saturating_sub(at);
            let start = at.saturating_sub(BEFORE + 1) * width;
            let said = &said[missing * width..];
            add(&mut self.rows[start..start + said.len()], said);
        }
        self.rows.truncate(n * width);
        for (at, window) in frame.windows().enumerate() {
            self.add_groups(model, window, frame.place(at), at * width);
        }
        &self.rows
    }

    /// Adds what the marks around a character say of it to the row at `start`.
    fn add_groups(&mut self, model: &Linear, window: &Window, place: Place, start: usize) {
        let row = &mut self.rows[start..start + self.width];
        model.add_narrow(&columns::characters(window), row);
        add(row, self.classes.row(classes_key(window), |row| model.add_narrow(&columns::classes(window), row)));
        add(row, self.names.row(names_key(window), |row| model.add_narrow(&columns::names(window), row)));
        add(row, self.prospects.row(prospects_key(window), |row| model.add_narrow(&columns::prospects(window), row)));
        add(row, self.groups.row(groups_key(window), |row| model.add_narrow(&columns::groups(window), row)));
        add(row, self.edges.row(edges_key(window), |row| model.add_narrow(&columns::edges(window), row)));
        let here = &window[BEFORE];
        let list = &mut self.list;
        let placed = self.places.row(place_key(here, place), |row| {
            list.clear();
            columns::place(here, place, list);
            model.add_narrow(list, row);
        });
        add(row, placed);
    }
}

/// Adds weights; no sum of a character's weights is too large for sixteen bits.
#[inline]
fn add(sums: &mut [i16], weights: &[i16]) {
    sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight);
}

/// Numbers of sixteen bits side by side.
fn packed(numbers: [u16; 4]) -> u64 {
    numbers.iter().fold(0, |all, number| all << 16 | u64::from(*number))
}

/// A character takes 21 bits.
fn pair_key(one: &Column, two: &Column) -> [u64; 3] {
    let characters = u64::from(one.c) << 21 | u64::from(two.c);
    let words = u64::from(one.word) << 32 | u64::from(two.word);
    // The edge beyond what the tag tells, that the word is unknown, stands in the word.
    [characters, words, u64::from(one.tag) << 16 | u64::from(two.tag)]
}

fn classes_key([_, b1, here, a1, ..]: &Window) -> [u64; 2] {
    let classes = u64::from(b1.class) << 16 | u64::from(here.class) << 8 | u64::from(a1.class);
    [classes, packed([0, b1.tag, here.tag, a1.tag])]
}

fn names_key([_, b1, here, a1, ..]: &Window) -> [u64; 3] {
    [
        packed([0, 0, b1.name, b1.head]),
        packed([here.name, here.place, here.industry, here.head]),
        packed([a1.name, a1.place, a1.industry, a1.head]),
    ]
}

fn prospects_key([_, b1, here, a1, ..]: &Window) -> [u64; 2] {
    [packed([0, here.next_head, here.tag, here.name]), packed([here.candidate, a1.candidate, here.quote, b1.quote])]
}

fn groups_key([b2, b1, here, a1, a2, a3, a4]: &Window) -> [u64; 4] {
    [
        packed([0, u16::from(here.class), here.tag, here.surname]),
        packed([here.group, a1.group, a2.group, a3.group]),
        packed([a4.group, here.group_before, b1.group_before, b1.surname]),
        u64::from(b2.surname),
    ]
}

fn edges_key([b2, b1, here, a1, a2, a3, _]: &Window) -> [u64; 2] {
    let classes = [b2, b1, here, a1, a2, a3].iter().fold(0, |all, column| all << 8 | u64::from(column.class));
    let edges = [b1, here, a1, a2].iter().fold(0, |all, column| all << 4 | u16::from(column.edge & 15));
    [classes, packed([edges, b2.surname, b1.surname, here.surname])]
}

fn place_key(here: &Column, place: Place) -> [u64; 2] {
    let ends = u16::from(place.first) << 1 | u16::from(place.last);
    [packed([place.kind as u16, ends, u16::from(here.class), here.next_head >> 4]), place.header]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::extract::text::{LineKind, Marks, Setting};

    /// A sentence and marks that change from character to character.
    fn sentence(number: usize, length: usize) -> (Vec<char>, Marks) {
        let letters: Vec<char> = "成都市青白江区与德阳共建产业集群，在2026年".chars().collect();
        let value = |at: usize, step: usize| ((at * step + number) % 5) as u16;
        let sixteen = |step: usize| (0..=length).map(|at| value(at, step)).collect::<Vec<u16>>();
        let chars: Vec<char> = (0..length).map(|at| letters[(at * (number + 1) + number) % letters.len()]).collect();
        let marks = Marks {
            word: chars.iter().map(|c| u32::from(*c) | if *c == '在' { 0x8000_0000 } else { 0 }).collect(),
            tag: (0..length).map(|at| b'n' + value(at, 3) as u8).collect(),
            edge: (0..length).map(|at| 1 + value(at, 1) as u8 % 4).collect(),
            name: sixteen(2),
            place: sixteen(3),
            industry: sixteen(4),
            head: sixteen(6),
            next_head: (0..length).map(|at| value(at, 1) << 4 | value(at, 2)).collect(),
            candidate: sixteen(7),
            quote: sixteen(8),
            group: sixteen(9),
            group_before: sixteen(11),
            surname: sixteen(12),
            ..Marks::default()
        };
        (chars, marks)
    }

    #[test]
    fn sums_are_those_of_all_features_whatever_was_read_before() {
        let setting = |number: usize| Setting { kind: LineKind::Text, header: if number.is_multiple_of(3) { 77 } else { 0 } };
        let mut rows = BTreeMap::new();
        let sentences: Vec<_> = (0..12).map(|number| sentence(number, number * 4 % 23)).collect();
        let frames: Vec<Frame> = sentences.iter().enumerate().map(|(i, (chars, marks))| Frame::new(chars, marks, setting(i))).collect();
        for (frame, (chars, _)) in frames.iter().zip(&sentences) {
            let mut features = Vec::new();
            (0..chars.len()).for_each(|at| frame.features(at, &mut features));
            rows.extend(features.iter().map(|f| (*f, (0..9).map(|class| (f >> class) as f32 % 17.0 / 60.0 - 0.1).collect())));
        }
        let model = Linear::pack((0..9).map(|i| i.to_string()).collect(), &[0.0; 9], &rows, 1);
        let mut memory = Emission::new(&model);
        for _ in 0..2 {
            for (frame, (chars, _)) in frames.iter().zip(&sentences) {
                let width = memory.width();
                let sums = memory.sums(&model, frame);
                assert_eq!(sums.len(), chars.len() * width);
                for (at, row) in sums.chunks(width).enumerate() {
                    let (mut features, mut scores) = (Vec::new(), [0; 9]);
                    frame.features(at, &mut features);
                    model.score(&features, &mut scores);
                    assert_eq!(row[..9].iter().map(|w| i32::from(*w)).collect::<Vec<_>>(), scores, "character {at} of {chars:?}");
                }
            }
        }
    }
}
