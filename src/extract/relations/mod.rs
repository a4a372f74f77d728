//! Which pairs are related, and what is stated of them.
//!
//! `decide` scores all pairs of all units at a first look, has promising ones looked at again in the light of their company (`review`), lets
//! rules speak (`support`) and keeps the best decision on each triple; `statements` are made of the decisions.

mod decide;
mod review;
mod statements;
mod support;

pub(in crate::extract) use decide::Decision;
pub(in crate::extract) use review::Judgement;
pub(in crate::extract) use statements::Telling;
