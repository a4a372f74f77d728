//! What is known before any document is read: the ontology and the gazetteers, as quads of their own named graphs.

use std::collections::{HashMap, HashSet};

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::{NamedNode, NamedOrBlankNode, Quad, Term};

use super::{StoreError, terms};
use crate::ontology::Ontology;

/// Properties of the gazetteers that steer reading and say nothing of the world.
const FOR_READING: [&str; 2] = ["https://w3id.org/yuanpu/ns#oneCharacterForm", "https://w3id.org/yuanpu/ns#needsContext"];

/// The graphs of the ontology and of the gazetteers.
#[derive(Clone, Debug, Default)]
pub struct Background {
    quads: Vec<Quad>,
    facts: HashMap<NamedNode, Vec<(NamedNode, Term)>>,
}

impl Background {
    /// The background that `ontology` gives.
    ///
    /// # Errors
    /// A Turtle file that cannot be read; [`Ontology::load`] has checked them all before.
    pub fn of(ontology: &Ontology) -> Result<Self, StoreError> {
        Self::read(&ontology.turtle_graphs())
    }

    /// The background from pairs of graph IRI and Turtle source.
    ///
    /// # Errors
    /// A source that is no Turtle.
    pub fn read<S: AsRef<str>>(graphs: &[(String, S)]) -> Result<Self, StoreError> {
        let mut background = Self::default();
        for (graph, turtle) in graphs {
            let parser = RdfParser::from_format(RdfFormat::Turtle).with_default_graph(terms::node(graph));
            let is_gazetteer = graph.starts_with(terms::GAZETTEER_GRAPHS);
            for quad in parser.for_slice(turtle.as_ref().as_bytes()) {
                let quad = quad.map_err(|e| StoreError::Damaged { path: graph.into(), reason: e.to_string() })?;
                if is_gazetteer {
                    background.keep_fact(&quad);
                }
                background.quads.push(quad);
            }
        }
        #[allow(clippy::iter_over_hash_type, reason = "each list is tidied by itself")]
        for facts in background.facts.values_mut() {
            let mut seen = HashSet::new();
            facts.retain(|fact| seen.insert(fact.clone()));
        }
        Ok(background)
    }

    fn keep_fact(&mut self, quad: &Quad) {
        if let NamedOrBlankNode::NamedNode(subject) = &quad.subject
            && !FOR_READING.contains(&quad.predicate.as_str())
        {
            self.facts.entry(subject.clone()).or_default().push((quad.predicate.clone(), quad.object.clone()));
        }
    }

    /// All quads, each in the graph of its file.
    pub(super) fn quads(&self) -> &[Quad] {
        &self.quads
    }

    /// What the gazetteers say of `entity`; empty where they do not know it.
    pub(super) fn facts(&self, entity: &NamedNode) -> &[(NamedNode, Term)] {
        self.facts.get(entity).map_or(&[], Vec::as_slice)
    }

    /// All entities of the gazetteers.
    pub(super) fn entities(&self) -> impl Iterator<Item = &NamedNode> {
        self.facts.keys()
    }

    /// The entities of `direct` that the gazetteers know, with all entities that their facts lead to: the places above them,
    /// the members of a joint region, the list that a cluster stands on.
    pub(super) fn closure<'a>(&'a self, direct: impl IntoIterator<Item = &'a NamedNode>) -> HashSet<&'a NamedNode> {
        let mut reached = HashSet::new();
        let mut open: Vec<&NamedNode> = direct.into_iter().collect();
        while let Some(entity) = open.pop() {
            let Some((entity, facts)) = self.facts.get_key_value(entity) else { continue };
            if reached.insert(entity) {
                open.extend(facts.iter().filter_map(|(_, object)| match object {
                    Term::NamedNode(object) => Some(object),
                    _ => None,
                }));
            }
        }
        reached
    }
}
