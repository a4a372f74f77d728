//! `yuanpu validate`: whether the graph keeps its promises.

use std::io::Write;

use yuanpu::graph::validate;
use yuanpu::model::Language;

use super::outcome::{CliError, Outcome};
use super::settings::Settings;
use super::table::Table;
use super::{query, render};

/// Compare every quote with its text, and check names, statements and figures of the graph
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  yuanpu validate\n  yuanpu validate --json | jq .findings")]
pub struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints the findings; exit code 1 where there are any.
pub fn run(args: &Args, settings: &Settings) -> Result<Outcome, CliError> {
    let snapshot = query::open(settings)?;
    let result = validate(&snapshot).map_err(|e| query::unopened(&e, settings))?;
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string(&result).map_err(std::io::Error::from)?)?;
    } else if !result.findings.is_empty() {
        let mut table = Table::new([settings.text("检查", "check"), settings.text("节点", "node"), settings.text("问题", "finding")]);
        for finding in &result.findings {
            table.push([finding.check.to_owned(), finding.node.clone(), finding.reason.clone()]);
        }
        table.write(&mut out, settings.table_style())?;
    }
    let (quotes, checks, findings) = (result.quotes, result.checks, result.findings.len());
    let message = if settings.language == Language::Zh {
        format!("核对引文 {quotes} 处,图谱检查 {checks} 项,发现问题 {findings} 个")
    } else {
        format!("{quotes} quotes compared, {checks} checks of the graph, {findings} findings")
    };
    render::status(settings, settings.text("检验", "Validated"), &message);
    Ok(if findings == 0 { Outcome::Done } else { Outcome::No })
}
