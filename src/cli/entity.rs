//! Entities as people name them on the command line.

use yuanpu::graph::{Snapshot, entities_named, similar_names};
use yuanpu::model::Language;

use super::outcome::CliError;
use super::query;
use super::settings::Settings;

/// The IRIs that `name` stands for.
///
/// # Errors
/// Nothing has that name: bad input, with names that look like it.
pub fn named(snapshot: &Snapshot, name: &str, settings: &Settings) -> Result<Vec<String>, CliError> {
    let store_failed = |error| query::unopened(&error, settings);
    let found = entities_named(snapshot.store(), name).map_err(store_failed)?;
    if !found.is_empty() {
        return Ok(found);
    }
    let similar = similar_names(snapshot.store(), name, 5).map_err(store_failed)?;
    let chinese = settings.language == Language::Zh;
    let message = if chinese { format!("图谱中没有“{name}”") } else { format!("the graph has nothing named '{name}'") };
    let help = match (similar.is_empty(), chinese) {
        (true, true) => "用 `yuanpu stats` 看图谱里有什么".to_owned(),
        (true, false) => "see what the graph holds with `yuanpu stats`".to_owned(),
        (false, true) => format!("是否指:{}", similar.join("、")),
        (false, false) => format!("did you mean: {}", similar.join(", ")),
    };
    Err(CliError::input("G010", message).help(help))
}
