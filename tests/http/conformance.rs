//! The W3C tests of the SPARQL Protocol (34) and of the Graph Store Protocol (13), case by case, in our own words: same requests in
//! meaning, same expectations. Names of cases are those of the suites, so that both can be laid side by side.

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::Graph;

use crate::client::{Response, Served, encoded};
use crate::results::{self, Answer};

const FORM: &str = "application/x-www-form-urlencoded";
const QUERY: &str = "application/sparql-query";
const UPDATE: &str = "application/sparql-update";
const TURTLE: &str = "text/turtle; charset=utf-8";

/// What must come back.
enum Then {
    /// Success.
    Done,
    /// Success, with a boolean.
    True,
    /// Success, as one of these media types.
    As(&'static [&'static str]),
    /// The client's fault.
    Refused,
    /// One of these.
    Status(&'static [u16]),
    /// 200, and Turtle that says this.
    Says(&'static str),
}

/// One request. `LOCATION` in a path is what the last `Location` header said.
struct Step {
    method: &'static str,
    path: String,
    content_type: &'static str,
    body: Vec<u8>,
    then: Then,
}

fn step(method: &'static str, path: &str, content_type: &'static str, body: &str, then: Then) -> Step {
    Step { method, path: path.to_owned(), content_type, body: body.as_bytes().to_vec(), then }
}

fn get(path: &str, then: Then) -> Step {
    step("GET", path, "", "", then)
}

fn post(path: &str, content_type: &'static str, body: &str, then: Then) -> Step {
    step("POST", path, content_type, body, then)
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// Parameters of the dataset: `letter` and `number` for each, such as `default-graph-uri` and 1.
fn dataset(parts: &[(&str, usize)]) -> String {
    parts.iter().map(|(name, number)| format!("{name}-graph-uri={}&", encoded(&format!("http://e/{number}")))).collect()
}

fn check(server: &Served, case: &str, steps: Vec<Step>) {
    let mut location = String::new();
    for (at, step) in steps.into_iter().enumerate() {
        let path = step.path.replace("LOCATION", &encoded(&location));
        let mut headers = vec![("Host", "www.example"), ("Accept", if matches!(step.then, Then::Says(_)) { "text/turtle" } else { "*/*" })];
        if !step.content_type.is_empty() {
            headers.push(("Content-Type", step.content_type));
        }
        let response = server.send(step.method, &path, &headers, &step.body);
        location = response.header("location").unwrap_or(&location).to_owned();
        let fault = fault(&response, &step.then);
        assert!(fault.is_none(), "{case}, step {at}: {} {path}: {}", step.method, fault.unwrap_or_default());
    }
}

fn fault(response: &Response, then: &Then) -> Option<String> {
    let fine = match then {
        Then::Done => response.status / 100 == 2,
        Then::True => response.status == 200 && response.json()["boolean"] == true,
        Then::As(types) => {
            response.status == 200 && response.header("content-type").is_some_and(|found| types.iter().any(|t| found.starts_with(t)))
        }
        Then::Refused => response.status / 100 == 4,
        Then::Status(all) => all.contains(&response.status),
        Then::Says(turtle) => {
            let parser = RdfParser::from_format(RdfFormat::Turtle).with_base_iri("http://www.example/").expect("a base");
            let expected: Graph =
                parser.for_slice(turtle.as_bytes()).map(|quad| oxigraph::model::Triple::from(quad.expect("Turtle"))).collect();
            response.status == 200
                && response.header("content-type").is_some_and(|found| found.starts_with("text/turtle"))
                && results::same(&results::triples(&response.body).ok()?, &Answer::Graph(expected), false)
        }
    };
    (!fine).then(|| format!("status {}, {:?}: {}", response.status, response.header("content-type"), response.text()))
}

/// A server whose named graphs `http://e/1` to `http://e/3` each say what they are.
fn three_documents() -> Served {
    let server = Served::writable(&[]);
    let graph = |n: usize| format!("GRAPH <http://e/{n}> {{ <http://e/{n}> a <http://e/Document> }}");
    server.update(&format!("INSERT DATA {{ {} {} {} }}", graph(1), graph(2), graph(3)));
    server
}

const BOTH: &str = "ASK { <http://e/1> a ?c . <http://e/2> a ?d }";
const BOTH_NAMED: &str = "ASK { GRAPH ?g { <http://e/1> a ?c } GRAPH ?h { <http://e/2> a ?d } }";

fn queries() -> Vec<(&'static str, Vec<Step>)> {
    let default_both = dataset(&[("default", 1), ("default", 2)]);
    let named_both = dataset(&[("named", 1), ("named", 2)]);
    let full = dataset(&[("default", 3), ("named", 1), ("named", 2)]);
    let nothing = dataset(&[("default", 0)]);
    let direct = |body: &str, then| vec![post(&format!("/sparql/?{nothing}"), QUERY, body, then)];
    vec![
        ("query_post_form", vec![post(&format!("/sparql/?{nothing}"), FORM, "query=ASK%20%7B%7D", Then::True)]),
        ("query_dataset_default_graphs_get", vec![get(&format!("/sparql/?{default_both}query={}", encoded(BOTH)), Then::True)]),
        ("query_dataset_default_graphs_post", vec![post(&format!("/sparql/?{default_both}"), QUERY, BOTH, Then::True)]),
        ("query_dataset_named_graphs_post", vec![post(&format!("/sparql/?{named_both}"), QUERY, BOTH_NAMED, Then::True)]),
        ("query_dataset_named_graphs_get", vec![get(&format!("/sparql/?{named_both}query={}", encoded(BOTH_NAMED)), Then::True)]),
        (
            "query_dataset_full",
            vec![post(
                &format!("/sparql/?{full}"),
                QUERY,
                "ASK { <http://e/3> a ?b GRAPH ?g { <http://e/1> a ?c } GRAPH ?h { <http://e/2> a ?d } }",
                Then::True,
            )],
        ),
        // What stands beside the query counts, not its FROM.
        (
            "query_multiple_dataset",
            vec![post(&format!("/sparql/?{named_both}"), QUERY, &BOTH_NAMED.replace("ASK", "ASK FROM <http://e/3>"), Then::True)],
        ),
        ("query_get", vec![get(&format!("/sparql/?query=ASK%20%7B%7D&{nothing}"), Then::True)]),
        (
            "query_content_type_select",
            direct(
                "SELECT (1 AS ?value) {}",
                Then::As(&["application/sparql-results+xml", "application/sparql-results+json", "text/csv", "text/tab-separated-values"]),
            ),
        ),
        ("query_content_type_ask", direct("ASK {}", Then::As(&["application/sparql-results+xml", "application/sparql-results+json"]))),
        (
            "query_content_type_describe",
            direct(
                "DESCRIBE <http://e/1>",
                Then::As(&["application/rdf+xml", "text/turtle", "application/n-triples", "application/n-quads"]),
            ),
        ),
        (
            "query_content_type_construct",
            direct(
                "CONSTRUCT { <s> <p> 1 } WHERE {}",
                Then::As(&["application/rdf+xml", "text/turtle", "application/n-triples", "application/n-quads"]),
            ),
        ),
        ("query_post_direct", vec![post("/sparql/", QUERY, "ASK {}", Then::True)]),
        ("bad_query_method", vec![step("PUT", &format!("/sparql/?query=ASK%20%7B%7D&{nothing}"), FORM, "", Then::Refused)]),
        ("bad_multiple_queries", vec![get("/sparql/?query=ASK%20%7B%7D&query=SELECT%20%2A%20%7B%7D", Then::Refused)]),
        ("bad_query_wrong_media_type", vec![post("/sparql/", "text/plain", "ASK {}", Then::Refused)]),
        ("bad_query_missing_form_type", vec![post("/sparql/", "", "query=ASK%20%7B%7D", Then::Refused)]),
        ("bad_query_missing_direct_type", vec![post("/sparql/", "", "ASK {}", Then::Refused)]),
        (
            "bad_query_non_utf8",
            vec![Step { body: utf16("ASK {}"), ..post("/sparql/", "application/sparql-query; charset=UTF-16", "", Then::Refused) }],
        ),
        ("bad_query_syntax", vec![get("/sparql/?query=ASK%20%7B", Then::Refused)]),
    ]
}

fn updates() -> Vec<(&'static str, Vec<Step>)> {
    let mark = |pattern: &str| format!("INSERT {{ GRAPH <http://e/out> {{ ?s a <http://e/Found> }} }} WHERE {{ {pattern} }}");
    let found = |yes: &[usize], no: &[usize]| {
        let each = |n: &usize| format!("GRAPH <http://e/out> {{ <http://e/{n}> a <http://e/Found> }}");
        let absent: String = no.iter().map(|n| format!("FILTER NOT EXISTS {{ {} }}", each(n))).collect();
        format!("ASK {{ {} {absent} }}", yes.iter().map(each).collect::<String>())
    };
    let over = |beside: &[(&str, usize)], update: &str, ask: &str| {
        vec![post(&format!("/sparql/?{}", dataset(beside)), UPDATE, update, Then::Done), post("/sparql/", QUERY, ask, Then::True)]
    };
    let (plain, in_graph) = ("?s a <http://e/Document>", "GRAPH ?g { ?s a <http://e/Document> }");
    vec![
        ("update_dataset_default_graph", over(&[("using", 1)], &mark(plain), &found(&[1], &[2, 3]))),
        ("update_dataset_default_graphs", over(&[("using", 1), ("using", 2)], &mark(plain), &found(&[1, 2], &[3]))),
        ("update_dataset_named_graphs", over(&[("using-named", 1), ("using-named", 2)], &mark(in_graph), &found(&[1, 2], &[3]))),
        (
            "update_dataset_full",
            over(
                &[("using", 1), ("using-named", 2)],
                "INSERT { GRAPH <http://e/out> { ?s <http://e/in> ?in } } WHERE {
                   { GRAPH ?g { ?s a <http://e/Document> } BIND(?g AS ?in) } UNION { ?s a <http://e/Document> BIND('default' AS ?in) } }",
                "ASK { GRAPH <http://e/out> { <http://e/1> <http://e/in> 'default' . <http://e/2> <http://e/in> <http://e/2> }
                   FILTER NOT EXISTS { GRAPH <http://e/out> { <http://e/3> ?p ?o } } }",
            ),
        ),
        ("update_post_form", vec![post("/sparql/", FORM, "update=CLEAR+ALL", Then::Done)]),
        ("update_post_direct", vec![post("/sparql/", UPDATE, "CLEAR ALL", Then::Done)]),
        (
            "update_base_uri",
            vec![
                post("/sparql/", UPDATE, "INSERT DATA { GRAPH <http://e/base> { <http://e/s> <http://e/p> <test> } }", Then::Done),
                post("/sparql/", QUERY, "ASK { GRAPH <http://e/base> { ?s ?p ?o FILTER(ISIRI(?o) && STR(?o) != 'test') } }", Then::True),
            ],
        ),
        ("bad_update_get", vec![get("/sparql/?update=CLEAR%20ALL", Then::Refused)]),
        ("bad_multiple_updates", vec![post("/sparql/", FORM, "update=CLEAR%20NAMED&update=CLEAR%20DEFAULT", Then::Refused)]),
        ("bad_update_wrong_media_type", vec![post("/sparql/", "text/plain", "CLEAR NAMED", Then::Refused)]),
        ("bad_update_missing_form_type", vec![post("/sparql/", "", "update=CLEAR%20NAMED", Then::Refused)]),
        (
            "bad_update_non_utf8",
            vec![Step { body: utf16("CLEAR NAMED"), ..post("/sparql/", "application/sparql-update; charset=UTF-16", "", Then::Refused) }],
        ),
        ("bad_update_syntax", vec![post("/sparql/", FORM, "update=CLEAR%20XYZ", Then::Refused)]),
        (
            "bad_update_dataset_conflict",
            vec![post(
                &format!("/sparql/?{}", dataset(&[("using-named", 1)])),
                UPDATE,
                "WITH <http://e/2> DELETE { ?s ?p 'Bill' } INSERT { ?s ?p 'William' } WHERE { ?s ?p 'Bill' }",
                Then::Refused,
            )],
        ),
    ]
}

#[test]
fn sparql_protocol() {
    let cases: Vec<_> = queries().into_iter().chain(updates()).collect();
    assert_eq!(cases.len(), 34, "the suite has so many");
    for (case, steps) in cases {
        check(&three_documents(), case, steps);
    }
}

const JOHN: &str = "<http://www.example/person/1> <http://e/card> [ <http://e/fn> 'John' ] .";
const JANE: &str = "<http://www.example/person/1> <http://e/card> [ <http://e/fn> 'Jane' ] .";
const NAMELESS: &str = "[] a <http://e/Person> ; <http://e/card> [ <http://e/fn> 'Alice' ] .";
const FULL: &str =
    "<http://www.example/person/1> <http://e/card> [ <http://e/fn> 'Jane' ] ; <http://e/given> 'Jane' ; <http://e/family> 'Doe' .";
const WRITTEN: Then = Then::Status(&[200, 201, 204]);
const CHANGED: Then = Then::Status(&[200, 204]);
const CREATED: Then = Then::Status(&[201]);
const MISSING: Then = Then::Status(&[404]);

fn form(files: &[(&str, &str)]) -> String {
    let part = |(name, turtle): &(&str, &str)| {
        format!(
            "--edge\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}\"\r\nContent-Type: text/turtle; charset=utf-8\r\n\r\n{turtle}\r\n"
        )
    };
    format!("{}--edge--\r\n", files.iter().map(part).collect::<String>())
}

/// The cases that exist for both ways to name a graph; `one` and `two` name two graphs.
fn graphs(one: &str, two: &str) -> [Vec<Step>; 4] {
    let put = |path: &str, turtle: &str, then| step("PUT", path, TURTLE, turtle, then);
    let delete = |then| step("DELETE", two, "", "", then);
    let names = form(&[
        ("family.ttl", "<http://www.example/person/1> <http://e/family> 'Doe' ."),
        ("given.ttl", "<http://www.example/person/1> <http://e/given> 'Jane' ."),
    ]);
    [
        vec![put(one, JOHN, CREATED), get(one, Then::Says(JOHN)), put(one, JANE, CHANGED), get(one, Then::Says(JANE))],
        vec![put(two, NAMELESS, WRITTEN), delete(CHANGED), get(two, MISSING), delete(Then::Status(&[200, 204, 404]))],
        vec![
            post(one, TURTLE, JANE, WRITTEN),
            get(one, Then::Says(JANE)),
            post(one, "multipart/form-data; boundary=edge", &names, CHANGED),
            get(one, Then::Says(FULL)),
        ],
        vec![put(one, JOHN, WRITTEN), step("HEAD", one, "", "", Then::Status(&[200]))],
    ]
}

#[test]
fn graph_store_protocol() {
    let named = |iri: &str| format!("/store?graph={iri}");
    let (one, two) = (named(&encoded("http://www.example/person/1.ttl")), named(&encoded("http://www.example/person/2.ttl")));
    let [repeat, delete, twice, head] = graphs("/store/person/1.ttl", "/store/person/2.ttl");
    let [repeat_indirect, delete_indirect, twice_indirect, head_indirect] = graphs(&one, &two);
    let put = |path: &str, turtle: &str| step("PUT", path, TURTLE, turtle, CREATED);
    let (once_encoded, twice_encoded) = (named("http://www.example/person/%31.ttl"), named("http://www.example/person/%2531.ttl"));
    let cases = [
        ("put_get_repeat_direct", repeat),
        ("put_delete_get_delete_direct", delete),
        ("post_get_post_get_direct", twice),
        ("head_existing_direct", head),
        ("put_get_repeat_indirect", repeat_indirect),
        ("put_get_default", vec![step("PUT", "/store?default", TURTLE, NAMELESS, WRITTEN), get("/store?default", Then::Says(NAMELESS))]),
        ("put_delete_get_delete_indirect", delete_indirect),
        ("post_get_post_get_indirect", twice_indirect),
        ("post_get_new_graph", vec![post("/store", TURTLE, NAMELESS, CREATED), get("/store?graph=LOCATION", Then::Says(NAMELESS))]),
        ("head_existing_indirect", head_indirect),
        ("head_non_existing_indirect", vec![step("HEAD", &named(&encoded("http://www.example/person/4.ttl")), "", "", MISSING)]),
        ("put_get_uri_pct_encoded_indirect", vec![put(&one, JOHN), get(&named("http://www.example/person/1.ttl"), Then::Says(JOHN))]),
        (
            "put_get_uri_pct_encoded_twice",
            vec![
                put(&once_encoded, JOHN),
                put(&twice_encoded, JANE),
                get(&once_encoded, Then::Says(JOHN)),
                get(&twice_encoded, Then::Says(JANE)),
            ],
        ),
    ];
    assert_eq!(cases.len(), 13, "the suite has so many");
    for (case, steps) in cases {
        check(&Served::writable(&[]), case, steps);
    }
}
