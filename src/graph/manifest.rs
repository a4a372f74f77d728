//! What a generation was built from: one JSON line of facts about the generation, then one per document.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::StoreError;
use super::terms::hex;

/// Format of the graph folder that this program writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// How the quads of a generation are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Storage {
    /// An on-disk store.
    Rocksdb,
    /// A file of sorted N-Quads, loaded into memory.
    Nquads,
}

/// First line of a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Header {
    format: u32,
    generation: u64,
    knowledge: String,
    storage: Storage,
    entities: usize,
    documents: usize,
}

/// One source that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentEntry {
    /// Path or stream name as the user gave it, `/` as separator.
    pub path: String,
    /// Hex SHA-256 of the bytes of the file and of its side-car.
    pub bytes: String,
    /// IRI of the document.
    pub iri: String,
    /// Whether this source's reading is the one in the graph. Of sources with the same text the first by path is.
    pub owner: bool,
    /// Where the decoded text lies.
    pub text: TextPlace,
    /// What was read from it.
    pub counts: Counts,
}

/// A stretch of a pack of texts, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextPlace {
    /// Number of the pack.
    pub pack: u64,
    /// First byte.
    pub offset: u64,
    /// Number of bytes.
    pub length: u64,
}

/// How much was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Statements, asserted or not.
    pub relations: usize,
    /// Observations.
    pub figures: usize,
    /// Passages: evidence and mentions.
    pub passages: usize,
}

/// What a generation was built from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Number of the generation.
    pub generation: u64,
    /// Changes whenever the same bytes could give another graph.
    pub knowledge: String,
    /// How the quads are kept.
    pub storage: Storage,
    /// Number of entities in the default graph, documents not counted.
    pub entities: usize,
    /// Sorted by path.
    pub documents: Vec<DocumentEntry>,
}

impl Manifest {
    /// The entry of a source path.
    #[must_use]
    pub fn by_path(&self, path: &str) -> Option<&DocumentEntry> {
        self.documents.binary_search_by(|d| d.path.as_str().cmp(path)).ok().map(|at| &self.documents[at])
    }

    /// Writes the manifest and makes sure that it is on the disk. Gives the hex SHA-256 of its bytes.
    pub(super) fn write(&self, path: &Path) -> Result<String, StoreError> {
        let error = || StoreError::io("write", path);
        let header = Header {
            format: FORMAT,
            generation: self.generation,
            knowledge: self.knowledge.clone(),
            storage: self.storage,
            entities: self.entities,
            documents: self.documents.len(),
        };
        let mut out = BufWriter::new(File::create(path).map_err(error())?);
        let mut hash = Sha256::new();
        let mut line = |value: serde_json::Result<String>| -> std::io::Result<()> {
            let mut text = value.map_err(std::io::Error::other)?;
            text.push('\n');
            hash.update(text.as_bytes());
            out.write_all(text.as_bytes())
        };
        line(serde_json::to_string(&header)).map_err(error())?;
        for document in &self.documents {
            line(serde_json::to_string(document)).map_err(error())?;
        }
        let file = out.into_inner().map_err(|e| error()(e.into_error()))?;
        file.sync_all().map_err(error())?;
        Ok(hex(&hash.finalize()))
    }

    /// Reads a manifest. Gives it with the hex SHA-256 of its bytes.
    pub(super) fn read(path: &Path) -> Result<(Self, String), StoreError> {
        let damaged = |reason: String| StoreError::Damaged { path: path.to_owned(), reason };
        let mut input = BufReader::new(File::open(path).map_err(StoreError::io("read", path))?);
        let mut hash = Sha256::new();
        let mut line = String::new();
        let mut next = |line: &mut String| -> Result<bool, StoreError> {
            line.clear();
            let read = input.read_line(line).map_err(StoreError::io("read", path))?;
            hash.update(line.as_bytes());
            Ok(read > 0)
        };
        next(&mut line)?;
        let format = serde_json::from_str::<FormatOnly>(&line).map_err(|e| damaged(e.to_string()))?.format;
        if format > FORMAT {
            return Err(StoreError::Newer { path: path.to_owned(), found: format, known: FORMAT });
        }
        let header: Header = serde_json::from_str(&line).map_err(|e| damaged(e.to_string()))?;
        let mut documents = Vec::with_capacity(header.documents.min(1 << 20));
        while next(&mut line)? {
            documents.push(serde_json::from_str(&line).map_err(|e| damaged(e.to_string()))?);
        }
        if documents.len() != header.documents {
            return Err(damaged(format!("{} of {} documents are listed", documents.len(), header.documents)));
        }
        let Header { generation, knowledge, storage, entities, .. } = header;
        Ok((Self { generation, knowledge, storage, entities, documents }, hex(&hash.finalize())))
    }
}

/// The one field that every format has.
#[derive(Deserialize)]
struct FormatOnly {
    format: u32,
}
