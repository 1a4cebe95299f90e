//! What is made from the project, and where it goes.

use synth::construct::{Asset, AssetSource, Binding};
use synth::prelude::*;
use synth::template::import_value;

use super::resource::Thing;

#[test]
fn an_asset_goes_where_another_stack_says_which_comes_first() {
    let asset = || Asset::new("pages", "Pages", AssetSource::Folder("pages".into()));
    let mut base = Stack::new("base");
    let name = base.parameter("Name", Parameter::string().value("tracker"));
    base.export_prefix(sub![&name, ":"]);
    let bucket = base.add("Bucket", Thing::new());
    let bucket = base.export("Bucket", bucket.reference());
    let mut site = Stack::new("site");
    site.parameter("Name", Parameter::string().value("tracker"));
    site.asset(asset(), bucket);
    let mut app = App::new("tracker");
    app.add(site);
    app.add(base);
    let stacks = app.synthesize().unwrap();
    assert_eq!(stacks[1].dependencies, ["base"]);
    assert_eq!(stacks[1].assets[0].store, Binding::Export("tracker:Bucket".to_owned()));

    let unknown: [Value<String>; 2] = [sub!["pages-", pseudo::ACCOUNT_ID], import_value(pseudo::REGION)];
    for store in unknown {
        let mut stack = Stack::new("site");
        stack.asset(asset(), store);
        let line = line!() - 1;
        let mut app = App::new("tracker");
        app.add(stack);
        let error = app.synthesize().unwrap_err().to_string();
        let place = format!("at synth/tests/it/assets.rs:{line}:");
        assert!(error.starts_with("where `pages` goes is not known") && error.contains(&place), "{error}");
    }
}
