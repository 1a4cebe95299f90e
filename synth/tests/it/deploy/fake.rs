//! A CloudFormation that does what a test tells it, and counts what it is asked.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use synth::cloud::StackStatus as S;
use synth::cloud::{
    Action, Change, ChangeSet, ChangeSetRequest, CreatedChangeSet, DeployedStack, Deployments, Failure, FailureKind,
    Progress, Replacement, Situation, StackEvent, StackStatus, TemplateSource,
};
use synth::construct::Synthesized;
use synth::template::{Template, read};

/// How many events are told at once.
const EVENTS: usize = 2;

/// The state is its own, and the stacks' exports are known to it.
#[derive(Debug, Default)]
pub(crate) struct Fake {
    exports: BTreeMap<String, Vec<String>>,
    imports: BTreeMap<String, Vec<String>>,
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    stacks: BTreeMap<String, Stack>,
    change_sets: BTreeMap<String, Computed>,
    faults: Vec<Fault>,
    calls: Vec<String>,
    /// Logical ids that cannot be made or changed.
    broken: BTreeSet<String>,
    /// Stacks that cannot be taken back.
    stuck: BTreeSet<String>,
    /// Stacks that somebody deletes while they are changed.
    vanishing: BTreeSet<String>,
    /// Stacks that are taken back for a reason of their own.
    refused: BTreeMap<String, String>,
    /// After so many calls nothing is answered any more.
    last_call: Option<usize>,
    number: usize,
    most_at_once: usize,
}

#[derive(Debug)]
struct Stack {
    id: String,
    status: StackStatus,
    template: String,
    protected: bool,
    role: Option<String>,
    events: Vec<StackEvent>,
    /// What will happen, with the state after each event about the stack.
    coming: VecDeque<StackEvent>,
    /// The template that stands when all goes well.
    next: Option<String>,
}

#[derive(Debug)]
struct Computed {
    stack: String,
    template: String,
    creates: bool,
    role: Option<String>,
    result: ChangeSet,
    /// How often it is still being computed when asked.
    computing: usize,
}

/// What goes wrong with calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// It is not done.
    Not(FailureKind),
    /// It is done, and the answer is lost.
    AnswerLost,
}

#[derive(Debug)]
struct Fault {
    action: &'static str,
    wrong: Wrong,
    times: usize,
}

pub(crate) fn failure(action: &'static str, kind: FailureKind, message: &str) -> Failure {
    Failure { action, region: "eu-west-1".to_owned(), kind, code: None, message: message.to_owned(), status: None }
}

impl Fake {
    pub(crate) fn new(stacks: &[Synthesized]) -> Self {
        let names = |of: fn(&Synthesized) -> Vec<String>| {
            stacks.iter().map(|stack| (stack.stack_name.clone(), of(stack))).collect()
        };
        Self {
            exports: names(|stack| stack.exports.clone()),
            imports: names(|stack| stack.imports.clone()),
            state: RefCell::default(),
        }
    }

    /// The next calls of this action go wrong.
    pub(crate) fn fault(&self, action: &'static str, wrong: Wrong, times: usize) {
        self.state.borrow_mut().faults.push(Fault { action, wrong, times });
    }

    pub(crate) fn break_resource(&self, id: &str) {
        self.state.borrow_mut().broken.insert(id.to_owned());
    }

    pub(crate) fn mend(&self) {
        let mut state = self.state.borrow_mut();
        state.broken.clear();
        state.stuck.clear();
        state.vanishing.clear();
        state.last_call = None;
        state.faults.clear();
    }

    pub(crate) fn break_rollback(&self, stack: &str) {
        self.state.borrow_mut().stuck.insert(stack.to_owned());
    }

    /// Somebody else does something with a stack.
    pub(crate) fn set(&self, stack: &str, status: StackStatus) {
        if let Some(stack) = self.state.borrow_mut().stacks.get_mut(stack) {
            stack.status = status;
        }
    }

    /// Somebody else begins something that ends with these states.
    pub(crate) fn begin(&self, stack: &str, statuses: &[StackStatus]) {
        let mut state = self.state.borrow_mut();
        let State { stacks, number, .. } = &mut *state;
        let entry = stacks.get_mut(stack).unwrap();
        entry.status = statuses[0];
        let id = entry.id.clone();
        entry.coming.extend(statuses[1..].iter().map(|status| stack_event(number, &id, *status, None)));
    }

    /// Somebody else executes something on a stack: change sets of it are stale.
    pub(crate) fn outdate(&self, stack: &str) {
        let mut state = self.state.borrow_mut();
        state.change_sets.values_mut().filter(|set| set.stack == stack).for_each(|set| {
            set.result.progress = Progress::Stale;
        });
    }

    /// Somebody deletes a stack while it is changed.
    pub(crate) fn vanish(&self, stack: &str) {
        self.state.borrow_mut().vanishing.insert(stack.to_owned());
    }

    /// The next update of a stack is taken back, and only the stack says why.
    pub(crate) fn refuse(&self, stack: &str, reason: &str) {
        self.state.borrow_mut().refused.insert(stack.to_owned(), reason.to_owned());
    }

    /// The tool is killed after so many calls: what it says then is heard by nobody.
    pub(crate) fn kill_after(&self, calls: usize) {
        self.state.borrow_mut().last_call = Some(calls);
    }

    pub(crate) fn status(&self, stack: &str) -> Option<StackStatus> {
        self.state.borrow().stacks.get(stack).map(|stack| stack.status)
    }

    pub(crate) fn is_protected(&self, stack: &str) -> bool {
        self.state.borrow().stacks[stack].protected
    }

    pub(crate) fn role(&self, stack: &str) -> Option<String> {
        self.state.borrow().stacks[stack].role.clone()
    }

    pub(crate) fn change_sets(&self) -> usize {
        self.state.borrow().change_sets.len()
    }

    pub(crate) fn most_at_once(&self) -> usize {
        self.state.borrow().most_at_once
    }

    /// How often an action was asked for.
    pub(crate) fn count(&self, action: &str) -> usize {
        self.state.borrow().calls.iter().filter(|call| call.split(' ').next() == Some(action)).count()
    }

    pub(crate) fn calls(&self) -> usize {
        self.state.borrow().calls.len()
    }

    /// What an action was asked for, in order.
    pub(crate) fn asked(&self, action: &str) -> Vec<String> {
        let state = self.state.borrow();
        let calls = state.calls.iter().filter_map(|call| call.split_once(' '));
        calls.filter(|(own, _)| *own == action).map(|(_, of)| of.to_owned()).collect()
    }

    fn enter(&self, action: &'static str, of: &str) -> Result<(), Failure> {
        let mut state = self.state.borrow_mut();
        state.calls.push(format!("{action} {of}"));
        if state.last_call.is_some_and(|last| state.calls.len() > last) {
            return Err(failure(action, FailureKind::NoCredentials, "the tool is no more"));
        }
        fault(&mut state, action, |wrong| wrong != Wrong::AnswerLost)
    }

    fn leave(&self, action: &'static str) -> Result<(), Failure> {
        fault(&mut self.state.borrow_mut(), action, |wrong| wrong == Wrong::AnswerLost)
    }

    fn available(&self, state: &State) -> BTreeSet<&String> {
        let standing = state.stacks.iter().filter(|(_, stack)| stack.status.situation() == Situation::Standing);
        standing.filter_map(|(name, _)| self.exports.get(name)).flatten().collect()
    }
}

fn fault(state: &mut State, action: &'static str, is_meant: impl Fn(Wrong) -> bool) -> Result<(), Failure> {
    let found = state
        .faults
        .iter_mut()
        .find(|fault| (fault.action == action || fault.action == "*") && fault.times > 0 && is_meant(fault.wrong));
    let Some(fault) = found else { return Ok(()) };
    fault.times -= 1;
    Err(match fault.wrong {
        Wrong::Not(kind) => failure(action, kind, "as the test wants"),
        Wrong::AnswerLost => failure(action, FailureKind::Unreachable, "connection reset"),
    })
}

/// A stack by its ARN, or by its name while it is there.
fn found<'s>(stacks: &'s BTreeMap<String, Stack>, name: &str) -> Option<(&'s String, &'s Stack)> {
    let is_named = |own: &str, stack: &Stack| own == name && stack.status != StackStatus::DeleteComplete;
    stacks.iter().find(|(own, stack)| stack.id == name || is_named(own, stack))
}

fn event(number: &mut usize, resource: &str, status: &str, reason: Option<&str>) -> StackEvent {
    *number += 1;
    StackEvent {
        id: number.to_string(),
        resource: resource.to_owned(),
        kind: "Test::Core::Thing".to_owned(),
        is_stack: false,
        status: status.to_owned(),
        reason: reason.map(str::to_owned),
        physical_id: None,
        token: None,
    }
}

fn stack_event(number: &mut usize, stack: &str, status: StackStatus, token: Option<&str>) -> StackEvent {
    StackEvent { is_stack: true, token: token.map(str::to_owned), ..event(number, stack, status.name(), None) }
}

fn resources(template: &str) -> BTreeMap<String, String> {
    if template.is_empty() {
        return BTreeMap::new();
    }
    let document = read::document(template, "template").unwrap();
    let template = Template::from_node(document.node().clone()).unwrap();
    let resources = template.section("Resources");
    resources.map(|(id, node)| (id.to_owned(), serde_json::to_string(node).unwrap())).collect()
}

fn changes(old: &str, new: &str) -> Vec<Change> {
    let (old, new) = (resources(old), resources(new));
    let change = |id: &String, action| Change {
        id: id.clone(),
        kind: "Test::Core::Thing".to_owned(),
        action,
        replacement: Replacement::No,
        policy: None,
        properties: Vec::new(),
    };
    let added = new.keys().filter(|id| !old.contains_key(*id)).map(|id| change(id, Action::Add));
    let removed = old.keys().filter(|id| !new.contains_key(*id)).map(|id| change(id, Action::Remove));
    let changed = new.iter().filter(|(id, text)| old.get(*id).is_some_and(|old| old != *text));
    added.chain(changed.map(|(id, _)| change(id, Action::Modify))).chain(removed).collect()
}

/// What happens while changes are made, up to the end.
fn course(
    state: &mut State,
    name: &str,
    id: &str,
    creates: bool,
    changes: &[Change],
    token: &str,
) -> VecDeque<StackEvent> {
    let State { number, broken, stuck, .. } = state;
    let mut events = VecDeque::new();
    let (begun, done) =
        if creates { (S::CreateInProgress, S::CreateComplete) } else { (S::UpdateInProgress, S::UpdateComplete) };
    let verb = if creates { "CREATE" } else { "UPDATE" };
    events.push_back(stack_event(number, id, begun, Some(token)));
    let is_broken = changes.iter().any(|change| broken.contains(&change.id));
    for change in changes {
        if broken.contains(&change.id) {
            events.push_back(event(number, &change.id, &format!("{verb}_FAILED"), Some("as the test wants")));
        } else if is_broken {
            events.push_back(event(number, &change.id, &format!("{verb}_FAILED"), Some("Resource creation cancelled")));
        } else {
            events.push_back(event(number, &change.id, &format!("{verb}_IN_PROGRESS"), None));
            events.push_back(event(number, &change.id, &format!("{verb}_COMPLETE"), None));
        }
    }
    let (rolling, rolled, failed) = if creates {
        (S::RollbackInProgress, S::RollbackComplete, S::RollbackFailed)
    } else {
        (S::UpdateRollbackInProgress, S::UpdateRollbackComplete, S::UpdateRollbackFailed)
    };
    let end = match (is_broken, stuck.contains(name)) {
        (false, _) => done,
        (true, false) => rolled,
        (true, true) => failed,
    };
    if is_broken {
        events.push_back(stack_event(number, id, rolling, Some(token)));
    }
    events.push_back(stack_event(number, id, end, Some(token)));
    events
}

impl Deployments for Fake {
    async fn stack(&self, name: &str) -> Result<Option<DeployedStack>, Failure> {
        self.enter("cloudformation:DescribeStacks", name)?;
        let state = self.state.borrow();
        Ok(found(&state.stacks, name).map(|(own, stack)| DeployedStack {
            id: stack.id.clone(),
            status: stack.status,
            reason: None,
            parameters: BTreeMap::new(),
            exports: match stack.status.situation() {
                Situation::Absent | Situation::Reviewed | Situation::NeverStood => BTreeMap::new(),
                _ => self.exports[own].iter().map(|name| (name.clone(), format!("value of {name}"))).collect(),
            },
            outputs: BTreeMap::new(),
            role: stack.role.clone(),
            protected: stack.protected,
        }))
    }

    async fn create_change_set(&self, request: &ChangeSetRequest<'_>) -> Result<CreatedChangeSet, Failure> {
        let action = "cloudformation:CreateChangeSet";
        self.enter(action, request.stack)?;
        let mut state = self.state.borrow_mut();
        let TemplateSource::Body(template) = request.template else { panic!("a template in a bucket") };
        let available = self.available(&state);
        let missing = self.imports[request.stack].iter().find(|name| !available.contains(name)).cloned();
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
            };
            state.stacks.insert(request.stack.to_owned(), new);
        }
        let changes = changes(&state.stacks[request.stack].template, template);
        let (progress, reason) = match missing {
            Some(name) => (Progress::Failed, format!("No export named {name} found.")),
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

    async fn count_change_sets(&self, stack: &str) -> Result<usize, Failure> {
        self.enter("cloudformation:ListChangeSets", stack)?;
        let state = self.state.borrow();
        let (name, _) = found(&state.stacks, stack).unwrap();
        Ok(state.change_sets.values().filter(|set| set.stack == *name).count())
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
        let course = course(&mut state, &computed.stack, &stack_id, computed.creates, &computed.result.changes, token);
        let is_vanishing = state.vanishing.contains(&computed.stack);
        let refused = state.refused.remove(&computed.stack);
        let State { stacks, number, .. } = &mut *state;
        let entry = stacks.get_mut(&computed.stack).unwrap();
        entry.role = computed.role.or(entry.role.take());
        entry.coming = course;
        entry.next = Some(computed.template);
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
        let name = found(&state.stacks, stack).map(|(name, _)| name.clone());
        let Some(entry) = name.and_then(|name| state.stacks.get_mut(&name)) else {
            return Err(failure("cloudformation:DescribeStackEvents", FailureKind::Refused, "does not exist"));
        };
        let told = EVENTS.min(entry.coming.len());
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

    async fn delete_stack(&self, stack: &str, token: &str) -> Result<(), Failure> {
        self.enter("cloudformation:DeleteStack", stack)?;
        let mut state = self.state.borrow_mut();
        let State { stacks, change_sets, number, .. } = &mut *state;
        let found = stacks.iter_mut().find(|(own, entry)| *own == stack || entry.id == stack);
        if let Some((name, entry)) = found {
            change_sets.retain(|_, set| set.stack != *name);
            if entry.status == StackStatus::ReviewInProgress {
                entry.status = StackStatus::DeleteComplete;
            } else {
                let id = entry.id.clone();
                for status in [StackStatus::DeleteInProgress, StackStatus::DeleteComplete] {
                    entry.coming.push_back(stack_event(number, &id, status, Some(token)));
                }
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
        self.state.borrow_mut().stacks.get_mut(stack).unwrap().protected = protected;
        self.leave("cloudformation:UpdateTerminationProtection")
    }

    async fn validation_failures(&self, change_set: &str) -> Result<Vec<StackEvent>, Failure> {
        self.enter("cloudformation:DescribeEvents", change_set)?;
        Ok(Vec::new())
    }
}
