//! The SPARQL 1.1 Graph Store Protocol: whole graphs by GET, HEAD, PUT, POST and DELETE, named by the URL itself or by `?graph=`,
//! `?default`; without either, the whole dataset for reading and a new graph for POST.

use axum::http::{HeaderValue, StatusCode, header};

use super::answer::{self, Asked, Job, matches};
use super::auth::Role;
use super::metrics::Operation;
use super::multipart;
use super::parameters::decode;
use super::problem::{Answer, Problem};
use super::protocol::{may_write, no_content, visible};
use super::request::Inbound;
use super::state::Shared;
use crate::graph::{DATASET_OFFERS, GRAPH_OFFERS, NamedNode, Payload, Target, exists, rdf_format_of, write_graph};

const METHODS: &str = "GET, HEAD, PUT, POST, DELETE, OPTIONS";

/// Path of the graph store.
pub const ROOT: &str = "/store";

/// Answers a request to the graph store.
///
/// # Errors
/// Anything that the protocol or the RDF is at fault with.
pub async fn handle(inbound: &mut Inbound) -> Result<Answer, Problem> {
    let target = target(inbound)?;
    match inbound.method.as_str() {
        "GET" | "HEAD" => read(inbound, target.unwrap_or(Target::Dataset)).await,
        "PUT" => put(inbound, target.unwrap_or(Target::Dataset), true).await,
        "POST" => match target {
            Some(target) => put(inbound, target, false).await,
            None => post(inbound).await,
        },
        "DELETE" => delete(inbound, target).await,
        _ => Err(Problem::method(METHODS)),
    }
}

/// The graph that the request names; `None` where it names none.
fn target(inbound: &Inbound) -> Result<Option<Target>, Problem> {
    let below = inbound.path.strip_prefix(ROOT).unwrap_or("");
    let graph = inbound.parameters.one("graph")?;
    let default = inbound.parameters.has("default");
    match (below, graph, default) {
        ("" | "/", None, false) => Ok(None),
        ("" | "/", None, true) => Ok(Some(Target::Default)),
        ("" | "/", Some(graph), false) => named(graph).map(Some),
        (_, None, false) => named(&decode(&inbound.address(), false)?).map(Some),
        _ => Err(Problem::bad("name one graph: by the path, by ?graph= or by ?default")),
    }
}

fn named(iri: &str) -> Result<Target, Problem> {
    NamedNode::new(iri).map(Target::Named).map_err(|_| Problem::bad(format!("not an absolute IRI: {iri}")))
}

async fn read(inbound: &Inbound, target: Target) -> Result<Answer, Problem> {
    inbound.demand(Role::Read)?;
    let hidden = visible(inbound).is_some_and(|visible| match &target {
        Target::Default => !visible.default_graph,
        Target::Named(graph) => !visible.graphs.contains(graph),
        Target::Dataset => true,
    });
    let offers = if target == Target::Dataset { DATASET_OFFERS } else { GRAPH_OFFERS };
    let (content_type, format) = inbound.accept(offers)?;
    if hidden || !exists(&inbound.shared.snapshot(), &target)? {
        return Err(Problem::new(StatusCode::NOT_FOUND, format!("no such graph: {}", name(&target))));
    }
    let state = state_tag(&inbound.shared);
    let asked = Asked::new(inbound, ["graph", &name(&target), content_type], true);
    let job = Job {
        operation: Operation::Graph,
        content_type,
        time: answer::time(inbound)?,
        page: None,
        shape: None,
        work: Box::new(move |snapshot, limits, watch, out| write_graph(snapshot, &target, format, limits, watch, out)),
    };
    let mut response = answer::answer(inbound, asked, job).await?.response;
    if response.status() != StatusCode::NOT_MODIFIED
        && let Ok(tag) = HeaderValue::from_str(&state)
    {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// The tag of the state of the whole graph: it changes with every write.
fn state_tag(shared: &Shared) -> String {
    format!("\"{}-{}\"", shared.epoch, shared.snapshot().generation())
}

fn name(target: &Target) -> String {
    match target {
        Target::Default => "default".to_owned(),
        Target::Named(graph) => graph.as_str().to_owned(),
        Target::Dataset => "dataset".to_owned(),
    }
}

async fn put(inbound: &mut Inbound, target: Target, replace: bool) -> Result<Answer, Problem> {
    may_write(inbound)?;
    let payloads = payloads(inbound).await?;
    let base = match &target {
        Target::Named(graph) => graph.as_str().to_owned(),
        _ => inbound.address(),
    };
    let conditions = Conditions::of(inbound);
    let created = answer::write(inbound, Operation::Graph, move |shared, watch| {
        let mut editor = shared.lock_editor()?;
        conditions.check(shared, exists(&editor.snapshot(), &target)?)?;
        let created = editor.put(&target, &payloads, &base, replace, watch)?;
        shared.swap(editor.snapshot());
        Ok(created)
    })
    .await?;
    Ok(done(inbound, created))
}

/// POST to the store itself: a new graph, named in `Location`; or quads into the dataset.
async fn post(inbound: &mut Inbound) -> Result<Answer, Problem> {
    let quads = DATASET_OFFERS.iter().any(|(media_type, _)| *media_type == inbound.content_type() && *media_type != "application/ld+json");
    if quads {
        return put(inbound, Target::Dataset, false).await;
    }
    let number = format!("{}-{:x}", inbound.shared.epoch, inbound.shared.next_id());
    let location = format!("{}{ROOT}/{number}", inbound.origin());
    let mut response = put(inbound, named(&location)?, false).await?;
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(value) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    Ok(response)
}

async fn delete(inbound: &Inbound, target: Option<Target>) -> Result<Answer, Problem> {
    may_write(inbound)?;
    let target = target.ok_or_else(|| Problem::bad("name the graph to delete: by the path, by ?graph= or by ?default"))?;
    let conditions = Conditions::of(inbound);
    answer::write(inbound, Operation::Graph, move |shared, watch| {
        let mut editor = shared.lock_editor()?;
        conditions.check(shared, exists(&editor.snapshot(), &target)?)?;
        editor.delete(&target, watch)?;
        shared.swap(editor.snapshot());
        Ok(())
    })
    .await?;
    Ok(done(inbound, false))
}

fn done(inbound: &Inbound, created: bool) -> Answer {
    let mut response = no_content();
    if created {
        *response.status_mut() = StatusCode::CREATED;
    }
    if let Ok(tag) = HeaderValue::from_str(&state_tag(&inbound.shared)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// `If-Match` and `If-None-Match` of a write.
struct Conditions {
    matching: Option<String>,
    missing: Option<String>,
}

impl Conditions {
    fn of(inbound: &Inbound) -> Self {
        let header = |name| inbound.header(&name).map(str::to_owned);
        Self { matching: header(header::IF_MATCH), missing: header(header::IF_NONE_MATCH) }
    }

    /// 412 where the graph is not as the client thinks. The caller holds the writer.
    fn check(&self, shared: &Shared, exists: bool) -> Result<(), Problem> {
        let tag = state_tag(shared);
        let met = self.matching.as_ref().is_none_or(|tags| exists && matches(tags, &tag))
            && self.missing.as_ref().is_none_or(|tags| !exists || tags.trim() != "*" && !matches(tags, &tag));
        if met {
            return Ok(());
        }
        Err(Problem::new(StatusCode::PRECONDITION_FAILED, "the graph has changed since you read it; read it again and repeat the change"))
    }
}

/// The RDF documents of the body: the body itself, or the parts of a form.
async fn payloads(inbound: &mut Inbound) -> Result<Vec<Payload>, Problem> {
    let content_type = inbound.header(&header::CONTENT_TYPE).unwrap_or("").to_owned();
    let limit = inbound.shared.config.limits.rdf_body;
    let unsupported = |found: &str| {
        let types: Vec<&str> = GRAPH_OFFERS.iter().map(|(media_type, _)| *media_type).collect();
        let found = if found.is_empty() { "none" } else { found };
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("the content type is {found}; RDF is taken as {}", types.join(", ")))
    };
    if inbound.content_type() == "multipart/form-data" {
        let body = inbound.body(limit).await?;
        let parts = multipart::parts(&content_type, &body)?;
        return parts
            .into_iter()
            .map(|part| match rdf_format_of(&part.content_type) {
                Some(format) => Ok(Payload { format, bytes: part.bytes }),
                None => Err(unsupported(&part.content_type)),
            })
            .collect();
    }
    let format = rdf_format_of(&content_type).ok_or_else(|| unsupported(&content_type))?;
    Ok(vec![Payload { format, bytes: inbound.body(limit).await?.to_vec() }])
}
