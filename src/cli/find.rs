//! `yuanpu find`: entities by a part of any of their names, in simplified or traditional characters, in any width and case.

use std::io::Write;

use serde_json::json;
use yuanpu::graph::{Names, StoreError, Style, class_of, compact, names_like};
use yuanpu::model::Language;

use super::outcome::{CliError, Outcome};
use super::settings::Settings;
use super::table::Table;
use super::{knowledge, query};

/// Find entities by a part of a name
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  yuanpu find 高新区\n  yuanpu find 電子信息 --class Cluster\n  yuanpu find 园区 --json --limit 5")]
pub struct Args {
    /// A name or a part of one; 简体 and 繁體 are the same
    #[arg(value_name = "TEXT")]
    text: String,
    /// Only entities of this class (Park, Cluster, Region …)
    #[arg(long, value_name = "CLASS")]
    class: Option<String>,
    /// Show at most so many
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Print JSON, one object a line
    #[arg(long)]
    json: bool,
}

/// Prints what is found, best match first; exit code 1 where nothing is.
pub fn run(args: &Args, settings: &Settings) -> Result<Outcome, CliError> {
    let ontology = knowledge::ontology(settings)?;
    let class = args.class.as_deref().map(|name| class_named(name, &ontology, settings)).transpose()?;
    let snapshot = query::open(settings)?;
    let variants = ontology.variants();
    let fold = |name: &str| variants.fold_text(name).to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let store_failed = |error: StoreError| query::unopened(&error, settings);
    let mut names = Names::new(&snapshot, Style { labels: true, chinese: settings.language == Language::Zh });
    let heads = [("名称", "name"), ("类别", "class"), ("所查到的名称", "found as"), ("标识", "identifier")];
    let mut table = Table::new(heads.map(|(zh, en)| settings.text(zh, en)));
    let mut out = std::io::stdout().lock();
    let mut count = 0;
    for hit in names_like(snapshot.store(), &args.text, &fold).map_err(store_failed)? {
        let found = class_of(snapshot.store(), &hit.iri).map_err(store_failed)?.unwrap_or_default();
        let local = found.rsplit('#').next().unwrap_or(&found).to_owned();
        if class.as_deref().is_some_and(|class| !ontology.schema().is_subclass(&local, class)) {
            continue;
        }
        count += 1;
        if count > args.limit {
            break;
        }
        let label = names.label(&hit.iri).unwrap_or_else(|| hit.name.clone());
        if args.json {
            writeln!(out, "{}", json!({ "iri": hit.iri, "label": label, "class": local, "found_as": hit.name }))?;
        } else {
            let kind = ontology.schema().label(&local, settings.language).to_owned();
            table.push([label, kind, hit.name, compact(&hit.iri).unwrap_or(hit.iri)]);
        }
    }
    if !args.json && !table.is_empty() {
        table.write(&mut out, settings.table_style())?;
    }
    Ok(if count == 0 { Outcome::No } else { Outcome::Done })
}

/// The class by its local name or label.
fn class_named(name: &str, ontology: &yuanpu::ontology::Ontology, settings: &Settings) -> Result<String, CliError> {
    let local = name.strip_prefix("yp:").unwrap_or(name);
    let is_named = |class: &&yuanpu::ontology::ClassInfo| {
        class.term.eq_ignore_ascii_case(local) || class.labels.zh == local || class.labels.en.eq_ignore_ascii_case(local)
    };
    if let Some(class) = ontology.schema().classes().find(is_named) {
        return Ok(class.term.to_string());
    }
    let known: Vec<&str> = ontology.schema().classes().map(|class| &*class.term).collect();
    let message = if settings.language == Language::Zh {
        format!("本体里没有类别“{name}”")
    } else {
        format!("the ontology has no class '{name}'")
    };
    Err(CliError::input("C014", message).help(known.join(" ")))
}
