//! Objects in buckets.
//!
//! The SDK for storage takes 74 seconds of a processor to build, and this two requests.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

use super::failure::Failure;
use super::request::{Request, Signature};
use super::{Connection, Upload};

/// An object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
}

impl Connection {
    /// Puts a file where there is none yet. Gives whether it had to. An object is there as a whole, or not at all.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html)
    pub(crate) async fn put_object(&self, object: Object<'_>, upload: &Upload<'_>) -> Result<bool, Failure> {
        let request = HttpRequest::empty();
        match self.storage("s3:GetObject", "HEAD", object, request, None).await {
            Ok(()) => return Ok(false),
            // Who may not list a bucket is not told what is missing in it.
            Err(failure) if matches!(failure.status, Some(403 | 404)) => {}
            Err(failure) => return Err(failure),
        }
        let mut request = HttpRequest::new(upload.body());
        request.headers_mut().insert("content-length", upload.bytes.to_string());
        // Another run may have been faster.
        request.headers_mut().insert("if-none-match", "*");
        let digest = upload.digest.trim_start_matches("sha256:").to_owned();
        match self.storage("s3:PutObject", "PUT", object, request, Some(digest)).await {
            Ok(()) => Ok(true),
            Err(failure) if failure.status == Some(412) => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    async fn storage(
        &self,
        action: &'static str,
        method: &str,
        Object { bucket, key }: Object<'_>,
        mut request: HttpRequest,
        digest: Option<String>,
    ) -> Result<(), Failure> {
        let (endpoint, path) = match self.custom_endpoint("s3") {
            Some(endpoint) => (endpoint, format!("/{bucket}/{key}")),
            None => (format!("https://{bucket}.{}", self.host("s3")), format!("/{key}")),
        };
        let made = request.set_method(method).and_then(|()| request.set_uri(path));
        made.map_err(|error| self.unsendable(action, &error))?;
        let signature = Signature::Storage(digest);
        self.send(Request { action, signature, endpoint: &endpoint, again: true, http: request }).await.map(drop)
    }
}
