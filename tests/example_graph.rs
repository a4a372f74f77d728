//! The named queries, asked of a graph that a person made: `data/example.trig`.
//!
//! What a query answers over read documents depends on the trained weights. Here the graph is given, so that what is tested is the query
//! alone: all that belongs in the answer is there, and what only looks as if it did is not. The graph is loaded by the program's own
//! Graph Store Protocol. `tests/golden/example/<name>.tsv` was read row by row against the documents; to write the answers anew after a change
//! that is meant, run `UPDATE_GOLDEN=1 cargo test --test example_graph` and read the difference.

#[allow(dead_code, reason = "shared with the tests over HTTP, which use all of it")]
#[path = "http/client.rs"]
mod client;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use client::{Served, encoded};
use yuanpu::corpus::{FindOptions, ReadOptions, find};

/// One question as it is asked, the name of its golden answer, and words that tempt: they stand in the graph, not in the answer.
struct Asked {
    golden: &'static str,
    query: &'static str,
    arguments: &'static [&'static str],
    tempting: &'static [&'static str],
}

const fn asked(golden: &'static str, query: &'static str, arguments: &'static [&'static str], tempting: &'static [&'static str]) -> Asked {
    Asked { golden, query, arguments, tempting }
}

const QUESTIONS: &[Asked] = &[
    // Of other cities, even of those that share a joint name with 成都; of a joint region of provinces.
    asked("cq-01", "cq-01", &[], &["宜宾市动力电池产业集群", "德阳市清洁能源装备产业集群", "川渝装备制造产业集群"]),
    asked("cq-01-德阳", "cq-01", &["--region", "德阳"], &["成渝电子信息产业集群", "成都市人工智能产业集群"]),
    asked("cq-02", "cq-02", &[], &["承担打造任务", "国家级"]),
    asked("cq-02-成德绵自凉", "cq-02", &["--cluster", "成德绵自凉航空航天集群"], &["参与共建", "建议"]),
    // What he warns against, what he states, what another advises.
    asked("cq-03", "cq-03", &[], &["属地社会管理职能", "崇州家具产业集群", "世界级"]),
    asked("cq-03-工信部", "cq-03", &["--person", "工信部"], &["园区绩效考核评价办法"]),
    asked("cq-04", "cq-04", &[], &["园区绩效考核评价办法", "“智改数转网联”工程"]),
    // A count, a share of the region and not of the cluster, a cluster that no park hosts.
    asked("cq-05", "cq-05", &[], &["签下经销商数", "家具产值占成都市比重", "崇州市智能家居产业集群"]),
    asked("cq-05-全部", "cq-05", &["--industry", ""], &["产业规模占全国比重"]),
    asked("cq-06", "cq-06", &[], &["公安“放管服”改革", "优化营商环境“一号工程”"]),
    // Plans of the same institution, and what a city carries out.
    asked("cq-07", "cq-07", &[], &["创新陆港警务", "公安工作现代化", "立园满园行动"]),
    // Falls that are not year on year, and a fall elsewhere.
    asked("cq-08", "cq-08", &[], &["违法警情数", "违法犯罪警情数", "交通和通信类消费价格"]),
    // Who bestows is not who receives.
    asked("cq-09", "cq-09", &[], &["中国轻工业联合会", "盛毅"]),
    asked("cq-09-青白江", "cq-09", &["--whom", "青白江"], &["宜宾市", "骆永建"]),
    asked("cq-10", "cq-10", &[], &["\"青白江区\""]),
    asked("cq-10-高新区", "cq-10", &["--entity", "成都高新区"], &["国家级高新技术产业开发区"]),
    // One level asserted and another planned or called for is no disagreement.
    asked("cq-11", "cq-11", &[], &["宜宾市动力电池产业集群", "成德绵自凉航空航天集群"]),
    asked("cq-12", "cq-12", &[], &["乐眉宜", "川渝", "乐山市"]),
    asked("cq-12-眉山", "cq-12", &["--region", "眉山"], &["成渝", "青广"]),
    // Other lists; and a list for which a cluster is only put forward.
    asked("cq-13", "cq-13", &[], &["崇州市智能家居产业集群", "四川省先进制造业集群"]),
    asked("cq-13-全部", "cq-13", &["--list", ""], &["四川省先进制造业集群"]),
    asked("cq-14", "cq-14", &[], &["立园满园行动", "宜宾三江新区"]),
    asked("cq-14-青白江公安", "cq-14", &["--entity", "青白江公安"], &["创新陆港警务", "公安工作现代化"]),
    asked("cq-15", "cq-15", &[], &["成渝电子信息产业集群", "盛毅"]),
    // A value reached by another group, and values that nobody set a target for.
    asked("cq-16", "cq-16", &[], &["四川省中小企业特色产业集群", "\"17\"", "家具原辅材料本地配套率"]),
    // Lower levels, and clusters that are to be world-class.
    asked("cq-17", "cq-17", &[], &["成都市生物医药产业集群", "成德绵自凉航空航天集群", "川渝装备制造产业集群", "宜宾市动力电池产业集群"]),
    asked("cq-17-国家级", "cq-17", &["--level", "yps:National"], &["川渝装备制造产业集群", "成都市人工智能产业集群"]),
    // A document that somebody advises to issue is not there yet.
    asked("cq-18", "cq-18", &[], &["园区绩效考核评价办法"]),
];

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn file(path: &str) -> String {
    std::fs::read_to_string(repository().join(path)).unwrap()
}

/// The example as a graph of the program, loaded once for all tests of this file.
fn graph() -> &'static Path {
    static GRAPH: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, db) = GRAPH.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("graph");
        let server = Served::start(Some(&db), &["--writable"]);
        let ontology = format!("/store?graph={}", encoded("https://w3id.org/yuanpu/ns"));
        for (method, path, content_type, body) in [
            ("PUT", "/store", "application/trig", file("data/example.trig")),
            ("POST", &ontology, "text/turtle", file("ontology/yuanpu.ttl")),
            ("POST", &ontology, "text/turtle", file("ontology/units.ttl")),
        ] {
            let answer = server.send(method, path, &[("Content-Type", content_type)], body.as_bytes());
            assert!((200..300).contains(&answer.status), "{path}: {}", answer.text());
        }
        assert!(server.stop(), "the server publishes what was written");
        (folder, db)
    });
    db
}

fn yuanpu(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yuanpu"));
    command
        .current_dir(repository())
        .env_clear()
        .env("LANG", "C.UTF-8")
        .arg("--db")
        .arg(graph())
        .args(["--lang", "zh", "--color", "never"]);
    command.args(arguments).output().unwrap()
}

/// The answer to a query or a named one: tab-separated terms, header first.
fn answer(query: &str, arguments: &[&str]) -> String {
    let output = yuanpu(&[&["query", "--format", "tsv", query], arguments].concat());
    assert!(output.status.success() || output.status.code() == Some(1), "{query}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_named_query_is_answered_as_a_reader_of_the_documents_would() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    for asked in QUESTIONS {
        let path = repository().join(format!("tests/golden/example/{}.tsv", asked.golden));
        let found = answer(asked.query, asked.arguments);
        if update {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(found, expected, "{} {:?} is not answered as in {}", asked.query, asked.arguments, path.display());
    }
    let kept = std::fs::read_dir(repository().join("tests/golden/example")).unwrap().count();
    assert_eq!(kept, QUESTIONS.len(), "a golden answer that no question has");
}

#[test]
fn what_only_looks_like_an_answer_is_left_out() {
    let graph = file("data/example.trig") + &file("ontology/yuanpu.ttl");
    for asked in QUESTIONS {
        let found = answer(asked.query, asked.arguments);
        for tempting in asked.tempting {
            assert!(graph.contains(tempting), "{tempting} tempts nobody: it is not in the graph");
            assert!(!found.contains(tempting), "{} {:?} answers {tempting}", asked.query, asked.arguments);
        }
    }
}

#[test]
fn every_named_query_is_asked_and_has_two_rows_at_least() {
    let mut rows: BTreeMap<&str, usize> = BTreeMap::new();
    for asked in QUESTIONS {
        let most = rows.entry(asked.query).or_default();
        *most = (*most).max(answer(asked.query, asked.arguments).lines().count() - 1);
    }
    let files = std::fs::read_dir(repository().join("queries")).unwrap().map(|entry| entry.unwrap().path());
    let names = files.filter(|p| p.extension() == Some("rq".as_ref()));
    for name in names.map(|p| p.file_stem().unwrap().to_string_lossy().chars().take("cq-00".len()).collect::<String>()) {
        assert!(rows.get(name.as_str()).is_some_and(|most| *most >= 2), "{name} has fewer than two rows on the example");
    }
}

#[test]
fn the_example_quotes_the_documents_as_they_stand() {
    let folder = repository().join("data/documents");
    let options = ReadOptions::default();
    let (files, faults) = find(&[folder], FindOptions::default());
    assert!(faults.is_empty(), "{faults:?}");
    let texts: BTreeMap<String, Vec<char>> = files
        .iter()
        .map(|file| file.read(&options).unwrap())
        .map(|document| (format!("<{}>", document.id.as_str()), document.text.chars().collect()))
        .collect();
    let passages =
        answer("SELECT ?document ?start ?end ?quote { GRAPH ?document { ?p yp:start ?start ; yp:end ?end ; yp:quote ?quote } }", &[]);
    assert!(passages.lines().count() > 50, "{passages}");
    for passage in passages.lines().skip(1) {
        let [document, start, end, quote] = passage.split('\t').collect::<Vec<_>>()[..] else { panic!("{passage}") };
        let text = texts.get(document).unwrap_or_else(|| panic!("{document} is no document of data/documents as it stands"));
        let number = |term: &str| term.trim_matches('"').split('"').next().unwrap().parse::<usize>().unwrap();
        let there: String = text[number(start)..number(end)].iter().collect();
        assert_eq!(quote.trim_matches('"'), there, "{document} at {start}");
    }
}

#[test]
fn the_example_is_a_graph_as_the_program_makes_them() {
    let checked = yuanpu(&["validate"]);
    assert!(checked.status.success(), "{}{}", String::from_utf8_lossy(&checked.stdout), String::from_utf8_lossy(&checked.stderr));
    let said = |modality: &str| {
        let pattern = format!("GRAPH ?g {{ ?x rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; yp:modality {modality} }}");
        answer(&format!("SELECT DISTINCT ?s ?p ?o {{ {pattern} }}"), &[]).lines().skip(1).map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let relations = "GRAPH <https://w3id.org/yuanpu/ns> { ?p a yp:Relation }";
    let plain = answer(&format!("SELECT ?s ?p ?o {{ ?s ?p ?o . {relations} }}"), &[]);
    let plain: BTreeSet<String> = plain.lines().skip(1).map(str::to_owned).collect();
    let asserted = said("yps:Asserted");
    assert!(asserted.is_subset(&plain), "asserted, but no plain triple: {:?}", asserted.difference(&plain).collect::<Vec<_>>());
    for modality in ["yps:Planned", "yps:Recommended", "yps:Discouraged"] {
        let only: Vec<_> = said(modality).difference(&asserted).filter(|triple| plain.contains(*triple)).cloned().collect();
        assert!(only.is_empty(), "{modality}, and yet a plain triple: {only:?}");
    }
}
