//! The SPARQL 1.1 Protocol: queries by GET, POST (form and direct) and QUERY, updates by POST, the service description.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Response, StatusCode, header};

use super::answer::{self, Asked, Job};
use super::auth::Role;
use super::cors;
use super::describe;
use super::metrics::Operation;
use super::parameters::Parameters;
use super::problem::{Answer, Problem};
use super::request::Inbound;
use super::spot::shape;
use crate::graph::{
    Bounds, Dataset, Form, GRAPH_OFFERS, Loads, NamedNode, Output, Prepared, RESULT_OFFERS, Remote, Update, UpdateContext, Visible,
    parse_update,
};

const METHODS: &str = "GET, HEAD, POST, QUERY, OPTIONS";

/// What an endpoint takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Queries and updates.
    Both,
    /// Queries.
    Queries,
    /// Updates.
    Updates,
}

enum Operand {
    Query(String),
    Update(String),
    Description,
}

/// Answers a request to the SPARQL endpoint.
///
/// # Errors
/// Anything that the protocol or the query is at fault with.
pub async fn handle(inbound: &mut Inbound, takes: Takes) -> Result<Answer, Problem> {
    match operand(inbound, takes).await? {
        Operand::Description => Box::pin(describe::service(inbound, takes)).await,
        Operand::Query(text) => query(inbound, text).await,
        Operand::Update(text) => Box::pin(update(inbound, text)).await,
    }
}

/// The operation that a request means. Parameters of a form body join those of the URL.
async fn operand(inbound: &mut Inbound, takes: Takes) -> Result<Operand, Problem> {
    let limit = inbound.shared.config.limits.query_body;
    let direct = match inbound.method.as_str() {
        "GET" | "HEAD" => {
            if inbound.parameters.has("update") {
                return Err(Problem::bad("an update is sent by POST, as the form field `update` or as application/sparql-update"));
            }
            None
        }
        "POST" | "QUERY" => match inbound.content_type().as_str() {
            "application/x-www-form-urlencoded" => {
                let form = inbound.text(limit).await?;
                inbound.parameters.extend(Parameters::parse(&form)?);
                None
            }
            "application/sparql-query" => Some(Operand::Query(inbound.text(limit).await?)),
            "application/sparql-update" if inbound.method == Method::POST => Some(Operand::Update(inbound.text(limit).await?)),
            other => return Err(wrong_media_type(other)),
        },
        _ => return Err(Problem::method(METHODS)),
    };
    let named = [inbound.parameters.one("query")?, inbound.parameters.one("update")?];
    let found = match (direct, named) {
        (Some(direct), [None, None]) => direct,
        (None, [Some(text), None]) => Operand::Query(text.to_owned()),
        (None, [None, Some(text)]) => Operand::Update(text.to_owned()),
        (None, [None, None]) if inbound.is_read() => Operand::Description,
        (None, [None, None]) => return Err(Problem::bad("the form has neither `query` nor `update`")),
        _ => return Err(Problem::bad("one operation at a time: one query or one update")),
    };
    match (&found, takes) {
        (Operand::Query(_), Takes::Updates) => Err(Problem::bad("this endpoint takes updates; queries go to /query or /sparql")),
        (Operand::Update(_), Takes::Queries) => Err(Problem::bad("this endpoint takes queries; updates go to /update or /sparql")),
        _ => Ok(found),
    }
}

fn wrong_media_type(found: &str) -> Problem {
    let found = if found.is_empty() { "none" } else { found };
    let detail = format!(
        "the content type is {found}; use application/sparql-query, application/sparql-update or application/x-www-form-urlencoded"
    );
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
}

async fn query(inbound: &Inbound, text: String) -> Result<Answer, Problem> {
    inbound.demand(Role::Read)?;
    let base = inbound.address();
    let asked = asked(inbound, &base, &text);
    if let Some(known) = asked.known(inbound) {
        return Ok(known.response);
    }
    let bounds = Bounds { product: inbound.shared.config.limits.product };
    let dataset = dataset(inbound, "default-graph-uri", "named-graph-uri")?;
    let prepared = Prepared::parse(&text, Some(&base))?.with_bounds(bounds).with_dataset(dataset).with_remote(remote(inbound));
    let (content_type, output) = match prepared.form() {
        Form::Select | Form::Ask => {
            let (media_type, format) = inbound.accept(RESULT_OFFERS)?;
            (media_type, Output::Results(format))
        }
        Form::Graph => {
            let (media_type, format) = inbound.accept(GRAPH_OFFERS)?;
            (media_type, Output::Graph(format))
        }
    };
    let job = Job {
        operation: Operation::Query,
        content_type,
        time: answer::time(inbound)?,
        page: None,
        shape: Some(shape(&text)),
        work: Box::new(move |snapshot, limits, watch, out| prepared.answer(snapshot, output, limits, watch, out)),
    };
    Ok(answer::answer(inbound, asked, job).await?.response)
}

/// What a query asks. The answer depends on the text, on what its relative IRIs resolve against, on the dataset beside it and on the
/// formats that the client takes.
fn asked(inbound: &Inbound, base: &str, text: &str) -> Asked {
    const DATASET: [&str; 3] = ["default-graph-uri", "named-graph-uri", "union-default-graph"];
    let beside = inbound.parameters.pairs().iter().filter(|(name, _)| DATASET.contains(&name.as_str()));
    let beside = beside.flat_map(|(name, value)| [name.as_str(), value.as_str()]);
    let accept = inbound.header(&header::ACCEPT).unwrap_or("");
    Asked::new(inbound, ["sparql", base, text, accept].into_iter().chain(beside), is_repeatable(text))
}

/// The way to other servers, where there is one.
fn remote(inbound: &Inbound) -> Option<Arc<dyn Remote>> {
    inbound.shared.config.remote.clone().map(|remote| Arc::new(remote) as Arc<dyn Remote>)
}

/// False where the text may call a function that gives another value at every call, or ask another server.
fn is_repeatable(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    !["RAND", "NOW", "UUID", "BNODE", "SERVICE"].iter().any(|function| text.contains(function))
}

/// The dataset that the parameters name, cut to what the sender may see.
pub fn dataset(inbound: &Inbound, default: &str, named: &str) -> Result<Dataset, Problem> {
    let iris = |name: &str| {
        let values = inbound.parameters.all(name).into_iter();
        values
            .map(|iri| NamedNode::new(iri).map_err(|_| Problem::bad(format!("{name}: not an absolute IRI: {iri}"))))
            .collect::<Result<Vec<_>, _>>()
    };
    let union = inbound.parameters.has("union-default-graph") && default == "default-graph-uri";
    Ok(Dataset { default: iris(default)?, named: iris(named)?, union, visible: visible(inbound) })
}

/// What the sender may see, where that is not everything.
pub fn visible(inbound: &Inbound) -> Option<Visible> {
    let grant = inbound.grant.as_ref()?;
    let graphs = grant.graphs.clone()?;
    Some(Visible { graphs, default_graph: grant.default_graph })
}

async fn update(inbound: &Inbound, text: String) -> Result<Answer, Problem> {
    may_write(inbound)?;
    let update = parse_update(&text, Some(&inbound.address()))?;
    let bounds = Bounds { product: inbound.shared.config.limits.product };
    let using = dataset(inbound, "using-graph-uri", "using-named-graph-uri")?;
    let remote = remote(inbound);
    let loads = load(inbound, &update, remote.clone()).await?;
    let context = UpdateContext { using, bounds, remote, loads };
    answer::write(inbound, Operation::Update, move |shared, watch| {
        let mut editor = shared.lock_editor()?;
        editor.update(&update, &context, watch)?;
        shared.swap(editor.snapshot());
        Ok(())
    })
    .await?;
    Ok(no_content())
}

/// Fetches what an update loads, before it asks for the writer.
async fn load(inbound: &Inbound, update: &Update, remote: Option<Arc<dyn Remote>>) -> Result<Loads, Problem> {
    if remote.is_none() || !Loads::wanted(update) {
        return Ok(Loads::default());
    }
    let update = update.clone();
    answer::read(inbound, Operation::Update, move |_, watch| Ok(Loads::fetch(&update, remote.as_ref(), watch)?)).await
}

/// Checks that this server and this sender may write.
///
/// # Errors
/// 403 for a read-only server or a foreign page, 401 for a sender without the token.
pub fn may_write(inbound: &Inbound) -> Result<(), Problem> {
    if !inbound.shared.config.writable {
        return Err(Problem::read_only());
    }
    cors::same_site(&inbound.shared.config.origins, &inbound.method, &inbound.headers)?;
    inbound.demand(Role::Write)
}

/// 204.
pub fn no_content() -> Answer {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
