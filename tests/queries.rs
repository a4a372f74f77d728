//! The competency questions, asked of the graph of `data/documents` by the real program.
//!
//! Each query of `queries/` must be answered, with its default parameters and under its own columns. Where
//! `tests/golden/queries/<name>.tsv` is there, the answer must be that, line by line. A golden answer is what the documents say: it
//! was read against them row by row, and a question that is not yet answered rightly has none. To write the existing answers
//! anew, after a change that is meant, run `UPDATE_GOLDEN=1 cargo test --test queries` and read the difference.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The program, in the folder of the repository and away from the settings of whoever runs the tests.
fn yuanpu(db: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yuanpu"));
    command.current_dir(repository()).env_clear().env("LANG", "C.UTF-8").arg("--db").arg(db).args(["--lang", "zh", "--color", "never"]);
    command.args(arguments).output().unwrap()
}

/// The graph of the documents, built once for all tests of this file.
fn graph() -> &'static Path {
    static GRAPH: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, db) = GRAPH.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("graph");
        let built = yuanpu(&db, &["build", "data/documents"]);
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        (folder, db)
    });
    db
}

/// The answer to a named query with its default parameters: tab-separated terms, header first.
fn answer(query: &str) -> String {
    let output = yuanpu(graph(), &["query", "--format", "tsv", query]);
    assert!(output.status.success(), "{query}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn names_of_queries() -> Vec<String> {
    let files = std::fs::read_dir(repository().join("queries")).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> =
        files.filter(|p| p.extension() == Some("rq".as_ref())).map(|p| p.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

fn golden(query: &str) -> PathBuf {
    repository().join("tests/golden/queries").join(format!("{query}.tsv"))
}

#[test]
fn every_question_is_answered_under_its_columns() {
    for query in names_of_queries() {
        let text = std::fs::read_to_string(repository().join(format!("queries/{query}.rq"))).unwrap();
        let found = answer(&query);
        let columns = found.lines().next().unwrap().split('\t').map(|variable| variable.trim_start_matches('?'));
        let promised = text.lines().find(|line| line.starts_with("#+ columns:")).unwrap();
        for column in columns {
            assert!(promised.contains(&format!("{column} \"")), "{query} does not promise {column}");
        }
    }
}

#[test]
fn golden_answers_are_what_the_documents_say() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut compared = 0;
    for query in names_of_queries() {
        let Ok(expected) = std::fs::read_to_string(golden(&query)) else { continue };
        compared += 1;
        let found = answer(&query);
        if update {
            std::fs::write(golden(&query), &found).unwrap();
        } else {
            assert_eq!(found, expected, "{query} is not answered as in tests/golden/queries");
        }
    }
    let kept = std::fs::read_dir(golden("any").parent().unwrap()).unwrap().count();
    assert!(compared > 0 && compared == kept, "{kept} golden answers, of which {compared} have their question");
}
