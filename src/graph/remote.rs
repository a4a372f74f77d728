//! SERVICE and LOAD through a way to other servers that the caller provides. Without one both are refused; with one, only the
//! addresses that it allows are asked. What comes back is taken whole, within the limits of that way, before a row is used.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use oxigraph::io::RdfFormat;
use oxigraph::model::{GraphName, NamedNode, Quad, Term};
use oxigraph::sparql::results::{QueryResultsFormat, QueryResultsParser, SliceQueryResultsParserOutput};
use oxigraph::sparql::{DefaultServiceHandler, QuerySolution, QuerySolutionIter, SparqlEvaluator, Variable};
use spargebra::algebra::GraphPattern;
use spargebra::{GraphUpdateOperation, Query, Update};

use super::edit::{EditError, Payload, Target, parse};
use super::formats::{GRAPH_OFFERS, rdf_format_of};
use super::guard::variables;
use super::query::QueryError;
use super::watch::Watch;

/// Media type in which services answer.
const ROWS: &str = "application/sparql-results+json";

/// A way to other servers.
pub trait Remote: Debug + Send + Sync {
    /// Whether `address` may be asked at all.
    fn allows(&self, address: &str) -> bool;

    /// Fetches a document or, with the text of a query, the answer of a service; gives up when `watch` is stopped.
    ///
    /// # Errors
    /// What went wrong, a limit of time or size included.
    fn fetch(&self, address: &str, query: Option<&str>, accept: &str, watch: &Watch) -> Result<Fetched, RemoteError>;
}

/// What another server gave.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Its `Content-Type`, empty where it said none.
    pub content_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Why another server gave nothing that is of use.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{address}: {reason}")]
pub struct RemoteError {
    /// The address.
    pub address: String,
    /// What went wrong.
    pub reason: String,
}

impl RemoteError {
    /// An error at `address`.
    pub fn new(address: &str, reason: impl Into<String>) -> Self {
        Self { address: address.to_owned(), reason: reason.into() }
    }
}

/// Columns, and rows of values.
type Rows = (Arc<[Variable]>, Arc<Vec<Vec<Option<Term>>>>);

/// Answers SERVICE during one evaluation. The same question is asked once, however often the plan comes by.
struct Services {
    remote: Arc<dyn Remote>,
    watch: Watch,
    asked: Mutex<HashMap<(NamedNode, String), Rows>>,
}

/// `evaluator` with SERVICE answered through `remote`.
pub(super) fn with_services(evaluator: SparqlEvaluator, remote: Option<&Arc<dyn Remote>>, watch: &Watch) -> SparqlEvaluator {
    match remote {
        Some(remote) => {
            evaluator.with_default_service_handler(Services { remote: remote.clone(), watch: watch.clone(), asked: Mutex::default() })
        }
        None => evaluator,
    }
}

impl DefaultServiceHandler for Services {
    type Error = RemoteError;

    fn handle(
        &self,
        service: &NamedNode,
        pattern: &GraphPattern,
        _base: Option<&oxiri::Iri<String>>,
    ) -> Result<QuerySolutionIter<'static>, RemoteError> {
        let (variables, rows) = self.rows(service, pattern)?;
        let columns = variables.clone();
        let length = rows.len();
        let row = move |at: usize| Ok(QuerySolution::from((columns.clone(), rows[at].clone())));
        Ok(QuerySolutionIter::new(variables, (0..length).map(row)))
    }
}

impl Services {
    fn rows(&self, service: &NamedNode, pattern: &GraphPattern) -> Result<Rows, RemoteError> {
        let address = service.as_str();
        // The guard has looked at the query already; this is the door itself.
        if !self.remote.allows(address) {
            return Err(RemoteError::new(address, "not allowed"));
        }
        let inner = Box::new(pattern.clone());
        let pattern = GraphPattern::Project { inner, variables: variables(pattern) };
        let text = Query::Select { dataset: None, pattern, base_iri: None }.to_string();
        let key = (service.clone(), text);
        if let Some(rows) = self.asked.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(rows.clone());
        }
        let fetched = self.remote.fetch(address, Some(&key.1), ROWS, &self.watch)?;
        let rows = solutions(&fetched.bytes).map_err(|reason| RemoteError::new(address, reason))?;
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(key, rows.clone());
        Ok(rows)
    }
}

fn solutions(bytes: &[u8]) -> Result<Rows, String> {
    let parser = QueryResultsParser::from_format(QueryResultsFormat::Json);
    match parser.for_slice(bytes).map_err(|error| error.to_string())? {
        SliceQueryResultsParserOutput::Solutions(solutions) => {
            let variables = solutions.variables().into();
            let rows = solutions.map(|row| row.map(|row| row.values().to_vec()));
            Ok((variables, Arc::new(rows.collect::<Result<_, _>>().map_err(|error| error.to_string())?)))
        }
        SliceQueryResultsParserOutput::Boolean(_) => Err("a truth value instead of rows".to_owned()),
    }
}

/// The documents that an update loads, fetched before it begins, so that no other writer waits for another server.
#[derive(Debug, Default)]
pub struct Loads(HashMap<NamedNode, Fetched>);

impl Loads {
    /// Whether `update` loads anything.
    #[must_use]
    pub fn wanted(update: &Update) -> bool {
        update.operations.iter().any(|operation| matches!(operation, GraphUpdateOperation::Load { .. }))
    }

    /// Fetches what `update` loads. What LOAD SILENT cannot get is left out.
    ///
    /// # Errors
    /// An address that is not allowed, or [`QueryError::Remote`].
    pub fn fetch(update: &Update, remote: Option<&Arc<dyn Remote>>, watch: &Watch) -> Result<Self, EditError> {
        let mut loads = Self::default();
        for operation in &update.operations {
            let GraphUpdateOperation::Load { source, silent, .. } = operation else { continue };
            let Some(remote) = remote.filter(|remote| remote.allows(source.as_str())) else { continue };
            let accept = GRAPH_OFFERS.iter().map(|(media_type, _)| *media_type).collect::<Vec<_>>().join(", ");
            match remote.fetch(source.as_str(), None, &accept, watch) {
                Ok(fetched) => drop(loads.0.insert(source.clone(), fetched)),
                Err(_) if *silent => {}
                Err(error) => return Err(watch.error_or(QueryError::Remote(error)).into()),
            }
        }
        Ok(loads)
    }

    /// The quads of a document that was fetched, for `graph`; `None` where it was not.
    pub(super) fn quads(&self, source: &NamedNode, graph: &GraphName) -> Option<Result<Vec<Quad>, EditError>> {
        let fetched = self.0.get(source)?;
        Some(format_of(source, fetched).ok_or_else(|| untold(source, fetched)).and_then(|format| {
            let target = match graph {
                GraphName::NamedNode(name) => Target::Named(name.clone()),
                _ => Target::Default,
            };
            let mut quads = Vec::new();
            parse(&Payload { format, bytes: fetched.bytes.clone() }, &target, source.as_str(), &mut quads)?;
            Ok(quads)
        }))
    }
}

/// The format of a document: what its server says, else what its name says.
fn format_of(source: &NamedNode, fetched: &Fetched) -> Option<RdfFormat> {
    let extension = || source.as_str().rsplit('/').next()?.rsplit_once('.').map(|(_, extension)| extension);
    rdf_format_of(&fetched.content_type).or_else(|| RdfFormat::from_extension(extension()?))
}

fn untold(source: &NamedNode, fetched: &Fetched) -> EditError {
    let reason = format!("neither the content type ({}) nor the name tells an RDF format", fetched.content_type);
    QueryError::Remote(RemoteError::new(source.as_str(), reason)).into()
}
