//! `yuanpu check` as analysts run it: a sound folder, a folder with faults in several files, a folder that is not there.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;

fn yuanpu() -> Command {
    let mut command = Command::cargo_bin("yuanpu").unwrap();
    command.env_clear().env("YUANPU_LANG", "en");
    command
}

fn shipped() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/ontology"))
}

/// A folder with the shipped vocabulary, two mistyped entries in two files, and a bad line in the table of variants.
fn faulty() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in ["yuanpu.ttl", "units.ttl", "shapes.ttl"] {
        fs::copy(shipped().join(file), folder.path().join(file)).unwrap();
    }
    fs::write(folder.path().join("variants.tsv"), "億\t亿\n萬 万\n").unwrap();
    fs::create_dir(folder.path().join("gazetteers")).unwrap();
    let prefixes = "@prefix yp: <https://w3id.org/yuanpu/ns#> .\n@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n\
        @prefix park: <https://w3id.org/yuanpu/id/park/> .\n";
    for (file, entry) in [
        ("a.ttl", "park:甲 a yp:Prak ; skos:prefLabel \"甲\"@zh .\n"),
        ("b.ttl", "park:乙 a yp:Park ; skos:prefLabel \"乙\"@zh ; yp:locatedIn park:丙 .\n"),
    ] {
        fs::write(folder.path().join("gazetteers").join(file), format!("{prefixes}{entry}")).unwrap();
    }
    folder
}

#[test]
fn the_built_in_copy_is_sound() {
    let elsewhere = tempfile::tempdir().unwrap();
    yuanpu().arg("check").current_dir(elsewhere.path()).assert().success().stdout("");
}

#[test]
fn faults_of_all_files_come_together_with_their_places() {
    let folder = faulty();
    let told = contains("gazetteers/a.ttl:4:10").and(contains("did you mean yp:Park?"));
    let told = told.and(contains("gazetteers/b.ttl:4:")).and(contains("variants.tsv:2:1"));
    yuanpu().arg("check").arg("--ontology").arg(folder.path()).assert().code(1).stderr(told);
}

#[test]
fn findings_can_be_read_by_programs() {
    let folder = faulty();
    let output = yuanpu().args(["check", "--json", "--ontology"]).arg(folder.path()).assert().code(1).get_output().stdout.clone();
    let lines: Vec<serde_json::Value> =
        String::from_utf8(output).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let codes: Vec<&str> = lines.iter().filter_map(|finding| finding["code"].as_str()).collect();
    assert_eq!(codes, ["O020", "O030", "O040"]);
    assert_eq!(lines[0]["location"]["line"], 4);
}

#[test]
fn a_folder_that_is_not_there_is_bad_input() {
    yuanpu().args(["check", "--ontology", "no/such/folder"]).assert().code(2).stderr(contains("no/such/folder"));
}

#[test]
fn messages_are_in_chinese_too() {
    let folder = faulty();
    yuanpu().args(["--lang", "zh", "check", "--ontology"]).arg(folder.path()).assert().code(1).stderr(contains("是不是 yp:Park？"));
}
