//! Writing to a graph while it is served: one writer, every write a transaction, nothing acknowledged that a kill could lose.
//!
//! The writer works on a draft of the next generation; writes are kept in a log beside the published one until the writer closes
//! and publishes. After a kill the log is replayed.

use std::path::PathBuf;
use std::sync::Arc;

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::{GraphName, NamedNode, NamedOrBlankNode, Quad};
use oxigraph::store::{StorageError, Store, Transaction};
use spargebra::Update;

use super::cardinality::Cardinalities;
use super::change_log::ChangeLog;
use super::generations::GraphFolder;
use super::guard::{self, Bounds, Measure, Refusal};
use super::lock::Lock;
use super::manifest::Manifest;
use super::query::{Dataset, QueryError};
use super::remote::{Loads, Remote};
use super::update::Updating;
use super::watch::Watch;
use super::{Snapshot, StoreError, storage};

/// What surrounds a SPARQL Update.
#[derive(Debug, Default)]
pub struct UpdateContext {
    /// The dataset given beside it.
    pub using: Dataset,
    /// The size of plans that is refused.
    pub bounds: Bounds,
    /// The way to other servers.
    pub remote: Option<Arc<dyn Remote>>,
    /// What it loads, fetched beforehand.
    pub loads: Loads,
}

/// One change to the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// A quad is in.
    Insert(Quad),
    /// A quad is out.
    Remove(Quad),
    /// A graph exists, though empty.
    Create(NamedNode),
    /// A graph is empty.
    Clear(GraphName),
    /// A graph is gone.
    Drop(GraphName),
}

/// Why a write was not done. The graph is as before.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// A limit, a refusal, or a fault of evaluation.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// `CREATE GRAPH` of a graph that is there.
    #[error("图已存在 / the graph exists: {0}")]
    GraphExists(String),
    /// `CLEAR`, `DROP` or `DELETE` of a graph that is not there.
    #[error("没有这个图 / no such graph: {0}")]
    NoGraph(String),
    /// USING or WITH in the update and a dataset beside it.
    #[error(
        "更新里的 USING/WITH 与协议参数 using-graph-uri 不能并用 / USING or WITH in the update conflicts with using-graph-uri beside it"
    )]
    DatasetConflict,
    /// The RDF sent is not well formed.
    #[error("RDF 有误 / the RDF is not well formed: {message}")]
    Rdf {
        /// What the parser met.
        message: String,
        /// Line, from 1.
        line: Option<u64>,
        /// Column, from 1.
        column: Option<u64>,
    },
    /// The store or the disk.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Refusal> for EditError {
    fn from(refusal: Refusal) -> Self {
        Self::Query(refusal.into())
    }
}

impl From<StorageError> for EditError {
    fn from(error: StorageError) -> Self {
        Self::Store(error.into())
    }
}

/// Which graph an operation of the Graph Store Protocol means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The default graph.
    Default,
    /// A named graph.
    Named(NamedNode),
    /// Everything.
    Dataset,
}

/// One RDF document sent by a client.
#[derive(Clone, Debug)]
pub struct Payload {
    /// Its format.
    pub format: RdfFormat,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The one writer of a graph.
pub struct Editor {
    store: Arc<Store>,
    home: Option<Home>,
    /// Writes done since the base generation.
    writes: u64,
    base: u64,
    /// The graph as it is now.
    now: Snapshot,
    /// Quads changed since something was last counted anew.
    changed: usize,
}

/// Changes after which counts for planning are made anew.
const STALE: usize = 1_000;

/// The folder that the writer holds.
struct Home {
    folder: GraphFolder,
    _writer: Lock,
    number: u64,
    draft: PathBuf,
    manifest: Option<Manifest>,
    log: ChangeLog,
    log_path: PathBuf,
}

impl Editor {
    /// A graph that lives in memory only.
    ///
    /// # Errors
    /// The store's.
    pub fn in_memory() -> Result<Self, StoreError> {
        let store = Arc::new(Store::new()?);
        Ok(Self { now: Snapshot::new(store.clone(), 0), store, home: None, writes: 0, base: 0, changed: 0 })
    }

    /// Takes the writer lock of `folder`, opens a draft of its next generation and replays what a killed writer had logged.
    ///
    /// # Errors
    /// Another writer holds the folder; a newer format; the disk's.
    pub fn open(folder: &GraphFolder) -> Result<Self, StoreError> {
        let writer = folder.lock_for_writing()?;
        let current = folder.current_for_writing()?;
        let base = current.as_ref().map_or(0, |(manifest, _)| manifest.generation);
        let number = folder.next_number(current.as_ref().map(|(manifest, _)| manifest.generation));
        let draft = folder.draft_path(number);
        std::fs::create_dir_all(&draft).map_err(StoreError::io("create", &draft))?;
        let store = storage::draft(current.as_ref().map(|(manifest, path)| (path.as_path(), manifest.storage)), &draft)?;
        let log_path = log_path(folder, base);
        let (log, changes) = ChangeLog::open(&log_path)?;
        replay(&store, changes)?;
        let writes = log.writes();
        let manifest = current.map(|(manifest, _)| manifest);
        let home = Home { folder: folder.clone(), _writer: writer, number, draft, manifest, log, log_path };
        let store = Arc::new(store);
        Ok(Self { now: Snapshot::new(store.clone(), version(base, writes)), store, home: Some(home), writes, base, changed: 0 })
    }

    /// Publishes what a killed writer left in its log. True where there was something; a log that a living writer holds is left
    /// alone.
    ///
    /// # Errors
    /// As [`Editor::open`] and [`Editor::close`].
    pub fn recover(folder: &GraphFolder) -> Result<bool, StoreError> {
        let base = folder.current().unwrap_or(0);
        let left = std::fs::metadata(log_path(folder, base)).is_ok_and(|data| data.len() > 0);
        if !left {
            return Ok(false);
        }
        match Self::open(folder) {
            Ok(editor) => editor.close().map(|()| true),
            Err(StoreError::Locked { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The graph as it is now, for reading. Its number rises with every write.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.now.clone()
    }

    /// Number of the state: of the base generation, with the writes since.
    #[must_use]
    pub fn version(&self) -> u64 {
        version(self.base, self.writes)
    }

    /// Runs a SPARQL Update. All of it or nothing is done.
    ///
    /// # Errors
    /// See [`EditError`].
    pub fn update(&mut self, update: &Update, context: &UpdateContext, watch: &Watch) -> Result<(), EditError> {
        let has_using = |operation: &spargebra::GraphUpdateOperation| {
            matches!(operation, spargebra::GraphUpdateOperation::DeleteInsert { using: Some(_), .. })
        };
        if !context.using.is_empty() && update.operations.iter().any(has_using) {
            return Err(EditError::DatasetConflict);
        }
        let snapshot = self.snapshot();
        let counts = Cardinalities::of(&snapshot, watch);
        let measure = Measure { bounds: context.bounds, remote: context.remote.as_deref(), rows: &|triple| counts.size(triple) };
        let checked = guard::check_update(update, &measure);
        watch.check()?;
        checked?;
        self.write(watch, |updating| updating.run(update, context))
    }

    /// Puts RDF into a graph, in place of what it holds where `replace`, else beside it. Relative IRIs resolve against `base`.
    /// True where the graph was not there before.
    ///
    /// # Errors
    /// See [`EditError`].
    pub fn put(&mut self, target: &Target, payloads: &[Payload], base: &str, replace: bool, watch: &Watch) -> Result<bool, EditError> {
        let mut quads = Vec::new();
        for payload in payloads {
            parse(payload, target, base, &mut quads)?;
        }
        let created = match target {
            Target::Named(graph) => !self.store.contains_named_graph(graph)?,
            Target::Default | Target::Dataset => false,
        };
        self.write(watch, |updating| {
            match target {
                Target::Named(graph) if created => {
                    updating.tx.insert_named_graph(graph);
                    updating.changes.push(Change::Create(graph.clone()));
                }
                Target::Named(graph) if replace => updating.empty(graph.clone().into(), false)?,
                Target::Default if replace => updating.empty(GraphName::DefaultGraph, false)?,
                Target::Dataset if replace => everything(updating)?,
                _ => {}
            }
            quads.into_iter().try_for_each(|quad| updating.insert(quad))
        })?;
        Ok(created)
    }

    /// Removes a graph; the default graph is emptied.
    ///
    /// # Errors
    /// [`EditError::NoGraph`] and the rest of [`EditError`].
    pub fn delete(&mut self, target: &Target, watch: &Watch) -> Result<(), EditError> {
        if let Target::Named(graph) = target
            && !self.store.contains_named_graph(graph)?
        {
            return Err(EditError::NoGraph(graph.as_str().to_owned()));
        }
        self.write(watch, |updating| match target {
            Target::Named(graph) => updating.empty(graph.clone().into(), true),
            Target::Default => updating.empty(GraphName::DefaultGraph, false),
            Target::Dataset => everything(updating),
        })
    }

    /// One transaction: applied, logged, committed; or nothing of it.
    fn write(&mut self, watch: &Watch, work: impl FnOnce(&mut Updating<'_, '_>) -> Result<(), EditError>) -> Result<(), EditError> {
        let store = self.store.clone();
        let mut tx = store.start_transaction()?;
        let mut updating = Updating { tx: &mut tx, watch, changes: Vec::new() };
        work(&mut updating)?;
        let changes = updating.changes;
        if changes.is_empty() {
            return Ok(());
        }
        // Clearing a graph is one change and any number of quads.
        let whole_graphs = changes.iter().any(|change| matches!(change, Change::Clear(_) | Change::Drop(_)));
        let changed = if whole_graphs { STALE + 1 } else { changes.len() };
        if let Some(home) = &mut self.home {
            home.log.append(&changes)?;
        }
        tx.commit()?;
        self.writes += 1;
        self.changed += changed;
        self.now = if self.changed > STALE { Snapshot::new(self.store.clone(), self.version()) } else { self.now.next(self.version()) };
        self.changed = if self.changed > STALE { 0 } else { self.changed };
        Ok(())
    }

    /// Publishes the writes as the next generation and lets go of the folder. Without writes nothing is published. The
    /// generation that is current, for readers to open.
    ///
    /// # Errors
    /// The disk's; then the log keeps the writes.
    pub fn close(self) -> Result<(), StoreError> {
        let Some(home) = self.home else { return Ok(()) };
        drop(self.now);
        let Home { folder, _writer, number, draft, manifest, log, log_path } = home;
        if log.writes() > 0 {
            let store = Arc::into_inner(self.store).ok_or_else(|| StoreError::Store("the graph is still being read".to_owned()))?;
            storage::seal(store, &draft)?;
            let old = manifest.unwrap_or_else(|| Manifest {
                generation: number,
                knowledge: String::new(),
                storage: storage::KIND,
                entities: 0,
                documents: Vec::new(),
            });
            folder.publish(&draft, &Manifest { generation: number, storage: storage::KIND, ..old })?;
        }
        drop(log);
        std::fs::remove_file(&log_path).map_err(StoreError::io("remove", &log_path))?;
        folder.sweep();
        Ok(())
    }
}

fn version(base: u64, writes: u64) -> u64 {
    base * 1_000_000 + writes
}

fn log_path(folder: &GraphFolder, base: u64) -> PathBuf {
    folder.path().join(format!("writes-{base:06}.log"))
}

fn everything(updating: &mut Updating<'_, '_>) -> Result<(), EditError> {
    let graphs: Vec<NamedOrBlankNode> = updating.tx.named_graphs().collect::<Result<_, _>>()?;
    graphs.into_iter().try_for_each(|graph| updating.empty(graph.into(), true))?;
    updating.empty(GraphName::DefaultGraph, false)
}

fn replay(store: &Store, changes: Vec<Change>) -> Result<(), StoreError> {
    let mut tx = store.start_transaction()?;
    for change in changes {
        apply(&mut tx, change)?;
    }
    Ok(tx.commit()?)
}

fn apply(tx: &mut Transaction<'_>, change: Change) -> Result<(), StoreError> {
    match change {
        Change::Insert(quad) => tx.insert(&quad),
        Change::Remove(quad) => tx.remove(&quad),
        Change::Create(graph) => tx.insert_named_graph(&graph),
        Change::Drop(GraphName::NamedNode(graph)) => tx.remove_named_graph(&graph)?,
        Change::Clear(graph) | Change::Drop(graph) => tx.clear_graph(graph.as_ref())?,
    }
    Ok(())
}

/// Parses one document for `target`; graph names inside it count only where the target is the whole dataset.
pub(super) fn parse(payload: &Payload, target: &Target, base: &str, quads: &mut Vec<Quad>) -> Result<(), EditError> {
    let fault = |error: &oxigraph::io::RdfSyntaxError| EditError::Rdf {
        message: error.to_string(),
        line: error.location().map(|range| range.start.line + 1),
        column: error.location().map(|range| range.start.column + 1),
    };
    let mut parser = RdfParser::from_format(payload.format).rename_blank_nodes();
    parser = match target {
        Target::Dataset => parser,
        Target::Default => parser.without_named_graphs(),
        Target::Named(graph) => parser.without_named_graphs().with_default_graph(graph.clone()),
    };
    let parser = parser.with_base_iri(base).map_err(|error| EditError::Rdf { message: error.to_string(), line: None, column: None })?;
    for quad in parser.for_slice(&payload.bytes) {
        quads.push(quad.map_err(|error| fault(&error))?);
    }
    Ok(())
}
