//! Authorizers of HTTP and WebSocket APIs, and who may call functions.

use super::gateway::payload_version;
use crate::validate::{Report, Resource, Rule, Set, View};

pub(super) const RULES: [Rule; 5] = [
    Rule::new("authorizer-cache", "Answers of an authorizer are kept by what identifies the caller", cache),
    Rule::new("authorizer-payload", "Every authorizer of an HTTP API has the payload format of its answers", payload),
    Rule::new("websocket-authorizer", "Authorizers of WebSocket APIs have nothing that only HTTP APIs know", websocket),
    Rule::new("authorizer-permission", "API Gateway may call the function of every authorizer", permission),
    Rule::new("permission-source", "Every permission for a service of AWS names whom it acts for", permission_source),
];

const AUTHORIZER: &str = "AWS::ApiGatewayV2::Authorizer";

/// [AWS documentation](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html)
fn cache(set: &Set<'_>, report: &mut Report<'_>) {
    for authorizer in set.all(AUTHORIZER) {
        let (ttl, source) = (authorizer.key("AuthorizerResultTtlInSeconds"), authorizer.key("IdentitySource"));
        let Some(seconds) = ttl.number() else { continue };
        if seconds > 3600 {
            report
                .add(&ttl, "API Gateway keeps answers for an hour at most, and refuses more")
                .help("choose up to 3600 seconds");
        }
        if seconds > 0 && !source.is_unknown() && source.items().is_empty() {
            report
                .add(&source, "API Gateway keeps the answers and has nothing to tell callers apart by, so it refuses the authorizer")
                .help("set IdentitySource, or AuthorizerResultTtlInSeconds to 0");
        }
    }
}

fn payload(set: &Set<'_>, report: &mut Report<'_>) {
    for authorizer in authorizers(set, "HTTP") {
        let version = authorizer.key("AuthorizerPayloadFormatVersion");
        if !version.exists() && authorizer.key("AuthorizerType").is("REQUEST") {
            report
                .add(&version, "API Gateway refuses an authorizer of an HTTP API without a payload format")
                .help("set AuthorizerPayloadFormatVersion to 2.0");
        }
        let simple = authorizer.key("EnableSimpleResponses");
        if simple.flag() == Some(true) && payload_version(&version).is_some_and(|version| version != "2.0") {
            report
                .add(&simple, "API Gateway refuses simple responses in a payload format other than `2.0`")
                .help("set AuthorizerPayloadFormatVersion to 2.0");
        }
    }
}

fn websocket(set: &Set<'_>, report: &mut Report<'_>) {
    for authorizer in authorizers(set, "WEBSOCKET") {
        for property in ["AuthorizerPayloadFormatVersion", "AuthorizerResultTtlInSeconds", "EnableSimpleResponses"] {
            let value = authorizer.key(property);
            if value.is_known() {
                report
                    .add(&value, "API Gateway knows this for HTTP APIs only, and refuses it for a WebSocket API")
                    .help(format!("remove {property}, and let the function answer with an IAM policy"));
            }
        }
    }
}

/// The authorizers of the APIs with a protocol.
fn authorizers<'s>(set: &'s Set<'_>, protocol: &str) -> impl Iterator<Item = Resource<'s>> {
    set.all(AUTHORIZER).filter(move |authorizer| {
        set.target(&authorizer.key("ApiId")).is_some_and(|api| api.key("ProtocolType").is(protocol))
    })
}

fn permission(set: &Set<'_>, report: &mut Report<'_>) {
    if set.has_loops() {
        return;
    }
    for authorizer in set.all(AUTHORIZER).filter(|authorizer| !authorizer.key("AuthorizerCredentialsArn").exists()) {
        let uri = authorizer.key("AuthorizerUri");
        let Some(function) = function(set, &uri) else { continue };
        let mut permissions = set.all("AWS::Lambda::Permission");
        if !permissions.any(|permission| may_let_call(set, &permission, &function, &authorizer)) {
            report
                .add(&uri, "API Gateway may not call the function, so every request to a protected route gets 500")
                .help("add an AWS::Lambda::Permission for apigateway.amazonaws.com, whose SourceArn ends with `/authorizers/` and the authorizer's id");
        }
    }
}

/// The function or alias in `arn:...:lambda:path/2015-03-31/functions/<ARN>/invocations`.
fn function<'s>(set: &'s Set<'_>, uri: &View<'_>) -> Option<Resource<'s>> {
    let (_, function) = uri.text()?.split_once("/functions/")?;
    let function = set.named(function.strip_suffix("/invocations")?)?;
    function.kind.starts_with("AWS::Lambda::").then_some(function)
}

fn may_let_call(set: &Set<'_>, permission: &View<'_>, function: &Resource<'_>, authorizer: &Resource<'_>) -> bool {
    let is_for_function = set.target(&permission.key("FunctionName")).is_none_or(|target| target.is_same(function));
    let is_for_gateway = permission.key("Principal").literal().is_none_or(|name| name == "apigateway.amazonaws.com");
    let source = permission.key("SourceArn").text();
    is_for_function && is_for_gateway && source.is_none_or(|source| may_be_authorizer(set, source, authorizer))
}

fn may_be_authorizer(set: &Set<'_>, source: &str, authorizer: &Resource<'_>) -> bool {
    let Some(api) = set.target(&authorizer.key("ApiId")) else { return true };
    let names = [api.reference(), api.attribute_reference("ApiId")];
    match names.iter().find_map(|name| source.split_once(&**name)) {
        // A star stands for slashes too.
        Some((_, path)) => {
            path.ends_with("/*") || path.strip_prefix("/authorizers/").is_some_and(|id| authorizer.is_named_by(id))
        }
        None => !set.all("AWS::ApiGatewayV2::Api").any(|other| source.contains(&other.reference())),
    }
}

/// [AWS documentation](https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html)
fn permission_source(set: &Set<'_>, report: &mut Report<'_>) {
    for permission in set.all("AWS::Lambda::Permission") {
        let (principal, source) = (permission.key("Principal"), permission.key("SourceArn"));
        let is_for_service = principal.literal().is_some_and(|name| name.ends_with(".amazonaws.com"));
        // The account is enough, and all that can be told of a bucket that has no name yet.
        if is_for_service && !source.exists() && !permission.key("SourceAccount").exists() {
            report
                .add(
                    &source,
                    "the service may call the function on behalf of resources that have nothing to do with it",
                )
                .help("set SourceArn to what is to call the function, or SourceAccount");
        }
    }
}
