//! Character folding: which characters count as the same when names are compared. The text itself is never changed.

use std::collections::{BTreeMap, HashMap};

use unicode_normalization::UnicodeNormalization;

use super::fault::{Fault, Problem};
use crate::model::Location;

/// Code points below this are looked up in a table, the rest in a map.
const PLANE: usize = 0x1_0000;

/// Blocks whose characters are other shapes of the same character: full and half width forms with the ideographic space,
/// radicals, compatibility ideographs. Numbers in circles and superscripts are not folded: `①2024` is not `12024`.
const SHAPES: &[(u32, u32)] = &[(0x2E80, 0x2FDF), (0x3000, 0x3000), (0xF900, 0xFAFF), (0xFF00, 0xFFEF), (0x2_F800, 0x2_FA1F)];

/// Folds characters one to one: first to the normal shape (NFKC), then from traditional to simplified by `variants.tsv`.
#[derive(Clone, Debug)]
pub struct Variants {
    plane: Box<[u16]>,
    beyond: HashMap<char, char>,
    pairs: usize,
}

impl Variants {
    /// The character that `c` counts as. Folding twice gives the same as folding once.
    #[must_use]
    pub fn fold(&self, c: char) -> char {
        match self.plane.get(c as usize) {
            // Surrogates are no characters and so are never stored; 0 says that the map knows.
            Some(0) | None => self.beyond.get(&c).copied().unwrap_or(c),
            Some(folded) => char::from_u32(u32::from(*folded)).unwrap_or(c),
        }
    }

    /// Every character of `text` folded; as many characters as before.
    #[must_use]
    pub fn fold_text(&self, text: &str) -> String {
        text.chars().map(|c| self.fold(c)).collect()
    }

    /// Number of pairs read from `variants.tsv`.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.pairs
    }

    /// Reads the table. `file` is its name for messages.
    pub(super) fn parse(source: &str, file: &str, faults: &mut Vec<Fault>) -> Self {
        let pairs = read_pairs(source, file, faults);
        let mut variants = Self { plane: vec![0; PLANE].into_boxed_slice(), beyond: HashMap::new(), pairs: pairs.len() };
        for code in 1..PLANE {
            variants.plane[code] = code as u16;
        }
        for shape in SHAPES.iter().flat_map(|(first, last)| *first..=*last).filter_map(char::from_u32) {
            let mut normal = std::iter::once(shape).nfkc();
            if let (Some(c), None) = (normal.next(), normal.next()) {
                variants.set(shape, *pairs.get(&c).unwrap_or(&c));
            }
        }
        #[allow(clippy::iter_over_hash_type, reason = "each pair goes to its own place")]
        for (from, to) in &pairs {
            variants.set(*from, *to);
        }
        variants
    }

    fn set(&mut self, from: char, to: char) {
        match (self.plane.get_mut(from as usize), u16::try_from(u32::from(to))) {
            (Some(cell), Ok(code)) => *cell = code,
            (Some(cell), Err(_)) => {
                *cell = 0;
                self.beyond.insert(from, to);
            }
            (None, _) => {
                self.beyond.insert(from, to);
            }
        }
    }
}

fn read_pairs(source: &str, file: &str, faults: &mut Vec<Fault>) -> BTreeMap<char, char> {
    let mut pairs = BTreeMap::new();
    let mut lines = BTreeMap::new();
    for (at, line) in source.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let location = |column| Location { file: file.to_owned(), line: Some(at + 1), column: Some(column) };
        match pair(line) {
            Err((column, problem)) => faults.push(problem.at(location(column))),
            Ok((from, to)) => {
                if pairs.insert(from, to).is_some() {
                    faults.push(Problem::FoldedTwice { from }.at(location(1)));
                }
                lines.insert(from, at + 1);
            }
        }
    }
    // A chain would make the result depend on how often one folds.
    let mut chains: Vec<_> = pairs.iter().filter_map(|(from, to)| pairs.get(to).map(|end| (lines[from], *from, *to, *end))).collect();
    chains.sort_unstable();
    for (line, from, to, end) in chains {
        let location = Location { file: file.to_owned(), line: Some(line), column: Some(3) };
        faults.push(Problem::FoldChain { from, to, end }.at(location));
    }
    pairs
}

/// The two characters of a line, or the column (from 1) and what is wrong there.
fn pair(line: &str) -> Result<(char, char), (usize, Problem)> {
    let Some((from, to)) = line.split_once('\t') else {
        return Err((1, Problem::NoTab));
    };
    let single = |text: &str| {
        let mut chars = text.chars();
        chars.next().filter(|_| chars.next().is_none())
    };
    let second = from.chars().count() + 2;
    match (single(from), single(to)) {
        (Some(from), Some(to)) if from == to => Err((second, Problem::FoldsToItself { from })),
        (Some(from), Some(to)) => Ok((from, to)),
        (None, _) => Err((1, Problem::NotOneCodePoint { text: from.to_owned() })),
        (_, None) => Err((second, Problem::NotOneCodePoint { text: to.to_owned() })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variants(source: &str) -> (Variants, Vec<Fault>) {
        let mut faults = Vec::new();
        (Variants::parse(source, "variants.tsv", &mut faults), faults)
    }

    #[test]
    fn width_shape_and_tradition_are_folded() {
        let (variants, faults) = variants("億\t亿\n㑮\t𫝈\n");
        assert!(faults.is_empty());
        assert_eq!(variants.fold_text("Ａ１％　億㑮①²"), "A1% 亿𫝈①²");
        assert_eq!(variants.fold('⽂'), '文');
        assert_eq!(variants.fold('\0'), '\0');
    }

    #[test]
    fn folding_twice_changes_nothing() {
        let source = include_str!("../../ontology/variants.tsv");
        let (variants, faults) = variants(source);
        assert_eq!(faults, []);
        for c in (0..=0x3_0000).filter_map(char::from_u32) {
            let once = variants.fold(c);
            assert_eq!(variants.fold(once), once, "{c}");
        }
    }

    #[test]
    fn every_bad_line_is_reported_where_it_is_bad() {
        let (_, faults) = variants("# 说明\n億 亿\n萬\t万千\n國\t国\n國\t囯\n薴\t苧\n苧\t苎\n好\t好\n");
        let found: Vec<_> = faults.iter().map(|f| (f.problem.code(), f.location.line, f.location.column)).collect();
        let expected = [("O040", 2, 1), ("O040", 3, 3), ("O041", 5, 1), ("O040", 8, 3), ("O042", 6, 3)];
        assert_eq!(found, expected.map(|(code, line, column)| (code, Some(line), Some(column))));
    }
}
