//! `yuanpu show`: what the graph says of an entity.

use std::io::Write;

use serde::Serialize;
use yuanpu::graph::{Names, class_of};
use yuanpu::graph::{Recorded, Relation, Snapshot, Style, figures, known_facts, relations_of};
use yuanpu::model::Language;

use super::outcome::{CliError, Outcome};
use super::settings::Settings;
use super::table::Table;
use super::{entity, query};

/// What the graph says of an entity: names, facts in and out, figures
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  yuanpu show 成都市\n  yuanpu show cluster:成德高端能源装备产业集群 --json")]
pub struct Args {
    /// Name, IRI or prefixed name
    #[arg(value_name = "ENTITY")]
    entity: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// All that is shown of one entity.
#[derive(Serialize)]
struct Card {
    iri: String,
    label: String,
    class: String,
    /// Facts of the gazetteers and further names: property and value.
    known: Vec<(String, String)>,
    facts: Vec<Fact>,
    figures: Vec<Figure>,
}

#[derive(Serialize)]
struct Fact {
    subject: String,
    relation: String,
    object: String,
    mode: String,
    statements: usize,
}

#[derive(Serialize)]
struct Figure {
    indicator: String,
    value: String,
    unit: String,
    change: String,
    period: String,
    mode: String,
}

/// Shows one card for each entity of that name.
pub fn run(args: &Args, settings: &Settings) -> Result<Outcome, CliError> {
    let snapshot = query::open(settings)?;
    let mut out = std::io::stdout().lock();
    for (at, iri) in entity::named(&snapshot, &args.entity, settings)?.into_iter().enumerate() {
        let card = card(&snapshot, iri, settings).map_err(|e| query::unopened(&e, settings))?;
        if args.json {
            writeln!(out, "{}", serde_json::to_string(&card).map_err(std::io::Error::from)?)?;
        } else {
            if at > 0 {
                writeln!(out)?;
            }
            print(&card, &mut out, settings)?;
        }
    }
    Ok(Outcome::Done)
}

fn card(snapshot: &Snapshot, iri: String, settings: &Settings) -> Result<Card, yuanpu::graph::StoreError> {
    let store = snapshot.store();
    let mut names = Names::new(snapshot, Style { labels: true, chinese: settings.language == Language::Zh });
    let mut name = |iri: &str| names.label(iri).unwrap_or_else(|| unlabelled(iri, settings));
    let relations = relations_of(store, &iri)?;
    let known = known_facts(store, &iri, &relations)?;
    let known =
        known.into_iter().map(|(property, value)| (name(&property), if value.contains("://w3id.org/") { name(&value) } else { value }));
    let known = known.collect();
    let facts = relations.iter().map(|relation| fact(relation, &mut name)).collect();
    let figures = figures(snapshot, &iri)?.iter().map(|figure| of_figure(figure, &mut name)).collect();
    let class = class_of(store, &iri)?.map_or_else(String::new, |class| name(&class));
    Ok(Card { label: name(&iri), class, known, facts, figures, iri })
}

/// The few properties of other vocabularies that the ontology gives no label.
fn unlabelled(iri: &str, settings: &Settings) -> String {
    let local = iri.rsplit(['#', '/']).next().unwrap_or(iri);
    let (zh, en) = match local {
        "altLabel" => ("别名", "other name"),
        "hiddenLabel" => ("误写", "misprint"),
        "notation" => ("代码", "code"),
        "source" => ("来源", "source"),
        "issued" => ("日期", "issued"),
        "creator" => ("作者", "author"),
        "publisher" => ("发布者", "publisher"),
        "broader" => ("上位", "broader"),
        "isReplacedBy" => ("后继", "replaced by"),
        other => (other, other),
    };
    settings.text(zh, en).to_owned()
}

fn fact(relation: &Relation, name: &mut impl FnMut(&str) -> String) -> Fact {
    let Relation { subject, predicate, object, modality, statements } = relation;
    let mode = name(&format!("{}{modality}", yuanpu::model::vocabulary::YPS));
    Fact { subject: name(subject), relation: name(predicate), object: name(object), mode, statements: statements.len() }
}

fn of_figure(figure: &Recorded, name: &mut impl FnMut(&str) -> String) -> Figure {
    let mut named = |property: &str| figure.one(property).map(&mut *name).unwrap_or_default();
    let (indicator, unit, mode) = (named("indicator"), named("unit"), named("modality"));
    let change: Vec<String> = [named("bound"), named("comparison"), named("direction")].into_iter().filter(|w| !w.is_empty()).collect();
    let plain = |property: &str| figure.one(property).unwrap_or_default().to_owned();
    Figure { indicator, value: plain("value"), unit, change: change.join(" "), period: plain("period"), mode }
}

fn print(card: &Card, out: &mut impl Write, settings: &Settings) -> Result<(), CliError> {
    writeln!(out, "{} · {} · {}", card.label, card.class, card.iri)?;
    let mut known = Table::new([settings.text("属性", "property"), settings.text("值", "value")]);
    card.known.iter().for_each(|(property, value)| known.push([property.clone(), value.clone()]));
    section(&known, card.known.len(), settings.text("已知", "Known"), out, settings)?;
    let heads = [("主语", "subject"), ("关系", "relation"), ("宾语", "object"), ("语气", "mode"), ("依据", "evidence")];
    let mut facts = Table::new(heads.map(|(zh, en)| settings.text(zh, en)));
    for fact in &card.facts {
        facts.push([fact.subject.clone(), fact.relation.clone(), fact.object.clone(), fact.mode.clone(), fact.statements.to_string()]);
    }
    section(&facts, card.facts.len(), settings.text("关系", "Relations"), out, settings)?;
    let heads = [("指标", "indicator"), ("数值", "value"), ("单位", "unit"), ("变化", "change"), ("时间", "period"), ("语气", "mode")];
    let mut figures = Table::new(heads.map(|(zh, en)| settings.text(zh, en)));
    for figure in &card.figures {
        let Figure { indicator, value, unit, change, period, mode } = figure;
        figures.push([indicator, value, unit, change, period, mode].map(Clone::clone));
    }
    section(&figures, card.figures.len(), settings.text("数据", "Figures"), out, settings)
}

fn section(table: &Table, rows: usize, title: &str, out: &mut impl Write, settings: &Settings) -> Result<(), CliError> {
    if rows > 0 {
        writeln!(out, "\n{title}")?;
        table.write(out, settings.table_style())?;
    }
    Ok(())
}
