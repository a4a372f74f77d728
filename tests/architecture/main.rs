//! The house as ARCHITECTURE.md draws it, held against the source: layers, doors, pure rooms, names, sizes, and invariants
//! that are named in tests. Each rule is also shown to catch a breach, so that none of them passes by never looking.

mod book;
mod rules;
mod source;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use source::Source;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files under `folder`, in sorted order.
fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        folders.extend(paths.iter().filter(|path| path.is_dir()).cloned());
        for path in paths.into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs")) {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            found.push(Source::new(&name, &fs::read_to_string(&path).unwrap()));
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Applies a rule to all of `folders` and shows every fault at once.
fn hold(folders: &[&str], rule: fn(&Source) -> Vec<String>) {
    let sources: Vec<Source> = folders.iter().flat_map(|folder| sources(folder)).collect();
    assert!(sources.len() > 10, "found only {} files", sources.len());
    let faults: Vec<String> = sources.iter().flat_map(rule).collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

fn faults(rule: fn(&Source) -> Vec<String>, path: &str, text: &str) -> usize {
    rule(&Source::new(path, text)).len()
}

#[test]
fn rooms_import_only_lower_layers() {
    hold(&["src"], rules::upward_imports);
}

#[test]
fn an_upward_or_sideways_import_is_caught() {
    let rule = rules::upward_imports;
    assert_eq!(faults(rule, "src/model/span.rs", "use crate::corpus::Gold;"), 1);
    assert_eq!(faults(rule, "src/graph/quads.rs", "use crate::{model::Span, extract::Extractor};"), 1);
    assert_eq!(faults(rule, "src/corpus/mod.rs", "fn f(o: &crate::ontology::Ontology) {}"), 1);
    assert_eq!(faults(rule, "src/extract/mod.rs", "use super::graph::Snapshot;"), 1);
    assert_eq!(faults(rule, "src/server/mod.rs", "use crate::pipeline::build;"), 1);
    assert_eq!(faults(rule, "src/reports/mod.rs", ""), 1, "a folder that is no room");
    assert_eq!(faults(rule, "src/extract/mod.rs", "use crate::{model::Span, ontology::Ontology}; use super::extract::a;"), 0);
    assert_eq!(faults(rule, "src/cli/build.rs", "use yuanpu::pipeline; use super::render;"), 0);
}

#[test]
fn rooms_of_extraction_read_only_from_those_before() {
    hold(&["src"], rules::reading_ahead);
    let sources = sources("src/extract");
    for (at, (room, reads)) in rules::EXTRACTION.iter().enumerate() {
        let own = |source: &&Source| rules::room_of_extraction(&source.path) == Some(*room);
        let used: BTreeSet<String> = sources.iter().filter(own).flat_map(rules::reads_of_extraction).map(|(other, _)| other).collect();
        for other in reads.split_whitespace() {
            assert!(
                rules::EXTRACTION[..at].iter().any(|(before, _)| *before == other),
                "the table lets `{room}` read ahead, from `{other}`"
            );
            assert!(used.contains(other), "`{room}` no longer reads from `{other}`");
        }
    }
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let rooms: Vec<&str> = rules::EXTRACTION.iter().map(|(room, _)| *room).collect();
    assert_eq!(book::rooms_of_extraction(&page), rooms, "the table in ARCHITECTURE.md (left) and that of the rules");
}

#[test]
fn a_room_of_extraction_that_reads_ahead_is_caught() {
    let rule = rules::reading_ahead;
    assert_eq!(faults(rule, "src/extract/text/marks.rs", "use crate::extract::names::Found;"), 1);
    assert_eq!(faults(rule, "src/extract/knowledge/rules/mod.rs", "use super::super::text::Hit;"), 1);
    assert_eq!(faults(rule, "src/extract/relations/decide.rs", "fn f(o: &crate::extract::observations::Owner) {}"), 1);
    assert_eq!(faults(rule, "src/extract/weights.rs", "use super::train;"), 1);
    assert_eq!(faults(rule, "src/extract/names/detect.rs", "use super::super::Weights;"), 1, "a thing that is not named by its room");
    assert_eq!(faults(rule, "src/extract/reports/mod.rs", ""), 1, "a folder that is no room");
    let text = "use crate::extract::{Extractor, text::Reading}; use super::tagger::Tagged; pub(in crate::extract) fn f() {}";
    assert_eq!(faults(rule, "src/extract/names/detect.rs", text), 0);
    assert_eq!(faults(rule, "src/extract/mod.rs", "use train::TrainReport;"), 0);
}

#[test]
fn foreign_crates_enter_by_one_door() {
    hold(&["src"], rules::wrong_doors);
}

#[test]
fn a_crate_by_the_wrong_door_is_caught() {
    let rule = rules::wrong_doors;
    assert_eq!(faults(rule, "src/server/mod.rs", "use oxigraph::store::Store;"), 1);
    assert_eq!(faults(rule, "src/ontology/turtle.rs", "use oxigraph::{io::RdfParser, sparql::QueryResults};"), 1);
    assert_eq!(faults(rule, "src/graph/query.rs", "fn f() -> anyhow::Result<()> { todo() }"), 1);
    assert_eq!(faults(rule, "src/graph/export.rs", "use rio_turtle::TurtleParser;"), 1);
    assert_eq!(faults(rule, "src/ontology/turtle.rs", "use oxigraph::io::RdfParser;"), 0);
    assert_eq!(faults(rule, "src/cli/mod.rs", "use clap::Parser;"), 0);
    assert_eq!(faults(rule, "src/corpus/read.rs", "#[cfg(test)] mod tests { use tempfile::tempdir; }"), 0);
}

#[test]
fn every_dependency_has_a_door_and_no_door_is_without_one() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = toml::from_str(&manifest).unwrap();
    let declared: BTreeSet<String> = manifest["dependencies"].as_table().unwrap().keys().map(|name| name.replace('-', "_")).collect();
    let doors = rules::DOORS.iter().map(|(name, _)| name.split("::").next().unwrap());
    let listed: BTreeSet<String> = doors.chain(rules::EVERYWHERE.iter().copied()).map(str::to_owned).collect();
    assert_eq!(declared, listed, "Cargo.toml and the table of doors (left: declared, right: in the table)");
}

#[test]
fn extraction_is_pure() {
    hold(&["src"], rules::impurities);
}

#[test]
fn an_impure_room_is_caught() {
    let rule = rules::impurities;
    assert_eq!(faults(rule, "src/extract/train/mod.rs", "use std::{fs::File, time::Instant};"), 2);
    assert_eq!(faults(rule, "src/model/span.rs", "fn now() { std::time::SystemTime::now(); }"), 1);
    assert_eq!(faults(rule, "src/corpus/mod.rs", "use std::fs;"), 0);
    assert_eq!(faults(rule, "src/extract/mod.rs", "use std::sync::Arc;"), 0);
}

#[test]
fn rooms_show_only_what_they_re_export() {
    hold(&["src"], rules::open_rooms);
}

#[test]
fn an_open_room_is_caught() {
    assert_eq!(faults(rules::open_rooms, "src/graph/mod.rs", "pub mod quads;\nmod terms;"), 1);
    assert_eq!(faults(rules::open_rooms, "src/model/mod.rs", "pub mod vocabulary;"), 0);
}

#[test]
fn no_domain_word_in_the_source() {
    hold(&["src"], rules::chinese_literals);
}

#[test]
fn a_chinese_literal_is_caught() {
    let (rule, file) = (rules::chinese_literals, "src/extract/names/detect.rs");
    assert_eq!(faults(rule, file, "const HEAD: &str = \"产业集群\";"), 1);
    assert_eq!(faults(rule, file, "f(\"\\u{56ed}\\u{533a}\")"), 1, "also in disguise");
    assert_eq!(faults(rule, file, "fn f(c: char) -> bool { c == '和' }"), 0, "single characters are grammar");
    assert_eq!(faults(rule, "src/graph/terms.rs", "matches!(c, '\\u{4e00}'..='\\u{9fff}')"), 0, "the ends of a block are no words");
    assert_eq!(faults(rule, file, "// 产业集群\nconst MARK: char = '。';"), 0, "comments and punctuation are free");
    assert_eq!(faults(rule, file, "#[cfg(test)]\nmod tests { const T: &str = \"成都\"; }"), 0);
    assert_eq!(faults(rule, "src/graph/query.rs", "const HEAD: &str = \"产业集群\";"), 1, "no English beside it");
    assert_eq!(faults(rule, "src/graph/query.rs", "f(\"已取消 / cancelled\"); g(\"没有条目\", \"no such entry\");"), 0);
    assert_eq!(faults(rule, file, "f(\"已取消 / cancelled\")"), 1);
    assert_eq!(faults(rule, "src/cli/build.rs", "const M: &str = \"完成\";"), 0);
}

#[test]
fn files_have_telling_names_an_opening_and_a_readable_length() {
    hold(&["src", "tests", "benches"], rules::shape);
}

#[test]
fn a_shapeless_file_is_caught() {
    assert_eq!(faults(rules::shape, "src/graph/utils.rs", "//! x"), 1);
    assert_eq!(faults(rules::shape, "src/common/mod.rs", "//! x"), 1);
    assert_eq!(faults(rules::shape, "src/graph/quads.rs", "use std::fs;"), 1);
    assert_eq!(faults(rules::shape, "src/graph/quads.rs", &format!("//! x\n{}", "\n".repeat(600))), 1);
    assert_eq!(faults(rules::shape, "src/lib.rs", &format!("//! x\n{}", "pub mod a;\n".repeat(8))), 1);
    assert_eq!(faults(rules::shape, "src/lib.rs", &format!("//! x\n{}", "pub mod a;\n".repeat(7))), 0);
}

#[test]
fn every_invariant_is_held_by_a_test() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let invariants = book::invariants(&page);
    assert!(invariants.len() >= 10, "found only {} invariants", invariants.len());
    let text: String = sources("src").into_iter().chain(sources("tests")).map(|source| source.text).collect();
    let faults = book::faults(&invariants, &text);
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}
