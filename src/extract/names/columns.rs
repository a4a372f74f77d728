//! What the tagger sees: a sentence as columns, one a character with its marks, and the features of a character, in groups. The features
//! of a group depend on few columns and few marks, so that their sum is soon met again ([`super::emission`]).

use crate::extract::linear::Feature;
use crate::extract::text::{LineKind, Marks, Setting, class_of};

/// One character of a sentence with its marks, as the features want them.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub c: u32,
    pub word: u32,
    pub name: u16,
    pub place: u16,
    pub industry: u16,
    pub head: u16,
    pub next_head: u16,
    pub candidate: u16,
    pub quote: u16,
    pub group: u16,
    pub group_before: u16,
    pub surname: u16,
    /// Part of speech and place in the word.
    pub tag: u16,
    pub class: u8,
    /// Place in the word, and whether the word is unknown.
    pub edge: u8,
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

/// Columns looked at before a character.
pub(super) const BEFORE: usize = 2;
/// Columns looked at after a character.
const AFTER: usize = 4;

/// A character's column between its neighbours: it is the third.
pub(super) type Window = [Column; BEFORE + 1 + AFTER];

/// Where a character stands, beside its marks.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Kind of its line, as a number.
    pub kind: u64,
    /// Hash of the column's header, 0 outside tables.
    pub header: u64,
    pub first: bool,
    pub last: bool,
}

/// A sentence laid out for its features: each character's marks side by side, with room before and after.
pub(in crate::extract) struct Frame {
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

    /// Columns side by side, those before and after the sentence among them.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&Column, &Column)> {
        self.columns.iter().zip(&self.columns[1..])
    }

    /// The windows of the characters, in order.
    pub(super) fn windows(&self) -> impl Iterator<Item = &Window> {
        self.columns.windows(BEFORE + 1 + AFTER).filter_map(<[Column]>::first_chunk)
    }

    /// Where the character at `at` stands.
    pub(super) fn place(&self, at: usize) -> Place {
        Place { kind: self.kind, header: self.setting.header, first: at == 0, last: at + 1 == self.len }
    }

    /// Features of the character at `at`.
    pub fn features(&self, at: usize, out: &mut Vec<u64>) {
        let Some(around) = self.columns.get(at..).and_then(<[Column]>::first_chunk::<{ BEFORE + 1 + AFTER }>) else { return };
        let [b2, b1, here, a1, a2, ..] = around;
        out.extend(as_second_before(b2, b1));
        out.extend(as_before(b1, here));
        out.extend(as_first(here, a1));
        out.extend(as_after(a1, a2));
        out.extend(characters(around));
        out.extend(classes(around));
        out.extend(names(around));
        out.extend(prospects(around));
        out.extend(groups(around));
        out.extend(edges(around));
        place(here, self.place(at), out);
    }
}

fn of(value: u16) -> u64 {
    u64::from(value)
}

fn f(template: u32) -> Feature {
    Feature::new(template)
}

/// What two columns say of the character after them.
pub(super) fn as_second_before(b2: &Column, b1: &Column) -> [u64; 1] {
    [f(4).with(b2.c.into()).with(b1.c.into()).hash()]
}

/// What a column and the one before it say of the former.
pub(super) fn as_before(b1: &Column, here: &Column) -> [u64; 4] {
    [
        f(2).with(b1.c.into()).hash(),
        f(5).with(b1.c.into()).with(here.c.into()).hash(),
        f(15).with(of(b1.tag)).with(of(here.tag)).hash(),
        f(18).with(b1.word.into()).with(of(here.tag)).hash(),
    ]
}

/// What a column and the one after it say of the former, and what it says alone.
pub(super) fn as_first(here: &Column, a1: &Column) -> [u64; 7] {
    [
        f(1).with(here.c.into()).hash(),
        f(3).with(a1.c.into()).hash(),
        f(6).with(here.c.into()).with(a1.c.into()).hash(),
        f(13).with(here.word.into()).with(u64::from(here.edge >> 1)).hash(),
        f(14).with(of(here.tag)).hash(),
        f(16).with(of(here.tag)).with(of(a1.tag)).hash(),
        f(19).with(a1.word.into()).with(of(here.tag)).hash(),
    ]
}

/// What two columns say of the character before them.
pub(super) fn as_after(a1: &Column, a2: &Column) -> [u64; 1] {
    [f(7).with(a1.c.into()).with(a2.c.into()).hash()]
}

/// Three characters, and the character before a name that is ahead.
pub(super) fn characters([b2, b1, here, a1, a2, ..]: &Window) -> [u64; 4] {
    let c = |column: &Column| u64::from(column.c);
    [
        f(8).with(c(b1)).with(c(here)).with(c(a1)).hash(),
        f(9).with(c(b2)).with(c(b1)).with(c(here)).hash(),
        f(10).with(c(here)).with(c(a1)).with(c(a2)).hash(),
        f(31).with(of(here.next_head) >> 4).with(c(b1)).hash(),
    ]
}

/// Classes of characters and parts of speech, three in a row.
pub(super) fn classes([_, b1, here, a1, ..]: &Window) -> [u64; 2] {
    [
        f(11).with(b1.class.into()).with(here.class.into()).with(a1.class.into()).hash(),
        f(17).with(of(b1.tag)).with(of(here.tag)).with(of(a1.tag)).hash(),
    ]
}

/// Names and heads.
pub(super) fn names([_, b1, here, a1, ..]: &Window) -> [u64; 8] {
    let (name, head) = (of(here.name), of(here.head));
    [
        f(20).with(name).hash(),
        f(21).with(of(b1.name)).with(name).hash(),
        f(22).with(name).with(of(a1.name)).hash(),
        f(23).with(of(here.place)).with(of(a1.place)).hash(),
        f(24).with(of(here.industry)).with(of(a1.industry)).hash(),
        f(25).with(head).hash(),
        f(26).with(head).with(of(a1.head)).hash(),
        f(27).with(of(b1.head)).hash(),
    ]
}

/// The head ahead, proposals and quotation.
pub(super) fn prospects([_, b1, here, a1, ..]: &Window) -> [u64; 10] {
    let (name, next, tag) = (of(here.name), of(here.next_head), of(here.tag));
    let (candidate, quote) = (of(here.candidate), of(here.quote));
    [
        f(28).with(next).hash(),
        f(29).with(next >> 4).with(name).hash(),
        f(30).with(next).with(tag).hash(),
        f(32).with(candidate).hash(),
        f(33).with(candidate).with(of(a1.candidate)).hash(),
        f(34).with(candidate).with(name).hash(),
        f(35).with(candidate).with(tag).hash(),
        f(36).with(quote).hash(),
        f(37).with(quote).with(next >> 4).hash(),
        f(38).with(of(b1.quote)).with(quote >> 10).hash(),
    ]
}

/// Word groups and surnames.
pub(super) fn groups([b2, b1, here, a1, a2, a3, a4]: &Window) -> [u64; 9] {
    let class = u64::from(here.class);
    let surname = of(here.surname);
    [
        f(39).with(of(here.group)).with(of(here.tag)).hash(),
        f(40).with(of(here.group_before)).with(class).hash(),
        f(41).with(of(a1.group)).with(of(a2.group)).with(class).hash(),
        f(42).with(of(a2.group)).with(of(a3.group)).hash(),
        f(47).with(surname).with(of(here.group_before)).with(of(here.tag)).hash(),
        f(48).with(surname).with(of(a2.group)).with(of(a3.group)).with(of(a4.group)).hash(),
        f(49).with(of(b1.surname)).with(of(b1.group_before)).with(class).hash(),
        f(50).with(of(b2.surname)).with(of(a1.group)).with(class).hash(),
        f(51).with(of(b1.surname)).with(of(a1.group)).with(of(a2.group)).hash(),
    ]
}

/// Edges of words behind a surname, and the classes of five characters.
pub(super) fn edges([b2, b1, here, a1, a2, a3, _]: &Window) -> [u64; 4] {
    let edge = |column: &Column| u64::from(column.edge);
    let class = |column: &Column| u64::from(column.class);
    [
        f(12).with(class(b2)).with(class(b1)).with(class(here)).with(class(a1)).with(class(a2)).hash(),
        f(52).with(of(here.surname)).with(edge(here)).with(edge(a1)).with(edge(a2)).with(class(a3)).with(class(b1)).hash(),
        f(53).with(of(b1.surname)).with(edge(b1)).with(edge(here)).with(edge(a1)).with(class(a2)).hash(),
        f(54).with(of(b2.surname)).with(edge(b1)).with(edge(here)).with(class(a1)).hash(),
    ]
}

/// Where the character stands.
pub(super) fn place(here: &Column, place: Place, out: &mut Vec<u64>) {
    let first = u64::from(place.first);
    out.push(f(43).with(place.kind).with(first).with(u64::from(place.last)).hash());
    if place.header != 0 {
        out.push(f(44).with(place.header).with(first).hash());
        out.push(f(45).with(place.header).with(here.class.into()).hash());
    }
    out.push(f(46).with(first).with(of(here.next_head) >> 4).with(place.kind).hash());
}
