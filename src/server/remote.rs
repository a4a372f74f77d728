//! The way from SERVICE and LOAD to other servers: an allow-list of addresses, plain HTTP, limits of time and size, no redirects.
//! Loopback and private addresses are reached only where the list names them as such: a name that resolves to one is refused.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use axum::http::{Method, Request, Response, Uri, header};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::runtime::Handle;

use crate::graph::{Fetched, Remote, RemoteError, Watch};

/// How often a request that is waited for looks whether anybody still wants it.
const LOOK: Duration = Duration::from_millis(100);

/// An address that SERVICE and LOAD may reach: `http://host[:port]/path`; with `/` at its end, everything below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteAddress {
    host: String,
    port: u16,
    /// Path and parameters.
    target: String,
}

/// Why an address cannot be in the list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{address}: {reason}")]
pub struct RemoteAddressError {
    /// The address.
    address: String,
    reason: &'static str,
}

impl FromStr for RemoteAddress {
    type Err = RemoteAddressError;

    fn from_str(text: &str) -> Result<Self, RemoteAddressError> {
        let wrong = |reason| RemoteAddressError { address: text.to_owned(), reason };
        let uri: Uri = text.parse().map_err(|_| wrong("not an address"))?;
        if uri.scheme_str() != Some("http") {
            return Err(wrong("only http:// is spoken here; for https:// put a proxy of your own in between"));
        }
        let authority = uri.authority().ok_or_else(|| wrong("no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("names and passwords have no place in an address"));
        }
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        let dots = |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
        if uri.path().split(['/', '\\']).any(dots) || uri.path().to_ascii_lowercase().contains("%2f") {
            return Err(wrong("a path that leads elsewhere"));
        }
        let host = authority.host().to_ascii_lowercase();
        Ok(Self { host, port: authority.port_u16().unwrap_or(80), target: target.to_owned() })
    }
}

impl RemoteAddress {
    fn covers(&self, other: &Self) -> bool {
        let below = self.target.ends_with('/') && other.target.starts_with(&self.target);
        self.host == other.host && self.port == other.port && (self.target == other.target || below)
    }

    /// The host as an address, where it is written as one.
    fn literal(&self) -> Option<IpAddr> {
        self.host.trim_start_matches('[').trim_end_matches(']').parse().ok()
    }

    /// Where to connect to.
    async fn resolve(&self) -> Result<SocketAddr, String> {
        if let Some(literal) = self.literal() {
            return Ok(SocketAddr::new(literal, self.port));
        }
        let mut found = tokio::net::lookup_host((self.host.as_str(), self.port)).await.map_err(|error| error.to_string())?;
        let reachable = |address: &SocketAddr| is_public(address.ip()) || self.host == "localhost" && address.ip().is_loopback();
        found.find(reachable).ok_or_else(|| "the name leads to a loopback or private address, which the list does not name".to_owned())
    }
}

/// True for addresses of the open net.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let special = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_documentation() || v4.is_multicast();
    // "This network", shared addresses of carriers, protocol assignments, benchmarks, reserved and broadcast.
    !special && a != 0 && !(a == 100 && b & 0xc0 == 64) && [a, b, c] != [192, 0, 0] && !(a == 198 && b & 0xfe == 18) && a < 240
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    let s = v6.segments();
    let embedded = match s {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => Some((high, low)),
        _ => None,
    };
    if let Some((high, low)) = embedded {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    // Only 2000::/3 is given out; of it, documentation is not for use.
    s[0] & 0xe000 == 0x2000 && !(s[0] == 0x2001 && s[1] == 0xdb8)
}

/// Asks other servers over HTTP.
#[derive(Clone, Debug)]
pub struct HttpRemote {
    /// Addresses that may be asked.
    pub allowed: Vec<RemoteAddress>,
    /// Time of one request.
    pub time: Duration,
    /// Bytes of one answer.
    pub bytes: usize,
}

impl Remote for HttpRemote {
    fn allows(&self, address: &str) -> bool {
        address.parse::<RemoteAddress>().is_ok_and(|address| self.allowed.iter().any(|allowed| allowed.covers(&address)))
    }

    /// Must be called on a thread of the runtime that may block.
    fn fetch(&self, address: &str, query: Option<&str>, accept: &str, watch: &Watch) -> Result<Fetched, RemoteError> {
        let failed = |reason: String| RemoteError::new(address, reason);
        let parsed: RemoteAddress = address.parse().map_err(|error: RemoteAddressError| failed(error.reason.to_owned()))?;
        let runtime = Handle::try_current().map_err(|error| failed(error.to_string()))?;
        runtime.block_on(async {
            let exchange = tokio::time::timeout(self.time, self.exchange(&parsed, query, accept));
            tokio::select! {
                given = exchange => given.unwrap_or_else(|_| Err(format!("no answer within {:?}", self.time))).map_err(failed),
                () = stopped(watch) => Err(failed("nobody waits for the answer any more".to_owned())),
            }
        })
    }
}

async fn stopped(watch: &Watch) {
    while !watch.is_stopped() {
        tokio::time::sleep(LOOK).await;
    }
}

impl HttpRemote {
    async fn exchange(&self, address: &RemoteAddress, query: Option<&str>, accept: &str) -> Result<Fetched, String> {
        let place = address.resolve().await?;
        let stream = TcpStream::connect(place).await.map_err(|error| error.to_string())?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        let connection = tokio::spawn(connection);
        let request = request(address, query, accept)?;
        let answer = async {
            let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
            self.read(response).await
        };
        let answer = answer.await;
        connection.abort();
        answer
    }

    async fn read(&self, response: Response<Incoming>) -> Result<Fetched, String> {
        let status = response.status();
        if status.is_redirection() {
            return Err(format!("{status}: redirects are not followed"));
        }
        if !status.is_success() {
            return Err(status.to_string());
        }
        let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or("").to_owned();
        let body = Limited::new(response.into_body(), self.bytes).collect().await;
        let bytes = body.map_err(|error| format!("{error} (at most {} bytes are taken)", self.bytes))?.to_bytes().to_vec();
        Ok(Fetched { content_type, bytes })
    }
}

fn request(address: &RemoteAddress, query: Option<&str>, accept: &str) -> Result<Request<Full<Bytes>>, String> {
    let host = if address.port == 80 { address.host.clone() } else { format!("{}:{}", address.host, address.port) };
    let builder = Request::builder()
        .uri(&address.target)
        .header(header::HOST, host)
        .header(header::ACCEPT, accept)
        .header(header::USER_AGENT, concat!("yuanpu/", env!("CARGO_PKG_VERSION")))
        .header(header::CONNECTION, "close");
    let request = match query {
        Some(query) => builder
            .method(Method::POST)
            .header(header::CONTENT_TYPE, "application/sparql-query")
            .body(Full::new(Bytes::copy_from_slice(query.as_bytes()))),
        None => builder.body(Full::default()),
    };
    request.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote(allowed: &[&str]) -> HttpRemote {
        let allowed = allowed.iter().map(|address| address.parse().unwrap()).collect();
        HttpRemote { allowed, time: Duration::from_secs(1), bytes: 1000 }
    }

    #[test]
    fn only_what_the_list_names_is_allowed() {
        let remote = remote(&["http://example.org/sparql", "http://example.org:8080/data/"]);
        for yes in ["http://example.org/sparql", "http://EXAMPLE.org:80/sparql", "http://example.org:8080/data/a/b.ttl"] {
            assert!(remote.allows(yes), "{yes}");
        }
        for no in [
            "http://example.org/sparql/more",
            "http://example.org/sparql?x",
            "http://example.org/",
            "http://example.org:8080/data",
            "http://example.org:8080/data/../secret",
            "http://example.org:8080/data/%2E%2e/secret",
            "http://example.org:8080/data/..%2Fsecret",
            "http://example.org.evil.net/sparql",
            "http://user@example.org/sparql",
            "https://example.org/sparql",
            "file:///sparql",
            "http://127.0.0.1/sparql",
            "",
        ] {
            assert!(!remote.allows(no), "{no}");
        }
    }

    #[test]
    fn addresses_of_the_inner_net_are_not_public() {
        for inner in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "198.18.0.1",
            "255.255.255.255",
            "224.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "ff02::1",
        ] {
            assert!(!is_public(inner.parse().unwrap()), "{inner}");
        }
        for open in ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1"] {
            assert!(is_public(open.parse().unwrap()), "{open}");
        }
    }
}
