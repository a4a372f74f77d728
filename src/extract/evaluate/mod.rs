//! Extractions held against annotations.
//!
//! `comparison` matches one extraction with its annotation and counts; the counts are a `score`, by class and relation; the `ledger` says
//! what each rule is worth.

mod comparison;
mod ledger;
mod score;

pub use ledger::RuleCount;
pub use score::{Evaluation, Miss, ReportRow, Score};
