//! Querying, from text to written answer: parsing, guarding, rewriting, evaluation, serialisation. Input: the made graph of
//! 10,000 clusters (80,299 quads) in memory; each bench states how many rows must come.

mod support;

use divan::Bencher;
use divan::counter::ItemsCount;
use yuanpu::graph::{Limits, Output, Prepared, QueryResultsFormat, Snapshot, Watch};

const CLUSTERS: usize = 10_000;

fn main() {
    divan::main();
}

fn ask(bencher: Bencher, query: &str, rows: u64) {
    let snapshot = Snapshot::holding(support::graph::quads(CLUSTERS)).expect("the store takes them");
    bencher.counter(ItemsCount::new(rows)).bench(|| {
        let prepared = Prepared::parse(query, None).expect("a sound query");
        let output = Output::Results(QueryResultsFormat::Json);
        let mut answer = Vec::new();
        let report = prepared.answer(&snapshot, output, Limits::default(), &Watch::default(), &mut answer).expect("an answer");
        assert_eq!(report.rows, rows, "{query}");
        answer
    });
}

#[divan::bench]
fn label_of_one(bencher: Bencher) {
    ask(bencher, "SELECT ?name { <https://w3id.org/yuanpu/id/park/77号> skos:prefLabel ?name }", 1);
}

#[divan::bench]
fn two_hops(bencher: Bencher) {
    ask(
        bencher,
        "SELECT ?name { ?park yp:hosts ?cluster . ?cluster yp:industry <https://w3id.org/yuanpu/id/industry/7号> ; skos:prefLabel ?name } LIMIT 25",
        25,
    );
}

#[divan::bench]
fn thousand_rows(bencher: Bencher) {
    ask(bencher, "SELECT ?park ?name { ?park a yp:Park ; skos:prefLabel ?name } LIMIT 1000", 1000);
}

#[divan::bench]
fn places_above(bencher: Bencher) {
    ask(bencher, "SELECT ?place { <https://w3id.org/yuanpu/id/region/99号> yp:locatedIn+ ?place }", 2);
}

#[divan::bench(sample_count = 20)]
fn clusters_by_industry(bencher: Bencher) {
    ask(
        bencher,
        "SELECT ?industry (COUNT(?c) AS ?n) { ?c a yp:Cluster ; yp:industry ?industry } GROUP BY ?industry ORDER BY DESC(?n) LIMIT 10",
        10,
    );
}

#[divan::bench(sample_count = 20)]
fn names_that_contain(bencher: Bencher) {
    ask(bencher, "SELECT ?x { ?x skos:prefLabel ?name FILTER(CONTAINS(?name, \"第123\")) } LIMIT 20", 20);
}
