//! The W3C suites for query evaluation, result formats, syntax and update, run over HTTP against the real server. They lie beside the
//! repository (`../shared/rdf-tests`, or where `YUANPU_RDF_TESTS` says); where they are missing, that is said loudly.
//!
//! `tests/http/exclusions.txt` lists what is known to fail, with the reason; an entry that passes fails the test.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use oxigraph::io::{RdfFormat, RdfSerializer};
use oxigraph::model::Graph;
use oxigraph::sparql::results::QueryResultsFormat;

use crate::client::{Response, Served, encoded};
use crate::manifest::{self, Data, Test};
use crate::results::{self, Answer};

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("YUANPU_RDF_TESTS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/rdf-tests"), PathBuf::from)
        .join("sparql/sparql11");
    let found = folder.canonicalize().ok();
    if found.is_none() {
        eprintln!("SKIPPED: the W3C test suites are not at {}; set YUANPU_RDF_TESTS", folder.display());
    }
    found
}

fn exclusions() -> BTreeMap<String, String> {
    let lines = include_str!("exclusions.txt").lines().filter(|line| !line.is_empty() && !line.starts_with("# "));
    lines.filter_map(|line| line.split_once(": ")).map(|(id, reason)| (id.to_owned(), reason.to_owned())).collect()
}

fn run(manifest: &str, kinds: &[&str], check: impl Fn(&Served, &Test) -> Result<(), String>) {
    let Some(folder) = folder() else { return };
    let server = Served::writable(&[]);
    let excluded = exclusions();
    let (mut passed, mut faults) = (0, Vec::new());
    for test in manifest::tests(&folder.join(manifest)).iter().filter(|test| kinds.contains(&test.kind.as_str()) && !test.federated) {
        match (check(&server, test), excluded.get(&test.id)) {
            (Ok(()), None) => passed += 1,
            (Err(_), Some(_)) => {}
            (Ok(()), Some(reason)) => faults.push(format!("{} passes now: take it out of exclusions.txt ({reason})", test.id)),
            (Err(error), None) => faults.push(format!("{}: {error}", test.id)),
        }
    }
    eprintln!("{manifest} {kinds:?}: {passed} passed");
    assert!(faults.is_empty(), "{} faults, {passed} passed:\n{}", faults.len(), faults.join("\n"));
    assert!(passed > 0, "{manifest} holds no test of {kinds:?}");
}

fn send(server: &Served, path: &str, graph: &Graph) {
    let mut serializer = RdfSerializer::from_format(RdfFormat::NTriples).for_writer(Vec::new());
    graph.iter().for_each(|triple| serializer.serialize_triple(triple).expect("memory"));
    let bytes = serializer.finish().expect("memory");
    let response = server.send("PUT", path, &[("Content-Type", "application/n-triples")], &bytes);
    assert!(matches!(response.status, 201 | 204), "{path}: {}", response.text());
}

fn named(graph: &str) -> String {
    format!("/store?graph={}", encoded(graph))
}

fn load(server: &Served, data: &Data) {
    server.update("DROP ALL");
    let mut default = Graph::new();
    for path in &data.default {
        default.extend(manifest::graph(path).iter());
    }
    send(server, "/store?default", &default);
    data.named.iter().for_each(|(name, path)| send(server, &named(name), &manifest::graph(path)));
}

/// The text of a request, with the base that its relative IRIs are meant for.
fn request(test: &Test) -> String {
    let text = std::fs::read_to_string(&test.request).unwrap_or_else(|error| panic!("{}: {error}", test.request.display()));
    format!("BASE <{}>\n{text}", manifest::iri(&test.request))
}

fn answered(response: &Response) -> Result<(), String> {
    if response.status == 200 && response.complete { Ok(()) } else { Err(format!("status {}: {}", response.status, response.text())) }
}

fn evaluates(server: &Served, test: &Test) -> Result<(), String> {
    load(server, &test.data);
    let text = request(test);
    for from in text.lines().filter_map(|line| line.trim().strip_prefix("FROM")) {
        // Data that the query itself names.
        if let Some(name) = from.trim_start_matches(" NAMED").trim().strip_prefix('<').and_then(|rest| rest.split('>').next()) {
            let path = test.request.with_file_name(name);
            if path.is_file() {
                send(server, &named(&manifest::iri(&path)), &manifest::graph(&path));
            }
        }
    }
    let expected = results::expected(test.result.as_ref().ok_or("no expected result")?);
    let is_graph = matches!(expected, Answer::Graph(_));
    let ordered = text.to_uppercase().contains("ORDER BY") && !text.to_uppercase().contains("GROUP_CONCAT");
    let accepts: &[(&str, Option<QueryResultsFormat>)] = if is_graph {
        &[("text/turtle", None)]
    } else {
        &[
            ("application/sparql-results+json", Some(QueryResultsFormat::Json)),
            ("application/sparql-results+xml", Some(QueryResultsFormat::Xml)),
        ]
    };
    for (accept, format) in accepts {
        let response = server.query(&text, accept);
        answered(&response)?;
        let found = match format {
            Some(format) => results::solutions(&response.body, *format)?,
            None => results::triples(&response.body)?,
        };
        if !results::same(&found, &expected, ordered) {
            return Err(format!("{accept}: found {found:?}, expected {expected:?}"));
        }
    }
    Ok(())
}

#[test]
fn query_evaluation() {
    run("manifest-sparql11-query.ttl", &["QueryEvaluationTest"], evaluates);
}

#[test]
fn result_formats() {
    run("manifest-sparql11-results.ttl", &["QueryEvaluationTest"], evaluates);
}

#[test]
fn csv_and_tsv_results() {
    run("csv-tsv-res/manifest.ttl", &["CSVResultFormatTest"], |server, test| {
        load(server, &test.data);
        let path = test.result.as_ref().ok_or("no expected result")?;
        let response = server.query(&request(test), "text/csv");
        answered(&response)?;
        let expected = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
        let same = table(&response.text()) == table(&expected);
        if same { Ok(()) } else { Err(format!("found {:?}, expected {expected:?}", response.text())) }
    });
}

/// Rows of a CSV file without line breaks in cells: columns sorted by name, numbers by value, blank nodes without names, rows sorted.
fn table(text: &str) -> Vec<Vec<String>> {
    let heads: Vec<&str> = text.lines().next().unwrap_or_default().split(',').collect();
    let cell = |text: &str| match text.parse::<f64>() {
        Ok(number) => number.to_string(),
        Err(_) if text.starts_with("_:") => "_:".to_owned(),
        Err(_) => text.to_owned(),
    };
    // A comma inside quotes is no border between cells.
    let cells = |line: &str| {
        let mut quoted = false;
        let bare: Vec<&str> = line
            .split(|c| {
                quoted ^= c == '"';
                c == ',' && !quoted
            })
            .collect();
        let mut named: Vec<String> = heads.iter().zip(bare).map(|(head, text)| format!("{head}={}", cell(text))).collect();
        named.sort();
        named
    };
    let mut rows: Vec<Vec<String>> = text.lines().skip(1).map(cells).collect();
    rows.sort();
    rows
}

#[test]
fn query_syntax() {
    run("manifest-sparql11-query.ttl", &["PositiveSyntaxTest11", "NegativeSyntaxTest11"], |server, test| {
        let response = server.query(&request(test), "*/*");
        let taken = !(response.status == 400 && response.json()["line"].is_u64());
        if taken == test.kind.starts_with("Positive") { Ok(()) } else { Err(format!("status {}: {}", response.status, response.text())) }
    });
}

#[test]
fn update_syntax() {
    run("manifest-sparql11-update.ttl", &["PositiveUpdateSyntaxTest11", "NegativeUpdateSyntaxTest11"], |server, test| {
        server.update("DROP ALL");
        let response = server.try_update(&request(test));
        let taken = !(response.status == 400 && response.json()["line"].is_u64());
        if taken == test.kind.starts_with("Positive") { Ok(()) } else { Err(format!("status {}: {}", response.status, response.text())) }
    });
}

#[test]
fn update_evaluation() {
    run("manifest-sparql11-update.ttl", &["UpdateEvaluationTest"], |server, test| {
        load(server, &test.data);
        let response = server.try_update(&request(test));
        if response.status != 204 {
            return Err(format!("status {}: {}", response.status, response.text()));
        }
        let mut default = Graph::new();
        test.after.default.iter().for_each(|path| default.extend(manifest::graph(path).iter()));
        let mut wanted = vec![("/store?default".to_owned(), default)];
        wanted.extend(test.after.named.iter().map(|(name, path)| (named(name), manifest::graph(path))));
        for (path, expected) in &wanted {
            let read = server.get(path, "text/turtle");
            let found = if read.status == 404 { Answer::Graph(Graph::new()) } else { results::triples(&read.body)? };
            if !results::same(&found, &Answer::Graph(expected.clone()), false) {
                return Err(format!("{path}: found {found:?}, expected {expected}"));
            }
        }
        let count = server.value("SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }");
        let filled = wanted.iter().skip(1).filter(|(_, graph)| !graph.is_empty()).count().to_string();
        if count == filled { Ok(()) } else { Err(format!("{count} graphs hold triples, expected {filled}")) }
    });
}
