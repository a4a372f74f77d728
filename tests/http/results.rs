//! Compares answers as the W3C suites mean it: as multisets, with blank nodes matched, in order where the expected answer has one.

use std::path::Path;

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::dataset::CanonicalizationAlgorithm;
use oxigraph::model::vocab::rdf;
use oxigraph::model::{BlankNode, Graph, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, TermRef, Triple};
use oxigraph::sparql::results::{QueryResultsFormat, QueryResultsParser, ReaderQueryResultsParserOutput};

use crate::manifest;

const RS: &str = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#";

/// An answer.
#[derive(Clone, Debug)]
pub enum Answer {
    Boolean(bool),
    /// Sorted names of the columns; cells in their order.
    Rows(Vec<String>, Vec<Vec<Option<Term>>>),
    Graph(Graph),
}

/// Reads an expected answer.
pub fn expected(path: &Path) -> Answer {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let format = match path.extension().and_then(|extension| extension.to_str()) {
        Some("srx") => QueryResultsFormat::Xml,
        Some("srj") => QueryResultsFormat::Json,
        Some("tsv") => QueryResultsFormat::Tsv,
        _ => {
            let graph = manifest::graph(path);
            return result_set(&graph).unwrap_or(Answer::Graph(graph));
        }
    };
    solutions(&bytes, format).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Parses an answer in a results format.
pub fn solutions(bytes: &[u8], format: QueryResultsFormat) -> Result<Answer, String> {
    match QueryResultsParser::from_format(format).for_reader(bytes).map_err(|error| error.to_string())? {
        ReaderQueryResultsParserOutput::Boolean(value) => Ok(Answer::Boolean(value)),
        ReaderQueryResultsParserOutput::Solutions(solutions) => {
            let mut heads: Vec<String> = solutions.variables().iter().map(|variable| variable.as_str().to_owned()).collect();
            heads.sort();
            let mut rows = Vec::new();
            for solution in solutions {
                let solution = solution.map_err(|error| error.to_string())?;
                rows.push(heads.iter().map(|head| solution.get(head.as_str()).cloned()).collect());
            }
            Ok(Answer::Rows(heads, rows))
        }
    }
}

/// Parses an answer in Turtle.
pub fn triples(bytes: &[u8]) -> Result<Answer, String> {
    let parser = RdfParser::from_format(RdfFormat::Turtle).for_slice(bytes);
    let graph = parser.map(|quad| quad.map(Triple::from).map_err(|error| error.to_string())).collect::<Result<Graph, String>>()?;
    Ok(Answer::Graph(graph))
}

/// Whether two answers are the same; `ordered` where the order of rows counts.
pub fn same(found: &Answer, expected: &Answer, ordered: bool) -> bool {
    match (found, expected) {
        (Answer::Boolean(a), Answer::Boolean(b)) => a == b,
        (Answer::Graph(a), Answer::Graph(b)) => same_graph(a.clone(), b.clone()),
        (Answer::Rows(heads, a), Answer::Rows(expected_heads, b)) => heads == expected_heads && same_rows(a, b, ordered),
        _ => false,
    }
}

/// Whether two graphs are isomorphic.
pub fn same_graph(mut a: Graph, mut b: Graph) -> bool {
    a.canonicalize(CanonicalizationAlgorithm::Unstable);
    b.canonicalize(CanonicalizationAlgorithm::Unstable);
    a == b
}

fn same_rows(a: &[Vec<Option<Term>>], b: &[Vec<Option<Term>>], ordered: bool) -> bool {
    let (a, b) = (&by_value(a), &by_value(b));
    let has_blank = a.iter().chain(b).flatten().flatten().any(Term::is_blank_node);
    if has_blank {
        return same_graph(as_graph(a, ordered), as_graph(b, ordered));
    }
    let text = |rows: &[Vec<Option<Term>>]| {
        let mut lines: Vec<String> = rows.iter().map(|row| format!("{row:?}")).collect();
        if !ordered {
            lines.sort();
        }
        lines
    };
    text(a) == text(b)
}

/// Numbers and truth values in one spelling: the store keeps values, not spellings.
fn by_value(rows: &[Vec<Option<Term>>]) -> Vec<Vec<Option<Term>>> {
    let value = |term: &Term| match term {
        Term::Literal(literal) => spelled(literal).into(),
        other => other.clone(),
    };
    rows.iter().map(|row| row.iter().map(|cell| cell.as_ref().map(value)).collect()).collect()
}

fn spelled(literal: &Literal) -> Literal {
    let text = literal.value();
    let spelled = match literal.datatype().as_str().rsplit('#').next() {
        Some("integer") => text.parse::<i64>().ok().map(|number| number.to_string()),
        Some("decimal" | "double" | "float") => text.parse::<f64>().ok().map(|number| number.to_string()),
        Some("boolean") => Some(matches!(text, "true" | "1").to_string()),
        _ => None,
    };
    spelled.map_or_else(|| literal.clone(), |text| Literal::new_typed_literal(text, literal.datatype()))
}

/// Rows as a graph, so that blank nodes can be matched.
fn as_graph(rows: &[Vec<Option<Term>>], ordered: bool) -> Graph {
    let mut graph = Graph::new();
    for (index, row) in rows.iter().enumerate() {
        let node = BlankNode::default();
        if ordered {
            graph.insert(&Triple::new(node.clone(), NamedNode::new_unchecked(format!("{RS}index")), Literal::from(index as i64)));
        }
        graph.insert(&Triple::new(node.clone(), rdf::TYPE, NamedNode::new_unchecked(format!("{RS}row"))));
        for (column, value) in row.iter().enumerate() {
            if let Some(value) = value {
                graph.insert(&Triple::new(node.clone(), NamedNode::new_unchecked(format!("{RS}c{column}")), value.clone()));
            }
        }
    }
    graph
}

/// A result set written as RDF.
fn result_set(graph: &Graph) -> Option<Answer> {
    let name = |local: &str| NamedNode::new_unchecked(format!("{RS}{local}"));
    let set = graph.subject_for_predicate_object(rdf::TYPE, name("ResultSet").as_ref())?.into_owned();
    if let Some(TermRef::Literal(value)) = graph.object_for_subject_predicate(set.as_ref(), name("boolean").as_ref()) {
        return Some(Answer::Boolean(value.value() == "true"));
    }
    let value_of = |node: &NamedOrBlankNode, predicate: NamedNodeRef<'_>| {
        graph.object_for_subject_predicate(node.as_ref(), predicate).map(TermRef::into_owned)
    };
    let node_of = |term: TermRef<'_>| match term {
        TermRef::NamedNode(node) => Some(NamedOrBlankNode::from(node.into_owned())),
        TermRef::BlankNode(node) => Some(node.into_owned().into()),
        TermRef::Literal(_) => None,
    };
    let text = |term: Option<Term>| match term {
        Some(Term::Literal(literal)) => literal.value().to_owned(),
        _ => String::new(),
    };
    let mut heads: Vec<String> = graph
        .objects_for_subject_predicate(set.as_ref(), name("resultVariable").as_ref())
        .map(|head| text(Some(head.into_owned())))
        .collect();
    heads.sort();
    let mut rows: Vec<(i64, Vec<Option<Term>>)> = Vec::new();
    for solution in graph.objects_for_subject_predicate(set.as_ref(), name("solution").as_ref()).filter_map(node_of) {
        let index = text(value_of(&solution, name("index").as_ref())).parse().unwrap_or(0);
        let mut row = vec![None; heads.len()];
        for binding in graph.objects_for_subject_predicate(solution.as_ref(), name("binding").as_ref()).filter_map(node_of) {
            let head = text(value_of(&binding, name("variable").as_ref()));
            if let Ok(column) = heads.binary_search(&head) {
                row[column] = value_of(&binding, name("value").as_ref());
            }
        }
        rows.push((index, row));
    }
    rows.sort_by_key(|(index, _)| *index);
    Some(Answer::Rows(heads, rows.into_iter().map(|(_, row)| row).collect()))
}
