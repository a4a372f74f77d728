//! Graph Store Protocol: whole graphs in and out.

use crate::client::{Served, encoded};

const TURTLE: (&str, &str) = ("Content-Type", "text/turtle");

#[test]
fn a_graph_is_made_read_replaced_and_removed() {
    let server = Served::writable(&[]);
    for path in [format!("/store?graph={}", encoded("http://e/g")), "/store/person/1.ttl".to_owned()] {
        assert_eq!(server.get(&path, "text/turtle").status, 404);
        assert_eq!(server.send("PUT", &path, &[TURTLE], b"<#a> <#p> 1 .").status, 201);
        assert_eq!(server.send("PUT", &path, &[TURTLE], b"<#a> <#p> 2 .").status, 204);
        assert_eq!(server.send("POST", &path, &[TURTLE], b"<#a> <#p> 3 .").status, 204);
        let read = server.get(&path, "application/n-triples");
        assert_eq!((read.status, read.text().lines().count()), (200, 2), "{}", read.text());
        assert!(!read.text().contains("\"1\""));
        assert_eq!(server.send("HEAD", &path, &[], b"").status, 200);
        assert_eq!(server.send("DELETE", &path, &[], b"").status, 204);
        assert_eq!(server.send("DELETE", &path, &[], b"").status, 404);
    }
}

/// Fault: multipart/form-data was answered by 415, by direct and by indirect names.
#[test]
fn a_form_with_several_files_is_one_write() {
    let server = Served::writable(&[]);
    let part = |name: &str, body: &str| {
        format!(
            "--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}\"\r\nContent-Type: text/turtle\r\n\r\n{body}\r\n"
        )
    };
    let form = |parts: &[String]| format!("{}--b--\r\n", parts.concat()).into_bytes();
    let content_type = [("Content-Type", "multipart/form-data; boundary=b")];
    let good = form(&[part("a", "<http://e/a> <http://e/p> 1 ."), part("b", "<http://e/b> <http://e/p> 2 .")]);
    assert_eq!(server.send("POST", "/store?default", &content_type, &good).status, 204);
    let direct = form(&[part("a", "<http://e/a> <http://e/p> 1 .")]);
    assert_eq!(server.send("POST", "/store/direct", &content_type, &direct).status, 201);
    assert_eq!(server.get("/store/direct", "text/turtle").status, 200);
    assert_eq!(server.send("DELETE", "/store/direct", &[], b"").status, 204);
    let torn = form(&[part("a", "<http://e/c> <http://e/p> 1 ."), part("b", "<http://e/b> <http://e/p> .")]);
    let response = server.send("POST", "/store?default", &content_type, &torn);
    assert_eq!((response.status, response.json()["line"].as_u64()), (400, Some(1)));
    assert_eq!(server.value("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"), "2", "nothing of the torn form is kept");
}

#[test]
fn a_new_graph_gets_a_name() {
    let server = Served::writable(&[]);
    let made = server.send("POST", "/store", &[TURTLE], b"<http://e/a> <http://e/p> 1 .");
    assert_eq!(made.status, 201);
    let graph = made.header("location").expect("a location").to_owned();
    assert_eq!(server.get(&format!("/store?graph={}", encoded(&graph)), "text/turtle").status, 200);
    let direct = graph.split_once(&server.host).unwrap().1.to_owned();
    assert_eq!(server.get(&direct, "text/turtle").status, 200);
}

#[test]
fn a_change_based_on_an_old_state_is_refused() {
    let server = Served::writable(&[]);
    let path = format!("/store?graph={}", encoded("http://e/g"));
    assert_eq!(server.send("PUT", &path, &[TURTLE, ("If-None-Match", "*")], b"<#a> <#p> 1 .").status, 201);
    assert_eq!(server.send("PUT", &path, &[TURTLE, ("If-None-Match", "*")], b"<#a> <#p> 2 .").status, 412);
    let tag = server.get(&path, "text/turtle").header("etag").unwrap().to_owned();
    assert_eq!(server.send("PUT", &path, &[TURTLE, ("If-Match", &tag)], b"<#a> <#p> 3 .").status, 204);
    assert_eq!(server.send("PUT", &path, &[TURTLE, ("If-Match", &tag)], b"<#a> <#p> 4 .").status, 412);
    assert_eq!(server.send("DELETE", &path, &[("If-Match", &tag)], b"").status, 412);
}

#[test]
fn mistakes_are_told_and_change_nothing() {
    let server = Served::writable(&[]);
    for (method, path, content_type, body, status) in [
        ("PUT", "/store?default", "text/turtle", "<http://e/a> <http://e/p>", 400),
        ("PUT", "/store?default", "text/plain2", "x", 415),
        ("PUT", "/store?default&graph=http://e/g", "text/turtle", "", 400),
        ("PUT", "/store?graph=relative", "text/turtle", "", 400),
        ("DELETE", "/store", "text/turtle", "", 400),
        ("PATCH", "/store?default", "text/turtle", "", 405),
    ] {
        assert_eq!(server.send(method, path, &[("Content-Type", content_type)], body.as_bytes()).status, status, "{method} {path}");
    }
    assert_eq!(server.value("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"), "0");
    let small = Served::writable(&["--max-body", "1"]);
    let large = vec![b' '; 2 << 20];
    assert_eq!(small.send("PUT", "/store?default", &[TURTLE], &large).status, 413);
}
