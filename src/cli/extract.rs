//! `yuanpu extract`: documents to their graphs, on stdout or in a folder, without a store.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use yuanpu::corpus::stream;
use yuanpu::extract::Extractor;
use yuanpu::graph::{RdfFormat, Scope, Snapshot, export, quads};
use yuanpu::model::{Diagnostic, Document};
use yuanpu::ontology::Ontology;
use yuanpu::pipeline::Sources;

use super::input::{Input, ReadArgs};
use super::outcome::{CliError, Outcome};
use super::settings::Settings;
use super::{knowledge, reading, render};

/// Read documents and print their graphs, without a store
#[derive(clap::Args)]
#[command(after_help = "Examples:
  yuanpu extract interview.md
  yuanpu extract data/documents --format nq -o graphs/
  yuanpu extract --jsonl --format json < documents.jsonl

A line of --jsonl is {\"name\": \"a.txt\", \"text\": \"…\", \"metadata\": {\"title\": \"…\", \"date\": \"2024-05-01\"}}.")]
pub struct Args {
    /// Files and folders; - is stdin
    #[arg(value_name = "PATH", required_unless_present = "jsonl", conflicts_with = "jsonl")]
    paths: Vec<PathBuf>,
    /// Read a stream of documents from stdin, one JSON object a line
    #[arg(long)]
    jsonl: bool,
    #[command(flatten)]
    read: ReadArgs,
    /// Form of the result [default: text on a terminal, ttl in a pipe]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Form>,
    /// Write to a file; to a folder, one file a document, where there are several documents or the folder exists
    #[arg(short, long, value_name = "FILE|DIR")]
    output: Option<PathBuf>,
    /// Exit code 1 where a document was skipped or could not be read
    #[arg(long)]
    strict: bool,
}

/// The forms of a result.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Turtle
    Ttl,
    /// N-Triples
    Nt,
    /// N-Quads
    Nq,
    /// TriG
    Trig,
    /// RDF/XML
    Rdf,
    /// JSON-LD
    Jsonld,
    /// One JSON object a document: mentions, entities, statements, observations
    Json,
    /// The text with its mentions marked, and what was read from it
    Text,
}

impl Form {
    fn rdf(self) -> Option<RdfFormat> {
        match self {
            Self::Ttl => Some(RdfFormat::Turtle),
            Self::Nt => Some(RdfFormat::NTriples),
            Self::Nq => Some(RdfFormat::NQuads),
            Self::Trig => Some(RdfFormat::TriG),
            Self::Rdf => Some(RdfFormat::RdfXml),
            Self::Jsonld => RdfFormat::from_extension("jsonld"),
            Self::Json | Self::Text => None,
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Ttl => "ttl",
            Self::Nt => "nt",
            Self::Nq => "nq",
            Self::Trig => "trig",
            Self::Rdf => "rdf",
            Self::Jsonld => "jsonld",
            Self::Json => "json",
            Self::Text => "txt",
        }
    }
}

/// Reads each document and writes its graph.
pub fn run(args: &Args, settings: &Settings) -> Result<Outcome, CliError> {
    let form = args.format.unwrap_or(if settings.stdout_is_terminal && args.output.is_none() { Form::Text } else { Form::Ttl });
    let input = if args.jsonl { None } else { Some(Input::find(&args.paths, &args.read, settings)?) };
    let ontology = knowledge::ontology(settings)?;
    let extractor = Extractor::new(&ontology).map_err(CliError::findings)?;
    let is_single = input.as_ref().is_some_and(|input| input.names().len() == 1);
    let target = Target::of(args.output.as_deref(), is_single)?;
    let mut work = Work { ontology: &ontology, extractor: &extractor, form, settings, target, written: 0, failed: Vec::new() };
    if let Some(input) = &input {
        for at in 0..input.names().len() {
            work.take(input.read(at))?;
        }
    } else {
        for document in stream(io::stdin().lock(), "stdin", &args.read.options()) {
            work.take(document.map_err(|error| error.diagnostic(settings.language)))?;
        }
    }
    work.target.flush()?;
    let is_flawed = !work.failed.is_empty() || input.is_some_and(|input| !input.skipped.is_empty());
    match (work.written, work.failed) {
        (0, failed) if failed.is_empty() => {
            Err(CliError::input("C012", settings.text("流里没有文档", "there is no document in the stream")))
        }
        (0, failed) => Err(CliError::findings(failed)),
        (_, failed) => {
            render::diagnostics(&failed, settings);
            Ok(if args.strict && is_flawed { Outcome::No } else { Outcome::Done })
        }
    }
}

/// Where results go.
enum Target {
    Stdout(BufWriter<io::Stdout>),
    File(BufWriter<File>),
    /// One file a document; how often each stem was used so far.
    Folder(PathBuf, HashMap<String, usize>),
}

impl Target {
    fn of(output: Option<&Path>, is_single: bool) -> Result<Self, CliError> {
        let Some(path) = output.filter(|path| path.as_os_str() != "-") else {
            return Ok(Self::Stdout(BufWriter::new(io::stdout())));
        };
        let unwritable = |error: io::Error| CliError::store("C011", error.to_string()).at(path.display().to_string());
        if is_single && !path.is_dir() {
            return Ok(Self::File(BufWriter::new(File::create(path).map_err(unwritable)?)));
        }
        std::fs::create_dir_all(path).map_err(unwritable)?;
        Ok(Self::Folder(path.to_owned(), HashMap::new()))
    }

    fn write(&mut self, source: &str, extension: &str, bytes: &[u8]) -> Result<(), CliError> {
        match self {
            Self::Stdout(out) => out.write_all(bytes)?,
            Self::File(out) => out.write_all(bytes)?,
            Self::Folder(folder, stems) => {
                let stem = Path::new(source).file_stem().map_or_else(|| "document".to_owned(), |stem| stem.to_string_lossy().into_owned());
                let uses = stems.entry(stem.clone()).and_modify(|uses| *uses += 1).or_insert(1);
                let number = if *uses > 1 { format!("-{uses}") } else { String::new() };
                let path = folder.join(format!("{stem}{number}.{extension}"));
                std::fs::write(&path, bytes).map_err(|error| CliError::store("C011", error.to_string()).at(path.display().to_string()))?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::File(out) => out.flush(),
            Self::Folder(..) => Ok(()),
        }
    }
}

struct Work<'a> {
    ontology: &'a Ontology,
    extractor: &'a Extractor,
    form: Form,
    settings: &'a Settings,
    target: Target,
    written: usize,
    failed: Vec<Diagnostic>,
}

impl Work<'_> {
    /// Writes the graph of one document; a document that could not be read is kept for the report.
    fn take(&mut self, document: Result<Document, Diagnostic>) -> Result<(), CliError> {
        match document {
            Ok(document) => {
                let bytes = self.result(&document)?;
                self.target.write(&document.source, self.form.extension(), &bytes)?;
                self.written += 1;
            }
            Err(diagnostic) => self.failed.push(diagnostic),
        }
        Ok(())
    }

    fn result(&self, document: &Document) -> Result<Vec<u8>, CliError> {
        let extraction = self.extractor.extract(document);
        let Some(format) = self.form.rdf() else {
            return Ok(match self.form {
                Form::Json => reading::json(document, &extraction)?,
                _ => reading::marked(document, &extraction, self.ontology, self.settings).into_bytes(),
            });
        };
        let broken = |error: String| CliError::store("C013", error).at(&document.source);
        let snapshot = Snapshot::holding(quads(document, &extraction)).map_err(|error| broken(error.to_string()))?;
        let scope = if format.supports_datasets() { Scope::All } else { Scope::Graph(document.id.as_str().to_owned()) };
        let mut bytes = Vec::new();
        export(snapshot.store(), &scope, format, &mut bytes).map_err(|error| broken(error.to_string()))?;
        Ok(bytes)
    }
}
