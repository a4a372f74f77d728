//! Figures of a text.

mod reading;

pub(in crate::extract) use reading::{Figure, digit_of};
