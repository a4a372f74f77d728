//! The one place where byte offsets become code points, lines and columns.

use super::Span;

/// A place for people: line and column, both from 1, the column in code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in code points.
    pub column: usize,
}

/// Converts byte offsets of one text. Holds a mark every [`STRIDE`] bytes, so that a look-up costs a short scan.
#[derive(Clone, Debug)]
pub struct LineIndex {
    lines: Vec<usize>,
    marks: Vec<usize>,
}

const STRIDE: usize = 512;

impl LineIndex {
    /// Indexes `text` in one pass.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut lines = vec![0];
        let mut marks = Vec::with_capacity(text.len() / STRIDE + 1);
        let mut chars = 0;
        for (at, byte) in text.bytes().enumerate() {
            if at % STRIDE == 0 {
                marks.push(chars);
            }
            if byte & 0xC0 != 0x80 {
                chars += 1;
            }
            if byte == b'\n' {
                lines.push(at + 1);
            }
        }
        Self { lines, marks }
    }

    /// Number of code points of `text` before byte `at`. `text` must be the text that was indexed.
    #[must_use]
    pub fn code_point(&self, text: &str, at: usize) -> usize {
        let at = at.min(text.len());
        let block = (at / STRIDE).min(self.marks.len().saturating_sub(1));
        let before = self.marks.get(block).copied().unwrap_or(0);
        before + text.as_bytes()[block * STRIDE..at].iter().filter(|b| **b & 0xC0 != 0x80).count()
    }

    /// Start and end of `span` in code points, half-open.
    #[must_use]
    pub fn code_points(&self, text: &str, span: Span) -> (usize, usize) {
        (self.code_point(text, span.start), self.code_point(text, span.end))
    }

    /// Line and column of byte `at`.
    #[must_use]
    pub fn line_column(&self, text: &str, at: usize) -> LineColumn {
        let line = self.lines.partition_point(|start| *start <= at).max(1);
        let start = self.lines[line - 1];
        let column = text.get(start..at.min(text.len())).map_or(0, |s| s.chars().count()) + 1;
        LineColumn { line, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_points_agree_with_a_count_from_the_start() {
        let text = "集群\r\n😀𠮷 park\n".repeat(200);
        let index = LineIndex::new(&text);
        for (at, _) in text.char_indices() {
            assert_eq!(index.code_point(&text, at), text[..at].chars().count());
        }
    }

    #[test]
    fn lines_and_columns_count_from_one() {
        let text = "园谱\n成都市";
        let index = LineIndex::new(text);
        assert_eq!(index.line_column(text, 0), LineColumn { line: 1, column: 1 });
        assert_eq!(index.line_column(text, text.len()), LineColumn { line: 2, column: 4 });
    }
}
