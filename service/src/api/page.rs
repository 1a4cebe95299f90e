//! Long lists come in pages.

use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::{IntoParams, IntoResponses};

use super::failure::{Detail, Failure, Flaw, InvalidInput, Step};

/// Rows of a page that does not say how many it wants.
const DEFAULT: i64 = 1_000;

/// Rows that a page may have.
const MOST: i64 = 10_000;

/// Which part of a list is wanted: `limit` and `after` of the query.
#[derive(Clone, Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Page {
    /// Rows in the page; 1,000 if left out.
    #[param(required = false, minimum = 1, maximum = 10000)]
    limit: i64,
    /// Where the page begins, as the link to it says.
    #[param(required = false, minimum = 0)]
    after: i64,
    #[param(ignore)]
    path: String,
}

/// How a list may be answered beside the list itself.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it describes what `Failure` does")]
pub(crate) enum Refusal {
    /// The token is not valid, or not an admin's.
    #[response(status = UNAUTHORIZED)]
    NotAllowed(Detail),
    /// The input is wrong.
    #[response(status = UNPROCESSABLE_ENTITY)]
    Invalid(InvalidInput),
}

impl<S: Sync> FromRequestParts<S> for Page {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let uri = &parts.uri;
        let mut flaws = Vec::new();
        let mut number = |name, default, range: std::ops::RangeInclusive<i64>| {
            let Some(text) = of_query(uri.query().unwrap_or_default(), name) else { return default };
            text.parse().ok().filter(|number| range.contains(number)).unwrap_or_else(|| {
                let expected = format!("Input should be an integer from {} to {}", range.start(), range.end());
                flaws.push(Flaw::new("int_range", expected).within(Step::Name(name)).within(Step::Name("query")));
                default
            })
        };
        let limit = number("limit", DEFAULT, 1..=MOST);
        let after = number("after", 0, 0..=i64::MAX);
        if flaws.is_empty() {
            Ok(Self { limit, after, path: uri.path().to_owned() })
        } else {
            Err(Failure::Invalid(flaws))
        }
    }
}

/// The value of a parameter. Those that are looked for are numbers, which nobody has to escape.
fn of_query<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
}

impl Page {
    /// The id behind which the page begins.
    pub(crate) fn after(&self) -> i64 {
        self.after
    }

    /// One row more than the page has: it tells whether another page follows.
    pub(crate) fn limit(&self) -> i64 {
        self.limit + 1
    }

    /// The answer, with a link to the next page if there is one.
    pub(crate) fn answer<R, T: Serialize>(&self, mut rows: Vec<R>, key: fn(&R) -> i64, show: fn(R) -> T) -> Response {
        let length = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > length;
        rows.truncate(length);
        let next = rows.last().filter(|_| more).map(key);
        let rows: Vec<T> = rows.into_iter().map(show).collect();
        (next.and_then(|after| self.link(after)).map(|link| [link]), Json(rows)).into_response()
    }

    fn link(&self, after: i64) -> Option<(HeaderName, HeaderValue)> {
        let link = format!("<{}?limit={}&after={after}>; rel=\"next\"", self.path, self.limit);
        Some((header::LINK, link.parse().ok()?))
    }
}
