//! Counters and histograms in the text format of Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds of the latency buckets, in seconds.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 15.0, 60.0];

/// Kinds of requests, as a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// SPARQL query.
    Query,
    /// SPARQL update.
    Update,
    /// Graph store.
    Graph,
    /// Named query.
    Named,
    /// Pages and everything else.
    Other,
}

impl Operation {
    fn label(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Update => "update",
            Self::Graph => "graph",
            Self::Named => "named",
            Self::Other => "other",
        }
    }
}

/// One counter.
#[derive(Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds `n`.
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Clone, Copy, Default)]
struct Histogram {
    buckets: [u64; BUCKETS.len()],
    count: u64,
    sum: f64,
}

/// All measurements of a server.
#[derive(Default)]
pub struct Metrics {
    latency: Mutex<BTreeMap<Operation, Histogram>>,
    requests: Mutex<BTreeMap<(Operation, u16), u64>>,
    /// Rows sent.
    pub rows: Counter,
    /// Answers from the cache.
    pub cache_hits: Counter,
    /// Answers evaluated.
    pub cache_misses: Counter,
    /// Answers not sent because the client has them.
    pub not_modified: Counter,
    /// Evaluations stopped because the client has gone or an operator said so.
    pub cancelled: Counter,
    /// Evaluations stopped at a limit.
    pub limited: Counter,
    /// Generations swapped in.
    pub swaps: Counter,
}

/// Values of the moment, read when the text is written.
pub struct Gauges {
    /// Generation being served.
    pub generation: u64,
    /// Evaluations going on.
    pub running: usize,
    /// Requests waiting.
    pub waiting: usize,
    /// Bytes in the cache.
    pub cache_bytes: u64,
}

impl Metrics {
    /// Notes a finished request.
    pub fn request(&self, operation: Operation, status: u16, time: Duration) {
        *self.requests.lock().unwrap_or_else(PoisonError::into_inner).entry((operation, status)).or_default() += 1;
        let mut latency = self.latency.lock().unwrap_or_else(PoisonError::into_inner);
        let histogram = latency.entry(operation).or_default();
        let seconds = time.as_secs_f64();
        for (count, bound) in histogram.buckets.iter_mut().zip(BUCKETS) {
            *count += u64::from(seconds <= bound);
        }
        histogram.count += 1;
        histogram.sum += seconds;
    }

    /// The text.
    pub fn text(&self, gauges: &Gauges) -> String {
        let mut out = String::new();
        self.write_requests(&mut out);
        self.write_latency(&mut out);
        for (name, help, counter) in [
            ("yuanpu_rows_total", "Rows and triples sent", &self.rows),
            ("yuanpu_cache_hits_total", "Answers from the cache", &self.cache_hits),
            ("yuanpu_cache_misses_total", "Answers evaluated", &self.cache_misses),
            ("yuanpu_not_modified_total", "Answers the client had already", &self.not_modified),
            ("yuanpu_cancelled_total", "Evaluations stopped by client or operator", &self.cancelled),
            ("yuanpu_limited_total", "Evaluations stopped at a limit", &self.limited),
            ("yuanpu_generation_swaps_total", "New generations swapped in", &self.swaps),
        ] {
            metric(&mut out, name, help, "counter", counter.get());
        }
        metric(&mut out, "yuanpu_generation", "Generation being served", "gauge", gauges.generation);
        metric(&mut out, "yuanpu_running", "Evaluations going on", "gauge", gauges.running as u64);
        metric(&mut out, "yuanpu_waiting", "Requests waiting for an evaluator", "gauge", gauges.waiting as u64);
        metric(&mut out, "yuanpu_cache_bytes", "Bytes in the result cache", "gauge", gauges.cache_bytes);
        out
    }

    fn write_requests(&self, out: &mut String) {
        head(out, "yuanpu_requests_total", "Requests by operation and status", "counter");
        for ((operation, status), count) in self.requests.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            line(out, format_args!("yuanpu_requests_total{{operation=\"{}\",status=\"{status}\"}} {count}", operation.label()));
        }
    }

    fn write_latency(&self, out: &mut String) {
        let name = "yuanpu_request_seconds";
        head(out, name, "Time from request to end of answer", "histogram");
        for (operation, histogram) in self.latency.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let label = operation.label();
            for (bound, count) in BUCKETS.iter().zip(histogram.buckets) {
                line(out, format_args!("{name}_bucket{{operation=\"{label}\",le=\"{bound}\"}} {count}"));
            }
            line(out, format_args!("{name}_bucket{{operation=\"{label}\",le=\"+Inf\"}} {}", histogram.count));
            line(out, format_args!("{name}_sum{{operation=\"{label}\"}} {}", histogram.sum));
            line(out, format_args!("{name}_count{{operation=\"{label}\"}} {}", histogram.count));
        }
    }
}

fn metric(out: &mut String, name: &str, help: &str, kind: &str, value: u64) {
    head(out, name, help, kind);
    line(out, format_args!("{name} {value}"));
}

fn head(out: &mut String, name: &str, help: &str, kind: &str) {
    line(out, format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}
