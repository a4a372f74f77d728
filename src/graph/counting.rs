//! Counts inside the engine. Reading triples one by one looks up the text of every term in the store; counting them looks up none.
//!
//! Counts without a bound are not made this way: where a table is damaged the engine meets the same error again and again, and a count
//! gathers them all.

use oxigraph::model::{Term, Variable};
use oxigraph::sparql::QueryResults;
use spargebra::Query;
use spargebra::algebra::{AggregateExpression, GraphPattern};
use spargebra::term::TriplePattern;

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
    let query = Query::Select { dataset: None, pattern, base_iri: None };
    let stopped = |error| watch.error_or(failed(error));
    let QueryResults::Solutions(rows) = evaluator(watch).for_query(query).on_store(snapshot.store()).execute().map_err(stopped)? else {
        return Ok(0);
    };
    let mut total = 0;
    for row in rows {
        total += match row.map_err(stopped)?.get(0) {
            Some(Term::Literal(count)) => count.value().parse().unwrap_or(0),
            _ => 0,
        };
    }
    Ok(total)
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
}
