//! How a command ends: the outcomes, the errors, and the exit code of each.
//!
//! 0 done · 1 the answer is no · 2 usage or bad input · 3 store or I/O · 4 a limit was hit · 130 interrupted.

use std::io;
use std::process::ExitCode;

use yuanpu::model::{Diagnostic, Location, Severity};

/// How a command ended that could do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done. Exit code 0.
    Done,
    /// The answer is no: nothing found, or there are findings. Exit code 1.
    No,
    /// What was printed is cut at a row or time limit. Exit code 4.
    Cut,
    /// The user broke it off. Exit code 130.
    Interrupted,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        ExitCode::from(match outcome {
            Outcome::Done => 0,
            Outcome::No => 1,
            Outcome::Cut => 4,
            Outcome::Interrupted => 130,
        })
    }
}

/// What kind of failure, which decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The command line, a query or an input is wrong. Exit code 2.
    Input,
    /// The store or the file system failed. Exit code 3.
    Store,
    /// A limit of time, rows or size was hit. Exit code 4.
    Limit,
    /// The reader of our output has gone, which is no failure. Exit code 0.
    PipeClosed,
}

/// Why a command could not do its work: all that is to be told, and the exit code.
#[derive(Debug)]
pub struct CliError {
    /// Decides the exit code.
    pub failure: Failure,
    /// What to tell, in order. May be empty where the command has told it already.
    pub diagnostics: Vec<Diagnostic>,
}

impl CliError {
    /// Bad usage or bad input (exit code 2) with one message, already in the user's language.
    pub fn input(code: &'static str, message: impl Into<String>) -> Self {
        Self::one(Failure::Input, code, message.into())
    }

    /// Bad input (exit code 2) with ready diagnostics.
    pub fn findings(diagnostics: Vec<Diagnostic>) -> Self {
        Self { failure: Failure::Input, diagnostics }
    }

    /// The store or the file system failed (exit code 3).
    pub fn store(code: &'static str, message: impl Into<String>) -> Self {
        Self::one(Failure::Store, code, message.into())
    }

    /// A limit was hit (exit code 4).
    pub fn limit(code: &'static str, message: impl Into<String>) -> Self {
        Self::one(Failure::Limit, code, message.into())
    }

    /// Adds the next step for the reader to the last message.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(last) = self.diagnostics.last_mut() {
            last.help = Some(help.into());
        }
        self
    }

    /// Adds the file (or stream) to the last message.
    #[must_use]
    pub fn at(mut self, file: impl Into<String>) -> Self {
        if let Some(last) = self.diagnostics.last_mut() {
            last.location = Location { file: file.into(), line: None, column: None };
        }
        self
    }

    /// Adds the line, from 1, to the last message.
    #[must_use]
    pub fn line(mut self, line: Option<usize>) -> Self {
        if let Some(last) = self.diagnostics.last_mut() {
            last.location.line = line;
        }
        self
    }

    fn one(failure: Failure, code: &'static str, message: String) -> Self {
        let diagnostic = Diagnostic { code, severity: Severity::Error, message, location: Location::default(), help: None };
        Self { failure, diagnostics: vec![diagnostic] }
    }

    /// The exit code of the process.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self.failure {
            Failure::PipeClosed => 0,
            Failure::Input => 2,
            Failure::Store => 3,
            Failure::Limit => 4,
        })
    }
}

impl From<serde_json::Error> for CliError {
    fn from(error: serde_json::Error) -> Self {
        Self::from(io::Error::from(error))
    }
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self { failure: Failure::PipeClosed, diagnostics: Vec::new() };
        }
        Self::store("C001", error.to_string())
    }
}
