//! A document: its decoded text, never edited, and what is known about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::vocabulary;

/// IRI of a document: `https://w3id.org/yuanpu/doc/` and the first 16 hex digits of the SHA-256 of its text (decision D3).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DocumentId(String);

impl DocumentId {
    /// The identifier of a text, computed over its UTF-8 bytes with line ends as LF, so that a checkout with CRLF is the same document.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut hash = Sha256::new();
        if text.contains('\r') {
            hash.update(text.replace("\r\n", "\n").as_bytes());
        } else {
            hash.update(text.as_bytes());
        }
        Self(format!("{}{}", vocabulary::DOC, hex16(&hash.finalize())))
    }

    /// The full IRI.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The first 16 hex digits of a digest.
pub(super) fn hex16(digest: &[u8]) -> String {
    digest.iter().take(8).map(|b| format!("{b:02x}")).collect()
}

/// How the file was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Plain text.
    Text,
    /// Markdown; the markup stays in the text.
    Markdown,
    /// HTML; the text is what a reader sees, cells of a table row parted by tabs.
    Html,
    /// Word; the text is that of the paragraphs, cells of a table row parted by tabs.
    Docx,
}

/// What the file, its side-car or its front matter say about the document. All values as written there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Title.
    pub title: Option<String>,
    /// Who published it.
    pub publisher: Option<String>,
    /// Who wrote it.
    pub creators: Vec<String>,
    /// Date of publication: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub date: Option<String>,
    /// Address of the source.
    pub source: Option<String>,
    /// Anything else, by key.
    pub other: BTreeMap<String, String>,
}

/// A document as it was read. `text` is the decoded file without byte-order mark and is never changed.
#[derive(Clone, Debug)]
pub struct Document {
    /// IRI made from the text.
    pub id: DocumentId,
    /// Path or stream name as the user gave it, `/` as separator.
    pub source: String,
    /// The text; all spans count its bytes.
    pub text: String,
    /// How the file was written.
    pub format: Format,
    /// Name of the encoding it was decoded from.
    pub encoding: &'static str,
    /// What is known about it.
    pub metadata: Metadata,
}

impl Document {
    /// A document from text that is already decoded.
    #[must_use]
    pub fn new(source: impl Into<String>, text: impl Into<String>, format: Format) -> Self {
        let text = text.into();
        Self { id: DocumentId::of(&text), source: source.into(), text, format, encoding: "UTF-8", metadata: Metadata::default() }
    }
}
