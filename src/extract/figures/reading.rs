//! Finds figures in a sentence: value, unit, bound. Dates, ordinals, document, telephone and standard numbers are none.
//! They are read by hand-written scanning, as punctuation and dates are.

use std::ops::Range;

use crate::model::{Bound, Term};

use crate::extract::Extractor;
use crate::extract::knowledge::Cue;
use crate::extract::text::{Cell, Hit, Reading};

use super::numerals::{Number, decimal, fraction, number, scale, scale_of};

/// A figure of the text. Characters of the text.
#[derive(Clone, Debug)]
pub(in crate::extract) struct Figure {
    /// Number, scale and unit.
    pub range: Range<usize>,
    pub sentence: usize,
    /// Plain decimal, scales multiplied out.
    pub value: String,
    pub unit: Term,
    /// Whether the unit counts things (个, 家) rather than measures them.
    pub counts: bool,
    pub bound: Option<Bound>,
}

impl Extractor {
    /// Figures of a sentence, left to right.
    pub(in crate::extract) fn figures(&self, reading: &Reading, source: &[char], sentence: usize) -> Vec<Figure> {
        let range = reading.layout.sentences[sentence].range.clone();
        let chars = &reading.text.chars;
        let mut found = Vec::new();
        let mut at = range.start;
        while at < range.end {
            match self.figure_at(reading, source, at, &range, sentence) {
                Ok(figure) => {
                    at = figure.range.end;
                    found.push(figure);
                }
                Err(next) => at = next.max(at + 1),
            }
        }
        let header = reading.layout.sentences[sentence].cell.filter(|c| c.row > 0);
        if found.is_empty()
            && let Some(cell) = header
            && let Some(figure) = self.cell_figure(reading, source, sentence, cell, chars)
        {
            found.push(figure);
        }
        found
    }

    /// The figure that begins at `at`, or where to go on.
    fn figure_at(&self, reading: &Reading, source: &[char], at: usize, range: &Range<usize>, sentence: usize) -> Result<Figure, usize> {
        let chars = &reading.text.chars;
        if let Some((digits, end)) = fraction(chars, at, range.end) {
            return Ok(self.percent(digits, 0, at..end, sentence, reading));
        }
        let Some(number) = number(chars, source, at, range.end) else { return Err(at + 1) };
        let before = at.checked_sub(1).filter(|i| *i >= range.start).map(|i| chars[i]);
        if before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '第' | '〔' | '[' | '.' | '/' | '+' | '#' | '№')) {
            return Err(number.end);
        }
        let (exponent, vague, after) = scale(chars, &number, range.end);
        let Some((unit, end, counts)) = self.unit_at(reading, after, range.end) else { return Err(number.end) };
        if Self::is_no_figure(chars, &number, after, end, range) {
            return Err(end.max(number.end));
        }
        if &*unit == "TenthUnit" {
            return Ok(self.percent(number.digits, number.exponent + exponent + 1, at..end, sentence, reading));
        }
        if number.chinese && !vague && exponent == 0 && number.digits.len() < 2 {
            return Err(number.end);
        }
        let bound = self.bound(reading, at, end, range).or(vague.then_some(Bound::AtLeast));
        Ok(Figure { range: at..end, sentence, value: decimal(&number.digits, number.exponent + exponent), unit, counts, bound })
    }

    fn percent(&self, digits: String, exponent: i32, at: Range<usize>, sentence: usize, reading: &Reading) -> Figure {
        let range = &reading.layout.sentences[sentence].range;
        let bound = self.bound(reading, at.start, at.end, range);
        Figure { range: at, sentence, value: decimal(&digits, exponent), unit: "PercentUnit".into(), counts: false, bound }
    }

    /// The longest unit word at `at`: its concept, where it ends, whether it counts things.
    fn unit_at(&self, reading: &Reading, at: usize, end: usize) -> Option<(Term, usize, bool)> {
        let chars = &reading.text.chars;
        let mut skip = at;
        while skip < end && chars[skip] == ' ' {
            skip += 1;
        }
        let first = reading.hits.partition_point(|h| (h.start as usize) < skip);
        let hit = reading.hits[first..]
            .iter()
            .take_while(|h| h.start as usize == skip)
            .filter(|h| h.end as usize <= end)
            .find(|h| self.knowledge.pattern(**h).unit.is_some());
        if let Some(hit) = hit {
            let unit = self.knowledge.pattern(*hit).unit.clone()?;
            let stop = hit.end as usize;
            let latin = chars[skip].is_ascii_alphabetic();
            if latin && chars.get(stop).is_some_and(char::is_ascii_alphabetic) {
                return None;
            }
            let counts = self.counting.contains(&*unit);
            return Some((unit, stop, counts));
        }
        None
    }

    /// Dates, times of day, ordinals and durations that only look like figures.
    fn is_no_figure(chars: &[char], number: &Number, after: usize, end: usize, range: &Range<usize>) -> bool {
        let unit: String = chars[after..end].iter().collect::<String>().trim().to_owned();
        let next = chars.get(end).copied().filter(|_| end < range.end).unwrap_or(' ');
        match unit.as_str() {
            "年" | "月" | "日" | "号" | "时" | "点" | "分" | "届" | "期" | "周年" | "年级" | "世纪" | "岁末" | "季度" | "旬" => {
                true
            }
            "个" if matches!(next, '月') => true,
            "天" | "小时" | "分钟" | "周" => number.chinese,
            "级" | "类" | "条" | "点半" => number.chinese || unit == "级",
            "次" | "批" => matches!(next, '会' | '全') || number.chinese,
            _ => false,
        }
    }

    fn bound(&self, reading: &Reading, start: usize, end: usize, range: &Range<usize>) -> Option<Bound> {
        let near = |h: &Hit| {
            let (s, e) = (h.start as usize, h.end as usize);
            (e == start || e + 1 == start && reading.text.chars[e] == '了') && s >= range.start || s == end || s > start && e <= end
        };
        let first = reading.hits.partition_point(|h| (h.start as usize) + 6 < start);
        for hit in reading.hits[first..].iter().take_while(|h| (h.start as usize) <= end).filter(|h| near(h)) {
            for cue in self.knowledge.cues(*hit) {
                match cue {
                    Cue::About => return Some(Bound::About),
                    Cue::AtLeast => return Some(Bound::AtLeast),
                    Cue::AtMost => return Some(Bound::AtMost),
                    _ => {}
                }
            }
        }
        None
    }

    /// A bare number in a cell whose column header states the unit: “产值(亿元)”.
    fn cell_figure(&self, reading: &Reading, source: &[char], sentence: usize, cell: Cell, chars: &[char]) -> Option<Figure> {
        let range = reading.layout.sentences[sentence].range.clone();
        let number = number(chars, source, range.start, range.end).filter(|n| n.end == range.end && !n.chinese)?;
        let header = reading.layout.headers.get(cell.table)?.get(cell.column)?;
        let header = reading.layout.sentences.get(*header)?.range.clone();
        let open = header.clone().find(|i| matches!(chars[*i], '(' | '（' | '/'))?;
        let mut at = open + 1;
        let mut exponent = 0;
        while let Some(step) = chars.get(at).and_then(|c| scale_of(*c)).filter(|_| at < header.end) {
            exponent += step;
            at += 1;
        }
        let (unit, _, counts) = self.unit_at(reading, at, header.end)?;
        Some(Figure { range, sentence, value: decimal(&number.digits, number.exponent + exponent), unit, counts, bound: None })
    }
}
