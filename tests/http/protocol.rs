//! SPARQL 1.1 Protocol: the ways to ask, the formats, the errors.

use crate::client::{Served, encoded};

const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn a_query_may_come_in_any_of_the_ways_of_the_protocol() {
    let server = Served::writable(&[]);
    let query = encoded("ASK {}");
    let ways = [
        server.get(&format!("/sparql?query={query}"), "application/json"),
        server.get(&format!("/sparql/?query={query}"), "*/*"),
        server.send("POST", "/sparql", &[("Content-Type", FORM)], format!("query={query}").as_bytes()),
        server.send("POST", "/sparql", &[("Content-Type", "application/sparql-query; charset=utf-8")], b"ASK {}"),
        server.send("QUERY", "/sparql", &[("Content-Type", "application/sparql-query")], b"ASK {}"),
    ];
    for response in ways {
        assert_eq!((response.status, response.json()["boolean"].as_bool()), (200, Some(true)));
    }
    let head = server.send("HEAD", &format!("/sparql?query={query}"), &[], b"");
    assert_eq!((head.status, head.body.len()), (200, 0));
    let options = server.send("OPTIONS", "/sparql", &[], b"");
    assert!(options.status == 204 && options.header("allow").is_some_and(|allow| allow.contains("QUERY")));
}

#[test]
fn each_mistake_has_its_own_status() {
    let server = Served::writable(&[]);
    let ask = encoded("ASK {}");
    for (method, path, content_type, body, status) in [
        ("GET", format!("/sparql?query={}", encoded("ASK {")), "", "", 400),
        ("GET", format!("/sparql?query={ask}&query={ask}"), "", "", 400),
        ("GET", format!("/sparql?update={}", encoded("CLEAR ALL")), "", "", 400),
        ("GET", "/sparql?query=%FF".to_owned(), "", "", 400),
        ("POST", "/sparql".to_owned(), "text/plain", "ASK {}", 415),
        ("POST", "/sparql".to_owned(), "", "query=ASK%20%7B%7D", 415),
        ("POST", "/sparql".to_owned(), "application/sparql-query; charset=UTF-16", "ASK {}", 415),
        ("POST", "/sparql".to_owned(), FORM, "query=ASK%7B%7D&update=CLEAR%20ALL", 400),
        (
            "POST",
            format!("/sparql?using-graph-uri={}", encoded("http://e/g")),
            "application/sparql-update",
            "WITH <http://e/g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
            400,
        ),
        ("GET", format!("/sparql?query={ask}&default-graph-uri=not-an-iri"), "", "", 400),
        ("PUT", "/sparql".to_owned(), FORM, "query=ASK%20%7B%7D", 405),
        ("GET", "/nowhere".to_owned(), "", "", 404),
    ] {
        let headers: Vec<(&str, &str)> = if content_type.is_empty() { vec![] } else { vec![("Content-Type", content_type)] };
        let response = server.send(method, &path, &headers, body.as_bytes());
        assert_eq!(response.status, status, "{method} {path} {content_type}: {}", response.text());
        assert_eq!(response.header("content-type"), Some("application/problem+json"), "{path}");
    }
    assert_eq!(server.query("ASK {}", "image/png").status, 406);
}

#[test]
fn a_syntax_error_tells_line_column_and_what_to_type_instead() {
    let server = Served::writable(&[]);
    let problem = server.query("SELECT ?x\nWHERE ｛ ?x ?p ?o }", "*/*").json();
    assert_eq!((problem["line"].as_u64(), problem["column"].as_u64()), (Some(2), Some(7)));
    assert!(problem["hint"].as_str().unwrap().contains("WHERE { ?x ?p ?o }"), "{problem}");
}

#[test]
fn every_format_is_served_under_its_media_type() {
    let server = Served::writable(&[]);
    server.update("INSERT DATA { <http://e/s> <http://e/p> \"成都\"@zh }");
    for accept in ["application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values"] {
        let response = server.query("SELECT * { ?s ?p ?o }", accept);
        assert!(response.header("content-type").unwrap().starts_with(accept) && response.text().contains("成都"), "{accept}");
    }
    for accept in
        ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json", "application/trig", "application/n-quads"]
    {
        let response = server.query("CONSTRUCT WHERE { ?s ?p ?o }", accept);
        assert!(response.header("content-type").unwrap().starts_with(accept), "{accept}");
        assert!(response.text().contains("http://e/"), "{accept}: {}", response.text());
    }
}

#[test]
fn the_dataset_of_the_protocol_replaces_that_of_the_query() {
    let server = Served::writable(&[]);
    server.update("INSERT DATA { GRAPH <http://e/1> { <http://e/a> a <http://e/C> } GRAPH <http://e/2> { <http://e/b> a <http://e/C> } }");
    let count = |parameters: &str, query: &str| {
        let response = server.get(&format!("/sparql?{parameters}&query={}", encoded(query)), "text/csv");
        response.text().lines().nth(1).map(str::to_owned)
    };
    let all = "SELECT (COUNT(*) AS ?n) { ?s a ?c }";
    let (first, second) = (encoded("http://e/1"), encoded("http://e/2"));
    assert_eq!(count("", all).as_deref(), Some("0"));
    assert_eq!(count("union-default-graph", all).as_deref(), Some("2"));
    assert_eq!(count(&format!("default-graph-uri={first}"), all).as_deref(), Some("1"));
    assert_eq!(count(&format!("default-graph-uri={first}&default-graph-uri={second}"), all).as_deref(), Some("2"));
    let named = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s a ?c } }";
    assert_eq!(count(&format!("named-graph-uri={first}"), named).as_deref(), Some("1"));
    assert_eq!(count(&format!("default-graph-uri={first}"), named).as_deref(), Some("0"));
    let from = "SELECT (COUNT(*) AS ?n) FROM <http://e/2> { <http://e/a> a ?c }";
    assert_eq!(count(&format!("default-graph-uri={first}"), from).as_deref(), Some("1"));
}

#[test]
fn only_listed_origins_may_read_and_no_foreign_page_may_write() {
    let server = Served::writable(&["--cors", "https://good.example"]);
    let from = |origin: &str| server.send("GET", "/sparql?query=ASK%7B%7D", &[("Origin", origin)], b"");
    assert_eq!(from("https://good.example").header("access-control-allow-origin"), Some("https://good.example"));
    assert_eq!(from("https://evil.example").header("access-control-allow-origin"), None);
    let headers = [("Origin", "https://evil.example"), ("Content-Type", FORM)];
    assert_eq!(server.send("POST", "/sparql", &headers, b"update=CLEAR%20ALL").status, 403);
}

#[test]
fn the_service_describes_itself() {
    let server = Served::writable(&[]);
    let description = server.get("/sparql", "text/turtle").text();
    assert!(description.contains("service-description#endpoint") && description.contains("SPARQL11Update"), "{description}");
    server.update("INSERT DATA { <http://e/s> a <http://e/C> }");
    let void = server.get("/.well-known/void", "text/turtle").text();
    assert!(void.contains("http://e/C") && void.contains("void#triples> 1"), "{void}");
}
