//! Extraction: documents to mentions, entities, statements and figures, on one thread, at 1 MB and at 4 MB of the made corpus, half of
//! whose sentences hold names: the rate must be the same. Beside it, in the same run, the bare gazetteer automaton over the same
//! bytes: the speed limit. `--ignored a_hundred_megabytes` reads 100 MB, one document at a time, and tells the memory it took.
//!
//! Expected: in 4 MB more than 20,000 mentions, a statement and half a figure a document; the same in every round.

mod support;

use std::sync::Arc;

use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder, MatchKind};
use divan::Bencher;
use divan::counter::BytesCount;
use yuanpu::extract::Extractor;
use yuanpu::model::{Document, Format};
use yuanpu::ontology::Ontology;

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const MEGABYTE: usize = 1 << 20;

fn main() {
    divan::main();
}

fn documents(bytes: usize) -> (Vec<Document>, usize) {
    let texts = support::corpus(support::SEED, bytes);
    let bytes = support::size(&texts);
    (texts.into_iter().enumerate().map(|(at, text)| document(at, text)).collect(), bytes)
}

fn document(at: usize, text: String) -> Document {
    Document::new(format!("{at}.txt"), text, Format::Text)
}

fn extractor() -> Extractor {
    let ontology = Arc::new(Ontology::embedded().expect("the ontology is sound"));
    Extractor::new(&ontology).expect("the knowledge is sound")
}

/// Mentions, statements and figures.
type Found = (usize, usize, usize);

fn read(extractor: &Extractor, found: Found, document: &Document) -> Found {
    let one = extractor.extract(document);
    (found.0 + one.mentions.len(), found.1 + one.statements.len(), found.2 + one.observations.len())
}

fn check(found: Found, documents: usize, bytes: usize) {
    assert!(found.0 > bytes / 200 && found.1 > documents && found.2 > documents / 2, "too little is found: {found:?}");
}

#[divan::bench(args = [1, 4], sample_count = 10)]
fn whole_extraction(bencher: Bencher, megabytes: usize) {
    let extractor = extractor();
    let (documents, bytes) = documents(megabytes * MEGABYTE);
    let run = || documents.iter().fold((0, 0, 0), |found, document| read(&extractor, found, document));
    let expected = run();
    check(expected, documents.len(), bytes);
    bencher.counter(BytesCount::new(bytes)).bench_local(|| assert_eq!(run(), expected));
}

#[divan::bench(args = [1, 4], sample_count = 10)]
fn bare_gazetteer_automaton(bencher: Bencher, megabytes: usize) {
    let ontology = Ontology::embedded().expect("the ontology is sound");
    let entries = &ontology.gazetteer().entries;
    let names = entries.iter().flat_map(|entry| std::iter::once(&entry.label).chain(entry.names.iter().map(|name| &name.text)));
    let mut names: Vec<&str> = names.map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    let builder = CharwiseDoubleArrayAhoCorasickBuilder::new().match_kind(MatchKind::LeftmostLongest);
    let automaton: CharwiseDoubleArrayAhoCorasick<u32> = builder.build(names).expect("the names fit");
    let (documents, bytes) = documents(megabytes * MEGABYTE);
    let run = || documents.iter().map(|document| automaton.leftmost_find_iter(&document.text).count()).sum::<usize>();
    let expected = run();
    assert!(expected > bytes / 200, "too little is found: {expected}");
    bencher.counter(BytesCount::new(bytes)).bench_local(|| assert_eq!(run(), expected));
}

#[divan::bench(ignore, sample_count = 1, sample_size = 1)]
fn a_hundred_megabytes(bencher: Bencher) {
    let extractor = extractor();
    bencher.counter(BytesCount::new(100 * MEGABYTE)).bench_local(|| {
        let (mut found, mut bytes, mut count) = ((0, 0, 0), 0, 0);
        for text in support::documents(support::SEED) {
            bytes += text.len();
            found = read(&extractor, found, &document(count, text));
            count += 1;
            if bytes >= 100 * MEGABYTE {
                break;
            }
        }
        check(found, count, bytes);
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: unknown");
        eprintln!("{count} documents, {bytes} bytes, found {found:?}; {peak}");
    });
}
