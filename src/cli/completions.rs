//! `yuanpu completions SHELL`: a completion script on stdout.

use std::io::Write;

use clap_complete::Shell;

use super::outcome::{CliError, Outcome};
use super::settings::Settings;

/// Arguments of `completions`.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  yuanpu completions bash > ~/.local/share/bash-completion/completions/yuanpu")]
pub struct Args {
    /// For which shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Prints the script.
pub fn run(args: &Args, _settings: &Settings) -> Result<Outcome, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::tree(), "yuanpu", &mut script);
    std::io::stdout().lock().write_all(&script)?;
    Ok(Outcome::Done)
}
