//! The knowledge of `ontology/`, compiled.

mod compiled;
mod cues;
mod roles;
mod scheme;
mod scoring;

pub(in crate::extract) use compiled::{Head, Knowledge, NameSense, NumberForm, Pattern, fault};
pub(in crate::extract) use cues::Cue;
pub(in crate::extract) use roles::Roles;
pub(in crate::extract) use scheme::TypeInfo;
pub(in crate::extract) use scoring::{fold, similar};
