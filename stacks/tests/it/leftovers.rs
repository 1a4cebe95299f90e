//! What is left when everything is deleted: the table in the README against the stacks themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use stacks::Tracker;
use stacks::environment::{AuthorizerMode, Durability, Keys, Profile, Switches};
use synth::assembly::Assembly;
use synth::cli::Application;
use synth::validate::holds_data;

/// Who takes what away: by type, and for what is no resource by its row.
#[derive(Debug, Default)]
struct Table {
    types: BTreeMap<String, String>,
    rows: Vec<(String, String)>,
}

fn table() -> Table {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let (_, rest) = readme.split_once("| What is left of it | Who takes it away |\n|---|---|\n").unwrap();
    let mut table = Table::default();
    for line in rest.lines().take_while(|line| line.starts_with("| ")) {
        let [what, who] = line.trim_matches(['|', ' ']).split(" | ").collect::<Vec<_>>()[..] else { panic!("{line}") };
        let names = what.split('`').skip(1).step_by(2).filter(|name| name.starts_with("AWS::"));
        table.types.extend(names.map(|name| (name.to_owned(), who.to_owned())));
        table.rows.push((what.to_owned(), who.to_owned()));
    }
    table
}

/// What the stacks of every variant have: the types, with the policies that keep something of them.
fn deployed() -> (BTreeMap<String, BTreeSet<String>>, BTreeSet<String>) {
    let local = Switches {
        authorizer: Some(AuthorizerMode::Local),
        keys: Some(Keys::Ssm),
        durability: Some(Durability::Ephemeral),
        ..Switches::default()
    };
    let variants = [
        Switches::default(),
        local,
        Switches { profile: Some(Profile::ScaleOut), ..Switches::default() },
        Switches { authorizer: Some(AuthorizerMode::IntrospectDns), ..Switches::default() },
    ];
    let (mut types, mut parameters) = (BTreeMap::<_, BTreeSet<_>>::new(), BTreeSet::new());
    for switches in variants {
        let app = Tracker.app(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), None, &switches).unwrap();
        parameters.extend(app.key_places().unwrap().parameters().map(str::to_owned));
        for stack in Assembly::of(app).unwrap().into_stacks() {
            for (_, resource) in stack.template.resources() {
                let policy = resource.attribute("DeletionPolicy").and_then(|policy| policy.as_str());
                let kept = policy.filter(|policy| *policy != "Delete").map(str::to_owned);
                types.entry(resource.kind().to_owned()).or_default().extend(kept);
            }
        }
    }
    (types, parameters)
}

#[test]
fn the_readme_says_of_everything_that_holds_data_who_takes_it_away() {
    let (table, (types, _)) = (table(), deployed());
    for (kind, policies) in &types {
        let Some(who) = table.types.get(kind) else {
            assert!(policies.is_empty() && !holds_data(kind), "{kind} is in no row");
            continue;
        };
        assert_eq!(who.starts_with("you, by the command"), !policies.is_empty(), "{kind}: {who}, and {policies:?}");
    }
    for kind in table.types.keys() {
        assert!(types.contains_key(kind), "no stack has {kind}");
    }
}

/// What a person had to do by hand in the system that this one follows.
#[test]
fn the_readme_says_who_does_what_had_to_be_done_by_hand() {
    let (table, (_, parameters)) = (table(), deployed());
    let who = |text: &str| {
        let row = table.rows.iter().find(|(what, _)| what.contains(text));
        row.map_or("nobody", |(_, who)| who.split(',').next().unwrap())
    };
    for text in ["the stacks, in their order", "images", "objects in the bucket", "connection to GitHub"] {
        assert_eq!(who(text), "`destroy`", "{text}");
    }
    assert_eq!((who("installation, on GitHub"), who("parameters of `keys init`")), ("you", "you"));
    assert_eq!(parameters.len(), 3, "{parameters:?}");
}
