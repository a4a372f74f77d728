//! A running server, and a small HTTP client that shows what a browser hides: whether a body was complete, and hanging up.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server process; killed when dropped.
pub struct Served {
    child: Child,
    pub host: String,
}

impl Served {
    /// Starts `yuanpu [--db FOLDER] serve ARGS…` on a free port.
    pub fn start(db: Option<&Path>, args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yuanpu"));
        if let Some(db) = db {
            command.arg("--db").arg(db);
        }
        command.args(["serve", "--bind", "127.0.0.1:0", "--log", "off"]).args(args);
        let mut child =
            command.env_remove("YUANPU_TOKEN").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("stdout is piped")).read_line(&mut line).expect("an address");
        let host = line.trim().trim_start_matches("http://").trim_end_matches('/').to_owned();
        assert!(!host.is_empty(), "the server gave no address");
        Self { child, host }
    }

    /// An empty graph in memory that takes writes.
    pub fn writable(args: &[&str]) -> Self {
        Self::start(None, &[&["--memory", "--writable"], args].concat())
    }

    /// Sends a request and reads the whole response.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
        let mut stream = self.open(method, path, headers, body);
        Response::read(&mut stream, method == "HEAD")
    }

    /// Sends a request and leaves the response unread.
    pub fn open(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.host).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time limit");
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            head.push_str(&format!("Host: {}\r\n", self.host));
        }
        if !body.is_empty() || matches!(method, "POST" | "PUT" | "QUERY") {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)).expect("a request");
        stream
    }

    pub fn get(&self, path: &str, accept: &str) -> Response {
        self.send("GET", path, &[("Accept", accept)], b"")
    }

    /// A query by POST, answered as `accept`.
    pub fn query(&self, text: &str, accept: &str) -> Response {
        self.send("POST", "/sparql", &[("Content-Type", "application/sparql-query"), ("Accept", accept)], text.as_bytes())
    }

    /// An update that must succeed.
    pub fn update(&self, text: &str) {
        let response = self.try_update(text);
        assert_eq!(response.status, 204, "{}", response.text());
    }

    pub fn try_update(&self, text: &str) -> Response {
        self.send("POST", "/sparql", &[("Content-Type", "application/sparql-update")], text.as_bytes())
    }

    /// The one value of a query, as CSV has it.
    pub fn value(&self, text: &str) -> String {
        let response = self.query(text, "text/csv");
        assert_eq!(response.status, 200, "{}", response.text());
        response.text().lines().nth(1).unwrap_or_default().to_owned()
    }

    /// Kills the process at once.
    pub fn kill(mut self) {
        self.child.kill().expect("a kill");
        self.child.wait().expect("an end");
    }

    /// Asks the process to stop and waits; true where it ended well.
    pub fn stop(mut self) -> bool {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().expect("a signal");
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(30) {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// Resident memory of the process, in bytes, where the system tells.
    pub fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A response as it came over the wire.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Whether the body ended as HTTP says it must.
    pub complete: bool,
}

impl Response {
    pub fn read(stream: &mut TcpStream, head_only: bool) -> Self {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).expect("a status line");
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("no status in {line:?}"));
        let mut headers = Vec::new();
        loop {
            line.clear();
            reader.read_line(&mut line).expect("a header");
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut response = Self { status, headers, body: Vec::new(), complete: true };
        if !head_only {
            response.read_body(&mut reader);
        }
        response
    }

    fn read_body(&mut self, reader: &mut impl BufRead) {
        if self.header("transfer-encoding") == Some("chunked") {
            self.complete = self.read_chunks(reader).unwrap_or(false);
            return;
        }
        let length = self.header("content-length").and_then(|length| length.parse::<usize>().ok());
        let read = reader.read_to_end(&mut self.body);
        self.complete = read.is_ok() && length.is_none_or(|length| length == self.body.len());
    }

    /// True where the closing chunk came.
    fn read_chunks(&mut self, reader: &mut impl BufRead) -> std::io::Result<bool> {
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(false);
            }
            let size = usize::from_str_radix(line.trim(), 16).unwrap_or(0);
            if line.trim() == "0" {
                return Ok(true);
            }
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk)?;
            self.body.extend_from_slice(&chunk[..size]);
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// Percent-encoding for URLs.
pub fn encoded(text: &str) -> String {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
