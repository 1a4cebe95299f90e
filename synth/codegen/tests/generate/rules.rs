use serde_json::json;

use crate::table;

/// Whether the lines stand in the text, one after the other.
#[track_caller]
fn assert_has(text: &str, lines: &str) {
    let trimmed = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    assert!(trimmed(text).contains(&trimmed(lines)), "{lines}\nis not in\n{text}");
}

fn text() -> serde_json::Value {
    json!({"type": "string"})
}

#[test]
fn resource_is_a_table_of_its_schema() {
    let table = table(json!({
        "properties": {
            "Id": text(),
            "ShopId": text(),
            "Drawers": {"type": "array", "items": {"type": "integer"}},
            "Tags": {"type": "array", "items": {"$ref": "#/definitions/Tag"}},
            "Screen": {"$ref": "#/definitions/Screen"},
        },
        "definitions": {
            "Tag": {"type": "object", "properties": {"Key": text(), "Value": text()}, "required": ["Key", "Value"]},
            "Screen": {"type": "object", "properties": {
                "Kind": {"type": "string", "enum": ["LCD", "e-ink"]},
                "Width": {"type": "number"},
            }},
        },
        "required": ["ShopId"],
        "readOnlyProperties": ["/properties/Id"],
    }));
    let expected = r#"use crate::aws::typed::*;

object! {
    Till {
        new(
            shop_id: String = "ShopId",
        )
        drawers: List<i64> = "Drawers",
        screen: till::Screen = "Screen",
        tags: Tags = "Tags",
    }
}

resource! {
    Till = "AWS::Shop::Till",
    tags: List("Tags"),
    attributes: TillAttributes {
        id: String = "Id",
    }
    targets: []
}

pub mod till {
    use super::*;

    object! {
        Screen {
            new()
            kind: ScreenKind = "Kind",
            width: f64 = "Width",
        }
    }

    choices! {
        ScreenKind {
            LCD = "LCD",
            E_INK = "e-ink",
        }
    }
}

property_names! {
    drawers, kind, screen, shop_id, tags, width,
}
"#;
    assert_eq!(table, expected);
}

#[test]
fn names_come_first_among_up_to_three_arguments() {
    let table = table(json!({
        "properties": {"Amount": text(), "Key": text(), "Note": text(), "ShopName": text()},
        "required": ["Amount", "Key", "ShopName"],
    }));
    assert_has(
        &table,
        "new(
            key: String = \"Key\",
            shop_name: String = \"ShopName\",
            amount: String = \"Amount\",
        )
        note: String = \"Note\",",
    );
}

#[test]
fn four_required_properties_are_fields_of_a_struct() {
    let table = table(json!({
        "properties": {"A1": text(), "B1": text(), "C1": text(), "D1": {"type": "boolean"}},
        "required": ["A1", "B1", "C1", "D1"],
    }));
    assert_has(
        &table,
        "new(TillRequired {
            A a1: String = \"A1\",
            B b1: String = \"B1\",
            C c1: String = \"C1\",
            D d1: bool = \"D1\",
        })",
    );
}

#[test]
fn alternatives_of_objects_are_one_builder_that_requires_what_all_require() {
    let table = table(json!({
        "properties": {"Payment": {"oneOf": [
            {"type": "object", "properties": {"Cash": text(), "Sum": text()}, "required": ["Sum", "Cash"]},
            {"type": "object", "properties": {"Card": text(), "Sum": text()}, "required": ["Sum", "Card"]},
        ]}},
    }));
    assert_has(
        &table,
        "Payment {
            new(
                sum: String = \"Sum\",
            )
            card: String = \"Card\",
            cash: String = \"Cash\",",
    );
}

#[test]
fn rules_about_required_properties_are_no_alternatives() {
    let table = table(json!({
        "properties": {"Drawer": {
            "type": "object",
            "properties": {"Coins": {"type": "integer"}, "Notes": {"$ref": "#/definitions/Stack"}},
            "oneOf": [{"required": ["Coins"]}, {"required": ["Notes"], "properties": {"Notes": {"required": ["Count"]}}}],
        }},
        "definitions": {"Stack": {"type": "object", "properties": {"Count": {"type": "integer"}}}},
    }));
    assert_has(
        &table,
        "Drawer {
            new()
            coins: i64 = \"Coins\",
            notes: Stack = \"Notes\",",
    );
}

#[test]
fn mixtures_take_what_fits_all() {
    let table = table(json!({
        "properties": {
            "A": {"type": ["string", "integer", "boolean"]},
            "B": {"type": ["integer", "number"]},
            "C": {"type": ["object", "string"]},
            "D": {"type": ["object", "string"], "properties": {"X": text()}},
            "E": {"type": ["string", "array"], "items": text()},
            "F": {"type": "object", "additionalProperties": false, "patternProperties": {".*": {"type": "integer"}}},
            "G": {"type": "object"},
            "H": {"type": "object", "additionalProperties": false},
            "I": {"type": ["array", "boolean", "object", "string"], "items": text()},
            "J": {},
        },
    }));
    assert_has(
        &table,
        "new()
        a: Scalar = \"A\",
        b: f64 = \"B\",
        c: Json = \"C\",
        d: OrText<till::D> = \"D\",
        e: List<String> = \"E\",
        f: Map<i64> = \"F\",
        g: Json = \"G\",
        h: till::H = \"H\",
        i: Json = \"I\",
        j: Json = \"J\",",
    );
}

#[test]
fn only_exact_pairs_of_key_and_value_are_tags() {
    let pair = json!({"type": "object", "properties": {"Key": text(), "Value": text()}});
    let more =
        json!({"type": "object", "properties": {"Key": text(), "Value": text(), "Propagate": {"type": "boolean"}}});
    let table = table(json!({
        "properties": {
            "Attributes": {"type": "array", "items": pair},
            "Tags": {"type": "array", "items": more},
        },
    }));
    assert_has(&table, "attributes: Tags = \"Attributes\",\ntags: List<till::Tag> = \"Tags\",");
    assert_has(&table, "tags: None,");
}

#[test]
fn tags_of_another_name_are_found_and_maps_are_told() {
    let table = table(json!({
        "properties": {"TillTags": {"type": "object", "patternProperties": {".*": text()}}},
        "tagging": {"taggable": true, "tagProperty": "/properties/TillTags"},
    }));
    assert_has(&table, "tags: Map(\"TillTags\"),");
}

#[test]
fn what_can_only_be_read_has_no_setter() {
    let table = table(json!({
        "properties": {
            "Endpoint": {"type": "object", "properties": {"Address": text(), "Port": {"type": "integer"}}},
            "Engine": {"type": "object", "properties": {"Name": text(), "Build": text()}},
            "Slots": {"type": "array", "items": {"type": "object", "properties": {"Number": {"type": "integer"}}}},
            "State": {"type": "object", "properties": {"Code": text()}},
            "Zones": {"type": "array", "items": text()},
        },
        "readOnlyProperties": [
            "/properties/Endpoint/Address", "/properties/Endpoint/Port", "/properties/Engine/Build",
            "/properties/Slots/*/Number", "/properties/State", "/properties/Zones",
        ],
    }));
    assert_has(&table, "new()\nengine: till::Engine = \"Engine\",\n}");
    assert_has(&table, "Engine {\nnew()\nname: String = \"Name\",\n}");
    assert_has(
        &table,
        "attributes: TillAttributes {
            endpoint_address: String = \"Endpoint.Address\",
            endpoint_port: i64 = \"Endpoint.Port\",
            engine_build: String = \"Engine.Build\",
            zones: List<String> = \"Zones\",
        }",
    );
}

#[test]
fn keywords_are_found_by_their_own_name() {
    let table = table(json!({"properties": {"Type": text()}}));
    assert_has(&table, "#[doc(alias = \"Type\")]\nkind: String = \"Type\",");
}

#[test]
fn definitions_keep_their_name_and_inline_types_give_way() {
    let object = |name: &str| json!({"type": "object", "properties": {name: text()}});
    let table = table(json!({
        "properties": {
            "Lid": {"type": "object", "properties": {"Hinge": object("B")}},
            "Own": {"$ref": "#/definitions/Till"},
            "Seen": {"$ref": "#/definitions/TillAttributes"},
            "Part": {"$ref": "#/definitions/Hinge"},
        },
        "definitions": {"Hinge": object("A"), "Till": object("C"), "TillAttributes": object("D")},
    }));
    assert_has(&table, "part: till::Hinge = \"Part\",\nseen: till::TillAttributesSettings = \"Seen\",");
    assert_has(&table, "own: till::TillSettings = \"Own\",");
    assert_has(&table, "hinge: LidHinge = \"Hinge\",");
}

#[test]
fn choices_of_one_name_are_shared_where_their_values_are_the_same() {
    let holder =
        |values: &[&str]| json!({"type": "object", "properties": {"Colour": {"type": "string", "enum": values}}});
    let table = table(json!({
        "properties": {"A": holder(&["RED"]), "B": holder(&["RED"]), "C": holder(&["BLUE"])},
    }));
    assert_has(&table, "A {\nnew()\ncolour: Colour = \"Colour\",");
    assert_has(&table, "B {\nnew()\ncolour: Colour = \"Colour\",");
    assert_has(&table, "C {\nnew()\ncolour: CColour = \"Colour\",");
}

#[test]
fn constants_of_one_name_are_numbered_and_those_that_differ_in_case_are_one() {
    let table = table(json!({
        "properties": {"Price": {"type": "string", "enum": ["lowest-price", "lowestPrice", "LOWEST-PRICE", "2x", "*"]}},
    }));
    assert_has(
        &table,
        "LOWEST_PRICE = \"lowest-price\",
        LOWEST_PRICE_2 = \"lowestPrice\",
        _2X = \"2x\",
        ALL = \"*\",
        }",
    );
}

#[test]
fn types_that_hide_the_typed_layer_are_told_from_it() {
    let table = table(json!({
        "properties": {"List": {"type": "object", "properties": {"Items": {"type": "array", "items": text()}}}},
    }));
    assert_has(&table, "list: till::List = \"List\",");
    assert_has(&table, "items: crate::aws::typed::List<String> = \"Items\",");
}
