//! Objects in buckets.
//!
//! The SDK for storage takes 74 seconds of a processor to build, and this two requests.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

use super::failure::Failure;
use super::request::{Request, Signature};
use super::upload::{Content, Counter};
use super::{Connection, Upload};
use crate::package::hash;

/// An object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
}

impl Connection {
    /// Puts content where there is none yet. Gives whether it had to. An object is there as a whole, or not at all.
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

    /// Puts a template under a name that follows from its content. Gives its URL.
    ///
    /// # Errors
    ///
    /// Storage refuses.
    pub async fn put_template(&self, bucket: &str, template: &str) -> Result<String, Failure> {
        let digest = hash::of_bytes(template.as_bytes());
        let key = format!("templates/{}.yaml", digest.trim_start_matches("sha256:"));
        let object = Object { bucket, key: &key };
        let content = Content::Text(template);
        let upload = Upload { content, digest: &digest, bytes: template.len() as u64, sent: Counter::default() };
        self.put_object(object, &upload).await?;
        let (endpoint, path) = self.address(object);
        Ok(format!("{endpoint}{path}"))
    }

    /// The server, and the path there.
    fn address(&self, Object { bucket, key }: Object<'_>) -> (String, String) {
        match self.custom_endpoint("s3") {
            Some(endpoint) => (endpoint, format!("/{bucket}/{key}")),
            None => (format!("https://{bucket}.{}", self.host("s3")), format!("/{key}")),
        }
    }

    async fn storage(
        &self,
        action: &'static str,
        method: &str,
        object: Object<'_>,
        mut request: HttpRequest,
        digest: Option<String>,
    ) -> Result<(), Failure> {
        let (endpoint, path) = self.address(object);
        let made = request.set_method(method).and_then(|()| request.set_uri(path));
        made.map_err(|error| self.unsendable(action, &error))?;
        let signature = Signature::Storage(digest);
        self.send(Request { action, signature, endpoint: &endpoint, again: true, http: request }).await.map(drop)
    }
}
