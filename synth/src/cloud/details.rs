//! Why a resource failed, where CloudFormation does not say: why its tasks stopped, and what was logged.

use serde_json::{Value, json};

use super::Connection;
use super::deployment::StackEvent;
use super::failure::Failure;
use super::inspect::{cluster, operation};

/// How many tasks are told of.
const TASKS: usize = 3;

/// How many one request may ask for.
const ASKED: usize = 100;

/// How many lines of a log are shown.
const LINES: u32 = 10;

impl Connection {
    pub(super) async fn failure_details(&self, event: &StackEvent) -> Result<Vec<String>, Failure> {
        let is_custom = event.kind.starts_with("Custom::") || event.kind == "AWS::CloudFormation::CustomResource";
        match event.physical_id.as_deref() {
            Some(arn) if event.kind == "AWS::ECS::Service" && arn.contains('/') => self.stopped_tasks(arn).await,
            _ if is_custom => self.function_log(event).await,
            _ => Ok(Vec::new()),
        }
    }

    /// Why tasks of a service stopped, and what the first of them logged last.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-errors.html)
    async fn stopped_tasks(&self, service: &str) -> Result<Vec<String>, Failure> {
        let (name, cluster) = (service.rsplit('/').next().unwrap_or_default(), cluster(service));
        let question = json!({"cluster": cluster, "serviceName": name, "desiredStatus": "STOPPED"});
        let listed = self.ecs("ecs:ListTasks", &question).await?;
        let arns: Vec<&Value> = array(&listed["taskArns"]).take(ASKED).collect();
        if arns.is_empty() {
            return Ok(Vec::new());
        }
        let described = self.ecs("ecs:DescribeTasks", &json!({"cluster": cluster, "tasks": arns})).await?;
        let tasks = telling(array(&described["tasks"]).collect());
        let mut lines: Vec<String> = tasks.iter().copied().flat_map(reasons).collect();
        if let Some(task) = tasks.first() {
            lines.extend(self.task_log(task).await?);
        }
        Ok(lines)
    }

    async fn task_log(&self, task: &Value) -> Result<Vec<String>, Failure> {
        let question = json!({"taskDefinition": text(&task["taskDefinitionArn"])});
        let definition = self.ecs("ecs:DescribeTaskDefinition", &question).await?;
        let mut lines = Vec::new();
        for container in array(&definition["taskDefinition"]["containerDefinitions"]) {
            let options = &container["logConfiguration"]["options"];
            let (group, prefix) = (text(&options["awslogs-group"]), text(&options["awslogs-stream-prefix"]));
            if !group.is_empty() && !prefix.is_empty() {
                let stream = format!("{prefix}/{}/{}", text(&container["name"]), id(task));
                lines.extend(self.last_lines(group, &stream).await?);
            }
        }
        Ok(lines)
    }

    /// What the function behind a custom resource logged last.
    async fn function_log(&self, event: &StackEvent) -> Result<Vec<String>, Failure> {
        let properties: Value =
            event.properties.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let Some((_, name)) = text(&properties["ServiceToken"]).split_once(":function:") else { return Ok(Vec::new()) };
        let group = format!("/aws/lambda/{}", name.split(':').next().unwrap_or_default());
        // The libraries that answer for functions end their reason so.
        let named = event.reason.as_deref().and_then(|reason| reason.split_once("Log Stream: "));
        if let Some((_, stream)) = named {
            return self.last_lines(&group, stream.split_whitespace().next().unwrap_or_default()).await;
        }
        let question = json!({"logGroupName": group, "orderBy": "LastEventTime", "descending": true, "limit": 1});
        let streams = self.logs("logs:DescribeLogStreams", &question).await?;
        match text(&streams["logStreams"][0]["logStreamName"]) {
            "" => Ok(Vec::new()),
            stream => self.last_lines(&group, stream).await,
        }
    }

    async fn last_lines(&self, group: &str, stream: &str) -> Result<Vec<String>, Failure> {
        let question = json!({"logGroupName": group, "logStreamName": stream, "limit": LINES, "startFromHead": false});
        let events = self.logs("logs:GetLogEvents", &question).await?;
        let lines = array(&events["events"]).map(|event| text(&event["message"]).trim_end().to_owned());
        Ok(lines.filter(|line| !line.is_empty()).map(|line| format!("log: {line}")).collect())
    }

    /// What is not logged is not there.
    async fn logs(&self, action: &'static str, question: &Value) -> Result<Value, Failure> {
        match self.ask(action, "logs", &operation("Logs_20140328", action), question).await {
            Err(failure) if failure.code.as_deref() == Some("ResourceNotFoundException") => Ok(Value::Null),
            answer => answer,
        }
    }
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn id(task: &Value) -> &str {
    text(&task["taskArn"]).rsplit('/').next().unwrap_or_default()
}

/// The last tasks that stopped, without those that the scheduler stopped, if there are others.
fn telling(mut tasks: Vec<&Value>) -> Vec<&Value> {
    let is_by_itself = |task: &&Value| text(&task["stopCode"]) != "ServiceSchedulerInitiated";
    if tasks.iter().any(is_by_itself) {
        tasks.retain(is_by_itself);
    }
    let stopped = |task: &Value| task["stoppedAt"].as_f64().unwrap_or_default();
    tasks.sort_by(|one, other| stopped(other).total_cmp(&stopped(one)));
    tasks.truncate(TASKS);
    tasks
}

/// Why a task stopped, and each of its containers.
fn reasons(task: &Value) -> Vec<String> {
    let own = format!("task {}: {}", id(task), text(&task["stoppedReason"]));
    let container = |container: &Value| {
        let code = container["exitCode"].as_i64().map(|code| format!("exit code {code}"));
        let reason = container["reason"].as_str().map(str::to_owned);
        let why: Vec<String> = code.into_iter().chain(reason).collect();
        (!why.is_empty()).then(|| format!("container {}: {}", text(&container["name"]), why.join(", ")))
    };
    [own].into_iter().chain(array(&task["containers"]).filter_map(container)).collect()
}
