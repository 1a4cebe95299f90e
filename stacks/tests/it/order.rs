//! Stacks are deployed in the manifest's order, and deleted in the opposite one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::project::Project;

const VARIANTS: [&str; 7] = [
    "",
    "--env sandbox",
    "--no-pipelines",
    "--profile scale-out",
    "--profile scale-out --authorizer local --keys ssm",
    "--authorizer introspect-dns --durability ephemeral",
    "--authorizer local --keys ssm",
];

#[test]
fn deploying_in_order_never_needs_what_is_not_there() {
    walk("deploy", |stacks| {
        let (mut there, mut exported) = (BTreeSet::new(), BTreeSet::new());
        for stack in stacks {
            let missing: Vec<_> = stack.imports.iter().filter(|name| !exported.contains(*name)).collect();
            assert!(missing.is_empty(), "{} imports {missing:?} too early", stack.name);
            assert!(stack.depends_on.is_subset(&there), "{} needs {:?}", stack.name, stack.depends_on);
            there.insert(stack.name.clone());
            exported.extend(stack.exports.clone());
        }
    });
}

#[test]
fn deleting_in_the_opposite_order_never_deletes_what_is_used() {
    walk("delete", |stacks| {
        for (index, deleted) in stacks.iter().enumerate().rev() {
            for left in &stacks[..index] {
                let used: Vec<_> = left.imports.intersection(&deleted.exports).collect();
                assert!(used.is_empty(), "{} still imports {used:?} of {}", left.name, deleted.name);
                assert!(!left.depends_on.contains(&deleted.name), "{} needs {}", left.name, deleted.name);
            }
        }
        // CloudFormation deletes the others with its role.
        assert!(stacks[0].exports.iter().any(|name| name.ends_with(":CfnExecRoleArn")), "{}", stacks[0].name);
    });
}

#[test]
fn stacks_are_in_the_documented_order() {
    let names = |variant: &str| -> Vec<String> {
        let project = Project::new("names");
        manifest(&project, variant).into_iter().map(|stack| stack.name).collect()
    };
    let app = ["app-platform", "app-data", "app-service", "app-authorizer", "app-api"];
    let updates = ["pipeline-update-authorizer", "pipeline-update-service"];
    let all = [&["bootstrap", "pipeline-create", "network"][..], &app, &updates].concat();
    assert_eq!(names(""), all);
    let without = |left_out: &[&str]| -> Vec<&str> {
        all.iter().copied().filter(|name| !left_out.iter().any(|prefix| name.starts_with(prefix))).collect()
    };
    assert_eq!(names("--no-pipelines"), without(&["pipeline-"]));
    assert_eq!(names("--env sandbox"), without(&["pipeline-", "app-data"]));
}

/// What the manifest says about a stack.
struct Stack {
    name: String,
    depends_on: BTreeSet<String>,
    exports: BTreeSet<String>,
    imports: BTreeSet<String>,
}

fn walk(name: &str, check: impl Fn(&[Stack])) {
    let project = Project::new(name);
    for variant in VARIANTS {
        let stacks = manifest(&project, variant);
        let imports: usize = stacks.iter().map(|stack| stack.imports.len()).sum();
        assert!(stacks.len() >= 6 && imports >= 10, "{variant}: {imports} imports say too little about the order");
        check(&stacks);
    }
}

fn manifest(project: &Project, variant: &str) -> Vec<Stack> {
    let run = project.run(&format!("synth {variant}"));
    assert_eq!(run.status, 0, "{}", run.stderr);
    let manifest: Value = serde_json::from_str(&project.read("manifest.json")).unwrap();
    let texts =
        |value: &Value| value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect();
    let stacks = manifest["stacks"].as_array().unwrap().iter().map(|stack| Stack {
        name: stack["name"].as_str().unwrap().to_owned(),
        depends_on: texts(&stack["dependsOn"]),
        exports: texts(&stack["exports"]),
        imports: texts(&stack["imports"]),
    });
    stacks.collect()
}
