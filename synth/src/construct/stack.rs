//! A stack: what becomes one template.

use std::panic::Location;
use std::sync::atomic::{AtomicU32, Ordering};

use super::asset::Asset;
use super::declared::{Declared, DeclaredAsset, DeclaredResource, Line, Mention};
use super::entry::{Entry, OutputEntry};
use crate::aws::typed::{Handle, Resource};
use crate::template::{Condition, IntoValue, Intrinsic, Json, Mapping, Node, Parameter, Scope, Test, Text, Value, sub};

/// A stack in the making. Logical ids are given by the author, and never derived from a position.
///
/// What is declared twice, refers to what is not there, or breaks a limit is said by
/// [`App::synthesize`](super::App::synthesize), with the line that declared it.
#[derive(Debug)]
pub struct Stack {
    pub(super) name: String,
    pub(super) physical_name: String,
    pub(super) line: Line,
    pub(super) scope: Scope,
    pub(super) region: Option<String>,
    pub(super) account: Option<String>,
    pub(super) description: Option<Text>,
    pub(super) transforms: Vec<Text>,
    pub(super) metadata: Mapping,
    pub(super) tags: Vec<(Text, Node)>,
    pub(super) parameters: Vec<Declared>,
    pub(super) values: Mapping,
    pub(super) assets: Vec<DeclaredAsset>,
    pub(super) rules: Vec<Declared>,
    pub(super) mappings: Vec<Declared>,
    pub(super) conditions: Vec<Declared>,
    pub(super) resources: Vec<DeclaredResource>,
    /// What was said of resources that are not in this stack.
    pub(super) strays: Vec<DeclaredResource>,
    pub(super) mentions: Vec<Mention>,
    pub(super) loops: Vec<Declared>,
    pub(super) outputs: Vec<Declared>,
    pub(super) waits_for: Vec<String>,
    pub(super) termination_protection: bool,
    pub(super) role: Option<(Node, Line)>,
    pub(super) template_bucket: Option<(Node, Line)>,
    export_prefix: Option<Node>,
}

/// Tells the handles of one stack from those of another.
static NEXT: AtomicU32 = AtomicU32::new(0);

impl Stack {
    /// A stack. `name` is what the command line calls it, and its name in AWS unless
    /// [`stack_name`](Self::stack_name) says another.
    #[track_caller]
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            physical_name: name.clone(),
            name,
            line: Location::caller(),
            scope: Scope::Stack(NEXT.fetch_add(1, Ordering::Relaxed)),
            region: None,
            account: None,
            description: None,
            transforms: Vec::new(),
            metadata: Mapping::new(),
            tags: Vec::new(),
            parameters: Vec::new(),
            values: Mapping::new(),
            assets: Vec::new(),
            rules: Vec::new(),
            mappings: Vec::new(),
            conditions: Vec::new(),
            resources: Vec::new(),
            strays: Vec::new(),
            mentions: Vec::new(),
            loops: Vec::new(),
            outputs: Vec::new(),
            waits_for: Vec::new(),
            termination_protection: false,
            role: None,
            template_bucket: None,
            export_prefix: None,
        }
    }

    /// The stack's name in AWS.
    #[must_use]
    pub fn stack_name(mut self, name: impl Into<String>) -> Self {
        self.physical_name = name.into();
        self
    }

    /// The region that it is deployed to. Default: the one that the credentials name.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The account that it is deployed to. Default: the one that the credentials belong to.
    #[must_use]
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// What the stack is for, in its template.
    #[must_use]
    pub fn description(mut self, text: impl Into<Text>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// The tool refuses to delete the stack until this is off.
    #[must_use]
    pub fn termination_protection(mut self) -> Self {
        self.termination_protection = true;
        self
    }

    /// CloudFormation deploys the stack with this role, not with the rights of its caller. It is written out, or exported by
    /// another stack, which then comes first.
    #[must_use]
    #[track_caller]
    pub fn role(mut self, arn: impl IntoValue<String>) -> Self {
        self.role = arn.into_node().map(|arn| (arn, Location::caller()));
        self
    }

    /// Where the template is put when it is too large for a request, over 51,200 bytes. The bucket's name is written out, or
    /// exported by another stack, which then comes first.
    #[must_use]
    #[track_caller]
    pub fn template_bucket(mut self, bucket: impl IntoValue<String>) -> Self {
        self.template_bucket = bucket.into_node().map(|bucket| (bucket, Location::caller()));
        self
    }

    /// Comes after the stack of this name, which no import says.
    #[must_use]
    pub fn after(mut self, stack: impl Into<String>) -> Self {
        self.waits_for.push(stack.into());
        self
    }

    /// Has CloudFormation run a transform over the template, such as `AWS::LanguageExtensions`.
    pub fn transform(&mut self, name: impl Into<Text>) {
        self.transforms.push(name.into());
    }

    /// Anything that tools want to know about the template, under `key` of its `Metadata`.
    pub fn metadata(&mut self, key: impl Into<Text>, value: impl IntoValue<Json>) {
        if let Some(node) = value.into_node() {
            self.metadata.insert(key, node);
        }
    }

    /// A tag on the stack and on every resource in it that can be tagged, unless the resource sets that tag itself.
    pub fn tag(&mut self, key: impl Into<Text>, value: impl IntoValue<String>) {
        self.tags.extend(value.into_node().map(|node| (key.into(), node)));
    }

    /// What the names of this stack's exports begin with, from here on. Default: the stack's name in AWS and a colon.
    ///
    /// Other stacks import by the same expression, so it must mean the same there: parameters that all of them have, and
    /// no `AWS::StackName`.
    pub fn export_prefix(&mut self, prefix: impl IntoValue<String>) {
        if let Some(node) = prefix.into_node() {
            self.export_prefix = Some(node);
        }
    }

    /// Declares a parameter.
    #[track_caller]
    pub fn parameter<T>(&mut self, id: impl Into<Text>, parameter: Parameter<T>) -> Value<T> {
        let (fields, value) = parameter.into_parts();
        let id = id.into();
        if let Some(value) = value.or_else(|| fields.get("Default").cloned()) {
            self.values.insert(id.clone(), value);
        }
        let reference = Value::scoped_function(Intrinsic::Ref, Node::String(id.clone()), self.scope);
        self.parameters.push(Declared { id, node: Node::Map(fields), line: Location::caller() });
        reference
    }

    /// A parameter gets its value from something that is made from the project. `store` is where it is put: the URI of a
    /// repository for an image, the name of a bucket for anything else. It is written out, or exported by another stack,
    /// which then comes first.
    #[track_caller]
    pub fn asset(&mut self, asset: Asset, store: impl IntoValue<String>) {
        let store = store.into_node().unwrap_or(Node::Null);
        self.assets.push(DeclaredAsset { asset, store, line: Location::caller() });
    }

    /// Declares a condition.
    #[track_caller]
    pub fn condition(&mut self, id: impl Into<Text>, test: impl Into<Test>) -> Condition {
        let id = id.into();
        let node = test.into().into_inner();
        self.conditions.push(Declared { id: id.clone(), node, line: Location::caller() });
        Condition::scoped(id, self.scope)
    }

    /// Declares a mapping: values by key and attribute, for [`find_in_map`](crate::template::find_in_map).
    #[track_caller]
    pub fn mapping(&mut self, id: impl Into<Text>, values: impl IntoValue<Json>) {
        let node = values.into_node().unwrap_or(Node::Map(Mapping::new()));
        self.mappings.push(Declared { id: id.into(), node, line: Location::caller() });
    }

    /// Declares a rule: assertions about the parameters, which CloudFormation checks first.
    #[track_caller]
    pub fn rule(&mut self, id: impl Into<Text>, rule: impl IntoValue<Json>) {
        let node = rule.into_node().unwrap_or(Node::Map(Mapping::new()));
        self.rules.push(Declared { id: id.into(), node, line: Location::caller() });
    }

    /// Adds a resource.
    #[track_caller]
    pub fn add<R: Resource>(&mut self, id: impl Into<Text>, mut resource: R) -> Handle<R> {
        let id = id.into();
        let handle = Handle::new(&id, self.scope);
        let kind = resource.kind();
        let properties = std::mem::take(resource.fields()).into_map();
        self.resources.push(DeclaredResource::new::<R>(id, kind, properties));
        handle
    }

    /// The resource attributes of a resource: what it depends on, what happens when it is deleted.
    #[track_caller]
    pub fn resource<R: Resource>(&mut self, handle: &Handle<R>) -> Entry<'_> {
        let own = handle.scope() == self.scope;
        let found = self.resources.iter().rposition(|resource| own && resource.id == handle.logical_id());
        if let Some(index) = found {
            return Entry { resource: &mut self.resources[index], mentions: &mut self.mentions };
        }
        let id = handle.logical_id().to_owned();
        let stray = DeclaredResource::new::<R>(id, R::TYPE.into(), Mapping::new());
        Entry { resource: self.strays.push_mut(stray), mentions: &mut self.mentions }
    }

    /// Adds resources in a loop that CloudFormation runs: `Fn::ForEach`. `body` is the template text of the resource,
    /// by its logical id, with `${identifier}` where the element goes.
    #[track_caller]
    pub fn for_each(
        &mut self,
        name: &str,
        identifier: impl Into<Text>,
        collection: impl IntoValue<crate::template::List<String>>,
        body: impl IntoValue<Json>,
    ) {
        let parts = [Some(Node::String(identifier.into())), collection.into_node(), body.into_node()];
        let node = Node::list(parts.into_iter().flatten());
        let id = format!("Fn::ForEach::{name}").into();
        self.loops.push(Declared { id, node, line: Location::caller() });
    }

    /// Adds an output.
    #[track_caller]
    pub fn output(&mut self, id: impl Into<Text>, value: impl IntoValue<String>) -> OutputEntry<'_> {
        let node = Node::map([("Value", value.into_node().unwrap_or(Node::Null))]);
        let declared = Declared { id: id.into(), node, line: Location::caller() };
        OutputEntry { output: self.outputs.push_mut(declared), mentions: &mut self.mentions }
    }

    /// Adds an output that other stacks import. The result is the value to use in *them*; it makes this stack come
    /// first, and keeps it from being deleted before them.
    #[track_caller]
    pub fn export<T>(&mut self, id: impl Into<Text>, value: Value<T>) -> Value<T> {
        let id = id.into();
        let name = self.export_name(&id);
        let export = Node::Map(Mapping::from_iter([("Name", name.clone())]));
        let node = Node::map([("Value", value.into_inner()), ("Export", export)]);
        self.outputs.push(Declared { id, node, line: Location::caller() });
        Value::from_node(crate::template::Function::new(Intrinsic::ImportValue, name).into())
    }

    fn export_name(&self, id: &Text) -> Node {
        // Not `AWS::StackName`: in the stack that imports, it is that stack's name.
        let own = || Node::from(format!("{}:", self.physical_name));
        let prefix = Value::<String>::from_node(self.export_prefix.clone().map_or_else(own, Node::unscoped));
        sub![prefix, id.clone()].into_inner()
    }
}
