//! `yuanpu serve`: the graph over HTTP, until SIGTERM or Ctrl-C.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use yuanpu::graph::{Editor, GraphFolder};
use yuanpu::model::{Diagnostic, Severity};
use yuanpu::server::{
    GraphSource, HttpRemote, RemoteAddress, Role, ServeError, Server, ServerConfig, ServiceLimits, Token, Tokens, log_json,
};

use super::outcome::{CliError, Failure, Outcome};
use super::query::{catalogue, seconds, unopened};
use super::render;
use super::settings::Settings;

/// Arguments of `serve`.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  yuanpu serve
  yuanpu serve --bind 0.0.0.0:8080 --cors https://example.org --timeout 10
  YUANPU_TOKEN=$(openssl rand -hex 24) yuanpu serve --writable --bind 0.0.0.0:8080

The address is printed on stdout. Endpoints: /sparql /store /api/queries /id/... /.well-known/void /healthz /readyz /metrics /admin/queries

Tokens: --tokens names a JSON file
  {\"token\": [{\"secret\": \"...\", \"role\": \"read|write|admin\", \"graphs\": [\"default\", \"https://...\"]}]}
and YUANPU_TOKEN holds one admin token. Without tokens everybody may read, and on a loopback address also write.")]
pub struct Args {
    /// Address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7878")]
    bind: SocketAddr,
    /// Take SPARQL Update and Graph Store writes; nobody else may write to the folder meanwhile
    #[arg(long)]
    writable: bool,
    /// Serve an empty graph in memory instead of the folder; it is gone at the end
    #[arg(long)]
    memory: bool,
    /// Tokens of those who may read, write or administer
    #[arg(long, value_name = "FILE")]
    tokens: Option<PathBuf>,
    /// Origin whose pages may use this server (`*`: any); may be repeated
    #[arg(long, value_name = "ORIGIN")]
    cors: Vec<String>,
    /// Time of one query or update, waiting included
    #[arg(long, value_name = "TIME", default_value = "30", value_parser = seconds)]
    timeout: Duration,
    /// Rows or triples of one answer
    #[arg(long, value_name = "N", default_value_t = ServiceLimits::default().rows)]
    max_rows: u64,
    /// Megabytes of one answer
    #[arg(long, value_name = "MB", default_value_t = 512)]
    max_answer: u64,
    /// Megabytes of RDF in one write
    #[arg(long, value_name = "MB", default_value_t = 256)]
    max_body: usize,
    /// Evaluations at the same time [default: twice the number of cores]
    #[arg(long, value_name = "N")]
    concurrency: Option<usize>,
    /// Requests that may wait for an evaluator
    #[arg(long, value_name = "N", default_value_t = ServiceLimits::default().queue)]
    queue: usize,
    /// Largest product of patterns that share no variable, in rows
    #[arg(long, value_name = "N", default_value_t = ServiceLimits::default().product)]
    max_product: u64,
    /// Address that SERVICE and LOAD may reach, http:// only; with `/` at its end, everything below; may be repeated. Loopback and
    /// private addresses only where named as numbers or as localhost
    #[arg(long, value_name = "URL")]
    allow_remote: Vec<RemoteAddress>,
    /// Time of one request to another server
    #[arg(long, value_name = "TIME", default_value = "10", value_parser = seconds)]
    remote_timeout: Duration,
    /// Megabytes of one answer of another server
    #[arg(long, value_name = "MB", default_value_t = 16)]
    max_remote: usize,
    /// Megabytes of answers kept for repeated requests; 0 keeps none
    #[arg(long, value_name = "MB", default_value_t = 64)]
    cache: u64,
    /// Folder of named queries [default: ./queries if there is one, else the built-in copy]
    #[arg(long, value_name = "DIR")]
    queries: Option<PathBuf>,
    /// How long requests may go on after a stop was asked for
    #[arg(long, value_name = "TIME", default_value = "10", value_parser = seconds)]
    drain: Duration,
    /// What to log, as JSON lines on stderr: off, warn, info or debug
    #[arg(long, value_name = "LEVEL", default_value = "warn")]
    log: String,
}

/// Serves until told to stop.
pub fn run(args: &Args, settings: &Settings) -> Result<Outcome, CliError> {
    log_json(&args.log);
    let config = config(args, settings)?;
    let source = source(args, settings)?;
    let server = Server::bind(config, source).map_err(|error| failed(error, settings))?;
    let address = server.address()?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "http://{address}/")?;
    out.flush()?;
    drop(out);
    let how = if args.writable {
        settings.text("可写，Ctrl-C 停止", "writable, Ctrl-C stops")
    } else {
        settings.text("只读，Ctrl-C 停止", "read-only, Ctrl-C stops")
    };
    render::status(settings, settings.text("服务中", "Serving"), &format!("http://{address}/ ({how})"));
    server.run().map_err(|error| failed(error, settings))?;
    render::status(settings, settings.text("已停止", "Stopped"), "");
    Ok(Outcome::Done)
}

fn config(args: &Args, settings: &Settings) -> Result<ServerConfig, CliError> {
    let limits = ServiceLimits {
        time: args.timeout,
        rows: args.max_rows,
        bytes: args.max_answer << 20,
        rdf_body: args.max_body << 20,
        concurrency: args.concurrency.unwrap_or(ServiceLimits::default().concurrency).max(1),
        queue: args.queue,
        product: args.max_product,
        ..ServiceLimits::default()
    };
    Ok(ServerConfig {
        bind: args.bind,
        writable: args.writable,
        tokens: tokens(args.tokens.as_deref(), settings)?,
        origins: args.cors.clone(),
        limits,
        remote: remote(args),
        cache_bytes: args.cache << 20,
        queries: catalogue(args.queries.as_deref(), settings)?,
        poll: Duration::from_millis(500),
        drain: args.drain,
    })
}

fn remote(args: &Args) -> Option<HttpRemote> {
    let remote = HttpRemote { allowed: args.allow_remote.clone(), time: args.remote_timeout, bytes: args.max_remote << 20 };
    (!remote.allowed.is_empty()).then_some(remote)
}

fn source(args: &Args, settings: &Settings) -> Result<GraphSource, CliError> {
    let folder = GraphFolder::at(&settings.db);
    let opened = match (args.memory, args.writable) {
        (true, true) => Editor::in_memory().map(|editor| GraphSource::Writable(Box::new(editor))),
        (true, false) => Editor::in_memory().map(|editor| GraphSource::Fixed(editor.snapshot())),
        (false, true) => Editor::open(&folder).map(|editor| GraphSource::Writable(Box::new(editor))),
        (false, false) => Editor::recover(&folder).map(|_| GraphSource::Folder(folder)),
    };
    opened.map_err(|error| unopened(&error, settings))
}

/// The tokens of the file and of the environment.
fn tokens(file: Option<&Path>, settings: &Settings) -> Result<Tokens, CliError> {
    let mut tokens = Tokens::default();
    if let Some(path) = file {
        let at = path.display().to_string();
        let wrong = |reason: String| {
            CliError::input("S001", format!("{}: {reason}", settings.text("令牌文件不能用", "the file of tokens cannot be used"))).at(&at)
        };
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        tokens = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    }
    if let Ok(secret) = std::env::var("YUANPU_TOKEN") {
        tokens.token.push(Token { secret, role: Role::Admin, graphs: None });
    }
    tokens.check().map_err(|error| CliError::input("S002", error.to_string()))?;
    Ok(tokens)
}

fn failed(error: ServeError, settings: &Settings) -> CliError {
    match error {
        ServeError::Store(error) => unopened(&error, settings),
        ServeError::Bind { .. } => CliError::store("S003", error.to_string())
            .help(settings.text("换一个端口，如 --bind 127.0.0.1:0", "take another port, such as --bind 127.0.0.1:0")),
        ServeError::OpenWriter(_) => {
            CliError::input("S004", error.to_string()).help(settings.text("设置 YUANPU_TOKEN 或 --tokens", "set YUANPU_TOKEN or --tokens"))
        }
        ServeError::Io(error) => CliError {
            failure: Failure::Store,
            diagnostics: vec![Diagnostic {
                code: "S005",
                severity: Severity::Error,
                message: error.to_string(),
                location: yuanpu::model::Location::default(),
                help: None,
            }],
        },
    }
}
