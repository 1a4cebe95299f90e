//! Settings that are wrong are told with their place, and nothing is written.

use super::project::Project;

#[test]
fn settings_that_cannot_be_read_are_told_with_their_place() {
    for (name, old, new, message) in [
        ("profile", "profile: single", "profile: huge", "stacks/environments.yaml:9:14: "),
        ("key", "region: us-east-1", "regoin: us-east-1", "unknown field `regoin`"),
        ("kind", "pipelines: true", "pipelines: often", "stacks/environments.yaml:15:16: "),
        ("syntax", "zones: [use1-az1]", "zones: [use1-az1", "stacks/environments.yaml:"),
        ("missing", "    branch: main\n", "", "missing field `branch`"),
        ("default", "default: dev\n", "", "missing field `default`"),
    ] {
        let project = Project::new(name);
        project.replace(old, new);
        project.refuses("synth", 1, message);
        project.refuses("synth", 1, "stacks/environments.yaml:");
    }
}

#[test]
fn settings_that_do_not_fit_together_are_told_with_their_place() {
    for (name, old, new, place, message) in [
        (
            "app",
            "app: tracker",
            "app: Tracker",
            "7:10",
            "`Tracker` cannot be the application's name\n  help: it has 2 to 11",
        ),
        ("hyphen", "app: tracker", "app: track-", "7:10", "`track-` cannot be the application's name"),
        ("repository", "example/tracker", "tracker", "16:17", "`tracker` is no repository of GitHub"),
        ("branch", "branch: main", "branch: ''", "17:13", "`` is no branch"),
        ("origin", "\"http://localhost:3000\"", "\"*\"", "18:14", "`*` is no web origin"),
        ("long", "app: tracker", "app: a-long-tracker", "7:10", "`a-long-tracker` cannot be the application's name"),
        ("environment", "  dev:", "  development:", "7:5", "`development` cannot be an environment's name"),
        ("zone", "[use1-az1]", "[use1-az3]", "12:12", "API Gateway has no VPC links in zone `use1-az3` of us-east-1"),
        ("twice", "[use1-az1]", "[use1-az1, use1-az1]", "12:12", "zone `use1-az1` is there twice"),
        (
            "none",
            "[use1-az1]",
            "[]",
            "12:12",
            "the number of zones is 0\n  help: this profile takes 1 to 4 in us-east-1",
        ),
        ("region", "us-east-1", "mars-north-1", "8:13", "it is not known where API Gateway has VPC links in region"),
        (
            "few",
            "profile: single",
            "profile: scale-out",
            "12:12",
            "the number of zones is 1\n  help: this profile takes 2 to 4",
        ),
        ("keys", "introspect-api", "local", "10:17", "authorizer mode `local` needs keys `ssm`"),
    ] {
        let project = Project::new(name);
        project.replace(old, new);
        let environment = if name == "environment" { "development" } else { "dev" };
        let arguments = format!("synth --env {environment}");
        project.refuses(
            &arguments,
            1,
            &format!("stacks/environments.yaml:{place}: environment `{environment}`: {message}"),
        );
    }
}

#[test]
fn the_default_environment_must_be_there() {
    let project = Project::new("gone");
    project.replace("default: dev", "default: prod");
    project.refuses(
        "synth",
        1,
        "stacks/environments.yaml:2:10: there is no environment `prod`\n  help: the environments are: dev, sandbox",
    );
}

#[test]
fn an_environment_that_nobody_asked_for_may_be_wrong() {
    let project = Project::new("other");
    project.replace("app: tracker", "app: Tracker");
    assert_eq!(project.run("synth --env sandbox").status, 0);
}
