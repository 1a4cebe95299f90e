//! Digests.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::Error;

/// Passes on what is written, and knows its digest and its length.
pub(super) struct Hashing<W> {
    inner: W,
    hash: Sha256,
    length: u64,
}

impl<W> Hashing<W> {
    pub(super) fn new(inner: W) -> Self {
        Self { inner, hash: Sha256::new(), length: 0 }
    }

    /// What it wrote to, the digest, and the length in bytes.
    pub(super) fn finish(self) -> (W, String, u64) {
        (self.inner, text(&self.hash.finalize()), self.length)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    text(&Sha256::digest(bytes))
}

pub(super) fn of_file(path: &Path) -> Result<String, Error> {
    let mut hash = Hashing::new(io::sink());
    let read = File::open(path).and_then(|mut file| io::copy(&mut file, &mut hash));
    read.map_err(|source| Error::file("read", path, source))?;
    Ok(hash.finish().1)
}

fn text(digest: &[u8]) -> String {
    digest.iter().fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}
