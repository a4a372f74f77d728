//! Writes the list of the files of `ontology/` that are compiled into the program, so that it works anywhere. A file added
//! there by an analyst is in the next build without further ado.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("ontology");
    println!("cargo::rerun-if-changed=ontology");
    let mut paths = Vec::new();
    collect(&root, &root, &mut paths)?;
    paths.sort();
    let mut list = String::from("&[\n");
    for path in paths {
        let full = root.join(&path);
        // Writing to a String cannot fail.
        let _ = writeln!(list, "    ({path:?}, include_bytes!({full:?})),");
    }
    list.push_str("]\n");
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("ontology_files.rs"), list)
}

/// Adds the files under `folder`, as paths relative to `root` with `/`, leaving out hidden files and Markdown.
fn collect(root: &Path, folder: &Path, paths: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name.ends_with(".md") {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(root, &entry.path(), paths)?;
        } else if let Ok(relative) = entry.path().strip_prefix(root) {
            paths.push(relative.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}
