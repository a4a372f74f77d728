//! What a reader can see of a pair of items: the features on which the scorers of relations and of figures decide.
//!
//! For each unit `surroundings` look once around every item. A [`View`] (`view`) then gives the features of one pair after another: of its
//! ends, of what stands `between` them or how they belong together from `afar`, and for figures of their `owners`; how features begin and
//! under which keys they are kept is said in `features`. They go into a `sink`: a list, for training, or straight into a score.

mod afar;
mod between;
mod features;
mod owners;
mod sink;
mod surroundings;
mod view;

pub(in crate::extract) use sink::{Scorer, Shares};
pub(in crate::extract) use view::View;
