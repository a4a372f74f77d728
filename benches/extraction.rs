//! Extraction: documents to mentions, entities, statements and figures, on one thread. Input: 4 MB of the made corpus, half of
//! whose sentences hold names. Beside it, in the same run, the bare gazetteer automaton over the same bytes: the speed limit.

mod support;

use std::sync::Arc;

use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder, MatchKind};
use divan::Bencher;
use divan::counter::BytesCount;
use yuanpu::extract::Extractor;
use yuanpu::model::{Document, Format};
use yuanpu::ontology::Ontology;

const BYTES: usize = 4 << 20;

fn main() {
    divan::main();
}

fn documents() -> (Vec<Document>, usize) {
    let texts = support::corpus(support::SEED, BYTES);
    let bytes = support::size(&texts);
    (texts.into_iter().enumerate().map(|(at, text)| Document::new(format!("{at}.txt"), text, Format::Text)).collect(), bytes)
}

#[divan::bench(sample_count = 10)]
fn whole_extraction(bencher: Bencher) {
    let ontology = Arc::new(Ontology::embedded().expect("the ontology is sound"));
    let extractor = Extractor::new(&ontology).expect("the knowledge is sound");
    let (documents, bytes) = documents();
    let run = || {
        let found = documents.iter().map(|document| extractor.extract(document));
        found.fold((0, 0, 0), |sum, one| (sum.0 + one.mentions.len(), sum.1 + one.statements.len(), sum.2 + one.observations.len()))
    };
    let expected = run();
    assert!(expected.0 > bytes / 200 && expected.1 > documents.len(), "too little is found: {expected:?}");
    bencher.counter(BytesCount::new(bytes)).bench_local(|| assert_eq!(run(), expected));
}

#[divan::bench(sample_count = 10)]
fn bare_gazetteer_automaton(bencher: Bencher) {
    let ontology = Ontology::embedded().expect("the ontology is sound");
    let entries = &ontology.gazetteer().entries;
    let names = entries.iter().flat_map(|entry| std::iter::once(&entry.label).chain(entry.names.iter().map(|name| &name.text)));
    let mut names: Vec<&str> = names.map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    let builder = CharwiseDoubleArrayAhoCorasickBuilder::new().match_kind(MatchKind::LeftmostLongest);
    let automaton: CharwiseDoubleArrayAhoCorasick<u32> = builder.build(names).expect("the names fit");
    let (documents, bytes) = documents();
    let run = || documents.iter().map(|document| automaton.leftmost_find_iter(&document.text).count()).sum::<usize>();
    let expected = run();
    assert!(expected > bytes / 200, "too little is found: {expected}");
    bencher.counter(BytesCount::new(bytes)).bench_local(|| assert_eq!(run(), expected));
}
