//! Gold annotations: what a careful reader finds in one document. The format is that of `data/corpus/README.md`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::encoding::EncodingChoice;
use super::error::ReadError;
use super::find::display_path;
use super::read::{ReadOptions, read};
use crate::model::Document;

/// The annotation of one document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gold {
    /// Name of the annotation file without its extension.
    pub id: String,
    /// Who wrote the document.
    pub source: String,
    /// What the document answers to, if it was looked for.
    pub query: Option<String>,
    /// The document, beside the annotation.
    pub file: String,
    /// Its encoding.
    pub encoding: String,
    /// Length of its text without white space at the ends, in code points.
    pub chars: usize,
    /// First 12 code points of that text.
    pub first: String,
    /// Last 12 code points.
    pub last: String,
    /// What is named.
    pub entities: Vec<GoldEntity>,
    /// Subject, predicate, object; the first and mostly the last are canonical names of entities.
    pub relations: Vec<(String, String, String)>,
    /// The figures.
    pub observations: Vec<GoldObservation>,
    /// What counts neither as missing nor as wrong.
    pub doubtful: Doubtful,
}

/// A named thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldEntity {
    /// Canonical name: the fullest form that the text gives or implies.
    pub name: String,
    /// Other surface forms in the text, back-references among them.
    pub aliases: Vec<String>,
    /// Type of the annotation scheme.
    pub r#type: String,
    /// The name is pieced together and does not stand in the text.
    #[serde(default, skip_serializing_if = "is_false")]
    pub composed: bool,
    /// Other names as good as a composed one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
}

/// A figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldObservation {
    /// Canonical name of the entity that the figure is of.
    pub about: String,
    /// What is measured, in words of the text.
    pub indicator: String,
    /// The number in front of the unit; negative for a fall.
    pub value: serde_json::Number,
    /// As written (`亿元`); nothing for a bare number.
    pub unit: Option<String>,
    /// A year or the words of the text.
    pub period: Option<String>,
    /// About, more than, nearly.
    #[serde(default, skip_serializing_if = "is_false")]
    pub approx: bool,
    /// Planned or required.
    #[serde(default, skip_serializing_if = "is_false")]
    pub target: bool,
    /// The earlier value of a pair.
    #[serde(default, skip_serializing_if = "is_false")]
    pub before: bool,
}

/// What a careful reader could also defend.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doubtful {
    /// Borderline entities.
    pub entities: Vec<DoubtfulEntity>,
    /// Borderline relations.
    pub relations: Vec<(String, String, String)>,
}

/// A borderline entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoubtfulEntity {
    /// Its name in the text.
    pub name: String,
    /// Type of the annotation scheme.
    pub r#type: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// Why an annotation could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum GoldError {
    /// The file or folder.
    #[error("{path}: {source}")]
    Io {
        /// Path of the annotation.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// Not the format.
    #[error("{path}:{line}: {reason}")]
    Format {
        /// Path of the annotation.
        path: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// The document that the annotation names.
    #[error(transparent)]
    Document(#[from] ReadError),
    /// The annotation was made for another text.
    #[error("{path}: made for another text than that of {file}")]
    OtherText {
        /// Path of the annotation.
        path: String,
        /// Path of the document.
        file: String,
    },
    /// A folder without annotations.
    #[error("{path}: no annotation (*.json) in this folder")]
    Nothing {
        /// Path of the folder.
        path: String,
    },
}

impl Gold {
    /// Reads an annotation.
    ///
    /// # Errors
    /// With the path, and the line where the format is broken.
    pub fn read(path: &Path) -> Result<Self, GoldError> {
        let text = std::fs::read_to_string(path).map_err(|source| GoldError::Io { path: display_path(path), source })?;
        serde_json::from_str(&text).map_err(|error| GoldError::Format {
            path: display_path(path),
            line: error.line(),
            reason: error.to_string(),
        })
    }

    /// Writes the annotation, one entity, relation or figure a line.
    ///
    /// # Errors
    /// With the path.
    pub fn write(&self, path: &Path) -> Result<(), GoldError> {
        let fault = |source| GoldError::Io { path: display_path(path), source };
        let text = self.to_json().map_err(|error| fault(error.into()))?;
        std::fs::write(path, text).map_err(fault)
    }

    /// The annotation as it is written to a file.
    fn to_json(&self) -> serde_json::Result<String> {
        fn lines<T: Serialize>(items: &[T]) -> serde_json::Result<String> {
            let lines = items.iter().map(serde_json::to_string).collect::<serde_json::Result<Vec<_>>>()?;
            Ok(if lines.is_empty() { "[]".to_owned() } else { format!("[\n    {}\n  ]", lines.join(",\n    ")) })
        }
        let quoted = |text: &String| serde_json::to_string(text);
        Ok(format!(
            "{{\n  \"id\": {}, \"source\": {}, \"query\": {}, \"file\": {}, \"encoding\": {}, \"chars\": {},\n  \"first\": {},\n  \"last\": {},\n  \
             \"entities\": {},\n  \"relations\": {},\n  \"observations\": {},\n  \"doubtful\": {{\"entities\": {}, \"relations\": {}}}\n}}\n",
            quoted(&self.id)?,
            quoted(&self.source)?,
            serde_json::to_string(&self.query)?,
            quoted(&self.file)?,
            quoted(&self.encoding)?,
            self.chars,
            quoted(&self.first)?,
            quoted(&self.last)?,
            lines(&self.entities)?,
            lines(&self.relations)?,
            lines(&self.observations)?,
            lines(&self.doubtful.entities)?,
            lines(&self.doubtful.relations)?
        ))
    }

    /// Whether the annotation was made for this document: ends and, except for HTML, length agree. Of HTML, white space does not
    /// count, because annotators and browsers differ in it.
    #[must_use]
    pub fn fits(&self, document: &Document) -> bool {
        let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let text = document.text.trim();
        if document.format == crate::model::Format::Html {
            let text = bare(text);
            return text.starts_with(&bare(&self.first)) && text.ends_with(&bare(&self.last));
        }
        text.starts_with(&self.first) && text.ends_with(&self.last) && text.chars().count() == self.chars
    }
}

/// A document and its annotation.
#[derive(Clone, Debug)]
pub struct Annotated {
    /// The annotation.
    pub gold: Gold,
    /// The document.
    pub document: Document,
}

/// Reads annotations and their documents: all of a folder, sorted by name, or a single annotation file.
///
/// # Errors
/// All faults together.
pub fn annotated(path: &Path) -> Result<Vec<Annotated>, Vec<GoldError>> {
    let files = if path.is_dir() { annotation_files(path).map_err(|error| vec![error])? } else { vec![path.to_owned()] };
    let mut pairs = Vec::with_capacity(files.len());
    let mut faults = Vec::new();
    for file in files {
        match pair(&file) {
            Ok(pair) => pairs.push(pair),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(pairs) } else { Err(faults) }
}

fn annotation_files(folder: &Path) -> Result<Vec<PathBuf>, GoldError> {
    let fault = |source| GoldError::Io { path: display_path(folder), source };
    let entries = std::fs::read_dir(folder).map_err(fault)?.collect::<Result<Vec<_>, _>>().map_err(fault)?;
    let mut files: Vec<PathBuf> =
        entries.into_iter().map(|entry| entry.path()).filter(|path| path.extension() == Some("json".as_ref())).collect();
    files.sort();
    if files.is_empty() { Err(GoldError::Nothing { path: display_path(folder) }) } else { Ok(files) }
}

fn pair(path: &Path) -> Result<Annotated, GoldError> {
    let gold = Gold::read(path)?;
    let encoding = gold.encoding.parse().unwrap_or(EncodingChoice::Auto);
    let file = path.with_file_name(&gold.file);
    let document = read(&file, &ReadOptions { encoding, ..ReadOptions::default() })?;
    if !gold.fits(&document) {
        return Err(GoldError::OtherText { path: display_path(path), file: display_path(&file) });
    }
    Ok(Annotated { gold, document })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = r#"{"id": "a", "source": "own", "query": null, "file": "a.txt", "encoding": "gb18030", "chars": 9, "first": "成都市产值12亿元", "last": "成都市产值12亿元",
        "entities": [{"name": "成都市", "aliases": [], "type": "Region"}, {"name": "蓉城集群", "aliases": ["成都"], "type": "Cluster", "composed": true, "also": ["成都集群"]}],
        "relations": [["蓉城集群", "locatedIn", "成都市"]],
        "observations": [{"about": "成都市", "indicator": "产值", "value": 12.50, "unit": "亿元", "period": null, "approx": true}],
        "doubtful": {"entities": [{"name": "产值", "type": "Industry"}], "relations": []}}"#;

    #[test]
    fn an_annotation_comes_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        std::fs::write(&path, SAMPLE).unwrap();
        let gold = Gold::read(&path).unwrap();
        assert!(gold.entities[1].composed && gold.observations[0].approx && !gold.observations[0].target);
        gold.write(&path).unwrap();
        assert_eq!(Gold::read(&path).unwrap(), gold);
    }

    #[test]
    fn a_folder_gives_pairs_and_tells_all_faults() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
        assert!(matches!(annotated(folder.path()).unwrap_err()[..], [GoldError::Nothing { .. }]));
        write("a.json", SAMPLE.as_bytes());
        write("a.txt", &encoding_rs::GB18030.encode("成都市产值12亿元\n").0);
        let pairs = annotated(folder.path()).unwrap();
        assert_eq!((pairs.len(), pairs[0].document.encoding), (1, "GB18030"));
        write("b.json", b"{\n\"id\": 7}");
        write("c.json", SAMPLE.replace("a.txt", "gone.txt").as_bytes());
        write("d.json", SAMPLE.replace("\"chars\": 9", "\"chars\": 10").as_bytes());
        let faults = annotated(folder.path()).unwrap_err();
        assert!(
            matches!(faults[..], [GoldError::Format { line: 2, .. }, GoldError::Document(_), GoldError::OtherText { .. }]),
            "{faults:?}"
        );
    }
}
