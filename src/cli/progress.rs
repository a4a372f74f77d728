//! A progress bar on stderr, only where a person watches.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::settings::Settings;

/// A bar of `total` steps, hidden with `-q` and where stderr is no terminal.
pub fn bar(settings: &Settings, total: usize, verb: &str) -> ProgressBar {
    let target = if settings.stderr_is_terminal && !settings.quiet { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(total as u64), target).with_prefix(verb.to_owned());
    let style = ProgressStyle::with_template("{prefix:>12} [{bar:30}] {pos}/{len} {wide_msg}");
    bar.with_style(style.map_or_else(|_| ProgressStyle::default_bar(), |style| style.progress_chars("=> ")))
}
