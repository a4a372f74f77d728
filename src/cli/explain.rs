//! `yuanpu explain`: the very words that a relation rests on.

use std::io::Write;

use yuanpu::graph::{Names, Quote, Recorded, Relation, Snapshot, Style, relation_named, relations_of, statements};
use yuanpu::model::Language;

use super::outcome::{CliError, Outcome};
use super::settings::Settings;
use super::{entity, query, render};

/// The evidence of a relation, quoted in its context with file, line, offsets and rule
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  yuanpu explain 崇州产业园区 承载 崇州家具产业集群\n  yuanpu explain 成都市 develops\n  yuanpu explain 盛毅"
)]
pub struct Args {
    /// Subject: name, IRI or prefixed name
    #[arg(value_name = "SUBJECT")]
    subject: String,
    /// Relation: local name or label; any where absent
    #[arg(value_name = "RELATION")]
    relation: Option<String>,
    /// Object: name, IRI or prefixed name; any where absent
    #[arg(value_name = "OBJECT")]
    object: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints every statement that fits.
pub fn run(args: &Args, settings: &Settings) -> Result<Outcome, CliError> {
    let snapshot = query::open(settings)?;
    let fitting = fitting(args, &snapshot, settings)?;
    let found = statements(&snapshot, &fitting).map_err(|e| query::unopened(&e, settings))?;
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string(&found).map_err(std::io::Error::from)?)?;
    } else {
        let mut names = Names::new(&snapshot, Style { labels: true, chinese: settings.language == Language::Zh });
        for relation in &fitting {
            print(relation, &found, &mut names, &mut out, settings)?;
        }
    }
    if found.is_empty() {
        render::status(settings, settings.text("无", "None"), settings.text("没有这样的陈述", "there is no such statement"));
        return Ok(Outcome::No);
    }
    Ok(Outcome::Done)
}

fn fitting(args: &Args, snapshot: &Snapshot, settings: &Settings) -> Result<Vec<Relation>, CliError> {
    let failed = |error| query::unopened(&error, settings);
    let subjects = entity::named(snapshot, &args.subject, settings)?;
    let objects = args.object.as_ref().map(|object| entity::named(snapshot, object, settings)).transpose()?;
    let relation = match &args.relation {
        None => None,
        Some(name) => Some(relation_named(snapshot.store(), name).map_err(failed)?.ok_or_else(|| {
            CliError::input("G011", format!("{} {name}", settings.text("本体中没有这种关系:", "the ontology has no relation")))
                .help(settings.text("如 位于、承载、打造、实施,或 locatedIn、hosts", "such as locatedIn, hosts, develops, implements"))
        })?),
    };
    let mut fitting = Vec::new();
    for subject in &subjects {
        let said = relations_of(snapshot.store(), subject).map_err(failed)?.into_iter();
        fitting.extend(said.filter(|r| {
            // With an object given the order of the two does not matter to those who ask.
            let ends = objects.as_ref().is_none_or(|o| o.contains(&r.object) || (o.contains(&r.subject) && r.object == *subject));
            ends && (objects.is_some() || r.subject == *subject) && relation.as_ref().is_none_or(|p| *p == r.predicate)
        }));
    }
    Ok(fitting)
}

fn print(
    relation: &Relation,
    found: &[Recorded],
    names: &mut Names<'_>,
    out: &mut impl Write,
    settings: &Settings,
) -> Result<(), CliError> {
    let mut name = |iri: &str| names.label(iri).unwrap_or_else(|| iri.to_owned());
    let ours: Vec<&Recorded> = found.iter().filter(|r| relation.statements.contains(&r.iri)).collect();
    let mode = name(&format!("{}{}", yuanpu::model::vocabulary::YPS, relation.modality));
    let (subject, predicate, object) = (name(&relation.subject), name(&relation.predicate), name(&relation.object));
    writeln!(out, "{subject} ──{predicate}──▶ {object}   {mode} · {} {}", ours.len(), settings.text("条陈述", "statements"))?;
    for (at, recorded) in ours.iter().enumerate() {
        let mut notes: Vec<String> = Vec::new();
        let speaker = recorded.one("attributedTo").map(&mut name);
        let notes_of = [
            (settings.text("说话人", "said by"), speaker),
            (settings.text("角色", "role"), recorded.one("role").map(str::to_owned)),
            (settings.text("时间", "period"), recorded.one("period").map(str::to_owned)),
            (settings.text("规则", "rule"), recorded.properties.get("rule").map(|rules| rules.join(" "))),
            (settings.text("置信", "confidence"), recorded.one("confidence").map(str::to_owned)),
        ];
        notes.extend(notes_of.into_iter().filter_map(|(what, value)| Some(format!("{what} {}", value?))));
        writeln!(out, "{:>2}  {}", at + 1, notes.join(" · "))?;
        for quote in &recorded.evidence {
            print_quote(quote, recorded, out, settings)?;
        }
        for reason in recorded.properties.get("reason").into_iter().flatten() {
            writeln!(out, "    {} {reason}", settings.text("理由", "because"))?;
        }
    }
    Ok(writeln!(out)?)
}

fn print_quote(quote: &Quote, recorded: &Recorded, out: &mut impl Write, settings: &Settings) -> Result<(), CliError> {
    let file = if quote.file.is_empty() { &recorded.title } else { &quote.file };
    let (start, end) = (quote.start, quote.end);
    writeln!(out, "    {file}:{}:{}  {} {start}–{end}", quote.line, quote.column, settings.text("字符", "characters"))?;
    let one_line = |text: &str| text.replace('\n', "⏎");
    Ok(writeln!(out, "    …{}【{}】{}…", quote.before, one_line(&quote.quote), quote.after)?)
}
