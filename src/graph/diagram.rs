//! Which part of the graph to draw: the neighbourhood of chosen entities, or the best connected entities of the whole.
//!
//! A picture that shows everything shows nothing. So the number of nodes is capped, entities come in by how much is said of
//! them, places that only stand above other places stay out, and the picture says how many were left out.
//! How it looks is decided in [`super::dot`](mod@super::dot).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use oxigraph::model::{GraphNameRef, Term};
use petgraph::graph::{DiGraph, NodeIndex};

use super::query::Style;
use super::relations::{Relation, class_of, relations, relations_of};
use super::{Names, Snapshot, StoreError, terms};
use crate::model::{Language, vocabulary};

/// What to draw.
#[derive(Clone, Debug)]
pub struct DiagramOptions {
    /// IRIs of the entities whose neighbourhood is drawn; empty for the whole graph.
    pub seeds: Vec<String>,
    /// How many steps away from a seed.
    pub depth: usize,
    /// At most so many nodes.
    pub max_nodes: usize,
    /// Only these classes, by local name; empty for all.
    pub classes: BTreeSet<String>,
    /// Only these relations, by local name; empty for all.
    pub relations: BTreeSet<String>,
    /// Whether plans, advice and denials are drawn, too (dashed).
    pub with_unasserted: bool,
    /// Language of labels.
    pub language: Language,
}

impl Default for DiagramOptions {
    fn default() -> Self {
        Self {
            seeds: Vec::new(),
            depth: 1,
            max_nodes: 40,
            classes: BTreeSet::new(),
            relations: BTreeSet::new(),
            with_unasserted: true,
            language: Language::Zh,
        }
    }
}

/// A node of the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// IRI of the entity.
    pub iri: String,
    /// Its canonical name.
    pub label: String,
    /// Local name of its class.
    pub class: String,
    /// Names of its levels and kinds, in order.
    pub notes: Vec<String>,
    /// Whether it was asked for.
    pub is_seed: bool,
}

/// An edge of the picture: all that is said between two entities in one direction, in one mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Names of the relations, sorted.
    pub labels: Vec<String>,
    /// Name of the mode, where it is not asserted.
    pub mode: Option<String>,
    /// Number of statements behind it; 0 for what the gazetteers know.
    pub statements: usize,
}

/// What is to be drawn.
#[derive(Clone, Debug, Default)]
pub struct Diagram {
    /// Nodes and edges, in the order of their identifiers.
    pub graph: DiGraph<Node, Edge>,
    /// Names of the classes, by local name.
    pub class_names: BTreeMap<String, String>,
    /// Number of entities that were left out for want of room.
    pub hidden: usize,
}

/// Chooses what to draw.
///
/// # Errors
/// The store's.
pub fn diagram(snapshot: &Snapshot, options: &DiagramOptions) -> Result<Diagram, StoreError> {
    let mut chooser = Chooser { snapshot, options, classes: HashMap::new() };
    let said = if options.seeds.is_empty() { relations(snapshot.store())? } else { chooser.neighbourhood()? };
    let said: Vec<Relation> = chooser.fitting(said)?;
    let (chosen, hidden) = chooser.choose(&said);
    let mut diagram = Drawer::new(snapshot, options, &chooser.classes).draw(&chosen, &said)?;
    diagram.hidden = hidden;
    Ok(diagram)
}

struct Chooser<'a> {
    snapshot: &'a Snapshot,
    options: &'a DiagramOptions,
    /// Local name of each entity's class; `None` for what is not drawn.
    classes: HashMap<String, Option<String>>,
}

impl Chooser<'_> {
    fn class(&mut self, entity: &str) -> Result<Option<String>, StoreError> {
        if let Some(known) = self.classes.get(entity) {
            return Ok(known.clone());
        }
        let class = class_of(self.snapshot.store(), entity)?;
        let class = class.and_then(|c| terms::local_name(&c).map(str::to_owned));
        let wanted = class.filter(|c| self.options.classes.is_empty() || self.options.classes.contains(c));
        self.classes.insert(entity.to_owned(), wanted.clone());
        Ok(wanted)
    }

    /// The relations among the entities up to `depth` steps from the seeds.
    fn neighbourhood(&mut self) -> Result<Vec<Relation>, StoreError> {
        let mut reached: BTreeSet<String> = self.options.seeds.iter().cloned().collect();
        let mut edge: Vec<String> = reached.iter().cloned().collect();
        let mut found: BTreeMap<(String, String, String, String), Relation> = BTreeMap::new();
        for step in 0..=self.options.depth {
            let mut next = Vec::new();
            for entity in edge {
                for relation in relations_of(self.snapshot.store(), &entity)?.into_iter().filter(Relation::joins_entities) {
                    if step < self.options.depth {
                        let ends = [&relation.subject, &relation.object].into_iter().cloned();
                        next.extend(ends.filter(|end| reached.insert(end.clone())));
                    }
                    let Relation { subject, predicate, object, modality, .. } = relation.clone();
                    found.insert((subject, predicate, object, modality), relation);
                }
            }
            edge = next;
        }
        Ok(found.into_values().filter(|r| reached.contains(&r.subject) && reached.contains(&r.object)).collect())
    }

    /// The relations between entities of wanted classes.
    fn fitting(&mut self, said: Vec<Relation>) -> Result<Vec<Relation>, StoreError> {
        let mut fitting = Vec::new();
        for relation in said {
            let local = terms::local_name(&relation.predicate).unwrap_or_default();
            let wanted = (self.options.relations.is_empty() || self.options.relations.contains(local))
                && (self.options.with_unasserted || relation.is_asserted())
                && relation.joins_entities()
                && relation.subject != relation.object
                && !is_place_in_place(&relation.subject, &relation.object);
            if wanted && self.class(&relation.subject)?.is_some() && self.class(&relation.object)?.is_some() {
                fitting.push(relation);
            }
        }
        Ok(fitting)
    }

    /// The entities to draw, and the number of those left out. Seeds first, then by the number of different partners, those of
    /// asserted relations counting double, and of statements; an entity none of whose partners is drawn is left out.
    fn choose(&self, said: &[Relation]) -> (BTreeSet<String>, usize) {
        let mut partners: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut asserted: HashMap<&str, BTreeSet<&str>> = HashMap::new();
        let mut weight: HashMap<&str, usize> = HashMap::new();
        for relation in said {
            for (one, other) in [(&relation.subject, &relation.object), (&relation.object, &relation.subject)] {
                partners.entry(one).or_default().insert(other);
                if relation.is_asserted() {
                    asserted.entry(one).or_default().insert(other);
                }
                *weight.entry(one).or_default() += relation.statements.len();
            }
        }
        let seeds: BTreeSet<&str> = self.options.seeds.iter().map(String::as_str).collect();
        let mut order: Vec<&str> = partners.keys().copied().chain(seeds.iter().copied()).collect::<BTreeSet<_>>().into_iter().collect();
        let number = |found: Option<&BTreeSet<&str>>| found.map_or(0, BTreeSet::len);
        let rank = |entity: &str| (number(partners.get(entity)) + number(asserted.get(entity)), weight.get(entity).copied().unwrap_or(0));
        order.sort_by(|a, b| (seeds.contains(b), rank(b)).cmp(&(seeds.contains(a), rank(a))).then(a.cmp(b)));
        let total = order.len();
        let mut chosen: BTreeSet<&str> = order.into_iter().take(self.options.max_nodes.max(1)).collect();
        loop {
            let joined = |entity: &str| partners.get(entity).is_some_and(|p| p.iter().any(|other| chosen.contains(other)));
            let kept: BTreeSet<&str> = chosen.iter().copied().filter(|e| seeds.contains(e) || joined(e)).collect();
            if kept.len() == chosen.len() {
                break;
            }
            chosen = kept;
        }
        let hidden = total - chosen.len();
        (chosen.into_iter().map(str::to_owned).collect(), hidden)
    }
}

/// The hierarchy of places is known to every reader and would tie everything to everything.
fn is_place_in_place(subject: &str, object: &str) -> bool {
    let is_region = |iri: &str| iri.strip_prefix(vocabulary::ID).is_some_and(|rest| rest.starts_with("region/"));
    is_region(subject) && is_region(object)
}

struct Drawer<'a> {
    snapshot: &'a Snapshot,
    names: Names<'a>,
    classes: &'a HashMap<String, Option<String>>,
    seeds: BTreeSet<&'a str>,
    diagram: Diagram,
}

impl<'a> Drawer<'a> {
    fn new(snapshot: &'a Snapshot, options: &'a DiagramOptions, classes: &'a HashMap<String, Option<String>>) -> Self {
        let style = Style { labels: true, chinese: options.language == Language::Zh };
        let seeds = options.seeds.iter().map(String::as_str).collect();
        Self { snapshot, names: Names::new(snapshot, style), classes, seeds, diagram: Diagram::default() }
    }

    fn name(&mut self, iri: &str) -> String {
        self.names.label(iri).unwrap_or_else(|| iri.rsplit(['/', '#']).next().unwrap_or(iri).to_owned())
    }

    fn draw(mut self, chosen: &BTreeSet<String>, said: &[Relation]) -> Result<Diagram, StoreError> {
        let mut places: BTreeMap<&str, NodeIndex> = BTreeMap::new();
        for entity in chosen {
            let node = self.node(entity)?;
            places.insert(entity, self.diagram.graph.add_node(node));
        }
        let mut edges: BTreeMap<(&str, &str, &str), (BTreeSet<String>, usize)> = BTreeMap::new();
        for relation in said {
            if let (Some((subject, _)), Some((object, _))) =
                (places.get_key_value(relation.subject.as_str()), places.get_key_value(relation.object.as_str()))
            {
                let label = self.name(&relation.predicate);
                let (labels, statements) = edges.entry((subject, object, &relation.modality)).or_default();
                labels.insert(label);
                *statements += relation.statements.len();
            }
        }
        for ((subject, object, mode), (labels, statements)) in edges {
            let mode = (mode != "Asserted").then(|| self.name(&format!("{}{mode}", vocabulary::YPS)));
            let edge = Edge { labels: labels.into_iter().collect(), mode, statements };
            self.diagram.graph.add_edge(places[subject], places[object], edge);
        }
        // Over the whole graph what everybody knows would tie everything to a few places.
        if !self.seeds.is_empty() {
            self.known_edges(&places)?;
        }
        Ok(self.diagram)
    }

    fn node(&mut self, iri: &str) -> Result<Node, StoreError> {
        let class = self.classes.get(iri).cloned().flatten().unwrap_or_else(|| "Entity".to_owned());
        let class_name = self.name(&format!("{}{class}", vocabulary::YP));
        self.diagram.class_names.insert(class.clone(), class_name);
        let mut notes = BTreeSet::new();
        for property in [terms::yp("level"), terms::known(terms::KIND)] {
            let node = terms::node(iri);
            let found = self.snapshot.store().quads_for_pattern(
                Some(node.as_ref().into()),
                Some(property.as_ref()),
                None,
                Some(GraphNameRef::DefaultGraph),
            );
            for quad in found {
                if let Term::NamedNode(concept) = quad?.object {
                    notes.insert(self.name(concept.as_str()));
                }
            }
        }
        let label = self.name(iri);
        // A kind that the name itself ends with tells nothing new.
        let notes = notes.into_iter().filter(|note| !label.ends_with(note.as_str())).collect();
        Ok(Node { iri: iri.to_owned(), label, class, notes, is_seed: self.seeds.contains(iri) })
    }

    /// What the gazetteers know of the chosen entities, where no document says it.
    fn known_edges(&mut self, places: &BTreeMap<&str, NodeIndex>) -> Result<(), StoreError> {
        for (iri, from) in places {
            let node = terms::node(iri);
            let mut known: BTreeMap<NodeIndex, BTreeSet<String>> = BTreeMap::new();
            for quad in self.snapshot.store().quads_for_pattern(Some(node.as_ref().into()), None, None, Some(GraphNameRef::DefaultGraph)) {
                let quad = quad?;
                let Term::NamedNode(object) = &quad.object else { continue };
                let Some(to) = places.get(object.as_str()).copied() else { continue };
                if to != *from && !is_place_in_place(iri, object.as_str()) && self.diagram.graph.find_edge(*from, to).is_none() {
                    let label = self.name(quad.predicate.as_str());
                    known.entry(to).or_default().insert(label);
                }
            }
            for (to, labels) in known {
                let edge = Edge { labels: labels.into_iter().collect(), mode: None, statements: 0 };
                self.diagram.graph.add_edge(*from, to, edge);
            }
        }
        Ok(())
    }
}
