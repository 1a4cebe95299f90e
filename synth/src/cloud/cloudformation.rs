//! CloudFormation, by its SDK.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::{
    Capability, ChangeAction, ChangeSetStatus, ChangeSetSummary, ChangeSetType, ChangeSource, DeletionMode,
    EvaluationType, EventFilter, ExecutionStatus, OperationEvent, Parameter, Replacement as SdkReplacement,
    ResourceChange, ResourceChangeDetail, Stack, StackEvent as SdkEvent, Tag, TemplateStage as SdkStage,
};

use super::Connection;
use super::deployment::{
    Action, Change, ChangeSet, ChangeSetRequest, CreatedChangeSet, Deletion, DeployedStack, Deployments, OpenChangeSet,
    Progress, PropertyChange, Replacement, StackEvent, TemplateSource, TemplateStage,
};
use super::failure::{Failure, FailureKind};

/// What templates may ask for: roles, roles with names, macros. What a template does is approved by its plan.
const CAPABILITIES: [Capability; 3] =
    [Capability::CapabilityIam, Capability::CapabilityNamedIam, Capability::CapabilityAutoExpand];

/// What is said of change sets that are executed, or were.
const EXECUTED: [&str; 3] = ["EXECUTE_COMPLETE", "EXECUTE_FAILED", "EXECUTE_IN_PROGRESS"];

impl Deployments for Connection {
    fn region(&self) -> &str {
        self.region()
    }

    async fn stack(&self, name: &str) -> Result<Option<DeployedStack>, Failure> {
        let action = "cloudformation:DescribeStacks";
        let described = self.cloudformation.describe_stacks().stack_name(name).send().await;
        match described.map_err(|error| self.failure(action, &error)) {
            Ok(described) => {
                let stack = described.stacks.unwrap_or_default().into_iter().next();
                stack.map(|stack| self.deployed(action, stack)).transpose()
            }
            Err(failure) if is_missing(&failure) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    async fn template(&self, stack: &str, stage: TemplateStage) -> Result<String, Failure> {
        let stage = match stage {
            TemplateStage::Original => SdkStage::Original,
            TemplateStage::Processed => SdkStage::Processed,
        };
        let call = self.cloudformation.get_template().stack_name(stack).template_stage(stage);
        let got = call.send().await.map_err(|error| self.failure("cloudformation:GetTemplate", &error))?;
        Ok(got.template_body.unwrap_or_default())
    }

    async fn create_change_set(&self, request: &ChangeSetRequest<'_>) -> Result<CreatedChangeSet, Failure> {
        let action = "cloudformation:CreateChangeSet";
        let kind = if request.creates { ChangeSetType::Create } else { ChangeSetType::Update };
        let parameter =
            |(name, value): &(String, String)| Parameter::builder().parameter_key(name).parameter_value(value).build();
        let tag = |(key, value): &(String, String)| Tag::builder().key(key).value(value).build();
        let call = self.cloudformation.create_change_set();
        let call = call.stack_name(request.stack).change_set_name(request.name).change_set_type(kind);
        let call = match &request.template {
            TemplateSource::Body(text) => call.template_body(*text),
            TemplateSource::Url(url) => call.template_url(url),
        };
        let created = call
            .set_capabilities(Some(CAPABILITIES.into()))
            .set_parameters(Some(request.parameters.iter().map(parameter).collect()))
            .set_tags(Some(request.tags.iter().map(tag).collect()))
            .set_role_arn(request.role.map(str::to_owned))
            .client_token(request.name)
            .send()
            .await;
        let created = created.map_err(|error| self.failure(action, &error))?;
        let created = created.id.zip(created.stack_id);
        let created = created.map(|(change_set, stack_id)| CreatedChangeSet { change_set, stack_id });
        created.ok_or_else(|| self.unsendable(action, &"the answer has no change set"))
    }

    async fn find_change_set(&self, stack: &str, name: &str) -> Result<Option<CreatedChangeSet>, Failure> {
        let described = self.cloudformation.describe_change_set().stack_name(stack).change_set_name(name).send().await;
        match described.map_err(|error| self.failure("cloudformation:DescribeChangeSet", &error)) {
            Ok(found) => {
                let ids = found.change_set_id.zip(found.stack_id);
                Ok(ids.map(|(change_set, stack_id)| CreatedChangeSet { change_set, stack_id }))
            }
            Err(failure) if is_no_change_set(&failure) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    async fn change_sets(&self, stack: &str) -> Result<Vec<OpenChangeSet>, Failure> {
        let (mut found, mut page) = (Vec::new(), None);
        loop {
            let listed = self.cloudformation.list_change_sets().stack_name(stack).set_next_token(page).send().await;
            let listed = listed.map_err(|error| self.failure("cloudformation:ListChangeSets", &error))?;
            let open =
                listed.summaries.into_iter().flatten().filter(|own| {
                    own.execution_status.as_ref().is_none_or(|status| !EXECUTED.contains(&status.as_str()))
                });
            found.extend(open.filter_map(open_change_set));
            page = listed.next_token;
            if page.is_none() {
                return Ok(found);
            }
        }
    }

    async fn change_set(&self, id: &str) -> Result<ChangeSet, Failure> {
        let mut found = ChangeSet { progress: Progress::Stale, reason: String::new(), changes: Vec::new() };
        let mut page = None;
        loop {
            let call = self.cloudformation.describe_change_set().change_set_name(id).include_property_values(true);
            let described = call.set_next_token(page).send().await;
            let described = match described.map_err(|error| self.failure("cloudformation:DescribeChangeSet", &error)) {
                Ok(described) => described,
                Err(failure) if is_no_change_set(&failure) => return Ok(found),
                Err(failure) => return Err(failure),
            };
            found.progress = progress(described.status.as_ref(), described.execution_status.as_ref());
            found.reason = described.status_reason.unwrap_or_default();
            let changes = described.changes.into_iter().flatten().filter_map(|change| change.resource_change);
            found.changes.extend(changes.map(change));
            page = described.next_token;
            if page.is_none() {
                return Ok(found);
            }
        }
    }

    async fn delete_change_set(&self, id: &str) -> Result<(), Failure> {
        let deleted = self.cloudformation.delete_change_set().change_set_name(id).send().await;
        match deleted.map_err(|error| self.failure("cloudformation:DeleteChangeSet", &error)) {
            Err(failure) if !is_no_change_set(&failure) => Err(failure),
            _ => Ok(()),
        }
    }

    async fn execute_change_set(&self, id: &str, token: &str) -> Result<(), Failure> {
        let call = self.cloudformation.execute_change_set().change_set_name(id).client_request_token(token);
        call.send().await.map(drop).map_err(|error| self.failure("cloudformation:ExecuteChangeSet", &error))
    }

    async fn last_event(&self, stack: &str) -> Result<Option<StackEvent>, Failure> {
        let described = self.cloudformation.describe_stack_events().stack_name(stack).send().await;
        let described = described.map_err(|error| self.failure("cloudformation:DescribeStackEvents", &error))?;
        Ok(described.stack_events.and_then(|events| events.into_iter().next()).map(self::event))
    }

    async fn events(&self, stack: &str, since: Option<&str>) -> Result<Vec<StackEvent>, Failure> {
        let mut events = Vec::new();
        let mut page = None;
        loop {
            let call = self.cloudformation.describe_stack_events().stack_name(stack).set_next_token(page);
            let described = call.send().await;
            let described = described.map_err(|error| self.failure("cloudformation:DescribeStackEvents", &error))?;
            for event in described.stack_events.into_iter().flatten() {
                if event.event_id.as_deref() == since && since.is_some() {
                    events.reverse();
                    return Ok(events);
                }
                events.push(self::event(event));
            }
            page = described.next_token;
            if page.is_none() {
                events.reverse();
                return Ok(events);
            }
        }
    }

    async fn details(&self, event: &StackEvent) -> Result<Vec<String>, Failure> {
        self.failure_details(event).await
    }

    async fn delete_stack(&self, deletion: &Deletion<'_>) -> Result<(), Failure> {
        let Deletion { stack, token, role, retained, is_forced } = deletion;
        let call = self.cloudformation.delete_stack().stack_name(*stack).client_request_token(*token);
        let call = call.set_role_arn(role.map(str::to_owned));
        let call = call.set_retain_resources((!retained.is_empty()).then(|| retained.to_vec()));
        let call = call.set_deletion_mode(is_forced.then_some(DeletionMode::ForceDeleteStack));
        call.send().await.map(drop).map_err(|error| self.failure("cloudformation:DeleteStack", &error))
    }

    async fn cancel_update(&self, stack: &str) -> Result<(), Failure> {
        let call = self.cloudformation.cancel_update_stack().stack_name(stack);
        call.send().await.map(drop).map_err(|error| self.failure("cloudformation:CancelUpdateStack", &error))
    }

    async fn protect(&self, stack: &str, protected: bool) -> Result<(), Failure> {
        let call = self.cloudformation.update_termination_protection().stack_name(stack);
        let done = call.enable_termination_protection(protected).send().await;
        done.map(drop).map_err(|error| self.failure("cloudformation:UpdateTerminationProtection", &error))
    }

    async fn validation_failures(&self, change_set: &str) -> Result<Vec<StackEvent>, Failure> {
        let failed = EventFilter::builder().failed_events(true).build();
        let call = self.cloudformation.describe_events().change_set_name(change_set).filters(failed);
        let described = call.send().await.map_err(|error| self.failure("cloudformation:DescribeEvents", &error))?;
        Ok(described.operation_events.into_iter().flatten().map(validation).collect())
    }
}

impl Connection {
    fn deployed(&self, action: &'static str, stack: Stack) -> Result<DeployedStack, Failure> {
        let status = stack.stack_status.as_ref().map_or("", |status| status.as_str());
        let status = status.parse().map_err(|()| {
            self.unsendable(action, &format!("this version of the tool does not know the state `{status}` of a stack"))
        })?;
        let (mut parameters, mut resolved) = (BTreeMap::new(), BTreeMap::new());
        for parameter in stack.parameters.into_iter().flatten() {
            let Some(key) = parameter.parameter_key else { continue };
            resolved.extend(parameter.resolved_value.map(|value| (key.clone(), value)));
            parameters.extend(parameter.parameter_value.map(|value| (key, value)));
        }
        let (mut exports, mut outputs) = (BTreeMap::new(), BTreeMap::new());
        for output in stack.outputs.into_iter().flatten() {
            let value = output.output_value.unwrap_or_default();
            match output.export_name {
                Some(name) => exports.extend([(name, value)]),
                None => outputs.extend(output.output_key.map(|name| (name, value))),
            }
        }
        Ok(DeployedStack {
            id: stack.stack_id.unwrap_or_default(),
            status,
            reason: reason(stack.stack_status_reason),
            parameters,
            resolved,
            exports,
            outputs,
            role: stack.role_arn,
            protected: stack.enable_termination_protection.unwrap_or_default(),
            updated: stack.last_updated_time.map(|at| at.as_secs_f64()),
        })
    }
}

/// There is no code for it.
fn is_missing(failure: &Failure) -> bool {
    failure.kind == FailureKind::Refused && failure.message.ends_with("does not exist")
}

fn is_no_change_set(failure: &Failure) -> bool {
    failure.code.as_deref() == Some("ChangeSetNotFound") || is_missing(failure)
}

fn open_change_set(summary: ChangeSetSummary) -> Option<OpenChangeSet> {
    let status = summary.status.as_ref();
    Some(OpenChangeSet {
        name: summary.change_set_name?,
        id: summary.change_set_id?,
        made: summary.creation_time.map_or(0.0, |at| at.as_secs_f64()),
        is_computing: progress(status, None) == Progress::Computing,
    })
}

fn progress(status: Option<&ChangeSetStatus>, execution: Option<&ExecutionStatus>) -> Progress {
    match status {
        Some(ChangeSetStatus::CreatePending | ChangeSetStatus::CreateInProgress) => Progress::Computing,
        Some(ChangeSetStatus::CreateComplete) if execution == Some(&ExecutionStatus::Available) => Progress::Ready,
        Some(ChangeSetStatus::Failed) => Progress::Failed,
        _ => Progress::Stale,
    }
}

fn change(change: ResourceChange) -> Change {
    let action = match change.action {
        Some(ChangeAction::Add) => Action::Add,
        Some(ChangeAction::Modify) => Action::Modify,
        Some(ChangeAction::Remove) => Action::Remove,
        Some(ChangeAction::Import) => Action::Import,
        _ => Action::Dynamic,
    };
    let replacement = match change.replacement {
        Some(SdkReplacement::True) => Replacement::Yes,
        Some(SdkReplacement::Conditional) => Replacement::Perhaps,
        _ => Replacement::No,
    };
    let mut properties: Vec<_> = change.details.into_iter().flatten().filter_map(property).collect();
    properties.dedup();
    Change {
        id: change.logical_resource_id.unwrap_or_default(),
        kind: change.resource_type.unwrap_or_default(),
        action,
        replacement,
        policy: change.policy_action.map(|policy| policy.as_str().to_owned()),
        properties,
    }
}

fn property(detail: ResourceChangeDetail) -> Option<PropertyChange> {
    let is_of_resource =
        matches!(detail.change_source, Some(ChangeSource::ResourceReference | ChangeSource::ResourceAttribute));
    let is_open = is_of_resource && detail.evaluation == Some(EvaluationType::Dynamic);
    let cause = detail.causing_entity.filter(|_| is_open);
    let because_of = cause.and_then(|cause| match cause.split_once('.') {
        // Other attributes may change while the resource stays what it is.
        Some((id, attribute)) => (attribute.ends_with("Arn") || attribute.ends_with("Id")).then(|| id.to_owned()),
        None => Some(cause),
    });
    let target = detail.target?;
    let attribute = target.attribute.map(|attribute| attribute.as_str().to_owned());
    let path = target.path.map(|path| path.trim_start_matches('/').replace('/', "."));
    let path = path.or(target.name).or(attribute)?;
    let path = path.strip_prefix("Properties.").map_or_else(|| path.clone(), str::to_owned);
    Some(PropertyChange { path, before: target.before_value, after: target.after_value, because_of })
}

/// Some answers have an empty reason where there is none.
fn reason(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn event(event: SdkEvent) -> StackEvent {
    let is_stack = event.physical_resource_id.is_some() && event.physical_resource_id == event.stack_id;
    StackEvent {
        id: event.event_id.unwrap_or_default(),
        resource: event.logical_resource_id.unwrap_or_default(),
        kind: event.resource_type.unwrap_or_default(),
        is_stack,
        status: event.resource_status.map_or(String::new(), |status| status.as_str().to_owned()),
        reason: reason(event.resource_status_reason),
        physical_id: event.physical_resource_id,
        token: event.client_request_token,
        at: event.timestamp.map_or(0.0, |at| at.as_secs_f64()),
        operation: event.operation_id,
        properties: event.resource_properties,
    }
}

fn validation(event: OperationEvent) -> StackEvent {
    StackEvent {
        id: event.event_id.unwrap_or_default(),
        resource: event.logical_resource_id.unwrap_or_default(),
        kind: event.resource_type.unwrap_or_default(),
        is_stack: false,
        status: event.resource_status.map_or(String::new(), |status| status.as_str().to_owned()),
        reason: reason(event.validation_status_reason).or_else(|| reason(event.resource_status_reason)),
        physical_id: event.physical_resource_id,
        token: event.client_request_token,
        at: event.timestamp.map_or(0.0, |at| at.as_secs_f64()),
        operation: event.operation_id,
        properties: event.resource_properties,
    }
}
