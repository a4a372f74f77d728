//! From a path to what answers it, and what every answer carries: a request id, CORS headers, a line in the log, a measurement.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};

use super::metrics::Operation;
use super::problem::{Answer, Problem};
use super::protocol::Takes;
use super::request::Inbound;
use super::state::Shared;
use super::{admin, cors, describe, entity, graph_store, html, named, openapi, parameters, protocol};
use crate::server::answer::respond;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Answers any request.
pub async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Answer {
    let started = Instant::now();
    let id = request_id(&shared, &request);
    let method = request.method().clone();
    let operation = operation(request.uri().path(), &method);
    let cors = cors::headers(&shared.config.origins, request.headers());
    let mut response = match dispatch(shared.clone(), request, id.clone()).await {
        Ok(response) => response,
        Err(problem) => problem.member("request", serde_json::json!(id)).into_response(),
    };
    let headers = response.headers_mut();
    headers.extend(cors);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    let status = response.status().as_u16();
    let time = started.elapsed();
    shared.metrics.request(operation, status, time);
    tracing::info!(request = id, operation = ?operation, method = %method, status, milliseconds = time.as_secs_f64() * 1000.0, "request");
    response
}

/// The client's id where it is short and plain, else a new one.
fn request_id(shared: &Shared, request: &Request) -> String {
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let plain = given.filter(|id| !id.is_empty() && id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)));
    plain.map_or_else(|| format!("{}-{:x}", shared.epoch, shared.next_id()), str::to_owned)
}

fn operation(path: &str, method: &Method) -> Operation {
    match path.trim_matches('/').split('/').next().unwrap_or("") {
        "sparql" | "query" if *method == Method::POST || path.starts_with("/query") => Operation::Query,
        "sparql" => Operation::Query,
        "update" => Operation::Update,
        "store" => Operation::Graph,
        "api" => Operation::Named,
        _ => Operation::Other,
    }
}

async fn dispatch(shared: Arc<Shared>, request: Request, id: String) -> Result<Answer, Problem> {
    let mut inbound = Inbound::new(shared, request, id)?;
    if inbound.method == Method::OPTIONS {
        return Ok(options());
    }
    let path = inbound.path.clone();
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match segments[..] {
        ["sparql"] | ["sparql", ""] => protocol::handle(&mut inbound, Takes::Both).await,
        ["query"] | ["query", ""] => protocol::handle(&mut inbound, Takes::Queries).await,
        ["update"] | ["update", ""] => protocol::handle(&mut inbound, Takes::Updates).await,
        ["store", ..] => Box::pin(graph_store::handle(&mut inbound)).await,
        ["id" | "doc", _, ..] => Box::pin(entity::handle(&inbound)).await,
        ["api", "queries"] | ["api", "queries", ""] => named::list(&inbound),
        ["api", "queries", name] => Box::pin(named::answer(&inbound, &parameters::decode(name, false)?)).await,
        ["api", "openapi.json"] => {
            let text = openapi::document(&inbound.shared.config.queries).to_string();
            Ok(respond(Body::from(text), "application/json", None))
        }
        [".well-known", "void"] => Box::pin(describe::void(&inbound)).await,
        ["healthz"] => admin::health(&inbound),
        ["readyz"] => admin::ready(&inbound),
        ["metrics"] => admin::metrics(&inbound),
        ["admin", "queries"] => admin::queries(&inbound, None),
        ["admin", "queries", id] => admin::queries(&inbound, Some(id)),
        [""] => start(&inbound),
        _ => Err(Problem::new(StatusCode::NOT_FOUND, format!("nothing is at {path}; see / for what there is"))),
    }
}

fn options() -> Answer {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST, QUERY, PUT, DELETE, OPTIONS"));
    response
}

/// The start page: what there is, the named questions, and a form for SPARQL.
fn start(inbound: &Inbound) -> Result<Answer, Problem> {
    if !inbound.is_read() {
        return Err(Problem::method("GET, HEAD, OPTIONS"));
    }
    let chinese = inbound.chinese();
    let pick = |zh: &'static str, en: &'static str| if chinese { zh } else { en };
    let snapshot = inbound.shared.snapshot();
    let body = format!(
        "<p>{} {} · {}</p><h2>{}</h2>{}<h2>SPARQL</h2>\
         <form action=\"/sparql\" method=\"get\"><textarea name=\"query\" rows=\"8\">SELECT ?thing ?name WHERE {{\n  ?thing a yp:Cluster ; skos:prefLabel ?name .\n}}\nLIMIT 20</textarea>\
         <button>{}</button></form><p class=note><a href=\"/.well-known/void\">VoID</a> · <a href=\"/sparql\">{}</a> · <a href=\"/api/openapi.json\">OpenAPI</a></p>",
        pick("第", "generation"),
        snapshot.generation(),
        if inbound.shared.config.writable { pick("可写", "writable") } else { pick("只读", "read-only") },
        pick("问题", "Questions"),
        named::links(inbound, chinese),
        pick("运行", "Run"),
        pick("服务说明", "service description"),
    );
    Ok(named::page_response(html::page(pick("区域产业知识图谱", "Regional industry, as a graph"), chinese, &body)))
}
