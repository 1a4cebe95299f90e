//! Headers that pass through an HTTP API: those that it maps, and those that browsers may send.

use std::collections::BTreeSet;

use super::gateway::{Api, apis};
use crate::template::is_loop;
use crate::validate::{Report, Resource, Rule, Set, View};

pub(super) const RULES: [Rule; 5] = [
    Rule::new("forged-identity", "No client can send a header that tells a backend who the caller is", forged),
    Rule::new("appended-identity", "What an authorizer says takes the place of what a client sends", appended),
    Rule::new("reserved-header", "No header is mapped that API Gateway keeps for itself", reserved),
    Rule::new("cors-credentials", "Browsers may send credentials from named origins only", credentials),
    Rule::new("cors-headers", "Browsers may send the headers that authorizers read", cors_headers),
];

/// [AWS documentation](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html)
const RESERVED: [&str; 18] = [
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-location",
    "forwarded",
    "keep-alive",
    "origin",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailers",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
];

/// How reserved headers begin, on the same page.
const RESERVED_PREFIXES: [&str; 4] = ["access-control-", "apigw-", "x-amz-", "x-amzn-"];

/// A header that an integration maps, such as `overwrite:header.X-User`.
struct Mapped<'s> {
    action: &'s str,
    /// In lower case: names of headers mean the same in any.
    name: String,
    value: View<'s>,
}

impl Mapped<'_> {
    fn is_identity(&self) -> bool {
        self.value.text().is_some_and(|value| value.contains("context.authorizer."))
    }

    /// Whether what a client sends in it is gone. An identity that is appended is a finding of its own.
    fn is_handled(&self) -> bool {
        self.action != "append" || self.is_identity()
    }
}

/// A backend that trusts a header trusts it from every integration of the API, so each has to deal with it.
fn forged(set: &Set<'_>, report: &mut Report<'_>) {
    for api in apis(set) {
        let trusted: BTreeSet<String> = identity(&api).map(|header| header.name).collect();
        for integration in api.integrations().filter(|integration| integration.key("IntegrationType").is("HTTP_PROXY"))
        {
            let parameters = integration.key("RequestParameters");
            let handled: BTreeSet<String> =
                mapped(&integration).filter(Mapped::is_handled).map(|header| header.name).collect();
            let passed: Vec<&str> = trusted.difference(&handled).map(String::as_str).collect();
            let has_loops = parameters.entries().iter().any(|(key, _)| is_loop(key));
            if !passed.is_empty() && !parameters.is_unknown() && !has_loops {
                let names = passed.join("`, `");
                report
                    .add(
                        &parameters,
                        format!(
                            "a client can send `{names}` itself, and the backend takes it for what the authorizer said"
                        ),
                    )
                    .help("remove or overwrite the header in every integration of the API");
            }
        }
    }
}

fn appended(set: &Set<'_>, report: &mut Report<'_>) {
    for api in apis(set) {
        for header in identity(&api).filter(|header| header.action == "append") {
            report
                .add(
                    &header.value,
                    format!(
                        "the value is added to a `{}` that the client sent, who can so pass for someone else",
                        header.name
                    ),
                )
                .help("use `overwrite:` in place of `append:`");
        }
    }
}

/// The headers that tell backends of an API what its authorizer said.
fn identity<'s>(api: &Api<'s>) -> impl Iterator<Item = Mapped<'s>> {
    api.integrations().flat_map(|integration| mapped(&integration).collect::<Vec<_>>()).filter(Mapped::is_identity)
}

fn reserved(set: &Set<'_>, report: &mut Report<'_>) {
    for integration in set.all("AWS::ApiGatewayV2::Integration") {
        for header in mapped(&integration).chain(mapped_responses(&integration)) {
            if is_reserved(&header.name) {
                report
                    .add(
                        &header.value,
                        format!("API Gateway keeps `{}` for itself, and refuses to map it", header.name),
                    )
                    .help("map a header of your own, such as x-request-id");
            }
        }
    }
}

fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name) || RESERVED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn mapped<'s>(integration: &Resource<'s>) -> impl Iterator<Item = Mapped<'s>> + use<'s> {
    let parameters = integration.key("RequestParameters").entries().into_iter();
    parameters.filter_map(|(key, value)| header(key, value))
}

/// In responses the header stands in a value, `Destination`.
fn mapped_responses<'s>(integration: &Resource<'s>) -> impl Iterator<Item = Mapped<'s>> + use<'s> {
    let texts = integration.key("ResponseParameters").all_texts().into_iter();
    texts.filter_map(|text| header(text.text()?, text))
}

fn header<'s>(text: &'s str, value: View<'s>) -> Option<Mapped<'s>> {
    let (action, place) = text.split_once(':')?;
    Some(Mapped { action, name: place.strip_prefix("header.")?.to_ascii_lowercase(), value })
}

/// [AWS documentation](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html)
fn credentials(set: &Set<'_>, report: &mut Report<'_>) {
    for api in apis(set) {
        let allowed = api.whole.get("CorsConfiguration.AllowCredentials");
        if allowed.flag() == Some(true) && api.whole.get("CorsConfiguration.AllowOrigins").texts().contains(&"*") {
            report
                .add(&allowed, "any website could act with its visitors' credentials, so API Gateway refuses this for the origin `*`")
                .help("name the origins, or leave AllowCredentials out");
        }
    }
}

fn cors_headers(set: &Set<'_>, report: &mut Report<'_>) {
    for api in apis(set).filter(|api| api.whole.key("CorsConfiguration").is_known()) {
        let allowed = api.whole.get("CorsConfiguration.AllowHeaders");
        let names = allowed.texts();
        let is_allowed = |header: &str| names.iter().any(|name| *name == "*" || name.eq_ignore_ascii_case(header));
        let wanted: BTreeSet<String> = api.authorizers().flat_map(|authorizer| headers_read(&authorizer)).collect();
        for header in wanted.iter().filter(|header| !is_allowed(header)) {
            if !is_open(&allowed) {
                report
                    .add(
                        &allowed,
                        format!("browsers do not send `{header}` to the API, so its authorizer turns every page away"),
                    )
                    .help(format!("add {header} to AllowHeaders"));
            }
        }
    }
}

/// Whether a list may have items that are not known.
fn is_open(list: &View<'_>) -> bool {
    list.is_unknown() || list.items().iter().any(|item| item.literal().is_none())
}

/// The headers in an authorizer's identity sources.
fn headers_read(authorizer: &Resource<'_>) -> Vec<String> {
    let sources = authorizer.key("IdentitySource").texts();
    let names = sources.iter().filter_map(|source| source.strip_prefix("$request.header."));
    names.map(str::to_ascii_lowercase).collect()
}
