//! A CloudFormation that does what a test tells it, and counts what it is asked.

mod answers;
mod course;
mod recovery;
mod removal;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use synth::cloud::{ChangeSet, Failure, FailureKind, Progress, Situation, StackEvent, StackStatus};
use synth::construct::Synthesized;

use course::stack_event;

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
    /// Why change sets of a stack cannot be computed.
    uncomputable: BTreeMap<String, String>,
    /// A resource that is a stack itself, and what happens and happened in that.
    nested: Option<(String, Vec<StackEvent>)>,
    /// Whether an operation of somebody else seems to end in the middle.
    is_interleaved: bool,
    /// After so many calls nothing is answered any more.
    last_call: Option<usize>,
    /// How often events are asked for before anything is heard of an operation.
    late: usize,
    holdings: removal::Holdings,
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
    /// How often nothing is heard yet.
    late: usize,
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

    /// The same account, for stacks that export and import something else.
    pub(crate) fn with(self, stacks: &[Synthesized]) -> Self {
        Self { state: self.state, ..Self::new(stacks) }
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
        self.begin_as(None, stack, statuses);
    }

    /// Whoever has this token begins something.
    pub(crate) fn begin_as(&self, token: Option<&str>, stack: &str, statuses: &[StackStatus]) {
        let mut state = self.state.borrow_mut();
        let State { stacks, number, .. } = &mut *state;
        let entry = stacks.get_mut(stack).unwrap();
        entry.status = statuses[0];
        let id = entry.id.clone();
        let mut events = statuses.iter().map(|status| stack_event(number, &id, *status, token));
        entry.events.extend(events.next());
        entry.coming.extend(events);
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

    /// The changes of a stack cannot be computed.
    pub(crate) fn uncomputable(&self, stack: &str, reason: &str) {
        self.state.borrow_mut().uncomputable.insert(stack.to_owned(), reason.to_owned());
    }

    /// A resource is a stack itself, in which this happened before, and happens now.
    pub(crate) fn nest(&self, id: &str, before: &[(&str, &str)], now: &[(&str, &str)]) {
        let mut state = self.state.borrow_mut();
        let mut event = |(resource, status): (&str, &str), at| StackEvent {
            is_stack: resource.is_empty(),
            at,
            ..course::event(&mut state.number, resource, status, Some("said inside"))
        };
        let old = before.iter().map(|own| (*own, 0.0));
        let events = old.chain(now.iter().map(|own| (*own, f64::MAX))).map(|(own, at)| event(own, at)).collect();
        state.nested = Some((id.to_owned(), events));
    }

    /// The end of somebody else's operation is heard in the middle of the next one.
    pub(crate) fn interleave(&self) {
        self.state.borrow_mut().is_interleaved = true;
    }

    /// All change sets are being computed once more.
    pub(crate) fn compute_again(&self) {
        self.state.borrow_mut().change_sets.values_mut().for_each(|set| set.computing = 1);
    }

    /// Nothing is heard of an operation until its events have been asked for so often.
    pub(crate) fn be_late(&self, times: usize) {
        self.state.borrow_mut().late = times;
    }

    /// The tool is killed after so many calls: what it says then is heard by nobody.
    pub(crate) fn kill_after(&self, calls: usize) {
        self.state.borrow_mut().last_call = Some(calls);
    }

    pub(crate) fn status(&self, stack: &str) -> Option<StackStatus> {
        self.state.borrow().stacks.get(stack).map(|stack| stack.status)
    }

    pub(crate) fn arn(&self, stack: &str) -> Option<String> {
        self.state.borrow().stacks.get(stack).map(|stack| stack.id.clone())
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
        standing.flat_map(|(name, stack)| self.exported(name, stack)).collect()
    }

    /// What a stack exports as it stands.
    fn exported(&self, name: &str, stack: &Stack) -> impl Iterator<Item = &String> {
        let names = self.exports.get(name).into_iter().flatten();
        names.filter(|name| stack.template.contains(&**name))
    }
}

impl State {
    fn is_nested(&self, resource: &str) -> bool {
        self.nested.as_ref().is_some_and(|(id, _)| id == resource)
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
