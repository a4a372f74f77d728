//! Rebuilds a graph pattern from its leaves upwards, applying a change at every node. Rewrites of other files are written on top.

use spargebra::algebra::{Expression, GraphPattern};

/// `pattern` with `change` applied to each pattern inside it, innermost first, those in EXISTS included.
pub(super) fn bottom_up(pattern: GraphPattern, change: &mut dyn FnMut(GraphPattern) -> GraphPattern) -> GraphPattern {
    let rebuilt = match pattern {
        leaf @ (GraphPattern::Bgp { .. } | GraphPattern::Path { .. } | GraphPattern::Values { .. }) => leaf,
        GraphPattern::Join { left, right } => GraphPattern::Join { left: inside(left, change), right: inside(right, change) },
        GraphPattern::Lateral { left, right } => GraphPattern::Lateral { left: inside(left, change), right: inside(right, change) },
        GraphPattern::Union { left, right } => GraphPattern::Union { left: inside(left, change), right: inside(right, change) },
        GraphPattern::Minus { left, right } => GraphPattern::Minus { left: inside(left, change), right: inside(right, change) },
        GraphPattern::LeftJoin { left, right, mut expression } => {
            expression.iter_mut().for_each(|e| in_expression(e, change));
            GraphPattern::LeftJoin { left: inside(left, change), right: inside(right, change), expression }
        }
        GraphPattern::Filter { mut expr, inner } => {
            in_expression(&mut expr, change);
            GraphPattern::Filter { expr, inner: inside(inner, change) }
        }
        GraphPattern::Extend { inner, variable, mut expression } => {
            in_expression(&mut expression, change);
            GraphPattern::Extend { inner: inside(inner, change), variable, expression }
        }
        GraphPattern::Graph { name, inner } => GraphPattern::Graph { name, inner: inside(inner, change) },
        GraphPattern::OrderBy { inner, expression } => GraphPattern::OrderBy { inner: inside(inner, change), expression },
        GraphPattern::Project { inner, variables } => GraphPattern::Project { inner: inside(inner, change), variables },
        GraphPattern::Distinct { inner } => GraphPattern::Distinct { inner: inside(inner, change) },
        GraphPattern::Reduced { inner } => GraphPattern::Reduced { inner: inside(inner, change) },
        GraphPattern::Slice { inner, start, length } => GraphPattern::Slice { inner: inside(inner, change), start, length },
        GraphPattern::Group { inner, variables, aggregates } => GraphPattern::Group { inner: inside(inner, change), variables, aggregates },
        // Another endpoint plans its own part.
        service @ GraphPattern::Service { .. } => service,
    };
    change(rebuilt)
}

fn inside(pattern: Box<GraphPattern>, change: &mut dyn FnMut(GraphPattern) -> GraphPattern) -> Box<GraphPattern> {
    Box::new(bottom_up(*pattern, change))
}

fn in_expression(expression: &mut Expression, change: &mut dyn FnMut(GraphPattern) -> GraphPattern) {
    if let Expression::Exists(pattern) = expression {
        let taken = std::mem::take(pattern.as_mut());
        **pattern = bottom_up(taken, change);
    }
    operands_mut(expression).into_iter().for_each(|operand| in_expression(operand, change));
}

/// The expressions directly inside `expression`.
pub(super) fn operands(expression: &Expression) -> Vec<&Expression> {
    match expression {
        Expression::NamedNode(_) | Expression::Literal(_) | Expression::Variable(_) | Expression::Bound(_) | Expression::Exists(_) => {
            Vec::new()
        }
        Expression::Or(a, b)
        | Expression::And(a, b)
        | Expression::Equal(a, b)
        | Expression::SameTerm(a, b)
        | Expression::Greater(a, b)
        | Expression::GreaterOrEqual(a, b)
        | Expression::Less(a, b)
        | Expression::LessOrEqual(a, b)
        | Expression::Add(a, b)
        | Expression::Subtract(a, b)
        | Expression::Multiply(a, b)
        | Expression::Divide(a, b) => vec![a, b],
        Expression::UnaryPlus(a) | Expression::UnaryMinus(a) | Expression::Not(a) => vec![a],
        Expression::If(a, b, c) => vec![a, b, c],
        Expression::In(a, list) => std::iter::once(a.as_ref()).chain(list).collect(),
        Expression::Coalesce(list) | Expression::FunctionCall(_, list) => list.iter().collect(),
    }
}

/// The expressions directly inside `expression`, to change.
pub(super) fn operands_mut(expression: &mut Expression) -> Vec<&mut Expression> {
    match expression {
        Expression::NamedNode(_) | Expression::Literal(_) | Expression::Variable(_) | Expression::Bound(_) | Expression::Exists(_) => {
            Vec::new()
        }
        Expression::Or(a, b)
        | Expression::And(a, b)
        | Expression::Equal(a, b)
        | Expression::SameTerm(a, b)
        | Expression::Greater(a, b)
        | Expression::GreaterOrEqual(a, b)
        | Expression::Less(a, b)
        | Expression::LessOrEqual(a, b)
        | Expression::Add(a, b)
        | Expression::Subtract(a, b)
        | Expression::Multiply(a, b)
        | Expression::Divide(a, b) => vec![a, b],
        Expression::UnaryPlus(a) | Expression::UnaryMinus(a) | Expression::Not(a) => vec![a],
        Expression::If(a, b, c) => vec![a, b, c],
        Expression::In(a, list) => std::iter::once(a.as_mut()).chain(list).collect(),
        Expression::Coalesce(list) | Expression::FunctionCall(_, list) => list.iter_mut().collect(),
    }
}
