//! Values as far as they follow from the templates: parameters, imports and text put together.
//!
//! What only AWS knows keeps a name in the text, one for each thing, so that values can be compared: a resource of a
//! stack is `${network/Vpc}`, its attribute `${network/Vpc.DefaultSecurityGroup}`, also where another stack imports it;
//! a pseudo parameter is `${AWS::Region}`; a parameter without a value `${app-service/ImageUri}`.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::template::{Function, Intrinsic, Mapping, Node, Template};

/// How many imports may follow one another. The rest of a longer chain is unknown.
const MOST_IMPORTS: usize = 16;

/// The longest text that is put together, in bytes. CloudFormation takes none that is longer than a template.
const LONGEST_TEXT: usize = 1_000_000;

/// The most that an export may weigh: its bytes of text, and one for each node. CloudFormation takes far less.
const HEAVIEST_EXPORT: usize = 65_536;

/// Everything that values are resolved with.
pub(super) struct Resolver<'t> {
    pub(super) stacks: Vec<Scope<'t>>,
    /// By name.
    pub(super) exports: HashMap<String, Export<'t>>,
}

/// A value that a stack exports.
pub(super) struct Export<'t> {
    pub(super) stack: usize,
    value: &'t Node,
    state: RefCell<State>,
}

/// How far an export is resolved. Each is resolved once: several imports of it could otherwise take for ever.
enum State {
    New,
    /// Being resolved: whoever imports it now is on a circle.
    Open,
    Done(Option<Node>),
}

/// What the names in one template mean.
pub(super) struct Scope<'t> {
    pub(super) name: &'t str,
    pub(super) template: &'t Template,
    /// The values of its parameters, where they are known.
    pub(super) values: HashMap<&'t str, String>,
}

impl<'t> Resolver<'t> {
    pub(super) fn new(stacks: Vec<Scope<'t>>) -> Self {
        let mut resolver = Self { stacks, exports: HashMap::new() };
        for index in 0..resolver.stacks.len() {
            for (_, output) in resolver.stacks[index].template.section("Outputs") {
                let Some(name) = export_name(output) else { continue };
                let Some(value) = output.as_map().and_then(|output| output.get("Value")) else { continue };
                if let Node::String(name) = resolver.node(index, name) {
                    let export = Export { stack: index, value, state: RefCell::new(State::New) };
                    resolver.exports.entry(name.into_owned()).or_insert(export);
                }
            }
        }
        // A name may have been resolved before all exports were known.
        resolver.exports.values_mut().for_each(|export| export.state = RefCell::new(State::New));
        resolver
    }

    /// The tree of a stack with everything resolved that can be.
    pub(super) fn node(&self, stack: usize, node: &Node) -> Node {
        Place { resolver: self, stack, imports: 0 }.node(node)
    }
}

/// The name under which an output is exported.
pub(super) fn export_name(output: &Node) -> Option<&Node> {
    output.as_map()?.get("Export")?.as_map()?.get("Name")
}

/// Where a value stands, and how many imports led there.
#[derive(Clone, Copy)]
struct Place<'r, 't> {
    resolver: &'r Resolver<'t>,
    stack: usize,
    imports: usize,
}

impl Place<'_, '_> {
    fn node(self, node: &Node) -> Node {
        match node {
            Node::List(items) => Node::list(items.iter().map(|item| self.node(item)).filter(|item| !is_nothing(item))),
            Node::Map(map) => Node::Map(self.map(map)),
            Node::Function(function) => self.function(function),
            other => other.clone(),
        }
    }

    fn map(self, map: &Mapping) -> Mapping {
        let entries = map.iter().map(|(key, value)| (key.to_owned().into(), self.node(value)));
        Mapping::from_distinct(entries.filter(|(_, value)| !is_nothing(value)).collect())
    }

    /// The argument is resolved once, also where the function cannot be: nested functions would else take for ever.
    fn function(self, function: &Function) -> Node {
        let written = function.argument();
        let argument = self.node(written);
        let known = match function.name() {
            Intrinsic::Ref => argument.as_str().map(|id| self.reference(id)),
            Intrinsic::GetAtt => self.attribute(&argument),
            Intrinsic::Sub => self.substituted(written, &argument),
            Intrinsic::Join => joined(&argument),
            Intrinsic::Split => split(&argument),
            Intrinsic::Select => selected(&argument),
            Intrinsic::ImportValue => self.imported(&argument),
            _ => None,
        };
        known.unwrap_or_else(|| Function::new(function.name(), argument).into())
    }

    fn reference(self, id: &str) -> Node {
        if id == "AWS::NoValue" {
            return Function::new(Intrinsic::Ref, "AWS::NoValue".into()).into();
        }
        let scope = &self.resolver.stacks[self.stack];
        match scope.values.get(id) {
            Some(value) if is_list(scope.template, id) => {
                Node::list(value.split(',').map(|item| item.trim().to_owned().into()))
            }
            Some(value) => value.clone().into(),
            None if id.starts_with("AWS::") => format!("${{{id}}}").into(),
            None => self.name(id).into(),
        }
    }

    fn name(self, id: &str) -> String {
        format!("${{{}/{id}}}", self.resolver.stacks[self.stack].name)
    }

    fn attribute(self, argument: &Node) -> Option<Node> {
        match argument.as_list()? {
            [Node::String(id), Node::String(attribute)] => Some(self.name(&format!("{id}.{attribute}")).into()),
            _ => None,
        }
    }

    fn substituted(self, written: &Node, argument: &Node) -> Option<Node> {
        let (mut text, variables) = match argument {
            Node::String(text) => (&**text, None),
            Node::List(parts) => (parts.first()?.as_str()?, parts.get(1).and_then(Node::as_map)),
            _ => return None,
        };
        // `AWS::NoValue` is no longer among the resolved variables.
        let declared = written.as_list().and_then(|parts| parts.get(1)?.as_map());
        let mut result = String::new();
        while let Some((before, rest)) = text.split_once("${") {
            let (name, after) = rest.split_once('}')?;
            result.push_str(before);
            match (name.strip_prefix('!'), declared.and_then(|variables| variables.get(name))) {
                (Some(literal), _) => result.extend(["${", literal, "}"]),
                (None, Some(_)) => result.push_str(&variables?.get(name)?.scalar_text()?),
                (None, None) if name.contains('.') => result.push_str(&self.name(name)),
                (None, None) => result.push_str(&self.reference(name).scalar_text()?),
            }
            if result.len() > LONGEST_TEXT {
                return None;
            }
            text = after;
        }
        result.push_str(text);
        Some(result.into())
    }

    fn imported(self, name: &Node) -> Option<Node> {
        let export = self.resolver.exports.get(name.as_str()?)?;
        let state = export.state.replace(State::Open);
        let value = match state {
            State::Done(value) => value,
            State::New if self.imports < MOST_IMPORTS => {
                let there = Self { stack: export.stack, imports: self.imports + 1, ..self };
                Some(there.node(export.value)).filter(|value| weight(value) <= HEAVIEST_EXPORT)
            }
            State::New | State::Open => None,
        };
        export.state.replace(State::Done(value.clone()));
        value
    }
}

fn joined(argument: &Node) -> Option<Node> {
    let [separator, items] = argument.as_list()? else { return None };
    let (separator, items) = (separator.as_str()?, items.as_list()?);
    let texts: Vec<String> = items.iter().map(Node::scalar_text).collect::<Option<_>>()?;
    let length = texts.iter().map(|text| text.len().saturating_add(separator.len())).fold(0, usize::saturating_add);
    (length <= LONGEST_TEXT).then(|| texts.join(separator).into())
}

fn split(argument: &Node) -> Option<Node> {
    let [separator, text] = argument.as_list()? else { return None };
    let (separator, text) = (separator.as_str().filter(|separator| !separator.is_empty())?, text.scalar_text()?);
    let parts: Vec<&str> = text.split(separator).collect();
    // A name between `${` and `}` is not the text that AWS splits.
    let is_whole = parts.iter().map(|part| placeholders(part)).sum::<usize>() == placeholders(&text);
    is_whole.then(|| Node::list(parts.into_iter().map(|part| part.to_owned().into())))
}

fn placeholders(text: &str) -> usize {
    text.split("${").skip(1).filter(|rest| rest.contains('}')).count()
}

fn selected(argument: &Node) -> Option<Node> {
    let [index, items] = argument.as_list()? else { return None };
    items.as_list()?.get(index.scalar_text()?.parse::<usize>().ok()?).cloned()
}

fn weight(node: &Node) -> usize {
    1 + match node {
        Node::String(text) => text.len(),
        Node::List(items) => items.iter().map(weight).sum(),
        Node::Map(map) => map.iter().map(|(key, value)| key.len() + weight(value)).sum(),
        Node::Function(function) => weight(function.argument()),
        Node::Null | Node::Bool(_) | Node::Integer(_) | Node::Float(_) => 0,
    }
}

fn is_list(template: &Template, parameter: &str) -> bool {
    let parameter = template.section("Parameters").find(|(id, _)| *id == parameter);
    let kind = parameter.and_then(|(_, node)| node.as_map()?.get("Type")?.as_str());
    kind.is_some_and(|kind| kind == "CommaDelimitedList" || kind.starts_with("List<"))
}

fn is_nothing(node: &Node) -> bool {
    node.as_function().is_some_and(|function| {
        function.name() == Intrinsic::Ref && function.argument().as_str() == Some("AWS::NoValue")
    })
}
