//! Lines, headings, tables and sentences of a text, found by its layout alone (plain text, Markdown and what HTML leaves).
//! All ranges count characters.

use std::ops::Range;

use super::folded::Folded;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::extract) enum LineKind {
    /// The first line, where it looks like a title.
    Title,
    /// A heading; smaller numbers stand higher.
    Heading(u8),
    /// Running text.
    Text,
    /// An item of a list.
    Item,
    /// A row of a table.
    Row,
}

/// Where a cell stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::extract) struct Cell {
    /// Number of the table in the document.
    pub table: usize,
    /// Row in the table; 0 is the header.
    pub row: usize,
    /// Column.
    pub column: usize,
}

/// A sentence, a heading or a cell.
#[derive(Clone, Debug)]
pub(in crate::extract) struct Sentence {
    /// Characters of the text, without white space at the ends.
    pub range: Range<usize>,
    /// Line it stands in.
    pub line: usize,
    /// What the line is.
    pub kind: LineKind,
    /// Set for cells.
    pub cell: Option<Cell>,
    /// Sentence index of the heading above, if any.
    pub heading: Option<usize>,
}

/// The layout of one text.
pub(in crate::extract) struct Layout {
    /// In order of the text.
    pub sentences: Vec<Sentence>,
    /// Header cells of each table, as sentence indices by column.
    pub headers: Vec<Vec<usize>>,
}

impl Layout {
    /// Reads the layout of a text.
    pub fn new(text: &Folded) -> Self {
        let mut layout = Self { sentences: Vec::new(), headers: Vec::new() };
        let mut in_table = false;
        let mut row = 0;
        let mut headings: Vec<(u8, usize)> = Vec::new();
        let lines = lines(&text.chars);
        for (number, line) in lines.iter().enumerate() {
            let range = trim(&text.chars, line.clone());
            if range.is_empty() {
                in_table = in_table && lines.get(number + 1).is_some_and(|l| cells(&text.chars, &trim(&text.chars, l.clone())).len() > 1);
                continue;
            }
            let cells = cells(&text.chars, &range);
            let heading = headings.last().map(|(_, s)| *s);
            if cells.len() > 1 {
                if !in_table {
                    in_table = true;
                    row = 0;
                    layout.headers.push(Vec::new());
                }
                if layout.row(&text.chars, number, row, &cells, heading) {
                    row += 1;
                }
                continue;
            }
            in_table = false;
            let kind = kind(&text.chars, &range, layout.sentences.is_empty());
            if let LineKind::Heading(_) | LineKind::Title = kind {
                let depth = if let LineKind::Heading(d) = kind { d } else { 0 };
                headings.retain(|(d, _)| *d < depth);
                let heading = headings.last().map(|(_, s)| *s);
                headings.push((depth, layout.sentences.len()));
                layout.sentences.push(Sentence { range, line: number, kind, cell: None, heading });
                continue;
            }
            for part in sentences(&text.chars, &range) {
                layout.sentences.push(Sentence { range: part, line: number, kind, cell: None, heading });
            }
        }
        layout
    }

    /// Adds the cells of one row; false for the ruler of a Markdown table.
    fn row(&mut self, chars: &[char], line: usize, row: usize, cells: &[Range<usize>], heading: Option<usize>) -> bool {
        if cells.iter().all(|c| chars[c.clone()].iter().all(|c| matches!(c, '-' | ':' | ' '))) {
            return false;
        }
        let table = self.headers.len() - 1;
        for (column, cell) in cells.iter().enumerate() {
            if row == 0 {
                self.headers[table].push(self.sentences.len());
            }
            if !cell.is_empty() {
                let cell_place = Some(Cell { table, row, column });
                self.sentences.push(Sentence { range: cell.clone(), line, kind: LineKind::Row, cell: cell_place, heading });
            } else if row == 0 {
                self.headers[table].pop();
                self.headers[table].push(usize::MAX);
            }
        }
        true
    }
}

fn lines(chars: &[char]) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (at, c) in chars.iter().enumerate() {
        if *c == '\n' {
            lines.push(start..at);
            start = at + 1;
        }
    }
    lines.push(start..chars.len());
    lines
}

fn trim(chars: &[char], range: Range<usize>) -> Range<usize> {
    let mut range = range;
    while range.start < range.end && chars[range.start].is_whitespace() {
        range.start += 1;
    }
    while range.start < range.end && chars[range.end - 1].is_whitespace() {
        range.end -= 1;
    }
    range
}

/// Cells of a line: parted by tabs, or by bars where the line begins with one. A line without cells gives itself.
fn cells(chars: &[char], range: &Range<usize>) -> Vec<Range<usize>> {
    let slice = &chars[range.clone()];
    let separator = if slice.first() == Some(&'|') && slice.iter().filter(|c| **c == '|').count() > 2 {
        '|'
    } else if slice.contains(&'\t') {
        '\t'
    } else {
        return vec![range.clone()];
    };
    let mut inner = range.clone();
    if separator == '|' {
        inner.start += 1;
        if chars[inner.end - 1] == '|' {
            inner.end -= 1;
        }
    }
    let mut cells = Vec::new();
    let mut start = inner.start;
    for at in inner.clone() {
        if chars[at] == separator {
            cells.push(trim(chars, start..at));
            start = at + 1;
        }
    }
    cells.push(trim(chars, start..inner.end));
    cells
}

fn kind(chars: &[char], range: &Range<usize>, first: bool) -> LineKind {
    let slice = &chars[range.clone()];
    let marks = slice.iter().take_while(|c| **c == '#').count();
    if marks > 0 && marks < 7 {
        return LineKind::Heading(u8::try_from(marks).unwrap_or(6));
    }
    let last = slice.last().copied().unwrap_or(' ');
    let open = matches!(last, '。' | ';' | '；' | ',' | '，' | '、' | '!' | '！' | '?' | '？' | ':' | '：' | '.');
    let inside = slice[..slice.len() - 1].iter().any(|c| matches!(c, '。' | '；'));
    if slice.len() <= 60 && !inside && !open {
        if first {
            return LineKind::Title;
        }
        if let Some(depth) = numbered(slice) {
            return LineKind::Heading(depth);
        }
        if slice.len() <= 30 && !matches!(slice[0], '(' | '（' | '-' | '*' | '·' | '—') {
            return LineKind::Heading(9);
        }
    }
    let item = matches!(slice[0], '-' | '*' | '·' | '•' | '①'..='⑳' | '—')
        || slice[0].is_ascii_digit() && slice.get(1).is_some_and(|c| matches!(c, '.' | '、' | '．'));
    if item { LineKind::Item } else { LineKind::Text }
}

/// Depth of a numbered heading: 一、 before （一） before 1.
fn numbered(slice: &[char]) -> Option<u8> {
    let numeral = |c: &char| matches!(c, '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十');
    let run = slice.iter().take_while(|c| numeral(c)).count();
    if run > 0 && slice.get(run).is_some_and(|c| matches!(c, '、' | '.')) {
        return Some(7);
    }
    if matches!(slice[0], '(' | '（') && slice.len() > 2 && numeral(&slice[1]) {
        return Some(8);
    }
    None
}

/// Sentences of a line: they end at 。！？ (closing marks stay with them).
fn sentences(chars: &[char], range: &Range<usize>) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = range.start;
    let mut at = range.start;
    while at < range.end {
        if matches!(chars[at], '。' | '！' | '？' | '!' | '?') {
            let mut end = at + 1;
            while end < range.end && matches!(chars[end], '”' | '’' | '」' | '』' | ')' | '）' | '"') {
                end += 1;
            }
            let part = trim(chars, start..end);
            if !part.is_empty() {
                parts.push(part);
            }
            start = end;
            at = end;
        } else {
            at += 1;
        }
    }
    let rest = trim(chars, start..range.end);
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts.into_iter().flat_map(|part| shortened(chars, part)).collect()
}

/// Longest sentence in characters. Longer ones, which no writer writes but files hold, are cut: the work on a sentence grows with the
/// square of its length.
const LONGEST: usize = 400;

/// A sentence in pieces of at most [`LONGEST`] characters, cut after a clause where there is one.
fn shortened(chars: &[char], part: Range<usize>) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = part.start;
    while part.end - start > LONGEST {
        let limit = start + LONGEST;
        let clause = (start + LONGEST / 2..limit).rev().find(|at| matches!(chars[*at], ',' | '，' | ';' | '；' | ' ' | '、'));
        let end = clause.map_or(limit, |at| at + 1);
        pieces.push(trim(chars, start..end));
        start = end;
    }
    pieces.push(trim(chars, start..part.end));
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text, kind, and row and column of a sentence.
    type Seen = (String, LineKind, Option<(usize, usize)>);

    fn read(text: &str) -> Vec<Seen> {
        let folded = Folded::new(text, |c| c);
        let layout = Layout::new(&folded);
        layout.sentences.iter().map(|s| (folded.slice(s.range.clone()), s.kind, s.cell.map(|c| (c.row, c.column)))).collect()
    }

    #[test]
    fn a_title_headings_and_sentences() {
        let found = read("园区工作要点\n\n一、总体要求\n加快建设。力争突破!\n");
        assert_eq!(found[0].1, LineKind::Title);
        assert_eq!(found[1].1, LineKind::Heading(7));
        assert_eq!(found[2].0, "加快建设。");
        assert_eq!(found[3].0, "力争突破!");
    }

    #[test]
    fn a_line_without_a_sentence_end_is_cut_after_clauses() {
        let found = read(&"发展电子信息产业集群,".repeat(200));
        assert!(found.len() > 4);
        assert!(found.iter().all(|(text, ..)| text.chars().count() <= LONGEST && text.ends_with(',')));
    }

    #[test]
    fn tables_of_tabs_and_bars() {
        assert_eq!(read("序号\t名称\n1\t甲园区\n")[3].2, Some((1, 1)));
        let bars = read("| 名称 | 面积 |\n| --- | --- |\n| 甲园区 | 3 |\n");
        assert_eq!(bars[2], ("甲园区".to_owned(), LineKind::Row, Some((1, 0))));
    }
}
