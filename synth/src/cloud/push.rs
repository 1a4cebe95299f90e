//! Putting what was made where CloudFormation finds it.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use futures_util::future::try_join_all;
use serde::Deserialize;

use super::Connection;
use super::bucket::Object;
use super::failure::Failure;
use super::upload::{Content, Counter, Upload};
use crate::error::Error;
use crate::package::Artifact;
use crate::package::layout::{self, Descriptor};

/// An artifact on its way.
#[derive(Clone, Debug)]
pub struct Push<'a> {
    /// What was made.
    pub artifact: &'a Artifact,
    /// Its file or folder.
    pub path: PathBuf,
    /// The URI of a repository, or the name of a bucket.
    pub place: &'a str,
    /// The tag of an image.
    pub tag: String,
}

/// What an image consists of.
#[derive(Deserialize)]
struct Manifest {
    config: Descriptor,
    layers: Vec<Descriptor>,
}

/// What became of an artifact.
#[derive(Clone, Debug)]
pub struct Pushed {
    /// The value of its parameter.
    pub value: String,
    /// Whether it was there already.
    pub was_there: bool,
}

impl Push<'_> {
    /// Pushes the artifact. `sent` grows by its bytes.
    ///
    /// # Errors
    ///
    /// AWS does not take it. What is there then is what was there before.
    pub async fn run(&self, connection: &Connection, sent: &Arc<AtomicU64>) -> Result<Pushed, Error> {
        let Self { artifact, place, .. } = self;
        if artifact.kind == "image" {
            let was_there = self.image(connection, sent).await?;
            return Ok(Pushed { value: format!("{place}@{}", artifact.digest), was_there });
        }
        let key = artifact.key();
        let upload = Upload {
            content: Content::File(&self.path),
            digest: &artifact.digest,
            bytes: artifact.bytes,
            sent: Counter::with(sent),
        };
        let put = connection.put_object(Object { bucket: place, key: &key }, &upload).await;
        let was_there = !put.map_err(|failure| self.error(&failure))?;
        Ok(Pushed { value: key, was_there })
    }

    async fn image(&self, connection: &Connection, sent: &Arc<AtomicU64>) -> Result<bool, Error> {
        let failed = |failure: Failure| self.error(&failure);
        let digest = &self.artifact.digest;
        let repository = connection.repository(self.place).await.map_err(failed)?;
        match repository.tagged(&self.tag).await.map_err(failed)? {
            Some(there) if there == *digest => return Ok(true),
            Some(other) => return Err(self.other_image(&other)),
            None => {}
        }
        let path = layout::blob(&self.path, digest);
        let bytes = fs::read(&path).map_err(|source| Error::file("read", &path, source))?;
        let manifest: Manifest =
            serde_json::from_slice(&bytes).map_err(|source| Error::file("read", &path, source.into()))?;
        let blobs = manifest.layers.iter().chain([&manifest.config]);
        let uploads = blobs.map(async |blob| {
            let path = layout::blob(&self.path, &blob.digest);
            let upload = Upload {
                content: Content::File(&path),
                digest: &blob.digest,
                bytes: blob.size,
                sent: Counter::with(sent),
            };
            repository.put_blob(&upload).await
        });
        try_join_all(uploads).await.map_err(failed)?;
        match repository.put_manifest(&self.tag, bytes).await {
            Ok(()) => Ok(false),
            // A tag is never put twice; another run, or an answer that was lost, may have been faster.
            Err(failure) => match repository.tagged(&self.tag).await.map_err(failed)? {
                Some(there) if there == *digest => Ok(true),
                Some(other) => Err(self.other_image(&other)),
                None => Err(failed(failure)),
            },
        }
    }

    fn error(&self, failure: &Failure) -> Error {
        let error = failure.to_error(&format!("push `{}` to {}", self.artifact.name, self.place));
        if failure.is_missing() {
            return error
                .help("it was deleted by hand: have CloudFormation make it again, or change the stack that names it");
        }
        error
    }

    fn other_image(&self, other: &str) -> Error {
        let Self { place, tag, artifact, .. } = self;
        Error::other(format!("{place}:{tag} is another image: {other} is there, and {} was made", artifact.digest))
            .help("tags of releases do not change: delete that image, or commit what has changed")
    }
}
