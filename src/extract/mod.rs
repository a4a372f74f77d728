//! Layer 2: one document in, its extraction out. Pure: no files, no clock, no randomness; cannot fail on any text.
//!
//! Knowledge and grammar propose, small trained linear models decide, and every decision keeps its words. The rooms stand in the order in
//! which data flows; each reads only from those before it:
//!
//! 1. [`linear`]: models in integers; [`knowledge`]: `ontology/` compiled for matching; [`weights`]: what was trained;
//! 2. [`text`]: the text folded, scanned once for all words of the knowledge, laid out, marked;
//! 3. [`figures`]: numbers with their units; [`names`]: the tagger decides which stretches are names;
//! 4. [`entities`]: mentions become entities, inside the document by form, class and place, across documents by identifier;
//! 5. [`units`]: sentences and table rows with their items, some carried over; [`rules`] that fit them; [`pairs`]: what is seen of two items;
//! 6. [`relations`]: pairs are scored, promising ones again in the light of their company; [`observations`]: figures are measured like pairs;
//! 7. [`assemble`]: all of it as one [`Extraction`].
//!
//! [`evaluate`] holds extractions against annotations, [`train`](mod@train) makes the weights. [`Extractor`] holds what all rooms share;
//! each adds its own steps to it.

mod assemble;
mod entities;
mod evaluate;
mod figures;
mod knowledge;
mod linear;
mod names;
mod observations;
mod pairs;
mod relations;
mod rules;
mod text;
mod train;
mod units;
mod weights;

use std::collections::HashSet;
use std::sync::Arc;

use crate::model::{Diagnostic, Document, Extraction};
use crate::ontology::Ontology;

use knowledge::{Knowledge, Roles};
use linear::Pool;
use names::Emission;
use pairs::Shares;
use relations::Judgement;
use text::Reading;

pub use evaluate::{Evaluation, Miss, ReportRow, RuleCount, Score};
pub use rules::check_rules;
pub use train::{TrainReport, train};
pub use weights::{Manifest, Weights};

/// Reads documents with one ontology. Build once, share between threads.
pub struct Extractor {
    knowledge: Arc<Knowledge>,
    roles: Roles,
    weights: Weights,
    /// Folded names of industries.
    industries: HashSet<String>,
    /// Concepts of units that count things.
    counting: HashSet<String>,
    /// By word group: whether it speaks about relations.
    relation_groups: Vec<bool>,
    /// By type: hash of its class.
    class_hashes: Vec<u64>,
    /// Region of each one-character form.
    one_character: std::collections::HashMap<char, Vec<usize>>,
    version: String,
    warnings: Vec<Diagnostic>,
    /// What the tagger knows from the sentences it read.
    emissions: Pool<Emission>,
    /// What the second look knows from the pairs it saw.
    judgements: Pool<Judgement>,
    /// What the scorers of relations and of figures know from the pairs they saw.
    relation_shares: Pool<Shares>,
    figure_shares: Pool<Shares>,
    /// By type: the types it was seen related to, a bit each.
    allowed: Vec<u128>,
}

impl Extractor {
    /// Compiles the knowledge of `ontology` and reads its weights.
    ///
    /// # Errors
    /// All faults of grammar, lexicon, cues, rules and weights together.
    pub fn new(ontology: &Arc<Ontology>) -> Result<Self, Vec<Diagnostic>> {
        let knowledge = Arc::new(Knowledge::new(ontology)?);
        let (weights, warnings) = Weights::of_ontology(ontology)?;
        Ok(Self { warnings, ..Self::with(knowledge, weights) })
    }

    /// An extractor that decides with these weights instead of those of the ontology's folder.
    ///
    /// # Errors
    /// All faults of grammar, lexicon, cues and rules together.
    pub fn with_weights(ontology: &Arc<Ontology>, weights: Weights) -> Result<Self, Vec<Diagnostic>> {
        Ok(Self::with(Arc::new(Knowledge::new(ontology)?), weights))
    }

    fn with(knowledge: Arc<Knowledge>, weights: Weights) -> Self {
        let roles = Roles::new(&knowledge);
        let fold = |text: &str| -> String { text.chars().map(|c| knowledge.ontology.variants().fold(c)).collect() };
        let entries = &knowledge.ontology.gazetteer().entries;
        let industries = entries
            .iter()
            .zip(&knowledge.entry_type)
            .filter(|(_, t)| **t == Some(roles.industry))
            .flat_map(|(e, _)| std::iter::once(fold(&e.label)).chain(e.names.iter().map(|n| fold(&n.text))))
            .collect();
        let mut one_character: std::collections::HashMap<char, Vec<usize>> = std::collections::HashMap::new();
        for (index, entry) in entries.iter().enumerate() {
            for form in entry.one_character.iter().filter_map(|f| f.chars().next()) {
                one_character.entry(form).or_default().push(index);
            }
        }
        let relation_groups = knowledge.groups.iter().map(|g| g.starts_with("verb.") || g.starts_with("cue.")).collect();
        let class_hashes = knowledge.types.iter().map(|t| linear::Feature::new(7).text(&t.class).hash()).collect();
        let counting = ["ItemUnit", "FirmUnit", "PersonUnit", "CaseUnit"].iter().map(ToString::to_string).collect();
        let mut allowed = vec![0u128; usize::from(u8::MAX) + 1];
        for (a, b) in weights.allowed.iter().filter(|(_, b)| *b < 128) {
            allowed[usize::from(*a)] |= 1 << b;
        }
        let version = format!("{}+{}", &knowledge.ontology.hash()[..12.min(knowledge.ontology.hash().len())], weights.version());
        Self {
            knowledge,
            roles,
            weights,
            industries,
            counting,
            relation_groups,
            class_hashes,
            one_character,
            version,
            warnings: Vec::new(),
            emissions: Pool::default(),
            judgements: Pool::default(),
            relation_shares: Pool::default(),
            figure_shares: Pool::default(),
            allowed,
        }
    }

    /// The same extractor with another second look.
    fn with_review(mut self, review: &linear::Linear) -> Self {
        self.weights.review = review.clone();
        self.judgements = Pool::default();
        self
    }

    /// Reads one document.
    #[must_use]
    pub fn extract(&self, document: &Document) -> Extraction {
        let reading = Reading::new(&self.knowledge, document);
        let found = self.detect(&reading);
        let resolution = self.resolve(&reading, &found);
        self.assemble(document, &reading, &found, &resolution)
    }

    /// What an analyst should mend although reading goes on: weights made with another ontology or other lists.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// Changes whenever the same document could give another extraction.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }
}
