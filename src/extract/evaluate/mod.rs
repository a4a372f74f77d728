//! Extractions held against annotations.

mod comparison;
mod ledger;

pub use comparison::{Evaluation, Miss, ReportRow, Score};
pub use ledger::RuleCount;
