//! Evaluates SPARQL Update inside a transaction and records every change, so that the change can be logged before it is
//! committed. WHERE parts run under the same limits as queries.

use std::collections::{HashMap, HashSet};

use oxigraph::model::{BlankNode, GraphName, NamedNode, NamedOrBlankNode, Quad, Term, Variable};
use oxigraph::sparql::{QueryResults, QuerySolution};
use oxigraph::store::Transaction;
use spargebra::algebra::{GraphPattern, GraphTarget, QueryDataset};
use spargebra::term::{
    self as pattern, GraphNamePattern, GroundQuadPattern, GroundTermPattern, NamedNodePattern, QuadPattern, TermPattern,
};
use spargebra::{GraphUpdateOperation, Query, Update};

use super::edit::{Change, EditError, UpdateContext};
use super::query::{apply, evaluator};
use super::remote::with_services;
use super::watch::Watch;
use super::{QueryError, guard};

/// Changes that one update may make; they are held in memory until the commit.
const MOST_CHANGES: usize = 5_000_000;

/// One update on its way through a transaction.
pub(super) struct Updating<'a, 'b> {
    /// Where it is applied.
    pub tx: &'a mut Transaction<'b>,
    /// Stops it.
    pub watch: &'a Watch,
    /// What was done so far.
    pub changes: Vec<Change>,
}

impl Updating<'_, '_> {
    /// Applies all operations in order. The dataset of `context` replaces that of every WHERE.
    pub(super) fn run(&mut self, update: &Update, context: &UpdateContext) -> Result<(), EditError> {
        update.operations.iter().try_for_each(|operation| self.operation(operation, update, context))
    }

    fn operation(&mut self, operation: &GraphUpdateOperation, update: &Update, context: &UpdateContext) -> Result<(), EditError> {
        match operation {
            GraphUpdateOperation::InsertData { data } => {
                let mut fresh = HashMap::new();
                data.iter().try_for_each(|quad| self.insert(data_quad(quad, &mut fresh)))
            }
            GraphUpdateOperation::DeleteData { data } => data.iter().try_for_each(|quad| {
                let graph = graph_name(&quad.graph_name);
                self.remove(Quad::new(quad.subject.clone(), quad.predicate.clone(), Term::from(quad.object.clone()), graph))
            }),
            GraphUpdateOperation::DeleteInsert { delete, insert, using, pattern } => {
                let rows = self.select(pattern, using.as_ref(), update, context)?;
                self.delete_insert(&rows, delete, insert)
            }
            GraphUpdateOperation::Load { silent, source, destination } => match context.loads.quads(source, &graph_name(destination)) {
                Some(Ok(quads)) => quads.into_iter().try_for_each(|quad| self.insert(quad)),
                Some(Err(_)) | None if *silent => Ok(()),
                Some(Err(error)) => Err(error),
                None => Err(guard::Refusal::Load(source.as_str().to_owned()).into()),
            },
            GraphUpdateOperation::Clear { silent, graph } => self.clear(graph, *silent, false),
            GraphUpdateOperation::Drop { silent, graph } => self.clear(graph, *silent, true),
            GraphUpdateOperation::Create { silent, graph } => self.create(graph, *silent),
        }
    }

    fn select(
        &mut self,
        pattern: &GraphPattern,
        using: Option<&QueryDataset>,
        update: &Update,
        context: &UpdateContext,
    ) -> Result<Vec<QuerySolution>, EditError> {
        let variables: Vec<Variable> = guard::variables(pattern);
        let inner = Box::new(guard::interruptible(pattern.clone()));
        let query = Query::Select {
            dataset: using.cloned(),
            pattern: GraphPattern::Project { inner, variables },
            base_iri: update.base_iri.clone(),
        };
        let mut prepared = with_services(evaluator(self.watch), context.remote.as_ref(), self.watch).for_query(query);
        apply(&context.using, prepared.dataset_mut());
        let failed = |error| EditError::from(self.watch.error_or(super::query::failed(error)));
        let QueryResults::Solutions(solutions) = prepared.on_transaction(self.tx).execute().map_err(failed)? else { return Ok(Vec::new()) };
        let mut rows = Vec::new();
        for solution in solutions {
            rows.push(solution.map_err(failed)?);
            if rows.len() > MOST_CHANGES {
                return Err(QueryError::Rows(MOST_CHANGES as u64).into());
            }
            self.check()?;
        }
        self.check()?;
        Ok(rows)
    }

    /// All deletions before all insertions, as the standard says.
    fn delete_insert(&mut self, rows: &[QuerySolution], delete: &[GroundQuadPattern], insert: &[QuadPattern]) -> Result<(), EditError> {
        let gone: HashSet<Quad> = rows.iter().flat_map(|row| delete.iter().filter_map(|quad| ground(quad, row))).collect();
        let mut gone: Vec<Quad> = gone.into_iter().collect();
        gone.sort_by_cached_key(ToString::to_string);
        gone.into_iter().try_for_each(|quad| self.remove(quad))?;
        for row in rows {
            let mut fresh = HashMap::new();
            for quad in insert.iter().filter_map(|quad| instance(quad, row, &mut fresh)) {
                self.insert(quad)?;
            }
        }
        Ok(())
    }

    fn create(&mut self, graph: &NamedNode, silent: bool) -> Result<(), EditError> {
        if self.tx.contains_named_graph(graph)? {
            return if silent { Ok(()) } else { Err(EditError::GraphExists(graph.as_str().to_owned())) };
        }
        self.tx.insert_named_graph(graph);
        self.note(Change::Create(graph.clone()))
    }

    fn clear(&mut self, target: &GraphTarget, silent: bool, drop: bool) -> Result<(), EditError> {
        let graphs: Vec<GraphName> = match target {
            GraphTarget::NamedNode(graph) => {
                if !self.tx.contains_named_graph(graph)? {
                    return if silent { Ok(()) } else { Err(EditError::NoGraph(graph.as_str().to_owned())) };
                }
                vec![graph.clone().into()]
            }
            GraphTarget::DefaultGraph => vec![GraphName::DefaultGraph],
            GraphTarget::NamedGraphs => self.named_graphs()?,
            GraphTarget::AllGraphs => std::iter::once(GraphName::DefaultGraph).chain(self.named_graphs()?).collect(),
        };
        graphs.into_iter().try_for_each(|graph| self.empty(graph, drop))
    }

    fn named_graphs(&self) -> Result<Vec<GraphName>, EditError> {
        self.tx.named_graphs().map(|graph| Ok(graph.map(GraphName::from)?)).collect()
    }

    /// Takes everything out of `graph`, and the graph itself with `drop`.
    pub(super) fn empty(&mut self, graph: GraphName, drop: bool) -> Result<(), EditError> {
        if drop && let GraphName::NamedNode(name) = &graph {
            self.tx.remove_named_graph(name)?;
        } else {
            self.tx.clear_graph(graph.as_ref())?;
        }
        self.note(if drop { Change::Drop(graph) } else { Change::Clear(graph) })
    }

    pub(super) fn insert(&mut self, quad: Quad) -> Result<(), EditError> {
        self.tx.insert(quad.as_ref());
        self.note(Change::Insert(quad))
    }

    fn remove(&mut self, quad: Quad) -> Result<(), EditError> {
        self.tx.remove(quad.as_ref());
        self.note(Change::Remove(quad))
    }

    fn note(&mut self, change: Change) -> Result<(), EditError> {
        self.changes.push(change);
        if self.changes.len() > MOST_CHANGES {
            return Err(QueryError::Rows(MOST_CHANGES as u64).into());
        }
        self.check()
    }

    fn check(&self) -> Result<(), EditError> {
        if self.watch.is_stopped() { Err(self.watch.error().into()) } else { Ok(()) }
    }
}

fn graph_name(name: &pattern::GraphName) -> GraphName {
    match name {
        pattern::GraphName::NamedNode(node) => node.clone().into(),
        pattern::GraphName::DefaultGraph => GraphName::DefaultGraph,
    }
}

type Fresh = HashMap<BlankNode, BlankNode>;

fn data_quad(quad: &pattern::Quad, fresh: &mut Fresh) -> Quad {
    let subject = match &quad.subject {
        NamedOrBlankNode::NamedNode(node) => node.clone().into(),
        NamedOrBlankNode::BlankNode(node) => NamedOrBlankNode::from(fresh.entry(node.clone()).or_default().clone()),
    };
    let object = match &quad.object {
        Term::BlankNode(node) => fresh.entry(node.clone()).or_default().clone().into(),
        other => other.clone(),
    };
    Quad::new(subject, quad.predicate.clone(), object, graph_name(&quad.graph_name))
}

/// The quad that a deletion template means for `row`; `None` where a variable is unbound or of the wrong kind.
fn ground(quad: &GroundQuadPattern, row: &QuerySolution) -> Option<Quad> {
    let value = |term: &GroundTermPattern| match term {
        GroundTermPattern::NamedNode(node) => Some(Term::from(node.clone())),
        GroundTermPattern::Literal(literal) => Some(literal.clone().into()),
        GroundTermPattern::Variable(variable) => row.get(variable).cloned(),
    };
    let subject = value(&quad.subject)?;
    Some(Quad::new(resource(subject)?, predicate(&quad.predicate, row)?, value(&quad.object)?, graph(&quad.graph_name, row)?))
}

/// The quad that an insertion template means for `row`, with blank nodes that are new for each row.
fn instance(quad: &QuadPattern, row: &QuerySolution, fresh: &mut Fresh) -> Option<Quad> {
    let mut value = |term: &TermPattern| match term {
        TermPattern::NamedNode(node) => Some(Term::from(node.clone())),
        TermPattern::BlankNode(node) => Some(fresh.entry(node.clone()).or_default().clone().into()),
        TermPattern::Literal(literal) => Some(literal.clone().into()),
        TermPattern::Variable(variable) => row.get(variable).cloned(),
    };
    let subject = value(&quad.subject)?;
    let object = value(&quad.object)?;
    Some(Quad::new(resource(subject)?, predicate(&quad.predicate, row)?, object, graph(&quad.graph_name, row)?))
}

fn resource(term: Term) -> Option<NamedOrBlankNode> {
    match term {
        Term::NamedNode(node) => Some(node.into()),
        Term::BlankNode(node) => Some(node.into()),
        Term::Literal(_) => None,
    }
}

fn predicate(name: &NamedNodePattern, row: &QuerySolution) -> Option<NamedNode> {
    match name {
        NamedNodePattern::NamedNode(node) => Some(node.clone()),
        NamedNodePattern::Variable(variable) => match row.get(variable)? {
            Term::NamedNode(node) => Some(node.clone()),
            _ => None,
        },
    }
}

fn graph(name: &GraphNamePattern, row: &QuerySolution) -> Option<GraphName> {
    match name {
        GraphNamePattern::NamedNode(node) => Some(node.clone().into()),
        GraphNamePattern::DefaultGraph => Some(GraphName::DefaultGraph),
        GraphNamePattern::Variable(variable) => match row.get(variable)? {
            Term::NamedNode(node) => Some(node.clone().into()),
            Term::BlankNode(node) => Some(node.clone().into()),
            Term::Literal(_) => None,
        },
    }
}
