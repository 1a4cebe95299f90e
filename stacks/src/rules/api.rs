//! The API: which routes are open, and what the service is told of the caller.

use synth::validate::{Report, Rule, Set, View};

use crate::route::{Access, CLIENT_ADDRESS, IDENTITY, ROUTES, SOURCE_ADDRESS};

pub(super) const RULES: [Rule; 4] = [
    Rule::new(
        "public-routes",
        "The routes without the authorizer are those that are meant for everybody",
        public_routes,
    ),
    Rule::new("limited-routes", "Routes that cost a password hash have limits of their own", limited_routes),
    Rule::new("client-address", "The service is told every client's address, whatever the client says", client_address),
    Rule::new("identity-headers", "Protected routes say who calls, whatever the client says", identity_headers),
];

/// What only the authorizer may ask of the service.
const PRIVATE: &str = "/auth/check_token";

fn public_routes(set: &Set<'_>, report: &mut Report<'_>) {
    let open = ROUTES.iter().filter(|route| route.access != Access::Protected);
    let mut missing: Vec<&str> = open.map(|route| route.key).collect();
    for route in set.all("AWS::ApiGatewayV2::Route") {
        let key = route.key("RouteKey");
        let Some(text) = key.text() else { continue };
        let is_open = !route.key("AuthorizationType").is("CUSTOM");
        let is_meant = missing.iter().position(|meant| *meant == text);
        if reaches_private(text) {
            report
                .add(&key, format!("`{text}` opens what only the authorizer may ask of the service"))
                .help("name the paths that are meant");
        } else if is_open != is_meant.is_some() {
            report
                .add(&key, format!("who may use `{text}` is not who it is meant for"))
                .help("stacks/src/route.rs says which routes are for everybody");
        }
        missing.extract_if(.., |meant| *meant == text).for_each(drop);
    }
    if let Some(stage) = set.all("AWS::ApiGatewayV2::Stage").next().filter(|_| !missing.is_empty()) {
        report
            .add(&stage, format!("the API has no route {}", missing.join(", ")))
            .help("stacks/src/route.rs says which routes there are");
    }
}

/// Whether a route takes requests for [`PRIVATE`], also by a part of the path that may be anything.
fn reaches_private(key: &str) -> bool {
    let Some((_, path)) = key.split_once(' ') else { return true };
    let (mut own, mut private) = (path.split('/'), PRIVATE.split('/'));
    loop {
        match (own.next(), private.next()) {
            (Some(part), _) if part.ends_with("+}") => return true,
            (Some(part), Some(wanted)) if part == wanted || part.starts_with('{') => {}
            (None, None) => return true,
            _ => return false,
        }
    }
}

fn limited_routes(set: &Set<'_>, report: &mut Report<'_>) {
    let limited = ROUTES.iter().filter(|route| matches!(route.access, Access::Limited { .. }));
    let keys: Vec<&str> = limited.map(|route| route.key).collect();
    for stage in set.all("AWS::ApiGatewayV2::Stage") {
        let settings = stage.key("RouteSettings");
        let has =
            |key: &str, limit| settings.entries().iter().any(|(own, value)| *own == key && value.key(limit).exists());
        for key in keys.iter().filter(|key| !has(key, "ThrottlingRateLimit") || !has(key, "ThrottlingBurstLimit")) {
            report
                .add(&settings, format!("`{key}` may be called as often as any, and each call costs a password hash"))
                .help("give it a rate and a burst limit in RouteSettings");
        }
    }
}

fn identity_headers(set: &Set<'_>, report: &mut Report<'_>) {
    let protected = set.all("AWS::ApiGatewayV2::Route").filter(|route| route.key("AuthorizationType").is("CUSTOM"));
    for route in protected {
        let target = route.key("Target").text().unwrap_or_default();
        let Some(integration) = target.strip_prefix("integrations/").and_then(|id| set.named(id)) else { continue };
        let parameters = integration.key("RequestParameters");
        for (header, key) in IDENTITY {
            let (name, wanted) = (format!("overwrite:header.{header}"), format!("$context.authorizer.{key}"));
            let sets = |(own, value): &(&str, View<'_>)| *own == name && value.is(&wanted);
            if !parameters.entries().iter().any(sets) {
                report
                    .add(&parameters, format!("`{header}` is what the client says, and not what the authorizer says"))
                    .help(format!("map `{name}` to `{wanted}`"));
            }
        }
    }
}

fn client_address(set: &Set<'_>, report: &mut Report<'_>) {
    let name = format!("overwrite:header.{CLIENT_ADDRESS}");
    for integration in set.all("AWS::ApiGatewayV2::Integration") {
        let parameters = integration.key("RequestParameters");
        if !parameters.entries().iter().any(|(own, value)| *own == name && value.is(SOURCE_ADDRESS)) {
            report
                .add(&parameters, "clients choose their address themselves, and log-ins from one address have no limit")
                .help(format!("map `{name}` to `{SOURCE_ADDRESS}`"));
        }
    }
}
