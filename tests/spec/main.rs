//! The extraction, specified by example: `tests/spec/*.md`, one file a phenomenon.
//!
//! A fenced block is a document; the list after it says what a careful reader finds in it and what he must not find. Each block is
//! read by the extractor with the shipped weights. `tests/spec/README.md` has the form of the lines.
//!
//! An expectation says what is right, not what the program does. Where the program does not do it yet, the line ends in
//! `(known gap)`. The test fails where an unmarked expectation is not met, and where a marked one is: then the mark is taken away.
//! After a training, `UPDATE_SPECS=1 cargo test --test spec` sets and takes away marks, and changes nothing else.

mod expectation;
mod found;
mod page;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use found::Found;
use page::Page;
use yuanpu::corpus::{ReadOptions, read_bytes};
use yuanpu::extract::Extractor;
use yuanpu::ontology::Ontology;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The pages of the specification, sorted by name.
fn pages() -> Vec<PathBuf> {
    let files = std::fs::read_dir(repository().join("tests/spec")).unwrap().map(|entry| entry.unwrap().path());
    let is_page = |path: &PathBuf| path.extension() == Some("md".as_ref()) && !path.ends_with("README.md");
    let mut pages: Vec<PathBuf> = files.filter(is_page).collect();
    pages.sort();
    pages
}

fn page(path: &Path) -> Page {
    let name = path.strip_prefix(repository()).unwrap().display().to_string();
    Page::parse(&name, &std::fs::read_to_string(path).unwrap()).unwrap_or_else(|fault| panic!("{fault}"))
}

fn extractor() -> Extractor {
    let (ontology, _) = Ontology::load(&repository().join("ontology")).unwrap();
    Extractor::new(&Arc::new(ontology)).unwrap()
}

#[test]
fn the_extraction_does_what_the_pages_say() {
    let extractor = extractor();
    let update = std::env::var_os("UPDATE_SPECS").is_some();
    let (mut expectations, mut gaps, mut differences) = (0, 0, Vec::new());
    for path in pages() {
        let mut page = page(&path);
        for case in &mut page.cases {
            let name = format!("{}-{}.{}", page.name, case.line, case.extension);
            let document = read_bytes(&name, case.text.clone().into_bytes(), &ReadOptions::default()).unwrap();
            let extraction = extractor.extract(&document);
            let found = Found { extraction: &extraction };
            let mut lines = Vec::new();
            for expected in &mut case.expected {
                let is_met = found.meets(&expected.what);
                if update {
                    expected.is_gap = !is_met;
                }
                expectations += 1;
                gaps += usize::from(expected.is_gap);
                if is_met == expected.is_gap {
                    let verdict = if is_met { "is met now, take away the mark" } else { "is not met" };
                    lines.push(format!("{}:{}: {verdict}: {}", page.name, expected.line, expected.text));
                }
            }
            if !lines.is_empty() {
                differences.push(format!(
                    "{}\n  {}\n  What was read:{found}",
                    lines.join("\n"),
                    case.text.trim_end().replace('\n', "\n  ")
                ));
            }
        }
        if update {
            std::fs::write(&path, page.to_text()).unwrap();
        }
    }
    // Past the capture of the test harness, so that the count is seen also where all is well.
    writeln!(std::io::stderr(), "tests/spec: {expectations} expectations, of which {gaps} are known gaps").unwrap();
    assert!(
        differences.is_empty(),
        "{}\n\n{} documents are read otherwise. A line that is wrong is mended by hand; marks alone are moved by UPDATE_SPECS=1 cargo test --test spec",
        differences.join("\n\n"),
        differences.len()
    );
}

#[test]
fn every_page_has_cases_that_expect_something_and_something_absent() {
    let pages: Vec<Page> = pages().iter().map(|path| page(path)).collect();
    assert!(pages.len() >= 15, "{} pages", pages.len());
    for page in &pages {
        let expected = || page.cases.iter().flat_map(|case| &case.expected);
        assert!(page.cases.len() >= 2, "{}: a phenomenon has more than one face", page.name);
        assert!(expected().any(|e| e.what.is_absent), "{}: nothing is expected to be absent", page.name);
        assert!(expected().any(|e| !e.what.is_absent), "{}: nothing is expected to be there", page.name);
        for case in &page.cases {
            assert!(!case.expected.is_empty(), "{}:{}: a document of which nothing is expected", page.name, case.line);
        }
    }
}

#[test]
fn moving_marks_changes_nothing_else() {
    for path in pages() {
        let mut page = page(&path);
        assert_eq!(page.to_text(), std::fs::read_to_string(&path).unwrap(), "{}", path.display());
        let marks = |page: &mut Page, turn: bool| {
            page.cases.iter_mut().flat_map(|case| &mut case.expected).for_each(|e| e.is_gap ^= turn);
            page.to_text()
        };
        let before = marks(&mut page, false);
        let turned = marks(&mut page, true);
        assert_ne!(before, turned);
        assert_eq!(before.replace(page::MARK, ""), turned.replace(page::MARK, ""));
    }
}

#[test]
fn a_line_that_cannot_be_read_is_told_with_its_place() {
    for (line, said) in [
        ("- Cluster 甲集群", "name in backticks"),
        ("- Clutser `甲集群`", "no class Clutser"),
        ("- `甲` devleops `乙`", "no relation devleops"),
        ("- figure `甲` `产值`: 5 Tons", "no unit Tons"),
        ("- figure `甲` `产值`: 5 Ton, upwards", "upwards"),
    ] {
        let text = format!("# 页\n\n```text\n甲。\n```\n\n{line}\n");
        let fault = Page::parse("p.md", &text).err().unwrap_or_default();
        assert!(fault.starts_with("p.md:7: ") && fault.contains(said), "{line}: {fault}");
    }
}
