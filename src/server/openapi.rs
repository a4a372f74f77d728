//! The OpenAPI description of the service: the protocols, and one path for each named query.

use serde_json::{Map, Value, json};

use crate::graph::{Catalogue, NamedQuery, ParameterKind, RESULT_OFFERS};

/// The description as JSON.
pub fn document(queries: &Catalogue) -> Value {
    let mut paths = Map::new();
    paths.insert("/sparql".to_owned(), sparql());
    paths.insert("/store".to_owned(), store());
    for query in queries.iter() {
        paths.insert(format!("/api/queries/{}", query.name), path(query));
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "yuanpu 园谱", "version": env!("CARGO_PKG_VERSION"), "description": "SPARQL 1.1 endpoint and named queries over a graph of regional industry in China" },
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": { "Problem": { "type": "object", "properties": {
                "title": { "type": "string" }, "status": { "type": "integer" }, "detail": { "type": "string" },
                "line": { "type": "integer" }, "column": { "type": "integer" }, "hint": { "type": "string" } } } }
        }
    })
}

fn problem(description: &str) -> Value {
    json!({ "description": description, "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } })
}

fn responses(types: impl Iterator<Item = &'static str>) -> Value {
    let content: Map<String, Value> = types.map(|media_type| (media_type.to_owned(), json!({}))).collect();
    json!({
        "200": { "description": "the answer", "content": content }, "304": { "description": "as the client has it" },
        "400": problem("a value or the query is at fault"), "406": problem("no format on offer is acceptable"),
        "413": problem("a limit of rows or size"), "503": problem("too busy"), "504": problem("the time limit"),
    })
}

fn path(query: &NamedQuery) -> Value {
    let mut parameters: Vec<Value> = query
        .parameters
        .iter()
        .map(|p| {
            let mut schema = schema(p.kind);
            if let (Some(default), Value::Object(schema)) = (&p.default, &mut schema) {
                schema.insert("default".to_owned(), json!(default));
            }
            json!({ "name": p.name, "in": "query", "required": p.default.is_none(), "description": p.text, "schema": schema })
        })
        .collect();
    for (name, default) in [("page", 1), ("per_page", query.page)] {
        parameters.push(json!({ "name": name, "in": "query", "schema": { "type": "integer", "minimum": 1, "default": default } }));
    }
    let types = RESULT_OFFERS.iter().map(|(media_type, _)| *media_type).chain(["text/html"]);
    json!({ "get": {
        "operationId": query.name, "summary": query.en, "description": query.zh, "tags": query.tags,
        "parameters": parameters, "responses": responses(types),
    } })
}

fn schema(kind: ParameterKind) -> Value {
    match kind {
        ParameterKind::Name | ParameterKind::String => json!({ "type": "string" }),
        ParameterKind::Integer => json!({ "type": "integer" }),
        ParameterKind::Decimal => json!({ "type": "number" }),
        ParameterKind::Boolean => json!({ "type": "boolean" }),
        ParameterKind::Date => json!({ "type": "string", "format": "date" }),
        ParameterKind::Iri => json!({ "type": "string", "description": "an IRI, in full or with a known prefix" }),
    }
}

fn sparql() -> Value {
    let query = json!({ "name": "query", "in": "query", "schema": { "type": "string" } });
    let types = || RESULT_OFFERS.iter().map(|(media_type, _)| *media_type);
    json!({
        "get": { "summary": "SPARQL 1.1 query", "parameters": [query], "responses": responses(types()) },
        "post": { "summary": "SPARQL 1.1 query or update", "requestBody": { "content": {
            "application/sparql-query": {}, "application/sparql-update": {}, "application/x-www-form-urlencoded": {} } }, "responses": responses(types()) },
    })
}

fn store() -> Value {
    let target = json!([
        { "name": "graph", "in": "query", "schema": { "type": "string", "format": "iri" } },
        { "name": "default", "in": "query", "allowEmptyValue": true, "schema": { "type": "string" } },
    ]);
    let mut methods = Map::new();
    for (method, summary) in [("get", "read a graph"), ("put", "replace a graph"), ("post", "add to a graph"), ("delete", "remove a graph")]
    {
        methods.insert(
            method.to_owned(),
            json!({ "summary": summary, "parameters": target, "responses": responses(["text/turtle"].into_iter()) }),
        );
    }
    Value::Object(methods)
}
