//! Which stretches of a sentence are names, of which type, and which names they hold.
//!
//! `detect` leads: for each sentence the `tagger` lays the characters out with their marks (`columns`), sums what they say for each label
//! (`emission`) and finds the best sequence of labels (`chain`); what it tagged is mended by what knowledge is sure of, at the `edges` and
//! in `lists`; the `parts` of each name follow it, among them `openings` that stand for a fuller name.

mod chain;
mod columns;
mod detect;
mod edges;
mod emission;
mod lists;
mod openings;
mod parts;
mod tagger;

pub(in crate::extract) use columns::Frame;
pub(in crate::extract) use detect::{Found, refers_in_english};
pub(in crate::extract) use emission::Emission;
pub(in crate::extract) use tagger::{FORBIDDEN, Tagger, may_follow};
