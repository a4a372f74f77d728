//! Listening, serving connections, watching for new generations, and stopping cleanly.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::handler::Handler;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::sync::Semaphore;
use tower_http::compression::Compression;

use super::config::ServerConfig;
use super::metrics::Operation;
use super::routes;
use super::source::GraphSource;
use super::state::{Running, Shared};
use super::workers::Workers;
use crate::graph::{Editor, StoreError, Watch};

/// How long a client may take to send the head of a request.
const HEAD_TIME: Duration = Duration::from_secs(30);

/// Why a server does not start, or does not end well.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be used.
    #[error("{address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// Writing to the world without a token.
    #[error("a writable server on {0} needs a token")]
    OpenWriter(SocketAddr),
    /// The graph.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The runtime.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A server that is bound to its address and not yet serving.
pub struct Server {
    listener: TcpListener,
    shared: Arc<Shared>,
}

impl Server {
    /// Opens the graph and binds the address.
    ///
    /// # Errors
    /// See [`ServeError`].
    pub fn bind(config: ServerConfig, source: GraphSource) -> Result<Self, ServeError> {
        if config.writable
            && !config.bind.ip().is_loopback()
            && !config.tokens.token.iter().any(|token| token.role >= super::auth::Role::Write)
        {
            return Err(ServeError::OpenWriter(config.bind));
        }
        let address = config.bind;
        let listener = TcpListener::bind(address).map_err(|source| ServeError::Bind { address, source })?;
        listener.set_nonblocking(true)?;
        let shared = Arc::new(Shared::new(config, source)?);
        Ok(Self { listener, shared })
    }

    /// The address that it is bound to.
    ///
    /// # Errors
    /// The system's.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until SIGTERM or Ctrl-C, then lets requests end for the drain time, stops what is left, and closes the writer.
    ///
    /// # Errors
    /// The runtime cannot start, or the writer cannot publish what it holds.
    pub fn run(self) -> Result<(), ServeError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let shared = self.shared.clone();
        let drain = shared.config.drain;
        runtime.block_on(serve(self.listener, self.shared))?;
        runtime.shutdown_timeout(drain);
        match Arc::into_inner(shared).and_then(Shared::into_editor) {
            Some(editor) => Ok(close(editor)?),
            None => Ok(()),
        }
    }
}

fn close(editor: Editor) -> Result<(), StoreError> {
    editor.close()
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let places = Arc::new(Semaphore::new(shared.config.limits.connections));
    let app = Compression::new(routes::handle.with_state(shared.clone()));
    let graceful = GracefulShutdown::new();
    let workers = Workers::start(shared.config.drain)?;
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME);
    learn(&shared);
    let watcher = tokio::spawn(follow(shared.clone()));
    let mut stop = std::pin::pin!(stop_signal());
    loop {
        let place = tokio::select! {
            place = places.clone().acquire_owned() => place,
            () = &mut stop => break,
        };
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted.and_then(|(stream, _)| stream.into_std()) {
                Ok(stream) => stream,
                Err(_) => {
                    // Out of file handles, most likely: others will be freed.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let (http, service, watcher) = (http.clone(), TowerToHyperService::new(app.clone()), graceful.watcher());
        workers.give(Box::new(move || {
            Box::pin(async move {
                let Ok(stream) = tokio::net::TcpStream::from_std(stream) else { return };
                // Small answers must not wait for more.
                drop(stream.set_nodelay(true));
                // Clients that break off are no fault of ours.
                drop(watcher.watch(http.serve_connection(TokioIo::new(stream), service)).await);
                drop(place);
            })
        }));
    }
    drop(listener);
    watcher.abort();
    shared.draining.store(true, Ordering::Relaxed);
    tracing::info!("stopping: no new connections");
    if tokio::time::timeout(shared.config.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("stopping what is still running");
        shared.stop_all();
        // Clients are still told that their answers were broken off.
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    shared.stop_all();
    drop(app);
    // Waiting for threads would hold up the watcher's and the writer's ends.
    tokio::task::spawn_blocking(move || workers.stop()).await.map_err(io::Error::other)
}

/// Ends at SIGTERM or Ctrl-C.
async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    drop(interrupt.await);
}

/// Counts a graph that will not change, beside serving it: plans and descriptions get exact numbers.
fn learn(shared: &Arc<Shared>) {
    if shared.config.writable {
        return;
    }
    let snapshot = shared.snapshot();
    let watch = Watch::default();
    let running = Running {
        watch: watch.clone(),
        started: std::time::Instant::now(),
        operation: Operation::Other,
        hash: "counting".to_owned(),
        request: String::new(),
    };
    let registered = shared.register(running);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = snapshot.learn(&watch) {
            tracing::warn!(error = %error, "the graph was not counted");
        }
        drop(registered);
    });
}

/// Swaps in generations as they are published.
async fn follow(shared: Arc<Shared>) {
    let Some(folder) = shared.folder().cloned() else { return };
    // A generation that could not be opened is not tried again and again.
    let mut tried = shared.snapshot().generation();
    loop {
        tokio::time::sleep(shared.config.poll).await;
        let current = shared.snapshot().generation();
        let published = folder.current().unwrap_or(current);
        if published == current || published == tried {
            continue;
        }
        tried = published;
        let opener = folder.clone();
        let opened = tokio::task::spawn_blocking(move || opener.open());
        match opened.await {
            Ok(Ok(snapshot)) if snapshot.generation() != current => {
                tracing::info!(generation = snapshot.generation(), "new generation");
                shared.swap(snapshot);
                learn(&shared);
            }
            Ok(Err(error)) => tracing::warn!(error = %error, "a new generation cannot be opened; the old one goes on"),
            _ => {}
        }
    }
}
