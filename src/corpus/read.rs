//! Bytes to a document: size limit, format, decoding, metadata.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::encoding::{self, EncodingChoice};
use super::error::{Fault, ReadError};
use super::find::{FoundFile, Source, display_path};
use super::{docx, html, metadata};
use crate::model::{Document, DocumentId, Format, Metadata};

/// How to read.
#[derive(Clone, Copy, Debug)]
pub struct ReadOptions {
    /// Encoding of text and HTML files.
    pub encoding: EncodingChoice,
    /// Largest file that is read, in bytes; also the most that a Word file may unfold to.
    pub max_bytes: u64,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { encoding: EncodingChoice::Auto, max_bytes: 512 << 20 }
    }
}

/// The format that an extension stands for; nothing for one that is not read.
#[must_use]
pub fn format_of(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "txt" => Some(Format::Text),
        "md" | "markdown" => Some(Format::Markdown),
        "html" | "htm" => Some(Format::Html),
        "docx" => Some(Format::Docx),
        _ => None,
    }
}

/// Reads one file and the side-car beside it.
///
/// # Errors
/// See [`Fault`].
pub fn read(path: &Path, options: &ReadOptions) -> Result<Document, ReadError> {
    let name = display_path(path);
    let fault = |fault| ReadError::new(name.clone(), fault);
    let file = File::open(path).map_err(|error| fault(Fault::Io(error)))?;
    let expected = file.metadata().map_or(0, |about| about.len());
    let bytes = read_up_to(file, expected, options.max_bytes).map_err(fault)?;
    let beside = metadata::sidecar(path)?;
    let mut document = read_bytes(&name, bytes, options)?;
    document.metadata = metadata::merged(beside, document.metadata);
    Ok(document)
}

/// Reads a document whose bytes are already here. `name` stands for its path: its extension says the format, and it becomes
/// [`Document::source`]. Without a known extension, HTML and Word are told by their first bytes, and all else is plain text.
///
/// # Errors
/// See [`Fault`].
pub fn read_bytes(name: &str, bytes: Vec<u8>, options: &ReadOptions) -> Result<Document, ReadError> {
    let fault = |fault| ReadError::new(name, fault);
    let format = format_of(Path::new(name)).unwrap_or_else(|| sniffed(&bytes));
    if bytes.is_empty() {
        return Err(fault(Fault::Empty));
    }
    if bytes.len() as u64 > options.max_bytes {
        return Err(fault(Fault::TooLarge { bytes: bytes.len() as u64, limit: options.max_bytes }));
    }
    let (text, encoding, metadata) = match format {
        Format::Docx => {
            let (text, metadata) = docx::read(&bytes, options.max_bytes).map_err(fault)?;
            (text, "UTF-8", metadata)
        }
        Format::Html => {
            let declared = html::declared_encoding(&bytes);
            let decoded = encoding::decode(bytes, options.encoding, declared.as_deref()).map_err(fault)?;
            let (text, metadata) = html::read(&decoded.text);
            (text, decoded.encoding, metadata)
        }
        Format::Text | Format::Markdown => {
            let decoded = encoding::decode(bytes, options.encoding, None).map_err(fault)?;
            let metadata = metadata::front_matter(&decoded.text);
            (decoded.text, decoded.encoding, metadata)
        }
    };
    document(name, text, format, encoding, metadata).map_err(fault)
}

/// A document from decoded text in `format`: HTML is reduced to its visible text, front matter is read.
///
/// # Errors
/// [`Fault::Empty`].
pub(super) fn read_text(name: &str, text: String, format: Format) -> Result<Document, Fault> {
    let (text, metadata) = match format {
        Format::Html => html::read(&text),
        Format::Text | Format::Markdown | Format::Docx => {
            let metadata = metadata::front_matter(&text);
            (text, metadata)
        }
    };
    document(name, text, format, "UTF-8", metadata)
}

fn document(name: &str, text: String, format: Format, encoding: &'static str, metadata: Metadata) -> Result<Document, Fault> {
    if text.trim().is_empty() {
        return Err(Fault::Empty);
    }
    Ok(Document { id: DocumentId::of(&text), source: name.to_owned(), text, format, encoding, metadata })
}

impl FoundFile {
    /// Reads the document, from its file or from standard input.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn read(&self, options: &ReadOptions) -> Result<Document, ReadError> {
        match &self.source {
            Source::Path(path) => read(path, options),
            Source::Stdin => {
                let bytes = read_up_to(io::stdin().lock(), 0, options.max_bytes);
                read_bytes(&self.name, bytes.map_err(|fault| ReadError::new(self.name.clone(), fault))?, options)
            }
        }
    }
}

/// All bytes of `reader`, but never more than `limit`.
fn read_up_to(reader: impl Read, expected: u64, limit: u64) -> Result<Vec<u8>, Fault> {
    if expected > limit {
        return Err(Fault::TooLarge { bytes: expected, limit });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0) + 1);
    reader.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(Fault::Io)?;
    if bytes.len() as u64 > limit {
        return Err(Fault::TooLarge { bytes: bytes.len() as u64, limit });
    }
    Ok(bytes)
}

/// The format of a stream without a name.
fn sniffed(bytes: &[u8]) -> Format {
    let start = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let begins = |mark: &[u8]| start.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark));
    if begins(b"<!doctype html") || begins(b"<html") {
        Format::Html
    } else if docx::looks_like(bytes) {
        Format::Docx
    } else {
        Format::Text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_as(name: &str, bytes: impl Into<Vec<u8>>) -> Result<Document, ReadError> {
        read_bytes(name, bytes.into(), &ReadOptions::default())
    }

    #[test]
    fn text_and_markdown_stay_untouched() {
        let text = "\r\n  # 园区\t\t名片 \r\n\r\n| 甲 |  乙 |\r\n ";
        for name in ["a.txt", "a.MD", "a.unknown", "stdin"] {
            assert_eq!(read_as(name, text).unwrap().text, text, "{name}");
        }
    }

    #[test]
    fn front_matter_stays_in_the_text_and_a_sidecar_wins_over_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.md");
        let text = "---\ntitle: 甲\npublisher: 成都日报\n---\n正文\n";
        std::fs::write(&path, text).unwrap();
        std::fs::write(folder.path().join("a.meta.toml"), "title = '乙'\nsource = 'https://example.org/1'\npublisher = ''\n").unwrap();
        let document = read(&path, &ReadOptions::default()).unwrap();
        assert_eq!(document.text, text);
        assert_eq!(document.metadata.title.as_deref(), Some("乙"));
        assert_eq!(document.metadata.publisher.as_deref(), Some("成都日报"));
        assert_eq!(document.metadata.source.as_deref(), Some("https://example.org/1"));
    }

    #[test]
    fn empty_and_oversized_files_are_typed_errors() {
        for empty in ["", "\u{FEFF}", " \r\n\t", "<!doctype html><title>园区</title><nav>首页</nav>"] {
            assert!(matches!(read_as("stdin", empty).unwrap_err().fault, Fault::Empty), "{empty:?}");
        }
        let small = ReadOptions { max_bytes: 4, ..ReadOptions::default() };
        assert!(matches!(read_bytes("a.txt", b"12345".to_vec(), &small).unwrap_err().fault, Fault::TooLarge { bytes: 5, limit: 4 }));
        assert!(read_up_to(io::repeat(b'x'), 0, 4).is_err());
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read(Path::new("no/such/file.txt"), &ReadOptions::default()).unwrap_err();
        assert!(error.to_string().starts_with("no/such/file.txt: cannot be read"), "{error}");
    }

    #[test]
    fn a_very_long_line_is_read_whole() {
        let text = "产业园区".repeat(2 << 20);
        assert_eq!(read_as("long.txt", text.clone()).unwrap().text.len(), text.len());
    }

    proptest! {
        #[test]
        fn decoded_text_is_never_changed(text in "[ -~\\r\\n\\t\u{3000}\u{4E00}-\u{9FA5}，。“”（）㎡①𠮷😀]{1,300}") {
            prop_assume!(!text.trim().is_empty());
            for name in ["a.txt", "a.md"] {
                prop_assert_eq!(&read_as(name, text.clone()).unwrap().text, &text);
            }
        }
    }
}
