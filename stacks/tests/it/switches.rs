//! Every combination of switches is synthesized, or refused with the reason.

use super::project::Project;

#[test]
fn every_combination_of_switches_is_synthesized_or_refused_with_its_reason() {
    let project = Project::new("switches");
    let (mut synthesized, mut refused) = (0, 0);
    for arguments in combinations() {
        match reason(&arguments) {
            None => {
                let run = project.run(&format!("synth --stdout {arguments}"));
                assert_eq!((run.status, &*run.stderr), (0, ""), "{arguments}");
                assert!(run.stdout.contains("\nResources:\n"), "{arguments}");
                synthesized += 1;
            }
            Some(reason) => {
                project.refuses(&format!("synth {arguments}"), 2, reason);
                refused += 1;
            }
        }
    }
    assert_eq!((synthesized, refused), (140, 100));
}

fn combinations() -> Vec<String> {
    let mut combinations = vec![String::new()];
    for (switch, values) in [
        ("profile", &["single", "scale-out"][..]),
        ("authorizer", &["introspect-api", "introspect-dns", "local"]),
        ("durability", &["efs", "ephemeral"]),
        ("keys", &["secrets-manager", "ssm"]),
        ("zones", &["1", "2", "3", "4", "5"]),
    ] {
        let arguments: Vec<_> = values.iter().map(|value| format!("--{switch} {value} ")).collect();
        combinations = product(&combinations, &arguments);
    }
    product(&combinations, &[String::new(), "--no-pipelines".to_owned()])
}

fn product(before: &[String], arguments: &[String]) -> Vec<String> {
    before.iter().flat_map(|before| arguments.iter().map(move |next| format!("{before}{next}"))).collect()
}

/// Why a combination must be refused.
fn reason(arguments: &str) -> Option<&'static str> {
    if arguments.contains("--zones 5") || (arguments.contains("scale-out") && arguments.contains("--zones 1")) {
        return Some("the number of zones is ");
    }
    if arguments.contains("local") && arguments.contains("secrets-manager") {
        return Some("authorizer mode `local` needs keys `ssm`");
    }
    None
}

#[test]
fn a_profile_that_is_asked_for_brings_the_zones_that_it_needs() {
    let project = Project::new("zones");
    let subnets = |arguments: &str| {
        let template = project.run(&format!("synth --stdout --format json network {arguments}")).stdout;
        let template: serde_json::Value = serde_json::from_str(&template).unwrap();
        let ids =
            template["Resources"].as_object().unwrap().iter().filter(|(_, value)| value["Type"] == "AWS::EC2::Subnet");
        ids.filter(|(id, _)| id.starts_with("PublicSubnet")).count()
    };
    assert_eq!((subnets(""), subnets("--profile scale-out"), subnets("--zones 3")), (1, 2, 3));
}

#[test]
fn each_switch_changes_a_template() {
    let project = Project::new("changes");
    let templates = |arguments: &str| project.run(&format!("synth --stdout {arguments}")).stdout;
    let ordinary = templates("");
    for arguments in [
        "--profile scale-out",
        "--authorizer introspect-dns",
        "--durability ephemeral",
        "--zones 2",
        "--keys ssm",
        "--no-pipelines",
        "--env sandbox",
    ] {
        assert_ne!(templates(arguments), ordinary, "{arguments}");
    }
}

#[test]
fn the_environment_says_what_the_switches_do_not() {
    let project = Project::new("environment");
    let manifest = |arguments: &str| {
        let run = project.run(&format!("synth {arguments}"));
        assert_eq!(run.status, 0, "{}", run.stderr);
        serde_json::from_str::<serde_json::Value>(&project.read("manifest.json")).unwrap()
    };
    assert_eq!(manifest("")["environment"], "dev");
    assert_eq!(manifest("--env sandbox")["environment"], "sandbox");
}
