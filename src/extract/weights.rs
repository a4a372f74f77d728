//! The trained weights: what `yuanpu train` writes under `ontology/weights/` and what extraction decides with.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::Diagnostic;
use crate::ontology::Ontology;

use super::knowledge::fault;
use super::linear::{Linear, put_len, take, take_len};
use super::names::Tagger;

const MAGIC: &[u8; 8] = b"YUANPU\x00\x05";
const MODEL: &str = "weights/model.bin";
const MANIFEST: &str = "weights/manifest.toml";

/// Weights of the tagger and of both scorers, with thresholds and calibration found on documents that
/// their readers had not seen.
#[derive(Clone, Default)]
pub struct Weights {
    pub(super) tagger: Tagger,
    pub(super) relations: Linear,
    /// Decides on the scores of `relations`; without classes where these are final.
    pub(super) review: Linear,
    pub(super) figures: Linear,
    /// Pairs of types that stood in a relation in the corpus.
    pub(super) allowed: Vec<(u8, u8)>,
    /// Least margin of each relation class.
    pub(super) thresholds: Vec<i32>,
    /// Least margin of a figure's subject.
    pub(super) figure_threshold: i32,
    /// For each relation class (least margin, thousandths), rising: how often decisions of this margin were right on unseen documents.
    pub(super) calibration: Vec<Vec<(i32, u16)>>,
    version: String,
}

/// What the weights were made from, and how well they did. Stored beside them as TOML.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the program that trained them.
    pub program: String,
    /// SHA-256 of the ontology folder without the weights.
    pub ontology: String,
    /// SHA-256 over the training documents and annotations.
    pub corpus: String,
    /// Number of training documents.
    pub documents: usize,
    /// SHA-256 of the model file.
    pub model: String,
    /// Cross-validated scores, by name.
    #[serde(default)]
    pub scores: std::collections::BTreeMap<String, f64>,
}

impl Weights {
    /// The weights in the folder of `ontology`, and a warning where they were made with another ontology or other lists;
    /// weights that decide nothing where it has none.
    ///
    /// # Errors
    /// Files that cannot be read or that do not fit each other.
    pub fn of_ontology(ontology: &Ontology) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let retrain = || Some("run `yuanpu train data/corpus/train data/corpus/extra` to make weights for this ontology".to_owned());
        let (Some(model), Some(manifest)) = (ontology.file(MODEL), ontology.file(MANIFEST)) else {
            return Ok((
                Self::default(),
                vec![fault(MODEL, "there are no weights: nothing will be read from documents".into(), retrain())],
            ));
        };
        let manifest: Manifest =
            toml::from_str(&String::from_utf8_lossy(manifest)).map_err(|e| vec![fault(MANIFEST, e.message().to_owned(), None)])?;
        if manifest.model != hash(model) {
            return Err(vec![fault(MODEL, "the weights do not fit their manifest".into(), retrain())]);
        }
        let weights = Self::read(model).ok_or_else(|| vec![fault(MODEL, "the weights cannot be read".into(), retrain())])?;
        let mut warnings = Vec::new();
        if manifest.ontology != ontology.hash() {
            warnings.push(fault(MODEL, "the weights were made with another ontology or other lists".into(), retrain()));
        }
        Ok((weights, warnings))
    }

    /// Short hash of the weights.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Serialised form.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        self.tagger.write(&mut out);
        self.relations.write(&mut out);
        self.review.write(&mut out);
        self.figures.write(&mut out);
        put_len(&mut out, self.allowed.len());
        for (a, b) in &self.allowed {
            out.extend_from_slice(&[*a, *b]);
        }
        put_len(&mut out, self.thresholds.len());
        for t in &self.thresholds {
            out.extend_from_slice(&t.to_le_bytes());
        }
        out.extend_from_slice(&self.figure_threshold.to_le_bytes());
        put_len(&mut out, self.calibration.len());
        for class in &self.calibration {
            put_len(&mut out, class.len());
            for (margin, estimate) in class {
                out.extend_from_slice(&margin.to_le_bytes());
                out.extend_from_slice(&estimate.to_le_bytes());
            }
        }
        out
    }

    /// Reads what [`Weights::write`] wrote; `None` where the bytes are no weights of this version.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let version = hash(bytes)[..12].to_owned();
        let mut rest = bytes.strip_prefix(MAGIC)?;
        let rest = &mut rest;
        let tagger = Tagger::read(rest)?;
        let relations = Linear::read(rest)?;
        let review = Linear::read(rest)?;
        let figures = Linear::read(rest)?;
        let count = take_len(rest)?;
        let allowed = (0..count).map(|_| take::<2>(rest).map(|[a, b]| (a, b))).collect::<Option<Vec<_>>>()?;
        let count = take_len(rest)?;
        let thresholds = (0..count).map(|_| take(rest).map(i32::from_le_bytes)).collect::<Option<Vec<_>>>()?;
        let figure_threshold = i32::from_le_bytes(take(rest)?);
        let count = take_len(rest)?;
        let calibration = (0..count).map(|_| take_steps(rest)).collect::<Option<Vec<_>>>()?;
        Some(Self { tagger, relations, review, figures, allowed, thresholds, figure_threshold, calibration, version })
    }

    /// Estimate in thousandths that a decision for this class with this margin is right.
    pub(super) fn estimate(&self, class: usize, margin: i32) -> u16 {
        let Some(steps) = self.calibration.get(class) else { return 500 };
        steps.iter().rev().find(|(least, _)| margin >= *least).or(steps.first()).map_or(500, |(_, estimate)| *estimate)
    }

    /// Number of stored weights.
    #[must_use]
    pub fn size(&self) -> usize {
        self.tagger.emission.weights() + self.relations.weights() + self.review.weights() + self.figures.weights()
    }
}

/// Reads the steps of one calibration.
fn take_steps(bytes: &mut &[u8]) -> Option<Vec<(i32, u16)>> {
    let count = take_len(bytes)?;
    (0..count).map(|_| Some((i32::from_le_bytes(take(bytes)?), u16::from_le_bytes(take(bytes)?)))).collect()
}

/// SHA-256 in hex.
pub(super) fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in hex.
pub(super) fn hex(digest: &[u8]) -> String {
    digest.iter().map(|b| format!("{b:02x}")).collect()
}
