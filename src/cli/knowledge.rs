//! What commands that read documents know: the ontology, the reader made from it, and the graphs of the background.

use std::sync::Arc;

use yuanpu::extract::Extractor;
use yuanpu::graph::Background;
use yuanpu::model::{Diagnostic, Severity};
use yuanpu::ontology::Ontology;

use super::outcome::CliError;
use super::settings::{OntologySource, Settings};
use super::{query, render};

/// Loads the ontology that the settings name. Its warnings are shown with `-v`.
pub fn ontology(settings: &Settings) -> Result<Arc<Ontology>, CliError> {
    let loaded = match &settings.ontology {
        OntologySource::Folder(folder) => Ontology::load_in(folder, settings.language),
        OntologySource::Embedded => Ontology::embedded().map(|ontology| (ontology, Vec::new())),
    };
    let (ontology, warnings) = loaded.map_err(CliError::findings)?;
    let quiet: Vec<Diagnostic> = warnings.into_iter().map(|warning| Diagnostic { severity: Severity::Info, ..warning }).collect();
    render::diagnostics(&quiet, settings);
    Ok(Arc::new(ontology))
}

/// All that a build knows beside the documents.
pub struct Reading {
    /// Reads documents.
    pub extractor: Extractor,
    /// Ontology and gazetteers as graphs.
    pub background: Background,
    /// Changes whenever the same bytes could give another graph.
    pub version: String,
}

impl Reading {
    /// Loads the ontology and makes a reader of it.
    pub fn load(settings: &Settings) -> Result<Self, CliError> {
        let ontology = ontology(settings)?;
        let extractor = Extractor::new(&ontology).map_err(CliError::findings)?;
        let background = Background::of(&ontology).map_err(|e| query::unopened(&e, settings))?;
        let version = format!("{} {} {}", env!("CARGO_PKG_VERSION"), ontology.hash(), extractor.version());
        Ok(Self { extractor, background, version })
    }
}
