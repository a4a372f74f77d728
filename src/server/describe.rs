//! What the service and its data are, as RDF: the SPARQL service description and VoID with real counts.

use std::fmt::Write as _;

use super::answer::{self, Asked, Job};
use super::auth::Role;
use super::metrics::Operation;
use super::problem::{Answer, Problem};
use super::protocol::{Takes, visible};
use super::request::Inbound;
use crate::graph::{
    GRAPH_OFFERS, Limits, Profile, QueryError, QueryResultsFormat, RESULT_OFFERS, RdfFormat, Snapshot, Watch, write_turtle_as,
};

const PREFIXES: &str = "@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .\n@prefix void: <http://rdfs.org/ns/void#> .\n\
@prefix formats: <http://www.w3.org/ns/formats/> .\n@prefix dcterms: <http://purl.org/dc/terms/> .\n@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n";

/// The description of the endpoint.
pub async fn service(inbound: &Inbound, takes: Takes) -> Result<Answer, Problem> {
    let writable = inbound.shared.config.writable && takes != Takes::Queries;
    let address = inbound.address();
    give(inbound, "service", move |snapshot, watch| Ok(service_turtle(&address, writable, &Profile::of(snapshot, watch)?))).await
}

/// VoID.
pub async fn void(inbound: &Inbound) -> Result<Answer, Problem> {
    if !inbound.is_read() {
        return Err(Problem::method("GET, HEAD, OPTIONS"));
    }
    let origin = inbound.origin();
    give(inbound, "void", move |snapshot, watch| Ok(void_turtle(&origin, &Profile::of(snapshot, watch)?))).await
}

async fn give(
    inbound: &Inbound,
    name: &str,
    turtle: impl Fn(&Snapshot, &Watch) -> Result<String, QueryError> + Send + 'static,
) -> Result<Answer, Problem> {
    inbound.demand(Role::Read)?;
    if visible(inbound).is_some() {
        return Err(Problem::new(axum::http::StatusCode::FORBIDDEN, "the description counts graphs that this token may not see"));
    }
    let (content_type, format): (&'static str, RdfFormat) = inbound.accept(GRAPH_OFFERS)?;
    let asked = Asked::new(inbound, [name, &inbound.address(), content_type], true);
    let job = Job {
        operation: Operation::Other,
        content_type,
        time: answer::time(inbound)?,
        page: None,
        shape: None,
        work: Box::new(move |snapshot, _: Limits, watch, out| write_turtle_as(&turtle(snapshot, watch)?, format, out)),
    };
    Ok(answer::answer(inbound, asked, job).await?.response)
}

fn service_turtle(address: &str, writable: bool, profile: &Profile) -> String {
    let mut out = String::from(PREFIXES);
    let languages = if writable { "sd:SPARQL11Query , sd:SPARQL11Update" } else { "sd:SPARQL11Query" };
    let results = RESULT_OFFERS.iter().filter_map(|(_, format)| match format {
        QueryResultsFormat::Json => Some("formats:SPARQL_Results_JSON"),
        QueryResultsFormat::Xml => Some("formats:SPARQL_Results_XML"),
        QueryResultsFormat::Csv => Some("formats:SPARQL_Results_CSV"),
        QueryResultsFormat::Tsv => Some("formats:SPARQL_Results_TSV"),
        _ => None,
    });
    let graphs = GRAPH_OFFERS.iter().map(|(_, format)| format.iri());
    let mut formats: Vec<String> = results.map(str::to_owned).chain(graphs.map(|iri| format!("<{iri}>"))).collect();
    formats.sort();
    formats.dedup();
    add(&mut out, format_args!("<{address}> a sd:Service ; sd:endpoint <{address}> ; sd:supportedLanguage {languages} ;\n"));
    add(&mut out, format_args!("  sd:resultFormat {} ;\n", formats.join(" , ")));
    add(&mut out, format_args!("  sd:defaultDataset [ a sd:Dataset ; sd:defaultGraph [ a sd:Graph ; void:triples {} ]", profile.triples));
    for (graph, triples) in &profile.graphs {
        add(
            &mut out,
            format_args!(
                " ;\n    sd:namedGraph [ a sd:NamedGraph ; sd:name <{graph}> ; sd:graph [ a sd:Graph ; void:triples {triples} ] ]"
            ),
        );
    }
    out.push_str(" ] .\n");
    out
}

fn void_turtle(origin: &str, profile: &Profile) -> String {
    let mut out = String::from(PREFIXES);
    add(
        &mut out,
        format_args!(
            "<{origin}/.well-known/void> a void:DatasetDescription ; <http://xmlns.com/foaf/0.1/primaryTopic> <{origin}/.well-known/void#data> .\n"
        ),
    );
    add(&mut out, format_args!("<{origin}/.well-known/void#data> a void:Dataset ; dcterms:title \"园谱 yuanpu\"@zh ;\n"));
    add(&mut out, format_args!("  void:sparqlEndpoint <{origin}/sparql> ; void:uriSpace \"https://w3id.org/yuanpu/id/\" ;\n"));
    add(
        &mut out,
        format_args!(
            "  void:triples {} ; void:distinctSubjects {} ; void:classes {} ; void:properties {} ; void:documents {}",
            profile.triples,
            profile.subjects,
            profile.classes.len(),
            profile.properties.len(),
            profile.graphs.len()
        ),
    );
    for (class, entities) in &profile.classes {
        add(&mut out, format_args!(" ;\n  void:classPartition [ void:class <{class}> ; void:entities {entities} ]"));
    }
    for (property, triples) in &profile.properties {
        add(&mut out, format_args!(" ;\n  void:propertyPartition [ void:property <{property}> ; void:triples {triples} ]"));
    }
    out.push_str(" .\n");
    out
}

fn add(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}
