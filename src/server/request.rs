//! A request as the handlers see it: decoded path and parameters, what its sender may do, and its body, read with a limit.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::timeout;

use super::auth::{Grant, Role, demand};
use super::parameters::Parameters;
use super::problem::Problem;
use super::state::Shared;
use crate::graph::{essence, negotiate};

/// A request.
pub struct Inbound {
    /// What all requests share.
    pub shared: Arc<Shared>,
    /// Its method.
    pub method: Method,
    /// Its path as sent.
    pub path: String,
    /// The parameters of its URL.
    pub parameters: Parameters,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its name in logs.
    pub id: String,
    /// What its sender may do.
    pub grant: Option<Grant>,
    /// A body may be read by one only; the lock lets requests be looked at from anywhere.
    body: Mutex<Body>,
}

impl Inbound {
    /// Takes a request apart.
    ///
    /// # Errors
    /// 400 for parameters that are not UTF-8, 401 for an unknown token.
    pub fn new(shared: Arc<Shared>, request: axum::extract::Request, id: String) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let parameters = Parameters::parse(parts.uri.query().unwrap_or(""))?;
        let grant = shared.config.tokens.grant(&parts.headers, shared.is_local())?;
        Ok(Self {
            shared,
            method: parts.method,
            path: parts.uri.path().to_owned(),
            parameters,
            headers: parts.headers,
            id,
            grant,
            body: Mutex::new(body),
        })
    }

    /// True for GET and HEAD.
    pub fn is_read(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }

    /// Asks for a role.
    ///
    /// # Errors
    /// 401.
    pub fn demand(&self, role: Role) -> Result<(), Problem> {
        demand(self.grant.as_ref(), role)
    }

    /// The text of a header.
    pub fn header(&self, name: &header::HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The media type of the body, lower case, without parameters; empty where none is given.
    pub fn content_type(&self) -> String {
        essence(self.header(&header::CONTENT_TYPE).unwrap_or(""))
    }

    /// The best of `offers` for its `Accept`.
    ///
    /// # Errors
    /// 406.
    pub fn accept<T: Copy>(&self, offers: &[(&'static str, T)]) -> Result<(&'static str, T), Problem> {
        negotiate(self.header(&header::ACCEPT), offers).ok_or_else(|| Problem::unacceptable(offers))
    }

    /// Whether its sender reads Chinese first.
    pub fn chinese(&self) -> bool {
        match self.parameters.all("lang").first() {
            Some(lang) => *lang != "en",
            None => !self
                .header(&header::ACCEPT_LANGUAGE)
                .is_some_and(|languages| languages.trim_start().to_ascii_lowercase().starts_with("en")),
        }
    }

    /// `http://host`, as the client addressed the server.
    pub fn origin(&self) -> String {
        format!("http://{}", self.header(&header::HOST).unwrap_or("localhost"))
    }

    /// The absolute address of the request, without parameters.
    pub fn address(&self) -> String {
        format!("{}{}", self.origin(), self.path)
    }

    /// Reads the body, at most `limit` bytes.
    ///
    /// # Errors
    /// 413, or 400 where the body breaks off.
    pub async fn body(&mut self, limit: usize) -> Result<Bytes, Problem> {
        let mut body = std::mem::take(self.body.get_mut().unwrap_or_else(PoisonError::into_inner));
        let too_large = || Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is larger than {limit} bytes"));
        if self.header(&header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok()).is_some_and(|length| length > limit as u64) {
            // One who waits for leave to send has sent nothing yet.
            if !self.headers.contains_key(header::EXPECT) {
                discard(&mut body).await;
            }
            return Err(too_large());
        }
        match Limited::new(&mut body, limit).collect().await {
            Ok(collected) => Ok(collected.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => {
                discard(&mut body).await;
                Err(too_large())
            }
            Err(error) => Err(Problem::bad(format!("the body broke off: {error}"))),
        }
    }

    /// Reads the body as UTF-8 text.
    ///
    /// # Errors
    /// 413, 415 for another character set, 400 for bytes that are not UTF-8.
    pub async fn text(&mut self, limit: usize) -> Result<String, Problem> {
        let content_type = self.header(&header::CONTENT_TYPE).unwrap_or("").to_ascii_lowercase();
        let charset =
            content_type.split(';').filter_map(|p| p.trim().strip_prefix("charset=")).next().map(|c| c.trim_matches('"').to_owned());
        if charset.as_deref().is_some_and(|charset| charset != "utf-8") {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "SPARQL is sent as UTF-8"));
        }
        String::from_utf8(self.body(limit).await?.to_vec()).map_err(|_| Problem::bad("the body is not UTF-8"))
    }

    /// The graphs that its sender may see, as part of a key.
    pub fn sight(&self) -> String {
        match &self.grant {
            Some(Grant { graphs: Some(graphs), default_graph, .. }) => format!("{default_graph} {graphs:?}"),
            _ => String::new(),
        }
    }
}

/// Bytes of a refused body that are read all the same, and the time for it.
const DISCARDED: usize = 32 << 20;
const DISCARD_TIME: Duration = Duration::from_secs(2);

/// Reads on for a while and keeps nothing: a client that is still sending when the connection closes may never see the answer.
async fn discard(body: &mut Body) {
    let mut left = DISCARDED;
    let reading = async {
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                return;
            }
        }
    };
    // Beyond that time the client has had its chance.
    drop(timeout(DISCARD_TIME, reading).await);
}
