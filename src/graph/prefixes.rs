//! Prefixes that every query may use undeclared and that tables shorten IRIs with: the vocabularies, and one prefix for each
//! segment of entity identifiers (`region:510100`).

use crate::model::vocabulary::{ID, PREFIXES};

/// Segments of entity identifiers; each is also a prefix.
pub const SEGMENTS: &[&str] = &[
    "chain",
    "cluster",
    "document",
    "event",
    "group",
    "honour",
    "indicator",
    "industry",
    "initiative",
    "institution",
    "observation",
    "park",
    "person",
    "platform",
    "region",
    "statement",
];

/// All known prefixes with their IRIs, vocabularies first.
pub fn known_prefixes() -> impl Iterator<Item = (&'static str, String)> {
    PREFIXES
        .iter()
        .map(|(prefix, iri)| (*prefix, (*iri).to_owned()))
        .chain(SEGMENTS.iter().map(|segment| (*segment, format!("{ID}{segment}/"))))
}

/// The absolute IRI that `text` stands for: `<iri>`, an IRI in full, or a name with a known prefix. `None` for anything else.
#[must_use]
pub fn expand(text: &str) -> Option<String> {
    let bare = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(text);
    let (prefix, local) = bare.split_once(':')?;
    let iri = match known_prefixes().find(|(known, _)| *known == prefix) {
        Some((_, namespace)) => format!("{namespace}{local}"),
        None if local.starts_with("//") || prefix == "urn" => bare.to_owned(),
        None => return None,
    };
    oxigraph::model::NamedNode::new(iri).ok().map(oxigraph::model::NamedNode::into_string)
}

/// `iri` with the longest known prefix, or `None` where none fits or what is left is not a plain local name.
#[must_use]
pub fn compact(iri: &str) -> Option<String> {
    known_prefixes()
        .filter_map(|(prefix, namespace)| iri.strip_prefix(namespace.as_str()).map(|local| (prefix, local)))
        .min_by_key(|(_, local)| local.len())
        .filter(|(_, local)| !local.is_empty() && local.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_')))
        .map(|(prefix, local)| format!("{prefix}:{local}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixed_names_expand_and_compact() {
        let iri = "https://w3id.org/yuanpu/id/region/510100";
        assert_eq!(expand("region:510100").as_deref(), Some(iri));
        assert_eq!(expand("<https://example.org/x>").as_deref(), Some("https://example.org/x"));
        assert_eq!(expand("nowhere:x"), None);
        assert_eq!(expand("region:a b"), None);
        assert_eq!(compact(iri).as_deref(), Some("region:510100"));
        assert_eq!(compact("https://w3id.org/yuanpu/id/cluster/成都软件").as_deref(), Some("cluster:成都软件"));
        assert_eq!(compact("https://example.org/x"), None);
        assert_eq!(compact("https://w3id.org/yuanpu/id/region/a/b"), None);
    }
}
