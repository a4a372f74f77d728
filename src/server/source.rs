//! Where the served graph comes from.

use crate::graph::{Editor, GraphFolder, Snapshot, StoreError};

/// Where the served graph comes from.
pub enum GraphSource {
    /// The published generations of a folder; new ones are swapped in.
    Folder(GraphFolder),
    /// A graph that this server writes to.
    Writable(Box<Editor>),
    /// One graph that never changes.
    Fixed(Snapshot),
}

impl GraphSource {
    /// The graph as it is now.
    ///
    /// # Errors
    /// The folder cannot be opened.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        match self {
            Self::Folder(folder) => folder.open(),
            Self::Writable(editor) => Ok(editor.snapshot()),
            Self::Fixed(snapshot) => Ok(snapshot.clone()),
        }
    }
}
