//! The figures of a text: value, unit and bound, not yet of anything.
//!
//! `reading` goes through a sentence and asks `numerals` for every number; what the unit and the words around it make a date or an ordinal is
//! left out.

mod numerals;
mod reading;

pub(in crate::extract) use numerals::digit_of;
pub(in crate::extract) use reading::Figure;
