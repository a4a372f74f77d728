//! Namespaces and the few terms that code must know by name. All other terms are read from `ontology/`.

/// Terms of the ontology.
pub const YP: &str = "https://w3id.org/yuanpu/ns#";
/// Concepts of its schemes.
pub const YPS: &str = "https://w3id.org/yuanpu/scheme#";
/// Entities.
pub const ID: &str = "https://w3id.org/yuanpu/id/";
/// Documents.
pub const DOC: &str = "https://w3id.org/yuanpu/doc/";
/// RDF.
pub const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
/// RDF Schema.
pub const RDFS: &str = "http://www.w3.org/2000/01/rdf-schema#";
/// OWL.
pub const OWL: &str = "http://www.w3.org/2002/07/owl#";
/// XML Schema datatypes.
pub const XSD: &str = "http://www.w3.org/2001/XMLSchema#";
/// SKOS.
pub const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
/// Dublin Core terms.
pub const DCTERMS: &str = "http://purl.org/dc/terms/";
/// PROV-O.
pub const PROV: &str = "http://www.w3.org/ns/prov#";
/// EDTF datatype (ISO 8601-2).
pub const EDTF: &str = "http://id.loc.gov/datatypes/edtf/EDTF";

/// Prefixes that every query may use without declaring them and that every Turtle export declares, sorted by prefix.
pub const PREFIXES: &[(&str, &str)] = &[
    ("dcterms", DCTERMS),
    ("doc", DOC),
    ("edtf", "http://id.loc.gov/datatypes/edtf/"),
    ("id", ID),
    ("owl", OWL),
    ("prov", PROV),
    ("rdf", RDF),
    ("rdfs", RDFS),
    ("skos", SKOS),
    ("xsd", XSD),
    ("yp", YP),
    ("yps", YPS),
];
