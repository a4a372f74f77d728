//! Which pairs are related.

mod decide;
mod review;
mod statements;

pub(in crate::extract) use decide::{Decision, entity_of};
pub(in crate::extract) use review::Judgement;
pub(in crate::extract) use statements::clause_around;
