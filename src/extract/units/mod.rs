//! What can be related: a document as units, each a sentence or a table row with its items.
//!
//! `gather` puts mentions, level words, back-references and figures of a unit together, and what a reader carries into it from elsewhere
//! (`carried`); `items` are the values: items, units, pairs.

mod carried;
mod gather;
mod items;

pub(in crate::extract) use gather::units;
pub(in crate::extract) use items::{DOCUMENT, FIGURE, Fit, Item, LEVEL, Pair, Target, Unit};
