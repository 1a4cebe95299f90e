use serde_json::json;
use synth_codegen::generate::{collisions, ledger::Ledger, services::Services};

use crate::{ALL, resource_type};

#[test]
fn catalogue_has_no_collisions() {
    assert_eq!(collisions::collisions(&ALL), Vec::<String>::new());
}

#[test]
fn two_setters_of_one_name_are_named() {
    let text = json!({"type": "string"});
    let till = resource_type("AWS::Shop::Till", json!({"properties": {"ShopID": text, "ShopId": text}}));
    let services = Services::among(&[&till], &Ledger::default());
    assert_eq!(collisions::collisions(&services), ["AWS::Shop::Till Till: the setter `shop_id` stands for two things"]);
}

#[test]
fn two_types_of_one_name_are_named() {
    let types = ["AWS::Shop::IOUnit", "AWS::Shop::IoUnit"].map(|name| resource_type(name, json!({"properties": {}})));
    let services = Services::among(&types.each_ref(), &Ledger::default());
    assert_eq!(
        collisions::collisions(&services),
        [
            "AWS::Shop: the type `IoUnit` stands for two things",
            "AWS::Shop: the type `IoUnitAttributes` stands for two things",
            "AWS::Shop: the module `io_unit` stands for two things",
        ]
    );
}
