//! The decoded texts of the documents, beside the generations: evidence is shown in its context and checked against them.
//!
//! Each build appends the texts that it read to one new pack, a plain concatenation in UTF-8; the manifest says where each lies.
//! Generations share packs; a pack that no generation names any more is swept.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::StoreError;
use super::manifest::TextPlace;

/// The folder of packs.
#[derive(Clone, Debug)]
pub(super) struct Texts {
    folder: PathBuf,
}

impl Texts {
    pub(super) fn of(root: &Path) -> Self {
        Self { folder: root.join("texts") }
    }

    fn pack(&self, number: u64) -> PathBuf {
        self.folder.join(format!("pack-{number:06}.txt"))
    }

    /// Begins pack `number`, over any leftover of a build that was broken off.
    pub(super) fn begin(&self, number: u64) -> Result<Pack, StoreError> {
        fs::create_dir_all(&self.folder).map_err(StoreError::io("create", &self.folder))?;
        let path = self.pack(number);
        let file = File::create(&path).map_err(StoreError::io("write", &path))?;
        Ok(Pack { out: BufWriter::new(file), path, number, offset: 0 })
    }

    /// The text at `place`.
    pub(super) fn read(&self, place: TextPlace) -> Result<String, StoreError> {
        let path = self.pack(place.pack);
        let damaged = |reason: &str| StoreError::Damaged { path: path.clone(), reason: reason.to_owned() };
        let mut file = File::open(&path).map_err(StoreError::io("read", &path))?;
        file.seek(SeekFrom::Start(place.offset)).map_err(StoreError::io("read", &path))?;
        let mut bytes = Vec::new();
        file.take(place.length).read_to_end(&mut bytes).map_err(StoreError::io("read", &path))?;
        if bytes.len() as u64 != place.length {
            return Err(damaged("it ends too early"));
        }
        String::from_utf8(bytes).map_err(|_| damaged("it is not UTF-8"))
    }

    /// Deletes the packs that are not in `used`.
    pub(super) fn sweep(&self, used: &HashSet<u64>) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let number = name.to_str().and_then(|n| n.strip_prefix("pack-")?.strip_suffix(".txt")?.parse().ok());
            if number.is_some_and(|number: u64| !used.contains(&number)) {
                // A pack that cannot be deleted now is met again at the next sweep.
                drop(fs::remove_file(entry.path()));
            }
        }
    }
}

/// A pack being written.
#[derive(Debug)]
pub(super) struct Pack {
    out: BufWriter<File>,
    path: PathBuf,
    number: u64,
    offset: u64,
}

impl Pack {
    pub(super) fn add(&mut self, text: &str) -> Result<TextPlace, StoreError> {
        self.out.write_all(text.as_bytes()).map_err(StoreError::io("write", &self.path))?;
        let place = TextPlace { pack: self.number, offset: self.offset, length: text.len() as u64 };
        self.offset += place.length;
        Ok(place)
    }

    /// Makes sure that the pack is on the disk.
    pub(super) fn finish(self) -> Result<(), StoreError> {
        let file = self.out.into_inner().map_err(|e| StoreError::io("write", &self.path)(e.into_error()))?;
        file.sync_all().map_err(StoreError::io("write", &self.path))
    }
}
