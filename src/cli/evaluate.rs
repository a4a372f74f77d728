//! `yuanpu evaluate`: precision, recall and F1 against annotated documents.

use std::io::Write;
use std::path::PathBuf;

use yuanpu::extract::{Evaluation, Extractor, train};

use super::knowledge;
use super::outcome::{CliError, Outcome};
use super::settings::Settings;
use super::table::Table;
use super::train::{read, totals};

/// Compare extraction with annotated documents
#[derive(clap::Args)]
#[command(after_help = "Examples:
  yuanpu evaluate data/corpus/dev
  yuanpu evaluate data/corpus/train --folds 10
  yuanpu evaluate my-annotations --misses

With --folds N the weights of the ontology are not used: N times, the rest is trained on and one part is scored.")]
pub struct Args {
    /// Folders (or files) of annotations, beside their documents
    #[arg(value_name = "GOLD", required = true)]
    gold: Vec<PathBuf>,
    /// Cross-validate in this many parts
    #[arg(long, value_name = "N", default_value_t = 0)]
    folds: usize,
    /// List every difference with its sentence
    #[arg(long)]
    misses: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Extracts, compares, prints.
pub fn run(args: &Args, settings: &Settings) -> Result<Outcome, CliError> {
    let ontology = knowledge::ontology(settings)?;
    let documents = read(&args.gold, settings)?;
    let evaluation = if args.folds > 1 {
        train(&ontology, &documents, args.folds).map_err(CliError::findings)?.folds
    } else {
        let extractor = Extractor::new(&ontology).map_err(CliError::findings)?;
        let mut evaluation = Evaluation::default();
        for document in &documents {
            evaluation.add(&extractor, &document.document, &extractor.extract(&document.document), &document.gold);
        }
        evaluation
    };
    if args.json {
        writeln!(std::io::stdout().lock(), "{}", serde_json::to_string_pretty(&evaluation.report())?)?;
        return Ok(Outcome::Done);
    }
    print(&evaluation, settings)?;
    if args.misses {
        let mut out = std::io::stdout().lock();
        for miss in &evaluation.misses {
            writeln!(out, "{}\t{}\t{}\t{}", miss.document, miss.kind, miss.what, miss.sentence)?;
        }
    }
    Ok(Outcome::Done)
}

/// Prints totals, then classes and relations, then how well confidence is calibrated.
pub fn print(evaluation: &Evaluation, settings: &Settings) -> Result<(), CliError> {
    let mut table =
        Table::new(["", "P", "R", "F1", settings.text("对", "right"), settings.text("多", "extra"), settings.text("漏", "missing")]);
    let mut row = |name: String, s: yuanpu::extract::Score| {
        let share = |x: f64| format!("{x:.3}");
        table.push([
            name,
            share(s.precision()),
            share(s.recall()),
            share(s.f1()),
            s.right.to_string(),
            s.extra.to_string(),
            s.missing.to_string(),
        ]);
    };
    for (group, score) in totals(evaluation) {
        row(group.to_owned(), score);
    }
    for ((group, name), score) in evaluation.scores.iter().filter(|((group, _), _)| group == "entity" || group == "relation") {
        row(format!("{group} {name}"), *score);
    }
    let mut out = std::io::stdout().lock();
    table.write(&mut out, settings.table_style())?;
    print_rules(evaluation, &mut out, settings)?;
    let mut reliability =
        Table::new([settings.text("置信度", "confidence"), settings.text("条数", "count"), settings.text("对的比例", "share right")]);
    for (low, count, right) in evaluation.reliability() {
        reliability.push([
            format!("{:.1}–{:.1}", f64::from(low) / 10.0, f64::from(low + 1) / 10.0),
            count.to_string(),
            format!("{right:.3}"),
        ]);
    }
    if !reliability.is_empty() {
        writeln!(out)?;
        reliability.write(&mut out, settings.table_style())?;
    }
    Ok(())
}

/// The ledger of rules: hits, and how many of those between annotated things are right.
fn print_rules(evaluation: &Evaluation, out: &mut impl Write, settings: &Settings) -> Result<(), CliError> {
    let right = settings.text("对的比例", "share right");
    let mut ledger = Table::new([
        settings.text("规则", "rule"),
        settings.text("命中", "hits"),
        settings.text("对", "right"),
        settings.text("错", "wrong"),
        right,
    ]);
    for (rule, count) in &evaluation.rules {
        let share = count.precision().map_or_else(|| "-".to_owned(), |share| format!("{share:.3}"));
        ledger.push([rule.clone(), count.hits.to_string(), count.right.to_string(), count.wrong.to_string(), share]);
    }
    if !ledger.is_empty() {
        writeln!(out)?;
        ledger.write(out, settings.table_style())?;
    }
    Ok(())
}
