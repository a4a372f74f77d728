//! Rewritten and plain queries give the same rows on random graphs.

use std::fmt::Write;

use oxigraph::model::{GraphName, Literal, NamedNode, Quad, Term};
use proptest::prelude::*;
use yuanpu::graph::{Bounds, Limits, Prepared, Snapshot, Style, Watch};

const PREDICATES: [&str; 4] = ["p0", "p1", "p2", "rare"];

fn node(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("http://e/{name}"))
}

/// Triples over few nodes, so that patterns join; one predicate is rare.
fn graphs() -> impl Strategy<Value = Vec<Quad>> {
    let triple = (0..6_usize, 0..20_usize, 0..8_usize).prop_map(|(subject, predicate, object)| {
        let predicate = if predicate == 0 { "rare" } else { PREDICATES[predicate % 3] };
        let object: Term = if object < 6 { node(&format!("n{object}")).into() } else { Literal::from(object as i64).into() };
        Quad::new(node(&format!("n{subject}")), node(predicate), object, GraphName::DefaultGraph)
    });
    prop::collection::vec(triple, 0..60)
}

fn term() -> impl Strategy<Value = String> {
    prop_oneof![4 => (0..4_usize).prop_map(|n| format!("?v{n}")), 1 => (0..6_usize).prop_map(|n| format!("<http://e/n{n}>"))]
}

fn triple() -> impl Strategy<Value = String> {
    (term(), prop::sample::select(PREDICATES.to_vec()), term(), 0..12_usize).prop_map(|(subject, predicate, object, kind)| match kind {
        0 => format!("{subject} ?v3 {object} ."),
        1 => format!("{subject} <http://e/{predicate}>+ {object} ."),
        _ => format!("{subject} <http://e/{predicate}> {object} ."),
    })
}

fn filter() -> impl Strategy<Value = String> {
    (0..4_usize, 0..6_usize, 0..5_usize).prop_map(|(variable, value, kind)| match kind {
        0 => format!("FILTER(?v{variable} = <http://e/n{value}>)"),
        1 => format!("FILTER(?v{variable} IN (<http://e/n{value}>, <http://e/n0>, <http://e/n{value}>))"),
        2 => format!("FILTER(!BOUND(?v{variable}) || ?v{variable} != <http://e/n{value}>)"),
        3 => format!("FILTER(?v{variable} = <http://e/n{value}> && ?v0 != ?v1)"),
        _ => format!("FILTER EXISTS {{ ?v{variable} <http://e/p1> ?w }}"),
    })
}

/// Groups of triple patterns, OPTIONAL, UNION, VALUES, filters, in any order.
fn groups() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![6 => triple().boxed(), 1 => filter().boxed(), 1 => Just("VALUES (?v0 ?v1) { (<http://e/n1> UNDEF) (<http://e/n2> <http://e/n3>) }".to_owned()).boxed()];
    leaf.prop_recursive(2, 12, 4, |inner| {
        let group = prop::collection::vec(inner, 1..4).prop_map(|parts| parts.join(" "));
        prop_oneof![
            group.clone().prop_map(|group| format!("OPTIONAL {{ {group} }}")),
            (group.clone(), group.clone()).prop_map(|(a, b)| format!("{{ {a} }} UNION {{ {b} }}")),
            group.clone().prop_map(|group| format!("{{ {group} }}")),
            group.prop_map(|group| format!("MINUS {{ {group} }}")),
        ]
    })
}

fn queries() -> impl Strategy<Value = String> {
    (prop::collection::vec(groups(), 1..6), 0..6_usize).prop_map(|(parts, form)| {
        let mut group = String::new();
        for part in parts {
            write!(group, "{part} ").unwrap();
        }
        match form {
            0 => format!("SELECT (COUNT(*) AS ?n) {{ {group} }}"),
            1 => format!("SELECT DISTINCT ?v0 ?v1 {{ {group} }}"),
            2 => format!("SELECT ?v0 (COUNT(?v1) AS ?n) {{ {group} }} GROUP BY ?v0"),
            _ => format!("SELECT ?v0 ?v1 ?v2 ?v3 {{ {group} }}"),
        }
    })
}

fn rows(prepared: &Prepared, snapshot: &Snapshot) -> Vec<String> {
    let limits = Limits { rows: Some(200_000), ..Limits::default() };
    let style = Style { labels: false, chinese: false };
    let rows = prepared.rows(snapshot, style, limits, &Watch::default()).unwrap();
    let mut lines: Vec<String> = rows.cells.iter().map(|row| format!("{row:?}")).collect();
    lines.sort();
    lines
}

fn same(quads: Vec<Quad>, query: &str) {
    let snapshot = Snapshot::holding(quads).unwrap();
    let prepared = Prepared::parse(query, None).unwrap().with_bounds(Bounds { product: u64::MAX });
    let plain = rows(&prepared.clone().as_written(), &snapshot);
    assert_eq!(rows(&prepared, &snapshot), plain, "{query}\n{:?}", prepared.plan(&snapshot));
    snapshot.learn(&Watch::default()).unwrap();
    assert_eq!(rows(&prepared, &snapshot), plain, "with exact counts: {query}\n{:?}", prepared.plan(&snapshot));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]
    #[test]
    fn rewriting_changes_no_answer(quads in graphs(), query in queries()) {
        same(quads, &query);
    }
}

/// Values of one column: of one kind, of kinds that are kept while reading, and of kinds that only the engine orders.
fn values() -> impl Strategy<Value = Term> {
    let text = prop::sample::select(vec!["", "a", "b", "ab", "成都", "产业"]);
    prop_oneof![
        6 => (-3_i64..30).prop_map(|n| Literal::from(n).into()),
        3 => text.clone().prop_map(|text| Literal::new_simple_literal(text).into()),
        3 => (text, prop::sample::select(vec!["zh", "en"])).prop_map(|(text, tag)| Literal::new_language_tagged_literal_unchecked(text, tag).into()),
        1 => Just(node("n").into()),
        1 => (0..3_u8).prop_map(|n| Literal::from(f64::from(n) / 2.0).into()),
    ]
}

/// Kinds by which `values` are sifted, so that whole columns of one kind occur.
fn of_kind(term: &Term, kind: u8) -> bool {
    match (term, kind) {
        (Term::Literal(literal), 0) => literal.datatype() == oxigraph::model::vocab::xsd::INTEGER,
        (Term::Literal(literal), 1) => literal.datatype() == oxigraph::model::vocab::xsd::STRING || literal.language().is_some(),
        _ => kind > 1,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn the_first_rows_are_those_of_a_full_sort(
        objects in prop::collection::vec(values(), 0..60),
        (kind, down, limit, offset) in (0..3_u8, any::<bool>(), 0..12_usize, 0..4_usize),
    ) {
        let of_kind = objects.iter().filter(|term| of_kind(term, kind)).enumerate();
        let quads = of_kind.map(|(n, term)| Quad::new(node(&format!("s{n}")), node("p"), term.clone(), GraphName::DefaultGraph));
        let snapshot = Snapshot::holding(quads).unwrap();
        let order = if down { "DESC(?o)" } else { "?o" };
        let query = format!("SELECT ?s ?o {{ ?s <http://e/p> ?v OPTIONAL {{ ?s <http://e/p> ?o FILTER(?s != <http://e/s1>) }} }} \
                             ORDER BY {order} ?s LIMIT {limit} OFFSET {offset}");
        let prepared = Prepared::parse(&query, None).unwrap();
        let sequence = |prepared: &Prepared| {
            let style = Style { labels: false, chinese: false };
            prepared.rows(&snapshot, style, Limits::default(), &Watch::default()).unwrap().cells
        };
        prop_assert_eq!(sequence(&prepared), sequence(&prepared.clone().as_written()), "{}", query);
    }
}

/// A graph in which one predicate is rare among many triples.
fn lopsided() -> Vec<Quad> {
    let mut quads: Vec<Quad> = (0..3000)
        .flat_map(|n| {
            let subject = node(&format!("s{n}"));
            [
                Quad::new(subject.clone(), node("common"), node(&format!("o{}", n % 7)), GraphName::DefaultGraph),
                Quad::new(subject.clone(), oxigraph::model::vocab::rdf::TYPE, node("C"), GraphName::DefaultGraph),
                Quad::new(subject, node("label"), Literal::from(n), GraphName::DefaultGraph),
            ]
        })
        .collect();
    quads.push(Quad::new(node("s7"), node("rare"), node("o1"), GraphName::DefaultGraph));
    quads
}

#[test]
fn each_rewrite_is_done_told_and_right() {
    for (query, note) in [
        ("SELECT * { ?s a <http://e/C> OPTIONAL { ?s <http://e/label> ?l } ?s <http://e/rare> ?o }", "hoisted before OPTIONAL"),
        ("SELECT * { ?s <http://e/common> ?o . ?s <http://e/label> ?l . ?s <http://e/rare> ?r }", "rarest first: <http://e/rare> (1)"),
        ("SELECT * { ?s <http://e/common> ?o . ?s <http://e/label> ?l FILTER(?s = <http://e/s7>) }", "taken from the filter"),
        ("SELECT ?l ?s { ?s <http://e/label> ?l } ORDER BY DESC(?l) ?s LIMIT 10 OFFSET 5", "first rows kept while reading"),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "answered from the counts"),
        ("SELECT (COUNT(?s) AS ?n) { ?s a <http://e/C> }", "answered from the counts"),
        ("SELECT DISTINCT ?p { ?s ?p ?o }", "answered from the counts"),
        ("SELECT ?c (COUNT(*) AS ?n) { ?s a ?c } GROUP BY ?c", "answered from the counts"),
    ] {
        let snapshot = Snapshot::holding(lopsided()).unwrap();
        snapshot.learn(&Watch::default()).unwrap();
        let (_, notes) = Prepared::parse(query, None).unwrap().plan(&snapshot);
        assert!(notes.iter().any(|found| found.contains(note)), "{query}: {notes:?}");
        same(lopsided(), query);
    }
}

#[test]
fn a_pattern_that_the_optional_part_may_bind_stays_behind_it() {
    let query = "SELECT * { ?s <http://e/p0> ?o OPTIONAL { ?s <http://e/p1> ?x } ?x <http://e/p2> ?y }";
    let quads = vec![
        Quad::new(node("a"), node("p0"), node("b"), GraphName::DefaultGraph),
        Quad::new(node("c"), node("p2"), node("d"), GraphName::DefaultGraph),
    ];
    let snapshot = Snapshot::holding(quads.clone()).unwrap();
    let (_, notes) = Prepared::parse(query, None).unwrap().plan(&snapshot);
    assert!(!notes.iter().any(|note| note.contains("hoisted")), "{notes:?}");
    same(quads, query);
}
