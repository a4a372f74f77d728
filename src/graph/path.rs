//! How two entities hang together: the shortest chains of asserted relations, each link with its statements.

use std::collections::{BTreeMap, HashMap};

use petgraph::algo::dijkstra;
use petgraph::graph::{NodeIndex, UnGraph};

use super::relations::{Relation, relations};
use super::{Snapshot, StoreError};

/// One link of a chain: a relation, and whether it is walked from its object to its subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The relation.
    pub relation: Relation,
    /// Whether the chain goes from object to subject.
    pub backwards: bool,
}

/// How to look for chains.
#[derive(Clone, Copy, Debug)]
pub struct PathOptions {
    /// At most so many links.
    pub max_hops: usize,
    /// At most so many chains.
    pub count: usize,
}

impl Default for PathOptions {
    fn default() -> Self {
        Self { max_hops: 4, count: 3 }
    }
}

/// The shortest chains between two entities, shortest first, then in the order of the entities passed. No entity is passed twice.
/// Relations are walked in either direction.
///
/// # Errors
/// The store's.
pub fn paths(snapshot: &Snapshot, from: &str, to: &str, options: PathOptions) -> Result<Vec<Vec<Link>>, StoreError> {
    let said: Vec<Relation> =
        relations(snapshot.store())?.into_iter().filter(|r| r.is_asserted() && r.joins_entities() && r.subject != r.object).collect();
    let (graph, places) = joined(&said);
    let (Some(start), Some(goal)) = (places.get(from).copied(), places.get(to).copied()) else { return Ok(Vec::new()) };
    let distances: HashMap<NodeIndex, usize> = dijkstra(&graph, goal, None, |_| 1_usize).into_iter().collect();
    let Some(nearest) = distances.get(&start).copied().filter(|d| *d > 0) else { return Ok(Vec::new()) };
    let mut search = Search { graph: &graph, distances: &distances, goal, count: options.count, found: Vec::new() };
    for length in nearest..=options.max_hops {
        search.walk(&mut vec![start], length);
    }
    Ok(search.found.iter().map(|chain| chain.windows(2).filter_map(|pair| link(&graph, &said, pair[0], pair[1])).collect()).collect())
}

/// Entities as nodes, in order of their identifiers; an edge for each pair that a relation joins, with the relations' numbers.
fn joined(said: &[Relation]) -> (UnGraph<String, Vec<usize>>, BTreeMap<String, NodeIndex>) {
    let mut graph = UnGraph::default();
    let mut places: BTreeMap<String, NodeIndex> = BTreeMap::new();
    for relation in said {
        places.insert(relation.subject.clone(), NodeIndex::default());
        places.insert(relation.object.clone(), NodeIndex::default());
    }
    for (iri, place) in &mut places {
        *place = graph.add_node(iri.clone());
    }
    let mut pairs: BTreeMap<(NodeIndex, NodeIndex), Vec<usize>> = BTreeMap::new();
    for (at, relation) in said.iter().enumerate() {
        let (one, other) = (places[&relation.subject], places[&relation.object]);
        pairs.entry((one.min(other), one.max(other))).or_default().push(at);
    }
    for ((one, other), relations) in pairs {
        graph.add_edge(one, other, relations);
    }
    (graph, places)
}

struct Search<'a> {
    graph: &'a UnGraph<String, Vec<usize>>,
    /// Number of links from each entity to the goal.
    distances: &'a HashMap<NodeIndex, usize>,
    goal: NodeIndex,
    count: usize,
    found: Vec<Vec<NodeIndex>>,
}

impl Search<'_> {
    /// Extends `chain` to the goal by exactly `left` links.
    fn walk(&mut self, chain: &mut Vec<NodeIndex>, left: usize) {
        let Some(at) = chain.last().copied() else { return };
        if self.found.len() >= self.count || self.distances.get(&at).is_none_or(|d| *d > left) {
            return;
        }
        if at == self.goal {
            if left == 0 {
                self.found.push(chain.clone());
            }
            return;
        }
        let mut next: Vec<NodeIndex> = self.graph.neighbors(at).filter(|n| !chain.contains(n)).collect();
        next.sort_unstable();
        for neighbour in next {
            chain.push(neighbour);
            self.walk(chain, left.saturating_sub(1));
            chain.pop();
        }
    }
}

/// The best supported relation between two neighbours.
fn link(graph: &UnGraph<String, Vec<usize>>, said: &[Relation], from: NodeIndex, to: NodeIndex) -> Option<Link> {
    let edge = graph.edges_connecting(from, to).next()?;
    let best = edge.weight().iter().max_by_key(|at| (said[**at].statements.len(), std::cmp::Reverse(**at)))?;
    let relation = said[*best].clone();
    let backwards = relation.subject != graph[from];
    Some(Link { relation, backwards })
}
