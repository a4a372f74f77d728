//! What a file's reading depends on, as one hash: so that a file that is as it was need not be read again.

use std::fs::File;
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::error::{Fault, ReadError};
use super::find::display_path;
use super::metadata;

/// Hex SHA-256 over the bytes of the file at `path` and of the side-car beside it.
///
/// # Errors
/// A file that cannot be read.
pub fn fingerprint(path: &Path) -> Result<String, ReadError> {
    let fault = |error| ReadError::new(display_path(path), Fault::Io(error));
    let mut hash = Sha256::new();
    let length = copy(path, &mut hash).map_err(fault)?;
    // The length parts the two, so that no text can stand in for a side-car.
    hash.update(length.to_le_bytes());
    if let Some(beside) = metadata::sidecar_path(path) {
        copy(&beside, &mut hash).map_err(fault)?;
    }
    Ok(hash.finalize().iter().map(|b| format!("{b:02x}")).collect())
}

/// Feeds a file to the hash; gives its length in bytes.
fn copy(path: &Path, hash: &mut Sha256) -> io::Result<u64> {
    use io::Read;
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    let mut length = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(length);
        }
        hash.update(&buffer[..read]);
        length += read as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sidecar_counts_and_the_name_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("a.txt"), "集群").unwrap();
        std::fs::write(path("b.txt"), "集群").unwrap();
        let bare = fingerprint(&path("a.txt")).unwrap();
        assert_eq!(bare, fingerprint(&path("b.txt")).unwrap());
        std::fs::write(path("a.meta.toml"), "title = '甲'").unwrap();
        assert_ne!(bare, fingerprint(&path("a.txt")).unwrap());
        assert!(fingerprint(&path("c.txt")).is_err());
    }
}
