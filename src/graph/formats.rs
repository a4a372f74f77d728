//! Media types, file extensions and names of the formats that answers and graphs come in, and the choice between them by an
//! HTTP `Accept` header. One table serves the command line and the server.

use oxigraph::io::{JsonLdProfileSet, RdfFormat};
use oxigraph::sparql::results::QueryResultsFormat;

/// One offer: a media type and what it stands for. Earlier offers win ties.
pub type Offer<T> = (&'static str, T);

const JSON_LD: RdfFormat = RdfFormat::JsonLd { profile: JsonLdProfileSet::empty() };

/// Formats of SELECT and ASK answers.
pub const RESULT_OFFERS: &[Offer<QueryResultsFormat>] = &[
    ("application/sparql-results+json", QueryResultsFormat::Json),
    ("application/json", QueryResultsFormat::Json),
    ("application/sparql-results+xml", QueryResultsFormat::Xml),
    ("application/xml", QueryResultsFormat::Xml),
    ("text/xml", QueryResultsFormat::Xml),
    ("text/csv", QueryResultsFormat::Csv),
    ("text/tab-separated-values", QueryResultsFormat::Tsv),
    ("text/plain", QueryResultsFormat::Tsv),
];

/// Formats of CONSTRUCT and DESCRIBE answers and of single graphs.
pub const GRAPH_OFFERS: &[Offer<RdfFormat>] = &[
    ("text/turtle", RdfFormat::Turtle),
    ("application/n-triples", RdfFormat::NTriples),
    ("application/rdf+xml", RdfFormat::RdfXml),
    ("application/ld+json", JSON_LD),
    ("application/trig", RdfFormat::TriG),
    ("application/n-quads", RdfFormat::NQuads),
    ("text/n3", RdfFormat::N3),
    ("application/x-turtle", RdfFormat::Turtle),
    ("application/xml", RdfFormat::RdfXml),
    ("text/xml", RdfFormat::RdfXml),
    ("application/json", JSON_LD),
    ("text/plain", RdfFormat::NTriples),
];

/// Formats of whole datasets.
pub const DATASET_OFFERS: &[Offer<RdfFormat>] =
    &[("application/trig", RdfFormat::TriG), ("application/n-quads", RdfFormat::NQuads), ("application/ld+json", JSON_LD)];

/// The offer that an `Accept` header likes best: highest `q`, then the order of the offers. A missing or empty header takes the
/// first. `None` where nothing on offer is acceptable.
#[must_use]
pub fn negotiate<T: Copy>(accept: Option<&str>, offers: &[Offer<T>]) -> Option<Offer<T>> {
    let ranges: Vec<Range> = accept.unwrap_or("").split(',').filter_map(Range::parse).collect();
    if ranges.is_empty() {
        return offers.first().copied();
    }
    let mut best: Option<(u16, Offer<T>)> = None;
    for offer in offers {
        let quality = ranges.iter().filter(|range| range.matches(offer.0)).max_by_key(|range| range.specificity()).map_or(0, |r| r.quality);
        if quality > best.as_ref().map_or(0, |(q, _)| *q) {
            best = Some((quality, *offer));
        }
    }
    best.map(|(_, offer)| offer)
}

/// One media range of an `Accept` header.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    /// Thousandths.
    quality: u16,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let quality = parts
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(key, _)| key.trim().eq_ignore_ascii_case("q"))
            .map_or(Some(1000), |(_, value)| thousandths(value.trim()))?;
        Some(Self { kind: kind.trim(), subtype: subtype.trim(), quality })
    }

    fn matches(&self, media_type: &str) -> bool {
        let (kind, subtype) = media_type.split_once('/').unwrap_or((media_type, ""));
        (self.kind == "*" || self.kind.eq_ignore_ascii_case(kind)) && (self.subtype == "*" || self.subtype.eq_ignore_ascii_case(subtype))
    }

    fn specificity(&self) -> u8 {
        u8::from(self.kind != "*") + u8::from(self.subtype != "*")
    }
}

fn thousandths(value: &str) -> Option<u16> {
    let number: f32 = value.parse().ok()?;
    // A quality lies between 0 and 1, so the product fits.
    (0.0..=1.0).contains(&number).then_some((number * 1000.0) as u16)
}

/// The media type without parameters, lower case.
#[must_use]
pub fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// The RDF format that a `Content-Type` announces.
#[must_use]
pub fn rdf_format_of(content_type: &str) -> Option<RdfFormat> {
    let essence = essence(content_type);
    GRAPH_OFFERS.iter().find(|(media_type, _)| *media_type == essence).map(|(_, format)| *format)
}

/// Formats of `--format`, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerFormat {
    /// Aligned columns for people; for graphs, Turtle.
    Table,
    /// A SPARQL results format.
    Results(QueryResultsFormat),
    /// An RDF format.
    Graph(RdfFormat),
}

impl AnswerFormat {
    /// Names that `--format` takes.
    pub const NAMES: &'static [&'static str] = &["table", "csv", "tsv", "json", "xml", "ttl", "nt", "nq", "trig", "rdf", "jsonld", "n3"];

    /// The format of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "table" => Self::Table,
            "csv" => Self::Results(QueryResultsFormat::Csv),
            "tsv" => Self::Results(QueryResultsFormat::Tsv),
            "json" => Self::Results(QueryResultsFormat::Json),
            "xml" => Self::Results(QueryResultsFormat::Xml),
            "ttl" => Self::Graph(RdfFormat::Turtle),
            "nt" => Self::Graph(RdfFormat::NTriples),
            "nq" => Self::Graph(RdfFormat::NQuads),
            "trig" => Self::Graph(RdfFormat::TriG),
            "rdf" => Self::Graph(RdfFormat::RdfXml),
            "jsonld" => Self::Graph(JSON_LD),
            "n3" => Self::Graph(RdfFormat::N3),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &str) -> Option<&'static str> {
        negotiate(Some(accept), RESULT_OFFERS).map(|(media_type, _)| media_type)
    }

    #[test]
    fn quality_and_specificity_decide() {
        assert_eq!(chosen(""), Some("application/sparql-results+json"));
        assert_eq!(chosen("*/*"), Some("application/sparql-results+json"));
        assert_eq!(chosen("text/csv;q=0.5, application/sparql-results+xml"), Some("application/sparql-results+xml"));
        assert_eq!(chosen("text/*;q=0.3, text/csv;q=0"), Some("text/xml"));
        assert_eq!(chosen("application/*;q=0.1, text/csv;q=0.2"), Some("text/csv"));
        assert_eq!(chosen("TEXT/CSV"), Some("text/csv"));
        assert_eq!(chosen("image/png"), None);
        assert_eq!(chosen("*/*;q=0"), None);
        assert_eq!(negotiate(Some("application/ld+json"), GRAPH_OFFERS).map(|o| o.0), Some("application/ld+json"));
    }

    #[test]
    fn content_types_name_formats() {
        assert_eq!(rdf_format_of("text/turtle; charset=utf-8"), Some(RdfFormat::Turtle));
        assert_eq!(rdf_format_of("application/sparql-query"), None);
    }
}
