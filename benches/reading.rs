//! Reading: bytes of a file to a document (encoding found out, decoded, HTML stripped, identifier made).
//! Input: 8 MB of the made corpus, seed 20261123, one call per document. Counted: bytes as they lie in the file.

mod support;

use divan::Bencher;
use divan::counter::BytesCount;
use encoding_rs::{BIG5, Encoding, GB18030};
use yuanpu::corpus::{ReadOptions, read_bytes};

const BYTES: usize = 8 << 20;

fn main() {
    divan::main();
}

/// The corpus as files: names with their bytes, and the number of characters that reading must give.
struct Files {
    files: Vec<(String, Vec<u8>)>,
    characters: usize,
}

fn files(extension: &str, encode: impl Fn(&str) -> Vec<u8>) -> Files {
    let texts = support::corpus(support::SEED, BYTES);
    let characters = texts.iter().map(|text| text.chars().count()).sum();
    let files = texts.iter().enumerate().map(|(at, text)| (format!("{at}.{extension}"), encode(text))).collect();
    Files { files, characters }
}

fn read_all(bencher: Bencher, files: &Files, same_text: bool) {
    let bytes: usize = files.files.iter().map(|(_, bytes)| bytes.len()).sum();
    let run = || {
        let read = |(name, bytes): &(String, Vec<u8>)| read_bytes(name, bytes.clone(), &ReadOptions::default()).expect("a readable file");
        files.files.iter().map(|file| read(file).text.chars().count()).sum::<usize>()
    };
    let characters = run();
    assert!(if same_text { characters == files.characters } else { characters > files.characters / 2 }, "{characters} characters");
    bencher.counter(BytesCount::new(bytes)).bench(run);
}

fn encoded(encoding: &'static Encoding) -> impl Fn(&str) -> Vec<u8> {
    move |text| encoding.encode(text).0.into_owned()
}

#[divan::bench]
fn utf8(bencher: Bencher) {
    read_all(bencher, &files("txt", |text| text.as_bytes().to_vec()), true);
}

#[divan::bench]
fn gb18030(bencher: Bencher) {
    read_all(bencher, &files("txt", encoded(GB18030)), true);
}

#[divan::bench]
fn utf16(bencher: Bencher) {
    let encode = |text: &str| std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    read_all(bencher, &files("txt", encode), true);
}

#[divan::bench]
fn html(bencher: Bencher) {
    let page = |text: &str| {
        let paragraphs: String = text.lines().map(|line| format!("<p class=\"body\">{line}</p>\n")).collect();
        format!("<html><head><title>t</title></head><body><nav>首页</nav>{paragraphs}</body></html>").into_bytes()
    };
    read_all(bencher, &files("html", page), false);
}

/// Big5 holds the traditional characters only: the share of the corpus that it can write.
#[divan::bench]
fn big5(bencher: Bencher) {
    let kept = |text: &str| text.chars().filter(|c| !BIG5.encode(c.encode_utf8(&mut [0; 4])).2).collect::<String>();
    let texts: Vec<String> = support::corpus(support::SEED, BYTES / 4).iter().map(|text| kept(text)).collect();
    let characters = texts.iter().map(|text| text.chars().count()).sum();
    let files = texts.iter().enumerate().map(|(at, text)| (format!("{at}.txt"), BIG5.encode(text).0.into_owned())).collect();
    let bytes: Vec<(String, Vec<u8>)> = files;
    read_all(bencher, &Files { files: bytes, characters }, true);
}
