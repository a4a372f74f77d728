//! Layer 1: files to documents, and gold annotations.
//!
//! [`find()`] lists the readable files under some paths, [`FoundFile::read`] turns one into a [`Document`](crate::model::Document),
//! [`stream()`] reads documents from JSON Lines, [`Gold`] is the annotation of one document. The text of a document is the decoded
//! file and nothing is done to it afterwards; what HTML and Word leave out is said in their modules.

mod docx;
mod encoding;
mod error;
mod find;
mod fingerprint;
mod gold;
mod html;
mod metadata;
mod read;
mod stream;

pub use encoding::EncodingChoice;
pub use error::{Fault, ReadError};
pub use find::{FindOptions, FoundFile, Source, find};
pub use fingerprint::fingerprint;
pub use gold::{Annotated, Doubtful, DoubtfulEntity, Gold, GoldEntity, GoldError, GoldObservation, annotated};
pub use read::{ReadOptions, format_of, read, read_bytes};
pub use stream::stream;
