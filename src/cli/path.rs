//! `yuanpu path`: how two entities hang together.

use std::io::Write;

use yuanpu::graph::{Link, Names, PathOptions, Style, paths, statements};
use yuanpu::model::Language;

use super::outcome::{CliError, Outcome};
use super::settings::Settings;
use super::{entity, query, render};

/// The shortest chains of relations between two entities, each link with a quotation
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  yuanpu path 盛毅 成都市\n  yuanpu path 青白江区 四川省社会科学院 --max-hops 6 -k 1")]
pub struct Args {
    /// From: name, IRI or prefixed name
    #[arg(value_name = "A")]
    from: String,
    /// To: name, IRI or prefixed name
    #[arg(value_name = "B")]
    to: String,
    /// Most links in a chain
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=8))]
    max_hops: u8,
    /// Most chains
    #[arg(short = 'k', long, default_value_t = 3, value_name = "N")]
    count: usize,
}

/// Prints the chains.
pub fn run(args: &Args, settings: &Settings) -> Result<Outcome, CliError> {
    let snapshot = query::open(settings)?;
    let failed = |error| query::unopened(&error, settings);
    let options = PathOptions { max_hops: usize::from(args.max_hops), count: args.count };
    let mut found: Vec<Vec<Link>> = Vec::new();
    for from in entity::named(&snapshot, &args.from, settings)? {
        for to in entity::named(&snapshot, &args.to, settings)? {
            found.extend(paths(&snapshot, &from, &to, options).map_err(failed)?);
        }
    }
    found.sort_by_key(Vec::len);
    found.truncate(args.count);
    let mut out = std::io::stdout().lock();
    let mut names = Names::new(&snapshot, Style { labels: true, chinese: settings.language == Language::Zh });
    let mut name = |iri: &str| names.label(iri).unwrap_or_else(|| iri.to_owned());
    for (at, chain) in found.iter().enumerate() {
        let mut line = String::new();
        for link in chain {
            let (from, to) = if link.backwards {
                (&link.relation.object, &link.relation.subject)
            } else {
                (&link.relation.subject, &link.relation.object)
            };
            if line.is_empty() {
                line = name(from);
            }
            let label = name(&link.relation.predicate);
            let arrow = if link.backwards { format!(" ◀──{label}── ") } else { format!(" ──{label}──▶ ") };
            line.push_str(&arrow);
            line.push_str(&name(to));
        }
        writeln!(out, "{:>2}  {line}", at + 1)?;
        for link in chain {
            let evidence = statements(&snapshot, std::slice::from_ref(&link.relation)).map_err(failed)?;
            if let Some(quote) = evidence.first().and_then(|r| r.evidence.first()) {
                writeln!(out, "    {}:{}  【{}】", quote.file, quote.line, quote.quote.replace('\n', "⏎"))?;
            }
        }
    }
    if found.is_empty() {
        let message = if settings.language == Language::Zh {
            format!("{} 步之内没有通路", args.max_hops)
        } else {
            format!("no chain of at most {} links", args.max_hops)
        };
        render::status(settings, settings.text("无", "None"), &message);
        return Ok(Outcome::No);
    }
    Ok(Outcome::Done)
}
