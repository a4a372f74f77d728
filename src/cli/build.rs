//! `yuanpu build`: documents to a graph.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use yuanpu::corpus::FindOptions;
use yuanpu::graph::{Editor, GraphFolder, StoreError};
use yuanpu::model::{Diagnostic, Language, Severity};
use yuanpu::pipeline::{self, BuildError, BuildOptions, BuildReport, Knowledge};

use super::input::{Input, ReadArgs};
use super::knowledge::Reading;
use super::outcome::{CliError, Failure, Outcome};
use super::settings::Settings;
use super::watch::Sight;
use super::{progress, query, render};

/// Read documents and bring the graph up to date with them
///
/// Afterwards the graph holds exactly these documents. Those that are as they were are not read again.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  yuanpu build data/documents\n  yuanpu build -n notices news/2024-10-24.html\n  cat page.html | yuanpu build - --name page.html"
)]
pub struct Args {
    /// Files and folders (.txt .md .html .htm .docx); `-` is standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    read: ReadArgs,
    /// Threads [default: all processors]
    #[arg(short = 'j', long, value_name = "N")]
    threads: Option<usize>,
    /// Say what would change, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Read every document anew
    #[arg(long)]
    replace: bool,
    /// Exit code 1 when a file was skipped or could not be read
    #[arg(long)]
    strict: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Write the report as JSON to a file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Go on: look for changes, every two seconds or as often as said with `=`, and build again
    #[arg(
        long, value_name = "TIME", num_args = 0..=1, require_equals = true, default_missing_value = "2", value_parser = query::seconds,
        conflicts_with_all = ["dry_run", "replace"]
    )]
    watch: Option<Duration>,
}

/// Looking more often than this would be work without end.
const SHORTEST_LOOK: Duration = Duration::from_millis(50);

/// Builds once, or again and again.
pub fn run(args: &Args, settings: &Settings) -> Result<Outcome, CliError> {
    let reading = Reading::load(settings)?;
    match args.watch {
        None => round(args, &reading, settings),
        Some(interval) => watch_on(args, &reading, interval.max(SHORTEST_LOOK), settings),
    }
}

/// Builds at every change until the user breaks it off. A build that fails is told, and the next change is waited for.
fn watch_on(args: &Args, reading: &Reading, interval: Duration, settings: &Settings) -> Result<Outcome, CliError> {
    let options = FindOptions { language: settings.language };
    let mut sight = Sight::of(&args.paths, options);
    loop {
        if let Err(error) = round(args, reading, settings) {
            render::failure(&error, settings);
        }
        let waiting = settings.text("文件改动后自动构建;Ctrl-C 结束", "for changes; Ctrl-C ends");
        render::status(settings, settings.text("等待", "Watching"), waiting);
        sight = sight.changed(&args.paths, options, interval);
    }
}

/// Finds the documents, builds, and writes the reports asked for.
fn round(args: &Args, reading: &Reading, settings: &Settings) -> Result<Outcome, CliError> {
    let input = Input::find(&args.paths, &args.read, settings)?;
    let report = once(args, &input, reading, settings)?;
    let json = json(&report, &input);
    if args.json {
        writeln!(std::io::stdout().lock(), "{json}")?;
    }
    if let Some(path) = &args.report {
        std::fs::write(path, format!("{json:#}\n"))
            .map_err(|error| CliError::store("C011", error.to_string()).at(path.display().to_string()))?;
    }
    let is_flawed = !report.failed.is_empty() || !input.skipped.is_empty();
    Ok(if args.strict && is_flawed { Outcome::No } else { Outcome::Done })
}

/// Builds and tells what was done.
fn once(args: &Args, input: &Input, reading: &Reading, settings: &Settings) -> Result<BuildReport, CliError> {
    let started = Instant::now();
    let knowledge =
        Knowledge { version: &reading.version, background: &reading.background, extract: &|document| reading.extractor.extract(document) };
    let options = BuildOptions { threads: args.threads, dry_run: args.dry_run, from_nothing: args.replace };
    let folder = GraphFolder::at(&settings.db);
    if !args.dry_run {
        // What a killed server was told is part of the graph.
        Editor::recover(&folder).map_err(|error| super::query::unopened(&error, settings))?;
    }
    let bar = progress::bar(settings, 0, settings.text("读取", "Reading"));
    let report = pipeline::build(input, &knowledge, &folder, options, &|now| {
        bar.set_length(now.total as u64);
        bar.set_position(now.done as u64);
        let seconds = started.elapsed().as_secs_f64().max(0.001);
        let rate = now.bytes as f64 / 1e6 / seconds;
        let left = seconds / (now.done.max(1) as f64) * ((now.total - now.done) as f64);
        bar.set_message(format!("{rate:.1} MB/s {} {left:.0} s", settings.text("剩余", "left")));
    });
    bar.finish_and_clear();
    let report = report.map_err(|error| failed(error, settings))?;
    render::diagnostics(&report.failed, settings);
    render::diagnostics(&quietly(&report.remarks), settings);
    tell_encodings(input, settings);
    tell(args, &report, started.elapsed().as_secs_f64(), settings);
    Ok(report)
}

fn failed(error: BuildError, settings: &Settings) -> CliError {
    match error {
        BuildError::Store(error @ StoreError::Missing { .. }) => CliError { failure: Failure::Input, ..query::unopened(&error, settings) },
        BuildError::Store(error) => query::unopened(&error, settings),
        BuildError::NothingReadable(diagnostics) => CliError::findings(diagnostics),
    }
}

/// What looked odd in a document is worth knowing only to those who ask.
fn quietly(remarks: &[Diagnostic]) -> Vec<Diagnostic> {
    remarks.iter().map(|remark| Diagnostic { severity: remark.severity.min(Severity::Info), ..remark.clone() }).collect()
}

fn tell(args: &Args, report: &BuildReport, seconds: f64, settings: &Settings) {
    let chinese = settings.language == Language::Zh;
    if args.dry_run {
        let (read, unchanged, removed, failed) = (report.read.len(), report.unchanged, report.removed.len(), report.failed.len());
        for (mark, names) in [("+", &report.read), ("-", &report.removed)] {
            names.iter().for_each(|name| render::status(settings, mark, name));
        }
        let message = if chinese {
            format!("将读取 {read} 篇,不变 {unchanged} 篇,移除 {removed} 篇,无法读取 {failed} 篇;未写入")
        } else {
            format!("would read {read}, leave {unchanged} as they are, remove {removed}, fail on {failed}; nothing was written")
        };
        return render::status(settings, settings.text("试运行", "Dry run"), &message);
    }
    let read_bytes = report.bytes as f64;
    let (amount, rate) = (size(read_bytes), size(read_bytes / seconds.max(0.001)));
    let (documents, entities, counts) = (report.documents, report.entities, report.counts);
    let (relations, figures, passages) = (counts.relations, counts.figures, counts.passages);
    let message = if chinese {
        format!("{documents} 篇文献,{entities} 个实体,{relations} 条关系,{figures} 个数据,{passages} 处原文,用时 {seconds:.1} 秒")
    } else {
        format!(
            "{documents} documents, {entities} entities, {relations} relations, {figures} figures, {passages} passages in {seconds:.1} s"
        )
    };
    render::status(settings, settings.text("完成", "Finished"), &message);
    let (read, unchanged, removed) = (report.read.len(), report.unchanged, report.removed.len());
    let message = if chinese {
        format!("读取 {read} 篇({amount},每秒 {rate}),未变 {unchanged} 篇,移除 {removed} 篇,无法读取 {} 篇", report.failed.len())
    } else {
        let failed = report.failed.len();
        format!("{read} read ({amount}, {rate}/s), {unchanged} unchanged, {removed} removed, {failed} failed")
    };
    render::status(settings, settings.text("文献", "Documents"), &message);
    render::status(settings, settings.text("下一步", "Next"), "yuanpu stats · yuanpu dot · yuanpu serve");
}

/// `Encodings 119 UTF-8, 9 GB18030`, and with `-v` that of each file.
fn tell_encodings(input: &Input, settings: &Settings) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, encoding) in input.encodings() {
        *counts.entry(encoding).or_default() += 1;
        if settings.verbose > 0 {
            render::status(settings, encoding, &name);
        }
    }
    let counts: Vec<String> = counts.iter().map(|(encoding, count)| format!("{count} {encoding}")).collect();
    if !counts.is_empty() {
        render::status(settings, settings.text("编码", "Encodings"), &counts.join(", "));
    }
}

/// The report for programs; the keys are stable.
fn json(report: &BuildReport, input: &Input) -> serde_json::Value {
    serde_json::json!({
        "generation": report.generation, "changed": report.changed, "read": report.read, "unchanged": report.unchanged,
        "removed": report.removed, "failed": report.failed, "skipped": input.skipped, "remarks": report.remarks,
        "encodings": input.encodings(), "documents": report.documents, "entities": report.entities,
        "relations": report.counts.relations, "figures": report.counts.figures, "passages": report.counts.passages, "bytes": report.bytes,
    })
}

/// Bytes as people read them.
fn size(bytes: f64) -> String {
    if bytes < 1e6 { format!("{:.1} kB", bytes / 1e3) } else { format!("{:.2} MB", bytes / 1e6) }
}
