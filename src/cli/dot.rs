//! `yuanpu dot`: relationships as a picture.

use std::io::Write;
use std::path::PathBuf;

use yuanpu::graph::{DiagramOptions, DotOptions, PictureFormat, diagram, dot, picture};

use super::entity;
use super::outcome::{CliError, Failure, Outcome};
use super::settings::Settings;
use super::{query, render};

/// Draw relationships as DOT, or as a picture where Graphviz is installed
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  yuanpu dot -o graph.dot\n  yuanpu dot 成都市 --depth 2 --render svg -o chengdu.svg\n  yuanpu dot --class Cluster --class Park"
)]
pub struct Args {
    /// Entities whose neighbourhood is drawn (name, IRI or prefixed name); none for the whole graph
    #[arg(value_name = "ENTITY")]
    entities: Vec<String>,
    /// Steps from these entities
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=5))]
    depth: u8,
    /// Most nodes in the picture
    #[arg(long, default_value_t = 40, value_name = "N")]
    max_nodes: usize,
    /// Only these classes (local name, such as Cluster)
    #[arg(long, value_name = "CLASS")]
    class: Vec<String>,
    /// Only these relations (local name, such as hosts)
    #[arg(long, value_name = "RELATION")]
    rel: Vec<String>,
    /// Leave out plans, advice and denials
    #[arg(long)]
    facts_only: bool,
    /// Direction of the layout: LR or TB
    #[arg(long, default_value = "LR", value_name = "DIR", value_parser = ["LR", "TB"])]
    rankdir: String,
    /// No frames around the classes
    #[arg(long)]
    no_frames: bool,
    /// No legend
    #[arg(long)]
    no_legend: bool,
    /// Title under the picture
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    title: String,
    /// A picture instead of DOT: svg, png or pdf
    #[arg(long, value_name = "FORMAT", value_parser = ["svg", "png", "pdf"])]
    render: Option<String>,
    /// File to write; `-` is standard output
    #[arg(short, long, default_value = "-", value_name = "FILE")]
    output: PathBuf,
}

/// Draws.
pub fn run(args: &Args, settings: &Settings) -> Result<Outcome, CliError> {
    let snapshot = query::open(settings)?;
    let mut seeds = Vec::new();
    for name in &args.entities {
        seeds.extend(entity::named(&snapshot, name, settings)?);
    }
    let options = DiagramOptions {
        seeds,
        depth: usize::from(args.depth),
        max_nodes: args.max_nodes,
        classes: args.class.iter().cloned().collect(),
        relations: args.rel.iter().cloned().collect(),
        with_unasserted: !args.facts_only,
        language: settings.language,
    };
    let drawn = diagram(&snapshot, &options).map_err(|e| query::unopened(&e, settings))?;
    if drawn.graph.node_count() == 0 {
        render::status(settings, settings.text("空", "Nothing"), settings.text("没有可画的关系", "there are no relations to draw"));
        return Ok(Outcome::No);
    }
    let look = DotOptions {
        title: args.title.clone(),
        language: settings.language,
        frames: !args.no_frames,
        legend: !args.no_legend,
        direction: if args.rankdir == "TB" { "TB" } else { "LR" },
    };
    let text = dot(&drawn, &look);
    let bytes = match args.render.as_deref() {
        None => text.into_bytes(),
        Some(format) => {
            let format = if format == "png" {
                PictureFormat::Png
            } else if format == "pdf" {
                PictureFormat::Pdf
            } else {
                PictureFormat::Svg
            };
            picture(&text, format).map_err(|e| CliError { failure: Failure::Store, diagnostics: vec![e.diagnostic(settings.language)] })?
        }
    };
    write(args, &bytes, settings)?;
    let (nodes, edges, hidden) = (drawn.graph.node_count(), drawn.graph.edge_count(), drawn.hidden);
    let message = if settings.language == yuanpu::model::Language::Zh {
        format!("{nodes} 个实体,{edges} 条连线;另有 {hidden} 个实体未画出")
    } else {
        format!("{nodes} entities and {edges} edges; {hidden} entities not shown")
    };
    render::status(settings, settings.text("绘图", "Drawn"), &message);
    Ok(Outcome::Done)
}

fn write(args: &Args, bytes: &[u8], settings: &Settings) -> Result<(), CliError> {
    if args.output.as_os_str() == "-" {
        let mut out = std::io::stdout().lock();
        out.write_all(bytes)?;
        return Ok(out.flush()?);
    }
    if let Some(folder) = args.output.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&args.output, bytes).map_err(|error| {
        CliError::store("G030", format!("{}: {error}", settings.text("写不了文件", "cannot write the file")))
            .at(args.output.display().to_string())
            .help(settings.text("检查路径与空间,或换一个 -o", "check the path and the space on the disk, or choose another -o"))
    })
}
