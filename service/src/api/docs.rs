//! The API's description, and its page. All of it is in the program: a browser needs nothing else.

use std::{io::Read, sync::LazyLock};

use axum::{
    Router,
    body::Bytes,
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

/// A day: the files change with the program only.
const KEEP: (header::HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=86400");

const VARY: (header::HeaderName, &str) = (header::VARY, "accept-encoding");

/// A file of Swagger UI.
struct File {
    name: &'static str,
    kind: &'static str,
    /// In gzip: see `build.rs`.
    packed: &'static [u8],
    /// For clients that do not know gzip.
    plain: LazyLock<Option<Bytes>>,
}

static FILES: [File; 2] = [
    File {
        name: "swagger-ui-bundle.js",
        kind: "text/javascript; charset=utf-8",
        packed: BUNDLE,
        plain: LazyLock::new(|| unpack(BUNDLE)),
    },
    File {
        name: "swagger-ui.css",
        kind: "text/css; charset=utf-8",
        packed: STYLE,
        plain: LazyLock::new(|| unpack(STYLE)),
    },
];

const BUNDLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js.gz"));
const STYLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui.css.gz"));

fn unpack(packed: &[u8]) -> Option<Bytes> {
    let mut plain = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut plain).ok()?;
    Some(plain.into())
}

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
    let found = FILES.iter().find(|file| name.as_ref().is_ok_and(|Path(name)| file.name == name));
    let File { kind, packed, plain, .. } = found.ok_or(Failure::NotFound("Not Found"))?;
    let kind = (header::CONTENT_TYPE, *kind);
    if accepts_gzip(&headers) {
        return Ok(([kind, KEEP, VARY, (header::CONTENT_ENCODING, "gzip")], *packed).into_response());
    }
    let plain = Option::clone(plain).ok_or_else(|| Failure::internal("a file of the page is not in gzip"))?;
    Ok(([kind, KEEP, VARY], plain).into_response())
}

/// Whether the client names gzip, and does not refuse it.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut encodings = values.flat_map(|value| value.split(','));
    encodings.any(|encoding| {
        let (name, weight) = encoding.split_once(';').unwrap_or((encoding, ""));
        let is_zero = weight.trim().strip_prefix("q=").is_some_and(|weight| weight.parse() == Ok(0.0_f32));
        name.trim().eq_ignore_ascii_case("gzip") && !is_zero
    })
}
