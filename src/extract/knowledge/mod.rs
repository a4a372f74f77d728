//! The knowledge of `ontology/`, compiled once for matching and shared between threads. Nothing here has seen a text.
//!
//! The builder collects words and faults from the files: `scheme` (`annotation.toml`: types, relations, and by what conventions
//! annotations are compared, `scoring`), `grammar` (`grammar.toml`), `lexicon` (`lexicon.toml` and `cues.toml`; what cue words tell:
//! `cues`), common words, units and gazetteers, `rules`. All words come together in one automaton, each with its `patterns`; the whole is
//! [`Knowledge`] (`compiled`). `roles` are the types that code refers to.

mod builder;
mod compiled;
mod cues;
mod grammar;
mod lexicon;
mod patterns;
mod roles;
pub(super) mod rules;
mod scheme;
mod scoring;

pub(in crate::extract) use builder::fault;
pub(in crate::extract) use compiled::Knowledge;
pub(in crate::extract) use cues::Cue;
pub(in crate::extract) use grammar::{Head, NumberForm};
pub(in crate::extract) use patterns::{Brief, NameSense, Pattern};
pub(in crate::extract) use roles::Roles;
pub(in crate::extract) use scheme::NameRelation;
pub(in crate::extract) use scoring::{fold, similar};
