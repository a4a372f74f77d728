//! Finds figures in a sentence: value, unit, bound. Dates, ordinals, document, telephone and standard numbers are none.
//! Digits, Chinese numerals, scales (万, 亿) and ranges are read by hand-written scanning, as punctuation and dates are.

use std::ops::Range;

use crate::model::{Bound, Term};

use crate::extract::Extractor;
use crate::extract::knowledge::Cue;
use crate::extract::names::Reading;

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

/// A number as read: digits, exponent of ten, end.
struct Number {
    digits: String,
    exponent: i32,
    end: usize,
    chinese: bool,
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
        let near = |h: &crate::extract::text::Hit| {
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
    fn cell_figure(
        &self,
        reading: &Reading,
        source: &[char],
        sentence: usize,
        cell: crate::extract::text::Cell,
        chars: &[char],
    ) -> Option<Figure> {
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

/// Reads a number at `at`: digits with thousands separators and a decimal point, or Chinese numerals.
fn number(chars: &[char], source: &[char], at: usize, end: usize) -> Option<Number> {
    if chars[at].is_ascii_digit() {
        let mut digits = String::new();
        let mut exponent = 0;
        let mut i = at;
        let mut point = false;
        while i < end {
            let c = chars[i];
            if c.is_ascii_digit() {
                digits.push(c);
                exponent -= i32::from(point);
            } else if c == '.' && !point && chars.get(i + 1).is_some_and(char::is_ascii_digit) {
                point = true;
            } else if c == ',' && source.get(i) == Some(&',') && thousands(chars, i, end) && !point {
            } else {
                break;
            }
            i += 1;
        }
        return Some(Number { digits, exponent, end: i, chinese: false });
    }
    let start = at;
    let mut i = at;
    while i < end && (digit_of(chars[i]).is_some() || matches!(chars[i], '十' | '百' | '千')) {
        i += 1;
    }
    if i == start {
        return None;
    }
    let value = chinese(&chars[start..i])?;
    Some(Number { digits: value.to_string(), exponent: 0, end: i, chinese: true })
}

fn thousands(chars: &[char], at: usize, end: usize) -> bool {
    at + 3 < end + 1
        && (1..=3).all(|k| chars.get(at + k).is_some_and(char::is_ascii_digit))
        && !chars.get(at + 4).is_some_and(char::is_ascii_digit)
}

/// Value of a Chinese digit.
pub(in crate::extract) fn digit_of(c: char) -> Option<u64> {
    Some(match c {
        '零' | '〇' => 0,
        '一' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

/// Value of a Chinese numeral below ten thousand.
fn chinese(chars: &[char]) -> Option<u64> {
    let (mut total, mut current, mut seen) = (0, 0, false);
    for c in chars {
        if let Some(d) = digit_of(*c) {
            current = d;
            seen = true;
        } else {
            let unit = match c {
                '十' => 10,
                '百' => 100,
                '千' => 1000,
                _ => return None,
            };
            total += if seen { current } else { 1 } * unit;
            current = 0;
            seen = false;
        }
    }
    Some(total + current)
}

/// 百分之六十, 三分之二, 六成五: digits of the percentage and the end.
fn fraction(chars: &[char], at: usize, end: usize) -> Option<(String, usize)> {
    let is = |i: usize, c: char| i < end && chars[i] == c;
    let run =
        |from: usize| -> usize { (from..end).take_while(|i| digit_of(chars[*i]).is_some() || matches!(chars[*i], '十' | '百')).count() };
    if is(at, '百') && is(at + 1, '分') && is(at + 2, '之') {
        let n = run(at + 3);
        let mut digits = chinese(&chars[at + 3..at + 3 + n])?.to_string();
        let mut stop = at + 3 + n;
        if n == 0 {
            return None;
        }
        if is(stop, '点')
            && let Some(d) = chars.get(stop + 1).and_then(|c| digit_of(*c))
        {
            digits = format!("{digits}.{d}");
            stop += 2;
        }
        return Some((digits, stop));
    }
    let n = run(at);
    if n > 0 && is(at + n, '分') && is(at + n + 1, '之') {
        let below = chinese(&chars[at..at + n])?;
        let m = run(at + n + 2);
        let above = chinese(&chars[at + n + 2..at + n + 2 + m])?;
        if m > 0 && below > 1 && above < below {
            let tenths = (above * 2000 + below) / (below * 2);
            return Some((format!("{}.{}", tenths / 10, tenths % 10), at + n + 2 + m));
        }
    }
    if n == 1 && is(at + 1, '成') && !chars.get(at + 2).is_some_and(|c| matches!(c, '为' | '立' | '果' | '效' | '员' | '本' | '功'))
    {
        let mut value = digit_of(chars[at])? * 10;
        let mut stop = at + 2;
        if let Some(half) = chars.get(stop).filter(|_| stop < end).and_then(|c| digit_of(*c)) {
            value += half;
            stop += 1;
        }
        return (value > 0).then(|| (value.to_string(), stop));
    }
    None
}

fn scale_of(c: char) -> Option<i32> {
    Some(match c {
        '百' => 2,
        '千' => 3,
        '万' => 4,
        '亿' => 8,
        '兆' => 12,
        _ => return None,
    })
}

/// Scales after a number (万, 亿, 万亿), whether 余 or 多 makes it vague, and where the unit begins.
fn scale(chars: &[char], number: &Number, end: usize) -> (i32, bool, usize) {
    let (mut exponent, mut vague, mut at) = (0, false, number.end);
    while at < end {
        let c = chars[at];
        if let Some(step) = scale_of(c) {
            let unit_follows = c == '千' && chars.get(at + 1).is_some_and(|n| matches!(n, '瓦' | '克' | '米' | '伏' | '焦' | '帕' | '赫'));
            if unit_follows || c == '百' && chars.get(at + 1) == Some(&'分') {
                break;
            }
            exponent += step;
        } else if matches!(c, '余' | '多' | '几') {
            vague = true;
        } else {
            break;
        }
        at += 1;
    }
    (exponent, vague, at)
}

/// `digits` times ten to the power `exponent`, as a plain decimal without needless zeros.
fn decimal(digits: &str, exponent: i32) -> String {
    let (mut digits, mut exponent) = match digits.split_once('.') {
        Some((whole, part)) => (format!("{whole}{part}"), exponent - i32::try_from(part.len()).unwrap_or(0)),
        None => (digits.to_owned(), exponent),
    };
    while exponent < 0 && digits.ends_with('0') && digits.len() > 1 {
        digits.pop();
        exponent += 1;
    }
    let zeros = usize::try_from(exponent).unwrap_or(0);
    digits.push_str(&"0".repeat(zeros));
    let point = usize::try_from(-exponent).unwrap_or(0);
    if point == 0 {
        let trimmed = digits.trim_start_matches('0');
        return if trimmed.is_empty() { "0".to_owned() } else { trimmed.to_owned() };
    }
    if digits.len() <= point {
        digits = format!("{}{digits}", "0".repeat(point + 1 - digits.len()));
    }
    let (whole, part) = digits.split_at(digits.len() - point);
    let whole = whole.trim_start_matches('0');
    format!("{}.{part}", if whole.is_empty() { "0" } else { whole })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_plain() {
        assert_eq!(decimal("17", 11), "1700000000000");
        assert_eq!(decimal("999", -1), "99.9");
        assert_eq!(decimal("50", -2), "0.5");
        assert_eq!(decimal("0", 0), "0");
        assert_eq!(decimal("66.7", 0), "66.7");
        assert_eq!(decimal("1473", -1 + 8), "14730000000");
    }

    #[test]
    fn fractions_become_percentages() {
        let read = |s: &str| fraction(&s.chars().collect::<Vec<_>>(), 0, s.chars().count()).map(|f| f.0);
        assert_eq!(read("百分之六十五"), Some("65".into()));
        assert_eq!(read("三分之二"), Some("66.7".into()));
        assert_eq!(read("七成以上"), Some("70".into()));
        assert_eq!(read("一成立"), None);
    }
}
