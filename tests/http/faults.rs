//! What goes wrong in other servers and must not here: each test is named for the behaviour that users can rely on.

use std::time::{Duration, Instant};

use crate::client::{Response, Served};

/// A pattern that reads nothing and multiplies: the engine itself would not look at the clock.
fn cpu_only(rows_each: usize, tables: usize) -> String {
    let values: Vec<String> = (0..rows_each).map(|n| n.to_string()).collect();
    let tables: Vec<String> = (0..tables).map(|n| format!("VALUES ?v{n} {{ {} }}", values.join(" "))).collect();
    format!("SELECT (COUNT(*) AS ?n) {{ {} }}", tables.join(" "))
}

fn with_numbers(server: &Served, count: usize) {
    let triples: String = (0..count).map(|n| format!("<http://e/s{n}> <http://e/p> {n} .\n")).collect();
    assert_eq!(server.send("PUT", "/store?default", &[("Content-Type", "application/n-triples")], b"").status, 204);
    assert_eq!(server.send("PUT", "/store?default", &[("Content-Type", "text/turtle")], triples.as_bytes()).status, 204);
}

#[test]
fn a_timeout_before_the_first_byte_is_504() {
    let server = Served::writable(&["--timeout", "1", "--max-product", "1000000000000000"]);
    with_numbers(&server, 2000);
    for query in [
        "SELECT (COUNT(*) AS ?n) { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z }".to_owned(),
        cpu_only(10, 9),
        "SELECT * { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z } ORDER BY ?x ?y ?z".to_owned(),
    ] {
        let started = Instant::now();
        let response = server.query(&query, "*/*");
        assert_eq!(response.status, 504, "{query}: {}", response.text());
        assert!(started.elapsed() < Duration::from_secs(5), "{query} took {:?}", started.elapsed());
    }
}

#[test]
fn a_cancelled_computation_gives_its_evaluator_back() {
    let server = Served::writable(&["--timeout", "1", "--concurrency", "1", "--max-product", "1000000000000000"]);
    assert_eq!(server.query(&cpu_only(10, 9), "*/*").status, 504);
    let started = Instant::now();
    while server.query("ASK {}", "*/*").status != 200 {
        assert!(started.elapsed() < Duration::from_secs(5), "the evaluator is still taken");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_failure_in_mid_stream_breaks_the_body_off() {
    let server = Served::writable(&["--max-rows", "30000"]);
    with_numbers(&server, 40_000);
    let response = server.query("SELECT * { ?s ?p ?o }", "application/sparql-results+json");
    assert_eq!(response.status, 200);
    assert!(!response.complete, "an answer cut at the row limit must not end as if it were whole");
    assert!(serde_json::from_slice::<serde_json::Value>(&response.body).is_err());
}

#[test]
fn a_row_limit_hit_early_is_413() {
    let server = Served::writable(&["--max-rows", "10"]);
    with_numbers(&server, 20);
    assert_eq!(server.query("SELECT * { ?s ?p ?o }", "*/*").status, 413);
    assert_eq!(server.query("CONSTRUCT WHERE { ?s ?p ?o }", "*/*").status, 413);
    assert_eq!(server.query("SELECT * { ?s ?p ?o } LIMIT 10", "*/*").status, 200);
}

#[test]
fn an_update_obeys_the_time_limit_and_is_rolled_back() {
    let server = Served::writable(&["--timeout", "1", "--max-product", "1000000000000000"]);
    with_numbers(&server, 1000);
    let started = Instant::now();
    let response =
        server.try_update("INSERT { ?a <http://e/q> ?y } WHERE { ?a <http://e/p> ?x . ?b <http://e/p> ?y . ?c <http://e/p> ?z }");
    assert!(matches!(response.status, 504 | 413), "{}", response.text());
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert_eq!(server.value("SELECT (COUNT(*) AS ?n) { ?s <http://e/q> ?o }"), "0");
}

#[test]
fn products_of_unrelated_patterns_are_refused_before_they_run() {
    let server = Served::writable(&["--max-product", "1000000"]);
    with_numbers(&server, 2000);
    for query in ["SELECT (COUNT(*) AS ?n) { ?a ?p ?x . ?b ?q ?y }".to_owned(), cpu_only(10, 8)] {
        let response = server.query(&query, "*/*");
        assert_eq!(response.status, 400, "{query}");
        assert!(response.json()["detail"].as_str().unwrap().contains("multiplies"), "{}", response.text());
    }
    assert_eq!(server.query("SELECT (COUNT(*) AS ?n) { ?a ?p ?x . ?a ?q ?y }", "*/*").status, 200);
}

#[test]
fn a_client_that_hangs_up_stops_its_query_within_a_second() {
    let server = Served::writable(&["--timeout", "60", "--max-product", "1000000000000000"]);
    with_numbers(&server, 2000);
    let running = || server.get("/admin/queries", "*/*").json()["queries"].as_array().map_or(0, Vec::len);
    let query = "SELECT (COUNT(*) AS ?n) { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z }";
    let stream = server.open("POST", "/sparql", &[("Content-Type", "application/sparql-query")], query.as_bytes());
    let started = Instant::now();
    while running() == 0 {
        assert!(started.elapsed() < Duration::from_secs(10), "the query never showed up");
    }
    drop(stream);
    let hung_up = Instant::now();
    while running() > 0 {
        assert!(hung_up.elapsed() < Duration::from_secs(3), "the query runs on");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_server_calls_nobody() {
    let server = Served::writable(&[]);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    for query in [
        format!("SELECT * {{ SERVICE <http://{address}/> {{ ?s ?p ?o }} }}"),
        format!("ASK {{ FILTER EXISTS {{ SERVICE SILENT <http://{address}/> {{}} }} }}"),
    ] {
        assert_eq!(server.query(&query, "*/*").status, 400);
    }
    for update in [format!("LOAD <http://{address}/>"), "LOAD <file:///etc/passwd>".to_owned()] {
        assert_eq!(server.try_update(&update).status, 400);
    }
    server.update(&format!("LOAD SILENT <http://{address}/>"));
    assert!(listener.accept().is_err(), "somebody was called");
}

#[test]
fn a_full_queue_says_when_to_come_back() {
    let server = Served::writable(&["--concurrency", "1", "--queue", "0", "--timeout", "3", "--max-product", "1000000000000000"]);
    with_numbers(&server, 2000);
    let busy = "SELECT (COUNT(*) AS ?n) { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z }";
    let stream = server.open("POST", "/sparql", &[("Content-Type", "application/sparql-query")], busy.as_bytes());
    let started = Instant::now();
    // Another question each time: an answer given before comes from the cache, however busy the evaluators are.
    let ask = |n| server.query(&format!("SELECT * {{ ?s ?p ?o }} LIMIT 1 OFFSET {n}"), "*/*");
    let refused = (0..).map(ask).find(|response| response.status == 503 || started.elapsed() > Duration::from_secs(3)).unwrap();
    assert_eq!(refused.status, 503);
    assert!(refused.header("retry-after").is_some());
    drop(stream);
}

#[test]
fn answers_carry_tags_and_are_compressed_and_traceable() {
    let server = Served::writable(&[]);
    with_numbers(&server, 200);
    let ask = |headers: &[(&str, &str)]| server.send("GET", "/sparql?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D", headers, b"");
    let first = ask(&[]);
    let tag = first.header("etag").expect("a tag").to_owned();
    assert_eq!(ask(&[("If-None-Match", &tag)]).status, 304);
    for encoding in ["gzip", "zstd"] {
        let packed = ask(&[("Accept-Encoding", encoding)]);
        assert_eq!(packed.header("content-encoding"), Some(encoding));
        assert!(packed.body.len() * 2 < first.body.len());
    }
    assert_eq!(ask(&[("X-Request-Id", "my-id-7")]).header("x-request-id"), Some("my-id-7"));
    server.update("INSERT DATA { <http://e/x> <http://e/p> 0 }");
    let after = ask(&[("If-None-Match", &tag)]);
    assert_eq!(after.status, 200);
    assert_ne!(after.header("etag"), Some(tag.as_str()));
    let random = server.query("SELECT (RAND() AS ?r) {}", "text/csv");
    assert_eq!((random.header("etag"), random.header("cache-control")), (None, Some("no-store")));
}

#[test]
fn a_required_pattern_after_optionals_is_not_left_for_last() {
    let server = Served::writable(&[]);
    let mut turtle = String::from("@prefix e: <http://e/> .\n");
    for n in 0..20_000 {
        turtle.push_str(&format!("e:s{n} a e:C ; e:label \"{n}\" ; e:other e:o{n} .\n"));
    }
    turtle.push_str("e:s7 e:rare e:wanted .\n");
    assert_eq!(server.send("PUT", "/store?default", &[("Content-Type", "text/turtle")], turtle.as_bytes()).status, 204);
    let query = |text: &str| {
        let response: Response = server.query(text, "text/csv");
        assert_eq!(response.status, 200, "{}", response.text());
        response.text()
    };
    let late =
        "SELECT * { ?s a <http://e/C> OPTIONAL { ?s <http://e/label> ?l } OPTIONAL { ?s <http://e/other> ?o } ?s <http://e/rare> ?w }";
    let early =
        "SELECT * { ?s a <http://e/C> . ?s <http://e/rare> ?w OPTIONAL { ?s <http://e/label> ?l } OPTIONAL { ?s <http://e/other> ?o } }";
    let row = |text: String| {
        let mut cells: Vec<String> = text.lines().nth(1).unwrap_or_default().split(',').map(str::to_owned).collect();
        cells.sort();
        cells
    };
    assert_eq!(row(query(late)), row(query(early)));
}
