//! Relation rules as analysts write them: the shipped ones keep their promises, every fault comes back with its place, a hit is counted
//! and named, and only a rule marked `direct` decides.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use yuanpu::corpus::Gold;
use yuanpu::extract::{Evaluation, Extractor, RuleCount, check_rules};
use yuanpu::model::{Diagnostic, Document, Extraction, Format};
use yuanpu::ontology::Ontology;

/// A rule that no weights know, for a verb that nobody uses.
const NEW_RULE: &str = r#"[[rules]]
id = "test.vows"
relation = "cooperatesWith"
subject = ["Region"]
object = ["Region"]
zh = "甲互勉缔约乙"
en = "one vows to another"
patterns = ['{subject} 互勉缔约 {object+}']
examples = [["[成都市|Region]互勉缔约[绵阳市|Region]", "成都市 → 绵阳市"]]
counterexamples = ["[成都市|Region]、[绵阳市|Region]互勉缔约"]
"#;

const SENTENCE: &str = "成都市互勉缔约绵阳市。\n";

/// A copy of the shipped folder, with weights or not and without gazetteers unless they are wanted, and a rule file of the test's own.
fn folder(with_rest: bool, rules: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("ontology");
    let mut open: Vec<PathBuf> = vec![shipped.clone()];
    while let Some(from) = open.pop() {
        for entry in fs::read_dir(&from).unwrap().map(|entry| entry.unwrap().path()) {
            let inside = entry.strip_prefix(&shipped).unwrap();
            let is_rest = inside.starts_with("weights") || inside.starts_with("gazetteers");
            if is_rest && !with_rest || inside.starts_with("rules") {
                continue;
            }
            if entry.is_dir() {
                fs::create_dir_all(folder.path().join(inside)).unwrap();
                open.push(entry);
            } else {
                fs::copy(&entry, folder.path().join(inside)).unwrap();
            }
        }
    }
    fs::create_dir_all(folder.path().join("rules")).unwrap();
    fs::write(folder.path().join("rules/test.toml"), rules).unwrap();
    folder
}

fn told(finding: &Diagnostic) -> (&'static str, Option<usize>, Option<usize>, Option<&str>) {
    (finding.code, finding.location.line, finding.location.column, finding.help.as_deref())
}

#[test]
fn the_examples_of_the_shipped_rules_come_out() {
    let ontology = Arc::new(Ontology::embedded().unwrap());
    assert!(ontology.rules().len() >= 25);
    assert_eq!(check_rules(&ontology), []);
}

#[test]
fn all_faults_of_a_rule_file_come_together_with_their_places() {
    let rules = r#"[[rules]]
id = "a"
relation = "honoredWith"
modality = "Plannd"
subject = ["Regoin"]
zh = "甲"
en = "a"
patterns = ['{subject} <verb.honor> {Persn} ~ {object}']
examples = [["[成都市|Region]获评[平安区|Honor]", "成都 → 平安区", "成都市平安区"]]
counterexamples = ["[成都市]"]

[[rules]]
id = "a"
relation = "honouredWith"

[[rules]]
id = "b"
relation = "honouredWith"
"#;
    let folder = folder(false, rules);
    let findings = Ontology::load(folder.path()).unwrap_err();
    assert!(findings.iter().all(|f| f.location.file.ends_with("rules/test.toml")));
    let found: Vec<_> = findings.iter().map(told).collect();
    let near = |name| Some(name);
    let expected = [
        ("O018", Some(3), Some(12), near("did you mean honouredWith?")),
        ("O053", Some(4), Some(12), near("did you mean Planned?")),
        ("O051", Some(5), Some(12), near("did you mean Region?")),
        ("O052", Some(8), Some(25), near("did you mean verb.honour?")),
        ("O051", Some(8), Some(38), near("did you mean Person?")),
        ("O056", Some(8), Some(45), None),
        ("O051", Some(9), Some(34), near("did you mean Honour?")),
        ("O059", Some(9), Some(43), near("did you mean 成都市?")),
        ("O058", Some(9), Some(55), None),
        ("O057", Some(10), Some(21), None),
        ("O054", Some(13), Some(6), None),
        ("O055", Some(17), Some(6), None),
        ("O055", Some(17), Some(6), None),
        ("O055", Some(17), Some(6), None),
        ("O055", Some(17), Some(6), None),
    ];
    assert_eq!(found, expected);
}

#[test]
fn an_example_that_does_not_come_out_is_told_where_it_stands() {
    let rules = NEW_RULE
        .replace("互勉缔约[绵阳市", "互勉而缔约[绵阳市")
        .replace("[绵阳市|Region]互勉缔约\"", "[绵阳市|Region]互勉缔约[德阳市|Region]\"");
    let folder = folder(false, &rules);
    let (ontology, _) = Ontology::load(folder.path()).unwrap();
    let findings = check_rules(&Arc::new(ontology));
    let found: Vec<_> = findings.iter().map(|f| (f.code, f.location.line, f.message.as_str())).collect();
    let expected = [
        ("K010", Some(9), "the rule test.vows does not read 成都市 → 绵阳市"),
        ("K010", Some(10), "the rule test.vows also reads 绵阳市 → 德阳市"),
    ];
    assert_eq!(found, expected);
}

/// What is read from the sentence with a rule.
fn read(rule: &str) -> (Extractor, Document, Extraction) {
    let folder = folder(true, rule);
    let (ontology, _) = Ontology::load(folder.path()).unwrap();
    let extractor = Extractor::new(&Arc::new(ontology)).unwrap();
    let document = Document::new("a.txt".to_owned(), SENTENCE.to_owned(), Format::Text);
    let extraction = extractor.extract(&document);
    (extractor, document, extraction)
}

#[test]
fn only_a_direct_rule_decides_and_the_evidence_names_it() {
    let rules_of = |extraction: &Extraction| -> Vec<String> {
        let ours = extraction.statements.iter().filter(|s| &*s.predicate == "cooperatesWith");
        ours.flat_map(|s| s.evidence.iter().map(|e| e.rule.to_string())).collect()
    };
    let (_, _, extraction) = read(NEW_RULE);
    assert_eq!(extraction.rule_hits.len(), 1);
    assert_eq!(&*extraction.rule_hits[0].rule, "rule.test.vows");
    let by_scorer = rules_of(&extraction);
    assert!(by_scorer.is_empty() || by_scorer.iter().any(|rule| rule.starts_with("scorer.")), "{by_scorer:?}");
    let (_, _, extraction) = read(&NEW_RULE.replace("zh =", "direct = true\nzh ="));
    assert!(rules_of(&extraction).contains(&"rule.test.vows".to_owned()));
}

#[test]
fn the_ledger_tells_hits_and_whether_the_annotators_agree() {
    let (extractor, document, extraction) = read(NEW_RULE);
    let count = |relations: &[[&str; 3]]| {
        let region = |name| serde_json::json!({ "name": name, "aliases": [], "type": "Region" });
        let gold: Gold = serde_json::from_value(serde_json::json!({
            "id": "a", "source": "own", "query": null, "file": "a.txt", "encoding": "utf-8", "chars": 0, "first": "", "last": "",
            "entities": [region("成都市"), region("绵阳市")], "relations": relations, "observations": [],
            "doubtful": { "entities": [], "relations": [] }
        }))
        .unwrap();
        let mut evaluation = Evaluation::default();
        evaluation.add(&extractor, &document, &extraction, &gold);
        evaluation.rules["rule.test.vows"]
    };
    assert_eq!(count(&[["绵阳市", "cooperatesWith", "成都市"]]), RuleCount { hits: 1, right: 1, wrong: 0 });
    assert_eq!(count(&[["成都市", "partOf", "绵阳市"]]), RuleCount { hits: 1, right: 0, wrong: 1 });
}
