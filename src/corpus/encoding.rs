//! Bytes to text. Order: byte-order mark, strict UTF-8, UTF-16 by its pattern, the encoding that the file declares, then GB18030 or
//! Big5 by a detector. Simplified Chinese is always decoded as GB18030, never as its subsets GBK and GB2312. Nothing is ever replaced
//! by U+FFFD: bytes that do not fit are an error.

use std::str::FromStr;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, DecoderResult, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use super::error::Fault;

/// How much of a file the detectors look at, in bytes.
const SAMPLE: usize = 1 << 20;

/// Which encoding to read with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EncodingChoice {
    /// Find out.
    #[default]
    Auto,
    /// UTF-8, with or without byte-order mark.
    Utf8,
    /// GB18030, and with it GBK and GB2312.
    Gb18030,
    /// Big5.
    Big5,
    /// UTF-16; the byte order comes from the mark or from the pattern of the bytes, else little-endian.
    Utf16,
}

impl FromStr for EncodingChoice {
    type Err = String;

    /// Reads `auto`, `utf-8`, `gb18030` (also `gbk`, `gb2312`), `big5`, `utf-16`; case does not count.
    fn from_str(name: &str) -> Result<Self, String> {
        match name.to_ascii_lowercase().as_str() {
            "auto" => Ok(Self::Auto),
            "utf-8" | "utf8" => Ok(Self::Utf8),
            "gb18030" | "gbk" | "gb2312" => Ok(Self::Gb18030),
            "big5" => Ok(Self::Big5),
            "utf-16" | "utf16" | "utf-16le" | "utf-16be" => Ok(Self::Utf16),
            _ => Err("auto, utf-8, gb18030, big5, utf-16".to_owned()),
        }
    }
}

/// Decoded text without byte-order mark, and the name of the encoding.
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) encoding: &'static str,
}

/// Decodes a whole file. `declared` is the label that the file itself gives (`charset=gb2312`).
///
/// # Errors
/// [`Fault::Binary`] and [`Fault::Undecodable`].
pub(super) fn decode(bytes: Vec<u8>, choice: EncodingChoice, declared: Option<&str>) -> Result<Decoded, Fault> {
    let decoded = match choice {
        EncodingChoice::Auto => decode_by_evidence(bytes, declared)?,
        EncodingChoice::Utf8 => decode_as(bytes, UTF_8)?,
        EncodingChoice::Gb18030 => decode_as(bytes, GB18030)?,
        EncodingChoice::Big5 => decode_as(bytes, BIG5)?,
        EncodingChoice::Utf16 => {
            let encoding = utf_16_by_mark(&bytes).or_else(|| utf_16_by_pattern(&bytes)).unwrap_or(UTF_16LE);
            decode_as(bytes, encoding)?
        }
    };
    if decoded.text.contains('\0') {
        return Err(Fault::Binary { looks_like: None });
    }
    Ok(decoded)
}

fn decode_by_evidence(bytes: Vec<u8>, declared: Option<&str>) -> Result<Decoded, Fault> {
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        return decode_as(bytes, UTF_8);
    }
    if let Some(encoding) = utf_16_by_mark(&bytes) {
        return decode_as(bytes, encoding);
    }
    if let Some(what) = magic(&bytes) {
        return Err(Fault::Binary { looks_like: Some(what) });
    }
    let has_nul = bytes.contains(&0);
    if !has_nul && std::str::from_utf8(&bytes).is_ok() {
        return decode_as(bytes, UTF_8);
    }
    if let Some(encoding) = utf_16_by_pattern(&bytes) {
        return decode_as(bytes, encoding);
    }
    if has_nul {
        return Err(Fault::Binary { looks_like: None });
    }
    let declared = declared.and_then(|label| Encoding::for_label(label.trim().as_bytes()));
    let declared = declared.map(|encoding| if encoding == GBK { GB18030 } else { encoding });
    let declared = declared.filter(|encoding| ![UTF_8, UTF_16LE, UTF_16BE].contains(encoding));
    let fits = |encoding: &&'static Encoding| first_misfit(&bytes, encoding).is_none();
    if let Some(encoding) = declared.filter(fits) {
        return decode_as(bytes, encoding);
    }
    // The detector costs a hundred times as much as decoding, so it is asked only where the bytes do not decide.
    match (fits(&GB18030), fits(&BIG5)) {
        (true, false) => decode_as(bytes, GB18030),
        (false, true) => decode_as(bytes, BIG5),
        (true, true) => {
            let encoding = guess(&bytes);
            decode_as(bytes, encoding)
        }
        (false, false) => {
            let likeliest = likeliest(&bytes, guess(&bytes));
            Err(Fault::Undecodable { encoding: label(likeliest), at: first_misfit(&bytes, likeliest).unwrap_or(0) })
        }
    }
}

/// Decodes strictly and drops one byte-order mark.
fn decode_as(bytes: Vec<u8>, encoding: &'static Encoding) -> Result<Decoded, Fault> {
    let at_fault = |at| Fault::Undecodable { encoding: label(encoding), at };
    let mut text = if encoding == UTF_8 {
        String::from_utf8(bytes).map_err(|error| at_fault(error.utf8_error().valid_up_to()))?
    } else {
        match encoding.decode_without_bom_handling_and_without_replacement(&bytes) {
            Some(text) => text.into_owned(),
            None => return Err(at_fault(first_misfit(&bytes, encoding).unwrap_or(0))),
        }
    };
    if text.starts_with('\u{FEFF}') {
        text.drain(..'\u{FEFF}'.len_utf8());
    }
    Ok(Decoded { text, encoding: label(encoding) })
}

fn label(encoding: &'static Encoding) -> &'static str {
    if encoding == GB18030 { "GB18030" } else { encoding.name() }
}

fn utf_16_by_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0xFF, 0xFE, ..] => Some(UTF_16LE),
        [0xFE, 0xFF, ..] => Some(UTF_16BE),
        _ => None,
    }
}

/// UTF-16 without a mark: nearly all units are ASCII, Chinese characters or their punctuation in one byte order.
fn utf_16_by_pattern(bytes: &[u8]) -> Option<&'static Encoding> {
    if bytes.is_empty() || !bytes.len().is_multiple_of(2) {
        return None;
    }
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let share = |read: fn([u8; 2]) -> u16| {
        let usual = sample.as_chunks().0.iter().filter(|unit| is_usual(read(**unit))).count();
        usual * 200 / sample.len()
    };
    let (little, big) = (share(u16::from_le_bytes), share(u16::from_be_bytes));
    match (little >= 90, big >= 90) {
        (true, _) if little >= big => Some(UTF_16LE),
        (_, true) => Some(UTF_16BE),
        _ => None,
    }
}

fn is_usual(unit: u16) -> bool {
    matches!(unit, 0x09 | 0x0A | 0x0D | 0x20..=0x7E | 0x2010..=0x2026 | 0x3000..=0x303F | 0x4E00..=0x9FFF | 0xFF00..=0xFFEF)
}

/// GB18030 or Big5.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(SAMPLE)], bytes.len() <= SAMPLE);
    match detector.guess(None, Utf8Detection::Deny) {
        found if found == BIG5 => BIG5,
        found if found == GBK || found == GB18030 => GB18030,
        _ => by_frequent_characters(bytes),
    }
}

/// The encoding under which more double bytes are among its frequent characters (GB 2312 level 1, Big5 level 1).
fn by_frequent_characters(bytes: &[u8]) -> &'static Encoding {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let frequent = |lead: std::ops::RangeInclusive<u8>, is_trail: fn(u8) -> bool| {
        let (mut at, mut count) = (0, 0_usize);
        while at + 1 < sample.len() {
            if sample[at] < 0x80 {
                at += 1;
                continue;
            }
            count += usize::from(lead.contains(&sample[at]) && is_trail(sample[at + 1]));
            at += 2;
        }
        count
    };
    let simplified = frequent(0xB0..=0xD7, |trail| trail >= 0xA1);
    let traditional = frequent(0xA4..=0xC6, |trail| (0x40..=0x7E).contains(&trail) || trail >= 0xA1);
    if traditional > simplified { BIG5 } else { GB18030 }
}

/// For the message only: UTF-8 where the file is UTF-8 up to a few bad bytes, else the guess.
fn likeliest(bytes: &[u8], guess: &'static Encoding) -> &'static Encoding {
    let valid = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    if bytes[..valid].iter().any(|byte| *byte >= 0x80) && valid > first_misfit(bytes, guess).unwrap_or(0) { UTF_8 } else { guess }
}

/// Offset of the first byte that does not fit, or nothing where all do.
fn first_misfit(bytes: &[u8], encoding: &'static Encoding) -> Option<usize> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut buffer = vec![0_u8; 1 << 16];
    let mut read = 0;
    loop {
        let (result, consumed, _) = decoder.decode_to_utf8_without_replacement(&bytes[read..], &mut buffer, true);
        read += consumed;
        match result {
            DecoderResult::InputEmpty => return None,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(length, after) => return Some(read.saturating_sub(usize::from(length) + usize::from(after))),
        }
    }
}

/// What a file that is no text looks like, from its first bytes.
fn magic(bytes: &[u8]) -> Option<&'static str> {
    const MAGIC: &[(&[u8], &str)] = &[
        (b"%PDF-", "PDF"),
        (b"PK\x03\x04", "ZIP (.docx .xlsx .pptx)"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "Office 97-2003 (.doc .xls .wps)"),
        (b"\x89PNG\r\n", "PNG"),
        (b"\xFF\xD8\xFF", "JPEG"),
        (b"GIF8", "GIF"),
        (b"\x1F\x8B", "gzip"),
        (b"Rar!\x1A\x07", "RAR"),
        (b"7z\xBC\xAF\x27\x1C", "7z"),
        (b"{\\rtf", "RTF"),
        (b"SQLite format 3\0", "SQLite"),
        (b"\x7FELF", "ELF"),
    ];
    MAGIC.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIMPLIFIED: &str = "成都市青白江区推进国际铁路港建设，2024年全区规上工业增加值同比增长8.5%。\r\n企业“𠮷利”落户镕园。\n";
    const TRADITIONAL: &str = "深圳市與香港特別行政區簽署合作備忘錄，共同推動河套深港科技創新合作區發展，產業集聚。\n";

    fn utf_16(text: &str, big_endian: bool, mark: bool) -> Vec<u8> {
        let units = mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
        units.flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    fn auto(bytes: Vec<u8>) -> Result<(String, &'static str), Fault> {
        decode(bytes, EncodingChoice::Auto, None).map(|decoded| (decoded.text, decoded.encoding))
    }

    #[test]
    fn each_encoding_is_told_from_its_bytes() {
        let gb = GB18030.encode(SIMPLIFIED).0.into_owned();
        assert!(gb.windows(4).any(|four| (0x30..=0x39).contains(&four[1]) && (0x30..=0x39).contains(&four[3]) && four[0] >= 0x90));
        assert_eq!(auto(gb).unwrap(), (SIMPLIFIED.to_owned(), "GB18030"));
        let big5 = BIG5.encode(TRADITIONAL).0.into_owned();
        assert_eq!(auto(big5).unwrap(), (TRADITIONAL.to_owned(), "Big5"));
        for (big_endian, name) in [(false, "UTF-16LE"), (true, "UTF-16BE")] {
            for mark in [false, true] {
                assert_eq!(auto(utf_16(SIMPLIFIED, big_endian, mark)).unwrap(), (SIMPLIFIED.to_owned(), name), "mark: {mark}");
            }
        }
        assert_eq!(auto(format!("\u{FEFF}{SIMPLIFIED}").into_bytes()).unwrap(), (SIMPLIFIED.to_owned(), "UTF-8"));
        assert_eq!(auto(b"plain ASCII".to_vec()).unwrap(), ("plain ASCII".to_owned(), "UTF-8"));
    }

    #[test]
    fn traditional_characters_in_gb18030_are_no_big5() {
        let gb = GB18030.encode(TRADITIONAL).0.into_owned();
        assert_eq!(auto(gb).unwrap(), (TRADITIONAL.to_owned(), "GB18030"));
    }

    #[test]
    fn a_wrong_byte_is_an_error_with_its_place() {
        let mut bytes = SIMPLIFIED.as_bytes().to_vec();
        bytes.splice(9..9, [0xFF, 0xFF]);
        assert!(matches!(auto(bytes), Err(Fault::Undecodable { encoding: "UTF-8", at: 9 })));
        let mut bytes = GB18030.encode(SIMPLIFIED).0.into_owned();
        bytes.splice(4..4, [0xFF]);
        assert!(matches!(decode(bytes, EncodingChoice::Gb18030, None), Err(Fault::Undecodable { encoding: "GB18030", at: 4 })));
    }

    #[test]
    fn binary_files_are_named() {
        assert!(matches!(auto(b"%PDF-1.7 \xE2\xE3".to_vec()), Err(Fault::Binary { looks_like: Some("PDF") })));
        assert!(matches!(auto(vec![1, 0, 7, 0xFE, 0, 0, 3, 200, 0]), Err(Fault::Binary { looks_like: None })));
    }

    #[test]
    fn a_declared_encoding_counts_where_it_fits_and_no_further() {
        // Four bytes that are sound in both: the declaration decides.
        let bytes = BIG5.encode("集群").0.into_owned();
        let declared = decode(bytes, EncodingChoice::Auto, Some("big5")).unwrap();
        assert_eq!((declared.text.as_str(), declared.encoding), ("集群", "Big5"));
        let subset = decode(GB18030.encode("𠮷園").0.into_owned(), EncodingChoice::Auto, Some("gb2312")).unwrap();
        assert_eq!((subset.text.as_str(), subset.encoding), ("𠮷園", "GB18030"));
        let wrong = decode(SIMPLIFIED.as_bytes().to_vec(), EncodingChoice::Auto, Some("gb2312")).unwrap();
        assert_eq!((wrong.text.as_str(), wrong.encoding), (SIMPLIFIED, "UTF-8"));
    }

    proptest! {
        #[test]
        fn text_comes_back_from_every_encoding_it_was_written_in(text in "[ -~\\r\\n\u{4E00}-\u{9FA5}，。、《》𠮷😀]{0,200}") {
            for (choice, bytes) in [
                (EncodingChoice::Utf8, text.clone().into_bytes()),
                (EncodingChoice::Utf8, format!("\u{FEFF}{text}").into_bytes()),
                (EncodingChoice::Utf16, utf_16(&text, false, true)),
                (EncodingChoice::Utf16, utf_16(&text, true, true)),
                (EncodingChoice::Gb18030, GB18030.encode(&text).0.into_owned()),
                (EncodingChoice::Auto, text.clone().into_bytes()),
            ] {
                prop_assert_eq!(&decode(bytes, choice, None).unwrap().text, &text);
            }
        }

        #[test]
        fn big5_comes_back_where_it_can_write_the_text(text in "[ -~\u{4E00}-\u{9FA5}，。]{0,100}") {
            let (bytes, _, lossy) = BIG5.encode(&text);
            prop_assume!(!lossy);
            prop_assert_eq!(decode(bytes.into_owned(), EncodingChoice::Big5, None).unwrap().text, text);
        }

        #[test]
        fn no_bytes_can_make_it_fail_otherwise_than_by_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(decoded) = decode(bytes, EncodingChoice::Auto, Some("gbk")) {
                prop_assert!(!decoded.text.contains('\0'));
            }
        }
    }
}
