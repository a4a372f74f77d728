//! Layer 1: the folder `ontology/`, read once, checked as a whole, then immutable.
//!
//! `yuanpu.ttl` and `units.ttl` (any Turtle beside them but `shapes.ttl`) give the [`Schema`], `gazetteers/*.ttl` the
//! [`Gazetteer`], `variants.tsv` the [`Variants`], `rules/*.toml` the [`Rule`]s. Word lists and weights are handed out raw. Faults of all
//! files come back together, each with file, line, column and, where there is one, the nearest valid name.

mod fault;
mod finder;
mod folder;
mod gazetteer;
mod gazetteer_check;
mod gazetteer_reader;
mod nearest;
mod rule;
mod rule_fault;
mod rule_pattern;
mod rule_reader;
mod schema;
mod shapes;
mod turtle;
mod variants;
mod vocabulary_reader;

use std::path::Path;

pub use gazetteer::{Entry, EntryName, Gazetteer};
pub use rule::{Example, Part, Rule, Slot, Word};
pub use schema::{ClassInfo, ConceptInfo, Labels, RelationInfo, Schema};
pub use variants::Variants;

use crate::model::{Diagnostic, Language, Location, Severity};
use fault::{Fault, Problem};
use folder::Folder;
use turtle::Turtle;

/// Graph of the ontology itself.
const ONTOLOGY_GRAPH: &str = "https://w3id.org/yuanpu/ns";
/// Namespace of the graphs of the gazetteer files.
const GAZETTEER_GRAPH: &str = "https://w3id.org/yuanpu/gazetteer/";
const VOCABULARY: &str = "yuanpu.ttl";
const SHAPES: &str = "shapes.ttl";
const VARIANTS: &str = "variants.tsv";
const GAZETTEERS: &str = "gazetteers/";

/// All knowledge of the folder. Immutable; share it between threads.
#[derive(Debug)]
pub struct Ontology {
    folder: Folder,
    schema: Schema,
    gazetteer: Gazetteer,
    variants: Variants,
    rules: Vec<Rule>,
    hash: String,
}

impl Ontology {
    /// Reads and checks the folder `dir`; messages in English. Gives the ontology and its warnings.
    ///
    /// # Errors
    /// All findings together, when one of them is an error.
    pub fn load(dir: &Path) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        Self::load_in(dir, Language::En)
    }

    /// As [`Self::load`], with messages in `language`.
    ///
    /// # Errors
    /// All findings together, when one of them is an error.
    pub fn load_in(dir: &Path, language: Language) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let read = Folder::read(dir).and_then(Self::of);
        let told = |faults: Vec<Fault>| faults.into_iter().map(|fault| fault.diagnostic(language)).collect();
        read.map(|(ontology, warnings)| (ontology, told(warnings))).map_err(told)
    }

    /// The copy that is compiled into the program.
    ///
    /// # Errors
    /// As [`Self::load`]; the tests see to it that there are none.
    pub fn embedded() -> Result<Self, Vec<Diagnostic>> {
        let read = Self::of(Folder::embedded());
        read.map(|(ontology, _)| ontology).map_err(|faults| faults.into_iter().map(|fault| fault.diagnostic(Language::En)).collect())
    }

    fn of(folder: Folder) -> Result<(Self, Vec<Fault>), Vec<Fault>> {
        let mut faults = Vec::new();
        let (schema, gazetteer) = read_turtle(&folder, &mut faults);
        let variants = read_variants(&folder, &mut faults);
        let rules = rule_reader::read(&folder, &schema, &mut faults);
        faults.sort_by(|a, b| a.location.cmp(&b.location).then(a.problem.code().cmp(b.problem.code())));
        faults.dedup();
        if faults.iter().any(|fault| fault.problem.severity() == Severity::Error) {
            return Err(faults);
        }
        let hash = folder.hash();
        Ok((Self { folder, schema, gazetteer, variants, rules, hash }, faults))
    }

    /// Classes, relations and concepts.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The things known beforehand.
    #[must_use]
    pub fn gazetteer(&self) -> &Gazetteer {
        &self.gazetteer
    }

    /// Character folding for comparisons.
    #[must_use]
    pub fn variants(&self) -> &Variants {
        &self.variants
    }

    /// Rules of relations, in order of their files.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Raw content of a file by its path within the folder (`cues.toml`, `weights/model.bin`).
    #[must_use]
    pub fn file(&self, relative_path: &str) -> Option<&[u8]> {
        self.folder.get(relative_path)
    }

    /// Paths and raw contents of the files whose path begins with `prefix` (`gazetteers/`), in order of the paths.
    pub fn files_under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.folder.iter().filter(move |(path, _)| path.starts_with(prefix))
    }

    /// Path of a file of the folder as messages show it.
    #[must_use]
    pub fn shown_path(&self, relative_path: &str) -> String {
        self.folder.shown(relative_path)
    }

    /// The Turtle sources with the IRI of the named graph that each belongs to: the ontology itself (several sources share its
    /// graph) and each gazetteer file. The shapes are no part of the graph.
    #[must_use]
    pub fn turtle_graphs(&self) -> Vec<(String, &str)> {
        let graph = |path: &str| {
            if path.starts_with(GAZETTEERS) {
                format!("{GAZETTEER_GRAPH}{}", gazetteer_reader::stem(path))
            } else {
                ONTOLOGY_GRAPH.to_owned()
            }
        };
        let sources = self.folder.iter().filter(|(path, _)| is_vocabulary(path) || is_gazetteer(path));
        sources.filter_map(|(path, bytes)| Some((graph(path), std::str::from_utf8(bytes).ok()?))).collect()
    }

    /// Hex SHA-256 over all files but the weights (and Markdown), in order of their paths: the same knowledge has the same hash.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

fn is_vocabulary(path: &str) -> bool {
    is_turtle(path) && !path.contains('/') && path != SHAPES
}

fn is_gazetteer(path: &str) -> bool {
    is_turtle(path) && path.starts_with(GAZETTEERS)
}

fn is_turtle(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "ttl")
}

fn read_turtle(folder: &Folder, faults: &mut Vec<Fault>) -> (Schema, Gazetteer) {
    if folder.get(VOCABULARY).is_none() {
        faults.push(Problem::MissingFile { path: VOCABULARY }.at(whole_file(folder, VOCABULARY)));
        return (Schema::default(), Gazetteer::default());
    }
    let vocabulary = parse(folder, is_vocabulary, faults);
    let shapes = parse(folder, |path| path == SHAPES, faults);
    let gazetteers = parse(folder, is_gazetteer, faults);
    let schema = vocabulary_reader::read(&vocabulary, faults);
    if vocabulary.iter().any(|file| file.broken) {
        // Whatever else would be told follows from the broken vocabulary.
        return (schema, Gazetteer::default());
    }
    for file in shapes.iter().filter(|file| !file.broken) {
        shapes::check(file, &schema, faults);
    }
    let (gazetteer, origins) = gazetteer_reader::read(&gazetteers, &schema, faults);
    gazetteer_check::check(&gazetteer, &origins, &schema, faults);
    (schema, gazetteer)
}

/// Parses the files that `wanted` chooses, each on a thread of its own.
fn parse<'f>(folder: &'f Folder, wanted: impl Fn(&str) -> bool, faults: &mut Vec<Fault>) -> Vec<Turtle<'f>> {
    let chosen: Vec<_> = folder.iter().filter(|(path, _)| wanted(path)).collect();
    std::thread::scope(|scope| {
        let read = |(path, bytes)| {
            let shown = folder.shown(path);
            scope.spawn(move || {
                let mut faults = Vec::new();
                let turtle = Turtle::parse(path, shown, bytes, &mut faults);
                (turtle, faults)
            })
        };
        let threads: Vec<_> = chosen.into_iter().map(read).collect();
        let mut files = Vec::with_capacity(threads.len());
        for thread in threads {
            match thread.join() {
                Ok((turtle, found)) => {
                    files.push(turtle);
                    faults.extend(found);
                }
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        files
    })
}

fn read_variants(folder: &Folder, faults: &mut Vec<Fault>) -> Variants {
    let shown = folder.shown(VARIANTS);
    let source = match folder.get(VARIANTS).map(std::str::from_utf8) {
        Some(Ok(source)) => source,
        Some(Err(_)) => {
            faults.push(Problem::NotUtf8.at(whole_file(folder, VARIANTS)));
            ""
        }
        // Without the table only width and shape are folded.
        None => {
            faults.push(Problem::NoVariants.at(whole_file(folder, VARIANTS)));
            ""
        }
    };
    Variants::parse(source, &shown, faults)
}

fn whole_file(folder: &Folder, path: &str) -> Location {
    Location { file: folder.shown(path), line: None, column: None }
}
