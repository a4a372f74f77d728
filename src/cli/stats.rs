//! `yuanpu stats`: how much of what there is.

use std::io::Write;

use yuanpu::graph::{Names, Statistics, Style, statistics};
use yuanpu::model::{Language, vocabulary};

use super::outcome::{CliError, Outcome};
use super::query;
use super::settings::Settings;
use super::table::Table;

/// Counts by class, relation and document
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  yuanpu stats\n  yuanpu stats --json | jq .classes")]
pub struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints the counts.
pub fn run(args: &Args, settings: &Settings) -> Result<Outcome, CliError> {
    let snapshot = query::open(settings)?;
    let counts = statistics(&snapshot).map_err(|e| query::unopened(&e, settings))?;
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string(&counts).map_err(std::io::Error::from)?)?;
        return Ok(Outcome::Done);
    }
    let mut names = Names::new(&snapshot, Style { labels: true, chinese: settings.language == Language::Zh });
    let mut name = |namespace: &str, local: &str| names.label(&format!("{namespace}{local}")).unwrap_or_else(|| local.to_owned());
    print_overview(&counts, &mut out, settings)?;
    let text = |zh: &'static str, en: &'static str| settings.text(zh, en);

    let mut classes = Table::new([text("类", "class"), text("术语", "term"), text("实体", "entities")]);
    for (class, count) in by_count(&counts.classes) {
        classes.push([name(vocabulary::YP, class), format!("yp:{class}"), count.to_string()]);
    }
    print(&classes, &mut out, settings)?;

    let mut relations = Table::new([text("关系", "relation"), text("术语", "term"), text("语气", "mode"), text("陈述", "statements")]);
    for (relation, modes) in &counts.relations {
        for (mode, count) in modes {
            relations.push([name(vocabulary::YP, relation), format!("yp:{relation}"), name(vocabulary::YPS, mode), count.to_string()]);
        }
    }
    print(&relations, &mut out, settings)?;

    let mut documents =
        Table::new([text("文献", "document"), text("关系", "relations"), text("数据", "figures"), text("原文", "passages")]);
    for document in &counts.by_document {
        let numbers = [document.relations, document.figures, document.passages].map(|n| n.to_string());
        let [relations, figures, passages] = numbers;
        documents.push([document.path.clone(), relations, figures, passages]);
    }
    print(&documents, &mut out, settings)?;
    Ok(Outcome::Done)
}

fn print_overview(counts: &Statistics, out: &mut impl Write, settings: &Settings) -> Result<(), CliError> {
    let (generation, documents, entities, statements, facts) =
        (counts.generation, counts.documents, counts.entities, counts.statements, counts.facts);
    let figures: usize = counts.figures.values().sum();
    let line = if settings.language == Language::Zh {
        format!("第 {generation} 代:{documents} 篇文献,{entities} 个实体,{statements} 条陈述,{figures} 个数据,合并图 {facts} 条三元组")
    } else {
        format!(
            "generation {generation}: {documents} documents, {entities} entities, {statements} statements, {figures} figures, {facts} merged triples"
        )
    };
    Ok(writeln!(out, "{line}")?)
}

fn print(table: &Table, out: &mut impl Write, settings: &Settings) -> Result<(), CliError> {
    writeln!(out)?;
    Ok(table.write(out, settings.table_style())?)
}

/// Most first, then by name.
fn by_count(counts: &std::collections::BTreeMap<String, usize>) -> Vec<(&String, usize)> {
    let mut rows: Vec<(&String, usize)> = counts.iter().map(|(name, count)| (name, *count)).collect();
    rows.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    rows
}
