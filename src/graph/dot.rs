//! A diagram as DOT: petgraph writes nodes and edges, this file what they look like, the clusters by class and the legend.
//!
//! Colour and shape say the class, so that the picture can be read without colours, too. Chinese characters count two columns
//! wide, and boxes are given their width, so that no label leaves its box whatever font a browser takes.

use std::collections::BTreeMap;

use petgraph::dot::{Config, Dot};
use petgraph::graph::NodeIndex;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::diagram::{Diagram, Edge, Node};
use crate::model::Language;

const FONTS: &str = "Noto Sans CJK SC,PingFang SC,Microsoft YaHei,sans-serif";
/// Widest line of a node, in columns.
const NODE_COLUMNS: usize = 20;
/// Widest line of an edge label, in columns.
const EDGE_COLUMNS: usize = 16;
/// Width of one column of a node's label, in inches: half an em at 12 points, and a little for wider fonts.
const COLUMN: f64 = 0.092;

/// How a class looks.
struct Look {
    class: &'static str,
    shape: &'static str,
    fill: &'static str,
    line: &'static str,
}

const fn look(class: &'static str, shape: &'static str, fill: &'static str, line: &'static str) -> Look {
    Look { class, shape, fill, line }
}

/// A box with round corners, which for Graphviz is a style and no shape.
const ROUNDED: &str = "box, style=\"rounded,filled\"";

/// Fills light enough for black text, told apart by people who see no red or green.
const LOOKS: &[Look] = &[
    look("Cluster", "box", "#fde3c8", "#b45309"),
    look("Park", "house", "#d6efd8", "#2e7d32"),
    look("Region", "ellipse", "#d9e8fb", "#1d5fa8"),
    look("CompositeRegion", "ellipse", "#c3d9f7", "#123f75"),
    look("Institution", "octagon", "#e6dcf5", "#6039a0"),
    look("Initiative", "note", "#fff4b8", "#8a6d00"),
    look("Industry", "hexagon", "#d3f1ee", "#0b7068"),
    look("IndustryChain", "hexagon", "#a9ded8", "#07504a"),
    look("Platform", "component", "#dfe6ee", "#45566b"),
    look("Person", "oval", "#fadbe6", "#a3285f"),
    look("Event", ROUNDED, "#fbd5d0", "#a8322a"),
    look("Honour", "egg", "#f7ecd0", "#7c5a12"),
    look("Group", "folder", "#ececec", "#555555"),
    look("Document", "tab", "#ffffff", "#555555"),
    look("PolicyDocument", "tab", "#f4f4f4", "#333333"),
];
const OTHER: Look = look("", "box", "#ffffff", "#777777");

fn look_of(class: &str) -> &'static Look {
    LOOKS.iter().find(|look| look.class == class).unwrap_or(&OTHER)
}

/// How to write the picture.
#[derive(Clone, Debug)]
pub struct DotOptions {
    /// Title; none where empty.
    pub title: String,
    /// Language of the legend.
    pub language: Language,
    /// Whether nodes of one class stand together in a frame.
    pub frames: bool,
    /// Whether a legend is drawn.
    pub legend: bool,
    /// `LR` or `TB`.
    pub direction: &'static str,
}

impl Default for DotOptions {
    fn default() -> Self {
        Self { title: String::new(), language: Language::Zh, frames: true, legend: true, direction: "LR" }
    }
}

/// The diagram as DOT. The same diagram gives the same bytes.
#[must_use]
pub fn dot(diagram: &Diagram, options: &DotOptions) -> String {
    let mut out = String::from("digraph yuanpu {\n");
    head(&mut out, diagram, options);
    if options.frames {
        frames(&mut out, diagram);
    }
    let config = [Config::GraphContentOnly, Config::NodeNoLabel, Config::EdgeNoLabel];
    let node = |_: &petgraph::graph::DiGraph<Node, Edge>, (_, node): (NodeIndex, &Node)| node_attributes(node);
    let edge = |_: &petgraph::graph::DiGraph<Node, Edge>, edge: petgraph::graph::EdgeReference<'_, Edge>| edge_attributes(edge.weight());
    out.push_str(&format!("{:?}", Dot::with_attr_getters(&diagram.graph, &config, &edge, &node)));
    out.push_str("}\n");
    out
}

fn head(out: &mut String, diagram: &Diagram, options: &DotOptions) {
    let mut line = |text: &str| {
        out.push_str("    ");
        out.push_str(text);
        out.push('\n');
    };
    let direction = options.direction;
    line(&format!("graph [rankdir={direction}, fontname=\"{FONTS}\", fontsize=12, nodesep=0.25, ranksep=1.3, pad=0.3, bgcolor=white];"));
    line(&format!(
        "node [fontname=\"{FONTS}\", fontsize=12, style=filled, penwidth=1.2, margin=\"0.12,0.07\", fixedsize=false, height=0.35];"
    ));
    line(&format!("edge [fontname=\"{FONTS}\", fontsize=10, color=\"#5f6b7a\", fontcolor=\"#333333\", arrowsize=0.7];"));
    if options.legend || !options.title.is_empty() {
        line(&format!("label=<{}>;", legend(diagram, options)));
        line("labelloc=b;");
        line("labeljust=l;");
    }
}

/// Title, classes with their colours, kinds of lines, and what was left out.
fn legend(diagram: &Diagram, options: &DotOptions) -> String {
    let say = |zh: &'static str, en: &'static str| if options.language == Language::Zh { zh } else { en };
    let mut table = String::from("<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"6\" CELLPADDING=\"3\">");
    if !options.title.is_empty() {
        table.push_str(&format!("<TR><TD ALIGN=\"LEFT\" COLSPAN=\"20\"><B>{}</B></TD></TR>", html(&options.title)));
    }
    if options.legend {
        table.push_str("<TR>");
        for (class, name) in &diagram.class_names {
            let Look { fill, line, .. } = look_of(class);
            table.push_str(&format!("<TD BGCOLOR=\"{fill}\" BORDER=\"1\" COLOR=\"{line}\">{}</TD>", html(name)));
        }
        table.push_str("</TR><TR><TD ALIGN=\"LEFT\" COLSPAN=\"20\">");
        let lines = say(
            "实线:原文陈述为事实 · 虚线:计划、建议等 · 灰线:地名录等已知",
            "solid: stated · dashed: planned, advised … · grey: known from gazetteers",
        );
        table.push_str(lines);
        if diagram.hidden > 0 {
            let more = format!(" · +{} {}", diagram.hidden, say("个实体未画出", "entities not shown"));
            table.push_str(&more);
        }
        table.push_str("</TD></TR>");
    }
    table.push_str("</TABLE>");
    table
}

/// One frame for each class that has two nodes or more.
fn frames(out: &mut String, diagram: &Diagram) {
    let mut by_class: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for index in diagram.graph.node_indices() {
        by_class.entry(&diagram.graph[index].class).or_default().push(index.index());
    }
    for (class, members) in by_class.into_iter().filter(|(_, members)| members.len() > 1) {
        let name = diagram.class_names.get(class).map_or(class, String::as_str);
        let Look { line, .. } = look_of(class);
        let members: Vec<String> = members.iter().map(ToString::to_string).collect();
        let text = format!(
            "    subgraph cluster_{class} {{ label=\"{}\"; labelloc=t; labeljust=l; style=\"rounded\"; color=\"{line}\"; fontcolor=\"{line}\"; {}; }}\n",
            quoted(name),
            members.join("; ")
        );
        out.push_str(&text);
    }
}

fn node_attributes(node: &Node) -> String {
    let Look { shape, fill, line, .. } = look_of(&node.class);
    let mut lines = wrapped(&node.label, NODE_COLUMNS);
    lines.extend(node.notes.iter().map(|note| format!("〔{note}〕")));
    let columns = lines.iter().map(|l| l.width()).max().unwrap_or(0);
    // Slanting and round shapes need more room at the sides than boxes.
    let room = if matches!(*shape, "box" | ROUNDED | "note" | "folder" | "tab" | "component") { 1.0 } else { 1.25 };
    let width = (columns as f64 * COLUMN * room + 0.3).max(0.6);
    let penwidth = if node.is_seed { ", penwidth=2.6" } else { "" };
    let label = lines.iter().map(|l| quoted(l)).collect::<Vec<_>>().join("\\n");
    format!(
        "label=\"{label}\", shape={shape}, fillcolor=\"{fill}\", color=\"{line}\", width={width:.2}, tooltip=\"{}\"{penwidth}",
        quoted(&node.iri)
    )
}

fn edge_attributes(edge: &Edge) -> String {
    let mut label = edge.labels.join("、");
    if let Some(mode) = &edge.mode {
        label = format!("{label} ({mode})");
    }
    if edge.statements > 1 {
        label = format!("{label} ×{}", edge.statements);
    }
    let style = match (&edge.mode, edge.statements) {
        (Some(_), _) => ", style=dashed, color=\"#a0561a\"",
        (None, 0) => ", color=\"#b8bec7\", fontcolor=\"#8a929c\", arrowhead=vee",
        (None, _) => "",
    };
    // A white ground keeps the words readable where a line runs behind them.
    let lines: Vec<String> = wrapped(&label, EDGE_COLUMNS).iter().map(|l| html(l)).collect();
    let ground = "<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"1\" BGCOLOR=\"white\"><TR><TD>";
    format!("label=<{ground}{}</TD></TR></TABLE>>, tooltip=\"{}\"{style}", lines.join("<BR/>"), quoted(&label))
}

/// Cuts `text` into lines of at most `columns` columns, at a space or a mark where there is one near the end, of even length.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let total = text.width();
    let count = total.div_ceil(columns).max(1);
    // Full-width characters take two columns.
    let even = total.div_ceil(count).next_multiple_of(2);
    let mut lines = vec![String::new()];
    let mut width = 0;
    for piece in pieces(&text, columns) {
        let wide = piece.width();
        let breaks = width + wide > columns || (width >= even && piece == " ") || (width + wide > even && wide == 2 && lines.len() < count);
        if breaks && width > 0 {
            lines.push(String::new());
            width = 0;
        }
        if let Some(line) = lines.last_mut()
            && !(width == 0 && piece == " ")
        {
            line.push_str(piece);
            width += wide;
        }
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

/// Where a text may be broken: around full-width characters and spaces, and inside a word only where it is too long for a line.
fn pieces(text: &str, columns: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut width) = (0, 0);
    for (at, c) in text.char_indices() {
        let wide = c.width().unwrap_or(0);
        let alone = |c: char| c == ' ' || c.width() == Some(2);
        if start < at && (alone(c) || text[start..at].chars().next_back().is_some_and(alone) || width + wide > columns) {
            pieces.push(&text[start..at]);
            (start, width) = (at, 0);
        }
        width += wide;
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

/// For a string between double quotes. Graphviz reads `&name;` even there.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '&' => out.push_str("&amp;"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// For text inside an HTML-like label.
fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_into_even_lines() {
        assert_eq!(wrapped("成渝电子信息先进制造业集群建设", 20), ["成渝电子信息先进", "制造业集群建设"]);
        assert_eq!(wrapped("成都市", 20), ["成都市"]);
        assert_eq!(wrapped("  ", 20), [""]);
        let lines = wrapped("Western Science City of Chengdu", 16);
        assert!(lines.iter().all(|l| l.width() <= 16), "{lines:?}");
        assert_eq!(lines.join(" "), "Western Science City of Chengdu");
        assert_eq!(wrapped("Chengdu High-tech Industrial Development Zone", 20), ["Chengdu High-tech", "Industrial", "Development Zone"]);
        assert_eq!(wrapped("industry (planned)", 16), ["industry", "(planned)"]);
    }

    #[test]
    fn marks_that_graphviz_reads_are_escaped() {
        assert_eq!(quoted("a\"b\\c&d\ne"), "a\\\"b\\\\c&amp;d\\ne");
        assert_eq!(html("<a&b>"), "&lt;a&amp;b&gt;");
    }
}
