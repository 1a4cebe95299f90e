//! The API's description, and its page. All of it is in the program: a browser needs nothing else.

use std::io::Read;

use axum::{
    Router,
    extract::{Path, rejection::PathRejection},
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use flate2::read::GzDecoder;
use utoipa::openapi::OpenApi;

use super::failure::Failure;

/// The paths that the description does not describe: its own.
pub(super) const PATHS: [&str; 2] = ["/docs", "/openapi.json"];

const JSON: (header::HeaderName, &str) = (header::CONTENT_TYPE, "application/json");

/// A file of Swagger UI: its name, its type, and its content in gzip (see `build.rs`).
type File = (&'static str, &'static str, &'static [u8]);

const FILES: [File; 2] = [
    (
        "swagger-ui-bundle.js",
        "text/javascript; charset=utf-8",
        include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js.gz")),
    ),
    ("swagger-ui.css", "text/css; charset=utf-8", include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui.css.gz"))),
];

pub(super) fn router(document: &OpenApi) -> Router {
    // It holds nothing that JSON cannot say.
    let document = document.to_json().unwrap_or_default();
    Router::new()
        .route("/openapi.json", get(async move || ([JSON], document)))
        .route("/docs", get(Html(include_str!("docs.html"))))
        .route("/docs/{file}", get(file))
}

/// A file of the page.
async fn file(name: Result<Path<String>, PathRejection>, headers: HeaderMap) -> Result<Response, Failure> {
    let found = FILES.iter().find(|(file, ..)| name.as_ref().is_ok_and(|Path(name)| file == name));
    let (_, kind, packed) = found.ok_or(Failure::NotFound("Not Found"))?;
    let accepts = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    if accepts.is_some_and(|encodings| encodings.contains("gzip")) {
        return Ok(([(header::CONTENT_TYPE, *kind), (header::CONTENT_ENCODING, "gzip")], *packed).into_response());
    }
    let mut plain = Vec::new();
    GzDecoder::new(*packed).read_to_end(&mut plain).map_err(Failure::internal)?;
    Ok(([(header::CONTENT_TYPE, *kind)], plain).into_response())
}
