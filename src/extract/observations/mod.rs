//! From figures to observations.
//!
//! `measure` chooses what each figure is about, scored like a relation, and reads around it what it measures, how it moves and when; figures
//! in a row are shared out by `series`.

mod measure;
mod series;

pub(in crate::extract) use measure::Owner;
