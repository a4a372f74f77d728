//! Entities and documents at the path of their own IRI: names, facts out and in, and the quotes that they rest on, as a page or as
//! RDF.

use std::io::Write;

use axum::http::{HeaderValue, StatusCode, header};

use super::answer::{self, Asked, Job};
use super::auth::Role;
use super::html::{self, escape};
use super::metrics::Operation;
use super::parameters::{decode, encode};
use super::problem::{Answer, Problem};
use super::protocol::visible;
use super::request::Inbound;
use super::stream::ChunkWriter;
use crate::graph::{
    Dataset, GRAPH_OFFERS, Limits, NamedNode, Names, Output, Prepared, QueryError, RdfFormat, Report, Rows, Snapshot, Style, Watch,
    contains_node,
};

/// What comes before the path in the IRIs of this graph.
pub const ROOT: &str = "https://w3id.org/yuanpu";
/// Rows of one table of a page.
const MOST: u64 = 200;

#[derive(Clone, Copy)]
enum Shape {
    Page,
    Graph(RdfFormat),
}

/// Answers a request for `/id/…` or `/doc/…`.
///
/// # Errors
/// 404 where the graph knows nothing of it.
pub async fn handle(inbound: &Inbound) -> Result<Answer, Problem> {
    if !inbound.is_read() {
        return Err(Problem::method("GET, HEAD, OPTIONS"));
    }
    inbound.demand(Role::Read)?;
    let iri = format!("{ROOT}{}", decode(&inbound.path, false)?);
    let node = NamedNode::new(&iri).map_err(|_| Problem::bad(format!("not an IRI: {iri}")))?;
    if !contains_node(&inbound.shared.snapshot(), &node)? {
        return Err(Problem::new(StatusCode::NOT_FOUND, format!("the graph knows nothing of {iri}")));
    }
    let mut offers = vec![("text/html", Shape::Page)];
    offers.extend(GRAPH_OFFERS.iter().map(|(media_type, format)| (*media_type, Shape::Graph(*format))));
    let (content_type, shape) = match inbound.parameters.one("format")? {
        Some(format) => {
            let wanted = format!("/{format}");
            offers.iter().find(|(media_type, _)| media_type.ends_with(&wanted)).copied().ok_or_else(|| Problem::unacceptable(&offers))?
        }
        None => inbound.accept(&offers)?,
    };
    let chinese = inbound.chinese();
    let dataset = Dataset { visible: visible(inbound), ..Dataset::default() };
    let asked = Asked::new(inbound, ["entity", &iri, if chinese { "zh" } else { "en" }, content_type], true);
    let job = Job {
        operation: Operation::Other,
        content_type,
        time: answer::time(inbound)?,
        page: None,
        shape: None,
        work: Box::new(move |snapshot, limits, watch, out| match shape {
            Shape::Graph(format) => describe(&node, &dataset)?.answer(snapshot, Output::SortedGraph(format), limits, watch, out),
            Shape::Page => write_page(&node, &dataset, chinese, snapshot, watch, out),
        }),
    };
    let mut response = answer::answer(inbound, asked, job).await?.response;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(html::POLICY));
    Ok(response)
}

/// Everything said of `node`: plain facts in both directions with names, and the statements with their evidence.
fn describe(node: &NamedNode, dataset: &Dataset) -> Result<Prepared, QueryError> {
    let text = format!(
        "CONSTRUCT {{ ?s ?p ?o . ?s skos:prefLabel ?ls . ?o skos:prefLabel ?lo . ?st ?sp ?so . ?ev ?ep ?eo }} WHERE {{
           {{ BIND({node} AS ?s) ?s ?p ?o OPTIONAL {{ ?o skos:prefLabel ?lo }} }}
           UNION {{ BIND({node} AS ?o) ?s ?p ?o OPTIONAL {{ ?s skos:prefLabel ?ls }} }}
           UNION {{ GRAPH ?g {{ ?st rdf:subject|rdf:object|yp:about {node} ; ?sp ?so }} }}
           UNION {{ GRAPH ?g {{ ?st rdf:subject|rdf:object|yp:about {node} ; yp:evidence ?ev . ?ev ?ep ?eo }} }}
           UNION {{ GRAPH {node} {{ ?s ?p ?o }} }}
         }}"
    );
    Ok(Prepared::parse(&text, None)?.with_dataset(dataset.clone()))
}

fn rows(text: &str, dataset: &Dataset, style: Style, snapshot: &Snapshot, watch: &Watch) -> Result<Rows, QueryError> {
    let limits = Limits { rows: Some(MOST), bytes: None, truncate: true };
    Prepared::parse(text, None)?.with_dataset(dataset.clone()).rows(snapshot, style, limits, watch)
}

fn write_page(
    node: &NamedNode,
    dataset: &Dataset,
    chinese: bool,
    snapshot: &Snapshot,
    watch: &Watch,
    out: &mut ChunkWriter,
) -> Result<Report, QueryError> {
    let style = Style { labels: true, chinese };
    let title = Names::new(snapshot, style).label(node.as_str()).unwrap_or_else(|| node.as_str().to_owned());
    let mut body = format!("<p class=note><code>{}</code></p>", escape(node.as_str()));
    let facts = rows(&format!("SELECT ?p ?o {{ {node} ?p ?o }} ORDER BY ?p ?o"), dataset, style, snapshot, watch)?;
    section(&mut body, if chinese { "事实" } else { "Facts" }, &["", ""], &facts);
    let incoming = rows(&format!("SELECT ?s ?p {{ ?s ?p {node} }} ORDER BY ?p ?s"), dataset, style, snapshot, watch)?;
    section(&mut body, if chinese { "谁提到它" } else { "What points here" }, &["", ""], &incoming);
    let evidence = rows(&evidence_query(node), dataset, style, snapshot, watch)?;
    let heads = if chinese {
        ["关系", "主体", "对象", "语气", "原文", "文献"]
    } else {
        ["relation", "subject", "object", "modality", "quote", "document"]
    };
    section(&mut body, if chinese { "依据" } else { "Evidence" }, &heads, &evidence);
    // A browser asks for pages, whatever it is told that a link leads to: the format stands in the address.
    let links: Vec<String> = [("Turtle", "text/turtle", "turtle"), ("JSON-LD", "application/ld+json", "ld+json")]
        .iter()
        .map(|(name, media_type, format)| format!("<a href=\"?format={}\" type=\"{media_type}\">{name}</a>", encode(format)))
        .collect();
    html::push(&mut body, format_args!("<p class=note>{}</p>", links.join(" · ")));
    let page = html::page(&title, chinese, &body);
    out.write_all(page.as_bytes()).map_err(QueryError::Output)?;
    Ok(Report { rows: facts.report.rows + incoming.report.rows + evidence.report.rows, ..Report::default() })
}

fn evidence_query(node: &NamedNode) -> String {
    format!(
        "SELECT DISTINCT ?p ?s ?o ?modality ?quote ?g WHERE {{ GRAPH ?g {{
           ?st rdf:subject|rdf:object {node} ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; yp:evidence/yp:quote ?quote .
           OPTIONAL {{ ?st yp:modality ?modality }} }} }} ORDER BY ?p ?s ?o ?g ?quote"
    )
}

fn section(body: &mut String, title: &str, heads: &[&str], rows: &Rows) {
    if rows.cells.is_empty() {
        return;
    }
    let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    html::push(body, format_args!("<h2>{}</h2>{}", escape(title), html::table(&heads, &rows.cells)));
    if rows.report.truncated {
        html::push(body, format_args!("<p class=note>… {MOST}+</p>"));
    }
}
