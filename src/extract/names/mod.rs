//! Which stretches of a sentence are names.

mod chain;
mod columns;
mod detect;
mod edges;
mod emission;
mod tagger;

pub(in crate::extract) use columns::Frame;
pub(in crate::extract) use detect::{Found, Reading};
pub(in crate::extract) use emission::Emission;
pub(in crate::extract) use tagger::{FORBIDDEN, Tagger, may_follow};
