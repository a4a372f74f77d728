//! The way of bytes from a blocking evaluation to the client: through a bounded channel, the first part held back so that an
//! early failure still gets its true status, and a late one aborts the body instead of closing it as if complete.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Bytes;
use http_body::{Body, Frame};
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::time::Sleep;

use super::cache::{Kept, Key};
use super::state::Shared;
use crate::graph::{QueryError, Report, Watch};

/// Bytes held back before the first are sent.
const FIRST: usize = 256 << 10;
/// Bytes of a later chunk.
const CHUNK: usize = 32 << 10;

/// What an evaluation sends.
pub enum Message {
    /// Part of the answer; more will come.
    Chunk(Bytes),
    /// The whole answer at once.
    Whole(Bytes, Report),
    /// The end of an answer sent in parts, and all of it where it was small enough to keep.
    End(Report, Option<Bytes>),
    /// It failed.
    Failed(QueryError),
}

/// Takes the bytes of an answer on the evaluating thread.
pub struct ChunkWriter {
    /// `None` where everything is gathered.
    sender: Option<Sender<Message>>,
    buffer: Vec<u8>,
    sent: bool,
    keep: Option<Vec<u8>>,
    largest: usize,
}

impl ChunkWriter {
    /// A writer that sends to `sender` and keeps a copy of answers up to `largest` bytes.
    pub fn new(sender: Sender<Message>, largest: usize) -> Self {
        Self { sender: Some(sender), buffer: Vec::new(), sent: false, keep: Some(Vec::new()), largest }
    }

    /// A writer that sends nothing and gathers everything.
    pub fn gathering() -> Self {
        Self { sender: None, buffer: Vec::new(), sent: false, keep: None, largest: 0 }
    }

    /// What was gathered.
    pub fn gathered(self) -> Bytes {
        self.buffer.into()
    }

    fn send_buffer(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.buffer);
        match &mut self.keep {
            Some(kept) if kept.len() + bytes.len() <= self.largest => kept.extend_from_slice(&bytes),
            keep => *keep = None,
        }
        self.sent = true;
        self.send(Message::Chunk(bytes.into()))
    }

    fn send(&self, message: Message) -> io::Result<()> {
        let Some(sender) = &self.sender else { return Ok(()) };
        sender.blocking_send(message).map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "the client has gone"))
    }

    /// Sends what is left and how it ended.
    pub fn finish(mut self, result: Result<Report, QueryError>) {
        let last = match result {
            Ok(report) if !self.sent => Message::Whole(std::mem::take(&mut self.buffer).into(), report),
            Ok(report) => {
                if !self.buffer.is_empty() && self.send_buffer().is_err() {
                    return;
                }
                Message::End(report, self.keep.take().map(Bytes::from))
            }
            Err(error) => Message::Failed(error),
        };
        // A client that has gone needs no end.
        drop(self.send(last));
    }
}

impl Write for ChunkWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.sender.is_some() && self.buffer.len() >= if self.sent { CHUNK } else { FIRST } {
            self.send_buffer()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Cancels an evaluation when dropped before it ended: the client has gone.
pub struct Leash {
    watch: Watch,
    shared: Arc<Shared>,
    ended: bool,
}

impl Leash {
    /// A leash on `watch`.
    pub fn new(watch: Watch, shared: Arc<Shared>) -> Self {
        Self { watch, shared, ended: false }
    }

    /// Says that the evaluation ended by itself or was stopped.
    pub fn end(&mut self) {
        self.ended = true;
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        if !self.ended {
            self.watch.cancel();
            self.shared.metrics.cancelled.add(1);
        }
    }
}

/// A body that follows an evaluation.
pub struct AnswerBody {
    first: Option<Bytes>,
    receiver: Receiver<Message>,
    deadline: Pin<Box<Sleep>>,
    leash: Leash,
    keep: Option<(Key, &'static str)>,
}

impl AnswerBody {
    /// A body that begins with `first`; a complete answer is kept under `keep`.
    pub fn new(
        first: Bytes,
        receiver: Receiver<Message>,
        deadline: tokio::time::Instant,
        leash: Leash,
        keep: Option<(Key, &'static str)>,
    ) -> Self {
        Self { first: Some(first), receiver, deadline: Box::pin(tokio::time::sleep_until(deadline)), leash, keep }
    }

    fn fail(&mut self, error: &QueryError) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.leash.end();
        self.leash.shared.metrics.limited.add(1);
        tracing::warn!(error = %error, "answer broken off");
        Poll::Ready(Some(Err(io::Error::other(error.to_string()))))
    }

    fn ended(&mut self, report: &Report, bytes: Option<Bytes>) {
        self.leash.end();
        self.leash.shared.metrics.rows.add(report.rows);
        if let (Some((key, content_type)), Some(bytes)) = (self.keep.take(), bytes) {
            self.leash.shared.answers.keep(key, Kept { bytes, content_type, rows: report.rows, more: report.truncated });
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        match self.receiver.poll_recv(context) {
            Poll::Ready(Some(Message::Chunk(bytes))) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
            Poll::Ready(Some(Message::End(report, bytes))) => {
                self.ended(&report, bytes);
                return Poll::Ready(None);
            }
            Poll::Ready(Some(Message::Whole(bytes, report))) => {
                self.ended(&report, None);
                return Poll::Ready(Some(Ok(Frame::data(bytes))));
            }
            Poll::Ready(Some(Message::Failed(error))) => return self.fail(&error),
            Poll::Ready(None) if self.leash.ended => return Poll::Ready(None),
            Poll::Ready(None) => return self.fail(&QueryError::Evaluation("the evaluation broke down".to_owned())),
            Poll::Pending => {}
        }
        if self.deadline.as_mut().poll(context).is_ready() && !self.leash.ended {
            self.leash.watch.expire();
            return self.fail(&QueryError::Time);
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(bytes: usize, result: Result<Report, QueryError>) -> Vec<&'static str> {
        let (sender, mut receiver) = tokio::sync::mpsc::channel(64);
        let mut writer = ChunkWriter::new(sender, 1 << 20);
        writer.write_all(&vec![b'x'; bytes]).unwrap();
        writer.finish(result);
        std::iter::from_fn(|| receiver.blocking_recv())
            .map(|message| match message {
                Message::Chunk(_) => "chunk",
                Message::Whole(..) => "whole",
                Message::End(_, kept) => {
                    if kept.is_some() {
                        "end, kept"
                    } else {
                        "end"
                    }
                }
                Message::Failed(_) => "failed",
            })
            .collect()
    }

    #[test]
    fn small_answers_come_whole_and_large_ones_in_parts() {
        assert_eq!(written(10, Ok(Report::default())), ["whole"]);
        assert_eq!(written(FIRST + 1, Ok(Report::default())), ["chunk", "end, kept"]);
        assert_eq!(written((1 << 20) + 1, Ok(Report::default())), ["chunk", "end"]);
    }

    #[test]
    fn an_early_failure_sends_no_part_of_the_answer() {
        assert_eq!(written(FIRST - 1, Err(QueryError::Time)), ["failed"]);
    }
}
