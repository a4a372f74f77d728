//! How the quads of one generation are kept: an on-disk store (feature `rocksdb`), or sorted N-Quads loaded into memory.
//!
//! Both have the same face: open for reading, start a draft from an earlier generation or from nothing, seal the draft.

use std::path::{Path, PathBuf};

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::store::Store;

use super::StoreError;
use super::manifest::Storage;

fn nquads(generation: &Path) -> PathBuf {
    generation.join("graph.nq")
}

/// Opens a published generation for reading.
pub(super) fn open(generation: &Path, storage: Storage) -> Result<Store, StoreError> {
    match storage {
        Storage::Nquads => load(&nquads(generation)),
        Storage::Rocksdb => kept::open_on_disk(generation),
    }
}

/// Loads a file of N-Quads into memory.
fn load(path: &Path) -> Result<Store, StoreError> {
    let bytes = std::fs::read(path).map_err(StoreError::io("read", path))?;
    let store = Store::new()?;
    let mut loader = store.bulk_loader();
    loader
        .load_from_slice(RdfParser::from_format(RdfFormat::NQuads), &bytes)
        .map_err(|e| StoreError::Damaged { path: path.to_owned(), reason: e.to_string() })?;
    loader.commit()?;
    Ok(store)
}

pub(super) use kept::{KIND, draft, seal};

#[cfg(not(feature = "rocksdb"))]
mod kept {
    use std::fs::File;
    use std::io::{BufWriter, Write};
    use std::path::Path;

    use oxigraph::store::Store;

    use super::{Storage, StoreError, nquads, open};
    use crate::graph::export;

    /// What drafts are kept as.
    pub(crate) const KIND: Storage = Storage::Nquads;

    pub(super) fn open_on_disk(generation: &Path) -> Result<Store, StoreError> {
        Err(StoreError::OtherStorage { path: generation.to_owned() })
    }

    /// A store to write to that holds what `base` holds, or nothing.
    pub(crate) fn draft(base: Option<(&Path, Storage)>, _folder: &Path) -> Result<Store, StoreError> {
        match base {
            Some((generation, storage)) => open(generation, storage),
            None => Ok(Store::new()?),
        }
    }

    /// Makes sure that all of the draft is on the disk.
    pub(crate) fn seal(store: Store, folder: &Path) -> Result<(), StoreError> {
        let path = nquads(folder);
        let error = || StoreError::io("write", &path);
        let mut out = BufWriter::new(File::create(&path).map_err(error())?);
        for line in export::sorted_nquads(&store)? {
            writeln!(out, "{line}").map_err(error())?;
        }
        let file = out.into_inner().map_err(|e| error()(e.into_error()))?;
        file.sync_all().map_err(error())
    }
}

#[cfg(feature = "rocksdb")]
mod kept {
    use std::fs;
    use std::path::{Path, PathBuf};

    use oxigraph::store::{StorageError, Store};

    use super::{Storage, StoreError, nquads};

    /// What drafts are kept as.
    pub(crate) const KIND: Storage = Storage::Rocksdb;

    fn on_disk(generation: &Path) -> PathBuf {
        generation.join("store")
    }

    pub(super) fn open_on_disk(generation: &Path) -> Result<Store, StoreError> {
        let path = on_disk(generation);
        Store::open_read_only(&path).map_err(|e| StoreError::Damaged { path, reason: e.to_string() })
    }

    /// A store to write to that holds what `base` holds, or nothing. An on-disk base is checkpointed by hard links.
    pub(crate) fn draft(base: Option<(&Path, Storage)>, folder: &Path) -> Result<Store, StoreError> {
        let path = on_disk(folder);
        match base {
            Some((generation, Storage::Rocksdb)) => {
                open_on_disk(generation)?.backup(&path)?;
                Ok(Store::open(&path)?)
            }
            Some((generation, Storage::Nquads)) => {
                let store = Store::open(&path)?;
                let mut loader = store.bulk_loader();
                loader.load_ok_quads::<StorageError, StorageError>(super::load(&nquads(generation))?.iter())?;
                loader.commit()?;
                Ok(store)
            }
            None => Ok(Store::open(&path)?),
        }
    }

    /// Bytes of a write-ahead log that is worth getting rid of.
    const LARGE_LOG: u64 = 1 << 20;

    /// Bytes of the store's write-ahead logs. After a flush they say nothing that the tables do not say; opening the store once more
    /// removes them.
    fn log_bytes(store: &Path) -> Result<u64, StoreError> {
        let mut bytes = 0;
        for entry in fs::read_dir(store).map_err(StoreError::io("read", store))? {
            let entry = entry.map_err(StoreError::io("read", store))?;
            if entry.path().extension().is_some_and(|extension| extension == "log") {
                bytes += still_there(store, entry.metadata())?.map_or(0, |data| data.len());
            }
        }
        Ok(bytes)
    }

    /// Bytes of tables up to which a draft is put in order. More would take minutes, and the store orders most of them by itself.
    const ORDERED: u64 = 2 << 30;

    /// Bytes of tables that this draft wrote, and of those that it shares with an earlier generation by hard links.
    fn table_bytes(store: &Path) -> Result<(u64, u64), StoreError> {
        let (mut own, mut shared) = (0, 0);
        for entry in fs::read_dir(store).map_err(StoreError::io("read", store))? {
            let entry = entry.map_err(StoreError::io("read", store))?;
            if entry.path().extension().is_some_and(|extension| extension == "sst")
                && let Some(data) = still_there(store, entry.metadata())?
            {
                *(if is_shared(&data) { &mut shared } else { &mut own }) += data.len();
            }
        }
        Ok((own, shared))
    }

    /// What is known of a file; `None` where the store removed it since the folder was read.
    fn still_there(store: &Path, data: std::io::Result<fs::Metadata>) -> Result<Option<fs::Metadata>, StoreError> {
        match data {
            Ok(data) => Ok(Some(data)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io("read", store)(error)),
        }
    }

    #[cfg(unix)]
    fn is_shared(data: &fs::Metadata) -> bool {
        std::os::unix::fs::MetadataExt::nlink(data) > 1
    }

    #[cfg(not(unix))]
    fn is_shared(_: &fs::Metadata) -> bool {
        true
    }

    /// Makes sure that all of the draft is on the disk. A draft that is mostly new is put in order first, so that readers look
    /// into one table for a key and not into several.
    pub(crate) fn seal(store: Store, folder: &Path) -> Result<(), StoreError> {
        store.flush()?;
        let path = on_disk(folder);
        let (own, shared) = table_bytes(&path)?;
        if own > shared && own + shared <= ORDERED {
            store.optimize()?;
        }
        drop(store);
        if log_bytes(&path)? > LARGE_LOG {
            drop(Store::open(&path)?);
        }
        for entry in fs::read_dir(&path).map_err(StoreError::io("read", &path))? {
            let entry = entry.map_err(StoreError::io("read", &path))?;
            fs::File::open(entry.path()).and_then(|f| f.sync_all()).map_err(StoreError::io("write", &entry.path()))?;
        }
        fs::File::open(&path).and_then(|f| f.sync_all()).map_err(StoreError::io("write", &path))
    }
}
