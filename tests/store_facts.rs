//! What is asked of a graph without SPARQL: names, relations, evidence, chains, counts, promises, pictures.

mod toy_reader;

use std::collections::BTreeMap;

use toy_reader::{Shelf, background, knowledge};
use yuanpu::graph::{
    DiagramOptions, DotOptions, GraphFolder, PathOptions, PictureError, PictureFormat, Snapshot, diagram, dot, entities_named, figures,
    paths, picture, relations_of, similar_names, statements, statistics, validate,
};
use yuanpu::model::entity_iri;
use yuanpu::pipeline::{BuildOptions, build};

const DOCUMENTS: [(&str, &str); 2] = [
    ("甲.txt", "前言 𠮷😀\nPark:甲园区=甲园|hosts|Cluster:装备集群\nCluster:装备集群|locatedIn|Region:510113\nPark:甲园区|产值|12.5\n"),
    ("乙.txt", "Institution:经信局|develops|Cluster:装备集群\nInstitution:经信局|targets|Park:乙园区|planned\n"),
];

fn graph(home: &tempfile::TempDir) -> Snapshot {
    let folder = GraphFolder::at(home.path().join("graph.db"));
    let documents: BTreeMap<String, String> = DOCUMENTS.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
    build(&Shelf::of(&documents), &knowledge(&background()), &folder, BuildOptions::default(), &|_| {}).unwrap();
    folder.open().unwrap()
}

#[test]
fn an_entity_is_found_by_any_of_its_names() {
    let home = tempfile::tempdir().unwrap();
    let graph = graph(&home);
    let park = entity_iri("park", "甲园区");
    for name in ["甲园区", "甲园", " 甲园区 ", "park:甲园区", park.as_str()] {
        assert_eq!(entities_named(graph.store(), name).unwrap(), std::slice::from_ref(&park), "{name}");
    }
    assert_eq!(entities_named(graph.store(), "Chengdu").unwrap(), [entity_iri("region", "510100")], "a place above one that is named");
    assert!(entities_named(graph.store(), "丙园区").unwrap().is_empty());
    assert_eq!(similar_names(graph.store(), "甲园", 3).unwrap(), ["甲园区"]);
}

#[test]
fn evidence_is_quoted_in_its_place() {
    let home = tempfile::tempdir().unwrap();
    let graph = graph(&home);
    let relations = relations_of(graph.store(), &entity_iri("cluster", "装备集群")).unwrap();
    let said = statements(&graph, &relations).unwrap();
    assert_eq!(said.len(), 3);
    let hosts = said.iter().find(|s| s.one("predicate").is_some_and(|p| p.ends_with("#hosts"))).unwrap();
    assert_eq!((hosts.one("rule"), hosts.one("confidence")), (Some("toy.relation"), Some("0.9")));
    let quote = &hosts.evidence[0];
    assert_eq!((quote.file.as_str(), quote.line, quote.column, quote.start), ("甲.txt", 2, 1, 6), "{quote:?}");
    assert_eq!(quote.quote, "Park:甲园区=甲园|hosts|Cluster:装备集群");
    let figures = figures(&graph, &entity_iri("park", "甲园区")).unwrap();
    assert_eq!(figures.iter().map(|f| f.one("value")).collect::<Vec<_>>(), [Some("12.5")]);
}

#[test]
fn chains_run_over_asserted_relations_only() {
    let home = tempfile::tempdir().unwrap();
    let graph = graph(&home);
    let (bureau, park) = (entity_iri("institution", "经信局"), entity_iri("park", "甲园区"));
    let found = paths(&graph, &bureau, &park, PathOptions::default()).unwrap();
    assert_eq!(found.len(), 1);
    let links: Vec<(&str, bool)> = found[0].iter().map(|l| (l.relation.predicate.rsplit('#').next().unwrap(), l.backwards)).collect();
    assert_eq!(links, [("develops", false), ("hosts", true)]);
    let planned = paths(&graph, &bureau, &entity_iri("park", "乙园区"), PathOptions::default()).unwrap();
    assert!(planned.is_empty(), "a plan is no fact");
    assert!(paths(&graph, &bureau, &park, PathOptions { max_hops: 1, count: 3 }).unwrap().is_empty());
}

#[test]
fn the_counts_add_up() {
    let home = tempfile::tempdir().unwrap();
    let counts = statistics(&graph(&home)).unwrap();
    assert_eq!((counts.documents, counts.statements), (2, 4));
    assert_eq!(counts.relations["targets"]["Planned"], 1);
    assert_eq!(counts.figures["YuanUnit"], 1);
    assert_eq!(counts.by_document.iter().map(|d| d.relations).sum::<usize>(), counts.statements);
    assert_eq!(counts.classes["Park"], 2);
}

#[test]
fn a_built_graph_keeps_its_promises() {
    let home = tempfile::tempdir().unwrap();
    let result = validate(&graph(&home)).unwrap();
    assert!(result.quotes >= 12, "{result:?}");
    assert_eq!(result.findings, []);
}

#[test]
fn a_wrong_quote_a_lost_entity_and_a_second_label_are_found() {
    let home = tempfile::tempdir().unwrap();
    drop(graph(&home));
    let generation = home.path().join("graph.db/gen-000001");
    let file = generation.join("graph.nq");
    if !file.exists() {
        return; // kept in an on-disk store, which cannot be edited by hand
    }
    let lines = std::fs::read_to_string(&file).unwrap();
    let spoilt = lines.replace("ns#quote> \"Park:甲园区|产值|12.5\"", "ns#quote> \"Park:甲园区|产值|13.5\"").replace(
        "<https://w3id.org/yuanpu/id/park/乙园区> <http://www.w3.org/2004/02/skos/core#prefLabel> \"乙园区\"@zh .",
        "<https://w3id.org/yuanpu/id/park/乙园区> <http://www.w3.org/2004/02/skos/core#prefLabel> \"乙园区\"@zh .\n<https://w3id.org/yuanpu/id/park/乙园区> <http://www.w3.org/2004/02/skos/core#prefLabel> \"乙\"@zh .\n<https://w3id.org/yuanpu/id/park/乙园区> <https://w3id.org/yuanpu/ns#locatedIn> <https://w3id.org/yuanpu/id/region/none> .",
    );
    assert_ne!(spoilt, lines);
    std::fs::write(&file, spoilt).unwrap();
    let result = validate(&GraphFolder::at(home.path().join("graph.db")).open().unwrap()).unwrap();
    let checks: Vec<&str> = result.findings.iter().map(|f| f.check).collect();
    assert_eq!(checks, ["dangling", "one-label", "quote"], "{:#?}", result.findings);
}

#[test]
fn a_picture_has_labels_colours_and_a_legend_and_the_same_bytes_twice() {
    let home = tempfile::tempdir().unwrap();
    let graph = graph(&home);
    let draw = || {
        dot(&diagram(&graph, &DiagramOptions::default()).unwrap(), &DotOptions { title: "a<b>&\"c\"".to_owned(), ..DotOptions::default() })
    };
    let text = draw();
    assert_eq!(text, draw());
    for part in
        ["label=\"甲园区\"", "label=\"装备集群\"", "style=dashed", "BGCOLOR=", "a&lt;b&gt;&amp;&quot;c&quot;", "subgraph cluster_Park"]
    {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    match picture(&text, PictureFormat::Svg) {
        Ok(svg) => assert!(String::from_utf8_lossy(&svg).contains("装备集群")),
        Err(PictureError::NoGraphviz) => eprintln!("skipped: Graphviz is not installed"),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_capped_picture_says_how_many_it_leaves_out() {
    let home = tempfile::tempdir().unwrap();
    let graph = graph(&home);
    let drawn = diagram(&graph, &DiagramOptions { max_nodes: 2, ..DiagramOptions::default() }).unwrap();
    assert_eq!((drawn.graph.node_count(), drawn.hidden), (2, 3));
    assert!(dot(&drawn, &DotOptions::default()).contains("+3 个实体未画出"));
    let around = DiagramOptions { seeds: vec![entity_iri("park", "甲园区")], depth: 1, ..DiagramOptions::default() };
    let drawn = diagram(&graph, &around).unwrap();
    assert_eq!(
        drawn.graph.node_weights().map(|n| (n.label.as_str(), n.is_seed)).collect::<Vec<_>>(),
        [("装备集群", false), ("甲园区", true)]
    );
}
