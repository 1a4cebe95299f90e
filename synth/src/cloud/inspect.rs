//! What runs, and from which commit. The SDKs for two questions would take 102 seconds of a processor to build.

use aws_sdk_cloudformation::types::StackResourceSummary;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Connection;
use super::failure::Failure;
use super::request::{Request, Signature};
use crate::construct::Synthesized;

/// Whom a question goes to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    /// What is asked for, as rights are named.
    pub(super) action: &'static str,
    /// The service's name in signatures.
    pub(super) service: &'static str,
    pub(super) host: &'a str,
    /// The version of the protocol.
    pub(super) version: &'static str,
    pub(super) target: &'a str,
}

/// What stands in a form, or in a query, as it is.
pub(super) const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A service of containers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TaskCounts {
    /// How many tasks there should be.
    pub desired_count: u32,
    /// How many run.
    pub running_count: u32,
    /// How many are about to.
    pub pending_count: u32,
}

/// How far the replacement of a service's tasks is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rollout {
    /// When the last one began, in seconds since 1970.
    pub begun: f64,
    /// Whether all tasks are of the last one, and as many as there should be.
    pub is_over: bool,
}

impl Connection {
    /// A question to a service that speaks JSON, and is named in rights as in signatures.
    pub(super) async fn ask(
        &self,
        action: &'static str,
        host: &str,
        target: &str,
        question: &Value,
    ) -> Result<Value, Failure> {
        let service = action.split(':').next().unwrap_or_default();
        self.ask_of(Question { action, service, host, version: "1.1", target }, question).await
    }

    pub(super) async fn ask_of(&self, asked: Question<'_>, question: &Value) -> Result<Value, Failure> {
        let Question { action, service, host, version, target } = asked;
        let endpoint = self.endpoint(service, host);
        let mut http = HttpRequest::new(SdkBody::from(question.to_string()));
        let made = http.set_method("POST").and_then(|()| http.set_uri("/"));
        made.map_err(|error| self.unsendable(action, &error))?;
        http.headers_mut().insert("content-type", format!("application/x-amz-json-{version}"));
        http.headers_mut().insert("x-amz-target", target.to_owned());
        let signature = Signature::Service(service);
        let answer = self.send(Request { action, signature, endpoint: &endpoint, again: true, http }).await?;
        serde_json::from_slice(&answer.body).map_err(|error| self.unsendable(action, &error))
    }

    /// A question to a service that takes forms and answers in XML. It is named in rights as in signatures.
    pub(super) async fn query(
        &self,
        action: &'static str,
        version: &str,
        pairs: &[(&str, &str)],
    ) -> Result<Vec<u8>, Failure> {
        let (service, operation) = action.split_once(':').unwrap_or_default();
        let endpoint = self.endpoint(service, service);
        let mut form = format!("Action={operation}&Version={version}");
        for (name, value) in pairs {
            form.extend(["&", name, "=", &utf8_percent_encode(value, UNRESERVED).to_string()]);
        }
        let mut http = HttpRequest::new(SdkBody::from(form));
        let made = http.set_method("POST").and_then(|()| http.set_uri("/"));
        made.map_err(|error| self.unsendable(action, &error))?;
        http.headers_mut().insert("content-type", "application/x-www-form-urlencoded");
        let signature = Signature::Service(service);
        Ok(self.send(Request { action, signature, endpoint: &endpoint, again: true, http }).await?.body)
    }

    /// How many tasks of a service run. `arn` names the cluster too: `…:service/<cluster>/<name>`.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html)
    ///
    /// # Errors
    ///
    /// ECS does not say.
    pub async fn tasks(&self, arn: &str) -> Result<TaskCounts, Failure> {
        let service = self.service(arn).await?;
        serde_json::from_value(service).map_err(|error| self.unsendable("ecs:DescribeServices", &error))
    }

    async fn service(&self, arn: &str) -> Result<Value, Failure> {
        let question = json!({"cluster": cluster(arn), "services": [arn]});
        let mut answer = self.ecs("ecs:DescribeServices", &question).await?;
        Ok(answer["services"].get_mut(0).map(Value::take).unwrap_or_default())
    }

    /// How far the replacement of a service's tasks is.
    ///
    /// # Errors
    ///
    /// ECS does not say.
    pub async fn rollout(&self, arn: &str) -> Result<Rollout, Failure> {
        let service = self.service(arn).await?;
        let deployments: Vec<&Value> = service["deployments"].as_array().into_iter().flatten().collect();
        let primary = deployments.iter().find(|deployment| deployment["status"] == "PRIMARY");
        Ok(Rollout {
            begun: primary.and_then(|primary| primary["createdAt"].as_f64()).unwrap_or_default(),
            is_over: deployments.len() == 1 && service["runningCount"] == service["desiredCount"],
        })
    }

    /// Begins to replace the tasks of a service: they read their secrets when they start.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html)
    ///
    /// # Errors
    ///
    /// ECS refuses.
    pub async fn restart(&self, arn: &str) -> Result<(), Failure> {
        let question = json!({"cluster": cluster(arn), "service": arn, "forceNewDeployment": true});
        self.ecs("ecs:UpdateService", &question).await.map(drop)
    }

    /// A question to ECS, whose operations are named as the rights to them.
    pub(super) async fn ecs(&self, action: &'static str, question: &Value) -> Result<Value, Failure> {
        self.ask(action, "ecs", &operation("AmazonEC2ContainerServiceV20141113", action), question).await
    }

    /// The tags of an image, by its URI with a digest. They begin with the commit.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html)
    ///
    /// # Errors
    ///
    /// ECR does not say.
    pub async fn image_tags(&self, uri: &str) -> Result<Vec<String>, Failure> {
        let action = "ecr:DescribeImages";
        let (place, digest) = uri.split_once('@').unwrap_or((uri, ""));
        let name = place.split_once('/').map_or(place, |(_, name)| name);
        let question = json!({"repositoryName": name, "imageIds": [{"imageDigest": digest}]});
        let target = "AmazonEC2ContainerRegistry_V20150921.DescribeImages";
        let answer = self.ask(action, "api.ecr", target, &question).await?;
        let tags = answer["imageDetails"][0]["imageTags"].as_array().into_iter().flatten();
        Ok(tags.filter_map(|tag| tag.as_str().map(str::to_owned)).collect())
    }

    /// The ARNs of a stack's services of containers. A stack without one in its template is not asked for.
    ///
    /// # Errors
    ///
    /// `CloudFormation` does not say.
    pub async fn services(&self, stack: &Synthesized) -> Result<Vec<String>, Failure> {
        let kind = "AWS::ECS::Service";
        if !stack.template.resources().any(|(_, resource)| resource.kind() == kind) {
            return Ok(Vec::new());
        }
        let all = self.stack_resources(&stack.stack_name).await?.into_iter();
        let services = all.filter(|own| own.resource_type.as_deref() == Some(kind));
        Ok(services.filter_map(|own| own.physical_resource_id).collect())
    }

    /// All that `CloudFormation` has on its list of a stack, whatever its state.
    pub(super) async fn stack_resources(&self, stack: &str) -> Result<Vec<StackResourceSummary>, Failure> {
        let mut found = Vec::new();
        let mut page = None;
        loop {
            let call = self.cloudformation.list_stack_resources().stack_name(stack).set_next_token(page);
            let listed = call.send().await;
            let listed = listed.map_err(|error| self.failure("cloudformation:ListStackResources", &error))?;
            found.extend(listed.stack_resource_summaries.into_iter().flatten());
            page = listed.next_token;
            if page.is_none() {
                return Ok(found);
            }
        }
    }
}

/// The cluster that the ARN of a service names: `…:service/<cluster>/<name>`.
pub(super) fn cluster(arn: &str) -> &str {
    arn.rsplit('/').nth(1).unwrap_or_default()
}

/// The operation that a right is named after, as the services want to see it.
pub(super) fn operation(prefix: &str, action: &str) -> String {
    format!("{prefix}.{}", action.split(':').next_back().unwrap_or_default())
}
