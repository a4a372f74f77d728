//! Relation rules at work: `ontology/rules/`, compiled in [`crate::extract::knowledge::rules`], matched over the items of a unit.
//!
//! `matching` notes which rules fit the pairs of each unit; `examples` holds every rule to the examples it brings. A hit is a feature of the
//! scorer of pairs; it decides by itself only where its rule is marked `direct` (`relations/support.rs`). Every hit is counted in the ledger
//! of `evaluate` and named by the evidence of the statement that it supports.

mod examples;
mod matching;

pub use examples::check_rules;
pub(in crate::extract) use matching::look_for;
