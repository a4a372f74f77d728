//! Documents named on the command line: the options that say how to read them, and the files behind them as sources.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;

use yuanpu::corpus::{EncodingChoice, FindOptions, ReadOptions, Source, find};
use yuanpu::model::{Diagnostic, Document, Severity};
use yuanpu::pipeline::{Files, Sources};

use super::outcome::CliError;
use super::render;
use super::settings::Settings;

/// How to read documents.
#[derive(clap::Args)]
pub struct ReadArgs {
    /// Encoding of text and HTML files: auto utf-8 gb18030 big5 utf-16
    #[arg(short = 'E', long, value_name = "ENCODING", default_value = "auto")]
    encoding: EncodingChoice,
    /// Largest file that is read, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 512)]
    max_size: u64,
    /// Name of the document on stdin; its extension says the format
    #[arg(long, value_name = "NAME", default_value = "stdin")]
    name: String,
}

impl ReadArgs {
    /// As the corpus wants it.
    pub fn options(&self) -> ReadOptions {
        ReadOptions { encoding: self.encoding, max_bytes: self.max_size.saturating_mul(1 << 20) }
    }
}

/// The documents behind some paths; it remembers which encodings it met.
pub struct Input {
    files: Files,
    encodings: Mutex<BTreeMap<String, &'static str>>,
    /// Files that were passed over, with the reason.
    pub skipped: Vec<Diagnostic>,
}

impl Input {
    /// Finds the documents under `paths` and tells of files that are passed over; `-` is stdin, which is read at once.
    ///
    /// # Errors
    /// A path that does not exist, or a folder without a readable document (exit code 2).
    pub fn find(paths: &[PathBuf], args: &ReadArgs, settings: &Settings) -> Result<Self, CliError> {
        let (mut files, diagnostics) = find(paths, FindOptions { language: settings.language });
        let (faults, skipped): (Vec<_>, Vec<_>) = diagnostics.into_iter().partition(|d| d.severity == Severity::Error);
        if !faults.is_empty() {
            return Err(CliError::findings(faults));
        }
        for file in files.iter_mut().filter(|file| file.source == Source::Stdin) {
            file.name.clone_from(&args.name);
        }
        for diagnostic in &skipped {
            let message = format!("{}: {}", diagnostic.location.file, diagnostic.message);
            render::status(settings, settings.text("跳过", "Skipped"), &message);
        }
        Ok(Self { files: Files::new(files, args.options(), settings.language), encodings: Mutex::default(), skipped })
    }

    /// Encoding of each document that was read, by name.
    pub fn encodings(&self) -> BTreeMap<String, &'static str> {
        self.encodings.lock().map(|encodings| encodings.clone()).unwrap_or_default()
    }
}

impl Sources for Input {
    fn names(&self) -> &[String] {
        self.files.names()
    }

    fn fingerprint(&self, at: usize) -> Result<String, Diagnostic> {
        self.files.fingerprint(at)
    }

    fn read(&self, at: usize) -> Result<Document, Diagnostic> {
        let document = self.files.read(at)?;
        if let Ok(mut encodings) = self.encodings.lock() {
            encodings.insert(document.source.clone(), document.encoding);
        }
        Ok(document)
    }
}
