//! Counts inside the engine. Reading triples one by one looks up the text of every term in the store; counting them looks up none.

use oxigraph::model::{Literal, Term, Variable};
use oxigraph::sparql::{QueryResults, QuerySolution};
use spargebra::algebra::{AggregateExpression, GraphPattern};
use spargebra::term::TriplePattern;
use spargebra::{Query, SparqlParser};

use super::Snapshot;
use super::query::{QueryError, evaluator, failed};
use super::watch::Watch;

/// Matches of `triple` in the default graph, counted no further than `most`.
///
/// # Errors
/// The store's, or stopped by `watch`.
pub(super) fn matches(snapshot: &Snapshot, triple: TriplePattern, most: u64, watch: &Watch) -> Result<u64, QueryError> {
    let count = Variable::new_unchecked("n");
    let found = GraphPattern::Bgp { patterns: vec![triple] };
    let few = GraphPattern::Slice { inner: Box::new(found), start: 0, length: usize::try_from(most).ok() };
    let aggregates = vec![(count.clone(), AggregateExpression::CountSolutions { distinct: false })];
    let counted = GraphPattern::Group { inner: Box::new(few), variables: Vec::new(), aggregates };
    let pattern = GraphPattern::Project { inner: Box::new(counted), variables: vec![count] };
    let mut total = 0;
    each(snapshot, Query::Select { dataset: None, pattern, base_iri: None }, watch, |row| total += number(row, 0))?;
    Ok(total)
}

/// The rows of `text`, a SELECT of a key and a count: the key as a term, and the count.
///
/// # Errors
/// The store's, or stopped by `watch`.
pub(super) fn groups(snapshot: &Snapshot, text: &str, watch: &Watch) -> Result<Vec<(Term, u64)>, QueryError> {
    let mut found = Vec::new();
    each(snapshot, parsed(text)?, watch, |row| found.extend(row.get(0).map(|key| (key.clone(), number(row, 1)))))?;
    Ok(found)
}

/// The one count of `text`.
///
/// # Errors
/// The store's, or stopped by `watch`.
pub(super) fn total(snapshot: &Snapshot, text: &str, watch: &Watch) -> Result<u64, QueryError> {
    let mut total = 0;
    each(snapshot, parsed(text)?, watch, |row| total += number(row, 0))?;
    Ok(total)
}

fn parsed(text: &str) -> Result<Query, QueryError> {
    SparqlParser::new().parse_query(text).map_err(|error| QueryError::Evaluation(error.to_string()))
}

fn each(snapshot: &Snapshot, query: Query, watch: &Watch, mut take: impl FnMut(&QuerySolution)) -> Result<(), QueryError> {
    let stopped = |error| watch.error_or(failed(error));
    let QueryResults::Solutions(rows) = evaluator(watch).for_query(query).on_store(snapshot.store()).execute().map_err(stopped)? else {
        return Ok(());
    };
    for row in rows {
        take(&row.map_err(stopped)?);
    }
    Ok(())
}

fn number(row: &QuerySolution, column: usize) -> u64 {
    match row.get(column) {
        Some(Term::Literal(literal)) => value(literal),
        _ => 0,
    }
}

fn value(literal: &Literal) -> u64 {
    literal.value().parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use oxigraph::model::{GraphName, NamedNode, Quad};
    use spargebra::term::{NamedNodePattern, TermPattern};

    use super::*;

    fn snapshot() -> Snapshot {
        let node = |n: usize| NamedNode::new_unchecked(format!("http://e/{n}"));
        Snapshot::holding((0..30).map(|at| Quad::new(node(at), node(100 + at % 3), node(at + 1), GraphName::DefaultGraph))).unwrap()
    }

    #[test]
    fn counting_stops_where_it_is_told_to_and_when_nobody_wants_it() {
        let any = |name| TermPattern::Variable(Variable::new_unchecked(name));
        let property = NamedNodePattern::NamedNode(NamedNode::new_unchecked("http://e/100"));
        let triple = TriplePattern { subject: any("s"), predicate: property, object: any("o") };
        let count = |most, watch: &Watch| matches(&snapshot(), triple.clone(), most, watch);
        assert_eq!(count(1000, &Watch::default()).unwrap(), 10);
        assert_eq!(count(4, &Watch::default()).unwrap(), 4);
        let stopped = Watch::default();
        stopped.expire();
        assert!(matches!(count(1000, &stopped), Err(QueryError::Time)));
    }

    #[test]
    fn groups_come_with_their_sizes() {
        let mut found = groups(&snapshot(), "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p", &Watch::default()).unwrap();
        found.sort_by_key(|(key, _)| key.to_string());
        let found: Vec<(String, u64)> = found.into_iter().map(|(key, count)| (key.to_string(), count)).collect();
        assert_eq!(found, [("<http://e/100>".to_owned(), 10), ("<http://e/101>".to_owned(), 10), ("<http://e/102>".to_owned(), 10)]);
        assert_eq!(total(&snapshot(), "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }", &Watch::default()).unwrap(), 3);
    }
}
