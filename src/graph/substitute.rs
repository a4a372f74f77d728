//! Binds variables of a query to terms inside its algebra. Nothing is ever spliced into text, so a value cannot change the
//! shape of a query. A bound variable that is projected stays a column, holding its value.

use std::collections::BTreeMap;

use oxigraph::model::{Literal, Term, Variable};
use spargebra::Query;
use spargebra::algebra::{AggregateExpression, Expression, GraphPattern, OrderExpression};
use spargebra::term::{GroundTerm, NamedNodePattern, TermPattern, TriplePattern};

use super::rewrite::operands_mut;

/// `query` with each variable named in `terms` bound to its term everywhere, subqueries included.
#[must_use]
pub fn substitute(query: &Query, terms: &BTreeMap<String, Term>) -> Query {
    let mut query = query.clone();
    let binding = Binding { terms };
    match &mut query {
        Query::Select { pattern, .. } | Query::Describe { pattern, .. } | Query::Ask { pattern, .. } => binding.pattern(pattern),
        Query::Construct { pattern, template, .. } => {
            binding.pattern(pattern);
            let kept: Vec<TriplePattern> = template.drain(..).filter_map(|triple| binding.triple(&triple)).collect();
            *template = kept;
        }
    }
    query
}

struct Binding<'a> {
    terms: &'a BTreeMap<String, Term>,
}

impl Binding<'_> {
    fn get(&self, variable: &Variable) -> Option<&Term> {
        self.terms.get(variable.as_str())
    }

    fn pattern(&self, pattern: &mut GraphPattern) {
        match pattern {
            GraphPattern::Bgp { patterns } => {
                let bound: Option<Vec<TriplePattern>> = patterns.iter().map(|triple| self.triple(triple)).collect();
                *pattern = bound.map_or_else(nothing, |patterns| GraphPattern::Bgp { patterns });
            }
            GraphPattern::Path { subject, object, .. } => match (self.subject(subject), self.object(object)) {
                (Some(s), o) => (*subject, *object) = (s, o),
                _ => *pattern = nothing(),
            },
            GraphPattern::Join { left, right }
            | GraphPattern::Lateral { left, right }
            | GraphPattern::Union { left, right }
            | GraphPattern::Minus { left, right } => {
                self.pattern(left);
                self.pattern(right);
            }
            GraphPattern::LeftJoin { left, right, expression } => {
                self.pattern(left);
                self.pattern(right);
                expression.iter_mut().for_each(|e| self.expression(e));
            }
            GraphPattern::Filter { expr, inner } => {
                self.expression(expr);
                self.pattern(inner);
            }
            GraphPattern::Graph { name, inner } | GraphPattern::Service { name, inner, .. } => {
                self.pattern(inner);
                match self.node(name) {
                    Some(bound) => *name = bound,
                    None => *pattern = nothing(),
                }
            }
            GraphPattern::Extend { inner, expression, .. } => {
                self.expression(expression);
                self.pattern(inner);
            }
            GraphPattern::Values { variables, bindings } => self.values(variables, bindings),
            GraphPattern::OrderBy { inner, expression } => {
                for key in expression {
                    let (OrderExpression::Asc(e) | OrderExpression::Desc(e)) = key;
                    self.expression(e);
                }
                self.pattern(inner);
            }
            GraphPattern::Project { inner, variables } => {
                self.pattern(inner);
                for variable in variables {
                    self.extend(inner, variable);
                }
            }
            GraphPattern::Group { inner, variables, aggregates } => {
                self.pattern(inner);
                for variable in variables {
                    self.extend(inner, variable);
                }
                for (_, aggregate) in aggregates {
                    if let AggregateExpression::FunctionCall { expr, .. } = aggregate {
                        self.expression(expr);
                    }
                }
            }
            GraphPattern::Distinct { inner } | GraphPattern::Reduced { inner } | GraphPattern::Slice { inner, .. } => self.pattern(inner),
        }
    }

    /// Keeps a projected variable in sight by binding it just below the projection.
    fn extend(&self, inner: &mut Box<GraphPattern>, variable: &Variable) {
        if let Some(term) = self.get(variable) {
            let pattern = std::mem::replace(inner.as_mut(), nothing());
            **inner = GraphPattern::Extend { inner: Box::new(pattern), variable: variable.clone(), expression: constant(term) };
        }
    }

    /// Rows of VALUES that hold another value for a bound variable cannot match; its column goes.
    fn values(&self, variables: &mut Vec<Variable>, bindings: &mut Vec<Vec<Option<GroundTerm>>>) {
        while let Some(column) = variables.iter().position(|variable| self.get(variable).is_some()) {
            let variable = variables.remove(column);
            let wanted = self.get(&variable).cloned();
            bindings.retain_mut(|row| {
                let value = row.remove(column);
                value.is_none_or(|value| wanted == Some(Term::from(value)))
            });
        }
    }

    fn triple(&self, triple: &TriplePattern) -> Option<TriplePattern> {
        Some(TriplePattern {
            subject: self.subject(&triple.subject)?,
            predicate: self.node(&triple.predicate)?,
            object: self.object(&triple.object),
        })
    }

    /// `None` where a literal would stand as subject: nothing matches.
    fn subject(&self, term: &TermPattern) -> Option<TermPattern> {
        Some(self.object(term)).filter(|bound| !matches!(bound, TermPattern::Literal(_)))
    }

    fn object(&self, term: &TermPattern) -> TermPattern {
        match term {
            TermPattern::Variable(variable) => self.get(variable).map_or_else(|| term.clone(), |bound| bound.clone().into()),
            _ => term.clone(),
        }
    }

    fn node(&self, name: &NamedNodePattern) -> Option<NamedNodePattern> {
        match name {
            NamedNodePattern::Variable(variable) => match self.get(variable) {
                None => Some(name.clone()),
                Some(Term::NamedNode(node)) => Some(node.clone().into()),
                Some(_) => None,
            },
            NamedNodePattern::NamedNode(_) => Some(name.clone()),
        }
    }

    fn expression(&self, expression: &mut Expression) {
        match expression {
            Expression::Variable(variable) => {
                if let Some(term) = self.get(variable) {
                    *expression = constant(term);
                }
            }
            Expression::Bound(variable) => {
                if self.get(variable).is_some() {
                    *expression = Expression::Literal(Literal::from(true));
                }
            }
            Expression::Exists(pattern) => self.pattern(pattern),
            other => operands_mut(other).into_iter().for_each(|operand| self.expression(operand)),
        }
    }
}

fn constant(term: &Term) -> Expression {
    match term {
        Term::NamedNode(node) => node.clone().into(),
        Term::Literal(literal) => literal.clone().into(),
        // Parameters are never blank nodes; an unbound value is the honest equivalent.
        Term::BlankNode(_) => Expression::Coalesce(Vec::new()),
    }
}

/// A pattern without solutions.
pub(super) fn nothing() -> GraphPattern {
    GraphPattern::Values { variables: Vec::new(), bindings: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::parse_query;

    fn bound(query: &str, value: Term) -> String {
        let terms = BTreeMap::from([("x".to_owned(), value)]);
        substitute(&parse_query(query, None).unwrap(), &terms).to_string()
    }

    #[test]
    fn a_value_with_quotes_and_braces_stays_one_literal() {
        let evil = Literal::new_simple_literal("\" } ; DROP ALL # ").into();
        let text = bound("SELECT ?s { ?s rdfs:label $x }", evil);
        assert!(text.contains(r#""\" } ; DROP ALL # ""#), "{text}");
        assert!(parse_query(&text, None).is_ok(), "{text}");
    }

    #[test]
    fn projected_parameters_stay_columns_and_subqueries_are_bound_too() {
        let text =
            bound("SELECT ?x ?n { { SELECT ?x (COUNT(*) AS ?n) { ?s ?p ?x } GROUP BY ?x } FILTER(BOUND(?x)) }", Literal::from(7).into());
        assert!(text.contains("AS ?x"), "{text}");
        assert!(!text.contains("?p ?x"), "{text}");
    }

    #[test]
    fn a_literal_where_only_an_iri_fits_matches_nothing() {
        let text = bound("SELECT ?o { ?x ?p ?o }", Literal::from("a").into());
        assert!(text.contains("VALUES ( ) {"), "{text}");
    }
}
