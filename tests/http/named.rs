//! Named queries over HTTP: typed parameters, pages, formats, the OpenAPI description.

use std::path::Path;

use crate::client::{Served, encoded};

fn with_queries(folder: &Path) -> Served {
    let query = "#+ zh: 名字是什么的事物？\n#+ en: What has a name?\n#+ param: name name 成都市 \"名字 / name\"\n#+ param: most integer 100\n\
                 #+ columns: s \"事物 / thing\", n \"数 / number\"\n#+ limit: 5\n\
                 SELECT ?s ?n { ?s skos:prefLabel $name ; <http://e/n> ?n FILTER(?n < $most) } ORDER BY ?n";
    std::fs::write(folder.join("things.rq"), query).unwrap();
    let server = Served::writable(&["--queries", folder.to_str().unwrap()]);
    let triples: String = (0..12).map(|n| format!("<https://w3id.org/yuanpu/id/region/r{n}> <http://www.w3.org/2004/02/skos/core#prefLabel> \"成都市\"@zh ; <http://e/n> {n} .\n")).collect();
    assert_eq!(server.send("PUT", "/store?default", &[("Content-Type", "text/turtle")], triples.as_bytes()).status, 204);
    server
}

#[test]
fn parameters_are_typed_and_values_cannot_change_the_query() {
    let folder = tempfile::tempdir().unwrap();
    let server = with_queries(folder.path());
    let rows = |parameters: &str| server.get(&format!("/api/queries/things?{parameters}"), "text/csv").text().lines().count() - 1;
    assert_eq!(rows("most=3"), 3);
    assert_eq!(rows(&format!("name={}", encoded("成都市"))), 5);
    let evil = encoded("\" } ; DROP ALL # ");
    assert_eq!(rows(&format!("name={evil}")), 0);
    assert_eq!(server.get("/api/queries/things?most=many", "*/*").status, 400);
    assert_eq!(server.get("/api/queries/things?nobody=1", "*/*").status, 400);
    assert_eq!(server.get("/api/queries/none", "*/*").status, 404);
    assert_eq!(server.value("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"), "24");
}

#[test]
fn pages_follow_each_other_without_gap_or_overlap() {
    let folder = tempfile::tempdir().unwrap();
    let server = with_queries(folder.path());
    let mut path = "/api/queries/things?most=100".to_owned();
    let mut numbers = Vec::new();
    loop {
        let response = server.get(&path, "text/csv");
        numbers.extend(response.text().lines().skip(1).map(|line| line.rsplit(',').next().unwrap().parse::<usize>().unwrap()));
        let links = response.header("link").unwrap().to_owned();
        let next = links.split(", ").find(|link| link.ends_with("rel=\"next\""));
        let Some(next) = next else { break };
        path = next.trim_start_matches('<').split('>').next().unwrap().to_owned();
    }
    assert_eq!(numbers, (0..12).collect::<Vec<_>>());
}

#[test]
fn answers_come_as_page_json_and_csv_and_are_described() {
    let folder = tempfile::tempdir().unwrap();
    let server = with_queries(folder.path());
    let page = server.get("/api/queries/things", "text/html,*/*;q=0.1");
    assert!(page.header("content-type").unwrap().starts_with("text/html") && page.text().contains("<table>"));
    assert!(page.text().contains("/id/region/r0") && page.text().contains("事物"), "{}", page.text());
    assert!(server.get("/api/queries/things", "application/json").json()["results"]["bindings"].is_array());
    let openapi = server.get("/api/openapi.json", "*/*").json();
    assert_eq!(openapi["paths"]["/api/queries/things"]["get"]["parameters"][1]["schema"]["type"], "integer");
    assert_eq!(server.get("/api/queries", "application/json").json()["queries"][0]["name"], "things");
}
