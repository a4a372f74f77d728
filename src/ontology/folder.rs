//! The files of the folder `ontology/`: from disk, or from the copy compiled into the program.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::{fmt::Write as _, fs, io};

use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

use super::fault::{Fault, Problem};
use crate::model::Location;

/// The copy compiled in. `build.rs` sees to it that it is taken anew when a file changes, comes or goes.
static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/ontology");

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
        let mut files = BTreeMap::new();
        add_embedded(&EMBEDDED, &mut files);
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
            if is_left_out(&name) {
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

fn add_embedded(dir: &'static Dir<'static>, files: &mut BTreeMap<String, Cow<'static, [u8]>>) {
    for file in dir.files() {
        let path = file.path().to_string_lossy().replace('\\', "/");
        if !path.split('/').any(is_left_out) {
            files.insert(path, Cow::Borrowed(file.contents()));
        }
    }
    for inner in dir.dirs() {
        add_embedded(inner, files);
    }
}

/// Hidden files and notes for people hold no knowledge.
fn is_left_out(name: &str) -> bool {
    name.starts_with('.') || Path::new(name).extension().is_some_and(|extension| extension == "md")
}

fn unreadable(path: &Path, error: &io::Error) -> Fault {
    let path = path.display().to_string();
    let location = Location { file: path.clone(), line: None, column: None };
    Problem::Unreadable { path, error: error.to_string() }.at(location)
}
