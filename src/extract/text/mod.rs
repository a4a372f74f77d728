//! What is seen in a text before anything is decided.
//!
//! The text is `folded` character by character and scanned once for all words of the knowledge (`hits`); `layout` finds its lines,
//! tables and sentences; `marks` say what knowledge tells of each character of a sentence. All that together is a [`Reading`], which every
//! later room is given. `clauses` and `modality` answer questions about it: where a clause ends, in which mode it speaks.

mod clauses;
mod folded;
mod hits;
mod layout;
mod marks;
mod modality;
mod reading;

pub(in crate::extract) use clauses::{clause_around, is_clause_mark};
pub(in crate::extract) use hits::Hit;
pub(in crate::extract) use layout::{Cell, LineKind, Sentence};
pub(in crate::extract) use marks::{Marks, class_of};
pub(in crate::extract) use modality::Advice;
pub(in crate::extract) use reading::{Reading, Setting};
