//! What weights were made from, noted beside them.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::corpus::Annotated;
use crate::ontology::Ontology;

use crate::extract::evaluate::{Evaluation, Score};
use crate::extract::weights::{Manifest, hash, hex};

impl Manifest {
    /// The manifest of a model trained on `documents`.
    #[must_use]
    pub fn of(ontology: &Ontology, documents: &[Annotated], model: &[u8], folds: &Evaluation) -> Self {
        let mut corpus = Sha256::new();
        for document in documents {
            corpus.update(document.document.text.as_bytes());
            corpus.update(serde_json::to_vec(&document.gold).unwrap_or_default());
        }
        let mut scores = BTreeMap::new();
        for group in ["entities", "relations", "asserted", "observations", "figures"] {
            let score = folds.total(group);
            if score != Score::default() {
                let round = |x: f64| (x * 1000.0).round() / 1000.0;
                scores.insert(format!("{group}-precision"), round(score.precision()));
                scores.insert(format!("{group}-recall"), round(score.recall()));
                scores.insert(format!("{group}-f1"), round(score.f1()));
            }
        }
        Self {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            ontology: ontology.hash().to_owned(),
            corpus: hex(&corpus.finalize()),
            documents: documents.len(),
            model: hash(model),
            scores,
        }
    }
}
