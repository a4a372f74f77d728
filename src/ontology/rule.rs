//! Rules of relations as `rules/*.toml` tell them: checked, with places for faults found later, not yet compiled for matching.

use super::schema::Labels;
use crate::model::{Location, Modality, Term};

/// A pattern and the relation it speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable name, such as `honour.won`.
    pub id: String,
    /// Relation of the ontology, or `recommends` or `authored`.
    pub relation: Term,
    /// Mode of what the rule reads, where no cue word says more.
    pub modality: Modality,
    /// A hit decides by itself; otherwise it is a feature of the trained scorer.
    pub direct: bool,
    /// What it reads, for people.
    pub description: Labels,
    /// Types of the annotation scheme, or classes, that the subject may have; empty: all that the relation allows.
    pub subject: Vec<String>,
    /// The same for the object.
    pub object: Vec<String>,
    /// Any of these makes a hit.
    pub patterns: Vec<Vec<Part>>,
    /// Sentences with what the rule must read in them.
    pub examples: Vec<Example>,
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// One of these words.
    Words(Vec<Word>),
    /// A name.
    Mention {
        /// Which end of the relation it is.
        slot: Slot,
        /// One or more names in a coordination (A、B和C).
        list: bool,
    },
    /// Characters that do not matter, none included. It never leaves the clause.
    Gap {
        /// How many at most; a name counts as one.
        most: usize,
        /// Whether names may stand in it.
        names: bool,
    },
    /// Parts that may be missing.
    Optional(Vec<Part>),
    /// Nothing but white space stands between here and the start of the clause.
    ClauseStart,
    /// Nothing but white space stands between here and the end of the clause.
    ClauseEnd,
    /// From here on words tell the role that the relation is held in (局长, 牵头).
    RoleStart,
    /// They end here.
    RoleEnd,
}

/// A word of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Exactly this.
    Text(String),
    /// Any word of a group of `lexicon.toml` or `cues.toml`.
    Group(String),
}

/// What a name in a pattern is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The subject.
    Subject,
    /// The object.
    Object,
    /// Neither end; of one of these types or classes, of any where there are none.
    Other(Vec<String>),
}

/// A sentence with its names marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The sentence without the marks.
    pub text: String,
    /// Where the names stand, in bytes of `text`, and their types in the annotation scheme; in order.
    pub names: Vec<(std::ops::Range<usize>, String)>,
    /// What the rule must read, and nothing else: nothing in a counterexample.
    pub expected: Vec<Expected>,
    /// Where it stands in the file.
    pub location: Location,
}

/// What a rule must read in an example.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    /// Name of the subject, as marked.
    pub subject: String,
    /// Name of the object, as marked; empty for the document.
    pub object: String,
    /// The role, as written; empty for none.
    pub role: String,
}
