//! The actions of pipelines.

use crate::validate::{Resource, Set, Stack, View};

/// One action of a pipeline.
pub(super) struct Action<'s> {
    pub(super) pipeline: Resource<'s>,
    whole: View<'s>,
    /// The number of the stage, and the run order in it; none where only AWS knows it.
    moment: Option<(usize, i64)>,
}

/// The actions of all pipelines.
pub(super) fn all<'s>(set: &'s Set<'_>) -> Vec<Action<'s>> {
    set.all("AWS::CodePipeline::Pipeline").flat_map(|pipeline| of(&pipeline)).collect()
}

/// The actions of each pipeline.
pub(super) fn by_pipeline<'s>(set: &'s Set<'_>) -> impl Iterator<Item = Vec<Action<'s>>> {
    set.all("AWS::CodePipeline::Pipeline").map(|pipeline| of(&pipeline))
}

fn of<'s>(pipeline: &Resource<'s>) -> Vec<Action<'s>> {
    let stages = pipeline.key("Stages").items();
    let actions = stages.iter().enumerate().flat_map(|(number, stage)| {
        let list = stage.key("Actions");
        let actions = if list.is_unknown() { vec![list] } else { list.items() };
        actions.into_iter().map(move |whole| {
            let order = whole.key("RunOrder");
            let order = if order.exists() { order.number() } else { Some(1) };
            Action { pipeline: pipeline.clone(), moment: order.map(|order| (number, order)), whole }
        })
    });
    actions.collect()
}

impl<'s> Action<'s> {
    pub(super) fn key(&self, key: &'s str) -> View<'s> {
        self.whole.key(key)
    }

    pub(super) fn name(&self) -> &'s str {
        self.key("Name").text().unwrap_or_default()
    }

    /// A value of its configuration.
    pub(super) fn setting(&self, name: &'s str) -> View<'s> {
        self.whole.key("Configuration").key(name)
    }

    pub(super) fn is_by(&self, provider: &str) -> bool {
        self.whole.get("ActionTypeId.Provider").is(provider)
    }

    /// Whether it makes an artifact, as far as can be known.
    pub(super) fn may_make(&self, artifact: &str) -> bool {
        let outputs = self.key("OutputArtifacts");
        outputs.is_unknown() || outputs.items().iter().any(|output| output.key("Name").may_be(artifact))
    }

    /// Whether it may be done when another one begins.
    pub(super) fn may_precede(&self, other: &Self) -> bool {
        match (self.moment, other.moment) {
            (Some(own), Some(other)) => own < other,
            _ => true,
        }
    }

    /// Whether it computes what CloudFormation will change.
    pub(super) fn prepares(&self) -> bool {
        self.has_mode(&["CHANGE_SET_REPLACE", "CREATE_UPDATE", "REPLACE_ON_FAILURE"])
    }

    /// Whether the stack is up to date after it.
    pub(super) fn finishes(&self) -> bool {
        self.has_mode(&["CHANGE_SET_EXECUTE", "CREATE_UPDATE", "REPLACE_ON_FAILURE"])
    }

    pub(super) fn has_mode(&self, modes: &[&str]) -> bool {
        self.is_by("CloudFormation") && self.setting("ActionMode").text().is_some_and(|mode| modes.contains(&mode))
    }

    /// Whether both deploy one stack.
    pub(super) fn is_for_stack_of(&self, other: &Self) -> bool {
        let region = |action: &Self| action.key("Region").text();
        let name = self.setting("StackName").text();
        name.is_some() && name == other.setting("StackName").text() && region(self) == region(other)
    }

    /// The stack of the set whose template it deploys.
    pub(super) fn template<'a>(&self, set: &'a Set<'_>) -> Option<&'a Stack<'a>> {
        let (_, path) = self.setting("TemplatePath").text()?.split_once("::")?;
        set.stacks().iter().find(|stack| is_template_of(path, stack.name))
    }
}

/// Whether a path in an artifact is that of a stack's template: as `synth` names it, or the end of the file's own path.
fn is_template_of(path: &str, stack: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    let synthesized = file.strip_prefix(stack).is_some_and(|end| end == ".template.yaml" || end == ".template.json");
    synthesized || stack.strip_suffix(path).is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
}
