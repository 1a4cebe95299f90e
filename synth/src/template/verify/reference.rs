//! Every name that is used must be declared.

use std::collections::HashSet;

use super::Finding;
use super::walk::{self, Path};
use crate::error::similar;
use crate::template::document::{Template, is_loop};
use crate::template::{Function, Intrinsic, Node};

const PSEUDO_PARAMETERS: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

const LANGUAGE_EXTENSIONS: &str = "AWS::LanguageExtensions";

pub(super) fn findings(template: &Template) -> Vec<Finding> {
    let mut references = References::of(template);
    for (section, node) in template.root().iter() {
        let path = Path::Key(&Path::Root, section);
        walk::functions(node, &path, &mut |function, path| references.function(function, path));
    }
    references.resource_attributes(template);
    references.output_conditions(template);
    references.loops(template);
    references.findings
}

/// What a template declares, and what was found to be missing.
struct References<'t> {
    values: HashSet<&'t str>,
    resources: HashSet<&'t str>,
    conditions: HashSet<&'t str>,
    mappings: HashSet<&'t str>,
    /// Loops, macros and includes declare names that only CloudFormation knows, so one that is missing may be theirs.
    open: bool,
    extended: bool,
    findings: Vec<Finding>,
}

impl<'t> References<'t> {
    fn of(template: &'t Template) -> Self {
        let ids = |section| template.section(section).map(|(id, _)| id).collect::<HashSet<_>>();
        let resources = ids("Resources");
        Self {
            values: ids("Parameters").union(&resources).copied().collect(),
            open: template.root().iter().any(|(_, node)| has_loop(node)) || is_transformed(template),
            extended: transforms(template).any(|name| name.as_str() == Some(LANGUAGE_EXTENSIONS)),
            conditions: ids("Conditions"),
            mappings: ids("Mappings"),
            resources,
            findings: Vec::new(),
        }
    }

    fn function(&mut self, function: &'t Function, path: &Path<'_>) {
        let mut names = Vec::new();
        if let Err(message) = walk::names(function, |id, attribute| names.push((id, attribute))) {
            self.findings.push(Finding::new(path, message));
        }
        for (id, attribute) in names {
            match attribute {
                None => self.value(id, path),
                Some(attribute) => self.attribute(id, attribute, path),
            }
        }
        self.condition_and_mapping(function, path);
        if self.needs_extensions(function) {
            self.needs_transform(function.name().key(), path);
        }
    }

    fn needs_transform(&mut self, what: &str, path: &Path<'_>) {
        let message = format!("{what} needs the transform `{LANGUAGE_EXTENSIONS}`");
        let help = format!("declare it: `stack.transform(\"{LANGUAGE_EXTENSIONS}\")`");
        self.findings.push(Finding::new(path, message).help(help));
    }

    fn value(&mut self, id: &str, path: &Path<'_>) {
        if !self.values.contains(id) && !PSEUDO_PARAMETERS.contains(&id) && !self.open {
            let known = self.values.iter().chain(&PSEUDO_PARAMETERS).copied();
            self.findings.push(missing(
                format!("`{id}` is referred to, and no parameter or resource has this name"),
                id,
                known,
                path,
            ));
        }
    }

    fn attribute(&mut self, id: &str, attribute: &str, path: &Path<'_>) {
        if !self.resources.contains(id) && !self.open {
            let known = self.resources.iter().copied();
            let message = format!("`{id}.{attribute}` is referred to, and no resource is named `{id}`");
            self.findings.push(missing(message, id, known, path));
        }
    }

    fn condition_and_mapping(&mut self, function: &'t Function, path: &Path<'_>) {
        let first = match function.argument() {
            Node::List(items) => items.first().and_then(Node::as_str),
            argument => argument.as_str(),
        };
        match (function.name(), first) {
            (Intrinsic::If | Intrinsic::Condition, Some(id)) => self.condition(id, path),
            (Intrinsic::FindInMap, Some(id)) if !self.mappings.contains(id) && !self.open && !self.extended => {
                let known = self.mappings.iter().copied();
                self.findings.push(missing(
                    format!("`{id}` is looked up, and no mapping has this name"),
                    id,
                    known,
                    path,
                ));
            }
            _ => {}
        }
    }

    fn condition(&mut self, id: &str, path: &Path<'_>) {
        if !self.conditions.contains(id) && !self.open {
            let known = self.conditions.iter().copied();
            self.findings.push(missing(format!("`{id}` is tested, and no condition has this name"), id, known, path));
        }
    }

    fn resource_attributes(&mut self, template: &'t Template) {
        for (id, resource) in template.resources() {
            let section = Path::Key(&Path::Root, "Resources");
            let here = Path::Key(&section, id);
            for wanted in resource.depends_on() {
                if !self.resources.contains(wanted) && !self.open {
                    let message = format!("`{id}` depends on `{wanted}`, and no resource has this name");
                    self.findings.push(missing(
                        message,
                        wanted,
                        self.resources.iter().copied(),
                        &Path::Key(&here, "DependsOn"),
                    ));
                }
            }
            if let Some(condition) = resource.attribute("Condition").and_then(Node::as_str) {
                self.condition(condition, &Path::Key(&here, "Condition"));
            }
        }
    }

    fn output_conditions(&mut self, template: &'t Template) {
        for (id, output) in template.section("Outputs") {
            let condition = output.as_map().and_then(|output| output.get("Condition")).and_then(Node::as_str);
            if let Some(condition) = condition {
                let section = Path::Key(&Path::Root, "Outputs");
                self.condition(condition, &Path::Key(&Path::Key(&section, id), "Condition"));
            }
        }
    }

    fn loops(&mut self, template: &'t Template) {
        let sections: &[_] = if self.extended { &[] } else { &["Conditions", "Resources", "Outputs"] };
        for section in sections {
            let path = Path::Key(&Path::Root, section);
            for (id, _) in template.section(section).filter(|(id, _)| is_loop(id)) {
                self.needs_transform("Fn::ForEach", &Path::Key(&path, id));
            }
        }
    }

    fn needs_extensions(&self, function: &Function) -> bool {
        let extension = match function.name() {
            Intrinsic::Length | Intrinsic::ToJsonString => true,
            Intrinsic::FindInMap => function.argument().as_list().is_some_and(|arguments| arguments.len() > 3),
            _ => false,
        };
        extension && !self.extended
    }
}

/// A name that nothing declares, with the one that was probably meant.
fn missing<'n>(message: String, wrong: &str, known: impl IntoIterator<Item = &'n str>, path: &Path<'_>) -> Finding {
    let mut known: Vec<_> = known.into_iter().collect();
    known.sort_unstable();
    let help = similar(wrong, known).map(|name| format!("did you mean `{name}`?"));
    Finding::new(path, message).help(help)
}

fn has_loop(node: &Node) -> bool {
    match node {
        Node::Map(map) => map.iter().any(|(key, value)| is_loop(key) || has_loop(value)),
        Node::List(items) => items.iter().any(has_loop),
        _ => false,
    }
}

/// Whether a macro or an include makes another template of it.
fn is_transformed(template: &Template) -> bool {
    let includes = |node: &Node| match node {
        Node::Function(function) => function.name() == Intrinsic::Transform,
        node => node.as_map().is_some_and(|map| map.get(Intrinsic::Transform.key()).is_some()),
    };
    transforms(template).any(|name| name.as_str() != Some(LANGUAGE_EXTENSIONS))
        || template.root().iter().any(|(key, node)| key == Intrinsic::Transform.key() || includes(node))
}

fn transforms(template: &Template) -> impl Iterator<Item = &Node> {
    let (one, many) = match template.root().get("Transform") {
        Some(Node::List(names)) => (None, Some(names)),
        other => (other, None),
    };
    one.into_iter().chain(many.into_iter().flatten())
}
