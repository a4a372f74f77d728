//! Tells cargo that the folders compiled into the program are part of it: a file that changes, comes or goes there is in the
//! next build without further ado.

fn main() {
    for folder in ["ontology", "queries"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
