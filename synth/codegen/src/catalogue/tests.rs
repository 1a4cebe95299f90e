//! The catalogue of a small world: two schemas and what a specification says about them.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{borrow::Cow, collections::BTreeMap, env, fs, path::PathBuf, process};

use serde_json::json;
use synth_schema::{Catalogue, Relation};

use super::*;

fn upstream() -> Upstream {
    let queue = json!({
        "typeName": "AWS::Test::Queue",
        "$schema": "https://example.com/schema.json",
        "description": "Resource Type definition for AWS::Test::Queue",
        "properties": {
            "Url": {"type": "string", "default": null},
            "Target": {"$ref": "#/definitions/Target", "description": "Where messages go.  \r\n\r\n\r\n\r\nNot here. "},
        },
        "definitions": {
            "Target": {
                "type": "object",
                "properties": {"Topics": {"type": "array", "items": {"type": "string"}}, "Kind": {"type": "string"}},
                "dependencies": {"Kind": ["Topics"]},
            },
        },
        "readOnlyProperties": ["/properties/Url"],
        "createOnlyProperties": ["/properties/Target/Topics", "/properties/Target/Kind"],
        "primaryIdentifier": ["/properties/Url"],
        "handlers": {"create": {"permissions": ["b:Two", "a:One", "b:Two"]}},
    });
    let topic = json!({
        "typeName": "AWS::Test::Topic",
        "properties": {"Name": {"type": "string"}},
        "primaryIdentifier": ["/properties/Name"],
    });
    let schemas = [("AWS::Test::Queue", queue), ("AWS::Test::Topic", topic)];
    let schemas = schemas.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    Upstream { schemas, schema_date: "2026-01-01".into(), specification: specification() }
}

fn specification() -> specification::Specification {
    let topics = json!({
        "type": {"type": "array", "element": {"type": "string"}},
        "documentation": "The topics.",
        "relationshipRefs": [{"cloudFormationType": "AWS::Test::Topic", "propertyName": "Name"}],
    });
    let target = json!({"$id": "7", "name": "Target", "documentation": "A target.", "properties": {"Topics": topics}});
    let queue = json!({
        "$id": "1",
        "cloudFormationType": "AWS::Test::Queue",
        "documentation": "A queue for messages.",
        "cfnRefIdentifier": ["Url"],
        "isStateful": true,
        "arnTemplate": "arn:aws:test",
        "attributes": {"Url": {"type": {"type": "string"}, "documentation": "The address."}},
        "properties": {
            "Target": {"type": {"type": "ref", "reference": {"$ref": "7"}}, "documentation": "Not taken."},
            "Gone": {"type": {"type": "ref", "reference": {"$ref": "7"}}},
        },
    });
    let database = json!({"schema": {"resource": {"entities": [queue]}, "typeDefinition": {"entities": [target]}}});
    serde_json::from_value(database).unwrap()
}

fn patches(patch: &serde_json::Value) -> Result<Patches, Error> {
    Patches::parse(vec![("test.json".to_owned(), json!([patch]).to_string())])
}

fn no_patches() -> Patches {
    Patches::parse(Vec::new()).unwrap()
}

fn packed(content: &Content) -> (Vec<u8>, Vec<u8>) {
    let pack = |texts, block| container::write(&content.sources, texts, block, compress).unwrap();
    (pack(&content.schemas, BLOCK), pack(&content.descriptions, DESCRIPTIONS_BLOCK))
}

fn open(content: &Content) -> Catalogue {
    let (schemas, descriptions) = packed(content);
    Catalogue::open(Cow::Owned(schemas), Some(Cow::Owned(descriptions))).unwrap()
}

/// The message that a user sees.
fn with_causes(error: Error) -> String {
    format!("{:#}", anyhow::Error::from(error))
}

/// A folder of its own for a test, removed when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("synth-catalogue-{name}-{}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

#[test]
fn descriptions_are_taken_out_tidied_and_filled_in() {
    let catalogue = open(&assemble(upstream(), &no_patches()).unwrap());
    let descriptions = catalogue.descriptions("AWS::Test::Queue").unwrap();
    let wanted = [
        ("", "A queue for messages."),
        ("/definitions/Target", "A target."),
        ("/definitions/Target/properties/Topics", "The topics."),
        ("/properties/Target", "Where messages go.\n\nNot here."),
        ("/properties/Url", "The address."),
    ];
    assert_eq!(descriptions, wanted.map(|(pointer, text)| (pointer.to_owned(), text.to_owned())).into());
    assert!(!catalogue.text("AWS::Test::Queue").unwrap().unwrap().contains("description"));
    let queue = catalogue.get("AWS::Test::Queue").unwrap().unwrap();
    assert_eq!(queue.definitions["Target"].description.as_deref(), Some("A target."));
}

#[test]
fn references_reach_nested_properties() {
    let content = assemble(upstream(), &no_patches()).unwrap();
    assert_eq!((content.figures.raw_relations, content.figures.related), (1, 1));
    let catalogue = open(&content);
    let queue = catalogue.get("AWS::Test::Queue").unwrap().unwrap();
    let topic = Relation { type_name: "AWS::Test::Topic".into(), property: "Name".into() };
    assert_eq!(queue.definitions["Target"].properties["Topics"].relations, [topic]);
    assert_eq!(queue.cfn_ref_identifier, ["Url".parse().unwrap()]);
    assert!(queue.is_stateful && queue.arn_template.is_some());
}

#[test]
fn schemas_are_brought_into_one_form() {
    let content = assemble(upstream(), &no_patches()).unwrap();
    let text = &content.schemas["AWS::Test::Queue"];
    assert!(text.contains(r#""permissions":["a:One","b:Two"]"#), "{text}");
    assert!(
        text.contains(r#""createOnlyProperties":["/properties/Target/Kind","/properties/Target/Topics"]"#),
        "{text}"
    );
    assert!(text.contains(r#""dependentRequired":{"Kind":["Topics"]}"#), "{text}");
    for gone in ["$schema", "null", "dependencies"] {
        assert!(!text.contains(gone), "{gone} in {text}");
    }
}

#[test]
fn types_that_say_nothing_about_themselves_are_found() {
    for text in ["Resource Schema for AWS::A::B.", "Definition of the AWS::A::B Resource Type", "The AWS::A::B type"] {
        assert!(normalise::says_nothing(text), "{text}");
    }
    assert!(!normalise::says_nothing("The AWS::A::B resource creates a queue."));
}

#[test]
fn patch_applies() {
    let patch = json!({"type": "AWS::Test::Topic", "reason": "wrong", "operations": [
        {"op": "test", "path": "/properties/Name/type", "value": "string"},
        {"op": "replace", "path": "/properties/Name/type", "value": "integer"},
        {"op": "add", "path": "/properties/New", "value": {"type": "string", "description": "New here."}},
        {"op": "add", "path": "/primaryIdentifier/-", "value": "/properties/New"},
        {"op": "remove", "path": "/primaryIdentifier/0"},
    ]});
    let content = assemble(upstream(), &patches(&patch).unwrap()).unwrap();
    let wanted = r#"{"primaryIdentifier":["/properties/New"],"properties":{"Name":{"type":"integer"},"New":{"type":"string"}},"typeName":"AWS::Test::Topic"}"#;
    assert_eq!(content.schemas["AWS::Test::Topic"], wanted);
    assert_eq!(content.descriptions["AWS::Test::Topic"], r#"{"/properties/New":"New here."}"#);
}

#[test]
fn stale_patch_is_refused_with_its_name() {
    let operations = [
        json!({"op": "add", "path": "/properties/Name", "value": {}}),
        json!({"op": "add", "path": "/primaryIdentifier/-", "value": "/properties/Name"}),
        json!({"op": "replace", "path": "/properties/Name/type", "value": "string"}),
        json!({"op": "replace", "path": "/properties/Gone/type", "value": "string"}),
        json!({"op": "remove", "path": "/properties/Gone"}),
        json!({"op": "remove", "path": "/primaryIdentifier/3"}),
        json!({"op": "test", "path": "/properties/Name/type", "value": "integer"}),
    ];
    for operation in operations {
        let patch = json!({"type": "AWS::Test::Topic", "reason": "wrong", "operations": [operation]});
        let error = assemble(upstream(), &patches(&patch).unwrap()).unwrap_err();
        assert!(error.is_patch(), "{error}");
        let start = "the patch of AWS::Test::Topic in test.json applies no longer: at /p";
        assert!(error.to_string().starts_with(start), "{error}");
    }
}

#[test]
fn patch_of_an_unknown_type_is_refused() {
    let patch = json!({"type": "AWS::Test::Gone", "reason": "wrong", "operations": []});
    let error = assemble(upstream(), &patches(&patch).unwrap()).unwrap_err();
    assert!(error.to_string().contains("AWS::Test::Gone in test.json"), "{error}");
}

#[test]
fn patch_without_a_reason_is_refused() {
    for patch in [
        json!({"type": "AWS::Test::Topic", "operations": []}),
        json!({"type": "AWS::Test::Topic", "reason": " ", "operations": []}),
    ] {
        let error = patches(&patch).unwrap_err();
        assert!(error.is_patch());
        let text = with_causes(error);
        assert!(text.contains("reason") && text.contains("test.json"), "{text}");
    }
}

#[test]
fn patch_that_breaks_a_schema_is_refused() {
    let patch = json!({"type": "AWS::Test::Queue", "reason": "wrong", "operations": [
        {"op": "remove", "path": "/definitions/Target"},
    ]});
    let error = assemble(upstream(), &patches(&patch).unwrap()).unwrap_err();
    let text = with_causes(error);
    assert!(text.contains("AWS::Test::Queue can't be used"), "{text}");
    assert!(text.contains("nothing at #/definitions/Target"), "{text}");
}

#[test]
fn same_sources_give_the_same_bytes() {
    let content = assemble(upstream(), &no_patches()).unwrap();
    assert_eq!(packed(&content), packed(&assemble(upstream(), &no_patches()).unwrap()));
    let key_order = |text: &str| canonical(&serde_json::from_str(text).unwrap());
    assert_eq!(key_order(r#"{"b":[{"d":1,"c":2}],"a":3}"#), r#"{"a":3,"b":[{"c":2,"d":1}]}"#);
}

#[test]
fn check_names_the_types_that_differ() {
    let folder = Folder::new("check");
    let content = assemble(upstream(), &no_patches()).unwrap();
    write(&content, &folder.0).unwrap();
    check(&content, &folder.0).unwrap();

    let patch = json!({"type": "AWS::Test::Topic", "reason": "wrong", "operations": [
        {"op": "remove", "path": "/properties/Name"},
    ]});
    let error = check(&assemble(upstream(), &patches(&patch).unwrap()).unwrap(), &folder.0).unwrap_err();
    assert!(error.is_stale());
    assert!(error.to_string().contains("run `just schemas`"), "{error}");
    assert!(error.to_string().ends_with("these differ: AWS::Test::Topic, the sources"), "{error}");

    let mut described = content.clone();
    described.descriptions.insert("AWS::Test::Queue".into(), "{}".into());
    let error = check(&described, &folder.0).unwrap_err();
    assert!(error.to_string().ends_with("these differ: AWS::Test::Queue"), "{error}");

    fs::write(folder.0.join(SCHEMAS_FILE), b"nothing").unwrap();
    assert!(check(&content, &folder.0).unwrap_err().is_stale());
}

#[test]
fn blocks_split_and_join_again() {
    let texts: BTreeMap<String, String> =
        (0..50).map(|n| (format!("T{n:02}"), format!("{{\"typeName\":\"T{n:02}\"}}"))).collect();
    let bytes = container::write(&Sources::default(), &texts, 100, compress).unwrap();
    let catalogue = Catalogue::open(Cow::Owned(bytes), None).unwrap();
    for (name, text) in &texts {
        assert_eq!(catalogue.text(name).unwrap(), Some(text.as_str()));
        assert_eq!(catalogue.get(name).unwrap().unwrap().name, *name);
    }
}

#[test]
fn package_with_another_hash_is_refused() {
    let folder = Folder::new("hash");
    let wheel = folder.0.join("cfn_lint.whl");
    fs::write(&wheel, b"something else").unwrap();
    let error = make(&Paths { wheel, service_spec: PathBuf::new() }, &no_patches()).unwrap_err();
    assert!(error.is_source() && error.to_string().contains("is not cfn-lint 1.58.0"), "{error}");
}

#[test]
fn bundled_catalogue_has_the_committed_patches() {
    let patches = Patches::read(&Folders::default().patches).unwrap();
    let bundled = Catalogue::bundled().unwrap();
    assert_eq!(bundled.sources().patches, patches.digest(), "the patches changed; run `just schemas`");
    assert_eq!(bundled.sources().packages, [WHEEL.package(), SERVICE_SPEC.package()]);
}
