//! The API: what clients talk to. API Gateway asks the authorizer, and hands requests to the service through the VPC link.

use synth::aws::apigatewayv2::stage::{AccessLogSettings, RouteSettings};
use synth::aws::apigatewayv2::{self, Api, Authorizer, Integration, Stage, VpcLink, api::Cors};
use synth::aws::typed::Handle;
use synth::aws::{arn, lambda};
use synth::prelude::*;

use crate::environment::Environment;
use crate::justified;
use crate::naming::{self, Names, stack_name};
use crate::route::{Access, CLIENT_ADDRESS, IDENTITY, ROUTES, Route, SOURCE_ADDRESS};
use crate::{app_authorizer, app_platform, network};

/// How long the access log is kept, in days.
const LOG_DAYS: u16 = 30;

/// How long API Gateway waits for the service, in milliseconds. The most is 30,000.
const TIMEOUT: i32 = 15_000;

/// The API of an environment.
pub(crate) fn stack(
    environment: &Environment,
    network: &network::Exports,
    platform: &app_platform::Exports,
    authorizer: &app_authorizer::Exports,
) -> Stack {
    let (stack, names) = naming::stack(environment, stack_name::API, "What clients talk to");
    // There is nothing to talk to without the service, which exports nothing that this stack needs.
    let mut stack = stack.after(stack_name::SERVICE);
    let api = api(&mut stack, environment, &names);
    let link = VpcLink::new(names.prefixed(""), &network.public_subnet_ids).security_group_ids([&network.link_group]);
    let link = stack.add("VpcLink", link);
    let service = Service { api: &api, link: &link, arn: &platform.discovery_service_arn };
    let integrations = Integrations {
        public: stack.add("PublicIntegration", service.integration(without_identity())),
        protected: stack.add("ProtectedIntegration", service.integration(with_identity())),
    };
    let authorizer = authorizer_of(&mut stack, &api, authorizer);
    let limited = routes(&mut stack, &api, &integrations, &authorizer);
    stage(&mut stack, &names, &api, &limited);
    // For people: no stack imports it.
    stack.output("ApiUrl", api.api_endpoint());
    stack.export("ApiId", api.reference());
    stack
}

fn api(stack: &mut Stack, environment: &Environment, names: &Names) -> Handle<Api> {
    let origins = Parameter::list()
        .description("The web origins whose pages may call the API")
        .default(environment.origins.join(","));
    // API Gateway answers preflight requests itself, and ignores what the service says about origins.
    let cors = Cors::new()
        .allow_origins(stack.parameter("AllowedOrigins", origins))
        .allow_methods(["DELETE", "GET", "POST", "PUT"])
        .allow_headers(["authorization", "content-type"])
        // Pages, and when to try again.
        .expose_headers(["link", "retry-after", "www-authenticate", "x-request-id"])
        .max_age(600);
    stack.add("HttpApi", Api::new().name(names.prefixed("")).protocol_type("HTTP").cors_configuration(cors))
}

/// The service, as integrations reach it.
struct Service<'a> {
    api: &'a Handle<Api>,
    link: &'a Handle<VpcLink>,
    arn: &'a Value<String>,
}

impl Service<'_> {
    fn integration<const N: usize>(&self, headers: [(String, String); N]) -> Integration {
        Integration::new(self.api, "HTTP_PROXY")
            .integration_method("ANY")
            .connection_type("VPC_LINK")
            .connection_id(self.link)
            .integration_uri(self.arn)
            // Private integrations know no other.
            .payload_format_version("1.0")
            .timeout_in_millis(TIMEOUT)
            .request_parameters(headers.into_iter().chain(always()).collect::<Vec<_>>())
    }
}

/// What the service is told of every request, whatever the client says of it.
fn always() -> [(String, String); 2] {
    [("x-request-id", "$context.requestId"), (CLIENT_ADDRESS, SOURCE_ADDRESS)]
        .map(|(header, value)| (format!("overwrite:header.{header}"), value.to_owned()))
}

/// Whatever a client says of itself in these headers is overwritten.
fn with_identity() -> [(String, String); 3] {
    IDENTITY.map(|(header, key)| (format!("overwrite:header.{header}"), format!("$context.authorizer.{key}")))
}

/// The authorizer is not asked here, so what stands in these headers would be the client's own word.
fn without_identity() -> [(String, String); 3] {
    IDENTITY.map(|(header, _)| (format!("remove:header.{header}"), "''".to_owned()))
}

/// One integration for routes where the authorizer is asked, and one for the others.
struct Integrations {
    public: Handle<Integration>,
    protected: Handle<Integration>,
}

fn authorizer_of(stack: &mut Stack, api: &Handle<Api>, function: &app_authorizer::Exports) -> Handle<Authorizer> {
    let ttl = Parameter::integer()
        .description("How long an answer of the authorizer holds, in seconds: a token that is revoked works as long")
        .range(0, 3600)
        .default(30);
    let ttl = stack.parameter("AuthorizerTtl", ttl);
    let function_arn = &function.function_arn;
    let path = sub!["lambda:path/2015-03-31/functions/", function_arn, "/invocations"];
    let properties = Authorizer::new("authorizer", api, "REQUEST")
        .authorizer_payload_format_version("2.0")
        .enable_simple_responses(true)
        .identity_source(["$request.header.Authorization"])
        .authorizer_result_ttl_in_seconds(ttl)
        .authorizer_uri(sub!["arn:", pseudo::PARTITION, ":apigateway:", pseudo::REGION, ":", path]);
    let authorizer = stack.add("Authorizer", properties);
    let asks = sub![api.reference(), "/authorizers/", authorizer.reference()];
    let permission = lambda::Permission::new(function_arn, "lambda:InvokeFunction", "apigateway.amazonaws.com")
        .source_arn(arn::regional("execute-api", asks));
    stack.add("AuthorizerInvokePermission", permission);
    authorizer
}

/// Adds the routes. The result are those with a limit of their own.
fn routes(
    stack: &mut Stack,
    api: &Handle<Api>,
    integrations: &Integrations,
    authorizer: &Handle<Authorizer>,
) -> Vec<Handle<apigatewayv2::Route>> {
    let mut limited = Vec::new();
    for route in &ROUTES {
        let integration = match route.access {
            Access::Public | Access::Limited { .. } => &integrations.public,
            Access::Protected => &integrations.protected,
        };
        let properties =
            apigatewayv2::Route::new(api, route.key).target(sub!["integrations/", integration.reference()]);
        let properties = match route.access {
            Access::Public | Access::Limited { .. } => properties.authorization_type("NONE"),
            Access::Protected => properties.authorization_type("CUSTOM").authorizer_id(authorizer),
        };
        let handle = stack.add(format!("Route{}", route.id), properties);
        if matches!(route.access, Access::Limited { .. }) {
            limited.push(handle);
        }
    }
    limited
}

fn throttled(rate: i32, burst: i32) -> RouteSettings {
    RouteSettings::new().throttling_rate_limit(rate).throttling_burst_limit(burst)
}

fn limits() -> Vec<(&'static str, RouteSettings)> {
    let limit = |route: &Route| match route.access {
        Access::Limited { rate, burst } => Some((route.key, throttled(rate, burst))),
        Access::Public | Access::Protected => None,
    };
    ROUTES.iter().filter_map(limit).collect()
}

fn stage(stack: &mut Stack, names: &Names, api: &Handle<Api>, limited: &[Handle<apigatewayv2::Route>]) {
    // With another prefix each new log adds to the one resource policy that the account has for them, until it is full.
    let log = sub!["/aws/vendedlogs/apis/", names.prefixed("")];
    let log = justified::log_group(stack, "AccessLogGroup", log, LOG_DAYS);
    // With a name the stage would be a part of the path that the service sees.
    let properties = Stage::new("$default", api)
        .auto_deploy(true)
        .default_route_settings(throttled(50, 100))
        .route_settings(limits())
        .access_log_settings(AccessLogSettings::new().destination_arn(&log).format(access_log_format()));
    let stage = stack.add("Stage", properties);
    for route in limited {
        // Settings of a route that is not there yet are refused, and no reference says so.
        stack.resource(&stage).depends_on(route);
    }
}

/// [AWS documentation](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html)
fn access_log_format() -> String {
    json!({
        "requestId": "$context.requestId",
        "time": "$context.requestTime",
        "ip": "$context.identity.sourceIp",
        "route": "$context.routeKey",
        "path": "$context.path",
        "status": "$context.status",
        "bytes": "$context.responseLength",
        "milliseconds": "$context.responseLatency",
        "integrationMilliseconds": "$context.integrationLatency",
        "integrationStatus": "$context.integrationStatus",
        "integrationError": "$context.integrationErrorMessage",
        "user": "$context.authorizer.user_name",
        "authorizerError": "$context.authorizer.error",
        "authorizerStatus": "$context.authorizer.status",
    })
    .to_string()
}
