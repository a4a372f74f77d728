//! The rules of the house as tables and as functions from sources to faults. A fault reads `path:line: what is wrong`.

use crate::source::{Literal, Source};

/// Rooms and their layers. A room imports only rooms of lower layers.
const LAYERS: &[(&str, usize)] =
    &[("model", 0), ("corpus", 1), ("ontology", 1), ("extract", 2), ("graph", 2), ("pipeline", 3), ("server", 3), ("cli", 4)];

/// Rooms inside extraction, in the order in which data flows, each with the rooms it reads from: all of them stand before it. What they
/// share, `Extractor`, stands outside.
pub const EXTRACTION: &[(&str, &str)] = &[
    ("linear", ""),
    ("knowledge", "linear"),
    ("text", "linear knowledge"),
    ("figures", "knowledge text"),
    ("names", "linear knowledge text figures"),
    ("weights", "linear knowledge names"),
    ("entities", "knowledge text names figures"),
    ("units", "knowledge text names figures entities"),
    ("rules", "knowledge text weights units"),
    ("pairs", "linear knowledge text figures units"),
    ("relations", "linear knowledge text units pairs"),
    ("observations", "knowledge text figures units pairs"),
    ("assemble", "text names entities units rules relations"),
    ("evaluate", "knowledge"),
    ("train", "linear knowledge text names weights entities units rules pairs relations observations evaluate"),
];

/// Foreign crates, or parts of them, and the files that may name them.
pub const DOORS: &[(&str, &[&str])] = &[
    ("anyhow", &["src/cli/"]),
    ("axum", &["src/server/"]),
    ("bytes", &["src/server/"]),
    ("chardetng", &["src/corpus/"]),
    ("clap", &["src/cli/"]),
    ("clap_complete", &["src/cli/"]),
    ("daachorse", &["src/extract/", "src/ontology/"]),
    ("encoding_rs", &["src/corpus/"]),
    ("flate2", &["src/extract/", "src/ontology/"]),
    ("hyper", &["src/server/"]),
    ("hyper_util", &["src/server/"]),
    ("http_body", &["src/server/"]),
    ("http_body_util", &["src/server/"]),
    ("include_dir", &["src/ontology/", "src/graph/"]),
    ("indicatif", &["src/cli/"]),
    ("mimalloc", &["src/main.rs"]),
    ("moka", &["src/server/"]),
    ("oxigraph::store", &["src/graph/"]),
    ("oxigraph::sparql", &["src/graph/"]),
    ("oxigraph", &["src/graph/", "src/ontology/"]),
    ("oxiri", &["src/graph/remote.rs"]),
    ("petgraph", &["src/graph/"]),
    ("quick_xml", &["src/corpus/"]),
    ("rayon", &["src/pipeline", "src/corpus/", "src/extract/", "src/cli/"]),
    ("rio_api", &["src/graph/self_check.rs"]),
    ("rio_turtle", &["src/graph/self_check.rs"]),
    ("scraper", &["src/corpus/"]),
    ("spargebra", &["src/graph/"]),
    ("subtle", &["src/server/"]),
    ("tempfile", &["src/graph/", "src/cli/"]),
    ("terminal_size", &["src/cli/"]),
    ("tokio", &["src/server/", "src/cli/serve.rs"]),
    ("tokio_util", &["src/server/"]),
    ("toml", &["src/cli/settings.rs", "src/cli/train.rs", "src/corpus/", "src/extract/", "src/ontology/"]),
    ("tower_http", &["src/server/"]),
    ("tracing_subscriber", &["src/cli/", "src/server/"]),
    ("unicode_width", &["src/cli/", "src/graph/"]),
    ("walkdir", &["src/corpus/"]),
    ("zip", &["src/corpus/"]),
];

/// Crates that any room may use: they hold no state and open no door to the world.
pub const EVERYWHERE: &[&str] = &["serde", "serde_json", "sha2", "thiserror", "tracing", "unicode_normalization"];

/// What a pure room may not name: files, clocks, processes and the network come in as values.
const IMPURE: &[&str] = &["std::fs", "std::env", "std::net", "std::process", "std::time", "std::thread"];
const PURE_ROOMS: &[&str] = &["model", "extract"];

/// Files whose literals are messages for people, Chinese and English apart from each other.
const MESSAGES: &[&str] = &["src/cli/", "src/corpus/error.rs", "src/graph/error.rs"];
/// Rooms that judge text. Their words come from `ontology/`. Single characters are grammar and numerals (和, 该, 年, 十) and may
/// stand in the code; words may not, with these exceptions.
const WORDLESS_ROOMS: &[&str] = &["model", "extract", "pipeline"];
/// Readers of numbers, dates and what is counted.
const READERS_OF_NUMBERS: &[&str] = &["src/extract/figures/reading.rs"];
/// Conjunctions of more than one character.
const CONJUNCTIONS: &[&str] = &["以及", "，以及", "以及其"];

const VAGUE_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc", "base", "shared", "stuff"];
const MAX_LINES: usize = 600;
const MAX_PUBLIC_ROOMS: usize = 7;

/// The room of a file of `src/`: its folder, or its own name. `lib.rs` and `main.rs` stand outside.
fn room_of(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/")?;
    let name = inside.split('/').next()?;
    Some(name.strip_suffix(".rs").unwrap_or(name)).filter(|name| !matches!(*name, "lib" | "main"))
}

fn layer(room: &str) -> Option<usize> {
    LAYERS.iter().find(|(name, _)| *name == room).map(|(_, layer)| *layer)
}

/// Rooms that import a room of their own layer or of a higher one, and folders that are no room.
pub fn upward_imports(source: &Source) -> Vec<String> {
    let Some(room) = room_of(&source.path) else { return Vec::new() };
    let Some(own) = layer(room) else {
        return vec![format!("{}: `{room}` is no room; add it to the table of layers", source.path)];
    };
    let mut faults = Vec::new();
    for found in source.paths() {
        let inside = found.path.first().is_some_and(|first| first == "crate" || first == "yuanpu");
        let Some(other) = found.path.get(1).filter(|_| inside) else { continue };
        if let Some(its) = layer(other).filter(|its| other != room && *its >= own) {
            faults.push(format!("{}:{}: `{room}` (layer {own}) uses `{other}` (layer {its})", source.path, found.line));
        }
    }
    faults
}

/// The room of a file inside extraction: its folder, or its own name. `mod.rs` itself stands outside.
pub fn room_of_extraction(path: &str) -> Option<&str> {
    let first = path.strip_prefix("src/extract/")?.split('/').next()?;
    Some(first.strip_suffix(".rs").unwrap_or(first)).filter(|room| *room != "mod")
}

/// What a file of extraction names of other rooms, with the line.
pub fn reads_of_extraction(source: &Source) -> Vec<(String, usize)> {
    let Some(room) = room_of_extraction(&source.path) else { return Vec::new() };
    let named = source.paths().into_iter().filter(|found| found.path.len() > 2 && found.path[..2] == ["crate", "extract"]);
    named.map(|found| (found.path[2].clone(), found.line)).filter(|(other, _)| other != room && other != "Extractor").collect()
}

/// Rooms of extraction that read from others than the table says, and files that stand in no room.
pub fn reading_ahead(source: &Source) -> Vec<String> {
    let Some(room) = room_of_extraction(&source.path) else { return Vec::new() };
    let Some((_, reads)) = EXTRACTION.iter().find(|(name, _)| *name == room) else {
        return vec![format!("{}: `{room}` is no room of extraction; add it to the table", source.path)];
    };
    let wrong = reads_of_extraction(source).into_iter().filter(|(other, _)| !reads.split_whitespace().any(|read| read == other));
    wrong.map(|(other, line)| format!("{}:{line}: `{room}` reads from `{other}`", source.path)).collect()
}

/// Foreign crates used outside their door; tests may use what they need.
pub fn wrong_doors(source: &Source) -> Vec<String> {
    let mut faults = Vec::new();
    for found in source.paths() {
        let path = found.path.join("::");
        let door = DOORS.iter().find(|(name, _)| path == *name || path.starts_with(&format!("{name}::")));
        if let Some((name, files)) = door
            && !found.in_test
            && !files.iter().any(|file| source.path.starts_with(file))
        {
            faults.push(format!("{}:{}: `{name}` enters only by {}", source.path, found.line, files.join(", ")));
        }
    }
    faults
}

/// Files, clocks, threads and the network in rooms that are pure.
pub fn impurities(source: &Source) -> Vec<String> {
    if !room_of(&source.path).is_some_and(|room| PURE_ROOMS.contains(&room)) {
        return Vec::new();
    }
    let mut faults = Vec::new();
    for found in source.paths() {
        let path = found.path.join("::");
        if let Some(name) = IMPURE.iter().find(|name| path == **name || path.starts_with(&format!("{name}::"))) {
            faults.push(format!("{}:{}: `{name}` in a pure room", source.path, found.line));
        }
    }
    faults
}

/// Rooms that show their inside: outsiders use what `mod.rs` re-exports.
pub fn open_rooms(source: &Source) -> Vec<String> {
    if !source.path.ends_with("/mod.rs") {
        return Vec::new();
    }
    let open = source.public_modules().into_iter().filter(|module| module != "vocabulary");
    open.map(|module| format!("{}: `pub mod {module}`: re-export what outsiders need instead", source.path)).collect()
}

/// Chinese words in literals of rooms that judge text; elsewhere, those that are no message: a message has its English
/// beside it, in the same literal after ` / ` or in a literal nearby. Tests may say what they like.
pub fn chinese_literals(source: &Source) -> Vec<String> {
    if MESSAGES.iter().chain(READERS_OF_NUMBERS).any(|path| source.path.starts_with(path)) {
        return Vec::new();
    }
    let wordless = room_of(&source.path).is_some_and(|room| WORDLESS_ROOMS.contains(&room));
    let literals = source.literals();
    let mut faults = Vec::new();
    for (at, literal) in literals.iter().enumerate().filter(|(_, literal)| !literal.in_test && holds_chinese(&literal.text)) {
        let is_grammar = literal.text.chars().count() == 1 || CONJUNCTIONS.contains(&literal.text.as_str());
        let allowed = if wordless { is_grammar } else { has_english_beside(&literals, at) };
        if !allowed {
            faults.push(format!("{}:{}: Chinese in a literal: {:?}", source.path, literal.line, literal.text));
        }
    }
    faults
}

/// Whether a message has its English in the same literal after ` / `, or in a literal nearby.
fn has_english_beside(literals: &[Literal], at: usize) -> bool {
    let literal = &literals[at];
    let mut neighbours = literals[at.saturating_sub(6)..].iter().take(13).filter(|other| other.line.abs_diff(literal.line) <= 3);
    literal.text.split_once(" / ").is_some_and(|(_, text)| is_english(text)) || neighbours.any(|other| is_english(&other.text))
}

fn is_english(text: &str) -> bool {
    !holds_chinese(text) && text.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word.len() > 2)
}

/// First and last characters of the blocks of Han characters: ranges are no words.
const BLOCK_ENDS: &[&str] =
    &["\u{3400}", "\u{4dbf}", "\u{4e00}", "\u{9fff}", "\u{f900}", "\u{faff}", "\u{20000}", "\u{2fa1f}", "\u{323af}"];

fn holds_chinese(literal: &str) -> bool {
    !BLOCK_ENDS.contains(&literal) && literal.chars().any(is_han)
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Names that say nothing, files without an opening, files that are too long, a library root with too many rooms.
pub fn shape(source: &Source) -> Vec<String> {
    let mut faults = Vec::new();
    let path = &source.path;
    let names = path.split('/').map(|name| name.split('.').next().unwrap_or(name));
    for name in names.filter(|name| VAGUE_NAMES.contains(name)) {
        faults.push(format!("{path}: `{name}` says nothing; a thing lives with its noun"));
    }
    if !source.text.starts_with("//!") {
        faults.push(format!("{path}: open with two to six lines of `//!`: what lives here and what it promises"));
    }
    let lines = source.text.lines().count();
    if lines > MAX_LINES {
        faults.push(format!("{path}: {lines} lines, more than {MAX_LINES}"));
    }
    let rooms = source.public_modules().len();
    if path == "src/lib.rs" && rooms > MAX_PUBLIC_ROOMS {
        faults.push(format!("{path}: {rooms} public rooms, more than {MAX_PUBLIC_ROOMS}"));
    }
    faults
}
