//! `yuanpu backup` and `yuanpu restore`: copies of the current graph.

use std::path::PathBuf;

use yuanpu::graph::GraphFolder;
use yuanpu::model::Language;

use super::outcome::{CliError, Outcome};
use super::settings::Settings;
use super::{query, render};

/// Copy the current graph into another folder, also while it is served
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  yuanpu backup ~/backups/2024-10-24.db\n  yuanpu --db ~/backups/2024-10-24.db stats")]
pub struct BackupArgs {
    /// Folder to write; it must not hold anything
    #[arg(value_name = "FOLDER")]
    target: PathBuf,
}

/// Bring a backup back as the current graph
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  yuanpu restore ~/backups/2024-10-24.db")]
pub struct RestoreArgs {
    /// Folder of the backup
    #[arg(value_name = "FOLDER")]
    source: PathBuf,
}

/// Writes a backup.
pub fn backup(args: &BackupArgs, settings: &Settings) -> Result<Outcome, CliError> {
    let number = GraphFolder::at(&settings.db).backup(&args.target).map_err(|e| query::unopened(&e, settings))?;
    let message = if settings.language == Language::Zh {
        format!("第 {number} 代 → {}", args.target.display())
    } else {
        format!("generation {number} → {}", args.target.display())
    };
    render::status(settings, settings.text("备份", "Copied"), &message);
    Ok(Outcome::Done)
}

/// Brings a backup back.
pub fn restore(args: &RestoreArgs, settings: &Settings) -> Result<Outcome, CliError> {
    let number = GraphFolder::at(&settings.db).restore(&args.source).map_err(|e| query::unopened(&e, settings))?;
    let message = if settings.language == Language::Zh {
        format!("{} → 第 {number} 代", args.source.display())
    } else {
        format!("{} → generation {number}", args.source.display())
    };
    render::status(settings, settings.text("恢复", "Restored"), &message);
    Ok(Outcome::Done)
}
