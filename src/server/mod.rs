//! Layer 3: the HTTP endpoint. SPARQL Protocol, Graph Store Protocol, named queries, entity pages, and what operators need.
//!
//! A request is routed ([`routes`]), checked ([`auth`], [`cors`]), answered from the cache, on the spot ([`spot`]), or in a
//! blocking task under limits ([`answer`], [`limits`], [`stream`]). Reads work on a snapshot that is swapped when a new generation is published; writes
//! go through one editor. Errors are `application/problem+json` ([`problem`]).

mod admin;
mod answer;
mod auth;
mod cache;
mod config;
mod cors;
mod describe;
mod entity;
mod graph_store;
mod html;
mod limits;
mod listen;
mod logging;
mod metrics;
mod multipart;
mod named;
mod openapi;
mod parameters;
mod problem;
mod protocol;
mod remote;
mod request;
mod routes;
mod source;
mod spot;
mod state;
mod stream;
mod workers;

pub use auth::{Role, Token, Tokens, TokensError};
pub use config::ServerConfig;
pub use limits::ServiceLimits;
pub use listen::{ServeError, Server};
pub use logging::log_json;
pub use remote::{HttpRemote, RemoteAddress, RemoteAddressError};
pub use source::GraphSource;
