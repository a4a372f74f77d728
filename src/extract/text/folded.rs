//! The text as matching sees it: one folded character for each character of the source, so that an index into one is an
//! index into the other. Full width, compatibility forms and traditional characters are folded; nothing is dropped or added.

use std::ops::Range;

use crate::model::Span;

/// A folded view of a text. Indices count characters (code points).
pub(in crate::extract) struct Folded {
    /// Folded characters.
    pub chars: Vec<char>,
    /// The same as a string, for automata.
    pub text: String,
    offsets: Vec<usize>,
}

impl Folded {
    /// Folds `text` with `fold`, which maps one character to one character.
    pub fn new(text: &str, fold: impl Fn(char) -> char) -> Self {
        let mut chars = Vec::with_capacity(text.len() / 2);
        let mut folded = String::with_capacity(text.len());
        let mut offsets = Vec::with_capacity(text.len() / 2 + 1);
        for (at, c) in text.char_indices() {
            let c = fold(c);
            chars.push(c);
            folded.push(c);
            offsets.push(at);
        }
        offsets.push(text.len());
        Self { chars, text: folded, offsets }
    }

    /// Bytes of the source under characters `range`.
    pub fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.offsets[range.start], self.offsets[range.end])
    }

    /// The folded characters of `range` as a string.
    pub fn slice(&self, range: Range<usize>) -> String {
        self.chars[range].iter().collect()
    }

    /// Number of characters.
    pub fn len(&self) -> usize {
        self.chars.len()
    }
}
