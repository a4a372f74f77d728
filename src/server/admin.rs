//! For operators: health, readiness, measurements, and what is running.

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::answer::respond;
use super::auth::Role;
use super::problem::{Answer, Problem};
use super::protocol::no_content;
use super::request::Inbound;

/// `/healthz`: the process is up.
pub fn health(inbound: &Inbound) -> Result<Answer, Problem> {
    get(inbound)?;
    Ok(respond(Body::from("ok\n"), "text/plain", None))
}

/// `/readyz`: requests are welcome.
pub fn ready(inbound: &Inbound) -> Result<Answer, Problem> {
    get(inbound)?;
    if inbound.shared.draining.load(Ordering::Relaxed) {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the server is stopping"));
    }
    let snapshot = inbound.shared.snapshot();
    let damage = snapshot.damage().map(ToString::to_string);
    let body = json!({ "ready": true, "generation": snapshot.generation(), "damage": damage });
    Ok(respond(Body::from(format!("{body}\n")), "application/json", None))
}

/// `/metrics`: measurements in the text format of Prometheus.
pub fn metrics(inbound: &Inbound) -> Result<Answer, Problem> {
    get(inbound)?;
    let text = inbound.shared.metrics.text(&inbound.shared.gauges());
    Ok(respond(Body::from(text), "text/plain; version=0.0.4", None))
}

/// `/admin/queries` and `/admin/queries/{id}`: what is running, and how to stop it.
pub fn queries(inbound: &Inbound, id: Option<&str>) -> Result<Answer, Problem> {
    inbound.demand(Role::Admin)?;
    match (inbound.method.clone(), id) {
        (Method::GET | Method::HEAD, None) => {
            let mut running: Vec<Value> = Vec::new();
            inbound.shared.each_running(|id, query| {
                running.push(json!({
                    "id": id, "operation": format!("{:?}", query.operation).to_lowercase(), "seconds": query.started.elapsed().as_secs_f64(),
                    "rows": query.watch.rows(), "hash": query.hash, "request": query.request, "stopping": query.watch.is_stopped(),
                }));
            });
            Ok(respond(Body::from(json!({ "queries": running }).to_string()), "application/json", None))
        }
        (Method::DELETE, Some(id)) => {
            let stopped = id.parse().is_ok_and(|id| inbound.shared.stop(id));
            if stopped {
                Ok(no_content())
            } else {
                Err(Problem::new(StatusCode::NOT_FOUND, format!("nothing of the number {id} is running")))
            }
        }
        (_, None) => Err(Problem::method("GET, HEAD, OPTIONS")),
        (_, Some(_)) => Err(Problem::method("DELETE, OPTIONS")),
    }
}

fn get(inbound: &Inbound) -> Result<(), Problem> {
    if inbound.is_read() { Ok(()) } else { Err(Problem::method("GET, HEAD, OPTIONS")) }
}
