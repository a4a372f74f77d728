//! SERVICE and LOAD: shut by default, opened address by address, and never wider than what was opened.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use crate::client::Served;

/// A server that answers every request with the same bytes, after reading its head; it ends with the test.
fn answering(answer: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut line = String::new();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                line.clear();
            }
            stream.write_all(answer.as_bytes()).ok();
            // An empty answer is one that never comes.
            if answer.is_empty() {
                stream.read_to_end(&mut Vec::new()).ok();
            }
        }
    });
    address
}

fn opened(address: &str, more: &[&str]) -> Served {
    Served::writable(&[&["--allow-remote", address], more].concat())
}

/// Two of our own servers: what one holds is joined with what the other holds.
#[test]
fn an_allowed_service_is_asked_once_and_joined() {
    let other = Served::writable(&[]);
    other.update("INSERT DATA { <http://e/a> <http://e/name> '甲' . <http://e/b> <http://e/name> '乙' }");
    let service = format!("http://{}/sparql", other.host);
    let server = opened(&service, &[]);
    server.update("INSERT DATA { <http://e/a> <http://e/in> <http://e/x> . <http://e/b> <http://e/in> <http://e/x> . <http://e/c> <http://e/in> <http://e/x> }");
    let query =
        format!("SELECT ?s ?n {{ ?s <http://e/in> ?x OPTIONAL {{ SERVICE <{service}> {{ ?s <http://e/name> ?n }} }} }} ORDER BY ?s");
    let response = server.query(&query, "text/csv");
    assert_eq!(response.text().replace('\r', ""), "s,n\nhttp://e/a,甲\nhttp://e/b,乙\nhttp://e/c,\n");
    assert_eq!(response.header("etag"), None, "what another server says may change at any time");
    let asked = other.get("/metrics", "*/*").text();
    let queries = asked.lines().find(|line| line.starts_with("yuanpu_requests_total") && line.contains("query") && line.contains("200"));
    assert!(queries.is_some_and(|line| line.ends_with(" 1")), "{queries:?}");
    let insert = format!("INSERT {{ ?s <http://e/copied> ?n }} WHERE {{ SERVICE <{service}> {{ ?s <http://e/name> ?n }} }}");
    server.update(&insert);
    assert_eq!(server.value("SELECT (COUNT(*) AS ?n) { ?s <http://e/copied> ?o }"), "2");
}

#[test]
fn an_allowed_document_is_loaded_and_nothing_beside_it() {
    let other = Served::writable(&[]);
    other.update("INSERT DATA { GRAPH <http://e/g> { <http://e/a> <http://e/p> 1 , 2 } }");
    let folder = format!("http://{}/store/", other.host);
    let server = opened(&folder, &[]);
    let source = format!("http://{}/store?graph=http%3A%2F%2Fe%2Fg", other.host);
    assert_eq!(server.try_update(&format!("LOAD <{source}>")).status, 400, "it is not below {folder}");
    let exact = opened(&source, &[]);
    exact.update(&format!("LOAD <{source}> INTO GRAPH <http://e/copy>"));
    assert_eq!(exact.value("SELECT (COUNT(*) AS ?n) { GRAPH <http://e/copy> { ?s ?p ?o } }"), "2");
}

#[test]
fn what_the_list_does_not_name_is_not_asked() {
    let silent = answering("");
    let server = opened("http://example.org/sparql", &[]);
    for service in [format!("http://{silent}/sparql"), "http://example.org/other".to_owned(), "file:///etc/passwd".to_owned()] {
        let response = server.query(&format!("SELECT * {{ SERVICE <{service}> {{ ?s ?p ?o }} }}"), "*/*");
        assert_eq!(response.status, 400, "{service}: {}", response.text());
    }
    let variable = format!("SELECT * {{ BIND(<http://{silent}/> AS ?who) SERVICE ?who {{ ?s ?p ?o }} }}");
    assert_eq!(server.query(&variable, "*/*").status, 400, "a variable could name anybody");
}

#[test]
fn a_service_that_fails_is_told_as_502_and_silent_goes_on() {
    let redirect = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
    for (answer, told) in [
        (redirect, "redirects"),
        ("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n", "500"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", ""),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n", "at most"),
    ] {
        let address = format!("http://{}/", answering(answer));
        let server = opened(&address, &["--max-remote", "1"]);
        let response = server.query(&format!("SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}"), "*/*");
        assert_eq!(response.status, 502, "{answer}: {}", response.text());
        assert!(response.json()["detail"].as_str().unwrap().contains(told), "{}", response.text());
        assert_eq!(server.query(&format!("SELECT * {{ SERVICE SILENT <{address}> {{ ?s ?p ?o }} }}"), "*/*").status, 200);
        assert_eq!(server.try_update(&format!("LOAD <{address}>")).status, 502);
        server.update(&format!("LOAD SILENT <{address}>"));
    }
}

#[test]
fn a_service_that_never_answers_is_given_up() {
    let address = format!("http://{}/", answering(""));
    let query = format!("SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}");
    for (options, status) in [(["--remote-timeout", "0.5", "--timeout", "30"], 502), (["--remote-timeout", "30", "--timeout", "1"], 504)] {
        let server = opened(&address, &options);
        let started = Instant::now();
        assert_eq!(server.query(&query, "*/*").status, status);
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    }
}

#[test]
fn a_list_with_an_address_that_cannot_be_reached_is_a_usage_error() {
    for address in ["https://example.org/sparql", "ftp://example.org/", "http://a/../b", "nonsense"] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_yuanpu"))
            .args(["serve", "--memory", "--bind", "127.0.0.1:0", "--allow-remote", address])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{address}");
    }
}
