//! The program as people meet it: what it prints, on which stream, and with which exit code. Every test runs the real binary in a folder of
//! its own.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::Path;
use std::process::{Output, Stdio};

use assert_cmd::Command;
use serde_json::Value;

const SIMPLIFIED: &str = "成都市青白江区推进国际铁路港建设，“𠮷利”企业落户。\r\n2024年产值增长8.5%。\n";
const TRADITIONAL: &str = "深圳市與香港特別行政區簽署合作備忘錄，共同推動河套深港科技創新合作區發展，產業集聚。\n";

/// A folder with a program that knows the shipped ontology and nothing of the surroundings.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::cargo_bin("yuanpu").unwrap();
        for variable in ["YUANPU_DB", "YUANPU_LANG", "YUANPU_COLOR", "YUANPU_CONFIG", "LC_ALL", "LC_MESSAGES", "LANG"] {
            command.env_remove(variable);
        }
        command.current_dir(self.0.path()).env("YUANPU_ONTOLOGY", Path::new(env!("CARGO_MANIFEST_DIR")).join("ontology"));
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(name)).unwrap()
    }
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn utf_16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(to_bytes).collect()
}

/// One text in every encoding that Chinese documents come in.
fn in_all_encodings(desk: &Desk) {
    desk.put("docs/1-utf-8.txt", SIMPLIFIED)
        .put("docs/2-mark.md", format!("\u{FEFF}{SIMPLIFIED}甲"))
        .put("docs/3-gb.txt", encoding_rs::GB18030.encode(&format!("{SIMPLIFIED}乙")).0)
        .put("docs/4-big5.txt", encoding_rs::BIG5.encode(TRADITIONAL).0)
        .put("docs/5-le.txt", utf_16(&format!("{SIMPLIFIED}丙"), u16::to_le_bytes))
        .put("docs/6-be.txt", utf_16(&format!("{SIMPLIFIED}丁"), u16::to_be_bytes))
        .put("docs/7-gb.html", encoding_rs::GB18030.encode("<meta charset=gb2312><nav>首页</nav><p>朱镕基视察園区</p>").0);
}

// ── Usage ──

#[test]
fn alone_it_says_what_it_is_for() {
    let desk = Desk::new();
    for (language, word) in [("en", "Examples"), ("zh", "示例")] {
        let output = desk.run(&["--lang", language]);
        assert_eq!(code(&output), Some(0));
        assert!(out(&output).contains(word) && out(&output).lines().count() <= 25, "{}", out(&output));
    }
}

#[test]
fn a_misspelt_command_suggests_the_right_one() {
    let output = Desk::new().run(&["querry"]);
    assert_eq!((code(&output), out(&output).as_str()), (Some(2), ""));
    assert!(err(&output).contains("'query'"), "{}", err(&output));
}

#[test]
fn every_command_has_help_with_an_example_that_names_it() {
    let desk = Desk::new();
    let tree = out(&desk.run(&["--help"]));
    let commands = tree.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> = commands
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.len() >= 10, "{commands:?}");
    for command in commands {
        let output = desk.run(&[command, "--help"]);
        assert_eq!(code(&output), Some(0));
        assert!(out(&output).contains(&format!("yuanpu {command}")), "{command}: {}", out(&output));
    }
}

#[test]
fn messages_follow_flag_variable_and_settings_file() {
    let desk = Desk::new();
    let message = |command: &mut Command| err(&command.args(["extract", "no.txt"]).output().unwrap());
    assert!(message(&mut desk.command()).starts_with("error[D001]"));
    assert!(message(desk.command().env("LANG", "zh_CN.UTF-8")).starts_with("错误[D001]"));
    desk.put("yuanpu.toml", "lang = 'zh'\n");
    assert!(message(&mut desk.command()).contains("建议"));
    assert!(message(desk.command().args(["--lang", "en"])).contains("help"));
    desk.put("yuanpu.toml", "language = 'zh'\n");
    let output = desk.run(&["stats"]);
    assert_eq!(code(&output), Some(2));
    assert!(err(&output).contains("yuanpu.toml:1"), "{}", err(&output));
}

#[test]
fn a_reader_who_leaves_early_is_no_error() {
    let desk = Desk::new();
    for _ in 0..3 {
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("yuanpu"));
        let mut child =
            command.args(["completions", "bash"]).current_dir(desk.0.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((code(&output), err(&output).as_str()), (Some(0), ""));
    }
}

// ── Documents ──

#[test]
fn a_folder_of_mixed_encodings_is_read_without_loss() {
    let desk = Desk::new();
    in_all_encodings(&desk);
    let output = desk.run(&["build", "docs", "--report", "report.json"]);
    assert_eq!(code(&output), Some(0), "{}", err(&output));
    let report: Value = serde_json::from_str(&desk.read("report.json")).unwrap();
    let encodings: Vec<&str> = report["encodings"].as_object().unwrap().values().filter_map(Value::as_str).collect();
    assert_eq!(encodings, ["UTF-8", "UTF-8", "GB18030", "Big5", "UTF-16LE", "UTF-16BE", "GB18030"]);
    assert_eq!((&report["documents"], report["failed"].as_array().unwrap().len()), (&Value::from(7), 0));
    let output = desk.run(&["export", "--format", "nq"]);
    assert_eq!(code(&output), Some(0), "{}", err(&output));
    assert!(!out(&output).contains('\u{FFFD}') && !out(&output).contains("首页"));
}

#[test]
fn an_encoding_may_be_named() {
    let desk = Desk::new();
    desk.put("a.txt", encoding_rs::BIG5.encode("集群").0);
    let encoding = |arguments: &[&str]| {
        let output = desk.run(&[&["extract", "a.txt", "--format", "json"], arguments].concat());
        serde_json::from_str::<Value>(&out(&output)).unwrap()["encoding"].clone()
    };
    assert_eq!(encoding(&["-E", "big5"]), "Big5");
    assert_eq!(encoding(&["-E", "gbk"]), "GB18030");
    let output = desk.run(&["extract", "a.txt", "-E", "utf-8"]);
    assert_eq!((code(&output), out(&output).as_str()), (Some(2), ""));
    assert!(err(&output).contains("byte 0 does not fit the encoding UTF-8") && err(&output).contains("help:"), "{}", err(&output));
}

#[test]
fn one_broken_document_stops_nothing_and_is_named() {
    let desk = Desk::new();
    desk.put("docs/good.txt", SIMPLIFIED).put("docs/empty.txt", "").put("docs/binary.txt", b"\x01\x00\x02\x00\x00\xFE\x00\x03\x07");
    desk.put("docs/torn.txt", [SIMPLIFIED.as_bytes(), b"\xFF\xFF"].concat()).put("docs/annex.pdf", "%PDF-1.7");
    desk.put("docs/page.docx", b"PK\x03\x04 torn").put("docs/meta.txt", "x").put("docs/meta.meta.toml", "title = [");
    let output = desk.run(&["build", "docs", "--report", "report.json"]);
    let told = err(&output);
    assert_eq!(code(&output), Some(0), "{told}");
    for (name, what) in [
        ("docs/empty.txt", "the file is empty"),
        ("docs/binary.txt", "not a text file"),
        ("docs/torn.txt", "does not fit the encoding UTF-8"),
        ("docs/page.docx", "broken Word file"),
        ("docs/meta.meta.toml:1", "broken metadata"),
        ("docs/annex.pdf", "skipped"),
    ] {
        assert!(told.contains(name) && told.contains(what), "{name}: {told}");
    }
    let report: Value = serde_json::from_str(&desk.read("report.json")).unwrap();
    assert_eq!((&report["documents"], report["failed"].as_array().map(Vec::len)), (&Value::from(1), Some(5)));
    assert_eq!(code(&desk.run(&["build", "docs", "--strict"])), Some(1));
}

#[test]
fn a_build_of_nothing_readable_leaves_the_graph_as_it_was() {
    let desk = Desk::new();
    desk.put("good/a.txt", SIMPLIFIED).put("bad/a.txt", "").put("none/a.pdf", "%PDF");
    assert_eq!(code(&desk.run(&["build", "good"])), Some(0));
    let before = out(&desk.run(&["export", "--format", "nq"]));
    assert!(before.contains("w3id.org/yuanpu/doc/"), "{before}");
    for arguments in [&["build", "bad"][..], &["build", "none"], &["build", "missing"], &["build"], &["build", "good", "-j", "x"]] {
        let output = desk.run(arguments);
        assert_eq!((code(&output), out(&output).as_str()), (Some(2), ""), "{arguments:?}: {}", err(&output));
    }
    assert_eq!(out(&desk.run(&["export", "--format", "nq"])), before);
}

#[test]
fn a_trial_run_writes_nothing() {
    let desk = Desk::new();
    desk.put("docs/a.txt", SIMPLIFIED);
    let output = desk.run(&["build", "-n", "docs"]);
    assert_eq!(code(&output), Some(0), "{}", err(&output));
    assert!(!desk.0.path().join("yuanpu.db").join("CURRENT").exists());
}

/// Waits until the current generation is `number`.
fn published(desk: &Desk, number: u32) -> bool {
    let current = desk.0.path().join("g.db/CURRENT");
    let started = std::time::Instant::now();
    while started.elapsed() < std::time::Duration::from_secs(120) {
        if std::fs::read_to_string(&current).is_ok_and(|text| text.starts_with(&format!("gen-{number:06}"))) {
            return true;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    false
}

#[test]
fn a_watched_folder_is_followed_through_additions_mistakes_and_deletions() {
    let desk = Desk::new();
    desk.put("in/a.txt", SIMPLIFIED);
    let program = assert_cmd::cargo::cargo_bin("yuanpu");
    let mut child = std::process::Command::new(program)
        .current_dir(desk.0.path())
        .env("YUANPU_ONTOLOGY", Path::new(env!("CARGO_MANIFEST_DIR")).join("ontology"))
        .args(["--db", "g.db", "--lang", "en", "build", "--quiet", "--watch=100ms", "in"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut seen = vec![published(&desk, 1)];
    desk.put("in/broken.docx", "this is no archive").put("in/b.txt", TRADITIONAL);
    seen.push(published(&desk, 2));
    std::fs::remove_file(desk.0.path().join("in/a.txt")).unwrap();
    seen.push(published(&desk, 3));
    let alive = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    let told = err(&child.wait_with_output().unwrap());
    assert!(alive && seen == [true; 3], "{alive} {seen:?}: {told}");
    assert!(told.contains("broken.docx"), "{told}");
    for (arguments, exit) in [(&["build", "--watch", "in", "-n"][..], 2), (&["build", "--watch=soon", "in"], 2)] {
        assert_eq!(code(&desk.run(arguments)), Some(exit), "{arguments:?}");
    }
}

#[test]
fn stdin_is_read_under_a_given_name() {
    let desk = Desk::new();
    let output = desk
        .command()
        .args(["extract", "-", "--name", "a.html", "--format", "json"])
        .write_stdin("<nav>首页</nav><p>成都市")
        .output()
        .unwrap();
    let reading: Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(reading["source"], "a.html");
    let bare = desk.command().args(["extract", "-", "--format", "json"]).write_stdin("成都市").output().unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&out(&bare)).unwrap()["document"],
        reading["document"],
        "the same visible text is the same document"
    );
}

#[test]
fn a_file_beyond_the_limit_is_refused_with_the_limit() {
    let desk = Desk::new();
    desk.put("long.txt", "园".repeat(400_000));
    let output = desk.run(&["extract", "long.txt", "--max-size", "1"]);
    assert_eq!(code(&output), Some(2));
    assert!(err(&output).contains("limit of 1 MiB") && err(&output).contains("--max-size"), "{}", err(&output));
    assert_eq!(code(&desk.run(&["extract", "long.txt", "--format", "json", "-o", "long.json"])), Some(0));
}

// ── extract ──

#[test]
fn a_stream_of_documents_gives_a_stream_of_readings() {
    let lines = "{\"name\": \"a.txt\", \"text\": \"成都市\"}\n{broken\n{\"name\": \"b.txt\", \"text\": \"德阳市\", \"metadata\": {\"title\": \"乙\"}}\n";
    let output = Desk::new().command().args(["extract", "--jsonl", "--format", "json"]).write_stdin(lines).output().unwrap();
    assert_eq!(code(&output), Some(0));
    let sources: Vec<Value> = out(&output).lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["source"].clone()).collect();
    assert_eq!(sources, ["a.txt", "b.txt"]);
    assert!(err(&output).contains("stdin:2"), "{}", err(&output));
}

#[test]
fn a_folder_gives_a_graph_a_document() {
    let desk = Desk::new();
    in_all_encodings(&desk);
    desk.put("more/1-utf-8.txt", "德阳市");
    assert_eq!(code(&desk.run(&["extract", "docs", "more", "--format", "nq", "-o", "graphs"])), Some(0));
    let mut names: Vec<String> =
        std::fs::read_dir(desk.0.path().join("graphs")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["1-utf-8-2.nq", "1-utf-8.nq", "2-mark.nq", "3-gb.nq", "4-big5.nq", "5-le.nq", "6-be.nq", "7-gb.nq"]);
    let single = desk.run(&["extract", "docs/4-big5.txt", "--format", "nq"]);
    assert_eq!(out(&single), desk.read("graphs/4-big5.nq"), "the same graph alone and among others");
    assert!(out(&single).lines().all(|line| line.ends_with(" .") && line.contains("https://w3id.org/yuanpu/doc/")));
}

#[test]
fn every_form_of_a_result_is_written() {
    let desk = Desk::new();
    desk.put("a.txt", SIMPLIFIED);
    for (form, mark) in [
        ("ttl", "@prefix"),
        ("nt", "<https://w3id.org"),
        ("nq", "<https://w3id.org"),
        ("trig", "{"),
        ("rdf", "<rdf:RDF"),
        ("jsonld", "\"@"),
        ("json", "{\"document\""),
        ("text", "── a.txt ──"),
    ] {
        let output = desk.run(&["extract", "a.txt", "--format", form]);
        assert_eq!(code(&output), Some(0), "{form}: {}", err(&output));
        assert!(out(&output).contains(mark), "{form}: {}", out(&output));
    }
}

#[test]
fn json_quotes_stand_at_their_offsets() {
    let desk = Desk::new();
    let text = "😀𠮷\r\n成都市青白江区推进国际铁路港建设，2024年产值达到120亿元。\n";
    desk.put("a.txt", text);
    let reading: Value = serde_json::from_str(&out(&desk.run(&["extract", "a.txt", "--format", "json"]))).unwrap();
    let characters: Vec<char> = text.chars().collect();
    let evidence = |list: &str| {
        reading[list].as_array().unwrap().iter().flat_map(|item| item["evidence"].as_array().unwrap().clone()).collect::<Vec<_>>()
    };
    let mentions = reading["mentions"].as_array().unwrap().clone();
    for (place, key) in mentions
        .iter()
        .map(|m| (m.clone(), "text"))
        .chain(["statements", "observations"].iter().flat_map(|list| evidence(list)).map(|e| (e, "quote")))
    {
        let (start, end) = (place["start"].as_u64().unwrap() as usize, place["end"].as_u64().unwrap() as usize);
        assert_eq!(place[key].as_str().unwrap(), characters[start..end].iter().collect::<String>());
    }
}

// ── Exit codes ──

#[test]
fn the_answer_no_is_one_a_missing_store_three_a_cut_answer_four() {
    let desk = Desk::new();
    desk.put("docs/a.txt", SIMPLIFIED).put("docs/b.txt", TRADITIONAL);
    let missing = desk.run(&["query", "ASK { ?s ?p ?o }"]);
    assert_eq!((code(&missing), out(&missing).as_str()), (Some(3), ""), "{}", err(&missing));
    assert_eq!(code(&desk.run(&["build", "docs"])), Some(0));
    assert_eq!(code(&desk.run(&["query", "-e", "ASK { ?s a <urn:nothing> }"])), Some(1));
    assert_eq!(code(&desk.run(&["query", "-e", "ASK { ?s a yp:Document }"])), Some(0));
    assert_eq!(code(&desk.run(&["query", "--limit", "1", "SELECT ?s { ?s a yp:Document }"])), Some(4));
}

#[test]
fn a_query_with_full_width_marks_is_bad_input_with_place_and_hint() {
    let desk = Desk::new();
    desk.put("a.txt", SIMPLIFIED);
    assert_eq!(code(&desk.run(&["build", "a.txt"])), Some(0));
    let output = desk.run(&["query", "SELECT ？x WHERE { ？x a yp:Park }"]);
    assert_eq!((code(&output), out(&output).as_str()), (Some(2), ""));
    assert!(err(&output).contains('？') && err(&output).contains("help:"), "{}", err(&output));
    let output = desk.run(&["query", "no-such-question"]);
    assert_eq!((code(&output), out(&output).as_str()), (Some(2), ""), "{}", err(&output));
}

#[test]
fn a_broken_ontology_is_told_with_all_its_faults() {
    let desk = Desk::new();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("ontology");
    for name in ["yuanpu.ttl", "units.ttl", "shapes.ttl", "variants.tsv"] {
        desk.put(&format!("o/{name}"), std::fs::read(shipped.join(name)).unwrap());
    }
    let head = "@prefix yp: <https://w3id.org/yuanpu/ns#> .\n@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n@prefix park: <https://w3id.org/yuanpu/id/park/> .\n";
    desk.put("o/gazetteers/a.ttl", format!("{head}park:甲 a yp:Prak ; skos:prefLabel \"甲\"@zh .\n"))
        .put("o/gazetteers/b.ttl", format!("{head}park:乙 a yp:Park .\n"));
    desk.put("a.txt", SIMPLIFIED);
    let output = desk.run(&["build", "a.txt", "--ontology", "o"]);
    assert_eq!((code(&output), out(&output).as_str()), (Some(2), ""));
    for place in ["gazetteers/a.ttl:4:", "yp:Park", "gazetteers/b.ttl:4:"] {
        assert!(err(&output).contains(place), "{place}: {}", err(&output));
    }
}
