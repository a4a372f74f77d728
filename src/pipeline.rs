//! Layer 3: documents in, a published graph out. The only place where extraction and the graph meet.
//!
//! A build states the whole: after it the graph holds exactly the given sources. Sources with the same bytes, read with the same
//! knowledge, are not read again; the result is the same, quad for quad, as that of a build from nothing.

use std::collections::{HashMap, HashSet};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rayon::prelude::*;

use crate::corpus::{self, EncodingChoice, FoundFile, ReadOptions, Source};
use crate::graph::{self, Background, Counts, DocumentEntry, Draft, GraphFolder, Manifest, Quad, Start, StoreError, TextPlace};
use crate::model::{Diagnostic, Document, Extraction, Language};

/// Where documents come from. Sources are numbered from 0.
pub trait Sources: Sync {
    /// Names of the sources: paths with `/` as separator, or stream names. No two are equal.
    fn names(&self) -> &[String];
    /// Hex SHA-256 of everything that source `at` is read from: the bytes of the file and of its side-car.
    ///
    /// # Errors
    /// What is wrong with it.
    fn fingerprint(&self, at: usize) -> Result<String, Diagnostic>;
    /// Reads source `at`.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read(&self, at: usize) -> Result<Document, Diagnostic>;
}

/// Files as sources.
pub struct Files {
    names: Vec<String>,
    files: Vec<FoundFile>,
    options: ReadOptions,
    language: Language,
    /// Standard input can be read only once.
    stdin: Option<Result<Document, Diagnostic>>,
}

impl Files {
    /// The sources that [`find`](crate::corpus::find) gave. Standard input, where it is among them, is read now.
    #[must_use]
    pub fn new(mut files: Vec<FoundFile>, options: ReadOptions, language: Language) -> Self {
        files.sort_by(|a, b| a.name.cmp(&b.name));
        files.dedup_by(|a, b| a.name == b.name);
        let names = files.iter().map(|f| f.name.clone()).collect();
        let stdin = files.iter().find(|f| f.source == Source::Stdin);
        let stdin = stdin.map(|f| f.read(&options).map_err(|e| e.diagnostic(language)));
        Self { names, files, options, language, stdin }
    }
}

impl Sources for Files {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn fingerprint(&self, at: usize) -> Result<String, Diagnostic> {
        let bytes = match &self.files[at].source {
            Source::Path(path) => corpus::fingerprint(path).map_err(|e| e.diagnostic(self.language))?,
            Source::Stdin => self.read(at)?.id.as_str().to_owned(),
        };
        // Another encoding gives another text.
        Ok(if self.options.encoding == EncodingChoice::Auto { bytes } else { format!("{bytes} {:?}", self.options.encoding) })
    }

    fn read(&self, at: usize) -> Result<Document, Diagnostic> {
        match (&self.files[at].source, &self.stdin) {
            (Source::Stdin, Some(document)) => document.clone(),
            _ => self.files[at].read(&self.options).map_err(|e| e.diagnostic(self.language)),
        }
    }
}

/// What a build knows beside the documents.
pub struct Knowledge<'a> {
    /// Changes whenever the same bytes could give another graph.
    pub version: &'a str,
    /// Ontology and gazetteers.
    pub background: &'a Background,
    /// Reads one document.
    pub extract: &'a (dyn Fn(&Document) -> Extraction + Sync),
}

/// How to build.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuildOptions {
    /// Number of threads; all processors where absent.
    pub threads: Option<usize>,
    /// Find out what would change, and write nothing.
    pub dry_run: bool,
    /// Read every source anew, whatever the graph holds.
    pub from_nothing: bool,
}

/// How far a build is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Documents read so far.
    pub done: usize,
    /// Documents to read.
    pub total: usize,
    /// Bytes of text read so far.
    pub bytes: u64,
}

/// What a build did, or with `dry_run` would do.
#[derive(Clone, Debug, Default)]
pub struct BuildReport {
    /// The generation that is current now; `None` for a dry run.
    pub generation: Option<u64>,
    /// Whether a new generation was published, or would be.
    pub changed: bool,
    /// Sources that were read, by name.
    pub read: Vec<String>,
    /// Number of sources that did not need to be read.
    pub unchanged: usize,
    /// Sources that were in the graph and are no more, by name.
    pub removed: Vec<String>,
    /// One diagnostic for each source that could not be read.
    pub failed: Vec<Diagnostic>,
    /// What looked odd in documents that were read.
    pub remarks: Vec<Diagnostic>,
    /// Documents in the graph: distinct texts.
    pub documents: usize,
    /// Entities in the graph, the places above those named among them. 0 for a dry run.
    pub entities: usize,
    /// Statements, figures and passages in the graph. 0 for a dry run.
    pub counts: Counts,
    /// Bytes of text that were read.
    pub bytes: u64,
}

/// Why there is no new graph. The one that was there is as it was.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The store or the disk failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There are sources, and none of them can be read.
    #[error("none of the documents can be read")]
    NothingReadable(Vec<Diagnostic>),
}

/// Brings the graph in `folder` to hold exactly `sources`.
///
/// # Errors
/// See [`BuildError`]. A source that cannot be read is no error as long as others can: the report names it.
pub fn build(
    sources: &dyn Sources,
    knowledge: &Knowledge<'_>,
    folder: &GraphFolder,
    options: BuildOptions,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<BuildReport, BuildError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads.unwrap_or(0)).thread_name(|at| format!("read-{at}")).build();
    let pool = pool.map_err(|e| StoreError::Store(e.to_string()))?;
    let current = folder.manifest()?.filter(|m| m.knowledge == knowledge.version && !options.from_nothing);
    let mut report = BuildReport::default();
    let plan = pool.install(|| Plan::make(sources, current.as_ref(), &mut report));
    if plan.sources.is_empty() && !report.failed.is_empty() {
        return Err(BuildError::NothingReadable(report.failed));
    }
    report.changed = current.as_ref().is_none_or(|base| plan.changes(base));
    if options.dry_run {
        report.read = plan.to_read().map(|p| p.name.clone()).collect();
        report.documents = plan.sources.iter().filter(|p| p.owner).count();
        return Ok(report);
    }
    let manifest = match current {
        Some(base) if !report.changed => base,
        current => {
            let start = if options.from_nothing { Start::Nothing } else { Start::Current };
            let mut draft = folder.begin_build(start, knowledge.version, knowledge.background)?;
            let mut plan = plan;
            // Another build may have published meanwhile, or the current generation turns out to be damaged.
            if draft.base().map(|m| m.generation) != current.map(|m| m.generation) {
                report = BuildReport { changed: true, ..BuildReport::default() };
                plan = pool.install(|| Plan::make(sources, draft.base(), &mut report));
            }
            draft.retract(plan.retracted.iter().map(String::as_str))?;
            let entries = read_into(&mut draft, sources, knowledge, &plan, &pool, &mut report, progress)?;
            draft.publish(entries, knowledge.background)?
        }
    };
    summarise(&manifest, &mut report);
    Ok(report)
}

fn summarise(manifest: &Manifest, report: &mut BuildReport) {
    report.generation = Some(manifest.generation);
    report.entities = manifest.entities;
    let owners = manifest.documents.iter().filter(|d| d.owner);
    report.documents = owners.clone().count();
    for entry in owners {
        report.counts.relations += entry.counts.relations;
        report.counts.figures += entry.counts.figures;
        report.counts.passages += entry.counts.passages;
    }
}

/// One source that can be read, and what is to happen with it.
struct Planned {
    at: usize,
    name: String,
    bytes: String,
    iri: String,
    /// Whether its reading is the one in the graph: the first by name among those with the same text.
    owner: bool,
    /// Its entry in the base, where the graph already holds its reading.
    kept: Option<DocumentEntry>,
}

/// What a build has to do, decided before anything is written.
struct Plan {
    /// Sorted by name.
    sources: Vec<Planned>,
    /// IRIs of documents whose graphs go out.
    retracted: Vec<String>,
}

impl Plan {
    fn make(sources: &dyn Sources, base: Option<&Manifest>, report: &mut BuildReport) -> Self {
        let looked_at: Vec<Result<Planned, Diagnostic>> =
            (0..sources.names().len()).into_par_iter().map(|at| look_at(sources, base, at)).collect();
        let mut planned = Vec::with_capacity(looked_at.len());
        for result in looked_at {
            match result {
                Ok(source) => planned.push(source),
                Err(diagnostic) => report.failed.push(diagnostic),
            }
        }
        planned.sort_by(|a, b| a.name.cmp(&b.name));
        let mut owned = HashSet::new();
        for source in &mut planned {
            source.owner = owned.insert(source.iri.clone());
            let entry = base.and_then(|b| b.by_path(&source.name)).filter(|e| e.bytes == source.bytes);
            source.kept = entry.filter(|e| e.owner && source.owner).cloned();
            report.unchanged += usize::from(entry.is_some());
        }
        let kept: HashSet<&str> = planned.iter().filter(|p| p.kept.is_some()).map(|p| p.iri.as_str()).collect();
        let before = base.map_or(&[][..], |b| &b.documents);
        let retracted = before.iter().filter(|e| e.owner && !kept.contains(e.iri.as_str())).map(|e| e.iri.clone()).collect();
        let names: HashSet<&str> = planned.iter().map(|p| p.name.as_str()).collect();
        report.removed = before.iter().filter(|e| !names.contains(e.path.as_str())).map(|e| e.path.clone()).collect();
        Self { sources: planned, retracted }
    }

    fn to_read(&self) -> impl Iterator<Item = &Planned> {
        self.sources.iter().filter(|p| p.owner && p.kept.is_none())
    }

    /// Whether the graph or what it records of its sources would differ from `base`.
    fn changes(&self, base: &Manifest) -> bool {
        let same = |(planned, entry): (&Planned, &DocumentEntry)| {
            planned.name == entry.path && planned.bytes == entry.bytes && planned.owner == entry.owner
        };
        self.sources.len() != base.documents.len() || !self.sources.iter().zip(&base.documents).all(same)
    }
}

/// Finds out which document a source holds; a source that is as it was is not read for that.
fn look_at(sources: &dyn Sources, base: Option<&Manifest>, at: usize) -> Result<Planned, Diagnostic> {
    let name = sources.names()[at].clone();
    let bytes = sources.fingerprint(at)?;
    let iri = match base.and_then(|b| b.by_path(&name)).filter(|e| e.bytes == bytes) {
        Some(entry) => entry.iri.clone(),
        None => sources.read(at)?.id.as_str().to_owned(),
    };
    Ok(Planned { at, name, bytes, iri, owner: false, kept: None })
}

/// Documents of one batch of parallel reading. A document of some thousand characters gives some thousand quads, and several batches
/// are in memory at the same time.
const BATCH: usize = 32;
/// How many batches may wait for the store.
const WAITING: usize = 2;

/// One document that was read: its number in the list of those to read, and its graph.
struct Read {
    text: String,
    quads: Vec<Quad>,
    counts: Counts,
    remarks: Vec<Diagnostic>,
}

type Batch = Vec<Result<Read, Diagnostic>>;

/// Reads what is to be read, in parallel batches, while the store takes in the batch before. Gives the entries of the manifest.
fn read_into(
    draft: &mut Draft,
    sources: &dyn Sources,
    knowledge: &Knowledge<'_>,
    plan: &Plan,
    pool: &rayon::ThreadPool,
    report: &mut BuildReport,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<DocumentEntry>, StoreError> {
    let to_read: Vec<&Planned> = plan.to_read().collect();
    let (sender, receiver) = sync_channel::<Batch>(WAITING);
    let mut read: Vec<(&Planned, Counts)> = Vec::with_capacity(to_read.len());
    let places = std::thread::scope(|scope| {
        scope.spawn(|| pool.install(|| produce(&to_read, sources, knowledge, sender)));
        let mut tally = Progress { done: 0, total: to_read.len(), bytes: 0 };
        let documents = Documents { receiver, waiting: Vec::new().into_iter() }.zip(&to_read).filter_map(|(result, planned)| {
            tally.done += 1;
            let kept = match result {
                Ok(document) => {
                    tally.bytes += document.text.len() as u64;
                    report.remarks.extend(document.remarks);
                    read.push((planned, document.counts));
                    Some(Ok((document.text, document.quads)))
                }
                Err(diagnostic) => {
                    report.failed.push(diagnostic);
                    None
                }
            };
            report.bytes = tally.bytes;
            progress(tally);
            kept
        });
        draft.insert(documents)
    })?;
    report.read = read.iter().map(|(planned, _)| planned.name.clone()).collect();
    Ok(entries(plan, &read, &places))
}

fn produce(to_read: &[&Planned], sources: &dyn Sources, knowledge: &Knowledge<'_>, sender: SyncSender<Batch>) {
    for batch in to_read.chunks(BATCH) {
        let batch = batch.par_iter().map(|planned| read_one(planned, sources, knowledge)).collect();
        // The store has failed and takes no more; it tells why.
        if sender.send(batch).is_err() {
            return;
        }
    }
}

fn read_one(planned: &Planned, sources: &dyn Sources, knowledge: &Knowledge<'_>) -> Result<Read, Diagnostic> {
    let document = sources.read(planned.at)?;
    if document.id.as_str() != planned.iri {
        return Err(changed_meanwhile(planned));
    }
    let extraction = (knowledge.extract)(&document);
    let quads = graph::quads(&document, &extraction);
    let counts = graph::counts(&quads);
    Ok(Read { text: document.text, quads, counts, remarks: extraction.diagnostics })
}

fn changed_meanwhile(planned: &Planned) -> Diagnostic {
    use crate::model::{Location, Severity};
    Diagnostic {
        code: "B001",
        severity: Severity::Error,
        message: "the file changed while it was being read".to_owned(),
        location: Location { file: planned.name.clone(), line: None, column: None },
        help: Some("build again".to_owned()),
    }
}

/// The documents of the batches, one by one.
struct Documents {
    receiver: Receiver<Batch>,
    waiting: std::vec::IntoIter<Result<Read, Diagnostic>>,
}

impl Iterator for Documents {
    type Item = Result<Read, Diagnostic>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(document) = self.waiting.next() {
                return Some(document);
            }
            self.waiting = self.receiver.recv().ok()?.into_iter();
        }
    }
}

/// The manifest's entries: those kept, those read, and those whose text another source already gave.
fn entries(plan: &Plan, read: &[(&Planned, Counts)], places: &[TextPlace]) -> Vec<DocumentEntry> {
    let mut texts: HashMap<&str, TextPlace> = HashMap::new();
    let mut counts: HashMap<&str, Counts> = HashMap::new();
    for planned in &plan.sources {
        if let Some(entry) = &planned.kept {
            texts.insert(&planned.iri, entry.text);
            counts.insert(&planned.iri, entry.counts);
        }
    }
    for ((planned, read), place) in read.iter().zip(places) {
        texts.insert(&planned.iri, *place);
        counts.insert(&planned.iri, *read);
    }
    // A source whose document could not be read in the end has no text, and no entry.
    let entry = |planned: &Planned| {
        Some(DocumentEntry {
            path: planned.name.clone(),
            bytes: planned.bytes.clone(),
            iri: planned.iri.clone(),
            owner: planned.owner,
            text: *texts.get(planned.iri.as_str())?,
            counts: *counts.get(planned.iri.as_str())?,
        })
    };
    plan.sources.iter().filter_map(entry).collect()
}
