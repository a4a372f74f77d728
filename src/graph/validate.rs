//! Whether a graph keeps its promises: every quote is in its text, nothing points to nothing, and the core of the shapes holds.
//!
//! The shapes of `ontology/shapes.ttl` are SHACL for anyone's validator; what every release of ours must hold is asked here in
//! SPARQL, so that no validator need be installed.

use oxigraph::model::{GraphName, NamedOrBlankNode, Term};
use oxigraph::sparql::{QueryResults, SparqlEvaluator};
use serde::Serialize;

use super::statement::offsets;
use super::{Snapshot, StoreError, terms};
use crate::model::vocabulary::PREFIXES;

/// One breach of a promise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// Which promise, such as `quote` or `one-label`.
    pub check: &'static str,
    /// IRI of the node that breaks it.
    pub node: String,
    /// What is wrong, in English.
    pub reason: String,
}

/// What was looked at, and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Validation {
    /// Number of quotes compared with their texts.
    pub quotes: usize,
    /// Number of checks of the graph itself.
    pub checks: usize,
    /// Sorted by check and node.
    pub findings: Vec<Finding>,
}

/// A check in SPARQL: its name, what a hit means, and the pattern that binds `?node`.
struct Check(&'static str, &'static str, &'static str);

const CHECKS: &[Check] = &[
    Check(
        "no-label",
        "an entity has no Chinese canonical name",
        "?node a ?class . FILTER(STRSTARTS(STR(?node), STR(id:)) || STRSTARTS(STR(?node), STR(doc:)))
         FILTER NOT EXISTS { ?node skos:prefLabel ?label FILTER(LANG(?label) = 'zh') }",
    ),
    Check(
        "one-label",
        "an entity has two canonical names in one language",
        "?node skos:prefLabel ?one , ?other . FILTER(STR(?one) < STR(?other) && LANG(?one) = LANG(?other))",
    ),
    Check("short-name", "the short name repeats the canonical name", "?node yp:shortName ?name ; skos:prefLabel ?name ."),
    Check("short-name", "the short name has one character only", "?node yp:shortName ?name . FILTER(STRLEN(?name) < 2)"),
    Check(
        "dangling",
        "a fact leads to an entity that the graph knows nothing of",
        "?subject ?property ?node . FILTER(ISIRI(?node) && STRSTARTS(STR(?node), STR(id:))) FILTER NOT EXISTS { ?node a ?class }",
    ),
    Check(
        "unsupported",
        "a statement is asserted, and its triple is not in the default graph",
        "GRAPH ?document { ?node yp:modality yps:Asserted ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o } FILTER NOT EXISTS { ?s ?p ?o }",
    ),
    Check(
        "statement",
        "a statement lacks subject, relation, object, mode or evidence",
        "GRAPH ?document { ?node a yp:Statement FILTER NOT EXISTS { ?node rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; yp:modality ?m ; yp:evidence ?e } }",
    ),
    Check(
        "statement-ends",
        "the subject or object of a statement is not described in its document's graph",
        "GRAPH ?document { ?node a yp:Statement ; rdf:subject|rdf:object ?end . FILTER(STRSTARTS(STR(?end), STR(id:))) FILTER NOT EXISTS { ?end a ?class } }",
    ),
    Check(
        "domain",
        "the subject of a statement is outside the domain of its relation",
        "GRAPH ?document { ?node rdf:subject ?s ; rdf:predicate ?p . ?s a ?class } GRAPH <https://w3id.org/yuanpu/ns> { ?p rdfs:domain ?domain }
         FILTER NOT EXISTS { GRAPH ?document { ?s a ?any } GRAPH <https://w3id.org/yuanpu/ns> { ?any rdfs:subClassOf* ?domain } }",
    ),
    Check(
        "range",
        "the object of a statement is outside the range of its relation",
        "GRAPH ?document { ?node rdf:object ?o ; rdf:predicate ?p . ?o a ?class } GRAPH <https://w3id.org/yuanpu/ns> { ?p rdfs:range ?range }
         FILTER NOT EXISTS { GRAPH ?document { ?o a ?any } GRAPH <https://w3id.org/yuanpu/ns> { ?any rdfs:subClassOf* ?range } }",
    ),
    Check(
        "figure",
        "a figure lacks indicator, subject, value, unit or evidence",
        "GRAPH ?document { ?node a yp:Observation FILTER NOT EXISTS { ?node yp:indicator ?i ; yp:about ?a ; yp:value ?v ; yp:unit ?u ; yp:evidence ?e } }",
    ),
    Check(
        "comparison",
        "a figure is compared and has no direction",
        "GRAPH ?document { ?node yp:comparison ?c FILTER NOT EXISTS { ?node yp:direction ?d } }",
    ),
    Check(
        "joint-region",
        "a joint region has fewer than two members",
        "?node a yp:CompositeRegion FILTER NOT EXISTS { ?node yp:comprises ?a , ?b FILTER(STR(?a) < STR(?b)) }",
    ),
    Check("initiative-kind", "an initiative has not exactly one kind", "?node a yp:Initiative FILTER NOT EXISTS { ?node yp:kind ?k }"),
    Check("initiative-kind", "an initiative has not exactly one kind", "?node a yp:Initiative ; yp:kind ?a , ?b FILTER(STR(?a) < STR(?b))"),
    Check("document-kind", "a document has no kind", "?node a yp:Document FILTER NOT EXISTS { ?node yp:kind ?k }"),
    Check(
        "period",
        "a time is not in EDTF",
        "{ ?node yp:period ?t } UNION { GRAPH ?document { ?node yp:period ?t } }
         FILTER(!REGEX(STR(?t), '^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?[?~%]?|\\\\.\\\\.)(/([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?[?~%]?|\\\\.\\\\.))?$'))",
    ),
];

/// Runs all checks.
///
/// # Errors
/// The store's; a damaged pack of texts. What is wrong with the graph is no error but a finding.
pub fn validate(snapshot: &Snapshot) -> Result<Validation, StoreError> {
    let mut out = Validation { checks: CHECKS.len(), ..Validation::default() };
    quotes(snapshot, &mut out)?;
    for check in CHECKS {
        ask(snapshot, check, &mut out)?;
    }
    out.findings.sort();
    out.findings.dedup();
    Ok(out)
}

fn ask(snapshot: &Snapshot, Check(name, reason, pattern): &Check, out: &mut Validation) -> Result<(), StoreError> {
    let failed = |error: &dyn std::fmt::Display| StoreError::Store(format!("check {name}: {error}"));
    let mut query: String = PREFIXES.iter().map(|(prefix, iri)| format!("PREFIX {prefix}: <{iri}> ")).collect();
    query.push_str(&format!("SELECT DISTINCT ?node WHERE {{ {pattern} }}"));
    let prepared = SparqlEvaluator::new().parse_query(&query).map_err(|e| failed(&e))?;
    let QueryResults::Solutions(solutions) = prepared.on_store(snapshot.store()).execute().map_err(|e| failed(&e))? else {
        return Ok(());
    };
    for solution in solutions {
        let solution = solution.map_err(|e| failed(&e))?;
        if let Some(node) = solution.get("node") {
            let node = if let Term::NamedNode(node) = node { node.as_str().to_owned() } else { node.to_string() };
            out.findings.push(Finding { check: name, node, reason: (*reason).to_owned() });
        }
    }
    Ok(())
}

/// Compares every quote with its document's text, where the texts are at hand.
fn quotes(snapshot: &Snapshot, out: &mut Validation) -> Result<(), StoreError> {
    let quote = terms::yp("quote");
    for entry in snapshot.manifest().map_or(&[][..], |m| &m.documents).iter().filter(|e| e.owner) {
        let Some(text) = snapshot.text(&entry.iri)? else { continue };
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let graph = terms::node(&entry.iri);
        let graph = GraphName::NamedNode(graph);
        for quad in snapshot.store().quads_for_pattern(None, Some(quote.as_ref()), None, Some(graph.as_ref())) {
            let quad = quad?;
            let (NamedOrBlankNode::NamedNode(passage), Term::Literal(said)) = (&quad.subject, &quad.object) else { continue };
            out.quotes += 1;
            let slice = offsets(passage.as_str()).and_then(|(start, end)| text.get(*starts.get(start)?..*starts.get(end)?));
            if slice != Some(said.value()) || !passage.as_str().starts_with(&entry.iri) {
                let reason = format!("the quote is not what stands at its place in {}", entry.path);
                out.findings.push(Finding { check: "quote", node: passage.as_str().to_owned(), reason });
            }
        }
    }
    Ok(())
}
