//! The files of the folder `ontology/`: from disk, or from the copy compiled into the program.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::{fmt::Write as _, fs, io};

use sha2::{Digest, Sha256};

use super::fault::{Fault, Text};

/// The copy compiled in, sorted by path.
const EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/ontology_files.rs"));

/// Folder of the trained weights, which are made from the other files and so do not count in their hash.
const WEIGHTS: &str = "weights/";

/// Contents by path relative to the folder, `/` as separator; hidden files and Markdown are left out.
#[derive(Debug)]
pub(super) struct Folder {
    /// Name of the folder for messages, with a final `/`.
    pub name: String,
    files: BTreeMap<String, Cow<'static, [u8]>>,
}

impl Folder {
    pub fn embedded() -> Self {
        let files = EMBEDDED.iter().map(|(path, bytes)| ((*path).to_owned(), Cow::Borrowed(*bytes))).collect();
        Self { name: "ontology/".to_owned(), files }
    }

    /// Reads all files under `dir`. Fails where the folder cannot be read; a file that cannot be read is a fault of its own.
    pub fn read(dir: &Path) -> Result<Self, Vec<Fault>> {
        let mut folder = Self { name: format!("{}/", dir.display()), files: BTreeMap::new() };
        let mut faults = Vec::new();
        folder.add(dir, "", &mut faults);
        if faults.is_empty() { Ok(folder) } else { Err(faults) }
    }

    fn add(&mut self, dir: &Path, prefix: &str, faults: &mut Vec<Fault>) {
        let entries = match fs::read_dir(dir).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(error) => return faults.push(unreadable(dir, &error)),
        };
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') || name.ends_with(".md") {
                continue;
            }
            let path = entry.path();
            if path.is_dir() {
                self.add(&path, &format!("{prefix}{name}/"), faults);
                continue;
            }
            match fs::read(&path) {
                Ok(bytes) => {
                    self.files.insert(format!("{prefix}{name}"), Cow::Owned(bytes));
                }
                Err(error) => faults.push(unreadable(&path, &error)),
            }
        }
    }

    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(AsRef::as_ref)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_ref()))
    }

    /// Path for messages.
    pub fn shown(&self, path: &str) -> String {
        format!("{}{path}", self.name)
    }

    /// Hex SHA-256 over paths and contents, in order of the paths, without the weights.
    pub fn hash(&self) -> String {
        let mut hash = Sha256::new();
        for (path, bytes) in self.iter().filter(|(path, _)| !path.starts_with(WEIGHTS)) {
            for part in [path.as_bytes(), bytes] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        hash.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Fault {
    let shown = path.display();
    Fault::error("O001", Text::new(format!("读不了 {shown}:{error}"), format!("cannot read {shown}: {error}")))
        .help(Text::new("本体文件夹用 --ontology 指定", "name the folder of the ontology with --ontology"))
        .file(shown.to_string())
}
