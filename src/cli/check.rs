//! `yuanpu check`: the ontology folder as a whole, with all faults together, and whether the extractor can be made from it.

use std::io::Write;
use std::sync::Arc;

use yuanpu::extract::{Extractor, check_rules};
use yuanpu::model::{Diagnostic, Severity};
use yuanpu::ontology::Ontology;

use super::outcome::{CliError, Outcome};
use super::render;
use super::settings::{OntologySource, Settings};

/// Check the ontology, its gazetteers, rules and weights
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  yuanpu check\n  yuanpu check --ontology my-ontology --json\n\nExit code 1 where there is an error, with --strict also for a warning."
)]
pub struct Args {
    /// Exit code 1 for warnings, too
    #[arg(long)]
    strict: bool,
    /// Print the findings as JSON, one object a line
    #[arg(long)]
    json: bool,
}

/// Tells all findings, and what the folder holds where it is sound.
pub fn run(args: &Args, settings: &Settings) -> Result<Outcome, CliError> {
    let (ontology, mut findings) = match &settings.ontology {
        OntologySource::Folder(folder) if !folder.is_dir() => {
            let message = settings.text("没有这个本体文件夹", "there is no such ontology folder");
            let help = settings.text("检查 --ontology 或 YUANPU_ONTOLOGY", "check --ontology or YUANPU_ONTOLOGY");
            return Err(CliError::input("C015", message).at(folder.display().to_string()).help(help));
        }
        OntologySource::Folder(folder) => split(Ontology::load_in(folder, settings.language)),
        OntologySource::Embedded => split(Ontology::embedded().map(|ontology| (ontology, Vec::new()))),
    };
    let ontology = ontology.map(Arc::new);
    match ontology.as_ref().map(Extractor::new) {
        Some(Ok(extractor)) => {
            findings.extend(extractor.warnings().iter().cloned());
            findings.extend(ontology.iter().flat_map(check_rules));
        }
        Some(Err(faults)) => findings.extend(faults),
        None => {}
    }
    if args.json {
        let mut out = std::io::stdout().lock();
        for finding in &findings {
            writeln!(out, "{}", serde_json::to_string(finding)?)?;
        }
    } else {
        render::diagnostics(&findings, settings);
    }
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if let Some(ontology) = ontology.filter(|_| errors == 0) {
        render::status(settings, settings.text("完好", "Sound"), &contents(&ontology, settings));
    }
    if errors + warnings > 0 {
        let message = format!("{errors} {}, {warnings} {}", settings.text("处错误", "errors"), settings.text("处警告", "warnings"));
        render::status(settings, settings.text("共", "Found"), &message);
    }
    Ok(if errors > 0 || args.strict && warnings > 0 { Outcome::No } else { Outcome::Done })
}

type Loaded = Result<(Ontology, Vec<Diagnostic>), Vec<Diagnostic>>;

fn split(loaded: Loaded) -> (Option<Ontology>, Vec<Diagnostic>) {
    match loaded {
        Ok((ontology, warnings)) => (Some(ontology), warnings),
        Err(findings) => (None, findings),
    }
}

/// `21 classes, 17 relations, 40 rules, 6 512 entries with 19 204 names; 3f2a9c…`.
fn contents(ontology: &Ontology, settings: &Settings) -> String {
    let schema = ontology.schema();
    let relations = schema.relations().filter(|relation| relation.is_relation).count();
    let entries = &ontology.gazetteer().entries;
    let names = entries.len() + entries.iter().map(|entry| entry.names.len()).sum::<usize>();
    let parts = [
        (schema.classes().count(), "个类别", "classes"),
        (relations, "种关系", "relations"),
        (ontology.rules().len(), "条规则", "rules"),
        (entries.len(), "个词条", "entries"),
        (names, "个名称", "names"),
    ];
    let parts: Vec<String> = parts.iter().map(|(count, zh, en)| format!("{count} {}", settings.text(zh, en))).collect();
    format!("{} · {}", parts.join(settings.text("，", ", ")), ontology.hash().get(..12).unwrap_or_default())
}
