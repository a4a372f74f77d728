//! Waiting for files to change, by looking at them: needs no service of the operating system, works on every file system.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use yuanpu::corpus::{FindOptions, Source, find};

/// What is looked at: size and time of change of every document and of the side-cars that may stand beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight(BTreeMap<PathBuf, (u64, Option<SystemTime>)>);

impl Sight {
    /// Looks at all documents under `paths`.
    pub fn of(paths: &[PathBuf], options: FindOptions) -> Self {
        let mut seen = BTreeMap::new();
        for file in find(paths, options).0 {
            let Source::Path(path) = file.source else { continue };
            let beside = [path.file_name(), path.file_stem()].into_iter().flatten();
            let beside = beside.map(|name| path.with_file_name(format!("{}.meta.toml", name.to_string_lossy())));
            for candidate in std::iter::once(path.clone()).chain(beside) {
                look(&candidate, &mut seen);
            }
        }
        Self(seen)
    }

    /// Waits until something looks different, looking every `interval`. Two looks must agree, so that a file that is still
    /// being written is not read.
    pub fn changed(self, paths: &[PathBuf], options: FindOptions, interval: Duration) -> Self {
        let mut last = self.clone();
        loop {
            std::thread::sleep(interval);
            let now = Self::of(paths, options);
            if now != self && now == last {
                return now;
            }
            last = now;
        }
    }
}

fn look(path: &Path, seen: &mut BTreeMap<PathBuf, (u64, Option<SystemTime>)>) {
    if let Ok(about) = std::fs::metadata(path) {
        seen.insert(path.to_owned(), (about.len(), about.modified().ok()));
    }
}
