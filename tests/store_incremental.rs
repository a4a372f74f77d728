//! A build over changed documents gives, quad for quad, what a build from nothing gives.

mod toy_reader;

use std::collections::BTreeMap;

use proptest::prelude::*;
use toy_reader::{Shelf, background, knowledge};
use yuanpu::graph::{GraphFolder, sorted_nquads};
use yuanpu::pipeline::{BuildOptions, BuildReport, build};

fn built(folder: &GraphFolder, shelf: &Shelf, options: BuildOptions) -> BuildReport {
    build(shelf, &knowledge(&background()), folder, options, &|_| {}).expect("the build succeeds")
}

fn lines(folder: &GraphFolder) -> Vec<String> {
    sorted_nquads(folder.open().expect("there is a graph").store()).expect("the store can be read")
}

#[derive(Clone, Debug)]
enum Step {
    Put(usize, String),
    Delete(usize),
    Rename(usize, usize),
}

/// Lines that share entities, spell one entity's name in two ways, and refer to regions at three heights.
fn line() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec![
        "Cluster:高端装备集群|locatedIn|Region:510100",
        "Cluster:“高端装备”集群|locatedIn|Region:510113",
        "Park:甲园区=甲园|hosts|Cluster:高端装备集群",
        "Park:甲园区|hosts|Cluster:高端装备集群=装备集群",
        "Initiative:强链行动|targets|Cluster:高端装备集群",
        "Initiative:“强链”行动|targets|Park:甲园区|planned",
        "Region:510000|issues|Initiative:强链行动",
        "Park:甲园区|产值|12.50",
        "Park:甲园区|产值|3",
    ]);
    line.prop_map(|l| format!("{l}\n"))
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::collection::vec(line(), 1..4).prop_map(|lines| lines.concat()),
        1 => Just("broken".to_owned()),
        1 => Just(String::new()),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_usize..5, text()).prop_map(|(at, text)| Step::Put(at, text)),
        2 => (0_usize..5).prop_map(Step::Delete),
        1 => (0_usize..5, 0_usize..5).prop_map(|(from, to)| Step::Rename(from, to)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_changes_equals_a_build_from_nothing(steps in prop::collection::vec(prop::collection::vec(step(), 1..3), 1..6)) {
        let home = tempfile::tempdir()?;
        let kept = GraphFolder::at(home.path().join("kept.db"));
        // One that can always be read: a build of broken documents alone is refused.
        let always = ("文献/常.txt".to_owned(), "Park:甲园区|locatedIn|Region:510113\n".to_owned());
        let mut documents: BTreeMap<String, String> = [always].into();
        for (round, changes) in steps.into_iter().enumerate() {
            for change in changes {
                let name = |at: usize| format!("文献/{at}.txt");
                match change {
                    Step::Put(at, text) => drop(documents.insert(name(at), text)),
                    Step::Delete(at) => drop(documents.remove(&name(at))),
                    Step::Rename(from, to) => {
                        if let Some(text) = documents.remove(&name(from)) {
                            documents.insert(name(to), text);
                        }
                    }
                }
            }
            built(&kept, &Shelf::of(&documents), BuildOptions { threads: Some(2), ..BuildOptions::default() });
            let fresh = GraphFolder::at(home.path().join(format!("fresh-{round}.db")));
            built(&fresh, &Shelf::of(&documents).reversed(), BuildOptions { threads: Some(1), ..BuildOptions::default() });
            prop_assert_eq!(lines(&kept), lines(&fresh));
            let (kept, fresh) = (kept.open().unwrap(), fresh.open().unwrap());
            let facts = |s: &yuanpu::graph::Snapshot| {
                let entries = s.manifest().unwrap().documents.iter();
                entries.map(|d| (d.path.clone(), d.iri.clone(), d.owner, d.counts, s.text(&d.iri).unwrap())).collect::<Vec<_>>()
            };
            prop_assert_eq!(facts(&kept), facts(&fresh));
        }
    }
}

fn shelf(documents: &[(&str, &str)]) -> Shelf {
    Shelf::of(&documents.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
}

#[test]
fn unchanged_documents_are_not_read_again() {
    let home = tempfile::tempdir().unwrap();
    let folder = GraphFolder::at(home.path());
    let two = [("a", "Park:甲园区|hosts|Cluster:装备集群\n"), ("b", "Park:乙园区|hosts|Cluster:电子集群\n")];
    assert_eq!(built(&folder, &shelf(&two), BuildOptions::default()).read, ["a", "b"]);
    let again = built(&folder, &shelf(&two), BuildOptions::default());
    assert_eq!((again.read.len(), again.unchanged, again.changed, again.generation), (0, 2, false, Some(1)));
    let three = [two[0], ("b", "Park:乙园区|hosts|Cluster:芯片集群\n"), ("c", "Park:丙园区|hosts|Cluster:电子集群\n")];
    let changed = built(&folder, &shelf(&three), BuildOptions::default());
    assert_eq!((changed.read, changed.unchanged, changed.generation), (vec!["b".to_owned(), "c".to_owned()], 1, Some(2)));
}

#[test]
fn a_dry_run_tells_the_change_and_writes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let folder = GraphFolder::at(home.path().join("graph.db"));
    let dry = BuildOptions { dry_run: true, ..BuildOptions::default() };
    let one = shelf(&[("a", "Park:甲园区|hosts|Cluster:装备集群\n"), ("b", "broken")]);
    let report = built(&folder, &one, dry);
    assert_eq!((report.read.as_slice(), report.failed.len(), report.changed), (&["a".to_owned()][..], 1, true));
    assert!(!folder.path().exists());
    built(&folder, &one, BuildOptions::default());
    let report = built(&folder, &shelf(&[("c", "Park:丙园区|hosts|Cluster:装备集群\n")]), dry);
    assert_eq!((report.read, report.removed), (vec!["c".to_owned()], vec!["a".to_owned()]));
    assert_eq!(folder.current().unwrap(), 1);
}

#[test]
fn the_default_graph_holds_what_two_documents_say_once_and_the_places_above() {
    let home = tempfile::tempdir().unwrap();
    let folder = GraphFolder::at(home.path());
    let said = "Cluster:装备集群|locatedIn|Region:510113\n";
    built(&folder, &shelf(&[("a", said), ("b", &format!("{said}\n"))]), BuildOptions::default());
    let merged: Vec<String> = lines(&folder).into_iter().filter(|l| l.ends_with("> .") && l.matches('>').count() == 3).collect();
    let count = |needle: &str| merged.iter().filter(|l| l.contains(needle)).count();
    assert_eq!(count("/cluster/装备集群> <https://w3id.org/yuanpu/ns#locatedIn>"), 1, "{merged:#?}");
    assert_eq!(count("/region/510113> <https://w3id.org/yuanpu/ns#locatedIn> <https://w3id.org/yuanpu/id/region/510100>"), 1);
    assert_eq!(count("/region/510100> <https://w3id.org/yuanpu/ns#locatedIn> <https://w3id.org/yuanpu/id/region/510000>"), 1);
}

#[test]
fn one_entity_has_one_canonical_name_however_documents_write_it() {
    let home = tempfile::tempdir().unwrap();
    let folder = GraphFolder::at(home.path());
    let shelf = shelf(&[("a", "Park:甲|hosts|Cluster:“装备”集群\n"), ("b", "Park:乙|hosts|Cluster:装备集群\n")]);
    built(&folder, &shelf, BuildOptions::default());
    let merged: Vec<String> = lines(&folder).into_iter().filter(|l| l.ends_with("@zh .") && l.contains("cluster/")).collect();
    let labels: Vec<&str> = merged.iter().filter(|l| l.contains("#prefLabel")).map(|l| l.rsplit(' ').nth(1).unwrap()).collect();
    assert_eq!(labels, ["\"“装备”集群\"@zh"]);
    assert!(merged.iter().any(|l| l.contains("#altLabel> \"装备集群\"@zh")));
}

#[test]
fn one_broken_document_stops_nothing() {
    let home = tempfile::tempdir().unwrap();
    let folder = GraphFolder::at(home.path());
    let report = built(&folder, &shelf(&[("a", "broken"), ("b", "Park:甲|hosts|Cluster:装备集群\n")]), BuildOptions::default());
    assert_eq!(report.failed.iter().map(|d| d.location.file.as_str()).collect::<Vec<_>>(), ["a"]);
    assert_eq!((report.documents, report.entities, report.counts.relations), (1, 2, 1));
}

#[test]
fn a_build_that_can_read_nothing_leaves_the_graph_as_it_was() {
    let home = tempfile::tempdir().unwrap();
    let folder = GraphFolder::at(home.path());
    built(&folder, &shelf(&[("a", "Park:甲|hosts|Cluster:装备集群\n")]), BuildOptions::default());
    let before = lines(&folder);
    let error = build(&shelf(&[("a", "broken")]), &knowledge(&background()), &folder, BuildOptions::default(), &|_| {}).unwrap_err();
    assert!(matches!(error, yuanpu::pipeline::BuildError::NothingReadable(d) if d.len() == 1));
    assert_eq!((lines(&folder), folder.current().unwrap()), (before, 1));
}
