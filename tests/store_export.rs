//! Exports: the same bytes at every run, and the same triples whoever reads them.

mod toy_reader;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use toy_reader::{Shelf, background, knowledge};
use yuanpu::graph::{GraphFolder, RdfFormat, Scope, Snapshot, export, self_check, triples};
use yuanpu::pipeline::{BuildOptions, build};

fn graph_of(home: &tempfile::TempDir, documents: &[(&str, &str)]) -> Snapshot {
    let folder = GraphFolder::at(home.path().join("graph.db"));
    let documents: BTreeMap<String, String> = documents.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
    build(&Shelf::of(&documents), &knowledge(&background()), &folder, BuildOptions::default(), &|_| {}).unwrap();
    folder.open().unwrap()
}

const DOCUMENTS: [(&str, &str); 2] = [
    ("甲.txt", "Park:甲园区=甲园|hosts|Cluster:“高端”装备集群\nPark:甲园区|产值|12.50\nCluster:PACK线+一期|locatedIn|Region:510113\n"),
    ("乙.txt", "Park:甲园区|hosts|Cluster:电子集群|planned\nInitiative:a\"b\\c\u{7}|targets|Park:甲园区\n"),
];

fn exported(graph: &Snapshot, scope: &Scope, format: RdfFormat) -> Vec<u8> {
    let mut out = Vec::new();
    export(graph.store(), scope, format, &mut out).unwrap();
    out
}

fn scopes(graph: &Snapshot) -> Vec<Scope> {
    let documents = graph.manifest().unwrap().documents.iter().map(|d| Scope::Graph(d.iri.clone()));
    [Scope::Facts, Scope::Evidence].into_iter().chain(documents).collect()
}

#[test]
fn turtle_read_by_another_parser_gives_the_same_triples() {
    let home = tempfile::tempdir().unwrap();
    let graph = graph_of(&home, &DOCUMENTS);
    for scope in scopes(&graph) {
        let turtle = exported(&graph, &scope, RdfFormat::Turtle);
        let expected = triples(graph.store(), &scope).unwrap();
        let count = expected.len();
        assert!(count > 10);
        assert_eq!(self_check(turtle.as_slice(), expected).unwrap(), count, "{scope:?}");
    }
}

#[test]
fn the_second_reader_notices_a_lost_and_a_changed_triple() {
    let home = tempfile::tempdir().unwrap();
    let graph = graph_of(&home, &DOCUMENTS);
    let turtle = String::from_utf8(exported(&graph, &Scope::Facts, RdfFormat::Turtle)).unwrap();
    let expected = triples(graph.store(), &Scope::Facts).unwrap();
    let changed = turtle.replace("\"电子集群\"", "\"电子集裙\"");
    let error = self_check(changed.as_bytes(), expected.clone()).unwrap_err().to_string();
    assert!(error.starts_with("1 triples are missing and 1 are too many"), "{error}");
    assert!(self_check(turtle.as_bytes(), expected.into_iter().skip(1)).is_err());
    assert!(self_check(&b"<a> <b> ."[..], []).is_err());
}

#[test]
fn every_format_gives_the_same_triples_and_the_same_bytes_twice() {
    let home = tempfile::tempdir().unwrap();
    let graph = graph_of(&home, &DOCUMENTS);
    for scope in scopes(&graph) {
        let expected: BTreeSet<String> = triples(graph.store(), &scope).unwrap().iter().map(ToString::to_string).collect();
        for format in ["ttl", "nt", "nq", "trig", "rdf", "jsonld"] {
            let format = RdfFormat::from_extension(format).unwrap();
            let bytes = exported(&graph, &scope, format);
            assert_eq!(bytes, exported(&graph, &scope, format), "{format}");
            let store = oxigraph::store::Store::new().unwrap();
            store.load_from_slice(format, &bytes).unwrap();
            let read: BTreeSet<String> = store.iter().map(|q| yuanpu::graph::Triple::from(q.unwrap()).to_string()).collect();
            assert_eq!(read, expected, "{format} {scope:?}");
        }
    }
}

#[test]
fn turtle_is_laid_out_for_people() {
    let home = tempfile::tempdir().unwrap();
    let graph = graph_of(&home, &DOCUMENTS[..1]);
    let turtle = String::from_utf8(exported(&graph, &Scope::Facts, RdfFormat::Turtle)).unwrap();
    let expected = "# ── cluster ──\n\ncluster:PACK线-一期 a yp:Cluster ;\n\tskos:prefLabel \"PACK线+一期\"@zh ;\n\typ:locatedIn region:510113 .\n\ncluster:高端装备集群 a yp:Cluster ;\n";
    assert!(turtle.contains(expected), "{turtle}");
}

#[test]
fn a_format_without_graphs_and_an_unknown_graph_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let graph = graph_of(&home, &DOCUMENTS);
    let mut out = Vec::new();
    assert!(export(graph.store(), &Scope::All, RdfFormat::Turtle, &mut out).unwrap_err().to_string().contains("trig"));
    assert!(export(graph.store(), &Scope::Graph("https://example.org/none".into()), RdfFormat::Turtle, &mut out).is_err());
    assert!(out.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Names of any characters survive both writers and both readers.
    #[test]
    fn any_name_survives(name in "[^|=:\\r\\n\\p{Cc}]{1,12}", other in "\\PC{1,8}") {
        let home = tempfile::tempdir()?;
        let text = format!("Park:甲园区|hosts|Cluster:{name}\nPark:甲园区|targets|Platform:{}\n", other.replace(['|', '=', ':'], ""));
        let graph = graph_of(&home, &[("a", &text)]);
        for scope in scopes(&graph) {
            let turtle = exported(&graph, &scope, RdfFormat::Turtle);
            self_check(turtle.as_slice(), triples(graph.store(), &scope).unwrap())?;
        }
    }
}
