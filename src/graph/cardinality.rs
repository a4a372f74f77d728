//! How many triples of the default graph match a pattern: counted when first asked for and remembered as long as the snapshot lives.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use oxigraph::model::vocab::rdf;
use oxigraph::model::{NamedNode, Term, Variable};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};

use super::{Profile, Snapshot, Watch, counting};

/// Counting stops here: beyond it, patterns are equally large for planning.
pub(super) const ENOUGH: u64 = 1_000;
/// Counting for the size of products stops here: two patterns of that size are too many for any product.
const MANY: u64 = 20_000;
/// Patterns remembered in each half of the memory.
const REMEMBERED: usize = 10_000;

type Constants = [Option<Term>; 3];

/// What is known about a snapshot; shared by its clones.
#[derive(Default)]
pub(super) struct Known {
    counted: Arc<Mutex<Counted>>,
    /// Exact counts, where somebody had them made.
    pub(super) profile: OnceLock<Profile>,
}

impl Known {
    /// For a state that differs little from this one: what was counted still serves for planning, exact counts do not.
    pub(super) fn for_the_next(&self) -> Self {
        Self { counted: self.counted.clone(), profile: OnceLock::new() }
    }
}

/// Matches counted, and how far was counted. When the young half is full, the old one is forgotten: what is asked for again and again
/// stays, however many patterns are asked for once.
#[derive(Default)]
struct Counted {
    young: HashMap<Constants, (u64, u64)>,
    old: HashMap<Constants, (u64, u64)>,
}

impl Counted {
    fn get(&mut self, key: &Constants) -> Option<(u64, u64)> {
        if let Some(found) = self.young.get(key) {
            return Some(*found);
        }
        let (key, found) = self.old.remove_entry(key)?;
        self.insert(key, found);
        Some(found)
    }

    fn insert(&mut self, key: Constants, found: (u64, u64)) {
        if self.young.len() >= REMEMBERED {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, found);
    }
}

/// Counts over one snapshot.
pub(super) struct Cardinalities<'a> {
    snapshot: &'a Snapshot,
    watch: &'a Watch,
}

impl<'a> Cardinalities<'a> {
    /// Counts over `snapshot`; once `watch` is stopped, whatever is not known counts as many.
    pub(super) fn of(snapshot: &'a Snapshot, watch: &'a Watch) -> Self {
        Self { snapshot, watch }
    }

    /// Triples that match the constants of `triple`; counted no further than [`ENOUGH`].
    pub(super) fn rows(&self, triple: &TriplePattern) -> u64 {
        self.exact(triple).map_or_else(|| self.up_to(triple, ENOUGH), |rows| rows.min(ENOUGH))
    }

    /// Triples that match the constants of `triple`, for the size of products: counted no further than [`MANY`].
    pub(super) fn size(&self, triple: &TriplePattern) -> u64 {
        self.exact(triple).unwrap_or_else(|| self.up_to(triple, MANY))
    }

    fn up_to(&self, triple: &TriplePattern, most: u64) -> u64 {
        let key = constants(triple);
        let known = &self.snapshot.known().counted;
        if let Some((rows, limit)) = known.lock().unwrap_or_else(PoisonError::into_inner).get(&key)
            && (rows < limit || limit >= most)
        {
            return rows;
        }
        let Ok(rows) = counting::matches(self.snapshot, pattern_of(&key), most, self.watch) else { return most };
        known.lock().unwrap_or_else(PoisonError::into_inner).insert(key, (rows, most));
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
}

fn constants(triple: &TriplePattern) -> Constants {
    [constant(&triple.subject), predicate(&triple.predicate).map(Term::from), constant(&triple.object)]
}

/// The pattern that has these constants, and different variables elsewhere.
fn pattern_of([subject, predicate, object]: &Constants) -> TriplePattern {
    let term = |term: &Option<Term>, name| term.clone().map_or_else(|| Variable::new_unchecked(name).into(), TermPattern::from);
    let predicate = match predicate {
        Some(Term::NamedNode(node)) => node.clone().into(),
        _ => NamedNodePattern::Variable(Variable::new_unchecked("p")),
    };
    TriplePattern { subject: term(subject, "s"), predicate, object: term(object, "o") }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: usize) -> Constants {
        [Some(NamedNode::new_unchecked(format!("http://e/{n}")).into()), None, None]
    }

    #[test]
    fn what_is_asked_again_stays_remembered_and_memory_is_bounded() {
        let mut counted = Counted::default();
        counted.insert(key(0), (7, 1000));
        for n in 1..5 * REMEMBERED {
            counted.insert(key(n), (1, 1000));
            assert_eq!(counted.get(&key(0)), Some((7, 1000)), "after {n} others");
        }
        assert!(counted.young.len() + counted.old.len() <= 2 * REMEMBERED);
        assert_eq!(counted.get(&key(1)), None, "what was asked for once is forgotten");
    }
}
