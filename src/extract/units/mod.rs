//! What can be related.

mod carried;
mod items;

pub(in crate::extract) use items::{DOCUMENT, FIGURE, Item, LEVEL, Pair, Target, Unit, units};
