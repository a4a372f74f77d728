//! Layer 4: the command line. Sole user of clap.
//!
//! One file per command, holding `Args` (what it takes) and `run` (what it does). To add a command: write that file, then
//! name it in [`Command`] and in [`dispatch`]. Data goes to stdout, messages to stderr; nothing prints with `println!`,
//! so that a reader who closes the pipe early is no error.

mod backup;
mod build;
mod check;
mod completions;
mod dot;
mod entity;
mod evaluate;
mod explain;
mod export;
mod extract;
mod find;
mod input;
mod knowledge;
mod outcome;
mod overview;
mod path;
mod progress;
mod query;
mod reading;
mod render;
mod serve;
mod settings;
mod show;
mod stats;
mod table;
mod train;
mod validate;
mod watch;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ColorChoice, Parser, Subcommand};

use outcome::{CliError, Outcome};
use settings::{Environment, Globals, Settings};

/// Chinese policy text and news on regional industry, as a graph whose every relation quotes its evidence.
#[derive(Parser)]
#[command(name = "yuanpu", version, about, max_term_width = 110, disable_help_subcommand = true)]
struct Cli {
    #[command(flatten)]
    globals: Options,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Options that every command takes, before or after its name.
#[derive(clap::Args)]
struct Options {
    /// Folder of the graph [env: YUANPU_DB] [default: ./yuanpu.db]
    #[arg(short, long, global = true, value_name = "DIR", help_heading = "Global options")]
    db: Option<PathBuf>,
    /// Folder of the ontology [env: YUANPU_ONTOLOGY] [default: ./ontology if there is one, else the built-in copy]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global options")]
    ontology: Option<PathBuf>,
    /// Language of messages: zh or en [env: YUANPU_LANG] [default: from the locale]
    #[arg(long, global = true, value_name = "LANG", help_heading = "Global options")]
    lang: Option<String>,
    /// Colours: auto, always or never [env: YUANPU_COLOR, NO_COLOR] [default: auto]
    #[arg(long, global = true, value_name = "WHEN", help_heading = "Global options")]
    color: Option<String>,
    /// Only errors and results
    #[arg(short, long, global = true, help_heading = "Global options")]
    quiet: bool,
    /// More messages, among them which settings are in force
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Global options")]
    verbose: u8,
    /// Settings file [env: YUANPU_CONFIG] [default: yuanpu.toml here or in a folder above]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    Backup(backup::BackupArgs),
    Build(build::Args),
    Check(check::Args),
    /// Print a completion script for your shell
    Completions(completions::Args),
    Dot(dot::Args),
    Evaluate(evaluate::Args),
    Explain(explain::Args),
    Export(export::Args),
    Extract(extract::Args),
    Find(find::Args),
    Path(path::Args),
    /// Ask the graph: SPARQL, or a question by its name
    Query(query::Args),
    /// Serve the graph over HTTP: SPARQL, graphs, named questions, entity pages
    Serve(serve::Args),
    Restore(backup::RestoreArgs),
    Show(show::Args),
    Stats(stats::Args),
    Train(train::Args),
    Validate(validate::Args),
}

fn dispatch(command: Command, settings: &Settings) -> Result<Outcome, CliError> {
    match command {
        Command::Backup(args) => backup::backup(&args, settings),
        Command::Build(args) => build::run(&args, settings),
        Command::Check(args) => check::run(&args, settings),
        Command::Completions(args) => completions::run(&args, settings),
        Command::Dot(args) => dot::run(&args, settings),
        Command::Evaluate(args) => evaluate::run(&args, settings),
        Command::Explain(args) => explain::run(&args, settings),
        Command::Export(args) => export::run(&args, settings),
        Command::Extract(args) => extract::run(&args, settings),
        Command::Find(args) => find::run(&args, settings),
        Command::Path(args) => path::run(&args, settings),
        Command::Query(args) => query::run(&args, settings),
        Command::Serve(args) => serve::run(&args, settings),
        Command::Restore(args) => backup::restore(&args, settings),
        Command::Show(args) => show::run(&args, settings),
        Command::Stats(args) => stats::run(&args, settings),
        Command::Train(args) => train::run(&args, settings),
        Command::Validate(args) => validate::run(&args, settings),
    }
}

/// Parses the arguments, resolves the settings, runs the command and gives the exit code of the process.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => {
            // Help and version are no errors; a reader who has gone is none either.
            usage.print().ok();
            return ExitCode::from(u8::from(usage.use_stderr()) * 2);
        }
    };
    let environment = Environment::of_process();
    let settings = match Settings::resolve(globals(cli.globals), &environment) {
        Ok(settings) => settings,
        Err(error) => return render::failure(&error, &Settings::before_resolution(&environment)),
    };
    settings.explain();
    let result = match cli.command {
        Some(command) => dispatch(command, &settings),
        None => overview::print(&settings),
    };
    match result.and_then(|outcome| std::io::stdout().flush().map(|()| outcome).map_err(CliError::from)) {
        Ok(outcome) => outcome.into(),
        Err(error) => render::failure(&error, &settings),
    }
}

fn globals(options: Options) -> Globals {
    let Options { db, ontology, lang, color, quiet, verbose, config } = options;
    Globals { db, ontology, lang, color, quiet, verbose, config }
}

/// The clap tree, for completions.
fn tree() -> clap::Command {
    <Cli as clap::CommandFactory>::command().color(ColorChoice::Never)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_tree_of_commands_is_sound() {
        super::tree().debug_assert();
    }
}
