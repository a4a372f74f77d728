//! What extraction gives for one document: mentions, entities, statements and observations, each with its evidence.

use serde::{Deserialize, Serialize};

use super::{Diagnostic, DocumentId, Iri, Span, Term};

/// Position of an entity in [`Extraction::entities`].
pub type EntityIndex = usize;

/// Where a mention or a decision comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A name of a gazetteer.
    Gazetteer,
    /// The grammar of names (heads, quotation, titles).
    Grammar,
    /// The trained tagger.
    Tagger,
    /// A definition in the text (“以下简称”).
    Definition,
    /// A back-reference or a carried-over subject.
    Reference,
    /// A part of a longer name.
    Nested,
    /// A cell of a table.
    Table,
}

/// Words that name an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Where, in bytes of the document's text.
    pub span: Span,
    /// Class of the entity, a local name of the ontology.
    pub class: Term,
    /// What proposed it.
    pub origin: Origin,
    /// The entity it was resolved to.
    pub entity: EntityIndex,
}

/// Language of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Chinese.
    Zh,
    /// English.
    En,
}

/// How a name stands to its entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameKind {
    /// `yp:shortName`: a settled short form.
    Short,
    /// `skos:altLabel`.
    Alternative,
    /// `skos:hiddenLabel`: misprints.
    Hidden,
}

/// A further name of an entity.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Its kind.
    pub kind: NameKind,
    /// Its language.
    pub language: Language,
}

/// A named thing that several documents can speak of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// `https://w3id.org/yuanpu/id/{kind}/{key}`.
    pub id: Iri,
    /// Class, a local name of the ontology (`Cluster`).
    pub class: Term,
    /// Concepts for `yp:kind` that the name or its gazetteer entry carries (`HighTechZone`).
    pub kinds: Vec<Term>,
    /// Canonical full name.
    pub preferred_label: String,
    /// Other names found in the document or settled by a gazetteer.
    pub names: Vec<Name>,
    /// True where the entity has no gazetteer entry and its identifier is made from its name.
    pub minted: bool,
    /// Members of a joint region that no gazetteer lists, as identifiers.
    pub comprises: Vec<Iri>,
    /// EDTF date of an event, where the text gives it.
    pub period: Option<String>,
    /// Document number of a policy document, as printed.
    pub number: Option<String>,
}

/// Mode in which something is said. Only [`Modality::Asserted`] becomes a plain triple (decision D5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Modality {
    /// Said to be so.
    Asserted,
    /// Planned, or a target.
    Planned,
    /// Advised.
    Recommended,
    /// Advised against.
    Discouraged,
    /// Said not to be so.
    Denied,
}

/// Probability estimate in thousandths: integers keep the bytes equal on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Confidence(pub u16);

/// The characters a relation or a figure rests on, and the rule or model that read them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Evidence {
    /// Where, in bytes of the document's text.
    pub span: Span,
    /// Identifier of the rule (`rule.honour.won` of `ontology/rules/`, `name.locatedIn` for what a name itself says), or
    /// `scorer.<relation>@<version>` for the trained scorer.
    pub rule: Term,
    /// For the trained scorer: its strongest features in words, strongest first; empty for a rule.
    pub reasons: Vec<String>,
}

/// Object of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Object {
    /// Another entity.
    Entity(EntityIndex),
    /// A concept of a scheme (`National`, `AdvantageCluster`).
    Concept(Term),
}

/// One relation as the document says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Subject.
    pub subject: EntityIndex,
    /// Relation, a local name of the ontology (`locatedIn`).
    pub predicate: Term,
    /// Object.
    pub object: Object,
    /// Mode.
    pub modality: Modality,
    /// The quoted speaker, if any.
    pub attributed_to: Option<EntityIndex>,
    /// Post or manner, verbatim.
    pub role: Option<String>,
    /// EDTF.
    pub period: Option<String>,
    /// Calibrated estimate that the statement is right.
    pub confidence: Confidence,
    /// Never empty.
    pub evidence: Vec<Evidence>,
}

/// Rise or fall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Direction {
    /// Up.
    Increase,
    /// Down.
    Decrease,
    /// The same.
    Unchanged,
}

/// Against what a change is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Comparison {
    /// Year on year.
    YearOnYear,
    /// Period on period.
    PeriodOnPeriod,
    /// Against a base period.
    AgainstBase,
}

/// How exact a figure is; an exact one has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Bound {
    /// About.
    About,
    /// At least.
    AtLeast,
    /// At most.
    AtMost,
}

/// One figure of the text (decision D6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// What is measured, in words of the text.
    pub indicator: String,
    /// The entity the figure is of.
    pub about: EntityIndex,
    /// Magnitude, never negative, 万 and 亿 multiplied out, as a plain decimal (`1700000000000`, `99.9`).
    pub value: String,
    /// Concept of the unit scheme (`PercentUnit`).
    pub unit: Term,
    /// Rise or fall, where the figure is a change.
    pub direction: Option<Direction>,
    /// Against what; only together with a direction.
    pub comparison: Option<Comparison>,
    /// How exact.
    pub bound: Option<Bound>,
    /// EDTF.
    pub period: Option<String>,
    /// [`Modality::Planned`] for a target.
    pub modality: Modality,
    /// Estimate that the figure and what it is about are right.
    pub confidence: Confidence,
    /// Never empty.
    pub evidence: Vec<Evidence>,
}

/// A rule that fits two entities, whether or not a statement came of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleHit {
    /// Identifier of the rule, as in [`Evidence::rule`].
    pub rule: Term,
    /// Subject.
    pub subject: EntityIndex,
    /// Object; `None` for the document itself.
    pub object: Option<EntityIndex>,
}

/// What the document says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentFacts {
    /// Title, from metadata or from the text.
    pub title: Option<String>,
    /// Concept of the document kind scheme (`Article`).
    pub kind: Option<Term>,
    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub issued: Option<String>,
    /// Address of the source.
    pub source: Option<String>,
    /// Authors.
    pub creators: Vec<EntityIndex>,
    /// Publishers.
    pub publishers: Vec<EntityIndex>,
}

/// All that was read from one document. Deterministic: the same text and knowledge give the same value.
#[derive(Clone, Debug)]
pub struct Extraction {
    /// The document.
    pub document: DocumentId,
    /// What the document says of itself.
    pub facts: DocumentFacts,
    /// In order of their spans.
    pub mentions: Vec<Mention>,
    /// In order of first mention.
    pub entities: Vec<Entity>,
    /// Sorted by subject, predicate, object, modality.
    pub statements: Vec<Statement>,
    /// In order of their evidence.
    pub observations: Vec<Observation>,
    /// Hits of rules, sorted; each once.
    pub rule_hits: Vec<RuleHit>,
    /// What looked odd.
    pub diagnostics: Vec<Diagnostic>,
}
