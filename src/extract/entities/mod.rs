//! What names refer to: one thing, one entity, inside a document.
//!
//! `resolve` leads: `places` first, for they tell the others apart, then everything else by entry, class and normal form, with what names
//! in a list have in common (`lists`), then definitions (以下简称) and `short_forms`. What comes of it are drafts (`draft`). With these
//! known, `references` finds what 全市 or 该园区 point back to, and `document_numbers` which document the text itself is and which numbers it
//! gives to documents.

mod document_numbers;
mod draft;
mod lists;
mod places;
mod references;
mod resolve;
mod short_forms;

pub(in crate::extract) use draft::{Draft, Resolution, trim_marks};
pub(in crate::extract) use references::Reference;
