//! `yuanpu export`: the graph in the formats of RDF.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use yuanpu::graph::{ExportError, RdfFormat, Scope, SelfCheckError, Snapshot, entities_named, export, self_check, triples};

use super::outcome::{CliError, Outcome};
use super::settings::Settings;
use super::{query, render};

/// Write the graph in a format of RDF
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  yuanpu export -o graph.ttl --self-check\n  yuanpu export --evidence -f jsonld -o graph.jsonld\n  yuanpu export --all -f nq | gzip > graph.nq.gz"
)]
pub struct Args {
    /// File to write; `-` is standard output
    #[arg(short, long, default_value = "-", value_name = "FILE")]
    output: PathBuf,
    /// Format: ttl, nt, nq, trig, rdf, jsonld [default: by the name of the file, else ttl]
    #[arg(short, long, value_name = "FORMAT")]
    format: Option<String>,
    /// Statements, figures and passages, too
    #[arg(long, conflicts_with_all = ["graph", "all"])]
    evidence: bool,
    /// Only the graph of this document (IRI or title)
    #[arg(long, value_name = "DOCUMENT", conflicts_with = "all")]
    graph: Option<String>,
    /// All graphs, the ontology and the gazetteers among them (nq, trig, jsonld)
    #[arg(long)]
    all: bool,
    /// Read the Turtle back with a second parser and compare every triple
    #[arg(long)]
    self_check: bool,
}

/// Writes the export.
pub fn run(args: &Args, settings: &Settings) -> Result<Outcome, CliError> {
    let format = format(args, settings)?;
    let snapshot = query::open(settings)?;
    let scope = scope(args, &snapshot, settings)?;
    let mut bytes = Vec::new();
    let count = export(snapshot.store(), &scope, format, &mut bytes).map_err(|e| failed(&e, settings))?;
    if args.self_check {
        checked(&snapshot, &scope, format, &bytes, settings)?;
    }
    if args.output.as_os_str() == "-" {
        let mut out = std::io::stdout().lock();
        out.write_all(&bytes)?;
        out.flush()?;
    } else {
        write(args, &bytes, settings)?;
        let message = format!("{count} {} → {}", settings.text("条三元组", "triples"), args.output.display());
        render::status(settings, settings.text("导出", "Exported"), &message);
    }
    Ok(Outcome::Done)
}

fn write(args: &Args, bytes: &[u8], settings: &Settings) -> Result<(), CliError> {
    let path = &args.output;
    let write = || -> std::io::Result<()> {
        if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)?;
        }
        let mut out = BufWriter::new(File::create(path)?);
        out.write_all(bytes)?;
        out.flush()
    };
    write().map_err(|error| {
        CliError::store("G030", format!("{}: {error}", settings.text("写不了文件", "cannot write the file")))
            .at(path.display().to_string())
            .help(settings.text("检查路径与空间,或换一个 -o", "check the path and the space on the disk, or choose another -o"))
    })
}

fn format(args: &Args, settings: &Settings) -> Result<RdfFormat, CliError> {
    let by_name = args.output.extension().and_then(|e| e.to_str()).and_then(RdfFormat::from_extension);
    let Some(asked) = &args.format else { return Ok(by_name.unwrap_or(RdfFormat::Turtle)) };
    RdfFormat::from_extension(asked).ok_or_else(|| {
        CliError::input("G031", format!("{} {asked}", settings.text("没有这种格式:", "unknown format:")))
            .help(settings.text("可用:ttl nt nq trig rdf jsonld", "known formats: ttl nt nq trig rdf jsonld"))
    })
}

fn scope(args: &Args, snapshot: &Snapshot, settings: &Settings) -> Result<Scope, CliError> {
    Ok(match &args.graph {
        Some(document) => {
            let named = entities_named(snapshot.store(), document).map_err(|e| query::unopened(&e, settings))?;
            Scope::Graph(named.into_iter().next().unwrap_or_else(|| document.clone()))
        }
        None if args.all => Scope::All,
        None if args.evidence => Scope::Evidence,
        None => Scope::Facts,
    })
}

fn failed(error: &ExportError, settings: &Settings) -> CliError {
    match error {
        ExportError::Store(error) => query::unopened(error, settings),
        ExportError::NoGraph(iri) => {
            CliError::input("G032", format!("{} {iri}", settings.text("图谱中没有这篇文献:", "the graph has no document")))
                .help(settings.text("用 `yuanpu stats` 查看各篇文献", "see the documents with `yuanpu stats`"))
        }
        ExportError::NoNamedGraphs(name) => {
            CliError::input("G033", format!("{name} {}", settings.text("不能表示命名图", "cannot hold named graphs")))
                .help(settings.text("请用 -f nq、trig 或 jsonld", "use -f nq, trig or jsonld"))
        }
        ExportError::Write(error) => CliError::store("G030", error.to_string()),
    }
}

fn checked(snapshot: &Snapshot, scope: &Scope, format: RdfFormat, bytes: &[u8], settings: &Settings) -> Result<(), CliError> {
    if format != RdfFormat::Turtle {
        return Err(CliError::input("G034", settings.text("--self-check 只用于 Turtle", "--self-check is for Turtle only"))
            .help(settings.text("加上 -f ttl", "add -f ttl")));
    }
    let expected = triples(snapshot.store(), scope).map_err(|e| failed(&e, settings))?;
    let compared = self_check(bytes, expected).map_err(|error: SelfCheckError| {
        CliError::store("G035", format!("{}: {error}", settings.text("自检不通过", "the self-check failed"))).help(
            settings.text("请连同文献报告此错误;nq 格式不受影响", "please report this with the document; the format nq is not concerned"),
        )
    })?;
    let message = if settings.language == yuanpu::model::Language::Zh {
        format!("另一个解析器读回 {compared} 条三元组,全部一致")
    } else {
        format!("a second parser read {compared} triples back, all equal")
    };
    render::status(settings, settings.text("自检", "Checked"), &message);
    Ok(())
}
