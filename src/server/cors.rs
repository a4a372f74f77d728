//! Which web pages of other origins may read answers (an allow-list), and protection of writes against pages that may not.

use axum::http::{HeaderMap, HeaderValue, Method, header};

use super::problem::Problem;

/// The headers that a page may send.
const ALLOWED_HEADERS: &str = "accept, authorization, content-type, if-match, if-none-match, x-request-id";
/// The headers that a page may read.
const EXPOSED_HEADERS: &str = "etag, link, location, retry-after, x-request-id";
const METHODS: &str = "GET, HEAD, POST, QUERY, PUT, DELETE, OPTIONS";

/// The CORS headers for a request with these headers.
pub fn headers(origins: &[String], request: &HeaderMap) -> Vec<(header::HeaderName, HeaderValue)> {
    let Some(origin) = request.get(header::ORIGIN) else { return Vec::new() };
    let any = origins.iter().any(|allowed| allowed == "*");
    if !any && !origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()) {
        return Vec::new();
    }
    vec![
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, if any { HeaderValue::from_static("*") } else { origin.clone() }),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED_HEADERS)),
        (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS)),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ALLOWED_HEADERS)),
        (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400")),
    ]
}

/// Refuses writes that a page of a foreign origin sends: browsers send some of them without asking first.
pub fn same_site(origins: &[String], method: &Method, request: &HeaderMap) -> Result<(), Problem> {
    let Some(origin) = request.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()) else { return Ok(()) };
    let host = request.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
    let own = origin.split_once("://").is_some_and(|(_, authority)| authority == host);
    if own || method == Method::OPTIONS || origins.iter().any(|allowed| allowed == "*" || allowed == origin) {
        return Ok(());
    }
    Err(Problem::new(axum::http::StatusCode::FORBIDDEN, format!("pages of {origin} may not write here; allow them with --cors {origin}")))
}
