//! A corpus made from a fixed seed, so that every machine measures the same bytes: notices, news, interviews, profiles, lists
//! and bulletins, put together from sentence patterns with slots and from plain sentences that hold no name at all.
//!
//! The names are common ones, the statements are made up: measure with them, learn nothing from them.
#![allow(dead_code, reason = "each bench uses a part")]

pub mod graph;
mod words;

use std::fmt::Write as _;

use words::{
    ACTIONS, DOCUMENT_KINDS, ENTERPRISES, FIGURES, GENRES, HEADINGS, INDUSTRIES, LEADS, ORGANS, PARK_KINDS, PATTERNS, PEOPLE, PLAIN,
    REGIONS, TITLES, UNIVERSITIES,
};

/// The seed of all figures in `benches/README.md`.
pub const SEED: u64 = 20_261_123;

/// SplitMix64: small, fast, and the same everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// Documents of two to eight kilobytes, until `bytes` bytes are reached.
pub fn corpus(seed: u64, bytes: usize) -> Vec<String> {
    let mut total = 0;
    let enough = |text: &String| {
        let more = total < bytes;
        total += text.len();
        more
    };
    documents(seed).take_while(enough).collect()
}

/// Documents without end, always the same for the same seed.
pub fn documents(seed: u64) -> impl Iterator<Item = String> {
    let mut random = Random::new(seed);
    (0..).map(move |number| document(&mut random, number, None))
}

/// Documents of one section each, without end.
pub fn short_documents(seed: u64) -> impl Iterator<Item = String> {
    let mut random = Random::new(seed);
    (0..).map(move |number| document(&mut random, number, Some(1)))
}

/// Bytes of all documents together.
pub fn size(documents: &[String]) -> usize {
    documents.iter().map(String::len).sum()
}

fn document(random: &mut Random, number: usize, sections: Option<usize>) -> String {
    let mut text = String::new();
    let genre = random.pick(GENRES);
    let _ = writeln!(text, "{}\n", filled(genre, random));
    let _ = writeln!(text, "{}年{}月{}日 第{number}期\n", 2015 + random.below(11), 1 + random.below(12), 1 + random.below(28));
    let sections = sections.unwrap_or_else(|| 2 + random.below(4));
    for section in 0..sections {
        if random.one_in(2) {
            let _ = writeln!(text, "{}、{}\n", ["一", "二", "三", "四", "五", "六"][section], random.pick(HEADINGS));
        }
        for _ in 0..1 + random.below(4) {
            paragraph(random, &mut text);
        }
        if random.one_in(5) {
            table(random, &mut text);
        }
    }
    text
}

/// Three to eight sentences; half of them hold names.
fn paragraph(random: &mut Random, text: &mut String) {
    text.push_str("　　");
    for _ in 0..3 + random.below(6) {
        if random.one_in(3) {
            text.push_str(random.pick(LEADS));
        }
        if random.one_in(2) {
            text.push_str(random.pick(PLAIN));
        } else {
            let pattern = random.pick(PATTERNS);
            text.push_str(&filled(pattern, random));
        }
        text.push(if random.one_in(9) { '；' } else { '。' });
    }
    text.push('\n');
}

fn table(random: &mut Random, text: &mut String) {
    text.push_str("\n| 序号 | 园区 | 主导产业 | 承载集群 | 产值（亿元） |\n| --- | --- | --- | --- | --- |\n");
    for row in 1..4 + random.below(8) {
        let cells = filled("{region}{park} | {industry} | {region}{industry}产业集群", random);
        let _ = writeln!(text, "| {row} | {cells} | {} |", random.below(9000));
    }
    text.push('\n');
}

/// Fills the slots of a pattern, each anew.
fn filled(pattern: &str, random: &mut Random) -> String {
    let mut text = String::with_capacity(pattern.len() * 2);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (slot, after) = after.split_once('}').expect("a slot ends");
        fill(slot, random, &mut text);
        rest = after;
    }
    text.push_str(rest);
    text
}

fn fill(slot: &str, random: &mut Random, text: &mut String) {
    match slot {
        "region" => text.push_str(random.pick(REGIONS)),
        "industry" => text.push_str(random.pick(INDUSTRIES)),
        "park" => text.push_str(random.pick(PARK_KINDS)),
        "organ" => text.push_str(random.pick(ORGANS)),
        "enterprise" => text.push_str(random.pick(ENTERPRISES)),
        "university" => text.push_str(random.pick(UNIVERSITIES)),
        "action" => text.push_str(random.pick(ACTIONS)),
        "kind" => text.push_str(random.pick(DOCUMENT_KINDS)),
        "title" => text.push_str(random.pick(TITLES)),
        "person" => text.push_str(random.pick(PEOPLE)),
        "figure" => text.push_str(random.pick(FIGURES)),
        "year" => drop(write!(text, "{}", 2015 + random.below(12))),
        "n" => drop(write!(text, "{}", 1 + random.below(980))),
        "d" => drop(write!(text, "{}.{}", 1 + random.below(90), random.below(10))),
        other => panic!("no slot {other}"),
    }
}
