//! The engine: what it plans, what it does, and what it makes of everything that can go wrong.

mod asked;
pub(super) mod fake;
mod faults;
mod followed;

use std::cell::RefCell;
use std::time::Duration;

use synth::cloud::StackStatus;
use synth::construct::{Asset, AssetSource, StoredAsset, Synthesized};
use synth::deploy::{
    Computed, Ended, Engine, Event, Exports, Host, Observer, Patience, Plan, Planned, Report, Step, Target,
};
use synth::error::Error;
use synth::prelude::*;

use super::resource::Thing;
use fake::Fake;

/// `base`, which is protected; `network`, deployed with its role; `site` on top, with an asset; `other` by itself.
fn stacks() -> Vec<Synthesized> {
    let mut base = Stack::new("base").stack_name("app-dev-base").termination_protection();
    let bucket = base.add("Bucket", Thing::new());
    let (bucket, role) = (base.export("Bucket", bucket.reference()), base.export("Role", Value::<String>::new("arn")));
    let mut network = Stack::new("network").stack_name("app-dev-network").role(&role);
    let vpc = network.add("Vpc", Thing::new());
    network.add("Subnet", Thing::new());
    let vpc = network.export("Vpc", vpc.reference());
    let mut site = Stack::new("site").stack_name("app-dev-site");
    site.parameter("Pages", Parameter::string());
    site.asset(Asset::new("pages", "Pages", AssetSource::Folder("pages".into())), &bucket);
    site.add("Site", Thing::new().property("Vpc", vpc));
    let mut other = Stack::new("other").stack_name("app-dev-other");
    other.add("Thing", Thing::new());
    let mut app = App::new("app");
    for stack in [site, network, base, other] {
        app.add(stack);
    }
    app.synthesize().unwrap()
}

/// The same with another subnet.
fn changed() -> Vec<Synthesized> {
    let mut stacks = stacks();
    let network = stacks.iter_mut().find(|stack| stack.name == "network").unwrap();
    let text = synth::assembly::yaml(network).replace("Subnet:", "Subnet2:");
    let document = synth::template::read::document(&text, "network").unwrap();
    network.template = synth::template::Template::from_node(document.node().clone()).unwrap();
    stacks
}

/// What was told, as JSON.
#[derive(Debug, Default)]
pub(super) struct Told(pub(super) RefCell<Vec<serde_json::Value>>);

impl Observer for Told {
    fn event(&self, event: &Event<'_>) {
        self.0.borrow_mut().push(serde_json::to_value(event).unwrap());
    }
}

impl Told {
    /// The stacks of all events of a kind, in order.
    pub(super) fn stacks(&self, kind: &str) -> Vec<String> {
        let told = self.0.borrow();
        let events = told.iter().filter(|event| event["event"] == kind);
        events.map(|event| event["stack"].as_str().unwrap().to_owned()).collect()
    }
}

/// Pushes nothing, approves what it is told to, and says what it was asked for.
#[derive(Debug, Default)]
struct Around {
    pushed: RefCell<Vec<String>>,
    declines: bool,
    asked: RefCell<Vec<String>>,
}

impl Host<Fake> for Around {
    async fn values(&self, target: &Target<'_, Fake>, exports: &Exports) -> Result<Vec<(String, String)>, Error> {
        let value = |stored: &StoredAsset| exports.value("eu-west-1", &stored.store).to_owned();
        let assets = target.stack.assets.iter();
        let values: Vec<_> =
            assets.map(|stored| (stored.asset.parameter.clone().into_owned(), value(stored))).collect();
        self.pushed.borrow_mut().extend(values.iter().map(|(_, value)| format!("{} {value}", target.stack.name)));
        Ok(values)
    }

    async fn template(&self, target: &Target<'_, Fake>, bucket: &str) -> Result<String, Error> {
        Ok(format!("{bucket}/{}", target.template))
    }

    async fn approves(&self, planned: &Planned) -> Result<bool, Error> {
        self.asked.borrow_mut().push(planned.stack.clone());
        Ok(!self.declines)
    }
}

/// A run of the engine.
#[derive(Debug, Default)]
struct Run {
    told: Told,
    around: Around,
    concurrency: Option<usize>,
    wanted: Vec<String>,
}

impl Run {
    fn with<T>(
        &self,
        fake: &Fake,
        stacks: &[Synthesized],
        work: impl AsyncFnOnce(&Engine<'_, Fake, Around>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let targets: Vec<_> = stacks.iter().map(|stack| Target::of(stack, fake, &self.wanted)).collect();
        let patience = Patience { first: Duration::ZERO, most: Duration::ZERO, attempts: 40 };
        let engine = Engine {
            host: &self.around,
            targets: &targets,
            patience,
            concurrency: self.concurrency,
            token: "run".to_owned(),
            observer: &self.told,
        };
        synth::cloud::run(work(&engine))
    }

    fn plan(&self, fake: &Fake, stacks: &[Synthesized]) -> Result<Plan, Error> {
        self.with(fake, stacks, async |engine| engine.plan().await)
    }

    fn deploy(&self, fake: &Fake, stacks: &[Synthesized]) -> Result<Report, Error> {
        self.with(fake, stacks, async |engine| {
            let plan = engine.plan().await?;
            Ok(engine.run(&plan).await)
        })
    }
}

/// A word for how each stack ended.
pub(super) fn words(report: &Report) -> Vec<(&str, &'static str)> {
    let word = |ended: &Ended| match ended {
        Ended::Done(_) => "done",
        Ended::Unchanged => "unchanged",
        Ended::RolledBack(_) => "rolled back",
        Ended::Stuck(_) => "stuck",
        Ended::Declined => "declined",
        Ended::Failed(_) => "failed",
        Ended::Skipped { .. } => "skipped",
    };
    report.0.iter().map(|(name, ended)| (&**name, word(ended))).collect()
}

pub(super) fn deploy(fake: &Fake, stacks: &[Synthesized]) -> Report {
    Run::default().deploy(fake, stacks).unwrap()
}

const ALL_DONE: [(&str, &str); 4] = [("base", "done"), ("network", "done"), ("site", "done"), ("other", "done")];

#[test]
fn from_nothing_everything_is_made_in_order() {
    let stacks = stacks();
    let (fake, run) = (Fake::new(&stacks), Run::default());
    assert_eq!(words(&run.deploy(&fake, &stacks).unwrap()), ALL_DONE);
    let executed = fake.asked("cloudformation:ExecuteChangeSet");
    let position = |name: &str| executed.iter().position(|stack| *stack == format!("app-dev-{name}")).unwrap();
    assert!(position("base") < position("network") && position("network") < position("site"), "{executed:?}");
    assert!(fake.is_protected("app-dev-base") && !fake.is_protected("app-dev-network"));
    assert_eq!(fake.role("app-dev-network").as_deref(), Some("arn:aws:iam::1:role/app/deployment"));
    assert_eq!(fake.role("app-dev-base"), None);
    assert_eq!(*run.around.pushed.borrow(), ["site value of app-dev-base:Bucket"]);
    // What could not be computed at first is told when it is.
    assert_eq!(run.told.stacks("planned"), ["base", "network", "site", "other", "network", "site"]);
    assert_eq!(run.told.stacks("finished").len(), 4);
}

#[test]
fn what_is_as_it_should_be_is_left_alone() {
    let stacks = stacks();
    let fake = Fake::new(&stacks);
    deploy(&fake, &stacks);
    let plan = Run::default().plan(&fake, &stacks).unwrap();
    assert!(plan.is_empty() && !plan.stacks.iter().any(|it| it.changes_rights() || it.destroys()), "{plan:?}");
    assert_eq!((fake.change_sets(), fake.count("cloudformation:ExecuteChangeSet")), (0, 4));
}

#[test]
fn a_change_is_planned_for_the_stack_that_it_is_in() {
    let before = stacks();
    let fake = Fake::new(&before);
    deploy(&fake, &before);
    let stacks = changed();
    let plan = Run::default().plan(&fake, &stacks).unwrap();
    let changing: Vec<_> = plan.stacks.iter().filter(|planned| !matches!(planned.step, Step::Nothing)).collect();
    let [planned] = &*changing else { panic!("{plan:?}") };
    let Step::Execute(Computed { creates: false, changes, .. }) = &planned.step else { panic!("{planned:?}") };
    assert_eq!(changes.iter().map(|own| &*own.change.id).collect::<Vec<_>>(), ["Subnet2", "Subnet"]);
    assert!(planned.destroys() && !planned.changes_rights());
    let report = deploy(&fake, &stacks);
    let ended = [("base", "unchanged"), ("network", "done"), ("site", "unchanged"), ("other", "unchanged")];
    assert_eq!(words(&report), ended);
    assert_eq!(fake.status("app-dev-network"), Some(StackStatus::UpdateComplete));
}

#[test]
fn a_plan_that_is_declined_leaves_nothing() {
    let stacks = stacks();
    let fake = Fake::new(&stacks);
    let run = Run::default();
    run.with(&fake, &stacks, async |engine| {
        let plan = engine.plan().await?;
        engine.decline(&plan).await;
        Ok(())
    })
    .unwrap();
    assert_eq!(fake.change_sets(), 0);
    assert_eq!(fake.status("app-dev-base"), Some(StackStatus::DeleteComplete));
    assert_eq!(words(&deploy(&fake, &stacks)), ALL_DONE);
}

#[test]
fn no_more_stacks_are_changed_at_once_than_is_said() {
    let mut app = App::new("app");
    for number in 0..6 {
        let mut stack = Stack::new(format!("s{number}"));
        stack.add("Thing", Thing::new());
        app.add(stack);
    }
    let stacks = app.synthesize().unwrap();
    for (concurrency, most) in [(Some(1), 1), (Some(3), 3), (None, 6)] {
        let fake = Fake::new(&stacks);
        Run { concurrency, ..Run::default() }.deploy(&fake, &stacks).unwrap();
        assert_eq!(fake.most_at_once(), most, "{concurrency:?}");
    }
}

#[test]
fn a_stack_alone_needs_the_others_to_be_there() {
    let stacks = stacks();
    let fake = Fake::new(&stacks);
    let site = Run { wanted: vec!["site".to_owned()], ..Run::default() };
    let error = site.plan(&fake, &stacks).unwrap_err().to_string();
    assert!(
        error.starts_with("stack `site` needs `base`, which is not deployed\n  help: deploy `base` too"),
        "{error}"
    );
    deploy(&fake, &stacks);
    assert!(site.plan(&fake, &changed()).unwrap().is_empty());
}

/// A template that no request can carry goes through the bucket, once that is there.
#[test]
fn a_large_template_goes_through_a_bucket() {
    let with = |has_bucket: bool| {
        let mut base = Stack::new("base").stack_name("app-dev-base");
        let bucket = base.add("Bucket", Thing::new());
        let bucket = base.export("Bucket", bucket.reference());
        let mut large = Stack::new("large");
        if has_bucket {
            large = large.template_bucket(&bucket);
        }
        large.add("Thing", Thing::new().property("Text", "x".repeat(52_000)));
        let mut app = App::new("app");
        app.add(base);
        app.add(large);
        app.synthesize().unwrap()
    };
    let stacks = with(false);
    let fake = Fake::new(&stacks);
    let error = Run::default().plan(&fake, &stacks).unwrap_err().to_string();
    assert!(error.starts_with("the template of stack `large` has 52"), "{error}");
    assert_eq!(fake.calls(), 0);
    let stacks = with(true);
    let fake = Fake::new(&stacks);
    assert_eq!(words(&deploy(&fake, &stacks)), [("base", "done"), ("large", "done")]);
    assert_eq!(fake.asked("bucket"), ["large"]);
}

/// What a stack does not export says something to people.
#[test]
fn what_a_stack_says_is_shown_in_the_end() {
    let stacks = stacks();
    let (fake, run) = (Fake::new(&stacks), Run::default());
    let report = run.deploy(&fake, &stacks).unwrap();
    let Ended::Done(outputs) = &report.0[1].1 else { panic!("{report:?}") };
    assert_eq!(outputs.iter().collect::<Vec<_>>(), [(&"Address".to_owned(), &"of app-dev-network".to_owned())]);
    let told = run.told.0.borrow();
    let end = told.iter().find(|event| event["event"] == "finished" && event["stack"] == "network").unwrap();
    assert_eq!(end["outputs"]["Address"], "of app-dev-network");
}

/// Ten layers of twenty stacks, each of which needs one of the layer before.
#[test]
fn two_hundred_stacks_take_few_calls() {
    let mut app = App::new("app");
    let mut layer: Vec<Option<Value<String>>> = vec![None; 20];
    for depth in 0..10 {
        for (column, below) in layer.iter_mut().enumerate() {
            let mut stack = Stack::new(format!("s{depth}-{column}"));
            let thing = stack.add("Thing", Thing::new().property("Below", below.take()));
            *below = Some(stack.export("Thing", thing.reference()));
            app.add(stack);
        }
    }
    let stacks = app.synthesize().unwrap();
    let fake = Fake::new(&stacks);
    let report = deploy(&fake, &stacks);
    assert!(report.0.iter().all(|(_, ended)| matches!(ended, Ended::Done(_))), "{:?}", words(&report));
    assert_eq!(fake.most_at_once(), 20);
    for (action, count) in [
        // Before the plan and at the end.
        ("cloudformation:DescribeStacks", 400),
        ("cloudformation:CreateChangeSet", 200),
        ("cloudformation:DescribeChangeSet", 400),
        ("cloudformation:ExecuteChangeSet", 200),
        // Once before, and then two events at a time of four.
        ("cloudformation:DescribeStackEvents", 600),
    ] {
        assert_eq!(fake.count(action), count, "{action}");
    }
    assert_eq!(fake.calls(), 1800);
}
