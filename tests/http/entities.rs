//! Entity pages: the path of an entity's IRI answers people and programs.

use crate::client::{Served, encoded};

#[test]
fn an_entity_answers_at_the_path_of_its_iri() {
    let server = Served::writable(&[]);
    server.update(
        "INSERT DATA { cluster:软件 a yp:Cluster ; skos:prefLabel \"软件<集群>\"@zh ; yp:locatedIn region:510100 . region:510100 skos:prefLabel \"成都市\"@zh .
           GRAPH doc:1 { statement:1 a yp:Statement ; rdf:subject cluster:软件 ; rdf:predicate yp:locatedIn ; rdf:object region:510100 ; yp:evidence <http://e/passage> .
             <http://e/passage> yp:quote \"集群在成都\"@zh } }",
    );
    let path = format!("/id/cluster/{}", encoded("软件"));
    let page = server.get(&path, "text/html");
    let html = page.text();
    assert_eq!(page.status, 200);
    assert!(html.contains("软件&lt;集群&gt;") && html.contains("集群在成都") && html.contains("成都市"), "{html}");
    assert!(!html.contains("<script"), "readable without scripts");
    let turtle = server.get(&path, "text/turtle").text();
    assert!(turtle.contains("cluster:软件") && turtle.contains("集群在成都"), "{turtle}");
    assert!(server.get(&path, "application/ld+json").json().is_array());
    let linked = server.get(&format!("{path}?format={}", encoded("ld+json")), "text/html,*/*;q=0.8");
    assert!(html.contains("?format=ld%2Bjson") && linked.json().is_array(), "what a browser is linked to is what it gets");
    assert_eq!(server.get(&format!("{path}?format=png"), "*/*").status, 406);
    assert_eq!(server.get("/id/cluster/nothing", "text/html").status, 404);
    assert_eq!(server.get("/", "text/html").status, 200);
}
