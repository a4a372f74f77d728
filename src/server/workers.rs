//! Threads that serve connections, one for each processor. A connection stays on its thread: no other is woken for a request, and
//! none takes it over half way.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;

/// Makes the work of a connection on the thread that does it.
pub type Begin = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

/// The threads.
pub struct Workers {
    workers: Vec<Worker>,
    /// Dropped to end them.
    stop: watch::Sender<()>,
}

struct Worker {
    connections: UnboundedSender<Begin>,
    /// Connections that it has.
    load: Arc<AtomicUsize>,
    thread: JoinHandle<()>,
}

impl Workers {
    /// Starts a thread for each processor. At the end each waits for blocking work at most for `drain`.
    ///
    /// # Errors
    /// The system has no thread or no event queue for it.
    pub fn start(drain: Duration) -> io::Result<Self> {
        let (stop, stopped) = watch::channel(());
        let count = std::thread::available_parallelism().map_or(1, usize::from);
        let workers = (0..count).map(|at| Worker::start(at, drain, stopped.clone())).collect::<io::Result<_>>()?;
        Ok(Self { workers, stop })
    }

    /// Gives a connection to the thread that has the fewest.
    pub fn give(&self, begin: Begin) {
        if let Some(worker) = self.workers.iter().min_by_key(|worker| worker.load.load(Ordering::Relaxed)) {
            worker.load.fetch_add(1, Ordering::Relaxed);
            // A thread that broke down has lost its connections, too.
            drop(worker.connections.send(begin));
        }
    }

    /// Ends the threads, and with them the connections that are left.
    pub fn stop(self) {
        let Self { workers, stop } = self;
        drop(stop);
        for worker in workers {
            drop(worker.connections);
            // One that panicked has ended as well.
            drop(worker.thread.join());
        }
    }
}

impl Worker {
    fn start(at: usize, drain: Duration, stopped: watch::Receiver<()>) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (connections, arriving) = unbounded_channel();
        let load = Arc::new(AtomicUsize::new(0));
        let counted = load.clone();
        let serve = move || {
            runtime.block_on(work(arriving, counted, stopped));
            runtime.shutdown_timeout(drain);
        };
        let thread = std::thread::Builder::new().name(format!("serve-{at}")).spawn(serve)?;
        Ok(Self { connections, load, thread })
    }
}

/// Serves connections as they arrive, until the stop.
async fn work(mut arriving: UnboundedReceiver<Begin>, load: Arc<AtomicUsize>, mut stopped: watch::Receiver<()>) {
    loop {
        tokio::select! {
            begin = arriving.recv() => match begin {
                Some(begin) => {
                    let load = load.clone();
                    tokio::spawn(async move {
                        begin().await;
                        load.fetch_sub(1, Ordering::Relaxed);
                    });
                }
                None => return,
            },
            // The sender is dropped at the stop, which is an error here.
            _ = stopped.changed() => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_shared_out_and_end_with_their_threads() {
        let workers = Workers::start(Duration::from_secs(1)).unwrap();
        let names = Arc::new(std::sync::Mutex::new(std::collections::BTreeSet::new()));
        for _ in 0..2 * workers.workers.len() {
            let names = names.clone();
            workers.give(Box::new(move || {
                Box::pin(async move {
                    names.lock().unwrap().insert(std::thread::current().name().unwrap().to_owned());
                    std::future::pending::<()>().await;
                })
            }));
        }
        let all = workers.workers.len();
        while names.lock().unwrap().len() < all {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(workers.workers.iter().all(|worker| worker.load.load(Ordering::Relaxed) == 2));
        workers.stop();
        assert_eq!(Arc::strong_count(&names), 1, "no connection is left");
    }
}
