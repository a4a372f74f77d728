//! Numbers of documents (发文字号): behind a title, or on a line of their own below that of the document itself. The form is that of
//! 《党政机关公文处理工作条例》 (2012), article 9: code of the issuer, year in brackets, serial number.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::extract::Extractor;
use crate::extract::knowledge::NumberForm;
use crate::extract::names::Found;
use crate::extract::text::{LineKind, Reading, Sentence};

use super::draft::Resolution;

/// Longest code of an issuer, in characters.
const LONGEST_CODE: usize = 16;

/// How many of the first sentences may be the title.
const FIRST: usize = 3;

/// How many of the first sentences may bear the number of the document itself.
const HEAD: usize = 6;

impl Extractor {
    /// The policy document whose title the text bears, as a draft.
    pub(in crate::extract) fn own_document(&self, reading: &Reading, found: &[Found], resolution: &Resolution) -> Option<usize> {
        let titled = |s: &Sentence| matches!(s.kind, LineKind::Title | LineKind::Heading(_));
        let title = reading.layout.sentences.iter().take(FIRST).position(titled);
        let is_title = |f: &Found| Some(f.sentence) == title;
        let titles = found.iter().zip(&resolution.of).filter(|(f, _)| f.kind_of == self.roles.policy && f.inside.is_none() && is_title(f));
        titles.max_by_key(|(f, _)| f.range.len()).and_then(|(_, draft)| *draft)
    }

    /// The numbers that the text gives to documents, by draft, as ranges of its characters. The first that a document is given stays.
    pub(in crate::extract) fn document_numbers(
        &self,
        reading: &Reading,
        found: &[Found],
        resolution: &Resolution,
    ) -> BTreeMap<usize, Range<usize>> {
        let form = &self.knowledge.grammar.document_number;
        let chars = &reading.text.chars;
        let mut numbers = BTreeMap::new();
        for (f, draft) in found.iter().zip(&resolution.of).filter(|(f, _)| f.kind_of == self.roles.policy && f.inside.is_none()) {
            let end = reading.layout.sentences[f.sentence].range.end;
            if let (Some(draft), Some(number)) = (draft, behind_title(form, &chars[..end], f.range.end)) {
                numbers.entry(*draft).or_insert(number);
            }
        }
        let on_own_line = |s: &Sentence| number_at(form, &chars[..s.range.end], s.range.start).filter(|number| number.end == s.range.end);
        let own = reading.layout.sentences.iter().take(HEAD).find_map(on_own_line);
        if let (Some(draft), Some(number)) = (self.own_document(reading, found, resolution), own) {
            numbers.entry(draft).or_insert(number);
        }
        numbers
    }
}

/// The number that stands behind a title which ends at `at`, in brackets or not.
fn behind_title(form: &NumberForm, chars: &[char], at: usize) -> Option<Range<usize>> {
    let start = at + chars[at..].iter().take_while(|c| matches!(c, '》' | '”' | ' ')).count();
    match chars.get(start) {
        Some('(' | '（') => number_at(form, chars, start + 1),
        _ => number_at(form, chars, start),
    }
}

/// The number that begins at `start`.
fn number_at(form: &NumberForm, chars: &[char], start: usize) -> Option<Range<usize>> {
    let code = chars.get(start..)?.iter().take(LONGEST_CODE).take_while(|c| c.is_alphabetic()).count();
    let year = start + code;
    if code < 2 || !chars.get(year).is_some_and(|c| form.open.contains(c)) {
        return None;
    }
    let digits = |from: usize| chars[from..].iter().take_while(|c| c.is_ascii_digit()).count();
    let close = year + 1 + digits(year + 1);
    if close != year + 5 || !chars.get(close).is_some_and(|c| form.close.contains(c)) {
        return None;
    }
    let serial = close + 1 + chars[close + 1..].iter().take_while(|c| form.ordinal.contains(c)).count();
    let end = serial + digits(serial);
    (end > serial && chars.get(end).is_some_and(|c| form.end.contains(c))).then_some(start..end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> NumberForm {
        NumberForm { open: vec!['〔', '['], close: vec!['〕', ']'], ordinal: vec!['第'], end: vec!['号'] }
    }

    fn behind(text: &str) -> Option<String> {
        let chars: Vec<char> = text.chars().collect();
        let at = chars.iter().position(|c| *c == '》')?;
        behind_title(&form(), &chars, at).map(|range| chars[range].iter().collect())
    }

    #[test]
    fn a_number_stands_behind_its_title() {
        assert_eq!(behind("《培育办法》（工信部企业〔2022〕119号）提出").as_deref(), Some("工信部企业〔2022〕119号"));
        assert_eq!(behind("《培育办法》青政办[2025]第18号").as_deref(), Some("青政办[2025]第18号"));
    }

    #[test]
    fn what_only_looks_like_a_number_is_none() {
        for text in
            ["《培育办法》（2022年修订）", "《培育办法》〔2022〕119号", "《培育办法》川府发〔22〕3号", "《培育办法》川府发〔2022〕3"]
        {
            assert_eq!(behind(text), None, "{text}");
        }
    }
}
