//! Classes, relations and concepts as the ontology declares them. Terms are data: the program knows hardly any by name.

use std::collections::{BTreeMap, HashMap};

use crate::model::{Language, Term};

/// The labels of a term.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Labels {
    /// The label in one language.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

/// A class of things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassInfo {
    /// Local name, such as `Cluster`.
    pub term: Term,
    /// Direct superclasses within the ontology.
    pub parents: Vec<Term>,
    /// The class itself and all classes above it, itself first.
    pub ancestors: Vec<Term>,
    /// The part of an entity's IRI that tells its class (`cluster`), its own or that of the nearest class above.
    pub segment: Option<Term>,
    /// The schemes from which `yp:kind` is taken, its own or those of the nearest class above.
    pub kind_schemes: Vec<Term>,
    /// `rdfs:label`.
    pub labels: Labels,
    /// `rdfs:comment`.
    pub comments: Labels,
}

/// A property of the ontology.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelationInfo {
    /// Local name, such as `locatedIn`.
    pub term: Term,
    /// Class of its subjects; `None` where any will do.
    pub domain: Option<Term>,
    /// Class of its objects; `None` where any will do, or where they are concepts or literals.
    pub range: Option<Term>,
    /// Its objects are concepts of a scheme.
    pub takes_concepts: bool,
    /// It may be the predicate of a statement (`yp:Relation`).
    pub is_relation: bool,
    /// Holds in both directions.
    pub symmetric: bool,
    /// Holds along a chain.
    pub transitive: bool,
    /// `rdfs:label`.
    pub labels: Labels,
    /// `rdfs:comment`.
    pub comments: Labels,
}

/// A concept of one of the closed lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConceptInfo {
    /// Local name, such as `National`.
    pub term: Term,
    /// Local name of its scheme, such as `LevelScheme`.
    pub scheme: Term,
    /// `skos:prefLabel`.
    pub labels: Labels,
    /// `skos:altLabel`: other ways to write it, with their language.
    pub names: Vec<(String, Language)>,
}

/// The vocabulary of the ontology.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    pub(super) classes: BTreeMap<Term, ClassInfo>,
    pub(super) properties: BTreeMap<Term, RelationInfo>,
    pub(super) datatypes: BTreeMap<Term, Labels>,
    pub(super) concepts: BTreeMap<Term, ConceptInfo>,
    pub(super) schemes: BTreeMap<Term, Labels>,
    /// Concepts of each scheme in the order of the files.
    pub(super) members: HashMap<Term, Vec<Term>>,
}

impl Schema {
    /// Whether every `a` is a `b`; a class is one of itself. False where `a` is unknown.
    #[must_use]
    pub fn is_subclass(&self, a: &str, b: &str) -> bool {
        self.classes.get(a).is_some_and(|class| class.ancestors.iter().any(|above| &**above == b))
    }

    /// A class by local name.
    #[must_use]
    pub fn class(&self, term: &str) -> Option<&ClassInfo> {
        self.classes.get(term)
    }

    /// All classes, by local name.
    pub fn classes(&self) -> impl Iterator<Item = &ClassInfo> {
        self.classes.values()
    }

    /// A relation (a property that a statement may have as its predicate) by local name.
    #[must_use]
    pub fn relation(&self, term: &str) -> Option<&RelationInfo> {
        self.properties.get(term).filter(|property| property.is_relation)
    }

    /// All relations, by local name.
    pub fn relations(&self) -> impl Iterator<Item = &RelationInfo> {
        self.properties.values().filter(|property| property.is_relation)
    }

    /// Any property of the ontology by local name, relation or not.
    #[must_use]
    pub fn property(&self, term: &str) -> Option<&RelationInfo> {
        self.properties.get(term)
    }

    /// A concept by local name.
    #[must_use]
    pub fn concept(&self, term: &str) -> Option<&ConceptInfo> {
        self.concepts.get(term)
    }

    /// The concepts of a scheme in the order of the files; none where the scheme is unknown.
    #[must_use]
    pub fn concepts_of(&self, scheme: &str) -> &[Term] {
        self.members.get(scheme).map_or(&[], Vec::as_slice)
    }

    /// The concept of a scheme that bears a name, preferred or alternative, in either language.
    #[must_use]
    pub fn concept_named(&self, scheme: &str, name: &str) -> Option<&ConceptInfo> {
        let bears = |concept: &&ConceptInfo| {
            concept.labels.zh == name || concept.labels.en == name || concept.names.iter().any(|(text, _)| text == name)
        };
        self.concepts_of(scheme).iter().filter_map(|term| self.concepts.get(term)).find(bears)
    }

    /// All schemes, by local name.
    pub fn schemes(&self) -> impl Iterator<Item = &Term> {
        self.schemes.keys()
    }

    /// The label of any term (class, property, datatype, concept or scheme); the term itself where it is unknown.
    #[must_use]
    pub fn label<'a>(&'a self, term: &'a str, language: Language) -> &'a str {
        let class = || self.classes.get(term).map(|class| &class.labels);
        let property = || self.properties.get(term).map(|property| &property.labels);
        let concept = || self.concepts.get(term).map(|concept| &concept.labels);
        let rest = || self.schemes.get(term).or_else(|| self.datatypes.get(term));
        class().or_else(property).or_else(concept).or_else(rest).map_or(term, |labels| labels.get(language))
    }

    /// The part of an entity's IRI that tells its class (`cluster`); empty for a class that has none.
    #[must_use]
    pub fn segment(&self, class: &str) -> &str {
        self.classes.get(class).and_then(|class| class.segment.as_deref()).unwrap_or("")
    }
}
