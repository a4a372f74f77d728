//! Copies of the current generation: taken while others read or even build, brought back as a new generation.
//!
//! A backup is itself a graph folder with one generation, so it can be opened, served and exported like any other.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::generations::GraphFolder;
use super::lock::Lock;
use super::manifest::Manifest;
use super::{StoreError, storage};

impl GraphFolder {
    /// Copies the current generation with the texts of its documents into the folder `target`, which must be empty or absent.
    /// Gives the number of the generation.
    ///
    /// # Errors
    /// No sound graph here; something there; the disk's.
    pub fn backup(&self, target: &Path) -> Result<u64, StoreError> {
        // An open snapshot keeps its generation from being swept away.
        let snapshot = self.open()?;
        if fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(StoreError::io("write into", target)(io::ErrorKind::DirectoryNotEmpty.into()));
        }
        let manifest = snapshot.manifest().ok_or_else(|| StoreError::Missing { path: self.path().to_owned() })?;
        GraphFolder::at(target).take_over(self, manifest, 1)?;
        Ok(snapshot.generation())
    }

    /// Publishes the current generation of the backup `source` as the next generation of this folder. Gives its number.
    ///
    /// # Errors
    /// No sound graph there; another writer here; the disk's.
    pub fn restore(&self, source: &Path) -> Result<u64, StoreError> {
        let source = GraphFolder::at(source);
        let snapshot = source.open()?;
        if let Some(damage) = snapshot.damage() {
            return Err(damage.copied());
        }
        let manifest = snapshot.manifest().ok_or_else(|| StoreError::Missing { path: source.path().to_owned() })?;
        fs::create_dir_all(self.path()).map_err(StoreError::io("create", self.path()))?;
        let number = self.next_number(self.current().ok());
        self.take_over(&source, manifest, number)?;
        Ok(number)
    }

    /// Makes the generation that `manifest` describes in `source` generation `number` of this folder, and current.
    fn take_over(&self, source: &GraphFolder, manifest: &Manifest, number: u64) -> Result<(), StoreError> {
        fs::create_dir_all(self.path()).map_err(StoreError::io("create", self.path()))?;
        let _writer = Lock::exclusive(&self.path().join("LOCK"))?.ok_or_else(|| StoreError::Locked { path: self.path().to_owned() })?;
        self.sweep();
        let draft = self.draft_path(number);
        copy_folder(&source.generation_path(manifest.generation), &draft)?;
        // What cannot be read back is no copy.
        drop(storage::open(&draft, manifest.storage)?);
        let mut copied = Manifest { generation: number, ..manifest.clone() };
        self.join_texts(source, &mut copied)?;
        self.publish(&draft, &copied)?;
        self.sweep();
        Ok(())
    }

    /// Copies the packs of texts that `manifest` names in `source` into one pack of this folder.
    fn join_texts(&self, source: &GraphFolder, manifest: &mut Manifest) -> Result<(), StoreError> {
        let mut pack = self.texts().begin(manifest.generation)?;
        let mut places = BTreeMap::new();
        for entry in &mut manifest.documents {
            let old = (entry.text.pack, entry.text.offset, entry.text.length);
            let place = match places.get(&old) {
                Some(place) => *place,
                None => pack.add(&source.texts().read(entry.text)?)?,
            };
            places.insert(old, place);
            entry.text = place;
        }
        pack.finish()
    }
}

/// Copies a folder with all that is in it but its manifest, and makes sure that it is on the disk.
fn copy_folder(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(to).map_err(StoreError::io("create", to))?;
    for entry in fs::read_dir(from).map_err(StoreError::io("read", from))? {
        let entry = entry.map_err(StoreError::io("read", from))?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_folder(&path, &target)?;
        } else {
            let copy = || -> io::Result<()> {
                let mut file = File::create(&target)?;
                io::copy(&mut File::open(&path)?, &mut file)?;
                file.flush()?;
                file.sync_all()
            };
            copy().map_err(StoreError::io("copy", &path))?;
        }
    }
    File::open(to).and_then(|f| f.sync_all()).map_err(StoreError::io("write", to))
}
