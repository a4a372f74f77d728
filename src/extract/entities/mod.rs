//! What names refer to.

mod document_numbers;
pub(super) mod references;
mod resolve;
mod short_forms;

pub(in crate::extract) use resolve::{Draft, Resolution};
