//! The second opinion on an exported Turtle file: an independent parser reads it back, and every triple is compared.
//!
//! This is what rio_turtle is here for. Its terms are turned into ours by hand, so that nothing of the writer is trusted.

use std::collections::HashSet;
use std::io::BufRead;

use oxigraph::model::{BlankNode, Literal, NamedNode, NamedOrBlankNode, Term, Triple};
use rio_api::parser::TriplesParser;
use rio_turtle::{TurtleError, TurtleParser};

/// Why an export did not pass.
#[derive(Debug, thiserror::Error)]
pub enum SelfCheckError {
    /// The second reader cannot read it at all.
    #[error("the second reader cannot read the export: {0}")]
    Unreadable(String),
    /// It read other triples than those in the store.
    #[error("{missing} triples are missing and {surplus} are too many, such as {example}")]
    Different {
        /// Triples of the store that were not read back.
        missing: usize,
        /// Triples that were read back and are not in the store.
        surplus: usize,
        /// One of them.
        example: String,
    },
}

impl From<TurtleError> for SelfCheckError {
    fn from(error: TurtleError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// Reads `turtle` back and compares it with `expected`, triple for triple. Gives the number of triples.
///
/// # Errors
/// See [`SelfCheckError`].
pub fn self_check(turtle: impl BufRead, expected: impl IntoIterator<Item = Triple>) -> Result<usize, SelfCheckError> {
    let mut read: HashSet<Triple> = HashSet::new();
    TurtleParser::new(turtle, None).parse_all::<SelfCheckError>(&mut |triple| {
        read.insert(Triple::new(subject(triple.subject)?, named(triple.predicate), object(triple.object)?));
        Ok(())
    })?;
    let expected: HashSet<Triple> = expected.into_iter().collect();
    let mut missing: Vec<String> = expected.difference(&read).map(ToString::to_string).collect();
    let mut surplus: Vec<String> = read.difference(&expected).map(ToString::to_string).collect();
    missing.sort_unstable();
    surplus.sort_unstable();
    match missing.first().or(surplus.first()) {
        None => Ok(read.len()),
        Some(example) => Err(SelfCheckError::Different { missing: missing.len(), surplus: surplus.len(), example: example.clone() }),
    }
}

fn named(node: rio_api::model::NamedNode<'_>) -> NamedNode {
    NamedNode::new_unchecked(node.iri)
}

fn blank(node: rio_api::model::BlankNode<'_>) -> BlankNode {
    BlankNode::new_unchecked(node.id)
}

fn subject(subject: rio_api::model::Subject<'_>) -> Result<NamedOrBlankNode, SelfCheckError> {
    match subject {
        rio_api::model::Subject::NamedNode(node) => Ok(named(node).into()),
        rio_api::model::Subject::BlankNode(node) => Ok(blank(node).into()),
        rio_api::model::Subject::Triple(_) => Err(SelfCheckError::Unreadable("a triple stands as subject".to_owned())),
    }
}

fn object(object: rio_api::model::Term<'_>) -> Result<Term, SelfCheckError> {
    use rio_api::model::Literal as Read;
    Ok(match object {
        rio_api::model::Term::NamedNode(node) => named(node).into(),
        rio_api::model::Term::BlankNode(node) => blank(node).into(),
        rio_api::model::Term::Literal(Read::Simple { value }) => Literal::new_simple_literal(value).into(),
        rio_api::model::Term::Literal(Read::LanguageTaggedString { value, language }) => {
            Literal::new_language_tagged_literal_unchecked(value, language).into()
        }
        rio_api::model::Term::Literal(Read::Typed { value, datatype }) => Literal::new_typed_literal(value, named(datatype)).into(),
        rio_api::model::Term::Triple(_) => return Err(SelfCheckError::Unreadable("a triple stands as object".to_owned())),
    })
}
