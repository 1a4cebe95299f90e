//! Deleting, by CloudFormation's SDK, CodePipeline's, and a few requests to others.

use aws_sdk_cloudformation::types::{StackResourceSummary, StackStatus};
use aws_sdk_codepipeline::types::{PipelineExecutionStatus, StageTransitionType};
use serde_json::{Value, json};

use super::Connection;
use super::failure::{Failure, FailureKind};
use super::inspect::Question;
use super::removal::{Copy, Pipeline, Removal, Resource, RoleState};
use super::xml;

/// How many images one request deletes.
const IMAGES: usize = 100;

/// Kinds of network interfaces that AWS takes back by itself, some time after what used them is gone.
const BORROWED: [&str; 2] = ["api_gateway_managed", "lambda"];

/// What is said of runs that have ended, or are being ended so.
const ENDED: [&str; 2] = ["DuplicatedStopRequestException", "PipelineExecutionNotStoppableException"];

/// Whom the roles of stacks trust.
const TRUSTED: &str = "cloudformation.amazonaws.com";

/// Why pipelines stop, for whoever looks at them.
const REASON: &str = "this environment is being destroyed";

/// What CloudFormation says of a resource.
fn resource(summary: StackResourceSummary) -> Option<Resource> {
    Some(Resource {
        id: summary.logical_resource_id?,
        kind: summary.resource_type?,
        physical_id: summary.physical_resource_id.unwrap_or_default(),
        status: summary.resource_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: summary.resource_status_reason.filter(|reason| !reason.is_empty()),
    })
}

/// Whether a role of the right name is the one of this ARN.
fn role_state(arn: &str, properties: &Value) -> RoleState {
    let trust = &properties["AssumeRolePolicyDocument"];
    match properties["Arn"].as_str() {
        Some(other) if other != arn => {
            RoleState::Unusable { why: format!("the role that has its name now is {other}") }
        }
        _ if !trust.is_null() && !trust.to_string().contains(TRUSTED) => {
            RoleState::Unusable { why: format!("it does not trust {TRUSTED}") }
        }
        _ => RoleState::Usable,
    }
}

impl Removal for Connection {
    async fn resources(&self, stack: &str) -> Result<Vec<Resource>, Failure> {
        Ok(self.stack_resources(stack).await?.into_iter().filter_map(resource).collect())
    }

    async fn deleted_stacks(&self, names: &[&str]) -> Result<Vec<(String, String)>, Failure> {
        let (mut found, mut page) = (Vec::new(), None);
        loop {
            let call = self.cloudformation.list_stacks().stack_status_filter(StackStatus::DeleteComplete);
            let listed = call.set_next_token(page).send().await;
            let listed = listed.map_err(|error| self.failure("cloudformation:ListStacks", &error))?;
            for summary in listed.stack_summaries.into_iter().flatten() {
                let Some((name, arn)) = summary.stack_name.zip(summary.stack_id) else { continue };
                if names.contains(&&*name) {
                    found.push((summary.deletion_time.map_or(0.0, |at| at.as_secs_f64()), name, arn));
                }
            }
            page = listed.next_token;
            if page.is_none() {
                found.sort_by(|(one, ..), (other, ..)| other.total_cmp(one));
                return Ok(found.into_iter().map(|(_, name, arn)| (name, arn)).collect());
            }
        }
    }

    async fn is_left(&self, resource: &Resource) -> Result<bool, Failure> {
        match self.described(&resource.kind, &resource.physical_id).await {
            Ok(found) => Ok(found.is_some()),
            Err(failure) if failure.kind == FailureKind::Refused => Ok(true),
            Err(failure) => Err(failure),
        }
    }

    async fn importers(&self, export: &str) -> Result<Vec<String>, Failure> {
        let mut found = Vec::new();
        let mut page = None;
        loop {
            let call = self.cloudformation.list_imports().export_name(export).set_next_token(page);
            let listed = call.send().await.map_err(|error| self.failure("cloudformation:ListImports", &error));
            let listed = match listed {
                Ok(listed) => listed,
                // There is no code for it.
                Err(failure) if failure.message.contains("is not imported by any stack") => return Ok(found),
                Err(failure) => return Err(failure),
            };
            found.extend(listed.imports.into_iter().flatten());
            page = listed.next_token;
            if page.is_none() {
                return Ok(found);
            }
        }
    }

    /// By Cloud Control: IAM itself has its servers, and its signatures, in another region.
    async fn role(&self, arn: &str) -> Result<RoleState, Failure> {
        let found = self.described("AWS::IAM::Role", arn.rsplit('/').next().unwrap_or_default()).await?;
        Ok(found.map_or(RoleState::Missing, |properties| role_state(arn, &properties)))
    }

    async fn content(&self, resource: &Resource) -> Result<u64, Failure> {
        let name = &resource.physical_id;
        match &*resource.kind {
            "AWS::S3::Bucket" => {
                let (mut count, mut page) = (0, None);
                loop {
                    let versions = self.versions(name, page).await?;
                    count += versions.all.len() as u64;
                    page = versions.next;
                    if page.is_none() {
                        return Ok(count);
                    }
                }
            }
            "AWS::ECR::Repository" => {
                let (mut count, mut page) = (0, None);
                loop {
                    let (digests, next) = self.images(name, page).await?;
                    count += digests.len() as u64;
                    page = next;
                    if page.is_none() {
                        return Ok(count);
                    }
                }
            }
            _ => Ok(0),
        }
    }

    async fn empty(&self, resource: &Resource) -> Result<u64, Failure> {
        let name = &resource.physical_id;
        match &*resource.kind {
            "AWS::S3::Bucket" => {
                let versions = self.versions(name, None).await?;
                self.delete_versions(name, &versions.all).await?;
                Ok(versions.all.len() as u64)
            }
            "AWS::ECR::Repository" => self.delete_images(name).await,
            _ => Ok(0),
        }
    }

    async fn holders(&self, resource: &Resource) -> Result<Vec<String>, Failure> {
        match &*resource.kind {
            "AWS::ServiceDiscovery::Service" => self.instances(&resource.physical_id).await,
            "AWS::EC2::VPC" => self.interfaces(&resource.physical_id).await,
            _ => Ok(Vec::new()),
        }
    }

    async fn amount(&self, resource: &Resource) -> Result<Option<String>, Failure> {
        self.amount_of(resource).await
    }

    async fn copies(&self, stack: &str, resource: &Resource) -> Result<Vec<Copy>, Failure> {
        self.copies_of(stack, resource).await
    }

    async fn is_guarded(&self, resource: &Resource) -> Result<bool, Failure> {
        self.is_protected(resource).await
    }

    async fn unguard(&self, resource: &Resource) -> Result<(), Failure> {
        self.end_protection(resource).await
    }

    async fn stages(&self, pipeline: &str) -> Result<Vec<String>, Failure> {
        let state = self.codepipeline.get_pipeline_state().name(pipeline).send().await;
        let state = match state.map_err(|error| self.failure("codepipeline:GetPipelineState", &error)) {
            Ok(state) => state,
            Err(failure) if is_no_pipeline(&failure) => return Ok(Vec::new()),
            Err(failure) => return Err(failure),
        };
        let closed = state.stage_states.into_iter().flatten().skip(1).filter(|stage| {
            let transition = stage.inbound_transition_state.as_ref();
            transition.is_none_or(|state| state.enabled || state.disabled_reason.as_deref() == Some(REASON))
        });
        Ok(closed.filter_map(|stage| stage.stage_name).collect())
    }

    async fn stop_pipeline(&self, pipeline: &Pipeline) -> Result<(), Failure> {
        match self.close(pipeline).await {
            Err(failure) if is_no_pipeline(&failure) => Ok(()),
            answer => answer,
        }
    }
}

fn is_no_pipeline(failure: &Failure) -> bool {
    failure.code.as_deref() == Some("PipelineNotFoundException")
}

impl Connection {
    /// The properties of a resource, by Cloud Control, which gives them as JSON in a text; nothing where it is gone.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/cloudcontrolapi/latest/APIReference/API_GetResource.html)
    async fn described(&self, kind: &str, id: &str) -> Result<Option<Value>, Failure> {
        let question = Question {
            action: "cloudformation:GetResource",
            service: "cloudcontrolapi",
            host: "cloudcontrolapi",
            version: "1.0",
            target: "CloudApiService.GetResource",
        };
        match self.ask_of(question, &json!({"TypeName": kind, "Identifier": id})).await {
            Ok(answer) => {
                let properties = answer["ResourceDescription"]["Properties"].as_str().unwrap_or_default();
                Ok(Some(serde_json::from_str(properties).unwrap_or_default()))
            }
            Err(failure) if failure.code.as_deref() == Some("ResourceNotFoundException") => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Closes stages of a pipeline, then ends what runs. What has ended meanwhile, or is being ended so, is done.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_StopPipelineExecution.html)
    async fn close(&self, Pipeline { name, stages }: &Pipeline) -> Result<(), Failure> {
        for stage in stages {
            let call = self.codepipeline.disable_stage_transition().pipeline_name(name).stage_name(stage);
            let done = call.transition_type(StageTransitionType::Inbound).reason(REASON).send().await;
            done.map_err(|error| self.failure("codepipeline:DisableStageTransition", &error))?;
        }
        let listed = self.codepipeline.list_pipeline_executions().pipeline_name(name).send().await;
        let listed = listed.map_err(|error| self.failure("codepipeline:ListPipelineExecutions", &error))?;
        let runs = [PipelineExecutionStatus::InProgress, PipelineExecutionStatus::Stopping];
        let summaries = listed.pipeline_execution_summaries.into_iter().flatten();
        for summary in summaries.filter(|own| own.status.as_ref().is_some_and(|status| runs.contains(status))) {
            let call = self.codepipeline.stop_pipeline_execution().pipeline_name(name).abandon(true).reason(REASON);
            let stopped = call.set_pipeline_execution_id(summary.pipeline_execution_id).send().await;
            match stopped.map_err(|error| self.failure("codepipeline:StopPipelineExecution", &error)) {
                Err(failure) if !failure.code.as_deref().is_some_and(|code| ENDED.contains(&code)) => {
                    return Err(failure);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Digests of images, and where the next ones begin. A repository that is gone has none.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ListImages.html)
    async fn images(&self, name: &str, page: Option<String>) -> Result<(Vec<String>, Option<String>), Failure> {
        let target = "AmazonEC2ContainerRegistry_V20150921.ListImages";
        let mut question = json!({"repositoryName": name, "maxResults": 1000});
        if let Some(page) = page {
            question["nextToken"] = page.into();
        }
        let answer = match self.ask("ecr:ListImages", "api.ecr", target, &question).await {
            Err(failure) if failure.code.as_deref() == Some("RepositoryNotFoundException") => Value::Null,
            answer => answer?,
        };
        let ids = answer["imageIds"].as_array().into_iter().flatten();
        // An image is listed once for each of its tags.
        let mut digests: Vec<_> = ids.filter_map(|id| id["imageDigest"].as_str().map(str::to_owned)).collect();
        digests.sort_unstable();
        digests.dedup();
        Ok((digests, answer["nextToken"].as_str().map(str::to_owned)))
    }

    /// What an index refers to goes after it: as long as something goes, more may.
    async fn delete_images(&self, name: &str) -> Result<u64, Failure> {
        let (digests, _) = self.images(name, None).await?;
        let ids: Vec<_> = digests.iter().take(IMAGES).map(|digest| json!({"imageDigest": digest})).collect();
        if ids.is_empty() {
            return Ok(0);
        }
        let (action, target) = ("ecr:BatchDeleteImage", "AmazonEC2ContainerRegistry_V20150921.BatchDeleteImage");
        let answer = self.ask(action, "api.ecr", target, &json!({"repositoryName": name, "imageIds": ids})).await?;
        let gone = answer["imageIds"].as_array().map_or(0, Vec::len);
        match (gone, answer["failures"][0]["failureReason"].as_str()) {
            (0, reason) => Err(self.unsendable(action, &reason.unwrap_or("no image was deleted"))),
            (gone, _) => Ok(gone as u64),
        }
    }

    /// [AWS documentation](https://docs.aws.amazon.com/cloud-map/latest/api/API_ListInstances.html)
    async fn instances(&self, service: &str) -> Result<Vec<String>, Failure> {
        let target = "Route53AutoNaming_v20170314.ListInstances";
        let action = "servicediscovery:ListInstances";
        let id = service.rsplit('/').next().unwrap_or(service);
        let answer = match self.ask(action, "servicediscovery", target, &json!({"ServiceId": id})).await {
            Err(failure) if failure.code.as_deref() == Some("ServiceNotFound") => Value::Null,
            answer => answer?,
        };
        let instances = answer["Instances"].as_array().into_iter().flatten();
        Ok(instances.filter_map(|own| own["Id"].as_str().map(|id| format!("instance {id}"))).collect())
    }

    /// Network interfaces of services that are gone. Those of resources that are there go with them.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html)
    async fn interfaces(&self, vpc: &str) -> Result<Vec<String>, Failure> {
        let action = "ec2:DescribeNetworkInterfaces";
        let pairs = [
            ("Filter.1.Name", "vpc-id"),
            ("Filter.1.Value.1", vpc),
            ("Filter.2.Name", "interface-type"),
            ("Filter.2.Value.1", BORROWED[0]),
            ("Filter.2.Value.2", BORROWED[1]),
        ];
        let answer = match self.query(action, "2016-11-15", &pairs).await {
            Err(failure) if failure.code.as_deref() == Some("InvalidVpcID.NotFound") => return Ok(Vec::new()),
            answer => answer?,
        };
        let ids = xml::texts(&answer, "networkInterfaceId").map_err(|error| self.unsendable(action, &error))?;
        Ok(ids.into_iter().map(|id| format!("network interface {id}")).collect())
    }

    /// A refusal of something inside of a request that succeeded.
    pub(super) fn refused(&self, action: &'static str, code: &str, message: String) -> Failure {
        let region = self.region().to_owned();
        let kind = match code {
            "AccessDenied" => FailureKind::Denied,
            "InternalError" | "ServiceUnavailable" | "SlowDown" => FailureKind::Throttled,
            _ => FailureKind::Refused,
        };
        Failure { action, region, kind, code: Some(code.to_owned()), message, status: None }
    }
}
