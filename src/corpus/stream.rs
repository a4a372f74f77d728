//! A stream of documents as JSON Lines: one object a line with `name` and `text`, optionally `format` and `metadata`.

use std::collections::BTreeMap;
use std::io::{BufRead, Read};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::error::{Fault, ReadError};
use super::metadata::{self, merged};
use super::read::{ReadOptions, format_of, read_text};
use crate::model::{Document, Format, Metadata};

#[derive(Deserialize)]
struct Record {
    name: String,
    text: String,
    format: Option<Format>,
    #[serde(default)]
    metadata: BTreeMap<String, Value>,
}

/// Reads documents from `reader`, one JSON object a line; empty lines are passed over. A broken record is an error for itself, and the
/// stream goes on. `name` is the name of the stream in messages. A line longer than the limit of `options` ends the stream.
pub fn stream<R: BufRead>(reader: R, name: &str, options: &ReadOptions) -> impl Iterator<Item = Result<Document, ReadError>> {
    Lines { reader, name: name.to_owned(), limit: options.max_bytes, line: 0, is_over: false }
}

struct Lines<R> {
    reader: R,
    name: String,
    limit: u64,
    line: usize,
    is_over: bool,
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<Document, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_over {
            let mut bytes = Vec::new();
            self.line += 1;
            let limit = self.limit.saturating_add(1);
            match self.reader.by_ref().take(limit).read_until(b'\n', &mut bytes) {
                Err(error) => return Some(self.end(Fault::Io(error))),
                Ok(0) => self.is_over = true,
                Ok(read) if read as u64 >= limit => return Some(self.end(Fault::TooLarge { bytes: read as u64, limit: self.limit })),
                Ok(_) if bytes.trim_ascii().is_empty() => {}
                Ok(_) => return Some(document(&bytes).map_err(|reason| self.fault(Fault::Record { line: self.line, reason }))),
            }
        }
        None
    }
}

impl<R> Lines<R> {
    fn fault(&self, fault: Fault) -> ReadError {
        ReadError::new(self.name.clone(), fault)
    }

    fn end(&mut self, fault: Fault) -> Result<Document, ReadError> {
        self.is_over = true;
        Err(self.fault(fault))
    }
}

fn document(line: &[u8]) -> Result<Document, String> {
    let record: Record = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let mut given = Metadata::default();
    for (key, value) in &record.metadata {
        enter(&mut given, key, value)?;
    }
    let format = record.format.or_else(|| format_of(Path::new(&record.name))).unwrap_or(Format::Text);
    let mut document = read_text(&record.name, record.text, format).map_err(|_| format!("`{}` has no text", record.name))?;
    document.metadata = merged(given, document.metadata);
    Ok(document)
}

fn enter(given: &mut Metadata, key: &str, value: &Value) -> Result<(), String> {
    match value {
        Value::Null => Ok(()),
        Value::String(text) => {
            metadata::enter(given, key, text);
            Ok(())
        }
        Value::Number(number) => {
            metadata::enter(given, key, &number.to_string());
            Ok(())
        }
        Value::Array(items) => items.iter().try_for_each(|item| enter(given, key, item)),
        _ => Err(format!("metadata `{key}` is neither a string nor a list of strings")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_become_documents_and_a_broken_one_costs_only_itself() {
        let lines = "{\"name\":\"a.txt\",\"text\":\"成都\\r\\n\",\"metadata\":{\"title\":\"甲\",\"author\":[\"钟文\"],\"year\":2024}}\n\n{\"name\":1}\n\
            {\"name\":\"b.html\",\"text\":\"<p>乙<nav>首页</nav>\"}\n{\"name\":\"c\",\"text\":\" \"}\n{\"name\":\"d\",\"text\":\"丁\"}";
        let read: Vec<_> = stream(lines.as_bytes(), "stdin", &ReadOptions::default()).collect();
        let texts: Vec<_> = read.iter().map(|result| result.as_ref().map(|document| document.text.as_str()).ok()).collect();
        assert_eq!(texts, [Some("成都\r\n"), None, Some("乙"), None, Some("丁")]);
        let first = read[0].as_ref().unwrap();
        assert_eq!((first.metadata.title.as_deref(), first.metadata.other["year"].as_str()), (Some("甲"), "2024"));
        assert!(matches!(read[1].as_ref().unwrap_err().fault, Fault::Record { line: 3, .. }));
    }

    #[test]
    fn a_line_beyond_the_limit_ends_the_stream() {
        let options = ReadOptions { max_bytes: 30, ..ReadOptions::default() };
        let lines = format!("{{\"name\":\"a\",\"text\":\"x\"}}\n{}\n", "y".repeat(100));
        let read: Vec<_> = stream(lines.as_bytes(), "stdin", &options).collect();
        assert_eq!(read.len(), 2);
        assert!(matches!(read[1].as_ref().unwrap_err().fault, Fault::TooLarge { limit: 30, .. }));
    }
}
