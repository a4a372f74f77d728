//! Tables on stdout: aligned by East Asian width on a terminal, tab-separated in a pipe.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

const GAP: usize = 2;
const NARROWEST: usize = 6;

/// How a table is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableStyle {
    /// For people: columns aligned, cells cut so that a row fits in so many columns of the terminal.
    Aligned {
        /// Width of the terminal, a 汉字 counting two; `usize::MAX` never cuts.
        width: usize,
    },
    /// For programs: tab-separated, tabs and line ends inside cells become spaces.
    Tsv,
}

/// Rows of text under column heads.
#[derive(Clone, Debug, Default)]
pub struct Table {
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these column heads.
    pub fn new<S: Into<String>>(heads: impl IntoIterator<Item = S>) -> Self {
        Self { heads: heads.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row; missing cells are empty, surplus ones are dropped.
    pub fn push<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        let mut row: Vec<String> = cells.into_iter().map(Into::into).collect();
        row.resize(self.heads.len(), String::new());
        self.rows.push(row);
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Prints heads and rows.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut impl Write, style: TableStyle) -> io::Result<()> {
        match style {
            TableStyle::Tsv => self.write_tsv(out),
            TableStyle::Aligned { width } => self.write_aligned(out, width),
        }
    }

    fn write_tsv(&self, out: &mut impl Write) -> io::Result<()> {
        for row in std::iter::once(&self.heads).chain(&self.rows) {
            let cells: Vec<String> = row.iter().map(|cell| cell.replace(['\t', '\n', '\r'], " ")).collect();
            writeln!(out, "{}", cells.join("\t"))?;
        }
        Ok(())
    }

    fn write_aligned(&self, out: &mut impl Write, width: usize) -> io::Result<()> {
        let clean = |row: &Vec<String>| row.iter().map(|cell| cell.replace(['\t', '\n', '\r'], " ")).collect::<Vec<_>>();
        let heads = clean(&self.heads);
        let rows: Vec<Vec<String>> = self.rows.iter().map(clean).collect();
        let widths = fitted(&natural_widths(&heads, &rows), width);
        write_row(out, &heads, &widths)?;
        let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
        write_row(out, &rule, &widths)?;
        rows.iter().try_for_each(|row| write_row(out, row, &widths))
    }
}

fn natural_widths(heads: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let of_column = |at: usize| std::iter::once(&heads[at]).chain(rows.iter().map(|row| &row[at])).map(|cell| cell.width()).max();
    (0..heads.len()).map(|at| of_column(at).unwrap_or(0)).collect()
}

/// Takes columns off the widest until the row fits or all are narrow.
fn fitted(natural: &[usize], width: usize) -> Vec<usize> {
    let mut widths = natural.to_vec();
    let gaps = GAP * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > width {
        let Some(widest) = widths.iter_mut().max() else { break };
        if *widest <= NARROWEST {
            break;
        }
        *widest -= 1;
    }
    widths
}

fn write_row(out: &mut impl Write, cells: &[String], widths: &[usize]) -> io::Result<()> {
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        let cell = cut(cell, *width);
        line.push_str(&cell);
        line.push_str(&" ".repeat(width - cell.width() + GAP));
    }
    writeln!(out, "{}", line.trim_end())
}

/// `text`, or as much of it as fits into `width` columns with an ellipsis; never half a character.
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut used = 1;
    for c in text.chars() {
        let of_char = c.width().unwrap_or(0);
        if used + of_char > width {
            break;
        }
        used += of_char;
        cut.push(c);
    }
    if width > 0 {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(table: &Table, style: TableStyle) -> String {
        let mut out = Vec::new();
        table.write(&mut out, style).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn sample() -> Table {
        let mut table = Table::new(["集群", "level"]);
        table.push(["成渝电子信息先进制造集群", "国家级"]);
        table.push(["5G+VR", "AI"]);
        table
    }

    #[test]
    fn chinese_and_latin_cells_line_up() {
        let text = printed(&sample(), TableStyle::Aligned { width: usize::MAX });
        let starts: Vec<usize> = ["level", "国家级", "AI"]
            .iter()
            .zip([0, 2, 3])
            .map(|(cell, line)| {
                let line = text.lines().nth(line).unwrap();
                line[..line.find(cell).unwrap()].width()
            })
            .collect();
        assert_eq!(starts, [26, 26, 26]);
    }

    #[test]
    fn a_narrow_terminal_cuts_cells_between_characters() {
        let text = printed(&sample(), TableStyle::Aligned { width: 20 });
        assert!(text.lines().all(|line| line.width() <= 20), "{text}");
        assert!(text.contains("成渝电子信…"), "{text}");
    }

    #[test]
    fn a_pipe_gets_tabs() {
        assert_eq!(printed(&sample(), TableStyle::Tsv), "集群\tlevel\n成渝电子信息先进制造集群\t国家级\n5G+VR\tAI\n");
    }
}
