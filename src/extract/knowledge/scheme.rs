//! The plain annotation scheme of the corpus and what it is in the ontology, as `ontology/annotation.toml` tells: types, relations, scoring.

use std::collections::HashMap;

use serde::Deserialize;

use crate::model::Term;

use super::builder::{Builder, fault};
use super::scoring::Scoring;

/// A type of the annotation scheme and what it is in the ontology.
#[derive(Clone, Debug)]
pub(in crate::extract) struct TypeInfo {
    /// Name in the annotation scheme (`GovernmentBody`).
    pub name: String,
    /// Class of the ontology.
    pub class: Term,
    /// Other classes that answer it.
    pub also: Vec<Term>,
    /// Default kind.
    pub kind: Option<Term>,
    /// A place inside such a name is mentioned by it.
    pub places: bool,
    /// A park inside such a name is mentioned by it.
    pub parks: bool,
    /// A region that such a name begins with and that is no administrative division is mentioned by it (成德眉资|同城化).
    pub joint: bool,
    /// Common words and a head make no name of this type: a place, an industry or a proper word must stand before the head.
    pub proper: bool,
    /// Such a name may begin with the bare level of the place it belongs to (省财政厅, 市委).
    pub short: bool,
    /// A listed name of this type is taken even where the tagger saw none.
    pub listed: bool,
    /// Whether such a name holds its industry: `any` or `known`.
    pub industry: Option<String>,
}

/// A relation of the annotation scheme and what it is in the ontology.
#[derive(Clone, Debug)]
pub(in crate::extract) struct RelationInfo {
    /// Name in the annotation scheme (`hasIndustry`).
    pub name: String,
    /// The relation that is written.
    pub write: Term,
    /// Relations that answer it; a leading `-` reads from object to subject.
    pub accept: Vec<String>,
    /// Joins a name that the grammar composed (甲地乙产业 in 甲地乙产业、丙产业两大集群) and the industry in it.
    pub composes: bool,
    /// Tells how things are, not what is done: who only speaks of it does not advise it.
    pub state: bool,
}

#[derive(Deserialize)]
struct AnnotationFile {
    types: toml::Table,
    relations: toml::Table,
    scoring: Scoring,
    #[serde(default)]
    levels: HashMap<String, Vec<String>>,
}

/// What annotation.toml says.
#[derive(Default)]
pub(super) struct Scheme {
    pub types: Vec<TypeInfo>,
    pub relations: Vec<RelationInfo>,
    pub scoring: Scoring,
}

#[derive(Deserialize)]
struct TypeRow {
    class: String,
    #[serde(default)]
    also: Vec<String>,
    kind: Option<String>,
    #[serde(default)]
    places: bool,
    #[serde(default)]
    parks: bool,
    #[serde(default)]
    joint: bool,
    #[serde(default)]
    proper: bool,
    #[serde(default)]
    short: bool,
    #[serde(default)]
    listed: bool,
    industry: Option<String>,
}

#[derive(Deserialize)]
struct RelationRow {
    write: String,
    accept: Vec<String>,
    #[serde(default)]
    composes: bool,
    #[serde(default)]
    state: bool,
}

impl Builder<'_> {
    /// The annotation scheme, checked against the ontology.
    pub fn scheme(&mut self) -> Scheme {
        let file = "annotation.toml";
        let Some(parsed) = self.parse::<AnnotationFile>(file) else { return Scheme::default() };
        let mut types = Vec::new();
        for (name, value) in parsed.types {
            match value.try_into::<TypeRow>() {
                Ok(row) => {
                    self.require_class(file, &row.class);
                    types.push(TypeInfo {
                        name,
                        class: row.class.into(),
                        also: row.also.into_iter().map(Term::from).collect(),
                        kind: row.kind.map(Term::from),
                        places: row.places,
                        parks: row.parks,
                        joint: row.joint,
                        listed: row.listed,
                        proper: row.proper,
                        short: row.short,
                        industry: row.industry,
                    });
                }
                Err(error) => self.faults.push(fault(file, format!("type {name}: {}", error.message()), None)),
            }
        }
        let mut relations = Vec::new();
        for (name, value) in parsed.relations {
            match value.try_into::<RelationRow>() {
                Ok(row) => {
                    self.require_relation(file, &row.write);
                    relations.push(RelationInfo {
                        name,
                        write: row.write.into(),
                        accept: row.accept,
                        composes: row.composes,
                        state: row.state,
                    });
                }
                Err(error) => self.faults.push(fault(file, format!("relation {name}: {}", error.message()), None)),
            }
        }
        Scheme { types, relations, scoring: parsed.scoring.with_levels(parsed.levels) }
    }

    fn require_class(&mut self, file: &str, name: &str) {
        if self.ontology.schema().class(name).is_none() {
            self.faults.push(fault(file, format!("yp:{name} is no class of the ontology"), None));
        }
    }

    /// Notes where the ontology has no relation of that name.
    pub fn require_relation(&mut self, file: &str, name: &str) {
        if self.ontology.schema().relation(name).is_none() {
            self.faults.push(fault(file, format!("yp:{name} is no relation of the ontology"), None));
        }
    }
}
