//! ORDER BY with LIMIT: keeps the first rows while reading, each with its key looked up once. The engine sorts all rows and looks
//! up both keys at every comparison.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::Arc;

use oxigraph::model::vocab::{rdf, xsd};
use oxigraph::model::{Literal, Term, Variable};
use oxigraph::sparql::{QuerySolution, QuerySolutionIter};
use spargebra::Query;
use spargebra::algebra::{Expression, GraphPattern, OrderExpression};

use super::query::{QueryError, failed};
use super::watch::Watch;

/// Rows that are kept at most; a longer page is left to the engine.
const MOST: usize = 10_000;

/// The end of a query that orders its rows and takes the first of them.
pub(super) struct Top {
    start: usize,
    length: usize,
    columns: Arc<[Variable]>,
    /// Variables to order by, and whether downwards.
    by: Vec<(Variable, bool)>,
}

/// One key: kinds in the order of the standard. Literals of one column are all numbers or all text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Unbound,
    Blank(String),
    Iri(String),
    Integer(i64),
    /// Value, whether it is without a language, language.
    Text(String, bool, String),
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Up(Key),
    Down(Reverse<Key>),
}

/// A row that may be among the first. Equal keys stand in the order of reading.
struct Entry {
    key: (Vec<Part>, usize),
    values: Vec<Option<Term>>,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl Top {
    /// Takes `query` apart: the same without order and limit, and what is to be done with its rows. `None` where it does not order
    /// by variables alone, or takes too many rows.
    pub(super) fn of(query: &Query) -> Option<(Query, Self)> {
        let Query::Select { dataset, pattern, base_iri } = query else { return None };
        let GraphPattern::Slice { inner, start, length: Some(length) } = pattern else { return None };
        let GraphPattern::Project { inner, variables } = inner.as_ref() else { return None };
        let GraphPattern::OrderBy { inner, expression } = inner.as_ref() else { return None };
        if start.saturating_add(*length) > MOST {
            return None;
        }
        let by = expression.iter().map(variable).collect::<Option<Vec<_>>>()?;
        let mut needed = variables.clone();
        needed.extend(by.iter().map(|(variable, _)| variable.clone()).filter(|variable| !variables.contains(variable)));
        needed.dedup();
        let pattern = GraphPattern::Project { inner: inner.clone(), variables: needed };
        let unordered = Query::Select { dataset: dataset.clone(), pattern, base_iri: base_iri.clone() };
        Some((unordered, Self { start: *start, length: *length, columns: variables.as_slice().into(), by }))
    }

    /// The first of `rows`; `None` where a key is of a kind that only the engine can order.
    pub(super) fn first(&self, rows: QuerySolutionIter<'_>, watch: &Watch) -> Result<Option<QuerySolutionIter<'static>>, QueryError> {
        let keep = self.start + self.length;
        let mut kept: BinaryHeap<Entry> = BinaryHeap::new();
        let mut numbers: Vec<Option<bool>> = vec![None; self.by.len()];
        for (at, row) in rows.enumerate() {
            let row = row.map_err(|error| watch.error_or(failed(error)))?;
            watch.check()?;
            let Some(parts) = self.key(&row, &mut numbers) else { return Ok(None) };
            let key = (parts, at);
            if kept.len() == keep && kept.peek().is_none_or(|last| last.key <= key) {
                continue;
            }
            let values = self.columns.iter().map(|column| row.get(column).cloned()).collect();
            kept.push(Entry { key, values });
            if kept.len() > keep {
                kept.pop();
            }
        }
        let columns = self.columns.clone();
        let sorted = kept.into_sorted_vec().into_iter().skip(self.start);
        let solutions = sorted.map(move |entry| Ok(QuerySolution::from((columns.clone(), entry.values))));
        Ok(Some(QuerySolutionIter::new(self.columns.clone(), solutions)))
    }

    /// What a row is ordered by. `numbers` says of each column whether its literals were numbers so far.
    fn key(&self, row: &QuerySolution, numbers: &mut [Option<bool>]) -> Option<Vec<Part>> {
        let part = |((variable, down), number): (&(Variable, bool), &mut Option<bool>)| {
            let key = match row.get(variable) {
                None => Key::Unbound,
                Some(Term::BlankNode(node)) => Key::Blank(node.as_str().to_owned()),
                Some(Term::NamedNode(node)) => Key::Iri(node.as_str().to_owned()),
                Some(Term::Literal(literal)) => {
                    let key = literal_key(literal)?;
                    let is_number = matches!(key, Key::Integer(_));
                    if *number.get_or_insert(is_number) != is_number {
                        return None;
                    }
                    key
                }
            };
            Some(if *down { Part::Down(Reverse(key)) } else { Part::Up(key) })
        };
        self.by.iter().zip(numbers).map(part).collect()
    }
}

fn literal_key(literal: &Literal) -> Option<Key> {
    let value = literal.value();
    if literal.datatype() == xsd::INTEGER {
        value.parse().ok().map(Key::Integer)
    } else if literal.datatype() == xsd::STRING || literal.datatype() == rdf::LANG_STRING {
        let language = literal.language();
        Some(Key::Text(value.to_owned(), language.is_none(), language.unwrap_or_default().to_owned()))
    } else {
        None
    }
}

fn variable(order: &OrderExpression) -> Option<(Variable, bool)> {
    match order {
        OrderExpression::Asc(Expression::Variable(variable)) => Some((variable.clone(), false)),
        OrderExpression::Desc(Expression::Variable(variable)) => Some((variable.clone(), true)),
        OrderExpression::Asc(_) | OrderExpression::Desc(_) => None,
    }
}
