//! What figures are of.

mod measure;
mod series;

pub(in crate::extract) use measure::Owner;
