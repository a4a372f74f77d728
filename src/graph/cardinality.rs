//! How many triples of the default graph match a pattern: counted when first asked for and remembered as long as the snapshot lives.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use oxigraph::model::vocab::rdf;
use oxigraph::model::{GraphNameRef, NamedNode, Term};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};

use super::{Profile, Snapshot};

/// Counting stops here: beyond it, patterns are equally large for planning.
pub(super) const ENOUGH: u64 = 1_000;
/// Counting for the size of products stops here: two patterns of that size are too many for any product.
const MANY: u64 = 20_000;
/// Patterns remembered; planning goes on without memory beyond that.
const REMEMBERED: usize = 20_000;

type Constants = [Option<Term>; 3];

/// What is known about a snapshot; shared by its clones.
#[derive(Default)]
pub(super) struct Known {
    /// Matches counted, and how far was counted.
    rows: Mutex<HashMap<Constants, (u64, u64)>>,
    /// Exact counts, where somebody had them made.
    pub(super) profile: OnceLock<Profile>,
}

/// Counts over one snapshot.
pub(super) struct Cardinalities<'a> {
    snapshot: &'a Snapshot,
}

impl<'a> Cardinalities<'a> {
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        Self { snapshot }
    }

    /// Triples that match the constants of `triple`; counted no further than [`ENOUGH`].
    pub(super) fn rows(&self, triple: &TriplePattern) -> u64 {
        self.up_to(triple, ENOUGH)
    }

    /// Triples that match the constants of `triple`, for the size of products: counted no further than [`MANY`].
    pub(super) fn size(&self, triple: &TriplePattern) -> u64 {
        self.exact(triple).unwrap_or_else(|| self.up_to(triple, MANY))
    }

    fn up_to(&self, triple: &TriplePattern, most: u64) -> u64 {
        let key = [constant(&triple.subject), predicate(&triple.predicate).map(Term::from), constant(&triple.object)];
        let known = &self.snapshot.known().rows;
        if let Some((rows, limit)) = known.lock().unwrap_or_else(PoisonError::into_inner).get(&key)
            && (rows < limit || *limit >= most)
        {
            return *rows;
        }
        let rows = self.count(&key, most);
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < REMEMBERED {
            known.insert(key, (rows, most));
        }
        rows
    }

    /// The exact counts of the generation, where they are there.
    pub(super) fn profile(&self) -> Option<&'a Profile> {
        self.snapshot.known().profile.get()
    }

    /// The exact number of triples that match `triple`, where it is known. Its variables must be different ones.
    pub(super) fn exact(&self, triple: &TriplePattern) -> Option<u64> {
        let profile = self.profile()?;
        let counted =
            |counts: &std::collections::BTreeMap<String, u64>, key: &NamedNode| Some(counts.get(key.as_str()).copied().unwrap_or(0));
        match (&triple.subject, &triple.predicate, &triple.object) {
            (TermPattern::Variable(s), NamedNodePattern::Variable(p), TermPattern::Variable(o)) => {
                (s != p && p != o && s != o).then_some(profile.triples)
            }
            (TermPattern::Variable(s), NamedNodePattern::NamedNode(p), TermPattern::Variable(o)) if s != o => {
                counted(&profile.properties, p)
            }
            (TermPattern::Variable(_), NamedNodePattern::NamedNode(p), TermPattern::NamedNode(class)) if p.as_ref() == rdf::TYPE => {
                counted(&profile.classes, class)
            }
            _ => None,
        }
    }

    fn count(&self, [subject, predicate, object]: &Constants, most: u64) -> u64 {
        let subject = match subject {
            Some(Term::NamedNode(node)) => Some(node.as_ref().into()),
            Some(_) => return 0,
            None => None,
        };
        let predicate = match predicate {
            Some(Term::NamedNode(node)) => Some(node.as_ref()),
            _ => None,
        };
        let object = object.as_ref().map(Term::as_ref);
        let matches = self.snapshot.store().quads_for_pattern(subject, predicate, object, Some(GraphNameRef::DefaultGraph));
        matches.take(most as usize).count() as u64
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
