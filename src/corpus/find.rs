//! Which files to read: paths given one by one, and folders walked in sorted order.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::error::{Fault, ReadError};
use super::read::format_of;
use crate::model::{Diagnostic, Language, Severity};

/// Where a document comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    Path(PathBuf),
    /// Standard input, written `-`.
    Stdin,
}

/// One document to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// Where it comes from.
    pub source: Source,
    /// Path as the user gave it, `/` as separator; `stdin` for standard input.
    pub name: String,
    /// Size in bytes; 0 where it is not known.
    pub bytes: u64,
}

/// How to look for files.
#[derive(Clone, Copy, Debug)]
pub struct FindOptions {
    /// Language of the diagnostics.
    pub language: Language,
}

impl Default for FindOptions {
    fn default() -> Self {
        Self { language: Language::En }
    }
}

/// Lists the files to read, in the order of `paths` and sorted by name within a folder; no file twice.
///
/// A file that is named is listed whatever its extension (an unknown one is read as plain text). In folders, hidden files and side-cars are
/// passed over, links are followed without running in circles, and other extensions are reported as skipped (severity info). A path that
/// does not exist, and a folder without a readable file, are errors. `-` is standard input.
#[must_use]
pub fn find(paths: &[PathBuf], options: FindOptions) -> (Vec<FoundFile>, Vec<Diagnostic>) {
    let mut search = Search { found: Vec::new(), seen: HashSet::new(), faults: Vec::new() };
    for path in paths {
        match std::fs::metadata(path) {
            _ if path.as_os_str() == "-" => search.found.push(FoundFile { source: Source::Stdin, name: "stdin".to_owned(), bytes: 0 }),
            Ok(about) if about.is_dir() => search.walk(path),
            Ok(about) => search.add(path, about.len()),
            Err(error) => search.faults.push(ReadError::new(display_path(path), Fault::Io(error))),
        }
    }
    let diagnostics = search.faults.iter().map(|fault| {
        let diagnostic = fault.diagnostic(options.language);
        // A link in circles or a folder without permission costs only itself.
        let severity = if matches!(fault.fault, Fault::Walk(_)) { Severity::Warning } else { diagnostic.severity };
        Diagnostic { severity, ..diagnostic }
    });
    let diagnostics = diagnostics.collect();
    (search.found, diagnostics)
}

struct Search {
    found: Vec<FoundFile>,
    seen: HashSet<PathBuf>,
    faults: Vec<ReadError>,
}

impl Search {
    fn walk(&mut self, folder: &Path) {
        let before = self.found.len();
        let walk = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
        for entry in walk.filter_entry(|entry| entry.depth() == 0 || !is_passed_over(entry.file_name())) {
            match entry {
                Ok(entry) => self.visit(&entry),
                Err(error) => {
                    let at = error.path().map_or_else(|| display_path(folder), display_path);
                    let reason = error.loop_ancestor().map(|above| format!("leads back to {}", display_path(above)));
                    let reason = reason.unwrap_or_else(|| error.io_error().map_or_else(|| error.to_string(), io::Error::to_string));
                    self.faults.push(ReadError::new(at, Fault::Walk(reason)));
                }
            }
        }
        if self.found.len() == before && !self.seen.iter().any(|seen| seen.starts_with(folder)) {
            self.faults.push(ReadError::new(display_path(folder), Fault::NothingReadable));
        }
    }

    fn visit(&mut self, entry: &DirEntry) {
        if !entry.file_type().is_file() {
            return;
        }
        if format_of(entry.path()).is_some() {
            self.add(entry.path(), entry.metadata().map_or(0, |about| about.len()));
        } else {
            self.faults.push(ReadError::new(display_path(entry.path()), Fault::UnknownFormat));
        }
    }

    fn add(&mut self, path: &Path, bytes: u64) {
        let identity = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if self.seen.insert(identity) {
            self.found.push(FoundFile { source: Source::Path(path.to_owned()), name: display_path(path), bytes });
        }
    }
}

/// Hidden files, lock files of word processors, side-cars.
fn is_passed_over(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with('.') || name.starts_with("~$") || name.ends_with(".meta.toml")
}

/// A path as documents carry it: `/` as separator, no leading `./`.
pub(super) fn display_path(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") };
    let tidy = text.trim_start_matches("./");
    if tidy.is_empty() { text } else { tidy.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(found: &[FoundFile], folder: &Path) -> Vec<String> {
        found.iter().map(|file| file.name.trim_start_matches(&display_path(folder)).trim_start_matches('/').to_owned()).collect()
    }

    #[test]
    fn folders_are_walked_in_order_without_hidden_files_and_sidecars() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("b")).unwrap();
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        for name in ["c.txt", "b/2.md", "b/1.HTML", "a.docx", "a.meta.toml", ".x.txt", "附件.pdf", ".git/y.txt", "~$a.docx"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        let (found, diagnostics) = find(&[folder.path().to_owned()], FindOptions::default());
        assert_eq!(names(&found, folder.path()), ["a.docx", "b/1.HTML", "b/2.md", "c.txt"]);
        assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
        assert!(diagnostics[0].severity == Severity::Info && diagnostics[0].location.file.ends_with("附件.pdf"));
    }

    #[test]
    fn a_file_is_listed_once_and_a_named_one_whatever_its_extension() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.log");
        std::fs::write(&file, "x").unwrap();
        std::fs::write(folder.path().join("b.txt"), "x").unwrap();
        let (found, _) = find(&[file, folder.path().to_owned(), folder.path().join("b.txt")], FindOptions::default());
        assert_eq!(names(&found, folder.path()), ["a.log", "b.txt"]);
    }

    #[test]
    fn what_is_missing_or_empty_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let (found, diagnostics) = find(&[folder.path().join("no.txt"), folder.path().to_owned()], FindOptions::default());
        assert!(found.is_empty());
        assert_eq!(
            diagnostics.iter().map(|d| (d.code, d.severity)).collect::<Vec<_>>(),
            [("D001", Severity::Error), ("D011", Severity::Error)]
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_circles_is_reported_and_the_rest_is_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.txt"), "x").unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("gone"), folder.path().join("dangling.txt")).unwrap();
        let (found, diagnostics) = find(&[folder.path().to_owned()], FindOptions::default());
        assert_eq!(names(&found, folder.path()), ["a.txt"]);
        assert_eq!(diagnostics.len(), 2, "{diagnostics:?}");
        assert!(diagnostics.iter().all(|d| d.severity == Severity::Warning));
    }
}
