//! Rewrites algebra before it runs, where the result is provably the same. The engine has no statistics and does not reorder across
//! OPTIONAL; this does both, with the counts of the generation at hand.
//!
//! | rewrite | same because |
//! | --- | --- |
//! | `(A OPTIONAL O) . B` → `(A . B) OPTIONAL O` | what B shares with O, and with O's condition, is certainly bound in A |
//! | `{ A } . { B }` of triple patterns → one basic graph pattern | joining is what a basic graph pattern means |
//! | `FILTER(?x = <iri>)`, `FILTER(?x IN (<iri>, …))` over a pattern that binds ?x → VALUES | equality of IRIs is identity |
//! | triple patterns in a chain, rarest first | joining commutes; a chain of LATERAL over triple patterns is their join |
//! | `COUNT`, `DISTINCT`, `GROUP BY` over one triple pattern → VALUES | the exact counts of the generation say the same |

use std::collections::BTreeMap;

use oxigraph::model::vocab::rdf;
use oxigraph::model::{Literal, NamedNode, Variable};
use spargebra::Query;
use spargebra::algebra::{AggregateExpression, AggregateFunction, Expression, GraphPattern};
use spargebra::term::{GroundTerm, NamedNodePattern, TermPattern, TriplePattern};

use super::cardinality::{Cardinalities, ENOUGH};
use super::guard::{names_of, pattern_of_mut, variables, visit};
use super::rewrite::{bottom_up, operands};

/// A chain starts only from a pattern that is this rare.
const RARE: u64 = ENOUGH / 10;
/// … and where some other pattern has so many times its matches.
const WORTHWHILE: u64 = 10;

/// `query` rewritten, and one line for each change.
pub(super) fn rewrite(mut query: Query, cardinalities: &Cardinalities<'_>) -> (Query, Vec<String>) {
    let mut notes = Vec::new();
    let pattern = pattern_of_mut(&mut query);
    let taken = std::mem::take(pattern);
    let hoisted = bottom_up(taken, &mut |part| filters_to_values(hoist(part, &mut notes), &mut notes));
    *pattern = Planner { cardinalities, notes: &mut notes }.plan(hoisted);
    (query, notes)
}

/// Moves a required pattern that follows an OPTIONAL in front of it.
fn hoist(pattern: GraphPattern, notes: &mut Vec<String>) -> GraphPattern {
    let GraphPattern::Join { left, right } = pattern else { return pattern };
    match (*left, *right) {
        (GraphPattern::LeftJoin { left: required, right: optional, expression }, after)
            if may_go_before(&required, &optional, expression.as_ref(), &after) =>
        {
            notes.push(format!("hoisted before OPTIONAL: {}", brief(&after)));
            let left = Box::new(hoist(GraphPattern::Join { left: required, right: Box::new(after) }, notes));
            GraphPattern::LeftJoin { left, right: optional, expression }
        }
        (GraphPattern::Bgp { patterns: mut all }, GraphPattern::Bgp { patterns }) => {
            all.extend(patterns);
            GraphPattern::Bgp { patterns: all }
        }
        (left, right) => GraphPattern::Join { left: Box::new(left), right: Box::new(right) },
    }
}

/// Whether `(required OPTIONAL optional) . after` is `(required . after) OPTIONAL optional`.
fn may_go_before(required: &GraphPattern, optional: &GraphPattern, condition: Option<&Expression>, after: &GraphPattern) -> bool {
    let certain = certain(required);
    let mut shared = variables(optional);
    if let Some(condition) = condition
        && !collect(condition, &mut shared)
    {
        return false;
    }
    has_plain_scope(after)
        && variables(after).iter().filter(|variable| shared.contains(variable)).all(|variable| certain.contains(variable))
}

/// Collects the variables of `expression`; false where it holds a pattern, whose scope is not so simple.
fn collect(expression: &Expression, found: &mut Vec<Variable>) -> bool {
    match expression {
        Expression::Variable(variable) | Expression::Bound(variable) => found.push(variable.clone()),
        Expression::Exists(_) => return false,
        _ => {}
    }
    operands(expression).into_iter().all(|operand| collect(operand, found))
}

/// Patterns whose meaning does not depend on where in the group they stand.
fn has_plain_scope(pattern: &GraphPattern) -> bool {
    let mut plain = true;
    visit(pattern, &mut |part| {
        plain &= matches!(
            part,
            GraphPattern::Bgp { .. }
                | GraphPattern::Path { .. }
                | GraphPattern::Values { .. }
                | GraphPattern::Graph { .. }
                | GraphPattern::Join { .. }
        );
    });
    plain
}

/// Variables that every solution of `pattern` binds.
fn certain(pattern: &GraphPattern) -> Vec<Variable> {
    match pattern {
        GraphPattern::Bgp { .. } | GraphPattern::Path { .. } => variables(pattern),
        GraphPattern::Join { left, right } | GraphPattern::Lateral { left, right } => [certain(left), certain(right)].concat(),
        GraphPattern::LeftJoin { left, .. } | GraphPattern::Minus { left, .. } => certain(left),
        GraphPattern::Union { left, right } => {
            let right = certain(right);
            certain(left).into_iter().filter(|variable| right.contains(variable)).collect()
        }
        GraphPattern::Graph { name, inner } => {
            let name = if let NamedNodePattern::Variable(variable) = name { Some(variable.clone()) } else { None };
            certain(inner).into_iter().chain(name).collect()
        }
        GraphPattern::Values { variables, bindings } => {
            let bound = |column: usize| bindings.iter().all(|row| row.get(column).is_some_and(Option::is_some));
            variables.iter().enumerate().filter(|(column, _)| bound(*column)).map(|(_, variable)| variable.clone()).collect()
        }
        GraphPattern::Project { inner, variables } => certain(inner).into_iter().filter(|variable| variables.contains(variable)).collect(),
        GraphPattern::Filter { inner, .. }
        | GraphPattern::Extend { inner, .. }
        | GraphPattern::OrderBy { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Slice { inner, .. } => certain(inner),
        GraphPattern::Group { .. } | GraphPattern::Service { .. } => Vec::new(),
    }
}

/// Turns equality with IRIs into a table that the join can start from.
fn filters_to_values(pattern: GraphPattern, notes: &mut Vec<String>) -> GraphPattern {
    let GraphPattern::Filter { expr, inner } = pattern else { return pattern };
    let GraphPattern::Bgp { .. } = *inner else { return GraphPattern::Filter { expr, inner } };
    let bound = certain(&inner);
    let mut kept = Vec::new();
    let mut result = *inner;
    for conjunct in conjuncts(expr) {
        match equals_iris(&conjunct) {
            Some((variable, iris)) if bound.contains(variable) => {
                notes.push(format!("{variable} taken from the filter: {} values", iris.len()));
                let bindings = iris.into_iter().map(|iri| vec![Some(GroundTerm::NamedNode(iri.clone()))]).collect();
                let table = GraphPattern::Values { variables: vec![variable.clone()], bindings };
                result = GraphPattern::Join { left: Box::new(table), right: Box::new(result) };
            }
            _ => kept.push(conjunct),
        }
    }
    match kept.into_iter().reduce(|a, b| Expression::And(Box::new(a), Box::new(b))) {
        Some(expr) => GraphPattern::Filter { expr, inner: Box::new(result) },
        None => result,
    }
}

fn conjuncts(expression: Expression) -> Vec<Expression> {
    match expression {
        Expression::And(a, b) => [conjuncts(*a), conjuncts(*b)].concat(),
        other => vec![other],
    }
}

/// `?x = <iri>`, `<iri> = ?x`, `sameTerm`, `?x IN (<iri>, …)`: the variable and its different values.
fn equals_iris(expression: &Expression) -> Option<(&Variable, Vec<&NamedNode>)> {
    match expression {
        Expression::Equal(a, b) | Expression::SameTerm(a, b) => match (a.as_ref(), b.as_ref()) {
            (Expression::Variable(variable), Expression::NamedNode(iri)) | (Expression::NamedNode(iri), Expression::Variable(variable)) => {
                Some((variable, vec![iri]))
            }
            _ => None,
        },
        Expression::In(a, list) => {
            let Expression::Variable(variable) = a.as_ref() else { return None };
            let mut iris = Vec::new();
            for item in list {
                let Expression::NamedNode(iri) = item else { return None };
                if !iris.contains(&iri) {
                    iris.push(iri);
                }
            }
            Some((variable, iris))
        }
        _ => None,
    }
}

/// Uses counts where the pattern is evaluated over the default graph from scratch: not in GRAPH, not in EXISTS, not on the right of
/// OPTIONAL, where variables come in bound.
struct Planner<'a> {
    cardinalities: &'a Cardinalities<'a>,
    notes: &'a mut Vec<String>,
}

impl Planner<'_> {
    fn plan(&mut self, pattern: GraphPattern) -> GraphPattern {
        match self.told_by_counts(pattern) {
            GraphPattern::Bgp { patterns } => self.chain(patterns),
            GraphPattern::LeftJoin { left, right, expression } => GraphPattern::LeftJoin { left: self.inside(left), right, expression },
            GraphPattern::Minus { left, right } => GraphPattern::Minus { left: self.inside(left), right },
            GraphPattern::Union { left, right } => GraphPattern::Union { left: self.inside(left), right: self.inside(right) },
            GraphPattern::Filter { expr, inner } => GraphPattern::Filter { expr, inner: self.inside(inner) },
            GraphPattern::Extend { inner, variable, expression } => {
                GraphPattern::Extend { inner: self.inside(inner), variable, expression }
            }
            GraphPattern::OrderBy { inner, expression } => GraphPattern::OrderBy { inner: self.inside(inner), expression },
            GraphPattern::Project { inner, variables } => GraphPattern::Project { inner: self.inside(inner), variables },
            GraphPattern::Distinct { inner } => GraphPattern::Distinct { inner: self.inside(inner) },
            GraphPattern::Reduced { inner } => GraphPattern::Reduced { inner: self.inside(inner) },
            GraphPattern::Slice { inner, start, length } => GraphPattern::Slice { inner: self.inside(inner), start, length },
            GraphPattern::Group { inner, variables, aggregates } => {
                GraphPattern::Group { inner: self.inside(inner), variables, aggregates }
            }
            other => other,
        }
    }

    fn inside(&mut self, pattern: Box<GraphPattern>) -> Box<GraphPattern> {
        Box::new(self.plan(*pattern))
    }

    /// Triple patterns as a chain from the rarest on, each sharing a variable with those before it; left to the engine where no
    /// pattern is rare enough or they do not hang together.
    fn chain(&mut self, patterns: Vec<TriplePattern>) -> GraphPattern {
        if patterns.len() < 2 {
            return GraphPattern::Bgp { patterns };
        }
        let rows: Vec<u64> = patterns.iter().map(|triple| self.cardinalities.rows(triple)).collect();
        let (Some(least), Some(most)) = (rows.iter().min(), rows.iter().max()) else { return GraphPattern::Bgp { patterns } };
        if *least > RARE || *most < least.saturating_mul(WORTHWHILE).max(RARE) {
            return GraphPattern::Bgp { patterns };
        }
        match order(&patterns, &rows) {
            Some(order) => {
                let listed: Vec<String> = order.iter().map(|at| format!("{} ({})", patterns[*at].predicate, rows[*at])).collect();
                self.notes.push(format!("rarest first: {}", listed.join(" → ")));
                let single = |at: &usize| GraphPattern::Bgp { patterns: vec![patterns[*at].clone()] };
                let chained =
                    order.iter().map(single).reduce(|left, right| GraphPattern::Lateral { left: Box::new(left), right: Box::new(right) });
                chained.unwrap_or_default()
            }
            None => GraphPattern::Bgp { patterns },
        }
    }

    /// Answers counting and listing over one triple pattern from the exact counts.
    fn told_by_counts(&mut self, pattern: GraphPattern) -> GraphPattern {
        let answered = match &pattern {
            GraphPattern::Group { inner, variables, aggregates } => self.grouped(inner, variables, aggregates),
            GraphPattern::Distinct { inner } => match inner.as_ref() {
                GraphPattern::Project { inner, variables } => match variables.as_slice() {
                    [variable] => self.listed(inner, variable).map(|counts| {
                        let bindings = counts.keys().map(|iri| vec![Some(named(iri))]).collect();
                        GraphPattern::Values { variables: variables.clone(), bindings }
                    }),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        };
        match answered {
            Some(table) => {
                self.notes.push("answered from the counts of the generation".to_owned());
                table
            }
            None => pattern,
        }
    }

    fn grouped(
        &self,
        inner: &GraphPattern,
        variables: &[Variable],
        aggregates: &[(Variable, AggregateExpression)],
    ) -> Option<GraphPattern> {
        let triple = one_triple(inner)?;
        let [(result, aggregate)] = aggregates else { return None };
        if !counts_rows(aggregate, triple) {
            return None;
        }
        match variables {
            [] => {
                let count = self.cardinalities.exact(triple)?;
                Some(GraphPattern::Values { variables: vec![result.clone()], bindings: vec![vec![Some(number(count))]] })
            }
            [key] => {
                let counts = self.listed(inner, key)?;
                let bindings = counts.iter().map(|(iri, count)| vec![Some(named(iri)), Some(number(*count))]).collect();
                Some(GraphPattern::Values { variables: vec![key.clone(), result.clone()], bindings })
            }
            _ => None,
        }
    }

    /// The values of `variable` with their counts, where it stands for the property or the class of a lone triple pattern.
    fn listed(&self, inner: &GraphPattern, variable: &Variable) -> Option<&BTreeMap<String, u64>> {
        let triple = one_triple(inner)?;
        let profile = self.cardinalities.profile()?;
        match (&triple.subject, &triple.predicate, &triple.object) {
            (TermPattern::Variable(s), NamedNodePattern::Variable(p), TermPattern::Variable(o))
                if p == variable && s != p && o != p && s != o =>
            {
                Some(&profile.properties)
            }
            // Classes are counted where they are IRIs; a literal or blank class would be missing.
            (TermPattern::Variable(s), NamedNodePattern::NamedNode(p), TermPattern::Variable(o))
                if p.as_ref() == rdf::TYPE && o == variable && s != o && profile.classes_are_iris() =>
            {
                Some(&profile.classes)
            }
            _ => None,
        }
    }
}

fn one_triple(pattern: &GraphPattern) -> Option<&TriplePattern> {
    match pattern {
        GraphPattern::Bgp { patterns } => match patterns.as_slice() {
            [triple] => Some(triple),
            _ => None,
        },
        _ => None,
    }
}

/// `COUNT(*)`, or `COUNT(?v)` of a variable of the pattern.
fn counts_rows(aggregate: &AggregateExpression, triple: &TriplePattern) -> bool {
    match aggregate {
        AggregateExpression::CountSolutions { distinct } => !distinct,
        AggregateExpression::FunctionCall { name: AggregateFunction::Count, expr: Expression::Variable(variable), distinct: false } => {
            names_of(triple).contains(&variable.to_string())
        }
        AggregateExpression::FunctionCall { .. } => false,
    }
}

fn named(iri: &str) -> GroundTerm {
    GroundTerm::NamedNode(NamedNode::new_unchecked(iri))
}

fn number(count: u64) -> GroundTerm {
    GroundTerm::Literal(Literal::from(count.cast_signed()))
}

/// The order of a chain, as indices; `None` where the patterns fall into parts without a common variable.
fn order(patterns: &[TriplePattern], rows: &[u64]) -> Option<Vec<usize>> {
    let mut left: Vec<usize> = (0..patterns.len()).collect();
    let mut order: Vec<usize> = Vec::new();
    let mut bound: Vec<String> = Vec::new();
    while !left.is_empty() {
        let cost = |at: &usize| {
            let names = names_of(&patterns[*at]);
            let known = names.iter().filter(|name| bound.contains(name)).count();
            (names.len() > known, known == 0, rows[*at] >> (10 * known).min(63), *at)
        };
        let next = *left
            .iter()
            .filter(|at| bound.is_empty() || names_of(&patterns[**at]).iter().any(|name| bound.contains(name)))
            .min_by_key(|at| cost(at))?;
        left.retain(|at| *at != next);
        bound.extend(names_of(&patterns[next]));
        order.push(next);
    }
    Some(order)
}

/// A pattern in a few words, for notes.
fn brief(pattern: &GraphPattern) -> String {
    let text = pattern.to_string();
    match text.char_indices().nth(80) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}
