//! From the rows of the engine to bytes in a format: counted, limited, and given up as soon as nobody wants them any more.

use std::io::{self, Write};

use oxigraph::io::{RdfFormat, RdfSerializer};
use oxigraph::model::Variable;
use oxigraph::sparql::results::{QueryResultsFormat, QueryResultsSerializer};
use oxigraph::sparql::{QuerySolutionIter, QueryTripleIter};

use super::prefixes::known_prefixes;
use super::query::{Limits, Output, QueryError, Report, failed};
use super::watch::Watch;

/// Triples of an answer that is looked through before its first byte is written.
const FEW: usize = 2_000;

/// Bytes that the sink gathers. The serializers write a few bytes at a time.
const GATHERED: usize = 16 << 10;
/// Bytes that it makes room for at first: most answers are small.
const ROOM: usize = 1 << 10;

/// Counts what goes through and refuses to go past the limit.
pub(super) struct Sink<W> {
    out: W,
    buffer: Vec<u8>,
    /// Bytes handed on.
    written: u64,
    limit: Option<u64>,
    over: bool,
}

impl<W: Write> Sink<W> {
    pub(super) fn new(out: W, limit: Option<u64>) -> Self {
        Self { out, buffer: Vec::with_capacity(ROOM), written: 0, limit, over: false }
    }

    /// The result with the bytes counted, or with the size limit named as the reason.
    pub(super) fn settle(mut self, result: Result<Report, QueryError>) -> Result<Report, QueryError> {
        let result = result.and_then(|report| self.hand_on().map(|()| report).map_err(QueryError::Output));
        match result {
            Err(QueryError::Output(_)) if self.over => Err(QueryError::Bytes(self.limit.unwrap_or_default())),
            other => other.map(|report| Report { bytes: self.written, ..report }),
        }
    }

    fn hand_on(&mut self) -> io::Result<()> {
        let length = self.buffer.len() as u64;
        if self.limit.is_some_and(|limit| self.written + length > limit) {
            self.over = true;
            return Err(io::Error::other("answer too large"));
        }
        self.out.write_all(&self.buffer)?;
        self.written += length;
        self.buffer.clear();
        Ok(())
    }
}

impl<W: Write> Write for Sink<W> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= GATHERED { self.hand_on() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hand_on()?;
        self.out.flush()
    }
}

/// Writes one answer in its format, row by row, within the limits.
pub(super) struct Writer<'a, W: Write> {
    pub(super) limits: Limits,
    pub(super) watch: &'a Watch,
    pub(super) sink: &'a mut Sink<W>,
}

impl<W: Write> Writer<'_, W> {
    pub(super) fn solutions(&mut self, solutions: QuerySolutionIter<'_>, format: QueryResultsFormat) -> Result<Report, QueryError> {
        let variables: Vec<Variable> = solutions.variables().to_vec();
        let mut report = Report::default();
        let mut out = QueryResultsSerializer::from_format(format)
            .serialize_solutions_to_writer(&mut *self.sink, variables)
            .map_err(QueryError::Output)?;
        for solution in solutions {
            let solution = solution.map_err(failed)?;
            if !admit(&mut report, self.limits, self.watch)? {
                break;
            }
            out.serialize(&solution).map_err(QueryError::Output)?;
        }
        self.watch.check()?;
        out.finish().map_err(QueryError::Output)?;
        Ok(report)
    }

    pub(super) fn boolean(&mut self, value: bool, output: Output) -> Result<Report, QueryError> {
        match output {
            Output::Results(format) => {
                QueryResultsSerializer::from_format(format)
                    .serialize_boolean_to_writer(&mut *self.sink, value)
                    .map_err(QueryError::Output)?;
            }
            Output::Graph(_) | Output::SortedGraph(_) => return Err(QueryError::Format("ASK → RDF")),
        }
        Ok(Report { rows: 1, boolean: Some(value), ..Report::default() })
    }

    pub(super) fn graph(&mut self, mut triples: QueryTripleIter<'_>, format: RdfFormat) -> Result<Report, QueryError> {
        let mut report = Report::default();
        // The head of a document names its prefixes: of a small answer, those that occur.
        let mut first = Vec::new();
        for triple in triples.by_ref().take(FEW) {
            first.push(triple.map_err(failed)?);
        }
        let few = first.len() < FEW;
        let used = |namespace: &str| !few || first.iter().any(|triple| triple.to_string().contains(namespace));
        let mut out = serializer(format, used).for_writer(&mut *self.sink);
        for triple in first.into_iter().map(Ok).chain(triples) {
            let triple = triple.map_err(failed)?;
            if !admit(&mut report, self.limits, self.watch)? {
                break;
            }
            out.serialize_triple(&triple).map_err(QueryError::Output)?;
        }
        self.watch.check()?;
        out.finish().map_err(QueryError::Output)?;
        Ok(report)
    }

    pub(super) fn sorted_graph(&mut self, triples: QueryTripleIter<'_>, format: RdfFormat) -> Result<Report, QueryError> {
        let mut report = Report::default();
        let mut sorted = std::collections::BTreeMap::new();
        for triple in triples {
            let triple = triple.map_err(failed)?;
            if !admit(&mut report, self.limits, self.watch)? {
                break;
            }
            sorted.insert(triple.to_string(), triple);
        }
        self.watch.check()?;
        let used = |namespace: &str| sorted.keys().any(|line| line.contains(namespace));
        let mut out = serializer(format, used).for_writer(&mut *self.sink);
        for triple in sorted.values() {
            out.serialize_triple(triple).map_err(QueryError::Output)?;
        }
        out.finish().map_err(QueryError::Output)?;
        report.rows = sorted.len() as u64;
        Ok(report)
    }
}

/// Lets one more row through, or says that the answer ends here (false), or that it is an error.
pub(super) fn admit(report: &mut Report, limits: Limits, watch: &Watch) -> Result<bool, QueryError> {
    watch.check()?;
    if let Some(limit) = limits.rows.filter(|limit| report.rows >= *limit) {
        report.truncated = true;
        return if limits.truncate { Ok(false) } else { Err(QueryError::Rows(limit)) };
    }
    report.rows += 1;
    watch.count(report.rows);
    Ok(true)
}

/// A serializer that knows the prefixes whose namespace is `used`.
pub(crate) fn serializer(format: RdfFormat, used: impl Fn(&str) -> bool) -> RdfSerializer {
    known_prefixes().filter(|(_, iri)| used(iri)).fold(RdfSerializer::from_format(format), |serializer, (prefix, iri)| {
        serializer.clone().with_prefix(prefix, iri).unwrap_or(serializer)
    })
}
