//! Images in a registry.
//!
//! [Specification](https://github.com/opencontainers/distribution-spec/blob/main/spec.md)

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use serde::Deserialize;
use serde_json::json;

use super::failure::Failure;
use super::request::{Answer, Request, Signature};
use super::{Connection, Upload};
use crate::package::layout;

/// How often a blob is tried. An upload that broke off starts again.
const ATTEMPTS: u32 = 3;

/// A repository of images, and the right to push to it.
#[derive(Clone, Debug)]
pub(crate) struct Repository<'c> {
    connection: &'c Connection,
    endpoint: String,
    name: String,
    authorization: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tokens {
    authorization_data: Vec<Token>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Token {
    authorization_token: String,
    proxy_endpoint: String,
}

impl Connection {
    /// The repository with this URI, such as `123456789012.dkr.ecr.eu-west-1.amazonaws.com/name`.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html)
    pub(crate) async fn repository(&self, uri: &str) -> Result<Repository<'_>, Failure> {
        let action = "ecr:GetAuthorizationToken";
        let target = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";
        let answer = self.ask(action, "api.ecr", target, &json!({})).await?;
        let tokens: Tokens = serde_json::from_value(answer).map_err(|error| self.unsendable(action, &error))?;
        let Some(token) = tokens.authorization_data.into_iter().next() else {
            return Err(self.unsendable(action, &"there is no token in the answer"));
        };
        let (host, name) = uri.split_once('/').unwrap_or((uri, ""));
        // Where ECR is somebody else's, its registry is too.
        let endpoint = self.custom_endpoint("ecr").map(|_| token.proxy_endpoint);
        let endpoint = endpoint.unwrap_or_else(|| format!("https://{host}"));
        let authorization = format!("Basic {}", token.authorization_token);
        Ok(Repository { connection: self, endpoint, name: name.to_owned(), authorization })
    }
}

impl Repository<'_> {
    /// The digest of the image with this tag, if there is one.
    pub(crate) async fn tagged(&self, tag: &str) -> Result<Option<String>, Failure> {
        let mut request = HttpRequest::empty();
        request.headers_mut().insert("accept", layout::MANIFEST);
        let path = format!("/v2/{}/manifests/{tag}", self.name);
        match self.send("ecr:BatchGetImage", "HEAD", &path, true, request).await {
            Ok(answer) => Ok(answer.header("docker-content-digest").map(str::to_owned)),
            Err(failure) if failure.is_missing() => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Puts a blob there, if it is not there yet.
    pub(crate) async fn put_blob(&self, upload: &Upload<'_>) -> Result<(), Failure> {
        let path = format!("/v2/{}/blobs/{}", self.name, upload.digest);
        match self.send("ecr:BatchCheckLayerAvailability", "HEAD", &path, true, HttpRequest::empty()).await {
            Ok(_) => {
                upload.skip();
                return Ok(());
            }
            Err(failure) if failure.is_missing() => {}
            Err(failure) => return Err(failure),
        }
        let mut attempt = 1;
        loop {
            match self.upload(upload).await {
                Err(failure) if failure.is_passing() && attempt < ATTEMPTS => attempt += 1,
                result => return result,
            }
        }
    }

    /// A blob is there when its digest is: what broke off before is nothing.
    async fn upload(&self, upload: &Upload<'_>) -> Result<(), Failure> {
        let start = format!("/v2/{}/blobs/uploads/", self.name);
        let started = self.send("ecr:InitiateLayerUpload", "POST", &start, true, empty()).await?;
        let mut request = HttpRequest::new(upload.body());
        request.headers_mut().insert("content-type", "application/octet-stream");
        request.headers_mut().insert("content-length", upload.bytes.to_string());
        let place = self.location(&started)?;
        let sent = self.send("ecr:UploadLayerPart", "PATCH", &place, false, request).await?;
        let place = self.location(&sent)?;
        let separator = if place.contains('?') { '&' } else { '?' };
        let place = format!("{place}{separator}digest={}", upload.digest);
        self.send("ecr:CompleteLayerUpload", "PUT", &place, false, empty()).await.map(drop)
    }

    /// Puts the image there under a tag, now that all its blobs are.
    pub(crate) async fn put_manifest(&self, tag: &str, manifest: Vec<u8>) -> Result<(), Failure> {
        let mut request = HttpRequest::new(SdkBody::from(manifest));
        request.headers_mut().insert("content-type", layout::MANIFEST);
        let path = format!("/v2/{}/manifests/{tag}", self.name);
        self.send("ecr:PutImage", "PUT", &path, true, request).await.map(drop)
    }

    async fn send(
        &self,
        action: &'static str,
        method: &str,
        path: &str,
        again: bool,
        mut request: HttpRequest,
    ) -> Result<Answer, Failure> {
        let made = request.set_method(method).and_then(|()| request.set_uri(path));
        made.map_err(|error| self.connection.unsendable(action, &error))?;
        request.headers_mut().insert("authorization", self.authorization.clone());
        let request = Request { action, signature: Signature::None, endpoint: &self.endpoint, again, http: request };
        self.connection.send(request).await
    }

    /// Where an upload goes on: a path here, or the same with the address of this registry before it.
    fn location(&self, answer: &Answer) -> Result<String, Failure> {
        let location = answer.header("location").unwrap_or_default();
        let path = location.strip_prefix(&*self.endpoint).unwrap_or(location);
        if path.starts_with('/') {
            return Ok(path.to_owned());
        }
        let reason = format!("the upload goes on at `{location}`, which is not in {}", self.endpoint);
        Err(self.connection.unsendable("ecr:InitiateLayerUpload", &reason))
    }
}

fn empty() -> HttpRequest {
    let mut request = HttpRequest::empty();
    request.headers_mut().insert("content-length", "0");
    request
}
