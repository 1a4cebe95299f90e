//! What rules look at: templates that belong together, with their values resolved.

use std::collections::{HashMap, HashSet};
use std::ops::Deref;

use super::index::{At, Index};
use super::resolve::{Resolver, Scope};
use super::view::{Place, View};
use crate::construct::Synthesized;
use crate::template::verify::walk::{self, Path};
use crate::template::{Intrinsic, Mapping, Node, Template, is_loop};

/// Templates that belong together.
#[derive(Debug)]
pub struct Set<'t> {
    /// In the order of deployment.
    stacks: Vec<Stack<'t>>,
    exports: HashMap<String, usize>,
    index: Index,
    /// Whether everything that is imported must be exported here.
    closed: bool,
}

/// One template of a set.
#[derive(Debug)]
pub struct Stack<'t> {
    /// What the command line calls it, or the file's name.
    pub name: &'t str,
    /// The template as it is written.
    pub template: &'t Template,
    /// The names of the stacks that must be there first.
    pub dependencies: &'t [String],
    /// What it imports, where the name is text.
    pub imports: Vec<Import>,
    /// The names of the parameters that have a value.
    valued: HashSet<&'t str>,
    /// The template with its values resolved.
    resolved: Node,
    /// Where its resources are, by logical id.
    ids: HashMap<String, usize>,
    /// Its place in the set.
    number: usize,
}

/// A value that a template imports.
#[derive(Clone, Debug)]
pub struct Import {
    /// The name that it is exported under.
    pub name: String,
    /// Where the template imports it.
    pub place: Place,
}

/// A resource of a set. It dereferences to its properties.
#[derive(Clone, Debug)]
pub struct Resource<'s> {
    /// The stack that it is in.
    pub stack: &'s Stack<'s>,
    /// The logical id.
    pub id: &'s str,
    /// The type, such as `AWS::EC2::Subnet`.
    pub kind: &'s str,
    whole: View<'s>,
    properties: View<'s>,
    /// Its place in the template.
    number: usize,
}

impl<'t> Set<'t> {
    /// All stacks of an app. What one imports, another must export.
    pub fn of_app(stacks: &'t [Synthesized]) -> Self {
        let scopes = stacks.iter().map(|stack| Scope {
            name: &stack.name,
            template: &stack.template,
            values: stack
                .parameters
                .iter()
                // The value of such a parameter is only the name of what it stands for.
                .filter(|parameter| !parameter.kind.starts_with("AWS::SSM::Parameter::Value"))
                .filter_map(|parameter| Some((&*parameter.name, parameter.value.clone()?)))
                .collect(),
        });
        let dependencies = stacks.iter().map(|stack| &*stack.dependencies).collect();
        let mut set = Self::new(scopes.collect(), dependencies, true);
        for (stack, synthesized) in set.stacks.iter_mut().zip(stacks) {
            stack.valued.extend(synthesized.assets.iter().map(|stored| &*stored.asset.parameter));
        }
        set
    }

    /// Templates from elsewhere, with their names; parameters have their defaults.
    pub fn of_templates(templates: impl IntoIterator<Item = (&'t str, &'t Template)>) -> Self {
        let scopes: Vec<_> = templates
            .into_iter()
            .map(|(name, template)| Scope { name, template, values: defaults(template) })
            .collect();
        let dependencies = vec![&[][..]; scopes.len()];
        Self::new(scopes, dependencies, false)
    }

    fn new(scopes: Vec<Scope<'t>>, dependencies: Vec<&'t [String]>, closed: bool) -> Self {
        let resolver = Resolver::new(scopes);
        let (mut index, nothing) = (Index::default(), Mapping::new());
        let stacks = resolver.stacks.iter().zip(dependencies).enumerate().map(|(number, (scope, dependencies))| {
            let sections = resolved(&resolver, number, scope.template);
            let resources = sections.get("Resources").and_then(Node::as_map).unwrap_or(&nothing);
            Stack {
                name: scope.name,
                template: scope.template,
                dependencies,
                imports: imports(&resolver, number, scope),
                valued: scope.values.keys().copied().collect(),
                ids: index.add(number, scope.name, resources),
                resolved: Node::Map(sections),
                number,
            }
        });
        let stacks = stacks.collect();
        let exports = resolver.exports.into_iter().map(|(name, export)| (name, export.stack)).collect();
        Self { stacks, exports, index, closed }
    }

    /// The stacks, in the order of deployment; files in the order in which they were given.
    pub fn stacks(&self) -> &[Stack<'t>] {
        &self.stacks
    }

    /// The stack of this name.
    pub fn stack(&self, name: &str) -> Option<&Stack<'t>> {
        self.index.stack(name).map(|number| &self.stacks[number])
    }

    /// The stack that exports a name.
    pub fn exporter(&self, name: &str) -> Option<&Stack<'t>> {
        self.exports.get(name).map(|index| &self.stacks[*index])
    }

    /// Whether a stack needs what another one exports, or says that it comes after it.
    pub fn waits_for(&self, stack: &Stack<'_>, other: &Stack<'_>) -> bool {
        let imported = |import: &Import| self.exporter(&import.name).is_some_and(|own| own.name == other.name);
        stack.dependencies.iter().any(|name| name == other.name) || stack.imports.iter().any(imported)
    }

    /// Whether everything that is imported must be exported here.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether there are resources in loops, which no rule sees. Then nothing is certainly missing.
    pub fn has_loops(&self) -> bool {
        self.index.has_loops
    }

    /// All resources, in the order of deployment and then of the template.
    pub fn resources(&self) -> impl Iterator<Item = Resource<'_>> {
        self.stacks.iter().flat_map(Stack::resources)
    }

    /// All resources of a type.
    pub fn all<'s>(&'s self, kind: &'s str) -> impl Iterator<Item = Resource<'s>> {
        self.index.of_kind(kind).iter().filter_map(|at| self.at(*at))
    }

    /// The resource that a text names: `${stack/Resource}` or `${stack/Resource.Attribute}`, and nothing else.
    pub fn named(&self, text: &str) -> Option<Resource<'_>> {
        let (stack, id) = name(text)?;
        self.stack(stack)?.resource(id.split('.').next()?)
    }

    /// The resources of a type that name another one in a property.
    pub(super) fn users<'s>(
        &'s self,
        kind: &'static str,
        property: &'static str,
        of: &Resource<'_>,
    ) -> impl Iterator<Item = Resource<'s>> {
        let target = |at| Some(self.target(&self.at(at)?.key(property))?.at());
        self.index.users(kind, property, of.at(), target).into_iter().filter_map(|at| self.at(at))
    }

    fn at(&self, (stack, number): At) -> Option<Resource<'_>> {
        self.stacks.get(stack)?.resource_at(number)
    }

    /// The resource that a value names.
    pub fn target(&self, value: &View<'_>) -> Option<Resource<'_>> {
        self.named(value.text()?)
    }

    /// The resources that the items of a list name.
    pub fn targets(&self, list: &View<'_>) -> Vec<Resource<'_>> {
        list.items().iter().filter_map(|item| self.target(item)).collect()
    }

    /// The resources that the items of a list name, if there are some and all are in the set.
    pub fn known_targets(&self, list: &View<'_>) -> Option<Vec<Resource<'_>>> {
        let targets: Option<Vec<_>> = list.items().iter().map(|item| self.target(item)).collect();
        targets.filter(|targets| !targets.is_empty())
    }

    /// The parameter without a value that a text names, as it is declared.
    pub fn parameter(&self, text: &str) -> Option<View<'_>> {
        let (stack, id) = name(text)?;
        let parameters = self.stack(stack)?.view("Parameters");
        let found = parameters.entries().into_iter().find(|(name, _)| *name == id);
        found.map(|(_, parameter)| parameter)
    }

    /// Whether something that is not in the set may use a resource: its stack puts it out, or hands it to a nested
    /// stack or a custom resource.
    pub fn may_be_used_elsewhere(&self, resource: &Resource<'_>) -> bool {
        let outputs = resource.stack.view("Outputs");
        let is_foreign = |kind: &str| {
            kind.starts_with("Custom::")
                || ["AWS::CloudFormation::Stack", "AWS::CloudFormation::CustomResource"].contains(&kind)
        };
        let mut foreign = resource.stack.resources().filter(|other| is_foreign(other.kind));
        !self.closed && resource.is_mentioned_in(&outputs) || foreign.any(|other| resource.is_mentioned_in(&other))
    }

    /// Whether only AWS knows a value, or who deploys.
    pub fn cannot_tell(&self, value: &View<'_>) -> bool {
        value.is_unknown() || value.text().is_some_and(|text| self.parameter(text).is_some())
    }
}

/// The stack and the rest of `${stack/rest}`.
fn name(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix("${")?.strip_suffix('}')?;
    if inner.contains("${") { None } else { inner.rsplit_once('/') }
}

impl Stack<'_> {
    /// A section of the resolved template.
    pub fn view<'s>(&'s self, section: &'s str) -> View<'s> {
        self.root().key(section)
    }

    /// A section of the template as it is written, with its functions.
    pub fn written<'s>(&'s self, section: &'s str) -> View<'s> {
        View::section(self.name, section, self.template.root().get(section))
    }

    /// Whether a parameter has a value: a default, one that the app gives it, or something that is made for it.
    pub fn has_value(&self, parameter: &str) -> bool {
        self.valued.contains(parameter)
    }

    /// The whole resolved template.
    pub fn root(&self) -> View<'_> {
        View::root(self.name, &self.resolved)
    }

    /// The resources, in the order of the template. Loops are left out.
    pub fn resources(&self) -> impl Iterator<Item = Resource<'_>> {
        (0..self.ids.len()).filter_map(|number| self.resource_at(number)).filter(|resource| !is_loop(resource.id))
    }

    /// Whether other stacks can import this value.
    pub fn exports(&self, value: &str) -> bool {
        self.exported().contains(&value)
    }

    fn exported(&self) -> Vec<&str> {
        let outputs = self.view("Outputs").entries();
        let exported = outputs.iter().filter(|(_, output)| output.key("Export").exists());
        exported.filter_map(|(_, output)| output.key("Value").text()).collect()
    }

    /// The resource with this logical id.
    pub fn resource(&self, id: &str) -> Option<Resource<'_>> {
        self.resource_at(*self.ids.get(id)?)
    }

    fn resource_at(&self, number: usize) -> Option<Resource<'_>> {
        let (id, whole) = self.view("Resources").entry(number)?;
        let kind = whole.key("Type").text().unwrap_or_default();
        Some(Resource { stack: self, id, kind, properties: whole.key("Properties"), whole, number })
    }
}

impl<'s> Resource<'s> {
    /// A resource attribute: `DependsOn`, `DeletionPolicy`, `Metadata`, ...
    pub fn attribute(&self, name: &'s str) -> View<'s> {
        self.whole.key(name)
    }

    /// The resource as a whole.
    pub fn whole(&self) -> &View<'s> {
        &self.whole
    }

    /// Whether it is there only under a condition.
    pub fn is_conditional(&self) -> bool {
        self.attribute("Condition").exists()
    }

    /// What `Ref` of it resolves to.
    pub fn reference(&self) -> String {
        format!("${{{}/{}}}", self.stack.name, self.id)
    }

    /// What `Fn::GetAtt` of it resolves to.
    pub fn attribute_reference(&self, attribute: &str) -> String {
        format!("${{{}/{}.{attribute}}}", self.stack.name, self.id)
    }

    /// Whether a text names this resource, by `Ref` or by any attribute.
    pub fn is_named_by(&self, text: &str) -> bool {
        let own = name(text).filter(|(stack, _)| *stack == self.stack.name);
        own.is_some_and(|(_, id)| id.split('.').next() == Some(self.id))
    }

    /// Whether a value names this resource, by `Ref` or by any attribute.
    pub fn is_target_of(&self, value: &View<'_>) -> bool {
        value.text().is_some_and(|text| self.is_named_by(text))
    }

    /// Whether a text inside a value has the name of this resource in it, such as one of a list that is put together.
    pub fn is_mentioned_in(&self, value: &View<'_>) -> bool {
        let name = format!("${{{}/{}", self.stack.name, self.id);
        let texts = value.all_texts();
        let mut rests = texts.iter().filter_map(View::text).flat_map(|text| text.split(&*name).skip(1));
        rests.any(|rest| rest.starts_with(['}', '.']))
    }

    /// Whether other stacks can import its name, or an attribute of it.
    pub fn is_exported(&self) -> bool {
        self.stack.exported().iter().any(|text| self.is_named_by(text))
    }

    fn at(&self) -> At {
        (self.stack.number, self.number)
    }

    /// Whether it is the same resource.
    pub fn is_same(&self, other: &Resource<'_>) -> bool {
        self.stack.name == other.stack.name && self.id == other.id
    }
}

impl<'s> Deref for Resource<'s> {
    type Target = View<'s>;

    fn deref(&self) -> &View<'s> {
        &self.properties
    }
}

fn defaults(template: &Template) -> HashMap<&str, String> {
    let parameters = template.section("Parameters");
    parameters
        .filter_map(|(id, node)| {
            let fields = node.as_map()?;
            let kind = fields.get("Type").and_then(Node::as_str).unwrap_or_default();
            let default = fields.get("Default").filter(|_| !kind.starts_with("AWS::SSM::Parameter::Value"))?;
            Some((id, default.scalar_text()?))
        })
        .collect()
}

/// What a template imports, with the names resolved.
fn imports(resolver: &Resolver<'_>, stack: usize, scope: &Scope<'_>) -> Vec<Import> {
    let mut imports = Vec::new();
    for (section, node) in scope.template.root().iter() {
        walk::functions(node, &Path::Key(&Path::Root, section), &mut |function, path| {
            if function.name() == Intrinsic::ImportValue
                && let Node::String(name) = resolver.node(stack, function.argument())
            {
                let place = Place::new(scope.name, path.steps());
                imports.push(Import { name: name.into_owned(), place });
            }
        });
    }
    imports
}

fn resolved(resolver: &Resolver<'_>, stack: usize, template: &Template) -> Mapping {
    let sections = template.root().iter();
    let sections = sections.map(|(section, node)| (section.to_owned().into(), resolver.node(stack, node)));
    Mapping::from_distinct(sections.collect())
}
