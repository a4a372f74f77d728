//! Asks a graph: prepares SPARQL text or algebra, refuses what must not run, evaluates under limits of time, rows and bytes, and
//! writes the answer in any of the formats. Everything happens on the calling thread; rows never leave it.

use std::io::{self, Write};
use std::sync::Arc;

use oxigraph::io::RdfFormat;
use oxigraph::model::{GraphName, NamedNode, NamedOrBlankNode, Term};
use oxigraph::sparql::results::QueryResultsFormat;
use oxigraph::sparql::{QueryEvaluationError, QueryResults, SparqlEvaluator};
use spargebra::Query;

use super::Snapshot;
use super::cardinality::Cardinalities;
use super::guard::{self, ALIVE, Bounds, Measure, Refusal};
use super::names::Names;
use super::plan;
use super::remote::{Remote, RemoteError, with_services};
use super::single;
use super::syntax::{SyntaxError, parse_query};
use super::top::Top;
use super::watch::Watch;
use super::writer::{Sink, Writer, admit};

/// How far an answer may go. `None` is no limit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// Rows of a SELECT, triples of a CONSTRUCT or DESCRIBE.
    pub rows: Option<u64>,
    /// Bytes of the serialised answer.
    pub bytes: Option<u64>,
    /// At the row limit: true ends the answer in good order and marks it, false makes it an error.
    pub truncate: bool,
}

/// Why a query gives no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The text is not SPARQL.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// It must not run.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The form of the query and the format do not fit.
    #[error("这种格式装不下这个答案 / this format cannot hold the answer: {0}")]
    Format(&'static str),
    /// The time limit was hit.
    #[error("超过时间限制 / the time limit was hit")]
    Time,
    /// The row limit was hit.
    #[error("超过 {0} 行 / more than {0} rows")]
    Rows(u64),
    /// The size limit was hit.
    #[error("超过 {0} 字节 / more than {0} bytes")]
    Bytes(u64),
    /// Someone stopped it.
    #[error("已取消 / cancelled")]
    Cancelled,
    /// Another server failed it.
    #[error("别的服务器没有给出答案 / another server did not answer: {0}")]
    Remote(#[source] RemoteError),
    /// The engine gave up on it.
    #[error("查询出错 / the query failed: {0}")]
    Evaluation(String),
    /// The answer could not be written.
    #[error("写不出答案 / the answer could not be written: {0}")]
    Output(#[source] io::Error),
}

/// What an answer was like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows or triples written.
    pub rows: u64,
    /// Bytes written.
    pub bytes: u64,
    /// True where the row limit cut it short.
    pub truncated: bool,
    /// The answer of an ASK.
    pub boolean: Option<bool>,
}

/// The form of a query, which decides the formats that fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Rows.
    Select,
    /// Yes or no.
    Ask,
    /// Triples: CONSTRUCT and DESCRIBE.
    Graph,
}

/// A dataset given beside the query, as by the SPARQL Protocol; it replaces FROM and FROM NAMED.
#[derive(Clone, Debug, Default)]
pub struct Dataset {
    /// Graphs merged into the default graph.
    pub default: Vec<NamedNode>,
    /// Named graphs in sight.
    pub named: Vec<NamedNode>,
    /// Takes the union of all graphs as the default graph.
    pub union: bool,
    /// What may be seen at all; everything where `None`.
    pub visible: Option<Visible>,
}

/// The part of a dataset that somebody may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visible {
    /// The named graphs.
    pub graphs: Vec<NamedNode>,
    /// Whether the default graph is part of it.
    pub default_graph: bool,
}

impl Dataset {
    pub(super) fn is_empty(&self) -> bool {
        self.default.is_empty() && self.named.is_empty() && !self.union && self.visible.is_none()
    }
}

/// The format of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// A SPARQL results format.
    Results(QueryResultsFormat),
    /// An RDF format, streamed in the order of the engine.
    Graph(RdfFormat),
    /// An RDF format, sorted, with only the prefixes that occur.
    SortedGraph(RdfFormat),
}

/// How terms are shown to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Names instead of IRIs, where the graph has them.
    pub labels: bool,
    /// Chinese names first, else English.
    pub chinese: bool,
}

/// One value as shown: its text, and the IRI behind it where it is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// What a person reads; empty where the value is unbound.
    pub text: String,
    /// The IRI of a named thing.
    pub iri: Option<String>,
}

/// The rows of a SELECT as people read them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Names of the columns.
    pub heads: Vec<String>,
    /// Cells, row by row.
    pub cells: Vec<Vec<Cell>>,
    /// Number of rows, and whether the limit cut them.
    pub report: Report,
}

/// A query ready to run, any number of times.
#[derive(Clone, Debug)]
pub struct Prepared {
    query: Query,
    dataset: Dataset,
    bounds: Bounds,
    remote: Option<Arc<dyn Remote>>,
    rewrite: bool,
}

impl Prepared {
    /// Parses `text`; relative IRIs resolve against `base`.
    ///
    /// # Errors
    /// A fault of the text.
    pub fn parse(text: &str, base: Option<&str>) -> Result<Self, SyntaxError> {
        Ok(Self::from_algebra(parse_query(text, base)?))
    }

    /// Takes algebra, such as a named query with bound parameters.
    #[must_use]
    pub fn from_algebra(query: Query) -> Self {
        Self { query, dataset: Dataset::default(), bounds: Bounds::default(), remote: None, rewrite: true }
    }

    /// Replaces the dataset of the query, unless `dataset` is empty.
    #[must_use]
    pub fn with_dataset(mut self, dataset: Dataset) -> Self {
        self.dataset = dataset;
        self
    }

    /// Sets the size of plans that is refused.
    #[must_use]
    pub fn with_bounds(mut self, bounds: Bounds) -> Self {
        self.bounds = bounds;
        self
    }

    /// Lets SERVICE ask other servers.
    #[must_use]
    pub fn with_remote(mut self, remote: Option<Arc<dyn Remote>>) -> Self {
        self.remote = remote;
        self
    }

    /// Runs the query as written, without rewriting.
    #[must_use]
    pub fn as_written(mut self) -> Self {
        self.rewrite = false;
        self
    }

    /// Shows rows from `start` on, at most `length`, of a SELECT.
    #[must_use]
    pub fn page(mut self, start: usize, length: usize) -> Self {
        if let Query::Select { pattern, .. } = &mut self.query {
            let inner = Box::new(std::mem::take(pattern));
            *pattern = spargebra::algebra::GraphPattern::Slice { inner, start, length: Some(length) };
        }
        self
    }

    /// The form of the query.
    #[must_use]
    pub fn form(&self) -> Form {
        match self.query {
            Query::Select { .. } => Form::Select,
            Query::Ask { .. } => Form::Ask,
            Query::Construct { .. } | Query::Describe { .. } => Form::Graph,
        }
    }

    /// The query in canonical spelling: equal for equal algebra, so fit as a key.
    #[must_use]
    pub fn canonical(&self) -> String {
        format!("{} {:?}", self.query, self.dataset)
    }

    /// The plan: the algebra that would run over `snapshot`, and what was changed on the way, one line each.
    #[must_use]
    pub fn plan(&self, snapshot: &Snapshot) -> (String, Vec<String>) {
        let watch = Watch::default();
        let counts = Cardinalities::of(snapshot, &watch);
        let (query, mut notes) = plan::rewrite(self.query.clone(), &counts);
        if Top::of(&query).is_some() {
            notes.push("first rows kept while reading, not all sorted".to_owned());
        }
        (query.to_sse(), notes)
    }

    /// Evaluates over `snapshot` and writes the answer to `out`, until done, stopped by `watch`, or over `limits`.
    ///
    /// # Errors
    /// See [`QueryError`]. Part of the answer may have been written before an error.
    pub fn answer(
        &self,
        snapshot: &Snapshot,
        output: Output,
        limits: Limits,
        watch: &Watch,
        out: impl Write,
    ) -> Result<Report, QueryError> {
        let mut sink = Sink::new(out, limits.bytes);
        let result = self.run(snapshot, output, limits, watch, &mut sink).map_err(|error| watch.error_or(error));
        sink.settle(result)
    }

    fn run<W: Write>(
        &self,
        snapshot: &Snapshot,
        output: Output,
        limits: Limits,
        watch: &Watch,
        sink: &mut Sink<W>,
    ) -> Result<Report, QueryError> {
        let mut writer = Writer { limits, watch, sink };
        match self.evaluate(snapshot, watch)? {
            QueryResults::Solutions(solutions) => match output {
                Output::Results(format) => writer.solutions(solutions, format),
                Output::Graph(_) | Output::SortedGraph(_) => Err(QueryError::Format("SELECT → RDF")),
            },
            QueryResults::Boolean(value) => writer.boolean(value, output),
            QueryResults::Graph(triples) => match output {
                Output::Graph(format) => writer.graph(triples, format),
                Output::SortedGraph(format) => writer.sorted_graph(triples, format),
                Output::Results(_) => Err(QueryError::Format("CONSTRUCT, DESCRIBE → SPARQL results")),
            },
        }
    }

    /// The rows of a SELECT as people read them, under the names of its columns.
    ///
    /// # Errors
    /// See [`QueryError`]; queries of other forms are a [`QueryError::Format`].
    pub fn rows(&self, snapshot: &Snapshot, style: Style, limits: Limits, watch: &Watch) -> Result<Rows, QueryError> {
        let QueryResults::Solutions(solutions) = self.evaluate(snapshot, watch)? else {
            return Err(QueryError::Format("ASK, CONSTRUCT, DESCRIBE → table"));
        };
        let heads = solutions.variables().iter().map(|variable| variable.as_str().to_owned()).collect();
        let mut names = Names::new(snapshot, style);
        let mut rows = Rows { heads, ..Rows::default() };
        for solution in solutions {
            let solution = solution.map_err(|error| watch.error_or(failed(error)))?;
            if !admit(&mut rows.report, limits, watch)? {
                break;
            }
            rows.cells
                .push(solution.values().iter().map(|value| value.as_ref().map_or_else(Cell::default, |term| names.cell(term))).collect());
        }
        watch.check()?;
        Ok(rows)
    }

    /// Starts the evaluation. The results borrow nothing, but must stay on this thread.
    fn evaluate(&self, snapshot: &Snapshot, watch: &Watch) -> Result<QueryResults<'static>, QueryError> {
        watch.check()?;
        let default_graph = self.dataset.is_empty() && self.query.dataset().is_none();
        if self.rewrite
            && default_graph
            && let Some(rows) = single::rows(&self.query, snapshot)?
        {
            return Ok(QueryResults::Solutions(rows));
        }
        let counts = Cardinalities::of(snapshot, watch);
        let measure = Measure { bounds: self.bounds, remote: self.remote.as_deref(), rows: &|triple| counts.size(triple) };
        let checked = guard::check(&self.query, &measure);
        // Once stopped, what was not counted counts as many: that is no reason to refuse anything.
        watch.check()?;
        checked?;
        let mut query = if self.rewrite && default_graph { plan::rewrite(self.query.clone(), &counts).0 } else { self.query.clone() };
        let pattern = guard::pattern_of_mut(&mut query);
        *pattern = guard::interruptible(std::mem::take(pattern));
        if watch.is_brief() && !guard::stops_at_once(&query) {
            watch.expire();
            return Err(watch.error());
        }
        if self.rewrite
            && let Some((unordered, top)) = Top::of(&query)
            && let QueryResults::Solutions(rows) = self.start(unordered, snapshot, watch)?
            && let Some(first) = top.first(rows, watch)?
        {
            return Ok(QueryResults::Solutions(first));
        }
        self.start(query, snapshot, watch)
    }

    fn start(&self, query: Query, snapshot: &Snapshot, watch: &Watch) -> Result<QueryResults<'static>, QueryError> {
        let mut prepared = with_services(evaluator(watch), self.remote.as_ref(), watch).for_query(query);
        apply(&self.dataset, prepared.dataset_mut());
        prepared.on_store(snapshot.store()).execute().map_err(failed)
    }
}

/// An evaluator that obeys `watch`.
pub(crate) fn evaluator(watch: &Watch) -> SparqlEvaluator {
    let token = watch.token();
    let alive = move |_: &[Term]| (!token.is_cancelled()).then(|| oxigraph::model::Literal::from(true).into());
    SparqlEvaluator::new().with_cancellation_token(watch.token()).with_custom_function(NamedNode::new_unchecked(ALIVE), alive)
}

/// Replaces the dataset of a query or of an update's WHERE where `dataset` names one, and cuts it to what is visible.
pub(crate) fn apply(dataset: &Dataset, target: &mut oxigraph::sparql::QueryDatasetSpecification) {
    if dataset.union {
        target.set_default_graph_as_union();
    } else if !dataset.default.is_empty() || !dataset.named.is_empty() {
        target.set_default_graph(dataset.default.iter().cloned().map(GraphName::from).collect());
    }
    if !dataset.named.is_empty() || !dataset.default.is_empty() && !dataset.union {
        target.set_available_named_graphs(dataset.named.iter().cloned().map(NamedOrBlankNode::from).collect());
    }
    if let Some(visible) = &dataset.visible {
        restrict(visible, target);
    }
}

fn restrict(visible: &Visible, target: &mut oxigraph::sparql::QueryDatasetSpecification) {
    let seen = |graph: &GraphName| match graph {
        GraphName::NamedNode(name) => visible.graphs.contains(name),
        GraphName::DefaultGraph => visible.default_graph,
        GraphName::BlankNode(_) => false,
    };
    let everything = visible.graphs.iter().cloned().map(GraphName::from).chain([GraphName::DefaultGraph]);
    let default: Vec<GraphName> = match target.default_graph_graphs() {
        Some(graphs) => graphs.iter().filter(|graph| seen(graph)).cloned().collect(),
        None => everything.filter(|graph| seen(graph)).collect(),
    };
    let named: Vec<NamedOrBlankNode> = match target.available_named_graphs() {
        Some(graphs) => graphs.iter().filter(|graph| seen(&GraphName::from((*graph).clone()))).cloned().collect(),
        None => visible.graphs.iter().cloned().map(NamedOrBlankNode::from).collect(),
    };
    target.set_default_graph(default);
    target.set_available_named_graphs(named);
}

pub(super) fn failed(error: QueryEvaluationError) -> QueryError {
    match error {
        QueryEvaluationError::Cancelled => QueryError::Cancelled,
        QueryEvaluationError::UnsupportedService(name) => Refusal::Service(name.to_string()).into(),
        QueryEvaluationError::Service(error) => match error.downcast::<RemoteError>() {
            Ok(error) => QueryError::Remote(*error),
            Err(error) => QueryError::Evaluation(error.to_string()),
        },
        other => QueryError::Evaluation(other.to_string()),
    }
}
