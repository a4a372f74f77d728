//! Messages for people, on stderr: diagnostics with place and next step, and status lines with a right-aligned verb.

use std::io::Write;
use std::process::ExitCode;

use unicode_width::UnicodeWidthStr;
use yuanpu::model::{Diagnostic, Severity};

use super::outcome::CliError;
use super::settings::Settings;

const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[1;33m";
const CYAN: &str = "\x1b[1;36m";
const GREEN: &str = "\x1b[1;32m";
const RESET: &str = "\x1b[0m";

/// Tells all that `error` has to tell and gives its exit code.
pub fn failure(error: &CliError, settings: &Settings) -> ExitCode {
    diagnostics(&error.diagnostics, settings);
    error.exit_code()
}

/// Prints diagnostics. `-q` leaves only errors; infos are shown with `-v`.
pub fn diagnostics(diagnostics: &[Diagnostic], settings: &Settings) {
    let shown = diagnostics.iter().filter(|diagnostic| match diagnostic.severity {
        Severity::Error => true,
        Severity::Warning => !settings.quiet,
        Severity::Info => !settings.quiet && settings.verbose > 0,
    });
    let text: String = shown.map(|diagnostic| rendered(diagnostic, settings)).collect();
    // Nobody is left to tell when stderr is gone.
    std::io::stderr().lock().write_all(text.as_bytes()).ok();
}

/// One diagnostic as rustc would print it.
fn rendered(diagnostic: &Diagnostic, settings: &Settings) -> String {
    let paint = |colour: &'static str| if settings.color_stderr { colour } else { "" };
    let reset = paint(RESET);
    let (word, colour) = match diagnostic.severity {
        Severity::Error => (settings.text("错误", "error"), RED),
        Severity::Warning => (settings.text("警告", "warning"), YELLOW),
        Severity::Info => (settings.text("提示", "note"), CYAN),
    };
    let location = &diagnostic.location;
    let head = format!("{}{word}[{}]{reset}{}: {}{reset}\n", paint(colour), diagnostic.code, paint(BOLD), diagnostic.message);
    let place = if location.file.is_empty() {
        String::new()
    } else {
        let line = location.line.map(|line| format!(":{line}")).unwrap_or_default();
        let column = location.column.map(|column| format!(":{column}")).unwrap_or_default();
        format!("  {}-->{reset} {}{line}{column}\n", paint(CYAN), location.file)
    };
    let help = diagnostic.help.as_ref().map(|help| format!("{}{}{reset}: {help}\n", paint(CYAN), settings.text("建议", "help")));
    format!("{head}{place}{}", help.unwrap_or_default())
}

/// A status line on stderr, such as `    Finished 127 documents`; silent with `-q`.
pub fn status(settings: &Settings, verb: &str, message: &str) {
    if settings.quiet {
        return;
    }
    let (start, end) = if settings.color_stderr { (GREEN, RESET) } else { ("", "") };
    let indent = " ".repeat(12_usize.saturating_sub(verb.width()));
    writeln!(std::io::stderr().lock(), "{indent}{start}{verb}{end} {message}").ok();
}
