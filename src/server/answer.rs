//! Answers a read request: from the client's own copy (304), from the cache, or by an evaluation under all limits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Response, StatusCode, header};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};

use super::cache::{Flight, Kept, Key, Turn};
use super::limits::{Gate, Turned};
use super::metrics::Operation;
use super::problem::{Answer, Problem};
use super::request::Inbound;
use super::state::{Running, Shared};
use super::stream::{AnswerBody, ChunkWriter, Leash, Message};
use crate::graph::{Limits, QueryError, Report, Snapshot, Watch};

/// The work of an evaluation: writes the answer over a snapshot. It may be begun twice.
pub type Work = Box<dyn Fn(&Snapshot, Limits, &Watch, &mut ChunkWriter) -> Result<Report, QueryError> + Send>;

/// What is asked, of which graph: enough to find an answer that was given before.
pub struct Asked {
    snapshot: Snapshot,
    key: Key,
    repeatable: bool,
}

impl Asked {
    /// What `parts` ask; they hold everything beside graph and sender that decides about the bytes of the answer. Not `repeatable` is
    /// what may get another answer over the same graph.
    pub fn new<'a>(inbound: &Inbound, parts: impl IntoIterator<Item = &'a str>, repeatable: bool) -> Self {
        let snapshot = inbound.shared.snapshot();
        let (generation, sight) = (snapshot.generation().to_string(), inbound.sight());
        let of_the_graph: [&str; 3] = [&inbound.shared.epoch, &generation, &sight];
        let key = Key::of(of_the_graph.into_iter().chain(parts.into_iter().map(|part: &str| part)));
        Self { snapshot, key, repeatable }
    }

    /// The answer, where the client has it already or it was given before.
    pub fn known(&self, inbound: &Inbound) -> Option<Given> {
        if !self.repeatable {
            return None;
        }
        let shared = &inbound.shared;
        if inbound.header(&header::IF_NONE_MATCH).is_some_and(|tags| matches(tags, &self.key.etag())) {
            shared.metrics.not_modified.add(1);
            return Some(Given { response: not_modified(&self.key), more: None });
        }
        shared.answers.get(&self.key).map(|kept| self.again(inbound, &kept))
    }

    fn again(&self, inbound: &Inbound, kept: &Kept) -> Given {
        inbound.shared.metrics.cache_hits.add(1);
        inbound.shared.metrics.rows.add(kept.rows);
        Given { response: respond(Body::from(kept.bytes.clone()), kept.content_type, Some(&self.key)), more: Some(kept.more) }
    }
}

/// How it is answered where it was not before.
pub struct Job {
    /// Its kind.
    pub operation: Operation,
    /// Media type of the answer.
    pub content_type: &'static str,
    /// Time for it, waiting included.
    pub time: Duration,
    /// Whether a row limit ends the answer in good order.
    pub page: Option<u64>,
    /// What it has in common with others like it, where it may be tried on the spot.
    pub shape: Option<u64>,
    /// The work.
    pub work: Work,
}

/// An answer, and whether there is a next page where that is known.
pub struct Given {
    /// The response.
    pub response: Answer,
    /// `None` where the answer is still on its way.
    pub more: Option<bool>,
}

/// Answers what is asked: from before, or by `job`.
///
/// # Errors
/// Any limit, or a fault of the query.
pub async fn answer(inbound: &Inbound, asked: Asked, job: Job) -> Result<Given, Problem> {
    let deadline = Instant::now() + job.time;
    if !asked.repeatable {
        return evaluate(inbound, asked, job, None, deadline).await;
    }
    if let Some(known) = asked.known(inbound) {
        return Ok(known);
    }
    let mut waited = false;
    let flight = loop {
        match inbound.shared.answers.turn(&asked.key) {
            Turn::Hit(kept) => return Ok(asked.again(inbound, &kept)),
            Turn::Fly(flight) => break Some(flight),
            Turn::Alone => break None,
            // What was waited for is not to be had, being too large or a failure. Waiting again would evaluate one after the other.
            Turn::Wait(_) if waited => break None,
            Turn::Wait(mut landed) => {
                // The sender is dropped when the flight ends, which ends this wait with an error.
                if timeout_at(deadline, landed.changed()).await.is_err() {
                    return Err(Turned::Late.into());
                }
                waited = true;
            }
        }
    };
    evaluate(inbound, asked, job, flight, deadline).await
}

async fn evaluate(inbound: &Inbound, asked: Asked, job: Job, flight: Option<Flight>, deadline: Instant) -> Result<Given, Problem> {
    let shared = inbound.shared.clone();
    shared.metrics.cache_misses.add(1);
    if let Some(given) = on_the_spot(&shared, &asked, &job) {
        return given;
    }
    let permit = shared.gate.enter(deadline.saturating_duration_since(Instant::now())).await?;
    let watch = Watch::default();
    let Asked { snapshot, key, repeatable } = asked;
    let registered = shared.register(Running {
        watch: watch.clone(),
        started: std::time::Instant::now(),
        operation: job.operation,
        hash: key.short(),
        request: inbound.id.clone(),
    });
    let (sender, mut receiver) = mpsc::channel(8);
    let limits = limits(&shared, job.page);
    let mut leash = Leash::new(watch.clone(), shared.clone());
    let mut writer = ChunkWriter::new(sender, shared.answers.largest());
    let worker = watch.clone();
    tokio::task::spawn_blocking(move || {
        let result = (job.work)(&snapshot, limits, &worker, &mut writer);
        writer.finish(result);
        drop((permit, registered));
    });
    let first = timeout_at(deadline, receiver.recv()).await;
    let keep = repeatable.then_some(key);
    let (response, more) = match first {
        Err(_) => {
            leash.end();
            watch.expire();
            shared.metrics.limited.add(1);
            return Err(QueryError::Time.into());
        }
        Ok(Some(Message::Whole(bytes, report))) => {
            leash.end();
            (whole(&shared, bytes, &report, keep.as_ref(), job.content_type), Some(report.truncated))
        }
        Ok(Some(Message::Chunk(bytes))) => {
            let body = AnswerBody::new(bytes, receiver, deadline, leash, keep.clone().map(|key| (key, job.content_type)));
            (respond(Body::new(body), job.content_type, keep.as_ref()), None)
        }
        Ok(Some(Message::Failed(error))) => {
            leash.end();
            count(&shared, &error);
            return Err(error.into());
        }
        Ok(Some(Message::End(..)) | None) => {
            leash.end();
            return Err(broken_down());
        }
    };
    drop(flight);
    Ok(Given { response, more })
}

fn broken_down() -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the evaluation broke down")
}

fn limits(shared: &Shared, page: Option<u64>) -> Limits {
    Limits { rows: Some(page.unwrap_or(shared.config.limits.rows)), bytes: Some(shared.config.limits.bytes), truncate: page.is_some() }
}

/// Does the work where it stands, if that takes but a moment; `None` where it does not.
fn on_the_spot(shared: &Arc<Shared>, asked: &Asked, job: &Job) -> Option<Result<Given, Problem>> {
    let attempt = shared.spot.begin(job.shape?)?;
    let mut writer = ChunkWriter::gathering();
    let work = || (job.work)(&asked.snapshot, limits(shared, job.page), attempt.watch(), &mut writer);
    let keep = asked.repeatable.then_some(&asked.key);
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(report)) => {
            let response = whole(shared, writer.gathered(), &report, keep, job.content_type);
            Some(Ok(Given { response, more: Some(report.truncated) }))
        }
        Ok(Err(QueryError::Time)) => {
            attempt.took_too_long();
            None
        }
        Ok(Err(error)) => {
            count(shared, &error);
            Some(Err(error.into()))
        }
        Err(_) => Some(Err(broken_down())),
    }
}

fn count(shared: &Arc<Shared>, error: &QueryError) {
    match error {
        QueryError::Time | QueryError::Rows(_) | QueryError::Bytes(_) | QueryError::Refused(_) => shared.metrics.limited.add(1),
        QueryError::Cancelled => shared.metrics.cancelled.add(1),
        _ => {}
    }
}

fn whole(shared: &Arc<Shared>, bytes: Bytes, report: &Report, keep: Option<&Key>, content_type: &'static str) -> Answer {
    shared.metrics.rows.add(report.rows);
    if let Some(key) = keep
        && bytes.len() <= shared.answers.largest()
    {
        shared.answers.keep(key.clone(), Kept { bytes: bytes.clone(), content_type, rows: report.rows, more: report.truncated });
    }
    respond(Body::from(bytes), content_type, keep)
}

/// A response with its media type and the headers of caching.
pub fn respond(body: Body, content_type: &str, key: Option<&Key>) -> Answer {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&with_charset(content_type)) {
        headers.insert(header::CONTENT_TYPE, value);
    }
    cache_headers(headers, key);
    response
}

fn cache_headers(headers: &mut axum::http::HeaderMap, key: Option<&Key>) {
    match key.and_then(|key| HeaderValue::from_str(&key.etag()).ok()) {
        Some(etag) => {
            headers.insert(header::ETAG, etag);
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        }
        None => {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept, accept-language, authorization, origin"));
}

fn not_modified(key: &Key) -> Answer {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    cache_headers(response.headers_mut(), Some(key));
    response
}

/// Text types carry their character set.
fn with_charset(content_type: &str) -> String {
    if content_type.starts_with("text/") { format!("{content_type}; charset=utf-8") } else { content_type.to_owned() }
}

/// Whether one of the tags of an `If-None-Match` is `etag`, compared weakly.
pub fn matches(tags: &str, etag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    tags.trim() == "*" || tags.split(',').any(|tag| bare(tag) == bare(etag))
}

/// The time that a request gets: what it asks for with `timeout` in seconds, at most the limit.
pub fn time(inbound: &Inbound) -> Result<Duration, Problem> {
    let most = inbound.shared.config.limits.time;
    let Some(text) = inbound.parameters.one("timeout")? else { return Ok(most) };
    let asked = text.trim_end_matches('s').parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    asked.map(|asked| asked.min(most)).ok_or_else(|| Problem::bad(format!("timeout is a number of seconds, not {text}")))
}

/// Runs `work` on a blocking thread, for at most `time` in the queue of the writer.
///
/// # Errors
/// 503 where the writer is too busy, 500 where the work breaks down.
pub async fn write<T: Send + 'static>(
    inbound: &Inbound,
    operation: Operation,
    work: impl FnOnce(&Arc<Shared>, &Watch) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    run(inbound, operation, &inbound.shared.write_gate, work).await
}

/// Runs `work` that writes nothing on a blocking thread, under the limits of a query.
///
/// # Errors
/// 503 where all evaluators are busy, 500 where the work breaks down.
pub async fn read<T: Send + 'static>(
    inbound: &Inbound,
    operation: Operation,
    work: impl FnOnce(&Arc<Shared>, &Watch) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    run(inbound, operation, &inbound.shared.gate, work).await
}

async fn run<T: Send + 'static>(
    inbound: &Inbound,
    operation: Operation,
    gate: &Gate,
    work: impl FnOnce(&Arc<Shared>, &Watch) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let shared = inbound.shared.clone();
    let time = shared.config.limits.time;
    let deadline = Instant::now() + time;
    let permit = gate.enter(time).await?;
    let watch = Watch::default();
    let registered = shared.register(Running {
        watch: watch.clone(),
        started: std::time::Instant::now(),
        operation,
        hash: String::new(),
        request: inbound.id.clone(),
    });
    let mut leash = Leash::new(watch.clone(), shared.clone());
    let worker = watch.clone();
    let mut running = tokio::task::spawn_blocking(move || {
        let result = work(&shared, &worker);
        drop((permit, registered));
        result
    });
    let left = deadline.saturating_duration_since(Instant::now());
    let joined = match timeout(left, &mut running).await {
        Ok(joined) => joined,
        Err(_) => {
            // A writer rolls back and says so; an answer before that might be untrue.
            watch.expire();
            running.await
        }
    };
    leash.end();
    joined.map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the work broke down; nothing of it was kept"))?
}
