//! The log of writes that are not yet part of a published generation. A write is in the log, on the disk, before it is committed;
//! after a crash the log is replayed on the generation it belongs to. A torn end is what was never acknowledged.
//!
//! ```text
//! A <quad> .      inserted          D <quad> .   removed
//! C <graph>       graph created     X <graph>    graph emptied (DEFAULT for the default graph)    R <graph>   graph removed
//! E <number>      end of write <number>, counted from 1
//! ```

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::{GraphName, NamedNode, Quad};

use super::StoreError;
use super::edit::Change;

/// An open log, positioned at its end.
pub(super) struct ChangeLog {
    path: PathBuf,
    file: File,
    /// Bytes of complete writes.
    length: u64,
    writes: u64,
}

impl ChangeLog {
    /// Opens the log at `path`, making it where it is missing, and gives the changes of all complete writes in it.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<Change>), StoreError> {
        let error = || StoreError::io("open", path);
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(error())?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(error())?;
        let text = String::from_utf8_lossy(&bytes);
        let mut changes = Vec::new();
        let (mut pending, mut length, mut read, mut writes) = (Vec::new(), 0, 0, 0);
        for line in text.split_inclusive('\n') {
            read += line.len() as u64;
            if !line.ends_with('\n') {
                break;
            }
            match parse(line.trim_end_matches('\n')) {
                Some(Line::Change(change)) => pending.push(change),
                Some(Line::End) => {
                    changes.append(&mut pending);
                    (length, writes) = (read, writes + 1);
                }
                None => break,
            }
        }
        file.set_len(length).and_then(|()| file.seek(SeekFrom::Start(length))).map_err(error())?;
        Ok((Self { path: path.to_owned(), file, length, writes }, changes))
    }

    /// Number of complete writes.
    pub(super) fn writes(&self) -> u64 {
        self.writes
    }

    /// Appends one write and makes sure that it is on the disk. After an error the log is as before.
    pub(super) fn append(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        let mut text = String::new();
        for change in changes {
            text.push_str(&line(change));
            text.push('\n');
        }
        text.push_str(&format!("E {}\n", self.writes + 1));
        match self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data()) {
            Ok(()) => {
                self.length += text.len() as u64;
                self.writes += 1;
                Ok(())
            }
            Err(error) => {
                // What was written of it must not be taken for part of the next write.
                drop(self.file.set_len(self.length).and_then(|()| self.file.seek(SeekFrom::Start(self.length))));
                Err(StoreError::io("write", &self.path)(error))
            }
        }
    }
}

enum Line {
    Change(Change),
    End,
}

fn line(change: &Change) -> String {
    match change {
        Change::Insert(quad) => format!("A {quad} ."),
        Change::Remove(quad) => format!("D {quad} ."),
        Change::Create(graph) => format!("C {graph}"),
        Change::Clear(graph) => format!("X {graph}"),
        Change::Drop(graph) => format!("R {graph}"),
    }
}

fn parse(line: &str) -> Option<Line> {
    let (kind, rest) = line.split_once(' ')?;
    let change = match kind {
        "A" => Change::Insert(quad(rest)?),
        "D" => Change::Remove(quad(rest)?),
        "C" => Change::Create(node(rest)?),
        "X" => Change::Clear(graph(rest)?),
        "R" => Change::Drop(graph(rest)?),
        "E" => return rest.parse::<u64>().ok().map(|_| Line::End),
        _ => return None,
    };
    Some(Line::Change(change))
}

fn quad(text: &str) -> Option<Quad> {
    RdfParser::from_format(RdfFormat::NQuads).for_slice(text.as_bytes()).next()?.ok()
}

fn node(text: &str) -> Option<NamedNode> {
    NamedNode::new(text.strip_prefix('<')?.strip_suffix('>')?).ok()
}

fn graph(text: &str) -> Option<GraphName> {
    if text == "DEFAULT" {
        return Some(GraphName::DefaultGraph);
    }
    match text.strip_prefix("_:") {
        Some(label) => oxigraph::model::BlankNode::new(label).ok().map(Into::into),
        None => node(text).map(Into::into),
    }
}
