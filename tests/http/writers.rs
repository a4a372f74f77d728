//! Writing: nothing lost, nothing half done, nobody who may not.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use crate::client::{Served, encoded};

/// Fault: eight clients with fifty read-modify-write updates each left two values of 394 and 395 on disk.
#[test]
fn eight_writers_lose_no_update() {
    let folder = tempfile::tempdir().unwrap();
    let server = Arc::new(Served::start(Some(folder.path()), &["--writable"]));
    server.update("INSERT DATA { <http://e/counter> <http://e/value> 0 }");
    let increment = "DELETE { <http://e/counter> <http://e/value> ?v } INSERT { <http://e/counter> <http://e/value> ?w } \
                     WHERE { <http://e/counter> <http://e/value> ?v BIND(?v + 1 AS ?w) }";
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let server = server.clone();
            std::thread::spawn(move || (0..50).for_each(|_| server.update(increment)))
        })
        .collect();
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    let response = server.query("SELECT ?v { <http://e/counter> <http://e/value> ?v }", "text/csv");
    assert_eq!(response.text().lines().skip(1).collect::<Vec<_>>(), ["400"]);
}

#[test]
fn what_was_acknowledged_outlives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut expected = 0;
    for round in 0..4 {
        let server = Served::start(Some(folder.path()), &["--writable"]);
        assert_eq!(server.value("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"), expected.to_string(), "round {round}");
        for n in 0..10 {
            server.update(&format!("INSERT DATA {{ <http://e/{round}> <http://e/p> {n} }}"));
            expected += 1;
        }
        server.kill();
    }
    // A reader publishes what the killed writer left.
    let reader = Served::start(Some(folder.path()), &[]);
    assert_eq!(reader.value("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"), expected.to_string());
}

/// Sends an update over a connection of its own; true once the server has said that it is done.
fn acknowledged(host: &str, update: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(host) else { return false };
    let head = "POST /sparql HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: application/sparql-update\r\nContent-Length: ";
    let mut answer = String::new();
    stream.write_all(format!("{head}{}\r\n\r\n{update}", update.len()).as_bytes()).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 204")
}

/// Each write adds two triples, which a kill must not part. Of those in flight at the kill one may be there.
#[test]
fn a_kill_in_the_midst_of_writing_parts_no_write_and_loses_none() {
    let folder = tempfile::tempdir().unwrap();
    let (mut seed, mut least, mut in_flight) = (7_u32, 0, 0);
    for kill in 0..200 {
        let server = Served::start(Some(folder.path()), &["--writable"]);
        let (whole, half) = (
            server.value("SELECT (COUNT(*) AS ?n) { ?s <http://e/a> 1 ; <http://e/b> 1 }"),
            server.value("SELECT (COUNT(*) AS ?n) { ?s ?p 1 }"),
        );
        let whole: usize = whole.parse().unwrap();
        assert_eq!(half.parse::<usize>().unwrap(), 2 * whole, "kill {kill}: a write was parted");
        assert!((least..=least + in_flight).contains(&whole), "kill {kill}: {whole} writes instead of {least}");
        least = whole;
        let host = server.host.clone();
        let writer = std::thread::spawn(move || {
            let write =
                |n: &usize| acknowledged(&host, &format!("INSERT DATA {{ <http://e/{kill}/{n}> <http://e/a> 1 ; <http://e/b> 1 }}"));
            (0..).take_while(write).count()
        });
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        std::thread::sleep(std::time::Duration::from_micros(u64::from(seed >> 17)));
        server.kill();
        least += writer.join().unwrap();
        in_flight = 1;
    }
    assert!(least > 200, "only {least} writes were done: the kills came too early to test anything");
}

#[test]
fn a_clean_stop_publishes_and_lets_the_next_reader_in() {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::start(Some(folder.path()), &["--writable"]);
    server.update("INSERT DATA { GRAPH <http://e/g> { <http://e/s> <http://e/p> \"行\\n\\\"1\\\"\"@zh } } ; CREATE GRAPH <http://e/empty>");
    assert!(server.stop());
    let reader = Served::start(Some(folder.path()), &[]);
    assert_eq!(reader.value("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"), "1");
    assert_eq!(reader.try_update("CLEAR ALL").status, 403, "a reader takes no writes");
}

#[test]
fn there_is_one_writer() {
    let folder = tempfile::tempdir().unwrap();
    let _first = Served::start(Some(folder.path()), &["--writable"]);
    let second = std::process::Command::new(env!("CARGO_BIN_EXE_yuanpu"))
        .arg("--db")
        .arg(folder.path())
        .args(["serve", "--writable", "--bind", "127.0.0.1:0"])
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&second.stderr).contains("G002"), "{}", String::from_utf8_lossy(&second.stderr));
}

#[test]
fn an_update_is_done_whole_or_not_at_all() {
    let server = Served::writable(&[]);
    let response = server.try_update("INSERT DATA { <http://e/s> <http://e/p> 1 } ; DROP GRAPH <http://e/none>");
    assert_eq!(response.status, 404);
    assert_eq!(server.value("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"), "0");
}

#[test]
fn tokens_say_who_may_read_write_and_see_which_graphs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tokens.json");
    let tokens = r#"{"token": [
        {"secret": "admin-admin-admin-1", "role": "admin"},
        {"secret": "writer-writer-writer", "role": "write"},
        {"secret": "reader-reader-reader", "role": "read", "graphs": ["http://e/open"]}]}"#;
    std::fs::write(&file, tokens).unwrap();
    let server = Served::writable(&["--tokens", file.to_str().unwrap()]);
    let send = |token: &str, content_type: &str, body: &str| {
        let bearer = format!("Bearer {token}");
        let mut headers = vec![("Content-Type", content_type), ("Accept", "text/csv")];
        if !token.is_empty() {
            headers.push(("Authorization", &bearer));
        }
        server.send("POST", "/sparql", &headers, body.as_bytes())
    };
    let (query, update) = ("application/sparql-query", "application/sparql-update");
    let data = "INSERT DATA { <http://e/s> <http://e/p> 0 GRAPH <http://e/open> { <http://e/s> <http://e/p> 1 } GRAPH <http://e/shut> { <http://e/s> <http://e/p> 2 } }";
    for (token, status) in [("", 401), ("wrong-wrong-wrong-wrong", 401), ("reader-reader-reader", 401), ("writer-writer-writer", 204)] {
        assert_eq!(send(token, update, data).status, status, "{token}");
    }
    assert_eq!(send("", query, "ASK {}").status, 401);
    let values = |token: &str, text: &str| {
        let mut lines: Vec<String> = send(token, query, text).text().lines().skip(1).map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let everywhere = "SELECT ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }";
    assert_eq!(values("writer-writer-writer", everywhere), ["0", "1", "2"]);
    assert_eq!(values("reader-reader-reader", everywhere), ["1"]);
    assert_eq!(values("reader-reader-reader", "SELECT ?o FROM <http://e/shut> { ?s ?p ?o }"), Vec::<String>::new());
    let hidden =
        server.send("GET", &format!("/store?graph={}", encoded("http://e/shut")), &[("Authorization", "Bearer reader-reader-reader")], b"");
    assert_eq!(hidden.status, 404);
    assert_eq!(server.send("GET", "/admin/queries", &[("Authorization", "Bearer writer-writer-writer")], b"").status, 401);
    assert_eq!(server.send("GET", "/admin/queries", &[("Authorization", "Bearer admin-admin-admin-1")], b"").status, 200);
}

#[test]
fn a_writable_server_on_the_open_net_needs_a_token() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_yuanpu"))
        .args(["serve", "--memory", "--writable", "--bind", "0.0.0.0:0"])
        .env_remove("YUANPU_TOKEN")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
}
