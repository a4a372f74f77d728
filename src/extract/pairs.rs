//! What is seen of a pair.

mod owners;
mod sink;
mod surroundings;
mod view;

pub(in crate::extract) use sink::{Scorer, Shares};
pub(in crate::extract) use surroundings::is_clause_mark;
pub(in crate::extract) use view::View;
