//! What a server is started with.

use std::net::SocketAddr;
use std::time::Duration;

use super::auth::Tokens;
use super::limits::ServiceLimits;
use super::remote::HttpRemote;
use crate::graph::Catalogue;

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Address and port; port 0 takes any free one.
    pub bind: SocketAddr,
    /// Whether SPARQL Update and Graph Store writes are taken.
    pub writable: bool,
    /// Who may read, write and administer.
    pub tokens: Tokens,
    /// Origins whose pages may read answers; `*` is any.
    pub origins: Vec<String>,
    /// Limits of every request.
    pub limits: ServiceLimits,
    /// The way to other servers for SERVICE and LOAD; without one both are refused.
    pub remote: Option<HttpRemote>,
    /// Bytes that the result cache may hold; 0 switches it off.
    pub cache_bytes: u64,
    /// Named queries.
    pub queries: Catalogue,
    /// How often to look for a new generation.
    pub poll: Duration,
    /// How long requests may go on after a stop was asked for.
    pub drain: Duration,
}
