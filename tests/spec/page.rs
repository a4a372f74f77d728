//! A page of the specification: fenced documents, and after each the list of what is expected of it.

use crate::expectation::{Expectation, parse};

/// Ends the line of an expectation that the program does not meet yet.
pub const MARK: &str = " (known gap)";

/// One page, kept whole so that it can be written again with other marks.
pub struct Page {
    pub name: String,
    pub cases: Vec<Case>,
    lines: Vec<String>,
}

/// One document and what is expected of it.
pub struct Case {
    /// Line of the opening fence, from 1.
    pub line: usize,
    pub text: String,
    /// Of the file that the document would be: `txt`, `md` or `html`.
    pub extension: &'static str,
    pub expected: Vec<Expected>,
}

/// One line of the list.
pub struct Expected {
    /// From 1.
    pub line: usize,
    /// The line without its mark.
    pub text: String,
    pub what: Expectation,
    pub is_gap: bool,
}

impl Page {
    /// Reads a page; the fault names page and line.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let mut page = Self { name: name.to_owned(), cases: Vec::new(), lines: text.lines().map(str::to_owned).collect() };
        let mut lines = text.lines().enumerate();
        while let Some((at, line)) = lines.next() {
            let fault = |reason: String| format!("{name}:{}: {reason}", at + 1);
            if let Some(kind) = line.strip_prefix("```") {
                let extension = match kind {
                    "text" => "txt",
                    "markdown" => "md",
                    "html" => "html",
                    _ => return Err(fault(format!("a document is text, markdown or html, not {kind:?}"))),
                };
                let text: Vec<&str> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
                page.cases.push(Case { line: at + 1, text: text.join("\n") + "\n", extension, expected: Vec::new() });
            } else if line.starts_with("- ") {
                let (text, is_gap) = line.strip_suffix(MARK).map_or((line, false), |text| (text, true));
                let what = parse(text.trim_start_matches("- ")).map_err(&fault)?;
                let case = page.cases.last_mut().ok_or_else(|| fault("an expectation before the first document".to_owned()))?;
                case.expected.push(Expected { line: at + 1, text: text.to_owned(), what, is_gap });
            }
        }
        Ok(page)
    }

    /// The page with its marks as they are now.
    pub fn to_text(&self) -> String {
        let mut lines = self.lines.clone();
        for expected in self.cases.iter().flat_map(|case| &case.expected) {
            lines[expected.line - 1] = format!("{}{}", expected.text, if expected.is_gap { MARK } else { "" });
        }
        lines.join("\n") + "\n"
    }
}
