//! What all requests share: the graph being served, the one writer, the cache, the evaluators, and what is running.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Instant, SystemTime};

use super::cache::Answers;
use super::config::ServerConfig;
use super::limits::{Gate, ServiceLimits};
use super::metrics::{Gauges, Metrics, Operation};
use super::problem::Problem;
use super::source::GraphSource;
use super::spot::Spot;
use crate::graph::{Editor, GraphFolder, Snapshot, StoreError, Watch};

/// What all requests share.
pub struct Shared {
    /// What the server was started with.
    pub config: ServerConfig,
    /// Measurements.
    pub metrics: Metrics,
    /// Answers already given.
    pub answers: Arc<Answers>,
    /// Where short questions are answered.
    pub spot: Spot,
    /// The evaluators of queries.
    pub gate: Gate,
    /// The one writer's queue.
    pub write_gate: Gate,
    /// True from the moment a stop was asked for.
    pub draining: AtomicBool,
    /// Sets this run apart from others whose numbers may be equal.
    pub epoch: String,
    current: RwLock<Snapshot>,
    editor: Option<Mutex<Editor>>,
    folder: Option<GraphFolder>,
    running: Mutex<BTreeMap<u64, Running>>,
    ids: AtomicU64,
}

/// One evaluation under way.
pub struct Running {
    /// Stops it.
    pub watch: Watch,
    /// When it began.
    pub started: Instant,
    /// Its kind.
    pub operation: Operation,
    /// Hash of its text.
    pub hash: String,
    /// The request it belongs to.
    pub request: String,
}

impl Shared {
    /// Opens the graph.
    ///
    /// # Errors
    /// The graph cannot be opened.
    pub fn new(config: ServerConfig, source: GraphSource) -> Result<Self, StoreError> {
        let snapshot = source.snapshot()?;
        let started = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
        let (editor, folder, epoch) = match source {
            GraphSource::Folder(folder) => (None, Some(folder), "g".to_owned()),
            GraphSource::Writable(editor) => (Some(Mutex::new(*editor)), None, format!("{started:x}")),
            GraphSource::Fixed(_) => (None, None, format!("{started:x}")),
        };
        let one_writer = ServiceLimits { concurrency: 1, ..config.limits };
        Ok(Self {
            metrics: Metrics::default(),
            answers: Answers::new(config.cache_bytes),
            spot: Spot::new(),
            gate: Gate::new(&config.limits),
            write_gate: Gate::new(&one_writer),
            draining: AtomicBool::new(false),
            epoch,
            current: RwLock::new(snapshot),
            editor,
            folder,
            running: Mutex::default(),
            ids: AtomicU64::new(1),
            config,
        })
    }

    /// The graph as it is now.
    pub fn snapshot(&self) -> Snapshot {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Serves `snapshot` from now on; requests under way keep theirs.
    pub fn swap(&self, snapshot: Snapshot) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = snapshot;
        self.metrics.swaps.add(1);
    }

    /// The writer, held until the guard is dropped.
    ///
    /// # Errors
    /// 403 where this server has none.
    pub fn lock_editor(&self) -> Result<MutexGuard<'_, Editor>, Problem> {
        let editor = self.editor.as_ref().ok_or_else(Problem::read_only)?;
        Ok(editor.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The folder to watch for new generations, where there is one.
    pub fn folder(&self) -> Option<&GraphFolder> {
        self.folder.as_ref()
    }

    /// Takes the writer out, to close it.
    pub fn into_editor(self) -> Option<Editor> {
        let Self { editor, current, .. } = self;
        drop(current);
        editor.map(|editor| editor.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// A number for a request.
    pub fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed)
    }

    /// True where the server is bound to a loopback address.
    pub fn is_local(&self) -> bool {
        self.config.bind.ip().is_loopback()
    }

    /// Notes an evaluation; it is forgotten when the note is dropped.
    pub fn register(self: &Arc<Self>, running: Running) -> Registered {
        let id = self.next_id();
        self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(id, running);
        Registered { shared: self.clone(), id }
    }

    /// Calls `f` with each evaluation under way.
    pub fn each_running(&self, mut f: impl FnMut(u64, &Running)) {
        for (id, running) in self.running.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            f(*id, running);
        }
    }

    /// Stops an evaluation. False where there is none of that number.
    pub fn stop(&self, id: u64) -> bool {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.get(&id).map(|found| found.watch.cancel()).is_some()
    }

    /// Stops everything.
    pub fn stop_all(&self) {
        self.each_running(|_, running| running.watch.cancel());
    }

    /// Values of the moment.
    pub fn gauges(&self) -> Gauges {
        Gauges {
            generation: self.snapshot().generation(),
            running: self.gate.running() + self.write_gate.running(),
            waiting: self.gate.waiting() + self.write_gate.waiting(),
            cache_bytes: self.answers.size(),
        }
    }
}

/// An evaluation's entry in the list of what is running.
pub struct Registered {
    shared: Arc<Shared>,
    id: u64,
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.shared.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}
