//! The command `query`, over a graph that the server wrote.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::client::Served;

fn graph() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::start(Some(folder.path()), &["--writable"]);
    let region = |n: usize, name: &str| format!("region:r{n} a yp:Region ; skos:prefLabel \"{name}\"@zh .");
    server.update(&format!("INSERT DATA {{ {} {} {} }}", region(1, "成都市"), region(2, "绵阳市"), region(3, "德阳市")));
    assert!(server.stop());
    folder
}

fn query(folder: &Path, args: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_yuanpu"))
        .arg("--db")
        .arg(folder)
        .args(["--lang", "zh", "query"])
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).replace('\r', "")
}

#[test]
fn a_question_comes_as_text_file_stdin_or_name() {
    let folder = graph();
    let text = "SELECT ?name { ?r a yp:Region ; skos:prefLabel ?name } ORDER BY ?name";
    let expected = "name\n\"德阳市\"@zh\n\"成都市\"@zh\n\"绵阳市\"@zh\n";
    let sorted = |output: &Output| {
        let mut lines: Vec<String> = out(output).lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let file = folder.path().join("q.rq");
    std::fs::write(&file, text).unwrap();
    let plain = query(folder.path(), &["--format", "csv", text], "");
    assert_eq!((plain.status.code(), out(&plain).lines().count()), (Some(0), 4), "{plain:?}");
    assert_eq!(out(&query(folder.path(), &["--format", "csv", "-f", file.to_str().unwrap()], "")), out(&plain));
    assert_eq!(out(&query(folder.path(), &["--format", "csv", "-"], text)), out(&plain));
    let tsv = query(folder.path(), &["--format", "tsv", text], "");
    assert_eq!(sorted(&tsv).len(), expected.lines().count());
    let named = "#+ zh: 名\n#+ en: name\n#+ param: name name -\n#+ columns: r\nSELECT ?r { ?r skos:prefLabel $name }";
    std::fs::write(folder.path().join("by-name.rq"), named).unwrap();
    let queries = folder.path().to_str().unwrap();
    let found = query(folder.path(), &["--queries", queries, "by-name", "--name", "成都市"], "");
    assert_eq!(out(&found), "r\nregion:r1\n", "{found:?}");
    let missing = query(folder.path(), &["--queries", queries, "by-name"], "");
    assert_eq!((missing.status.code(), missing.stdout.len()), (Some(2), 0));
}

#[test]
fn the_exit_code_tells_how_it_went() {
    let folder = graph();
    for (args, code) in [
        (&["ASK { ?x a yp:Region }"][..], 0),
        (&["-e", "ASK { ?x a yp:Nothing }"][..], 1),
        (&["-e", "SELECT * { ?x a yp:Nothing }"][..], 1),
        (&["SELECT * { ?x a yp:Nothing }"][..], 0),
        (&["SELECT * {"][..], 2),
        (&["no-such-query"][..], 2),
        (&["--limit", "1", "SELECT * { ?x a yp:Region }"][..], 4),
        (
            &[
                "--timeout",
                "1ms",
                "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?c2 ?d ?e . ?f ?g ?h . ?i ?j ?k . ?l ?m ?n1 . ?o ?p ?q . ?r ?s ?t }",
            ][..],
            4,
        ),
    ] {
        let output = query(folder.path(), args, "");
        assert_eq!(output.status.code(), Some(code), "{args:?}: {output:?}");
    }
    assert_eq!(query(&folder.path().join("nothing"), &["ASK {}"], "").status.code(), Some(3));
}

#[test]
fn full_width_punctuation_is_met_with_the_right_query() {
    let folder = graph();
    let output = query(folder.path(), &["SELECT ？x WHERE { ？x a yp:Region }"], "");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert!(told.contains("query:1:8") && told.contains("SELECT ?x WHERE { ?x a yp:Region }"), "{told}");
}

#[test]
fn graphs_come_out_sorted_and_with_few_prefixes() {
    let folder = graph();
    let output = query(folder.path(), &["CONSTRUCT WHERE { ?r skos:prefLabel ?l }"], "");
    let text = out(&output);
    assert!(text.starts_with("@prefix") && text.matches("@prefix").count() == 2 + usize::from(text.contains("@prefix id:")), "{text}");
    let again = query(folder.path(), &["CONSTRUCT WHERE { ?r skos:prefLabel ?l }"], "");
    assert_eq!(text, out(&again));
}
