//! Numbers as they are written: digits with separators, Chinese numerals, fractions, scales (万, 亿). No text around them is known here.

/// A number as read: digits, exponent of ten, end.
pub(super) struct Number {
    pub digits: String,
    pub exponent: i32,
    pub end: usize,
    pub chinese: bool,
}

/// Reads a number at `at`: digits with thousands separators and a decimal point, or Chinese numerals.
pub(super) fn number(chars: &[char], source: &[char], at: usize, end: usize) -> Option<Number> {
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
pub(super) fn fraction(chars: &[char], at: usize, end: usize) -> Option<(String, usize)> {
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

/// The power of ten of a scale.
pub(super) fn scale_of(c: char) -> Option<i32> {
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
pub(super) fn scale(chars: &[char], number: &Number, end: usize) -> (i32, bool, usize) {
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
pub(super) fn decimal(digits: &str, exponent: i32) -> String {
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
