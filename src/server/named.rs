//! Named queries as endpoints: `/api/queries` lists them, `/api/queries/{name}` answers one, with typed parameters, pages of rows,
//! and HTML, JSON, CSV and the other formats.

use std::io::Write;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::answer::{self, Asked, Job, respond};
use super::auth::Role;
use super::html::{self, escape};
use super::metrics::Operation;
use super::parameters::encode;
use super::problem::{Answer, Problem};
use super::protocol::visible;
use super::request::Inbound;
use super::stream::ChunkWriter;
use crate::graph::{
    Dataset, GRAPH_OFFERS, Limits, NamedQuery, Output, Prepared, QueryError, QueryResultsFormat, RESULT_OFFERS, RdfFormat, Report,
    Snapshot, Style, Watch,
};

/// Rows of the largest page.
const LARGEST_PAGE: usize = 10_000;
/// Parameters of the endpoint itself; a query cannot have parameters of these names.
const OWN: [&str; 5] = ["page", "per_page", "lang", "timeout", "format"];

#[derive(Clone, Copy)]
enum Shape {
    Page,
    Results(QueryResultsFormat),
    Graph(RdfFormat),
}

/// The list of all named queries, as JSON or as a page.
///
/// # Errors
/// 405, 406.
pub fn list(inbound: &Inbound) -> Result<Answer, Problem> {
    readable(inbound)?;
    let (media_type, _) = inbound.accept(&[("application/json", ()), ("text/html", ())])?;
    let chinese = inbound.chinese();
    let queries = &inbound.shared.config.queries;
    if media_type == "text/html" {
        return Ok(page_response(html::page(if chinese { "问题" } else { "Questions" }, chinese, &links(inbound, chinese))));
    }
    let entries: Vec<Value> = queries.iter().map(entry).collect();
    Ok(respond(Body::from(json!({ "queries": entries }).to_string()), media_type, None))
}

/// The named queries as a list of links.
pub fn links(inbound: &Inbound, chinese: bool) -> String {
    let mut out = String::from("<ul>");
    for query in inbound.shared.config.queries.iter() {
        let question = if chinese { &query.zh } else { &query.en };
        html::push(&mut out, format_args!("<li><a href=\"/api/queries/{}\">{}</a></li>\n", encode(&query.name), escape(question)));
    }
    out.push_str("</ul>");
    out
}

fn entry(query: &NamedQuery) -> Value {
    let parameters: Vec<Value> = query
        .parameters
        .iter()
        .map(|p| json!({ "name": p.name, "type": p.kind.word(), "default": p.default, "required": p.default.is_none(), "text": p.text }))
        .collect();
    let columns: Vec<Value> = query.columns.iter().map(|column| json!({ "name": column.name, "text": column.text })).collect();
    json!({
        "name": query.name, "zh": query.zh, "en": query.en, "tags": query.tags, "page": query.page,
        "parameters": parameters, "columns": columns, "href": format!("/api/queries/{}", encode(&query.name)),
    })
}

fn readable(inbound: &Inbound) -> Result<(), Problem> {
    if !inbound.is_read() {
        return Err(Problem::method("GET, HEAD, OPTIONS"));
    }
    inbound.demand(Role::Read)
}

/// Answers the query `name`.
///
/// # Errors
/// 404 for another name, 400 for values that do not fit, and those of any query.
pub async fn answer(inbound: &Inbound, name: &str) -> Result<Answer, Problem> {
    readable(inbound)?;
    let query = inbound.shared.config.queries.get(name).ok_or_else(|| {
        let known: Vec<&str> = inbound.shared.config.queries.iter().map(|query| query.name.as_str()).collect();
        Problem::new(StatusCode::NOT_FOUND, format!("no query is named {name}")).member("known", json!(known))
    })?;
    let values: Vec<(String, String)> =
        inbound.parameters.pairs().iter().filter(|(name, _)| !OWN.contains(&name.as_str())).cloned().collect();
    let page = Page::of(inbound, query)?;
    let dataset = Dataset { visible: visible(inbound), ..Dataset::default() };
    let prepared = Prepared::from_algebra(query.bind(&values)?).with_dataset(dataset);
    // One row more than the page shows whether there is a next page.
    let prepared = if query.is_select() { prepared.page(page.start(), page.size + 1) } else { prepared };
    let (content_type, shape) = shape(inbound, query)?;
    let chinese = inbound.chinese();
    let html = matches!(shape, Shape::Page).then(|| Html { query: query.clone(), values: values.clone(), chinese, page: page.clone() });
    let language = html.as_ref().map_or("", |_| if chinese { "zh" } else { "en" });
    let asked = Asked::new(inbound, ["named", name, &prepared.canonical(), content_type, language], true);
    let job = Job {
        operation: Operation::Named,
        content_type,
        time: answer::time(inbound)?,
        page: query.is_select().then_some(page.size as u64),
        shape: None,
        work: Box::new(move |snapshot, limits, watch, out| match (shape, &html) {
            (Shape::Results(format), _) => prepared.answer(snapshot, Output::Results(format), limits, watch, out),
            (Shape::Graph(format), _) => prepared.answer(snapshot, Output::SortedGraph(format), limits, watch, out),
            (Shape::Page, Some(html)) => html.write(&prepared, snapshot, limits, watch, out),
            (Shape::Page, None) => Err(QueryError::Format("HTML")),
        }),
    };
    let given = answer::answer(inbound, asked, job).await?;
    let mut response = given.response;
    if query.is_select() {
        add_links(&mut response, inbound, name, &page, given.more.unwrap_or(true));
    }
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(html::POLICY));
    Ok(response)
}

fn shape(inbound: &Inbound, query: &NamedQuery) -> Result<(&'static str, Shape), Problem> {
    if query.is_graph() {
        let (media_type, format) = inbound.accept(GRAPH_OFFERS)?;
        return Ok((media_type, Shape::Graph(format)));
    }
    let results = RESULT_OFFERS.iter().map(|(media_type, format)| (*media_type, Shape::Results(*format)));
    let mut offers: Vec<(&'static str, Shape)> = results.collect();
    if query.is_select() {
        offers.insert(2, ("text/html", Shape::Page));
    }
    if let Some(format) = inbound.parameters.one("format")? {
        let found = offers.iter().find(|(media_type, _)| media_type.ends_with(&format!("/{format}"))).copied();
        return found.ok_or_else(|| Problem::unacceptable(&offers));
    }
    inbound.accept(&offers)
}

/// Which page of the rows.
#[derive(Clone)]
struct Page {
    /// From 1.
    number: usize,
    size: usize,
}

impl Page {
    fn of(inbound: &Inbound, query: &NamedQuery) -> Result<Self, Problem> {
        let number = |name: &str, default: usize| match inbound.parameters.one(name)? {
            None => Ok(default),
            Some(text) => {
                text.parse::<usize>().ok().filter(|n| *n > 0).ok_or_else(|| Problem::bad(format!("{name} is a number from 1, not {text}")))
            }
        };
        Ok(Self { number: number("page", 1)?, size: number("per_page", query.page)?.min(LARGEST_PAGE) })
    }

    fn start(&self) -> usize {
        (self.number - 1).saturating_mul(self.size)
    }
}

/// `Link` headers to the pages around this one.
fn add_links(response: &mut Answer, inbound: &Inbound, name: &str, page: &Page, more: bool) {
    let link = |number: usize, relation: &str| format!("<{}>; rel=\"{relation}\"", address(name, inbound.parameters.pairs(), number));
    let mut links = vec![link(1, "first")];
    if page.number > 1 {
        links.push(link(page.number - 1, "prev"));
    }
    if more {
        links.push(link(page.number + 1, "next"));
    }
    if let Ok(value) = HeaderValue::from_str(&links.join(", ")) {
        response.headers_mut().insert(header::LINK, value);
    }
}

fn address(name: &str, pairs: &[(String, String)], page: usize) -> String {
    let kept = pairs.iter().filter(|(name, _)| name != "page").map(|(name, value)| format!("{}={}&", encode(name), encode(value)));
    format!("/api/queries/{}?{}page={page}", encode(name), kept.collect::<String>())
}

/// A page with a form for the parameters and the rows as a table.
struct Html {
    query: NamedQuery,
    values: Vec<(String, String)>,
    chinese: bool,
    page: Page,
}

impl Html {
    fn write(
        &self,
        prepared: &Prepared,
        snapshot: &Snapshot,
        limits: Limits,
        watch: &Watch,
        out: &mut ChunkWriter,
    ) -> Result<Report, QueryError> {
        let rows = prepared.rows(snapshot, Style { labels: true, chinese: self.chinese }, limits, watch)?;
        let heads: Vec<String> = rows.heads.iter().map(|head| self.head(head)).collect();
        let mut body = self.form();
        body.push_str(&html::table(&heads, &rows.cells));
        if rows.report.truncated {
            let next = address(&self.query.name, &self.values, self.page.number + 1);
            html::push(
                &mut body,
                format_args!("<p><a rel=next href=\"{}\">{}</a></p>", escape(&next), if self.chinese { "下一页" } else { "Next page" }),
            );
        }
        html::push(&mut body, format_args!("<details><summary>SPARQL</summary><pre>{}</pre></details>", escape(&self.query.text)));
        let title = if self.chinese { &self.query.zh } else { &self.query.en };
        out.write_all(html::page(title, self.chinese, &body).as_bytes()).map_err(QueryError::Output)?;
        Ok(rows.report)
    }

    fn head(&self, name: &str) -> String {
        let text = self.query.columns.iter().find(|column| column.name == name).map_or("", |column| column.text.as_str());
        let (zh, en) = text.split_once(" / ").unwrap_or((text, text));
        let shown = if self.chinese { zh } else { en };
        if shown.is_empty() { name.to_owned() } else { shown.to_owned() }
    }

    fn form(&self) -> String {
        if self.query.parameters.is_empty() {
            return String::new();
        }
        let mut out = String::from("<form>");
        for parameter in &self.query.parameters {
            let given = self.values.iter().rev().find(|(name, _)| *name == parameter.name).map(|(_, value)| value.as_str());
            let value = given.or(parameter.default.as_deref()).unwrap_or("");
            html::push(
                &mut out,
                format_args!(
                    "<label>{} <input name=\"{}\" value=\"{}\"></label> ",
                    escape(if parameter.text.is_empty() { &parameter.name } else { &parameter.text }),
                    escape(&parameter.name),
                    escape(value)
                ),
            );
        }
        out.push_str("<button>OK</button></form>");
        out
    }
}

/// A response that holds a page.
pub fn page_response(page: String) -> Answer {
    let mut response = respond(Body::from(page), "text/html", None);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(html::POLICY));
    response
}
