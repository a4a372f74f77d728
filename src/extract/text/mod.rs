//! What is seen in a text before any decision.

mod folded;
mod hits;
mod layout;
mod marks;
mod modality;

pub(in crate::extract) use folded::Folded;
pub(in crate::extract) use hits::{Brief, Hit, find};
pub(in crate::extract) use layout::{Cell, Layout, LineKind, Sentence};
pub(in crate::extract) use marks::{Marker, Marks, class_of};
pub(in crate::extract) use modality::Advice;
