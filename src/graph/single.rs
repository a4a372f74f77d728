//! One property of one thing: the commonest question of all. Asking the store itself takes half the time of setting up an evaluation.

use std::sync::Arc;

use oxigraph::model::{GraphNameRef, NamedNodeRef, Quad, Variable};
use oxigraph::sparql::{QuerySolution, QuerySolutionIter};
use spargebra::Query;
use spargebra::algebra::GraphPattern;
use spargebra::term::{NamedNodePattern, TermPattern};

use super::Snapshot;
use super::query::QueryError;

/// Values up to which this is worth it: the store looks up three terms for each where the engine looks up one.
const FEW: usize = 4;

/// The rows of `query` over the default graph of `snapshot`, where it asks for one property of one thing that has few values of it.
///
/// # Errors
/// The store's.
pub(super) fn rows(query: &Query, snapshot: &Snapshot) -> Result<Option<QuerySolutionIter<'static>>, QueryError> {
    let Some(Asked { subject, predicate, object, columns }) = asked(query) else { return Ok(None) };
    let quads = snapshot.store().quads_for_pattern(Some(subject.into()), Some(predicate), None, Some(GraphNameRef::DefaultGraph));
    let found: Result<Vec<Quad>, _> = quads.take(FEW + 1).collect();
    let found = found.map_err(|error| QueryError::Evaluation(error.to_string()))?;
    if found.len() > FEW {
        return Ok(None);
    }
    let columns: Arc<[Variable]> = columns.into();
    let (names, asked) = (columns.clone(), object.clone());
    let row = move |quad: Quad| {
        let values: Vec<_> = columns.iter().map(|column| (*column == asked).then(|| quad.object.clone())).collect();
        Ok(QuerySolution::from((columns.clone(), values)))
    };
    Ok(Some(QuerySolutionIter::new(names, found.into_iter().map(row))))
}

struct Asked<'a> {
    subject: NamedNodeRef<'a>,
    predicate: NamedNodeRef<'a>,
    object: &'a Variable,
    columns: &'a [Variable],
}

fn asked(query: &Query) -> Option<Asked<'_>> {
    let Query::Select { dataset: None, pattern: GraphPattern::Project { inner, variables }, .. } = query else { return None };
    let GraphPattern::Bgp { patterns } = inner.as_ref() else { return None };
    let [triple] = patterns.as_slice() else { return None };
    match (&triple.subject, &triple.predicate, &triple.object) {
        (TermPattern::NamedNode(subject), NamedNodePattern::NamedNode(predicate), TermPattern::Variable(object)) => {
            Some(Asked { subject: subject.as_ref(), predicate: predicate.as_ref(), object, columns: variables })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use oxigraph::model::{GraphName, NamedNode};

    use super::*;

    fn snapshot(values: usize) -> Snapshot {
        let node = |n: usize| NamedNode::new_unchecked(format!("http://e/{n}"));
        Snapshot::holding((0..values).map(|n| Quad::new(node(0), node(1), node(n), GraphName::DefaultGraph))).unwrap()
    }

    fn found(query: &str, values: usize) -> Option<Vec<String>> {
        let query = spargebra::SparqlParser::new().parse_query(query).unwrap();
        let rows = rows(&query, &snapshot(values)).unwrap()?;
        Some(rows.map(|row| row.unwrap().iter().map(|(name, value)| format!("{name} {value}")).collect::<String>()).collect())
    }

    #[test]
    fn few_values_of_a_property_are_looked_up() {
        let ask = "SELECT ?none ?x { <http://e/0> <http://e/1> ?x }";
        assert_eq!(found(ask, 0), Some(vec![]));
        assert_eq!(
            found(ask, 2).map(|mut rows| (rows.sort(), rows).1),
            Some(vec!["?x <http://e/0>".to_owned(), "?x <http://e/1>".to_owned()])
        );
        assert_eq!(found(ask, FEW).map(|rows| rows.len()), Some(FEW));
        assert_eq!(found(ask, FEW + 1), None, "many are for the engine");
    }

    #[test]
    fn anything_else_is_for_the_engine() {
        for query in [
            "SELECT DISTINCT ?x { <http://e/0> <http://e/1> ?x }",
            "SELECT ?x { <http://e/0> ?x ?y }",
            "SELECT ?x { ?x <http://e/1> <http://e/0> }",
            "SELECT ?x { <http://e/0> <http://e/1> ?x , ?y }",
            "SELECT ?x { <http://e/0> <http://e/1> ?x } LIMIT 1",
            "SELECT ?x FROM <http://e/g> { <http://e/0> <http://e/1> ?x }",
            "SELECT ?x { GRAPH <http://e/g> { <http://e/0> <http://e/1> ?x } }",
            "ASK { <http://e/0> <http://e/1> ?x }",
        ] {
            assert_eq!(found(query, 1), None, "{query}");
        }
    }
}
