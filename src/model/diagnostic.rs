//! What went wrong or looks odd: what, where, and what to do next.

use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// The work went on, something was left out.
    Warning,
    /// This item could not be used.
    Error,
}

/// Where it is: a file (or the name of a stream), and a line and column from 1 where known.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Location {
    /// Path as the user gave it.
    pub file: String,
    /// Line, from 1.
    pub line: Option<usize>,
    /// Column, from 1, in code points.
    pub column: Option<usize>,
}

/// One finding. The code is stable (`E012`) and the same in every language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Stable code, such as `D003`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What happened, one sentence without a final full stop.
    pub message: String,
    /// Where.
    pub location: Location,
    /// The next step for the reader.
    pub help: Option<String>,
}
