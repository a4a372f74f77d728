//! The folder of the graph: numbered generations, one of them current, each written once and never again.
//!
//! ```text
//! yuanpu.db/
//!   CURRENT            name, format and check sum of the published generation; replaced by rename after fsync
//!   LOCK               held by the one writer
//!   gen-000007/        store/ or graph.nq, manifest.jsonl, lock (shared by the readers of this generation)
//!   gen-000008.draft/  a build in progress, or what a killed one left; swept by the next
//!   texts/             decoded texts, shared by the generations
//! ```
//!
//! A kill at any instant leaves the last published generation: a draft gets its final name only when all of it is on the disk,
//! and `CURRENT` is replaced in one step after that. The generation before the current one is kept, so that a damaged folder
//! can still be served.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::background::Background;
use super::draft::Draft;
use super::lock::Lock;
use super::manifest::{FORMAT, Manifest};
use super::snapshot::{Opened, Snapshot};
use super::texts::Texts;
use super::{StoreError, storage};

const CURRENT: &str = "CURRENT";
const MANIFEST: &str = "manifest.jsonl";
const READERS: &str = "lock";
/// How many generations a sweep leaves: the current one and the one before.
const KEPT: usize = 2;

/// What a new generation starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The current generation, where it can be used.
    Current,
    /// Nothing, whatever is there.
    Nothing,
}

/// The folder of a graph on disk.
#[derive(Clone, Debug)]
pub struct GraphFolder {
    root: PathBuf,
}

/// What `CURRENT` says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pointer {
    generation: u64,
    /// Hex SHA-256 of the generation's manifest.
    check: String,
}

impl GraphFolder {
    /// The graph in the folder `root`, which need not exist yet. Touches nothing.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Number of the current generation: a cheap look, for those who wait for a new one.
    ///
    /// # Errors
    /// No graph, a newer format, or a damaged `CURRENT`.
    pub fn current(&self) -> Result<u64, StoreError> {
        self.pointer().map(|p| p.generation)
    }

    /// Opens the current generation for reading. Where it is damaged the newest sound one before it is opened instead, and
    /// [`Snapshot::damage`] says so.
    ///
    /// # Errors
    /// No graph, a newer format, or no sound generation at all (then the error is that of the current one).
    pub fn open(&self) -> Result<Snapshot, StoreError> {
        let pointer = match self.pointer() {
            Err(error @ (StoreError::Newer { .. } | StoreError::Older { .. } | StoreError::Missing { .. } | StoreError::Io { .. })) => {
                return Err(error);
            }
            other => other,
        };
        let mut damage = None;
        let mut numbers = self.generations();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        if let Ok(pointer) = &pointer {
            // A generation that was never made current is newer than the current one and is not served.
            numbers.retain(|n| *n <= pointer.generation);
        }
        if let Ok(pointer) = &pointer
            && !numbers.contains(&pointer.generation)
        {
            damage = Some(StoreError::Damaged { path: self.generation_path(pointer.generation), reason: "it is missing".to_owned() });
        }
        damage = pointer.as_ref().err().map(StoreError::copied).or(damage);
        for number in numbers {
            let check = pointer.as_ref().ok().filter(|p| p.generation == number).map(|p| p.check.as_str());
            match self.open_generation(number, check) {
                Ok(mut opened) => {
                    opened.damage = damage;
                    return Ok(Snapshot::opened(opened));
                }
                Err(error @ (StoreError::Newer { .. } | StoreError::OtherStorage { .. })) => return Err(error),
                Err(error) => damage = damage.or(Some(error)),
            }
        }
        Err(damage.unwrap_or_else(|| StoreError::Missing { path: self.root.clone() }))
    }

    /// What the current generation was built from; `None` where there is no graph yet.
    ///
    /// # Errors
    /// As [`GraphFolder::open`], but the quads are not looked at.
    pub fn manifest(&self) -> Result<Option<Manifest>, StoreError> {
        Ok(self.current_for_writing()?.map(|(manifest, _)| manifest))
    }

    /// Begins the next generation, from the current one where that was made with the same knowledge, else from nothing.
    /// `knowledge` changes whenever the same documents could give another graph.
    ///
    /// # Errors
    /// Another writer holds the folder; a newer format; the disk's.
    pub fn begin_build(&self, start: Start, knowledge: &str, background: &Background) -> Result<Draft, StoreError> {
        let writer = self.lock_for_writing()?;
        Draft::begin(self, writer, start, knowledge, background)
    }

    /// Takes the writer lock and deletes what earlier writers left behind. A folder that this program cannot write to is not touched.
    pub(super) fn lock_for_writing(&self) -> Result<Lock, StoreError> {
        self.current_for_writing()?;
        fs::create_dir_all(&self.root).map_err(StoreError::io("create", &self.root))?;
        let writer = Lock::exclusive(&self.root.join("LOCK"))?.ok_or_else(|| StoreError::Locked { path: self.root.clone() })?;
        self.sweep();
        Ok(writer)
    }

    /// The manifest and the folder of the generation that a build may start from. Anything damaged is treated as absent, so
    /// that a build mends the folder.
    pub(super) fn current_for_writing(&self) -> Result<Option<(Manifest, PathBuf)>, StoreError> {
        let pointer = match self.pointer() {
            Ok(pointer) => pointer,
            Err(error @ (StoreError::Newer { .. } | StoreError::Older { .. } | StoreError::Io { .. })) => return Err(error),
            Err(_) => return Ok(None),
        };
        let path = self.generation_path(pointer.generation);
        match Manifest::read(&path.join(MANIFEST)) {
            Ok((manifest, check)) if check == pointer.check => Ok(Some((manifest, path))),
            Err(error @ StoreError::Newer { .. }) => Err(error),
            _ => Ok(None),
        }
    }

    pub(super) fn texts(&self) -> Texts {
        Texts::of(&self.root)
    }

    pub(super) fn generation_path(&self, number: u64) -> PathBuf {
        self.root.join(format!("gen-{number:06}"))
    }

    pub(super) fn draft_path(&self, number: u64) -> PathBuf {
        self.root.join(format!("gen-{number:06}.draft"))
    }

    /// A number that no generation has had.
    pub(super) fn next_number(&self, current: Option<u64>) -> u64 {
        self.generations().into_iter().chain(current).max().unwrap_or(0) + 1
    }

    /// Numbers of the complete generations, in no order.
    fn generations(&self) -> Vec<u64> {
        let Ok(entries) = fs::read_dir(&self.root) else { return Vec::new() };
        entries.flatten().filter_map(|e| e.file_name().to_str()?.strip_prefix("gen-")?.parse().ok()).collect()
    }

    fn pointer(&self) -> Result<Pointer, StoreError> {
        let path = self.root.join(CURRENT);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && self.generations().is_empty() => {
                return Err(StoreError::Missing { path: self.root.clone() });
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(StoreError::Damaged { path, reason: "it is missing".to_owned() });
            }
            Err(error) => return Err(StoreError::io("read", &path)(error)),
        };
        // What a bare on-disk store, without generations, says in a file of the same name.
        if text.starts_with("MANIFEST-") {
            return Err(StoreError::Older { path: self.root.clone() });
        }
        let damaged = || StoreError::Damaged { path: path.clone(), reason: "it is torn".to_owned() };
        let mut words = text.strip_suffix('\n').ok_or_else(damaged)?.split(' ');
        let generation = words.next().and_then(|w| w.strip_prefix("gen-")?.parse().ok()).ok_or_else(damaged)?;
        let format: u32 = words.next().and_then(|w| w.strip_prefix("format=")?.parse().ok()).ok_or_else(damaged)?;
        if format > FORMAT {
            return Err(StoreError::Newer { path: self.root.clone(), found: format, known: FORMAT });
        }
        if format < FORMAT {
            return Err(StoreError::Older { path: self.root.clone() });
        }
        let check = words.next().and_then(|w| w.strip_prefix("manifest=")).filter(|c| c.len() == 64).ok_or_else(damaged)?;
        Ok(Pointer { generation, check: check.to_owned() })
    }

    fn open_generation(&self, number: u64, check: Option<&str>) -> Result<Opened, StoreError> {
        let path = self.generation_path(number);
        let readers = path.join(READERS);
        let lock = Lock::shared(&readers)?
            .ok_or_else(|| StoreError::Damaged { path: path.clone(), reason: "it is being swept away".to_owned() })?;
        let (manifest, found) = Manifest::read(&path.join(MANIFEST))?;
        if check.is_some_and(|check| check != found) {
            return Err(StoreError::Damaged { path: path.join(MANIFEST), reason: "it was changed after publication".to_owned() });
        }
        let store = Arc::new(storage::open(&path, manifest.storage)?);
        Ok(Opened::new(store, manifest, self.texts(), lock))
    }

    /// Gives the sealed draft at `draft` its final name and makes it current.
    pub(super) fn publish(&self, draft: &Path, manifest: &Manifest) -> Result<(), StoreError> {
        let check = manifest.write(&draft.join(MANIFEST))?;
        let readers = draft.join(READERS);
        File::create(&readers).and_then(|f| f.sync_all()).map_err(StoreError::io("write", &readers))?;
        synced(draft)?;
        let path = self.generation_path(manifest.generation);
        fs::rename(draft, &path).map_err(StoreError::io("write", &path))?;
        synced(&self.root)?;
        let current = self.root.join(CURRENT);
        let next = self.root.join("CURRENT.next");
        let write = || -> std::io::Result<()> {
            let mut file = File::create(&next)?;
            writeln!(file, "gen-{:06} format={FORMAT} manifest={check}", manifest.generation)?;
            file.sync_all()?;
            fs::rename(&next, &current)
        };
        write().map_err(StoreError::io("write", &current))?;
        synced(&self.root)
    }

    /// Deletes what no reader needs: drafts that were broken off, generations before the last two that nobody reads, texts
    /// that no generation names. The caller holds the writer lock.
    pub(super) fn sweep(&self) {
        let Ok(entries) = fs::read_dir(&self.root) else { return };
        for entry in entries.flatten() {
            if entry.file_name().to_str().is_some_and(|name| name.starts_with("gen-") && name.ends_with(".draft")) {
                // What cannot be deleted now is met again at the next sweep.
                drop(fs::remove_dir_all(entry.path()));
            }
        }
        let current = self.pointer().map(|p| p.generation).ok();
        let mut numbers = self.generations();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        // Newer than the current one: complete, but broken off before it was made current.
        let (unpublished, published): (Vec<u64>, Vec<u64>) = numbers.into_iter().partition(|n| current.is_some_and(|c| *n > c));
        for number in published.into_iter().skip(KEPT).chain(unpublished) {
            self.sweep_generation(number);
        }
        self.sweep_texts();
    }

    fn sweep_generation(&self, number: u64) {
        let path = self.generation_path(number);
        if let Ok(Some(_unread)) = Lock::exclusive(&path.join(READERS)) {
            drop(fs::remove_dir_all(&path));
        }
    }

    fn sweep_texts(&self) {
        let mut used = HashSet::new();
        for number in self.generations() {
            match Manifest::read(&self.generation_path(number).join(MANIFEST)) {
                Ok((manifest, _)) => used.extend(manifest.documents.iter().map(|d| d.text.pack)),
                // A manifest that cannot be read may name any pack.
                Err(_) => return,
            }
        }
        self.texts().sweep(&used);
    }
}

/// Makes sure that the names in a folder are on the disk.
fn synced(folder: &Path) -> Result<(), StoreError> {
    File::open(folder).and_then(|f| f.sync_all()).map_err(StoreError::io("write", folder))
}
