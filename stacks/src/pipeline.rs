//! What the three pipelines have in common: they take the source from GitHub, build, and have CloudFormation deploy.
//!
//! The operator deploys them with their own credentials. All of them have CloudFormation use the same role: a stack
//! remembers the role that it was first deployed with, and is deleted with it too.

use synth::aws::codebuild::{self, ProjectRequired, project};
use synth::aws::codepipeline;
use synth::aws::codepipeline::pipeline::{
    ActionDeclaration, ActionTypeId, ActionTypeIdRequired, ArtifactStore, ArtifactStoreType, Category, ExecutionMode,
    InputArtifact, OutputArtifact, PipelineType, StageDeclaration,
};
use synth::aws::iam::{self, PolicyDocument, Statement};
use synth::aws::logs;
use synth::aws::typed::Handle;
use synth::prelude::*;

use crate::app_service;
use crate::bootstrap;
use crate::build;
use crate::environment::{Architecture, Environment};
use crate::justified;
use crate::naming::{self, Names, stack_name};

/// How long the log of the builds is kept, in days.
const LOG_DAYS: u16 = 14;

/// How long a build may take, in minutes.
const BUILD_MINUTES: u16 = 30;

/// A pipeline of an environment.
pub(crate) struct Pipeline<'a> {
    /// The stack's name after `pipeline-`.
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) environment: &'a Environment,
    pub(crate) bootstrap: &'a bootstrap::Exports,
    /// The connection to GitHub.
    pub(crate) connection_arn: &'a Value<String>,
    /// The stacks that it deploys, one step after the other; those of one step at once. It builds what they are made of.
    pub(crate) steps: &'a [&'a [&'static str]],
    pub(crate) compute: Compute,
}

/// The machine that builds.
#[derive(Clone, Copy)]
pub(crate) enum Compute {
    /// 4 processors.
    Medium,
    /// 8 processors.
    Large,
}

impl Pipeline<'_> {
    /// The stack with the pipeline in it.
    #[track_caller]
    pub(crate) fn stack(&self) -> (Stack, Handle<codepipeline::Pipeline>) {
        let (mut stack, names) = naming::stack(self.environment, &format!("pipeline-{}", self.name), self.description);
        let project_name = sub![names.prefixed("-"), self.name];
        let log = sub!["/aws/codebuild/", &project_name];
        let log = justified::log_group(&mut stack, "BuildLogGroup", log, LOG_DAYS);
        let builder = self.build_role(&mut stack, &names, &log);
        let project = stack.add("BuildProject", self.project(&names, &builder, &log).name(&project_name));
        let runner = self.pipeline_role(&mut stack, &names, &project);
        let stages = [self.source(&mut stack), Self::build(&project), self.deploy(&names)];
        // Artifacts are kept under the beginning of the pipeline's name, which the bucket's rules know.
        let pipeline = codepipeline::Pipeline::new(&runner, stages)
            .name(project_name)
            .pipeline_type(PipelineType::V2)
            .execution_mode(ExecutionMode::QUEUED)
            .artifact_store(ArtifactStore::new(&self.bootstrap.artifact_bucket, ArtifactStoreType::S3));
        let pipeline = stack.add("Pipeline", pipeline);
        (stack, pipeline)
    }

    fn assets(&self) -> Vec<&'static str> {
        self.steps.iter().copied().flatten().filter_map(|stack| build::asset(stack)).collect()
    }

    fn builds_image(&self) -> bool {
        self.assets().contains(&app_service::ASSET)
    }

    fn project(&self, names: &Names, role: &Handle<iam::Role>, log: &Handle<logs::LogGroup>) -> codebuild::Project {
        let source = project::Source::new("CODEPIPELINE").build_spec(build::specification(&self.assets()));
        let logs = project::CloudWatchLogsConfig::new("ENABLED").group_name(log);
        codebuild::Project::new(ProjectRequired {
            artifacts: project::Artifacts::new("CODEPIPELINE"),
            environment: self.machine(names),
            service_role: role,
            source,
        })
        .timeout_in_minutes(BUILD_MINUTES)
        .cache(project::ProjectCache::new("LOCAL").modes(["LOCAL_CUSTOM_CACHE"]))
        .logs_config(project::LogsConfig::new().cloud_watch_logs(logs))
    }

    fn machine(&self, names: &Names) -> project::Environment {
        let compute = match self.compute {
            Compute::Medium => "BUILD_GENERAL1_MEDIUM",
            Compute::Large => "BUILD_GENERAL1_LARGE",
        };
        let (image, kind) = match self.environment.architecture {
            Architecture::Arm64 => ("aws/codebuild/amazonlinux-aarch64-standard:3.0", "ARM_CONTAINER"),
            Architecture::X86_64 => ("aws/codebuild/amazonlinux-x86_64-standard:5.0", "LINUX_CONTAINER"),
        };
        project::Environment::new(compute, image, kind)
            // Docker needs it.
            .privileged_mode(self.builds_image())
            .environment_variables([project::EnvironmentVariable::new("ENVIRONMENT", &names.env)])
    }

    fn source(&self, stack: &mut Stack) -> StageDeclaration {
        let repository = Parameter::string()
            .description("The repository on GitHub: owner/name")
            .pattern("^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$")
            .default(self.environment.repository.clone());
        let branch = Parameter::string().description("The branch").default(self.environment.branch.clone());
        let source = action("Source", Category::SOURCE, "CodeStarSourceConnection")
            .configuration(json!({
                "ConnectionArn": self.connection_arn,
                "FullRepositoryId": stack.parameter("Repository", repository),
                "BranchName": stack.parameter("Branch", branch),
                "OutputArtifactFormat": "CODE_ZIP",
                // A person starts it. The text is what the service wants.
                "DetectChanges": "false",
            }))
            .output_artifacts([OutputArtifact::new("Source")]);
        StageDeclaration::new("Source", [source])
    }

    fn build(project: &Handle<codebuild::Project>) -> StageDeclaration {
        let build = action("Build", Category::BUILD, "CodeBuild")
            .configuration(json!({"ProjectName": project.reference()}))
            .namespace("Build")
            .input_artifacts([InputArtifact::new("Source")])
            .output_artifacts([OutputArtifact::new("Synth")]);
        StageDeclaration::new("Build", [build])
    }

    /// For each stack a change set, and then its execution. What a stack imports must be there before its change set.
    fn deploy(&self, names: &Names) -> StageDeclaration {
        let mut actions = Vec::new();
        let mut order = 0;
        for step in self.steps {
            for name in *step {
                actions.push(self.prepare(names, name).run_order(order + 1));
                actions.push(execute(names, name).run_order(order + 2));
            }
            order += 2;
        }
        StageDeclaration::new("Deploy", actions)
    }

    fn prepare(&self, names: &Names, name: &'static str) -> ActionDeclaration {
        let mut configuration = configuration(names, name, "CHANGE_SET_REPLACE");
        configuration["TemplatePath"] = format!("Synth::{name}.template.yaml").into();
        configuration["TemplateConfiguration"] = format!("Synth::{name}.parameters.json").into();
        configuration["Capabilities"] = "CAPABILITY_IAM,CAPABILITY_NAMED_IAM".into();
        configuration["RoleArn"] = json!(&self.bootstrap.deployment_role_arn);
        action(format!("Prepare-{name}"), Category::DEPLOY, "CloudFormation")
            .configuration(configuration)
            .input_artifacts([InputArtifact::new("Synth")])
    }

    fn build_role(&self, stack: &mut Stack, names: &Names, log: &Handle<logs::LogGroup>) -> Handle<iam::Role> {
        let mut statements = vec![log.allow_writing()];
        statements.extend(self.artifacts());
        // It says where what is built goes.
        let bootstrap = sub![names.arn("cloudformation", "stack/", "-"), stack_name::BOOTSTRAP, "/*"];
        statements.push(Statement::allow(["cloudformation:DescribeStacks"]).sid("SeeBootstrap").on([bootstrap]));
        if self.builds_image() {
            // Signing in to the registry has no resource.
            statements.push(Statement::allow(["ecr:GetAuthorizationToken"]).sid("SignIn").on_everything());
            statements.push(Statement::allow(PUSH).sid("PushImage").on([&self.bootstrap.repository_arn]));
        }
        let project = sub![names.arn("codebuild", "project/", "-"), self.name];
        let role = iam::Role::new(PolicyDocument::assumed_by_for("codebuild.amazonaws.com", project))
            .description("Builds what the pipeline deploys")
            .policies([iam::role::Policy::new("build", PolicyDocument::new(statements))]);
        stack.add("BuildRole", role)
    }

    fn artifacts(&self) -> [Statement; 2] {
        let bucket = sub!["arn:", pseudo::PARTITION, ":s3:::", &self.bootstrap.artifact_bucket];
        let objects = Statement::allow(["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]);
        let see = Statement::allow(["s3:GetBucketLocation", "s3:GetBucketVersioning"]);
        [objects.sid("Artifacts").on([sub![&bucket, "/*"]]), see.sid("Bucket").on([bucket])]
    }

    fn pipeline_role(
        &self,
        stack: &mut Stack,
        names: &Names,
        project: &Handle<codebuild::Project>,
    ) -> Handle<iam::Role> {
        // The connection answers to both of its service's names.
        let connect = Statement::allow(["codeconnections:UseConnection", "codestar-connections:UseConnection"])
            .sid("Source")
            .on([self.connection_arn]);
        let build =
            Statement::allow(["codebuild:BatchGetBuilds", "codebuild:StartBuild"]).sid("Build").on([project.arn()]);
        let stacks = sub![names.arn("cloudformation", "stack/", "-*"), "/*"];
        let pass = Statement::allow(["iam:PassRole"])
            .sid("PassDeploymentRole")
            .on([&self.bootstrap.deployment_role_arn])
            .condition("StringEquals", "iam:PassedToService", "cloudformation.amazonaws.com");
        let deploy = Statement::allow(DEPLOY).sid("Deploy").on([stacks]);
        let policy = self.artifacts().into_iter().chain([connect, build, deploy, pass]).collect::<PolicyDocument>();
        let pipeline = sub![names.arn("codepipeline", "", "-"), self.name];
        let role = iam::Role::new(PolicyDocument::assumed_by_for("codepipeline.amazonaws.com", pipeline))
            .description("Runs the pipeline: source, build, CloudFormation")
            .policies([iam::role::Policy::new("run", policy)]);
        stack.add("PipelineRole", role)
    }
}

fn execute(names: &Names, name: &'static str) -> ActionDeclaration {
    action(format!("Execute-{name}"), Category::DEPLOY, "CloudFormation").configuration(configuration(
        names,
        name,
        "CHANGE_SET_EXECUTE",
    ))
}

fn configuration(names: &Names, name: &'static str, mode: &str) -> serde_json::Value {
    let stack = sub![names.prefixed("-"), name];
    json!({"ActionMode": mode, "StackName": stack, "ChangeSetName": "pipeline"})
}

fn action(name: impl Into<String>, category: Category, provider: &'static str) -> ActionDeclaration {
    let owner = "AWS";
    let kind = ActionTypeIdRequired { category, owner, provider, version: "1" };
    ActionDeclaration::new(name.into(), ActionTypeId::new(kind))
}

/// What pushing an image takes.
const PUSH: [&str; 6] = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
];

/// What deploying by change sets takes.
const DEPLOY: [&str; 9] = [
    "cloudformation:CreateChangeSet",
    "cloudformation:CreateStack",
    "cloudformation:DeleteChangeSet",
    "cloudformation:DescribeChangeSet",
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStackResource",
    "cloudformation:DescribeStacks",
    "cloudformation:ExecuteChangeSet",
    "cloudformation:UpdateStack",
];
