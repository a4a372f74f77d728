//! A reader of toy documents, so that the graph can be tested without the knowledge that real texts need.
//!
//! One fact per line, parts separated by `|`: `Cluster:高端装备集群|locatedIn|Region:成都市`, a fourth part is the modality; a line
//! `Park:甲园区|产值|12.5` is a figure; a line `!` ends the sentence of nobody. Coded regions are named `Region:510100`.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use yuanpu::graph::Background;
use yuanpu::model::{
    Confidence, Diagnostic, Document, DocumentFacts, Entity, Evidence, Extraction, Format, Language, Location, Mention, Modality, Name,
    NameKind, Object, Observation, Origin, Severity, Span, Statement, Term, entity_iri,
};
use yuanpu::pipeline::{Knowledge, Sources};

/// Reads a toy document.
pub fn read(document: &Document) -> Extraction {
    let mut reader = Reader { entities: Vec::new(), places: HashMap::new(), mentions: Vec::new(), at: 0 };
    let (mut statements, mut observations) = (Vec::new(), Vec::new());
    for line in document.text.split_inclusive('\n') {
        let parts: Vec<&str> = line.trim_end().split('|').collect();
        let evidence = |rule: &str| {
            vec![Evidence { span: Span::new(reader.at, reader.at + line.trim_end().len()), rule: rule.into(), reasons: vec![] }]
        };
        match parts[..] {
            [subject, relation, object, ref rest @ ..] if object.contains(':') => {
                let evidence = evidence("toy.relation");
                let subject = reader.entity(line, subject);
                let object = reader.entity(line, object);
                statements.push(Statement {
                    subject,
                    predicate: relation.into(),
                    object: Object::Entity(object),
                    modality: if rest == ["planned"] { Modality::Planned } else { Modality::Asserted },
                    attributed_to: None,
                    role: None,
                    period: None,
                    confidence: Confidence(900),
                    evidence,
                });
            }
            [about, indicator, value] => {
                let evidence = evidence("toy.figure");
                let about = reader.entity(line, about);
                observations.push(Observation {
                    indicator: indicator.to_owned(),
                    about,
                    value: value.to_owned(),
                    unit: "YuanUnit".into(),
                    direction: None,
                    comparison: None,
                    bound: None,
                    period: None,
                    modality: Modality::Asserted,
                    confidence: Confidence(1000),
                    evidence,
                });
            }
            _ => {}
        }
        reader.at += line.len();
    }
    let Reader { entities, mentions, .. } = reader;
    let facts = DocumentFacts { kind: Some("ListText".into()), issued: Some("2024-10-24".into()), ..DocumentFacts::default() };
    Extraction {
        document: document.id.clone(),
        facts,
        mentions,
        entities,
        statements,
        observations,
        rule_hits: vec![],
        diagnostics: vec![],
    }
}

struct Reader {
    entities: Vec<Entity>,
    places: HashMap<String, usize>,
    mentions: Vec<Mention>,
    at: usize,
}

impl Reader {
    /// `Class:name` or `Class:name=short`.
    fn entity(&mut self, line: &str, written: &str) -> usize {
        let (class, name) = written.split_once(':').unwrap_or(("Institution", written));
        let (name, short) = name.split_once('=').map_or((name, None), |(n, s)| (n, Some(s)));
        let segment = match class {
            "IndustryChain" => "chain".to_owned(),
            "CompositeRegion" => "region".to_owned(),
            other => other.to_lowercase(),
        };
        let id = entity_iri(&segment, name);
        let start = self.at + line.find(written).unwrap_or(0);
        let entities = &mut self.entities;
        let entity = *self.places.entry(id.clone()).or_insert_with(|| {
            let names = short.map(|s| Name { text: s.into(), kind: NameKind::Short, language: Language::Zh }).into_iter().collect();
            let kinds: Vec<Term> =
                if class == "Initiative" { vec![if name.len() % 2 == 0 { "Action" } else { "Plan" }.into()] } else { vec![] };
            entities.push(Entity {
                id,
                class: class.into(),
                kinds,
                preferred_label: name.into(),
                names,
                minted: true,
                comprises: vec![],
                period: None,
                number: None,
            });
            entities.len() - 1
        });
        let span = Span::new(start, start + written.len());
        self.mentions.push(Mention { span, class: Arc::from(class), origin: Origin::Grammar, entity });
        entity
    }
}

/// Toy documents in memory: name to text. A text that starts with `broken` cannot be read.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    names: Vec<String>,
    texts: Vec<String>,
}

impl Shelf {
    pub fn of(documents: &BTreeMap<String, String>) -> Self {
        Self { names: documents.keys().cloned().collect(), texts: documents.values().cloned().collect() }
    }

    /// The same documents in the opposite order.
    pub fn reversed(mut self) -> Self {
        self.names.reverse();
        self.texts.reverse();
        self
    }
}

impl Sources for Shelf {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn fingerprint(&self, at: usize) -> Result<String, Diagnostic> {
        let text = &self.texts[at];
        Ok(text.bytes().fold(0_u64, |h, b| h.wrapping_mul(1_099_511_628_211).wrapping_add(u64::from(b) + 1)).to_string())
    }

    fn read(&self, at: usize) -> Result<Document, Diagnostic> {
        if self.texts[at].starts_with("broken") {
            return Err(Diagnostic {
                code: "D000",
                severity: Severity::Error,
                message: "cannot be read".into(),
                location: Location { file: self.names[at].clone(), line: None, column: None },
                help: None,
            });
        }
        Ok(Document::new(self.names[at].as_str(), self.texts[at].as_str(), Format::Text))
    }
}

/// A small ontology graph and a gazetteer of three regions, one above the other.
pub fn background() -> Background {
    let prefixes = "@prefix yp: <https://w3id.org/yuanpu/ns#> . @prefix yps: <https://w3id.org/yuanpu/scheme#> .
        @prefix region: <https://w3id.org/yuanpu/id/region/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .";
    let ontology = format!("{prefixes} yp:Cluster a yp:Class .");
    let regions = format!(
        "{prefixes}
        region:510000 a yp:Region ; skos:prefLabel \"四川省\"@zh ; yp:oneCharacterForm \"川\"@zh .
        region:510100 a yp:Region ; skos:prefLabel \"成都市\"@zh , \"Chengdu\"@en ; yp:shortName \"成都\"@zh ; yp:locatedIn region:510000 .
        region:510113 a yp:Region ; skos:prefLabel \"青白江区\"@zh ; yp:locatedIn region:510100 ."
    );
    Background::read(&[
        ("https://w3id.org/yuanpu/ns".to_owned(), ontology),
        ("https://w3id.org/yuanpu/gazetteer/regions".to_owned(), regions),
    ])
    .expect("the toy background is Turtle")
}

/// The knowledge of the toy reader.
pub fn knowledge(background: &Background) -> Knowledge<'_> {
    Knowledge { version: "toy", background, extract: &read }
}
