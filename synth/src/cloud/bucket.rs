//! Objects in buckets.
//!
//! The SDK for storage takes 74 seconds of a processor to build, and this two requests.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_xml::encode::XmlWriter;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

use super::failure::Failure;
use super::request::{Answer, Request, Signature};
use super::upload::{Content, Counter};
use super::{Connection, Upload, xml};
use crate::package::hash;

/// An object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
}

/// A version of an object, or the marker of a deleted one. The key is encoded as in a URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) key: String,
    pub(super) id: String,
}

/// Some of what is in a bucket.
#[derive(Debug, Default)]
pub(super) struct Versions {
    pub(super) all: Vec<Version>,
    /// After which the others come.
    pub(super) next: Option<Version>,
}

/// The request to delete versions, without a list of them in the answer.
fn deletion(versions: &[Version]) -> String {
    let mut text = String::new();
    let mut writer = XmlWriter::new(&mut text);
    let mut root = writer.start_el("Delete").write_ns("http://s3.amazonaws.com/doc/2006-03-01/", None).finish();
    for Version { key, id } in versions {
        let mut object = root.start_el("Object").finish();
        // A blank comes as a plus, and a plus encoded.
        let key = key.replace('+', " ");
        for (name, value) in [("Key", &*percent_decode_str(&key).decode_utf8_lossy()), ("VersionId", id)] {
            let mut element = object.start_el(name).finish();
            element.data(value);
            element.finish();
        }
        object.finish();
    }
    let mut quiet = root.start_el("Quiet").finish();
    quiet.data("true");
    quiet.finish();
    root.finish();
    text
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
            // Another run is putting it: it has, or has not, in the end.
            Err(failure) if failure.status == Some(409) => {
                let again = self.storage("s3:GetObject", "HEAD", object, HttpRequest::empty(), None).await;
                again.map(|()| false).map_err(|_| failure)
            }
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
            None => hosted(&self.host("s3"), Object { bucket, key }),
        }
    }

    /// Up to 1,000 versions of objects, and markers of deleted ones. A bucket that is gone has none.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html)
    pub(super) async fn versions(&self, bucket: &str, page: Option<Version>) -> Result<Versions, Failure> {
        let action = "s3:ListBucketVersions";
        let mut path = "?versions&encoding-type=url".to_owned();
        if let Some(Version { key, id }) = page {
            // The key is encoded as it came.
            path.extend(["&key-marker=", &key, "&version-id-marker=", &id]);
        }
        let answer = match self.in_bucket(action, "GET", bucket, &path, HttpRequest::empty()).await {
            Err(failure) if failure.is_missing() => return Ok(Versions::default()),
            answer => answer?,
        };
        let failed = |error| self.unsendable(action, &error);
        let mut all = Vec::new();
        for kind in ["Version", "DeleteMarker"] {
            let rows = xml::rows(&answer.body, kind, ["Key", "VersionId"]).map_err(failed)?;
            all.extend(rows.into_iter().map(|[key, id]| Version { key, id }));
        }
        let text = |name| Ok(xml::texts(&answer.body, name).map_err(failed)?.into_iter().next().unwrap_or_default());
        let next = Version { key: text("NextKeyMarker")?, id: text("NextVersionIdMarker")? };
        Ok(Versions { all, next: (text("IsTruncated")? == "true").then_some(next) })
    }

    /// Deletes versions for good, at most 1,000.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html)
    pub(super) async fn delete_versions(&self, bucket: &str, versions: &[Version]) -> Result<(), Failure> {
        let action = "s3:DeleteObjectVersion";
        if versions.is_empty() {
            return Ok(());
        }
        let body = deletion(versions);
        let mut request = HttpRequest::new(SdkBody::from(&*body));
        let digest = BASE64_STANDARD.encode(Sha256::digest(&body));
        request.headers_mut().insert("x-amz-checksum-sha256", digest);
        request.headers_mut().insert("content-type", "application/xml");
        let answer = self.in_bucket(action, "POST", bucket, "?delete", request).await?;
        let errors = xml::rows(&answer.body, "Error", ["Code", "Message", "Key"]);
        let errors = errors.map_err(|error| self.unsendable(action, &error))?;
        match errors.into_iter().next() {
            Some([code, message, key]) => Err(self.refused(action, &code, format!("{key}: {message}"))),
            None => Ok(()),
        }
    }

    async fn in_bucket(
        &self,
        action: &'static str,
        method: &str,
        bucket: &str,
        question: &str,
        mut request: HttpRequest,
    ) -> Result<Answer, Failure> {
        let (endpoint, path) = self.address(Object { bucket, key: "" });
        // A bucket in the path ends without a slash, and one in the host's name with one.
        let path = if path == "/" { path } else { path.trim_end_matches('/').to_owned() };
        let made = request.set_method(method).and_then(|()| request.set_uri(format!("{path}{question}")));
        made.map_err(|error| self.unsendable(action, &error))?;
        let signature = Signature::Storage(None);
        self.send(Request { action, signature, endpoint: &endpoint, again: true, http: request }).await
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

/// The server of a bucket has its name, unless that has dots: the certificate of S3 is for names without.
fn hosted(host: &str, Object { bucket, key }: Object<'_>) -> (String, String) {
    if bucket.contains('.') {
        return (format!("https://{host}"), format!("/{bucket}/{key}"));
    }
    (format!("https://{bucket}.{host}"), format!("/{key}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_has_a_server_of_its_name() {
        let place = |bucket| hosted("s3.eu-west-1.amazonaws.com", Object { bucket, key: "a" });
        let own = ("https://web.s3.eu-west-1.amazonaws.com".to_owned(), "/a".to_owned());
        assert_eq!(place("web"), own);
        let shared = ("https://s3.eu-west-1.amazonaws.com".to_owned(), "/www.example.com/a".to_owned());
        assert_eq!(place("www.example.com"), shared);
    }
}
