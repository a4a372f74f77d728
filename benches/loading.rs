//! Loading: quads into the store in memory, and made documents through a whole build into a new generation on disk (an oxigraph
//! store with the feature `rocksdb`, N-Quads without it). Input: the made graph of 10,000 clusters, 80,299 quads; 1 MB of the
//! made corpus. Counted: quads, and bytes of text.

mod support;

use std::sync::Arc;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use yuanpu::extract::Extractor;
use yuanpu::graph::{Background, GraphFolder, Snapshot};
use yuanpu::model::{Diagnostic, Document, Format};
use yuanpu::ontology::Ontology;
use yuanpu::pipeline::{BuildOptions, Knowledge, Sources, build};

const CLUSTERS: usize = 10_000;
const QUADS: usize = 80_299;
const BYTES: usize = 1 << 20;

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 10)]
fn quads_in_memory(bencher: Bencher) {
    let quads = support::graph::quads(CLUSTERS);
    assert_eq!(quads.len(), QUADS);
    bencher.counter(ItemsCount::new(QUADS)).bench(|| {
        let snapshot = Snapshot::holding(quads.iter().cloned()).expect("the store takes them");
        assert_eq!(snapshot.store().len().expect("the store counts"), QUADS);
        snapshot
    });
}

/// The made corpus as sources of a build.
struct Made {
    names: Vec<String>,
    documents: Vec<Document>,
}

impl Sources for Made {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn fingerprint(&self, at: usize) -> Result<String, Diagnostic> {
        Ok(self.documents[at].id.as_str().to_owned())
    }

    fn read(&self, at: usize) -> Result<Document, Diagnostic> {
        Ok(self.documents[at].clone())
    }
}

#[divan::bench(sample_count = 5)]
fn documents_to_generation(bencher: Bencher) {
    let texts = support::corpus(support::SEED, BYTES);
    let bytes = support::size(&texts);
    let names: Vec<String> = (0..texts.len()).map(|at| format!("{at:06}.txt")).collect();
    let documents = names.iter().zip(texts).map(|(name, text)| Document::new(name.clone(), text, Format::Text)).collect();
    let sources = Made { names, documents };
    let ontology = Arc::new(Ontology::embedded().expect("the ontology is sound"));
    let extractor = Extractor::new(&ontology).expect("the knowledge is sound");
    let background = Background::of(&ontology).expect("the ontology loads");
    let extract = |document: &Document| extractor.extract(document);
    let knowledge = Knowledge { version: extractor.version(), background: &background, extract: &extract };
    bencher.counter(BytesCount::new(bytes)).with_inputs(|| tempfile::tempdir().expect("a folder")).bench_values(|folder| {
        let report =
            build(&sources, &knowledge, &GraphFolder::at(folder.path()), BuildOptions::default(), &|_| {}).expect("the build succeeds");
        assert_eq!(report.documents, sources.documents.len());
        folder
    });
}
