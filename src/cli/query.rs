//! `yuanpu query`: SPARQL as text, from a file or from stdin, or a named query with its parameters.

use std::ffi::OsString;
use std::io::{BufWriter, Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use yuanpu::graph::{
    AnswerFormat, Catalogue, Editor, Form, GraphFolder, Limits, NamedQuery, Output, Prepared, QueryError, QueryResultsFormat, RdfFormat,
    Report, Snapshot, StoreError, Style, SyntaxError, Watch,
};
use yuanpu::model::{Diagnostic, Language, Location, Severity};

use super::outcome::{CliError, Failure, Outcome};
use super::render;
use super::settings::Settings;
use super::table::{Table, TableStyle};

/// Arguments of `query`.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  yuanpu query 'SELECT ?park ?name { ?park a yp:Park ; skos:prefLabel ?name }'
  yuanpu query --list
  yuanpu query cq-01-clusters-of-region --region 成都市
  yuanpu query -f question.rq --format csv > answer.csv
  echo 'ASK { ?x a yp:Cluster }' | yuanpu query - -e

Parameters of a named query follow its name, as --NAME VALUE; options of the command come before the name.")]
pub struct Args {
    /// Read the query from a file
    #[arg(short = 'f', long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Form of the answer: table csv tsv json xml, or ttl nt nq trig rdf jsonld for CONSTRUCT and DESCRIBE
    /// [default: table on a terminal, tsv in a pipe]
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Show at most so many rows; exit code 4 where there are more
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Give up after so many seconds (30, 2.5, 30s, 500ms); exit code 4
    #[arg(long, value_name = "TIME", default_value = "60", value_parser = seconds)]
    timeout: Duration,
    /// Show names instead of IRIs in tables
    #[arg(long)]
    labels: bool,
    /// Exit code 1 where ASK says no or there are no rows
    #[arg(short, long)]
    exit_status: bool,
    /// List the named queries
    #[arg(long)]
    list: bool,
    /// Show the plan instead of the answer: what was rewritten, and the algebra that would run
    #[arg(long)]
    plan: bool,
    /// Run the query as written, without rewriting
    #[arg(long)]
    no_rewrite: bool,
    /// Folder of named queries [default: ./queries if there is one, else the built-in copy]
    #[arg(long, value_name = "DIR")]
    queries: Option<PathBuf>,
    /// SPARQL text, `-` for stdin, or the name of a named query and its parameters
    #[arg(value_name = "QUERY", trailing_var_arg = true, allow_hyphen_values = true)]
    query: Vec<OsString>,
}

/// Asks and prints the answer.
pub fn run(args: &Args, settings: &Settings) -> Result<Outcome, CliError> {
    let catalogue = catalogue(args.queries.as_deref(), settings)?;
    if args.list {
        return list(&catalogue, settings);
    }
    let format = format(args, settings)?;
    let prepared = if args.no_rewrite { prepare(args, &catalogue, settings)?.as_written() } else { prepare(args, &catalogue, settings)? };
    let snapshot = open(settings)?;
    if args.plan {
        return plan(&prepared, &snapshot);
    }
    let watch = Watch::default();
    watch.expire_after(args.timeout);
    let limits = Limits { rows: args.limit, bytes: None, truncate: true };
    let style = Style { labels: args.labels, chinese: settings.language == Language::Zh };
    // Who asks for a table wants one that people can read, in a pipe, too.
    let table_style = if args.format.as_deref() == Some("table") { Settings::aligned() } else { settings.table_style() };
    let report =
        answer(&prepared, &snapshot, (format, table_style), style, limits, &watch, settings).map_err(|error| told(error, "", settings))?;
    if report.truncated {
        let message = settings.text("只显示了前面的行，后面还有", "only the first rows are shown, there are more");
        render::status(settings, settings.text("截断", "Cut"), message);
        return Ok(Outcome::Cut);
    }
    let no = report.boolean == Some(false) || report.boolean.is_none() && report.rows == 0;
    Ok(if args.exit_status && no { Outcome::No } else { Outcome::Done })
}

/// Opens the current graph.
pub fn open(settings: &Settings) -> Result<Snapshot, CliError> {
    let folder = GraphFolder::at(&settings.db);
    Editor::recover(&folder).map_err(|error| unopened(&error, settings))?;
    let snapshot = folder.open().map_err(|error| unopened(&error, settings))?;
    if let Some(damage) = snapshot.damage() {
        render::diagnostics(&[Diagnostic { severity: Severity::Warning, ..damage.diagnostic(settings.language) }], settings);
    }
    Ok(snapshot)
}

/// A store that does not open, with its exit code.
pub fn unopened(error: &StoreError, settings: &Settings) -> CliError {
    CliError { failure: Failure::Store, diagnostics: vec![error.diagnostic(settings.language)] }
}

/// A time such as `30`, `2.5`, `30s` or `500ms`.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let (number, scale) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => (number, 0.001),
        (None, Some(number)) => (number, 1.0),
        (None, None) => (text, 1.0),
    };
    let value: f64 = number.parse().map_err(|_| format!("'{text}' is not a time; try 30, 2.5 or 500ms"))?;
    Duration::try_from_secs_f64(value * scale).map_err(|error| error.to_string())
}

/// The named queries; what is wrong with any of them is told as warnings.
pub fn catalogue(directory: Option<&std::path::Path>, settings: &Settings) -> Result<Catalogue, CliError> {
    let catalogue = Catalogue::load(directory).map_err(|error| {
        CliError::input("Q002", format!("{}: {error}", settings.text("读不了查询目录", "cannot read the folder of queries")))
            .at(directory.map(|d| d.display().to_string()).unwrap_or_default())
    })?;
    let warnings: Vec<Diagnostic> =
        catalogue.faults().iter().map(|fault| Diagnostic { severity: Severity::Warning, ..fault.clone() }).collect();
    render::diagnostics(&warnings, settings);
    Ok(catalogue)
}

fn list(catalogue: &Catalogue, settings: &Settings) -> Result<Outcome, CliError> {
    let mut table = Table::new([settings.text("名字", "name"), settings.text("问题", "question"), settings.text("参数", "parameters")]);
    for query in catalogue.iter() {
        let parameters: Vec<String> = query
            .parameters
            .iter()
            .map(|p| format!("--{} {}", p.name, p.default.clone().unwrap_or_else(|| format!("<{}>", p.kind.word()))))
            .collect();
        table.push([query.name.clone(), settings.text(&query.zh, &query.en).to_owned(), parameters.join(" ")]);
    }
    table.write(&mut std::io::stdout().lock(), settings.table_style())?;
    Ok(if table.is_empty() { Outcome::No } else { Outcome::Done })
}

fn format(args: &Args, settings: &Settings) -> Result<AnswerFormat, CliError> {
    let name = args.format.as_deref().unwrap_or(if settings.stdout_is_terminal { "table" } else { "tsv" });
    if args.format.is_none() {
        return Ok(AnswerFormat::Table);
    }
    AnswerFormat::named(name).ok_or_else(|| {
        CliError::input("Q003", format!("{}: {name}", settings.text("没有这种格式", "no such format"))).help(AnswerFormat::NAMES.join(" "))
    })
}

/// The query that the arguments mean.
fn prepare(args: &Args, catalogue: &Catalogue, settings: &Settings) -> Result<Prepared, CliError> {
    let words: Vec<String> = args.query.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    if let Some(path) = &args.file {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            CliError::input("Q004", format!("{}: {error}", settings.text("读不了查询文件", "cannot read the query file"))).at(&file)
        })?;
        return match NamedQuery::parse(&file, &file, &text) {
            Ok(query) => bound(&query, &words, settings),
            Err(_) => parse(&text, &file, settings),
        };
    }
    let Some((first, rest)) = words.split_first() else {
        let help = settings.text(
            "写出 SPARQL、-f 文件、- 或查询名；`--list` 列出查询名",
            "give SPARQL text, -f FILE, - or a name; `--list` shows the names",
        );
        return Err(CliError::input("Q005", settings.text("没有查询", "no query given")).help(help));
    };
    if first == "-" {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text)?;
        return parse(&text, "stdin", settings);
    }
    if let Some(query) = catalogue.get(first) {
        return bound(query, rest, settings);
    }
    if first.contains(['{', ' ', '\n', '｛']) {
        return parse(first, "query", settings);
    }
    let names: Vec<&str> = catalogue.iter().map(|query| query.name.as_str()).collect();
    let near: Vec<&str> = names.iter().copied().filter(|name| name.starts_with(first.as_str()) || name.contains(first.as_str())).collect();
    if let [only] = near[..]
        && let Some(query) = catalogue.get(only)
    {
        return bound(query, rest, settings);
    }
    let help = if near.is_empty() { names.join("  ") } else { near.join("  ") };
    Err(CliError::input("Q006", format!("{}: {first}", settings.text("没有这个查询", "no query of this name"))).help(help))
}

fn parse(text: &str, file: &str, settings: &Settings) -> Result<Prepared, CliError> {
    Prepared::parse(text, None).map_err(|error| told(error.into(), file, settings))
}

/// Binds trailing `--name value` pairs.
fn bound(query: &NamedQuery, words: &[String], settings: &Settings) -> Result<Prepared, CliError> {
    let mut values = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Some(name) = word.strip_prefix("--").filter(|name| !name.is_empty()) else {
            let message = format!("{}: {word}", settings.text("参数要写成 --名 值", "parameters are written --NAME VALUE"));
            return Err(CliError::input("Q007", message).at(&query.file));
        };
        let pair = match name.split_once('=') {
            Some((name, value)) => Some((name.to_owned(), value.to_owned())),
            None => words.next().map(|value| (name.to_owned(), value.clone())),
        };
        values.push(pair.ok_or_else(|| CliError::input("Q007", format!("--{name}: {}", settings.text("缺少值", "the value is missing"))))?);
    }
    let algebra = query.bind(&values).map_err(|error| CliError::input("Q008", error.to_string()).at(&query.file))?;
    Ok(Prepared::from_algebra(algebra))
}

fn plan(prepared: &Prepared, snapshot: &Snapshot) -> Result<Outcome, CliError> {
    let (algebra, notes) = prepared.plan(snapshot);
    let mut out = std::io::stdout().lock();
    for note in &notes {
        writeln!(out, "# {note}")?;
    }
    writeln!(out, "{algebra}")?;
    Ok(Outcome::Done)
}

fn answer(
    prepared: &Prepared,
    snapshot: &Snapshot,
    (format, table_style): (AnswerFormat, TableStyle),
    style: Style,
    limits: Limits,
    watch: &Watch,
    settings: &Settings,
) -> Result<Report, QueryError> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let output = match (format, prepared.form()) {
        (AnswerFormat::Table, Form::Select) => {
            let rows = prepared.rows(snapshot, style, limits, watch)?;
            let mut table = Table::new(rows.heads);
            rows.cells.into_iter().for_each(|cells| table.push(cells.into_iter().map(|cell| cell.text)));
            table.write(&mut out, table_style).and_then(|()| out.flush()).map_err(QueryError::Output)?;
            return Ok(rows.report);
        }
        (AnswerFormat::Table, Form::Ask) => {
            let report = prepared.answer(snapshot, Output::Results(QueryResultsFormat::Csv), limits, watch, std::io::sink())?;
            let yes = report.boolean == Some(true);
            writeln!(out, "{}", if yes { settings.text("是", "yes") } else { settings.text("否", "no") }).map_err(QueryError::Output)?;
            return Ok(report);
        }
        (AnswerFormat::Table, Form::Graph) => Output::SortedGraph(RdfFormat::Turtle),
        (AnswerFormat::Results(format), _) => Output::Results(format),
        (AnswerFormat::Graph(format), _) => Output::SortedGraph(format),
    };
    let report = prepared.answer(snapshot, output, limits, watch, &mut out)?;
    out.flush().map_err(QueryError::Output)?;
    Ok(report)
}

/// What went wrong, in words, with the exit code that belongs to it.
fn told(error: QueryError, file: &str, settings: &Settings) -> CliError {
    match error {
        QueryError::Syntax(SyntaxError { message, line, column, hint, excerpt }) => {
            let location = Location { file: file.to_owned(), line: Some(line), column: Some(column) };
            let message = format!("{message}\n   | {excerpt}");
            CliError::findings(vec![Diagnostic { code: "Q009", severity: Severity::Error, message, location, help: hint }])
        }
        QueryError::Refused(_) | QueryError::Format(_) => CliError::input("Q010", error.to_string()),
        QueryError::Time => CliError::limit("Q011", error.to_string())
            .help(settings.text("用 --timeout 给更多时间，或把查询写得更窄", "give more time with --timeout, or narrow the query")),
        QueryError::Rows(_) | QueryError::Bytes(_) => CliError::limit("Q012", error.to_string()),
        QueryError::Output(error) => error.into(),
        QueryError::Cancelled | QueryError::Evaluation(_) | QueryError::Remote(_) => CliError::store("Q013", error.to_string()),
    }
}
