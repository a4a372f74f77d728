//! Terms of the vocabularies as nodes of the graph: the few that code must know by name.
//!
//! Names come from [`crate::model::vocabulary`]; everything else an analyst may add in `ontology/` is passed through by name.

use oxigraph::model::vocab::{rdf, xsd};
use oxigraph::model::{Literal, NamedNode, NamedNodeRef};
use sha2::{Digest, Sha256};

use crate::model::{Bound, Comparison, Direction, Language, Modality, vocabulary};

pub(crate) const TYPE: NamedNodeRef<'_> = rdf::TYPE;
pub(crate) const SUBJECT: NamedNodeRef<'_> = rdf::SUBJECT;
pub(crate) const PREDICATE: NamedNodeRef<'_> = rdf::PREDICATE;
pub(crate) const OBJECT: NamedNodeRef<'_> = rdf::OBJECT;
pub(crate) const PREF_LABEL: &str = "http://www.w3.org/2004/02/skos/core#prefLabel";
pub(crate) const ALT_LABEL: &str = "http://www.w3.org/2004/02/skos/core#altLabel";
pub(crate) const HIDDEN_LABEL: &str = "http://www.w3.org/2004/02/skos/core#hiddenLabel";
pub(crate) const SHORT_NAME: &str = "https://w3id.org/yuanpu/ns#shortName";
pub(crate) const KIND: &str = "https://w3id.org/yuanpu/ns#kind";
pub(crate) const DOCUMENT_CLASS: &str = "https://w3id.org/yuanpu/ns#Document";
pub(crate) const STATEMENT: &str = "https://w3id.org/yuanpu/ns#Statement";
pub(crate) const OBSERVATION: &str = "https://w3id.org/yuanpu/ns#Observation";
pub(crate) const PASSAGE: &str = "https://w3id.org/yuanpu/ns#Passage";

/// What the names of the gazetteers' graphs start with.
pub const GAZETTEER_GRAPHS: &str = "https://w3id.org/yuanpu/gazetteer/";

/// A node from an IRI that was made by the program; characters that no IRI may hold are percent-encoded, so that a name that
/// holds them can never break a graph.
pub(crate) fn node(iri: &str) -> NamedNode {
    NamedNode::new(iri).unwrap_or_else(|_| NamedNode::new_unchecked(percent_encoded(iri)))
}

fn percent_encoded(iri: &str) -> String {
    let mut out = String::with_capacity(iri.len() + 8);
    let mut buffer = [0; 4];
    for c in iri.chars() {
        if c.is_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c) {
            out.push(c);
        } else {
            out.extend(c.encode_utf8(&mut buffer).bytes().map(|b| format!("%{b:02X}")));
        }
    }
    out
}

/// A node known to be well-formed.
pub(crate) fn known(iri: &str) -> NamedNode {
    NamedNode::new_unchecked(iri)
}

/// A term of the ontology (`locatedIn`).
pub(crate) fn yp(local: &str) -> NamedNode {
    node(&format!("{}{local}", vocabulary::YP))
}

/// A concept of its schemes (`National`).
pub(crate) fn yps(local: &str) -> NamedNode {
    node(&format!("{}{local}", vocabulary::YPS))
}

/// A term of Dublin Core.
pub(crate) fn dcterms(local: &str) -> NamedNode {
    known(&format!("{}{local}", vocabulary::DCTERMS))
}

/// What follows the namespace of the ontology or of its schemes; `None` for any other IRI.
pub(crate) fn local_name(iri: &str) -> Option<&str> {
    iri.strip_prefix(vocabulary::YP).or_else(|| iri.strip_prefix(vocabulary::YPS))
}

pub(crate) fn language_tag(language: Language) -> &'static str {
    match language {
        Language::Zh => "zh",
        Language::En => "en",
    }
}

pub(crate) fn name_literal(text: &str, language: &str) -> Literal {
    Literal::new_language_tagged_literal(text, language).unwrap_or_else(|_| Literal::new_simple_literal(text))
}

pub(crate) fn edtf(value: &str) -> Literal {
    Literal::new_typed_literal(value, known(vocabulary::EDTF))
}

pub(crate) fn integer(value: usize) -> Literal {
    Literal::new_typed_literal(value.to_string(), xsd::INTEGER)
}

/// A decimal in the one form in which the store also gives it back: no leading or trailing zeros, no bare point.
/// `None` where `value` is not a plain, non-negative decimal.
pub(crate) fn decimal(value: &str) -> Option<Literal> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole = Some(whole.trim_start_matches('0')).filter(|w| !w.is_empty()).unwrap_or("0");
    let fraction = fraction.trim_end_matches('0');
    let text = if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") };
    Some(Literal::new_typed_literal(text, xsd::DECIMAL))
}

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD` as gYear, gYearMonth or date; `None` for anything else.
pub(crate) fn date(value: &str) -> Option<Literal> {
    let parts: Vec<&str> = value.split('-').collect();
    let number = |at: usize, width: usize| -> Option<u32> {
        let part = parts.get(at)?;
        (part.len() == width && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok())?
    };
    let year = number(0, 4).filter(|y| *y > 0)?;
    let month = || number(1, 2).filter(|m| (1..=12).contains(m));
    let datatype = match parts.len() {
        1 => xsd::G_YEAR,
        2 => {
            month()?;
            xsd::G_YEAR_MONTH
        }
        3 => {
            let last = last_day(year, month()?);
            number(2, 2).filter(|d| (1..=last).contains(d))?;
            xsd::DATE
        }
        _ => return None,
    };
    Some(Literal::new_typed_literal(value, datatype))
}

fn last_day(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

pub(crate) fn modality(value: Modality) -> &'static str {
    match value {
        Modality::Asserted => "Asserted",
        Modality::Planned => "Planned",
        Modality::Recommended => "Recommended",
        Modality::Discouraged => "Discouraged",
        Modality::Denied => "Denied",
    }
}

pub(crate) fn direction(value: Direction) -> &'static str {
    match value {
        Direction::Increase => "Increase",
        Direction::Decrease => "Decrease",
        Direction::Unchanged => "Unchanged",
    }
}

pub(crate) fn comparison(value: Comparison) -> &'static str {
    match value {
        Comparison::YearOnYear => "YearOnYear",
        Comparison::PeriodOnPeriod => "PeriodOnPeriod",
        Comparison::AgainstBase => "AgainstBase",
    }
}

pub(crate) fn bound(value: Bound) -> &'static str {
    match value {
        Bound::About => "About",
        Bound::AtLeast => "AtLeast",
        Bound::AtMost => "AtMost",
    }
}

/// `id/{kind}/{16 hex digits}` of the SHA-256 over `parts`, each closed by a zero byte so that no two lists run together.
pub(crate) fn hashed(kind: &str, parts: &[&str]) -> NamedNode {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    known(&format!("{}{kind}/{}", vocabulary::ID, hex(&hash.finalize()[..8])))
}

/// Lower-case hex digits of `bytes`.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Whether `iri` names a node of the evidence (statement, observation, passage), not an entity or a document.
pub(crate) fn is_evidence_node(iri: &str) -> bool {
    iri.strip_prefix(vocabulary::ID).is_some_and(|rest| rest.starts_with("statement/") || rest.starts_with("observation/"))
        || iri.strip_prefix(vocabulary::DOC).is_some_and(|rest| rest.contains("#char="))
}

/// Whether `iri` is the name of a document's graph.
pub(crate) fn is_document(iri: &str) -> bool {
    iri.strip_prefix(vocabulary::DOC).is_some_and(|rest| !rest.contains('#'))
}

/// Whether a name is written with at least one Chinese character.
pub(crate) fn is_chinese(name: &str) -> bool {
    name.chars().any(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_one_form() {
        for (given, kept) in [("050.0", "50"), ("99.90", "99.9"), ("0.5", "0.5"), ("000", "0"), ("1700000000000", "1700000000000")] {
            assert_eq!(decimal(given).map(|l| l.value().to_owned()).as_deref(), Some(kept));
        }
        for wrong in ["", "-1", "1e3", "1.2.3", "一百", ".5"] {
            assert_eq!(decimal(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn dates_are_typed_by_their_length_and_must_exist() {
        assert_eq!(date("2024").map(|l| l.datatype().into_owned()), Some(xsd::G_YEAR.into_owned()));
        assert_eq!(date("2024-10").map(|l| l.datatype().into_owned()), Some(xsd::G_YEAR_MONTH.into_owned()));
        assert_eq!(date("2024-02-29").map(|l| l.datatype().into_owned()), Some(xsd::DATE.into_owned()));
        for wrong in ["2023-02-29", "2024-13", "24", "2024年", "2024-10-24-01", "2024-1-1"] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_iri_with_forbidden_characters_is_encoded() {
        assert_eq!(node("https://w3id.org/yuanpu/id/x/a b|c").as_str(), "https://w3id.org/yuanpu/id/x/a%20b%7Cc");
        assert_eq!(node("https://w3id.org/yuanpu/id/x/集群").as_str(), "https://w3id.org/yuanpu/id/x/集群");
    }
}
