//! HTTP and WebSocket APIs: their routes, integrations and stages.

use crate::template::{Node, is_loop};
use crate::validate::{Report, Resource, Rule, Set, View};

pub(super) const RULES: [Rule; 6] = [
    Rule::new("route-target", "Every route leads to an integration of its API", route_target),
    Rule::new("route-authorizer", "A route has an authorizer if its authorization type asks for one", route_authorizer),
    Rule::new("route-settings", "Settings of a stage are for routes that are made before it", route_settings),
    Rule::new("stage-throttling", "Every stage limits how many requests it takes", throttling),
    Rule::new("stage-prefix", "The name of a stage does not reach a private integration", stage_prefix),
    Rule::new("integration-timeout", "Every integration has a timeout that API Gateway allows", timeout),
];

const INTEGRATION: &str = "AWS::ApiGatewayV2::Integration";

/// An API, with what belongs to it in any stack.
pub(super) struct Api<'s> {
    set: &'s Set<'s>,
    pub(super) whole: Resource<'s>,
}

pub(super) fn apis<'s>(set: &'s Set<'s>) -> impl Iterator<Item = Api<'s>> {
    set.all("AWS::ApiGatewayV2::Api").map(move |whole| Api { set, whole })
}

impl<'s> Api<'s> {
    pub(super) fn routes(&self) -> impl Iterator<Item = Resource<'s>> {
        self.parts("AWS::ApiGatewayV2::Route")
    }

    pub(super) fn integrations(&self) -> impl Iterator<Item = Resource<'s>> {
        self.parts(INTEGRATION)
    }

    pub(super) fn stages(&self) -> impl Iterator<Item = Resource<'s>> {
        self.parts("AWS::ApiGatewayV2::Stage")
    }

    pub(super) fn authorizers(&self) -> impl Iterator<Item = Resource<'s>> {
        self.parts("AWS::ApiGatewayV2::Authorizer")
    }

    pub(super) fn is_http(&self) -> bool {
        self.whole.key("ProtocolType").is("HTTP")
    }

    pub(super) fn is_websocket(&self) -> bool {
        self.whole.key("ProtocolType").is("WEBSOCKET")
    }

    fn parts(&self, kind: &'static str) -> impl Iterator<Item = Resource<'s>> {
        let parts = self.set.all(kind);
        parts.filter(|part| self.whole.is_target_of(&part.key("ApiId")))
    }
}

/// A payload format, such as `2.0`; also where it is written as a number.
pub(super) fn payload_version(value: &View<'_>) -> Option<String> {
    match value.node()? {
        Node::Float(number) => Some(format!("{number:.1}")),
        Node::Integer(number) => Some(format!("{number}.0")),
        _ => value.literal().map(str::to_owned),
    }
}

fn route_target(set: &Set<'_>, report: &mut Report<'_>) {
    for api in apis(set) {
        for route in api.routes() {
            let target = route.key("Target");
            if let Some(problem) = target_problem(set, &api, &target) {
                report
                    .add(&target, problem)
                    .help("set Target to `integrations/` and the id of an integration of the same API");
            }
        }
    }
}

fn target_problem(set: &Set<'_>, api: &Api<'_>, target: &View<'_>) -> Option<&'static str> {
    if !target.exists() {
        return api.is_http().then_some("the route leads nowhere, so its requests are not answered");
    }
    let text = target.text()?;
    let Some(id) = text.strip_prefix("integrations/") else {
        let is_other = set.named(text).is_some() || target.literal().is_some();
        return is_other.then_some("API Gateway refuses a target that does not begin with `integrations/`");
    };
    let named = set.named(id)?;
    if named.kind != INTEGRATION {
        Some("the target is no integration, so API Gateway refuses the route")
    } else if set.target(&named.key("ApiId")).is_some_and(|other| !other.is_same(&api.whole)) {
        Some("the integration belongs to another API, so API Gateway does not find it")
    } else {
        None
    }
}

fn route_authorizer(set: &Set<'_>, report: &mut Report<'_>) {
    for route in set.all("AWS::ApiGatewayV2::Route") {
        let (kind, authorizer) = (route.key("AuthorizationType"), route.key("AuthorizerId"));
        let named = set.target(&authorizer);
        let named = named.as_ref().and_then(|named| named.key("AuthorizerType").text());
        match (kind.text(), named) {
            (Some("CUSTOM" | "JWT"), _) if !authorizer.exists() => {
                report
                    .add(&authorizer, "the authorization type asks for an authorizer and none is named, so API Gateway refuses the route")
                    .help("set AuthorizerId");
            }
            (Some("CUSTOM"), Some("JWT")) | (Some("JWT"), Some("REQUEST")) => {
                report
                    .add(&kind, "the authorizer is of another type, so API Gateway refuses the route")
                    .help("CUSTOM is for an authorizer of type REQUEST, JWT for one of type JWT");
            }
            (Some("NONE"), _) if authorizer.is_known() => open_route(&kind, report),
            (None, _) if authorizer.is_known() && !kind.exists() => open_route(&kind, report),
            _ => {}
        }
    }
}

fn open_route(kind: &View<'_>, report: &mut Report<'_>) {
    report
        .add(kind, "the route is open to everyone: without an authorization type its authorizer is never asked")
        .help("set AuthorizationType to CUSTOM or JWT, or remove AuthorizerId");
}

/// API Gateway answers "Unable to find Route by key" where the route is not there yet.
fn route_settings(set: &Set<'_>, report: &mut Report<'_>) {
    for api in apis(set) {
        let routes: Vec<Resource<'_>> = api.routes().collect();
        let are_known = !routes.is_empty() && routes.iter().all(|route| route.key("RouteKey").literal().is_some());
        let are_all = are_known
            && !set.has_loops()
            && !api.whole.key("Body").exists()
            && !api.whole.key("BodyS3Location").exists();
        for stage in api.stages() {
            let settings = stage.key("RouteSettings").entries();
            for (key, settings) in settings.into_iter().filter(|(key, _)| !is_loop(key)) {
                match routes.iter().find(|route| route.key("RouteKey").is(key)) {
                    None if are_all => {
                        report
                            .add(&settings, "the API has no route with this key, so the stage cannot be made")
                            .help("write the key as it stands in RouteKey");
                    }
                    Some(route) if !comes_after(set, &stage, route) => {
                        report
                            .add(&settings, "the stage may be made before this route, and then fails: it cannot find the route by its key")
                            .help(format!("add {} to DependsOn of the stage", route.id));
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Whether a stage waits for a route, itself or through its deployment; another stack is another matter.
fn comes_after(set: &Set<'_>, stage: &Resource<'_>, route: &Resource<'_>) -> bool {
    let waits = |resource: &Resource<'_>| resource.attribute("DependsOn").texts().contains(&route.id);
    route.stack.name != stage.stack.name
        || waits(stage)
        || set.target(&stage.key("DeploymentId")).is_some_and(|deployment| waits(&deployment))
}

/// [AWS documentation](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html)
fn throttling(set: &Set<'_>, report: &mut Report<'_>) {
    for stage in set.all("AWS::ApiGatewayV2::Stage") {
        let settings = stage.key("DefaultRouteSettings");
        let limits = ["ThrottlingRateLimit", "ThrottlingBurstLimit"].map(|limit| settings.key(limit));
        let missing = limits.iter().find(|limit| !limit.exists()).filter(|_| !settings.is_unknown());
        if let Some(missing) = missing {
            report
                .add(missing, "one client can use up the requests that the account has for all its APIs in the region")
                .help("set ThrottlingRateLimit and ThrottlingBurstLimit");
        }
    }
}

/// [AWS documentation](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-private.html)
fn stage_prefix(set: &Set<'_>, report: &mut Report<'_>) {
    for api in
        apis(set).filter(|api| api.is_http() && api.integrations().any(|integration| gets_whole_path(&integration)))
    {
        for name in api.stages().map(|stage| stage.key("StageName")) {
            if name.literal().is_some_and(|name| name != "$default") {
                report
                    .add(
                        &name,
                        format!(
                            "a private integration gets paths that begin with `/{}`, which its backend does not know",
                            name.text().unwrap_or_default()
                        ),
                    )
                    .help("name the stage `$default`, or map `overwrite:path` to `$request.path` in the integration");
            }
        }
    }
}

fn gets_whole_path(integration: &Resource<'_>) -> bool {
    let mapped = integration.key("RequestParameters");
    integration.key("ConnectionType").is("VPC_LINK") && !mapped.is_unknown() && !mapped.key("overwrite:path").exists()
}

/// [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-integration.html)
fn timeout(set: &Set<'_>, report: &mut Report<'_>) {
    for api in apis(set) {
        let most = if api.is_websocket() { 29_000 } else { 30_000 };
        for timeout in api.integrations().map(|integration| integration.key("TimeoutInMillis")) {
            if timeout.number().is_some_and(|millis| !(50..=most).contains(&millis)) {
                report
                    .add(
                        &timeout,
                        format!("API Gateway waits for 50 to {most} milliseconds, and refuses any other timeout"),
                    )
                    .help("a request that takes longer needs another way, such as a queue");
            }
        }
    }
}
