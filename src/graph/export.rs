//! The graph in the formats of RDF, with stable bytes.

use oxigraph::store::Store;

use super::StoreError;

/// Every quad of the store as one line of N-Quads without its line end, sorted by code point.
///
/// # Errors
/// The store's.
pub fn sorted_nquads(store: &Store) -> Result<Vec<String>, StoreError> {
    let mut lines = store.iter().map(|quad| quad.map(|q| format!("{q} ."))).collect::<Result<Vec<_>, _>>()?;
    lines.sort_unstable();
    Ok(lines)
}
