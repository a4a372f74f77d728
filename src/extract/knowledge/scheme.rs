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
    /// A cluster or chain of a listed industry inside such a name is mentioned by it.
    pub chains: bool,
    /// A region that such a name begins with and that is no administrative division is mentioned by it (成德眉资|同城化).
    pub joint: bool,
    /// Common words and a head make no name of this type: a place, an industry or a proper word must stand before the head.
    pub proper: bool,
    /// Such a name may begin with the bare level of the place it belongs to (省财政厅, 市委).
    pub short: bool,
    /// A listed name of this type is taken even where the tagger saw none.
    pub listed: bool,
    /// Figures may be of such a thing.
    pub figures: bool,
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
    /// Tells how things are, not what is done: who only speaks of it does not advise it.
    pub state: bool,
}

/// What a name says of a part of it, without a word between: 甲市乙产业集群 lies in 甲市 and is of 乙产业.
#[derive(Clone, Debug)]
pub(in crate::extract) struct NameRelation {
    /// Types of the whole and of the part, as indices.
    pub whole: Vec<u8>,
    pub part: Vec<u8>,
    /// Name of the relation in the annotation scheme.
    pub relation: String,
    /// Said of the narrowest part of these types alone, however deep in the name; else of every direct part.
    pub narrowest: bool,
}

#[derive(Deserialize)]
struct AnnotationFile {
    types: toml::Table,
    relations: toml::Table,
    #[serde(default)]
    names: Vec<NameRow>,
    scoring: Scoring,
    #[serde(default)]
    levels: HashMap<String, Vec<String>>,
}

/// What annotation.toml says.
#[derive(Default)]
pub(super) struct Scheme {
    pub types: Vec<TypeInfo>,
    pub relations: Vec<RelationInfo>,
    pub names: Vec<NameRelation>,
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
    chains: bool,
    #[serde(default)]
    joint: bool,
    #[serde(default)]
    proper: bool,
    #[serde(default)]
    short: bool,
    #[serde(default)]
    listed: bool,
    #[serde(default = "yes")]
    figures: bool,
    industry: Option<String>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
struct RelationRow {
    write: String,
    accept: Vec<String>,
    #[serde(default)]
    state: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NameRow {
    whole: Vec<String>,
    part: Vec<String>,
    relation: String,
    #[serde(default)]
    narrowest: bool,
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
                        chains: row.chains,
                        joint: row.joint,
                        listed: row.listed,
                        proper: row.proper,
                        short: row.short,
                        figures: row.figures,
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
                    relations.push(RelationInfo { name, write: row.write.into(), accept: row.accept, state: row.state });
                }
                Err(error) => self.faults.push(fault(file, format!("relation {name}: {}", error.message()), None)),
            }
        }
        let names = parsed.names.into_iter().map(|row| self.name_relation(file, &types, &relations, row)).collect();
        Scheme { types, relations, names, scoring: parsed.scoring.with_levels(parsed.levels) }
    }

    fn name_relation(&mut self, file: &str, types: &[TypeInfo], relations: &[RelationInfo], row: NameRow) -> NameRelation {
        if !relations.iter().any(|r| r.name == row.relation) {
            self.faults.push(fault(file, format!("names: {} is none of the relations", row.relation), None));
        }
        let mut index = |name: &String| {
            let found = types.iter().position(|t| t.name == *name).and_then(|at| u8::try_from(at).ok());
            if found.is_none() {
                self.faults.push(fault(file, format!("names: {name} is none of the types"), None));
            }
            found
        };
        NameRelation {
            whole: row.whole.iter().filter_map(&mut index).collect(),
            part: row.part.iter().filter_map(&mut index).collect(),
            relation: row.relation,
            narrowest: row.narrowest,
        }
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
