//! What the generator makes of schemas: of small ones, and of the whole catalogue.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on has failed")]

mod collisions;
mod counts;
mod documentation;
mod files;
mod ledger;
mod references;
mod rules;

use std::sync::LazyLock;

use serde_json::{Value, json};
use synth_codegen::generate::{ledger::Ledger, render, services::Services};
use synth_schema::{Catalogue, ResourceType};

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::bundled_with_descriptions().unwrap());
static LEDGER: &str = include_str!("../../../schema/ledger.txt");
static ALL: LazyLock<Services> = LazyLock::new(|| Services::of(&CATALOGUE, &Ledger::read(LEDGER).unwrap()).unwrap());

/// A resource type with these keys besides the usual ones.
fn resource_type(name: &str, mut schema: Value) -> ResourceType {
    let keys = schema.as_object_mut().unwrap();
    keys.insert("typeName".to_owned(), json!(name));
    keys.entry("primaryIdentifier").or_insert(json!(["/properties/Id"]));
    serde_json::from_value(schema).unwrap()
}

/// The file of the service of some types, without what every file has.
fn generated(types: &[&ResourceType], ledger: &Ledger) -> String {
    let services = Services::among(types, ledger);
    let text = render::service(&services.services[0]);
    text.strip_prefix(render::HEADER).unwrap().to_owned()
}

/// The file of a service with one type, without documentation.
fn table(schema: Value) -> String {
    let text = generated(&[&resource_type("AWS::Shop::Till", schema)], &Ledger::default());
    let is_code = |line: &&str| !line.trim_start().starts_with("///");
    text.split_inclusive('\n').filter(is_code).collect()
}
