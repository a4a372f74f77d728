//! Loading the ontology: parse, build and check all files of the shipped folder, and fold characters of text.
//! Input: the folder `ontology/` as it lies in the repository. Counted: bytes of its files, bytes of the folded text.

use std::path::Path;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use yuanpu::ontology::Ontology;

fn main() {
    divan::main();
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/ontology"))
}

#[divan::bench]
fn load_from_disk(bencher: Bencher) {
    let (ontology, _) = Ontology::load(folder()).expect("the shipped folder is in order");
    let bytes: usize = ontology.files_under("").map(|(_, content)| content.len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| Ontology::load(black_box(folder())).is_ok());
}

#[divan::bench]
fn load_embedded(bencher: Bencher) {
    bencher.bench_local(|| Ontology::embedded().is_ok());
}

#[divan::bench]
fn fold_text(bencher: Bencher) {
    let (ontology, _) = Ontology::load(folder()).expect("the shipped folder is in order");
    let text = "成都市产业园区高质量发展大会,深圳與香港簽署合作協議,總投資１２億元。".repeat(10_000);
    bencher.counter(BytesCount::new(text.len())).bench_local(|| ontology.variants().fold_text(black_box(&text)).len());
}
