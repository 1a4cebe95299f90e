//! What it answers.

use std::collections::{BTreeMap, VecDeque};

use synth::cloud::StackStatus as S;
use synth::cloud::{
    ChangeSet, ChangeSetRequest, CreatedChangeSet, Deletion, DeployedStack, Deployments, Failure, FailureKind,
    OpenChangeSet, Progress, Situation, StackEvent, StackStatus, TemplateSource, TemplateStage,
};

use super::course::{Operation, changes, event, stack_event};
use super::removal::refusal;
use super::{Computed, Fake, Stack, State, failure, found};

/// The ARN of what is nested.
const NESTED: &str = "arn:nested";

/// How many events are told at once.
const EVENTS: usize = 2;

impl Deployments for Fake {
    fn region(&self) -> &'static str {
        "eu-west-1"
    }

    async fn stack(&self, name: &str) -> Result<Option<DeployedStack>, Failure> {
        self.enter("cloudformation:DescribeStacks", name)?;
        let state = self.state.borrow();
        Ok(found(&state.stacks, name).map(|(own, stack)| DeployedStack {
            id: stack.id.clone(),
            status: stack.status,
            reason: None,
            parameters: BTreeMap::new(),
            resolved: BTreeMap::new(),
            exports: match stack.status.situation() {
                Situation::Absent | Situation::Reviewed | Situation::NeverStood => BTreeMap::new(),
                _ => self.exported(own, stack).map(|name| (name.clone(), value(name))).collect(),
            },
            outputs: BTreeMap::from([("Address".to_owned(), format!("of {own}"))]),
            role: stack.role.clone(),
            protected: stack.protected,
            updated: stack
                .events
                .iter()
                .rev()
                .find(|event| event.status == S::UpdateInProgress.name())
                .map(|event| event.at),
        }))
    }

    async fn template(&self, stack: &str, _stage: TemplateStage) -> Result<String, Failure> {
        self.enter("cloudformation:GetTemplate", stack)?;
        Ok(found(&self.state.borrow().stacks, stack).unwrap().1.template.clone())
    }

    async fn create_change_set(&self, request: &ChangeSetRequest<'_>) -> Result<CreatedChangeSet, Failure> {
        let action = "cloudformation:CreateChangeSet";
        self.enter(action, request.stack)?;
        let mut state = self.state.borrow_mut();
        let template = match &request.template {
            TemplateSource::Body(text) => text,
            // Its address holds it.
            TemplateSource::Url(url) => {
                state.calls.push(format!("bucket {}", request.stack));
                url.strip_prefix("value of app-dev-base:Bucket/").unwrap()
            }
        };
        let available = self.available(&state);
        let imports = self.imports.get(request.stack).into_iter().flatten();
        let missing = imports.into_iter().find(|name| !available.contains(name)).cloned();
        let is_there = state
            .stacks
            .get(request.stack)
            .is_some_and(|stack| !matches!(stack.status, StackStatus::DeleteComplete | StackStatus::ReviewInProgress));
        assert_ne!(is_there, request.creates, "{}: {:?}", request.stack, state.stacks.get(request.stack));
        state.number += 1;
        let id = format!("arn:{}/{}", request.stack, request.name);
        if let Some(computed) = state.change_sets.get(&id) {
            // The same token: the same change set.
            assert_eq!(computed.template, template);
            let stack_id = state.stacks[request.stack].id.clone();
            return Ok(CreatedChangeSet { change_set: id, stack_id });
        }
        if request.creates && state.stacks.get(request.stack).is_none_or(|old| old.status != S::ReviewInProgress) {
            let new = Stack {
                id: format!("arn:{}", state.number),
                status: StackStatus::ReviewInProgress,
                template: String::new(),
                protected: false,
                role: None,
                events: Vec::new(),
                coming: VecDeque::new(),
                next: None,
                late: 0,
            };
            if let Some(old) = state.stacks.insert(request.stack.to_owned(), new) {
                // It is known by its ARN alone.
                state.stacks.insert(format!("{}#{}", request.stack, old.id), old);
            }
        }
        let changes = changes(&state.stacks[request.stack].template, template);
        let missing = missing.map(|name| format!("No export named {name} found."));
        let (progress, reason) = match state.uncomputable.get(request.stack).cloned().or(missing) {
            Some(reason) => (Progress::Failed, reason),
            None if changes.is_empty() => {
                (Progress::Failed, "The submitted information didn't contain changes.".to_owned())
            }
            None => (Progress::Ready, String::new()),
        };
        let computed = Computed {
            stack: request.stack.to_owned(),
            template: template.to_owned(),
            creates: request.creates,
            role: request.role.map(str::to_owned),
            result: ChangeSet { progress, reason, changes },
            computing: 1,
        };
        state.change_sets.insert(id.clone(), computed);
        let stack_id = state.stacks[request.stack].id.clone();
        drop(state);
        self.leave(action).map(|()| CreatedChangeSet { change_set: id, stack_id })
    }

    async fn find_change_set(&self, stack: &str, name: &str) -> Result<Option<CreatedChangeSet>, Failure> {
        self.enter("cloudformation:DescribeChangeSet", stack)?;
        let state = self.state.borrow();
        let Some((own, entry)) = found(&state.stacks, stack) else { return Ok(None) };
        let (change_set, stack_id) = (format!("arn:{own}/{name}"), entry.id.clone());
        let is_there = state.change_sets.contains_key(&change_set);
        Ok(is_there.then_some(CreatedChangeSet { change_set, stack_id }))
    }

    async fn change_sets(&self, stack: &str) -> Result<Vec<OpenChangeSet>, Failure> {
        self.enter("cloudformation:ListChangeSets", stack)?;
        let state = self.state.borrow();
        let (name, _) = found(&state.stacks, stack).unwrap();
        let own = state.change_sets.iter().filter(|(_, set)| set.stack == *name);
        let open = |id: &String, set: &Computed| OpenChangeSet {
            name: id.split('/').next_back().unwrap().to_owned(),
            id: id.clone(),
            made: 0.0,
            is_computing: set.computing > 0,
        };
        Ok(own.map(|(id, set)| open(id, set)).collect())
    }

    async fn change_set(&self, id: &str) -> Result<ChangeSet, Failure> {
        self.enter("cloudformation:DescribeChangeSet", id)?;
        let mut state = self.state.borrow_mut();
        let Some(computed) = state.change_sets.get_mut(id) else {
            return Ok(ChangeSet { progress: Progress::Stale, reason: String::new(), changes: Vec::new() });
        };
        if computed.computing > 0 {
            computed.computing -= 1;
            return Ok(ChangeSet { progress: Progress::Computing, reason: String::new(), changes: Vec::new() });
        }
        Ok(computed.result.clone())
    }

    async fn delete_change_set(&self, id: &str) -> Result<(), Failure> {
        self.enter("cloudformation:DeleteChangeSet", id)?;
        self.state.borrow_mut().change_sets.remove(id);
        self.leave("cloudformation:DeleteChangeSet")
    }

    async fn execute_change_set(&self, id: &str, token: &str) -> Result<(), Failure> {
        let action = "cloudformation:ExecuteChangeSet";
        self.enter(action, id.split('/').next().unwrap().trim_start_matches("arn:"))?;
        let mut state = self.state.borrow_mut();
        let computed = state.change_sets.get(id).filter(|set| set.result.progress == Progress::Ready);
        if computed.is_none() {
            return Err(failure(action, FailureKind::Refused, "the change set cannot be executed in its status"));
        }
        let computed = state.change_sets.remove(id).unwrap();
        let stack_id = state.stacks[&computed.stack].id.clone();
        let State { broken, stuck, number, .. } = &mut *state;
        let operation = Operation {
            stack: &stack_id,
            creates: computed.creates,
            changes: &computed.result.changes,
            broken,
            is_stuck: stuck.contains(&computed.stack),
            token,
        };
        let mut course = operation.course(number);
        let mut operation = id.to_owned();
        for event in &mut course {
            // Taking back is an operation of its own.
            if event.is_stack && event.status.ends_with("ROLLBACK_IN_PROGRESS") {
                operation += " taken back";
            }
            event.operation = Some(operation.clone());
        }
        if state.is_interleaved {
            let other = stack_event(&mut state.number, &stack_id, S::UpdateComplete, Some("theirs"));
            course.insert(2, StackEvent { operation: Some("theirs".to_owned()), ..other });
        }
        for event in course.iter_mut().filter(|event| state.is_nested(&event.resource)) {
            "AWS::CloudFormation::Stack".clone_into(&mut event.kind);
            event.physical_id = Some(NESTED.to_owned());
        }
        let late = state.late;
        let is_vanishing = state.vanishing.contains(&computed.stack);
        let refused = state.refused.remove(&computed.stack);
        let State { stacks, number, .. } = &mut *state;
        let entry = stacks.get_mut(&computed.stack).unwrap();
        entry.role = computed.role.or(entry.role.take());
        entry.coming = course;
        entry.next = Some(computed.template);
        entry.late = late;
        if let Some(reason) = refused {
            let event = |number: &mut usize, status, reason| StackEvent {
                reason,
                ..stack_event(number, &stack_id, status, Some(token))
            };
            entry.coming.truncate(1);
            entry.coming.push_back(event(number, S::UpdateRollbackInProgress, Some(reason)));
            entry.coming.push_back(event(number, S::UpdateRollbackComplete, None));
        }
        if is_vanishing {
            entry.coming.truncate(2);
            entry.coming.push_back(stack_event(number, &stack_id, StackStatus::DeleteComplete, None));
        }
        let running = state.stacks.values().filter(|stack| !stack.coming.is_empty()).count();
        state.most_at_once = state.most_at_once.max(running);
        drop(state);
        self.leave(action)
    }

    async fn last_event(&self, stack: &str) -> Result<Option<StackEvent>, Failure> {
        self.enter("cloudformation:DescribeStackEvents", stack)?;
        let state = self.state.borrow();
        let (_, entry) = found(&state.stacks, stack).unwrap();
        Ok(entry.events.last().cloned())
    }

    async fn events(&self, stack: &str, since: Option<&str>) -> Result<Vec<StackEvent>, Failure> {
        self.enter("cloudformation:DescribeStackEvents", stack)?;
        let mut state = self.state.borrow_mut();
        if let Some((_, events)) = state.nested.as_ref().filter(|_| stack == NESTED) {
            let from = events.iter().position(|event| Some(&*event.id) == since).map_or(0, |position| position + 1);
            return Ok(events[from..].to_vec());
        }
        let name = found(&state.stacks, stack).map(|(name, _)| name.clone());
        let Some(entry) = name.and_then(|name| state.stacks.get_mut(&name)) else {
            return Err(failure("cloudformation:DescribeStackEvents", FailureKind::Refused, "does not exist"));
        };
        let told = if entry.late > 0 { 0 } else { EVENTS.min(entry.coming.len()) };
        entry.late = entry.late.saturating_sub(1);
        for event in entry.coming.drain(..told).collect::<Vec<_>>() {
            if let Ok(status) = event.status.parse::<StackStatus>()
                && event.is_stack
            {
                entry.status = status;
                if matches!(status, StackStatus::CreateComplete | StackStatus::UpdateComplete) {
                    entry.template = entry.next.take().unwrap_or_default();
                }
            }
            entry.events.push(event);
        }
        let from = entry.events.iter().position(|event| Some(&*event.id) == since).map_or(0, |position| position + 1);
        Ok(entry.events[from..].to_vec())
    }

    async fn details(&self, event: &StackEvent) -> Result<Vec<String>, Failure> {
        self.enter("logs:GetLogEvents", &event.resource)?;
        Ok(vec![format!("log: {} says why", event.resource)])
    }

    async fn delete_stack(&self, deletion: &Deletion<'_>) -> Result<(), Failure> {
        let Deletion { stack, token, role, .. } = *deletion;
        self.enter("cloudformation:DeleteStack", stack)?;
        refusal(self, deletion)?;
        let mut state = self.state.borrow_mut();
        let obstacle = state.obstacle(deletion);
        let State { stacks, change_sets, number, .. } = &mut *state;
        let found = stacks.iter_mut().find(|(own, entry)| *own == stack || entry.id == stack);
        if let Some((name, entry)) = found {
            change_sets.retain(|_, set| set.stack != *name);
            entry.role = role.map(str::to_owned).or(entry.role.take());
            if entry.status == StackStatus::ReviewInProgress {
                entry.status = StackStatus::DeleteComplete;
            } else {
                let id = entry.id.clone();
                entry.coming.push_back(stack_event(number, &id, S::DeleteInProgress, Some(token)));
                if let Some(resource) = &obstacle {
                    entry.coming.push_back(event(number, resource, "DELETE_FAILED", Some("not empty")));
                }
                let end = if obstacle.is_some() { S::DeleteFailed } else { S::DeleteComplete };
                entry.coming.push_back(stack_event(number, &id, end, Some(token)));
            }
        }
        drop(state);
        self.leave("cloudformation:DeleteStack")
    }

    async fn cancel_update(&self, stack: &str) -> Result<(), Failure> {
        self.enter("cloudformation:CancelUpdateStack", stack)
    }

    async fn protect(&self, stack: &str, protected: bool) -> Result<(), Failure> {
        self.enter("cloudformation:UpdateTerminationProtection", stack)?;
        let mut state = self.state.borrow_mut();
        let found = state.stacks.iter_mut().find(|(own, entry)| *own == stack || entry.id == stack);
        found.unwrap().1.protected = protected;
        drop(state);
        self.leave("cloudformation:UpdateTerminationProtection")
    }

    async fn validation_failures(&self, change_set: &str) -> Result<Vec<StackEvent>, Failure> {
        self.enter("cloudformation:DescribeEvents", change_set)?;
        Ok(Vec::new())
    }
}

/// What is exported by a name.
fn value(name: &str) -> String {
    if name.ends_with(":Role") { "arn:aws:iam::1:role/app/deployment".to_owned() } else { format!("value of {name}") }
}
