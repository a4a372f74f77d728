//! One JSON line per request on stderr: id, operation, status, time, rows, and a hash in place of the query, so that logs hold no
//! literals.

/// Starts logging as JSON lines on stderr. `filter` is a tracing filter such as `info`.
pub fn log_json(filter: &str) {
    let filter = tracing_subscriber::EnvFilter::try_new(filter).unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    // A second call finds the first one's subscriber in place, which is as good.
    drop(tracing_subscriber::fmt().json().flatten_event(true).with_writer(std::io::stderr).with_env_filter(filter).try_init());
}
