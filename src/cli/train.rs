//! `yuanpu train`: weights from annotated documents, the same bytes at every run.

use std::path::{Path, PathBuf};

use yuanpu::corpus::{Annotated, annotated};
use yuanpu::extract::{Evaluation, Manifest, train};

use super::outcome::{CliError, Outcome};
use super::settings::{OntologySource, Settings};
use super::{evaluate, knowledge, render};

/// Make the weights of the extractor from annotated documents
#[derive(clap::Args)]
#[command(after_help = "Examples:
  yuanpu train data/corpus/train data/corpus/dev
  yuanpu train data/corpus/train my-annotations --folds 10 -o my-ontology/weights

The format of annotations is told in data/corpus/README.md. With --folds, honest scores on unseen documents are printed and kept in the manifest.")]
pub struct Args {
    /// Folders (or files) of annotations, beside their documents
    #[arg(value_name = "CORPUS", required = true)]
    corpora: Vec<PathBuf>,
    /// Cross-validate in this many parts
    #[arg(long, value_name = "N", default_value_t = 0)]
    folds: usize,
    /// Where to write the weights [default: weights/ in the ontology folder]
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Trains, prints what was reached, writes model and manifest.
pub fn run(args: &Args, settings: &Settings) -> Result<Outcome, CliError> {
    let ontology = knowledge::ontology(settings)?;
    let documents = read(&args.corpora, settings)?;
    let folder = match (&args.output, &settings.ontology) {
        (Some(folder), _) => folder.clone(),
        (None, OntologySource::Folder(folder)) => folder.join("weights"),
        (None, OntologySource::Embedded) => {
            let message = settings.text("内置本体不能写入权重", "weights cannot be written into the built-in ontology");
            return Err(CliError::input("C031", message).help(settings.text("用 -o 指定文件夹", "name a folder with -o")));
        }
    };
    let report = train(&ontology, &documents, args.folds).map_err(CliError::findings)?;
    if args.folds > 1 {
        evaluate::print(&report.folds, settings)?;
    }
    let model = report.weights.write();
    let manifest = Manifest::of(&ontology, &documents, &model, &report.folds);
    let manifest = toml::to_string(&manifest).map_err(|error| CliError::store("C032", error.to_string()))?;
    save(&folder, "model.bin", &model)?;
    save(&folder, "manifest.toml", manifest.as_bytes())?;
    let message = format!("{} · {} {} · {}", documents.len(), report.weights.size(), settings.text("个权重", "weights"), folder.display());
    render::status(settings, settings.text("已训练", "Trained"), &message);
    Ok(Outcome::Done)
}

fn save(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), CliError> {
    let path = folder.join(name);
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, bytes));
    written.map_err(|error| CliError::store("C033", error.to_string()).at(path.display().to_string()))
}

/// Annotated documents of all folders, in the order given.
pub fn read(corpora: &[PathBuf], _settings: &Settings) -> Result<Vec<Annotated>, CliError> {
    let mut documents = Vec::new();
    let mut faults = Vec::new();
    for corpus in corpora {
        match annotated(corpus) {
            Ok(found) => documents.extend(found),
            Err(errors) => faults.extend(errors.iter().map(gold_fault)),
        }
    }
    if faults.is_empty() { Ok(documents) } else { Err(CliError::findings(faults)) }
}

/// A fault of an annotation as a finding.
fn gold_fault(error: &yuanpu::corpus::GoldError) -> yuanpu::model::Diagnostic {
    yuanpu::model::Diagnostic {
        code: "C030",
        severity: yuanpu::model::Severity::Error,
        message: error.to_string(),
        location: yuanpu::model::Location::default(),
        help: None,
    }
}

/// Scores by group, rounded for the manifest.
pub fn totals(evaluation: &Evaluation) -> Vec<(&'static str, yuanpu::extract::Score)> {
    ["entities", "relations", "asserted", "observations", "figures"].into_iter().map(|group| (group, evaluation.total(group))).collect()
}
