//! Errors as `application/problem+json` (RFC 9457), with the position and a hint where a query is at fault.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Map, Value, json};

use super::limits::Turned;
use crate::graph::{BindError, EditError, QueryError, StoreError, SyntaxError};
use crate::model::Language;

/// An error on its way to the client.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    title: String,
    detail: String,
    members: Map<String, Value>,
    headers: Vec<(header::HeaderName, HeaderValue)>,
}

/// Any response.
pub type Answer = Response<Body>;

impl Problem {
    /// A problem of this status; `detail` says what, where and what next.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("error").to_owned();
        Self { status, title, detail: detail.into(), members: Map::new(), headers: Vec::new() }
    }

    /// 400.
    pub fn bad(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 405 with the methods that are allowed.
    pub fn method(allowed: &'static str) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, format!("this resource takes {allowed}"))
            .header(header::ALLOW, HeaderValue::from_static(allowed))
    }

    /// 406 with the media types on offer.
    pub fn unacceptable<T>(offers: &[(&'static str, T)]) -> Self {
        let types: Vec<&str> = offers.iter().map(|(media_type, _)| *media_type).collect();
        Self::new(StatusCode::NOT_ACCEPTABLE, format!("on offer: {}", types.join(", "))).member("available", json!(types))
    }

    /// 403 for writes to a read-only server.
    pub fn read_only() -> Self {
        Self::new(StatusCode::FORBIDDEN, "this server is read-only; start it with --writable to allow writes")
    }

    /// 503 for a server that is full.
    pub fn busy() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "all evaluators are busy and the queue is full; try again shortly")
            .header(header::RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// Adds a member to the JSON.
    pub fn member(mut self, name: &str, value: Value) -> Self {
        self.members.insert(name.to_owned(), value);
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The response.
    pub fn into_response(self) -> Answer {
        let mut body = json!({ "type": "about:blank", "title": self.title, "status": self.status.as_u16(), "detail": self.detail });
        if let Value::Object(object) = &mut body {
            object.extend(self.members);
        }
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(self.headers);
        response
    }
}

impl From<SyntaxError> for Problem {
    fn from(error: SyntaxError) -> Self {
        let SyntaxError { message, line, column, hint, excerpt } = &error;
        Self::bad(error.to_string())
            .member("message", json!(message))
            .member("line", json!(line))
            .member("column", json!(column))
            .member("excerpt", json!(excerpt))
            .member("hint", json!(hint))
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        let status = match error {
            QueryError::Syntax(error) => return error.into(),
            QueryError::Refused(_) => StatusCode::BAD_REQUEST,
            QueryError::Format(_) => StatusCode::NOT_ACCEPTABLE,
            QueryError::Time => StatusCode::GATEWAY_TIMEOUT,
            QueryError::Remote(_) => StatusCode::BAD_GATEWAY,
            QueryError::Rows(_) | QueryError::Bytes(_) => StatusCode::PAYLOAD_TOO_LARGE,
            QueryError::Cancelled => StatusCode::SERVICE_UNAVAILABLE,
            QueryError::Evaluation(_) | QueryError::Output(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, error.to_string())
    }
}

impl From<EditError> for Problem {
    fn from(error: EditError) -> Self {
        match error {
            EditError::Query(error) => error.into(),
            EditError::GraphExists(_) => Self::new(StatusCode::CONFLICT, error.to_string()),
            EditError::NoGraph(_) => Self::new(StatusCode::NOT_FOUND, error.to_string()),
            EditError::DatasetConflict => Self::bad(error.to_string()),
            EditError::Rdf { line, column, .. } => Self::bad(error.to_string()).member("line", json!(line)).member("column", json!(column)),
            EditError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let told = error.diagnostic(Language::En);
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, told.message).member("code", json!(told.code)).member("hint", json!(told.help))
    }
}

impl From<BindError> for Problem {
    fn from(error: BindError) -> Self {
        Self::bad(error.to_string())
    }
}

impl From<Turned> for Problem {
    fn from(turned: Turned) -> Self {
        match turned {
            Turned::Full => Self::busy(),
            Turned::Late => Self::new(StatusCode::SERVICE_UNAVAILABLE, "no evaluator became free within the time limit; try again later")
                .header(header::RETRY_AFTER, HeaderValue::from_static("5")),
        }
    }
}
