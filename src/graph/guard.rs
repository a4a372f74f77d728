//! Looks at the algebra of a query before it runs: whom it would call, and whether its joins without keys or its VALUES could
//! fill memory. Joins that pass are wrapped so that a cancelled query also stops where the engine itself does not look.

use oxigraph::model::{NamedNode, Variable};
use spargebra::algebra::{Expression, Function, GraphPattern};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};
use spargebra::{GraphUpdateOperation, Query, Update};

use super::remote::Remote;
use super::rewrite::{bottom_up, operands};

/// Function that is true until the query is cancelled. Its arguments only tie it to a place in the plan.
pub(super) const ALIVE: &str = "urn:yuanpu:alive";

/// Rows that a product of patterns without a common variable may have.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Most rows of one keyless product.
    pub product: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { product: 50_000_000 }
    }
}

/// Why a query or update is refused before it runs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// SERVICE towards an address that is not allowed.
    #[error("不允许 SERVICE 访问该地址 / SERVICE is off for this address: {0}")]
    Service(String),
    /// LOAD from an address that is not allowed.
    #[error("不允许 LOAD 访问该地址 / LOAD is off for this address: {0}")]
    Load(String),
    /// A product of unrelated parts.
    #[error(
        "查询把不相关的部分相乘,约 {0} 行 / the query multiplies parts that share no variable, about {0} rows; join them by a variable"
    )]
    Product(u64),
}

/// Rows of a VALUES table that is quickly gone through.
const SHORT_TABLE: usize = 100;

/// Whether the evaluation of `query` can be stopped within a moment wherever it is. Row by row an error comes through at once. What
/// gathers rows first (sorting, grouping, joins that are not chains) gathers errors, too, and reads all the rest; the engine looks
/// at its token only when it reads, so that functions that build texts do not belong here; and another server may take any time.
pub(super) fn stops_at_once(query: &Query) -> bool {
    let mut streams = !matches!(query, Query::Describe { .. });
    visit(pattern_of(query), &mut |part| {
        streams &= match part {
            GraphPattern::Bgp { patterns } => patterns.len() <= 1,
            GraphPattern::Values { bindings, .. } => bindings.len() <= SHORT_TABLE,
            GraphPattern::Filter { expr, .. } => is_quick(expr),
            GraphPattern::Extend { expression, .. } => is_quick(expression),
            GraphPattern::Lateral { .. }
            | GraphPattern::Union { .. }
            | GraphPattern::Project { .. }
            | GraphPattern::Distinct { .. }
            | GraphPattern::Reduced { .. }
            | GraphPattern::Slice { .. }
            | GraphPattern::Graph { .. } => true,
            GraphPattern::Join { .. }
            | GraphPattern::LeftJoin { .. }
            | GraphPattern::Minus { .. }
            | GraphPattern::OrderBy { .. }
            | GraphPattern::Group { .. }
            | GraphPattern::Path { .. }
            | GraphPattern::Service { .. } => false,
        };
    });
    streams
}

/// Whether `expression` only compares, counts and looks into texts.
fn is_quick(expression: &Expression) -> bool {
    use Function::{Contains, Datatype, IsBlank, IsIri, IsLiteral, IsNumeric, Lang, LangMatches, Str, StrEnds, StrLen, StrStarts, Year};
    let quick = match expression {
        Expression::Exists(_) => false,
        Expression::FunctionCall(function, _) => {
            matches!(
                function,
                Contains
                    | Datatype
                    | IsBlank
                    | IsIri
                    | IsLiteral
                    | IsNumeric
                    | Lang
                    | LangMatches
                    | Str
                    | StrEnds
                    | StrLen
                    | StrStarts
                    | Year
            )
        }
        Expression::In(_, list) => list.len() <= SHORT_TABLE,
        _ => true,
    };
    quick && operands(expression).into_iter().all(is_quick)
}

/// What a check goes by.
pub(super) struct Measure<'a> {
    /// Sizes that are refused.
    pub bounds: Bounds,
    /// The way to other servers; without one none may be asked.
    pub remote: Option<&'a dyn Remote>,
    /// Estimates the number of solutions of a triple pattern.
    pub rows: &'a dyn Fn(&TriplePattern) -> u64,
}

/// Checks `query`.
///
/// # Errors
/// The first reason to refuse it.
pub(super) fn check(query: &Query, measure: &Measure<'_>) -> Result<(), Refusal> {
    check_pattern(pattern_of(query), measure)
}

/// Checks every pattern of `update`, and where it would load from. LOAD SILENT passes: towards an address that is not allowed it
/// fails in silence, as it is meant to, and calls nobody.
///
/// # Errors
/// The first reason to refuse it.
pub(super) fn check_update(update: &Update, measure: &Measure<'_>) -> Result<(), Refusal> {
    for operation in &update.operations {
        match operation {
            GraphUpdateOperation::Load { source, silent: false, .. } if !measure.allows(source.as_str()) => {
                return Err(Refusal::Load(source.as_str().to_owned()));
            }
            GraphUpdateOperation::DeleteInsert { pattern, .. } => check_pattern(pattern, measure)?,
            _ => {}
        }
    }
    Ok(())
}

pub(super) fn pattern_of(query: &Query) -> &GraphPattern {
    match query {
        Query::Select { pattern, .. } | Query::Construct { pattern, .. } | Query::Describe { pattern, .. } | Query::Ask { pattern, .. } => {
            pattern
        }
    }
}

pub(super) fn pattern_of_mut(query: &mut Query) -> &mut GraphPattern {
    match query {
        Query::Select { pattern, .. } | Query::Construct { pattern, .. } | Query::Describe { pattern, .. } | Query::Ask { pattern, .. } => {
            pattern
        }
    }
}

impl Measure<'_> {
    fn allows(&self, address: &str) -> bool {
        self.remote.is_some_and(|remote| remote.allows(address))
    }
}

fn check_pattern(pattern: &GraphPattern, measure: &Measure<'_>) -> Result<(), Refusal> {
    let mut refused = None;
    visit(pattern, &mut |part| match part {
        GraphPattern::Service { name: NamedNodePattern::NamedNode(name), .. } if measure.allows(name.as_str()) => {}
        // A variable could name anybody.
        GraphPattern::Service { name, .. } => drop(refused.get_or_insert_with(|| name.to_string())),
        _ => {}
    });
    if let Some(service) = refused {
        return Err(Refusal::Service(service));
    }
    let worst = Estimate { rows: measure.rows }.worst_product(pattern);
    if worst > measure.bounds.product { Err(Refusal::Product(worst)) } else { Ok(()) }
}

/// Calls `f` on `pattern` and every pattern inside it, those in EXISTS included.
pub(super) fn visit<'a>(pattern: &'a GraphPattern, f: &mut impl FnMut(&'a GraphPattern)) {
    f(pattern);
    match pattern {
        GraphPattern::Bgp { .. } | GraphPattern::Path { .. } | GraphPattern::Values { .. } => {}
        GraphPattern::Join { left, right }
        | GraphPattern::Lateral { left, right }
        | GraphPattern::Union { left, right }
        | GraphPattern::Minus { left, right } => {
            visit(left, f);
            visit(right, f);
        }
        GraphPattern::LeftJoin { left, right, expression } => {
            visit(left, f);
            visit(right, f);
            expression.iter().for_each(|e| visit_expression(e, f));
        }
        GraphPattern::Filter { expr, inner } => {
            visit_expression(expr, f);
            visit(inner, f);
        }
        GraphPattern::Extend { inner, expression, .. } => {
            visit_expression(expression, f);
            visit(inner, f);
        }
        GraphPattern::Graph { inner, .. }
        | GraphPattern::Service { inner, .. }
        | GraphPattern::OrderBy { inner, .. }
        | GraphPattern::Project { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Slice { inner, .. }
        | GraphPattern::Group { inner, .. } => visit(inner, f),
    }
}

fn visit_expression<'a>(expression: &'a Expression, f: &mut impl FnMut(&'a GraphPattern)) {
    if let Expression::Exists(pattern) = expression {
        visit(pattern, f);
    }
    operands(expression).into_iter().for_each(|operand| visit_expression(operand, f));
}

/// Variables that `pattern` can bind.
pub(super) fn variables(pattern: &GraphPattern) -> Vec<Variable> {
    let mut found = Vec::new();
    pattern.on_in_scope_variable(|variable| {
        if !found.contains(variable) {
            found.push(variable.clone());
        }
    });
    found
}

pub(super) fn share_a_variable(left: &GraphPattern, right: &GraphPattern) -> bool {
    let left = variables(left);
    variables(right).iter().any(|variable| left.contains(variable))
}

struct Estimate<'a> {
    rows: &'a dyn Fn(&TriplePattern) -> u64,
}

impl Estimate<'_> {
    /// Rows of the largest product of parts that share no variable.
    fn worst_product(&self, pattern: &GraphPattern) -> u64 {
        let mut worst = 0;
        visit(pattern, &mut |part| {
            let product = match part {
                GraphPattern::Bgp { patterns } => self.bgp_product(patterns),
                GraphPattern::Join { left, right } | GraphPattern::Lateral { left, right } | GraphPattern::LeftJoin { left, right, .. }
                    if !share_a_variable(left, right) =>
                {
                    let (left, right) = (self.size(left), self.size(right));
                    if left > 1 && right > 1 { left.saturating_mul(right) } else { 0 }
                }
                _ => 0,
            };
            worst = worst.max(product);
        });
        worst
    }

    /// Estimated solutions of `pattern`, an upper guess.
    fn size(&self, pattern: &GraphPattern) -> u64 {
        match pattern {
            GraphPattern::Bgp { patterns } => self.bgp(patterns).0,
            GraphPattern::Path { subject, object, .. } => {
                let any = TermPattern::Variable(Variable::new_unchecked("p"));
                let predicate = NamedNodePattern::Variable(Variable::new_unchecked("p"));
                let bound = |term: &TermPattern| if matches!(term, TermPattern::Variable(_)) { any.clone() } else { term.clone() };
                (self.rows)(&TriplePattern { subject: bound(subject), predicate, object: bound(object) })
            }
            GraphPattern::Join { left, right } | GraphPattern::Lateral { left, right } | GraphPattern::LeftJoin { left, right, .. } => {
                let (l, r) = (self.size(left), self.size(right));
                if share_a_variable(left, right) { l.max(r) } else { l.saturating_mul(r) }
            }
            GraphPattern::Union { left, right } => self.size(left).saturating_add(self.size(right)),
            GraphPattern::Minus { left, .. } => self.size(left),
            GraphPattern::Values { bindings, .. } => bindings.len() as u64,
            GraphPattern::Slice { inner, length, .. } => length.map_or(u64::MAX, |n| n as u64).min(self.size(inner)),
            GraphPattern::Group { inner, variables, .. } => {
                if variables.is_empty() {
                    1
                } else {
                    self.size(inner)
                }
            }
            GraphPattern::Filter { inner, .. }
            | GraphPattern::Extend { inner, .. }
            | GraphPattern::Graph { inner, .. }
            | GraphPattern::OrderBy { inner, .. }
            | GraphPattern::Project { inner, .. }
            | GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner }
            | GraphPattern::Service { inner, .. } => self.size(inner),
        }
    }

    /// Estimated solutions of a basic graph pattern, and the product of its unconnected parts where there are several. Nothing is
    /// counted where it hangs together.
    fn bgp(&self, patterns: &[TriplePattern]) -> (u64, u64) {
        let parts = connected(patterns);
        let size = |part: &Vec<&TriplePattern>| part.iter().map(|triple| (self.rows)(triple)).max().unwrap_or(1);
        let sizes: Vec<u64> = parts.iter().map(size).collect();
        let total = sizes.iter().fold(1_u64, |product, rows| product.saturating_mul(*rows));
        let many = sizes.iter().filter(|rows| **rows > 1).count() > 1;
        (total, if many { total } else { 0 })
    }

    /// The second of [`Estimate::bgp`], without counting where there is no product.
    fn bgp_product(&self, patterns: &[TriplePattern]) -> u64 {
        if connected(patterns).len() > 1 { self.bgp(patterns).1 } else { 0 }
    }
}

/// Triple patterns in parts that share variables.
fn connected(patterns: &[TriplePattern]) -> Vec<Vec<&TriplePattern>> {
    let mut parts: Vec<(Vec<String>, Vec<&TriplePattern>)> = Vec::new();
    for triple in patterns {
        let mut names = names_of(triple);
        let mut members = vec![triple];
        let (joined, rest): (Vec<_>, Vec<_>) = parts.into_iter().partition(|(known, _)| known.iter().any(|name| names.contains(name)));
        parts = rest;
        for (known, others) in joined {
            names.extend(known);
            members.extend(others);
        }
        parts.push((names, members));
    }
    parts.into_iter().map(|(_, members)| members).collect()
}

/// Names of the variables and blank nodes of a triple pattern.
pub(super) fn names_of(triple: &TriplePattern) -> Vec<String> {
    let mut names = Vec::new();
    for term in [&triple.subject, &triple.object] {
        if let TermPattern::Variable(_) | TermPattern::BlankNode(_) = term {
            names.push(term.to_string());
        }
    }
    if let NamedNodePattern::Variable(variable) = &triple.predicate {
        names.push(variable.to_string());
    }
    names
}

/// Wraps every product without keys in a filter that turns false when the query is cancelled: the engine looks at its token
/// only when it reads data, and such products read none.
pub(super) fn interruptible(pattern: GraphPattern) -> GraphPattern {
    bottom_up(pattern, &mut |part| match &part {
        // A product inside one basic graph pattern is one of its parts.
        GraphPattern::Bgp { patterns } if connected(patterns).len() > 1 => {
            let parts = connected(patterns).into_iter();
            let parts = parts.map(|triples| GraphPattern::Bgp { patterns: triples.into_iter().cloned().collect() });
            parts.reduce(product).unwrap_or_default()
        }
        GraphPattern::Join { left, right } | GraphPattern::Lateral { left, right } | GraphPattern::LeftJoin { left, right, .. }
            if !share_a_variable(left, right) || is_values(left) || is_values(right) =>
        {
            let anchors = anchors(left, right);
            watched(part, anchors)
        }
        _ => part,
    })
}

fn product(left: GraphPattern, right: GraphPattern) -> GraphPattern {
    let anchors = anchors(&left, &right);
    watched(GraphPattern::Join { left: Box::new(left), right: Box::new(right) }, anchors)
}

/// A variable of each side, so that the watch cannot be moved into one of them.
fn anchors(left: &GraphPattern, right: &GraphPattern) -> Vec<Variable> {
    [left, right].into_iter().filter_map(|side| variables(side).into_iter().next()).collect()
}

fn is_values(pattern: &GraphPattern) -> bool {
    matches!(pattern, GraphPattern::Values { bindings, .. } if bindings.len() > 1)
}

fn watched(pattern: GraphPattern, anchors: Vec<Variable>) -> GraphPattern {
    let tie = |variable: Variable| Expression::Coalesce(vec![variable.into(), oxigraph::model::Literal::from(true).into()]);
    let call = Expression::FunctionCall(Function::Custom(NamedNode::new_unchecked(ALIVE)), anchors.into_iter().map(tie).collect());
    GraphPattern::Filter { expr: call, inner: Box::new(pattern) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quick(query: &str) -> bool {
        stops_at_once(&spargebra::SparqlParser::new().parse_query(query).unwrap())
    }

    #[test]
    fn what_goes_row_by_row_stops_at_once() {
        for query in [
            "SELECT ?o { <http://e/s> ?p ?o }",
            "SELECT DISTINCT ?o { { <http://e/s> <http://e/p> ?o } UNION { <http://e/t> <http://e/p> ?o } } LIMIT 3",
            "SELECT * { GRAPH ?g { ?s ?p ?o } FILTER(STRSTARTS(STR(?o), 'a') && ?p != <http://e/p>) }",
            "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o BIND(STRLEN(STR(?o)) AS ?n) }",
        ] {
            assert!(quick(query), "{query}");
        }
    }

    #[test]
    fn what_gathers_rows_or_works_without_reading_does_not() {
        for query in [
            "SELECT * { ?s ?p ?o . ?o ?q ?x }",
            "SELECT * { ?s <http://e/p>+ ?o }",
            "SELECT * { ?s ?p ?o OPTIONAL { ?o ?q ?x } }",
            "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
            "SELECT * { ?s ?p ?o } ORDER BY ?o",
            "SELECT * { ?s ?p ?o MINUS { ?s ?p 1 } }",
            "SELECT * { ?s ?p ?o FILTER(REGEX(?o, 'a')) }",
            "SELECT * { ?s ?p ?o BIND(CONCAT(?o, ?o) AS ?x) }",
            "SELECT * { ?s ?p ?o FILTER EXISTS { ?o ?q ?x } }",
            "SELECT * { SERVICE <http://e/> { ?s ?p ?o } }",
            "DESCRIBE <http://e/s>",
        ] {
            assert!(!quick(query), "{query}");
        }
    }
}
