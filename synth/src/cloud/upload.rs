//! Content on its way.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_smithy_types::body::SdkBody;
use futures_util::{TryStreamExt, stream};
use http_body::Frame;
use http_body_util::StreamBody;
use tokio_util::io::ReaderStream;

/// How much of a file is read at once, in bytes.
const PART: usize = 64 * 1024;

/// What is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Content<'a> {
    /// A file's, as it is read.
    File(&'a Path),
    /// This text.
    Text(&'a str),
}

/// Content on its way, and how far it has got.
#[derive(Debug)]
pub(crate) struct Upload<'a> {
    pub(crate) content: Content<'a>,
    pub(crate) digest: &'a str,
    pub(crate) bytes: u64,
    pub(crate) sent: Counter,
}

/// How many bytes of an upload have been sent, and of others with it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counter {
    own: Arc<AtomicU64>,
    all: Arc<AtomicU64>,
}

impl Counter {
    /// For an upload that is counted with others.
    pub(crate) fn with(all: &Arc<AtomicU64>) -> Self {
        Self { own: Arc::default(), all: Arc::clone(all) }
    }

    fn add(&self, bytes: u64) {
        self.own.fetch_add(bytes, Ordering::Relaxed);
        self.all.fetch_add(bytes, Ordering::Relaxed);
    }

    /// It starts again.
    fn reset(&self) {
        self.all.fetch_sub(self.own.swap(0, Ordering::Relaxed), Ordering::Relaxed);
    }
}

impl Upload<'_> {
    /// The content, which can be sent again.
    pub(super) fn body(&self) -> SdkBody {
        match self.content {
            Content::File(path) => self.file(path),
            Content::Text(text) => SdkBody::from(text),
        }
    }

    fn file(&self, path: &Path) -> SdkBody {
        let (path, sent) = (path.to_owned(), self.sent.clone());
        SdkBody::retryable(move || {
            let sent = sent.clone();
            sent.reset();
            let opened = std::fs::File::open(&path).map(tokio::fs::File::from_std);
            let content = stream::iter([opened]).map_ok(|file| ReaderStream::with_capacity(file, PART)).try_flatten();
            let content = content.inspect_ok(move |part| sent.add(part.len() as u64));
            SdkBody::from_body_1_x(StreamBody::new(content.map_ok(Frame::data)))
        })
    }

    /// It is there already.
    pub(super) fn skip(&self) {
        self.sent.add(self.bytes);
    }
}
