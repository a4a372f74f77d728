//! What operators rely on: health, readiness, measurements, stopping queries, a clean end.

use std::time::{Duration, Instant};

use crate::client::Served;

#[test]
fn health_readiness_and_measurements_are_there() {
    let server = Served::writable(&[]);
    assert_eq!(server.get("/healthz", "*/*").status, 200);
    assert_eq!(server.get("/readyz", "*/*").json()["ready"].as_bool(), Some(true));
    for _ in 0..3 {
        server.query("SELECT (1 AS ?x) {}", "*/*");
    }
    let metrics = server.get("/metrics", "*/*").text();
    for name in [
        "yuanpu_request_seconds_bucket{operation=\"query\"",
        "yuanpu_cache_hits_total 2",
        "yuanpu_cache_misses_total 1",
        "yuanpu_generation",
    ] {
        assert!(metrics.contains(name), "{name} is missing in\n{metrics}");
    }
}

#[test]
fn an_operator_sees_and_stops_what_runs() {
    let server = Served::writable(&["--timeout", "60", "--max-product", "1000000000000000"]);
    let triples: String = (0..2000).map(|n| format!("<http://e/s{n}> <http://e/p> {n} .\n")).collect();
    server.send("PUT", "/store?default", &[("Content-Type", "text/turtle")], triples.as_bytes());
    let query = b"SELECT (COUNT(*) AS ?n) { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z FILTER(CONCAT(STR(?x), STR(?y), STR(?z)) = \"secret\") }";
    let mut stream = server.open("POST", "/sparql", &[("Content-Type", "application/sparql-query")], query);
    let started = Instant::now();
    let running = loop {
        let list = server.get("/admin/queries", "*/*").json();
        if let Some(first) = list["queries"].get(0) {
            assert!(!list.to_string().contains("secret"), "literals must not show");
            break first["id"].as_u64().unwrap();
        }
        assert!(started.elapsed() < Duration::from_secs(10));
    };
    assert_eq!(server.send("DELETE", &format!("/admin/queries/{running}"), &[], b"").status, 204);
    let response = crate::client::Response::read(&mut stream, false);
    assert_eq!(response.status, 503);
    assert_eq!(server.send("DELETE", "/admin/queries/999999", &[], b"").status, 404);
}

#[test]
fn a_port_in_use_is_told_with_a_way_out() {
    let server = Served::writable(&[]);
    let output =
        std::process::Command::new(env!("CARGO_BIN_EXE_yuanpu")).args(["serve", "--memory", "--bind", &server.host]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--bind"), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_stop_lets_requests_end_and_then_closes() {
    let server = Served::writable(&[]);
    server.update("INSERT DATA { <http://e/s> <http://e/p> 1 }");
    assert!(server.stop(), "SIGTERM must end the server with exit code 0");
}

#[test]
fn memory_stays_flat_under_repeated_malformed_requests() {
    let server = Served::writable(&[]);
    let rubbish = || {
        for n in 0..300 {
            server.query(&format!("SELECT {n} {{"), "*/*");
            server.get("/sparql?query=%FF", "*/*");
        }
    };
    rubbish();
    let before = server.memory();
    rubbish();
    if let (Some(before), Some(after)) = (before, server.memory()) {
        assert!(after < before + (20 << 20), "{before} → {after}");
    }
}
