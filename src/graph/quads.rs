//! An extraction as quads of its document's named graph (decisions D3 to D7 of the ontology).
//!
//! The graph of a document, named by the document's IRI, holds all that the document says: the document node, its plain triples
//! (asserted statements only), the entities with types and names as this document has them, and the evidence: Statements,
//! Observations and Passages. What several documents say together is merged in [`super::merge`].

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use oxigraph::model::{GraphName, Literal, NamedNode, Quad, Term};

use super::{Counts, terms};
use crate::model::{
    Confidence, Document, Entity, EntityIndex, Evidence, Extraction, LineIndex, Modality, NameKind, Object, Observation, Span, Statement,
    entity_iri,
};

/// All quads of the named graph of `document`, each once, in an order that depends on the extraction alone.
///
/// Statements and observations whose evidence does not lie on characters of the text are left out: nothing enters the graph
/// that cannot be quoted.
#[must_use]
pub fn quads(document: &Document, extraction: &Extraction) -> Vec<Quad> {
    let mut writer = Writer::new(document, extraction);
    writer.document();
    for index in 0..extraction.entities.len() {
        if writer.first[index] == index {
            writer.entity(index);
        }
    }
    writer.statements();
    writer.observations();
    for mention in &extraction.mentions {
        if let Some(entity) = writer.first.get(mention.entity).copied() {
            writer.passages.entry(mention.span).or_default().insert(entity);
        }
    }
    writer.write_passages();
    writer.out
}

/// How many statements, figures and passages there are in the quads of one document's graph.
#[must_use]
pub fn counts(quads: &[Quad]) -> Counts {
    let of = |class: &str| {
        let is_class = |object: &Term| matches!(object, Term::NamedNode(node) if node.as_str() == class);
        quads.iter().filter(|q| q.predicate == terms::TYPE && is_class(&q.object)).count()
    };
    Counts { relations: of(terms::STATEMENT), figures: of(terms::OBSERVATION), passages: of(terms::PASSAGE) }
}

struct Writer<'a> {
    document: &'a Document,
    extraction: &'a Extraction,
    lines: LineIndex,
    id: NamedNode,
    graph: GraphName,
    /// IRI of each entity.
    nodes: Vec<NamedNode>,
    /// For each entity the first one with the same IRI.
    first: Vec<EntityIndex>,
    plain: HashSet<(NamedNode, NamedNode, Term)>,
    /// Spans to write as passages, with the entities they name.
    passages: BTreeMap<Span, BTreeSet<EntityIndex>>,
    out: Vec<Quad>,
}

impl<'a> Writer<'a> {
    fn new(document: &'a Document, extraction: &'a Extraction) -> Self {
        let id = terms::node(document.id.as_str());
        let mut seen = HashMap::new();
        let first = extraction.entities.iter().enumerate().map(|(at, e)| *seen.entry(e.id.as_str()).or_insert(at)).collect();
        Self {
            document,
            extraction,
            lines: LineIndex::new(&document.text),
            graph: id.clone().into(),
            nodes: extraction.entities.iter().map(|e| terms::node(&e.id)).collect(),
            id,
            first,
            plain: HashSet::new(),
            passages: BTreeMap::new(),
            out: Vec::with_capacity(64 + extraction.mentions.len() * 8 + extraction.statements.len() * 16),
        }
    }

    fn add(&mut self, subject: &NamedNode, predicate: impl Into<NamedNode>, object: impl Into<Term>) {
        self.out.push(Quad::new(subject.clone(), predicate, object, self.graph.clone()));
    }

    /// Adds a triple that two parts of the extraction may both give.
    fn add_plain(&mut self, subject: &NamedNode, predicate: NamedNode, object: impl Into<Term>) {
        let object = object.into();
        if self.plain.insert((subject.clone(), predicate.clone(), object.clone())) {
            self.add(subject, predicate, object);
        }
    }

    fn document(&mut self) {
        let id = self.id.clone();
        let facts = &self.extraction.facts;
        self.add(&id, terms::TYPE, terms::known(terms::DOCUMENT_CLASS));
        self.add_plain(&id, terms::known(terms::KIND), terms::yps(facts.kind.as_deref().unwrap_or("Article")));
        self.preferred_label(&id, &title(self.document, facts.title.as_deref()));
        if let Some(issued) = facts.issued.as_deref().and_then(terms::date) {
            self.add(&id, terms::dcterms("issued"), issued);
        }
        if let Some(source) = facts.source.as_deref().map(str::trim).filter(|s| !s.is_empty()) {
            self.add(&id, terms::dcterms("source"), source_term(source));
        }
        for (role, entities) in [("creator", &facts.creators), ("publisher", &facts.publishers)] {
            for entity in entities {
                if let Some(node) = self.nodes.get(*entity).cloned() {
                    self.add_plain(&id, terms::dcterms(role), node);
                }
            }
        }
    }

    fn preferred_label(&mut self, subject: &NamedNode, label: &str) {
        self.add(subject, terms::known(terms::PREF_LABEL), terms::name_literal(label, "zh"));
        // Every entity has a Chinese label; a name in Latin letters is both.
        if !terms::is_chinese(label) {
            self.add(subject, terms::known(terms::PREF_LABEL), terms::name_literal(label, "en"));
        }
    }

    fn entity(&mut self, index: EntityIndex) {
        let extraction = self.extraction;
        let entity = &extraction.entities[index];
        let node = self.nodes[index].clone();
        if node == self.id {
            return;
        }
        self.add(&node, terms::TYPE, terms::yp(&entity.class));
        self.preferred_label(&node, &entity.preferred_label);
        self.names(&node, index, entity);
        for kind in &entity.kinds {
            self.add_plain(&node, terms::known(terms::KIND), terms::yps(kind));
        }
        for member in &entity.comprises {
            self.add_plain(&node, terms::yp("comprises"), terms::node(member));
        }
        if let Some(period) = &entity.period {
            self.add_plain(&node, terms::yp("period"), terms::edtf(period));
        }
        if let Some(number) = &entity.number {
            self.add_plain(&node, terms::yp("documentNumber"), Literal::new_simple_literal(number));
        }
    }

    /// The names of all entities with this IRI, each text once per language; a settled short form goes before other names.
    fn names(&mut self, node: &NamedNode, index: EntityIndex, entity: &Entity) {
        let extraction = self.extraction;
        let mut names: Vec<(NameKind, &str, &str)> = Vec::new();
        for (at, other) in extraction.entities.iter().enumerate().skip(index) {
            if self.first[at] == index {
                names.extend(other.names.iter().map(|n| (n.kind, n.text.trim(), terms::language_tag(n.language))));
                if at != index {
                    names.push((NameKind::Alternative, &other.preferred_label, "zh"));
                }
            }
        }
        names.sort_unstable();
        let mut seen = HashSet::new();
        for (kind, text, language) in names {
            let is_label = text == entity.preferred_label && (language == "zh" || !terms::is_chinese(text));
            if text.is_empty() || is_label || !seen.insert((text, language)) {
                continue;
            }
            let property = match kind {
                NameKind::Short if text.chars().nth(1).is_some() && text != entity.preferred_label => terms::SHORT_NAME,
                NameKind::Short | NameKind::Alternative => terms::ALT_LABEL,
                NameKind::Hidden => terms::HIDDEN_LABEL,
            };
            self.add(node, terms::known(property), terms::name_literal(text, language));
        }
    }

    fn statements(&mut self) {
        let extraction = self.extraction;
        let mut merged: BTreeMap<NamedNode, Vec<&Statement>> = BTreeMap::new();
        for statement in &extraction.statements {
            if self.quotable(&statement.evidence).next().is_some()
                && let Some(id) = self.statement_id(statement)
            {
                merged.entry(id).or_default().push(statement);
            }
        }
        for (id, said) in merged {
            self.statement(&id, &said);
        }
    }

    /// Subject and object as nodes; `None` where an index points nowhere.
    fn ends(&self, statement: &Statement) -> Option<(NamedNode, NamedNode)> {
        let subject = self.nodes.get(statement.subject)?.clone();
        let object = match &statement.object {
            Object::Entity(entity) => self.nodes.get(*entity)?.clone(),
            Object::Concept(concept) => terms::yps(concept),
        };
        Some((subject, object))
    }

    fn statement_id(&self, statement: &Statement) -> Option<NamedNode> {
        let (subject, object) = self.ends(statement)?;
        let speaker = statement.attributed_to.and_then(|s| self.nodes.get(s)).map_or("", NamedNode::as_str);
        let predicate = terms::yp(&statement.predicate);
        let mode = terms::modality(statement.modality);
        Some(terms::hashed("statement", &[self.id.as_str(), subject.as_str(), predicate.as_str(), object.as_str(), mode, speaker]))
    }

    /// Writes one Statement; `said` are the readings that agree in all that makes its identifier.
    fn statement(&mut self, id: &NamedNode, said: &[&Statement]) {
        let Some(one) = said.first().copied() else { return };
        let Some((subject, object)) = self.ends(one) else { return };
        let predicate = terms::yp(&one.predicate);
        self.add(id, terms::TYPE, terms::known(terms::STATEMENT));
        self.add(id, terms::SUBJECT, subject.clone());
        self.add(id, terms::PREDICATE, predicate.clone());
        self.add(id, terms::OBJECT, object.clone());
        self.add(id, terms::yp("modality"), terms::yps(terms::modality(one.modality)));
        if let Some(speaker) = one.attributed_to.and_then(|s| self.nodes.get(s)).cloned() {
            self.add(id, terms::yp("attributedTo"), speaker);
        }
        for role in said.iter().filter_map(|s| s.role.as_deref()).filter(|r| !r.is_empty()).collect::<BTreeSet<_>>() {
            self.add(id, terms::yp("role"), Literal::new_simple_literal(role));
        }
        for period in said.iter().filter_map(|s| s.period.as_deref()).collect::<BTreeSet<_>>() {
            self.add(id, terms::yp("period"), terms::edtf(period));
        }
        self.confidence(id, said.iter().map(|s| s.confidence).max().unwrap_or(Confidence(0)));
        let evidence: Vec<&Evidence> = said.iter().flat_map(|s| &s.evidence).collect();
        self.evidence(id, &evidence);
        if one.modality == Modality::Asserted {
            self.add_plain(&subject, predicate, object);
        }
    }

    fn confidence(&mut self, id: &NamedNode, confidence: Confidence) {
        let thousandths = confidence.0.min(1000);
        if let Some(value) = terms::decimal(&format!("{}.{:03}", thousandths / 1000, thousandths % 1000)) {
            self.add(id, terms::yp("confidence"), value);
        }
    }

    fn quotable<'b>(&'b self, evidence: &'b [Evidence]) -> impl Iterator<Item = &'b Evidence> {
        evidence.iter().filter(|e| !e.span.of(&self.document.text).is_empty())
    }

    fn evidence(&mut self, id: &NamedNode, evidence: &[&Evidence]) {
        let kept: BTreeSet<&Evidence> = evidence.iter().copied().filter(|e| !e.span.of(&self.document.text).is_empty()).collect();
        for span in kept.iter().map(|e| e.span).collect::<BTreeSet<_>>() {
            self.passages.entry(span).or_default();
            self.add(id, terms::yp("evidence"), self.passage_id(span));
        }
        for rule in kept.iter().map(|e| &*e.rule).collect::<BTreeSet<_>>() {
            self.add(id, terms::yp("rule"), Literal::new_simple_literal(rule));
        }
        for reasons in kept.iter().filter(|e| !e.reasons.is_empty()).map(|e| e.reasons.join("; ")).collect::<BTreeSet<_>>() {
            self.add(id, terms::yp("reason"), Literal::new_simple_literal(reasons));
        }
    }

    fn observations(&mut self) {
        let extraction = self.extraction;
        let mut indicators: BTreeMap<NamedNode, &str> = BTreeMap::new();
        let mut merged: BTreeMap<NamedNode, &Observation> = BTreeMap::new();
        for observation in &extraction.observations {
            let quotable = self.quotable(&observation.evidence).next().is_some();
            if quotable && observation.about < self.nodes.len() && terms::decimal(&observation.value).is_some() {
                merged.entry(self.observation_id(observation)).or_insert(observation);
                let label = indicators.entry(indicator_node(observation)).or_insert(&observation.indicator);
                *label = (*label).min(&observation.indicator);
            }
        }
        for (node, label) in indicators {
            // The indicator may also have been read as an entity of the document.
            if !self.nodes.contains(&node) {
                self.add(&node, terms::TYPE, terms::yp("Indicator"));
                self.preferred_label(&node, label);
            }
        }
        for (id, observation) in merged {
            self.observation(&id, observation);
        }
    }

    fn observation_id(&self, o: &Observation) -> NamedNode {
        let places: Vec<String> = o.evidence.iter().map(|e| self.passage_id(e.span).into_string()).collect();
        let value = terms::decimal(&o.value);
        let mut parts = vec![
            self.id.as_str(),
            o.indicator.as_str(),
            self.nodes[o.about].as_str(),
            value.as_ref().map_or("", Literal::value),
            &o.unit,
            o.direction.map_or("", terms::direction),
            o.comparison.map_or("", terms::comparison),
            o.bound.map_or("", terms::bound),
            o.period.as_deref().unwrap_or(""),
            terms::modality(o.modality),
        ];
        parts.extend(places.iter().map(String::as_str));
        terms::hashed("observation", &parts)
    }

    fn observation(&mut self, id: &NamedNode, o: &Observation) {
        let Some(value) = terms::decimal(&o.value) else { return };
        self.add(id, terms::TYPE, terms::known(terms::OBSERVATION));
        self.add(id, terms::yp("indicator"), indicator_node(o));
        self.add(id, terms::yp("about"), self.nodes[o.about].clone());
        self.add(id, terms::yp("value"), value);
        self.add(id, terms::yp("unit"), terms::yps(&o.unit));
        let details = [
            ("direction", o.direction.map(terms::direction)),
            ("comparison", o.comparison.map(terms::comparison)),
            ("bound", o.bound.map(terms::bound)),
            ("modality", Some(terms::modality(o.modality))),
        ];
        for (property, concept) in details {
            if let Some(concept) = concept {
                self.add(id, terms::yp(property), terms::yps(concept));
            }
        }
        if let Some(period) = &o.period {
            self.add(id, terms::yp("period"), terms::edtf(period));
        }
        self.confidence(id, o.confidence);
        self.evidence(id, &o.evidence.iter().collect::<Vec<_>>());
    }

    fn passage_id(&self, span: Span) -> NamedNode {
        let (start, end) = self.lines.code_points(&self.document.text, span);
        terms::known(&format!("{}#char={start},{end}", self.id.as_str()))
    }

    fn write_passages(&mut self) {
        let text = &self.document.text;
        for (span, mentioned) in std::mem::take(&mut self.passages) {
            let quote = span.of(text);
            if quote.is_empty() {
                continue;
            }
            let (start, end) = self.lines.code_points(text, span);
            let id = self.passage_id(span);
            let document = self.id.clone();
            self.add(&id, terms::TYPE, terms::known(terms::PASSAGE));
            self.add(&id, terms::yp("inDocument"), document);
            self.add(&id, terms::yp("start"), terms::integer(start));
            self.add(&id, terms::yp("end"), terms::integer(end));
            self.add(&id, terms::yp("quote"), Literal::new_simple_literal(quote));
            for entity in mentioned {
                self.add(&id, terms::yp("mentions"), self.nodes[entity].clone());
            }
        }
    }
}

fn indicator_node(observation: &Observation) -> NamedNode {
    terms::node(&entity_iri("indicator", &observation.indicator))
}

/// Title given, else the first line that is not blank, without the marks of a Markdown heading; else the name of the source.
fn title(document: &Document, given: Option<&str>) -> String {
    const LONGEST: usize = 60;
    let line = given
        .into_iter()
        .chain(document.text.lines())
        .map(|line| line.trim_start_matches('#').trim())
        .find(|line| !line.is_empty())
        .unwrap_or(&document.source);
    if given.is_some() { line.to_owned() } else { line.chars().take(LONGEST).collect() }
}

/// An address becomes a node; anything else that names a source stays text.
fn source_term(source: &str) -> Term {
    match NamedNode::new(source) {
        Ok(address) if source.contains("://") => address.into(),
        _ => Literal::new_simple_literal(source).into(),
    }
}
