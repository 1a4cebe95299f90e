use serde_json::json;
use synth_codegen::generate::{documentation::clean, ledger::Ledger};

use crate::{generated, resource_type};

/// A description, and its lines for rustdoc.
const TABLE: [(&str, &[&str]); 20] = [
    ("Plain text.", &["Plain text."]),
    ("One.\n Two.", &["One.", "", "Two."]),
    ("Broken\n   in the middle.", &["Broken in the middle."]),
    ("List:\n  +  one\n  +  two\n  \n After.", &["List:", "", "* one", "* two", "", "After."]),
    ("Set ``Name`` .", &["Set `Name`."]),
    ("``TCP````appProtocol``", &["`TCP` `appProtocol`"]),
    ("of (```` for managed)", &["of ( for managed)"]),
    ("``a`b``", &["`` a`b ``"]),
    ("one ` tick", &["one ' tick"]),
    (
        "See [Subnets](https://docs.aws.amazon.com/vpc/x.html) .",
        &["See [Subnets](https://docs.aws.amazon.com/vpc/x.html)."],
    ),
    ("See [here](#there).", &["See here."]),
    ("See https://aws.amazon.com/x.", &["See <https://aws.amazon.com/x>."]),
    ("at https://{region}.aws/x", &["at `https://{region}.aws/x`"]),
    ("[Price protection] of <name> in a[0]", &[r"\[Price protection\] of \<name\> in a\[0\]"]),
    ("<p>One <code>x</code></p><ul><li>a</li></ul>", &["One `x`", "", "* a"]),
    ("<a href=\"https://aws.amazon.com/x\">Text</a>", &["[Text](https://aws.amazon.com/x)"]),
    ("# no heading", &[r"\# no heading"]),
    ("> A note.", &["> A note."]),
    ("      indented, which would be code", &["indented, which would be code"]),
    ("ends\u{202e} here", &["ends here"]),
];

#[test]
fn descriptions_are_cleaned_as_the_table_says() {
    for (text, lines) in TABLE {
        assert_eq!(clean(text), lines, "{text}");
    }
}

#[test]
fn property_says_what_a_change_does_what_is_allowed_and_its_limits() {
    let resource = resource_type(
        "AWS::Shop::Till",
        json!({
            "properties": {
                "Colour": {"type": "string", "enum": ["RED", "BLUE"]},
                "Name": {"type": "string", "minLength": 1, "maxLength": 8, "pattern": "^[a-z]+$"},
                "Size": {"type": "integer", "minimum": 2},
                "Slots": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
            },
            "createOnlyProperties": ["/properties/Name"],
            "conditionalCreateOnlyProperties": ["/properties/Size"],
        }),
    );
    let text = generated(&[&resource], &Ledger::default());
    for line in [
        "/// `Name`. Update: replacement. Length: 1 to 8. Pattern: `^[a-z]+$`.\n",
        "/// `Size`. Update: replacement under some conditions. Range: from 2.\n",
        "/// `Colour`. Allowed values: `RED`, `BLUE`.\n",
        "/// `Slots`. Items: up to 3.\n",
        "/// Type: `AWS::Shop::Till`. [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-shop-till.html)\n",
    ] {
        assert!(text.contains(line), "{line}\nis not in\n{text}");
    }
}
