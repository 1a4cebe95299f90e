//! `manifest.json` and `<stack>.parameters.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::construct::{StoredAsset, Synthesized};

/// The manifest's name in the assembly.
pub(super) const FILE: &str = "manifest.json";

/// The version of the manifest's form.
const VERSION: u32 = 1;

/// What an assembly holds.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The version of this form: 1.
    pub version: u32,
    /// The app's name.
    pub app: String,
    /// The environment that it was synthesized for.
    pub environment: Option<String>,
    /// The stacks, in the order of deployment.
    pub stacks: Vec<StackEntry>,
}

/// What the manifest says about a stack.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct StackEntry {
    /// What the command line calls it.
    pub name: String,
    /// Its name in AWS.
    pub stack_name: String,
    /// The region that it is deployed to, where that is fixed.
    pub region: Option<String>,
    /// The account that it is deployed to, where that is fixed.
    pub account: Option<String>,
    /// Whether it must not be deleted.
    pub termination_protection: bool,
    /// The template's file.
    pub template: String,
    /// The template's size.
    pub bytes: usize,
    /// The file of the parameters' values.
    pub parameters_file: String,
    /// The stacks that must be there first.
    pub depends_on: Vec<String>,
    /// The parameters, in the template's order.
    pub parameters: Vec<ParameterEntry>,
    /// The parameters whose values are built.
    pub assets: Vec<AssetEntry>,
    /// The names that it exports, where they are known.
    pub exports: Vec<String>,
    /// The names that it imports, where they are known.
    pub imports: Vec<String>,
    /// The line of Rust that declared each resource, by logical id.
    pub sources: BTreeMap<String, String>,
}

/// What the manifest says about a parameter.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct ParameterEntry {
    /// The logical id.
    pub name: String,
    /// The type, such as `String`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The value; none if whoever deploys must give one.
    pub value: Option<String>,
}

/// What the manifest says about a parameter whose value is built.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct AssetEntry {
    /// The parameter's logical id.
    pub parameter: String,
    /// What the command line calls what is built.
    pub name: String,
    /// `image`, `function`, `file` or `folder`.
    pub kind: String,
    /// The crate or the path that it is built from.
    pub source: String,
}

impl Manifest {
    pub(super) fn new(app: String, environment: Option<String>) -> Self {
        Self { version: VERSION, app, environment, stacks: Vec::new() }
    }

    pub(super) fn add(&mut self, stack: &Synthesized, template: &str, parameters: &str) -> &mut StackEntry {
        let asset = |StoredAsset { asset, .. }: &StoredAsset| AssetEntry {
            parameter: asset.parameter.clone().into_owned(),
            name: asset.name.clone(),
            kind: asset.source.kind().to_owned(),
            source: asset.source.place(),
        };
        let parameter = |parameter: &crate::construct::ParameterValue| ParameterEntry {
            name: parameter.name.clone(),
            kind: parameter.kind.clone(),
            value: parameter.value.clone(),
        };
        self.stacks.push_mut(StackEntry {
            name: stack.name.clone(),
            stack_name: stack.stack_name.clone(),
            region: stack.region.clone(),
            account: stack.account.clone(),
            termination_protection: stack.termination_protection,
            template: template.to_owned(),
            bytes: 0,
            parameters_file: parameters.to_owned(),
            depends_on: stack.dependencies.clone(),
            parameters: stack.parameters.iter().map(parameter).collect(),
            assets: stack.assets.iter().map(asset).collect(),
            exports: stack.exports.clone(),
            imports: stack.imports.clone(),
            sources: stack.sources().map(|(id, line)| (id.to_owned(), line)).collect(),
        })
    }

    /// The files that this manifest speaks of.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.stacks.iter().flat_map(|stack| [&*stack.template, &*stack.parameters_file])
    }
}

/// The parameters and tags of a stack in the form that CodePipeline reads.
///
/// [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-cfn-artifacts.html)
pub(super) fn parameters(stack: &Synthesized) -> impl Serialize {
    let values = stack.parameters.iter();
    Configuration {
        parameters: values.filter_map(|parameter| Some((&*parameter.name, parameter.value.as_deref()?))).collect(),
        tags: stack.tags.iter().map(|(key, value)| (&**key, &**value)).collect(),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration<'a> {
    parameters: BTreeMap<&'a str, &'a str>,
    tags: BTreeMap<&'a str, &'a str>,
}
